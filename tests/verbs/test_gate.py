"""`supplychain gate`: what it prints and exits with, what it writes, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplychain.config.known import KNOWN
from supplychain.report import record
from supplychain.report.view import View
from tests.support import NOW, POLICY, BuiltTarget, run_suite
from tests.verbs.support import Said, say, touched, tree

Capture = pytest.CaptureFixture[str]
SEC = "security@example.com"
STRANGER = 'import torch\n\ntorch.hub.load("stranger/one", "x")\n'
HELD = "Gate held (ratchet: "


class Gated:
    """A target, and the runs over it that were recorded."""

    def __init__(self, target: BuiltTarget, folder: Path, capsys: Capture) -> None:
        self.target, self.reports, self._capsys = target, folder / "reports", capsys
        self.policy = folder / "policy.toml"
        self.policy.write_text(POLICY.read_text())

    def run(self, now: str = NOW) -> str:
        """Record a run; return its name."""
        found = run_suite(self.target, policy=self.policy, now=now)
        name = f"20261020T120000Z-{secrets.token_hex(4)}"
        folder = self.reports / "runs" / name
        record.write(View(found.case, found.findings, name), folder, datetime.now(UTC), [], {})
        record.point_latest(self.reports, folder)
        return name

    def gate(self, *arguments: str | Path) -> Said:
        return say(self._capsys, "gate", self.target, "--run", self.reports / "latest", *arguments)

    @property
    def known(self) -> list[dict[str, str]]:
        entries = json.loads((self.target.path / KNOWN).read_text())["entries"]
        assert isinstance(entries, list)
        return entries


@pytest.fixture
def gated(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> Gated:
    """A target with a flaw, and a run over it."""
    found = Gated(target.plant("app/new.py", STRANGER), tmp_path, capsys)
    found.run()
    return found


def test_without_a_list_it_tells_what_is_new_and_how_to_begin(gated: Gated) -> None:
    before = tree(gated.target)
    said = gated.gate()
    assert said.code == 1
    assert said.out[0].startswith("Control NOT met: ")
    assert " · Gate NOT held (ratchet: " in said.out[0]
    place = said.out.index("  new: 1.1 app/new.py:3 model:pytorch-hub/stranger/one")
    assert said.out[place + 2].startswith("      next step: ")
    assert said.out[-1].endswith("--accept --by NAME; that begins .supplychain/known.json, which is not there yet")
    assert touched(before, tree(gated.target)) == set()


def test_an_approver_accepts_and_then_it_holds(gated: Gated) -> None:
    before = tree(gated.target)
    said = gated.gate("--accept", "--by", SEC)
    assert (said.code, HELD in said.out[0]) == (0, True)
    assert touched(before, tree(gated.target)) == {KNOWN}
    assert {(entry["by"], entry["since"]) for entry in gated.known} == {(SEC, NOW[:10])}
    gated.run()
    again = gated.gate()
    assert (again.code, HELD in again.out[0]) == (0, True)


def test_the_run_and_the_record_of_it_say_the_same_line(gated: Gated) -> None:
    gated.gate("--accept", "--by", SEC)
    name = gated.run()
    headline = json.loads((gated.reports / "runs" / name / "run.json").read_text())["headline"]
    assert HELD in headline
    assert gated.gate().out[0] == headline
    assert say(gated._capsys, "status", gated.reports / "latest").out[0] == headline


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--accept",), "--accept asks for --by NAME"),
        (("--accept", "--by", "developer@example.com"), "is not among people.approvers of the policy"),
        (("--accept", "--by", f" {SEC}"), "is not among people.approvers of the policy"),
        (("--by", SEC), "give --accept with it"),
    ],
)
def test_nobody_else_accepts(gated: Gated, arguments: tuple[str, ...], why: str) -> None:
    before = tree(gated.target)
    assert why in gated.gate(*arguments).refusal()
    assert touched(before, tree(gated.target)) == set()


def test_the_owner_of_the_project_does_not_accept_for_it(gated: Gated) -> None:
    path = gated.target.path / "supplychain.toml"
    owner = next(line.split('"')[1] for line in path.read_text().splitlines() if line.startswith("owner = "))
    gated.policy.write_text(gated.policy.read_text().replace(SEC, owner))
    refusal = gated.gate("--policy", gated.policy, "--accept", "--by", owner).refusal()
    assert "owns the project and cannot accept for it" in refusal


def test_what_is_mended_is_pruned_by_anybody(gated: Gated) -> None:
    gated.gate("--accept", "--by", SEC)
    gated.target.remove("app/new.py")
    gated.run()
    said = gated.gate()
    assert said.code == 1
    assert any(line.startswith("What is stale: mended, ") for line in said.out)
    pruned = gated.gate("--prune")
    assert (pruned.code, HELD in pruned.out[0]) == (0, True)
    assert not any("stranger" in entry["component"] for entry in gated.known)
    assert gated.gate("--prune").out == gated.gate().out


def test_a_planted_flaw_fails_and_the_comment_names_it(gated: Gated, tmp_path: Path) -> None:
    gated.gate("--accept", "--by", SEC)
    since = gated.run()
    gated.target.plant("app/b.py", STRANGER.replace("one", "two"))
    gated.run()
    said = gated.gate("--since", since, "--comment", tmp_path / "comment.md")
    assert said.code == 1
    new = [line for line in said.out if line.startswith(("  new: ", "  undetermined: "))]
    assert new
    assert all(" app/b.py:" in line for line in new), new
    assert f"Since run {since}; inputs that are not the same: the target's files" in "\n".join(said.out)
    text = (tmp_path / "comment.md").read_text()
    assert "- **1.1** new `app/b.py:3` `model:pytorch-hub/stranger/two`" in text
    assert len(text.splitlines()) < 60
    assert gated.gate("--comment", "-").out == text.splitlines()


def test_the_policy_says_what_only_is_observed_and_what_comes(gated: Gated) -> None:
    gated.policy.write_text(POLICY.read_text() + '\n[gate]\ndefault = "observe"\nenforce = { "1.1" = 2027-01-01 }\n')
    said = gated.gate("--policy", gated.policy)
    assert (said.code, "Gate held (observe: " in said.out[0]) == (0, True)
    assert "  1.1 from 2027-01-01: 1 rows do not pass" in said.out
    gated.run(now=NOW.replace("2026", "2027"))
    assert "  enforced: 1.1 app/new.py:3 model:pytorch-hub/stranger/one" in gated.gate("--policy", gated.policy).out


def test_a_list_that_was_tampered_with_is_refused(gated: Gated) -> None:
    gated.target.plant(KNOWN, '{"schema": 2}')
    assert ".supplychain/known.json: its schema is 2 and this version knows 1" in gated.gate().refusal()
    assert ".supplychain/known.json: " in gated.gate("--accept", "--by", SEC).refusal()


def test_a_run_of_something_else_is_refused(gated: Gated, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "a").mkdir(parents=True)
    (other / "a.py").touch()
    refusal = say(gated._capsys, "gate", other, "--run", gated.reports / "latest").refusal()
    assert "is of target, not of other; run supplychain run " in refusal
    assert "is not the record of a run" in say(gated._capsys, "gate", other, "--run", tmp_path / "none").refusal()


def test_a_run_of_another_commit_is_refused(gated: Gated) -> None:
    git = gated.target.path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs/heads/main").write_text("a" * 40 + "\n")
    assert f"is of commit none, the target is at {'a' * 40}; run supplychain run " in gated.gate().refusal()


def test_no_link_of_the_target_is_written_through(gated: Gated, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    gated.target.remove(".supplychain")
    (gated.target.path / ".supplychain").symlink_to(outside, target_is_directory=True)
    assert gated.gate("--accept", "--by", SEC).code == 2
    assert list(outside.iterdir()) == []


def test_findings_of_another_version_are_refused(gated: Gated) -> None:
    folder = gated.reports / "latest"
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in ("findings/1.1.json", "findings/99.9.json"):
        data = b'{"schema": 2}'
        (folder / name).write_bytes(data)
        manifest["sha256"][name] = hashlib.sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert "holds findings of another version" in gated.gate().refusal()
