"""OSV records in the form that `safety check --db` reads.

`insecure.json` maps each package to version specifiers, `insecure_full.json` has the entries that they stand for; a
specifier of the first has to be one of the second, letter by letter. Every entry carries an id of the type `pyup`:
safety keeps one vulnerability per id and package, and drops all others that have none.

OSV orders versions as PEP 440 does and knows no exceptions for pre-releases, whereas the specifier `<2.0` leaves
`2.0rc1` out, and any specifier leaves pre-releases out that names none. `>=0.dev0,<=2.0,!=2.0` is what OSV means.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.version import Version

from supplychain.scanners.interface import items, python_name, texts, version_of

SCHEMA = "2.0.0"
_EVENTS = ("introduced", "fixed", "last_affected")
_START = Version("0.dev0")


def write(records: Iterable[dict[str, Any]], folder: Path) -> tuple[tuple[str, str], ...]:
    """Write both files into a folder, and return the ids of records that are not wholly in them, with the reason.

    `records` are OSV records as their JSON has them; what is withdrawn or of another ecosystem is passed over.
    """
    entries: dict[str, list[dict[str, Any]]] = {}
    left: list[tuple[str, str]] = []
    for record in records:
        if record.get("withdrawn"):
            continue
        for affected in items(record, "affected"):
            name = python_name(affected)
            if name is None:
                continue
            specs, reason = specifiers(affected)
            if reason:
                left.append((record["id"], reason))
            if specs:
                entries.setdefault(name, []).append(_entry(record, specs))
    meta = {"schema_version": SCHEMA}
    slim = {name: sorted({spec for entry in listed for spec in entry["specs"]}) for name, listed in entries.items()}
    full = {"meta": meta, "vulnerable_packages": entries, "packages": {name: {} for name in entries}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "insecure.json").write_text(json.dumps({"meta": meta, "vulnerable_packages": slim}), encoding="utf-8")
    (folder / "insecure_full.json").write_text(json.dumps(full), encoding="utf-8")
    return tuple(left)


def specifiers(affected: dict[str, Any]) -> tuple[list[str], str]:
    """Return the specifiers of one `affected` entry, and why they are not all of it; the reason is empty if they are.

    A version that a range holds already gets no specifier of its own; nor does one that PEP 440 does not allow, which
    no version that can be asked about is equal to.
    """
    intervals: list[tuple[Version, Version | None, bool]] = []
    reason = ""
    for listed in items(affected, "ranges"):
        if listed.get("type") == "ECOSYSTEM":
            try:
                intervals += _intervals(items(listed, "events"))
            except ValueError as error:
                reason = str(error)
    specs = [_specifier(*interval) for interval in intervals]
    for version in filter(None, map(version_of, texts(affected, "versions"))):
        if not any(_holds(interval, version) for interval in intervals):
            specs.append(f"=={version}")
    return list(dict.fromkeys(specs)), reason


def _entry(record: dict[str, Any], specs: list[str]) -> dict[str, Any]:
    ids = [{"type": "pyup", "id": record["id"]}]
    ids += [{"type": "cve", "id": alias} for alias in texts(record, "aliases") if alias.startswith("CVE-")][:1]
    return {"ids": ids, "advisory": "", "specs": specs, "transitive": False, "more_info_path": "", "fixed_versions": []}


def _intervals(events: list[dict[str, Any]]) -> list[tuple[Version, Version | None, bool]]:
    """Return where a range begins and ends, and whether its end is affected too; None: it does not end."""
    ordered = []
    for event in events:
        for kind in _EVENTS:
            if kind in event:
                version = _START if kind == "introduced" and event[kind] == "0" else version_of(event[kind])
                if version is None or version.local:
                    raise ValueError(f"a range of it has the bound {str(event[kind])[:40]!r}, which cannot be ordered")
                ordered.append((version, kind == "introduced", kind))
    found: list[tuple[Version, Version | None, bool]] = []
    start: Version | None = None
    for version, _, kind in sorted(ordered):
        if kind == "introduced":
            start = version if start is None else start
        elif start is not None:
            found.append((start, version, kind == "last_affected"))
            start = None
    return [*found, (start, None, False)] if start is not None else found


def _specifier(start: Version, end: Version | None, is_affected: bool) -> str:
    parts = [f">={_START}"] + ([f">={start}"] if start > _START else [])
    if end is not None:
        parts += [f"<={end}"] + ([] if is_affected else [f"!={end}"])
    return ",".join(parts)


def _holds(interval: tuple[Version, Version | None, bool], version: Version) -> bool:
    start, end, is_affected = interval
    return version >= start and (end is None or version < end or (is_affected and version == end))
