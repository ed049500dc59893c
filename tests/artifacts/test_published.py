"""What was published of an artifact: by a hub, in a declaration, a baseline, an inventory, a description, a name."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from supplychain.model.artifact import Artifact, PublishedHash
from supplychain.model.baseline import Baseline, BaselineFile, Recorded
from supplychain.model.case import Bom, Listed
from supplychain.model.component import Component
from supplychain.model.declaration import Declaration, DeclaredComponent
from supplychain.model.reference import Place
from tests.artifacts.support import AT, gathered, reference

WEIGHTS = b"bytes of weights"
SHA = hashlib.sha256(WEIGHTS).hexdigest()
MD5 = hashlib.md5(WEIGHTS).hexdigest()
MODEL = "model:file/models/w.bin"
FILES = {"models/w.bin": WEIGHTS}


def said(artifact: Artifact) -> list[tuple[str, str, str]]:
    return [(one.origin, one.algorithm, one.value) for one in artifact.published]


def declaring(**stated: Any) -> Declaration:
    return Declaration(schema=1, component=(DeclaredComponent(**stated),))


def test_a_declaration_says_it_with_its_line() -> None:
    text = f'schema = 1\n\n[[component]]\nid = "{MODEL}"\nlicense = "MIT"\nsha256 = "{SHA}"\n'
    declaration = declaring(id=MODEL, sha256=SHA, published=date(2026, 1, 2))
    (found,) = gathered({**FILES, "supplychain.toml": text.encode()}, reference(MODEL), declaration=declaration)
    assert said(found) == [("declaration", "sha256", SHA)]
    assert (str(found.published[0].at), found.published[0].recorded) == ("supplychain.toml:6", date(2026, 1, 2))


def test_a_baseline_and_an_inventory_say_it_with_their_day() -> None:
    at = Place(file=".supplychain/inventory.cdx.json", line=9)
    recorded = Recorded(id=MODEL, revisions=(None,), registries=("file",), digests=(f"sha256:{SHA}",), at=AT)
    written = datetime(2026, 9, 1, tzinfo=UTC)
    baseline = BaselineFile(file="b", baseline=Baseline(written=written, commit=None, components=(recorded,)))
    listed = Listed(component=Component.parse(MODEL), version=None, at=at, hashes=(f"sha256:{SHA.upper()}",))
    bom = Bom(file=at.file, digest="", format="CycloneDX", listed=(listed,), written=written)
    (found,) = gathered(FILES, reference(MODEL), baseline=baseline, boms=(bom,))
    assert said(found) == [("baseline", "sha256", SHA), ("inventory", "sha256", SHA)]
    assert {one.recorded for one in found.published} == {date(2026, 9, 1)}


@pytest.mark.parametrize("checksum", [f"sha256:{SHA}", f"md5:{MD5}", "sha512:" + "0" * 128, "sha256:"])
def test_the_place_that_names_it_says_it(checksum: str) -> None:
    (found,) = gathered(FILES, reference(MODEL, checksum=checksum))
    algorithm, _, value = checksum.partition(":")
    assert said(found) == [("reference", algorithm, value)]
    assert algorithm in {"sha256", *dict(found.weaker)}


def test_of_several_files_the_one_that_has_the_digest_is_meant() -> None:
    files = {"models/config.json": b"{}", "models/w.bin": WEIGHTS, "models/x.bin": b"more bytes than the weights have"}
    declaration = declaring(id="model:file/models", sha256=SHA)
    found = gathered(files, reference("model:file/models"), declaration=declaration)
    assert {artifact.path: len(artifact.published) for artifact in found} == {
        "models/config.json": 0,
        "models/w.bin": 1,
        "models/x.bin": 0,
    }


def test_a_digest_that_none_has_is_held_against_the_largest_weights() -> None:
    files = {"models/big.txt": b"t" * 99, "models/s.bin": b"small", "models/w.bin": WEIGHTS}
    found = gathered(
        files, reference("model:file/models"), declaration=declaring(id="model:file/models", sha256="0" * 64)
    )
    assert [artifact.path for artifact in found if artifact.published] == ["models/w.bin"]


def test_a_digest_of_what_is_absent_is_kept() -> None:
    (found,) = gathered({}, reference("model:url/a.example/w.bin", checksum="sha256:"))
    assert (found.state, said(found)) == ("absent", [("reference", "sha256", "")])


@pytest.mark.parametrize("declared", ["vendored/w.bin", "vendored", "vendored/"])
def test_a_declared_path_has_the_bytes_of_what_code_fetches(declared: str) -> None:
    name = "model:url/a.example/w.bin"
    files = {"vendored/w.bin": WEIGHTS}
    (found,) = gathered(files, reference(name), declaration=declaring(id=name, path=declared))
    assert (found.where, found.path, found.sha256) == ("declared", "vendored/w.bin", SHA)


@pytest.mark.parametrize("declared", ["/etc/hostname", "../x", "gone"])
def test_a_declared_path_leads_nowhere_else(declared: str) -> None:
    name = "model:huggingface/o/m"
    found = gathered(FILES, reference(name), declaration=declaring(id=name, path=declared))
    assert {artifact.state for artifact in found} == {"absent"}


@pytest.mark.parametrize(
    ("component", "content", "value"),
    [
        ("model:url/download.pytorch.org/models/resnet18-{}.pth", WEIGHTS, SHA[:8]),
        ("model:url/download.pytorch.org/models/resnet18-{}.pth", b"other", SHA[:8]),
        ("model:url/a.example/resnet18-{}.pth", WEIGHTS, SHA[:8]),
        ("model:url/a.example/resnet18-{}.pth", b"other", None),
        ("model:url/download.pytorch.org/models/resnet18.pth", WEIGHTS, None),
    ],
)
def test_digits_in_a_name_count_where_pytorch_hub_writes_them_or_where_they_fit(
    component: str, content: bytes, value: str | None
) -> None:
    name = component.format(SHA[:8])
    path = "models/" + name.rpartition("/")[2]
    (found,) = gathered({path: content}, reference(name), declaration=declaring(id=name, path=path))
    assert said(found) == ([("name", "sha256", value)] if value else [])


def croissant(*files: dict[str, Any]) -> bytes:
    parts = [{"@type": "cr:FileObject", **file} for file in files]
    described = {"@type": "sc:Dataset", "name": "d", "datePublished": "2026-02-03", "distribution": parts}
    return json.dumps(described, indent=1).encode()


def described(*files: dict[str, Any], lies: dict[str, bytes] | None = None) -> tuple[Artifact, ...]:
    at = Place(file="data/croissant.json", line=1)
    content = {"data/croissant.json": croissant(*files), **(lies or {"data/rows.csv": WEIGHTS})}
    return gathered(content, reference("dataset:croissant/d", call="Croissant", at=at))


@pytest.mark.parametrize("address", ["rows.csv", "https://a.example/files/rows.csv"])
def test_croissant_says_both_digests_of_the_file_beside_it(address: str) -> None:
    (found,) = described({"contentUrl": address, "sha256": "0" * 64, "md5": MD5})
    assert said(found) == [("metadata", "sha256", "0" * 64), ("metadata", "md5", MD5)]
    assert (found.path, found.sha256, dict(found.weaker)) == ("data/rows.csv", SHA, {"md5": MD5})
    assert found.published[0].recorded == date(2026, 2, 3)
    assert str(found.at) == "data/croissant.json:9"


def test_croissant_can_say_nothing_and_nonsense() -> None:
    assert said(described({"contentUrl": "rows.csv", "sha256": ""})[0]) == [("metadata", "sha256", "")]
    issue = "https://github.com/mlcommons/croissant/issues/80"
    assert said(described({"contentUrl": "rows.csv", "sha256": issue})[0]) == [("metadata", "sha256", issue)]
    (absent,) = described({"contentUrl": "gone.csv", "sha256": SHA})
    assert (absent.state, said(absent)) == ("absent", [("metadata", "sha256", SHA)])


def test_a_repository_that_croissant_names_is_no_file() -> None:
    (found,) = described({"contentUrl": "https://huggingface.co/datasets/o/d", "encodingFormat": "git+https"})
    assert (found.path, found.published) == ("", ())


@pytest.mark.parametrize("address", ["../../etc/passwd", "/etc/passwd", "https://a.example/"])
def test_croissant_leads_to_nothing_outside(address: str) -> None:
    (found,) = described({"contentUrl": address, "sha256": SHA})
    assert found.sha256 is None


def test_published_hashes_are_said_once() -> None:
    twice = reference(MODEL, checksum=f"sha256:{SHA}")
    (found,) = gathered(FILES, twice, twice)
    assert found.published == (PublishedHash(algorithm="sha256", value=SHA, origin="reference", at=AT),)
