"""Databases of advisories on disk: zips and folders with one `ID.json` a record, read one after another, in bounds."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from supplychain.advisories.names import SOURCES
from supplychain.files import NotReadError, read_bounded

RECORD_LIMIT = 16_000_000
"""Bytes of one record."""
TOTAL_LIMIT = 4_000_000_000
"""Bytes of all records of a database together."""
COUNT_LIMIT = 2_000_000
"""Records of a database."""
ZIP_LIMIT = 1_000_000_000
"""Bytes of a zip."""
_DEPTH = 8
_BUFFER = 1 << 20
_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED_OR_PATCHED = 0x61
_UTF8 = 0x800


class Reader:
    """One reading of a database: the records, and what could not be read of it."""

    def __init__(self, root: Path, ecosystems: Collection[str]) -> None:
        """Take a zip, or a folder in osv-scanner's layout or any other.

        `ecosystems` are those that are asked for: a folder that is named after another one is left out.
        """
        self._root = Path(os.path.realpath(root))
        self._left_out = SOURCES.keys() - set(ecosystems)
        self._digest = hashlib.sha256()
        self._bytes = 0
        self._count = 0
        self.problems: list[tuple[str, str]] = []
        """What was not read, each with the reason."""
        self._alone: str | None = None

    @property
    def digest(self) -> str:
        """`sha256:<hex>` of the zip; of the names and digests of all files where there are several."""
        return f"sha256:{self._alone or self._digest.hexdigest()}"

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Yield every record with where it lies, in the order of names."""
        if not self._root.exists():
            self.problems.append((self._root.name, "there is no such file or folder"))
            return
        files = [self._root] if self._root.is_file() else list(self._files(self._root, 0))
        for path in files:
            where = path.name if path == self._root else path.relative_to(self._root).as_posix()
            single = len(files) == 1
            yield from self._zip(path, where, single) if path.suffix == ".zip" else self._file(path, where)
            if self._is_full:
                return

    def _files(self, folder: Path, depth: int) -> Iterator[Path]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self.problems.append((folder.name, f"it cannot be opened: {error.strerror}"))
            return
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and entry.name not in self._left_out:
                if depth >= _DEPTH:
                    self.problems.append((entry.name, f"it lies more than {_DEPTH} folders deep"))
                else:
                    yield from self._files(Path(entry.path), depth + 1)
            elif entry.name.endswith((".zip", ".json")) and entry.is_file(follow_symlinks=False):
                yield Path(entry.path)

    def _file(self, path: Path, where: str) -> Iterator[tuple[str, bytes]]:
        try:
            data = read_bounded(path, RECORD_LIMIT + 1)
        except NotReadError as error:
            self.problems.append((where, str(error)))
            return
        self._note(where, hashlib.sha256(data).hexdigest())
        if self._fits(where, len(data)):
            yield where, data

    def _zip(self, path: Path, where: str, single: bool) -> Iterator[tuple[str, bytes]]:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with io.BufferedReader(io.FileIO(descriptor), _BUFFER) as stream:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode) or status.st_size > ZIP_LIMIT:
                    raise zipfile.BadZipFile(f"it is no file of at most {ZIP_LIMIT:,} bytes")
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
                self._alone = digest if single else None
                self._note(where, digest)
                yield from self._members(stream, where)
        except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            self.problems.append((where, f"no zip that can be read: {error}"))

    def _members(self, stream: IO[bytes], where: str) -> Iterator[tuple[str, bytes]]:
        with zipfile.ZipFile(stream) as archive:
            offsets = sorted(member.header_offset for member in archive.infolist())
            ends = dict(zip(offsets, [*offsets[1:], archive.start_dir], strict=True))
            for member in archive.infolist():
                if not member.filename.endswith(".json"):
                    continue
                inside = f"{where}/{member.filename}"
                if not self._fits(inside, max(member.file_size, member.compress_size)):
                    if self._is_full:
                        return
                    continue
                try:
                    yield inside, _unpacked(stream, member, ends[member.header_offset])
                except (zipfile.BadZipFile, zlib.error, OSError) as error:
                    self.problems.append((inside, f"it cannot be unpacked: {error}"))

    @property
    def _is_full(self) -> bool:
        return self._bytes > TOTAL_LIMIT or self._count > COUNT_LIMIT

    def _fits(self, where: str, size: int) -> bool:
        if size > RECORD_LIMIT:
            self.problems.append((where, f"it is larger than {RECORD_LIMIT:,} bytes"))
            return False
        self._bytes += size
        self._count += 1
        if self._is_full:
            self.problems.append((where, f"there are more than {COUNT_LIMIT:,} records or {TOTAL_LIMIT:,} bytes"))
            return False
        return True

    def _note(self, where: str, digest: str) -> None:
        self._digest.update(f"{where}\0{digest}\n".encode("utf-8", "surrogateescape"))


def _unpacked(stream: IO[bytes], member: zipfile.ZipInfo, end: int) -> bytes:
    """Return a member of a zip, of the size that its directory states.

    zipfile's own reader, made to be read from in pieces, takes as long again as inflating: this has its checks.

    Raises:
        zipfile.BadZipFile, zlib.error: it is not as the directory says, reaches beyond `end`, or is of another kind.
    """
    if member.flag_bits & _ENCRYPTED_OR_PATCHED:
        raise zipfile.BadZipFile("it is encrypted or patched")
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zipfile.BadZipFile("it is neither stored nor deflated")
    stream.seek(member.header_offset)
    header = stream.read(_HEADER.size)
    signature, named, extra = _HEADER.unpack(header.ljust(_HEADER.size, b"\0"))
    name = stream.read(named).decode("utf-8" if member.flag_bits & _UTF8 else "cp437", "replace")
    if signature != b"PK\3\4" or name != member.orig_filename:
        raise zipfile.BadZipFile("its header is another than the directory says")
    if stream.seek(extra, os.SEEK_CUR) + member.compress_size > end:
        raise zipfile.BadZipFile("it overlaps what comes after it")
    data = stream.read(member.compress_size)
    if member.compress_type == zipfile.ZIP_DEFLATED:
        data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, member.file_size + 1)
    if len(data) != member.file_size or zlib.crc32(data) != member.CRC:
        raise zipfile.BadZipFile("its size or checksum is another than the directory says")
    return data
