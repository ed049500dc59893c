"""Where signatures are looked for, and that a lookup which ran is not the same as none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from supplychain.model.artifact import Artifact
from supplychain.model.baseline import Baseline, BaselineFile, Recorded
from supplychain.model.declaration import Declaration, DeclaredComponent
from supplychain.model.finding import Source
from supplychain.model.hub import NO_HUB, HubFile, HubRecord
from supplychain.model.reference import Place
from tests.signatures.looking import COMMIT, FOLDER, HUB, NOW, looked, names, only, plant, says
from tests.signed_models import EllipticKey, elliptic_key, model_signed

FILES = {"config.json": b"{}", "weights.safetensors": b"inert weights"}


def listed(files: Mapping[str, bytes], **changes: object) -> dict[str, Any]:
    """Return what a hub lists: the SHA-256 of weights, of the rest only what git calls it."""
    entries = []
    for path, data in files.items():
        large = path.endswith((".safetensors", ".gguf"))
        blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
        sha256 = hashlib.sha256(data).hexdigest() if large else None
        entries.append(HubFile(path=path, size=len(data), sha256=sha256, git_sha1=blob))
    record = HubRecord(
        component=HUB,
        revision=COMMIT,
        state="listed",
        commit=COMMIT,
        files=tuple(entries),
        source=Source(name="planted", level="cached", fetched=None, digest=None),
    )
    return {"hub": (record.model_copy(update=changes),), "revision": COMMIT}


@pytest.fixture
def key(tmp_path: Path) -> EllipticKey:
    """The publisher's key."""
    return elliptic_key(tmp_path / "publisher")


@pytest.fixture
def signed(tmp_path: Path, key: EllipticKey) -> dict[str, bytes]:
    """The files of a model at a hub, with the publisher's signature."""
    model = plant(tmp_path / "published", FILES)
    return {**FILES, "model.sig": model_signed(model, tmp_path / "model.sig", key).read_bytes()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A target that holds nothing of the model."""
    (tmp_path / "target").mkdir()
    return tmp_path / "target"


def test_a_hub_that_lists_no_signature_was_looked_at(root: Path) -> None:
    found = looked(root, HUB, **listed(FILES))
    assert (found.looked, found.lacked, found.found) == ((f"HuggingFace at {COMMIT}",), (), ())
    assert str(found.at) == "app.py:3"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"state": "unknown", "problem": "planted: not asked"}, "planted: not asked"),
        ({"state": "no such revision"}, "no such revision"),
        ({"state": "listed"}, "it lists no files"),
        ({"state": "gated"}, "gated"),
    ],
)
def test_a_hub_that_lists_nothing_was_not(root: Path, changes: dict[str, object], text: str) -> None:
    found = looked(root, HUB, **listed({}, **changes))
    assert found.looked == ()
    assert text in found.lacked[0]


def test_without_a_record_nobody_looked(root: Path) -> None:
    found = looked(root, HUB, revision=COMMIT)
    assert (found.looked, len(found.lacked)) == ((), 1)


def test_a_record_of_another_revision_is_no_lookup(root: Path) -> None:
    assert looked(root, HUB, **{**listed(FILES), "revision": "main"}).looked == ()


def test_a_signature_of_a_hub_is_held_against_what_the_hub_lists(
    root: Path, key: EllipticKey, signed: dict[str, bytes]
) -> None:
    found = looked(root, HUB, key.public, handed=signed, **listed(signed))
    says(only(found), "valid")
    assert only(found).file == "model.sig"
    assert found.unsigned == ()


def test_other_weights_at_a_hub_are_not_what_was_signed(root: Path, key: EllipticKey, signed: dict[str, bytes]) -> None:
    changed = {**signed, "weights.safetensors": b"inert WEIGHTS"}
    says(only(looked(root, HUB, key.public, handed=signed, **listed(changed))), "invalid", "weights.safetensors")


def test_small_files_of_a_hub_that_cannot_be_read_leave_it_open(
    root: Path, key: EllipticKey, signed: dict[str, bytes]
) -> None:
    alone = {"model.sig": signed["model.sig"]}
    says(only(looked(root, HUB, key.public, handed=alone, **listed(signed))), "not compared", "config.json")
    forged = {**alone, "config.json": b"{ }"}  # not the blob that the commit binds
    says(only(looked(root, HUB, key.public, handed=forged, **listed(signed))), "not compared", "config.json")


def test_a_file_that_a_hub_lists_and_nobody_signed(root: Path, key: EllipticKey, signed: dict[str, bytes]) -> None:
    more = {**signed, "extra.safetensors": b"more"}
    says(
        only(looked(root, HUB, key.public, handed=more, **listed(more))),
        "incomplete",
        "nobody signed extra.safetensors",
    )


def test_a_signature_that_cannot_be_fetched_is_found_and_not_read(root: Path, signed: dict[str, bytes]) -> None:
    says(only(looked(root, HUB, **listed(signed))), "unreadable", "planted: no such file")


def test_bytes_at_hand_count_before_what_a_hub_says(
    root: Path, key: EllipticKey, signed: dict[str, bytes], tmp_path: Path
) -> None:
    cache = plant(tmp_path / "cache", {"weights.safetensors": b"inert WEIGHTS"})
    held = {"weights.safetensors": cache / "weights.safetensors"}
    found = only(looked(root, HUB, key.public, handed=signed, cached=held, **listed(signed)))
    says(found, "invalid", "weights.safetensors")


def test_an_artifact_that_was_measured_counts_as_well(root: Path, key: EllipticKey, signed: dict[str, bytes]) -> None:
    artifact = Artifact(
        component=HUB,
        path="weights.safetensors",
        where="cache",
        revision=COMMIT,
        state="bytes",
        sha256=hashlib.sha256(b"others").hexdigest(),
    )
    found = looked(root, HUB, key.public, handed=signed, artifacts=(artifact,), **listed(signed))
    says(only(found), "invalid", "weights.safetensors")
    elsewhere = artifact.model_copy(update={"revision": "0" * 40})
    found = looked(root, HUB, key.public, handed=signed, artifacts=(elsewhere,), **listed(signed))
    says(only(found), "valid")


def test_a_cache_alone_proves_what_verifies_and_not_that_there_is_none(
    root: Path, key: EllipticKey, signed: dict[str, bytes], tmp_path: Path
) -> None:
    cache = plant(tmp_path / "cache", signed)
    held = {name: cache / name for name in signed}
    found = looked(root, HUB, key.public, revision=COMMIT, cached=held)
    says(only(found), "valid")
    assert found.lacked == ()
    bare = {name: cache / name for name in FILES}
    assert looked(root, HUB, key.public, revision=COMMIT, cached=bare).looked == ()


def test_an_address_is_never_asked_what_lies_beside_it(root: Path, key: EllipticKey) -> None:
    url = "model:url/planted.example/weights.bin"
    assert looked(root, url).looked == ()
    plant(root, {"weights/weights.bin": b"inert"})
    declaration = Declaration(schema=1, component=(DeclaredComponent(id=url, path="weights/weights.bin"),))
    found = looked(root, url, declaration=declaration)
    assert (found.looked, found.lacked) == (("weights/weights.bin in the target",), ())
    model_signed(root / "weights/weights.bin", root / "weights/weights.bin.sig", key)
    says(only(looked(root, url, key.public, declaration=declaration)), "valid")


def test_a_declared_path_stands_for_what_no_hub_tells_of(root: Path) -> None:
    plant(root, {"weights/weights.safetensors": b"inert"})
    declaration = Declaration(schema=1, component=(DeclaredComponent(id=HUB, path="weights"),))
    none = Source(name=NO_HUB, level="absent", fetched=None, digest=None)
    found = looked(root, HUB, declaration=declaration, **listed({}, state="unknown", source=none))
    assert (found.looked, found.lacked) == (("weights in the target",), ())


def test_a_declared_path_does_not_stand_for_the_hub(root: Path) -> None:
    plant(root, {"weights/weights.safetensors": b"inert"})
    declaration = Declaration(schema=1, component=(DeclaredComponent(id=HUB, path="weights"),))
    found = looked(root, HUB, declaration=declaration, revision=COMMIT)
    assert found.looked == ("weights in the target",)
    assert len(found.lacked) == 1


def test_a_file_that_is_elsewhere_is_looked_at_where_the_declaration_says(root: Path) -> None:
    plant(root, {"kept/a.bin": b"a"})
    declaration = Declaration(schema=1, component=(DeclaredComponent(id=FOLDER, path="kept"),))
    assert looked(root, FOLDER, declaration=declaration).looked == ("kept in the target",)


def test_a_path_that_is_not_there_was_not_looked_at(root: Path) -> None:
    assert "no file or folder of the target" in looked(root, FOLDER).lacked[0]


def test_the_signatures_of_other_files_are_not_those_of_this_one(root: Path, key: EllipticKey) -> None:
    plant(root, {"model/a.bin": b"a", "model/b.bin": b"b", "model/note.sig": b"of nothing here", "model/x.asc": b"-"})
    model_signed(root / "model/a.bin", root / "model/a.bin.sig", key)
    assert looked(root, "model:file/model/b.bin", key.public).found == ()
    whole = looked(root, FOLDER, key.public)
    assert names(whole.found) == [("model-signing", "model/a.bin.sig", "valid")]
    assert whole.unsigned == ("model/b.bin",)


def test_a_form_that_is_not_read_is_told(root: Path) -> None:
    plant(root, {"model/a.bin": b"a", "model/a.bin.sig": b"-----BEGIN SSH SIGNATURE-----\n"})
    says(only(looked(root, "model:file/model/a.bin")), "unreadable", "of no form that is read")


def test_what_the_baseline_recorded_is_expected(root: Path) -> None:
    plant(root, {"model/a.bin": b"a"})
    at = Place(file="app.py", line=3)
    recorded = Recorded(id=FOLDER, revisions=(None,), registries=("file",), signatures=("model/model.sig",), at=at)
    baseline = Baseline(schema=1, written=NOW, commit=None, components=(recorded,))
    found = looked(root, FOLDER, baseline=BaselineFile(file="b.json", baseline=baseline))
    assert found.expected == ("model/model.sig",)
