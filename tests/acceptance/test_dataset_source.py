"""Requirement 4.1 over whole targets: the way, the host and the owner of a dataset."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplychain.model.finding import Outcome
from tests.acceptance.breaks import COMMIT, Change, edits, inventoried, plants
from tests.acceptance.sources import AT, BANKING, NEW_DATASET, Wrong, dataset
from tests.support import POLICY, BuiltTarget, Outcomes, run_suite

TRAIN = "train/train_intent.py"
HERE = "dataset:url/"
MODELS = frozenset({"1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "3.1", "3.2", "3.3"})


def named(owner: str, rule: str, title: str, *says: str) -> Wrong:
    """Return the way in which one more dataset of Hugging Face is wrong."""
    change = dataset(f'datasets.load_dataset("{owner}/chats", revision="{COMMIT}")')
    return Wrong(title, rule, change, {}, f"dataset:huggingface/{owner}/chats", AT, says, NEW_DATASET)


def read(address: str, rule: str, title: str, *says: str) -> Wrong:
    """Return the way in which one more dataset at an address is wrong."""
    change = dataset(f'pandas.read_csv("{address}")')
    return Wrong(title, rule, change, {}, f"{HERE}{address.partition('://')[2]}", AT, says, NEW_DATASET)


WRONG = [
    named("anon8231489123", "anonymous-owner", "an owner who is nobody", "anon8231489123", "supplychain approve"),
    named("mt3b", "look-alike", "a look-alike of a trusted owner", "mteb", "letters"),
    named(
        "somebody-else", "untrusted-owner", "an owner who is not listed", "add 'huggingface/somebody-else' to [trust]"
    ),
    read("http://data.example.org/a.csv", "insecure-address", "not encrypted", "with https", AT),
    read("https://data.example.org/a.csv", "untrusted-host", "a host that is not listed", "'data.example.org/*'"),
    read("https://d1.cloudfront.net/a.csv", "no-owner", "a network of copies", "tells nobody's name"),
    read("s3://some-bucket/a.csv", "no-owner", "a bucket", "'s3/some-bucket'"),
    read(f"https://raw.githubusercontent.com/mt/d/{COMMIT}/a.csv", "untrusted-owner", "an account", "'github/mt'"),
    read("https://raw.githubusercontent.com/mt/d/main/a.csv", "moving-address", "a branch", "from main of a", AT),
    Wrong(
        "a revision that anybody may propose",
        "proposed-revision",
        edits(TRAIN, "0fd18e25b25c072e09e0d92ab615fda904d66300", "refs/pr/3"),
        component=BANKING,
        at=f"{TRAIN}:15",
        also=NEW_DATASET,
    ),
    Wrong(
        "the hub's client is sent elsewhere",
        "overridden-endpoint",
        plants(".env", "HF_ENDPOINT=https://hf-mirror.com\n"),
        component=BANKING,
        at=f"{TRAIN}:15",
        says=(".env:1", "hf-mirror.com"),
        also=MODELS,
    ),
    Wrong(
        "a file of the target that nobody speaks of",
        "unknown-origin",
        inventoried(plants("data/more.csv", "question,answer\n" + "what is it,that\n" * 5000)),
        component="dataset:file/data/more.csv",
        at="data/more.csv:1",
        says=("first_party = true",),
        also=NEW_DATASET,
    ),
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_it_is_seen_at_its_line(wrong: Wrong, target: BuiltTarget, sound: Outcomes, tmp_path: Path) -> None:
    wrong.check("4.1", target, sound, tmp_path)


def trusting(tmp_path: Path, *entries: str) -> Path:
    """Return the policy with more whom it trusts with datasets."""
    policy = tmp_path / "policy.toml"
    listed = ", ".join(f'"{entry}"' for entry in ("mteb", *entries))
    policy.write_text(POLICY.read_text().replace('dataset_owners = ["mteb"]', f"dataset_owners = [{listed}]"))
    return policy


@pytest.mark.parametrize(
    ("change", "entry"),
    [
        (dataset(f'datasets.load_dataset("lab/chats", revision="{COMMIT}")'), "lab"),
        (dataset(f'datasets.load_dataset("lab/chats", revision="{COMMIT}")'), "huggingface/lab"),
        (dataset('pandas.read_csv("https://data.example.org/a.csv")'), "data.example.org/*"),
        (dataset('pandas.read_csv("s3://bucket/a.csv")'), "s3/bucket"),
        (dataset(f'pandas.read_csv("https://raw.githubusercontent.com/lab/d/{COMMIT}/a.csv")'), "github/lab"),
    ],
)
def test_whom_the_policy_names_passes(change: Change, entry: str, target: BuiltTarget, tmp_path: Path) -> None:
    change(target)
    assert run_suite(target)["4.1"].outcome is Outcome.FAIL
    assert run_suite(target, policy=trusting(tmp_path, entry))["4.1"].outcome is Outcome.PASS


def test_an_owner_alone_is_no_bucket(target: BuiltTarget) -> None:
    dataset('pandas.read_csv("s3://mteb/a.csv")')(target)
    assert run_suite(target).only("4.1", Outcome.FAIL).rule == "no-owner"


def test_what_the_team_made_passes_and_the_reason_says_so(target: BuiltTarget) -> None:
    target.plant("data/more.csv", "question,answer\n" + "what is it,that\n" * 5000)
    made = 'provenance = { source = "exports of our help desk", creator = "Support Platform" }'
    target.declare(f'[[component]]\nid = "dataset:file/data/more.csv"\nfirst_party = true\n{made}\n')
    found = run_suite(target)["4.1"]
    assert found.outcome is Outcome.PASS
    assert "the team's own: exports of our help desk, made by Support Platform" in found.reason


def test_a_dataset_that_is_declared_and_not_found(target: BuiltTarget) -> None:
    target.edit(
        TRAIN,
        'load_dataset("mteb/banking77", split="train", revision="0fd18e25b25c072e09e0d92ab615fda904d66300")',
        "[]",
    )
    row = run_suite(target).only("4.1", Outcome.FAIL)
    assert (row.component, row.rule, row.at) == (BANKING, "declared-not-found", None)
