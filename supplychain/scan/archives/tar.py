"""Tar archives, uncompressed; a compressed one is a stream with a tar in it."""

from __future__ import annotations

import tarfile

from supplychain.scan.archives.members import check_name, count
from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.source import PartReader, as_file, first_byte

NAME = "tar"


def matches(reader: Reader) -> bool:
    """Whether it is a tar: the magic of POSIX, or a first header whose checksum holds, as old ones have."""
    block = reader.read(0, 512)
    return len(block) == 512 and (block[257:262] == b"ustar" or _holds(block))


def scan(reader: Reader, report: Report) -> None:
    """Scan every member."""
    try:
        with tarfile.open(fileobj=as_file(reader), mode="r:") as archive:
            for member in archive:
                count(report)
                check_name(NAME, member.name, report)
                if member.isreg():
                    _member(reader, member, report)
                elif not member.isdir():
                    report.saw(NAME, "special-member", "a link or device, which unpacking would create", member.name)
            end = archive.offset
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        raise StoppedError(f"it cannot be read: {error}") from error
    after = PartReader("what follows its end", reader, min(end, reader.size), max(0, reader.size - end))
    if (begin := first_byte(after)) is not None:  # zeros fill up to the end of a record
        report.enter(PartReader(after.name, after, begin, after.size - begin))
    report.covered(NAME, reader.size)


def _member(reader: Reader, member: tarfile.TarInfo, report: Report) -> None:
    if member.issparse():
        report.stopped(NAME, f"{member.name} is a sparse file, which is not read")
        return
    if member.offset_data + member.size > reader.size:
        raise StoppedError(f"{member.name} is cut short")
    report.enter(PartReader(member.name, reader, member.offset_data, member.size))


def _holds(block: bytes) -> bool:
    """Whether the checksum of an old header holds, and its name and size are of their form."""
    try:
        stated = int(block[148:156].strip(b" \0") or b"x", 8)
        int(block[124:136].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return block[0] != 0 and stated == sum(block[:148]) + 8 * 0x20 + sum(block[156:])
