"""Day 43, Grad-CAM heat-maps: what later days import.

Made from days/phase4_vision/day43_grad_cam.ipynb by `days refresh 43`; edit it there.
"""

from contextlib import contextmanager

import numpy as np
import torch
from matplotlib import colormaps
from torch.nn import functional as F


@contextmanager
def recorded(layer):
    """A list that gets the output of `layer`, once for each forward pass inside the block."""
    outputs = []
    handle = layer.register_forward_hook(lambda module, inputs, output: outputs.append(output))
    try:
        yield outputs
    finally:
        handle.remove()


def cam_map(activations, gradients):
    """Grad-CAM before any scaling: (n, k, h, w), twice, -> (n, h, w), never below 0.

    gradients: the slope of each picture's logit by its activations (Selvaraju et al.,
    arXiv:1610.02391, equations 1 and 2).
    """
    weights = gradients.mean((2, 3), keepdim=True)
    return F.relu((weights * activations).sum(1))


def rescaled(maps):
    """Each of the maps (n, h, w) moved and stretched to 0 … 1; a constant one becomes 0."""
    maps = maps - maps.amin((1, 2), keepdim=True)
    return maps / (maps.amax((1, 2), keepdim=True) + 1e-7)


def heat_map(maps, size):
    """Maps (n, h, w) -> (n, *size), bilinear with align_corners=False, each from 0 to 1."""
    large = F.interpolate(rescaled(maps)[:, None], size, mode="bilinear", align_corners=False)
    return rescaled(large[:, 0])


@torch.enable_grad()
def grad_cam(model, layer, X, classes=None, size=None):
    """Where the model looks: heat (n, *size) from 0 to 1, and its logits (n, classes), on the CPU.

    X: (n, 3, height, width); classes: n integers, None for the most probable; size: (height,
    width) of the heat, None for that of X. Sums the logits, for a picture's logit depends on that
    picture alone; hence ValueError in training mode, where batch norm mixes the pictures.
    """
    if model.training:
        raise ValueError("in training mode batch norm mixes the pictures: call model.eval() first")
    with recorded(layer) as outputs:
        logits = model(X.detach().requires_grad_())  # so that a frozen model has slopes too
    if not outputs or outputs[-1].ndim != 4:
        raise ValueError("the layer must take part, and give maps of shape (n, channels, h, w)")
    classes = (
        logits.argmax(1) if classes is None else torch.as_tensor(classes, device=logits.device)
    )
    if (
        classes.shape != logits.shape[:1]
        or not ((classes >= 0) & (classes < logits.shape[1])).all()
    ):
        raise ValueError(f"needs {len(X)} classes, one a picture, from 0 to {logits.shape[1] - 1}")
    (gradients,) = torch.autograd.grad(logits.gather(1, classes[:, None]).sum(), outputs[-1])
    maps = cam_map(outputs[-1].detach(), gradients)
    return heat_map(maps, size or X.shape[-2:]).cpu(), logits.detach().cpu()


def overlay(photo, heat, opacity=0.5):
    """The heat (h, w), 0 to 1, in colour over a photo (h, w, 3), uint8: opacity 0 shows only the photo.

    Returns uint8 (h, w, 3); ValueError when the sizes differ or opacity is not from 0 to 1.
    """
    photo, heat = np.asarray(photo), np.asarray(heat)
    if photo.shape != (*heat.shape, 3):
        raise ValueError(
            f"heat {heat.shape} doesn't fit a photo {photo.shape}: give grad_cam its size"
        )
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity goes from 0 to 1, not {opacity}")
    colours = 255 * colormaps["inferno"](heat)[..., :3]
    return np.rint((1 - opacity) * photo + opacity * colours).astype(np.uint8)
