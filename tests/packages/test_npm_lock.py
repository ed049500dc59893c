"""package-lock.json of versions 1, 2 and 3, and package.json: every entry is read, and a stale lock is told."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from supplychain.model.package import Drift, Origin
from supplychain.packages import npm_lock
from supplychain.packages.interface import NotParsedError, SourceFile
from tests.packages.npm_fixtures import REGISTRY, asking, edited, fixture, manifests
from tests.packages.sources import source

HASH = "sha512-" + base64.b64encode(b"h" * 64).decode()


def lock(version: int = 3, path: str = "package-lock.json") -> SourceFile:
    return fixture(f"package-lock-{version}.json", path)


def written(entries: dict[str, Any], **more: Any) -> SourceFile:
    data = {"lockfileVersion": 3, "packages": {"": {"dependencies": {}}, **entries}, **more}
    return source("package-lock.json", json.dumps(data, indent=2))


def origin(entry: dict[str, Any], name: str = "a") -> Origin:
    return npm_lock.read(written({f"node_modules/{name}": {"version": "1.0.0", **entry}})).packages[0].origin


def in_hex(integrity: str) -> str:
    algorithm, _, value = integrity.partition("-")
    return f"{algorithm}:{base64.b64decode(value).hex()}"


@pytest.mark.parametrize("version", [2, 3])
def test_every_package_version_hash_and_registry_is_read(version: int) -> None:
    file = lock(version)
    held = {k: v for k, v in json.loads(file.text)["packages"].items() if "node_modules/" in k}
    found = npm_lock.read(file).packages
    assert len(found) == len(held) == 51
    for entry, (place, said) in zip(found, held.items(), strict=True):
        assert file.text.splitlines()[(entry.at.line or 0) - 1].strip() == f'"{place}": {{'
        assert entry.component.name == said.get("name", place.rpartition("node_modules/")[2])
        assert entry.version == said.get("version")
        assert entry.hashes == ((in_hex(said["integrity"]),) if "integrity" in said else ())
        assert entry.origin.form == ("folder" if said.get("link") else "index")
        assert entry.origin.address == (f"{REGISTRY}/" if "integrity" in said else said.get("resolved"))
        assert entry.bundled == said.get("inBundle", False)
        assert entry.runs_scripts == said.get("hasInstallScript", False)


def test_a_lock_of_version_1_says_the_same_of_each_package() -> None:
    first = {(e.component.name, e.version, e.hashes) for e in npm_lock.read(lock(1)).packages}
    third = {(e.component.name, e.version, e.hashes) for e in npm_lock.read(lock(3)).packages}
    assert {item for item in first if item[2]} == {item for item in third if item[2]}


def test_the_lines_of_version_1_are_those_of_its_entries() -> None:
    file = lock(1)
    for entry in npm_lock.read(file).packages:
        line = file.text.splitlines()[(entry.at.line or 0) - 1].strip()
        assert re.fullmatch(r'"[^"]+": \{', line)


def test_an_alias_is_the_package_that_it_stands_for() -> None:
    found = {e.component.name: e for e in npm_lock.read(lock()).packages}
    assert "string-width-old" not in found
    assert found["string-width"].version == "4.2.3"


def test_groups_and_what_the_project_asks_for_itself() -> None:
    found = {e.component.name: e for e in npm_lock.read(lock()).packages}
    assert found["uuid"].groups == ("dev",)
    assert found["fsevents"].groups == ("optional",)
    assert found["JSONStream"].direct
    assert not found["jsonparse"].direct
    assert found["nanoid"].direct, "a member of the workspace asks for it"


def test_a_manifest_gives_ranges_with_their_lines() -> None:
    found = {e.component.name: e for e in npm_lock.read(manifests()["package.json"]).packages}
    assert (found["debug"].asked, found["debug"].version, found["debug"].at.line) == ("~4.3.4", None, 11)
    assert found["esbuild"].version == "0.19.12"
    assert found["string-width"].asked == "npm:string-width@^4.2.0"
    assert found["local-part"].origin == Origin(form="folder", address="vendor/local")
    assert found["uuid"].groups == ("dev",)
    assert "ms" not in found, "an override is no package by itself"


@pytest.mark.parametrize("stated", ["github:o/r#main", "https://h.example/a.tgz", "npm:other@1.0.0"])
def test_an_override_that_changes_the_source_is_a_package(stated: str) -> None:
    file = source("package.json", json.dumps({"overrides": {"b": {"a": stated}}}))
    assert [e.asked for e in npm_lock.read(file).packages] == [stated]


@pytest.mark.parametrize(
    ("stated", "form", "address", "commit"),
    [
        ("github:o/r#v1", "repository", "https://github.com/o/r", "v1"),
        ("o/r", "repository", "https://github.com/o/r", None),
        ("git+ssh://git@h.example/o/r.git#" + "a" * 40, "repository", "git+ssh://h.example/o/r.git", "a" * 40),
        ("https://user:secret@h.example/a.tgz?token=x", "address", "https://h.example/a.tgz", None),
        ("file:../elsewhere", "address", "file:../elsewhere", None),
        ("file:vendor/a.tgz", "address", "file:vendor/a.tgz", None),
        ("link:vendor/a", "folder", "vendor/a", None),
        ("workspace:*", "folder", None, None),
        ("^1.0.0 || 2.x", "index", None, None),
        ("latest", "index", None, None),
    ],
)
def test_where_a_manifest_takes_a_package_from(stated: str, form: str, address: str | None, commit: str | None) -> None:
    file = source("package.json", json.dumps({"dependencies": {"a": stated}}))
    found = npm_lock.read(file).packages[0].origin
    assert (found.form, found.address, found.commit) == (form, address, commit)


def test_a_tarball_of_another_package_is_no_entry_of_the_registry() -> None:
    own, other = f"{REGISTRY}/a/-/a-1.0.0.tgz", f"{REGISTRY}/b/-/b-1.0.0.tgz"
    assert origin({"resolved": own}) == Origin(address=f"{REGISTRY}/")
    assert origin({"resolved": other}) == Origin(form="address", address=other)
    assert origin({"resolved": own, "version": "1.0.1"}).form == "address"


def test_a_scoped_tarball_and_a_registry_below_a_path() -> None:
    scoped = {"resolved": "https://h.example/npm/@s%2fa/-/a-1.0.0.tgz"}
    assert origin(scoped, "@s/a") == Origin(address="https://h.example/npm/")


def test_a_host_that_begins_like_the_official_one_stays_itself() -> None:
    found = origin({"resolved": f"{REGISTRY}.evil.example/a/-/a-1.0.0.tgz"})
    assert found.address == f"{REGISTRY}.evil.example/"


def test_a_user_cannot_look_like_a_host() -> None:
    found = origin({"resolved": f"https://h.example\\@{REGISTRY.removeprefix('https://')}/a/-/a-1.0.0.tgz"})
    assert (found.address or "").startswith("https://h.example/")


@pytest.mark.parametrize(
    ("integrity", "hashes"),
    [
        (HASH, 1),
        (f"sha1-{base64.b64encode(b'h' * 20).decode()} {HASH}", 2),
        ("", 0),
        ("sha512-", 0),
        ("sha512-aGVsbG8=", 0),
        ("sha512-not base64", 0),
        ("md5-aGVsbG8=", 0),
    ],
)
def test_only_a_whole_hash_is_one(integrity: str, hashes: int) -> None:
    entries = {"node_modules/a": {"version": "1.0.0", "integrity": integrity}}
    assert len(npm_lock.read(written(entries)).packages[0].hashes) == hashes


@pytest.mark.parametrize("version", [2, 3])
def test_a_lock_in_step_has_no_drift(version: int) -> None:
    assert npm_lock.drift(lock(version), manifests()) == ()


def reasons(found: tuple[Drift, ...] | str) -> list[str]:
    assert not isinstance(found, str)
    return [f"{item.component} {item.at}: {item.reason}" for item in found]


def test_a_changed_range_is_drift_at_the_line_of_the_manifest() -> None:
    assert reasons(npm_lock.drift(lock(), asking(manifests(), "debug", "~4.4.0"))) == [
        "package:npm/debug package.json:11: the manifest asks for ~4.4.0, and the lock was made for ~4.3.4"
    ]


def test_a_new_and_a_dropped_dependency_are_drift() -> None:
    assert "does not know it" in reasons(npm_lock.drift(lock(), asking(manifests(), "new", "1.0.0")))[0]
    dropped = edited(manifests()["package.json"], '"uuid": "^9.0.0"', '"nothing": "^9.0.0"')
    assert len(reasons(npm_lock.drift(lock(), {**manifests(), "package.json": dropped}))) == 2


def test_a_member_of_the_workspace_is_held_against_the_lock() -> None:
    ui = "packages/ui/package.json"
    changed = {**manifests(), ui: edited(manifests()[ui], "^3.3.4", "^4.0.0")}
    assert [item.partition(" ")[2].partition(":")[0] for item in reasons(npm_lock.drift(lock(), changed))] == [ui]
    new = {**manifests(), "packages/new/package.json": source("packages/new/package.json", "{}")}
    assert "does not know it" in reasons(npm_lock.drift(lock(), new))[0]
    assert npm_lock.members(manifests()["package.json"], new) == {ui, "packages/new/package.json"}
    assert npm_lock.members(lock(), new) == {ui}


def test_an_override_that_the_lock_does_not_follow_is_drift() -> None:
    root = edited(manifests()["package.json"], '"ms": "2.1.2"', '"ms": "2.1.3"')
    assert "overrides it with 2.1.3" in reasons(npm_lock.drift(lock(), {**manifests(), "package.json": root}))[0]


def test_two_halves_that_install_other_files_are_drift() -> None:
    text = lock(2).text
    position = text.rindex('"integrity": "sha512-')
    changed = source("package-lock.json", text[:position] + text[position:].replace("sha512-", "sha512-AA", 1))
    assert "the two halves" in reasons(npm_lock.drift(changed, manifests()))[0]


def test_version_1_says_too_little_of_ranges_and_enough_of_versions() -> None:
    assert isinstance(npm_lock.drift(lock(1), manifests()), str)
    assert "the lock has 0.19.12" in reasons(npm_lock.drift(lock(1), asking(manifests(), "esbuild", "0.20.0")))[0]


def test_without_a_manifest_nothing_can_be_said() -> None:
    assert isinstance(npm_lock.drift(lock(), {}), str)


def test_a_corrupt_lock_is_a_failure_with_its_line() -> None:
    text = lock().text.replace('"node_modules/debug": {', '"node_modules/debug": ,', 1)
    with pytest.raises(NotParsedError) as error:
        npm_lock.read(source("package-lock.json", text))
    assert error.value.line == text[: text.index('debug": ,')].count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"lockfileVersion": 4, "packages": {}}',
        '{"lockfileVersion": "3", "packages": {}}',
        '{"lockfileVersion": 3, "packages": []}',
        '{"lockfileVersion": 3, "packages": {"node_modules/a": 1}}',
        '{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": 1}}}',
        '{"lockfileVersion": 3, "packages": {"node_modules/a": {"integrity": []}}}',
        '{"lockfileVersion": 3, "packages": {"node_modules/../../x": {"version": "1.0.0"}}}',
        '{"lockfileVersion": 3, "packages": {"": {"dependencies": ["a"]}}}',
        '{"lockfileVersion": 1, "dependencies": {"a": {"dependencies": 3}}}',
        '{"lockfileVersion": 1, "dependencies": ' + '{"a": {"dependencies": ' * 400 + "{}" + "}}" * 400 + "}",
    ],
)
def test_what_is_no_lock_is_told(text: str) -> None:
    with pytest.raises(NotParsedError):
        npm_lock.read(source("package-lock.json", text))


@pytest.mark.parametrize(
    "text",
    [
        '{"dependencies": []}',
        '{"dependencies": {"a": {}}}',
        '{"dependencies": {"a b": "1"}}',
        '{"pnpm": 1}',
        '{"workspaces": 1}',
        '{"overrides": ' + '{"a": ' * 200 + '"1"' + "}" * 200 + "}",
        '{"peerDependencies": {"a": "1"}, "peerDependenciesMeta": {"a": 1}}',
    ],
)
def test_what_is_no_manifest_is_told(text: str) -> None:
    with pytest.raises(NotParsedError):
        npm_lock.read(source("package.json", text))


def test_keys_that_a_prototype_has_are_names_like_others() -> None:
    entries = {f"node_modules/{name}": {"version": "1.0.0"} for name in ("__proto__", "constructor", "toString")}
    assert [e.component.name for e in npm_lock.read(written(entries)).packages] == [
        *("__proto__", "constructor", "toString")
    ]
