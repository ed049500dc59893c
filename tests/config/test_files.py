"""Where declaration and policy are read from."""

import hashlib
import os
from pathlib import Path

import pytest

from supplychain.config.files import read_declaration, read_policy
from supplychain.config.loading import SIZE_LIMIT, ConfigError
from supplychain.model.policy import Policy
from supplychain.target import Target


def opened(folder: Path, **files: bytes) -> Target:
    """Return the view of a folder with one file beside those given."""
    (folder / "app.py").write_bytes(b"")
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return Target.open(folder)


def test_a_declaration_comes_with_its_digest(tmp_path: Path) -> None:
    declaration, digest = read_declaration(opened(tmp_path, supplychain__toml=b"schema = 1\n"))
    assert declaration is not None
    assert digest == "sha256:" + hashlib.sha256(b"schema = 1\n").hexdigest()


def test_a_target_without_a_declaration_has_none(tmp_path: Path) -> None:
    assert read_declaration(opened(tmp_path)) == (None, None)


def test_an_error_in_the_declaration_names_its_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^supplychain\.toml:2: x: unknown key"):
        read_declaration(opened(tmp_path, supplychain__toml=b"schema = 1\nx = 1\n"))


def test_a_huge_declaration_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "supplychain.toml").open("wb") as stream:
        stream.truncate(50_000_000)
    target = opened(tmp_path)
    monkeypatch.setattr(Target, "read", None)
    with pytest.raises(ConfigError, match="may have 1,000,000 bytes; this one has 50,000,000"):
        read_declaration(target)


@pytest.mark.parametrize("leads_to", ["config/real.toml", "../outside.toml", "nowhere.toml", "supplychain.toml"])
def test_a_declaration_behind_a_link_is_refused_and_not_ignored(tmp_path: Path, leads_to: str) -> None:
    (tmp_path / "outside.toml").write_text("schema = 1\n")
    root = tmp_path / "target"
    (root / "config").mkdir(parents=True)
    (root / "config" / "real.toml").write_text("schema = 1\n")
    (root / "supplychain.toml").symlink_to(leads_to)
    with pytest.raises(ConfigError, match=r"^supplychain\.toml: a link"):
        read_declaration(Target.open(root))


def test_a_declaration_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "supplychain.toml").mkdir()
    (tmp_path / "supplychain.toml" / "x").write_text("")
    with pytest.raises(ConfigError, match="put the file itself into the target"):
        read_declaration(Target.open(tmp_path))


def test_a_declaration_that_is_a_fifo_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "supplychain.toml")
    with pytest.raises(ConfigError, match="put the file itself into the target"):
        read_declaration(opened(tmp_path))


def test_a_declaration_that_cannot_be_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = opened(tmp_path, supplychain__toml=b"schema = 1\n")

    def denied(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("supplychain.target.os.open", denied)
    with pytest.raises(ConfigError, match=r"supplychain\.toml: it cannot be opened: Permission denied"):
        read_declaration(target)


def test_a_policy_comes_with_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(b"[waivers]\nmax_days = 7\n")
    policy, digest = read_policy(path, tmp_path / "target")
    assert policy.waivers.max_days == 7
    assert digest == "sha256:" + hashlib.sha256(b"[waivers]\nmax_days = 7\n").hexdigest()


def test_without_a_policy_the_strict_defaults_hold(tmp_path: Path) -> None:
    assert read_policy(None, tmp_path) == (Policy(), None)


@pytest.mark.parametrize("name", ["policy.toml", "config/policy.toml", "../target/policy.toml", "not-there.toml"])
def test_a_policy_inside_the_target_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "target" / "config").mkdir(parents=True)
    with pytest.raises(ConfigError, match="a target cannot set its own rules"):
        read_policy(tmp_path / "target" / name, tmp_path / "target")


def test_a_policy_that_is_a_link_into_the_target_is_refused(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "policy.toml").write_text("")
    (tmp_path / "policy.toml").symlink_to("target/policy.toml")
    with pytest.raises(ConfigError, match="a target cannot set its own rules"):
        read_policy(tmp_path / "policy.toml", tmp_path / "target")


def test_a_policy_inside_a_target_that_is_given_by_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "policy.toml").write_text("")
    (tmp_path / "link").symlink_to("target")
    with pytest.raises(ConfigError, match="a target cannot set its own rules"):
        read_policy(tmp_path / "target" / "policy.toml", tmp_path / "link")


@pytest.mark.parametrize(("name", "why"), [("missing.toml", "No such file"), ("folder", "Is a directory")])
def test_a_policy_that_cannot_be_read_is_refused(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match=f"{name}: cannot be read: {why}"):
        read_policy(tmp_path / name, tmp_path / "target")


def test_a_policy_that_is_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").symlink_to("policy.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_policy(tmp_path / "policy.toml", tmp_path / "target")


def test_a_huge_policy_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "policy.toml").open("wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(ConfigError, match=f"a configuration file may have {SIZE_LIMIT:,}"):
        read_policy(tmp_path / "policy.toml", tmp_path / "target")
