"""Environments of conda, conda-lock files and explicit lists.

No solver runs here, so the lock is written by hand, as `conda_lock/lockfile/v1` in conda-lock's sources describes it.
"""

from __future__ import annotations

import pytest

from supplychain.model.package import Origin
from supplychain.packages import conda
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from tests.packages.sources import source, told

SHA256, MD5 = "a" * 64, "b" * 32
ENVIRONMENT = """\
name: app
channels:
  - conda-forge
  - https://user:secret@conda.example/own
dependencies:
  - python=3.10
  - pytorch::torchvision==0.19.0
  - numpy=1.26.4=py310_0
  - pip:
    - -r requirements.txt
    - --extra-index-url https://user:secret@pypi.example/simple
    - vllm==0.6.0
    - git+https://h.example/o/r.git@v1
"""
LOCK = f"""\
version: 1
metadata:
  content_hash:
    linux-64: x
  channels:
  - url: conda-forge
    used_env_vars: []
  platforms:
  - linux-64
  sources:
  - ../environment.yml
package:
- name: python
  version: 3.10.1
  manager: conda
  platform: linux-64
  dependencies: {{}}
  url: https://conda.example/conda-forge/linux-64/python-3.10.1-h1_0.conda
  hash:
    md5: {MD5}
    sha256: {SHA256}
  category: main
  optional: false
- name: numpy
  version: 1.26.4
  manager: conda
  platform: linux-64
  url: https://conda.example/conda-forge/linux-64/other-1.26.4-h1_0.conda
  hash: {{}}
  category: dev
- name: vllm
  version: 0.6.0
  manager: pip
  platform: linux-64
  url: https://files.example/vllm-0.6.0-py3-none-any.whl
  hash:
    sha256: {SHA256}
  category: main
"""
EXPLICIT = f"""\
# platform: linux-64
@EXPLICIT
https://conda.example/conda-forge/linux-64/zlib-1.2.11-h1_13.tar.bz2#{MD5}
https://user:secret@conda.example/pkgs/main/noarch/pip-24.0-py_0.conda#sha256:{SHA256}
https://conda.example/somewhere/else.bin
"""


def read(path: str, text: str) -> Read:
    found = conda.read(source(path, text))
    assert found is not None
    return found


def environment(text: str = ENVIRONMENT) -> dict[str, SourceFile]:
    return {"environment.yml": source("environment.yml", text)}


def test_an_environment_is_read_with_its_pip_part() -> None:
    found = read("environment.yml", ENVIRONMENT)
    assert [(e.at.line, e.component.id, e.version) for e in found.packages] == [
        (6, "package:conda/python", None),
        (7, "package:conda/torchvision", "0.19.0"),
        (8, "package:conda/numpy", "1.26.4"),
        (12, "package:pypi/vllm", "0.6.0"),
        (13, "package:url/h.example/o/r.git", None),
    ]
    assert found.packages[1].origin == Origin(address="pytorch")
    assert found.packages[4].origin == Origin(form="repository", address="https://h.example/o/r.git", commit="v1")
    assert [include.path for include in found.includes] == ["requirements.txt"]
    assert not any(entry.is_locked for entry in found.packages)


def test_the_channels_and_the_indexes_of_an_environment_are_in_force_for_it() -> None:
    assert told(read("environment.yml", ENVIRONMENT).settings) == [
        "3 channel conda-forge in environment.yml",
        "4 channel https://conda.example/own in environment.yml",
        "11 extra index https://pypi.example/simple in environment.yml",
    ]


@pytest.mark.parametrize("text", ["", "llm:\n  model: a/b\n", "dependencies:\n- role: a\n", "dependencies: {a: 1}\n"])
def test_another_file_of_such_a_name_is_none(text: str) -> None:
    if text:
        assert conda.read(source("environment.yml", text)) is None
    else:
        with pytest.raises(NotParsedError):
            conda.read(source("environment.yml", text))


def test_a_lock_is_read() -> None:
    found = read("locks/conda-lock.yml", LOCK)
    assert [(e.at.line, e.component.id, e.version, e.hashes, e.groups) for e in found.packages] == [
        (13, "package:conda/python", "3.10.1", (f"md5:{MD5}", f"sha256:{SHA256}"), ()),
        (24, "package:conda/numpy", "1.26.4", (), ("dev",)),
        (31, "package:pypi/vllm", "0.6.0", (f"sha256:{SHA256}",), ()),
    ]
    channel = Origin(address="https://conda.example/conda-forge")
    assert [entry.origin.form for entry in found.packages] == ["index", "address", "address"]
    assert found.packages[0].origin == channel
    assert {entry.marker for entry in found.packages} == {"linux-64"}
    assert found.made_from == ["environment.yml"]
    assert conda.is_lock(source("conda-lock.yml", LOCK))
    assert not conda.is_lock(source("environment.yml", ENVIRONMENT))


def test_an_explicit_list_is_read() -> None:
    found = read("spec-file.txt", EXPLICIT).packages
    assert [(e.at.line, e.component.id, e.version, e.hashes) for e in found] == [
        (3, "package:conda/zlib", "1.2.11", (f"md5:{MD5}",)),
        (4, "package:conda/pip", "24.0", (f"sha256:{SHA256}",)),
        (5, "package:url/conda.example/somewhere/else.bin", None, ()),
    ]
    assert found[1].origin == Origin(address="https://conda.example/pkgs/main")
    assert conda.is_lock(source("spec-file.txt", EXPLICIT))


def test_a_lock_is_held_against_its_environment() -> None:
    asked = environment("channels: [c]\ndependencies:\n  - python=3.10\n  - numpy==1.26.4\n")
    assert conda.drift(source("conda-lock.yml", LOCK), asked) == ()
    stale = conda.drift(
        source("conda-lock.yml", LOCK), environment("channels: [c]\ndependencies:\n  - numpy==2.0.0\n  - scipy\n")
    )
    assert not isinstance(stale, str)
    assert [f"{item.at}: {item.reason}" for item in stale] == [
        "environment.yml:3: the environment asks for numpy==2.0.0, and the lock has 1.26.4",
        "environment.yml:4: the environment asks for scipy, and the lock does not know it",
    ]
    assert isinstance(conda.drift(source("conda-lock.yml", LOCK), {}), str)
    assert isinstance(conda.drift(source("spec-file.txt", EXPLICIT), environment()), str)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("dependencies: [python, a b c d\n", 2),
        ("dependencies: [python, '!']\n", 1),
        ("channels: a\ndependencies: [python]\n", 1),
        ("channels: [[a]]\ndependencies: [python]\n", None),
        ("dependencies:\n- python\n- pip: a\n", 1),
        ("metadata: {}\npackage: 1\n", 2),
        ("metadata: {}\npackage: [1]\n", 2),
        ("metadata: {}\npackage:\n- {name: a, manager: npm}\n", 3),
        ("metadata: {}\nversion: 9\npackage: []\n", 2),
        ("@EXPLICIT\nnothing here\n", 2),
        ("a line\n@EXPLICIT\n", 1),
    ],
)
def test_what_is_no_such_file_is_a_failure_with_its_line(text: str, line: int | None) -> None:
    with pytest.raises(NotParsedError) as error:
        conda.read(source("environment.yml", text))
    assert error.value.line == line
