"""Waivers: which of them count, at the time of the run and under its policy."""

from __future__ import annotations

from datetime import date

from supplychain.model.declaration import Waiver
from supplychain.model.policy import Policy


def refusal(waiver: Waiver, policy: Policy, today: date) -> str | None:
    """Return why a waiver does not count today, or None where it does.

    A waiver that is malformed never gets here: it stops the run when the declaration is read.
    """
    if waiver.expires < today:
        return f"waiver {waiver.id} expired on {waiver.expires}; renew it with an approver or mend the row"
    if waiver.created > today:
        return f"waiver {waiver.id} begins on {waiver.created}"
    if waiver.requirement in policy.waivers.never_waived:
        return f"waiver {waiver.id} is refused: requirement {waiver.requirement} cannot be waived"
    if waiver.approver not in policy.people.approvers:
        return f"waiver {waiver.id} is refused: the policy's people.approvers do not name {waiver.approver}"
    if (waiver.expires - waiver.created).days > policy.waivers.max_days:
        return f"waiver {waiver.id} is refused: it runs longer than the policy's {policy.waivers.max_days} days"
    return None
