"""Approvals: who may give one, and what makes it lapse."""

from datetime import date

import pytest

from supplychain.config.approvals import approval_state
from supplychain.model.declaration import DeclaredComponent
from supplychain.model.policy import People, Policy

COMMIT, OTHER = "a" * 40, "b" * 40
HASH, OTHER_HASH = "c" * 64, "d" * 64
POLICY = Policy(people=People(approvers=("sec@team.example",)))
TODAY = date(2026, 10, 20)
MODEL = "model:huggingface/org/name"
OWNER = "ml@team.example"


def declared(
    identity: str = MODEL, by: str = "sec@team.example", on: str = "2026-10-20", **facts: str
) -> DeclaredComponent:
    """Return an approved component."""
    return DeclaredComponent.model_validate({"id": identity, "approved": {"by": by, "on": on}, **facts})


def state(
    component: DeclaredComponent | None,
    revisions: tuple[str | None, ...] = (COMMIT,),
    checksums: tuple[str, ...] = (),
    *,
    policy: Policy = POLICY,
    owner: str | None = OWNER,
) -> str:
    """Return the state of an approval."""
    return approval_state(component, revisions, checksums, policy, TODAY, owner).state


@pytest.mark.parametrize("component", [None, DeclaredComponent(id=MODEL, revision=COMMIT, sha256=HASH)])
def test_without_an_approval_there_is_none(component: DeclaredComponent | None) -> None:
    assert state(component) == "absent"


@pytest.mark.parametrize(
    ("component", "revisions", "checksums"),
    [
        (declared(revision=COMMIT), (COMMIT,), ()),
        (declared(revision=COMMIT), (COMMIT, COMMIT), (f"sha256:{HASH}",)),
        (declared(revision=COMMIT, sha256=HASH), (COMMIT,), (f"sha256:{HASH}",)),
        (declared(revision=COMMIT, sha256=HASH), (COMMIT,), (f"sha256:{HASH.upper()}", "md5:" + "0" * 32)),
        (declared(revision=COMMIT, sha256=HASH), (COMMIT,), ()),
        (declared(revision="v1", sha256=HASH), ("v1",), (HASH,)),
        (declared("model:url/host.example/m.bin", sha256=HASH), (None,), (f"sha256:{HASH}",)),
        (declared("package:pypi/torch", revision="2.9.0"), ("2.9.0",), ("sha256:" + "1" * 64, "sha256:" + "2" * 64)),
        (declared("package:docker/org/image", revision=f"sha256:{HASH}"), (f"sha256:{HASH}",), ()),
        (declared("service:openai"), (None,), ()),
        (declared("service:openai"), (), ()),
        (declared("model:openai/gpt-4o"), (None,), ()),
    ],
)
def test_an_approval_of_what_is_used_counts(
    component: DeclaredComponent, revisions: tuple[str | None, ...], checksums: tuple[str, ...]
) -> None:
    assert state(component, revisions, checksums) == "valid"


@pytest.mark.parametrize("revisions", [(OTHER,), (None,), (COMMIT, OTHER), (COMMIT, None), ("main",), ("a" * 39,)])
def test_another_revision_ends_an_approval(revisions: tuple[str | None, ...]) -> None:
    assert state(declared(revision=COMMIT), revisions) == "lapsed"
    assert state(declared(revision=COMMIT, sha256=HASH), revisions, (f"sha256:{HASH}",)) == "lapsed"


@pytest.mark.parametrize("checksums", [(f"sha256:{OTHER_HASH}",), (f"sha256:{HASH}", f"sha256:{OTHER_HASH}")])
def test_another_digest_ends_an_approval(checksums: tuple[str, ...]) -> None:
    assert state(declared(revision=COMMIT, sha256=HASH), (COMMIT,), checksums) == "lapsed"
    assert state(declared("model:file/m.bin", sha256=HASH), (None,), checksums) == "lapsed"


def test_the_reason_names_both_sides() -> None:
    found = approval_state(declared(revision=COMMIT), [OTHER, None], [], POLICY, TODAY, OWNER)
    assert found.reason == f"approved at {COMMIT}, used at {OTHER}, no revision; approve what is used"


@pytest.mark.parametrize(
    ("component", "revisions"),
    [
        (declared(), (None,)),
        (declared(), (COMMIT,)),
        (declared(revision="main"), ("main",)),
        (declared("model:file/m.bin"), ()),
        (declared("dataset:huggingface/org/data", revision="v1.0"), ("v1.0",)),
        (declared("package:pypi/torch"), ("2.9.0",)),
        (declared("package:docker/org/image", revision="latest"), ("latest",)),
        (declared("package:github/actions/checkout", revision="v4"), ("v4",)),
    ],
)
def test_an_approval_that_does_not_say_which_bytes_it_is_of_does_not_count(
    component: DeclaredComponent, revisions: tuple[str | None, ...]
) -> None:
    assert state(component, revisions) == "unbound"


@pytest.mark.parametrize("component", [declared("model:file/m.bin", sha256=HASH), declared(revision="v1", sha256=HASH)])
def test_a_digest_that_cannot_be_compared_leaves_it_open(component: DeclaredComponent) -> None:
    assert state(component, (component.revision,), ("md5:" + "0" * 32,)) == "undetermined"


@pytest.mark.parametrize("by", ["stranger@team.example", "SEC@team.example", "", OWNER])
def test_only_whom_the_policy_names_can_approve(by: str) -> None:
    assert state(declared(by=by, revision=COMMIT)) == "not-an-approver"


def test_without_a_policy_nobody_can_approve() -> None:
    assert state(declared(revision=COMMIT), policy=Policy()) == "not-an-approver"


@pytest.mark.parametrize("owner", ["sec@team.example", " Sec@Team.Example "])
def test_the_owner_of_the_project_cannot_approve_also_where_the_policy_names_them(owner: str) -> None:
    assert state(declared(revision=COMMIT), owner=owner) == "own"


def test_without_an_owner_two_people_are_not_known() -> None:
    assert state(declared(revision=COMMIT), owner=None) == "undetermined"


def test_an_approval_of_tomorrow_does_not_count_today() -> None:
    assert state(declared(revision=COMMIT, on="2026-10-21")) == "future"
    assert state(declared(revision=COMMIT, on="2026-10-20")) == "valid"
