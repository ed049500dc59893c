"""Signatures that model-signing makes: what verifies, and every gap that its own verifier leaves open."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.signatures.looking import FOLDER, looked, only, plant, says
from tests.signed_models import EllipticKey, edited, elliptic_key, model_signed, model_statement
from tests.signed_pdf import authority

FILES = {
    "model/weights.safetensors": b"inert weights",
    "model/sub/config.json": b"{}",
    "model/.gitattributes": b"* text\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A target with a model of three files."""
    return plant(tmp_path / "target", FILES)


@pytest.fixture
def key(tmp_path: Path) -> EllipticKey:
    """The publisher's key."""
    return elliptic_key(tmp_path / "publisher")


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()], ids=lambda curve: curve.name)
def test_a_key_of_the_policy_verifies_all_files(root: Path, tmp_path: Path, curve: ec.EllipticCurve) -> None:
    key = elliptic_key(tmp_path / "curve", curve)
    model_signed(root / "model", root / "model/model.sig", key)
    found = only(looked(root, FOLDER, key.public))
    says(found, "valid", "key ")
    assert (found.by, found.key, found.covers) == ("key", "key0", ("sub/config.json", "weights.safetensors"))
    assert found.digest == "sha256:" + hashlib.sha256((root / "model/model.sig").read_bytes()).hexdigest()
    assert str(found.at) == "model/model.sig"


def test_one_file_is_signed_alone(root: Path, key: EllipticKey) -> None:
    model_signed(root / "model/weights.safetensors", root / "model/weights.safetensors.sig", key)
    says(only(looked(root, "model:file/model/weights.safetensors", key.public)), "valid")


def test_a_folder_above_is_signed(root: Path, key: EllipticKey) -> None:
    model_signed(root / "model", root / "model/model.sig", key)
    says(only(looked(root, "model:file/model/sub/config.json", key.public)), "valid")


def test_the_bundle_of_kaggle_lies_in_a_folder_of_its_own(root: Path, key: EllipticKey) -> None:
    model_signed(root / "model", root / "model/.kaggle/signing.json", key)
    found = only(looked(root, FOLDER, key.public))
    says(found, "valid")
    assert (found.kind, found.file) == ("kaggle", "model/.kaggle/signing.json")


def test_other_bytes_are_not_what_was_signed(root: Path, key: EllipticKey) -> None:
    model_signed(root / "model", root / "model/model.sig", key)
    plant(root, {"model/weights.safetensors": b"inert WEIGHTS"})
    says(only(looked(root, FOLDER, key.public)), "invalid", "the bytes of model/weights.safetensors are not those")


@pytest.mark.parametrize("extra", ["model/extra.safetensors", "model/.gitsecret/x.bin", "model/sub/.gitattributes.bin"])
def test_a_file_that_nobody_signed(root: Path, key: EllipticKey, extra: str) -> None:
    model_signed(root / "model", root / "model/model.sig", key)
    plant(root, {extra: b"added later"})
    says(only(looked(root, FOLDER, key.public)), "incomplete", f"nobody signed {extra}")


@pytest.mark.parametrize("left_out", ["sub/config.json", "weights.safetensors"])
def test_a_path_that_the_signer_ignores_is_not_excused(root: Path, key: EllipticKey, left_out: str) -> None:
    model_signed(root / "model", root / "model/model.sig", key, ignoring=[root / "model" / left_out])
    says(only(looked(root, FOLDER, key.public)), "incomplete", f"nobody signed model/{left_out}", "its signer left out")


@pytest.mark.parametrize("folder", [".github", ".git"])
def test_a_folder_of_git_that_model_signing_ignores_is_not_excused(
    tmp_path: Path, key: EllipticKey, folder: str
) -> None:
    root = plant(tmp_path / "target", {**FILES, f"model/{folder}/weights.bin": b"hidden"})
    model_signed(root / "model", root / "model/model.sig", key)
    found = only(looked(root, FOLDER, key.public))
    # what lies in .git is never a file of a target, so that nothing of it is loaded from there either
    assert found.state == ("incomplete" if folder == ".github" else "valid")


def test_a_file_that_was_signed_and_is_gone(root: Path, key: EllipticKey) -> None:
    model_signed(root / "model", root / "model/model.sig", key)
    (root / "model/sub/config.json").unlink()
    says(only(looked(root, FOLDER, key.public)), "incomplete", "sub/config.json was signed and is not there")


def test_the_key_of_somebody_else(root: Path, key: EllipticKey, tmp_path: Path) -> None:
    model_signed(root / "model", root / "model/model.sig", elliptic_key(tmp_path / "stranger"))
    says(only(looked(root, FOLDER, key.public)), "unexpected identity", "none of the policy's trust.keys")


@pytest.mark.parametrize("other", [b"", b"not a key", b"-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n"])
def test_a_policy_without_a_public_key_trusts_nobody(root: Path, key: EllipticKey, other: bytes) -> None:
    model_signed(root / "model", root / "model/model.sig", key)
    says(only(looked(root, FOLDER, other)), "no trust", "name no public key as PEM")


def test_a_key_that_lies_in_the_target_counts_for_nothing(root: Path, key: EllipticKey) -> None:
    model_signed(root / "model", root / "model/model.sig", key)
    plant(root, {"publisher.pub": key.public})
    says(only(looked(root)), "no trust")


def test_a_signature_under_a_key_that_it_does_not_name(root: Path, key: EllipticKey, tmp_path: Path) -> None:
    signature = model_signed(root / "model", root / "model/model.sig", key)
    edited(signature, {"verificationMaterial": {"publicKey": {"hint": ""}, "tlogEntries": []}})
    says(only(looked(root, FOLDER, elliptic_key(tmp_path / "x").public, key.public)), "valid")
    stranger = elliptic_key(tmp_path / "stranger")
    says(only(looked(root, FOLDER, stranger.public)), "unexpected identity", "a key that it does not name")


def test_a_signature_that_says_it_is_by_a_key_of_the_policy(root: Path, key: EllipticKey, tmp_path: Path) -> None:
    signature = model_signed(root / "model", root / "model/model.sig", elliptic_key(tmp_path / "stranger"))
    hint = {"publicKey": {"hint": hashlib.sha256(key.public).hexdigest()}, "tlogEntries": []}
    edited(signature, {"verificationMaterial": hint})
    says(only(looked(root, FOLDER, key.public)), "invalid", "was not made with the key that it names")


def test_a_statement_that_was_changed_after_it_was_signed(root: Path, key: EllipticKey) -> None:
    signature = model_signed(root / "model", root / "model/model.sig", key)
    envelope = json.loads(signature.read_text())["dsseEnvelope"]
    digest = hashlib.sha256(b"other weights").hexdigest()
    files = {"sub/config.json": b"{}", "weights.safetensors": b"other weights"}
    payload = json.dumps(model_statement(files)).encode()
    assert digest in payload.decode()
    edited(signature, {"dsseEnvelope": {**envelope, "payload": base64.b64encode(payload).decode()}})
    plant(root, {"model/weights.safetensors": b"other weights"})
    says(only(looked(root, FOLDER, key.public)), "invalid")


def signed_by_hand(root: Path, key: EllipticKey, statement: object) -> None:
    """Sign any statement with a key, as model-signing would not."""
    private = serialization.load_pem_private_key(key.file.read_bytes(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    payload, kind = json.dumps(statement).encode(), b"application/vnd.in-toto+json"
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    made = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": ""}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": kind.decode(),
            "signatures": [{"sig": base64.b64encode(private.sign(message, ec.ECDSA(hashes.SHA256()))).decode()}],
        },
    }
    (root / "model/model.sig").write_text(json.dumps(made))


SIGNED = {"sub/config.json": b"{}", "weights.safetensors": b"inert weights"}


def resources(change: Callable[[list[dict[str, str]]], object]) -> dict[str, object]:
    """Return a statement on the model with changes to the list of its files."""
    made = model_statement(SIGNED)
    predicate = made["predicate"]
    assert isinstance(predicate, dict)
    change(predicate["resources"])
    return made


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (model_statement(SIGNED, subject=[{"name": "x", "digest": {"sha256": "0" * 64}}]), "the digest of its subject"),
        (model_statement(SIGNED, subject=[]), "the digest of its subject"),
        (model_statement(SIGNED, _type="https://planted.example"), "no in-toto statement"),
        (model_statement(SIGNED, predicate={"serialization": {"method": "shards"}}), "not on whole files"),
        (resources(lambda files: files.append(dict(files[0]))), "names a file twice"),
        (resources(lambda files: files[0].update(name="../outside")), "or outside the model"),
        (resources(lambda files: files[0].update(name="/outside")), "or outside the model"),
        (resources(lambda files: files[0].update(algorithm="md5")), "another algorithm than SHA-256"),
        (resources(lambda files: files[0].update(digest="00")), "another algorithm than SHA-256"),
        (resources(lambda files: files.clear()), "the digest of its subject"),
        ([], "lacks a part"),
    ],
)
def test_a_statement_that_contradicts_itself(root: Path, key: EllipticKey, statement: object, text: str) -> None:
    signed_by_hand(root, key, statement)
    says(only(looked(root, FOLDER, key.public)), "invalid", text)


def test_a_statement_of_another_type_counts_by_its_digests(root: Path, key: EllipticKey) -> None:
    digests = [{"name": name, "digest": {"sha256": hashlib.sha256(data).hexdigest()}} for name, data in SIGNED.items()]
    statement = model_statement(SIGNED, subject=digests, predicateType="https://slsa.dev/provenance/v1")
    signed_by_hand(root, key, statement)
    found = only(looked(root, FOLDER, key.public))
    says(found, "valid")
    assert found.kind == "sigstore"
    signed_by_hand(root, key, {**statement, "subject": digests[:1]})
    says(only(looked(root, FOLDER, key.public)), "invalid", "model/weights.safetensors")


def test_a_certificate_below_a_root_of_the_policy_tells_who_signed(root: Path, tmp_path: Path) -> None:
    signer = authority(tmp_path / "ca")
    model_signed(root / "model", root / "model/model.sig", signer)
    found = only(looked(root, FOLDER, signer.root.encode()))
    says(found, "valid")
    assert (found.by, found.identity, found.issuer, found.key) == (
        "certificate",
        "Planted Signer",
        "Planted Root",
        "key0",
    )


def test_without_a_root_no_chain_counts(root: Path, tmp_path: Path) -> None:
    signer, stranger = authority(tmp_path / "ca"), authority(tmp_path / "other")
    model_signed(root / "model", root / "model/model.sig", signer)
    says(only(looked(root)), "no trust", "public roots do not count")
    says(only(looked(root, FOLDER, stranger.root.encode())), "no trust", "leads to no root")


@pytest.mark.parametrize("day", [datetime(2026, 10, 20, 11, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)])
def test_a_certificate_has_to_hold_at_the_time_of_the_run(root: Path, tmp_path: Path, day: datetime) -> None:
    signer = authority(tmp_path / "ca", until=day)
    model_signed(root / "model", root / "model/model.sig", signer)
    says(only(looked(root, FOLDER, signer.root.encode())), "expired", f"{day:%Y-%m-%d}", "nothing shows when")


def test_a_certificate_that_did_not_sign_it(root: Path, tmp_path: Path) -> None:
    signer, stranger = authority(tmp_path / "ca"), authority(tmp_path / "other")
    signature = model_signed(root / "model", root / "model/model.sig", stranger)
    own = model_signed(root / "model", tmp_path / "own.sig", signer)
    edited(signature, {"verificationMaterial": json.loads(own.read_text())["verificationMaterial"]})
    says(only(looked(root, FOLDER, signer.root.encode())), "invalid", "was not made with the certificate")


@pytest.mark.parametrize("chain", [[], [{"rawBytes": "AAAA"}], [{"rawBytes": "?"}], [{}], "x", [{"rawBytes": ""}] * 11])
def test_a_damaged_chain(root: Path, tmp_path: Path, chain: object) -> None:
    signer = authority(tmp_path / "ca")
    signature = model_signed(root / "model", root / "model/model.sig", signer)
    edited(signature, {"verificationMaterial": {"x509CertificateChain": {"certificates": chain}}})
    says(only(looked(root, FOLDER, signer.root.encode())), "invalid")


def test_a_pointer_in_place_of_the_bytes_shows_nothing(root: Path, key: EllipticKey) -> None:
    model_signed(root / "model", root / "model/model.sig", key)
    oid = hashlib.sha256(FILES["model/weights.safetensors"]).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 13\n".encode()
    plant(root, {"model/weights.safetensors": pointer})
    says(only(looked(root, FOLDER, key.public)), "not compared", "model/weights.safetensors")
