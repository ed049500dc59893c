"""Changes of the inventory that the target maintains, in its file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Any

from supplychain.sensitivity.ground import Ground, token
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind

_OF = {"7.1": "model:", "7.2": "dataset:", "7.3": "package:", "7.4": "service:"}


def _inventories(ground: Ground) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the inventories in CycloneDX that can be changed as text."""
    for bom in ground.case.boms:
        try:
            document = json.loads(ground.text(bom.file) or "")
        except ValueError:
            continue
        if not bom.problem and isinstance(document, dict) and document.get("bomFormat") == "CycloneDX":
            yield bom.file, document


def _used(ground: Ground) -> set[str]:
    """Return the ids that pass in an inventory's requirements, and can be missed when they are gone."""
    names = ("7.1", "7.2", "7.3", "7.4")
    return {row.component for name in names for row in ground.findings[name].observations if row.outcome == "pass"}


def _plant(way: str, file: str, document: dict[str, Any], shown: str, *names: str) -> Plant:
    return Plant(way, file, shown, names, data=(json.dumps(document, indent=2) + "\n").encode(), wide=True)


def _any(ground: Ground, rng: Random) -> tuple[str, dict[str, Any]]:
    found = list(_inventories(ground))
    if not found:
        raise CannotPlantError("the target has no inventory in CycloneDX JSON")
    return rng.choice(found)


def _entries(document: dict[str, Any]) -> list[tuple[str, int, str]]:
    """Return where entries stand, with their ids."""
    return [
        (part, number, str(entry.get("bom-ref", "")))
        for part in ("components", "services")
        for number, entry in enumerate(document.get(part, ()))
    ]


def _dropped(requirement: str, ground: Ground, rng: Random) -> Plant:
    file, document = _any(ground, rng)
    passing = {row.component for row in ground.findings[requirement].observations if row.outcome == "pass"}
    found = [e for e in _entries(document) if e[2].startswith(_OF[requirement]) and e[2].split("@")[0] in passing]
    if not found:
        raise CannotPlantError("no such component is in the inventory and passes")
    part, number, name = rng.choice(found)
    del document[part][number]
    document.pop("dependencies", None)
    return _plant("dropped", file, document, f"without {name}", name.split("@")[0])


for _requirement in _OF:
    kind("component dropped from the inventory", _requirement)(partial(_dropped, _requirement))


def _ghost(requirement: str, ground: Ground, rng: Random) -> Plant:
    file, document = _any(ground, rng)
    found = [entry for entry in _entries(document) if entry[2].startswith(_OF[requirement])]
    if not found:
        raise CannotPlantError("the inventory has no such entry to copy")
    part, number, name = rng.choice(found)
    unique = token(rng)
    text = json.dumps(document[part][number]).replace(str(document[part][number].get("name")), unique)
    document[part].append(json.loads(text))
    return _plant("component that nothing uses", file, document, f"{unique}, a copy of {name}", unique)


for _requirement in ("7.1", "7.2", "7.4"):
    kind("component in the inventory that nothing uses", _requirement)(partial(_ghost, _requirement))


@kind("inventory that is not up to date", "7.5")
def outdated(ground: Ground, rng: Random) -> Plant:
    """Make an inventory old, or let it lack a component that is in use."""
    file, document = _any(ground, rng)
    if any(row.at and row.at.file == file and row.outcome != "pass" for row in ground.findings["7.5"].observations):
        raise CannotPlantError("7.5 does not pass for this inventory as it is")
    if rng.random() < 0.5:
        year = rng.randrange(2019, 2024)
        document.setdefault("metadata", {})["timestamp"] = f"{year}-03-01T00:00:00+00:00"
        return _plant("old date", file, document, f"written in {year}", file)
    used = _used(ground)
    found = [entry for entry in _entries(document) if entry[2].split("@")[0] in used]
    if not found:
        raise CannotPlantError("no component that is in use is in the inventory")
    part, number, name = rng.choice(found)
    del document[part][number]
    document.pop("dependencies", None)
    return _plant("component dropped", file, document, f"without {name}", file)


@kind("entry of the inventory that does not say what an audit asks", "7.6")
def silent(ground: Ground, rng: Random) -> Plant:
    """Take one field from an entry that says all."""
    file, document = _any(ground, rng)
    passing = {row.component for row in ground.findings["7.6"].observations if row.outcome == "pass"}
    fields = ("supplier", "licenses", "hashes", "version", "evidence")
    found = [
        (part, number, name, field)
        for part, number, name in _entries(document)
        if name.split("@")[0] in passing
        for field in fields
        if field in document[part][number]
    ]
    if not found:
        raise CannotPlantError("no entry of the inventory passes 7.6")
    part, number, name, field = rng.choice(found)
    del document[part][number][field]
    return _plant(f"without {field}", file, document, f"{name} without its {field}", name.split("@")[0])
