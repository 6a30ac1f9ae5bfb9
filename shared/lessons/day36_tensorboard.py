"""Day 36, TensorBoard logging: what later days import.

Made from days/phase3_deep_learning/day36_tensorboard.ipynb by `days refresh 36`; edit it there.
"""

import struct
from functools import cache
from itertools import zip_longest
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event


@cache
def remainders():
    """Of every byte, divided by Castagnoli's polynomial bit by bit: 256 integers."""
    table = np.arange(256)
    for _ in range(8):
        table = (table >> 1) ^ (0x82F63B78 * (table & 1))
    return table.tolist()


def crc32c(data):
    """CRC-32C of bytes, an integer below 2**32 (RFC 3720, appendix B.4)."""
    table, crc = remainders(), 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def masked_crc32c(data):
    """The checksum as record files keep it: turned right by 15 bits, plus a constant."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32


def read_records(data):
    """The payloads of a record file's bytes, a list of bytes objects in the file's order.

    A record cut off at the end of `data` is left out. ValueError when a checksum, of a length
    or of a payload, is wrong (TensorFlow, record_writer.h: the TFRecord format).
    """
    payloads, at = [], 0
    while at + 12 <= len(data):
        length, checksum = struct.unpack_from("<QI", data, at)
        if masked_crc32c(data[at : at + 8]) != checksum:
            raise ValueError(f"record {len(payloads)}, byte {at}: the length is damaged")
        end = at + 12 + length
        if end + 4 > len(data):
            break
        payload = data[at + 12 : end]
        if masked_crc32c(payload) != struct.unpack_from("<I", data, end)[0]:
            raise ValueError(f"record {len(payloads)}, byte {at}: the payload is damaged")
        payloads.append(payload)
        at = end + 4
    return payloads


def read_events(folder):
    """All events in a folder's event files; ValueError when it has none, or one is damaged."""
    files = sorted(Path(folder).glob("*tfevents*"))
    if not files:
        raise ValueError(f"There is no event file in {Path(folder).name}.")
    return [Event.FromString(r) for file in files for r in read_records(file.read_bytes())]


def scalars_of(events):
    """{tag: [(step, value), ...]} in the order they were written, values as stored in float32."""
    found = {}
    for event in events:
        for value in event.summary.value:
            if value.HasField("simple_value"):
                found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


def scalar_mismatches(found, expected):
    """Points missing, extra, moved or changed (as float32) between two of scalars_of's kind."""
    sides = [{t: [(s, np.float32(v).tobytes()) for s, v in points] for t, points in side.items()}
             for side in (found, expected)]  # fmt: skip
    tags = sides[0].keys() | sides[1].keys()
    return sum(a != b for t in tags for a, b in zip_longest(*(side.get(t, []) for side in sides)))
