"""Requirement 10.1: the measures stand in documents with content, an owner and a review date."""

from __future__ import annotations

import pytest

from supplychain.config.loading import ConfigError
from supplychain.model.finding import Outcome
from tests.acceptance.breaks import Break, edits, plants
from tests.support import ROLL_UPS, SAMPLE, BuiltTarget, Outcomes, run_suite

SECURITY, PLAN, MEASURES = "SECURITY.md", "docs/incident-response.md", "docs/supply-chain-security.md"
REVIEWED = "Last reviewed: 2026-10-12"
CONTACTS = 'contacts = ["oncall@example.com", "ciso@example.com"]\n'
ROLES = {SECURITY: "security policy", PLAN: "incident response plan", MEASURES: "supply chain policy"}
OWNERS = {SECURITY: "Platform Security", PLAN: "On-call lead, Support Platform", MEASURES: "Support Platform"}

HEADINGS = {
    1: ("## Model sources", "Model Source Validation"),
    2: ("## Model integrity", "Model Integrity Verification"),
    3: ("## Licenses", "Model License and Usage Validation"),
    4: ("## Datasets and training data", "Dataset Source Validation"),
    5: ("## Packages and frameworks", "Package Source Validation"),
    6: ("## AI services", "AI Service Provider Assessment"),
    7: ("## Inventory", "Component Inventory Management"),
    8: ("## Vulnerability monitoring", "Continuous Vulnerability Scanning"),
}


def test_a_document_that_lies_elsewhere_is_named_as_the_remedy_says(target: BuiltTarget, sound: Outcomes) -> None:
    target.remove(SECURITY).plant("policies/reporting.md", (SAMPLE / SECURITY).read_text())
    remedy = next(row.remedy for row in run_suite(target).rows("10.1", Outcome.FAIL))
    assert "[[document]] path = …, role = 'security policy'" in remedy
    target.declare('[[document]]\npath = "policies/reporting.md"\nrole = "security policy"\n')
    assert not run_suite(target).unlike(sound)


BREAKS = [
    Break(
        "the security policy removed",
        lambda target: target.remove(SECURITY),
        "document:security policy",
        "no-document",
        (SECURITY,),
        (f"Write {SECURITY}",),
    ),
    *(
        Break(
            f"no owner of {file}",
            edits(file, f"Owner: {OWNERS[file]}\n", ""),
            f"document:{role}, owner",
            "no-owner",
            (file,),
            (role, f"'Owner: NAME' to {file}"),
        )
        for file, role in ROLES.items()
    ),
    *(
        Break(
            f"no review date of {file}",
            edits(file, f"{REVIEWED}\n", ""),
            f"document:{role}, review",
            "no-review",
            (file,),
            (role, f"Review {file}", "Last reviewed: DATE"),
        )
        for file, role in ROLES.items()
    ),
    Break(
        "a review date that is none",
        edits(SECURITY, REVIEWED, "Last reviewed: 2026-13-45"),
        "document:security policy, review",
        "no-review",
        (SECURITY,),
        (f"Review {SECURITY}", "year-month-day"),
    ),
    Break(
        "a review three years ago",
        edits(PLAN, REVIEWED, "Last reviewed: 2023-10-12"),
        "document:incident response plan, review",
        "old-review",
        (f"{PLAN}:4",),
        ("2023-10-12", "1104 days", "365", f"Review {PLAN}"),
    ),
    Break(
        "a review one day too old",
        edits(PLAN, REVIEWED, "Last reviewed: 2025-10-19"),
        "document:incident response plan, review",
        "old-review",
        (f"{PLAN}:4",),
        ("366 days", f"Review {PLAN}"),
    ),
    Break(
        "a review in the future",
        edits(MEASURES, REVIEWED, "Last reviewed: 2026-10-21"),
        "document:supply chain policy, review",
        "future-review",
        (f"{MEASURES}:4",),
        ("2026-10-21", f"Correct the line 'Last reviewed' of {MEASURES}"),
    ),
    Break(
        "a TODO",
        edits(PLAN, "speaks to customers.\n", "speaks to customers.\n\nTODO: name the deputy.\n"),
        "document:incident response plan, text",
        "placeholder",
        (f"{PLAN}:11",),
        ("TODO", f"Replace it in {PLAN}"),
    ),
    Break(
        "a name to fill in",
        edits(SECURITY, "security@example.com", "<your address>"),
        "document:security policy, text",
        "placeholder",
        (f"{SECURITY}:8",),
        ("<your address>", f"Replace it in {SECURITY}"),
    ),
    Break(
        "a placeholder in a block of code",
        edits(MEASURES, "## Licenses\n", "```\nCHANGEME\n```\n\n## Licenses\n"),
        "document:supply chain policy, text",
        "placeholder",
        (f"{MEASURES}:22",),
        ("CHANGEME", f"Replace it in {MEASURES}"),
    ),
    Break(
        "a section without a heading",
        edits(PLAN, "## Notification\n", ""),
        "document:incident response plan, notification",
        "no-section",
        (PLAN,),
        ("notification", f"to {PLAN}"),
    ),
    Break(
        "a section emptied",
        edits(
            PLAN,
            "The component is replaced, its hash is checked against the inventory, and the drill is repeated. "
            "Lessons get an owner\nand a date.\n",
            "As usual.\n",
        ),
        "document:incident response plan, recovery",
        "no-section",
        (PLAN,),
        ("recovery", f"to {PLAN}"),
    ),
    Break(
        "the way to report a vulnerability renamed",
        edits(SECURITY, "## How to report a vulnerability", "## Mail"),
        "document:security policy, how to report a vulnerability",
        "no-section",
        (SECURITY,),
        ("how to report a vulnerability", f"to {SECURITY}"),
    ),
    *(
        Break(
            f"no heading on scenario {number}",
            edits(MEASURES, f"{heading}\n", "## Other matters\n"),
            f"measures:scenario {number}",
            "no-measure",
            (),
            (f"scenario {number}", name, f"covers = [{number}] under [[document]] in supplychain.toml"),
        )
        for number, (heading, name) in HEADINGS.items()
    ),
    Break(
        "no heading on scenario 9",
        lambda target: target.edit(PLAN, "# Incident response plan", "# Plan").edit(
            PLAN, "Compromise detection", "Use"
        ),
        "measures:scenario 9",
        "no-measure",
        (),
        ("Supply Chain Compromise Detection", "covers = [9]"),
    ),
    Break(
        "contacts left blank",
        edits("supplychain.toml", CONTACTS, 'contacts = [" "]\n'),
        "declaration:contacts under [incident]",
        "not-declared",
        ("supplychain.toml",),
        ("State contacts under [incident] in supplychain.toml",),
    ),
    Break(
        "the plan left blank",
        edits("supplychain.toml", f'plan = "{PLAN}"', 'plan = ""'),
        "declaration:a plan under [incident]",
        "not-declared",
        ("supplychain.toml",),
        ("State a plan under [incident] in supplychain.toml",),
    ),
    Break(
        "the owner left blank",
        edits("supplychain.toml", 'owner = "support-platform@example.com"', 'owner = ""'),
        "declaration:an owner under [project]",
        "not-declared",
        ("supplychain.toml",),
        ("State an owner under [project] in supplychain.toml",),
    ),
]


def test_the_sound_target_is_documented(sound: Outcomes) -> None:
    assert sound["10.1"].outcome is Outcome.PASS
    assert sound["10.1"].population.expected == sound["10.1"].population.passed == 28
    places = {row.component: row.message for row in sound["10.1"].observations}
    assert places["document:security policy, owner"] == "owner: Platform Security"
    assert places["measures:scenario 1"] == f"Model Source Validation: {MEASURES}:11"
    assert places["measures:scenario 9"].startswith(f"Supply Chain Compromise Detection: {PLAN}:")


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_broken_in_one_place(broken: Break, target: BuiltTarget, sound: Outcomes) -> None:
    broken.check("10.1", target, sound)


def failed(found: Outcomes) -> list[tuple[str, str]]:
    return [(row.component, row.rule) for row in found["10.1"].observations if row.outcome is not Outcome.PASS]


def test_without_the_incident_plan_its_measure_is_missing_too(target: BuiltTarget, sound: Outcomes) -> None:
    found = run_suite(target.remove(PLAN))
    assert failed(found) == [
        ("measures:scenario 9", "no-measure"),
        ("document:incident response plan", "no-document"),
    ]
    assert f"Write {PLAN}" in found.rows("10.1", Outcome.FAIL)[1].remedy
    assert found.unlike(sound) - ROLL_UPS == {"10.1"}


def test_without_the_supply_chain_policy_its_eight_measures_are_missing_too(
    target: BuiltTarget, sound: Outcomes
) -> None:
    found = run_suite(target.remove(MEASURES))
    assert failed(found) == [
        *((f"measures:scenario {number}", "no-measure") for number in range(1, 9)),
        ("document:supply chain policy", "no-document"),
    ]
    assert found.unlike(sound) - ROLL_UPS == {"10.1"}


def test_without_the_incident_table_contacts_and_plan_are_missing(target: BuiltTarget, sound: Outcomes) -> None:
    target.edit("supplychain.toml", f'[incident]\n{CONTACTS}plan = "{PLAN}"\n', "")
    found = run_suite(target)
    assert failed(found) == [
        ("declaration:a plan under [incident]", "not-declared"),
        ("declaration:contacts under [incident]", "not-declared"),
    ]
    assert found.unlike(sound) - ROLL_UPS == {"10.1"}


@pytest.mark.parametrize("contacts", ["", "contacts = []\n"])
def test_an_incident_table_without_contacts_stops_the_run(contacts: str, target: BuiltTarget) -> None:
    target.edit("supplychain.toml", CONTACTS, contacts)
    with pytest.raises(ConfigError, match=r"supplychain\.toml:\d+: incident\.contacts: "):
        run_suite(target)


def test_without_a_policy_it_is_undetermined_and_nothing_else_changes(target: BuiltTarget, sound: Outcomes) -> None:
    found = run_suite(target, policy=None)
    row = found.only("10.1", Outcome.UNDETERMINED)
    assert (row.component, row.rule, row.at) == ("policy", "no-policy", None)
    assert "policy=FILE" in row.remedy
    assert found["10.1"].outcome is Outcome.UNDETERMINED
    reviewed = {"1.4", "4.1", "5.4", "6.1", "6.4"}  # without a policy nobody is trusted, and nobody's review counts
    assert found.unlike(sound) - {"6.3", "6.5"} - ROLL_UPS == {"10.1", *reviewed}


@pytest.mark.parametrize("day", ["2025-10-20", "2026-10-20"], ids=["just in time", "today"])
def test_a_review_within_the_policys_days_passes(day: str, target: BuiltTarget, sound: Outcomes) -> None:
    target.edit(PLAN, REVIEWED, f"Last reviewed: {day}")
    assert run_suite(target).unlike(sound) == set()


def test_a_declared_document_can_hold_a_measure(target: BuiltTarget, sound: Outcomes) -> None:
    target.edit(MEASURES, "## Licenses\n", "## Legal\n")
    target.declare(f'[[document]]\npath = "{MEASURES}"\ncovers = [3]\n')
    found = run_suite(target)
    assert failed(found) == []
    assert found.unlike(sound) == set()


def test_a_declared_document_that_is_not_there_fails(target: BuiltTarget, sound: Outcomes) -> None:
    found = run_suite(target.declare('[[document]]\npath = "docs/gone.md"\ncovers = [3]\n'))
    row = found.only("10.1", Outcome.FAIL)
    assert (row.component, row.rule, str(row.at)) == ("document:document docs/gone.md", "no-document", "docs/gone.md")
    assert "Write docs/gone.md" in row.remedy
    assert found.unlike(sound) - ROLL_UPS == {"10.1"}


def test_the_incident_plan_may_lie_where_the_declaration_says(target: BuiltTarget, sound: Outcomes) -> None:
    text = (target.path / PLAN).read_text()
    plants("ops/plan.md", text)(target.remove(PLAN).edit("supplychain.toml", PLAN, "ops/plan.md"))
    found = run_suite(target)
    assert failed(found) == []
    assert found.unlike(sound) == set()


def test_a_review_in_a_block_of_code_is_none(target: BuiltTarget) -> None:
    target.edit(SECURITY, f"{REVIEWED}\n", f"```\n{REVIEWED}\n```\n")
    assert run_suite(target).only("10.1", Outcome.FAIL).rule == "no-review"
