"""Changes of the target's own manifests and locks."""

from __future__ import annotations

import json
import re
from random import Random

from supplychain.model.finding import Outcome
from supplychain.model.package import Resolved
from supplychain.model.reference import Scope
from supplychain.sensitivity.ground import Ground, token
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind

_HASH = re.compile(r"\s*\\?\s*--hash=sha256:[0-9a-f]{64}")


def _pins(ground: Ground, form: str = "requirements") -> list[Resolved]:
    """Return the entries of one version in production whose text is at hand."""
    return [
        entry
        for entry in ground.case.graph.packages
        if entry.format == form and entry.version and entry.at.line and entry.at.scope is Scope.PROD
        if ground.text(entry.at.file) is not None
    ]


def edited(ground: Ground, entry: Resolved, way: str, first: str, rest: list[str], shown: str, *names: str) -> Plant:
    """Return a plant that replaces the statement of an entry: its first line, and those that it continues on."""
    lines = (ground.text(entry.at.file) or "").split("\n")
    start, end = _extent(lines, entry.at.line or 1)
    data = "\n".join([*lines[:start], first, *rest, *lines[end:]]).encode()
    named = names or (entry.component.id,)
    return Plant(way, entry.at.file, shown, named, entry.at.line, data=data, wide=True)


def statement(ground: Ground, entry: Resolved) -> list[str]:
    """Return the lines of one entry of a list of requirements."""
    lines = (ground.text(entry.at.file) or "").split("\n")
    start, end = _extent(lines, entry.at.line or 1)
    return lines[start:end]


def _extent(lines: list[str], first: int) -> tuple[int, int]:
    end = first
    while end < len(lines) and lines[end - 1].rstrip().endswith("\\"):
        end += 1
    return first - 1, end


@kind("hashes of a locked package removed", "5.2")
def hashes_removed(ground: Ground, rng: Random) -> Plant:
    """Take all hashes from one entry of a list of requirements."""
    pins = [entry for entry in _pins(ground) if entry.hashes]
    if not pins:
        raise CannotPlantError("no list of requirements of production has hashes")
    entry = rng.choice(pins)
    first = re.split(r"\s+(?:\\|--hash)", statement(ground, entry)[0])[0]
    return edited(ground, entry, "all hashes gone", first, [], first)


@kind("hash of a locked package changed", "5.2")
def hash_changed(ground: Ground, rng: Random) -> Plant:
    """Change one digit of one hash; only a package whose row passes shows that nobody noticed."""
    passing = {
        (row.component, row.at.file)
        for row in ground.findings["5.2"].observations
        if row.outcome is Outcome.PASS and row.at
    }
    pins = [entry for entry in _pins(ground) if entry.hashes and (entry.component.id, entry.at.file) in passing]
    if not pins:
        raise CannotPlantError("no locked package passes 5.2 here: without facts of its registry no hash is compared")
    entry = rng.choice(pins)
    old = statement(ground, entry)
    text = "\n".join(old)
    found = rng.choice(re.findall(r"sha256:([0-9a-f]{64})", text))
    place = rng.randrange(64)
    digit = rng.choice([c for c in "0123456789abcdef" if c != found[place]])
    lines = text.replace(found, found[:place] + digit + found[place + 1 :]).split("\n")
    return edited(
        ground, entry, "one digit of one hash", lines[0], lines[1:], f"{entry.component.name}: a digit of {found[:12]}…"
    )


@kind("weak hash in place of a strong one", "5.2")
def hash_weakened(ground: Ground, rng: Random) -> Plant:
    """Put an MD5 in place of the hashes of one entry."""
    pins = [entry for entry in _pins(ground) if entry.hashes]
    if not pins:
        raise CannotPlantError("no list of requirements of production has hashes")
    entry = rng.choice(pins)
    head = re.split(r"\s+(?:\\|--hash)", statement(ground, entry)[0])[0]
    first = f"{head} --hash=md5:{rng.getrandbits(128):032x}"
    return edited(ground, entry, "MD5", first, [], first)


@kind("version of a locked package opened to a range", "5.2", "5.3")
def opened(ground: Ground, rng: Random) -> Plant:
    """Turn `==1.2` into a range, and drop its hashes with it, as a hurried developer would."""
    pins = [entry for entry in _pins(ground) if "==" in statement(ground, entry)[0]]
    if not pins:
        raise CannotPlantError("no list of requirements of production names one version")
    entry = rng.choice(pins)
    head = re.split(r"\s+(?:\\|--hash)", statement(ground, entry)[0])[0]
    first = head.replace("==", rng.choice((">=", "~=", ">")), 1)
    return edited(ground, entry, "a range in place of a version", first, [], first)


@kind("dependency in a manifest and not in its lock", "5.2")
def not_locked(ground: Ground, rng: Random) -> Plant:
    """Add a dependency to a manifest that has a lock."""
    manifests = sorted(
        {
            at.file
            for project in ground.case.graph.projects
            if project.locks
            for at in project.manifests
            if at.scope is Scope.PROD and at.file not in {lock.file for lock in project.locks}
        }
    )
    found = []
    for path in manifests:
        text = ground.text(path) or ""
        added = _with_dependency(path, text, f"{token(rng)}-tools")
        if added:
            found.append((path, *added))
    if not found:
        raise CannotPlantError("no manifest of production has a lock beside it")
    path, name, changed, line = rng.choice(found)
    return Plant("dependency added", path, line, (name,), data=changed.encode(), wide=True)


def _with_dependency(path: str, text: str, name: str) -> tuple[str, str, str] | None:
    """Return a manifest with one dependency more, with its name and its line."""
    if path.endswith((".in", ".txt")):
        return name, text.rstrip("\n") + f"\n{name}>=1.0\n", f"{name}>=1.0"
    if path.endswith("package.json"):
        return _in_json(text, name)
    if path.endswith("pyproject.toml"):
        for head, line in (
            (r"(?m)^dependencies = \[\n", f'  "{name}>=1.0",\n'),
            (r"(?m)^\[tool\.poetry\.dependencies\]\n", f'{name} = "^1.0"\n'),
        ):
            if match := re.search(head, text):
                return name, text[: match.end()] + line + text[match.end() :], line.strip()
    return None


def _in_json(text: str, name: str) -> tuple[str, str, str] | None:
    match = re.search(r'"dependencies"\s*:\s*\{', text)
    line = f'\n    "{name}": "^1.0.0",'
    changed = text[: match.end()] + line + text[match.end() :] if match else ""
    try:
        json.loads(changed)
    except ValueError:
        return None
    return name, changed, line.strip()
