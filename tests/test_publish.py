"""`days publish`: what may be published, what it leaves in the proof, and that it stays."""

import io
import json
import sys

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from shared import curriculum, progress, proof, publish
from shared.errors import DaysError

KNOWN = curriculum.load()
DAY = KNOWN.day(85)
LINK = "https://huggingface.co/ada/mini-bert-sst2"
RECORD = {
    "schema": proof.SCHEMA,
    "day": 85,
    "scale": "full",
    "passed": True,
    "metrics": {"accuracy": {"value": 0.9, "bar": ">= 0.8", "passed": True}},
    "controls": {},
    "sources": [],
}


def prove(machine, content: str = "a,b\n", **changes):
    artifacts = machine / "artifacts"
    artifacts.mkdir(exist_ok=True)
    (artifacts / "table.csv").write_text(content)
    return proof.write(85, RECORD | changes, artifacts)


def png(path, size=(60, 40), mode="RGB", noise=False, **options):
    import random

    picture = Image.new(mode, size)
    if noise:
        picture = Image.frombytes(mode, size, random.Random(0).randbytes(size[0] * size[1] * 3))
    picture.save(path, "PNG", **options)
    return path


def row() -> str:
    lines = progress.progress_file().read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("| 85 |"))


# --- links --------------------------------------------------------------------------------


def test_a_link_is_recorded_hashed_and_shown_in_the_days_row(machine):
    target = prove(machine)
    said = publish.publish(DAY, LINK)
    assert LINK in said and "days commit 85" in said
    assert json.loads((target / "published.json").read_text()) == {"url": LINK}
    assert proof.broken(target) == [] and "published.json" in proof.read(target)["artifacts"]
    progress.tick(KNOWN)
    assert f"[published]({LINK})" in row() and "✅" in row()
    (target / "published.json").write_text('{"url": "https://evil.example/x"}')
    assert proof.broken(target) == ["published.json has changed since the proof was made"]


GOOD = [
    LINK,
    "https://github.com/ada/days/pull/7",
    "https://x.com/ada/status/1234567890?s=20",
    "https://www.loom.com/share/0123abc#t=5",
    "https://medium.com/@ada/retrospective-100-days-1f2e3d",
    "https://hub.docker.com/r/ada/titanic/tags?name=1.0%2Bslim",
]


@pytest.mark.parametrize("url", GOOD)
def test_addresses_that_the_days_ask_for_pass(url):
    assert publish.check_url(url) == url


BAD = {
    "no scheme": "huggingface.co/ada/x",
    "http": "http://huggingface.co/ada/x",
    "script": "javascript:alert(1)",
    "file": "file:///etc/passwd",
    "upper case": "HTTPS://huggingface.co/x",
    "a password": "https://ada:hunter2@huggingface.co/x",
    "a name": "https://ada@huggingface.co/x",
    "a token as name": "https://@huggingface.co/x",
    "this machine": "https://localhost/x",
    "an address": "https://127.0.0.1/x",
    "an address of six": "https://[::1]/x",
    "a port": "https://huggingface.co:8443/x",
    "no host": "https:///x",
    "half a host": "https://.co/x",
    "another alphabet": "https://huggingfаce.co/x",
    "a space": "https://huggingface.co/a b",
    "a newline": "https://huggingface.co/a\n| 1 | forged | ✅ |",
    "a tab": "https://huggingface.co/\tx",
    "NUL": "https://huggingface.co/\0",
    "an escape": "https://huggingface.co/\x1b[31m",
    "a bar": "https://huggingface.co/a|b",
    "a bracket": "https://huggingface.co/a)[x](https://evil.example",
    "a quote": 'https://huggingface.co/"onclick="x',
    "a backslash": "https://huggingface.co\\@evil.example/x",
    "an angle": "https://huggingface.co/<script>",
    "too long": "https://huggingface.co/" + "a" * 500,
    "empty": "https://",
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_address_is_one_sentence_and_is_not_quoted(kind, machine):
    with pytest.raises(DaysError, match="That address can't be published") as caught:
        publish.check_url(BAD[kind])
    said = str(caught.value)
    assert "hunter2" not in said and "evil" not in said and "\n" not in said
    target = prove(machine)
    before = proof.hashes(target)
    with pytest.raises(DaysError):
        publish.publish(DAY, BAD[kind])
    assert proof.hashes(target) == before


def test_a_forged_record_puts_nothing_into_progress(machine):
    target = prove(machine)
    (target / "published.json").write_text(json.dumps({"url": "javascript:alert(1)"}))
    assert publish.links(target, "proofs/day85/") == []
    for nonsense in ("[]", "3", "{", '{"url": 7}', '{"url": null}'):
        (target / "published.json").write_text(nonsense)
        assert publish.links(target, "proofs/day85/") == []


# --- pictures -----------------------------------------------------------------------------


def test_a_picture_is_kept_without_its_metadata(machine):
    target = prove(machine)
    notes = PngInfo()
    notes.add_text("Author", "Ada Lovelace")
    notes.add_itxt("GPS", "51.5 N")
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    source = png(machine / "shot.png", pnginfo=notes, exif=exif, dpi=(300, 300))
    source.write_bytes(source.read_bytes() + b"appended: SecretTail")
    assert b"Lovelace" in source.read_bytes() and b"SecretCamera" in source.read_bytes()
    publish.publish(DAY, str(source))
    kept = (target / "published.png").read_bytes()
    chunks = {kept[i : i + 4] for i in positions(kept)}
    assert chunks == {b"IHDR", b"IDAT", b"IEND"}
    for words in (b"Lovelace", b"51.5", b"SecretCamera", b"SecretTail"):
        assert words not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.size == (60, 40)
    assert proof.broken(target) == []
    progress.tick(KNOWN)
    assert "[picture](proofs/day85/published.png)" in row()


def positions(content: bytes):
    """Where the names of a PNG's chunks stand."""
    at = 8
    while at < len(content):
        yield at + 4
        at += 12 + int.from_bytes(content[at : at + 4], "big")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_kind_keep_their_pixels(mode, machine):
    colour = {"LA": (90, 40), "RGB": (9, 8, 7), "RGBA": (9, 8, 7, 40)}.get(mode, 1)
    source = machine / "shot.png"
    Image.new(mode, (5, 4), colour).save(source)
    with Image.open(source) as was, Image.open(io.BytesIO(publish.clean_png(source))) as now:
        assert list(was.convert("RGBA").getdata()) == list(now.convert("RGBA").getdata())


def test_what_is_no_picture_or_too_large_is_refused_by_name(machine):
    prove(machine)
    jpeg = machine / "photo.png"
    Image.new("RGB", (9, 9)).save(jpeg, "JPEG")
    cut = png(machine / "cut.png")
    cut.write_bytes(cut.read_bytes()[:60])
    text = machine / "text.png"
    text.write_text("<svg onload='x'/>")
    bomb = machine / "bomb.png"
    Image.new("1", (9000, 9000)).save(bomb)
    for path, words in {
        jpeg: "is not a PNG",
        cut: "is not a PNG",
        text: "is not a PNG",
        machine: "is not a PNG",
        bomb: "too many pixels",
        png(machine / "big.png", (900, 700), noise=True): "at most 1 MB",
        machine / "none.png": "There is no picture",
    }.items():
        with pytest.raises(DaysError, match=words):
            publish.publish(DAY, str(path))
    with pytest.raises(DaysError, match="There is no picture"):
        publish.publish(DAY, "a\0b.png")
    assert not (proof.folder(85) / "published.json").exists()


# --- the proof ----------------------------------------------------------------------------


def test_without_a_whole_proof_nothing_is_published(machine):
    with pytest.raises(DaysError, match="There is no proof in day85"):
        publish.publish(DAY, LINK)
    (prove(machine) / "table.csv").write_text("changed")
    with pytest.raises(DaysError, match="not whole"):
        publish.publish(DAY, LINK)
    assert not (proof.folder(85) / "published.json").exists()


def test_a_link_and_a_picture_stand_together_and_outlive_a_new_proof(machine):
    prove(machine)
    publish.publish(DAY, LINK)
    publish.publish(DAY, str(png(machine / "shot.png")))
    prove(machine, content="new\n", seed=1)
    target = proof.folder(85)
    assert (target / "table.csv").read_text() == "new\n" and proof.read(target)["seed"] == 1
    assert publish.read(target) == {"url": LINK, "png": "published.png"}
    assert proof.broken(target) == []
    assert set(proof.read(target)["artifacts"]) == {"table.csv", "published.json", "published.png"}
    publish.publish(DAY, LINK + "-v2")
    assert publish.read(target) == {"url": LINK + "-v2", "png": "published.png"}


def test_a_run_that_installs_its_proof_keeps_what_was_published(machine, monkeypatch):
    """As `days run` does: proved in a folder of its own, then moved."""
    prove(machine)
    publish.publish(DAY, LINK)
    with monkeypatch.context() as patch:
        patch.setenv("DAYS_PROOFS", str(machine / "staging"))
        made = prove(machine, content="new\n")
        proof.attach(made, proof.NOTEBOOK, "{}")
    proof.install(made, proof.folder(85))
    assert publish.read(proof.folder(85)) == {"url": LINK}
    assert proof.broken(proof.folder(85)) == []


def test_a_record_that_was_changed_by_hand_is_not_made_sound_by_a_new_proof(machine):
    target = prove(machine)
    publish.publish(DAY, LINK)
    (target / "published.json").write_text('{"url": "https://evil.example/x"}')
    prove(machine)
    assert not (target / "published.json").exists() and proof.broken(target) == []


def test_the_command_publishes_and_ticks(machine, monkeypatch, capsys):
    from tools import cli

    def days(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["days", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code or 0, "".join(capsys.readouterr())

    prove(machine)
    status, said = days("publish", "85", LINK)
    assert status == 0 and "is part of its proof" in said and LINK in row()
    status, said = days("publish", "85", "http://x")
    assert status == 1 and "can't be published" in said and "Traceback" not in said
    assert said.endswith("`days doctor` prints a report to paste into an issue.\n")
