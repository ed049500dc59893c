"""Zip archives, read as the most lenient loader would.

Loaders of models ignore checksums and the flag of encryption, and some read local headers rather than the directory
(CVE-2025-1944, CVE-2025-1945), so neither stops this one: what lies there is scanned, and what differs is told.
Layout: PKWARE's APPNOTE, sections 4.3.7 and 4.3.12.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from supplychain.scan.archives.members import Members, check_name, count
from supplychain.scan.archives.streams import unpacker
from supplychain.scan.formats import applying
from supplychain.scan.interface import Reader, Report, StoppedError, Tensor
from supplychain.scan.pickles.torch import STORED, Storage, joined, storages
from supplychain.scan.source import CHUNK, PartReader, as_file, chunks, first_byte, unpacked

NAME = "zip"
_LOCAL = b"PK\x03\x04"
_END = b"PK\x05\x06"
_ZSTANDARD = 93
_TAIL = 22 + 65_535
"""The directory's end and the longest comment after it."""
_LARGEST_CHECKED = 64 << 20
"""Bytes of a member whose checksum is held against them."""


def matches(reader: Reader) -> bool:
    """Whether a zip archive begins here, or ends here: readers look for its end, whatever stands before it."""
    return reader.read(0, 4) in (_LOCAL, _END) or _END in reader.read(max(0, reader.size - _TAIL), _TAIL)


def scan(reader: Reader, report: Report) -> None:
    """Scan every member, also those that the directory does not list."""
    if files := _files(reader, report):
        for file in files:
            report.enter(file)
        return
    try:
        members = listed(reader)
    except StoppedError:
        _unlisted(reader, report)
        raise
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
    every = Members((member.filename, partial(member_opened, reader, member, report)) for member in members)
    for member in _apart(members, report):
        try:
            taken.append((member.header_offset, _start(reader, member) + member.compress_size))
            if member.is_dir() and not member.compress_size:
                continue
            with member_opened(reader, member, report) as part:
                _look(part, weights.get(member.filename), member, every, report)
        except StoppedError as error:  # the others are looked at all the same
            report.check_time()
            report.stopped(NAME, str(error))
    _gaps(reader, sorted(taken), report)
    _after(reader, report)
    report.covered(NAME, reader.size)


def _files(reader: Reader, report: Report) -> list[PartReader]:
    """Return the files of PyTorch that an archive is, where it is several one after another; none where it is anything else."""
    files = joined(reader, report)
    for file in files:
        report.check_time()
        try:
            members = listed(file)
        except StoppedError:
            return []
        names = [member.filename for member in members]
        root = names[0].partition("/")[0] + "/" if names else ""
        whole = all(name.startswith(root) for name in names) and {f"{root}data.pkl", f"{root}version"} <= set(names)
        if not whole or min(member.header_offset for member in members):
            return []
    return files


def _apart(members: list[zipfile.ZipInfo], report: Report) -> list[zipfile.ZipInfo]:
    """Return the members whose headers lie at places of their own: many over one are a bomb, and each is the same bytes."""
    by_place = {member.header_offset: member for member in reversed(members)}
    if len(by_place) < len(members):
        report.stopped(NAME, f"{len(members) - len(by_place):,} members lie where others do")
    return [member for member in members if by_place[member.header_offset] is member]


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


def _look(part: Reader, storage: Storage | None, member: zipfile.ZipInfo, every: Members, report: Report) -> None:
    """Scan a member; raw values that a file of PyTorch speaks of are no format of their own."""
    if storage is None or storage.size != part.size:
        _checksum(part, member, report)
        report.members = every.beside(member.filename)
        report.enter(part)
        return
    report.covered("weights", part.size)
    if isinstance(part, PartReader):
        report.holds(Tensor(member.filename, storage.dtype, (storage.count,), part.offset, part.size))
    elif part.size:
        report.values(part, [Tensor(member.filename, storage.dtype, (storage.count,), 0, part.size)])


def _weights(reader: Reader, members: list[zipfile.ZipInfo], report: Report) -> dict[str, Storage]:
    """Return the members that a file of PyTorch calls storages, by name: `data/0` by `data.pkl`, and `constants/0` of
    TorchScript by `constants.pkl` (torch/csrc/jit/serialization/export_module.cpp).
    """
    described = [member for member in members if member.filename.endswith("/data.pkl")]
    if len(described) != 1:
        return {}
    root = described[0].filename.removesuffix("data.pkl")
    names = Counter(member.filename for member in members)
    folders = {f"{name.removeprefix(root).partition('/')[0]}.pkl" for name in names if name.startswith(root)}
    found: dict[str, Storage] = {}
    for member in members:
        own = member.filename.removeprefix(root)
        if own == member.filename or own not in folders or names[member.filename] > 1:
            continue
        try:
            with member_opened(reader, member, report) as part:
                kept = storages(part, report)
        except StoppedError:  # told when the member itself is looked at
            report.check_time()
            continue
        folder = member.filename.removesuffix(".pkl")
        found |= {f"{folder}/{key}": kept[key] for key in kept if own == "data.pkl" or STORED.fullmatch(key)}
    return found


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
    elif (machine := _machine(part, member.compress_type)) is not None:
        with unpacked(member.filename, _unpacked(part, *machine), member.compress_size, report) as whole:
            yield whole
    else:
        raise StoppedError(f"{member.filename} is packed by method {member.compress_type}, which is not read")


def _machine(part: Reader, method: int) -> tuple[Any, int] | None:
    """Return what unpacks a member, and where its stream begins; None where nothing here does (APPNOTE, 4.4.5 and 5.8)."""
    if method == zipfile.ZIP_BZIP2:
        return bz2.BZ2Decompressor(), 0
    if method == zipfile.ZIP_LZMA:
        head = part.read(0, 9)
        length = int.from_bytes(head[2:4], "little")
        if len(head) < 9 or length != 5:
            raise StoppedError(f"{part.name} is packed by LZMA in a way that is not read")
        made = head[4]
        filters = {
            "id": lzma.FILTER_LZMA1,
            "lc": made % 9,
            "lp": made // 9 % 5,
            "pb": made // 45,
            "dict_size": min(int.from_bytes(head[5:9], "little"), 1 << 28),
        }
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[filters]), 9
    if method == _ZSTANDARD and (made_by := unpacker("Zstandard")) is not None:
        return made_by(), 0
    return None


def _unpacked(part: Reader, machine: Any, begin: int) -> Iterator[bytes]:
    stream = PartReader(part.name, part, begin, part.size - begin)
    try:
        for data in chunks(stream, 1 << 20):
            yield machine.decompress(data, CHUNK)
            while not machine.eof and not machine.needs_input:
                yield machine.decompress(b"", CHUNK)
            if machine.eof:
                return
    except StoppedError:
        raise
    except Exception as error:  # each library raises errors of its own
        raise StoppedError(f"{part.name} cannot be unpacked: {error}") from error


def _unlisted(reader: Reader, report: Report) -> None:
    """Scan what lies behind local headers, where the directory cannot be read: tools that repair archives go by them."""
    at, before = 0, b""
    for data in chunks(reader):
        window, base = before + data, at - len(before)
        found = window.find(_LOCAL)
        while found >= 0:
            _by_header(reader, base + found, report)
            found = window.find(_LOCAL, found + 1)
        at, before = at + len(data), data[-3:]


def _by_header(reader: Reader, offset: int, report: Report) -> None:
    header = reader.read(offset, 30)
    if len(header) < 30:
        return
    _, flags, method = struct.unpack_from("<HHH", header, 4)
    packed, _, name_length, extra = struct.unpack_from("<IIHH", header, 18)
    name = reader.read(offset + 30, name_length)
    if not name or min(name) < 0x20:
        return
    count(report)
    member = zipfile.ZipInfo(name.decode("utf-8", "replace").split("\0")[0] or "member")
    start = offset + 30 + name_length + extra
    left = max(0, reader.size - start)
    open_ended = flags & 8 or packed in (0, 0xFFFFFFFF)
    member.header_offset, member.compress_type = offset, method
    member.compress_size = left if open_ended else min(packed, left)
    try:
        with member_opened(reader, member, report) as part:
            report.enter(part)
    except StoppedError as error:
        report.check_time()
        report.stopped(NAME, str(error))


def _after(reader: Reader, report: Report) -> None:
    """Scan what follows the archive and its comment."""
    tail_at = max(0, reader.size - _TAIL)
    tail = reader.read(tail_at, _TAIL)
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < 22:
        return
    begin = tail_at + end + 22 + int.from_bytes(tail[end + 20 : end + 22], "little")
    part = PartReader("what follows the archive", reader, min(begin, reader.size), max(0, reader.size - begin))
    if (first := first_byte(part)) is not None:
        report.enter(PartReader(part.name, part, first, part.size - first))


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
    if flags & 1 and _is_encrypted(reader, member):
        report.saw(NAME, "encrypted-member", "it is encrypted, so that nothing of it was looked at", member.filename)
    elif flags & 1:
        report.saw(NAME, "encrypted-flag", "it is marked as encrypted, which some loaders ignore", member.filename)


def _is_encrypted(reader: Reader, member: zipfile.ZipInfo) -> bool:
    """Whether bytes are as encryption leaves them: 12 more of them, or none that can be unpacked (APPNOTE, 6.1)."""
    if member.compress_type == zipfile.ZIP_STORED:
        return member.compress_size == member.file_size + 12
    if member.compress_type != zipfile.ZIP_DEFLATED:
        return True
    try:
        zlib.decompressobj(-15).decompress(reader.read(_start(reader, member), min(member.compress_size, CHUNK)), CHUNK)
    except (zlib.error, StoppedError):
        return True
    return False


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
