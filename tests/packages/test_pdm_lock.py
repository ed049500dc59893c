"""pdm.lock, as PDM writes it, and what a stale one is."""

from __future__ import annotations

import pytest

from supplychain.packages import pdm_lock
from supplychain.packages.interface import NotParsedError
from tests.packages.python_fixtures import WIDGET, by_name, counted, edited, fixture, line_of, parsed, stands
from tests.packages.sources import source

LOCK, PROJECT = fixture("pdm", "pdm.lock"), fixture("pdm", "pyproject.toml")
PACKAGES = pdm_lock.read(LOCK).packages


def test_every_package_version_hash_and_marker_is_read() -> None:
    tables = {t["name"]: t for t in parsed(LOCK)["package"] if "extras" not in t}
    assert {p.component.name: p.version for p in PACKAGES} == {name: t["version"] for name, t in tables.items()}
    assert len(PACKAGES) == len(tables)
    for entry in PACKAGES:
        table = tables[entry.component.name]
        assert [(f.name, f.hash) for f in entry.files] == [(f["file"], f["hash"]) for f in table.get("files", ())]
        assert entry.marker == table.get("marker", "")
        assert stands(LOCK, entry)
    assert {file.hash for entry in PACKAGES for file in entry.files} <= set(LOCK.text.replace('"', " ").split())
    assert len({value for entry in PACKAGES for value in entry.hashes}) <= counted(LOCK)


def test_groups_extras_and_repositories_are_read() -> None:
    assert by_name(PACKAGES, "pytest").groups == ("dev",)
    assert by_name(PACKAGES, "pathspec").groups == ("lint",)
    assert by_name(PACKAGES, "pillow").groups == ("vision",)
    assert by_name(PACKAGES, "requests").extras == ("socks",)
    assert by_name(PACKAGES, "requests").groups == ()
    assert by_name(PACKAGES, "widget").origin.commit == WIDGET


def test_a_lock_that_agrees_has_no_drift() -> None:
    assert pdm_lock.drift(LOCK, {"pyproject.toml": PROJECT}) == ()
    assert "no pyproject.toml" in str(pdm_lock.drift(LOCK, {}))


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ('"idna==3.7"', '"idna==3.8"', "idna==3.8"),
        ('"pytest>=8,<9"', '"pytest>=9"', "pytest"),
        ('"pathspec>=0.12"', '"pathspec>=0.12", "flask"', "flask"),
    ],
)
def test_what_the_lock_does_not_have_is_drift_at_its_line(old: str, new: str, at: str) -> None:
    changed = edited(PROJECT, old, new)
    found = pdm_lock.drift(LOCK, {"pyproject.toml": changed})
    assert not isinstance(found, str)
    assert [(d.at.file, d.at.line) for d in found] == [("pyproject.toml", line_of(changed, at))]


def test_another_change_is_drift_at_the_hash_of_the_lock() -> None:
    changed = edited(PROJECT, 'requires-python = ">=3.11"', 'requires-python = ">=3.12"')
    found = pdm_lock.drift(LOCK, {"pyproject.toml": changed})
    assert not isinstance(found, str)
    assert [(d.at.file, d.at.line) for d in found] == [("pdm.lock", line_of(LOCK, "content_hash"))]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[[package]]\nname = \n", 2, "not TOML"),
        ("", 1, "no table `metadata`"),
        ("package = {}\n[metadata]\n", 1, "package is no list"),
        ("[metadata]\n[[package]]\nversion = '1'\n", 2, "without a name"),
        ('[metadata]\n[[package]]\nname = "a"\ngroups = "x"\n', 2, "groups is no list"),
    ],
)
def test_a_corrupt_lock_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(NotParsedError, match=reason) as caught:
        pdm_lock.read(source("pdm.lock", text))
    assert caught.value.line == line
