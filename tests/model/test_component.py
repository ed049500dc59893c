"""The ids of components."""

import pytest

from supplychain.model.component import Component, Kind


@pytest.mark.parametrize(
    ("text", "kind", "source", "name"),
    [
        ("model:huggingface/org/name", Kind.MODEL, "huggingface", "org/name"),
        ("model:url/host.example/path/m.bin", Kind.MODEL, "url", "host.example/path/m.bin"),
        ("model:file/models/m.bin", Kind.MODEL, "file", "models/m.bin"),
        ("dataset:huggingface/org/name", Kind.DATASET, "huggingface", "org/name"),
        ("package:pypi/torch", Kind.PACKAGE, "pypi", "torch"),
        ("package:npm/@scope/name", Kind.PACKAGE, "npm", "@scope/name"),
        ("service:openai", Kind.SERVICE, "", "openai"),
    ],
)
def test_an_id_names_a_component_and_comes_back(text: str, kind: Kind, source: str, name: str) -> None:
    component = Component.parse(text)
    assert (component.kind, component.source, component.name) == (kind, source, name)
    assert component.id == text


@pytest.mark.parametrize(
    "text", ["", "model", "model:", ":huggingface/a", "hf:org/name", "data:faq", "Model:huggingface/a", "openai"]
)
def test_what_is_no_id_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(ValueError, match="model:huggingface/org/name"):
        Component.parse(text)


@pytest.mark.parametrize("text", ["model:bert", "dataset:/x", "package:pypi/"])
def test_an_id_without_source_or_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no source"):
        Component.parse(text)


def test_a_name_from_a_target_cannot_break_a_line() -> None:
    assert Component.parse("model:huggingface/org/a\nb").id == r"model:huggingface/org/a\nb"
