"""`supplychain inventory`: write it, and ask the recorded ones what an audit asks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from supplychain.bom.writing import FORMATS, to_text
from supplychain.config.files import read_declaration, read_policy
from supplychain.digests import digest
from supplychain.history import entry
from supplychain.model.component import Component
from supplychain.model.state import Changes, Record
from supplychain.model.text import printable
from supplychain.report.record import run_id
from supplychain.state import queries
from supplychain.target import Target
from supplychain.verbs import files, history
from supplychain.verbs.interface import Code, VerbError, gather, now, shown


def write(target: Path, form: str, output: Path | None, policy: Path | None, state: Path | None) -> int:
    """Write the inventory of a target for its team to look through, and record it."""
    if form not in FORMATS:
        raise VerbError(f"--format {printable(form)} is not known; give one of {', '.join(FORMATS)}")
    rules, _ = read_policy(policy, target)
    found = gather(target)
    inventory, path = found.inventory, output or target / FORMATS[form].file
    tree = found.state.tree_digest
    text = to_text(form, inventory, found.target.name, tree, found.now, found.declaration, rules)
    place = history.store_path(state, found.target, target)
    with history.opened(place) as store:
        files.write(path, text, target)
        print(
            f"{shown(path)}: {len(inventory.components)} components;"
            f" {len(inventory.unresolved)} references are unresolved"
        )
        history.ensure_whole(store)
        record = store.append(entry(found.state, inventory, run_id(found.now), found.now))
    print(f"recorded as run {record.run} in {shown(place)}")
    return Code.HOLDS


def where(target: Path, component: str, state: Path | None) -> int:
    """Print where a component is used; undetermined where it is not found and something could still name it."""
    if not component.strip():
        raise VerbError("COMPONENT is empty; give an id such as model:huggingface/org/name, or a part of one")
    answer = queries.where(_records(target, state), component)
    print(*queries.lines(answer), sep="\n")
    return Code.UNDETERMINED if not answer.used and (answer.unresolved or answer.unread) else Code.HOLDS


def changed(target: Path, since: str, state: Path | None) -> int:
    """Print what changed since a run or a date."""
    answer = _changes(_records(target, state), since)
    print(*queries.lines(answer), sep="\n")
    return Code.HOLDS


def approval(target: Path, component: str, policy: Path | None, state: Path | None) -> int:
    """Print who approved a component and whether that counts today for what the newest record says is used."""
    identity = _parsed(component)
    rules, _ = read_policy(policy, target)
    opened = Target.open(target)
    declaration, _ = read_declaration(opened)
    newest = _newest(history.recorded(history.store_path(state, opened, target)))
    used = next((item for item in newest.inventory.used if item.component == printable(identity.id)), None)
    measured = digest(opened, identity) if used else None
    answer = queries.approved(
        declaration, rules, identity.id, used.revisions if used else (), [measured] if measured else [], now().date()
    )
    print(*queries.lines(answer), sep="\n")
    print(f"  {'used' if used else 'not used'} in run {newest.run} of {newest.at:%Y-%m-%d %H:%M} UTC")
    if answer.state.state == "valid":
        return Code.HOLDS if used else Code.UNDETERMINED
    return Code.UNDETERMINED if answer.state.state == "undetermined" else Code.DOES_NOT_HOLD


def _records(target: Path, state: Path | None) -> tuple[Record, ...]:
    return history.recorded(history.store_path(state, Target.open(target), target))


def _newest(records: tuple[Record, ...]) -> Record:
    """Return the newest record of real time; one at a made-up time only where there is no other."""
    return ([record for record in records if not record.simulated] or list(records))[-1]


def _changes(records: tuple[Record, ...], since: str) -> Changes:
    try:
        if any(record.run == since for record in records):
            return queries.since(records, since)
        return queries.between(records, _moment(since), now())
    except queries.NotAnsweredError as error:
        raise VerbError(str(error), Code.UNDETERMINED) from error


def _moment(text: str) -> datetime:
    """Return the time that a date begins with, in UTC where it names no zone."""
    try:
        found = datetime.fromisoformat(text)
        moment = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        wanted = "neither a recorded run nor a date such as 2026-10-01"
        raise VerbError(f"--since {printable(text)} is {wanted}") from error
    if moment > now():
        raise VerbError(f"--since {printable(text)} has not come yet; give an earlier date")
    return moment


def _parsed(text: str) -> Component:
    try:
        return Component.parse(text)
    except ValueError as error:
        raise VerbError(printable(str(error))) from error
