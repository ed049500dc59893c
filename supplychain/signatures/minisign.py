"""Signatures of minisign: Ed25519 over BLAKE2b of a file, and over the comment that goes with it.

Source: the format as minisign(1) documents it. The form without a hash over the file is that of old versions.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from supplychain.signatures.interface import DamagedError, Held, Key, Verdict

BEGINS = b"untrusted comment:"
_TRUSTED = b"trusted comment: "
_WHOLE = 64_000_000
"""Bytes of a file that is signed without a hash, which has to be in memory."""


def verify(data: bytes, held: Held, keys: Sequence[Key]) -> Verdict:
    """Return what comes of a signature on a file.

    Raises:
        DamagedError: it is none.
        NotReadError: the file could not be read to its end.
    """
    algorithm, number, signature, comment, over_both = _parts(data)
    own = [(key.name, public) for key in keys for public in _public(key)]
    if not own:
        return Verdict("no trust", "it is of minisign, and the policy's trust.keys name no public key of minisign")
    named = [(name, public) for name, (of, public) in own if of == number]
    identity = f"minisign key {_shown(number)}"
    if not named:
        return Verdict("unexpected identity", f"it is made with {identity}, which is none of the policy's trust.keys")
    if held.chunks is None:
        return Verdict("not compared", "the bytes that it is on are not at hand", identity)
    signed = _message(algorithm, held.chunks())
    if signed is None:
        return Verdict(
            "unreadable", f"it is of an old form, which is read of files of {_WHOLE:,} bytes at most", identity
        )
    for name, public in named:
        if _holds(public, signature, signed):
            if not _holds(public, over_both, signature + comment):
                return Verdict("invalid", "its trusted comment is not the one that was signed", identity)
            return Verdict("valid", "", identity, by="key", key=name)
    return Verdict("invalid", f"it is on other bytes than these, or was not made with {identity}", identity)


def _parts(data: bytes) -> tuple[bytes, bytes, bytes, bytes, bytes]:
    """Return algorithm, number of the key, signature, trusted comment, and the signature over both."""
    lines = data.splitlines()
    if len(lines) < 4 or not lines[0].startswith(BEGINS) or not lines[2].startswith(_TRUSTED):
        raise DamagedError("it does not have the four lines of a signature of minisign")
    first, second = _decoded(lines[1], 74), _decoded(lines[3], 64)
    if first[:2] not in {b"ED", b"Ed"}:
        raise DamagedError("it is of an algorithm that minisign does not have")
    return first[:2], first[2:10], first[10:], lines[2].removeprefix(_TRUSTED), second


def _public(key: Key) -> Iterator[tuple[bytes, Ed25519PublicKey]]:
    lines = key.data.splitlines()
    if len(lines) < 2 or not lines[0].startswith(BEGINS):
        return
    try:
        data = _decoded(lines[1], 42)
    except DamagedError:
        return
    if data[:2] == b"Ed":
        yield data[2:10], Ed25519PublicKey.from_public_bytes(data[10:])


def _message(algorithm: bytes, chunks: Iterator[bytes]) -> bytes | None:
    """Return what is signed of a file; None where it is too large for the old form."""
    if algorithm == b"ED":
        digest = hashlib.blake2b()
        for chunk in chunks:
            digest.update(chunk)
        return digest.digest()
    whole = bytearray()
    for chunk in chunks:
        whole += chunk
        if len(whole) > _WHOLE:
            return None
    return bytes(whole)


def _holds(public: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _decoded(line: bytes, length: int) -> bytes:
    try:
        data = base64.b64decode(line.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise DamagedError("a line of it is not base64") from error
    if len(data) != length:
        raise DamagedError(f"a line of it has {len(data)} bytes in place of {length}")
    return data


def _shown(number: bytes) -> str:
    """Return the number of a key as minisign prints it."""
    return f"{int.from_bytes(number, 'little'):016X}"
