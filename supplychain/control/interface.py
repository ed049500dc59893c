"""The control document as data: its requirements, its boxes, and what other frameworks say beside it."""

import string
from enum import StrEnum
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from supplychain.model.base import Frozen
from supplychain.model.component import Kind
from supplychain.model.finding import DecidedBy, Outcome, Severity


class Direction(StrEnum):
    """What it means to add a word to a parameter."""

    PERMITS = "permits"
    """Each word permits more: adding one widens (trusted registries)."""
    DEMANDS = "demands"
    """Each word demands more: adding one narrows (what has to be scanned for)."""
    RELAXES = "relaxes"
    """The word softens the sentence: adding it widens ("if available")."""
    LIMITS = "limits"
    """The longest interval named is the limit: a longer one widens."""


class Parameter(Frozen):
    """The words in parentheses of one sentence."""

    name: str
    direction: Direction
    default: tuple[str, ...]
    """The words of the control document."""


class Rule(Frozen):
    """One answer that a check may give to one row. A check names the rule; the outcome comes from here."""

    id: str
    outcome: Literal[Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED]
    message: str
    """A sentence with `{fields}` that the check fills."""
    remedy: str = ""
    """The next step, with the same fields; required unless the outcome is a pass."""
    command: str = ""
    """The command that would decide it, where there is one."""
    severity: Severity | None = None
    """Where it differs from the requirement's."""
    never_softened: bool = False
    """Of a fail: whether this is the one that the gate never softens in its requirement."""
    qualified: bool = False
    """Of a pass: whether the finding has to say in its reason what it rests on."""
    own: bool = False
    """Of a requirement that rolls up: whether this answer repeats none of another one, so that the gate decides on it."""

    @property
    def fields(self) -> frozenset[str]:
        """The names that a check has to fill for this rule."""
        texts = (self.message, self.remedy)
        return frozenset(name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name)

    @model_validator(mode="after")
    def _remedy_unless_pass(self) -> Self:
        if self.outcome is not Outcome.PASS and not self.remedy:
            raise ValueError(f"rule {self.id} gives {self.outcome} and no remedy")
        return self


class Requirement(Frozen):
    """One "shall" of the control."""

    id: str = Field(pattern=r"^((10|[1-9])\.[1-6]|9[0-9]\.[1-9])$")
    """1.1 to 10.5; from 90.1 on, a rule of the house."""
    sentence: str
    """As in the document, without its keyword; `({parameter})` stands for the words in parentheses."""
    why: str
    """Why it matters."""
    how: str
    """How it is decided."""
    remedy: str
    """What to do where it is not met."""
    severity: Severity
    decided_by: DecidedBy
    validates: Kind | None = None
    """The kind of component that it validates one by one, so that each has a row in it."""
    yields_to: str | None = None
    """The requirement that decides alone what fails there: of that it has no row of its own."""
    never_softened: bool = False
    """Whether a row of it that fails fails the gate in every mode, and can never be known; where rules of it say so
    themselves, only their rows."""
    rolls_up: bool = False
    """Whether it repeats what other requirements decide, so that the gate decides on those."""
    parameter: Parameter | None = None
    rule: tuple[Rule, ...] = ()
    """Every answer that its check may give; none where this version has no check for it."""

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in self.rule}

    def repeats(self, rule: str) -> bool:
        """Whether a row by this rule only repeats what another requirement decides."""
        return self.rolls_up and not (rule in self.rules and self.rules[rule].own)

    def never_softens(self, rule: str) -> bool:
        """Whether a row that fails by a rule fails the gate in every mode."""
        named = {entry.id for entry in self.rule if entry.never_softened}
        return self.never_softened and (not named or rule in named)

    @property
    def text(self) -> str:
        """The sentence with the document's own words in its parentheses."""
        if self.parameter is None:
            return self.sentence
        separator = "/" if self.parameter.direction is Direction.LIMITS else ", "
        return self.sentence.format(**{self.parameter.name: separator.join(self.parameter.default)})


class Scenario(Frozen):
    """One scenario with its requirements, in the document's order; from 90 on, one of the house."""

    number: int = Field(ge=1, le=99)
    feature: str
    name: str
    role: str | None = None
    """Who asks for it, from the feature's "As a …"; the last scenario has none of its own."""
    given: str
    when: str
    requirement: tuple[Requirement, ...]

    @model_validator(mode="after")
    def _numbered_in_order(self) -> Self:
        expected = tuple(f"{self.number}.{position}" for position in range(1, len(self.requirement) + 1))
        if (actual := tuple(requirement.id for requirement in self.requirement)) != expected:
            raise ValueError(f"requirements of scenario {self.number} are {actual}, not {expected}")
        return self


class Item(Frozen):
    """A line of the document outside its Gherkin, and the requirements that decide it."""

    text: str
    group: str = ""
    """The sub-heading that it stands under, for checklist items."""
    requirements: tuple[str, ...] = Field(min_length=1)


class Document(Frozen):
    """The control document outside its Gherkin."""

    id: str
    title: str
    purpose: str
    quoted_reference: str
    """The clause that the document gives for itself, quoted; nobody verified it."""
    status: str
    checklist: tuple[Item, ...]
    tools: tuple[Item, ...]
    processes: tuple[Item, ...]
    validation_strategy: tuple[Item, ...]
    evidence: tuple[Item, ...]
    status_boxes: tuple[Item, ...]


class Confidence(StrEnum):
    """How well a reference to a framework is known."""

    READ = "read"
    """The text itself was read."""
    LIKELY = "likely"
    """Well known, or seen in a third party's mapping; not read."""
    UNVERIFIED = "unverified"
    """Quoted from the control document; nobody here has confirmed it."""


class QuotedReference(Frozen):
    """A reference that the control document makes, as it stands there."""

    framework: str
    quoted: str
    note: str
    """What is known of it."""
    confidence: Literal[Confidence.UNVERIFIED] = Confidence.UNVERIFIED


class RelevantReference(Frozen):
    """A place in another framework that the evidence of a scenario is relevant to; it satisfies nothing there."""

    framework: str
    ids: tuple[str, ...]
    confidence: Literal[Confidence.READ, Confidence.LIKELY]


class ScenarioReferences(Frozen):
    """What one scenario's evidence is relevant to."""

    scenario: int
    reference: tuple[RelevantReference, ...]


class Frameworks(Frozen):
    """The framework mapping: what the document quotes, beside what its evidence is relevant to."""

    quoted: tuple[QuotedReference, ...]
    scenario: tuple[ScenarioReferences, ...]


class Control(Frozen):
    """The whole control."""

    document: Document
    scenarios: tuple[Scenario, ...]
    frameworks: Frameworks

    @cached_property
    def requirements(self) -> dict[str, Requirement]:
        """All requirements by id, in the document's order."""
        return {r.id: r for scenario in self.scenarios for r in scenario.requirement}

    def scenario_of(self, requirement: str) -> Scenario:
        """Return the scenario that a requirement belongs to."""
        return self.scenarios[int(requirement.partition(".")[0]) - 1]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if tuple(s.number for s in self.scenarios) != tuple(range(1, 11)) or len(self.requirements) != 49:
            raise ValueError("the control has ten scenarios and 49 requirements")
        document = self.document
        items = (*document.checklist, *document.tools, *document.processes)
        items += (*document.validation_strategy, *document.evidence, *document.status_boxes)
        named = {name for item in items for name in item.requirements}
        if unknown := named - set(self.requirements):
            raise ValueError(f"the document's lists name requirements that do not exist: {sorted(unknown)}")
        return self
