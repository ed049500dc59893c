"""Scenario 2, model integrity verification: requirement 2.4, whether an integrity failure rejects a model.

The drill alone decides: what fails in 2.1 to 2.3 is told there.
"""

from __future__ import annotations

from functools import partial

from supplychain.checks.canaries.rejection import plant_drills
from supplychain.checks.engine import Answer, check
from supplychain.checks.rejection import Tried, guarded, tried
from supplychain.model.case import Case

_DRILLS = ("tampered model",)


def _population(_: Case) -> tuple[Tried, ...]:
    return tried(*_DRILLS)


@check("2.4", population=_population, canaries=partial(plant_drills, drills=_DRILLS))
def integrity_failure_rejected(case: Case, subject: Tried) -> Answer:
    """Decide on the guard by what it did with a tampered copy in this run."""
    return guarded(case, subject)
