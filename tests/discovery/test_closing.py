"""What a declaration says of references that are made at run time."""

from __future__ import annotations

import pytest

from supplychain.discovery import discover
from supplychain.model.declaration import Declaration, Loader, Resolve
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


FETCH = b"from urllib.request import urlretrieve\ndef get(name, v=1):\n  url = f'https://x.example/{v}/{name}.pt'\n  urlretrieve(url)\n"


def fetched(app: str, call: str = "lib.fetch.get", **facts: str) -> Inventory:
    stated = Loader.model_validate({"call": call, "kind": "model", "url": "https://x.example/{1}/{0}.pt", **facts})
    files = {"lib/fetch.py": FETCH, "app.py": app.encode(), "supplychain.toml": f'x = 1\ncall = "{call}"\n'.encode()}
    return discover(Target.of(files), Declaration(schema=1, loader=(stated,)), SelfTest(planted=1, found=1))


@pytest.mark.parametrize("call", ["lib.fetch.get", "lib/fetch.py:get", "fetch.get"])
@pytest.mark.parametrize(
    "app",
    [
        'from lib.fetch import get\nget("a", 2)',
        'from lib.fetch import get as g\ng(v="2", name="a")',
        'from lib import fetch\nN = "a"\nfetch.get(N, "2")',
    ],
)
def test_calls_of_a_declared_loader_name_what_they_load(call: str, app: str) -> None:
    found = fetched(app, call)
    (model,) = [r for r in found.references if r.component.kind == "model"]
    assert (model.subject, model.at.file) == ("model:url/x.example/2/a.pt", "app.py")
    assert found.unresolved == ()


def test_a_declared_loader_may_take_a_name() -> None:
    found = fetched('import lib.fetch\nlib.fetch.get("a/b")', url="{name}")
    assert [r.subject for r in found.references if r.component.kind == "model"] == ["model:huggingface/a/b"]


def test_a_default_of_the_function_fills_the_address() -> None:
    found = fetched('from lib.fetch import get\nget("a")', url="https://y.example/{name}.pt")
    assert [r.address for r in found.references if r.component.kind == "model"] == ["https://y.example/a.pt"]


@pytest.mark.parametrize(
    ("call", "app", "reason"),
    [
        ("lib.fetch.gone", 'from lib.fetch import get\nget("a", 2)', "the target has no function of this name"),
        ("other/fetch.py:get", 'from lib.fetch import get\nget("a", 2)', "the target has no function of this name"),
        ("lib.fetch.get", "import lib.fetch", "nothing in the target calls it"),
        ("lib.fetch.get", 'def get(n, v): ...\nget("a", 2)', "nothing in the target calls it"),
    ],
)
def test_a_declared_loader_that_does_not_exist_or_is_not_called_is_said(call: str, app: str, reason: str) -> None:
    stated = [u for u in fetched(app, call).unresolved if u.call == "[[loader]]"]
    assert [(str(u.at), u.expression, u.reason) for u in stated] == [("supplychain.toml:2", call, reason)]


@pytest.mark.parametrize("more", ["get(pick(), 2)", "run(get)", "get(*names)", "f = get"])
def test_a_declared_loader_closes_nothing_where_a_call_is_not_known(more: str) -> None:
    found = fetched(f'from lib.fetch import get\nget("a", 2)\n{more}')
    assert [str(u.at) for u in found.unresolved if u.at.file == "lib/fetch.py"] == ["lib/fetch.py:3"]


@pytest.mark.parametrize("url", ["https://x.example/a", "{0.x}", "{0!r}", "{0:>9}", "{}", "{a[b]}", "{"])
def test_a_template_is_made_of_arguments_only(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        Loader(call="lib.get", kind="model", url=url)


@pytest.mark.parametrize("call", ["lib/get.py", "lib get", "lib.get()", ":get", ""])
def test_a_declared_loader_has_a_name(call: str) -> None:
    with pytest.raises(ValueError, match="call"):
        Loader(call=call, kind="model")
