"""What Hugging Face says of models, datasets and owners, and what its faults come to."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supplychain.facts import Facts
from supplychain.facts.huggingface_reading import info
from supplychain.facts.interface import NoFactError
from supplychain.facts.scans import of_files, of_repository
from supplychain.facts.store import FactStore
from supplychain.model.hub import HubRecord
from supplychain.model.policy import Freshness
from tests.facts.support import FAST, HASTY, Opening
from tests.sound_hub import COMMITS, DATASET, HUB_FILES, MODEL, hub_entry, lfs_oid
from tests.standins import Hub, Reply, cut_short, dripping, hanging, huge, redirect, status, wrong_json

DEMO = "model:huggingface/acme/demo"
API = "/api/models/acme/demo"
Api = dict[str, Any]


def of(opening: Opening, component: str = DEMO, revision: str | None = None) -> HubRecord:
    """Return what is known of one component, fetched now."""
    with opening.online() as facts:
        (record,) = facts.hub([(component, revision)])
        return record


def test_a_model_as_the_hub_lists_it(hub: Hub, opening: Opening) -> None:
    hub.add(
        DEMO,
        license="other",
        license_name="acme-1",
        license_link="LICENSE.md",
        bases=("base/one",),
        datasets=("data/one",),
        committers=("b", "a"),
    )
    record = of(opening)
    assert (record.state, record.problem, record.name, record.owner) == ("listed", "", "acme/demo", "acme")
    assert (record.downloads, record.likes, record.card) == (3_000_000, 300, True)
    assert (record.license, record.license_name, record.license_link) == ("other", "acme-1", "LICENSE.md")
    assert (record.bases, record.datasets, record.committers) == (("base/one",), ("data/one",), ("b", "a"))
    assert str(record.created) == "2023-09-12 05:20:08+00:00"
    files = {file.path: file for file in record.files}
    assert files["model.safetensors"].sha256 == lfs_oid(HUB_FILES[MODEL]["model.safetensors"])
    assert files["config.json"].sha256 is None
    assert (record.scan, files["config.json"].scan) == ("safe", "safe")
    assert (record.source.level, record.source.name) == ("online", f"Hugging Face by way of {hub.address[7:]}")


def test_a_dataset_at_a_commit(hub: Hub, opening: Opening) -> None:
    hub.add(DATASET)
    record = of(opening, DATASET, COMMITS[DATASET])
    assert (record.state, record.revision, record.commit) == ("listed", COMMITS[DATASET], COMMITS[DATASET])
    assert hub.paths() == [
        f"/api/datasets/mteb/banking77/revision/{COMMITS[DATASET]}?blobs=true&securityStatus=true",
        f"/api/datasets/mteb/banking77/commits/{COMMITS[DATASET]}",
    ]


def test_a_rename_is_seen_by_the_name_that_comes_back(hub: Hub, opening: Opening) -> None:
    hub.add(DEMO, name="other/demo")
    record = of(opening)
    assert (record.state, record.name, record.owner) == ("listed", "other/demo", "other")
    kept = FactStore(opening.folder).get("huggingface", API[1:] + "?blobs=true&securityStatus=true")
    assert kept.redirects == (f"{hub.url}/api/models/other/demo",)


def test_a_rename_to_another_host_is_not_followed(hub: Hub, opening: Opening) -> None:
    hub.plan(API, redirect(307, "http://other.example/api/models/acme/demo"))
    record = of(opening)
    assert record.state == "unknown"
    assert "redirects to http://other.example, which is not followed" in record.problem


@pytest.mark.parametrize(
    ("changes", "revision", "state"),
    [
        ({"state": "no such component"}, None, "no such component"),
        ({"state": "no such revision"}, "ab" * 20, "no such revision"),
        ({}, "v9", "no such revision"),
        ({"state": "gated"}, None, "gated"),
        ({"disabled": True}, None, "unknown"),
    ],
)
def test_what_is_not_there(hub: Hub, opening: Opening, changes: Api, revision: str | None, state: str) -> None:
    hub.add(DEMO, **changes)
    record = of(opening, revision=revision)
    assert record.state == state
    if state == "no such component":
        assert record.problem == "Hugging Face answers the same of what is private"
    assert (record.commit is None) == (state != "gated")


def test_with_a_token_what_is_not_there_is_a_404(hub: Hub, opening: Opening, assessor: pytest.MonkeyPatch) -> None:
    assessor.setenv("SUPPLYCHAIN_HF_TOKEN", "token-of-the-mirror")
    assessor.setenv("HF_TOKEN", "token-of-the-hub")
    assert of(opening).state == "no such component"
    assert {seen.headers["authorization"] for seen in hub.seen} == {"Bearer token-of-the-mirror"}


def test_a_404_that_is_not_in_the_words_of_the_hub_says_nothing(hub: Hub, opening: Opening) -> None:
    hub.plan(API, status(404))
    record = of(opening)
    assert record.state == "unknown"
    assert record.problem.endswith("answered 404, and not in the words of the hub")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (status(401), "answered 401 (it wants a login)"),
        (status(403), "answered 403 (it refuses)"),
        (status(429, Retry_After="0"), "answered 429 (too many requests)"),
        (status(500), "answered 500"),
        (status(503), "answered 503"),
        (status(500, X_Error_Code="RepoNotFound"), "answered 500"),
        (hanging(), "did not answer in time"),
        (cut_short(), "answered with a body that was cut short or damaged"),
        (wrong_json(), "the hub answered with something that is not its JSON"),
        (Reply(body=b"[" * 100_000), "the hub answered with something that is not its JSON"),
        (Reply(body=b'{"id": "acme/demo"}'), "the hub answered with something that is not its JSON"),
        (Reply(body=b'{"id": "../../x", "sha": "%s"}' % (b"ab" * 20)), "the hub answered with a name that is none"),
        (huge(70_000_000), "answered with more than 64,000,000 bytes"),
        (redirect(307, API), "redirects more than 3 times"),
    ],
)
def test_a_fault_is_unknown(hub: Hub, opening: Opening, fault: Reply, reason: str) -> None:
    hub.add(DEMO)
    hub.plan(API, fault)
    begun = time.monotonic()
    with opening.online(HASTY if fault.hangs else FAST) as facts:
        (record,) = facts.hub([(DEMO, None)])
    assert time.monotonic() - begun < 10
    assert (record.state, record.source.level) == ("unknown", "absent")
    assert reason in record.problem
    assert not list(opening.folder.rglob("*.gz"))


def test_a_body_that_drips_ends_with_the_time_of_its_source(hub: Hub, opening: Opening) -> None:
    hub.plan(API, dripping(0.2))
    begun = time.monotonic()
    with opening.online(HASTY.__class__(connect=1, read=0.5, retries=0, total=1)) as facts:
        (record,) = facts.hub([(DEMO, None)])
    assert time.monotonic() - begun < 5
    assert record.state == "unknown"


def test_another_commit_than_the_one_that_was_asked_for_is_none(hub: Hub, opening: Opening) -> None:
    hub.add(DEMO, revisions=("ab" * 20,))
    record = of(opening, revision="ab" * 20)
    assert record.problem == "the hub answered with another commit than the one that was asked for"


def test_without_its_commits_the_rest_is_known(hub: Hub, opening: Opening) -> None:
    hub.add(DEMO)
    hub.plan(f"{API}/commits", status(500))
    record = of(opening)
    assert (record.state, record.committers) == ("listed", ())
    assert record.problem.startswith("who made its commits is not known: ")


def test_a_fault_after_a_fact_leaves_the_fact_until_it_is_too_old(hub: Hub, opening: Opening) -> None:
    hub.add(DEMO)
    assert of(opening).source.level == "online"
    hub.plan("/", status(500))
    assert of(opening).source.level == "cached"
    with opening.later(31) as facts:
        assert facts.hub([(DEMO, None)])[0].state == "unknown"


def test_many_are_asked_for_at_once_and_come_back_in_order(hub: Hub, opening: Opening) -> None:
    wanted: list[tuple[str, str | None]] = [(f"model:huggingface/acme/m{number}", None) for number in range(40)]
    for component, _ in wanted:
        hub.add(component)
    with opening.online() as facts:
        records = facts.hub([*wanted, *wanted])
    assert [(record.component, record.state) for record in records] == [(name, "listed") for name, _ in wanted]
    assert len(hub.seen) == 80


@pytest.mark.parametrize(
    "name", ["../x", "a/b/c", "acme/" + "x" * 300, "acme/x\ny", "acme/..", "http://h/x", "a?b", "-/x", "acme/x@y"]
)
def test_what_is_no_name_is_never_sent(hub: Hub, opening: Opening, name: str) -> None:
    assert of(opening, f"model:huggingface/{name}").state == "unknown"
    assert not hub.connections


@pytest.mark.parametrize("revision", ["../main", "a b", "", "-x", "x" * 300, "a\nb", "v1?x", "v1#x"])
def test_what_is_no_revision_is_never_sent(hub: Hub, opening: Opening, revision: str) -> None:
    assert of(opening, revision=revision).state == "unknown"
    assert not hub.connections


def test_a_reference_to_a_change_is_one_part_of_the_path(hub: Hub, opening: Opening) -> None:
    hub.add(DEMO, revisions=("refs/pr/1",))
    assert of(opening, revision="refs/pr/1").state == "listed"
    assert hub.paths()[0].startswith(f"{API}/revision/refs%2Fpr%2F1?")


# Owners


def owner_of(opening: Opening, name: str = "acme") -> Any:
    with opening.online() as facts:
        return facts.owners([("huggingface", name)])[0]


def test_owners_as_the_hub_lists_them(hub: Hub, opening: Opening) -> None:
    hub.add(DEMO)
    hub.add("model:huggingface/jane/x", owner={"kind": "user", "created": "2026-10-01T00:00:00.000Z"})
    hub.add("model:huggingface/dim/x", owner={"verified": False})
    assert (owner_of(opening).kind, owner_of(opening).verified) == ("organization", True)
    jane = owner_of(opening, "jane")
    assert (jane.kind, jane.verified, str(jane.created)) == ("user", None, "2026-10-01 00:00:00+00:00")
    assert owner_of(opening, "dim").verified is False
    assert owner_of(opening, "nobody").state == "no such owner"


def test_a_hub_that_has_no_owner_at_all_says_nothing_of_one(hub: Hub, opening: Opening) -> None:
    hub.owners.clear()
    owner = owner_of(opening)
    assert owner.state == "unknown"
    assert owner.problem.endswith("answered 404, and does so for huggingface too, which it surely has")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (status(500), "answered 500"),
        (status(401), "answered 401"),
        (wrong_json(), "not its JSON"),
        (Reply(body=b'{"name": "other"}'), "another owner"),
        (Reply(body=b"[]"), "not its JSON"),
    ],
)
def test_a_fault_leaves_an_owner_unknown(hub: Hub, opening: Opening, fault: Reply, reason: str) -> None:
    hub.add(DEMO)
    hub.plan("/api/organizations/acme", fault)
    assert owner_of(opening).state == "unknown"
    assert reason in owner_of(opening).problem


@pytest.mark.parametrize("name", ["..", "a/b", "a?b", "x" * 200, "a\nb", ""])
def test_what_is_no_owner_is_never_sent(hub: Hub, opening: Opening, name: str) -> None:
    assert owner_of(opening, name).state == "unknown"
    assert not hub.connections


def test_nobody_describes_the_owners_of_other_sources(hub: Hub, opening: Opening) -> None:
    with opening.online() as facts:
        (owner,) = facts.owners([("kaggle", "google")])
    assert (owner.state, owner.source.level) == ("unknown", "absent")
    assert owner.problem == "no source of facts describes the owners of kaggle"
    assert not hub.connections


# Files at a commit


def test_a_small_file_at_a_commit_is_kept_for_good(hub: Hub, opening: Opening) -> None:
    commit = hub.add(MODEL)["commit"]
    with opening.online() as facts:
        got = facts.hub_file(MODEL, commit, "README.md")
    assert (got.content, got.problem, got.source.level) == (HUB_FILES[MODEL]["README.md"], "", "online")
    with opening.later(4000) as facts:
        later = facts.hub_file(MODEL, commit, "README.md")
    assert (later.content, later.source.level) == (got.content, "cached")


def test_what_lies_in_git_lfs_is_not_followed(hub: Hub, opening: Opening) -> None:
    commit = hub.add(MODEL)["commit"]
    with opening.online() as facts:
        got = facts.hub_file(MODEL, commit, "model.safetensors")
    assert (got.content, got.problem) == (None, "it lies in Git LFS, which is not followed")
    assert not [path for path in hub.paths() if path.startswith("/cdn")]


@pytest.mark.parametrize(
    ("component", "commit", "path", "problem"),
    [
        (DEMO, None, "LICENSE", "there is no such file"),
        (DEMO, "main", "README.md", "only files of Hugging Face at a whole commit are"),
        (DEMO, "cd" * 20, "README.md", "answered 404 RevisionNotFound"),
        (DEMO, None, "../README.md", "its path is not one that a repository can have"),
        (DEMO, None, "a//b", "its path is not one that a repository can have"),
        (DEMO, None, "a\nb", "its path is not one that a repository can have"),
        ("model:huggingface/acme/gone", "ab" * 20, "README.md", "answered 401 RepoNotFound"),
        ("model:huggingface/acme/gated", "ab" * 20, "README.md", "answered 401 GatedRepo"),
        ("model:kaggle/a/b", "ab" * 20, "README.md", "this version reads files of Hugging Face alone"),
    ],
)
def test_why_a_file_is_not_at_hand(
    hub: Hub, opening: Opening, component: str, commit: str | None, path: str, problem: str
) -> None:
    newest = hub.add(DEMO)["commit"]
    hub.add("model:huggingface/acme/gated", state="gated", commit="ab" * 20)
    with opening.online() as facts:
        got = facts.hub_file(component, commit or newest, path)
    assert got.content is None
    assert problem in got.problem


def test_a_file_is_bounded(hub: Hub, opening: Opening) -> None:
    commit = hub.add(MODEL)["commit"]
    hub.plan(f"/BAAI/bge-small-en-v1.5/raw/{commit}/README.md", huge(5_000_000))
    with opening.online() as facts:
        assert "more than 4,000,000 bytes" in facts.hub_file(MODEL, commit, "README.md").problem


# A record that is anything at all


def test_a_record_with_values_of_another_form_counts_them_as_not_said(hub: Hub, opening: Opening) -> None:
    body = {
        "id": "acme/demo",
        "sha": "ab" * 20,
        "author": 7,
        "createdAt": "yesterday",
        "downloads": "many",
        "likes": True,
        "tags": {"a": 1},
        "cardData": {"license": ["mit", "apache-2.0"], "base_model": 3, "datasets": {"x": "y"}},
        "siblings": [{"rfilename": "m.bin", "size": -1, "blobId": "zz", "lfs": {"sha256": "short", "size": "x"}}],
        "securityRepoStatus": "fine",
    }
    hub.plan(API, Reply(body=json.dumps(body).encode()))
    record = of(opening)
    assert (record.state, record.owner, record.created, record.downloads, record.likes) == (
        "listed",
        "acme",
        None,
        None,
        None,
    )
    assert (record.license, record.bases, record.datasets, record.scan) == ("mit, apache-2.0", (), (), "none")
    (file,) = record.files
    assert (file.size, file.sha256, file.git_sha1, file.scan) == (None, None, None, "none")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["author", "createdAt", "gated", "disabled", "downloads", "likes", "tags", "cardData", "siblings"]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from([*FIELDS, "securityRepoStatus"]), VALUES, max_size=4))
def test_no_record_breaks_the_reading(tmp_path: Path, body: Api) -> None:
    whole = json.dumps({"id": "acme/demo", "sha": "ab" * 20} | body).encode()
    try:
        info(None, whole)
    except NoFactError:
        return
    folder = tmp_path / "store"
    (entry,) = [
        entry for entry in hub_entry(DEMO) if entry.key == "api/models/acme/demo?blobs=true&securityStatus=true"
    ]
    FactStore(folder).put(entry.__class__(**{**vars(entry), "body": whole, "mirror": ""}))
    with Facts.open("cache", entry.fetched + timedelta(days=1), Freshness(), folder=folder) as facts:
        (record,) = facts.hub([(DEMO, None)])
    assert record.state in {"listed", "gated", "unknown"}


@pytest.mark.parametrize(
    ("security", "status_of_all", "status_of_a"),
    [
        ({"scansDone": True, "filesWithIssues": []}, "safe", "safe"),
        ({"scansDone": False, "filesWithIssues": []}, "pending", "pending"),
        ({"scansDone": True, "filesWithIssues": [{"path": "a", "level": "unsafe"}]}, "unsafe", "unsafe"),
        ({"scansDone": False, "filesWithIssues": [{"path": "b", "level": "unsafe"}]}, "unsafe", "pending"),
        ({"scansDone": True, "filesWithIssues": [{"path": "a", "level": "caution"}]}, "suspicious", "suspicious"),
        ({"scansDone": True, "filesWithIssues": [{"path": "a", "level": "queued"}]}, "pending", "pending"),
        ({"scansDone": True, "filesWithIssues": [{"path": "a"}]}, "suspicious", "suspicious"),
        ({"scansDone": True, "filesWithIssues": ["a"]}, "suspicious", "safe"),
        ({"scansDone": True}, "none", "none"),
        ({"filesWithIssues": []}, "none", "none"),
        (None, "none", "none"),
    ],
)
def test_scans(security: object, status_of_all: str, status_of_a: str) -> None:
    assert (of_repository(security), of_files(security)("a")) == (status_of_all, status_of_a)
