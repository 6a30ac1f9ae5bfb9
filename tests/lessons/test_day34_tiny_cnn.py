"""Day 34's exports: convolutions against torch over random shapes, and the small network."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from shared.lessons import day34_tiny_cnn as lesson

small = st.integers(1, 4)
WAYS = [lesson.conv2d_loops, lesson.conv2d_im2col, lesson.conv2d_fft]


@st.composite
def cases(draw):
    """(X, weight, bias, stride, padding) for which at least one window fits."""
    n, c, o, kh, kw, stride = (draw(small) for _ in range(6))
    padding = draw(st.integers(0, 3))
    h, w = (draw(st.integers(max(1, k - 2 * padding), 9)) for k in (kh, kw))
    rng = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    X, weight = torch.randn(n, c, h, w, generator=rng), torch.randn(o, c, kh, kw, generator=rng)
    return X, weight, torch.randn(o, generator=rng), stride, padding


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_each_way_is_torchs_convolution(way, case):
    expected = F.conv2d(*case)
    ours = way(*case)
    assert ours.shape == expected.shape
    assert torch.allclose(ours, expected, atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_im2col_is_torchs_unfold(case):
    X, weight, _, stride, padding = case
    kernel = tuple(weight.shape[2:])
    expected = F.unfold(X, kernel, padding=padding, stride=stride)
    assert torch.equal(lesson.im2col(X, kernel, stride, padding), expected)


def test_gradients_flow_through_the_matrix_product():
    X = torch.randn(2, 3, 6, 5, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(4, 3, 3, 2, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda *t: lesson.conv2d_im2col(*t, 2, 1), (X, weight, bias))


@pytest.mark.parametrize("way", [lesson.conv2d_loops, lesson.conv2d_im2col])
def test_a_window_that_does_not_fit_is_refused(way):
    with pytest.raises(ValueError, match="a window of 5 doesn't fit into 2 \\+ 2 x 1 pixels"):
        way(torch.zeros(1, 1, 8, 2), torch.zeros(1, 1, 3, 5), torch.zeros(1), 1, 1)


def test_other_channels_are_refused():
    with pytest.raises(ValueError, match="X has 3 channels, but the windows have 2"):
        lesson.conv2d_im2col(torch.zeros(1, 3, 8, 8), torch.zeros(4, 2, 3, 3), torch.zeros(4))


def test_output_size_counts_windows():
    for size in range(1, 12):
        for kernel in range(1, size + 1):
            for stride in (1, 2, 3):
                starts = range(0, size - kernel + 1, stride)
                assert lesson.output_size(size, kernel, stride) == len(starts)


@pytest.mark.parametrize(
    "classes, widths, parameters", [(10, (32, 64, 128), 113_962), (2, (4, 8, 16), 2_118)]
)
def test_the_network_has_its_shape_and_size(classes, widths, parameters):
    model = lesson.TinyCNN(classes, widths)
    assert model(torch.randn(5, 3, 32, 32)).shape == (5, classes)
    assert sum(p.numel() for p in model.parameters()) == parameters
    maps = model.features(torch.randn(2, 3, 32, 32))
    assert maps.shape == (2, widths[-1], 4, 4)


def test_the_network_refuses_another_size_of_picture():
    with pytest.raises(RuntimeError):
        lesson.TinyCNN()(torch.randn(2, 3, 64, 64))


def test_its_convolutions_are_ours():
    model, X = lesson.TinyCNN().eval(), torch.randn(2, 3, 32, 32)
    convolution = model.features[0][0]
    ours = lesson.conv2d_im2col(X, convolution.weight, torch.zeros(32), padding=1)
    assert torch.allclose(ours, convolution(X), atol=1e-5)


def test_pixels_are_standardised_colour_by_colour():
    pictures = np.zeros((2, 32, 30, 3), np.uint8)
    pictures[1, 5, 7] = 255, 51, 0
    X = lesson.to_tensor(pictures)
    assert X.shape == (2, 3, 32, 30) and X.dtype == torch.float32 and X.is_contiguous()
    wanted = (np.array([1.0, 0.2, 0.0]) - lesson.CIFAR_MEAN) / lesson.CIFAR_STD
    assert X[1, :, 5, 7].numpy() == pytest.approx(wanted, abs=1e-6)
