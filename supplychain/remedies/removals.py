"""Patches that take out a setting: one that sends a client of a package index or of a hub elsewhere.

Only a line that is one setting and nothing else is removed, and only an option that stands once in a line is cut out of
it. A setting that is written in another way is left to whoever knows why it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from supplychain import catalog
from supplychain.checks.s01_model_source import diverted
from supplychain.checks.s05_source import misdirected
from supplychain.model.case import Case
from supplychain.model.finding import Patch
from supplychain.model.package import IndexSetting
from supplychain.model.reference import Place
from supplychain.remedies.pins import Lines
from supplychain.remedies.proof import Candidate, Key

_VALUE = r"""(?:"[^"\s$`]*"|'[^'\s]*'|[^\s"'`$\\#;&|]+)"""
_LONGEST = 1_000
"""Characters of a line that is looked at: a target may hold any."""
_FOLLOWED = (" ", "\t")
"""What the next line begins with where a value goes on."""


Names = tuple[Sequence[str], Sequence[str]]
"""Options, then variables and keys, that may stand for a setting."""


@dataclass
class _Blamed:
    """A setting with the rows that fail because of it."""

    requirement: str
    about: str
    """What the patch is filed under: the index of an ecosystem, or the component that goes another way."""
    names: Names
    anew: bool
    rows: set[Key] = field(default_factory=set)
    apart: set[Key] = field(default_factory=set)
    """Those of what a command names: without its option, a lock may speak for that."""


def removed(case: Case, lines: Lines) -> Iterator[Candidate]:
    """Return the removals that the remedies of 1.1 and 5.1 ask for."""
    discovered = {setting.at.file for setting in case.inventory.settings}
    blamed: dict[tuple[Place, str], _Blamed] = {}
    for subject, at, setting in misdirected(case):
        about, anew = f"index:{setting.ecosystem}", setting.at.file in discovered
        item = blamed.setdefault((setting.at, "5.1"), _Blamed("5.1", about, _names(setting), anew))
        item.rows.add(("5.1", subject, at.file))
        item.apart |= {("5.1", subject, at.file)} if setting.command else set()
    for subject, at, override in diverted(case):
        item = blamed.setdefault((override.at, "1.1"), _Blamed("1.1", subject, ((), (override.variable,)), anew=True))
        item.rows.add(("1.1", subject, at.file))
    for (at, _), item in blamed.items():
        yield from _candidates(at, item, lines(at.file))


def _candidates(at: Place, blamed: _Blamed, content: Sequence[str]) -> Iterator[Candidate]:
    """Yield the removal of a setting where its line is one that can be changed."""
    if at.line is None or not 0 < at.line <= len(content):
        return
    new = _without(content, at.line, *blamed.names)
    if new is None:
        return
    patch = Patch(
        requirement=blamed.requirement,
        component=blamed.about,
        also=tuple(sorted({component for _, component, _ in blamed.rows} - {blamed.about})),
        at=at,
        old=(content[at.line - 1],),
        new=new,
        proven=False,
    )
    gone = frozenset(key for key in blamed.rows if key[1] == blamed.about and blamed.requirement == "5.1")
    yield Candidate(patch, frozenset(blamed.rows), gone | blamed.apart, blamed.anew)


def _names(setting: IndexSetting) -> Names:
    """Return the names that set the same, of the client of an ecosystem."""
    client = catalog.indexes()[setting.ecosystem]
    named = {**client.variables, **client.keys}
    options = [name for name, kind in client.options.items() if kind is setting.setting]
    return options, [name for name, kind in named.items() if kind is setting.setting]


def _without(
    content: Sequence[str], number: int, options: Sequence[str], names: Sequence[str]
) -> tuple[str, ...] | None:
    """Return what takes the place of a line without its setting; None where it is more than that."""
    line = content[number - 1]
    if len(line) > _LONGEST:
        return None
    before = content[number - 2] if number > 1 else ""
    after = content[number] if number < len(content) else ""
    option, name = (("|".join(map(re.escape, listed)) or r"(?!)") for listed in (options, names))
    alone = rf"(?:(?:{option})[=\s]|(?:(?:ENV|ARG|export)\s+)?(?:{name})\s*[=\s])\s*{_VALUE}\s*"
    if re.fullmatch(alone, line):
        is_whole = not before.rstrip().endswith("\\") and not (after.strip() and after.startswith(_FOLLOWED))
        return () if is_whole else None
    cut, count = re.subn(rf"(?<=\s)(?:{option})[=\s]\s*{_VALUE}(?:\s+|$)", "", line)
    if count != 1 or not cut.strip(" \t\\") or cut.rstrip().endswith("\\") != line.rstrip().endswith("\\"):
        return None
    return (cut.rstrip() if not line.endswith((" ", "\t")) else cut,)
