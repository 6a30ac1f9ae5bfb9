"""Day 45's exports: tiles, scores against SciPy, Otsu against scikit-image, the U and its loss."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.spatial import distance
from skimage.filters import threshold_otsu

from shared.lessons import day45_tiny_unet as lesson


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5))
def test_tiles_lie_row_by_row(down, across, side):
    picture = np.arange(down * across * side**2).reshape(down * side, across * side)
    tiles = lesson.to_tiles(picture, side)
    assert tiles.shape == (down * across, side, side)
    for i, tile in enumerate(tiles):
        top, left = side * (i // across), side * (i % across)
        assert np.array_equal(tile, picture[top : top + side, left : left + side])


def test_a_picture_that_cannot_be_cut_is_refused():
    with pytest.raises(ValueError, match="64 x 65 pixels can't be cut into tiles of 64 x 64"):
        lesson.to_tiles(np.zeros((64, 65)))


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 40), st.floats(0, 1), st.floats(0, 1), st.integers(0, 999))
def test_scores_are_scipys_and_agree_with_each_other(n, p, t, seed):
    rng = np.random.default_rng(seed)
    prediction, truth = rng.random((3, n)) < p, rng.random((3, n)) < t
    assume(prediction.any() or truth.any())
    dice, iou = lesson.overlap(prediction, truth)
    assert dice == pytest.approx(1 - distance.dice(prediction.ravel(), truth.ravel()))
    assert iou == pytest.approx(1 - distance.jaccard(prediction.ravel(), truth.ravel()))
    assert dice == pytest.approx(2 * iou / (1 + iou))
    assert lesson.overlap(truth, prediction) == (dice, iou)


def test_empty_masks_agree_and_shapes_must_fit():
    empty = torch.zeros(2, 3, dtype=torch.bool)
    assert lesson.overlap(empty, empty) == (1, 1)
    assert lesson.overlap(empty, ~empty) == lesson.overlap(~empty, empty) == (0, 0)
    assert lesson.overlap(~empty, ~empty) == (1, 1)
    with pytest.raises(ValueError, match="can't be compared"):
        lesson.overlap(empty[:, None], empty)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 999), st.integers(2, 300), st.integers(0, 200), st.integers(1, 60))
def test_otsus_level_parts_a_picture_as_scikit_images_does(seed, n, low, spread):
    rng = np.random.default_rng(seed)
    groups = rng.integers(low, low + spread + 1, n), rng.integers(low, low + 4 * spread, n // 2)
    picture = np.concatenate(groups)
    assume(picture.min() < picture.max())
    ours, theirs = lesson.otsu_threshold(picture), threshold_otsu(picture)

    def between(level):
        above = picture > level
        return above.sum() * (~above).sum() * (picture[above].mean() - picture[~above].mean()) ** 2

    assert picture.min() <= ours < picture.max()
    assert between(ours) == pytest.approx(between(theirs), rel=1e-9)  # levels may tie


def test_otsu_on_two_levels_in_any_shape_and_type():
    for kind in (np.uint8, np.uint16, np.int64):
        picture = np.array([[3, 3, 200], [3, 200, 3]], kind)
        assert np.array_equal(picture > lesson.otsu_threshold(picture), picture == 200)


@pytest.mark.parametrize("width", [2, 8])
@pytest.mark.parametrize("skips", [True, False])
def test_the_u_draws_on_any_size_and_only_skips_tell_the_two_apart(width, skips):
    torch.manual_seed(0)
    network = lesson.UNet(width, skips).eval()
    assert network(torch.zeros(2, 1, 8, 12)).shape == (2, 8, 12)
    twin = lesson.UNet(width, not skips).eval()
    twin.load_state_dict(network.state_dict())  # the same parameters fit both
    X = torch.randn(2, 1, 16, 16)
    assert not torch.allclose(network(X), twin(X))


@pytest.mark.parametrize("skips", [True, False])
def test_without_skips_the_fine_maps_count_only_by_way_of_the_deep_ones(skips):
    torch.manual_seed(0)
    network, kept = lesson.UNet(4, skips).eval(), []
    network.down1.register_forward_hook(lambda module, inputs, output: kept.append(output))
    network.down2.register_forward_hook(lambda module, inputs, output: output.detach())
    logits = network(torch.randn(1, 1, 16, 16))
    slope = torch.autograd.grad(logits.sum(), kept[0])[0]
    assert bool(slope.abs().sum() > 0) == skips


def test_sides_that_do_not_halve_twice_are_refused():
    with pytest.raises(ValueError, match="multiples of 4"):
        lesson.UNet()(torch.zeros(1, 1, 16, 18))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.integers(1, 4), st.floats(0.1, 30))
def test_the_loss_is_one_minus_a_dice_that_hardens_with_the_logits(seed, n, scale):
    rng = np.random.default_rng(seed)
    logits, y = rng.normal(0, scale, (n, 5, 6)), rng.random((n, 5, 6)) < 0.3
    p = 1 / (1 + np.exp(-logits))
    wanted = 1 - (2 * p[y].sum() + 1) / (p.sum() + y.sum() + 1)
    tensors = torch.tensor(logits), torch.tensor(y).double()
    assert lesson.soft_dice_loss(*tensors).item() == pytest.approx(wanted, abs=1e-9)
    hard = lesson.soft_dice_loss(torch.tensor(np.where(logits > 0, 60.0, -60.0)), tensors[1]).item()
    both, total = (y & (logits > 0)).sum(), y.sum() + (logits > 0).sum()
    assert hard == pytest.approx(1 - (2 * both + 1) / (total + 1), abs=1e-9)


def test_a_step_down_the_slope_lowers_the_loss():
    torch.manual_seed(1)
    logits, y = torch.randn(2, 6, 6, requires_grad=True), (torch.rand(2, 6, 6) < 0.3).float()
    before = lesson.soft_dice_loss(logits, y)
    (slope,) = torch.autograd.grad(before, logits)
    assert (slope[y == 1] < 0).all() and (slope[y == 0] > 0).all()
    assert lesson.soft_dice_loss(logits.detach() - 5 * slope, y) < before
