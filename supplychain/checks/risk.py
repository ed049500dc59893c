"""The risk of a third-party AI service: levels of NIST SP 800-30 Rev. 1, computed from inputs alone.

What is not known is a span: from the level that it would give at its best to the one at its worst. The worst is what
counts; the best only tells whether an answer rests on what is not known.

risk = combined(likelihood_of(states_by_area), impact_of(("personal",), "medium"))
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Literal

from supplychain import catalog
from supplychain.catalog.risk import LEVELS, RiskLevel, Standing
from supplychain.checks.services import is_over, is_to_come
from supplychain.model.base import Frozen
from supplychain.model.policy import Policy
from supplychain.model.service import DataClass, Level, RiskAcceptance

Verdict = Literal["acceptable", "accepted", "above", "open"]
"""How a risk compares with what is accepted; `open`: that depends on what is not known."""


class Span(Frozen):
    """The levels between which something lies, both of them possible."""

    least: RiskLevel
    most: RiskLevel

    @property
    def is_known(self) -> bool:
        """Whether it is one level."""
        return self.least == self.most

    def __str__(self) -> str:
        return self.most if self.is_known else f"{self.least} to {self.most}"


def highest(levels: Iterable[RiskLevel]) -> RiskLevel:
    """Return the highest of these levels; of none, the lowest there is."""
    return max(levels, key=LEVELS.index, default=LEVELS[0])


def risk_of(likelihood: RiskLevel, impact: RiskLevel) -> RiskLevel:
    """Return the level of risk that a likelihood and an impact give (NIST SP 800-30 Rev. 1, table I-2)."""
    return catalog.risk_scale().matrix[likelihood][LEVELS.index(impact)]


def combined(likelihood: Span, impact: Span) -> Span:
    """Return between which levels the risk lies."""
    return Span(least=risk_of(likelihood.least, impact.least), most=risk_of(likelihood.most, impact.most))


def impact_of(classes: Collection[DataClass], criticality: Level | None) -> Span:
    """Return the impact of the worst class of data and of the criticality (FIPS 199: the high-water mark).

    No class, or no criticality, is one that is not known: it may be the worst.
    """
    scale = catalog.risk_scale()
    of_data = [scale.data_class[name] for name in classes]
    of_use = [scale.criticality[criticality]] if criticality else []
    worst = [] if of_data else [highest(scale.data_class.values())]
    worst += [] if of_use else [highest(scale.criticality.values())]
    return Span(least=highest([*of_data, *of_use]), most=highest([*of_data, *of_use, *worst]))


def likelihood_of(areas: Mapping[str, Collection[Standing]]) -> Span:
    """Return how likely harm is, by the inputs of each area; an area without any is not known.

    An area does not hold where one of its inputs is not sound.
    """
    least = sum(any(item not in {"sound", "unknown"} for item in inputs) for inputs in areas.values())
    most = sum(any(item != "sound" for item in inputs or ("unknown",)) for inputs in areas.values())
    return Span(least=_without(least), most=_without(most))


def _without(areas: int) -> RiskLevel:
    return highest(level for level, least in catalog.risk_scale().without.items() if areas >= least)


def rated(risk: Span, own: Level | None) -> Span:
    """Return a risk with the team's own rating, which counts only where it is higher."""
    if own is None:
        return risk
    level = catalog.risk_scale().rating[own]
    return Span(least=highest((risk.least, level)), most=highest((risk.most, level)))


def judged(risk: Span, limit: RiskLevel, accepted: RiskLevel | None) -> Verdict:
    """Return how a risk compares with the policy's limit, and with the level that an approver accepts, if one does."""
    bar = highest((limit, accepted or limit))
    if _within(risk.most, limit):
        return "acceptable"
    if _within(risk.most, bar):
        return "accepted"
    return "open" if _within(risk.least, bar) else "above"


def _within(level: RiskLevel, limit: RiskLevel) -> bool:
    return LEVELS.index(level) <= LEVELS.index(limit)


def refusal(acceptance: RiskAcceptance, policy: Policy, now: datetime) -> str | None:
    """Return why the acceptance of a risk does not count at a moment, or None where it does.

    One whose owner is its approver never gets here: it stops the run when the declaration is read.
    """
    if is_over(acceptance.expires, now):
        return f"it expired on {acceptance.expires}"
    if is_to_come(acceptance.on, now):
        return f"it is dated {acceptance.on}, which is yet to come"
    if acceptance.approver not in policy.people.approvers:
        return f"the policy's people.approvers do not name {acceptance.approver}"
    if (acceptance.expires - acceptance.on).days > policy.waivers.max_days:
        return f"it runs longer than the {policy.waivers.max_days} days of the policy's waivers.max_days"
    return None
