"""Signed tags of git: made by git itself with keys of GnuPG and ssh-keygen, read from what lies in a target."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from supplychain.model.artifact import Artifact, SignatureLookup
from supplychain.model.declaration import Declaration, DeclaredComponent
from supplychain.signatures import tags
from tests.git_repositories import Repository, SshKey, has_ssh
from tests.signatures.looking import FOLDER, HUB, looked, names, only, plant, says
from tests.signed_models import OpenPgpKey, has_gpg, openpgp_key

HAS_ALL = has_gpg() and has_ssh()
pytestmark = pytest.mark.skipif(
    not HAS_ALL and not os.environ.get("CI"), reason="GnuPG, gpgv or ssh-keygen is not installed"
)
MODEL = "model:file/model/weights.bin"
FILES = {"model/weights.bin": b"inert weights", "model/config.json": b"{}", "app.py": b"", "readme.md": b"text"}


@pytest.fixture(scope="module")
def key() -> Iterator[OpenPgpKey]:
    """The key of whoever releases."""
    with openpgp_key("Planted <release@planted.example>") as made:
        yield made


@pytest.fixture(scope="module")
def stranger() -> Iterator[OpenPgpKey]:
    """Somebody else's key, under the same name."""
    with openpgp_key("Planted <release@planted.example>") as made:
        yield made


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> SshKey:
    """The SSH key of whoever releases."""
    return SshKey.new(tmp_path_factory.mktemp("ssh"))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A target that git tracks, with a model in it."""
    return Repository.new(plant(tmp_path / "target", FILES))


def of_tags(lookup: SignatureLookup) -> list[tuple[str, str, str]]:
    """Return what was found, all of which has to be tags."""
    assert {item.kind for item in lookup.found} <= {"git tag"}
    return [(file, state, item.says) for (_, file, state), item in zip(names(lookup.found), lookup.found, strict=True)]


@pytest.mark.parametrize("component", [MODEL, FOLDER])
def test_a_tag_of_what_is_checked_out_signs_its_files(repository: Repository, key: OpenPgpKey, component: str) -> None:
    repository.tag("v1.0", key)
    lookup = looked(repository.path, component, key.public)
    found = only(lookup)
    says(found, "valid", "OpenPGP key ")
    assert (found.kind, found.file, found.by, found.key) == ("git tag", "tag v1.0", "key", "key0")
    assert "model/weights.bin" in found.covers
    assert "the tags of git in the target" in lookup.looked
    assert lookup.lacked == ()


@pytest.mark.parametrize("packed", [True, False])
def test_what_git_packed_is_read_as_well(repository: Repository, ssh: SshKey, packed: bool) -> None:
    repository.tag("v1.0", ssh).tag("v1.1", ssh)
    for number in range(30):
        plant(repository.path, {"readme.md": b"text %d" % number})
        repository.commit()
    repository.tag("v2.0", ssh)
    if packed:
        repository.run("gc", "-q", "--aggressive", "--prune=now")
        assert not repository.loose("v1.0").exists()
    assert of_tags(looked(repository.path, MODEL, ssh.public)) == [("tag v2.0", "valid", "")]


@pytest.mark.parametrize(("kind", "options"), [("ed25519", ()), ("ecdsa", ("-b", "384")), ("rsa", ("-b", "2048"))])
def test_each_kind_of_ssh_key(repository: Repository, tmp_path: Path, kind: str, options: tuple[str, ...]) -> None:
    own = SshKey.new(tmp_path / "keys", kind, *options)
    repository.tag("v1.0", own)
    found = only(looked(repository.path, MODEL, b"nobody", own.allowed()))
    says(found, "valid", "SSH key SHA256:", "of release@planted.example")
    assert (found.by, found.key) == ("key", "key1")


@pytest.mark.parametrize(
    ("options", "state", "text"),
    [
        ('namespaces="git,file"', "valid", ""),
        ('namespaces="file"', "unexpected identity", "lets the SSH key"),
        ('valid-before="20261019"', "expired", "does not hold on the day of the run"),
        ('valid-after="20261021Z"', "expired", "does not hold on the day of the run"),
        ('valid-after="20260101000000Z",valid-before="20270101"', "valid", ""),
        ('valid-before="soon"', "expired", "does not hold"),
        ("cert-authority", "no trust", "no public key of SSH"),
    ],
)
def test_what_the_policy_says_of_an_ssh_key(
    repository: Repository, ssh: SshKey, options: str, state: str, text: str
) -> None:
    says(only(looked(repository.tag("v1.0", ssh).path, MODEL, ssh.allowed(options))), state, text)


def test_a_key_that_nobody_named(
    repository: Repository, key: OpenPgpKey, stranger: OpenPgpKey, ssh: SshKey, tmp_path: Path
) -> None:
    other = SshKey.new(tmp_path / "other")
    repository.tag("v1.0", stranger)
    says(only(looked(repository.path, MODEL, key.public)), "unexpected identity", "none of the policy's trust.keys")
    says(only(looked(repository.path, MODEL, ssh.public)), "no trust", "no public key of OpenPGP")
    repository.run("tag", "-d", "v1.0")
    repository.tag("v1.0", other)
    says(only(looked(repository.path, MODEL, ssh.public)), "unexpected identity", "none of the policy's trust.keys")
    says(only(looked(repository.path, MODEL, key.public)), "no trust", "no public key of SSH")


@pytest.mark.parametrize("is_ssh", [True, False])
def test_a_tag_whose_text_was_changed(repository: Repository, key: OpenPgpKey, ssh: SshKey, is_ssh: bool) -> None:
    repository.tag("v1.0", ssh if is_ssh else key).rewritten("v1.0", b"\n\nv1.0\n", b"\n\nv1.0 and more\n")
    says(only(looked(repository.path, MODEL, key.public, ssh.public)), "invalid", "it is on other bytes than these")


def test_a_tag_that_was_pointed_at_another_commit(repository: Repository, ssh: SshKey) -> None:
    first = repository.run("rev-parse", "HEAD")
    repository.tag("v1.0", ssh)
    plant(repository.path, {"model/weights.bin": b"others"})
    repository.rewritten("v1.0", first.encode(), repository.commit().encode())
    says(only(looked(repository.path, MODEL, ssh.public)), "invalid", "it is on other bytes than these")


def test_an_older_tag_under_another_name(repository: Repository, ssh: SshKey) -> None:
    repository.tag("v1.0", ssh)
    repository.run("update-ref", "refs/tags/v2.0", repository.run("rev-parse", "refs/tags/v1.0"))
    found = of_tags(looked(repository.path, MODEL, ssh.public))
    assert found[0] == ("tag v1.0", "valid", "")
    assert found[1][:2] == ("tag v2.0", "invalid")
    assert "it was signed as the tag v1.0" in found[1][2]


def test_an_object_that_is_not_what_its_id_says(repository: Repository, ssh: SshKey) -> None:
    file = repository.tag("v1.0", ssh).loose("refs/tags/v1.0")
    content = zlib.decompress(file.read_bytes())
    file.chmod(0o600)
    file.write_bytes(zlib.compress(content.replace(b"Planted", b"Another")))
    says(only(looked(repository.path, MODEL, ssh.public)), "invalid", "it is not what its id says")
    file.write_bytes(b"no object")
    says(only(looked(repository.path, MODEL, ssh.public)), "unreadable", "cannot be read")
    file.unlink()
    says(only(looked(repository.path, MODEL, ssh.public)), "unreadable", "is not there")


def test_other_bytes_than_those_of_the_tag(repository: Repository, ssh: SshKey) -> None:
    repository.tag("v1.0", ssh)
    plant(repository.path, {"model/weights.bin": b"INERT weights"})
    says(only(looked(repository.path, MODEL, ssh.public)), "invalid", "the bytes of model/weights.bin are not those")
    says(only(looked(repository.path, FOLDER, ssh.public)), "invalid", "the bytes of model/weights.bin are not those")


def test_a_folder_with_more_or_less_than_the_tag(repository: Repository, ssh: SshKey) -> None:
    repository.tag("v1.0", ssh)
    plant(repository.path, {"model/extra.bin": b"extra"})
    says(only(looked(repository.path, FOLDER, ssh.public)), "incomplete", "nobody signed model/extra.bin")
    (repository.path / "model/extra.bin").unlink()
    (repository.path / "model/config.json").unlink()
    says(only(looked(repository.path, FOLDER, ssh.public)), "incomplete", "model/config.json was signed and is not")


def test_later_commits_that_leave_the_model_alone(repository: Repository, key: OpenPgpKey, ssh: SshKey) -> None:
    repository.tag("v1.0", key).tag("v1.1", ssh)
    plant(repository.path, {"readme.md": b"more"})
    repository.commit()
    assert of_tags(looked(repository.path, MODEL, ssh.public)) == [("tag v1.1", "valid", "")]
    plant(repository.path, {"model/weights.bin": b"trained anew"})
    repository.commit()
    lookup = looked(repository.path, MODEL, ssh.public)
    assert lookup.found == ()
    assert lookup.looked[-1] == "the tags of git in the target (2 signed, none on these bytes)"


def test_tags_that_nobody_signed(repository: Repository, ssh: SshKey) -> None:
    repository.tag("v1.0")
    repository.run("tag", "light")
    lookup = looked(repository.path, MODEL, ssh.public)
    assert (lookup.found, lookup.lacked, lookup.looked[-1]) == ((), (), "the tags of git in the target")


def test_a_model_that_git_does_not_track_is_not_what_a_tag_is_on(repository: Repository, ssh: SshKey) -> None:
    repository.tag("v1.0", ssh)
    plant(repository.path, {"fetched/weights.bin": b"fetched"})
    assert looked(repository.path, "model:file/fetched/weights.bin", ssh.public).found == ()


def test_what_git_lfs_keeps_is_signed_by_its_pointer(tmp_path: Path, ssh: SshKey) -> None:
    content = b"large inert weights"
    digest = hashlib.sha256(content).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n".encode()
    made = Repository.new(plant(tmp_path / "target", {**FILES, "model/weights.bin": pointer})).tag("v1.0", ssh)
    absent = Artifact(component=MODEL, path="model/weights.bin", where="target", state="pointer")
    found = only(looked(made.path, MODEL, ssh.public, artifacts=(absent,)))
    says(found, "not compared", "no bytes")
    plant(made.path, {"model/weights.bin": content})
    says(only(looked(made.path, MODEL, ssh.public)), "valid")
    plant(made.path, {"model/weights.bin": content.upper()})
    says(only(looked(made.path, MODEL, ssh.public)), "invalid", "are not those that were signed")


@pytest.mark.parametrize("is_submodule", [True, False])
def test_a_repository_within_the_target(tmp_path: Path, ssh: SshKey, stranger: OpenPgpKey, is_submodule: bool) -> None:
    published = Repository.new(plant(tmp_path / "published", {"weights.bin": b"inert weights"})).tag("v1.0", ssh)
    root = Repository.new(plant(tmp_path / "target", {"app.py": b"", "readme.md": b"text"}))
    if is_submodule:
        root.run("submodule", "--quiet", "add", str(published.path), "model")
        root.commit()
        assert (root.path / "model/.git").is_file()
    else:
        root.run("clone", "-q", str(published.path), "model")
    root.tag("own", stranger)
    for component in (MODEL, FOLDER):
        assert of_tags(looked(root.path, component, ssh.public)) == [("tag v1.0 in model", "valid", "")]
    plant(root.path, {"model/weights.bin": b"others"})
    assert of_tags(looked(root.path, FOLDER, ssh.public))[0][1] == "invalid"


def test_a_repository_outside_the_target_is_not_read(repository: Repository, tmp_path: Path, ssh: SshKey) -> None:
    repository.tag("v1.0", ssh).run("worktree", "add", "-q", str(tmp_path / "linked"))
    lookup = looked(tmp_path / "linked", MODEL, ssh.public)
    assert lookup.found == ()
    assert lookup.lacked == ("the tags of git: its repository lies outside the target and was not read",)


@pytest.mark.parametrize("path", ["../outer", "model/../../outer", "/", "linked/weights.bin"])
def test_a_path_that_leads_out_of_the_target_leads_to_no_repository(
    repository: Repository, tmp_path: Path, ssh: SshKey, path: str
) -> None:
    outer = Repository.new(plant(tmp_path / "outer", {"weights.bin": b"inert weights"})).tag("v1.0", ssh)
    (repository.path / "linked").symlink_to(outer.path)
    Repository.new(tmp_path).tag("v2.0", ssh)
    declared = Declaration(schema=1, component=(DeclaredComponent(id=HUB, path=path),))
    lookup = looked(repository.path, HUB, ssh.public, declaration=declared)
    assert lookup.found == ()
    assert lookup.lacked


@pytest.mark.parametrize("what", ["objects", "refs/tags", "packed-refs"])
def test_what_is_behind_a_link_is_not_read(repository: Repository, tmp_path: Path, ssh: SshKey, what: str) -> None:
    repository.tag("v1.0", ssh).run("pack-refs", "--all")
    kept = repository.path / ".git" / what
    kept.rename(tmp_path / "elsewhere")
    kept.symlink_to(tmp_path / "elsewhere")
    lookup = looked(repository.path, MODEL, ssh.public)
    assert lookup.found == ()
    assert "behind a link" in lookup.lacked[0]


def test_objects_that_are_borrowed_from_elsewhere_are_not_read(
    repository: Repository, tmp_path: Path, ssh: SshKey
) -> None:
    repository.tag("v1.0", ssh)
    made = tmp_path / "borrowing"
    repository.run("clone", "-q", "--shared", str(repository.path), str(made))
    says(only(looked(made, MODEL, ssh.public)), "unreadable", "borrows from another")


def test_without_dulwich_the_command_that_installs_it_is_named(
    repository: Repository, ssh: SshKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.tag("v1.0", ssh)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    says(only(looked(repository.path, MODEL, ssh.public)), "unreadable", "pip install 'supplychain-spec[signing]'")


def test_what_takes_too_long_is_stopped(repository: Repository, ssh: SshKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tags, "SECONDS", 0.01)
    lookup = looked(repository.tag("v1.0", ssh).path, MODEL, ssh.public)
    assert "did not come to an end" in lookup.lacked[0]


def test_folders_that_hold_each_other_many_times_end_in_time(repository: Repository, ssh: SshKey) -> None:
    within = repository.run("rev-parse", "HEAD:model")
    for _ in range(12):
        listed = repository.path.parent / "listed"
        listed.write_text("".join(f"040000 tree {within}\t{number}\n" for number in range(10)))
        command = f"git -C '{repository.path}' mktree < '{listed}'"
        within = subprocess.run(
            command, shell=True, check=True, capture_output=True, text=True, timeout=60
        ).stdout.strip()
    whole = repository.run("commit-tree", "-m", "planted", within)
    repository.tag("v1.0", ssh, whole)
    plant(repository.path, {"0/weights.bin": b"inert"})
    says(only(looked(repository.path, "model:file/0", ssh.public)), "unreadable", "more than 500,000 files")


def test_a_form_that_is_not_read(repository: Repository, ssh: SshKey) -> None:
    repository.tag("v1.0", ssh).rewritten("v1.0", b"BEGIN SSH SIGNATURE", b"BEGIN SIGNED MESSAGE")
    says(only(looked(repository.path, MODEL, ssh.public)), "unreadable", "of no form that is read")


def test_nothing_of_the_target_is_run(repository: Repository, ssh: SshKey, tmp_path: Path) -> None:
    repository.tag("v1.0", ssh)
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "core.sshCommand", "gpg.program", "gpg.ssh.program", "core.pager"):
        repository.run("config", name, str(trap))
    (repository.path / ".git/hooks").mkdir(exist_ok=True)
    for name in ("post-checkout", "reference-transaction"):
        (repository.path / ".git/hooks" / name).symlink_to(trap)
    (tmp_path / "ran").unlink(missing_ok=True)
    says(only(looked(repository.path, MODEL, ssh.public)), "valid")
    assert not (tmp_path / "ran").exists()
