"""How answers on licenses name them: which license, who states it, and where."""

from __future__ import annotations

from collections.abc import Iterable

from supplychain import catalog
from supplychain.catalog.license import License
from supplychain.checks.engine import Answer, answer
from supplychain.checks.sourced import Sourced, hub_records
from supplychain.model.case import Case
from supplychain.model.hub import NO_HUB, HubRecord
from supplychain.model.license import LicenseStatement

_HUBLESS = frozenset({"file", "url"})
"""Sources whose components no hub describes."""


def described(case: Case, component: str) -> tuple[HubRecord, ...]:
    """Return what hubs say of a component, where there is a hub that could."""
    return tuple(record for record in hub_records(case, component) if record.source.name != NO_HUB)


def where(statement: LicenseStatement) -> str:
    """Return who states a license, and where."""
    if statement.at is not None:
        place = str(statement.at)
    elif statement.revision:
        place = f"its {statement.origin} at {statement.revision[:12]}"
    else:
        place = f"its {statement.origin}"
    return f"{place} of {statement.inherited}" if statement.inherited else place


def who(statements: Iterable[LicenseStatement]) -> str:
    """Return everybody who states the same, in their order."""
    return " and ".join(dict.fromkeys(where(statement) for statement in statements))


def named(entries: Iterable[License]) -> str:
    """Return licenses by their ids."""
    return ", ".join(entry.id for entry in entries)


def evidence(case: Case, subject: Sourced) -> str | None:
    """Return the digest of the hub's answer that a row rests on, else of the file that names the component."""
    return next((r.source.digest for r in hub_records(case, subject.subject) if r.source.digest), subject.evidence)


def _absent(case: Case, subject: Sourced, problem: str) -> Answer:
    """Return the answer where no hub was heard; only where there is one, asking it is a next step."""
    records = hub_records(case, subject.subject)
    has_hub = not records or any(record.source.name != NO_HUB for record in records)
    ask = (
        "Run with facts=online or hand in a snapshot; or read its card" if has_hub else "Read what its publisher states"
    )
    values = {"id": subject.subject, "problem": problem, "ask": ask}
    return answer("facts-absent", evidence=evidence(case, subject), **values)


def unstated(case: Case, subject: Sourced) -> Answer:
    """Return the answer on a component for which nothing states a license: there is none, or nobody could look."""
    if subject.component.source in _HUBLESS:
        looked = ["supplychain.toml", *_folder(subject)]
        return answer("no-license", evidence=subject.evidence, id=subject.subject, looked=", ".join(looked))
    records = hub_records(case, subject.subject)
    if problem := _problem(records):
        return _absent(case, subject, problem)
    for record in records:
        names = (file.path for file in record.files if "/" not in file.path)
        if unread := next((name for name in names if catalog.license_files().is_license_file(name)), None):
            return answer("file-not-read", evidence=record.source.digest, id=subject.subject, file=unread)
    looked = ["supplychain.toml", *(f"its card at {record.commit or 'its newest revision'}" for record in records)]
    return answer("no-license", evidence=evidence(case, subject), id=subject.subject, looked=", ".join(looked))


def _folder(subject: Sourced) -> list[str]:
    """Return the folder of the target whose files were looked at; what lies at its top is of the target itself."""
    folder = subject.component.name.rpartition("/")[0] if subject.component.is_file else ""
    return [f"license files and cards in {folder} of the target"] if folder else []


def _problem(records: Iterable[HubRecord]) -> str:
    """Return why a hub does not tell whether there is a license; empty where it does."""
    asked = tuple(records)
    for record in asked:
        if record.state not in {"listed", "gated"}:
            return record.problem or record.state
        if record.card is None:
            return "its hub does not say whether it has a card"
    return "" if asked else "no hub was asked"
