"""Remedies that are a change of a few lines: what they would be, and whether this run saw them work.

A patch is proven where it was applied to a copy of the case, everything of scenario 5 was decided again, and the rows
of its component in its requirement passed while no row of another component or requirement came out otherwise.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from supplychain.checks.engine import CHECKS, observe
from supplychain.checks.fixes import allowed, ranges
from supplychain.control import load
from supplychain.model.case import Case, Sentence
from supplychain.model.fact import Release
from supplychain.model.finding import Outcome, Patch
from supplychain.model.package import Resolved
from supplychain.model.reference import Scope

Lines = Callable[[str], Sequence[str]]
"""The lines of a file of the target, without their ends."""
Again = Callable[[str, bytes], Case]
"""The case as it would be with other content at a path."""
Releases = Callable[[str, str], Release]
"""What the registry says of a version of a component."""

Key = tuple[str, str, str]
"""A requirement, a component and the file that names it."""

PROVEN = 5
"""Patches that one run proves; each takes about as long as reading the target's packages once."""
_ENTRIES = 2_000
"""Entries of the graph that are read again for proofs, but for the first one."""
_SCENARIO = 5


def patches(case: Case, lines: Lines, releases: Releases, again: Again) -> tuple[Patch, ...]:
    """Return the changes that would mend a row of scenario 5, each with whether this run saw it work."""
    pins = tuple(_pins(case))
    candidates = (*_updates(case, pins, lines, releases), *_hashes(pins, lines, releases))
    if not candidates:
        return ()
    before = _outcomes(_comparable(case))
    found: list[Patch] = []
    limit = min(PROVEN, max(1, _ENTRIES // max(1, len(case.graph.packages))))
    beyond = f"this run proves {limit} of the patches; take those first and run again"
    for patch in candidates:
        if _passes(before.get(_key(patch), frozenset())):
            continue
        doubt = _doubt(patch, before, lines, again) if len(found) < limit else beyond
        found.append(patch.model_copy(update={"proven": not doubt, "doubt": doubt}))
    return tuple(found)


def applied(patch: Patch, lines: Sequence[str]) -> bytes:
    """Return the content of a file with a patch in it."""
    start = (patch.at.line or 1) - 1
    changed = [*lines[:start], *patch.new, *lines[start + len(patch.old) :]]
    return ("\n".join(changed) + "\n").encode()


def diff(patch: Patch) -> str:
    """Return a patch as a unified diff without context, as `git apply --unidiff-zero` takes it."""
    start = patch.at.line or 1
    head = f"--- a/{patch.at.file}\n+++ b/{patch.at.file}\n@@ -{start},{len(patch.old)} +{start},{len(patch.new)} @@\n"
    return head + "".join(f"-{line}\n" for line in patch.old) + "".join(f"+{line}\n" for line in patch.new)


def _updates(case: Case, pins: Sequence[Resolved], lines: Lines, releases: Releases) -> Iterator[Patch]:
    """Return the updates of pins to the smallest fixing version that the project's own ranges allow."""
    asking = ranges(case)
    for matched in case.advisories.matched:
        if matched.state != "affected" or not matched.clean_versions:
            continue
        used = (matched.component, matched.version)
        for entry in (pin for pin in pins if (pin.component.id, pin.version) == used):
            asked = asking.get((entry.project, entry.component.id), ())
            version = next(iter(allowed(entry.component.source, matched.clean_versions, asked)), None)
            hashes = _listed(releases(entry.component.id, version)) if version and entry.hashes else ()
            old = _statement(lines(entry.at.file), entry.at.line or 1)
            if version is None or not old or (entry.hashes and not hashes):
                continue
            first = re.sub(rf"==\s*{re.escape(entry.version or '')}(?![\w.+!-])", f"=={version}", old[0], count=1)
            if first != old[0]:
                yield _patch("5.5", entry, old, _stated(first, hashes) if entry.hashes else (first, *old[1:]))


def _hashes(pins: Sequence[Resolved], lines: Lines, releases: Releases) -> Iterator[Patch]:
    """Return the hashes that pins lack, where the registry lists them."""
    for entry in pins:
        if entry.hashes or entry.version is None or entry.origin.form != "index":
            continue
        hashes = _listed(releases(entry.component.id, entry.version))
        old = _statement(lines(entry.at.file), entry.at.line or 1)
        if hashes and old:
            yield _patch("5.2", entry, old, _stated(old[0], hashes))


def _pins(case: Case) -> Iterator[Resolved]:
    """Return the pins in lists of requirements that decide what is installed: a lock does, in place of its manifest."""
    locked = {(entry.project, entry.component) for entry in case.graph.packages if entry.is_locked}
    for entry in case.graph.packages:
        decides = entry.is_locked or (entry.project, entry.component) not in locked
        if entry.format == "requirements" and entry.version and entry.at.scope is Scope.PROD and decides:
            yield entry


def _listed(release: Release) -> tuple[str, ...]:
    return tuple(sorted({text for file in release.files for text in file.hashes if text.startswith("sha256:")}))


def _statement(lines: Sequence[str], first: int) -> tuple[str, ...]:
    """Return the lines of one requirement: the first, and those that it continues on."""
    end = first
    while end <= len(lines) and lines[end - 1].rstrip().endswith("\\"):
        end += 1
    return tuple(lines[first - 1 : end])


def _stated(first: str, hashes: Sequence[str]) -> tuple[str, ...]:
    """Return a requirement with its hashes, one a line as pip-compile and uv write it."""
    head = re.split(r"\s+(?:#|\\|--hash)|\s*$", first)[0]
    return (f"{head} \\", *(f"    --hash={text} \\" for text in hashes[:-1]), f"    --hash={hashes[-1]}")


def _patch(requirement: str, entry: Resolved, old: tuple[str, ...], new: tuple[str, ...]) -> Patch:
    return Patch(requirement=requirement, component=entry.subject, at=entry.at, old=old, new=new, proven=False)


def _key(patch: Patch) -> Key:
    return (patch.requirement, patch.component, patch.at.file)


def _doubt(patch: Patch, before: Mapping[Key, frozenset[Outcome]], lines: Lines, again: Again) -> str:
    """Return what was seen against a patch when it was applied to a copy; empty where it worked."""
    after = _outcomes(_comparable(again(patch.at.file, applied(patch, lines(patch.at.file)))))
    own = _key(patch)
    if not _passes(after.get(own, frozenset())):
        return f"with it, {patch.requirement} still does not pass for {patch.component} in {patch.at.file}"
    others = sorted(key for key in before.keys() | after.keys() if key != own and before.get(key) != after.get(key))
    return f"with it, {others[0][0]} comes out otherwise for {others[0][1]}" if others else ""


def _passes(outcomes: frozenset[Outcome]) -> bool:
    return bool(outcomes) and outcomes <= {Outcome.PASS, Outcome.WAIVED}


def _outcomes(case: Case) -> dict[Key, frozenset[Outcome]]:
    """Return how each component of a file comes out in each requirement of scenario 5; its line may have moved."""
    found: dict[Key, set[Outcome]] = defaultdict(set)
    for requirement in load().scenarios[_SCENARIO - 1].requirement:
        for row in observe(CHECKS[requirement.id], case):
            found[requirement.id, row.component, row.at.file if row.at else ""].add(row.outcome)
    return {key: frozenset(outcomes) for key, outcomes in found.items()}


def _comparable(case: Case) -> Case:
    """Return a case with the document's words for sentences that this run has not come to, and without scanners of its own.

    They are not started again for a proof, and would be said to have missed the version that a patch brings.
    """
    known = {sentence.requirement for sentence in case.features.sentences}
    added = tuple(
        Sentence(requirement=requirement.id, words={requirement.parameter.name: tuple(requirement.parameter.default)})
        for requirement in load().scenarios[_SCENARIO - 1].requirement
        if requirement.parameter and requirement.id not in known
    )
    features = case.features.model_copy(update={"sentences": (*case.features.sentences, *added)})
    saved = tuple(report for report in case.scanners if report.how == "saved")
    return case.model_copy(update={"features": features, "scanners": saved})
