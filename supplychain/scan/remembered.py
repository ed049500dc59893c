"""What earlier scans saw of the same bytes by the same rules; each is bound to this user by a key.

remembered = Remembered.open(now, max_age_days)
scanned = remembered.of(sha256, "model.pt", limits) or remembered.keep(scan(path, limits), limits)
remembered.save()

A result counts for the same digest, limits, readers, rules and code. Who can write into the cache and not read the key cannot
make one up: it is noticed, said, and the bytes are scanned.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import astuple
from datetime import date, datetime, timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from supplychain import catalog
from supplychain.folders import user_folder
from supplychain.model import scan as _model
from supplychain.model.scan import Indicator, Scanned
from supplychain.scan.interface import Limits
from supplychain.sealed import Sealed, entries, key_of, write

_READERS = ("numpy", "h5py", "py7zr", "jinja2")
"""Libraries without which, or in another version of which, a layer may see something else."""
_CODE = (Path(__file__).parent, Path(catalog.__file__).parent)
_ABOUT = {"path", "components", "at", "revision", "cached", "peers"}
"""What a result says of where its bytes lie, which is not of the bytes."""


class Remembered:
    """What was seen of bytes, in this run and in earlier ones."""

    def __init__(self, folder: Path, key: bytes | None, name: str, now: datetime, max_age_days: int) -> None:
        """Begin with what the file of this name in `folder` remembers; without a key, with nothing."""
        self._key, self._file = key, folder / name
        self._today, self._oldest = now.date(), now.date() - timedelta(days=max_age_days)
        self._stored = entries(self._file) if key else {}
        self._new: dict[str, Scanned] = {}
        self._texts: dict[str, str] = {}

    @classmethod
    def open(cls, now: datetime, max_age_days: int, *, simulated: bool = False) -> Remembered:
        """Return what this user's runs remember; at a made-up time it is remembered apart."""
        name = "scans-simulated.json" if simulated else "scans.json"
        return cls(user_folder("cache"), key_of(user_folder("state")), name, now, max_age_days)

    def of(self, sha256: str, name: str, limits: Limits) -> Scanned | None:
        """Return what was seen of these bytes under a name, with the day where that was another; None: they are new."""
        key = _key(sha256, name, limits)
        if (found := self._new.get(key)) is not None:
            return found.model_copy(update={"path": name})
        entry = self._stored.get(key)
        if entry is None or not self._is_own(key, entry) or not self._is_young(entry):
            return None
        seen = Scanned.model_validate_json(entry.values["scanned"])
        return seen.model_copy(update={"path": name, "cached": _day(entry.day, self._today)})

    def keep(self, scanned: Scanned, limits: Limits) -> Scanned:
        """Remember what was seen of bytes that could all be read; return it, with a note where a stored result was forged.

        What depends on the files beside them is not remembered: the next scan may find others there.
        """
        if scanned.sha256 is None or scanned.beside:
            return scanned
        key = _key(scanned.sha256, scanned.path, limits)
        entry = self._stored.get(key)
        self._new[key] = scanned
        if entry is None or self._is_own(key, entry):
            return scanned
        rule = catalog.indicators()["foreign-memory"]
        said = f"{self._file.name} in the user's cache held a result for it that this user's runs did not write"
        note = Indicator(layer="cache", rule=rule.id, verdict=rule.verdict, says=said)
        return scanned.model_copy(update={"indicators": (*scanned.indicators, note)})

    def text(self, about: str) -> str | None:
        """Return what was noted about bytes that a key names by their SHA-256; None: nothing."""
        key = f"{about}:{_rules()}"
        entry = self._stored.get(key)
        if key not in self._texts and entry is not None and self._is_own(key, entry) and self._is_young(entry):
            return entry.values["text"]
        return self._texts.get(key)

    def keep_text(self, about: str, text: str) -> None:
        """Note something about bytes, by the same rules as of a scan."""
        self._texts[f"{about}:{_rules()}"] = text

    def save(self) -> None:
        """Keep what was seen, beside what is remembered and young enough; what cannot be written is scanned again."""
        if self._key is None or not (self._new or self._texts):
            return
        stored = self._stored.items()
        kept = {name: entry for name, entry in stored if self._is_own(name, entry) and self._is_young(entry)}
        for name, scanned in self._new.items():
            text = scanned.model_copy(update={"path": ""}).model_dump_json(exclude=_ABOUT - {"path"})
            kept[name] = Sealed.of(self._key, name, self._today, {"scanned": text})
        for name, text in self._texts.items():
            kept[name] = Sealed.of(self._key, name, self._today, {"text": text})
        if write(self._file, kept):
            self._stored, self._new, self._texts = kept, {}, {}

    def _is_own(self, name: str, entry: Sealed) -> bool:
        return self._key is not None and entry.is_of(self._key, name)

    def _is_young(self, entry: Sealed) -> bool:
        return self._oldest <= entry.day <= self._today


def bounds(limits: Limits) -> str:
    """Return limits as a part of a key."""
    return ",".join(map(str, astuple(limits)))


def _day(day: date, today: date) -> date | None:
    return None if day == today else day


def _key(sha256: str, name: str, limits: Limits) -> str:
    """Return what a result is remembered under: the ending of a name is part of it, since layers look at it."""
    return f"scan:{sha256}:{Path(name).suffix.lower()}:{bounds(limits)}:{_rules()}"


@cache
def _rules() -> str:
    """Return a digest over all that decides what a scan sees: the code of the layers, their data, and their readers."""
    digest = hashlib.sha256(repr(sys.version_info).encode())
    for library in _READERS:
        digest.update(f"\0{library} {_version(library)}".encode())
    files = sorted(path for folder in _CODE for kind in ("*.py", "*.toml") for path in folder.rglob(kind))
    for path in (*files, Path(_model.__file__)):
        digest.update(f"\0{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "is not there"
