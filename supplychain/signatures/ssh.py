"""Signatures of SSH keys, as git makes them of tags.

Source: PROTOCOL.sshsig of OpenSSH, and `ALLOWED SIGNERS` in ssh-keygen(1). Nothing but the signature itself shows when it was
made, so that a key has to hold at the time of the run; a time without a zone is one of UTC.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from supplychain.signatures.interface import DamagedError, Key, Verdict

ARMORED = b"-----BEGIN SSH SIGNATURE-----"
_ENDS = b"-----END SSH SIGNATURE-----"
_MAGIC = b"SSHSIG"
_LEAST_BITS = 2048
"""Of an RSA key, as ssh-keygen asks."""
_CURVES: dict[str, hashes.HashAlgorithm] = {
    "nistp256": hashes.SHA256(),
    "nistp384": hashes.SHA384(),
    "nistp521": hashes.SHA512(),
}
_RSA: dict[str, hashes.HashAlgorithm] = {"rsa-sha2-256": hashes.SHA256(), "rsa-sha2-512": hashes.SHA512()}
_ENTRY = re.compile(
    r"^(?P<before>.*?)(?:^|(?<=\s))(?P<kind>ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521))\s+(?P<blob>[A-Za-z0-9+/]+=*)"
)
_OPTION = re.compile(r'(?:^|[\s,])(?P<name>namespaces|valid-after|valid-before)="(?P<value>[^"]*)"', re.IGNORECASE)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z?")


@dataclass(frozen=True)
class Allowed:
    """A key that the policy names, and what it may sign."""

    file: str
    blob: bytes
    who: str
    """Whom the policy's file names it of; empty for a public key alone."""
    namespaces: str
    after: str
    before: str


@dataclass(frozen=True)
class _Signature:
    blob: bytes
    """The public key that it says it is made with."""
    namespace: bytes
    signed: bytes
    """What its key signed."""
    algorithm: str
    value: bytes


def verify(data: bytes, message: bytes, namespace: str, keys: Sequence[Key], now: datetime) -> Verdict:
    """Return what comes of a signature on a message that was made for a namespace.

    Raises:
        DamagedError: it is not as its form asks.
    """
    allowed = [entry for key in keys for entry in _allowed(key)]
    if not allowed:
        return Verdict("no trust", "it is of SSH, and the policy's trust.keys name no public key of SSH")
    found = _parsed(data, message)
    mark = f"SSH key SHA256:{base64.b64encode(hashlib.sha256(found.blob).digest()).decode().rstrip('=')}"
    own = [entry for entry in allowed if entry.blob == found.blob]
    if not own:
        return Verdict("unexpected identity", f"it is made with the {mark}, which is none of the policy's trust.keys")
    if found.namespace != namespace.encode():
        return Verdict("invalid", f"it was made for {found.namespace.decode(errors='replace')!r}, not for {namespace}")
    if not _holds(found):
        return Verdict("invalid", f"it is on other bytes than these, or was not made with the {mark}")
    judged = [_judged(entry, mark, namespace, now) for entry in own]
    return next((verdict for verdict in judged if verdict.state == "valid"), judged[0])


def _judged(entry: Allowed, mark: str, namespace: str, now: datetime) -> Verdict:
    """Return what the policy's own line says of a signature that verifies with its key."""
    identity = f"{mark} of {entry.who}" if entry.who else mark
    if entry.namespaces and not any(fnmatchcase(namespace, name) for name in entry.namespaces.split(",")):
        says = f"{entry.file} lets the {mark} sign for {entry.namespaces} alone"
        return Verdict("unexpected identity", says, identity, by="key", key=entry.file)
    begins, ends = _moment(entry.after), _moment(entry.before)
    if (entry.after and (begins is None or now < begins)) or (entry.before and (ends is None or now >= ends)):
        says = f"the {mark} does not hold on the day of the run, as {entry.file} says"
        return Verdict("expired", says, identity, by="key", key=entry.file)
    return Verdict("valid", "", identity, by="key", key=entry.file)


def _moment(text: str) -> datetime | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _allowed(key: Key) -> Iterator[Allowed]:
    """Yield the keys of a file: public keys as ssh-keygen writes them, or lines of allowed signers.

    The certificate of an authority is not read, and so is no key.
    """
    if not key.data.isascii():
        return
    for line in key.data.decode("ascii").splitlines():
        match = _ENTRY.match(line.strip())
        if match is None or line.lstrip().startswith("#") or "cert-authority" in match["before"].lower():
            continue
        options = {option["name"].lower(): option["value"] for option in _OPTION.finditer(match["before"])}
        who = match["before"].split(maxsplit=1)[0].strip('"') if match["before"].strip() else ""
        try:
            blob = base64.b64decode(match["blob"], validate=True)
        except (binascii.Error, ValueError):
            continue
        limits = (options.get(name, "") for name in ("namespaces", "valid-after", "valid-before"))
        yield Allowed(key.name, blob, who, *limits)


def _parsed(data: bytes, message: bytes) -> _Signature:
    begin, end = data.find(ARMORED), data.find(_ENDS)
    if not 0 <= begin < end:
        raise DamagedError("it does not have the two lines that a signature of SSH stands between")
    try:
        raw = base64.b64decode(b"".join(data[begin + len(ARMORED) : end].split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise DamagedError("a part of it is not base64") from error
    if not raw.startswith(_MAGIC + struct.pack(">I", 1)):
        raise DamagedError("it is of another version than the first")
    blob, namespace, reserved, hashed, value = _strings(raw[len(_MAGIC) + 4 :], 5)
    if hashed not in {b"sha256", b"sha512"}:
        raise DamagedError("it is on a digest that signatures of SSH do not have")
    digest = hashlib.new(hashed.decode(), message).digest()
    signed = _MAGIC + b"".join(struct.pack(">I", len(part)) + part for part in (namespace, reserved, hashed, digest))
    algorithm, own = _strings(value, 2)
    return _Signature(blob, namespace, signed, algorithm.decode("ascii", "replace"), own)


def _strings(data: bytes, count: int) -> list[bytes]:
    """Return the strings that data consist of, by RFC 4251, 5."""
    found, at = [], 0
    for _ in range(count):
        size = int.from_bytes(data[at : at + 4], "big")
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    if at != len(data):
        raise DamagedError("a part of it is cut off, or followed by more")
    return found


def _holds(found: _Signature) -> bool:
    """Whether a signature was made by the key that it names."""
    kind = found.blob[4 : 4 + int.from_bytes(found.blob[:4], "big")]
    try:
        key = serialization.load_ssh_public_key(kind + b" " + base64.b64encode(found.blob))
        if isinstance(key, ed25519.Ed25519PublicKey) and found.algorithm == "ssh-ed25519":
            key.verify(found.value, found.signed)
        elif isinstance(key, ec.EllipticCurvePublicKey) and found.algorithm == kind.decode():
            first, second = (int.from_bytes(part, "big", signed=True) for part in _strings(found.value, 2))
            curve = found.algorithm.rpartition("-")[2]
            key.verify(encode_dss_signature(first, second), found.signed, ec.ECDSA(_CURVES[curve]))
        elif isinstance(key, rsa.RSAPublicKey) and found.algorithm in _RSA and key.key_size >= _LEAST_BITS:
            key.verify(found.value, found.signed, padding.PKCS1v15(), _RSA[found.algorithm])
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
