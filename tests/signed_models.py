"""Signatures on models that tests make themselves, with the tools that publishers use: model-signing, minisign, GnuPG."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import minisign
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import hashing, signing

from tests.signed_pdf import Authority

MODEL_PREDICATE = "https://model_signing/signature/v1.0"


@dataclass(frozen=True)
class EllipticKey:
    """A key as model signing uses it, in a file, and its public half as a policy would name it."""

    file: Path
    public: bytes


def elliptic_key(folder: Path, curve: ec.EllipticCurve | None = None) -> EllipticKey:
    """Return a new key whose files lie in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(curve or ec.SECP256R1())
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "private.pem").write_bytes(encoded)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return EllipticKey(folder / "private.pem", public)


def model_signed(model: Path, signature: Path, key: EllipticKey | Authority, ignoring: Iterable[Path] = ()) -> Path:
    """Write the signature of a model as model-signing makes it, and return its path."""
    hashed = hashing.Config().set_ignored_paths(paths=[signature, *ignoring], ignore_git_paths=True)
    config = signing.Config().set_hashing_config(hashed)
    if isinstance(key, EllipticKey):
        config = config.use_elliptic_key_signer(private_key=key.file)
    else:
        config = config.use_certificate_signer(
            private_key=key.key, signing_certificate=key.certificate, certificate_chain=[key.issuer]
        )
    signature.parent.mkdir(parents=True, exist_ok=True)
    config.sign(model, signature)
    return signature


def model_statement(files: Mapping[str, bytes], **changes: object) -> dict[str, object]:
    """Return the statement on the files of a model, as model signing makes it."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    whole = hashlib.sha256(b"".join(bytes.fromhex(digest) for digest in digests.values())).hexdigest()
    resources = [{"name": name, "algorithm": "sha256", "digest": digest} for name, digest in digests.items()]
    made = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "model", "digest": {"sha256": whole}}],
        "predicateType": MODEL_PREDICATE,
        "predicate": {
            "resources": resources,
            "serialization": {"method": "files", "hash_type": "sha256", "ignore_paths": [".gitignore"]},
        },
    }
    return {**made, **changes}


def edited(signature: Path, change: dict[str, object]) -> None:
    """Change parts of a bundle's outermost object."""
    signature.write_text(json.dumps({**json.loads(signature.read_text()), **change}))


@dataclass(frozen=True)
class MinisignKey:
    """A key pair of minisign."""

    pair: minisign.KeyPair

    @classmethod
    def new(cls) -> MinisignKey:
        """Return a new pair."""
        return cls(minisign.KeyPair.generate())

    @property
    def public(self) -> bytes:
        """The public key's file."""
        return bytes(self.pair.public_key)

    def sign(self, data: bytes, *, prehash: bool = True) -> bytes:
        """Return the signature file on some bytes."""
        made = self.pair.secret_key.sign(data, prehash=prehash, trusted_comment="timestamp:1780315200")
        return bytes(made)


@dataclass(frozen=True)
class OpenPgpKey:
    """A key of GnuPG in a home of its own."""

    home: Path

    @property
    def public(self) -> bytes:
        """The public key, armored."""
        return self._run("--armor", "--export")

    def sign(self, data: bytes, *options: str) -> bytes:
        """Return the detached signature on some bytes."""
        return self._run(*options, "--detach-sign", "--output", "-", "-", data=data)

    def _run(self, *arguments: str, data: bytes = b"") -> bytes:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--yes", "--quiet", *arguments]
        return subprocess.run(command, input=data, capture_output=True, check=True, timeout=60).stdout


@contextmanager
def openpgp_key(name: str, *, since: str = "20260101T000000", days: int = 0) -> Iterator[OpenPgpKey]:
    """Give a new key of somebody, which ends some days after it was made; its agent is stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="gpg") as folder:
        key = OpenPgpKey(Path(folder))
        ends = f"{days}d" if days else "0"
        base = ["gpg", "--homedir", folder, "--batch", "--quiet", "--faked-system-time", since, "--passphrase", ""]
        subprocess.run(
            [*base, "--quick-generate-key", name, "ed25519", "sign", ends], capture_output=True, check=True, timeout=60
        )
        try:
            yield key
        finally:
            stop = ["gpgconf", "--homedir", folder, "--kill", "all"]
            subprocess.run(stop, capture_output=True, check=False, timeout=60)


def has_gpg() -> bool:
    """Whether GnuPG and gpgv are at hand."""
    return shutil.which("gpg") is not None and shutil.which("gpgv") is not None
