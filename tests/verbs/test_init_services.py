"""What `supplychain init` begins for third-party AI services: what is known as comments, what is asked, nothing that passes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from supplychain import catalog
from supplychain.config.files import read_declaration
from supplychain.config.loading import ConfigError, parse
from supplychain.config.skeleton import skeleton
from supplychain.model.declaration import Declaration
from supplychain.model.finding import Outcome
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.reference import Place, Reference, Scope
from supplychain.model.service import Endpoint, Switch
from supplychain.target import Target
from tests.config.test_skeleton import reference
from tests.support import BuiltTarget, run_suite
from tests.verbs.support import say

Capture = pytest.CaptureFixture[str]
SERVICES = ("6.1", "6.2", "6.3", "6.4", "6.5")
BLANK = re.compile(r"^# (?=\[|[a-z0-9_]+ = )", re.MULTILINE)
EU = "https://eu.api.openai.com/v1"


def begun(target: BuiltTarget, capsys: Capture) -> str:
    """Return what init writes for a target without a declaration."""
    target.remove("supplychain.toml")
    assert say(capsys, "init", target).code == 0
    return (target.path / "supplychain.toml").read_text()


def inventory(
    *references: Reference, endpoints: tuple[Endpoint, ...] = (), switches: tuple[Switch, ...] = ()
) -> Inventory:
    planted = SelfTest(planted=1, found=1)
    return Inventory(references=references, endpoints=endpoints, switches=switches, self_test=planted)


def filled(text: str) -> str:
    """Return a declaration with every line taken out of its comment and the digests filled in."""
    uncommented = BLANK.sub("", text)
    return uncommented.replace('sha256 = ""', f'sha256 = "{"0" * 64}"').replace("values = []", 'values = ["x"]')


def test_what_discovery_and_the_catalog_know_stands_beside_the_service(target: BuiltTarget, capsys: Capture) -> None:
    text = begun(target, capsys)
    _, _, entry = text.partition("[[service]]")
    assert entry.startswith('\nid = "openai"\ndetect = ["eu.api.openai.com"]\n# seen: app/answer.py:5 names eu (')
    assert re.search(r"^# used at .*app/answer.py:5", text, re.MULTILINE)
    assert re.search(r"^#   agreement: incorporated, https://\S+ \[memory, 2\d{3}-\d\d-\d\d: ", entry, re.MULTILINE)
    for topic in catalog.due_diligence():
        for question in topic.questions:
            assert text.count(f"#   [{topic.id}] {question}\n") == 1


def test_it_is_a_declaration_at_once_and_once_it_is_filled_in(target: BuiltTarget, capsys: Capture) -> None:
    text = begun(target, capsys)
    declaration, _ = read_declaration(Target.open(target.path))
    assert declaration
    (service,) = declaration.service
    assert service.model_dump(exclude={"id", "detect"}, exclude_defaults=True) == {}
    with pytest.raises(ConfigError, match="sha256"):
        parse(Declaration, BLANK.sub("", text).encode(), "supplychain.toml")
    (service,) = parse(Declaration, filled(text).encode(), "supplychain.toml").service
    assert service.assessment
    assert service.dpa
    assert (service.region, service.dpa.type, service.handling["tracing"]) == ("eu", "incorporated", True)


def test_nothing_that_it_writes_makes_a_requirement_pass(target: BuiltTarget, capsys: Capture) -> None:
    begun(target, capsys)
    found = run_suite(target)
    assert {name: found[name].outcome for name in SERVICES} == {
        "6.1": Outcome.FAIL,
        **dict.fromkeys(SERVICES[1:], Outcome.UNDETERMINED),
    }


def test_nor_do_its_lines_where_they_are_only_uncommented(target: BuiltTarget, capsys: Capture) -> None:
    target.plant("supplychain.toml", filled(begun(target, capsys)))
    found = run_suite(target)
    for name in SERVICES:
        if name != "6.3":  # whoever takes the line out of its comment states the region that the code names
            assert found[name].outcome in {Outcome.FAIL, Outcome.UNDETERMINED}, name


@pytest.mark.parametrize("provider", sorted(catalog.providers()))
def test_every_provider_of_the_catalog_can_be_begun_and_filled_in(provider: str) -> None:
    text = skeleton(inventory(reference(f"service:{provider}")), "x")
    assert parse(Declaration, text.encode(), "supplychain.toml").service[0].id == provider
    service = parse(Declaration, filled(text).encode(), "supplychain.toml").service[0]
    known = catalog.providers()[provider]
    assert service.dpa
    assert service.dpa.type == (known.dpa.mechanism if known.dpa else "signed")
    assert known.name in text
    assert ("# forwards_to = []" in text) == (known.forwards is not None or known.sort == "router")
    for fact in (known.dpa, known.trust, known.subprocessors):
        if fact:
            assert f"[{fact.known}, {fact.on}: {fact.source}]" in text


def test_what_code_says_of_regions_and_prompts_is_shown_and_not_stated() -> None:
    place = Place(file="app.py", line=7)
    found = inventory(
        reference("service:openai", address=EU),
        endpoints=(
            Endpoint(service="openai", at=place, address=EU, region="eu", known_by="host", told="base_url"),
            Endpoint(service="openai", at=place.model_copy(update={"line": 9}), told="OPENAI_API_KEY"),
        ),
        switches=(Switch(handling="storage", name="store", service="openai", state="on", value="True", at=place),),
    )
    text = skeleton(found, "x")
    assert "# seen: app.py:9 names no region (OPENAI_API_KEY)\n# seen: app.py:7 names eu (base_url)\n" in text
    assert "# seen: app.py:7 storage on (store = True)\n" in text
    assert '\n# region = "eu"\n' in text
    assert parse(Declaration, text.encode(), "supplychain.toml").service[0].region is None


def test_services_that_host_a_model_or_that_a_router_names_are_begun_too() -> None:
    place = Place(file="app.py", line=7)
    forwarded = Endpoint(service="openrouter", at=place, forwards_to="together", anywhere=True)
    found = inventory(reference("model:cohere/command-r"), reference("service:openrouter"), endpoints=(forwarded,))
    text = skeleton(found, "x")
    services = parse(Declaration, text.encode(), "supplychain.toml").service
    assert [service.id for service in services] == ["cohere", "openrouter", "together"]
    assert "# seen: app.py:7 may process anywhere\n" in text


@pytest.mark.parametrize("scope", sorted(set(Scope) - {Scope.PROD}))
def test_what_production_does_not_use_is_not_begun(scope: Scope) -> None:
    place = Place(file="a.py", line=1, scope=scope)
    aside = Endpoint(service="openai", at=place, address="https://eu.api.openai.com", region="eu")
    switch = Switch(handling="storage", name="store", service="openai", state="on", at=place)
    text = skeleton(inventory(reference("service:openai", scope=scope), endpoints=(aside,)), "x")
    assert "[[service]]" not in text
    assert "The review of each provider" not in text
    used = skeleton(inventory(reference("service:openai"), endpoints=(aside,), switches=(switch,)), "x")
    assert "# seen: " not in used
    assert "detect" not in used


@pytest.mark.parametrize("text", ['a"b', "]]\n[project]", "\x00", "\u202e", "{0}", "${x}", "ä" * 300, "a # b", "'''"])
def test_text_of_the_target_stays_text(text: str) -> None:
    place = Place(file=f"{text}.py", line=1)
    found = inventory(
        reference(f"service:{text}", f"{text}.py", address=f"https://{text}.example/v1", region=text),
        endpoints=(Endpoint(service=text, at=place, address=f"https://{text}/", region=text, told=text),),
        switches=(Switch(handling="storage", name=text, service=text, state="on", value=text, at=place),),
    )
    begun_ = parse(Declaration, skeleton(found, text).encode(), "supplychain.toml")
    assert (len(begun_.service), begun_.project) == (1, None)
    stated = parse(Declaration, filled(skeleton(found, "x")).encode(), "supplychain.toml")
    assert len(stated.service) == 1


def test_init_writes_nothing_else(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> None:
    target.remove("supplychain.toml")
    output = tmp_path / "begun.toml"
    assert say(capsys, "init", target, "--output", output).code == 0
    assert not (target.path / "supplychain.toml").exists()
    assert output.read_text().count("[[service]]") == 1
