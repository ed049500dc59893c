"""The four checks, each with one branch taken out: on the sound target, their own canaries have to notice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import pytest

from supplychain import catalog
from supplychain.catalog.interface import Registry, RegistryHost
from supplychain.checks import engine, s01_model_source, s07_inventory, s10_documents, s10_rollup
from supplychain.checks.engine import Answer, Subject, decide
from supplychain.control import load
from supplychain.control.interface import Rule
from supplychain.model.case import Case, Document, Section
from supplychain.model.finding import Finding, Outcome
from supplychain.model.reference import Reference, Scope, Unread, Unresolved
from supplychain.suite import tool
from tests.support import Outcomes

CHECKED = ("1.1", "7.1", "10.1", "10.5")
RULES = [(requirement, rule) for requirement in CHECKED for rule in load().requirements[requirement].rules.values()]


def cannot_be_trusted(finding: Finding) -> bool:
    return finding.outcome is Outcome.ERROR and finding.reason.startswith("this check cannot be trusted here: canary '")


@pytest.mark.parametrize("requirement", CHECKED)
def test_whole_checks_can_be_trusted(requirement: str, sound: Outcomes) -> None:
    finding = decide(requirement, sound.case, tool())
    assert finding.outcome is not Outcome.ERROR
    assert finding.canaries is not None
    assert finding.canaries.missed == ()


def another(requirement: str, rule: Rule) -> Rule:
    """Return a rule of the requirement with another outcome: a pass, or for a pass a fail."""
    wanted = Outcome.FAIL if rule.outcome is Outcome.PASS else Outcome.PASS
    return next(other for other in load().requirements[requirement].rule if other.outcome is wanted)


@pytest.mark.parametrize(("requirement", "rule"), RULES, ids=[f"{name} {rule.id}" for name, rule in RULES])
def test_a_check_that_never_gives_one_of_its_rules(
    requirement: str, rule: Rule, sound: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, instead = engine.CHECKS[requirement], another(requirement, rule)

    def observe(case: Case, subject: Subject) -> Answer:
        given = check.observe(case, subject)
        return (
            replace(given, rule=instead.id, values=dict.fromkeys(instead.fields, "x"))
            if given.rule == rule.id
            else given
        )

    monkeypatch.setitem(engine.CHECKS, requirement, replace(check, observe=observe))
    assert cannot_be_trusted(decide(requirement, sound.case, tool()))


Keep = Callable[[Case, Subject], bool]


POPULATIONS: dict[str, tuple[str, Keep]] = {
    "unresolved references dropped": ("1.1", lambda _, s: not isinstance(s, Unresolved)),
    "unread files dropped": ("1.1", lambda _, s: not isinstance(s, Unread)),
    "references dropped": ("1.1", lambda _, s: not isinstance(s, Reference)),
    "models without an inventory dropped": ("7.1", lambda case, _: bool(case.boms)),
    "what is listed beyond dropped": ("7.1", lambda _, s: isinstance(s, Reference | Unresolved | Unread)),
    "unresolved models dropped": ("7.1", lambda _, s: not isinstance(s, Unresolved)),
    "documents dropped": ("10.1", lambda _, s: not s.subject.startswith("document:")),
    "placeholders dropped": ("10.1", lambda _, s: not s.subject.endswith(", text")),
    "the last measure dropped": ("10.1", lambda _, s: s.subject != "measures:scenario 9"),
    "the policy dropped": ("10.1", lambda _, s: s.subject != "policy"),
    "the last requirement dropped": ("10.5", lambda _, s: s.subject != "10.4"),
    "the feature files dropped": ("10.5", lambda _, s: s.subject != "feature files"),
    "the waivers dropped": ("10.5", lambda _, s: s.subject != "waivers"),
    "what was not executed dropped": (
        "10.5",
        lambda case, s: "." not in s.subject or any(entry.requirement == s.subject for entry in case.decided),
    ),
}


@pytest.mark.parametrize("name", POPULATIONS)
def test_a_check_that_does_not_see_all(name: str, sound: Outcomes, monkeypatch: pytest.MonkeyPatch) -> None:
    requirement, keep = POPULATIONS[name]
    check = engine.CHECKS[requirement]

    def population(case: Case) -> Sequence[Subject]:
        return [subject for subject in check.population(case) if keep(case, subject)]

    monkeypatch.setitem(engine.CHECKS, requirement, replace(check, population=population))
    assert cannot_be_trusted(decide(requirement, sound.case, tool()))


def always(value: object) -> Callable[..., object]:
    return lambda *_, **__: value


EVERY_SCOPE: Collection[Scope] = frozenset(Scope)
APPROVED = engine.answer("approved-source", host="x", by="x", on="x", digest="x")

PATCHES: dict[str, tuple[str, object, str, object]] = {
    "every host belongs to a registry": ("1.1", s01_model_source, "_belongs", always(True)),
    "no host belongs to a registry": ("1.1", s01_model_source, "_belongs", always(False)),
    "everything is approved": ("1.1", s01_model_source, "_approved", always(APPROVED)),
    "no approval counts": ("1.1", s01_model_source, "_approved", always(None)),
    "the sentence's words are not read": (
        "1.1",
        s01_model_source,
        "_registries",
        lambda _: tuple(catalog.registries().values()),
    ),
    "tests are production": ("1.1", s01_model_source, "PROD", EVERY_SCOPE),
    "every entry lists every model": ("7.1", s07_inventory, "stands_for", always(True)),
    "no entry lists any model": ("7.1", s07_inventory, "stands_for", always(False)),
    "tests are inventoried": ("7.1", s07_inventory, "INVENTORIED", EVERY_SCOPE),
    "production alone is inventoried": ("7.1", s07_inventory, "INVENTORIED", frozenset({Scope.PROD})),
    "every heading will do": ("10.1", s10_documents, "_heading", always(Section(heading="x", words=9, line=1))),
    "no heading will do": ("10.1", s10_documents, "_heading", always(None)),
    "no document has sections to look for": ("10.1", s10_documents, "_topics", always({})),
    "eight measures are enough": ("10.1", s10_documents, "MEASURED", range(1, 9)),
    "no word widens": ("10.5", s10_rollup, "widening", always({})),
    "every sentence widens": ("10.5", s10_rollup, "widening", always({"1.1": ("x",)})),
    "no row is waived": ("10.5", s10_rollup, "_waived", always(0)),
    "every row is waived": ("10.5", s10_rollup, "_waived", always(1_000)),
}


@pytest.mark.parametrize("name", PATCHES)
def test_a_check_without_one_of_its_parts(name: str, sound: Outcomes, monkeypatch: pytest.MonkeyPatch) -> None:
    requirement, module, attribute, value = PATCHES[name]
    monkeypatch.setattr(module, attribute, value)
    assert cannot_be_trusted(decide(requirement, sound.case, tool()))


def test_a_catalog_that_lists_a_look_alike(sound: Outcomes, monkeypatch: pytest.MonkeyPatch) -> None:
    registries = catalog.registries()
    real = registries["huggingface"]
    fake = RegistryHost(name="huggingface.co.evil.example", path=real.host[0].path)
    with_fake = real.model_copy(update={"host": (*real.host, fake)})
    monkeypatch.setattr(catalog, "registries", lambda: {**registries, "huggingface": with_fake})
    assert cannot_be_trusted(decide("1.1", sound.case, tool()))


def test_hosts_compared_by_their_beginning(sound: Outcomes, monkeypatch: pytest.MonkeyPatch) -> None:
    class Beginnings(frozenset[str]):
        def __contains__(self, host: object) -> bool:
            return any(str(host).startswith(name) for name in self)

    monkeypatch.setattr(Registry, "hosts", property(lambda self: Beginnings(entry.name for entry in self.host)))
    assert cannot_be_trusted(decide("1.1", sound.case, tool()))


def test_sections_that_need_no_words(sound: Outcomes, monkeypatch: pytest.MonkeyPatch) -> None:
    def heading(document: Document, words: tuple[str, ...]) -> Section | None:
        return next((s for s in document.sections if any(word in s.heading.lower() for word in words)), None)

    monkeypatch.setattr(s10_documents, "_heading", heading)
    assert cannot_be_trusted(decide("10.1", sound.case, tool()))


def test_the_sound_outcome_does_not_hide_a_sabotage(sound: Outcomes, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in 1.1 is a fail in 10.5: a check that cannot be trusted never helps to a pass."""
    monkeypatch.setattr(s01_model_source, "_belongs", always(True))
    first = decide("1.1", sound.case, tool())
    assert first.observations
    assert {row.outcome for row in first.observations} == {Outcome.PASS}
    assert first.outcome is Outcome.ERROR
