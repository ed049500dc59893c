"""Keyless bundles of Sigstore: sigstore-python verifies them offline, against an instance that the policy names."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supplychain import confined
from supplychain.signatures import keyless
from tests.signatures.looking import FOLDER, looked, only, plant, says
from tests.signed_models import model_statement
from tests.sigstore_instance import Instance

SIGNED = {"config.json": b"{}", "weights.safetensors": b"inert weights"}
WHO, ISSUER = "release@planted.example", "https://accounts.planted.example"
CHAIN = "failed to build timestamp certificate chain"


@pytest.fixture(scope="module")
def instance() -> Instance:
    """The instance that the policy names."""
    return Instance()


def target(folder: Path, bundle: str, files: dict[str, bytes] = SIGNED) -> Path:
    """Return a target with a model and the bundle beside it."""
    return plant(folder, {f"model/{name}": data for name, data in files.items()} | {"model/model.sig": bundle.encode()})


def test_who_signed_is_told_and_every_file_compared(tmp_path: Path, instance: Instance) -> None:
    root = target(tmp_path, instance.bundle(model_statement(SIGNED), WHO, ISSUER))
    found = only(looked(root, FOLDER, instance.root().encode()))
    says(found, "valid")
    assert (found.by, found.identity, found.issuer, found.key) == ("sigstore", WHO, ISSUER, "key0")
    plant(root, {"model/weights.safetensors": b"inert WEIGHTS"})
    says(only(looked(root, FOLDER, instance.root().encode())), "invalid", "are not those that were signed")


def test_a_workflow_is_an_identity_as_well(tmp_path: Path, instance: Instance) -> None:
    workflow = "https://github.com/planted/model/.github/workflows/release.yml@refs/tags/v1"
    root = target(tmp_path, instance.bundle(model_statement(SIGNED), workflow, ISSUER))
    assert only(looked(root, FOLDER, instance.root().encode())).identity == workflow


def test_an_instance_that_the_policy_does_not_name(tmp_path: Path, instance: Instance) -> None:
    root = target(tmp_path, Instance().bundle(model_statement(SIGNED), WHO, ISSUER))
    says(only(looked(root)), "no trust", CHAIN)
    says(only(looked(root, FOLDER, instance.root().encode())), "no trust", CHAIN)
    assert only(looked(root)).identity == ""


def _entry(bundle: dict[str, Any]) -> dict[str, Any]:
    (entry,) = bundle["verificationMaterial"]["tlogEntries"]
    assert isinstance(entry, dict)
    return entry


CHANGES: list[Callable[[dict[str, Any]], object]] = [
    lambda bundle: bundle["dsseEnvelope"]["signatures"][0].update(sig="AAAA"),
    lambda bundle: bundle["dsseEnvelope"].update(payload="e30="),
    lambda bundle: _entry(bundle).update(integratedTime="1"),
    lambda bundle: _entry(bundle)["inclusionProof"].update(rootHash="AAAA"),
    lambda bundle: _entry(bundle)["inclusionProof"]["checkpoint"].update(envelope="x"),
    lambda bundle: _entry(bundle)["inclusionPromise"].update(signedEntryTimestamp="AAAA"),
    lambda bundle: _entry(bundle).update(canonicalizedBody="e30="),
    lambda bundle: bundle["verificationMaterial"]["certificate"].update(rawBytes="AAAA"),
    lambda bundle: bundle.update(mediaType="planted"),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_a_bundle_with_anything_changed_in_it_never_verifies(tmp_path: Path, instance: Instance, number: int) -> None:
    bundle = json.loads(instance.bundle(model_statement(SIGNED), WHO, ISSUER))
    CHANGES[number](bundle)
    found = only(looked(target(tmp_path, json.dumps(bundle)), FOLDER, instance.root().encode()))
    assert found.state in {"invalid", "unreadable", "no trust"}
    assert found.says


def test_an_entry_of_another_signature(tmp_path: Path, instance: Instance) -> None:
    one, other = (json.loads(instance.bundle(model_statement(SIGNED), WHO, ISSUER)) for _ in range(2))
    one["verificationMaterial"]["tlogEntries"] = other["verificationMaterial"]["tlogEntries"]
    says(only(looked(target(tmp_path, json.dumps(one)), FOLDER, instance.root().encode())), "invalid", "log entry")


def test_without_its_entry_a_certificate_is_over(tmp_path: Path, instance: Instance) -> None:
    bundle = json.loads(instance.bundle(model_statement(SIGNED), WHO, ISSUER))
    bundle["verificationMaterial"]["tlogEntries"] = []
    says(only(looked(target(tmp_path, json.dumps(bundle)), FOLDER, instance.root().encode())), "no trust", "no root")


def test_without_sigstore_the_command_that_installs_it_is_named(
    tmp_path: Path, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    root = target(tmp_path, instance.bundle(model_statement(SIGNED), WHO, ISSUER))
    says(only(looked(root)), "unreadable", "pip install 'supplychain-spec[signing]'")


def test_what_takes_too_long_is_stopped(tmp_path: Path, instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyless, "SECONDS", 0.01)
    root = target(tmp_path, instance.bundle(model_statement(SIGNED), WHO, ISSUER))
    says(only(looked(root)), "unreadable", "did not come to an end")


def test_it_is_verified_where_nothing_can_be_asked(tmp_path: Path) -> None:
    script = tmp_path / "asks.py"
    script.write_text("import socket\ndef answer(asked):\n    socket.create_connection(('127.0.0.1', 9))\n")
    with pytest.raises(confined.StoppedError):
        confined.ask(str(script), {}, 20, home=tmp_path)
