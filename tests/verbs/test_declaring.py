"""`supplychain init` and `supplychain approve`: what they write, what they print, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplychain.config.files import read_declaration
from supplychain.target import Target
from tests.support import BuiltTarget
from tests.verbs.support import BGE, INTENT, say, touched, tree

Capture = pytest.CaptureFixture[str]
BY = ["--by", "security@example.com"]


def test_init_begins_a_declaration_that_can_be_used(target: BuiltTarget, capsys: Capture) -> None:
    target.remove("supplychain.toml")
    before = tree(target)
    said = say(capsys, "init", target)
    assert (said.code, len(said.out), said.err) == (0, 1, [])
    assert said.out[0].startswith(f"{target.path}/supplychain.toml: written; ")
    declaration, _ = read_declaration(Target.open(target.path))
    assert declaration is not None
    assert BGE in {component.id for component in declaration.component}
    assert touched(before, tree(target)) == {"supplychain.toml"}


def test_init_writes_over_nothing(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> None:
    before = tree(target)
    assert "is there already; edit it, or name another file" in say(capsys, "init", target).refusal()
    output = tmp_path / "new.toml"
    assert say(capsys, "init", target, "--output", output).code == 0
    assert output.read_text().startswith("# What the team")
    assert "is there already" in say(capsys, "init", target, "--output", output).refusal()
    assert tree(target) == before


@pytest.mark.parametrize("exists", [False, True])
def test_init_follows_no_link(exists: bool, target: BuiltTarget, tmp_path: Path, capsys: Capture) -> None:
    outside = tmp_path / "outside.toml"
    if exists:
        outside.write_text("ours")
    target.remove("supplychain.toml")
    (target.path / "supplychain.toml").symlink_to(outside)
    assert "is there already" in say(capsys, "init", target).refusal()
    assert outside.exists() == exists


def test_approve_prints_the_lines_that_it_changes(target: BuiltTarget, capsys: Capture) -> None:
    before = tree(target)
    said = say(capsys, "approve", target, BGE, *BY, "--on", "2026-10-02", "--ticket", "SEC-9")
    assert said.code == 0
    assert said.out == [
        'supplychain.toml:13: - approved = { by = "security@example.com", on = 2026-08-01, ticket = "SEC-212" }',
        'supplychain.toml:13: + approved = { by = "security@example.com", on = 2026-10-02, ticket = "SEC-9" }',
        "It counts where people.approvers of the assessor's policy name security@example.com",
    ]
    assert touched(before, tree(target)) == {"supplychain.toml"}


def test_approve_keeps_every_other_byte(target: BuiltTarget, capsys: Capture) -> None:
    file = target.path / "supplychain.toml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    file.chmod(0o640)
    before = file.read_bytes().split(b"\r\n")
    said = say(capsys, "approve", target, INTENT, *BY, "--on", "2026-10-02", "--sha256", "c" * 64, "--revision", "v1")
    after = file.read_bytes().split(b"\r\n")
    added = [line for line in after if line not in before]
    kept = [line for line in before if not line.startswith(b'sha256 = "6c3c')]
    assert [line for line in after if line in before] == kept
    assert sorted(line.partition(b" ")[0] for line in added) == [b"approved", b"revision", b"sha256"]
    assert [line.partition(" + ")[2].encode() for line in said.out[:-1] if " + " in line] == added
    assert file.stat().st_mode & 0o777 == 0o640


def test_approve_adds_what_is_not_declared(target: BuiltTarget, capsys: Capture) -> None:
    said = say(capsys, "approve", target, "model:huggingface/org/new", *BY, "--on", "2026-10-02")
    assert said.code == 0
    assert [line.partition(" + ")[2] for line in said.out[-4:-1]] == [
        "[[component]]",
        'id = "model:huggingface/org/new"',
        'approved = { by = "security@example.com", on = 2026-10-02 }',
    ]


def test_the_same_approval_again_changes_nothing(target: BuiltTarget, capsys: Capture) -> None:
    for _ in range(2):
        said = say(capsys, "approve", target, BGE, *BY, "--on", "2026-10-02")
    assert said.out == ["supplychain.toml says so already; nothing was changed"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["bge", *BY], "is not a component id"),
        ([BGE, "--by", "support-platform@example.com"], "owns the project and cannot approve"),
        ([BGE, "--by", " "], "give the approver"),
        ([BGE, *BY, "--on", "tomorrow"], "is not a date such as"),
        ([BGE, *BY, "--sha256", "abc"], "sha256"),
        ([BGE, *BY, "--ticket", "a\nb"], "characters that cannot be shown"),
    ],
)
def test_what_approve_refuses_is_one_line(arguments: list[str], why: str, target: BuiltTarget, capsys: Capture) -> None:
    before = tree(target)
    assert why in say(capsys, "approve", target, *arguments).refusal()
    assert tree(target) == before


def test_approve_needs_a_declaration_that_can_be_used(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> None:
    target.plant("supplychain.toml", "schema = [\n")
    assert "not TOML" in say(capsys, "approve", target, BGE, *BY).refusal()
    target.remove("supplychain.toml")
    assert f"run supplychain init {target.path} first" in say(capsys, "approve", target, BGE, *BY).refusal()
    outside = tmp_path / "outside.toml"
    outside.write_text("schema = 1\n")
    (target.path / "supplychain.toml").symlink_to(outside)
    assert "a link" in say(capsys, "approve", target, BGE, *BY).refusal()
    assert outside.read_text() == "schema = 1\n"
