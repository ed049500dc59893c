"""Whatever lies beside a model, a lookup ends, and what was not signed never verifies."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.signatures import bundle
from supplychain.signatures.interface import LIMIT, DamagedError
from tests.signatures.looking import FOLDER, looked, only, plant
from tests.signed_models import elliptic_key

KEYS = [
    *("verificationMaterial", "publicKey", "hint", "x509CertificateChain", "certificates", "certificate", "rawBytes"),
    *("tlogEntries", "dsseEnvelope", "payload", "payloadType", "signatures", "sig", "messageSignature", "signature"),
    *("_type", "subject", "digest", "sha256", "predicateType", "predicate", "resources", "name", "algorithm"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner | st.just(bundle.IN_TOTO) | st.just("e30="),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=300)
@given(JSON)
def test_a_bundle_of_any_shape_is_read_or_refused(document: object) -> None:
    data = json.dumps(document).encode()
    for read in (bundle.parse, bundle.statement):
        with suppress(DamagedError):
            read(data)


@settings(deadline=None, max_examples=40)
@given(
    st.binary(max_size=200),
    st.sampled_from(["model.sig", "a.bin.minisig", "a.bin.asc", "a.bin.sig", ".kaggle/signing.json"]),
)
def test_no_bytes_verify_by_themselves(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    key = elliptic_key(folder / "publisher")
    root = plant(folder / "target", {"model/a.bin": b"a", f"model/{name}": data})
    assert not [item for item in looked(root, FOLDER, key.public).found if item.state in {"valid", "incomplete"}]


@pytest.mark.parametrize(
    "data", [b"{" * 100_000, b'{"a":' * 100_000, b"[" * 100_000, b"{}", b"{\xff}", b'{"a": 1e999}']
)
def test_what_is_nested_or_no_json_is_damaged(tmp_path: Path, data: bytes) -> None:
    root = plant(tmp_path, {"model/a.bin": b"a", "model/model.sig": data})
    found = looked(root, FOLDER).found
    assert [item.state for item in found] == [only(looked(root, FOLDER)).state]
    assert found[0].state in {"invalid", "unreadable"}


def test_a_signature_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    root = plant(tmp_path, {"model/a.bin": b"a", "model/model.sig": b"{" + b" " * LIMIT})
    assert "bytes" in only(looked(root, FOLDER)).says


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    root = plant(tmp_path, {"model/a.bin": b"a", "elsewhere/real.sig": b"{}"})
    (root / "model/model.sig").symlink_to(root / "elsewhere/real.sig")
    assert looked(root, FOLDER).found == ()
