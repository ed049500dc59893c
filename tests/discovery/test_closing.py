"""What a declaration says of references that are made at run time."""

from __future__ import annotations

import pytest

from supplychain.discovery import discover
from supplychain.model.declaration import Declaration, Resolve
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.reference import Resolution
from supplychain.target import Target

FILES = {
    "llm.py": b"from transformers import AutoModel\nAutoModel.from_pretrained(pick())\n",
    "settings.py": b"ALLOWED = ['acme/a']\n",
}


def resolved(at: str, *values: str, by: str = "settings.py:ALLOWED") -> Inventory:
    declared = Declaration(schema=1, resolve=(Resolve(at=at, values=values, enforced_by=by),))
    return discover(Target.of(FILES), declared, SelfTest(planted=1, found=1))


@pytest.mark.parametrize("at", ["llm.py:2", "llm.py:from_pretrained", "llm.py:pick()"])
def test_stated_values_close_a_reference(at: str) -> None:
    found = resolved(at, "acme/a@v1", "model:file/b", "https://huggingface.co/acme/c/resolve/main/x.bin")
    closed = [r for r in found.references if r.resolution is Resolution.DECLARED]
    assert [(r.subject, r.revision, str(r.at)) for r in closed] == [
        ("model:huggingface/acme/a", "v1", "llm.py:2"),
        ("model:file/b", None, "llm.py:2"),
        ("model:huggingface/acme/c", "main", "llm.py:2"),
    ]
    assert found.unresolved == ()


@pytest.mark.parametrize("by", ["settings.py:GONE", "gone.py:ALLOWED", "settings.py", "settings.py:"])
def test_they_count_only_where_something_enforces_them(by: str) -> None:
    (left,) = resolved("llm.py:2", "acme/a", by=by).unresolved
    assert f"where {by}, which it says enforces it, is there" in left.reason


@pytest.mark.parametrize("at", ["llm.py:1", "llm.py:load", "other.py:2", "llm.py"])
def test_another_place_is_not_closed(at: str) -> None:
    (left,) = resolved(at, "acme/a").unresolved
    assert left.reason == "the name is made at run time"


@pytest.mark.parametrize("value", ["not a name", "dataset:huggingface/acme/a"])
def test_a_value_that_is_no_such_name_closes_nothing(value: str) -> None:
    (left,) = resolved("llm.py:2", "acme/a", value).unresolved
    assert "states what is no name of a model" in left.reason
