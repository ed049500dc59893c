"""Waivers: what refuses the declaration, what refuses the waiver, and what a live one does in a run."""

from datetime import date
from pathlib import Path

import pytest

from supplychain.config.loading import ConfigError, parse
from supplychain.config.waivers import refusal
from supplychain.model.declaration import Declaration, Waiver
from supplychain.model.finding import Outcome
from supplychain.model.policy import People, Policy, WaiverRules
from tests.support import NOW, BuiltTarget, run_suite, sound_target

TODAY = date.fromisoformat(NOW[:10])
MIRRORED = "model:url/mirror.example/m.safetensors"
MODEL = 'import torch\nWEIGHTS = torch.hub.load_state_dict_from_url("https://mirror.example/{}.safetensors")\n'
WAIVER = {
    "id": "W-1",
    "requirement": "1.1",
    "component": MIRRORED,
    "reason": "byte-identical to its origin",
    "owner": "ml-platform@example.com",
    "approver": "security@example.com",
    "created": "2026-10-01",
    "expires": "2026-11-01",
}


def written(**changes: str | None) -> str:
    """Return the TOML of a waiver; None leaves a key out."""
    values = {**WAIVER, **changes}
    dates = {"created", "expires"}
    lines = (f"{key} = {value}" if key in dates else f'{key} = "{value}"' for key, value in values.items() if value)
    return "[[waiver]]\n" + "\n".join(lines) + "\n"


def waiver(**changes: str) -> Waiver:
    """Return a waiver."""
    return Waiver.model_validate({**WAIVER, **changes})


def policy(**rules: object) -> Policy:
    """Return a policy that names the approver."""
    people = People(approvers=(WAIVER["approver"],))
    return Policy(people=people, waivers=WaiverRules.model_validate(rules))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"approver": WAIVER["owner"]}, "supplychain.toml:2: waiver.0: waiver W-1: its owner ml-platform@example.com"),
        ({"expires": "2026-10-01"}, "supplychain.toml:2: waiver.0: waiver W-1: it expires on 2026-10-01, not after"),
        ({"requirement": "1.9"}, "supplychain.toml:4: waiver.0.requirement: String should match pattern"),
        ({"reason": None}, "supplychain.toml:2: waiver.0.reason: missing; add it"),
        ({"expires": None}, "supplychain.toml:2: waiver.0.expires: missing; add it"),
        ({"expires": '"soon"'}, "supplychain.toml:10: waiver.0.expires: Input should be a valid date, not 'soon'"),
        ({"aprover": "x"}, "supplychain.toml:11: waiver.0.aprover: unknown key; did you mean 'approver'?"),
    ],
)
def test_a_malformed_waiver_refuses_the_declaration(changes: dict[str, str | None], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(Declaration, f"schema = 1\n{written(**changes)}".encode(), "supplychain.toml")
    assert str(caught.value).startswith(message)


def test_a_malformed_waiver_stops_the_run_also_where_nothing_needs_it(tmp_path: Path) -> None:
    target = sound_target(tmp_path).declare(written(approver=WAIVER["owner"]))
    with pytest.raises(ConfigError, match="name another approver"):
        run_suite(target)


@pytest.mark.parametrize("today", ["2026-10-01", "2026-10-20", "2026-11-01"])
def test_a_live_waiver_is_not_refused(today: str) -> None:
    assert refusal(waiver(), policy(), date.fromisoformat(today)) is None


@pytest.mark.parametrize(
    ("changes", "rules", "why"),
    [
        ({"expires": "2026-10-19"}, {}, "waiver W-1 expired on 2026-10-19; renew it with an approver or mend the row"),
        ({"created": "2026-10-21"}, {}, "waiver W-1 begins on 2026-10-21"),
        ({"requirement": "2.1"}, {}, "waiver W-1 is refused: requirement 2.1 cannot be waived"),
        ({"requirement": "5.4"}, {}, "waiver W-1 is refused: requirement 5.4 cannot be waived"),
        ({"requirement": "9.3"}, {}, "waiver W-1 is refused: requirement 9.3 cannot be waived"),
        ({}, {"never": ("1.1",)}, "waiver W-1 is refused: requirement 1.1 cannot be waived"),
        ({"approver": "stranger@example.com"}, {},
         "waiver W-1 is refused: the policy's people.approvers do not name stranger@example.com"),
        ({"expires": "2026-12-31"}, {}, "waiver W-1 is refused: it runs longer than the policy's 90 days"),
        ({}, {"max_days": 30}, "waiver W-1 is refused: it runs longer than the policy's 30 days"),
    ],
)  # fmt: skip
def test_a_waiver_that_does_not_count_says_why(changes: dict[str, str], rules: dict[str, object], why: str) -> None:
    assert refusal(waiver(**changes), policy(**rules), TODAY) == why


def test_a_waiver_of_just_the_longest_term_counts() -> None:
    assert refusal(waiver(), policy(max_days=31), TODAY) is None


def test_without_a_policy_no_waiver_counts() -> None:
    assert "do not name" in (refusal(waiver(), Policy(), TODAY) or "")


def test_a_rule_of_the_policy_does_not_end_what_can_never_be_waived() -> None:
    assert WaiverRules(never=("1.1",)).never_waived == {"1.1", "2.1", "5.4", "9.3", "10.5"}


@pytest.fixture
def mirrored(tmp_path: Path) -> BuiltTarget:
    """Return a target that takes one model from a host which the sentence does not name."""
    return sound_target(tmp_path).plant("app/mirrored.py", MODEL.format("m"))


def test_a_live_waiver_turns_a_failed_row_into_a_pass_that_says_so(mirrored: BuiltTarget) -> None:
    before = run_suite(mirrored)
    assert before["1.1"].outcome is Outcome.FAIL
    after = run_suite(mirrored.declare(written()))
    assert after["1.1"].outcome is Outcome.PASS
    assert after["1.1"].reason == "passes with waiver W-1 until 2026-11-01"
    row = after.only("1.1", Outcome.WAIVED)
    assert (row.component, row.at and row.at.file) == (MIRRORED, "app/mirrored.py")
    assert row.waiver is not None
    assert row.waiver.approver == "security@example.com"
    assert after["1.1"].population.waived == 1
    assert after["1.1"].population.failed == 0


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"expires": "2026-10-19"}, "waiver W-1 expired on 2026-10-19"),
        ({"created": "2026-10-21"}, "waiver W-1 begins on 2026-10-21"),
        ({"approver": "stranger@example.com"}, "do not name stranger@example.com"),
        ({"created": "2026-01-01"}, "it runs longer than the policy's 90 days"),
    ],
)
def test_a_waiver_that_does_not_count_leaves_the_row_failed_and_says_why(
    mirrored: BuiltTarget, changes: dict[str, str], why: str
) -> None:
    outcomes = run_suite(mirrored.declare(written(**changes)))
    assert outcomes["1.1"].outcome is Outcome.FAIL
    assert why in outcomes.only("1.1", Outcome.FAIL).message
    assert outcomes["1.1"].population.waived == 0


@pytest.mark.parametrize("changes", [{"requirement": "1.2"}, {"component": "model:url/mirror.example/other"}])
def test_a_waiver_for_something_else_changes_nothing(mirrored: BuiltTarget, changes: dict[str, str]) -> None:
    assert run_suite(mirrored.declare(written(**changes)))["1.1"].outcome is Outcome.FAIL


def test_one_waived_row_of_two_leaves_the_other_failed(mirrored: BuiltTarget) -> None:
    mirrored.plant("app/other.py", MODEL.format("other"))
    outcomes = run_suite(mirrored.declare(written()))
    assert outcomes["1.1"].outcome is Outcome.FAIL
    assert outcomes.only("1.1", Outcome.WAIVED).component == MIRRORED
    assert outcomes.only("1.1", Outcome.FAIL).component == "model:url/mirror.example/other.safetensors"


def test_one_expired_waiver_of_two_is_the_one_that_is_named(mirrored: BuiltTarget) -> None:
    mirrored.plant("app/other.py", MODEL.format("other"))
    expired = written(id="W-2", component="model:url/mirror.example/other.safetensors", expires="2026-10-19")
    outcomes = run_suite(mirrored.declare(written()).declare(expired))
    assert outcomes["1.1"].outcome is Outcome.FAIL
    assert outcomes.only("1.1", Outcome.WAIVED).component == MIRRORED
    assert "waiver W-2 expired" in outcomes.only("1.1", Outcome.FAIL).message


def test_two_waivers_are_both_named(mirrored: BuiltTarget) -> None:
    mirrored.plant("app/other.py", MODEL.format("other"))
    other = written(id="W-2", component="model:url/mirror.example/other.safetensors", expires="2026-12-01")
    outcomes = run_suite(mirrored.declare(written()).declare(other))
    assert outcomes["1.1"].reason == "passes with waiver W-1 until 2026-11-01, W-2 until 2026-12-01"


def test_a_waiver_does_not_pass_what_could_not_be_decided(mirrored: BuiltTarget) -> None:
    mirrored.plant("app/mirrored.py", "import sys, torch\nWEIGHTS = torch.hub.load(sys.argv[1], 'm')\n")
    row = run_suite(mirrored).only("1.1", Outcome.UNDETERMINED)
    outcomes = run_suite(mirrored.declare(written(component=row.component)))
    assert outcomes["1.1"].outcome is Outcome.UNDETERMINED
