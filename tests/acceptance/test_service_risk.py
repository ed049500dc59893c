"""Requirement 6.5: the risk of each third-party AI service is acceptable, or an approver accepts it for a time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from supplychain.model.finding import Outcome
from tests.acceptance.breaks import Break, Change, edits
from tests.support import POLICY, SAMPLE, BuiltTarget, Outcomes, run_suite

OPENAI = "service:openai"
DECLARED = "supplychain.toml"
DECLARATION = (SAMPLE / DECLARED).read_text()
LINES = DECLARATION.splitlines()
ENTRY = f"{DECLARED}:{LINES.index('[[service]]') + 2}"
"""Where the declaration names the service."""
CODE = (SAMPLE / "app" / "answer.py").read_text().splitlines()
USED = f"app/answer.py:{next(number for number, line in enumerate(CODE, 1) if 'OpenAI(' in line)}"
TRAINING = "training_use = false\n"
PERSONAL = 'data_classes = ["personal"]'
ACCEPTANCE = (
    'acceptance = { level = "high", reason = "moving to another provider", owner = "support-platform@example.com", '
    'approver = "security@example.com", on = 2026-10-01, expires = 2026-11-30 }\n'
)


def without(*tables: str) -> Change:
    """Return the change that takes tables out of the declaration."""

    def change(target: BuiltTarget) -> None:
        text = (target.path / DECLARED).read_text()
        for name in tables:
            text, count = re.subn(rf"(?ms)^\[service\.{name}\].*?(?=^\[)", "", text)
            assert count == 1
        target.plant(DECLARED, text)

    return change


def both(*changes: Change) -> Change:
    """Return several changes as one."""

    def change(target: BuiltTarget) -> None:
        for one in changes:
            one(target)

    return change


def accepted(old: str = "", new: str = "") -> Change:
    """Return the change that takes two records out and has the risk accepted, with text of the acceptance replaced."""
    assert old in ACCEPTANCE
    return both(edits(DECLARED, TRAINING, TRAINING + ACCEPTANCE.replace(old, new)), without("assessment", "dpa"))


TWO = ("6.1", "6.4")
BREAKS = [
    Break(
        "the team itself rates it higher",
        edits(DECLARED, TRAINING, f'{TRAINING}risk = "high"\n'),
        OPENAI,
        "above-limit",
        (USED,),
        (
            "the risk is high, and the policy accepts moderate",
            "the team's own rating is high",
            "Mend what raises it: the team's own rating, high; or",
            ENTRY,
        ),
    ),
    Break(
        "neither assessment nor agreement",
        without("assessment", "dpa"),
        OPENAI,
        "above-limit",
        (USED,),
        (
            "likelihood high (assessment missing, data handling sound, residency sound, agreement missing)",
            "impact high (data classes personal, criticality medium)",
            "Mend what raises it: assessment missing (6.1); agreement missing (6.4)",
            f'under [[service]] id = "openai" in {ENTRY}: acceptance = {{ level = "high"',
        ),
        also=TWO,
    ),
    Break(
        "special data without an assessment",
        both(edits(DECLARED, PERSONAL, 'data_classes = ["special"]'), without("assessment")),
        OPENAI,
        "above-limit",
        (USED,),
        ("likelihood moderate", "impact very high (data classes special"),
        also=("6.1",),
    ),
    Break(
        "special data without an assessment, somewhere",
        both(
            edits(DECLARED, PERSONAL, 'data_classes = ["special"]'),
            edits(DECLARED, 'region = "eu"\n', ""),
            without("assessment"),
        ),
        OPENAI,
        "above-limit",
        (USED,),
        ("the risk is high to very high", "residency unknown (6.3)", 'acceptance = { level = "high"'),
        also=("6.1", "6.3"),
    ),
    Break(
        "special data with neither",
        both(edits(DECLARED, PERSONAL, 'data_classes = ["special"]'), without("assessment", "dpa")),
        OPENAI,
        "above-all",
        (USED,),
        ("the risk is very high, which no limit and no acceptance covers", "stop using it"),
        also=TWO,
    ),
    Break(
        "nobody says which data it receives",
        edits(DECLARED, PERSONAL + "\n", ""),
        OPENAI,
        "not-decided",
        (USED,),
        ("data classes not declared", "Decide what is not known: data classes unknown", ENTRY),
        also=("6.2",),
    ),
    Break(
        "code that goes elsewhere and has answers kept",
        both(
            edits("app/answer.py", "https://eu.", "https://us."),
            edits("app/answer.py", "store=False", "store=True"),
        ),
        OPENAI,
        "above-limit",
        (USED,),
        (
            "data handling contradicted, residency contradicted",
            "Mend what raises it: data handling contradicted (6.2); residency contradicted (6.3)",
        ),
        also=("6.2", "6.3"),
    ),
    Break(
        "an acceptance that is over",
        accepted("2026-11-30", "2026-10-14"),
        OPENAI,
        "above-limit",
        (USED,),
        ("its acceptance by security@example.com does not count: it expired on 2026-10-14",),
        also=TWO,
    ),
    Break(
        "an acceptance of tomorrow",
        accepted("on = 2026-10-01", "on = 2026-11-01"),
        OPENAI,
        "above-limit",
        (USED,),
        ("it is dated 2026-11-01, which is yet to come",),
        also=TWO,
    ),
    Break(
        "an acceptance by somebody of the team",
        accepted("security@example.com", "lead@example.com"),
        OPENAI,
        "above-limit",
        (USED,),
        ("the policy's people.approvers do not name lead@example.com",),
        also=TWO,
    ),
    Break(
        "an acceptance of a lower level",
        accepted('"high"', '"medium"'),
        OPENAI,
        "above-limit",
        (USED,),
        ("security@example.com accepts it as medium only",),
        also=TWO,
    ),
    Break(
        "an acceptance without an end in sight",
        accepted("2026-11-30", "2036-11-30"),
        OPENAI,
        "above-limit",
        (USED,),
        ("runs longer than the 90 days of the policy's waivers.max_days",),
        also=TWO,
    ),
]


def test_the_sound_target_passes(sound: Outcomes) -> None:
    finding = sound["6.5"]
    assert (finding.outcome, finding.reason) == (Outcome.PASS, "")
    (row,) = finding.observations
    assert (row.component, row.rule, str(row.at)) == (OPENAI, "acceptable", USED)
    assert row.evidence
    assert "the risk is low, and the policy accepts moderate: likelihood very low (" in row.message


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_one_change_breaks_it(broken: Break, target: BuiltTarget, sound: Outcomes) -> None:
    broken.check("6.5", target, sound)


def test_one_record_that_is_missing_is_within_the_limit(target: BuiltTarget) -> None:
    without("assessment")(target)
    found = run_suite(target)
    assert found["6.1"].outcome is Outcome.FAIL
    assert "the risk is moderate" in found.only("6.5", Outcome.PASS).message


def test_a_risk_that_an_approver_accepts_passes_and_says_so(target: BuiltTarget) -> None:
    accepted()(target)
    found = run_suite(target)
    row = found.only("6.5", Outcome.PASS)
    assert row.rule == "accepted"
    assert found["6.5"].outcome is Outcome.PASS
    said = f"{OPENAI} passes with acceptance of high by security@example.com until 2026-11-30: the risk is high"
    assert found["6.5"].reason.startswith(said)


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        ("2026-09-30T23:59:59+00:00", Outcome.FAIL),
        ("2026-10-01T00:00:00+00:00", Outcome.PASS),
        ("2026-11-30T23:59:59+00:00", Outcome.PASS),
        ("2026-12-01T13:59:00+14:00", Outcome.PASS),
        ("2026-12-01T00:00:00+00:00", Outcome.FAIL),
    ],
)
def test_an_acceptance_counts_from_its_day_through_its_last(now: str, outcome: Outcome, target: BuiltTarget) -> None:
    accepted()(target)
    assert run_suite(target, now=now)["6.5"].outcome is outcome


def test_the_policy_says_how_much_is_too_much(target: BuiltTarget, tmp_path: Path) -> None:
    without("assessment")(target)
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY.read_text().replace('max_risk = "medium"', 'max_risk = "low"'))
    row = run_suite(target, policy=policy).only("6.5", Outcome.FAIL)
    assert "the risk is moderate, and the policy accepts low" in row.message


def test_a_waiver_of_an_input_lowers_nothing(target: BuiltTarget) -> None:
    without("assessment", "dpa")(target)
    for requirement in TWO:
        target.declare(
            f'[[waiver]]\nid = "W-{requirement}"\nrequirement = "{requirement}"\ncomponent = "{OPENAI}"\nreason = "x"\n'
            'owner = "team@example.com"\napprover = "security@example.com"\ncreated = 2026-10-01\nexpires = 2026-12-01\n'
        )
    found = run_suite(target)
    assert [found[name].outcome for name in TWO] == [Outcome.PASS, Outcome.PASS]
    assert found["6.5"].outcome is Outcome.FAIL


def test_a_system_raises_what_the_project_says_and_never_lowers_it(target: BuiltTarget) -> None:
    target.edit(DECLARED, PERSONAL, 'data_classes = ["internal"]')
    without("assessment", "dpa")(target)
    assert "the risk is moderate" in run_suite(target).only("6.5", Outcome.PASS).message
    target.edit(DECLARED, 'env = "prod"\n', 'env = "prod"\ncriticality = "high"\n')
    assert "the risk is high" in run_suite(target).only("6.5", Outcome.FAIL).message
    target.edit(DECLARED, 'env = "prod"\ncriticality = "high"\n', 'env = "prod"\ncriticality = "low"\n')
    assert "the risk is moderate" in run_suite(target).only("6.5", Outcome.PASS).message
