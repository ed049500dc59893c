"""`supplychain review`: what a reviewer found out about a signal, written into the declaration."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from supplychain.config.editing import review as reviewed
from supplychain.config.files import DECLARATION
from supplychain.model.component import Component
from supplychain.model.declaration import Review
from supplychain.model.text import printable
from supplychain.target import Target
from supplychain.verbs import files
from supplychain.verbs.declaring import day, declared, differences
from supplychain.verbs.interface import Code, VerbError

_FORMS = {
    "digest": "--digest is sha256: and the 64 hex digits that the signal's row gives",
    "verdict": "--verdict is harmless or malicious",
    "reason": "--reason says what was looked at and what it is",
}


def review(
    target: Path, component: str, detector: str, digest: str, verdict: str, reason: str, by: str, on: str | None
) -> int:
    """Write a review into the target's declaration and print the lines that were added and the next step."""
    found = _review(component, detector, digest, verdict, reason, by, on)
    before = declared(Target.open(target), target)
    try:
        after = reviewed(before, found)
    except ValueError as error:
        raise VerbError("\n".join(printable(line) for line in str(error).split("\n"))) from error
    files.write(target / DECLARATION, after, target)
    print(*differences(before, after), sep="\n")
    if found.verdict == "malicious":
        print(
            f"Remove the {Component.parse(component).kind}, rotate every secret that its hosts could read, and start incident response"
        )
    else:
        print(f"It counts where people.approvers of the assessor's policy name {found.by}, until what it is of changes")
    return Code.HOLDS


def _review(component: str, detector: str, digest: str, verdict: str, reason: str, by: str, on: str | None) -> Review:
    given = {"component": component, "detector": detector, "reason": reason, "by": by}
    for name, value in given.items():
        if printable(value) != value or not value.strip():
            raise VerbError(f"{name} {printable(value)!r} is empty, too long or holds characters that cannot be shown")
    try:
        named = Component.parse(component).id
    except ValueError as error:
        raise VerbError(str(error)) from error
    try:
        values = {**given, "component": named, "digest": digest, "verdict": verdict, "on": day(on)}
        return Review.model_validate(values)
    except ValidationError as error:
        field = str(error.errors(include_url=False)[0]["loc"][0])
        raise VerbError(_FORMS.get(field, f"{field} is not of its form")) from error
