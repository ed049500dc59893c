"""Requirement 1.2 over whole targets: what speaks against a source, and what is not proven of a stranger."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from supplychain import baseline
from supplychain.model.finding import Outcome
from tests.acceptance.breaks import BGE, COMMIT, edits
from tests.acceptance.sources import AT, NEW_MODEL, Wrong, listed, model
from tests.sound_facts import snapshot
from tests.support import NOW, SAMPLE, BuiltTarget, Outcomes, run_suite

WEIGHTS = {"README.md": b"---\nlicense: mit\n---\n", "model.safetensors": b"weights"}
APPROVED = 'approved = { by = "security@example.com", on = 2026-08-01, ticket = "SEC-212" }\n'
OTHERS = frozenset({"1.3", "1.4", "2.1", "2.2", "3.1", "3.2", "3.3"})
"""What else cannot be decided where the hub no longer has the model."""


def stranger(name: str, rule: str, title: str, *says: str, **changes: object) -> Wrong:
    """Return the way in which one more model, of somebody whom the policy does not trust, is wrong."""
    component = f"model:huggingface/{name}"
    return Wrong(title, rule, model(name), listed(name, **changes), component, AT, says, NEW_MODEL)


AGAINST = [
    Wrong(
        "a scan that found something",
        "scan",
        hub={BGE: {"scan": {"onnx/model.onnx": "unsafe"}}},
        says=("onnx/model.onnx unsafe",),
    ),
    Wrong(
        "conversion bot, 2024: weights that a service wrote into a trusted repository",
        "bot-commit",
        edits("supplychain.toml", APPROVED, ""),
        hub={BGE: {"committers": ("SFconvertbot", "Shitao")}},
        says=("SFconvertbot", "supplychain approve"),
        also=frozenset({"7.4"}),
    ),
    Wrong(
        "conversion bot, 2024: weights from a revision that anybody may propose",
        "proposed-revision",
        edits("app/retrieval.py", COMMIT, "refs/pr/7"),
        says=("refs/pr/7", "app/retrieval.py:17"),
        also=NEW_MODEL,
    ),
    Wrong(
        "namespace reuse, 2025: the pinned commit is gone",
        "no-such-revision",
        hub={BGE: {"state": "no such revision"}},
        says=(COMMIT,),
        also=OTHERS,
    ),
    Wrong(
        "namespace reuse, 2025: the name leads elsewhere",
        "renamed",
        hub={BGE: {"name": "BAAI-moved/bge-small-en-v1.5", "owner": None}},
        says=("BAAI-moved/bge-small-en-v1.5",),
        also=OTHERS,
    ),
    Wrong(
        "namespace reuse, 2025: nobody has the name",
        "owner-gone",
        hub={BGE: {"state": "no such component", "owner": {"state": "no such owner"}}},
        says=("BAAI", "registers the name"),
        also=OTHERS,
    ),
]
STRANGERS = [
    stranger("BAII/reranker", "look-alike", "a letter other than a trusted owner's", "BAAI", "[trust].orgs"),
    stranger("BAA1/reranker", "look-alike", "a letter that looks like a trusted owner's", "BAAI"),
    stranger("faceboook/opt-350m", "look-alike", "faceboook", "facebook", "1 letter"),
    stranger("Open-OSS/privacy-filter", "brand-look-alike", "Open-OSS, 2026", "openai", downloads=244_000),
    stranger(
        "new-lab/privacy",
        "young-with-scripts",
        "Open-OSS, 2026: scripts beside the weights of a young organization",
        "loader.py, start.bat",
        downloads=244_000,
        files={**WEIGHTS, "start.bat": b"rem", "loader.py": b"pass"},
        owner={"created": "2026-10-10T00:00:00.000Z"},
    ),
    stranger(
        "baller423/goober2",
        "scan",
        "baller423, 2024",
        "unsafe",
        scan={"model.safetensors": "unsafe"},
        owner={"kind": "user"},
    ),
    stranger("glockr1/ballr7", "scan", "nullifAI, 2025", "suspicious", scan={"model.safetensors": "suspicious"}),
    stranger("new-lab/reranker", "too-young", "a young repository", "9 days", created="2026-10-11T12:00:00.000Z"),
    stranger("old-lab/reranker", "no-card", "no model card", files={"m.onnx": b"x"}, card=False),
    stranger("old-lab/reranker", "scan-open", "a scan under way", "pending", scan="pending"),
    stranger("old-lab/reranker", "scan-open", "no scan", scan="none"),
    stranger("old-lab/reranker", "no-facts", "no facts", "--facts online", state="unknown"),
    stranger("old-lab/reranker", "not-listed", "not listed", "private", state="no such component"),
]


@pytest.mark.parametrize("wrong", [*AGAINST, *STRANGERS], ids=str)
def test_it_is_seen_at_its_line(wrong: Wrong, target: BuiltTarget, sound: Outcomes, tmp_path: Path) -> None:
    wrong.check("1.2", target, sound, tmp_path)


def test_a_stranger_whom_every_test_holds_for_passes(target: BuiltTarget, tmp_path: Path) -> None:
    model("old-lab/reranker")(target)
    found = run_suite(target, facts=snapshot(tmp_path / "facts", hub=listed("old-lab/reranker")))
    rules = {row.component: row.rule for row in found.rows("1.2", Outcome.PASS)}
    assert rules == {BGE: "trusted-owner", "model:huggingface/old-lab/reranker": "every-test"}


@pytest.mark.parametrize("what", ["it", "its owner's account"])
def test_a_name_that_was_registered_anew_since_the_baseline(what: str, target: BuiltTarget, tmp_path: Path) -> None:
    case = run_suite(SAMPLE).case
    written = datetime.fromisoformat(NOW) - timedelta(days=200)
    state = baseline.of(case.inventory, case.declaration, written=written, commit=None)
    target.plant(baseline.BASELINE, baseline.text(state))
    later = {"created": "2026-09-01T00:00:00.000Z"}
    facts = snapshot(tmp_path / "facts", hub={BGE: later if what == "it" else {"owner": later}})
    row = run_suite(target, facts=facts).only("1.2", Outcome.FAIL)
    assert (row.rule, str(row.at)) == ("name-reused", "app/retrieval.py:17")
    assert row.message.startswith(f"{what} was created on 2026-09-01, after the baseline of 2026-04-03")


def test_what_is_gone_and_was_recorded_fails_though_its_owner_is_trusted(target: BuiltTarget, tmp_path: Path) -> None:
    case = run_suite(SAMPLE).case
    state = baseline.of(case.inventory, case.declaration, written=datetime.fromisoformat(NOW), commit=None)
    target.plant(baseline.BASELINE, baseline.text(state))
    facts = snapshot(tmp_path / "facts", hub={BGE: {"state": "no such component"}})
    assert run_suite(target, facts=facts).only("1.2", Outcome.FAIL).rule == "gone"


def test_popularity_makes_up_for_nothing(target: BuiltTarget, tmp_path: Path) -> None:
    model("baller423/goober2")(target)
    hub = listed("baller423/goober2", downloads=10**9, likes=10**6, scan={"model.safetensors": "unsafe"})
    row = run_suite(target, facts=snapshot(tmp_path / "facts", hub=hub)).only("1.2", Outcome.FAIL)
    assert row.rule == "scan"


def test_an_approval_by_somebody_whom_the_policy_names_closes_it(target: BuiltTarget, tmp_path: Path) -> None:
    name = "old-lab/reranker"
    model(name)(target)
    approved = 'approved = { by = "security@example.com", on = 2026-10-01 }'
    target.declare(f'[[component]]\nid = "model:huggingface/{name}"\nrevision = "{COMMIT}"\n{approved}\n')
    found = run_suite(target, facts=snapshot(tmp_path / "facts", hub=listed(name, scan="none")))
    (row,) = (row for row in found.rows("1.2", Outcome.PASS) if row.rule == "approved")
    assert row.message.startswith("security@example.com approved it on 2026-10-01, although: ")
    assert row.message in found["1.2"].reason
