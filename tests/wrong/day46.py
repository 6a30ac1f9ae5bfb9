"""Day 46: plausible wrong converters to COCO; the day's checks must reject each of them."""

RIGHT = """
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
"""


def but(*changes: tuple[str, str]) -> str:
    """The right body with a few things changed."""
    body = RIGHT
    for old, new in changes:
        assert old in body
        body = body.replace(old, new)
    return body


WRONG = {
    "to_coco": {
        "percentages of the wrong side": but(("width, height = sizes", "height, width = sizes")),
        "everything in percent of the width": but(
            ('value["y"] * height', 'value["y"] * width'),
            ('value["height"] * height', 'value["height"] * width'),
        ),
        "two corners instead of a corner and a size": but(("[x, y, w, h]", "[x, y, x + w, y + h]")),
        "the middle instead of the corner": but(("[x, y, w, h]", "[x + w / 2, y + h / 2, w, h]")),
        "percent left as it is": but((" * width / 100", ""), (" * height / 100", "")),
        "shares taken for percent": but((" / 100", "")),
        "rounded to tens of pixels": but(("[x, y, w, h]", "[round(v, -1) + 1 for v in (x, y, w, h)]")),
        "the area in percent": but(('"area": w * h', '"area": value["width"] * value["height"]')),
        "numbers from 0": but(
            ('"id": len(images) + 1', '"id": len(images)'),
            ('"id": len(annotations) + 1', '"id": len(annotations)'),
            ('"image_id": len(images)', '"image_id": len(images) - 1'),
        ),
        "boxes numbered anew in each picture": but(
            ('value in (region["value"] for region in regions)',
             'n, value in enumerate((region["value"] for region in regions), 1)'),
            ('"id": len(annotations) + 1', '"id": n'),
        ),
        "an empty label taken for none": but(("if regions is None", "if not regions")),
        "none taken for an empty label": but(
            ("        if regions is None:\n            continue\n", ""),
            ("for region in regions)", "for region in regions or [])"),
        ),
        "pictures numbered by their task": but(
            ("for task in tasks", "for number, task in enumerate(tasks, 1)"),
            ('"image_id": len(images)', '"image_id": number'),
        ),
        "the oldest annotation": but(
            ("            continue\n", '            continue\n        regions = task["annotations"][0]["result"]\n'),
        ),
        "one category for all": but(('1 + labels.index(value["rectanglelabels"][0])', "1")),
        "categories from 0": but(('1 + labels.index', "labels.index")),
        "the picture's sides swapped in its entry": but(
            ('"width": width, "height": height', '"width": height, "height": width')
        ),
    }
}  # fmt: skip
