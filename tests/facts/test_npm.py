"""Releases as an npm registry lists them."""

import base64
import hashlib

import pytest

from supplychain.facts import npm
from supplychain.facts.interface import NoFactError
from tests.facts.support import Opening
from tests.standins import Npm, tarball

DEMO = "package:npm/@acme/demo"


def test_a_release_has_its_tarball_with_its_hashes(registry: Npm, opening: Opening) -> None:
    name, content = tarball("@acme/demo", "1.0.0")
    registry.add("@acme/demo", "1.0.0", (name, content), attestations=True)
    release = opening.release(DEMO, "1.0.0")
    (file,) = release.files
    assert (release.state, release.status, release.runs_scripts) == ("listed", "", False)
    assert file.name == "demo-1.0.0.tgz"
    assert file.hashes == (f"sha512:{hashlib.sha512(content).hexdigest()}", f"sha1:{hashlib.sha1(content).hexdigest()}")
    assert file.provenance is not None
    assert file.provenance.endswith("/-/npm/v1/attestations/@acme/demo@1.0.0")
    assert release.first_release is not None
    assert registry.paths() == ["/@acme%2Fdemo"]


def test_a_package_that_runs_scripts_and_one_that_is_deprecated(registry: Npm, opening: Opening) -> None:
    registry.add("one", "1.0.0", tarball("one", "1.0.0"), scripts={"postinstall": "node x.js"})
    registry.add("two", "1.0.0", tarball("two", "1.0.0"), scripts={"test": "x"}, deprecated="use one")
    registry.add("three", "1.0.0", tarball("three", "1.0.0"))["gypfile"] = True
    with opening.online() as facts:
        one, two, three = facts.releases([(f"package:npm/{name}", "1.0.0") for name in ("one", "two", "three")])
    assert (one.runs_scripts, one.status) == (True, "")
    assert three.runs_scripts
    assert (two.runs_scripts, two.status, two.status_reason) == (False, "deprecated", "use one")


@pytest.mark.parametrize(
    ("name", "deprecated", "status"), [("", False, ""), ("", "", ""), ("", True, ""), ("", {}, "")]
)
def test_what_else_old_packages_hold(
    registry: Npm, opening: Opening, name: str, deprecated: object, status: str
) -> None:
    manifest = registry.add("old", "1.0.0", tarball("old", "1.0.0"))
    manifest |= {
        "deprecated": deprecated,
        "scripts": ["x"],
        "dist": {"integrity": "sha512-?? md5 sha1-AAAA", "shasum": 7},
    }
    release = opening.release("package:npm/old", "1.0.0")
    assert (release.state, release.status) == ("listed", status)
    assert release.files[0].hashes == (f"sha1:{base64.b64decode('AAAA').hex()}",)


def test_a_version_that_was_taken_down(registry: Npm, opening: Opening) -> None:
    registry.add("demo", "1.0.0", tarball("demo", "1.0.0"))
    times = registry.packuments["demo"]["time"]
    assert isinstance(times, dict)
    times["1.0.1"] = "2024-02-02T00:00:00Z"
    with opening.online() as facts:
        gone, never = facts.releases([("package:npm/demo", "1.0.1"), ("package:npm/demo", "7")])
    assert (gone.state, gone.problem) == ("no such version", "it was published on 2024-02-02 and has been taken down")
    assert (never.state, never.problem) == ("no such version", "it lists 1 versions, and not this one")


def test_a_name_that_the_registry_holds(registry: Npm, opening: Opening) -> None:
    registry.add("crossenw", "0.0.1-security", tarball("crossenw", "0.0.1-security"))
    release = opening.release("package:npm/crossenw", "1.0.0")
    assert (release.state, release.status) == ("no such version", "quarantined")


def test_a_name_that_the_registry_held_once(registry: Npm, opening: Opening) -> None:
    registry.add("tslip", "0.0.1-security", tarball("tslip", "0.0.1-security"))
    registry.add("tslip", "1.0.0", tarball("tslip", "1.0.0"))
    assert opening.release("package:npm/tslip", "1.0.0").status == ""


def test_there_is_no_such_package(registry: Npm, opening: Opening) -> None:
    assert opening.release(DEMO).state == "no such package"


def test_every_version_was_taken_down(registry: Npm, opening: Opening) -> None:
    registry.packuments["gone"] = {"name": "gone", "time": {"unpublished": {"time": "2024-02-02T00:00:00Z"}}}
    release = opening.release("package:npm/gone")
    assert (release.state, release.problem) == ("no such version", "every version of it was taken down")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"versions": {}}', b'{"name": "another"}', b'{"name":' * 9999, b"\xff"])
def test_what_is_not_the_packument_is_not_believed(body: bytes) -> None:
    with pytest.raises(NoFactError, match="the registry answered with"):
        npm._packument("demo", body)
