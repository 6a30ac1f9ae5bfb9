"""Day 35's exports: crops, flips and squares against slow loops, and the odds of their draws."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lessons import day35_augmentation as lesson

TRANSFORMS = [lesson.random_flip, lesson.random_crop, lesson.cutout]


@st.composite
def batches(draw):
    """(X without a zero, a seeded generator, a side for paddings and squares)."""
    n, c = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    h, w = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    X = 1 + torch.arange(n * c * h * w, dtype=torch.float32).reshape(n, c, h, w)
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    return X, generator, draw(st.integers(0, 4))


def choices(high, n, generator):
    return torch.randint(0, high, (n,), generator=generator)


@settings(max_examples=50, deadline=None)
@given(case=batches())
def test_a_crop_is_a_true_window_of_the_padded_picture(case):
    X, generator, padding = case
    h, w = X.shape[2:]
    tops, lefts = (choices(2 * padding + 1, len(X), generator) for _ in range(2))
    padded = np.pad(X.numpy(), ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    crops = lesson.crop_at(X, tops, lefts, padding).numpy()
    for crop, picture, top, left in zip(crops, padded, tops.tolist(), lefts.tolist(), strict=True):
        assert np.array_equal(crop, picture[:, top : top + h, left : left + w])


@settings(max_examples=50, deadline=None)
@given(case=batches())
def test_flips_are_mirror_images_of_just_the_chosen(case):
    X, generator, _ = case
    flipped = choices(2, len(X), generator) == 1
    for was, now, chosen in zip(X, lesson.flip_where(X, flipped), flipped.tolist(), strict=True):
        assert np.array_equal(now.numpy(), np.flip(was.numpy(), 2) if chosen else was.numpy())


@settings(max_examples=50, deadline=None)
@given(case=batches())
def test_a_square_is_cut_pixel_by_pixel_and_clipped_at_the_edge(case):
    X, generator, size = case
    h, w = X.shape[2:]
    rows, cols = choices(h, len(X), generator), choices(w, len(X), generator)
    cut = lesson.cut_at(X, rows, cols, size)
    for number, (row, col) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
        top, left = row - size // 2, col - size // 2
        for i in range(h):
            for j in range(w):
                hole = top <= i < top + size and left <= j < left + size
                wanted = torch.zeros_like(X[number, :, i, j]) if hole else X[number, :, i, j]
                assert torch.equal(cut[number, :, i, j], wanted)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda f: f.__name__)
@settings(max_examples=25, deadline=None)
@given(case=batches(), seed=st.integers(0, 2**31))
def test_a_seed_repeats_a_transform_and_nothing_else_is_touched(transform, case, seed):
    X = case[0]
    before, state = X.clone(), torch.get_rng_state()
    first, second = (transform(X, torch.Generator().manual_seed(seed)) for _ in range(2))
    assert torch.equal(first, second)
    assert first.shape == X.shape and first.dtype == X.dtype
    assert torch.equal(X, before), "the pictures themselves were changed"
    assert torch.equal(torch.get_rng_state(), state), "drawn from the global generator"


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda f: f.__name__)
def test_an_empty_batch_stays_empty(transform):
    X = torch.zeros(0, 3, 32, 32)
    assert transform(X, torch.Generator()).shape == X.shape


def test_each_picture_has_a_coin_of_its_own():
    X = torch.tensor([0.0, 1.0]).expand(40_000, 1, 1, 2)
    heads = lesson.random_flip(X, torch.Generator().manual_seed(0))[:, 0, 0, 0]
    assert abs(heads.mean().item() - 0.5) < 5 * 0.5 / 200
    runs = (heads[1:] != heads[:-1]).double().mean().item()
    assert abs(runs - 0.5) < 5 * 0.5 / 200, "one picture's coin depends on the next one's"


@pytest.mark.parametrize("padding", [0, 1, 3])
def test_all_corners_are_equally_likely(padding):
    side, each = 2 * padding + 1, 500
    X = (
        torch.arange(float(side * side))
        .reshape(1, 1, side, side)
        .expand(side**2 * each, -1, -1, -1)
    )
    crops = lesson.random_crop(X, torch.Generator().manual_seed(1), padding)
    corners = torch.bincount(crops[:, 0, padding, padding].long(), minlength=side * side)
    chi2, freedom = ((corners - each) ** 2 / each).sum().item(), side * side - 1
    assert chi2 <= freedom + 5 * (2 * freedom) ** 0.5


def test_all_centres_are_equally_likely():
    X = torch.ones(30 * 500, 1, 5, 6)
    holes = lesson.cutout(X, torch.Generator().manual_seed(2), size=1)[:, 0].flatten(1) == 0
    assert torch.equal(holes.sum(1), torch.ones(30 * 500, dtype=torch.long))
    chi2 = ((holes.sum(0) - 500) ** 2 / 500).sum().item()
    assert chi2 <= 29 + 5 * 58**0.5


def test_an_augmenter_applies_its_transforms_in_order_from_one_generator():
    X = torch.randn(8, 3, 12, 12, generator=torch.Generator().manual_seed(3))
    augment = lesson.augmenter(
        [lesson.random_crop, lesson.cutout], torch.Generator().manual_seed(4)
    )
    hand = torch.Generator().manual_seed(4)
    for _ in range(2):  # the second batch goes on where the first stopped
        assert torch.equal(augment(X), lesson.cutout(lesson.random_crop(X, hand), hand))
    assert lesson.augmenter([], torch.Generator())(X) is X
