"""What is remembered of files, sealed with a key that only this user can read."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

from supplychain.files import NotReadError, read_bounded

_KEY = "digests.key"
_KEY_BYTES = 32
_FILE_LIMIT = 64_000_000
_ENTRIES = 100_000


@dataclass(frozen=True)
class Sealed:
    """What is known of one file, with the day on which it was found out."""

    day: date
    values: dict[str, str]
    seal: str

    @classmethod
    def of(cls, key: bytes, name: str, day: date, values: Mapping[str, str]) -> Self:
        """Return an entry under a name, sealed."""
        return cls(day, dict(values), _seal(key, name, day, values))

    def is_of(self, key: bytes, name: str) -> bool:
        """Whether the key sealed it under this name."""
        return hmac.compare_digest(self.seal.encode(), _seal(key, name, self.day, self.values).encode())


def _seal(key: bytes, name: str, day: date, values: Mapping[str, str]) -> str:
    said = json.dumps([name, day.isoformat(), sorted(values.items())])
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def key_of(folder: Path) -> bytes | None:
    """Return this user's key, made where there is none; None: it cannot be kept from others, and nothing is remembered."""
    path = folder / _KEY
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(os.urandom(_KEY_BYTES))
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            is_own = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
            key = stream.read(_KEY_BYTES + 1)
            return key if is_own and len(key) == _KEY_BYTES else None
    return None


def entries(file: Path) -> dict[str, Sealed]:
    """Return what a file holds, whoever wrote it; nothing where it is damaged."""
    try:
        data = read_bounded(file, _FILE_LIMIT + 1)
        document: Any = json.loads(data) if len(data) <= _FILE_LIMIT else {}
        return {str(name): _entry(entry) for name, entry in document["entries"].items()}
    except (NotReadError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _entry(entry: Any) -> Sealed:
    values = {str(name): str(value) for name, value in entry["values"].items()}
    return Sealed(date.fromisoformat(entry["day"]), values, str(entry["seal"]))


def write(file: Path, kept: Mapping[str, Sealed]) -> bool:
    """Write entries, the newest where there are too many; return whether that worked."""
    import tempfile  # here, since a run with nothing new writes nothing

    listed, room = [], _FILE_LIMIT - 100
    for key, entry in sorted(kept.items(), key=lambda item: item[1].day, reverse=True)[:_ENTRIES]:
        values = {"day": entry.day.isoformat(), "values": entry.values, "seal": entry.seal}
        text = f"{json.dumps(key)}: {json.dumps(values)}"
        room -= len(text) + 2
        if room >= 0:
            listed.append(text)
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        try:
            with os.fdopen(descriptor, "w") as stream:
                stream.write(f'{{"entries": {{{", ".join(listed)}}}}}')
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return True
    return False
