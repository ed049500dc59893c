"""Requirement 6.1 over whole targets: each way in which a provider has not been looked at, at its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from supplychain.control import load
from supplychain.model.finding import Outcome
from tests.acceptance.breaks import Change, adopt_inventory, edits, plants, removes
from tests.support import NOW, ROLL_UPS, SAMPLE, BuiltTarget, Outcomes, run_suite

OPENAI, ANSWER, REVIEW, DECLARATION = "service:openai", "app/answer.py", "docs/review-openai.md", "supplychain.toml"
AT = f"{ANSWER}:5"
SAMPLE_LINES = (SAMPLE / DECLARATION).read_text().splitlines()
COMPUTED = {"6.5", "7.4", "7.5"}
"""What is computed from 6.1 to 6.4, and what the inventory says of services that are new."""


@dataclass(frozen=True)
class Lapse:
    """A change in one place, and the one row that has to come of it."""

    name: str
    change: Change
    rule: str
    says: tuple[str, ...]
    """What message and remedy together name."""
    at: str = AT
    component: str = OPENAI
    also: frozenset[str] = field(default_factory=frozenset)
    """The other requirements of the scenario that the same lapse concerns."""
    now: str = NOW

    def __str__(self) -> str:
        return self.name

    def check(self, requirement: str, target: BuiltTarget, sound: Outcomes) -> None:
        """Make the change, and hold what the run comes to against what has to, and against the sound run."""
        self.change(target)
        found = run_suite(target, now=self.now)
        outcome: Outcome = load().requirements[requirement].rules[self.rule].outcome
        assert found[requirement].outcome is outcome, found[requirement].reason
        rows = [row for row in found[requirement].observations if row.outcome is not Outcome.PASS]
        assert [(row.component, row.rule, str(row.at)) for row in rows] == [(self.component, self.rule, self.at)]
        for text in self.says:
            assert text in f"{rows[0].message} {rows[0].remedy}"
        if self.now == NOW:
            assert found.unlike(sound) - {requirement} <= COMPUTED | ROLL_UPS | self.also


def line_of(text: str) -> str:
    """Return where the declaration of the sample has a line that begins so."""
    number = next(number for number, line in enumerate(SAMPLE_LINES, start=1) if line.startswith(text))
    return f"{DECLARATION}:{number}"


DECLARED_AT = line_of('id = "openai"')
ADDED = "import cohere\n\ncohere.ClientV2()\n"
ROUTED = """from openai import OpenAI

client = OpenAI(base_url="https://openrouter.ai/api/v1")
"""


def assessed(text: str, name: str = "openai") -> Callable[[BuiltTarget], None]:
    """Return the change that declares one more service with the records of the sample's own, and `text` under it."""

    def change(target: BuiltTarget) -> None:
        declaration = (target.path / DECLARATION).read_text()
        own = declaration[declaration.index("[[service]]") : declaration.index("[[system]]")]
        added = own.replace('id = "openai"', f'id = "{name}"\n{text}').replace("OpenAI Ireland Ltd", name)
        target.declare(added.replace('detect = ["eu.api.openai.com"]\n', ""))

    return change


def both(*changes: Change) -> Change:
    """Return the change that makes several, and writes the inventory again."""

    def change(target: BuiltTarget) -> None:
        for one in changes:
            one(target)
        adopt_inventory(target)

    return change


LAPSES = [
    Lapse(
        "shadow AI",
        both(plants("app/rank.py", ADDED)),
        "undeclared",
        ("production uses cohere", "supplychain.toml", '[[service]] id = "cohere"', "assessment = { by ="),
        "app/rank.py:1",
        "service:cohere",
        frozenset({"5.1", "5.2", "5.3", "5.4", "5.5", "6.2", "6.3", "6.4"}),
    ),
    Lapse(
        "the service is declared no more",
        edits(DECLARATION, 'id = "openai"', 'id = "open-ai"'),
        "undeclared",
        ("production uses openai",),
        also=frozenset({"6.2", "6.3", "6.4"}),
    ),
    Lapse(
        "a reviewer whom the policy does not name",
        edits(DECLARATION, 'by = "security@example.com"\non = 2026-10-12', 'by = "me@example.com"\non = 2026-10-12'),
        "reviewer-not-counted",
        ("me@example.com", line_of("[service.assessment]")),
    ),
    Lapse(
        "reviewed tomorrow",
        edits(DECLARATION, "on = 2026-10-12", "on = 2026-10-21"),
        "reviewer-not-counted",
        ("it is dated 2026-10-21",),
    ),
    Lapse(
        "reviewed three years ago",
        edits(DECLARATION, "on = 2026-10-12", "on = 2023-10-12"),
        "stale",
        ("assessed on 2023-10-12, 1104 days ago", "365 days"),
    ),
    Lapse(
        "the evidence was edited",
        edits(REVIEW, "72 hours", "96 hours"),
        "evidence-changed",
        (f"{REVIEW} has SHA-256", "a215512e", "assessment.sha256 ="),
    ),
    Lapse("the evidence is gone", removes(REVIEW), "evidence-missing", (REVIEW, "there is no such file")),
    Lapse("the evidence is empty", plants(REVIEW, ""), "evidence-missing", ("it is empty",)),
    Lapse(
        "the evidence is a page",
        edits(DECLARATION, f'"{REVIEW}"', '"https://trust.openai.com"'),
        "evidence-elsewhere",
        ("https://trust.openai.com", "assessment.custodian ="),
    ),
    Lapse(
        "a topic is missing",
        edits(DECLARATION, '"training", ', ""),
        "topics-missing",
        ("training (use for training)", "Are prompts or answers used to train"),
    ),
    Lapse(
        "a certificate is over",
        edits(DECLARATION, "expires = 2027-12-31", "expires = 2026-10-19"),
        "certificate-expired",
        ("SOC 2 Type II", "held through 2026-10-19, 1 days ago"),
    ),
    Lapse(
        "the reviewer owns the project",
        edits(DECLARATION, 'owner = "support-platform@example.com"', 'owner = "security@example.com"'),
        "reviewer-not-counted",
        ("owns the project",),
        also=frozenset({"5.4", "6.3"}),
    ),
]


@pytest.mark.parametrize("lapse", LAPSES, ids=str)
def test_a_lapse_is_seen_at_its_line(lapse: Lapse, target: BuiltTarget, sound: Outcomes) -> None:
    lapse.check("6.1", target, sound)


def test_the_sound_target_is_assessed(sound: Outcomes) -> None:
    row = sound.only("6.1", Outcome.PASS)
    assert (row.component, row.rule, str(row.at)) == (OPENAI, "assessed", AT)
    assert "the record was verified, not the provider's practice" in row.message


@pytest.mark.parametrize(
    ("now", "rule"),
    [
        ("2027-10-12T23:59:59+00:00", "assessed"),
        ("2027-10-13T00:00:00+00:00", "stale"),
        ("2027-10-13T01:59:59+02:00", "assessed"),
        ("2027-10-12T20:00:00-05:00", "stale"),
    ],
)
def test_the_review_of_the_sample_holds_for_a_year(target: BuiltTarget, now: str, rule: str) -> None:
    assert [row.rule for row in run_suite(target, now=now)["6.1"].observations] == [rule]


def test_a_service_without_an_assessment_fails(target: BuiltTarget, sound: Outcomes) -> None:
    def without(target: BuiltTarget) -> None:
        text = (target.path / DECLARATION).read_text()
        begin, end = text.index("[service.assessment]"), text.index("[service.dpa]")
        (target.path / DECLARATION).write_text(text[:begin] + text[end:])

    says = (f"{DECLARED_AT} declares openai and no assessment of it",)
    Lapse("nobody assessed it", without, "no-assessment", says).check("6.1", target, sound)


def test_a_router_has_to_say_to_whom_it_forwards(target: BuiltTarget) -> None:
    target.plant("app/route.py", ROUTED)
    assessed("", "openrouter")(target)
    text = (target.path / DECLARATION).read_text()
    head, own = text[: text.rindex("[[service]]")], text[text.rindex("[[service]]") :]
    listed = [line for line in own.splitlines() if not line.startswith("subprocessors")]
    (target.path / DECLARATION).write_text(head + "\n".join(listed))
    row = run_suite(target).only("6.1", Outcome.FAIL)
    assert (row.component, row.rule, str(row.at)) == ("service:openrouter", "router-open", "app/route.py:3")
    target.edit(DECLARATION, 'id = "openrouter"', 'id = "openrouter"\nforwards_to = ["groq"]')
    row = run_suite(target).only("6.1", Outcome.FAIL)
    assert (row.component, row.rule, str(row.at)) == ("service:groq", "undeclared", "app/route.py:3")
    assert "to which openrouter forwards" in row.message
    assessed("", "groq")(target)
    assert run_suite(target)["6.1"].outcome is Outcome.PASS


def test_a_declared_service_that_nothing_uses_is_listed(target: BuiltTarget) -> None:
    assessed("", "mistral")(target)
    rows = {row.component: row for row in run_suite(target)["6.1"].observations}
    assert rows["service:mistral"].rule == "declared-unused"
    assert rows["service:mistral"].outcome is Outcome.PASS
    line = (target.path / DECLARATION).read_text().splitlines().index('id = "mistral"') + 1
    assert str(rows["service:mistral"].at) == f"{DECLARATION}:{line}"


def test_a_target_that_declares_a_service_and_uses_none_fails(target: BuiltTarget) -> None:
    target.remove("app/answer.py")
    row = run_suite(target).only("6.1", Outcome.FAIL)
    assert (row.component, row.rule) == (OPENAI, "not-found")
    assert str(row.at) == DECLARED_AT


def test_what_was_not_read_leaves_it_open(target: BuiltTarget) -> None:
    target.plant("app/broken.py", "def (:\n")
    found = run_suite(target)["6.1"]
    assert found.outcome is Outcome.UNDETERMINED
    assert [row.rule for row in found.observations if row.outcome is not Outcome.PASS] == ["not-read"]


def test_a_text_that_only_looks_like_a_hosted_models_name_is_no_use(target: BuiltTarget) -> None:
    target.plant("app/labels.py", 'LABELS = ["claude-3-opus-20240229"]\n')
    found = run_suite(target)
    assert "model:anthropic/claude-3-opus-20240229" in {item.id for item in found.case.inventory.components}
    assert {row.component for row in found["6.1"].observations} == {OPENAI}
