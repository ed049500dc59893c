"""The first declaration that `supplychain init` writes: valid at once, and nothing in it that nobody said."""

import re
import tomllib
from datetime import date
from typing import Any

import pytest

from supplychain.config.loading import parse
from supplychain.config.skeleton import skeleton
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.license import ProvenanceField, ProvenanceStatement
from supplychain.model.reference import Place, Reference, Resolution, Scope, Unresolved
from supplychain.model.text import printable
from tests.discovery.support import look

COMMIT = "a" * 40
SHA = "sha256:" + "C" * 64


def reference(identity: str, at: str = "app.py", scope: Scope = Scope.PROD, **facts: str) -> Reference:
    """Return one reference of production code."""
    kind, _, rest = identity.partition(":")
    source, _, name = rest.partition("/") if kind != "service" else ("", "", rest)
    component = Component(kind=Kind(kind), source=source, name=name)
    place = Place(file=at, line=3, scope=scope)
    return Reference.model_validate({"component": component, "at": place, "resolution": Resolution.LITERAL, **facts})


def declared(*references: Reference, unresolved: tuple[Unresolved, ...] = (), project: str = "rag") -> Declaration:
    """Return what the skeleton of an inventory states."""
    inventory = Inventory(references=references, unresolved=unresolved, self_test=SelfTest(planted=1, found=1))
    return parse(Declaration, skeleton(inventory, project).encode(), "supplychain.toml")


def test_what_discovery_knows_is_stated() -> None:
    found = declared(
        reference("model:huggingface/org/name", revision=COMMIT, checksum=SHA),
        reference("dataset:huggingface/org/data", revision="v1"),
        reference("service:openai", region="eu"),
        reference("package:pypi/torch", revision="2.9.0"),
    )
    assert [item.id for item in found.component] == ["model:huggingface/org/name", "dataset:huggingface/org/data"]
    assert found.component[0].revision == COMMIT
    assert found.component[0].sha256 == "c" * 64
    assert [item.id for item in found.service] == ["openai"]


def test_what_only_people_know_is_not_stated() -> None:
    found = declared(reference("model:file/m.bin"), reference("service:openai"))
    assert (found.project, found.incident, found.system, found.document, found.waiver) == (None, None, (), (), ())
    assert found.component[0].model_dump(exclude={"id"}, exclude_defaults=True) == {}
    assert found.service[0].model_dump(exclude={"id"}, exclude_defaults=True) == {}


@pytest.mark.parametrize(
    ("one", "other"), [({"revision": COMMIT}, {}), ({"revision": "a"}, {"revision": "b"}), ({"checksum": SHA}, {})]
)
def test_what_places_do_not_agree_on_is_not_stated(one: dict[str, Any], other: dict[str, Any]) -> None:
    name = "model:huggingface/org/name"
    found = declared(reference(name, **one), reference(name, "other.py", **other))
    assert (found.component[0].revision, found.component[0].sha256) == (None, None)


@pytest.mark.parametrize("checksum", ["md5:" + "0" * 32, "sha256:abc", "sha512:" + "0" * 128])
def test_another_checksum_is_not_stated(checksum: str) -> None:
    assert declared(reference("model:file/m.bin", checksum=checksum)).component[0].sha256 is None


@pytest.mark.parametrize("scope", sorted(set(Scope) - {Scope.PROD}))
def test_what_production_does_not_use_is_left_out(scope: Scope) -> None:
    assert declared(reference("model:huggingface/org/name", scope=scope)).component == ()


def test_an_empty_target_gives_a_valid_declaration() -> None:
    assert declared() == Declaration(schema=1)


HOSTILE = ['a"b', "a'b", "a\\b", "a # b", "]]\n[project]", "\x00", "\u202e", "${x}", "{0}", "ä", '"""', "a" * 600]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text(text: str) -> None:
    place = Place(file=f"src/{text}.py", line=1)
    hidden = Unresolved(kind=Kind.MODEL, at=place, call="load", expression=f"f({text})", reason="x")
    found = declared(
        reference(f"model:huggingface/org/{text}", f"{text}.py", revision=text),
        reference(f"service:{text}", region=text),
        unresolved=(hidden,),
        project=text,
    )
    assert found.project is None
    assert len(found.component) == (0 if len(text) > 500 else 1)
    assert len(found.service) == 1


def test_an_id_that_cannot_be_declared_is_named_in_a_comment() -> None:
    broken = Reference(
        component=Component(kind=Kind.MODEL, source="", name="x"), at=Place(file="a.py"), resolution=Resolution.LITERAL
    )
    inventory = Inventory(references=(broken,), self_test=SelfTest(planted=1, found=1))
    assert "# model:x cannot be declared by this id (a.py)" in skeleton(inventory, "rag")


def found(*references: Reference) -> Inventory:
    """Return an inventory with an unresolved reference beside these."""
    place = Place(file="app.py", line=2)
    hidden = Unresolved(kind=Kind.MODEL, at=place, call="load", expression="sys.argv[1]", reason="x")
    return Inventory(references=references, unresolved=(hidden,), self_test=SelfTest(planted=1, found=1))


def test_an_unresolved_call_asks_for_its_values() -> None:
    text = skeleton(found(), "rag")
    assert "# fill in: which values sys.argv[1] can have at app.py:2, and what enforces it\n# [[resolve]]" in text


def test_more_than_a_declaration_can_hold_is_counted() -> None:
    many = [reference(f"model:huggingface/org/{number:05}{'x' * 200}") for number in range(4000)]
    inventory = Inventory(references=tuple(many), self_test=SelfTest(planted=1, found=1))
    text = skeleton(inventory, "rag")
    listed = len(parse(Declaration, text.encode(), "supplychain.toml").component)
    assert f"# {4000 - listed} more are not listed here" in text


def test_the_lines_to_fill_in_are_toml_once_they_are_uncommented() -> None:
    text = skeleton(found(reference("model:huggingface/org/a"), reference("service:openai")), 'a "quoted" name')
    lines = [re.sub(r"^# (?=\[|[a-z0-9_]+ = )", "", line) for line in text.splitlines()]
    stated = tomllib.loads("\n".join(lines))
    assert stated["project"]["name"] == 'a "quoted" name'
    assert set(stated) == {"schema", "project", "component", "service", "resolve", "system", "incident", "document"}
    known = Declaration.model_fields
    assert set(stated) <= {field.alias or name for name, field in known.items()}
    for service in stated["service"]:
        assert {"assessment", "dpa", "purpose", "data_classes", "region"} <= set(service)


def test_every_line_to_fill_in_is_a_key_of_the_declaration() -> None:
    text = skeleton(found(reference("model:file/m.gguf"), reference("service:openai")), "rag")
    filled = "\n".join(re.sub(r"^# (?=\[|[a-z0-9_]+ = )", "", line) for line in text.splitlines())
    filled = filled.replace('sha256 = ""', f'sha256 = "{"0" * 64}"').replace("values = []", 'values = ["x"]')
    assert parse(Declaration, filled.encode(), "supplychain.toml").incident is not None


def test_a_model_that_a_service_runs_is_not_asked_for_its_bytes() -> None:
    inventory = Inventory(references=(reference("model:openai/gpt-4o"),), self_test=SelfTest(planted=1, found=1))
    text = skeleton(inventory, "rag")
    assert "pin one revision" not in text
    assert parse(Declaration, text.encode(), "supplychain.toml").component[0].id == "model:openai/gpt-4o"


def test_what_discovery_finds_is_declared() -> None:
    source = 'from transformers import AutoModel\nAutoModel.from_pretrained("google-bert/bert-base-uncased")\n'
    text = skeleton(look({"app.py": source}), "rag")
    assert 'id = "model:huggingface/google-bert/bert-base-uncased"' in text


# What documents state of provenance.


def stated(identity: str, field: ProvenanceField, value: str, line: int = 3) -> ProvenanceStatement:
    at = Place(file="data/croissant.json", line=line)
    return ProvenanceStatement(component=identity, field=field, value=value, origin="croissant", at=at)


def uncommented(text: str) -> dict[str, Any]:
    """Return what the skeleton says once every line to fill in is."""
    return tomllib.loads(re.sub(r"(?m)^# (?=\[|[a-z0-9_]+ = )", "", text))


def test_what_documents_state_of_a_dataset_is_asked_with_its_place() -> None:
    name = "dataset:file/data/rows.csv"
    seen = [
        stated(name, "creator", "Example Lab", 6),
        stated(name, "transformations", "none"),
        stated(name, "collection", "TODO"),
        stated(name, "published", "2024-05-17"),
        stated("dataset:file/data/other.csv", "license", "MIT"),
    ]
    text = skeleton(found(reference(name)), "rag", seen)
    assert "#   seen: creator by croissant at data/croissant.json:6" in text
    (entry,) = uncommented(text)["component"]
    assert entry["published"] == date(2024, 5, 17)
    assert entry["provenance"] == {
        "source": "",
        "creator": "Example Lab",
        "license": "",
        "collected": "",
        "transforms": ["none"],
        "pii": "",
    }
    assert parse(Declaration, text.encode(), "supplychain.toml").component[0].provenance is None


@pytest.mark.parametrize("text", [value for value in HOSTILE if value != "a" * 600])
def test_hostile_text_of_documents_stays_text(text: str) -> None:
    name = "dataset:huggingface/org/rows"
    (entry,) = uncommented(skeleton(found(reference(name)), "rag", [stated(name, "creator", text)]))["component"]
    assert entry["provenance"]["creator"] == printable(text)
