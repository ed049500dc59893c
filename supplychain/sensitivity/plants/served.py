"""Changes at the very places where the target calls a service or keeps its prompts, and in what was assessed of it."""

from __future__ import annotations

import re
from random import Random

from supplychain.model.finding import Outcome
from supplychain.model.reference import Place
from supplychain.sensitivity.ground import Ground
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind
from supplychain.sensitivity.plants.choices import elsewhere, guards, services_in_use

_OPPOSITE = {"False": "True", "false": "true", "0": "1", "off": "on", "no": "yes", "none": "all"}
_OPPOSITE |= {other: value for value, other in _OPPOSITE.items()}
_CALL = 20
"""Lines of a call in which its argument is looked for."""


@kind("region in the address of a service replaced", "6.3")
def region_replaced(ground: Ground, rng: Random) -> Plant:
    """Replace the region in a service's address, where the target itself writes it."""
    far, found = elsewhere(ground), []
    for reference in services_in_use(ground):
        line = _line(ground, reference.at)
        moved = re.sub(r"\b[a-z]{2}-[a-z]+-\d\b", far["aws"], line)
        moved = re.sub(r"(?<=[/.])(eu|us)(?=\.)", far["short"], moved)
        without = re.sub(r"(?<=//)(eu|us)\.", "", line)
        ways = (("another region", moved), ("no region", without))
        found += [(reference, way, other) for way, other in ways if other != line]
    if not found:
        raise CannotPlantError("no address of a service names a region on the line that uses it")
    reference, way, other = rng.choice(found)
    return _replaced(ground, reference.at, other, way, reference.component.id)


@kind("switch turned the other way", "6.2")
def switch_turned(ground: Ground, rng: Random) -> Plant:
    """Turn the value of a switch that keeps prompts from being stored or told."""
    found = []
    for item in guards(ground):
        for at in (item.at.model_copy(update={"line": (item.at.line or 1) + below}) for below in range(_CALL)):
            line = _line(ground, at)
            if match := re.search(rf"({re.escape(item.name)}\W+)({'|'.join(_OPPOSITE)})\b", line):
                found.append((item, at, line[: match.start(2)] + _OPPOSITE[match[2]] + line[match.end(2) :]))
                break
    if not found or ground.findings["6.2"].outcome is not Outcome.PASS:
        raise CannotPlantError(
            "no switch of production that keeps prompts stands beside its value, or 6.2 does not pass as it is"
        )
    item, at, other = rng.choice(found)
    return _replaced(ground, at, other, "turned", item.subject, item.name)


@kind("evidence that was edited after the assessment", "6.1")
def evidence_edited(ground: Ground, rng: Random) -> Plant:
    """Change one word of the file that an assessment rests on, or add a line."""
    declared = ground.case.declaration.service if ground.case.declaration else ()
    passing = {row.component for row in ground.findings["6.1"].observations if row.outcome is Outcome.PASS}
    found = [
        (service, service.assessment.evidence)
        for service in declared
        if service.assessment and f"service:{service.id}" in passing and ground.text(service.assessment.evidence)
    ]
    if not found:
        raise CannotPlantError("no assessment that counts rests on a text of the target")
    service, path = rng.choice(found)
    lines = (ground.text(path) or "").split("\n")
    number = rng.choice([n for n, line in enumerate(lines) if line.strip()])
    way = rng.choice(("word", "line"))
    lines[number] = lines[number].rstrip() + (" not" if way == "word" else "\nReviewed again; nothing has changed.")
    data = "\n".join(lines).encode()
    return Plant(way, path, lines[number], (f"service:{service.id}",), number + 1, data=data, wide=True)


def _line(ground: Ground, at: Place) -> str:
    lines = (ground.text(at.file) or "").split("\n")
    return lines[(at.line or 1) - 1] if (at.line or 1) <= len(lines) else ""


def _replaced(ground: Ground, at: Place, other: str, way: str, *names: str) -> Plant:
    lines = (ground.text(at.file) or "").split("\n")
    lines[(at.line or 1) - 1] = other
    data = "\n".join(lines).encode()
    return Plant(way, at.file, other.strip(), names, at.line, data=data, wide=True)
