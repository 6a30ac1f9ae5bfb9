"""Day 50: plausible wrong readers of uploads; the day's checks must reject each of them."""

HEAD = """
    if len(data) > MAX_MB * 1e6:
        raise ValueError("This file is too large.")
"""
OPEN = """
    try:
        photo = Image.open(io.BytesIO(data), formats=KINDS)
        fits = photo.width * photo.height <= MAX_PIXELS
        photo = ImageOps.exif_transpose(photo).convert("RGB") if fits else photo
    except (OSError, SyntaxError, ValueError):
        raise ValueError("This is no picture.") from None
"""
TAIL = """
    if not fits:
        raise ValueError("These are too many pixels.")
    photo.thumbnail((LONGEST, LONGEST))
    return np.asarray(photo)
"""

WRONG = {
    "read_photo": {
        "Pillow's errors reach the visitor": """
            photo = Image.open(io.BytesIO(data), formats=KINDS)
            photo = ImageOps.exif_transpose(photo).convert("RGB")
            photo.thumbnail((LONGEST, LONGEST))
            return np.asarray(photo)
        """,
        "opened inside the try, decoded outside": HEAD
        + """
    try:
        photo = Image.open(io.BytesIO(data), formats=KINDS)
    except OSError:
        raise ValueError("This is no picture.") from None
    fits = photo.width * photo.height <= MAX_PIXELS
    photo = ImageOps.exif_transpose(photo).convert("RGB") if fits else photo
"""
        + TAIL,
        "the phone's note ignored": HEAD
        + OPEN.replace("ImageOps.exif_transpose(photo)", "photo")
        + TAIL,
        "converted before it is turned, by a note that is gone": HEAD
        + OPEN.replace(
            'ImageOps.exif_transpose(photo).convert("RGB")',
            'ImageOps.exif_transpose(Image.fromarray(np.asarray(photo.convert("RGB"))))',
        )
        + TAIL,
        "not converted": HEAD + OPEN.replace('.convert("RGB")', "") + TAIL,
        "any kind of picture": HEAD + OPEN.replace(", formats=KINDS", "") + TAIL,
        "bytes not counted": OPEN + TAIL,
        "megabytes of 1024 squared": HEAD.replace("1e6", "2**20") + OPEN + TAIL,
        "one byte less than allowed": HEAD.replace(">", ">=") + OPEN + TAIL,
        "pixels not counted": HEAD
        + OPEN.replace("photo.width * photo.height <= MAX_PIXELS", "True")
        + TAIL,
        "only the longer side looked at": HEAD
        + OPEN.replace("photo.width * photo.height <= MAX_PIXELS", "max(photo.size) <= 8000")
        + TAIL,
        "not shrunk": HEAD + OPEN + TAIL.replace("photo.thumbnail((LONGEST, LONGEST))", ""),
        "squeezed into a square": HEAD
        + OPEN
        + TAIL.replace("photo.thumbnail(", "photo = photo.resize("),
        "channels in OpenCV's order": HEAD
        + OPEN
        + TAIL.replace("np.asarray(photo)", "np.asarray(photo)[..., ::-1]"),
        "None instead of a sentence": """
            if len(data) > MAX_MB * 1e6:
                return None
            try:
                photo = Image.open(io.BytesIO(data), formats=KINDS)
                photo = ImageOps.exif_transpose(photo).convert("RGB")
            except OSError:
                return None
            photo.thumbnail((LONGEST, LONGEST))
            return np.asarray(photo)
        """,
    }
}
