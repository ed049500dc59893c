"""Scenario 2, model integrity verification: requirement 2.3, whether weights were scanned, and what loading them lets happen."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath

from supplychain import catalog
from supplychain.checks.canaries.s02_model_scan import plant
from supplychain.checks.covered import ROOM, count, covered, shortened
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.loading import Loading, loadings
from supplychain.checks.remote_code import code_problem
from supplychain.checks.reviews import Standing, standing
from supplychain.checks.scans import Piece, pieces
from supplychain.checks.sourced import Sourced, declared, fetched_models
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.component import Component
from supplychain.model.reference import Place, Reference, Unread, Unresolved
from supplychain.model.scan import Compared, Indicator

_SHOWN = 3
_LONGEST_TOLD = 150
_NOT_COUNTED = "not counted"
_SEEN = {
    ("malicious", None): "malicious",
    ("malicious", "harmless"): "malicious",
    ("malicious", _NOT_COUNTED): "malicious",
    ("malicious", "malicious"): "found-malicious",
    ("review", None): "review-indicator",
    ("review", "harmless"): "reviewed",
    ("review", _NOT_COUNTED): "review-not-counted",
    ("review", "malicious"): "found-malicious",
}
"""The rule of an indicator by its verdict and by that of its review; no review makes what proves harm harmless."""
_HELD = {
    ("not compared", "copy"): "copy-not-compared",
    ("changed", "changed"): "fine-tuned",
    ("changed", "copy"): "changed-weights",
    ("changed", ""): "changed-weights",
}
"""The rule of a comparison by its state and by what the team states; any other decides nothing."""
_STEPS = {"huggingface": "{pin}run with facts=online and fetch=on"}
_BY_HAND = (
    "put its bytes into the target, where it is loaded from or named by path = 'FOLDER' under [[component]] id = '{id}' "
    "in supplychain.toml"
)
"""What brings bytes here, by the source of their component; of any other they are brought by hand."""


class Seen(Frozen):
    """What one rule says of one file of a model: its first indicator, and others by the same rule.

    A review is of a rule and a digest, so that it closes all of them.
    """

    subject: str
    at: Place
    piece: Piece
    indicator: Indicator
    more: tuple[Indicator, ...] = ()


class Whole(Frozen):
    """A model of which every file is at hand, scanned, and without an indicator that is open."""

    subject: str
    at: Place
    pieces: tuple[Piece, ...]
    compared: tuple[Compared, ...] = ()


class Loaded(Frozen):
    """A loading call of a model that lets more happen than reading numbers."""

    subject: str
    at: Place
    loading: Loading
    reference: Reference
    pieces: tuple[Piece, ...]


class Held(Frozen):
    """Weights that were held against those of their base, where that decides something."""

    subject: str
    at: Place
    compared: Compared
    rule: str


Row = Piece | Seen | Whole | Loaded | Held | Unresolved | Unread


def _population(case: Case) -> tuple[Row, ...]:
    """Return for each model its indicators, what was not scanned of it, its loading calls, and the whole where none is open.

    What is named at run time is one row, as in every requirement of models.
    """
    found: list[Row] = []
    for item in fetched_models(case):
        if isinstance(item, Sourced):
            found += _of_model(case, item)
        else:
            found.append(item)
    return tuple(found)


def _of_model(case: Case, item: Sourced) -> Iterator[Row]:
    every = pieces(case, item)
    for piece in every:
        by_rule: dict[tuple[str, str, str], list[Indicator]] = {}
        for one in piece.deciding:
            by_rule.setdefault((one.verdict, one.rule, one.by), []).append(one)
        for first, *more in by_rule.values():
            yield Seen(subject=piece.subject, at=piece.at, piece=piece, indicator=first, more=tuple(more))
        if piece.lack and not (piece.is_malicious and piece.lack[0] == "broke-off"):  # where it breaks, that is why
            yield piece
    compared = _compared(case, every)
    for held in compared:
        if rule := _HELD.get((held.state, _stated(case, held))):
            yield Held(subject=item.subject, at=item.at, compared=held, rule=rule)
    for reference in item.references:
        for loading in loadings(case, reference):
            yield Loaded(subject=item.subject, at=reference.at, loading=loading, reference=reference, pieces=every)
    if not any(_open(case, piece) for piece in every):
        yield Whole(subject=item.subject, at=item.at, pieces=every, compared=compared)


@check("2.3", population=_population, canaries=plant)
def scanned_for_backdoors(case: Case, row: Row) -> Answer:
    """Decide on one of them; where none is open, the answer says what was looked at and what was not."""
    if isinstance(row, (Unresolved, Unread)):
        return _unnamed(case, row) or not_seen(row)
    if isinstance(row, Seen):
        return _seen(case, row)
    if isinstance(row, Piece):
        return _lacking(row)
    if isinstance(row, Held):
        return _held(row)
    if isinstance(row, Loaded):
        return _remote(case, row) if row.loading.is_repository else _loaded(case, row)
    digests = tuple(dict.fromkeys(piece.digest for piece in row.pieces if piece.digest))
    scans = [piece.scan for piece in row.pieces if piece.scan]
    told = shortened("".join(f"; {_told(one)}" for one in row.compared), _LONGEST_TOLD)
    is_reviewed = any(piece.deciding for piece in row.pieces)
    rule = "reviewed-whole" if is_reviewed else "no-indicator"
    return Answer(rule, {"words": covered(scans, ROOM - len(told)), "told": told}, digests)


def _seen(case: Case, row: Seen) -> Answer:
    """Decide on an indicator: what proves harm fails, and what needs somebody to look stays open until somebody has."""
    piece, indicator = row.piece, row.indicator
    rule = catalog.indicators().get(indicator.rule)
    digest = piece.digest or ""
    values = {
        "path": piece.name,
        "where": f", {indicator.where}" if indicator.where else "",
        "says": indicator.says,
        "more": _more(row.more),
        "indicator": f"{indicator.rule} of {indicator.by}" if indicator.by else indicator.rule,
        "means": f": {rule.means}" if rule else "",
        "do": rule.remedy if rule else "Find out what its scanner means by it.",
        "id": row.subject,
        "digest": digest or "no digest",
        "command": _command(row, digest),
    }
    state = standing(case, row.subject, indicator.rule, digest)
    values |= {"by": state.by, "on": state.on, "reason": state.reason, "why": state.why}
    return answer(_rule(indicator, state), evidence=digest or None, **values)


def _more(others: tuple[Indicator, ...]) -> str:
    """Return where else the same rule speaks of the same file."""
    places = list(dict.fromkeys(one.where or one.says for one in others))
    left = f", and {len(places) - _SHOWN:,} more" if len(places) > _SHOWN else ""
    return f"; also: {'; '.join(places[:_SHOWN])}{left}" if places else ""


def _rule(indicator: Indicator, state: Standing) -> str:
    """Return the rule of an indicator."""
    return _SEEN[indicator.verdict, _NOT_COUNTED if state.why else state.verdict]


def _command(row: Seen, digest: str) -> str:
    """Return the command that records a review of an indicator, safe to be copied into a shell."""
    about = shlex.join([row.subject, "--detector", row.indicator.rule, "--digest", digest or "DIGEST"])
    return f"supplychain review TARGET {about} --verdict harmless --reason TEXT --by NAME"


def _open(case: Case, piece: Piece) -> bool:
    """Whether anything of a file is left to be decided, or fails."""
    digest = piece.digest or ""
    rules = (_rule(one, standing(case, piece.subject, one.rule, digest)) for one in piece.deciding)
    return piece.lack is not None or any(rule != "reviewed" for rule in rules)


def _lacking(piece: Piece) -> Answer:
    """Return the answer on a file that was not scanned as a whole."""
    rule, reason = piece.lack or ("not-scanned", "")
    values = {
        "path": piece.name,
        "reason": reason,
        "because": f" ({reason})" if reason else "",
        "step": _step(piece),
        "id": piece.subject,
        "digest": piece.sha256 or "",
    }
    return answer(rule, evidence=piece.digest or piece.sourced.evidence, **values)


def _step(piece: Piece) -> str:
    """Return what brings the bytes of a file here."""
    moving = next((one for one in piece.sourced.references if not one.is_pinned), None)
    pin = f"pin a whole commit at {moving.at}, and then " if moving else ""
    return _STEPS.get(piece.sourced.component.source, _BY_HAND).format(pin=pin, id=piece.subject)


def _unnamed(case: Case, row: Unresolved | Unread) -> Answer | None:
    """Return the answer on a call that runs the Python of whatever is named at run time; None where none does."""
    if isinstance(row, Unread):
        return None
    for one in loadings(case, row):
        if one.is_repository and not one.is_open:
            values = {"call": one.call, "does": one.does, "why": one.why, "instead": one.instead}
            named = {"expression": row.expression, "reason": row.reason}
            return answer("remote-code-unnamed", evidence=row.digest, **values, **named)
    return None


def _remote(case: Case, row: Loaded) -> Answer:
    """Decide on a call that runs the Python of a repository: pinned, and scanned, or it fails."""
    loading, reference = row.loading, row.reference
    values = {"call": loading.call, "does": loading.does, "why": loading.why, "instead": loading.instead}
    problem = code_problem(case, reference, row.pieces, lambda piece: _open(case, piece))
    revision = reference.code_revision or reference.revision or "the target's own commit"
    values |= {"id": row.subject, "revision": revision, "reason": problem.reason if problem else ""}
    rule = problem.rule if problem else "remote-code-scanned"
    if problem and loading.is_open:
        rule = "remote-code-perhaps"
    return answer(rule, evidence=reference.digest, **values)


def _loaded(case: Case, row: Loaded) -> Answer:
    """Decide on a call that runs what its file names: the bytes decide."""
    loading, reference = row.loading, row.reference
    found = [piece for piece in row.pieces if _open(case, piece)]
    bad = [piece for piece in found if piece.is_malicious]
    values = {"call": loading.call, "does": loading.does, "why": loading.why, "instead": loading.instead}
    values["files"] = count(row.pieces, "file")
    rule = "loads-indicator" if bad else "loads-unscanned" if found else "loads-scanned"
    values["path"] = (bad or found or row.pieces)[0].name
    return answer(rule, evidence=reference.digest, **values)


def _compared(case: Case, every: tuple[Piece, ...]) -> tuple[Compared, ...]:
    """Return the comparisons of the very bytes that are at hand."""
    known = {(piece.subject, piece.scan.sha256) for piece in every if piece.scan}
    return tuple(one for one in case.comparisons if (one.component, one.sha256) in known)


def _held(row: Held) -> Answer:
    """Decide on a comparison: a change that the team declares is theirs to make."""
    compared = row.compared
    tensors = ", ".join((*compared.changed, *compared.missing)) or compared.says
    values = {
        "path": compared.path,
        "base": compared.base,
        "name": compared.base.partition("/")[2],
        "tensors": tensors,
        "says": compared.says,
        "id": compared.component,
    }
    return answer(row.rule, evidence=f"sha256:{compared.sha256}", **values)


def _stated(case: Case, compared: Compared) -> str:
    """Return what the team states of a model against a base: `changed`, `copy`, or nothing."""
    for relation in case.inventory.relations:
        is_of = relation.object == compared.base and _is_said_of(relation.subject, compared.component)
        if relation.kind == "fine-tuned from" and is_of:
            return "changed"
    stated = declared(case, compared.component)
    provenance = stated.provenance if stated else None
    if provenance is None or compared.base.partition("/")[2].casefold() not in provenance.source.casefold():
        return ""
    if provenance.transforms:
        return "changed"
    return "copy" if "transforms" in provenance.model_fields_set else ""


def _is_said_of(subject: str, component: str) -> bool:
    """Whether a card of the target speaks of a model: by its name, or as what lies beside its file."""
    own, said = Component.parse(component), Component.parse(subject)
    beside = own.is_file and said.is_file and PurePosixPath(own.name).parent == PurePosixPath(said.name)
    return subject == component or beside


def _told(compared: Compared) -> str:
    base = f"{compared.path} against {compared.base}"
    return f"{base}: {compared.state}{f', {compared.says}' if compared.says else ''}"
