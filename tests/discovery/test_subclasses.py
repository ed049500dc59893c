"""Clients that a target only derives classes from count by what the calls of those classes say."""

from __future__ import annotations

import pytest

from tests.discovery.support import look

CLASS = "from langchain_openai import ChatOpenAI\n\nclass Mine(ChatOpenAI):\n    x: int = 1\n"
IMPORT = "from app import Mine\n"


def services(**files: str) -> list[str]:
    """Return `id file:line` for each service of a few files, in the order of their ids."""
    found = look({f"{name}.py": text for name, text in files.items()}).references
    return sorted(f"{r.component.name} {r.at.file}:{r.at.line}" for r in found if r.subject.startswith("service:"))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"app": CLASS}, ["openai app.py:1"]),
        ({"app": CLASS + "Mine()\n"}, ["openai app.py:1"]),
        ({"app": CLASS, "b": IMPORT + "Mine(model='x')\n"}, ["openai app.py:1"]),
        ({"app": CLASS, "b": IMPORT + "Mine(base_url='http://localhost:8080/v1')\n"}, []),
        ({"app": CLASS, "b": IMPORT + "Mine(base_url='http://localhost:8080/v1')\nMine()\n"}, ["openai app.py:1"]),
        ({"app": CLASS, "b": IMPORT + "Mine(base_url='https://openrouter.ai/api/v1')\n"}, ["openrouter b.py:2"]),
        ({"app": CLASS + "ChatOpenAI()\n"}, ["openai app.py:1"]),
        (
            {
                "app": "from langchain_openai import ChatOpenAI\n\nclass Mine(ChatOpenAI):\n"
                "    def __init__(self, **more):\n"
                "        super().__init__(base_url='https://openrouter.ai/api/v1', **more)\n",
                "b": IMPORT + "Mine()\n",
            },
            ["openrouter app.py:5"],
        ),
    ],
)
def test_a_class_that_is_derived_is_where_its_calls_send_it(files: dict[str, str], expected: list[str]) -> None:
    assert services(**files) == expected


def test_a_class_whose_address_is_made_at_run_time_is_unresolved() -> None:
    files = {"app.py": CLASS, "b.py": IMPORT + "def make(url):\n    return Mine(base_url=url)\n"}
    (hidden,) = look(files).unresolved
    assert (hidden.at.file, hidden.at.line, hidden.expression, hidden.source) == ("b.py", 3, "url", "openai")


def test_a_model_that_is_an_address_made_at_run_time_is_unresolved() -> None:
    text = (
        "from langchain_community.embeddings import HuggingFaceHubEmbeddings\n"
        "def make(name):\n    name = 'http://' + name\n    return HuggingFaceHubEmbeddings(model=name)\n"
    )
    found = look({"app.py": text})
    assert [u.expression for u in found.unresolved] == ["name"]
    assert [r.subject for r in found.references if r.subject.startswith("service:")] == []
