"""Scenario 2, model integrity verification: requirement 2.1."""

from __future__ import annotations

from supplychain.checks import integrity
from supplychain.checks.canaries.integrity import plant_models
from supplychain.checks.engine import Answer, check
from supplychain.checks.integrity import Row, Rows
from supplychain.checks.sourced import fetched_models
from supplychain.model.case import Case
from supplychain.model.reference import Unread, Unresolved


def _population(case: Case) -> Rows:
    """Return the artifacts of the models that are loaded here; those that the team trained are among them."""
    return integrity.rows(case, fetched_models(case))


@check("2.1", population=_population, canaries=plant_models, sources=integrity.sources)
def as_published(case: Case, row: Row | Unresolved | Unread) -> Answer:
    """Decide on one artifact: its digest against what was published of it elsewhere or earlier."""
    return integrity.decide(case, row)
