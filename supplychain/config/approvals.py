"""Approvals: whether one counts today. It is bound to component, revision and digest, and lapses with any of them."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from supplychain import catalog
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Approval, DeclaredComponent
from supplychain.model.policy import Policy
from supplychain.model.reference import is_immutable
from supplychain.model.state import ApprovalState, Standing

_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE)
_TAGGED = frozenset({"docker", "github"})
"""Sources of packages whose revisions are tags or branches, which can be moved; a released version cannot."""


def approval_state(
    declared: DeclaredComponent | None,
    reference_revisions: Collection[str | None],
    checksums: Collection[str],
    policy: Policy,
    today: date,
    project_owner: str | None,
) -> ApprovalState:
    """Return whether what is declared of a component approves what is used of it.

    The approval is of the revision and the sha256 that stand beside it.

    Args:
        declared: what the declaration states of the component.
        reference_revisions: the revisions that are used, as `baseline.revisions_of` gives them; of a package that a
            lock resolves, that of the lock. None for a place that leaves it open.
        checksums: the digests that are known of its bytes, as `sha256:<hex>`; those of other algorithms are left aside.
        policy: whom it names as approvers.
        today: the day of the run.
        project_owner: the owner that the declaration gives.
    """
    approval = declared.approved if declared else None
    if declared is None or approval is None:
        return _state("absent", "nobody approved it; an approver of the policy can, with supplychain approve")
    return (
        refused(approval, policy, today, project_owner)
        or _other_revision(declared, reference_revisions)
        or _digest(declared, checksums)
        or _state("valid", f"approved by {approval.by} on {approval.on}")
    )


def refused(approval: Approval, policy: Policy, today: date, owner: str | None) -> ApprovalState | None:
    """Return why an approval does not count whatever it is of; None where it may.

    The approver has to be named by the policy and another person than the project's owner, and the day has to have come.
    """
    if approval.by not in policy.people.approvers:
        return _state("not-an-approver", f"the policy's people.approvers do not name {approval.by}")
    if owner is None:
        return _state(
            "undetermined", "[project] names no owner, so whether the approver is another person is not known"
        )
    if owner.strip().casefold() == approval.by.strip().casefold():
        return _state("own", f"{approval.by} owns the project and cannot approve for it; have another approver do it")
    if approval.on > today:
        return _state("future", f"it is dated {approval.on}, after the day of this run")
    return None


def _other_revision(declared: DeclaredComponent, used: Collection[str | None]) -> ApprovalState | None:
    if declared.revision is None:
        return None
    others = sorted({revision or "no revision" for revision in used if revision != declared.revision})
    if not others:
        return None
    return _state("lapsed", f"approved at {declared.revision}, used at {', '.join(others)}; approve what is used")


def _digest(declared: DeclaredComponent, checksums: Collection[str]) -> ApprovalState | None:
    """Return what speaks against an approval whose revision is right, by the bytes that it is of."""
    known = {match[1].lower() for text in checksums if (match := _SHA256.fullmatch(text))}
    is_fixed = is_immutable(declared.revision)
    if declared.sha256 is None:
        if is_fixed or not _needs_digest(declared):
            return None
        if declared.revision is None:
            return _state("unbound", "it names neither a revision nor a sha256; approve the ones that are used")
        return _state(
            "unbound", f"the revision {declared.revision} can come to mean something else; approve a sha256 too"
        )
    if others := sorted(known - {declared.sha256}):
        return _state("lapsed", f"approved with sha256 {declared.sha256}, used with {', '.join(others)}")
    if not known and not is_fixed:
        return _state("undetermined", f"no sha256 is known of what is used, to compare with {declared.sha256}")
    return None


def _needs_digest(declared: DeclaredComponent) -> bool:
    """Whether a revision alone, if there is one, leaves open which bytes were approved."""
    component = Component.parse(declared.id)
    if component.kind is Kind.PACKAGE:
        return declared.revision is None or component.source in _TAGGED
    return component.kind is not Kind.SERVICE and not is_hosted(component)


def is_hosted(component: Component) -> bool:
    """Whether a service runs the model, so that none of its bytes are ever at hand."""
    return component.source in catalog.hosting()


def _state(state: Standing, reason: str) -> ApprovalState:
    return ApprovalState(state=state, reason=reason)
