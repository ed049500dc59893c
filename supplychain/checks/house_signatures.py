"""House rule 93.1: every model carries a signature. It does not rest on the lookup of 2.2 yet, so that none passes."""

from __future__ import annotations

from supplychain.checks.canaries.house_models import plant_signatures
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.house_models import Declared, models, unseen
from supplychain.checks.population import Named
from supplychain.model.case import Case
from supplychain.model.reference import Reference


@check("93.1", population=models, canaries=plant_signatures)
def signed(case: Case, subject: Named | Declared) -> Answer:  # noqa: ARG001 - nothing of the case tells of signatures
    """Say of each model that this rule knows nothing of it; what could hide a model says so itself."""
    if not isinstance(subject, Reference):
        return unseen(subject)
    return answer("not-looked-up", id=subject.subject)
