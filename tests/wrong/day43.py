"""Day 43: plausible wrong Grad-CAM maps; the day's checks must reject each of them."""

WRONG = {
    "cam_map": {
        "no ReLU": """
            weights = gradients.mean((2, 3), keepdim=True)
            return (weights * activations).sum(1)
        """,
        "ReLU before the sum over the channels": """
            weights = gradients.mean((2, 3), keepdim=True)
            return F.relu(weights * activations).sum(1)
        """,
        "ReLU on the weights": """
            weights = F.relu(gradients.mean((2, 3), keepdim=True))
            return F.relu((weights * activations).sum(1))
        """,
        "ReLU on the slopes": """
            weights = F.relu(gradients).mean((2, 3), keepdim=True)
            return F.relu((weights * activations).sum(1))
        """,
        "absolute values in the place of ReLU": """
            weights = gradients.mean((2, 3), keepdim=True)
            return (weights * activations).sum(1).abs()
        """,
        "slopes summed, not averaged": """
            weights = gradients.sum((2, 3), keepdim=True)
            return F.relu((weights * activations).sum(1))
        """,
        "the largest slope in the place of the mean": """
            weights = gradients.amax((2, 3), keepdim=True)
            return F.relu((weights * activations).sum(1))
        """,
        "channels averaged, not summed": """
            weights = gradients.mean((2, 3), keepdim=True)
            return F.relu((weights * activations).mean(1))
        """,
        "every place with its own slope": "return F.relu((gradients * activations).sum(1))",
        "averaged over the pictures too": """
            weights = gradients.mean((0, 2, 3), keepdim=True)
            return F.relu((weights * activations).sum(1))
        """,
        "averaged over the channels instead": """
            weights = gradients.mean(1, keepdim=True)
            return F.relu((weights * activations).sum(1))
        """,
        "activations and slopes swapped": """
            weights = activations.mean((2, 3), keepdim=True)
            return F.relu((weights * gradients).sum(1))
        """,
        "the channel axis kept": """
            weights = gradients.mean((2, 3), keepdim=True)
            return F.relu((weights * activations).sum(1, keepdim=True))
        """,
        "the slopes ignored": "return F.relu(activations.sum(1))",
    },
    "heat_map": {
        "rescaled once, before": """
            maps = rescaled(maps)[:, None]
            return F.interpolate(maps, size, mode="bilinear", align_corners=False)[:, 0]
        """,
        "never rescaled": """
            return F.interpolate(maps[:, None], size, mode="bilinear", align_corners=False)[:, 0]
        """,
        "divided by the largest, not moved to 0": """
            maps = F.interpolate(maps[:, None], size, mode="bilinear", align_corners=False)[:, 0]
            return maps / maps.amax((1, 2), keepdim=True)
        """,
        "one scale for the whole batch": """
            maps = F.interpolate(maps[:, None], size, mode="bilinear", align_corners=False)[:, 0]
            maps = maps - maps.min()
            return maps / (maps.max() + 1e-7)
        """,
        "corners aligned": """
            maps = F.interpolate(rescaled(maps)[:, None], size, mode="bilinear", align_corners=True)
            return rescaled(maps[:, 0])
        """,
        "nearest neighbour": """
            return rescaled(F.interpolate(rescaled(maps)[:, None], size, mode="nearest")[:, 0])
        """,
        "the channel axis kept": """
            maps = F.interpolate(rescaled(maps)[:, None], size, mode="bilinear", align_corners=False)
            return rescaled(maps)
        """,
        "no guard against a constant map": """
            def scale(maps):
                maps = maps - maps.amin((1, 2), keepdim=True)
                return maps / maps.amax((1, 2), keepdim=True)

            maps = F.interpolate(scale(maps)[:, None], size, mode="bilinear", align_corners=False)
            return scale(maps[:, 0])
        """,
        "in place": """
            maps -= maps.amin((1, 2), keepdim=True)
            maps /= maps.amax((1, 2), keepdim=True) + 1e-7
            maps = F.interpolate(maps[:, None], size, mode="bilinear", align_corners=False)
            return rescaled(maps[:, 0])
        """,
        "height and width swapped": """
            maps = F.interpolate(rescaled(maps)[:, None], size[::-1], mode="bilinear")
            return rescaled(maps[:, 0])
        """,
        "standardised": """
            maps = F.interpolate(rescaled(maps)[:, None], size, mode="bilinear")[:, 0]
            return (maps - maps.mean((1, 2), keepdim=True)) / maps.std((1, 2), keepdim=True)
        """,
    },
}
