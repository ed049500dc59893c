"""Names of owners that could be taken for another one's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain import catalog
from supplychain.checks.lookalikes import claimed_brand, distance, imitated, same, skeleton

NOBODY: frozenset[str] = frozenset()
NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "Mn", "Cf", "Pd"]), max_size=12)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("faceboook", "facebook"),
        ("facebok", "facebook"),
        ("fcaebook", "facebook"),
        ("BAII", "baai"),
        ("0penai", "openai"),
        ("openaI", "openai"),
        ("OpenAl", "openai"),
        ("meta-Ilama", "meta-llama"),
        ("meta_llama", "meta-llama"),
        ("rnicrosoft", "microsoft"),
        ("оpenai", "openai"),
        ("faceboοk", "facebook"),
        ("faceboo\u212a", "facebook"),  # the sign of Kelvin
        ("faceb\u200book", "facebook"),
        ("ｏｐｅｎａｉ", "openai"),
        ("ópenai", "openai"),
        ("QWEN\u0301", "qwen"),
    ],
)
def test_a_look_alike_names_whom_it_imitates(name: str, known: str) -> None:
    like = imitated(name, "huggingface", NOBODY, 2)
    if name.isascii() and name.lower() == known:
        assert like is None
    else:
        assert like is not None
        assert like.owner == known


@pytest.mark.parametrize(
    "name",
    ["bert", "gpt2", "beta", "fal", "h2o", "TheBloke", "mashb1t", "baller423", "QWEN", "Google-BERT", "zai-org", ""],
)
def test_another_name_imitates_nobody(name: str) -> None:
    assert imitated(name, "huggingface", NOBODY, 2) is None


def test_whom_the_policy_trusts_is_imitated_and_imitates_nobody() -> None:
    trusted = frozenset({"acme-research", "faceboook"})
    assert imitated("faceboook", "huggingface", trusted, 2) is None
    like = imitated("acme-reserach", "huggingface", trusted, 2)
    assert like is not None
    assert like.owner == "acme-research"


def test_the_limit_is_the_policys() -> None:
    assert imitated("faceboook", "huggingface", NOBODY, 0) is None
    assert imitated("faceboo0k", "huggingface", NOBODY, 1) is not None
    assert imitated("0penai", "huggingface", NOBODY, 0) is not None, "letters that look alike are no distance"


@pytest.mark.parametrize(
    "name", ["Open-OSS", "openai-oss", "OpenAI-Labs", "open_ai_models", "google-ai-team", "deepseek2"]
)
def test_a_brand_is_claimed(name: str) -> None:
    assert claimed_brand(name, NOBODY) is not None
    assert claimed_brand(name, frozenset({name})) is None


@pytest.mark.parametrize("name", ["openai", "OpenAI", "google-bert", "opencv", "BAAI", "lllyasviel"])
def test_no_brand_is_claimed(name: str) -> None:
    assert claimed_brand(name, NOBODY) is None


def test_no_known_owner_imitates_another() -> None:
    for hub, owners in catalog.popular_models().owners.items():
        assert [owner for owner in owners if imitated(owner, hub, NOBODY, 2)] == []


@given(NAMES, NAMES)
@settings(deadline=None)
def test_distance_is_one(name: str, other: str) -> None:
    assert distance(name, other) == distance(other, name)
    assert (distance(name, other) == 0) == (name == other)
    assert abs(len(name) - len(other)) <= distance(name, other) <= max(len(name), len(other))


@given(NAMES)
@settings(deadline=None)
def test_a_name_looks_like_itself_in_any_letters(name: str) -> None:
    assert skeleton(skeleton(name)) == skeleton(name)
    assert same(name, name)
