"""Day 46's exports: labels survive every trip, sick files are told apart, overlaps are right."""

import copy
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask
from sklearn.metrics import cohen_kappa_score

from shared.lessons import day46_label_studio as lesson

SIDES = st.tuples(st.integers(8, 700), st.integers(8, 700))


def random_boxes(rng, size, count):
    """Boxes (count, 4), xyxy, inside a picture and at least a pixel wide and high."""
    corners = np.sort(rng.uniform(0, 1, (count, 2, 2)), axis=1) * (np.array(size) - 1)
    return np.concatenate([corners[:, 0], corners[:, 1] + 1], axis=1)


def task(name, *submissions, cancelled=()):
    annotations = [
        {"id": k, "was_cancelled": k in cancelled, "result": regions}
        for k, regions in enumerate(submissions)
    ]
    return {"data": {"image": f"/data/upload/3/9ff3fe12-{name}"}, "annotations": annotations}


def exported_by_label_studio(dataset):
    """A dataset as the server exports it: paths for names, everything numbered from 0."""
    dataset = copy.deepcopy(dataset)
    for image in dataset["images"]:
        image["id"] -= 1
        image["file_name"] = f"../somewhere/media/upload/3/9ff3fe12-{image['file_name']}"
    for box in dataset["annotations"]:
        box["id"], box["image_id"] = box["id"] - 1, box["image_id"] - 1
    return dataset


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(SIDES, st.integers(0, 5)), max_size=4), st.integers(0, 2**32 - 1))
def test_boxes_come_back_through_percent_coco_and_a_file(tmp_path_factory, pictures, seed):
    rng = np.random.default_rng(seed)
    sizes = {f"a-{k}.jpg": size for k, (size, _) in enumerate(pictures)}
    truth = {
        name: random_boxes(rng, sizes[name], count)
        for name, (_, count) in zip(sizes, pictures, strict=True)
    }
    tasks = [task(name, lesson.to_regions(boxes, *sizes[name])) for name, boxes in truth.items()]
    path = tmp_path_factory.mktemp("coco") / "labels.json"
    ours = lesson.to_coco(json.loads(json.dumps(tasks)), sizes)
    for dataset in (ours, lesson.tidy(exported_by_label_studio(ours))):
        assert lesson.coco_errors(dataset) == []
        path.write_text(json.dumps(dataset))
        found = lesson.boxes_of(path)
        assert set(found) == set(truth)
        for name, boxes in truth.items():
            np.testing.assert_allclose(found[name], boxes, atol=1e-9)


def test_percent_is_of_each_side_and_nothing_leaves_the_picture():
    value = lesson.to_regions([[10, 10, 30, 60]], 200, 100)[0]["value"]
    assert [value[key] for key in ("x", "y", "width", "height")] == [5, 10, 10, 50]
    assert lesson.to_regions(np.zeros((0, 4)), 200, 100) == []
    for box in ([-1, 0, 5, 5], [0, 0, 201, 5], [5, 0, 5, 5], [9, 0, 5, 5], [np.nan, 0, 5, 5]):
        with pytest.raises(ValueError, match="isn't inside"):
            lesson.to_regions([box], 200, 100)


def test_the_newest_finished_annotation_counts():
    old, new = lesson.to_regions([[0, 0, 5, 5]], 9, 9), lesson.to_regions([[1, 1, 6, 6]], 9, 9)
    assert lesson.regions_of(task("a.jpg", old, new)) == new
    assert lesson.regions_of(task("a.jpg", old, new, cancelled=[1])) == old
    assert lesson.regions_of(task("a.jpg", old, [])) == []
    assert lesson.regions_of(task("a.jpg")) is None
    new[0]["value"]["rotation"] = 12.5
    with pytest.raises(ValueError, match="turned"):
        lesson.regions_of(task("a.jpg", new))


SICK = {
    "id comes twice": lambda d: d["annotations"][1].update(id=1),
    "without picture": lambda d: d["annotations"][0].update(image_id=9),
    "or category": lambda d: d["annotations"][0].update(category_id=9),
    "leaves its picture": lambda d: d["annotations"][0].update(bbox=[35, 0, 10, 5], area=50),
    "is empty": lambda d: d["annotations"][0].update(bbox=[1, 1, 0, 5], area=0),
    "area": lambda d: d["annotations"][0].update(area=1),
    "id 0": lambda d: d["annotations"][0].update(id=0),
    "path": lambda d: d["images"][0].update(file_name="..\\images\\a.jpg"),
    "picture comes twice": lambda d: d["images"][1].update(file_name="a.jpg"),
}


@pytest.mark.parametrize("fault", SICK)
def test_each_fault_is_found_alone(fault):
    regions = lesson.to_regions([[0, 0, 10, 10], [30, 20, 40, 30]], 40, 30)
    tasks, sizes = [task("a.jpg", regions), task("b.jpg", [])], {"a.jpg": (40, 30), "b.jpg": (9, 9)}
    dataset = lesson.to_coco(tasks, sizes)
    assert lesson.coco_errors(dataset) == []
    SICK[fault](dataset)
    errors = lesson.coco_errors(dataset)
    assert len(errors) == 1 and fault in errors[0]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_overlaps_are_those_of_pycocotools_and_pairs_never_share_a_box(k, m, seed):
    rng = np.random.default_rng(seed)
    first, second = random_boxes(rng, (60, 40), k), random_boxes(rng, (60, 40), m)
    overlap = lesson.iou(first, second)
    assert overlap.shape == (k, m)
    if k and m:
        xywh = [np.hstack([b[:, :2], b[:, 2:] - b[:, :2]]) for b in (first, second)]
        np.testing.assert_allclose(overlap, mask.iou(*xywh, [0] * m), atol=1e-12)
    found = lesson.pairs(first, second, at_least=0)
    assert found == sorted(found, reverse=True) and len(found) <= min(k, m)
    assert lesson.pairs(first, first, at_least=0.99) == pytest.approx([1] * k)
    assert not k or not m or max(found, default=0) == pytest.approx(overlap.max(), abs=1e-9)


def test_a_box_without_area_has_no_overlap():
    for bad in ([3, 3, 3, 5], [5, 5, 3, 3]):
        with pytest.raises(ValueError, match="no area"):
            lesson.iou([bad], [[0, 0, 9, 9]])


@settings(deadline=None, max_examples=30)
@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_kappa_is_scikit_learns(p, q, seed):
    rng = np.random.default_rng(seed)
    first, second = rng.random(200) < p, rng.random(200) < q
    value, observed, chance = lesson.kappa(first, second)
    assert observed == np.mean(first == second) and 0 <= chance <= 1
    if chance < 1:
        assert value == pytest.approx(cohen_kappa_score(first, second), abs=1e-9)
    assert lesson.kappa(first, first)[0] == pytest.approx(1)


def test_covered_counts_each_pixel_once():
    grid = lesson.covered(np.array([[0, 0, 3, 2], [2, 1, 4, 3]]), 5, 4)
    assert grid.shape == (4, 5) and grid.sum() == 6 + 4 - 1 and grid[2, 3] and not grid[3, 2]
    assert not lesson.covered(np.zeros((0, 4)), 5, 4).any()
