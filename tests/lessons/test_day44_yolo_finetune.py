"""Day 44's exports: IoU and NMS against torchvision, AP against a plain loop and its limits."""

import numpy as np
import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lessons import day44_yolo_finetune as lesson

seeds = st.integers(0, 9999)


def some_boxes(generator, n, side=20):
    """Whole numbers, so that many boxes coincide, touch or have no area."""
    corners = torch.randint(0, side, (n, 2, 2), generator=generator).float()
    return corners.sort(1).values.reshape(n, 4)


def some_pictures(seed, pictures=3, most=8):
    """Pairs of boxes and scores with no two alike, and the true boxes, with at least one."""
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.randint(0, most, (2, pictures), generator=generator)
    truth = [some_boxes(generator, n) for n in sizes[0]] + [torch.tensor([[0.0, 0, 9, 9]])]
    found = []
    for boxes, n in zip(truth, [*sizes[1], 3], strict=True):
        near = boxes + torch.randint(-1, 2, boxes.shape, generator=generator)
        near[:, 2:] = torch.maximum(near[:, :2], near[:, 2:])
        both = torch.cat([near, some_boxes(generator, n)])
        found.append((both, torch.rand(len(both), generator=generator, dtype=torch.float64)))
    return found, truth


@settings(max_examples=100, deadline=None)
@given(seeds, st.integers(0, 30), st.integers(0, 30))
def test_iou_is_torchvisions(seed, n, m):
    generator = torch.Generator().manual_seed(seed)
    a, b = some_boxes(generator, n), some_boxes(generator, m)
    found, theirs = lesson.box_iou(a, b), torchvision.ops.box_iou(a, b)
    assert found.shape == (n, m)
    # Two boxes without area: torchvision divides by 0, the lesson says 0.
    torch.testing.assert_close(found, theirs.nan_to_num(0))
    torch.testing.assert_close(found, lesson.box_iou(b, a).T)


@settings(max_examples=100, deadline=None)
@given(seeds, st.integers(0, 40), st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9]))
def test_nms_is_torchvisions_and_leaves_no_two_that_overlap(seed, n, threshold):
    generator = torch.Generator().manual_seed(seed)
    corners = 30 * torch.rand(n, 2, generator=generator)
    boxes = torch.cat([corners, corners + 1 + 9 * torch.rand(n, 2, generator=generator)], dim=1)
    scores = torch.rand(n, generator=generator)
    kept = lesson.nms(boxes, scores, threshold)
    assert kept.dtype == torch.int64
    assert torch.equal(kept, torchvision.ops.nms(boxes, scores, threshold))
    assert lesson.box_iou(boxes[kept], boxes[kept]).triu(1).le(threshold).all()


@settings(max_examples=100, deadline=None)
@given(seeds, st.sampled_from([0.3, 0.5, 0.75]))
def test_no_tree_is_hit_twice_and_every_hit_fits_a_tree(seed, threshold):
    found, truth = some_pictures(seed)
    for (boxes, scores), trees in zip(found, truth, strict=True):
        hits = lesson.match(boxes, scores, trees, threshold)
        fits = lesson.box_iou(boxes, trees) >= threshold
        assert hits.sum() <= fits.any(0).sum()
        assert not hits[~fits.any(1)].any()
        if len(boxes) and fits[scores.argmax()].any():
            assert hits[scores.argmax()], "nobody was there before the surest box"


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_average_precision_is_the_area_of_its_definition(seed):
    """At each of 101 recalls the best precision still to come, read off piece by piece."""
    found, truth = some_pictures(seed)
    recall, precision = lesson.precision_recall(found, truth)
    assert (np.diff(recall) >= 0).all() and ((precision >= 0) & (precision <= 1)).all()
    points = [(0.0, 1.0), *zip(recall, precision, strict=True), (recall[-1], 0.0), (1.0, 0.0)]
    best = [(r, max(p for _, p in points[i:])) for i, (r, _) in enumerate(points)]
    heights = np.interp(np.linspace(0, 1, 101), *zip(*best, strict=True))
    area = ((heights[1:] + heights[:-1]) / 2 * 0.01).sum()
    assert lesson.average_precision(found, truth) == pytest.approx(area, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(seeds, st.floats(0.1, 10))
def test_only_the_order_of_the_scores_matters(seed, power):
    found, truth = some_pictures(seed)
    ours = lesson.average_precision(found, truth)
    monotone = [(boxes, scores**power) for boxes, scores in found]
    assert lesson.average_precision(monotone, truth) == pytest.approx(ours, abs=1e-12)
    shuffled = [(boxes.flip(0), scores.flip(0)) for boxes, scores in found][::-1]
    assert lesson.average_precision(shuffled, truth[::-1]) == pytest.approx(ours, abs=1e-12)


def test_the_best_and_the_worst_there_is():
    truth = [torch.tensor([[0.0, 0, 4, 4], [10, 10, 14, 14]]), torch.zeros(0, 4)]
    nothing = torch.zeros(0, 4), torch.zeros(0)
    perfect = [(truth[0], torch.tensor([0.9, 0.8])), nothing]
    assert lesson.average_precision(perfect, truth) == pytest.approx(0.995)
    assert lesson.average_precision([nothing, nothing], truth) == 0
    wrong = [(truth[0] + 5, torch.ones(2)), (truth[0], torch.ones(2))]
    assert lesson.average_precision(wrong, truth) == 0
    half = [(truth[0][:1], torch.ones(1)), nothing]
    assert lesson.average_precision(half, truth) == pytest.approx(0.5, abs=0.01)


def test_what_cannot_be_measured_is_refused_in_one_sentence():
    nothing = torch.zeros(0, 4), torch.zeros(0)
    with pytest.raises(ValueError, match="2 pictures searched, 1 with 1 boxes to find"):
        lesson.average_precision([nothing, nothing], [torch.ones(1, 4)])
    with pytest.raises(ValueError, match="1 pictures searched, 1 with 0 boxes to find"):
        lesson.precision_recall([nothing], [torch.zeros(0, 4)])
