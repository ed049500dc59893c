"""What the readers of statements share: a document with its lines, what a statement is of, and how one is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Literal

from packageurl import PackageURL
from packaging.utils import canonicalize_name

from supplychain.model.component import Component, Kind
from supplychain.model.reference import Place

Status = Literal["not_affected", "affected", "fixed", "under_investigation"]


class InvalidError(Exception):
    """A file or a statement that is not as its format asks; the message says what to mend."""


@dataclass(frozen=True)
class Document:
    """One file, with the lines on which its statements begin."""

    place: Place
    digest: str
    values: dict[str, Any]
    lines: list[int]

    def at(self, number: int) -> Place:
        """Return the place of a statement."""
        line = self.lines[number] if number < len(self.lines) else None
        return self.place.model_copy(update={"line": line})

    @cached_property
    def components(self) -> dict[str, dict[str, Any]]:
        """The components of a CycloneDX document by their `bom-ref`, those inside others too."""
        found: dict[str, dict[str, Any]] = {}
        metadata = self.values.get("metadata")
        own = metadata.get("component") if isinstance(metadata, dict) else None
        pending = [*objects(self.values, "components"), *([own] if isinstance(own, dict) else [])]
        while pending:
            component = pending.pop()
            found.setdefault(text(component, "bom-ref"), component)
            pending.extend(objects(component, "components"))
        found.pop("", None)
        return found


@dataclass(frozen=True)
class Product:
    """What a statement is of."""

    component: Component
    version: str | None
    status: Status | None = None
    """What is said of this version alone."""


def by_purl(address: str) -> Product:
    """Return what a package URL names.

    Raises:
        InvalidError: it is none.
    """
    try:
        purl = PackageURL.from_string(address)
    except ValueError as error:
        raise InvalidError(f"{address!r} is no package URL; name its product by one: pkg:pypi/name@1.0") from error
    name = f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name
    name = canonicalize_name(name) if purl.type == "pypi" else name
    return Product(Component(kind=Kind.PACKAGE, source=purl.type, name=name), purl.version or None)


def ids(name: str, aliases: list[Any]) -> tuple[str, ...]:
    """Return every name of a vulnerability, each once."""
    return tuple(dict.fromkeys((name, *(alias for alias in aliases if isinstance(alias, str)))))


def joined(*texts: str) -> str:
    """Return what there is of several texts as one."""
    return ": ".join(given for given in texts if given)


def day(*times: str) -> date | None:
    """Return the day in UTC of the first time that is given, which is in UTC itself where it names no zone.

    None where none is given, or it is no time.
    """
    given = next(filter(None, times), "")
    try:
        moment = datetime.fromisoformat(given)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).date()
    except (ValueError, OverflowError):
        return None


def text(values: dict[str, Any], key: str) -> str:
    """Return the text at a key, trimmed; empty where there is none."""
    value = values.get(key)
    return value.strip() if isinstance(value, str) else ""


def listed(values: dict[str, Any], key: str) -> list[Any]:
    """Return the list at a key; empty where there is none."""
    value = values.get(key)
    return value if isinstance(value, list) else []


def objects(values: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the objects of the list at a key."""
    return [item for item in listed(values, key) if isinstance(item, dict)]
