"""OpenPGP signatures, verified by gpgv in a confined process, with a keyring of the policy's keys alone.

Source: gpgv(1) and the status lines in GnuPG's doc/DETAILS. The keyring and the configuration of the user do not count.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from supplychain import confined
from supplychain.signatures.interface import Held, Key, Verdict

ARMORED = b"-----BEGIN PGP SIGNATURE-----"
SECONDS = 60.0
_KEY = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"
_SIGNATURE_PACKETS = frozenset({0x88, 0x89, 0x8A, 0xC2})
_KEY_PACKETS = frozenset({0x98, 0x99, 0x9A, 0xC6})
"""First bytes of packets of these kinds (RFC 4880, 4.2 and 4.3)."""
_STATUS = re.compile(rb"^\[GNUPG:\] (?P<word>[A-Z_]+)(?: (?P<rest>.*))?$", re.MULTILINE)
_OVER = {
    "EXPKEYSIG": "the key that it is made with is over",
    "EXPSIG": "the signature itself is over",
    "REVKEYSIG": "the key that it is made with was revoked",
}
INSTALL = "apt-get install gpgv"


def is_signature(data: bytes) -> bool:
    """Whether a file begins as an OpenPGP signature does."""
    return data.lstrip().startswith(ARMORED) or (bool(data) and data[0] in _SIGNATURE_PACKETS)


def verify(data: bytes, held: Held, keys: Sequence[Key], now: datetime) -> Verdict:
    """Return what comes of a detached signature on a file.

    Raises:
        NotReadError: the file could not be read to its end.
    """
    own = [(key.name, ring) for key in keys if (ring := _keyring(key.data))]
    if not own:
        return Verdict("no trust", "it is of OpenPGP, and the policy's trust.keys name no public key of OpenPGP")
    if held.chunks is None:
        return Verdict("not compared", "the bytes that it is on are not at hand")
    program = shutil.which("gpgv")
    if program is None:
        return Verdict("unreadable", f"gpgv, which verifies it, is not installed: {INSTALL}")
    found = Verdict("unreadable", "gpgv said nothing of it")
    for name, ring in own:
        status = _status(program, ring, data, held.chunks())
        if status is None:
            return Verdict("unreadable", "gpgv was stopped on it: it takes more time or memory than a signature does")
        found = _judged(status, name, now)
        if found.state != "unexpected identity":
            return found
    return found


def _status(program: str, ring: bytes, signature: bytes, chunks: Iterator[bytes]) -> dict[str, str] | None:
    """Return gpgv's status lines by their word; None where it came to no end."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "keyring").write_bytes(ring)
        (home / "signature").write_bytes(signature)
        options = ("--homedir", folder, "--status-fd", "1", "--weak-digest", "SHA1", "--keyring", f"{folder}/keyring")
        process = subprocess.Popen(
            confined.command(program, *options, f"{folder}/signature", "-"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8", "HOME": folder},
        )
        with process:
            try:
                out = _fed(process, chunks)
            except subprocess.TimeoutExpired:
                out = None
            finally:
                process.kill()
    if out is None or (process.returncode or 0) < 0:
        return None
    return {match["word"].decode(): (match["rest"] or b"").decode(errors="replace") for match in _STATUS.finditer(out)}


def _fed(process: subprocess.Popen[bytes], chunks: Iterator[bytes]) -> bytes:
    """Return what gpgv writes after it was handed the file; it may stop reading where the signature is damaged."""
    into = process.stdin or io.BytesIO()
    with suppress(BrokenPipeError):
        for chunk in chunks:
            into.write(chunk)
    return process.communicate(timeout=SECONDS)[0]


def _judged(status: dict[str, str], key: str, now: datetime) -> Verdict:
    if "BADSIG" in status:
        return Verdict("invalid", f"it is on other bytes than these: gpgv calls it bad, made by {status['BADSIG']}")
    valid = status.get("VALIDSIG", "").split()
    identity = f"OpenPGP key {valid[-1] if len(valid) >= 10 else valid[0]}" if valid else ""
    for word, why in _OVER.items():
        if word in status:
            return Verdict("expired", why, identity, by="key", key=key)
    if valid and "GOODSIG" in status and "ERRSIG" not in status:
        if len(valid) > 3 and valid[3].isdigit() and 0 < int(valid[3]) < now.timestamp():
            return Verdict("expired", _OVER["EXPSIG"], identity, by="key", key=key)
        return Verdict("valid", "", identity, by="key", key=key)
    if "NO_PUBKEY" in status:
        says = f"it is made with the OpenPGP key {status['NO_PUBKEY']}, which is none of the policy's trust.keys"
        return Verdict("unexpected identity", says)
    return Verdict("invalid", "gpgv reads no signature in it that holds")


def _keyring(data: bytes) -> bytes:
    """Return a public key as gpgv's keyring has it; empty where a file holds none."""
    if data and data[0] in _KEY_PACKETS:
        return data
    begin, end = data.find(_KEY), data.find(b"-----END PGP PUBLIC KEY BLOCK-----")
    if not 0 <= begin < end:
        return b""
    lines = data[begin:end].replace(b"\r", b"").partition(b"\n\n")[2].split()
    try:
        return base64.b64decode(b"".join(line for line in lines if not line.startswith(b"=")), validate=True)
    except (binascii.Error, ValueError):
        return b""
