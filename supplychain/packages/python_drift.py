"""Whether what a manifest of Python asks for is in a lock: versions against specifiers, under markers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from supplychain.model.package import Drift, Resolved
from supplychain.model.reference import Place

_SYSTEMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
_MACHINES = ("x86_64", "arm64", "aarch64", "AMD64")
_PYTHONS = tuple(f"3.{minor}" for minor in range(8, 16))
_RELEASES = tuple(f"{python}.{patch}" for python in ("2.7", "3.6", "3.7", *_PYTHONS) for patch in range(25))
_CARET = re.compile(r"(?P<operator>\^|~(?!=))\s*(?P<version>\d+(?:\.\d+)*)(?P<more>[\w.+-]*)")
_BARE = re.compile(r"\d[\w.+!*-]*")


def pythons(asked: str) -> tuple[str, ...] | None:
    """Return which of the usual versions of Python a specifier allows; None where it is none."""
    try:
        given = SpecifierSet(asked)
    except InvalidSpecifier:
        return None
    return tuple(version for version in _RELEASES if given.contains(version, prereleases=True))


@lru_cache(maxsize=2048)
def where(marker: str, extra: str = "", versions: str = "") -> tuple[bool, ...] | None:
    """Return in which environments a marker holds, of usual systems, machines and versions; None: it is not known.

    `versions` narrows those of Python to those of a specifier.
    """
    try:
        given = SpecifierSet(versions)
        environments = [e for e in _environments() if given.contains(e["python_full_version"], prereleases=True)]
        if not marker:
            return (True,) * len(environments)
        parsed = Marker(marker)
        return tuple(parsed.evaluate({**environment, "extra": extra}) for environment in environments)
    except (InvalidMarker, UndefinedEnvironmentName, InvalidVersion, InvalidSpecifier, RecursionError):
        return None


@lru_cache(maxsize=1)
def _environments() -> tuple[dict[str, str], ...]:
    return tuple(
        {
            "sys_platform": system,
            "platform_system": name,
            "os_name": os_name,
            "platform_machine": machine,
            "python_version": python,
            "python_full_version": f"{python}.7",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "implementation_version": f"{python}.7",
            "platform_release": "",
            "platform_version": "",
        }
        for system, name, os_name in _SYSTEMS
        for machine in _MACHINES
        for python in _PYTHONS
    )


def specifier(asked: str) -> SpecifierSet | None:
    """Return a range as PEP 440 writes it, of Poetry's `^1.2`, `~1.2` and `1.2.*` too; None where there is no such form.

    Source: https://python-poetry.org/docs/dependency-specification/
    """
    parts = []
    for part in asked.split(","):
        part = part.strip()
        if match := _CARET.fullmatch(part):
            parts.append(_between(match))
        elif _BARE.fullmatch(part):
            parts.append(f"=={part}")
        elif part not in {"", "*"}:
            parts.append(part)
    try:
        return SpecifierSet(",".join(parts))
    except InvalidSpecifier:
        return None


def _between(match: re.Match[str]) -> str:
    """Return the range of a caret, up to the next change of its first part that is not 0, or of a tilde."""
    numbers = [int(number) for number in match["version"].split(".")[:6] if len(number) < 12]
    if match["operator"] == "~":
        kept = min(2, len(numbers))
    else:
        kept = next((position for position, number in enumerate(numbers, 1) if number), len(numbers))
    upper = [*numbers[: kept - 1], numbers[kept - 1] + 1] if numbers else [0]
    return f">={match['version']}{match['more']},<{'.'.join(map(str, upper))}"


def unmet(
    asked: Iterable[Resolved], locked: Mapping[str, Iterable[str | None]], lock: str, *, is_universal: bool
) -> tuple[Drift, ...]:
    """Return what is asked for and is not in a lock, or not in a version that was asked for.

    `locked` has the versions by the id of the package, None for one that has no version. What a marker asks for in
    some environments only may lack where a lock is not `is_universal`: made for all of them.
    """
    found = []
    for entry in asked:
        reason = _unmet(entry, locked.get(entry.component.id), lock, is_universal=is_universal)
        if reason and entry.component.source == "pypi":
            found.append(Drift(component=entry.component.id, at=entry.at, reason=reason))
    return tuple(found)


def _unmet(entry: Resolved, versions: Iterable[str | None] | None, lock: str, *, is_universal: bool) -> str:
    if entry.origin.form == "folder":
        return ""
    holds = where(entry.marker)
    is_needed = holds is not None and (any(holds) if is_universal else all(holds))
    if versions is None:
        return f"it is asked for, and {lock} does not have it; make the lock again" if is_needed else ""
    given = specifier(entry.asked) if entry.origin.form == "index" else None
    if given is None or not is_needed:
        return ""
    known = [version for version in versions if version is not None]
    if len(known) < len(list(versions)) or any(_fits(version, given) for version in known):
        return ""
    return f"{entry.asked} is asked for, and {lock} has {', '.join(sorted(known))}; make the lock again"


def _fits(version: str, given: SpecifierSet) -> bool:
    try:
        return given.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return True  # no specifier of a range can be held against it


def changed(lock: str, manifest: str, key: str, at: Place) -> Drift:
    """Return the drift of a lock whose own record of its manifest is another one."""
    reason = f"`{key}` is not that of {manifest}, which changed since; make the lock again"
    return Drift(component=lock, at=at, reason=reason)
