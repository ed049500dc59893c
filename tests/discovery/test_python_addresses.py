"""Addresses of weights and of repositories of models in Python source."""

from __future__ import annotations

import pytest

from tests.discovery.support import hidden, look, named

HUB = "https://huggingface.co"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (f'B = "{HUB}/a/b/resolve/main"', ["1 model:huggingface/a/b@main"]),
        (f'B = "{HUB}/datasets/a/b/resolve/main/"', ["1 dataset:huggingface/a/b@main"]),
        (f'R = "a/b"\nB = f"{HUB}/{{R}}/resolve/main"', ["2 model:huggingface/a/b@main"]),
        (f'B = "{HUB}/a/b/resolve/"\nget(B + "main/x.pt")', ["2 model:huggingface/a/b@main"]),
        (
            'B = "https://x.example/w/"\nfor n in ["a.pt", "b.pt"]: get(B + n)',
            ["2 model:url/x.example/w/a.pt"] * 1 + ["2 model:url/x.example/w/b.pt"],
        ),
        ('B = "https://x.example/w"\nn = "a.pt"\nget(f"{B}/{n}")', ["3 model:url/x.example/w/a.pt"]),
        (
            f'B = "{HUB}/spaces/a/b/resolve/main/"\nfor n in ["a.jsonl", "b.jsonl"]: get(B + n)',
            ["2 dataset:huggingface/spaces/a/b@main"],
        ),
        (f'get("{HUB}/datasets/a/b/resolve/main/x.csv")', ["1 dataset:huggingface/a/b@main"]),
    ],
)
def test_an_address_that_is_put_together_is_followed(source: str, expected: list[str]) -> None:
    assert named(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        'B = "https://x.example/api/"\nget(B + "users")',
        'B = "https://x.example/api/"\nfor n in ["a.json", "b.json"]: get(B + n)',
        'get("https://x.example/data.csv")',
        f'B = "{HUB}/spaces/a/b/resolve/main/"',
        f'B = "{HUB}/a/b/tree/main"',
        'B = "https://x.example/a/b/resolve/main"',
        'a = "x"\nb = a + c',
        'B = "https://x.example/w/"\nget(B + name)',
    ],
)
def test_other_addresses_name_nothing(source: str) -> None:
    assert hidden(source) == []


def test_the_beginning_of_an_address_may_stand_in_another_file() -> None:
    files = {"lib/urls.py": 'BASE = "https://x.example/w"', "app.py": 'from lib.urls import BASE\nU = f"{BASE}/a.pt"'}
    assert [r.component.id for r in look(files).references if r.component.kind == "model"] == [
        "model:url/x.example/w/a.pt"
    ]
