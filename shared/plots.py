"""One look for all figures, and the two or three pictures that more than one day draws."""

import matplotlib.pyplot as plt
import numpy as np

# Okabe and Ito's palette: told apart by people with any form of colour blindness.
PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]


def use_style() -> None:
    """Set matplotlib's defaults: at most 800 px wide, light grid, colours safe for everyone."""
    plt.rcParams.update(
        {
            "axes.grid": True,
            "axes.prop_cycle": plt.cycler(color=PALETTE),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlesize": "medium",
            "figure.autolayout": True,
            "figure.dpi": 80,
            "figure.figsize": (6.4, 3.6),
            "grid.alpha": 0.3,
            "image.cmap": "gray",
            "image.interpolation": "nearest",
        }
    )


def training_curves(history: dict[str, list[float]], title: str):
    """Loss and accuracy against the epoch, side by side; returns the figure.

    history: lists of equal length under train_loss, val_loss, train_accuracy, val_accuracy.
    """
    epochs = np.arange(1, len(history["train_loss"]) + 1)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4))
    for ax, quantity in zip(axes, ("loss", "accuracy"), strict=True):
        for split, style in (("train", "o-"), ("val", "s--")):
            ax.plot(epochs, history[f"{split}_{quantity}"], style, label=split, markersize=4)
        ax.set(xlabel="epoch", ylabel=quantity, xticks=epochs)
        ax.legend()
    axes[0].set_ylabel("loss (nats)")
    figure.suptitle(title)
    return figure


def gallery(images, titles, columns: int = 6, title: str = ""):
    """A grid of pictures with a caption each; returns the figure.

    images: (n, height, width) or (n, height, width, 3), as `imshow` takes them.
    """
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(1.6 * columns, 1.9 * rows), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, image, caption in zip(axes.flat, images, titles, strict=False):
        ax.imshow(image)
        ax.set_title(caption, fontsize=8)
    figure.suptitle(title)
    return figure
