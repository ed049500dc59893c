"""Whether a scenario has anything to decide on. Not applicable needs proof of emptiness."""

from __future__ import annotations

from supplychain.checks.population import INVENTORIED, PROD, fetched, named
from supplychain.checks.services import population as services
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.reference import Scope

_KINDS = {
    1: (Kind.MODEL,),
    2: (Kind.MODEL,),
    3: (Kind.MODEL,),
    4: (Kind.DATASET,),
    5: (Kind.PACKAGE,),
    6: (Kind.SERVICE,),
    7: tuple(Kind),
    8: tuple(Kind),
}
"""The kinds that each scenario is about; the last two scenarios always apply."""


def not_applicable(scenario: int, case: Case) -> str | None:
    """Return the proof that a scenario has nothing to decide on, or None where it applies or nothing proves it.

    The proof is: discovery found every component of its self-test in this run, it read at least one file, it found
    no component and no unresolved reference, and nothing that could name one was left unread. A target whose
    declaration names a component of the kind is never empty.
    """
    kinds = _KINDS.get(scenario)
    inventory = case.inventory
    if kinds is None or not inventory.self_test.passed or not inventory.looked_at:
        return None
    scopes = INVENTORIED if scenario in {7, 8} else PROD
    kept = fetched if scenario in {1, 2, 3} else tuple
    if any(kept(named(case, kind, scopes)) for kind in kinds) or any(_declared(case, kind) for kind in kinds):
        return None
    if scenario == 6 and services(case):  # a model that a service hosts is a use of the service
        return None
    listed = " and ".join(f"{kind}s" for kind in kinds)
    elsewhere = sum(reference.component.kind in kinds for reference in inventory.references)
    outside = sum(
        reference.at.scope not in scopes for kind in kinds for reference in inventory.of(kind, frozenset(Scope))
    )
    aside = f"; {outside} in scopes that do not count here" if outside else ""
    aside += f"; {elsewhere - outside} that services host are decided in scenario 6" if elsewhere > outside else ""
    return (
        f"no {listed}: 0 found, 0 unresolved and nothing unread in {inventory.looked_at} files that were read{aside}; "
        f"the discovery self-test found {inventory.self_test.found} of {inventory.self_test.planted}"
    )


def _declared(case: Case, kind: Kind) -> bool:
    if case.declaration is None:
        return False
    if kind is Kind.SERVICE and case.declaration.service:
        return True
    return any(component.id.startswith(f"{kind}:") for component in case.declaration.component)
