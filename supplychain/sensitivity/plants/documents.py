"""Changes of the documents that describe the measures, in their files."""

from __future__ import annotations

import re
from random import Random

from supplychain.model.case import Document
from supplychain.sensitivity.ground import Ground
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind


def _draw(ground: Ground, rng: Random, pattern: str) -> tuple[Document, list[str], int]:
    """Return a document, its lines, and one that a pattern matches."""
    found = []
    for document in ground.case.documents:
        lines = (ground.text(document.file) or "").split("\n")
        found += [(document, lines, number) for number, line in enumerate(lines) if re.match(pattern, line)]
    if not found:
        raise CannotPlantError("no document of the target has such a line")
    return rng.choice(found)


def _plant(way: str, document: Document, lines: list[str], number: int, shown: str) -> Plant:
    data = "\n".join(lines).encode()
    return Plant(way, document.file, shown, (f"document:{document.role}",), number + 1, data=data)


@kind("review of a document made old", "10.1")
def old_review(ground: Ground, rng: Random) -> Plant:
    """Set the date of a document's last review back by years, or into a form that is no date."""
    document, lines, number = _draw(ground, rng, r"(?i).{0,20}review.{0,20}\d{4}-\d\d-\d\d")
    other = rng.choice(("2018-04-01", "2031-01-01", "last spring"))
    lines[number] = re.sub(r"\d{4}-\d\d-\d\d", other, lines[number])
    return _plant("date of the review", document, lines, number, lines[number])


@kind("owner of a document removed", "10.1")
def no_owner(ground: Ground, rng: Random) -> Plant:
    """Take the owner out of a document, or leave the field empty."""
    document, lines, number = _draw(ground, rng, r"(?i)\W{0,4}owner\W")
    if not document.owner:
        raise CannotPlantError("the document names no owner as it is")
    shown = f"without {lines[number]!r}"
    lines[number] = rng.choice(("", lines[number].partition(":")[0] + ":", "Owner: TBD"))
    return _plant("owner", document, lines, number, shown)


@kind("text of a document left to be written", "10.1")
def placeholder(ground: Ground, rng: Random) -> Plant:
    """Put a text that was to be replaced in place of a paragraph."""
    document, lines, number = _draw(ground, rng, r"[A-Z][a-z].{40,}")
    lines[number] = rng.choice(
        ("TODO: describe", "TBD", "[to be completed]", "Lorem ipsum dolor sit amet.", "<describe here>", "XXX")
    )
    return _plant("placeholder", document, lines, number, lines[number])


@kind("measures of a scenario no longer described", "10.1")
def section_gone(ground: Ground, rng: Random) -> Plant:
    """Take a section out of a document that describes measures."""
    described = {
        match[1]
        for row in ground.findings["10.1"].observations
        if row.component.startswith("measures:") and row.outcome == "pass"
        if (match := re.search(r"([\w./-]+:\d+)", row.message))
    }
    if not described:
        raise CannotPlantError("no measure is described under a heading of a document")
    file, _, line = rng.choice(sorted(described)).rpartition(":")
    lines = (ground.text(file) or "").split("\n")
    start = int(line) - 1
    level = len(lines[start]) - len(lines[start].lstrip("#"))
    end = next((n for n in range(start + 1, len(lines)) if re.match(rf"#{{1,{max(level, 1)}}} ", lines[n])), len(lines))
    shown = f"without the section {lines[start]!r}"
    data = "\n".join([*lines[:start], *lines[end:]]).encode()
    return Plant("section removed", file, shown, ("measures:",), start + 1, data=data)
