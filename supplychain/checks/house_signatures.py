"""House rule 93.1: every model carries a signature, by what the lookup of 2.2 found; nothing excuses one that is missing."""

from __future__ import annotations

from supplychain.checks.canaries.house_models import plant_signatures
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.house_models import Declared, models, unseen
from supplychain.checks.owners import hub_sources
from supplychain.checks.population import Named
from supplychain.checks.s02_signatures import signature_verified
from supplychain.checks.sourced import Sourced
from supplychain.control import requirement
from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.reference import Reference

_UNSIGNED = frozenset({"none-found", "unsigned", "lost"})
_RULES = {Outcome.PASS: "signed", Outcome.FAIL: "does-not-count", Outcome.UNDETERMINED: "not-known"}


@check("93.1", population=models, canaries=plant_signatures, sources=hub_sources)
def signed(case: Case, subject: Named | Declared) -> Answer:
    """Decide on the signatures of a model as 2.2 does, but for its excuse where none is available."""
    if not isinstance(subject, Reference):
        return unseen(subject)
    sourced = Sourced(subject=subject.subject, at=subject.at, component=subject.component, references=(subject,))
    found = signature_verified(case, sourced)
    rule = requirement("2.2").rules[found.rule]
    values = {"says": rule.message.format_map(found.values), "next": rule.remedy.format_map(found.values)}
    name = "unsigned" if found.rule in _UNSIGNED else _RULES[rule.outcome]
    return answer(name, evidence=found.evidence[0] if found.evidence else subject.digest, **values)
