"""Pipfile and Pipfile.lock, as pipenv writes them, and what a stale lock is."""

from __future__ import annotations

import json
import re

import pytest

from supplychain.model.package import Setting
from supplychain.packages import pipfile
from supplychain.packages.interface import NotParsedError
from tests.packages.python_fixtures import INDEX, WIDGET, by_name, edited, fixture, line_of, stands
from tests.packages.sources import source

LOCK, MANIFEST = fixture("pipenv", "Pipfile.lock"), fixture("pipenv", "Pipfile")
PACKAGES = pipfile.read(LOCK).packages


def test_every_package_version_hash_and_marker_is_read() -> None:
    data = json.loads(LOCK.text)
    stated = [(section, name, said) for section in data if section != "_meta" for name, said in data[section].items()]
    assert {entry.component.name for entry in PACKAGES} == {name for _, name, _ in stated}
    for section, name, said in stated:
        entry = by_name(PACKAGES, name)
        assert f"=={entry.version}" == said["version"] if "version" in said else entry.version is None
        assert list(entry.hashes) == said.get("hashes", [])
        assert entry.marker == said.get("markers", "")
        assert entry.groups == (() if name in data["default"] else (section,))
        assert stands(LOCK, entry, before='"')
    assert len({value for entry in PACKAGES for value in entry.hashes}) == len(
        set(re.findall(r"sha256:\w{64}", LOCK.text))
    )


def test_sections_indexes_and_repositories_are_read() -> None:
    assert by_name(PACKAGES, "pytest").groups == ("develop",)
    assert by_name(PACKAGES, "pathspec").groups == ("docs",)
    assert by_name(PACKAGES, "requests").extras == ("socks",)
    assert by_name(PACKAGES, "iniconfig").origin.address == f"{INDEX}/"
    assert by_name(PACKAGES, "widget").origin.commit == WIDGET


def test_the_manifest_asks_and_names_its_index() -> None:
    found = pipfile.read(MANIFEST)
    asked = {entry.component.name: (entry.asked, entry.version, entry.groups) for entry in found.packages}
    assert asked["idna"] == ("==3.7", "3.7", ())
    assert asked["pytest"] == (">=8,<9", None, ("develop",))
    assert asked["iniconfig"] == ("", None, ())
    assert by_name(found.packages, "widget").origin.commit == WIDGET
    assert [(s.setting, s.address, s.at.line) for s in found.settings] == [(Setting.INDEX, f"{INDEX}/", 1)]


def test_a_second_source_is_for_what_names_it() -> None:
    text = (
        '[[source]]\nurl = "https://a.example/simple"\nname = "a"\n[[source]]\nurl = "https://u:p@b.example/simple"\n'
        'name = "b"\nverify_ssl = false\n[packages]\ntorch = {version = "*", index = "b"}\nsix = "*"\n'
    )
    found = pipfile.read(source("Pipfile", text))
    assert [(s.setting, s.address, s.only) for s in found.settings] == [
        (Setting.INDEX, "https://a.example/simple", ""),
        (Setting.MAPPED, "https://b.example/simple", "torch"),
        (Setting.TRUSTED_HOST, "b.example", ""),
    ]
    assert by_name(found.packages, "torch").origin.address == "https://b.example/simple"


def test_a_lock_that_agrees_has_no_drift() -> None:
    assert pipfile.drift(LOCK, {"Pipfile": MANIFEST}) == ()
    assert "no Pipfile" in str(pipfile.drift(LOCK, {}))


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ('idna = "==3.7"', 'idna = "==3.8"', 'idna = "==3.8"'),
        ("[dev-packages]", '[dev-packages]\nflask = "*"', "flask"),
    ],
)
def test_what_the_lock_does_not_have_is_drift_at_its_line(old: str, new: str, at: str) -> None:
    changed = edited(MANIFEST, old, new)
    found = pipfile.drift(LOCK, {"Pipfile": changed})
    assert not isinstance(found, str)
    assert [(d.at.file, d.at.line) for d in found] == [("Pipfile", line_of(changed, at))]


def test_another_change_is_drift_at_the_hash_of_the_lock() -> None:
    changed = edited(MANIFEST, f"{INDEX}/", "https://mirror.example/simple/")
    found = pipfile.drift(LOCK, {"Pipfile": changed})
    assert not isinstance(found, str)
    assert [(d.at.file, d.at.line) for d in found] == [("Pipfile.lock", line_of(LOCK, '"sha256": '))]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{\n"_meta": {},\n}', 3, "not JSON"),
        ("[]", 1, "no JSON object"),
        ("{}", 1, "no `_meta`"),
        ('{"_meta": {},\n"default": 3}', None, "default is no mapping"),
        ('{"_meta": {},\n"default": {\n"a": 3}}', None, "a is no mapping"),
        ('{"_meta": {},\n"default": {\n"a": {"hashes": 1}}}', 3, "hashes is no list"),
    ],
)
def test_a_corrupt_lock_is_refused_with_its_line(text: str, line: int | None, reason: str) -> None:
    with pytest.raises(NotParsedError, match=reason) as caught:
        pipfile.read(source("Pipfile.lock", text))
    assert line is None or caught.value.line == line
