"""`days publish`: the part of a proof that lies elsewhere, as a link or as a picture of it."""

import io
import json
import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from shared import proof
from shared.curriculum import Facts
from shared.errors import DaysError

RECORD, PICTURE = proof.PUBLISHED
MAX_URL = 500
MAX_BYTES = 1_000_000
MAX_SOURCE_BYTES = 20_000_000
MAX_PIXELS = 40_000_000
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)
# What may follow the host. Brackets, bars, quotes and backslashes are left out: the link stands
# in a table of progress.md, and no service that the days name needs them.
REST = re.compile(r"[A-Za-z0-9._~!$&'*+,;=:@%/?#-]*")


def publish(facts: Facts, what: str) -> str:
    """Record a link or a PNG with the day's proof; returns what was recorded, for the learner.

    what: an https address, or the path of a PNG (kept without its metadata).
    Raises DaysError without a whole proof, and on an address or picture that won't do.
    """
    target = proof.folder(facts.number)
    whole = proof.whole(facts.number)
    published, picture, said = read(target), b"", what
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", what):
        published["url"] = check_url(what)
    else:
        picture = clean_png(Path(what).expanduser())
        published["png"] = PICTURE
        said = f"{PICTURE}, {len(picture) / 1000:.0f} kB, without metadata,"
    with tempfile.TemporaryDirectory(prefix="days-publish-") as folder:
        draft = Path(shutil.copytree(target, folder, dirs_exist_ok=True))
        (draft / RECORD).write_text(json.dumps(published, indent=1) + "\n", encoding="utf-8")
        if picture:
            (draft / PICTURE).write_bytes(picture)
        proof.write(facts.number, whole, draft)
    return (
        f"Day {facts.number}: {said} is part of its proof. `days commit {facts.number}` sends it."
    )


def read(target: Path) -> dict[str, str]:
    """What has been published with the proof in `target`: {"url": …, "png": …}, perhaps neither."""
    try:
        record = json.loads((target / RECORD).read_text(encoding="utf-8"))
        found = {"url": check_url(record["url"])} if "url" in record else {}
    except (OSError, ValueError, TypeError, DaysError):
        return {}
    return found | ({"png": PICTURE} if (target / PICTURE).is_file() else {})


def links(target: Path, folder: str) -> list[str]:
    """What has been published, as links for progress.md; `folder` leads from there to `target`."""
    published = read(target)
    found = [f"[published]({published['url']})"] if "url" in published else []
    return found + ([f"[picture]({folder}{PICTURE})"] if "png" in published else [])


def check_url(text: str) -> str:
    """The address as it was given, once it has passed. Raises DaysError on a bad one."""

    def refuse(why: str):
        # Not quoted back: it may hold a password, or characters that upset a terminal.
        raise DaysError(f"That address can't be published: {why}. Give it as https://host/page.")

    if not isinstance(text, str) or len(text) > MAX_URL:
        refuse(f"it is longer than {MAX_URL} characters")
    if any(ord(c) <= 32 or 127 <= ord(c) <= 160 for c in text):
        refuse("it holds a space or a control character")
    scheme, _, rest = text.partition("://")
    if scheme != "https":
        refuse("it doesn't begin with https://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in host:
        refuse("it holds a name or a password")
    if not HOST.fullmatch(host) or urlsplit(text).hostname != host.lower():
        refuse("its host is not a public name")
    if not REST.fullmatch(rest[len(host) :]):
        refuse("it holds a character that doesn't belong there")
    return text


def clean_png(path: Path) -> bytes:
    """The picture at `path`, encoded anew: its pixels and nothing else.

    Raises DaysError when it isn't there, isn't a PNG, or is too large.
    """
    from PIL import Image

    try:
        size = path.stat().st_size
        content = path.read_bytes() if path.is_file() and size <= MAX_SOURCE_BYTES else b""
    except (OSError, ValueError):
        raise DaysError(f"There is no picture {str(path)!r}, and it is no https address.") from None
    if size > MAX_SOURCE_BYTES:
        raise DaysError(f"{path.name} has {size / 1e6:.0f} MB; give a smaller picture.")
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise DaysError(f"{path.name} has too many pixels; crop it or scale it down.")
            alpha = "A" in picture.mode or "transparency" in picture.info
            pixels = picture.convert("RGBA" if alpha else "RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise DaysError(f"{path.name} is not a PNG, or a damaged one.") from None
    bare = Image.new(pixels.mode, pixels.size)  # saving keeps whatever hangs on `picture`
    bare.paste(pixels)
    stream = io.BytesIO()
    bare.save(stream, "PNG", optimize=True)
    if stream.tell() > MAX_BYTES:
        raise DaysError(
            f"{path.name} takes {stream.tell() / 1e6:.1f} MB; at most 1 MB: crop it or scale it down."
        )
    return stream.getvalue()
