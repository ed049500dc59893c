"""pnpm-lock.yaml of versions 5, 6 and 9: every entry is read, and a stale lock is told."""

from __future__ import annotations

import json
import re

import pytest

from supplychain.model.package import Drift, Origin
from supplychain.packages import pnpm_lock
from supplychain.packages.interface import NotParsedError, SourceFile
from tests.packages.npm_fixtures import REGISTRY, asking, edited, fixture, manifests
from tests.packages.sources import source

VERSIONS = (5, 6, 9)


def lock(version: int) -> SourceFile:
    return fixture(f"pnpm-lock-{version}.yaml", "pnpm-lock.yaml")


def names(found: tuple[Drift, ...] | str) -> list[str]:
    assert not isinstance(found, str)
    return [f"{item.component} {item.at}" for item in found]


def one(resolution: str, *more: str) -> SourceFile:
    lines = ["lockfileVersion: '9.0'", "packages:", "  a@1.0.0:", f"    resolution: {resolution}", *more]
    return source("app/pnpm-lock.yaml", "\n".join(lines) + "\n")


@pytest.mark.parametrize(("version", "count"), [(5, 50), (6, 44), (9, 44)])
def test_every_package_is_read(version: int, count: int) -> None:
    text = lock(version).text
    part = text.partition("\npackages:\n")[2].partition("\nsnapshots:\n")[0]
    keys = re.findall(r"(?m)^  '?(\S+?)'?:$", part)
    found = pnpm_lock.read(lock(version)).packages
    assert [entry.asked for entry in found] == keys
    assert len(found) == count
    assert sum(bool(entry.hashes) for entry in found) == part.count("integrity: sha512-") == count - 1
    for entry in found:
        assert text.splitlines()[(entry.at.line or 0) - 1].strip(" ':") == entry.asked
        assert entry.version is None or entry.version in entry.asked or "file:" in entry.asked
        assert entry.origin.form == ("folder" if entry.component.name == "local-part" else "index")


@pytest.mark.parametrize("version", VERSIONS)
def test_names_groups_and_what_the_project_asks_for_itself(version: int) -> None:
    found = {(e.component.name, e.version): e for e in pnpm_lock.read(lock(version)).packages}
    assert found["string-width", "4.2.3"].direct, "by the name of an alias"
    assert found["debug", "3.2.7"].direct, "a member asks for it"
    assert not found["ms", "2.1.2"].direct
    assert found["uuid", "9.0.1"].groups == ("dev",)
    assert found["fsevents", "2.3.3"].groups == ("optional",)
    assert found["strip-ansi", "6.0.1"].groups == (), "what is always installed needs it too"
    assert found["fsevents", "2.3.3"].runs_scripts == (version < 9), "version 9 does not say it"


def test_peers_of_the_two_older_versions_are_no_part_of_a_version() -> None:
    entry = "    resolution: {integrity: sha512-x}\n"
    fifth = f"lockfileVersion: 5.4\npackages:\n  /@s/a/1.0.0_react@18.0.0+x:\n{entry}"
    sixth = f"lockfileVersion: '6.0'\npackages:\n  /@s/a@1.0.0(react@18.0.0)(x@1.0.0):\n{entry}"
    for text in (fifth, sixth):
        found = pnpm_lock.read(source("pnpm-lock.yaml", text)).packages
        assert [(e.component.name, e.version, e.hashes) for e in found] == [("@s/a", "1.0.0", ())]


@pytest.mark.parametrize(
    ("resolution", "origin"),
    [
        ("{integrity: sha512-x}", Origin()),
        (f"{{tarball: {REGISTRY}/a/-/a-1.0.0.tgz}}", Origin(address=f"{REGISTRY}/")),
        (f"{{tarball: {REGISTRY}/b/-/b-1.0.0.tgz}}", Origin(form="address", address=f"{REGISTRY}/b/-/b-1.0.0.tgz")),
        ("{tarball: 'https://u:p@h.example/a.tgz'}", Origin(form="address", address="https://h.example/a.tgz")),
        (
            "{type: git, repo: 'https://h.example/o/r.git', commit: cafe}",
            Origin(form="repository", address="https://h.example/o/r.git", commit="cafe"),
        ),
        ("{type: directory, directory: lib}", Origin(form="folder", address="app/lib")),
        ("{type: directory, directory: ../../lib}", Origin(form="address", address="file:../../lib")),
    ],
)
def test_where_a_package_is_taken_from(resolution: str, origin: Origin) -> None:
    assert pnpm_lock.read(one(resolution)).packages[0].origin == origin


def test_a_snapshot_without_a_package_has_no_hash() -> None:
    found = pnpm_lock.read(one("{integrity: sha512-x}", "snapshots:", "  b@2.0.0(a@1.0.0): {}")).packages
    assert [(e.component.name, e.version, e.hashes, e.at.line) for e in found][1] == ("b", "2.0.0", (), None)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_lock_is_held_against_the_manifest_of_each_importer(version: int) -> None:
    asked = manifests("pnpm-package.json")
    ui = "packages/ui/package.json"
    assert pnpm_lock.drift(lock(version), asked) == ()
    assert names(pnpm_lock.drift(lock(version), asking(asked, "debug", "~4.4.0"))) == [
        "package:npm/debug package.json:8"
    ]
    member = {**asked, ui: edited(asked[ui], "^3.3.4", "^4.0.0")}
    assert names(pnpm_lock.drift(lock(version), member)) == [f"package:npm/nanoid {ui}:5"]
    assert isinstance(pnpm_lock.drift(lock(version), {}), str)
    assert pnpm_lock.members(lock(version), asked) == {ui}


def test_what_an_override_makes_of_a_range_is_no_drift() -> None:
    text = (
        "lockfileVersion: '9.0'\noverrides:\n  a@<2: ^2.0.0\nimporters:\n  .:\n    dependencies:\n"
        "      a:\n        specifier: ^2.0.0\n        version: 2.0.0\n"
    )
    asked = {"package.json": source("package.json", json.dumps({"dependencies": {"a": "^1.0.0"}}))}
    assert pnpm_lock.drift(source("pnpm-lock.yaml", text), asked) == ()
    assert len(pnpm_lock.drift(source("pnpm-lock.yaml", text.replace("a@<2", "b")), asked)) == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("lockfileVersion: '9.0'\npackages:\n  a@1.0.0: [\n", 4),
        ("lockfileVersion: '9.0'\npackages:\n  a@1.0.0: 1\n", 3),
        ("lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {}\n  a@1.0.0: {}\n", 4),
        ("lockfileVersion: '9.0'\npackages:\n  nothing: {}\n", 3),
        ("lockfileVersion: '9.0'\npackages:\n  '@/../b@1.0.0': {}\n", 3),
        ("lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {resolution: {integrity: [x]}}\n", 3),
        ("lockfileVersion: '12.0'\n", 1),
        ("lockfileVersion: [9]\n", 1),
        ("- a\n", 1),
        ("", 1),
        ("a: &a [x]\n" + "b: [" + "*a, " * 30 + "]\n", 2),
        ("a: " + "[" * 100 + "\n", 1),
        ("? {a: 1}\n: 1\n", 1),
    ],
)
def test_what_is_no_lock_is_a_failure_with_its_line(text: str, line: int) -> None:
    with pytest.raises(NotParsedError) as error:
        pnpm_lock.read(source("pnpm-lock.yaml", text))
    assert error.value.line == line


def test_a_bomb_of_aliases_is_not_opened() -> None:
    levels = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    with pytest.raises(NotParsedError, match="aliases"):
        pnpm_lock.read(source("pnpm-lock.yaml", "\n".join(levels)))


def test_keys_that_a_prototype_has_are_names_like_others() -> None:
    text = "lockfileVersion: '9.0'\npackages:\n  __proto__@1.0.0: {}\n  constructor@1.0.0: {}\n"
    found = pnpm_lock.read(source("pnpm-lock.yaml", text)).packages
    assert [e.component.name for e in found] == ["__proto__", "constructor"]
