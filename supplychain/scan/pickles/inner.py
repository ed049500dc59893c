"""Pickles that lie in the texts and bytes of another one, as they are, in Latin-1, in base64 or in hexadecimal digits.

Loading the outer one does not load them; whoever put them there has something that does. They are judged like any other.
"""

from __future__ import annotations

import base64
import binascii
import re

from supplychain.scan.interface import Reader, Report
from supplychain.scan.pickles.judging import NAME, judge
from supplychain.scan.pickles.stream import Stream, read
from supplychain.scan.source import BytesReader, PartReader

_RAW = rb"\x80[\x00-\x05]"
_LATIN = rb"\xc2\x80[\x00-\x05]"
"""As protocols below 3 write bytes: each as a letter of Latin-1, in UTF-8."""
_BASE64 = rb"gA[IJNQSVW]"
_HEX = rb"(?:\\x|0x)?80(?:\\x|0x)?0[0-5]"
_ANY = rb"|".join((_RAW, _LATIN, _BASE64, _HEX))
_INNER = re.compile(_ANY, re.DOTALL)
_BEGINS = re.compile(
    rb"(?:[CU\x8c](?P<short>.)|[XBT](?P<wide>.{4})|[\x8d\x8e\x96](?P<long>.{8})|[VS]['\"]?(?P<line>))"
    rb"(?P<inner>" + _ANY + rb")",
    re.DOTALL,
)
"""An opcode that pushes a text or bytes, its length, and what a pickle begins with."""
_CORES = (re.compile(_RAW, re.DOTALL), re.compile(_BASE64), re.compile(rb"80(?:\\x|0x)?0[0-5]"))
"""What a pickle begins with, without what may stand before hexadecimal digits."""
_BEFORE = 11
"""Bytes of the longest opcode with its length, and of what may stand before the digits."""
_MANY = 20_000
"""Places of a window beyond which looking at each is slower than looking everywhere."""
_WINDOW = 4 << 20
_OVERLAP = 64
_MOST = 4096
"""Places of one stream that are looked at; 1 GB of random bytes holds about 2,500 of them by chance."""
_LONGEST = 16 << 20
"""Bytes of what is decoded."""
_SHORTEST = 4
_STREAMS = 8
"""Pickles one after the other: the old files of PyTorch begin with five."""
_DEEPEST = 4
_LEVEL = "pickles in pickles"
_NOT_HEX = re.compile(rb"\\x|0x|\s")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=_-]")


def look(reader: Reader, outer: Stream, report: Report) -> None:
    """Tell what the pickles import that lie in a stream."""
    depth = report.scratch.get(_LEVEL, 0)
    if depth >= _DEEPEST:
        return
    report.scratch[_LEVEL] = depth + 1
    try:
        for offset, length, form in _places(reader, outer, report):
            found = _decoded(reader, offset, length, form)
            if found is not None:
                _one(found, offset, report)
    finally:
        report.scratch[_LEVEL] = depth


def _places(reader: Reader, outer: Stream, report: Report) -> list[tuple[int, int, bytes]]:
    """Return where something begins that may be a pickle: offset, length, and how it begins."""
    found: list[tuple[int, int, bytes]] = []
    at = outer.start
    for begin, length in [*outer.passed, (outer.end, 0)]:
        if (match := _INNER.match(reader.read(begin, 16))) is not None and len(found) < _MOST:
            found.append((begin, length, match[0]))
        _between(reader, at, begin, found, report)
        at = max(at, begin + length)
    if len(found) >= _MOST:
        report.stopped(NAME, f"it holds {_MOST:,} places or more where another pickle may begin")
    return found


def _between(reader: Reader, at: int, end: int, found: list[tuple[int, int, bytes]], report: Report) -> None:
    while at < end and len(found) < _MOST:
        report.check_time()
        data = reader.read(at, min(_WINDOW + _OVERLAP, end - at))
        for match in _begun(data):
            if match.start() >= _WINDOW or len(found) >= _MOST:
                break
            begin = at + match.start("inner")
            counted = match["short"] or match["wide"] or match["long"]
            length = int.from_bytes(counted, "little") if counted else end - begin
            if _SHORTEST <= length <= end - begin:
                found.append((begin, length, match["inner"]))
        at += _WINDOW


def _begun(data: bytes) -> list[re.Match[bytes]]:
    """Return every place where an opcode pushes what may be a pickle.

    Letters that a pickle begins with are looked for first, which is twenty times faster where there are few of them.
    """
    near = {match.start() for core in _CORES for match in core.finditer(data)}
    if len(near) > _MANY:
        return list(_BEGINS.finditer(data))
    starts = sorted({start for place in near for start in range(max(0, place - _BEFORE), place)})
    return [match for start in starts if (match := _BEGINS.match(data, start)) is not None]


def _decoded(reader: Reader, offset: int, length: int, form: bytes) -> Reader | None:
    """Return the bytes of what may be a pickle."""
    if re.match(_RAW, form, re.DOTALL):
        return PartReader(f"byte {offset:,} and on", reader, offset, length)
    data = reader.read(offset, min(length, _LONGEST))
    try:
        if re.match(_LATIN, form, re.DOTALL):
            return BytesReader(f"what is written at byte {offset:,}", data.decode().encode("latin-1"))
        data = data.split(b"\n", 1)[0].strip(b"'\" ")
        if re.match(_BASE64, form):
            end = _NOT_BASE64.search(data)
            text = data[: end.start()] if end else data
            whole = base64.b64decode(text[: len(text) // 4 * 4].translate(bytes.maketrans(b"-_", b"+/")))
        else:
            digits = re.match(rb"[0-9a-fA-F]*", _NOT_HEX.sub(b"", data))
            text = digits[0] if digits else b""
            whole = binascii.unhexlify(text[: len(text) // 2 * 2])
    except ValueError:
        return None
    return BytesReader(f"what is encoded at byte {offset:,}", whole)


def _one(inner: Reader, offset: int, report: Report) -> None:
    """Judge a stream that comes to its end, or that would run code before."""
    quiet = Report(report.limits, report.deadline, scratch=report.scratch)
    at = problem = 0
    for _ in range(_STREAMS):
        stream = read(inner, at, quiet)
        problem = bool(stream.problem)
        if problem and not stream.imports:
            break
        judge(stream, quiet)
        look(inner, stream, quiet)
        at = stream.end
        if problem or inner.read(at, 1) != b"\x80":
            break
    told = [each for each in quiet.indicators if each.verdict == "malicious" or not problem]
    if told:
        worst = min(told, key=lambda each: each.verdict != "malicious")
        rule = "pickle-inside" if worst.verdict == "malicious" else "pickle-unknown-import"
        report.saw(NAME, rule, f"a pickle lies in it: {worst.says}"[:300], f"byte {offset:,}")
