"""7z archives, by py7zr of the extra [scan]; Python's loaders are handed them under names of models (nullifAI, 2025)."""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path

from supplychain.scan.archives.members import check_name, count
from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.source import as_file, opened

NAME = "7z"


def matches(reader: Reader) -> bool:
    """Whether it is a 7z archive."""
    return reader.read(0, 6) == b"7z\xbc\xaf\x27\x1c"


def scan(reader: Reader, report: Report) -> None:
    """Tell of the archive itself, which no loader of models reads, and scan every member."""
    report.saw(NAME, "seven-zip", "it is a 7z archive, which no loader of models opens by itself")
    if find_spec("py7zr") is None:
        report.lacking(NAME, "py7zr of the extra [scan] is not installed")
        return
    import py7zr

    try:
        with py7zr.SevenZipFile(as_file(reader), "r") as archive, tempfile.TemporaryDirectory() as folder:
            for member in archive.list():
                count(report)
                check_name(NAME, member.filename, report)
                _charge(member.uncompressed, report)
            if archive.needs_password():
                raise StoppedError("it is encrypted")
            plain = [
                m for m in archive.list() if not m.is_directory and not m.is_symlink
            ]  # `is_file` asks for attributes
            safe = [m.filename for m in plain if ".." not in Path(m.filename).parts]
            archive.extract(folder, targets=safe)
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file() and not path.is_symlink():
                    with opened(str(path), str(path.relative_to(folder))) as member_reader:
                        report.enter(member_reader)
    except (py7zr.exceptions.ArchiveError, OSError, ValueError, EOFError, MemoryError) as error:
        raise StoppedError(f"it cannot be unpacked: {error}") from error
    report.covered(NAME, reader.size)


def _charge(size: int, report: Report) -> None:
    total = report.scratch["unpacked"] = report.scratch.get("unpacked", 0) + size
    if total > report.limits.unpacked:
        raise StoppedError(f"its members unpack to more than {report.limits.unpacked >> 20:,} MiB")
