"""Bundles that are signed with a key, or with a certificate below a root: verified with `cryptography`.

Source: the OpenSSF model signing specification, and RFC 5280 for the path to a root. What its reference library leaves
open is closed here: without a root of the policy no chain counts, whoever signed is told, and every certificate has to
hold at the time of the run, since nothing else shows when it was signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from supplychain.signatures.bundle import Bundle
from supplychain.signatures.interface import DamagedError, Key, Verdict

_HASHES: dict[int, hashes.HashAlgorithm] = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}
_KNOWN = (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage, x509.SubjectAlternativeName)
"""Extensions whose demands are looked at; a critical one beside them refuses the certificate."""


def by_key(bundle: Bundle, digests: Iterable[str], keys: Sequence[Key]) -> Verdict:
    """Return what comes of a bundle that names a public key."""
    public = [(key.name, loaded) for key in keys for loaded in _public(key)]
    if not public:
        return Verdict("no trust", "it is made with a key, and the policy's trust.keys name no public key as PEM")
    for name, key in public:
        mark = _fingerprint(key)
        if bundle.hint in {"", mark} and _verifies(key, bundle, digests):
            return Verdict("valid", identity=f"key {mark}", by="key", key=name)
        if bundle.hint == mark:
            return Verdict("invalid", f"it was not made with the key that it names, {name}, or is on other bytes")
    stated = f"the key {bundle.hint}" if bundle.hint else "a key that it does not name"
    return Verdict("unexpected identity", f"it is made with {stated}, which is none of the policy's trust.keys")


def by_certificate(bundle: Bundle, digests: Iterable[str], keys: Sequence[Key], now: datetime) -> Verdict:
    """Return what comes of a bundle that carries a certificate and no entry of a log.

    Raises:
        DamagedError: a certificate cannot be read.
    """
    try:
        leaf, *between = (x509.load_der_x509_certificate(data) for data in bundle.certificates)
        identity, issuer = _names(leaf)
        key = leaf.public_key()
        usable = _signs(leaf)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise DamagedError("its certificate cannot be read") from error
    roots = [(file.name, root) for file in keys for root in _certificates(file)]
    if not roots:
        says = (
            "it is made with a certificate, and the policy's trust.keys name no root as PEM; public roots do not count"
        )
        return Verdict("no trust", says, identity, issuer)
    if not usable or not _verifies(key, bundle, digests):
        return Verdict("invalid", f"it was not made with the certificate of {identity}, or is on other bytes", identity)
    for name, root in roots:
        if _leads(leaf, between, root, now):
            return Verdict("valid", "", identity, issuer, "certificate", name)
        if _leads(leaf, between, root, leaf.not_valid_before_utc):
            ends = min(item.not_valid_after_utc for item in (leaf, *between, root))
            says = f"a certificate of its chain is over or not yet begun (the first ends on {ends:%Y-%m-%d})"
            says += ", and nothing shows when it was signed"
            return Verdict("expired", says, identity, issuer, "certificate", name)
    return Verdict("no trust", f"the chain of {identity} leads to no root of the policy's trust.keys", identity, issuer)


def _public(key: Key) -> Iterator[ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey]:
    if b"-----BEGIN PUBLIC KEY-----" not in key.data:
        return
    try:
        loaded = serialization.load_pem_public_key(key.data)
    except (ValueError, UnsupportedAlgorithm):
        return
    if isinstance(loaded, (ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey)):
        yield loaded


def _certificates(key: Key) -> list[x509.Certificate]:
    if b"-----BEGIN CERTIFICATE-----" not in key.data:
        return []
    try:
        return x509.load_pem_x509_certificates(key.data)
    except ValueError:
        return []


def _fingerprint(key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> str:
    """Return what model signing calls a key: the SHA-256 of its PEM."""
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(pem).hexdigest()


def _verifies(key: object, bundle: Bundle, digests: Iterable[str]) -> bool:
    """Whether a key made the signature: of the envelope, or else of a file with one of these digests."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        algorithm = _HASHES.get(key.curve.key_size)
        if algorithm is None:
            return False
        if bundle.payload is not None:
            return _holds(key, bundle.signature, bundle.message, ec.ECDSA(algorithm))
        prehashed = ec.ECDSA(Prehashed(hashes.SHA256()))
        return any(_holds(key, bundle.signature, bytes.fromhex(digest), prehashed) for digest in digests)
    if isinstance(key, ed25519.Ed25519PublicKey) and bundle.payload is not None:
        try:
            key.verify(bundle.signature, bundle.message)
        except InvalidSignature:
            return False
        return True
    return False


def _holds(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes, how: ec.ECDSA) -> bool:
    try:
        key.verify(signature, message, how)
    except (InvalidSignature, ValueError):
        return False
    return True


def _leads(leaf: x509.Certificate, between: Sequence[x509.Certificate], root: x509.Certificate, at: datetime) -> bool:
    """Whether a chain goes from a certificate to a root, all of it valid at a time."""
    authority = verification.ExtensionPolicy.permit_all().require_present(
        x509.BasicConstraints, verification.Criticality.AGNOSTIC, _is_authority
    )
    builder = verification.PolicyBuilder().store(verification.Store([root])).time(at).max_chain_depth(4)
    policies = builder.extension_policies(ca_policy=authority, ee_policy=verification.ExtensionPolicy.permit_all())
    try:
        chain = policies.build_client_verifier().verify(leaf, [*between]).chain
        return all(_allows(certificate, below) for below, certificate in enumerate(chain))
    except (verification.VerificationError, x509.UnsupportedGeneralNameType, ValueError):
        return False


def _is_authority(
    _policy: verification.Policy, _certificate: x509.Certificate, constraints: x509.BasicConstraints
) -> None:
    if not constraints.ca:
        raise ValueError("not an authority")


def _allows(certificate: x509.Certificate, below: int) -> bool:
    """Whether a certificate may stand above `below` others: nothing in it that we do not look at is critical."""
    for extension in certificate.extensions:
        value = extension.value
        if extension.critical and not isinstance(value, _KNOWN):
            return False
        if below and isinstance(value, x509.KeyUsage) and not value.key_cert_sign:
            return False
        if isinstance(value, x509.BasicConstraints) and value.path_length is not None and below > value.path_length + 1:
            return False
    return True


def _signs(leaf: x509.Certificate) -> bool:
    """Whether a certificate is for signatures: as model signing asks, by its use or its extended use."""
    for extension in leaf.extensions:
        value = extension.value
        if isinstance(value, x509.KeyUsage) and value.digital_signature:
            return True
        if isinstance(value, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.CODE_SIGNING in value:
            return True
    return False


def _names(leaf: x509.Certificate) -> tuple[str, str]:
    """Return whom a certificate is for and who issued it: an alternative name before the subject's own."""
    identity = leaf.subject.rfc4514_string()
    if common := leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        identity = str(common[0].value)
    for extension in leaf.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            names = [str(name.value) for name in extension.value if hasattr(name, "value")]
            identity = names[0] if names else identity
    issuer = leaf.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return identity, str(issuer[0].value) if issuer else leaf.issuer.rfc4514_string()
