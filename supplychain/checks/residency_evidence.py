"""Evidence of the contract for where a service processes: whether a record of it counts. The contract is not read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from supplychain.checks.regions import standing, within
from supplychain.checks.services import is_over, today
from supplychain.config.approvals import refused
from supplychain.model.case import Case
from supplychain.model.declaration import Approval
from supplychain.model.service import DeclaredService, ResidencyEvidence


@dataclass(frozen=True)
class Shown:
    """What the record of a contract comes to, and why."""

    rule: Literal["by-contract", "contract-refused", "contract-open"]
    why: str = ""


def shown(case: Case, declared: DeclaredService, record: ResidencyEvidence) -> Shown:
    """Return whether a record shows that a service processes in a region that is allowed and that is declared.

    It has to be by a person whom the policy names and who is not the project's owner, not dated in the future, not over,
    of a region within both, and of the very bytes that lie in the target.
    """
    return _person_and_days(case, record) or _region(case, declared.region or "", record) or _file(case, record)


def _person_and_days(case: Case, record: ResidencyEvidence) -> Shown | None:
    project = case.declaration.project if case.declaration else None
    owner = project.owner if project else None
    state = refused(Approval(by=record.by, on=record.on), case.policy, today(case.now), owner)
    if state is not None:
        return Shown("contract-open" if state.state == "undetermined" else "contract-refused", state.reason)
    if is_over(record.expires, case.now):
        return Shown("contract-refused", f"it held through {record.expires}")
    return None


def _region(case: Case, declared: str, record: ResidencyEvidence) -> Shown | None:
    allowed = standing(record.region, case.policy.services.allowed_regions, case)
    agreed = within(record.region, declared, case)
    if agreed.state == "outside":
        return Shown("contract-refused", f"it is of {record.region}, and {declared} is declared")
    if allowed.state == "outside":
        return Shown("contract-refused", f"it is of {record.region}, which the policy does not allow")
    why = allowed.why or agreed.why
    return Shown("contract-open", why) if why else None


def _file(case: Case, record: ResidencyEvidence) -> Shown:
    found = next((item for item in case.evidence if item.path == record.evidence), None)
    if found is None:
        return Shown("contract-open", f"{record.evidence} is no file of the target; put a copy into it and name that")
    if found.is_missing:
        return Shown("contract-refused", found.problem)
    if found.sha256 is None:
        return Shown("contract-open", found.problem)
    if found.sha256 != record.sha256:
        return Shown("contract-refused", f"its SHA-256 is {found.sha256}, and the record is of {record.sha256}")
    return Shown("by-contract")
