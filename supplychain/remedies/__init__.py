"""Remedies that are a change of a few lines: what they would be, and whether this run saw them work.

A patch is proven where it was applied to a copy of what was gathered, 1.1 and everything of scenario 5 were decided again,
all rows that it is given for passed, and no other row came out otherwise. A row that stands for the setting that a patch
takes out is gone with it. Proven is a word on these rows alone. What only records a state is not decided again: after an
update, the inventory of scenario 7 and the baseline of 9.1 are to be renewed as after any other change of a version. And
nothing is installed: whether the official index has what came from one that is taken out shows in 5.2, by its facts.
"""

from __future__ import annotations

from collections.abc import Sequence

from supplychain.model.case import Case
from supplychain.model.finding import Patch
from supplychain.remedies.pins import Lines, Releases, repinned
from supplychain.remedies.proof import Again, Candidate, doubt, outcomes, passes
from supplychain.remedies.removals import removed

PROVEN = 5
"""Patches that one run proves; each takes about as long as reading the target's packages once."""
_ENTRIES = 2_000
"""Entries of the graph that are read again for proofs, but for the first one."""
_FILES = 150
"""Files of a target that is read anew for a proof: a patch of what discovery reads asks for that."""


def patches(case: Case, lines: Lines, releases: Releases, again: Again, anew: Again) -> tuple[Patch, ...]:
    """Return the changes that would mend rows, each with whether this run saw it work.

    Args:
        case: what was gathered.
        lines: the lines of a file of the target.
        releases: what the registry says of a version.
        again: the case with other content in a file that only says something of packages.
        anew: the case with other content in any file, which takes as long as the run.
    """
    candidates = (*removed(case, lines), *repinned(case, lines, releases))
    if not candidates:
        return ()
    before = outcomes(case)
    found: list[Patch] = []
    limit = min(PROVEN, max(1, _ENTRIES // max(1, len(case.graph.packages))))
    for candidate in candidates:
        if all(passes(before.get(key, frozenset())) for key in candidate.rows):
            continue
        why = _beyond(case, candidate, len(found), limit)
        if not why:
            gather = anew if candidate.anew else again
            path = candidate.patch.at.file
            why = doubt(candidate, before, gather(path, applied(candidate.patch, lines(path))))
        found.append(candidate.patch.model_copy(update={"proven": not why, "doubt": why}))
    return tuple(found)


def applied(patch: Patch, lines: Sequence[str]) -> bytes:
    """Return the content of a file with a patch in it."""
    start = (patch.at.line or 1) - 1
    changed = [*lines[:start], *patch.new, *lines[start + len(patch.old) :]]
    return "".join(f"{line}\n" for line in changed).encode()


def diff(patch: Patch) -> str:
    """Return a patch as a unified diff without context, as `git apply --unidiff-zero` takes it."""
    start = patch.at.line or 1
    begin = start if patch.new else start - 1  # where nothing takes its place, the line before it counts
    head = f"--- a/{patch.at.file}\n+++ b/{patch.at.file}\n@@ -{start},{len(patch.old)} +{begin},{len(patch.new)} @@\n"
    return head + "".join(f"-{line}\n" for line in patch.old) + "".join(f"+{line}\n" for line in patch.new)


def _beyond(case: Case, candidate: Candidate, count: int, limit: int) -> str:
    """Return why a patch is not tried at all; empty where it is."""
    if count >= limit:
        return f"this run proves {limit} of the patches; take those first and run again"
    if candidate.anew and case.inventory.looked_at > _FILES:
        return f"more than {_FILES} files would have to be read again to see it work"
    return ""
