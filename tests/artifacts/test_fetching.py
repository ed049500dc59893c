"""`fetch=on`: the official client fetches what is pinned from a stand-in of the hub, in bounds; we verify what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from supplychain import artifacts
from supplychain.artifacts import fetching
from supplychain.artifacts.hub_cache import client_folder, fetched_folder
from supplychain.checks.engine import decide
from supplychain.model.artifact import Artifact
from supplychain.model.case import Case
from supplychain.model.finding import Source
from supplychain.model.hub import HubFile, HubRecord
from supplychain.model.policy import ArtifactRules, Policy
from supplychain.suite import tool
from supplychain.target import Target
from tests.artifacts.support import case_of, reference, wanted
from tests.hub_cache import write_cache
from tests.sound_hub import COMMITS, HUB_FILES, LARGE, MODEL, git_oid, lfs_oid
from tests.standins import Hub
from tests.standins.server import hanging

COMMIT = COMMITS[MODEL]
FILES = HUB_FILES[MODEL]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that has the model, for a machine that has nothing of it."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Hub() as served:
        served.add(MODEL)
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        yield served


def listed(files: dict[str, bytes] = FILES, **changes: Any) -> HubRecord:
    """Return what the hub was known to list."""
    entries = tuple(
        HubFile(
            path=path,
            size=len(content),
            sha256=lfs_oid(content) if path.endswith(LARGE) else None,
            git_sha1=None if path.endswith(LARGE) else git_oid(content),
        )
        for path, content in files.items()
    )
    source = Source(name="hub", level="cached", fetched="2026-10-19T01:02:03+00:00")
    given = HubRecord(component=MODEL, revision=COMMIT, commit=COMMIT, state="listed", files=entries, source=source)
    return given.model_copy(update=changes)


def case(revision: str | None = COMMIT, *records: HubRecord, **rules: int) -> Case:
    policy = Policy(artifacts=ArtifactRules(**rules))
    return case_of(reference(MODEL, revision), hub=records or (listed(),), policy=policy)


def fetched(given: Case, *, fetch: bool = True) -> tuple[Artifact, ...]:
    return artifacts.gather(Target.of({"readme.txt": b"x"}), given, fetch=fetch)


def outcome(given: Case, found: tuple[Artifact, ...]) -> set[str]:
    return {row.rule for row in decide("2.1", given.model_copy(update={"artifacts": found}), tool()).observations}


def test_what_is_pinned_is_fetched_and_verified(hub: Hub) -> None:
    found = fetched(case())
    assert {one.path: one.state for one in found} == dict.fromkeys(FILES, "bytes")
    assert {one.where for one in found} == {"fetched"}
    assert outcome(case(), found) == {"matches", "matches-git-blob"}
    assert not client_folder().exists()
    assert [path for path in fetched_folder().rglob("*") if path.is_symlink()]
    asked = len(hub.seen)
    assert {one.state for one in fetched(case(), fetch=False)} == {"bytes"}
    assert {one.state for one in fetched(case())} == {"bytes"}
    assert len(hub.seen) == asked


def test_of_a_commit_that_pins_the_code_alone_its_python_is_fetched(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, object]] = []

    def run(given: Mapping[str, object], _: ArtifactRules) -> str:
        asked.append((given["commit"], given["files"]))
        return ""

    monkeypatch.setattr(fetching, "_run", run)
    other = "f" * 40
    code = listed({"modeling.py": b"x", "model.safetensors": b"y"}, revision=other, commit=other)
    fetched(case_of(reference(MODEL, COMMIT, code_revision=other), hub=(listed(), code)))
    assert asked == [(COMMIT, [*FILES]), (other, ["modeling.py"])]


def test_only_what_is_not_at_hand_is_fetched(hub: Hub, tmp_path: Path) -> None:
    write_cache(tmp_path / "hf", MODEL, {path: FILES[path] for path in FILES if path.endswith(LARGE)}, COMMIT)
    found = fetched(case())
    assert {one.path for one in found if one.where == "fetched"} == {path for path in FILES if not path.endswith(LARGE)}
    assert not any("onnx" in seen.path for seen in hub.seen)


def test_a_tampered_file_of_the_same_size_is_found_out(hub: Hub) -> None:
    content = FILES["model.safetensors"]
    known = listed({**FILES, "model.safetensors": content[:-1] + b"x"})
    found = fetched(case(COMMIT, known))
    assert "mismatch" in outcome(case(COMMIT, known), found)


def test_nothing_is_fetched_unasked(hub: Hub) -> None:
    assert [one.state for one in fetched(case(), fetch=False)] == ["absent"]
    assert hub.seen == []


@pytest.mark.parametrize("revision", [None, "main", "v1", COMMIT[:12]])
def test_what_is_not_pinned_is_not_fetched(revision: str | None, hub: Hub) -> None:
    fetched(case(revision, listed(revision=revision)))
    assert hub.seen == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (case(COMMIT, listed({}, state="unknown")), "the hub's list of its files is not at hand"),
        (case(fetch_max_bytes=10), "bytes, and fetch_max_bytes of the policy is 10"),
    ],
)
def test_what_is_not_fetched_says_why(given: Case, says: str, hub: Hub) -> None:
    (found,) = fetched(given)
    assert says in found.problem
    assert hub.seen == []
    (row,) = decide("2.1", given.model_copy(update={"artifacts": (found,)}), tool()).observations
    assert says in row.message


def test_a_hub_that_does_not_answer_is_left_after_a_time(hub: Hub) -> None:
    hub.plan(f"/BAAI/bge-small-en-v1.5/resolve/{COMMIT}/README.md", hanging())
    (found,) = fetched(case(fetch_max_seconds=2))
    assert "ended after the 2 seconds of fetch_max_seconds" in found.problem


def test_more_than_was_listed_is_cut_off(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = iter([0, *[10_000] * 1000])
    monkeypatch.setattr(fetching, "_size", lambda _: next(sizes))
    assert "ended after the 1,000 bytes of fetch_max_bytes" in artifacts_problem(case(fetch_max_bytes=1000))


def artifacts_problem(given: Case) -> str:
    return fetching.fetch_missing([wanted(*given.inventory.references)], given)[MODEL]


def test_a_file_that_the_hub_does_not_have_is_named(hub: Hub) -> None:
    given = case(COMMIT, listed({"gone.bin": b"x"}))
    assert artifacts_problem(given).startswith("gone.bin could not be fetched: ")


@pytest.mark.parametrize("endpoint", ["", "https://huggingface.co/", "https://mirror.example"])
def test_a_token_goes_to_the_hub_alone(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
    given = fetching._environment("/home/of/its/own")
    assert ("HF_TOKEN" in given) == ("mirror" not in endpoint)
    assert "AWS_SECRET_ACCESS_KEY" not in given
    monkeypatch.setenv("SUPPLYCHAIN_HF_TOKEN", "of the mirror")
    assert fetching._environment("/home/of/its/own")["HF_TOKEN"] == "of the mirror"
    assert given["HF_HOME"] == given["HOME"] == "/home/of/its/own"
