"""Day 44, YOLOv8-nano fine-tune: what later days import.

Made from days/phase4_vision/day44_yolo_finetune.ipynb by `days refresh 44`; edit it there.
"""

import numpy as np
import torch


def box_iou(a, b):
    """IoU of each box in a (n, 4) with each in b (m, 4): (n, m), from 0 to 1.

    Boxes are (left, top, right, bottom), in pixels. Two empty boxes have IoU 0
    (Everingham et al., The Pascal Visual Object Classes Challenge, 2010, section 4.2).
    """
    top_left = torch.maximum(a[:, None, :2], b[:, :2])
    bottom_right = torch.minimum(a[:, None, 2:], b[:, 2:])
    both = (bottom_right - top_left).clamp(min=0).prod(2)
    area_a, area_b = ((boxes[:, 2:] - boxes[:, :2]).prod(1) for boxes in (a, b))
    either = area_a[:, None] + area_b - both
    return both / either.clamp(min=1e-9)


def nms(boxes, scores, threshold=0.5):
    """Which of the boxes (n, 4) to keep: indices (k,) int64, by falling score (n,).

    A box is dropped when its IoU with one that was kept before is above `threshold`
    (Felzenszwalb et al., Object Detection with Discriminatively Trained Part-Based Models,
    2010, section 7.2).
    """
    order, kept = scores.argsort(descending=True), []
    while len(order):
        first, rest = order[0], order[1:]
        kept.append(first)
        overlap = box_iou(boxes[first][None], boxes[rest])[0]
        order = rest[overlap <= threshold]
    return torch.stack(kept) if kept else order


def match(boxes, scores, truth, threshold=0.5):
    """Which boxes (n, 4) hit a tree of truth (m, 4): bool (n,), in the order of `boxes`.

    From the highest of scores (n,) down, each box takes the free truth with the highest IoU,
    if that is at least `threshold` (Lin et al., Microsoft COCO, 2014, and its evaluation code).
    """
    hits = torch.zeros(len(boxes), dtype=torch.bool)
    overlap = box_iou(boxes, truth)
    for i in scores.argsort(descending=True):
        if len(truth) and overlap[i].max() >= threshold:
            hits[i] = True
            overlap[:, overlap[i].argmax()] = -1  # taken
    return hits


def precision_recall(found, truth, threshold=0.5):
    """Recall and precision (n,) as the score falls over all pictures together.

    found: a pair of boxes (k, 4) and scores (k,) a picture; truth: its boxes (m, 4).
    ValueError when the two lists differ in length or hold nothing to find.
    """
    total = sum(len(boxes) for boxes in truth)
    if len(found) != len(truth) or total == 0:
        raise ValueError(f"{len(found)} pictures searched, {len(truth)} with {total} boxes to find")
    hits = torch.cat([match(*f, t, threshold) for f, t in zip(found, truth, strict=True)])
    order = torch.cat([scores for _, scores in found]).argsort(descending=True, stable=True)
    right = hits[order].double().cumsum(0).numpy()
    return right / total, right / np.arange(1, len(right) + 1)


def average_precision(found, truth, threshold=0.5):
    """Area under precision over recall, summed over 101 recalls (Lin et al., 2014).

    From 0 to 0.995: as in Ultralytics, the curve ends at 0, which costs half of the last step.
    """
    recall, precision = precision_recall(found, truth, threshold)
    if not len(recall):  # no boxes at all
        return 0.0
    recall = np.concatenate([[0], recall, [recall[-1], 1]])
    precision = np.concatenate([[1], precision, [0, 0]])
    best_to_come = np.maximum.accumulate(precision[::-1])[::-1]
    grid = np.linspace(0, 1, 101)
    return float(np.trapezoid(np.interp(grid, recall, best_to_come), grid))
