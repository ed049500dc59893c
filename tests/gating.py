"""What the tests of the gate share: findings made of rows, as the control's own rules decide them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from supplychain.control import load
from supplychain.control import requirement as requirement_of
from supplychain.model.finding import DecidedBy, Finding, Observation, Outcome, Population, Severity, Tool
from supplychain.model.reference import Place

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
SEC, LEGAL = "security@example.com", "legal@example.com"
NAMES = (SEC, LEGAL)
MODEL = "model:huggingface/org/name"

DECIDED = tuple(name for name, item in load().requirements.items() if item.rule and not item.rolls_up)
"""The requirements that the gate decides on."""
FINAL = tuple(name for name, item in load().requirements.items() if item.never_softened)


def rules(requirement: str, outcome: Outcome) -> list[str]:
    """Return the rules of a requirement that give an outcome."""
    return sorted(rule.id for rule in requirement_of(requirement).rule if rule.outcome is outcome)


def final_rules(requirement: str) -> list[str]:
    """Return the rules of a requirement whose rows no mode softens; a requirement without a check has one of ours."""
    found = requirement_of(requirement)
    return [rule for rule in rules(requirement, Outcome.FAIL) if found.never_softens(rule)] or ["any"]


def row(
    requirement: str,
    outcome: Outcome,
    component: str = MODEL,
    path: str = "app/a.py",
    line: int = 1,
    rule: str | None = None,
) -> Observation:
    """Return a row, by the first rule of its outcome unless one is named."""
    named = rule or next(iter(rules(requirement, outcome)), "some-rule")
    place = Place(file=path, line=line) if path else None
    return Observation(
        component=component,
        outcome=outcome,
        rule=named,
        message="what was seen",
        at=place,
        severity=Severity.HIGH,
        remedy="what to do",
    )


def finding(requirement: str, *rows: Observation, outcome: Outcome | None = None) -> Finding:
    """Return the finding that rows make."""
    outcomes = {item.outcome for item in rows}
    worst = next((o for o in (Outcome.FAIL, Outcome.UNDETERMINED) if o in outcomes), None)
    made = outcome or worst or (Outcome.PASS if rows else Outcome.NOT_APPLICABLE)
    return Finding(
        requirement=requirement,
        outcome=made,
        reason="" if made is Outcome.PASS else "why",
        decided_by=DecidedBy.BYTES,
        severity=Severity.HIGH,
        population=Population(expected=len(rows), observed=len(rows)),
        observations=rows,
        tool=Tool(version="0", digest="sha256:0"),
    )


def findings(*given: Finding) -> dict[str, Finding]:
    """Return the findings of a whole run: those given, nothing to decide elsewhere, and what has no check."""
    whole = {name: finding(name) for name in DECIDED}
    whole |= {
        name: finding(name, outcome=Outcome.UNDETERMINED) for name, item in load().requirements.items() if not item.rule
    }
    whole["10.5"] = finding("10.5", row("10.5", Outcome.FAIL, "1.1", ""))
    return whole | {item.requirement: item for item in given}


def of(requirement: str, rows: Iterable[Observation]) -> dict[str, Finding]:
    """Return the findings of a run in which one requirement has rows."""
    return findings(finding(requirement, *rows))
