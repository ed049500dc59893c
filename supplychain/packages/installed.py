"""Virtual environments inside a target: each installed distribution held against its own RECORD.

Nothing of them is imported and no link is followed. As pip does, a file that RECORD states without a hash (RECORD
itself, and what Python compiles to `__pycache__`) is not verified; a `.pth` file is one like any other.
Source: https://packaging.python.org/specifications/recording-installed-packages/
"""

from __future__ import annotations

import base64
import binascii
import csv
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from supplychain.files import NotReadError
from supplychain.model.package import Installed
from supplychain.model.reference import Place, Scope
from supplychain.target import Target

_FOLDERS = 50
"""Environments of one target that are looked at."""
_FILES = 150_000
_BYTES = 6_000_000_000
"""Files of one environment and bytes of them that are hashed: one with PyTorch has 15,000 and 5 GB."""
_RECORD = 8_000_000
_ALTERED = 50
"""Altered files of one distribution that are named."""
_NAMED = re.compile(r"(?P<folder>(?:.*/)?)(?P<name>[A-Za-z0-9][\w.]*)-(?P<version>[^-/]+)\.dist-info")


def environments(target: Target) -> tuple[Installed, ...]:
    """Return the distributions in the virtual environments of a target, which were not entered for anything else."""
    found: list[Installed] = []
    for folder in target.pruned[:_FOLDERS]:
        view = target.within(folder) if posixpath.basename(folder) not in {"node_modules", "__pycache__"} else None
        if view is not None and view.get("pyvenv.cfg") is not None:
            found += _Environment(view, folder).distributions()
    return tuple(found)


@dataclass
class _Environment:
    """One environment, with what may still be hashed of it."""

    view: Target
    folder: str
    files: int = _FILES
    bytes: int = _BYTES

    def distributions(self) -> Iterator[Installed]:
        folders = dict.fromkeys(file.path.rpartition("/")[0] for file in self.view.files if "dist-info/" in file.path)
        for path in folders:
            if match := _NAMED.fullmatch(path):
                yield self._distribution(path, match["folder"], match["name"], match["version"])

    def _distribution(self, path: str, site: str, name: str, version: str) -> Installed:
        altered: list[str] = []
        reasons: list[str] = []
        count = 0
        try:
            rows = self._rows(f"{path}/RECORD")
        except NotReadError as error:
            rows = []
            reasons.append(f"its RECORD: {error}")
        for stated, hash_ in rows:
            place = posixpath.normpath(posixpath.join(site, stated))
            count += 1
            try:
                if not self._is_as_stated(place, hash_):
                    altered.append(place)
            except NotReadError as error:
                reasons.append(f"{place}: {error}")
        if not count and not reasons:
            reasons.append("its RECORD states no hash")
        return Installed(
            component=f"package:pypi/{canonicalize_name(name)}",
            version=version,
            at=Place(file=f"{self.folder}/{path}/RECORD", scope=Scope.VENDORED),
            files=count,
            altered=tuple(altered[:_ALTERED]),
            unchecked=reasons[0] if reasons else "",
        )

    def _rows(self, path: str) -> list[tuple[str, str]]:
        """Return the files that a RECORD states with a hash.

        Raises:
            NotReadError: there is none, or it is no CSV.
        """
        record = self.view.get(path)
        if record is None:
            raise NotReadError("there is none")
        text = self.view.read(record, _RECORD).data.decode("utf-8", "replace")
        try:
            rows = [(row[0].replace("\\", "/"), row[1]) for row in csv.reader(text.splitlines()) if len(row) == 3]
        except csv.Error as error:
            raise NotReadError("it is no CSV") from error
        return [(place, hash_) for place, hash_ in rows if hash_ and "__pycache__" not in place]

    def _is_as_stated(self, place: str, hash_: str) -> bool:
        """Whether a file is there, inside the environment, and has the hash that RECORD states.

        Raises:
            NotReadError: it was not hashed, and may be as it should be.
        """
        if place in self.view.links:
            raise NotReadError("it is a link, which is not followed")
        file = self.view.get(place)
        if file is None:
            return False
        expected = _digest(hash_)
        if expected is None:
            raise NotReadError("RECORD states no SHA-256 of it")
        if self.files <= 0 or file.size > self.bytes:
            raise NotReadError("more than this version hashes of one environment")
        self.files -= 1
        self.bytes -= file.size
        digest = self.view.digest(file)
        if digest is None:
            raise NotReadError(f"it has {file.size:,} bytes, more than are hashed, or cannot be opened")
        return digest == f"sha256:{expected.hex()}"


def _digest(stated: str) -> bytes | None:
    """Return the bytes of a hash as RECORD writes it, `sha256=<urlsafe base64 without padding>`."""
    algorithm, _, value = stated.partition("=")
    try:
        digest = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        return None
    return digest if algorithm == "sha256" and len(digest) == 32 else None
