"""Scenario 4, dataset source validation: requirement 4.5, whether untrusted datasets are rejected."""

from __future__ import annotations

from functools import partial

from supplychain.checks.canaries.rejection import plant
from supplychain.checks.engine import Answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.rejection import Tried, guarded, standing, tried
from supplychain.checks.sourced import Sourced, datasets
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.reference import Unread, Unresolved

_EARLIER = ("4.1", "4.2", "4.3", "4.4")
_DRILLS = ("untrusted dataset", "tampered dataset")


def _population(case: Case) -> tuple[Sourced | Unresolved | Unread | Tried, ...]:
    return (*datasets(case), *tried(*_DRILLS))


@check("4.5", population=_population, canaries=partial(plant, kind=Kind.DATASET, earlier=_EARLIER, drills=_DRILLS))
def untrusted_datasets_rejected(case: Case, subject: Sourced | Unresolved | Unread | Tried) -> Answer:
    """Decide on a component by what the requirements before this one said of it, and on the guard by its drill."""
    if isinstance(subject, Tried):
        return guarded(case, subject)
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    return standing(case, subject, _EARLIER)
