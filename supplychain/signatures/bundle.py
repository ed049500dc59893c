"""Sigstore bundles and the in-toto statements in them, read without trusting a byte of them.

Source: the Sigstore bundle format v0.3, the DSSE envelope v1.0, the in-toto Statement v1 and the model signing
predicate v1.0.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from supplychain import catalog
from supplychain.signatures.interface import DamagedError, Statement

IN_TOTO = "application/vnd.in-toto+json"
_STATEMENTS = ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FILES = 100_000


@dataclass(frozen=True)
class Bundle:
    """One bundle, by its parts."""

    payload: bytes | None
    """What its envelope holds; None: it signs the bytes of one file without an envelope."""
    signature: bytes
    hint: str | None
    """What it says of its public key; None: it has a certificate."""
    certificates: tuple[bytes, ...]
    is_logged: bool
    """Whether it carries the entry of a transparency log or a time stamp, as keyless signatures do."""

    @property
    def message(self) -> bytes:
        """What is signed of an envelope, by the DSSE protocol."""
        payload = self.payload or b""
        return b"DSSEv1 %d %s %d %s" % (len(IN_TOTO), IN_TOTO.encode(), len(payload), payload)


def parse(data: bytes) -> Bundle:
    """Return the bundle in a file.

    Raises:
        DamagedError: it is none.
    """
    document = _object(_json(data))
    material = _object(document.get("verificationMaterial"))
    certificates, hint = _signer(material)
    logged = bool(material.get("tlogEntries")) or bool(material.get("timestampVerificationData"))
    if "messageSignature" in document:
        return Bundle(None, _bytes(_object(document["messageSignature"]).get("signature")), hint, certificates, logged)
    envelope = _object(document.get("dsseEnvelope"))
    if envelope.get("payloadType") != IN_TOTO:
        raise DamagedError("its envelope holds no in-toto statement")
    signatures = _list(envelope.get("signatures"))
    if len(signatures) != 1:
        raise DamagedError(f"its envelope has {len(signatures)} signatures; a bundle has one")
    return Bundle(
        _bytes(envelope.get("payload")), _bytes(_object(signatures[0]).get("sig")), hint, certificates, logged
    )


def statement(payload: bytes) -> Statement:
    """Return what a payload states.

    Raises:
        DamagedError: it is no statement, it contradicts itself, or it states no SHA-256 of whole files.
    """
    document = _object(_json(payload))
    if document.get("_type") not in _STATEMENTS:
        raise DamagedError("what it signs is no in-toto statement")
    subjects = [_object(item) for item in _list(document.get("subject"))]
    if document.get("predicateType") == catalog.signatures().model_predicate:
        return _model(subjects, _object(document.get("predicate")))
    digests = [_object(item.get("digest")).get("sha256") for item in subjects]
    if not digests or not all(_is_digest(digest) for digest in digests):
        raise DamagedError("its statement gives no SHA-256 of what it is on")
    return Statement({f"{number}": str(digest) for number, digest in enumerate(digests)}, is_model=False)


def _model(subjects: list[dict[str, Any]], predicate: dict[str, Any]) -> Statement:
    """Return the files that a model's statement lists; the digest of its subject is of theirs, in their order."""
    serialization = _object(predicate.get("serialization"))
    if serialization.get("method") != "files":
        raise DamagedError("its statement is not on whole files")
    found: dict[str, str] = {}
    whole = hashlib.sha256()
    for item in (_object(item) for item in _list(predicate.get("resources"))):
        name, digest = item.get("name"), item.get("digest")
        if item.get("algorithm") != "sha256" or not _is_digest(digest):
            raise DamagedError("its statement gives digests of another algorithm than SHA-256")
        if not isinstance(name, str) or not _is_plain(name) or name in found:
            raise DamagedError("its statement names a file twice, or outside the model")
        found[name] = str(digest)
        whole.update(bytes.fromhex(str(digest)))
    if len(subjects) != 1 or _object(subjects[0].get("digest")).get("sha256") != whole.hexdigest():
        raise DamagedError("the digest of its subject is not that of the files it lists")
    if not found:
        raise DamagedError("its statement lists no file")
    ignored = tuple(item for item in _list(serialization.get("ignore_paths", [])) if isinstance(item, str))
    return Statement(found, is_model=True, ignored=ignored)


def _signer(material: dict[str, Any]) -> tuple[tuple[bytes, ...], str | None]:
    if "publicKey" in material:
        hint = _object(material["publicKey"]).get("hint", "")
        return (), hint if isinstance(hint, str) else ""
    if "certificate" in material:
        return (_bytes(_object(material["certificate"]).get("rawBytes")),), None
    chain = _list(_object(material.get("x509CertificateChain")).get("certificates"))
    if not 0 < len(chain) <= 10:
        raise DamagedError("it names no signer")
    return tuple(_bytes(_object(item).get("rawBytes")) for item in chain), None


def _is_plain(name: str) -> bool:
    """Whether a name stays within its folder; a model of one file has the name `.`."""
    return name == "." or all(part not in {"", ".", ".."} for part in name.split("/"))


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedError("it is not JSON") from error


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DamagedError("it lacks a part that a Sigstore bundle with a statement has")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > _FILES:
        raise DamagedError("it lacks a part that a Sigstore bundle with a statement has")
    return value


def _bytes(value: object) -> bytes:
    try:
        return base64.b64decode(value if isinstance(value, str) else "?", validate=True)
    except (binascii.Error, ValueError) as error:
        raise DamagedError("a part of it is not base64") from error
