"""Requirements 1.3 and 1.4 over whole targets: how many use a model, and whose it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from supplychain import baseline
from supplychain.model.finding import Outcome
from tests.acceptance.breaks import BGE, COMMIT, inventoried, plants
from tests.acceptance.sources import AT, NEW_MODEL, USED, Wrong, listed, model
from tests.sound_facts import snapshot
from tests.support import NOW, SAMPLE, BuiltTarget, Outcomes, run_suite

STRANGER = "old-lab/reranker"
NAMED = f"model:huggingface/{STRANGER}"


def stranger(rule: str, title: str, *says: str, **changes: object) -> Wrong:
    """Return the way in which one more model, of somebody whom the policy does not trust, is wrong."""
    return Wrong(title, rule, model(STRANGER), listed(STRANGER, **changes), NAMED, AT, says, NEW_MODEL)


def weights(title: str, address: str, rule: str, *says: str) -> Wrong:
    """Return the way in which weights at an address are wrong."""
    code = f'from urllib.request import urlretrieve\n\nW = urlretrieve("{address}", "m.pth")\n'
    name = "/".join(address.removeprefix("https://huggingface.co/").split("/")[:2])
    change = inventoried(plants(USED, code))
    return Wrong(title, rule, change, {}, f"model:huggingface/{name}", AT, says, NEW_MODEL)


NUMBERS = [
    stranger("below", "few downloads", "999 downloads (at least 1,000)", "min_downloads_30d", downloads=999),
    stranger("below", "few likes", "9 likes (at least 10)", "supplychain approve", likes=9),
    stranger("no-number", "no number is not zero", "no downloads", downloads=None),
    stranger("no-facts", "no facts", "--facts online", state="unknown"),
    Wrong("a trusted owner's number is missing", "no-number", hub={BGE: {"likes": None}}, says=("no likes",)),
]
OWNERS = [
    stranger(
        "personal-account", "nullifAI, 2025: an unverified user", "old-lab", "maintainers", owner={"kind": "user"}
    ),
    stranger("unlisted-organization", "an organization", "did not verify", "[trust].orgs", owner={"verified": False}),
    stranger("unlisted-organization", "a verified one", "verified, and the policy does not", owner={"verified": True}),
    stranger("unknown-account", "an unknown account", "--facts online", owner=None),
    Wrong(
        "the hub names another owner", "owner-changed", hub={BGE: {"name": "other/bge-small-en-v1.5"}}, also=NEW_MODEL
    ),
    weights(
        "a re-host: Fooocus takes weights of others from somebody's misc",
        "https://huggingface.co/somebody/misc/resolve/main/sam_vit_h_4b8939.pth",
        "re-hosted",
        "Meta",
        "sam_vit_h_4b8939.pth",
        AT,
    ),
    weights(
        "a collection of favorites",
        "https://huggingface.co/somebody/fav_models/resolve/main/fav/xyz.pth",
        "collection",
        "xyz.pth",
    ),
    weights(
        "the name of another's model",
        "https://huggingface.co/NousResearch/Llama-2-7b-chat-hf/resolve/main/m.pth",
        "re-hosted",
        "meta-llama/Llama-2-7b-chat-hf",
    ),
]


@pytest.mark.parametrize("wrong", NUMBERS, ids=str)
def test_a_number_is_seen_at_its_line(wrong: Wrong, target: BuiltTarget, sound: Outcomes, tmp_path: Path) -> None:
    wrong.check("1.3", target, sound, tmp_path)


@pytest.mark.parametrize("wrong", OWNERS, ids=str)
def test_an_owner_is_seen_at_his_line(wrong: Wrong, target: BuiltTarget, sound: Outcomes, tmp_path: Path) -> None:
    wrong.check("1.4", target, sound, tmp_path)


def test_trust_makes_up_for_few_and_the_row_says_so(tmp_path: Path) -> None:
    found = run_suite(SAMPLE, facts=snapshot(tmp_path / "facts", hub={BGE: {"downloads": 3, "likes": 0}}))
    row = found.only("1.3", Outcome.PASS)
    assert row.rule == "below-trusted"
    assert row.message.startswith(
        "3 downloads (at least 1,000) and 0 likes (at least 10) on 2026-10-20; the policy trusts"
    )
    assert row.message in found["1.3"].reason


def test_an_approval_makes_up_for_few(target: BuiltTarget, tmp_path: Path) -> None:
    model(STRANGER)(target)
    approved = 'approved = { by = "security@example.com", on = 2026-10-01 }'
    target.declare(f'[[component]]\nid = "{NAMED}"\nrevision = "{COMMIT}"\n{approved}\n')
    found = run_suite(target, facts=snapshot(tmp_path / "facts", hub=listed(STRANGER, downloads=3)))
    assert {row.component: row.rule for row in found["1.3"].observations} == {BGE: "enough", NAMED: "below-approved"}


@pytest.mark.parametrize(
    ("owner", "rule"), [("BAAI", "trusted"), ("before", "owner-changed"), (None, "trusted-unrecorded")]
)
def test_the_owner_of_the_baseline_counts(owner: str | None, rule: str, target: BuiltTarget) -> None:
    case = run_suite(SAMPLE).case
    owners = {BGE: owner} if owner else {}
    written = datetime.fromisoformat(NOW) - timedelta(days=9)
    state = baseline.of(case.inventory, case.declaration, written=written, commit=None, owners=owners)
    target.plant(baseline.BASELINE, baseline.text(state))
    (row,) = run_suite(target)["1.4"].observations
    assert (row.rule, str(row.at)) == (rule, "app/retrieval.py:17")
