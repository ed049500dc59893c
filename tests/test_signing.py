"""Signatures on PDFs: what verifies against the roots of the policy, what does not, and that nothing hostile gets out."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplychain import pdf_signatures, signing
from supplychain.signing import Verified, verify
from tests.signed_pdf import SIGNER, Authority, authority, changed_after, signed_pdf, unsigned_pdf

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Somebody whose certificate goes back to a root of the policy."""
    return authority(tmp_path_factory.mktemp("signer"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Somebody of the same name, below another root."""
    return authority(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    verify.cache_clear()


def test_a_signature_below_a_root_of_the_policy_verifies(signer: Authority, stranger: Authority) -> None:
    assert verify(signed_pdf(signer), (stranger.root, signer.root), NOW) == Verified((SIGNER,))


def test_a_signature_below_another_root_does_not(signer: Authority, stranger: Authority) -> None:
    found = verify(signed_pdf(stranger), (signer.root,), NOW)
    assert (found.signers, found.is_bad) == ((), False)
    assert "does not go back to a root of the policy" in found.problem


@pytest.mark.parametrize("root", ["", "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"])
def test_a_root_that_is_no_certificate_trusts_nobody(signer: Authority, root: str) -> None:
    assert verify(signed_pdf(signer), (root,), NOW).signers == ()


@pytest.mark.parametrize(("day", "counts"), [("2026-05-31", True), ("2026-06-02", False), ("2025-12-31", False)])
def test_a_certificate_has_to_hold_on_the_day(tmp_path: Path, day: str, *, counts: bool) -> None:
    short = authority(tmp_path / "short", until=datetime(2026, 6, 1, 12, tzinfo=UTC))
    found = verify(signed_pdf(short), (short.root,), datetime.fromisoformat(f"{day}T12:00:00+00:00"))
    assert (bool(found.signers), bool(found.problem), found.is_bad) == (counts, not counts, False)


def test_what_was_changed_after_it_was_signed_is_bad(signer: Authority) -> None:
    for changed in (signed_pdf(signer).replace(b"200", b"201", 1), changed_after(signed_pdf(signer))):
        found = verify(changed, (signer.root,), NOW)
        assert found.is_bad
        assert "sign" in found.problem


@pytest.mark.parametrize(
    ("pdf", "says"),
    [
        (unsigned_pdf(), "no digital signature"),
        (b"%PDF-1.7\nnothing", "cannot be read as a PDF"),
        (b"", "cannot be read as a PDF"),
        (b"%PDF-1.7\n" + b"<<" * 100_000, "cannot be read as a PDF"),
    ],
)
def test_what_has_no_signature_verifies_nothing(signer: Authority, pdf: bytes, says: str) -> None:
    found = verify(pdf, (signer.root,), NOW)
    assert (found.signers, found.is_bad) == ((), False)
    assert says in found.problem


def test_no_root_means_that_nobody_is_trusted(signer: Authority) -> None:
    assert "services.roots" in verify(signed_pdf(signer), (), NOW).problem


def test_without_pyhanko_the_command_that_installs_it_is_named(
    signer: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert "pip install 'supplychain-spec[signing]'" in verify(signed_pdf(signer), (signer.root,), NOW).problem


def test_what_takes_too_long_is_stopped(signer: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "SECONDS", 0.01)
    assert "did not come to an end" in verify(signed_pdf(signer), (signer.root,), NOW).problem


def test_what_breaks_the_program_is_no_verified_signature(
    signer: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("raise SystemExit(3)")
    monkeypatch.setattr(pdf_signatures, "__file__", str(tmp_path / "broken.py"))
    assert "was stopped on it" in verify(signed_pdf(signer), (signer.root,), NOW).problem


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('planted.example', 443)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
    ],
)
def test_the_program_can_neither_connect_nor_start_anything(attempt: str) -> None:
    code = f"from supplychain.confined import confine; confine(); {attempt}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    assert b"PermissionError" in done.stderr


def test_the_program_writes_nothing_into_a_file(tmp_path: Path) -> None:
    file = tmp_path / "written"
    code = f"from supplychain.confined import confine; confine(); open({str(file)!r}, 'w').write('x')"
    subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert file.read_bytes() == b""
