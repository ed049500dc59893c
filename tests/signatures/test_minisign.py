"""Signatures of minisign, made by another implementation of it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.signatures.looking import looked, only, plant, says
from tests.signatures.test_places import listed
from tests.signed_models import MinisignKey

MODEL = "model:file/model/weights.gguf"
BYTES = b"inert weights"


def target(folder: Path, signature: bytes) -> Path:
    """Return a target with one file and its signature."""
    return plant(folder, {"model/weights.gguf": BYTES, "model/weights.gguf.minisig": signature})


@pytest.mark.parametrize("prehash", [True, False])
def test_a_key_of_the_policy_verifies_the_bytes(tmp_path: Path, *, prehash: bool) -> None:
    key, other = MinisignKey.new(), MinisignKey.new()
    found = only(looked(target(tmp_path, key.sign(BYTES, prehash=prehash)), MODEL, other.public, key.public))
    says(found, "valid", "minisign key ")
    assert (found.kind, found.by, found.key) == ("minisign", "key", "key1")
    assert found.covers == ("model/weights.gguf",)


def test_other_bytes_are_not_what_was_signed(tmp_path: Path) -> None:
    key = MinisignKey.new()
    says(only(looked(target(tmp_path, key.sign(b"others")), MODEL, key.public)), "invalid", "on other bytes")


def test_the_trusted_comment_is_signed_as_well(tmp_path: Path) -> None:
    key = MinisignKey.new()
    changed = key.sign(BYTES).replace(b"1780315200", b"1780315201")
    says(only(looked(target(tmp_path, changed), MODEL, key.public)), "invalid", "trusted comment")


def test_the_key_of_somebody_else(tmp_path: Path) -> None:
    root = target(tmp_path, MinisignKey.new().sign(BYTES))
    says(only(looked(root, MODEL, MinisignKey.new().public)), "unexpected identity", "none of the policy's trust.keys")
    says(only(looked(root, MODEL)), "no trust", "no public key of minisign")


def test_another_key_under_the_same_number(tmp_path: Path) -> None:
    key, stranger = MinisignKey.new(), MinisignKey.new()
    lines = key.public.splitlines()
    forged = bytearray(base64.b64decode(lines[1]))
    forged[10:] = base64.b64decode(stranger.public.splitlines()[1])[10:]
    public = lines[0] + b"\n" + base64.b64encode(bytes(forged)) + b"\n"
    says(only(looked(target(tmp_path, key.sign(BYTES)), MODEL, public)), "invalid", "was not made with")


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"untrusted comment: x\n",
        b"untrusted comment: x\n????\ntrusted comment: y\nAAAA\n",
        b"untrusted comment: x\nAAAA\ntrusted comment: y\nAAAA\n",
        b"\xff\xfe",
    ],
)
def test_what_is_no_signature_is_damaged(tmp_path: Path, signature: bytes) -> None:
    says(only(looked(target(tmp_path, signature), MODEL, MinisignKey.new().public)), "invalid")


def test_bytes_that_are_elsewhere_leave_it_open(tmp_path: Path) -> None:
    key = MinisignKey.new()
    hub = {"weights.gguf.minisig": key.sign(BYTES)}
    changes = listed({"weights.gguf": BYTES, **hub})
    found = only(looked(tmp_path, "model:huggingface/planted/model", key.public, handed=hub, **changes))
    says(found, "not compared", "not at hand")
