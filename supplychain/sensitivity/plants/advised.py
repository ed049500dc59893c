"""Versions with a known vulnerability in place of those in use; which are vulnerable, the records themselves say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.reference import Scope
from supplychain.sensitivity.ground import Ground
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind
from supplychain.sensitivity.plants.locks import edited, statement

_NO_DATA = "no advisories are at hand; give --facts the folder of a snapshot that has some"


@kind("vulnerable version in place of the one in use", "5.5")
def vulnerable(ground: Ground, rng: Random) -> Plant:
    """Pin a package of the target to a version that a record lists as affected."""
    if ground.advisories is None:
        raise CannotPlantError(_NO_DATA)
    entries = [
        entry
        for entry in ground.case.graph.packages
        if entry.format == "requirements" and entry.version and entry.at.scope is Scope.PROD and entry.at.line
    ]
    affected = _affected(ground.advisories, {entry.component.name for entry in entries})
    fitting = [
        (entry, version, record)
        for entry in entries
        for version, record in affected.get(entry.component.name, ())
        if f"=={entry.version}" in statement(ground, entry)[0] and version != entry.version
    ]
    if not fitting:
        raise CannotPlantError(
            "no advisory at hand lists a version of a package that production pins in a list of requirements"
        )
    entry, version, record = rng.choice(fitting)
    lines = statement(ground, entry)
    first = lines[0].replace(f"=={entry.version}", f"=={version}")
    shown = f"{entry.component.name}=={version}, which {record} lists"
    return edited(ground, entry, f"version of {record}", first, lines[1:], shown, record)


def _affected(folder: Path, names: set[str]) -> dict[str, list[tuple[str, str]]]:
    """Return versions of packages of PyPI that records name one by one: that needs no comparison of versions."""
    found: dict[str, list[tuple[str, str]]] = {}
    for record in _records(folder, names):
        if record.get("withdrawn") or record.get("id", "").startswith("MAL-"):
            continue
        for part in record.get("affected", ()):
            package = part.get("package", {})
            name = re.sub(r"[-_.]+", "-", str(package.get("name", ""))).lower()
            if package.get("ecosystem") == "PyPI" and name in names:
                found.setdefault(name, []).extend((version, str(record["id"])) for version in _listed(part))
    return found


def _listed(part: dict[str, Any]) -> Iterator[str]:
    """Yield the versions that a record lists, and those in which it says that the vulnerability was introduced.

    Source: Open Source Vulnerability format 1.7: `versions`, and `introduced`, which is the first that is affected.
    """
    yield from map(str, part.get("versions", ()))
    for extent in part.get("ranges", ()):
        if extent.get("type") == "ECOSYSTEM":
            events = (event.get("introduced") for event in extent.get("events", ()))
            yield from (version for version in events if version and version != "0")


def _records(folder: Path, names: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the records in a folder whose text holds one of these names."""
    needles = [json.dumps(name).encode() for name in names]
    for path in sorted(folder.rglob("*")):
        texts: Iterator[bytes] = iter(())
        if path.suffix == ".json":
            texts = iter([path.read_bytes()])
        elif path.suffix == ".zip" and "pypi" in str(path).lower():
            archive = ZipFile(path)
            texts = (archive.read(name) for name in archive.namelist())
        for data in texts:
            if any(needle in data for needle in needles):
                yield json.loads(data)


@kind("answer on a package turned to affected", "5.5", layer="case")
def found_affected(ground: Ground, rng: Random) -> Plant:
    """Let the matcher say that a clean package is affected, by an advisory that another one has."""
    known = [item for item in ground.case.advisories.matched if item.vulnerabilities]
    clean = [item for item in _clean(ground) if item]
    if not clean or not known:
        raise CannotPlantError("no package passes 5.5, or no advisory at hand could be said of it")
    component = rng.choice(clean)
    vulnerability = rng.choice(rng.choice(known).vulnerabilities)
    advisory = vulnerability.advisory

    def change(case: Case) -> Case:
        matched = tuple(
            item.model_copy(update={"state": "affected", "vulnerabilities": (vulnerability,)})
            if item.component == component
            else item
            for item in case.advisories.matched
        )
        return case.model_copy(update={"advisories": case.advisories.model_copy(update={"matched": matched})})

    return Plant("matched", component, f"{advisory.id} said of {component}", (component,), change=change)


@kind("answer on a package lost", "5.3", "5.5", layer="case")
def answer_lost(ground: Ground, rng: Random) -> Plant:
    """Take away what the matcher said of a package."""
    clean = _clean(ground)
    if not clean:
        raise CannotPlantError("no package passes 5.5 here")
    component = rng.choice(clean)

    def change(case: Case) -> Case:
        matched = tuple(item for item in case.advisories.matched if item.component != component)
        return case.model_copy(update={"advisories": case.advisories.model_copy(update={"matched": matched})})

    return Plant("no answer", component, f"no answer of the matcher on {component}", (component,), change=change)


def _clean(ground: Ground) -> list[str]:
    """Return the packages that pass with the answer of the matcher that they have."""
    answered = {item.component for item in ground.case.advisories.matched if item.state == "clean" and item.version}
    passing = {row.component for row in ground.findings["5.5"].observations if row.outcome is Outcome.PASS}
    return sorted(answered & passing)
