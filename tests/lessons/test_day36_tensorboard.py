"""Day 36's exports: record files and their events, against TensorBoard's own writer and reader."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.tensorflow_stub import pywrap_tensorflow
from tensorboard.summary.writer.record_writer import RecordWriter
from torch.utils.tensorboard import SummaryWriter

from shared.lessons import day36_tensorboard as lesson

properties = settings(max_examples=50, deadline=None)
payloads = st.lists(st.binary(max_size=40), max_size=6)


def framed(records):
    """The bytes of a record file, by the library's writer."""
    buffer = io.BytesIO()
    for record in records:
        RecordWriter(buffer).write(record)
    return buffer.getvalue()


@properties
@given(st.binary(max_size=200))
def test_the_checksum_is_the_librarys(data):
    assert lesson.crc32c(data) == pywrap_tensorflow.crc32c(data)
    assert lesson.masked_crc32c(data) == pywrap_tensorflow.masked_crc32c(data)


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (b"", 0),
    ],
)
def test_the_checksum_gives_the_values_of_rfc_3720(data, crc):
    assert lesson.crc32c(data) == crc


@properties
@given(payloads)
def test_what_was_written_is_read(records):
    assert lesson.read_records(framed(records)) == records


@properties
@given(payloads, st.data())
def test_a_cut_file_gives_its_whole_records(records, data):
    whole = framed(records)
    cut = data.draw(st.integers(0, len(whole)))
    ends = np.cumsum([16 + len(record) for record in records])
    assert lesson.read_records(whole[:cut]) == records[: int((ends <= cut).sum())]


@properties
@given(payloads.filter(len), st.data())
def test_any_flipped_bit_is_refused(records, data):
    whole = bytearray(framed(records))
    place, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    whole[place] ^= 1 << bit
    with pytest.raises(ValueError, match=r"record \d+, byte \d+: the (length|payload) is damaged"):
        lesson.read_records(bytes(whole))


def write(folder, scalars):
    writer = SummaryWriter(folder)
    for tag, points in scalars.items():
        for step, value in points:
            writer.add_scalar(tag, value, step)
    writer.add_histogram("not a scalar", np.arange(5.0), 0)
    writer.close()


def test_scalars_come_back_as_the_librarys_reader_has_them(tmp_path):
    rng = np.random.default_rng(0)
    steps = rng.permutation(50).tolist()
    scalars = {tag: [(step, float(rng.normal())) for step in steps] for tag in ("a/b", "c")}
    scalars["odd"] = [(0, 0.1), (0, float("inf")), (1, float("nan")), (2**40, -0.0)]
    write(tmp_path, scalars)
    found = lesson.scalars_of(lesson.read_events(tmp_path))
    reader = EventAccumulator(str(tmp_path), size_guidance={"scalars": 0}).Reload()
    theirs = {tag: [(p.step, p.value) for p in reader.Scalars(tag)] for tag in scalars}
    assert list(found) == list(scalars)
    assert lesson.scalar_mismatches(found, scalars) == 0
    assert lesson.scalar_mismatches(theirs, found) == 0


def test_several_files_are_read_in_order(tmp_path):
    for step in range(2):
        write(tmp_path, {"loss": [(step, 1.0)]})
        file = next(tmp_path.glob("*.tfevents.*"))
        file.rename(tmp_path / f"{step}.tfevents")
    assert lesson.scalars_of(lesson.read_events(tmp_path))["loss"] == [(0, 1.0), (1, 1.0)]


@pytest.mark.parametrize(
    ("found", "mismatches"),
    [
        ({"a": [(0, 0.1), (1, 2.0)]}, 0),
        ({"a": [(0, float(np.float32(0.1))), (1, 2.0)]}, 0),
        ({"a": [(0, 0.1), (2, 2.0)]}, 1),
        ({"a": [(0, 0.1), (1, 2.001)]}, 1),
        ({"a": [(1, 2.0), (0, 0.1)]}, 2),
        ({"a": [(0, 0.1)]}, 1),
        ({"a": [(0, 0.1), (1, 2.0), (2, 3.0)]}, 1),
        ({"b": [(0, 0.1), (1, 2.0)]}, 4),
        ({}, 2),
    ],
)
def test_mismatches_are_counted(found, mismatches):
    assert lesson.scalar_mismatches(found, {"a": [(0, 0.1), (1, 2.0)]}) == mismatches
    assert lesson.scalar_mismatches({"a": [(0, 0.1), (1, 2.0)]}, found) == mismatches


def test_a_folder_without_events_is_refused(tmp_path):
    with pytest.raises(ValueError, match="There is no event file in"):
        lesson.read_events(tmp_path)
