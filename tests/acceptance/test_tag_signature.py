"""Requirement 2.2 where git tracks the model: a signed tag over the sound target, and each way in which it does not count."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from supplychain.model.finding import Outcome
from supplychain.verbs import baseline as recording
from tests.acceptance.breaks import BGE, INTENT
from tests.git_repositories import Repository, SshKey, has_ssh
from tests.support import POLICY, ROLL_UPS, BuiltTarget, Outcomes, run_suite

pytestmark = pytest.mark.skipif(not has_ssh() and not os.environ.get("CI"), reason="ssh-keygen is not installed")
WEIGHTS = "models/intent.safetensors"


class Tagged:
    """The sound target as a repository of git, with a policy that names the key of whoever releases it."""

    def __init__(self, target: BuiltTarget, folder: Path) -> None:
        self.target = target
        self.folder = folder
        self.key = SshKey.new(folder / "publisher")
        self.stranger = SshKey.new(folder / "stranger")
        self.repository = Repository.new(target.path)
        self.policy = folder / "policy.toml"
        self.trusts(self.key.public)

    def trusts(self, *keys: bytes) -> Tagged:
        """Write the policy, and its keys beside it."""
        names = [f"key{number}.pub" for number, _ in enumerate(keys)]
        for name, data in zip(names, keys, strict=True):
            (self.folder / name).write_bytes(data)
        self.policy.write_text(POLICY.read_text().replace("[trust]\n", f"[trust]\nkeys = {json.dumps(names)}\n"))
        return self

    def tag(self, key: SshKey | None = None) -> Repository:
        """Make the tag of the release."""
        return self.repository.tag("v1.0", key or self.key)

    def row(self, component: str = INTENT) -> tuple[Outcomes, str, str]:
        """Run the suite and return it with the rule and the text of a component in 2.2."""
        found = run_suite(self.target, policy=self.policy)
        (item,) = [item for item in found["2.2"].observations if item.component == component]
        assert str(item.at) == "app/intent.py:6" or component != INTENT
        assert item.evidence
        return found, item.rule, f"{item.message} {item.remedy}"


@pytest.fixture
def tagged(target: BuiltTarget, tmp_path: Path) -> Tagged:
    """The sound target in git, without a tag."""
    return Tagged(target, tmp_path)


def test_a_release_that_a_signed_tag_is_on_passes(tagged: Tagged, sound: Outcomes) -> None:
    tagged.tag()
    found, rule, text = tagged.row()
    assert (found["2.2"].outcome, rule) == (Outcome.PASS, "verified")
    assert "tag v1.0 verifies, made by SSH key SHA256:" in text
    assert "(key0.pub)" in text
    assert found.unlike(sound) == set()
    assert [item.rule for item in found["2.2"].observations if item.component == BGE] == ["none-found"]


def moved(tagged: Tagged) -> None:
    """Change the model, and point the signed tag's object at the new commit."""
    first = tagged.repository.run("rev-parse", "HEAD")
    tagged.tag()
    tagged.target.plant("notes.txt", "more")
    tagged.repository.rewritten("v1.0", first.encode(), tagged.repository.commit().encode())


def renamed(tagged: Tagged) -> None:
    """Give an old tag the name of a new one."""
    repository = tagged.tag()
    repository.run("update-ref", "refs/tags/v2.0", repository.run("rev-parse", "refs/tags/v1.0"))


def altered(tagged: Tagged) -> None:
    """Change the file of the tag's object."""
    file = tagged.tag().loose("refs/tags/v1.0")
    file.chmod(0o600)
    file.write_bytes(b"\0" + file.read_bytes()[1:])


WAYS: list[tuple[str, Callable[[Tagged], object], str, str]] = [
    (
        "a tag whose text was changed",
        lambda t: t.tag().rewritten("v1.0", b"\n\nv1.0\n", b"\n\nv1.1\n"),
        "bad-signature",
        "tag v1.0 does not verify: it is on other bytes than these",
    ),
    ("a tag that was moved", moved, "bad-signature", "tag v1.0 does not verify"),
    ("an old tag by another name", renamed, "bad-signature", "tag v2.0 does not verify: it was signed as the tag v1.0"),
    ("by somebody else's key", lambda t: t.tag(t.stranger), "unexpected-identity", 'keys = ["publisher.pub"]'),
    ("the policy names no key", lambda t: (t.tag(), t.trusts()), "no-trust", 'keys = ["publisher.pub"]'),
    (
        "a key that is over",
        lambda t: (t.tag(), t.trusts(t.key.allowed('valid-before="20261001"'))),
        "expired",
        "does not hold on the day of the run",
    ),
    ("an object that cannot be read", altered, "unread-signature", "tag v1.0 was found and not verified"),
]


@pytest.mark.parametrize(("name", "change", "rule", "text"), WAYS, ids=[way[0] for way in WAYS])
def test_a_tag_that_does_not_count(
    name: str, change: Callable[[Tagged], object], rule: str, text: str, tagged: Tagged, sound: Outcomes
) -> None:
    change(tagged)
    found, came, said = tagged.row()
    assert came == rule, f"{name}: {said}"
    assert text in said
    assert found.unlike(sound) - ROLL_UPS == {"2.2"}


def test_a_tag_that_nobody_signed_is_no_signature(tagged: Tagged, sound: Outcomes) -> None:
    tagged.repository.tag("v1.0")
    found, rule, text = tagged.row()
    assert (rule, found.unlike(sound)) == ("none-found", set())
    assert "the tags of git in the target" in text


@pytest.mark.parametrize("change", ["deleted", "unsigned", "moved to another commit"])
def test_a_signed_tag_that_the_baseline_knew_and_that_is_gone(tagged: Tagged, change: str) -> None:
    repository = tagged.tag()
    assert recording.record(tagged.target.path, None) == 0
    assert tagged.row()[1] == "verified"
    repository.run("tag", "-d", "v1.0")
    if change == "unsigned":
        repository.tag("v1.0")
    if change == "moved to another commit":
        weights = (tagged.target.path / WEIGHTS).read_bytes()
        tagged.target.plant(WEIGHTS, weights + b"\0")
        repository.commit()
        repository.tag("v1.0", tagged.key)
        tagged.target.plant(WEIGHTS, weights)
        repository.commit()
    _, rule, text = tagged.row()
    assert rule == "lost"
    assert "tag v1.0 was recorded in the baseline" in text


def test_bytes_that_are_not_those_of_the_tag(tagged: Tagged) -> None:
    tagged.tag()
    weights = (tagged.target.path / WEIGHTS).read_bytes()
    tagged.target.plant(WEIGHTS, weights[:-1] + bytes([weights[-1] ^ 1]))
    _, rule, text = tagged.row()
    assert rule == "bad-signature"
    assert f"the bytes of {WEIGHTS} are not those that were signed" in text
