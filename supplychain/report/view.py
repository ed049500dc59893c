"""A run as its reports show it: one view for the terminal, the summary, the page and Allure."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from supplychain.checks.engine import NO_CHECK
from supplychain.checks.words import narrowing, widening
from supplychain.control import house, is_house, load
from supplychain.control.interface import Item, Requirement, Scenario
from supplychain.gate import judged
from supplychain.model.case import Case
from supplychain.model.declaration import Waiver
from supplychain.model.finding import Finding, Observation, Outcome, Severity
from supplychain.model.gate import Result

ORDER = (Outcome.ERROR, Outcome.FAIL, Outcome.UNDETERMINED, Outcome.NOT_APPLICABLE, Outcome.PASS)
"""Outcomes, what needs attention first."""
IN_USE = "in use"
"""What became of a waiver that accepts a row."""
_FOLDERS = 20
_SEVERITIES = tuple(Severity)
WORD = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.UNDETERMINED: "undetermined",
    Outcome.NOT_APPLICABLE: "not applicable",
    Outcome.ERROR: "error",
    Outcome.WAIVED: "waived",
}


@dataclass(frozen=True)
class RequirementRow:
    """A requirement with its finding; None where it was not executed."""

    requirement: Requirement
    finding: Finding | None

    @property
    def word(self) -> str:
        """Its outcome in a word."""
        return WORD[self.finding.outcome] if self.finding else "not executed"

    @property
    def text(self) -> str:
        """The document's sentence; of a rule of the house the sentence as this run has it."""
        return worded(self.requirement, self.finding)

    @property
    def reason(self) -> str:
        """Why, in a line."""
        if self.finding is None:
            return "a filter left it out, or its step did not run"
        return self.finding.reason


@dataclass(frozen=True)
class ScenarioRow:
    """A scenario with its requirements."""

    scenario: Scenario
    rows: tuple[RequirementRow, ...]

    @property
    def counts(self) -> Counter[str]:
        """How many of its requirements have each outcome."""
        return Counter(row.word for row in self.rows)


@dataclass(frozen=True)
class Ranked:
    """The failed rows of a requirement that one rule gave: the first of them, and how many more there are."""

    requirement: Requirement
    row: Observation
    more: int

    @property
    def others(self) -> str:
        """How many more rows say the same, in words; empty where there are none."""
        return f"and {self.more} more of the kind" if self.more else ""


@dataclass(frozen=True)
class NextStep:
    """A command, and how many requirements and rows it would help to decide."""

    command: str
    requirements: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Box:
    """A line of the control document, and whether the findings tick it."""

    item: Item
    outcome: Outcome | None
    """None: one of its requirements was not executed."""

    @property
    def is_ticked(self) -> bool:
        """Whether all of its requirements hold."""
        return self.outcome is Outcome.PASS

    @property
    def word(self) -> str:
        """Its state in a word."""
        return WORD[self.outcome] if self.outcome else "not executed"


class View:
    """What the findings of a run say together."""

    def __init__(self, case: Case, findings: Mapping[str, Finding], run: str, unbound: tuple[str, ...] = ()) -> None:
        """Make the view of a run."""
        self.case = case
        self.findings = dict(findings)
        self.run = run
        self.unbound = unbound
        self.control = load()
        self.scenarios = tuple(
            ScenarioRow(scenario, tuple(RequirementRow(r, self.findings.get(r.id)) for r in scenario.requirement))
            for scenario in self.control.scenarios
        )
        self.rows = tuple(row for scenario in self.scenarios for row in scenario.rows)
        self.counts = Counter(row.word for row in self.rows)
        rules = (RequirementRow(r, self.findings.get(r.id)) for scenario in house() for r in scenario.requirement)
        self.house = tuple(row for row in rules if row.finding)
        """The rules of the house that this run decided; they are no part of the control."""

    @property
    def verdict(self) -> Outcome:
        """Whether the control is met: pass, fail or undetermined."""
        if any(self.counts[WORD[outcome]] for outcome in (Outcome.FAIL, Outcome.ERROR)) or self.unbound:
            return Outcome.FAIL
        if self.counts["undetermined"] or self.counts["not executed"]:
            return Outcome.UNDETERMINED
        return Outcome.PASS

    @property
    def exit_code(self) -> int:
        """0: control and house rules hold; 1: something does not; 3: nothing failed but something is undetermined."""
        words = {row.word for row in self.house}
        if self.verdict is Outcome.FAIL or words & {WORD[Outcome.FAIL], WORD[Outcome.ERROR]}:
            return 1
        return 3 if self.verdict is Outcome.UNDETERMINED or WORD[Outcome.UNDETERMINED] in words else 0

    @property
    def house_line(self) -> str:
        """How many rules of the house have each outcome, in a line; empty where none is turned on."""
        counts = Counter(row.word for row in self.house)
        said = (f"{counts[WORD[outcome]]} {WORD[outcome]}" for outcome in ORDER if counts[WORD[outcome]])
        return f"House rules: {', '.join(said)}" if counts else ""

    @property
    def headline(self) -> str:
        """The first line of every report: the verdict, and what the gate makes of the run where there is one."""
        return f"{self.control_line} · {self.gate.line}" if self.gate else self.control_line

    @property
    def control_line(self) -> str:
        """The verdict in a line; no gate changes it."""
        said = {Outcome.PASS: "Control met as worded", Outcome.FAIL: "Control NOT met"}
        order = ("pass", "fail", "error", "undetermined", "not applicable", "not executed")
        counted = ", ".join(f"{self.counts[word]} {word}" for word in order if self.counts[word] or word in order[:2])
        simulated = " · SIMULATED TIME" if self.case.simulated else ""
        return f"{said.get(self.verdict, 'Control NOT determined')}: {counted}{simulated}"

    @cached_property
    def gate(self) -> Result | None:
        """What the gate makes of the run; None where neither the policy nor the target speaks of one."""
        case = self.case
        if case.known is None and case.policy.gate is None:
            return None
        return judged(self.findings, case.known, case.policy, case.declaration, case.now)

    @property
    def commit(self) -> str:
        """What was assessed, as far as git tells it."""
        target = self.case.target
        if target.commit is None:
            return target.git
        changed = {True: "with changes that are not committed", None: "whether it was changed is not known"}
        return f"{target.commit}, {changed[target.dirty]}" if target.dirty in changed else target.commit

    @property
    def not_entered(self) -> str:
        """The folders that were not entered, in words; empty where there are none."""
        folders = self.case.inventory.pruned
        more = f" and {len(folders) - _FOLDERS} more, listed in case.json" if len(folders) > _FOLDERS else ""
        return f"{', '.join(folders[:_FOLDERS])}{more} (installed or generated files)" if folders else ""

    @property
    def ranked(self) -> tuple[Ranked, ...]:
        """What is wrong, by requirement and rule, most severe first; the roll-up repeats the others and is left out."""
        return _ranked(row for row in self.rows if row.requirement.id != "10.5")

    @property
    def house_ranked(self) -> tuple[Ranked, ...]:
        """What is wrong by the rules of the house."""
        return _ranked(self.house)

    @property
    def broken(self) -> tuple[tuple[str, str], ...]:
        """Why checks cannot be trusted in this run, each reason with the requirements that it is given for."""
        reasons: dict[str, list[str]] = {}
        for row in (*self.rows, *self.house):
            if row.finding and row.finding.outcome is Outcome.ERROR:
                reasons.setdefault(row.finding.reason, []).append(row.requirement.id)
        return tuple((reason, ", ".join(names)) for reason, names in reasons.items())

    @property
    def next_steps(self) -> tuple[NextStep, ...]:
        """The commands and edits that would decide the most of what is undetermined, the best first."""
        helped: dict[str, list[str]] = {}
        for row in self.rows:
            if row.finding is None or row.finding.outcome is not Outcome.UNDETERMINED:
                continue
            for observation in row.finding.observations:
                if observation.outcome is Outcome.UNDETERMINED and not row.requirement.repeats(observation.rule):
                    command = row.requirement.rules[observation.rule].command
                    helped.setdefault(command or observation.remedy, []).append(row.requirement.id)
        steps = [NextStep(what, tuple(dict.fromkeys(ids)), len(ids)) for what, ids in helped.items() if what]
        return tuple(sorted(steps, key=lambda step: (-len(step.requirements), -step.rows, step.command)))

    @property
    def not_built(self) -> tuple[str, ...]:
        """The requirements that this version has no check for."""
        return tuple(row.requirement.id for row in self.rows if row.finding and row.finding.reason == NO_CHECK)

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The document's status boxes, derived from the findings."""
        return self.derive(self.control.document.status_boxes)

    def derive(self, items: tuple[Item, ...]) -> tuple[Box, ...]:
        """Return lines of the document, each with the worst outcome of its requirements."""
        return tuple(Box(item, self._worst(item.requirements)) for item in items)

    def _worst(self, requirements: tuple[str, ...]) -> Outcome | None:
        outcomes = [self.findings[name].outcome if name in self.findings else None for name in requirements]
        for outcome in (Outcome.ERROR, Outcome.FAIL):
            if outcome in outcomes:
                return outcome
        if None in outcomes:
            return None
        if Outcome.UNDETERMINED in outcomes:
            return Outcome.UNDETERMINED
        only_empty = all(outcome is Outcome.NOT_APPLICABLE for outcome in outcomes)
        return Outcome.NOT_APPLICABLE if only_empty else Outcome.PASS

    @property
    def waivers(self) -> tuple[tuple[str, str, str], ...]:
        """Each declared waiver with what it is for and what became of it in this run."""
        declared = self.case.declaration.waiver if self.case.declaration else ()
        used = {
            row.waiver.id: IN_USE
            for finding in self.findings.values()
            for row in finding.observations
            if row.waiver is not None
        }
        return tuple(
            (
                waiver.id,
                f"{waiver.requirement} for {waiver.component}; {waiver.owner}, approved by {waiver.approver}, "
                f"until {waiver.expires}: {waiver.reason}",
                used.get(waiver.id) or self._unused(waiver),
            )
            for waiver in declared
        )

    def _unused(self, waiver: Waiver) -> str:
        """Return why a waiver accepts nothing."""
        nothing = "accepts nothing in this run"
        finding = self.findings.get(waiver.requirement)
        if finding is None or not finding.observations:
            word = WORD[finding.outcome] if finding else "not executed"
            return f"{nothing}: {waiver.requirement} is {word} and has no rows"
        row = next((row for row in finding.observations if row.component == waiver.component), None)
        if row is None:
            known = {row.component for row in finding.observations}
            close = difflib.get_close_matches(waiver.component, sorted(known), n=1)
            hint = f"; did you mean {close[0]}?" if close else "; name one of its rows, or remove it"
            return f"{nothing}: {waiver.component} is not among the rows of {waiver.requirement}{hint}"
        named = row.message.find(f"waiver {waiver.id} ")
        return (
            f"refused: {row.message[named:]}" if named >= 0 else f"{nothing}: its row is {WORD[row.outcome]}; remove it"
        )

    @property
    def feature_edits(self) -> tuple[str, ...]:
        """How the sentences of this run differ from the control document's."""
        features = self.case.features
        lines = [f"{name} asks for less: {', '.join(words)}" for name, words in widening(features).items()]
        lines += [
            f"{name} asks for more: {', '.join(words) or 'no words'}" for name, words in narrowing(features).items()
        ]
        lines += [f"{name} is missing or worded otherwise" for name in features.missing]
        return tuple(lines)

    @property
    def unused_declarations(self) -> tuple[str, ...]:
        """Parts of the declaration that this version validates and does not use yet."""
        declaration = self.case.declaration
        if declaration is None:
            return ()
        parts = {"system": declaration.system}
        return tuple(f"[[{name}]] ({len(part)})" for name, part in parts.items() if part)


def worded(requirement: Requirement, finding: Finding | None) -> str:
    """Return a requirement's sentence: with the document's own words, or with the organization's in a rule of the house."""
    if finding is None or not is_house(requirement.id):
        return requirement.text
    return requirement.sentence.format(**{name: ", ".join(words) for name, words in finding.words.items()})


def _ranked(rows: Iterable[RequirementRow]) -> tuple[Ranked, ...]:
    groups: dict[tuple[str, str], tuple[Requirement, list[Observation]]] = {}
    for row in rows:
        for observation in row.finding.observations if row.finding else ():
            if observation.outcome is Outcome.FAIL:
                key = (row.requirement.id, observation.rule)
                groups.setdefault(key, (row.requirement, []))[1].append(observation)
    found = [Ranked(requirement, rows[0], len(rows) - 1) for requirement, rows in groups.values()]
    return tuple(sorted(found, key=lambda item: (_SEVERITIES.index(item.row.severity), -item.more)))
