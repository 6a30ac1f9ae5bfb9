"""Day 46, Label Studio basics: what later days import.

Made from days/phase4_vision/day46_label_studio.ipynb by `days refresh 46`; edit it there.
"""

import copy
import math
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
from pycocotools.coco import COCO


def areas(boxes):
    """Areas (...) of boxes (..., 4), xyxy in pixels."""
    return (boxes[..., 2:] - boxes[..., :2]).prod(-1)


def to_regions(boxes, width, height, label="tree"):
    """Boxes (k, 4), xyxy in pixels, as Label Studio's regions: dicts with percent of the sides.

    width, height: of the picture, in pixels. ValueError when a box isn't inside it.
    """
    regions = []
    for x0, y0, x1, y1 in np.asarray(boxes, float).reshape(-1, 4).tolist():
        if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
            raise ValueError(f"the box {[x0, y0, x1, y1]} isn't inside {width} x {height} pixels")
        value = {"x": 100 * x0 / width, "y": 100 * y0 / height}
        value |= {"width": 100 * (x1 - x0) / width, "height": 100 * (y1 - y0) / height}
        value |= {"rotation": 0, "rectanglelabels": [label]}
        region = {"from_name": "label", "to_name": "image", "type": "rectanglelabels"}
        region |= {"original_width": width, "original_height": height, "image_rotation": 0}
        regions.append(region | {"value": value})
    return regions


def file_of(task):
    """The name of a task's picture as it was before the upload put `.../9ff3fe12-` in front."""
    return task["data"]["image"].rpartition("/")[2].partition("-")[2]


def regions_of(task):
    """The regions of a task's newest annotation; None if nobody has submitted one.

    Cancelled annotations don't count. ValueError for a turned box: COCO's boxes stand upright.
    """
    finished = [a for a in task["annotations"] if not a.get("was_cancelled")]
    if not finished:
        return None
    regions = max(finished, key=lambda annotation: annotation["id"])["result"]
    if any(region["value"].get("rotation") for region in regions):
        raise ValueError(f"{file_of(task)} has a turned box; draw it upright")
    return regions


def to_coco(tasks, sizes, labels=("tree",)):
    """A COCO dataset, a dict, from Label Studio's JSON export: a list of tasks.

    sizes: {file name: (width, height)} in pixels; labels: the names of categories 1, 2, ...
    `iscrowd` is 0 and `segmentation` is [] everywhere. (COCO, "Data format", 2014.)
    """
    images, annotations = [], []
    categories = [{"id": k, "name": label} for k, label in enumerate(labels, 1)]
    for task in tasks:
        name, regions = file_of(task), regions_of(task)
        if regions is None:
            continue
        width, height = sizes[name]
        images.append({"id": len(images) + 1, "file_name": name, "width": width, "height": height})
        for value in (region["value"] for region in regions):
            x, y = value["x"] * width / 100, value["y"] * height / 100
            w, h = value["width"] * width / 100, value["height"] * height / 100
            kind = 1 + labels.index(value["rectanglelabels"][0])
            box = {"id": len(annotations) + 1, "image_id": len(images), "category_id": kind}
            box |= {"bbox": [x, y, w, h], "area": w * h, "iscrowd": 0, "segmentation": []}
            annotations.append(box)
    return {"images": images, "categories": categories, "annotations": annotations}


def coco_errors(dataset):
    """What keeps a COCO dataset from being sound, a sentence each; an empty list when nothing does."""
    images, boxes = {image["id"]: image for image in dataset["images"]}, dataset["annotations"]
    kinds, errors = {category["id"] for category in dataset["categories"]}, []
    for part in ("images", "categories", "annotations"):
        ids = [entry["id"] for entry in dataset[part]]
        errors += ["an id comes twice"] * (len(ids) - len(set(ids)))
    for box in boxes:
        (x, y, w, h), image = box["bbox"], images.get(box["image_id"])
        if image is None or box["category_id"] not in kinds:
            errors.append("a box without picture or category")
            continue
        right, bottom = image["width"] + 1e-6, image["height"] + 1e-6
        if min(w, h) <= 0 or min(x, y) < -1e-6 or x + w > right or y + h > bottom:
            errors.append("a box that is empty, or leaves its picture")
        if not math.isclose(box["area"], w * h, rel_tol=1e-6):
            errors.append("an area that isn't width times height")
    names = [image["file_name"].replace("\\", "/") for image in dataset["images"]]
    errors += ["a box with the id 0"] * sum(box["id"] == 0 for box in boxes)
    errors += ["a path for a file name"] * sum("/" in name for name in names)
    return errors + ["a picture comes twice"] * (len(names) - len(set(names)))


def tidy(dataset):
    """A copy of Label Studio's COCO export with plain file names, and boxes numbered from 1."""
    dataset = copy.deepcopy(dataset)
    for image in dataset["images"]:
        uploaded = image["file_name"].replace("\\", "/").rpartition("/")[2]
        image["file_name"] = uploaded.partition("-")[2]
    for number, box in enumerate(dataset["annotations"], 1):
        box["id"] = number
    return dataset


def boxes_of(path):
    """{file name: boxes (k, 4), xyxy in pixels} of a COCO file, as pycocotools reads it."""
    with redirect_stdout(StringIO()):  # it prints what it does
        coco = COCO(str(path))
    found = {}
    for number, image in coco.imgs.items():
        rows = [box["bbox"] for box in coco.loadAnns(coco.getAnnIds(imgIds=[number]))]
        x, y, w, h = np.array(rows, float).reshape(-1, 4).T
        found[image["file_name"]] = np.stack([x, y, x + w, y + h], axis=1)
    return found


def iou(first, second):
    """Intersection over union (k, m) of boxes (k, 4) and (m, 4), xyxy; ValueError if one is empty."""
    a, b = np.asarray(first, float).reshape(-1, 1, 4), np.asarray(second, float).reshape(1, -1, 4)
    if (a[..., 2:] <= a[..., :2]).any() or (b[..., 2:] <= b[..., :2]).any():
        raise ValueError("a box has no area; are they really xyxy?")
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = sides.clip(0).prod(-1)
    return shared / (areas(a) + areas(b) - shared)


def pairs(first, second, at_least=0.5):
    """IoU of each pair of boxes of two labellers, matched one to one, greedily from the best."""
    overlap, found = iou(first, second), []
    while overlap.size and overlap.max() >= max(at_least, 1e-9):
        i, j = np.unravel_index(overlap.argmax(), overlap.shape)
        found.append(float(overlap[i, j]))
        overlap[i], overlap[:, j] = -1, -1
    return found


def covered(boxes, width, height):
    """Which pixels (height, width) lie in one of the boxes (k, 4), xyxy: bool."""
    mask = np.zeros((height, width), bool)
    for x0, y0, x1, y1 in np.rint(boxes).astype(int):
        mask[y0:y1, x0:x1] = True
    return mask


def kappa(first, second):
    """Cohen's kappa of two bool arrays of one shape, then p_o and p_e (Cohen, 1960)."""
    observed, p, q = np.mean(first == second), np.mean(first), np.mean(second)
    chance = p * q + (1 - p) * (1 - q)
    return (1.0 if chance == 1 else (observed - chance) / (1 - chance)), observed, chance
