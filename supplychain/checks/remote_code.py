"""Python that a loading call fetches and runs: whether it is pinned, and whether that revision of it was scanned."""

from __future__ import annotations

from collections.abc import Callable

from supplychain import catalog
from supplychain.checks.scans import Piece
from supplychain.checks.sourced import hub_records
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.hub import HubRecord
from supplychain.model.reference import Reference, is_immutable

_SHOWN = 3


class CodeProblem(Frozen):
    """Why it cannot be relied upon, by which rule."""

    rule: str
    reason: str


def code_problem(
    case: Case, reference: Reference, pieces: tuple[Piece, ...], is_open: Callable[[Piece], bool]
) -> CodeProblem | None:
    """Return why the code that a place runs is not pinned and scanned; None where it is.

    Its revision is `code_revision` where that is given apart, else that of the weights. What the hub lists of it has to be
    at hand; where no list is known, it stays open whether that is all. A review closes what a layer saw in it.
    """
    component = reference.component
    revision = reference.code_revision or reference.revision
    if not component.is_file and not is_immutable(revision):
        named = f"the revision {revision}, which can come to mean something else" if revision else "no revision"
        return CodeProblem(rule="remote-code-not-pinned", reason=f"{reference.at} names {named}")
    own = [piece for piece in pieces if component.is_file or piece.revision == revision]
    bad = [piece for piece in own if piece.is_malicious]
    if bad:
        return CodeProblem(rule="remote-code-indicator", reason=f"{bad[0].name} has an indicator")
    missing = _missing(case, reference, revision, own)
    if missing:
        return CodeProblem(rule="remote-code-not-scanned", reason=missing)
    unscanned = [piece for piece in own if piece.lack]
    if unscanned:
        rule, why = unscanned[0].lack or ("", "")
        return CodeProblem(rule="remote-code-not-scanned", reason=f"{unscanned[0].name}: {why or rule}")
    open_ones = [piece for piece in own if is_open(piece)]
    if open_ones:
        return CodeProblem(rule="remote-code-open", reason=f"{open_ones[0].name} has an indicator that nobody reviewed")
    if not component.is_file and not _lists(case, reference, revision):
        reason = "no list of its files is at hand that shows that this is all of its Python"
        return CodeProblem(rule="remote-code-open", reason=reason)
    return None


def _lists(case: Case, reference: Reference, revision: str | None) -> list[HubRecord]:
    """Return what the hub lists of the files of a revision."""
    return [r for r in hub_records(case, reference.subject) if revision in {r.revision, r.commit} and r.files]


def _missing(case: Case, reference: Reference, revision: str | None, own: list[Piece]) -> str:
    """Return what of the code is not at hand; empty where it is complete."""
    there = {piece.path for piece in own if piece.scan}
    if reference.component.is_file:
        return "" if there else "none of its files was scanned"
    records = _lists(case, reference, revision)
    suffixes = catalog.artifacts().code_suffixes
    if not records:
        has_code = any(path.endswith(suffixes) for path in there)
        return "" if has_code else f"no Python of {revision} is at hand, and no list says that it has none"
    listed = [file.path for record in records for file in record.files if file.path.endswith(suffixes)]
    absent = [path for path in dict.fromkeys(listed) if path not in there]
    if absent:
        return f"not at hand: {', '.join(absent[:_SHOWN])}"
    return "" if there else "none of its files is at hand"
