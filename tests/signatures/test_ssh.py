"""Signatures of SSH: whatever is changed in one, it does not verify, and nothing else than its own error comes out."""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.signatures import ssh
from supplychain.signatures.interface import DamagedError, Key
from tests.git_repositories import SshKey, has_ssh

pytestmark = pytest.mark.skipif(not has_ssh() and not os.environ.get("CI"), reason="ssh-keygen is not installed")
NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
MESSAGE = b"inert message"


def signed(key: SshKey, namespace: str = "git", *options: str) -> bytes:
    """Return the signature on the message as ssh-keygen makes it."""
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key.file), "-n", namespace, *options]
    return subprocess.run(command, input=MESSAGE, check=True, capture_output=True, timeout=60).stdout


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SshKey:
    """The key of whoever releases."""
    return SshKey.new(tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="module")
def signature(key: SshKey) -> bytes:
    """What that key signed."""
    return signed(key)


@pytest.mark.parametrize("options", [(), ("-O", "hashalg=sha256")])
def test_it_verifies_what_ssh_keygen_signed(key: SshKey, options: tuple[str, ...]) -> None:
    data = signed(key, "git", *options)
    assert ssh.verify(data, MESSAGE, "git", [Key("k", key.public)], NOW).state == "valid"
    assert ssh.verify(data, MESSAGE + b".", "git", [Key("k", key.public)], NOW).state == "invalid"


def test_it_counts_for_its_own_namespace_alone(key: SshKey) -> None:
    found = ssh.verify(signed(key, "file"), MESSAGE, "git", [Key("k", key.public)], NOW)
    assert (found.state, found.says) == ("invalid", "it was made for 'file', not for git")


def test_a_short_rsa_key_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = SshKey.new(tmp_path, "rsa", "-b", "2048")
    assert ssh.verify(signed(own), MESSAGE, "git", [Key("k", own.public)], NOW).state == "valid"
    monkeypatch.setattr(ssh, "_LEAST_BITS", 3072)  # ssh-keygen signs with no key that is too short
    assert ssh.verify(signed(own), MESSAGE, "git", [Key("k", own.public)], NOW).state == "invalid"


def test_a_line_that_holds_beside_one_that_does_not(key: SshKey) -> None:
    lines = key.allowed('valid-before="20200101"') + b"# a comment\n" + key.allowed()
    assert ssh.verify(signed(key), MESSAGE, "git", [Key("k", lines)], NOW).state == "valid"


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_signature_with_a_byte_changed_never_verifies(key: SshKey, signature: bytes, data: st.DataObject) -> None:
    made = bytearray(signature)
    at = data.draw(st.integers(0, len(made) - 1))
    made[at] = data.draw(st.integers(0, 255))
    try:
        found = ssh.verify(bytes(made), MESSAGE, "git", [Key("k", key.public)], NOW)
    except DamagedError:
        return
    assert found.state != "valid" or ssh._parsed(bytes(made), MESSAGE) == ssh._parsed(signature, MESSAGE)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_between_the_two_lines(key: SshKey, between: bytes) -> None:
    data = ssh.ARMORED + b"\n" + base64.b64encode(b"SSHSIG\0\0\0\1" + between) + b"\n-----END SSH SIGNATURE-----\n"
    with contextlib.suppress(DamagedError):
        assert ssh.verify(data, MESSAGE, "git", [Key("k", key.public)], NOW).state != "valid"
