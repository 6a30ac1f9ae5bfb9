"""Day 36: plausible wrong record readers; the day's checks must reject each of them."""

READ = """
payloads, at = [], 0
while at + 12 <= len(data):
    length, checksum = struct.unpack_from("<QI", data, at)
    if masked_crc32c(data[at : at + 8]) != checksum:
        raise ValueError("length")
    end = at + 12 + length
    if end + 4 > len(data):
        break
    payload = data[at + 12 : end]
    if masked_crc32c(payload) != struct.unpack_from("<I", data, end)[0]:
        raise ValueError("payload")
    payloads.append(payload)
    at = end + 4
return payloads
"""


def spoilt(*changes: tuple[str, str]) -> str:
    """The right reader with some of its text replaced."""
    body = READ
    for old, new in changes:
        assert old in body
        body = body.replace(old, new)
    return body


WRONG = {
    "read_records": {
        "highest byte first": spoilt(('"<QI"', '">QI"'), ('"<I"', '">I"')),
        "lengths of 4 bytes": spoilt(('"<QI"', '"<II"')),
        "the machine's alignment": spoilt(('"<QI"', '"@IQ"')),
        "the length's checksum over 12 bytes": spoilt(("at : at + 8", "at : at + 12")),
        "the length's checksum ignored": spoilt(
            ('        raise ValueError("length")', "        pass")
        ),
        "the payload's checksum ignored": spoilt(
            ('        raise ValueError("payload")', "        pass")
        ),
        "checksums not masked": spoilt(("masked_crc32c", "crc32c")),
        "damage ends the reading quietly": spoilt(('raise ValueError("payload")', "break")),
        "a damaged record skipped": spoilt(
            ('raise ValueError("payload")', "at = end + 4; continue")
        ),
        "a cut file is called damaged": spoilt(
            ("        break\n", '        raise ValueError("cut")\n')
        ),
        "the piece at the end returned": spoilt(
            ("        break\n", "        return [*payloads, data[at + 12 :]]\n")
        ),
        "unpacked before looking": spoilt(("while at + 12 <= len(data):", "while at < len(data):")),
        "the last checksum not awaited": spoilt(("end + 4 > len(data)", "end > len(data)")),
        "the last record dropped": spoilt(("end + 4 > len(data)", "end + 4 >= len(data)")),
        "an empty payload taken for the end": spoilt(
            ("    payload = data", "    if not length:\n        break\n    payload = data")
        ),
        "the payload begins after 8 bytes": spoilt(("data[at + 12 : end]", "data[at + 8 : end]")),
        "the checksum left in the payload": spoilt(
            ("payloads.append(payload)", "payloads.append(data[at + 12 : end + 4])")
        ),
        "only the first record": spoilt(("    at = end + 4\n", "    break\n")),
    },
}
