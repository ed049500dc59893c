"""pylock.toml, as uv writes it, and what a stale one is."""

from __future__ import annotations

import pytest

from supplychain.packages import pylock
from supplychain.packages.interface import NotParsedError
from tests.packages.python_fixtures import INDEX, WIDGET, by_name, counted, edited, fixture, line_of, parsed, stands
from tests.packages.sources import source

LOCK, PROJECT = fixture("uv", "pylock.toml"), fixture("uv", "pyproject.toml")
PACKAGES = pylock.read(LOCK).packages


def test_every_package_version_hash_index_and_marker_is_read() -> None:
    tables = parsed(LOCK)["packages"]
    assert [p.component.name for p in PACKAGES] == [t["name"] for t in tables]
    for entry, table in zip(PACKAGES, tables, strict=True):
        files = [*([table["sdist"]] if "sdist" in table else ()), *table.get("wheels", ())]
        files += [table["archive"]] if "archive" in table else []
        assert entry.version == table.get("version")
        assert [file.hash for file in entry.files] == [f"sha256:{file['hashes']['sha256']}" for file in files]
        assert entry.origin.address == table.get("index") or entry.origin.form != "index"
        assert entry.marker.replace("'", '"') == table.get("marker", "").replace("'", '"')
        assert stands(LOCK, entry)
    assert sum(len(entry.hashes) for entry in PACKAGES) == LOCK.text.count("sha256 = ")
    assert counted(LOCK) == 0


def test_where_packages_come_from() -> None:
    assert by_name(PACKAGES, "idna").origin.address == INDEX
    assert by_name(PACKAGES, "widget").origin.commit == WIDGET
    assert by_name(PACKAGES, "toolz").origin.form == "address"
    assert by_name(PACKAGES, "tool").origin.form == "folder"


def test_a_lock_that_has_what_is_asked_for_has_no_drift() -> None:
    assert pylock.drift(LOCK, {"pyproject.toml": PROJECT}) == ()
    assert "nothing in it says" in str(pylock.drift(LOCK, {}))


@pytest.mark.parametrize(
    ("old", "new", "at"), [('"idna==3.7"', '"idna==3.8"', "idna"), ('"tool",', '"tool", "flask",', "flask")]
)
def test_what_the_lock_does_not_have_is_drift_at_its_line(old: str, new: str, at: str) -> None:
    changed = edited(PROJECT, old, new)
    found = pylock.drift(LOCK, {"pyproject.toml": changed})
    assert not isinstance(found, str)
    assert [(d.at.file, d.at.line) for d in found] == [("pyproject.toml", line_of(changed, at))]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = \n', 4),
        ('lock-version = "2.0"\ncreated-by = "x"\npackages = []\n', 1),
        ('lock-version = "1.0"\ncreated-by = "x"\npackages = 3\n', 1),
        ('lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "a"\nversion = "no version"\n', 3),
        ('lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "a"\nwheels = [3]\n', 3),
        ("", 1),
    ],
)
def test_a_corrupt_lock_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(NotParsedError) as caught:
        pylock.read(source("pylock.toml", text))
    assert caught.value.line == line
