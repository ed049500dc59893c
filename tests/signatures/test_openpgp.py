"""OpenPGP signatures, made by GnuPG and verified by gpgv with the policy's keys alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.signatures.looking import looked, only, plant, says
from tests.signed_models import OpenPgpKey, has_gpg, openpgp_key

pytestmark = pytest.mark.skipif(not has_gpg() and not os.environ.get("CI"), reason="GnuPG or gpgv is not installed")
MODEL = "model:file/model/weights.bin"
BYTES = b"inert weights"


@pytest.fixture(scope="module")
def key() -> Iterator[OpenPgpKey]:
    """The publisher's key."""
    with openpgp_key("Planted <release@planted.example>") as made:
        yield made


@pytest.fixture(scope="module")
def stranger() -> Iterator[OpenPgpKey]:
    """Somebody else's key, under the same name."""
    with openpgp_key("Planted <release@planted.example>") as made:
        yield made


def target(folder: Path, signature: bytes, suffix: str = ".asc") -> Path:
    """Return a target with one file and its signature."""
    return plant(folder, {"model/weights.bin": BYTES, f"model/weights.bin{suffix}": signature})


@pytest.mark.parametrize(("suffix", "options"), [(".asc", ("--armor",)), (".sig", ()), (".gpg", ())])
def test_a_key_of_the_policy_verifies_the_bytes(
    tmp_path: Path, key: OpenPgpKey, stranger: OpenPgpKey, suffix: str, options: tuple[str, ...]
) -> None:
    root = target(tmp_path, key.sign(BYTES, *options), suffix)
    found = only(looked(root, MODEL, stranger.public, key.public))
    says(found, "valid", "OpenPGP key ")
    assert (found.kind, found.by, found.key) == ("gpg", "key", "key1")


def test_other_bytes_are_not_what_was_signed(tmp_path: Path, key: OpenPgpKey) -> None:
    says(only(looked(target(tmp_path, key.sign(b"others")), MODEL, key.public)), "invalid", "on other bytes")


def test_the_key_of_somebody_else(tmp_path: Path, key: OpenPgpKey, stranger: OpenPgpKey) -> None:
    root = target(tmp_path, stranger.sign(BYTES))
    says(only(looked(root, MODEL, key.public)), "unexpected identity", "none of the policy's trust.keys")
    says(only(looked(root, MODEL)), "no trust", "no public key of OpenPGP")


def test_a_key_that_is_over(tmp_path: Path) -> None:
    with openpgp_key("Planted <old@planted.example>", since="20200101T000000", days=30) as old:
        signature = old.sign(BYTES, "--faked-system-time", "20200110T000000")
        says(only(looked(target(tmp_path, signature), MODEL, old.public)), "expired", "is over")


def test_a_signature_that_is_over_on_the_day_of_the_run(tmp_path: Path, key: OpenPgpKey) -> None:
    signature = key.sign(BYTES, "--faked-system-time", "20260601T000000", "--default-sig-expire", "30d")
    says(only(looked(target(tmp_path, signature), MODEL, key.public)), "expired", "the signature itself is over")


def test_a_weak_digest_does_not_count(tmp_path: Path, key: OpenPgpKey) -> None:
    signature = key.sign(BYTES, "--digest-algo", "SHA1", "--weak-digest", "MD5", "--allow-weak-digest-algos")
    found = only(looked(target(tmp_path, signature), MODEL, key.public))
    assert found.state in {"invalid", "valid"}
    assert found.state == "invalid" or b"SHA1" not in signature  # GnuPG takes a stronger one where the key asks for it


def test_a_bundle_of_signatures_counts_only_where_each_holds(
    tmp_path: Path, key: OpenPgpKey, stranger: OpenPgpKey
) -> None:
    both = key.sign(BYTES) + stranger.sign(BYTES)
    says(only(looked(target(tmp_path, both, ".sig"), MODEL, key.public)), "unexpected identity")


@pytest.mark.parametrize("signature", [b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n", b"\x88" * 300, b"\x88"])
def test_what_is_no_signature_is_damaged(tmp_path: Path, key: OpenPgpKey, signature: bytes) -> None:
    says(only(looked(target(tmp_path, signature), MODEL, key.public)), "invalid")


def test_without_gpgv_the_command_that_installs_it_is_named(
    tmp_path: Path, key: OpenPgpKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    says(only(looked(target(tmp_path, key.sign(BYTES)), MODEL, key.public)), "unreadable", "apt-get install gpgv")


def test_the_keyring_of_the_user_does_not_count(
    tmp_path: Path, key: OpenPgpKey, stranger: OpenPgpKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", str(stranger.home))
    says(only(looked(target(tmp_path, stranger.sign(BYTES)), MODEL, key.public)), "unexpected identity")
