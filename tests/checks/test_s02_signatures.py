"""The canaries of 2.2: they reach every rule, and hold whatever the target uses and the policy says."""

from __future__ import annotations

import pytest

from supplychain.checks import s02_signatures
from supplychain.checks.canaries.s02_signatures import plant
from supplychain.checks.engine import decide
from supplychain.control import load
from supplychain.model.artifact import SignatureLookup
from supplychain.model.case import Case
from supplychain.model.policy import Policy, Signer, Trust
from supplychain.suite import tool
from supplychain.target import Target
from tests.signatures.looking import HUB, NOW, case_of, reference

POLICIES = {
    "strict defaults": Policy(),
    "some signers": Policy(trust=Trust(signers=(Signer(identity="a@example.com", issuer="b"),), keys=("a.pub",))),
}


def case(*components: str, **changes: object) -> Case:
    """Return a case that uses these models."""
    references = (reference(component) for component in components)
    return case_of(Target.of({"app.py": b""}), *references, **changes)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("components", [(), (HUB,), (HUB, "model:file/a.bin")], ids=["none", "one", "two"])
def test_every_canary_comes_out_as_planted(components: tuple[str, ...], policy: Policy) -> None:
    found = decide("2.2", case(*components, policy=policy), tool())
    assert found.canaries is not None
    assert found.canaries.missed == ()
    assert found.canaries.bad.planted >= 4
    assert found.canaries.good.planted >= 3


def test_the_canaries_reach_every_rule() -> None:
    assert {canary.rule for canary in plant(case(HUB))} - {None} == set(load().requirements["2.2"].rules)


def test_a_check_that_lets_everything_pass_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s02_signatures, "_rule", lambda *_: "verified")
    assert decide("2.2", case(HUB), tool()).outcome == "error"


def test_a_model_of_which_no_lookup_is_recorded_stays_open() -> None:
    found = decide("2.2", case(HUB, signatures=(SignatureLookup(component="model:other/x", looked=("y",)),)), tool())
    assert [row.rule for row in found.observations] == ["no-lookup"]
    assert case().now == NOW
