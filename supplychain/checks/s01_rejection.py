"""Scenario 1, model source validation: requirement 1.5, whether untrusted sources are rejected."""

from __future__ import annotations

from functools import partial

from supplychain.checks.canaries.rejection import plant
from supplychain.checks.engine import Answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.rejection import Tried, guarded, standing, tried
from supplychain.checks.sourced import Sourced, third_party_models
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.reference import Unread, Unresolved

_EARLIER = ("1.1", "1.2", "1.3", "1.4")
_DRILLS = ("untrusted model",)


def _population(case: Case) -> tuple[Sourced | Unresolved | Unread | Tried, ...]:
    return (*third_party_models(case), *tried(*_DRILLS))


@check("1.5", population=_population, canaries=partial(plant, kind=Kind.MODEL, earlier=_EARLIER, drills=_DRILLS))
def untrusted_sources_rejected(case: Case, subject: Sourced | Unresolved | Unread | Tried) -> Answer:
    """Decide on a component by what the requirements before this one said of it, and on the guard by its drill."""
    if isinstance(subject, Tried):
        return guarded(case, subject)
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    return standing(case, subject, _EARLIER)
