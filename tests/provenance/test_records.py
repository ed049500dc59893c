"""Croissant, schema.org, data packages, dataset_infos.json and DVC: what they state, of what, and on which line."""

from __future__ import annotations

import json

import pytest

from tests.provenance.support import DATA, HUB, croissant, gathered, hashes, reference, stated

SHA, MD5 = "a" * 64, "b" * 32


def test_a_croissant_description_states_every_field_with_its_line() -> None:
    assert stated({"data/croissant.json": croissant()}) == {
        "source": "https://data.example/rows @data/croissant.json:5",
        "creator": "Example Lab, Ada @data/croissant.json:6",
        "license": "https://creativecommons.org/licenses/by/4.0/ @data/croissant.json:15",
        "revision": "1.2.0 @data/croissant.json:16",
        "published": "2024-05-17 @data/croissant.json:17",
        "collection": "Asked of volunteers. @data/croissant.json:18",
        "transformations": "Lower-cased, Deduplicated @data/croissant.json:19",
        "personal data": "none @data/croissant.json:23",
    }


def test_both_hashes_of_a_file_are_published_and_none_hides_the_other() -> None:
    found = hashes({"data/croissant.json": croissant()})
    assert found == [(DATA, "data/rows.csv", "sha256", SHA), (DATA, "data/rows.csv", "md5", MD5)]


def test_who_is_cited_is_the_creator_where_nobody_else_is_named() -> None:
    text = croissant(creator=None, citeAs="@inproceedings{rows, author={Ada Example and others}, year={2024}}")
    assert stated({"data/croissant.json": text})["creator"].startswith("Ada Example and others @")


def test_a_description_of_schema_org_is_metadata_and_other_json_is_nothing() -> None:
    text = croissant(conformsTo=None, **{"@context": "https://schema.org/", "@type": "Dataset"})
    (origin,) = {item.origin for item in gathered({"data/metadata.json": text}).statements}
    assert origin == "metadata"
    for other in ('{"@type": "SoftwareApplication", "license": "MIT"}', '{"license": "MIT"}', "[]", "1", ""):
        assert gathered({"data/metadata.json": other}).statements == ()


def test_a_character_that_json_writes_as_two_escapes_is_read() -> None:
    text = croissant(creator="PLACE").replace("PLACE", r"Ada \ud83d\ude00")
    assert stated({"data/croissant.json": text})["creator"].startswith("Ada \U0001f600 @")


def test_a_description_names_what_it_is_of_by_its_address() -> None:
    text = croissant(url="https://huggingface.co/datasets/org/rows", name=None, distribution=None)
    assert "creator" in stated({"docs/croissant.json": text}, HUB, component=HUB)
    elsewhere = text.replace("huggingface.co", "huggingface.co.evil.example")
    assert stated({"docs/croissant.json": elsewhere}, HUB, component=HUB) == {}


def test_what_discovery_found_in_a_description_is_what_it_is_of() -> None:
    name = "dataset:croissant/rows"
    record = reference(name, "docs/any.json", 4, call="Croissant")
    assert "creator" in stated({"docs/any.json": croissant(distribution=None)}, record, component=name)


PACKAGE = {
    "name": "rows",
    "version": "2.0",
    "created": "2024-01-31",
    "licenses": [{"name": "ODC-BY-1.0", "path": "https://opendatacommons.org"}],
    "sources": [{"title": "City of Example", "path": "https://data.example"}],
    "contributors": [{"title": "Ada", "role": "author"}],
    "resources": [{"path": "rows.csv", "hash": f"sha256:{SHA}"}, {"path": "more.csv", "hash": MD5}],
}


def test_a_data_package_states_its_fields_and_hashes() -> None:
    files = {"data/datapackage.json": json.dumps(PACKAGE, indent=1)}
    found = stated(files)
    assert found["creator"] == "Ada @data/datapackage.json:17"
    assert found["license"].startswith("ODC-BY-1.0 @")
    assert found["source"].startswith("City of Example @")
    assert found["published"].startswith("2024-01-31 @")
    assert hashes(files) == [(DATA, "data/rows.csv", "sha256", SHA), (DATA, "data/more.csv", "md5", MD5)]


def test_dataset_infos_state_license_source_and_the_hashes_of_downloads() -> None:
    address = "https://data.example/rows.zip"
    infos = {
        "default": {
            "license": "cc-by-4.0",
            "homepage": "https://data.example",
            "version": {"version_str": "1.1.0", "major": 1},
            "download_checksums": {address: {"num_bytes": 3, "checksum": SHA}},
        }
    }
    files = {"data/dataset_infos.json": json.dumps(infos)}
    found = stated(files)
    assert (found["license"][:9], found["revision"][:5]) == ("cc-by-4.0", "1.1.0")
    assert hashes(files) == [(DATA, address, "sha256", SHA)]


IMPORT = f"""md5: {MD5}
frozen: true
deps:
- path: data/rows.csv
  repo:
    url: https://github.com/org/registry
    rev: v1
    rev_lock: {"c" * 40}
outs:
- md5: {"d" * 32}
  path: rows.csv
"""


def test_an_import_of_dvc_fills_three_fields_of_both_copies() -> None:
    remote = "dataset:github/org/registry/data/rows.csv"
    record = reference(remote, "data/rows.csv.dvc", 4, call="DVC", revision="c" * 40)
    found = gathered({"data/rows.csv.dvc": IMPORT}, DATA, record)
    for name in (DATA, remote):
        said = {(item.field, item.value, str(item.at)) for item in found.statements if item.component == name}
        at = "data/rows.csv.dvc"
        assert said == {
            ("source", "https://github.com/org/registry/data/rows.csv", f"{at}:6"),
            ("revision", "c" * 40, f"{at}:8"),
            ("revision", "v1", f"{at}:7"),
            ("transformations", f"none: dvc import copies it as it is (md5 {'d' * 32})", f"{at}:4"),
        }


def test_a_file_that_dvc_only_tracks_has_no_origin_by_it() -> None:
    assert stated({"data/rows.csv.dvc": f"outs:\n- md5: {MD5}\n  path: rows.csv\n"}) == {}


def test_the_stage_that_makes_a_file_is_its_transformation() -> None:
    text = "stages:\n  clean:\n    cmd: python clean.py\n    deps:\n    - raw.csv\n    outs:\n    - data/rows.csv\n"
    assert stated({"dvc.yaml": text}) == {
        "transformations": "stage clean: python clean.py @dvc.yaml:3",
        "source": "made from raw.csv by stage clean @dvc.yaml:4",
    }


@pytest.mark.parametrize("name", ["rows.json", "package.json", "tsconfig.json"])
def test_json_of_another_name_is_not_read(name: str) -> None:
    assert gathered({f"data/{name}": croissant()}).statements == ()
