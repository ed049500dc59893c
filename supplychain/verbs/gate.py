"""`supplychain gate`: the CI decision over a recorded run and the target's list of what is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from supplychain.config.files import read_declaration, read_policy
from supplychain.config.known import KNOWN, SIZE_LIMIT, read_known, text
from supplychain.config.loading import ConfigError
from supplychain.control import requirement
from supplychain.gate import accepted, approvers, decide, pruned
from supplychain.git import git_state
from supplychain.model.declaration import Declaration
from supplychain.model.finding import Finding
from supplychain.model.gate import Blocking, Entry, Known, Result
from supplychain.model.policy import Gate, Policy
from supplychain.model.text import printable
from supplychain.report import record
from supplychain.report.comment import comment as commented
from supplychain.report.comment import firsts
from supplychain.report.difference import Run, difference, lines
from supplychain.report.patches import told
from supplychain.report.view import View
from supplychain.target import Target
from supplychain.verbs import files
from supplychain.verbs.interface import Code, VerbError, now, shown

SHOWN = 20
"""Rows and entries of one kind that are printed."""
BEGUN = 5
"""Rows that are printed where there is no known list yet, and all of them are new."""
T = TypeVar("T")

_ACCEPT = "supplychain gate TARGET --accept --by NAME"
_PRUNE = "supplychain gate TARGET --prune"


@dataclass(frozen=True)
class _Asked:
    """What the gate decides on: a run, the rules, and the list that the target has now."""

    run: Run
    policy: Policy
    declaration: Declaration | None
    known: Known
    moment: datetime

    @property
    def names(self) -> tuple[str, ...]:
        return approvers(self.policy, self.declaration)

    @property
    def rules(self) -> Gate:
        return self.policy.gate or Gate()

    def result(self, known: Known) -> Result:
        return decide(self.run.findings, known, self.rules, self.names, self.moment)


def gate(
    target: Path,
    policy: Path | None,
    run: Path,
    accept: bool,
    by: str | None,
    prune: bool,
    comment: str | None,
    since: Path | None,
) -> int:
    """Decide whether a run holds against what is known; write the known list where that is asked for."""
    asked = _asked(target, policy, run)
    before = recorded(_beside(since, run)) if since else None
    known = _written(asked, accept, by, prune)
    result = asked.result(known)
    view = View(asked.run.case, asked.run.findings, asked.run.name)
    if comment == "-":
        print(commented(view, result), end="")
    else:
        print(f"{view.control_line} · {result.line}")
        since_then = lines(difference(before, asked.run), SHOWN) if before else ()
        for line in (*since_then, *_lines(result, asked, view)):
            print(line)
    if known != asked.known:
        files.write(target / KNOWN, text(known), target)
        if comment != "-":
            print(f"{shown(target / KNOWN)}: {_counted(asked.known, known)}; look through it and commit it")
    if comment and comment != "-":
        files.write(Path(comment), commented(view, result), target)
    return Code.HOLDS if result.holds else Code.DOES_NOT_HOLD


def recorded(folder: Path) -> Run:
    """Return a recorded run.

    Raises:
        VerbError: the folder is no record that can be used.
    """
    try:
        case, findings = record.read(folder)
    except record.RecordError as error:
        raise VerbError(f"{printable(str(error))}; run supplychain run TARGET first, or name it with --run") from error
    try:
        read = {requirement(name).id: Finding.model_validate_json(content) for name, content in findings.items()}
    except (KeyError, ValidationError) as error:
        raise VerbError(
            f"{shown(folder)} holds findings of another version; run supplychain run TARGET again"
        ) from error
    return Run(folder.resolve().name, case, read)


def _asked(target: Path, policy: Path | None, run: Path) -> _Asked:
    """Return what is to be decided on.

    Raises:
        ConfigError: the policy, the declaration or the known list cannot be used.
        VerbError: the run cannot be used, or is of something else.
    """
    opened = Target.open(target)
    declaration, _ = read_declaration(opened)
    found = recorded(run)
    ensure_of(found, opened.name, target)
    rules = read_policy(policy, target)[0] if policy else found.case.policy
    file = read_known(opened)
    if file and file.problem:
        raise ConfigError(f"{file.file}: {file.problem}")
    known = (file.known if file else None) or Known()
    moment = found.case.now if found.case.simulated else now()
    return _Asked(found, rules, declaration, known, moment)


def ensure_of(run: Run, name: str, target: Path) -> None:
    """Refuse a run over another target, or over another commit of this one."""
    was = run.case.target
    again = f"run supplychain run {shown(target)} again, or name the run with --run"
    if was.name != name:
        raise VerbError(f"run {run.name} is of {was.name}, not of {name}; {again}")
    commit = git_state(target.resolve(), {})[0]
    if was.commit != commit:
        raise VerbError(
            f"run {run.name} is of commit {was.commit or 'none'}, the target is at {commit or 'none'}; {again}"
        )


def _beside(since: Path, run: Path) -> Path:
    """Return the folder of a run that is given by its path, or by its name where it lies beside the other one."""
    return since if since.is_dir() else run.resolve().parent / since


def _written(asked: _Asked, accept: bool, by: str | None, prune: bool) -> Known:
    """Return the known list as it is to be."""
    if by is not None and not accept:
        raise VerbError("--by says who accepts; give --accept with it")
    args = (asked.run.findings, asked.known)
    if prune:
        return pruned(*args, asked.names, asked.moment)
    if not accept:
        return asked.known
    if not by:
        raise VerbError("--accept asks for --by NAME, one of people.approvers of the policy")
    if by not in asked.names:
        owner = asked.declaration.project.owner if asked.declaration and asked.declaration.project else ""
        owns = owner.strip().casefold() == by.strip().casefold()
        why = "owns the project and cannot accept for it" if owns else "is not among people.approvers of the policy"
        raise VerbError(f"--by {printable(by)}: {printable(by)} {why}; have an approver accept it")
    found = accepted(*args, asked.rules, asked.names, asked.moment, by)
    if len(text(found).encode()) > SIZE_LIMIT:
        raise VerbError(f"{KNOWN} would have more than {SIZE_LIMIT:,} bytes; mend a part, or observe some requirements")
    return found


def _counted(before: Known, after: Known) -> str:
    rows = sum(entry.rows for entry in after.entries) - sum(entry.rows for entry in before.entries)
    sizes = before.populations != after.populations
    change = f"{'+' if rows >= 0 else ''}{rows} rows"
    return f"{len(after.entries)} entries, {change}{', populations recorded anew' if sizes else ''}"


def _lines(result: Result, asked: _Asked, view: View) -> Iterator[str]:
    """Yield what the gate says after its first line."""
    for reason, names in view.broken:
        yield f"Cannot be trusted ({names}): {reason}"
    if result.blocking:
        yield "What fails the gate"
        listed = firsts(result.blocking)[: SHOWN if asked.known.entries else BEGUN]
        for item in listed:
            yield from _row(item)
        if len(listed) < len(result.blocking):
            yield f"  and {len(result.blocking) - len(listed):,} more rows, which the report holds"
    if result.missing:
        yield f"Not executed: {', '.join(result.missing)}; run without tags"
    for loss in result.lost:
        yield f"Lost: {loss.requirement} has {loss.now} elements, {loss.recorded} were known; find out why, then {_PRUNE}"
    if result.better:
        yield "What got better"
        yield from _some(result.better, _entry)
    if result.stale:
        yield f"What is stale: mended, or failing otherwise; it has to leave the list, and anybody may remove it: {_PRUNE}"
        yield from _some(result.stale, _entry)
    if result.upcoming:
        yield "What will be enforced"
        yield from (
            f"  {item.requirement} from {item.begins}: {item.rows} rows do not pass" for item in result.upcoming
        )
    if result.undecided:
        yield f"Enforced by the policy, and not decided by the gate: {', '.join(result.undecided)}"
    if any(item.cause in {"new", "undetermined"} for item in result.blocking):
        begins = "" if asked.known.entries else f"; that begins {KNOWN}, which is not there yet"
        yield f"Mend what is new, or have an approver accept it: {_ACCEPT}{begins}"


def _row(listed: tuple[Blocking, str]) -> Iterator[str]:
    item, more = listed
    row = item.row
    place = f" {row.at}" if row.at else ""
    yield f"  {item.cause}: {item.requirement}{place} {row.component}"
    yield f"      {row.message}{f' ({item.note})' if item.note else ''}"
    yield f"      next step: {row.remedy}"
    if row.patch:
        yield f"      {told(row)}"
    if more:
        yield f"      {more}"


def _entry(entry: Entry) -> Iterator[str]:
    rows = f" ({entry.rows} rows)" if entry.rows > 1 else ""
    path = f" {entry.path}" if entry.path else ""
    yield f"  {entry.requirement}{path} {entry.component}: {entry.rule}{rows}, since {entry.since}"


def _some(items: Sequence[T], told_of: Callable[[T], Iterator[str]], shown: int = SHOWN) -> Iterator[str]:
    """Yield the lines of the first items, and how many more there are."""
    for item in items[:shown]:
        yield from told_of(item)
    if len(items) > shown:
        yield f"  and {len(items) - shown} more"
