"""Files that a verified download is turned into once and that the cache then keeps.

What takes minutes to unpack (a packed model, an archive of 25,000 photos) is written into a
folder of the cache with the sha256 of each of its files; later runs check those and read on.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import filelock
import pooch

from shared.errors import DaysError
from shared.sources import LOCK_SECONDS, cache_folder

RECORD = "converted.json"


def keep(
    name: str,
    title: str,
    version: int,
    source: Path,
    convert: Callable[[Path, Path], None],
    needs: str,
) -> Path:
    """The folder `title` in the cache of `name` with what `convert` made of the file `source`.

    convert: gets `source` and the folder to write; it runs only when the folder is missing,
        damaged or of another `version`, and concurrent runs share what one of them made.
    needs: what a conversion takes, for the message of the DaysError when it fails.
    """
    home = cache_folder() / name
    home.mkdir(parents=True, exist_ok=True)
    folder = home / title
    with filelock.FileLock(home / ".lock", timeout=LOCK_SECONDS):
        if not whole(folder, version):
            with tempfile.TemporaryDirectory(dir=home, prefix=".converting-") as draft:
                target = Path(draft) / title
                try:
                    convert(source, target)
                except (ImportError, OSError, ValueError) as error:
                    reason = " ".join(str(error).split())
                    raise DaysError(
                        f"{source.name} could not be unpacked into the cache: {reason}. It takes "
                        f"{needs}, once."
                    ) from None
                _seal(target, version)
                shutil.rmtree(folder, ignore_errors=True)
                os.replace(target, folder)
    return folder


def whole(folder: Path, version: int) -> bool:
    """Whether `folder` holds, unharmed, what this version of its conversion wrote."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return record["conversion"] == version and all(
            pooch.file_hash(folder / name) == sha256 for name, sha256 in record["files"].items()
        )
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False


def _seal(folder: Path, version: int) -> None:
    """Note the sha256 of each file in `folder`, so that `whole` can tell it from a damaged one."""
    hashes = {path.name: pooch.file_hash(path) for path in sorted(folder.iterdir())}
    record = {"conversion": version, "files": hashes}
    (folder / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
