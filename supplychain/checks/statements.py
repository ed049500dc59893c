"""VEX statements: which of them speaks of a vulnerability, and whether it counts today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from supplychain.config.approvals import refused
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.declaration import Approval
from supplychain.model.fact import Advisory, VexStatement


class Stated(Frozen):
    """What somebody states of a vulnerability, and whether that counts."""

    statement: VexStatement
    state: Literal["counts", "expired", "not counted"]
    why: str = ""


def stated_of(case: Case, statements: Iterable[VexStatement], version: str | None, advisory: Advisory) -> Stated | None:
    """Return which statement on a component is of a vulnerability in a version: the newest that counts, else the newest.

    Its author has to be named by the policy's people.approvers and be another person than the project's owner, and the
    statement no older than the policy lets a waiver run.
    """
    found = [
        Stated(statement=statement, state=state, why=why)
        for statement in sorted(statements, key=lambda item: item.stated or date.min)
        if statement.version in (None, version)
        if advisory.ids & {*statement.ids}
        for state, why in [_standing(case, statement)]
    ]
    counting = [item for item in found if item.state == "counts"]
    return next(reversed(counting or found), None)


def _standing(case: Case, statement: VexStatement) -> tuple[Literal["counts", "expired", "not counted"], str]:
    if statement.status == "not_affected" and not statement.justification.strip():
        return "not counted", "it says not_affected and gives no justification"
    if statement.status == "affected" and not statement.action.strip():
        return "not counted", "it says affected and names no action"
    if statement.stated is None:
        return "not counted", "it gives no date"
    today = case.now.date()
    project = case.declaration.project if case.declaration else None
    approval = Approval(by=statement.author, on=statement.stated)
    if state := refused(approval, case.policy, today, project.owner if project else None):
        return "not counted", state.reason
    days, limit = (today - statement.stated).days, case.policy.waivers.max_days
    if days > limit:
        return "expired", f"it is of {statement.stated}, {days} days old, and the policy accepts {limit}"
    return "counts", ""
