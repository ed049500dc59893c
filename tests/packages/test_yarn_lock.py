"""yarn.lock of version 1 and of later versions: every entry is read, and a stale lock is told."""

from __future__ import annotations

import re

import pytest

from supplychain.model.package import Drift, Origin
from supplychain.packages import yarn_lock
from supplychain.packages.interface import NotParsedError, SourceFile
from tests.packages.npm_fixtures import REGISTRY, asking, edited, fixture, manifests
from tests.packages.sources import source

COMMIT = "c" * 40
BERRY = '__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"a@npm:^1":\n  version: 1.0.0\n  resolution: "{}"\n  linkType: hard\n'


def first() -> SourceFile:
    return fixture("yarn-1.lock", "yarn.lock")


def berry() -> SourceFile:
    return fixture("yarn-berry.lock", "yarn.lock")


def names(found: tuple[Drift, ...] | str) -> list[str]:
    assert not isinstance(found, str)
    return [f"{item.component} {item.at}" for item in found]


def test_every_package_of_version_1_is_read() -> None:
    text = first().text
    blocks = [block for block in text.split("\n\n") if re.search(r"(?m)^\S.*:$", block)]
    found = yarn_lock.read(first()).packages
    assert len(found) == len(blocks) == 50
    for entry, block in zip(found, blocks, strict=True):
        key = block.strip("\n").splitlines()[0]
        assert text.splitlines()[(entry.at.line or 0) - 1] == key
        assert f'  version "{entry.version}"' in block
        assert len(entry.hashes) == block.count("\n  integrity ")
        assert entry.asked.split(", ") == [part.strip('"') for part in key.rstrip(":").split(", ")]
        is_folder = "@file:" in key
        assert entry.origin == (
            Origin(form="folder", address="vendor/local") if is_folder else Origin(address=f"{REGISTRY}/")
        )


def test_every_package_of_a_later_version_is_read() -> None:
    text = berry().text
    found = yarn_lock.read(berry()).packages
    resolutions = [line.split('"')[1] for line in text.splitlines() if line.startswith("  resolution:")]
    assert len(found) == sum("@workspace:" not in item for item in resolutions) == 71
    assert sum(bool(entry.hashes) for entry in found) == text.count("\n  checksum: ")
    assert all(hash_.startswith("zip-sha512:") for entry in found for hash_ in entry.hashes), "no registry lists it"
    for entry in found:
        assert text.splitlines()[(entry.at.line or 0) - 1].strip('":') == entry.asked
    assert {entry.component.name for entry in found if entry.direct} == {
        *("@tailwindcss/oxide-wasm32-wasi", "@types/ms", "JSONStream", "debug", "esbuild", "fsevents", "local-part"),
        *("lodash", "string-width", "strip-ansi", "uuid", "nanoid"),
    }


@pytest.mark.parametrize("lock", [first(), berry()], ids=["1", "later"])
def test_an_alias_is_the_package_that_it_stands_for(lock: SourceFile) -> None:
    found = {entry.component.name: entry for entry in yarn_lock.read(lock).packages}
    assert "string-width-old" not in found
    assert found["string-width"].version == "4.2.3"
    assert found["ms"].version == "2.1.2"


@pytest.mark.parametrize(
    ("resolved", "origin"),
    [
        (f"{REGISTRY}/a/-/a-1.0.0.tgz#{COMMIT}", Origin(address=f"{REGISTRY}/")),
        (f"{REGISTRY}/b/-/b-1.0.0.tgz#{COMMIT}", Origin(form="address", address=f"{REGISTRY}/b/-/b-1.0.0.tgz")),
        (
            f"https://codeload.github.com/o/r/tar.gz/{COMMIT}",
            Origin(form="repository", address="https://github.com/o/r", commit=COMMIT),
        ),
        (
            f"git+https://user:pw@h.example/o/r.git#{COMMIT}",
            Origin(form="repository", address="git+https://h.example/o/r.git", commit=COMMIT),
        ),
    ],
)
def test_where_version_1_takes_a_package_from(resolved: str, origin: Origin) -> None:
    text = f'# yarn lockfile v1\n\na@^1.0.0:\n  version "1.0.0"\n  resolved "{resolved}"\n'
    assert yarn_lock.read(source("yarn.lock", text)).packages[0].origin == origin


def test_the_hash_of_an_old_entry_stands_behind_its_address() -> None:
    text = f'a@^1:\n  version "1.0.0"\n  resolved "{REGISTRY}/a/-/a-1.0.0.tgz#{COMMIT}"\n'
    assert yarn_lock.read(source("yarn.lock", text)).packages[0].hashes == (f"sha1:{COMMIT}",)


@pytest.mark.parametrize(
    ("resolution", "origin"),
    [
        ("a@npm:1.0.0", Origin()),
        ("a@patch:a@npm%3A1.0.0#~/.yarn/patches/a.patch::version=1.0.0&hash=1", Origin()),
        (
            "a@npm:1.0.0::__archiveUrl=https%3A%2F%2Fh.example%2Fa%2F-%2Fa-1.0.0.tgz",
            Origin(address="https://h.example/"),
        ),
        (
            f"a@https://github.com/o/r.git#commit={COMMIT}",
            Origin(form="repository", address="https://github.com/o/r.git", commit=COMMIT),
        ),
        ("a@https://h.example/a.tgz", Origin(form="address", address="https://h.example/a.tgz")),
    ],
)
def test_where_a_later_version_takes_a_package_from(resolution: str, origin: Origin) -> None:
    assert yarn_lock.read(source("yarn.lock", BERRY.format(resolution))).packages[0].origin == origin


@pytest.mark.parametrize("lock", [first(), berry()], ids=["1", "later"])
def test_a_lock_is_held_against_the_manifests(lock: SourceFile) -> None:
    ui = "packages/ui/package.json"
    member = {**manifests(), ui: edited(manifests()[ui], "^3.3.4", "^4.0.0")}
    assert yarn_lock.drift(lock, manifests()) == ()
    assert names(yarn_lock.drift(lock, asking(manifests(), "debug", "~4.4.0"))) == ["package:npm/debug package.json:11"]
    assert names(yarn_lock.drift(lock, member)) == [f"package:npm/nanoid {ui}:5"]
    assert isinstance(yarn_lock.drift(lock, {}), str)


def test_a_member_that_a_later_lock_does_not_know_is_drift() -> None:
    new = {**manifests(), "packages/new/package.json": source("packages/new/package.json", "{}")}
    assert names(yarn_lock.drift(berry(), new)) == ["packages/new packages/new/package.json:1"]
    assert yarn_lock.members(berry(), new) == {"packages/ui/package.json"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a@^1:\n  version "1.0.0\n', 2),
        ('a@^1:\n  version "1.0.0"\n      deep "x"\n', 3),
        ('  version "1.0.0"\n', 1),
        ('a@^1:\n  version "1.0.0"\n<<<<<<< HEAD\n', 3),
        ('a@^1:\n  version: "1": "2"\n', 2),
        ('"@../x@^1":\n  version "1.0.0"\n', 1),
        ("__metadata:\n  version: 8\n\na: [\n", 5),
        ("__metadata:\n  version: 8\n\na: 1\n", 4),
        ('__metadata:\n  version: 8\n\n"a@npm:1":\n  version: 1.0.0\n', 4),
        ('__metadata:\n  version: 8\n\n"a@npm:1":\n  version: [1]\n  resolution: "a@npm:1"\n', 4),
    ],
)
def test_what_is_no_lock_is_a_failure_with_its_line(text: str, line: int) -> None:
    with pytest.raises(NotParsedError) as error:
        yarn_lock.read(source("yarn.lock", text))
    assert error.value.line == line
