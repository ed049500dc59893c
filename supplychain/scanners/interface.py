"""What the scanners share: which packages they are handed, and what one of them said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from supplychain.model.fact import ScannerHit

PYTHON = "package:pypi/"
"""How the ids of Python packages begin."""
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")
_VERSION_LIMIT = 100


class FailedError(Exception):
    """A scanner that gave no result; the message says why and what to do."""


@dataclass(frozen=True)
class Pin:
    """One version of one Python package, in letters that are no option and no path of any scanner."""

    component: str
    version: str
    """As the target spells it."""
    name: str
    """As PyPI normalizes it."""
    public: str
    """The version as PEP 440 writes it."""

    @property
    def key(self) -> tuple[str, str]:
        """What a scanner says it under."""
        return PYTHON + self.name, self.public


@dataclass
class Said:
    """What a report of a scanner says."""

    scanner: str
    version: str = ""
    assessed: list[tuple[str, str]] = field(default_factory=list)
    hits: list[ScannerHit] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    written: datetime | None = None
    problem: str = ""


def pins(packages: Iterable[tuple[str, str]]) -> tuple[list[Pin], list[tuple[str, str]]]:
    """Return the Python packages that can be handed to a scanner, and those that cannot, each with the reason."""
    found: list[Pin] = []
    left: list[tuple[str, str]] = []
    for component, version in dict.fromkeys(packages):
        if not component.startswith(PYTHON):
            continue
        name = canonicalize_name(component.removeprefix(PYTHON))
        if not _NAME.fullmatch(name):
            left.append((component, "its name is none that PyPI allows"))
            continue
        parsed = version_of(version)
        if parsed is None:
            left.append((component, f"its version {version} is none that PEP 440 allows"))
            continue
        found.append(Pin(component, version, name, str(parsed)))
    return found, left


def requirements(pins: Iterable[Pin]) -> str:
    """Return a list of requirements with each of them once."""
    return "".join(dict.fromkeys(f"{pin.name}=={pin.public}\n" for pin in pins))


def version_of(text: object) -> Version | None:
    """Return a version as PEP 440 orders it; None where it is none."""
    if not isinstance(text, str) or len(text) > _VERSION_LIMIT:
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None


def parsed(records: Sequence[bytes]) -> tuple[list[dict[str, Any]], int]:
    """Return OSV records from their JSON, and how many are none."""
    read = [json_object(record) for record in records]
    known = [record for record in read if record and isinstance(record.get("id"), str)]
    return known, len(read) - len(known)


def json_object(data: bytes) -> dict[str, Any] | None:
    """Return the object that JSON text holds; None where it holds none, or nests too deeply."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def items(value: object, key: str) -> list[dict[str, Any]]:
    """Return the objects of the list under a key; empty where there is none."""
    listed = value.get(key) if isinstance(value, dict) else None
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def about(records: Iterable[dict[str, Any]], names: Iterable[str]) -> list[dict[str, Any]]:
    """Return the records that speak of one of these Python packages, named as PyPI normalizes them."""
    wanted = frozenset(names)
    return [record for record in records if any(python_name(entry) in wanted for entry in items(record, "affected"))]


def python_name(affected: dict[str, Any]) -> str | None:
    """Return the Python package that an entry of a record speaks of; None where it is of another ecosystem."""
    package = affected.get("package")
    name = package.get("name") if isinstance(package, dict) and package.get("ecosystem") == "PyPI" else None
    return canonicalize_name(name) if isinstance(name, str) else None


def aliases(records: Iterable[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Return all names of each record by its id, its own first."""
    return {record["id"]: (record["id"], *texts(record, "aliases")) for record in records}


def texts(value: object, key: str) -> list[str]:
    """Return the strings of the list under a key; empty where there is none."""
    listed = value.get(key) if isinstance(value, dict) else None
    return [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
