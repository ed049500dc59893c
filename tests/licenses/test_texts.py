"""License texts: recognized whole, and no longer once a clause was added."""

from __future__ import annotations

from importlib.metadata import distribution

import pytest

from supplychain.licenses.texts import LIMIT, is_license_file, recognize
from tests.support import ROOT

MIT = """Copyright (c) 2026 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy of this software, to deal in it
without restriction. The above copyright notice and this permission notice shall be included in all copies.
"""


def text_of(name: str, *endings: str) -> bytes:
    """Return the license file of an installed distribution."""
    files = distribution(name).files or []
    found = next(path for path in files if path.name.endswith(endings or ("LICENSE", "LICENSE.txt")))
    return bytes(found.read_binary())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (lambda: (ROOT / "LICENSE").read_bytes(), "apache-2.0"),
        (lambda: text_of("pydantic"), "mit"),
        (lambda: text_of("requests"), "apache-2.0"),
        (lambda: text_of("pathspec"), "mpl-2.0"),
        (lambda: text_of("jinja2"), "bsd-3-clause"),
        (lambda: text_of("email-validator"), "unlicense"),
        (lambda: text_of("packaging", "LICENSE.BSD"), "bsd-2-clause"),
    ],
)
def test_real_texts(data: object, expected: str) -> None:
    assert recognize(data()) == expected  # type: ignore[operator]


@pytest.mark.parametrize(
    "added",
    [
        "This model may be used for research purposes only.",
        "Non-commercial use only.",
        "The Commons Clause applies.",
        "More clauses. " * 200,
    ],
)
def test_a_text_with_a_clause_more_is_not_that_license(added: str) -> None:
    assert recognize(MIT.encode()) == "mit"
    assert recognize(f"{MIT}\n{added}\n".encode()) is None


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"All rights reserved.", b"MIT License", MIT.encode() + b" " * LIMIT]
)
def test_what_is_no_license_or_too_large(data: bytes) -> None:
    assert recognize(data) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LICENSE", True),
        ("LICENCE.txt", True),
        ("license.md", True),
        ("COPYING", True),
        ("LICENSE-MODEL", True),
        ("UNLICENSE", True),
        ("MODEL_LICENSE", True),
        ("license_checker.py.bak", False),
        ("README.md", False),
        ("licenses", False),
    ],
)
def test_names_of_license_files(name: str, expected: bool) -> None:
    assert is_license_file(name) is expected
