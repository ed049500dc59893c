"""`supplychain review`: what it writes, what it prints, and what it refuses."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from supplychain.config.files import read_declaration
from supplychain.config.loading import ConfigError
from supplychain.model.declaration import Review
from supplychain.target import Target
from supplychain.verbs.interface import VerbError
from supplychain.verbs.review import review
from tests.support import BuiltTarget
from tests.verbs.support import touched, tree

Capture = pytest.CaptureFixture[str]
DIGEST = "sha256:" + "a" * 64
GIVEN = {
    "component": "package:npm/esbuild",
    "detector": "install hooks",
    "digest": DIGEST,
    "verdict": "harmless",
    "reason": "install.js fetches the binary of its own version",
    "by": "security@example.com",
    "on": "2026-10-02",
}


@pytest.fixture
def target(tmp_path: Path) -> BuiltTarget:
    """A target whose declaration has no review."""
    head = '# ours\nschema = 1\n\n[project] # it\nname = "rag"\nowner = "support-platform@example.com"\n'
    return BuiltTarget(tmp_path / "target").plant("supplychain.toml", head).plant("app.py", "")


def run(target: BuiltTarget, **given: str | None) -> int:
    """Run the verb with something else given."""
    return review(target.path, **{**GIVEN, **given})  # type: ignore[arg-type]


def reviews(target: BuiltTarget) -> tuple[Review, ...]:
    """Return the reviews of a target's declaration."""
    declaration, _ = read_declaration(Target.open(target.path))
    assert declaration is not None
    return declaration.review


def test_a_review_is_added_at_the_end(target: BuiltTarget, capsys: Capture) -> None:
    before = tree(target)
    text = (target.path / "supplychain.toml").read_text()
    assert run(target) == 0
    assert reviews(target) == (Review.model_validate({**GIVEN, "on": date(2026, 10, 2)}),)
    assert (target.path / "supplychain.toml").read_text().startswith(text)
    assert touched(before, tree(target)) == {"supplychain.toml"}
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(" + ")[2] for line in told[-8:-1]] == [
        'component = "package:npm/esbuild"',
        'detector = "install hooks"',
        f'digest = "{DIGEST}"',
        'verdict = "harmless"',
        'reason = "install.js fetches the binary of its own version"',
        'by = "security@example.com"',
        "on = 2026-10-02",
    ]
    assert "people.approvers of the assessor's policy name security@example.com" in told[-1]


def test_a_review_that_finds_malware_tells_what_to_do(target: BuiltTarget, capsys: Capture) -> None:
    run(target, verdict="malicious")
    assert "rotate every secret" in capsys.readouterr().out.splitlines()[-1]


def test_comments_order_and_line_ends_stay(target: BuiltTarget) -> None:
    file = target.path / "supplychain.toml"
    before = b"\xef\xbb\xbf# ours\r\nschema = 1 # one\r\n"
    file.write_bytes(before)
    run(target)
    run(target, digest="sha256:" + "b" * 64)
    after = file.read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == after.count(b"\r\n")
    assert [item.digest[7] for item in reviews(target)] == ["a", "b"]


def test_the_same_review_is_refused_once_it_is_there(target: BuiltTarget) -> None:
    run(target)
    before = tree(target)
    with pytest.raises(VerbError, match=r"supplychain.toml:\d+: security@example.com says the same of it there"):
        run(target, reason="again", on="2026-10-03")
    assert tree(target) == before
    run(target, verdict="malicious", reason="it was not")
    assert [item.verdict for item in reviews(target)] == ["harmless", "malicious"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"component": "esbuild"}, "is not a component id"),
        ({"digest": "a" * 64}, "--digest is sha256: and the 64 hex digits"),
        ({"digest": "sha256:" + "A" * 64}, "--digest is sha256:"),
        ({"digest": DIGEST + "\n"}, "--digest is sha256:"),
        ({"verdict": "fine"}, "--verdict is harmless or malicious"),
        ({"reason": " "}, "reason ' ' is empty"),
        ({"reason": "a\nb"}, "characters that cannot be shown"),
        ({"detector": "x" * 600}, "is empty, too long"),
        ({"by": ""}, "by '' is empty"),
        ({"by": "Support-Platform@example.com"}, "owns the project and cannot review for it"),
        ({"on": "today"}, "is not a date such as"),
    ],
)
def test_what_is_not_of_its_form_is_refused(given: dict[str, str], why: str, target: BuiltTarget) -> None:
    before = tree(target)
    with pytest.raises(VerbError) as refused:
        run(target, **given)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)
    assert tree(target) == before


def test_a_declaration_that_cannot_be_used_is_not_touched(target: BuiltTarget, tmp_path: Path) -> None:
    target.plant("supplychain.toml", "schema = 1\nreview = []\n")
    with pytest.raises(VerbError, match="write them so, then review"):
        run(target)
    target.plant("supplychain.toml", "schema = [\n")
    with pytest.raises(ConfigError, match="not TOML"):
        run(target)
    target.remove("supplychain.toml")
    with pytest.raises(VerbError, match="run supplychain init"):
        run(target)
    outside = tmp_path / "outside.toml"
    outside.write_text("schema = 1\n")
    (target.path / "supplychain.toml").symlink_to(outside)
    with pytest.raises(ConfigError, match="a link"):
        run(target)
    assert outside.read_text() == "schema = 1\n"
