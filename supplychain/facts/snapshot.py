"""Snapshots: the facts that one assessment used, in a folder that answers alone and is refused when altered.

The folder holds `facts/`, an offline advisory database in osv-scanner's layout where there is one
(`osv-scanner/PyPI/all.zip`), and `manifest.json` with the SHA-256 of every file. The manifest notices what was changed, not
who wrote it: whoever can write the folder can write a manifest too.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from supplychain.facts.interface import NoFactError, SnapshotError
from supplychain.facts.store import FactStore, read_entry
from supplychain.files import NotReadError, read_bounded
from supplychain.model.text import printable

FACTS = "facts"
DATABASE = "osv-scanner"
REPORTS = "reports"
"""What scanners said of artifacts that nothing here matches, such as images; the assessor vouches for them."""
MANIFEST = "manifest.json"
LIMIT = 50_000_000
"""Bytes of a manifest."""
MOST = 200_000
"""Files of a snapshot."""


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    schema_: int = Field(1, alias="schema", ge=1, le=1)
    written: AwareDatetime
    files: dict[str, str]


def write(
    used: Mapping[Path, str],
    output: Path,
    now: datetime,
    advisories: Path | None = None,
    reports: Iterable[Path] = (),
) -> int:
    """Write a snapshot of facts, of a folder that holds `osv-scanner/`, and of reports; return how many files it has.

    Raises:
        SnapshotError: the output is there already or cannot be written, or a fact was fetched anew since it was used.
    """
    if os.path.lexists(output):
        raise SnapshotError(f"{_shown(output)} is there already; name a folder that is not")
    new = output.with_name(f".{output.name}.{secrets.token_hex(4)}")
    try:
        new.mkdir(parents=True)
        for path, digest in sorted(used.items()):
            _copy_fact(path, digest, new / FACTS)
        if advisories:
            _copy_files(advisories / DATABASE, new / DATABASE)
        for number, report in enumerate(reports):
            (new / REPORTS).mkdir(exist_ok=True)
            shutil.copyfile(report, new / REPORTS / f"{number}-{report.name}")
        count = write_manifest(new, now)
        new.replace(output)
    except OSError as error:
        raise SnapshotError(f"{_shown(output)} cannot be written: {error.strerror}; look after its folder") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return count


def write_manifest(folder: Path, now: datetime) -> int:
    """Write the manifest of a folder; return how many files it lists."""
    digests = {path.relative_to(folder).as_posix(): _digest(path) for path in _files(folder) if path.name != MANIFEST}
    body = {"schema": 1, "written": now.isoformat(), "files": digests}
    new = folder / f".{MANIFEST}.{secrets.token_hex(4)}"
    new.write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    new.replace(folder / MANIFEST)
    return len(digests)


def check(folder: Path) -> datetime:
    """Check that a folder is as its manifest says; return when it was written.

    Raises:
        SnapshotError: a file was altered, added or removed, or there is no manifest that can be read.
    """
    again = "make another with supplychain snapshot TARGET --output DIR"
    try:
        manifest = _Manifest.model_validate_json(read_bounded(folder / MANIFEST, LIMIT))
    except NotReadError as error:
        raise SnapshotError(f"{_shown(folder)} is no snapshot: {MANIFEST} cannot be read; {again}") from error
    except ValidationError as error:
        raise SnapshotError(f"{_shown(folder / MANIFEST)} is not the manifest of a snapshot; {again}") from error
    try:
        found = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
        found.pop(MANIFEST, None)
        for what, names in (("added", found.keys() - manifest.files), ("removed", manifest.files.keys() - found)):
            if names:
                raise SnapshotError(f"{_shown(folder / min(names))} was {what} after the snapshot was made; {again}")
        for name, digest in sorted(manifest.files.items()):
            if _digest(found[name]) != digest:
                raise SnapshotError(f"{_shown(found[name])} was altered after the snapshot was made; {again}")
    except OSError as error:
        raise SnapshotError(f"{_shown(folder)} cannot be read: {error.strerror}; {again}") from error
    return manifest.written


def database(folder: Path) -> Path | None:
    """Return the advisory database of a snapshot, where it has one."""
    return folder / DATABASE if (folder / DATABASE).is_dir() else None


def _copy_fact(path: Path, digest: str, folder: Path) -> None:
    try:
        entry = read_entry(path)
    except NoFactError as error:
        raise SnapshotError(f"{_shown(path)} cannot be read any more; make the snapshot again") from error
    if entry.digest != digest:
        raise SnapshotError(f"{_shown(path)} was fetched anew in the meantime; make the snapshot again")
    if FactStore(folder).put(entry) is None:
        raise SnapshotError(f"{_shown(folder)} cannot be written; look after its folder")


def _copy_files(folder: Path, into: Path) -> None:
    for file in _files(folder):
        place = into / file.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place, follow_symlinks=False)


def _files(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder; no link is followed.

    Raises:
        SnapshotError: something in it is neither a folder nor a plain file, or there are too many.
    """
    count = 0
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted([*names, *folders]):
            path = Path(root, name)
            mode = path.lstat().st_mode
            count += 1
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) or count > MOST:
                raise SnapshotError(f"{_shown(path)} is neither a file nor a folder, or one too many; remove it")
            if stat.S_ISREG(mode):
                yield path


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def _shown(path: Path) -> str:
    return printable(str(path))
