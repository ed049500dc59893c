"""A Sigstore instance of the tests' own: an authority, a certificate log and a transparency log, and bundles by them.

What it makes is verified by sigstore-python itself, against the trusted root that it gives.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

SIGNED = datetime(2026, 6, 1, 12, tzinfo=UTC)
_SINCE, _UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
_IN_TOTO = "application/vnd.in-toto+json"


def encoded(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode()


def _spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _log_id(key: ec.EllipticCurvePrivateKey) -> bytes:
    return hashlib.sha256(_spki(key)).digest()


def _new() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True)
class Instance:
    """The keys of one instance."""

    authority: ec.EllipticCurvePrivateKey = field(default_factory=_new)
    certificate_log: ec.EllipticCurvePrivateKey = field(default_factory=_new)
    log: ec.EllipticCurvePrivateKey = field(default_factory=_new)

    @property
    def name(self) -> x509.Name:
        """The name of the authority."""
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "planted instance")])

    def root(self) -> str:
        """Return its trusted root, as a policy would name it."""
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        public = self.authority.public_key()
        builder = _builder(self.name, self.name, public, _SINCE, _UNTIL)
        builder = builder.add_extension(constraints, critical=True)
        builder = builder.add_extension(_usage(certificates=True), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        certificate = builder.sign(self.authority, hashes.SHA256())
        since = {"start": _SINCE.isoformat().replace("+00:00", "Z")}

        def listed(key: ec.EllipticCurvePrivateKey) -> dict[str, object]:
            details = {"rawBytes": encoded(_spki(key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": since}
            return {
                "baseUrl": "https://log.planted.example",
                "hashAlgorithm": "SHA2_256",
                "publicKey": details,
                "logId": {"keyId": encoded(_log_id(key))},
            }

        chain = {"certificates": [{"rawBytes": encoded(certificate.public_bytes(serialization.Encoding.DER))}]}
        subject = {"organization": "planted", "commonName": "planted instance"}
        whole = {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [listed(self.log)],
            "certificateAuthorities": [
                {"subject": subject, "uri": "https://ca.planted.example", "certChain": chain, "validFor": since}
            ],
            "ctlogs": [listed(self.certificate_log)],
            "timestampAuthorities": [],
        }
        return json.dumps(whole)

    def bundle(self, statement: dict[str, object], identity: str, issuer: str) -> str:
        """Return the bundle of a statement that somebody signed."""
        key = _new()
        certificate = self._certificate(key, identity, issuer)
        payload = json.dumps(statement).encode()
        message = b"DSSEv1 %d %s %d %s" % (len(_IN_TOTO), _IN_TOTO.encode(), len(payload), payload)
        signature = encoded(_sign(key, message))
        envelope = {"payload": encoded(payload), "payloadType": _IN_TOTO, "signatures": [{"sig": signature}]}
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        body = _canonical(
            {
                "apiVersion": "0.0.1",
                "kind": "dsse",
                "spec": {
                    "envelopeHash": _hash(_canonical(envelope)),
                    "payloadHash": _hash(payload),
                    "signatures": [{"signature": signature, "verifier": encoded(pem)}],
                },
            }
        )
        raw = {"rawBytes": encoded(certificate.public_bytes(serialization.Encoding.DER))}
        whole = {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {"certificate": raw, "tlogEntries": [self._entry(body)]},
            "dsseEnvelope": envelope,
        }
        return json.dumps(whole)

    def _certificate(self, key: ec.EllipticCurvePrivateKey, identity: str, issuer: str) -> x509.Certificate:
        """Return a certificate of ten minutes that the certificate log has promised to keep (RFC 6962)."""
        name = x509.RFC822Name(identity) if "://" not in identity else x509.UniformResourceIdentifier(identity)
        builder = _builder(x509.Name([]), self.name, key.public_key(), SIGNED, SIGNED + timedelta(minutes=10))
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.authority.public_key())
        said = x509.UnrecognizedExtension(
            ObjectIdentifier("1.3.6.1.4.1.57264.1.8"), bytes([0x0C, len(issuer)]) + issuer.encode()
        )
        builder = builder.add_extension(x509.SubjectAlternativeName([name]), critical=True)
        builder = builder.add_extension(_usage(certificates=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        for extension in (own, above, said):
            builder = builder.add_extension(extension, critical=False)
        before = builder.sign(self.authority, hashes.SHA256()).tbs_certificate_bytes
        stamp = int(SIGNED.timestamp() * 1000)
        holder = hashlib.sha256(_spki(self.authority)).digest()
        promised = struct.pack(">BBQH", 0, 0, stamp, 1) + holder + len(before).to_bytes(3) + before + b"\0\0"
        signature = _sign(self.certificate_log, promised)
        promise = b"\0" + _log_id(self.certificate_log) + struct.pack(">QHBBH", stamp, 0, 4, 3, len(signature))
        promise = struct.pack(">H", len(promise + signature)) + promise + signature
        promises = struct.pack(">H", len(promise)) + promise
        octets = bytes([0x04, len(promises)]) if len(promises) < 128 else bytes([0x04, 0x81, len(promises)])
        kept = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), octets + promises)
        return builder.add_extension(kept, critical=False).sign(self.authority, hashes.SHA256())

    def _entry(self, body: bytes) -> dict[str, object]:
        """Return the entry of a log that holds nothing else (RFC 6962 for the tree, and Rekor's signed note)."""
        when = int(SIGNED.timestamp()) + 1
        leaf = hashlib.sha256(b"\0" + body).digest()
        text = f"log.planted.example\n1\n{encoded(leaf)}\n"
        mark = _log_id(self.log)[:4] + _sign(self.log, text.encode())
        identity = _log_id(self.log)
        promised = {"body": encoded(body), "integratedTime": when, "logID": identity.hex(), "logIndex": 0}
        return {
            "logIndex": "0",
            "logId": {"keyId": encoded(identity)},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(when),
            "inclusionPromise": {"signedEntryTimestamp": encoded(_sign(self.log, _canonical(promised)))},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": encoded(leaf),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": f"{text}\n— log.planted.example {encoded(mark)}\n"},
            },
            "canonicalizedBody": encoded(body),
        }


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(since).not_valid_after(until)


def _usage(*, certificates: bool) -> x509.KeyUsage:
    others = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    return x509.KeyUsage(
        digital_signature=not certificates,
        key_cert_sign=certificates,
        crl_sign=certificates,
        decipher_only=False,
        **others,
    )


def _canonical(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _hash(data: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}
