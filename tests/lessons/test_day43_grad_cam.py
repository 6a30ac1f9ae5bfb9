"""Day 43's exports: hooks that come off, maps against NumPy and theory, heat that fits a photo."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from shared.lessons import day43_grad_cam as lesson


def network(seed=0, channels=6):
    """Convolution, ReLU, mean, linear: for its ReLU layer Grad-CAM has a closed form."""
    torch.manual_seed(seed)
    layers = nn.Conv2d(3, channels, 3, padding=1, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels, 4)).eval()


def pictures(n=3, seed=1):
    return torch.randn(n, 3, 10, 12, generator=torch.Generator().manual_seed(seed))


def test_a_hook_listens_inside_the_block_only_and_comes_off_after_an_error():
    model, X = network(), pictures()
    with lesson.recorded(model[1]) as outputs:
        model(X), model(X[:1])
    assert [tuple(output.shape) for output in outputs] == [(3, 6, 5, 6), (1, 6, 5, 6)]
    with pytest.raises(RuntimeError), lesson.recorded(model[1]):
        model(X[:, :2])
    assert not model[1]._forward_hooks
    model(X)
    assert len(outputs) == 2


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 3), st.integers(1, 4), st.integers(1, 5), st.integers(1, 5), st.integers(0, 99)
)
def test_maps_are_those_of_the_equation(n, k, h, w, seed):
    A, G = np.random.default_rng(seed).normal(size=(2, n, k, h, w))
    wanted = np.zeros((n, h, w))
    for i in range(n):
        for channel in range(k):
            wanted[i] += G[i, channel].sum() / (h * w) * A[i, channel]
    ours = lesson.cam_map(torch.tensor(A), torch.tensor(G)).numpy()
    assert ours == pytest.approx(np.maximum(wanted, 0), abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.integers(2, 6), st.integers(1, 4), st.integers(0, 99))
def test_heat_is_scikit_images_bilinear_from_0_to_1(h, w, factor, seed):
    from skimage.transform import resize

    maps = np.random.default_rng(seed).gamma(1, 3, (2, h, w)) + 5
    size = (factor * h, factor * w)
    heat = lesson.heat_map(torch.tensor(maps), size).numpy()
    assert heat.shape == (2, *size)
    for ours, small in zip(heat, maps, strict=True):
        large = resize(small, size, order=1, mode="edge", anti_aliasing=False)
        wanted = (large - large.min()) / (large.max() - large.min())
        assert ours == pytest.approx(wanted, abs=1e-5)


def test_a_constant_map_has_no_heat():
    for value in (0.0, 3.0):
        assert lesson.heat_map(torch.full((1, 2, 2), value), (4, 4)).abs().max() == 0


@pytest.mark.parametrize("frozen", [False, True])
def test_heat_is_class_activation_mapping_where_theory_says_so(frozen):
    model, X, classes = network().requires_grad_(not frozen), pictures(), [2, 0, 3]
    with torch.no_grad():
        heat, logits = lesson.grad_cam(model, model[1], X, classes)
        maps = (model[4].weight[classes, :, None, None] * model[:2](X)).sum(1).relu()
        assert torch.allclose(logits, model(X), atol=1e-6) and not logits.requires_grad
    assert heat.shape == (3, 10, 12) and not heat.requires_grad
    assert torch.allclose(heat, lesson.heat_map(maps, (10, 12)), atol=1e-4)
    assert all(p.grad is None for p in model.parameters()) and not X.requires_grad


def test_a_batch_is_its_pictures_and_the_best_class_is_the_default():
    model, X = network(3), pictures(5)
    heat, logits = lesson.grad_cam(model, model[1], X)
    best = logits.argmax(1)
    for i in range(5):
        alone, _ = lesson.grad_cam(model, model[1], X[i : i + 1], [best[i].item()], size=(20, 7))
        assert alone.shape == (1, 20, 7)
        single, _ = lesson.grad_cam(model, model[1], X[i : i + 1], best[i : i + 1])
        assert torch.allclose(single[0], heat[i], atol=1e-5)


@pytest.mark.parametrize("classes", [[0], [0, 1, 4], [0, -1, 2], [[0], [1], [2]], []])
def test_classes_that_do_not_fit_are_refused(classes):
    model = network()
    with pytest.raises(ValueError, match="needs 3 classes, one a picture, from 0 to 3"):
        lesson.grad_cam(model, model[1], pictures(), torch.tensor(classes).long())


def test_training_mode_and_layers_without_maps_are_refused():
    model = network()
    for layer in (model[4], nn.ReLU()):
        with pytest.raises(ValueError, match="must take part, and give maps"):
            lesson.grad_cam(model, layer, pictures())
    with pytest.raises(ValueError, match="call model"):
        lesson.grad_cam(model.train(), model[1], pictures())


def test_an_overlay_goes_from_the_photo_to_the_colours():
    photo = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    heat = torch.linspace(0, 1, 20).view(4, 5)
    assert np.array_equal(lesson.overlay(photo, heat, 0), photo)
    pure = lesson.overlay(photo, heat, 1)
    assert pure[0, 0].sum() < 10 < 400 < pure[-1, -1].sum()  # from black to pale yellow
    half = lesson.overlay(photo, heat).astype(int)
    assert half.dtype == int and np.abs(2 * half - photo - pure).max() <= 2
    with pytest.raises(ValueError, match="give grad_cam its size"):
        lesson.overlay(photo, heat.T)
    with pytest.raises(ValueError, match="opacity goes from 0 to 1"):
        lesson.overlay(photo, heat, 1.5)
