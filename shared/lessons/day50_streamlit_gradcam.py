"""Day 50, Mini-project: Streamlit Grad-CAM app: what later days import.

Made from days/phase4_vision/day50_streamlit_gradcam.ipynb by `days refresh 50`; edit it there.
"""

import io

import numpy as np
import streamlit as st
import torch
from PIL import Image, ImageOps
from torch.nn import functional as F

from shared import checkpoints
from shared.lessons.day43_grad_cam import grad_cam, heat_map, overlay, recorded, rescaled

MAX_MB, MAX_PIXELS, LONGEST = 8, 50_000_000, 640
KINDS = ["JPEG", "PNG", "WEBP"]  # as Pillow calls them, for Image.open(…, formats=KINDS)
Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit is larger, and only warns at first


def read_photo(data):
    """The photo in a file's bytes: uint8 (h, w, 3), upright, its longer side at most LONGEST pixels.

    Raises ValueError, in one sentence, for more than MAX_MB million bytes, more than MAX_PIXELS
    pixels (before they are decoded), and for what isn't a whole picture of one of KINDS.
    """
    if len(data) > MAX_MB * 1e6:
        raise ValueError(f"This file has {len(data) / 1e6:.0f} MB; up to {MAX_MB} MB are fine.")
    try:
        photo = Image.open(io.BytesIO(data), formats=KINDS)
        fits = photo.width * photo.height <= MAX_PIXELS
        photo = ImageOps.exif_transpose(photo).convert("RGB") if fits else photo
    except (OSError, SyntaxError, ValueError):
        raise ValueError("This isn't a whole JPEG, PNG or WebP picture.") from None
    if not fits:
        raise ValueError(
            f"{photo.width} x {photo.height} pixels are too many; send a smaller copy."
        )
    photo.thumbnail((LONGEST, LONGEST))
    return np.asarray(photo)


def as_input(photo, backbone, side=224):
    """A photo, uint8 (h, w, 3), as the network takes it: (1, 3, h', w'), uncut.

    The longer of h' and w' is `side`, both are multiples of 32: a form up to 16 pixels off.
    """
    scale = side / max(photo.shape[:2])
    height, width = (max(32, 32 * round(scale * n / 32)) for n in photo.shape[:2])
    small = Image.fromarray(photo).resize((width, height), Image.Resampling.BICUBIC)
    return backbone.inputs(np.array(small)[None])


def by_grad_cam(backbone, X, k, size):
    """Where the network sees class k in X (1, 3, h', w'): float32 (h, w) = size, 0 to 1 (Day 43)."""
    heat, _ = grad_cam(backbone.model, backbone.model.features[-1], X, [k], size)
    return heat[0].numpy()


METHODS = {"Grad-CAM": by_grad_cam}  # what the page offers


@st.cache_resource(show_spinner="Loading the network …")
def network():
    """The network, loaded at the first visit and shared by all."""
    return checkpoints.efficientnet_lite0()


def uploaded(read):
    """The visitor's photo, or None, and then the page says why."""
    upload = st.file_uploader(f"A photo: JPEG, PNG or WebP, up to {MAX_MB} MB")
    if upload is None:
        st.info("Choose a photo; an animal or a thing in everyday use works best.")
        return None
    try:
        return read(upload.getvalue())
    except ValueError as error:
        st.error(str(error))
        return None


def page(names, read=read_photo):
    """The app: a photo in; five classes, a heat map, its controls out. names: of the 1,000 classes."""
    st.set_page_config(page_title="Where did the network look?")
    st.title("Where did the network look?")
    photo = uploaded(read)
    if photo is None:
        return
    backbone = network()
    X = as_input(photo, backbone)
    with torch.inference_mode():
        probs = backbone.model(X).softmax(1)[0]
    best = probs.topk(5).indices.tolist()
    k = st.selectbox("Class", best, format_func=lambda k: f"{names[k]} ({probs[k]:.0%})")
    method = st.radio("Method", list(METHODS), horizontal=True)
    opacity = st.slider("Opacity of the heat", 0.0, 1.0, 0.5)
    heat = METHODS[method](backbone, X, k, photo.shape[:2])
    st.image(overlay(photo, heat, opacity), caption=f"{method}: what speaks for {names[k]}")


def score_cam(model, layer, X, k, size, maps=None):
    """Score-CAM's heat (h, w) = size, 0 to 1, for class k in X (1, 3, height, width).

    maps: how many to try, the largest on average; None for all (Wang et al., arXiv:1910.01279).
    Masks are enlarged with corners aligned, as the library pytorch-grad-cam does.
    """
    with torch.inference_mode():
        with recorded(layer) as outputs:
            model(X)
        found = outputs[0][0]
        found = found[found.mean((1, 2)).topk(min(maps or len(found), len(found))).indices]
        large = F.interpolate(found[None], X.shape[2:], mode="bilinear", align_corners=True)[0]
        parts = rescaled(large)[:, None].split(16)
        scores = torch.cat([model(X * part)[:, k] for part in parts])
        weighted = F.relu((scores.softmax(0)[:, None, None] * found).sum(0))
        return heat_map(weighted[None], size)[0].numpy()


def by_score_cam(backbone, X, k, size):
    """The same as `by_grad_cam`, by Score-CAM with 64 maps of the last convolution."""
    return score_cam(backbone.model, backbone.model.features[-1], X, k, size, maps=64)


METHODS["Score-CAM"] = by_score_cam
