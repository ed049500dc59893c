"""The obligations table: whole, without contradictions, and with every id that Hugging Face lists."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from supplychain import catalog
from supplychain.catalog.license import SOUND, License

PLAIN = dict.fromkeys(("commercial", "modification", "redistribution", "hosting", "training"), "yes")


def test_it_has_the_licenses_and_the_ids_of_the_hub() -> None:
    assert len(catalog.licenses()) == 75
    assert not set(catalog.licenses()) & set(catalog.licenses_outside())
    hub = [*catalog.licenses_outside(), *(name for name in catalog.licenses() if name not in NOT_ON_THE_HUB)]
    assert len(hub) == 83


NOT_ON_THE_HUB = {
    "deepseek-license",
    "exaone",
    "falcon-llm-license",
    "flux-1-dev-non-commercial-license",
    "kimi-k2-modified-mit",
    "llama",
    "mnpl-0.1",
    "mrl-0.1",
    "nvidia-open-model-license",
    "qwen-license",
    "stability-ai-community",
    "tencent-hunyuan-community",
    "tongyi-qianwen",
}


def test_no_name_stands_for_two_licenses() -> None:
    owners: dict[str, set[str]] = {}
    for entry in catalog.licenses().values():
        for name in (entry.id, entry.name, *entry.spdx, *entry.aliases):
            owners.setdefault(re.sub(r"[\s_-]+", " ", name.casefold()), set()).add(entry.id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


def test_families_terms_and_texts_name_rows_of_the_table() -> None:
    known = catalog.licenses()
    named = {name for entry in known.values() for name in (*(entry.family or ()), *entry.same_terms)}
    assert named <= set(known)
    assert {text.license for text in catalog.license_files().text} <= set(known)
    assert len(catalog.license_files().regions["EU"]) == 27


@pytest.mark.parametrize("entry", catalog.licenses().values(), ids=lambda entry: entry.id)
def test_a_row_says_how_it_is_known_and_when_it_counts(entry: License) -> None:
    assert entry.is_known == (entry.family is None and entry.basis in SOUND)
    assert entry.source or entry.basis in {"knowledge", "unread"}
    assert "licence" not in f"{entry.name} {entry.note} {entry.restrictions} {entry.source}".casefold()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"basis": "read"}, "name the source"),
        ({"copyleft": "strong"}, "same_terms"),
        ({"same_terms": ("mit",)}, "same_terms"),
        ({"family": ("mit",)}, "permits nothing that is known"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(changes: dict[str, object], says: str) -> None:
    row = {"id": "x", "name": "X", "basis": "knowledge", **PLAIN}
    assert License.model_validate(row).restricts == ()
    with pytest.raises(ValidationError, match=says):
        License.model_validate(row | changes)
