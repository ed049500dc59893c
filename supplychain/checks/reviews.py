"""Whether somebody whom the policy names looked at an indicator in these very bytes."""

from __future__ import annotations

from typing import Literal

from supplychain.config.approvals import refused
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.declaration import Approval, Review


class Standing(Frozen):
    """What reviews say of an indicator."""

    verdict: Literal["harmless", "malicious"] | None = None
    """None: no review counts."""
    by: str = ""
    on: str = ""
    reason: str = ""
    why: str = ""
    """Why a review does not count."""


def standing(case: Case, component: str, detector: str, digest: str) -> Standing:
    """Return what reviews say of what a detector saw in bytes of this digest; one that finds harm counts, whoever wrote it."""
    own = [review for review in _reviews(case, component) if review.digest == digest]
    if found := next((review for review in own if review.verdict == "malicious"), None):
        return _said(found)
    why = ""
    for review in _reviews(case, component):
        if review.detector != detector:
            continue
        why = _refusal(case, review, digest)
        if not why:
            return _said(review)
    return Standing(why=why)


def _said(review: Review) -> Standing:
    return Standing(verdict=review.verdict, by=review.by, on=str(review.on), reason=review.reason)


def _refusal(case: Case, review: Review, digest: str) -> str:
    """Return why a review does not count; empty where it does."""
    if review.digest != digest:
        return f"it is of {review.digest}, and these are other bytes"
    project = case.declaration.project if case.declaration else None
    approval = Approval(by=review.by, on=review.on)
    state = refused(approval, case.policy, case.now.date(), project.owner if project else None)
    return state.reason if state else ""


def _reviews(case: Case, component: str) -> list[Review]:
    declared = case.declaration.review if case.declaration else ()
    return [review for review in declared if review.component == component]
