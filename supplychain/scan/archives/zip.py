"""Zip archives, read as the most lenient loader would.

Loaders of models ignore checksums and the flag of encryption, and some read local headers rather than the directory
(CVE-2025-1944, CVE-2025-1945), so neither stops this one: what lies there is scanned, and what differs is told.
Layout: PKWARE's APPNOTE, sections 4.3.7 and 4.3.12.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from supplychain.scan.archives.members import check_name, count
from supplychain.scan.formats import applying
from supplychain.scan.interface import Reader, Report, StoppedError, Tensor
from supplychain.scan.pickles.torch import Storage, storages
from supplychain.scan.source import CHUNK, PartReader, as_file, chunks, unpacked

NAME = "zip"
_LOCAL = b"PK\x03\x04"
_END = b"PK\x05\x06"
_TAIL = 22 + 65_535
"""The directory's end and the longest comment after it."""
_LARGEST_CHECKED = 64 << 20
"""Bytes of a member whose checksum is held against them."""


def matches(reader: Reader) -> bool:
    """Whether a zip archive begins here, or ends here: readers look for its end, whatever stands before it."""
    return reader.read(0, 4) in (_LOCAL, _END) or _END in reader.read(max(0, reader.size - _TAIL), _TAIL)


def scan(reader: Reader, report: Report) -> None:
    """Scan every member, also those that the directory does not list."""
    members = listed(reader)
    taken: list[tuple[int, int]] = []
    names: set[str] = set()
    for member in members:
        count(report)
        check_name(NAME, member.filename, report)
        if member.filename in names:
            report.saw(
                NAME,
                "member-twice",
                "two members share a name, and readers differ in which one they take",
                member.filename,
            )
        names.add(member.filename)
        _differences(reader, member, report)
    weights = _weights(reader, members, report)
    for member in members:
        try:
            taken.append((member.header_offset, _start(reader, member) + member.compress_size))
            if member.is_dir() and not member.compress_size:
                continue
            with member_opened(reader, member, report) as part:
                _look(part, weights.get(member.filename), member, report)
        except StoppedError as error:  # the others are looked at all the same
            report.check_time()
            report.stopped(NAME, str(error))
    _gaps(reader, sorted(taken), report)
    report.covered(NAME, reader.size)


def listed(reader: Reader) -> list[zipfile.ZipInfo]:
    """Return the members that the directory of an archive lists.

    Raises:
        StoppedError: it cannot be read.
    """
    try:
        with zipfile.ZipFile(as_file(reader)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, struct.error) as error:
        raise StoppedError(f"its directory cannot be read: {error}") from error


def _look(part: Reader, storage: Storage | None, member: zipfile.ZipInfo, report: Report) -> None:
    """Scan a member; raw values that a file of PyTorch speaks of are no format of their own."""
    if storage is None or storage.size != part.size:
        _checksum(part, member, report)
        report.enter(part)
        return
    report.covered("weights", part.size)
    if isinstance(part, PartReader):
        report.holds(Tensor(member.filename, storage.dtype, (storage.count,), part.offset, part.size))
    elif part.size:
        report.values(part, [Tensor(member.filename, storage.dtype, (storage.count,), 0, part.size)])


def _weights(reader: Reader, members: list[zipfile.ZipInfo], report: Report) -> dict[str, Storage]:
    """Return the members that a file of PyTorch calls storages, by name."""
    described = [member for member in members if member.filename.endswith("/data.pkl")]
    if len(described) != 1:
        return {}
    root = described[0].filename.removesuffix("data.pkl")
    with member_opened(reader, described[0], report) as part:
        return {f"{root}data/{key}": storage for key, storage in storages(part, report).items()}


def _start(reader: Reader, member: zipfile.ZipInfo) -> int:
    """Return where the bytes of a member begin, by its own header."""
    header = reader.read(member.header_offset, 30)
    if len(header) < 30 or header[:4] != _LOCAL:
        raise StoppedError(f"{member.filename} has no local header where the directory says")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start: int = member.header_offset + 30 + name_length + extra_length
    return start


@contextmanager
def member_opened(reader: Reader, member: zipfile.ZipInfo, report: Report) -> Iterator[Reader]:
    """Open a member, unpacked where it is packed.

    Raises:
        StoppedError: it ends beyond the archive, or cannot be unpacked.
    """
    start = _start(reader, member)
    if start + member.compress_size > reader.size:
        raise StoppedError(f"{member.filename} ends beyond the archive")
    part = PartReader(member.filename, reader, start, member.compress_size)
    if member.compress_type == zipfile.ZIP_STORED:
        yield part
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        with unpacked(member.filename, _inflated(part), member.compress_size, report) as whole:
            yield whole
    else:
        raise StoppedError(f"{member.filename} is packed by method {member.compress_type}, which is not read")


def _differences(reader: Reader, member: zipfile.ZipInfo, report: Report) -> None:
    """Tell where directory and local header differ, which makes readers see different archives."""
    header = reader.read(member.header_offset, 30)
    if len(header) < 30:
        return
    flags, method = struct.unpack("<HH", header[6:10])
    local = reader.read(member.header_offset + 30, int.from_bytes(header[26:28], "little"))
    flags |= member.flag_bits
    listed = member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437", "replace")
    if local != listed:
        report.saw(
            NAME, "names-differ", "the directory and the member's own header give different names", member.filename
        )
    if method != member.compress_type:
        report.saw(
            NAME, "names-differ", "the directory and the member's own header give different methods", member.filename
        )
    if flags & 1:
        report.saw(NAME, "encrypted-flag", "it is marked as encrypted, which some loaders ignore", member.filename)


def _checksum(reader: Reader, member: zipfile.ZipInfo, report: Report) -> None:
    if reader.size > _LARGEST_CHECKED:
        return
    found = 0
    for data in chunks(reader):
        found = zlib.crc32(data, found)
    if found != member.CRC:
        report.saw(NAME, "checksum-differs", "its checksum is wrong, which some loaders ignore", member.filename)


def _inflated(part: Reader) -> Iterator[bytes]:
    machine = zlib.decompressobj(-15)
    try:
        for data in chunks(part):
            yield machine.decompress(data, CHUNK)
            while machine.unconsumed_tail:
                yield machine.decompress(machine.unconsumed_tail, CHUNK)
        yield machine.flush()
    except zlib.error as error:
        raise StoppedError(f"{part.name} cannot be unpacked: {error}") from error
    if not machine.eof:
        raise StoppedError(f"{part.name} is cut short")


def _gaps(reader: Reader, taken: list[tuple[int, int]], report: Report) -> None:
    """Tell of members that lie between those that the directory lists, and scan what stands before all of them."""
    at = 0
    for begin, end in [*taken, (reader.size, reader.size)]:
        if begin - at > 4:
            _gap(reader, at, begin, report)
        at = max(at, end)


def _gap(reader: Reader, begin: int, end: int, report: Report) -> None:
    length = end - begin
    at, before = begin, b""
    for data in chunks(PartReader("gap", reader, begin, length)):
        if (found := (before + data).find(_LOCAL)) >= 0:
            place = f"byte {at - len(before) + found:,}"
            report.saw(NAME, "hidden-member", "a member lies in it that its directory does not list", place)
            break
        at, before = at + len(data), data[-3:]
    if begin == 0 and len(applying(reader)) == 1:  # what another layer reads from its beginning is no part of this one
        report.enter(PartReader("what stands before the archive", reader, 0, length))
