"""What earlier runs of a project left behind, as a run reads it, and what it adds when it ends."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from supplychain.baseline import revisions_of
from supplychain.model.case import AuditAnswer, Case, History, PastRun, TargetState
from supplychain.model.component import Component
from supplychain.model.finding import Outcome
from supplychain.model.inventory import Inventory
from supplychain.model.reference import Reference
from supplychain.model.state import Entry, Link, Record
from supplychain.model.text import printable
from supplychain.state import chain, queries
from supplychain.state.store import BEGIN_ANEW, StateError, Store, refusal

_THIS = "this run"


def read(path: Path, case: Case) -> History:
    """Return what is recorded in a file, and what it answers together with the state that this run sees."""
    links: tuple[Link, ...] = ()
    ends: list[Record] = []
    try:
        if os.path.lexists(path):  # a first run makes the file when it ends
            with Store.open(path) as store:
                links, problems = store.links()
                ends = [store.record(sequence) for sequence in _ends(links, case)]
            if problems:
                return History(problems=problems)
    except StateError as error:
        return History(unusable=str(error))
    past = (PastRun(run=link.run, at=link.at, simulated=link.simulated, digest=link.digest) for link in links)
    return History(runs=tuple(past), answers=(_where(case), _changed(ends, case), _approval(case)))


def _ends(links: Sequence[Link], case: Case) -> list[int]:
    """Return the first and the last of the runs that count: those at a real time, up to this one."""
    counting = sorted((link.at, link.sequence) for link in links if not link.simulated and link.at <= case.now)
    return [sequence for _, sequence in dict.fromkeys([counting[0], counting[-1]])] if counting else []


def record(path: Path, case: Case, run: str, outcomes: Iterable[Outcome] = ()) -> Record:
    """Add a run to the chain in a file, and return its record.

    Raises:
        StateError: the chain is broken, or the file cannot be used.
    """
    with Store.open(path) as store:
        _, problems = store.links()
        if problems:
            raise refusal(path, f"its chain is broken: {problems[0].reason}", BEGIN_ANEW)
        return store.append(_entry(case, run, outcomes))


def first_seen(path: Path, case: Case) -> dict[str, datetime]:
    """Note the vulnerabilities of a case as seen now; return when each was seen first, as far as that can be kept."""
    names = [
        f"{matched.component} {vulnerability.advisory.id}"
        for matched in case.advisories.matched
        for vulnerability in matched.vulnerabilities
    ]
    if not names:
        return {}
    try:
        with Store.open(path) as store:
            seen = store.seen(dict.fromkeys(names), case.now, simulated=case.simulated)
    except StateError:
        return {}  # the history of the case says why
    return {name: entry.first for name, entry in seen.items()}


def entry(
    state: TargetState,
    inventory: Inventory,
    run: str,
    at: datetime,
    *,
    simulated: bool = False,
    outcomes: Iterable[Outcome] = (),
) -> Entry:
    """Return a run as the store takes it."""
    return Entry(
        run=run,
        at=at,
        simulated=simulated,
        commit=state.commit,
        tree_digest=state.tree_digest,
        inventory=chain.snapshot(inventory),
        verdicts=Counter(outcomes),
    )


def _entry(case: Case, run: str, outcomes: Iterable[Outcome] = ()) -> Entry:
    return entry(case.target, case.inventory, run, case.now, simulated=case.simulated, outcomes=outcomes)


def _now(case: Case) -> Record:
    now = _entry(case, _THIS)
    return chain.link(now, chain.digest(chain.canonical(now.inventory)), chain.GENESIS)


def _listed(case: Case) -> tuple[Component, ...]:
    unique = {listed.component.id: listed.component for bom in case.boms for listed in bom.listed}
    return tuple(unique[key] for key in sorted(unique))


def under_policy(case: Case) -> History:
    """Return the history of a recorded case with the answer that rests on its policy given anew."""
    answers = (_approval(case) if answer.question == "approval" else answer for answer in case.history.answers)
    return case.history.model_copy(update={"answers": tuple(answers)})


def _where(case: Case) -> AuditAnswer:
    """Ask for each component that the inventory lists where it is used."""
    now = [_now(case)]
    unanswered: list[str] = []
    for component in _listed(case):
        asked = printable(component.name if component.source == "unknown" else component.id)
        if not queries.where(now, asked).used:
            unanswered.append(component.id)
    return _answered("where", case, unanswered, "no place that uses it is known")


def _changed(ends: Sequence[Record], case: Case) -> AuditAnswer:
    """Ask what changed since the first state that counts."""
    if not ends:
        return AuditAnswer(question="changed", problem="no earlier state is recorded to compare with")
    changes = queries.between([*ends, _now(case)], ends[0].at, case.now)
    counts = f"{len(changes.added)} added, {len(changes.removed)} removed, {len(changes.changed)} changed"
    answer = f"{counts} between {changes.before_at:%Y-%m-%d} and {changes.after_at:%Y-%m-%d}"
    return AuditAnswer(question="changed", answer=answer)


def _approval(case: Case) -> AuditAnswer:
    """Ask for each component that the inventory lists who approved it, and whether that counts."""
    used: dict[str, list[Reference]] = {}
    for reference in case.inventory.references:
        used.setdefault(reference.component.id, []).append(reference)
    unanswered = []
    for component in _listed(case):
        references = used.get(component.id, [])
        approved = queries.approved(
            case.declaration,
            case.policy,
            component.id,
            revisions_of(references),
            _checksums(references) | {case.measured.get(component.id, "")} - {""},
            case.now.date(),
        )
        if approved.state.state == "undetermined":
            unanswered.append(f"{component.id}: {approved.state.reason}")
    return _answered("approval", case, unanswered, "")


def _checksums(references: Iterable[Reference]) -> set[str]:
    return {reference.checksum for reference in references if reference.checksum}


_ASKED: Mapping[str, str] = {"where": "where it is used", "approval": "who approved it"}


def _answered(question: str, case: Case, unanswered: Sequence[str], why: str) -> AuditAnswer:
    count = len(_listed(case))
    fields = {"question": question}
    if not count:
        fields["problem"] = "no inventory lists a component to ask for"
    elif unanswered:
        first = f"{unanswered[0]}{': ' if why else ''}{why}"
        fields["problem"] = f"{len(unanswered)} of {count} have no answer; first: {first}"
    else:
        fields["answer"] = f"{_ASKED[question]} is answered for each of {count} components"
    return AuditAnswer.model_validate(fields)
