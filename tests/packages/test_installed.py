"""Virtual environments inside a target: every file is hashed again."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from supplychain.model.package import Installed
from supplychain.packages.installed import environments
from supplychain.target import Target

SITE = ".venv/lib/python3.11/site-packages"


def stated(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def installed(folder: Path, record: str | None = None, **files: bytes) -> Path:
    """Return a target with an environment in which one distribution is installed as pip does it."""
    site = folder / SITE
    (site / "acme").mkdir(parents=True)
    (folder / ".venv" / "bin").mkdir()
    (folder / "app.py").write_text("import acme\n")
    (folder / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (folder / ".venv" / "bin" / "acme").write_bytes(b"#!python\n")
    held = {
        "acme/__init__.py": b"x = 1\n",
        "acme.pth": b"./acme\n",
        **{k.replace("__", "/"): v for k, v in files.items()},
    }
    for name, data in held.items():
        (site / name).write_bytes(data)
    info = site / "acme_Tools-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: acme-tools\n")
    rows = [f"{name},{stated(data)},{len(data)}" for name, data in held.items()]
    rows += [f"../../../bin/acme,{stated(b'#!python' + bytes([10]))},9", "acme/__pycache__/__init__.cpython-311.pyc,,"]
    rows += ["acme_Tools-1.0.dist-info/RECORD,,"]
    if record != "none":
        (info / "RECORD").write_text(record if record is not None else "\n".join(rows) + "\n")
    return folder


def only(folder: Path) -> Installed:
    found = environments(Target.open(folder))
    assert len(found) == 1
    return found[0]


def test_an_environment_as_it_was_installed(tmp_path: Path) -> None:
    found = only(installed(tmp_path))
    assert (found.component, found.version, found.files) == ("package:pypi/acme-tools", "1.0", 3)
    assert found.at.file == f"{SITE}/acme_Tools-1.0.dist-info/RECORD"
    assert (found.altered, found.unchecked) == ((), "")


@pytest.mark.parametrize("name", ["acme/__init__.py", "acme.pth", "../../../bin/acme"])
def test_one_byte_more_is_an_altered_file(tmp_path: Path, name: str) -> None:
    path = (installed(tmp_path) / SITE / name).resolve()
    path.write_bytes(path.read_bytes() + b"#")
    assert only(tmp_path).altered == (path.relative_to(tmp_path / ".venv").as_posix(),)


def test_a_file_that_is_gone_is_altered(tmp_path: Path) -> None:
    (installed(tmp_path) / SITE / "acme.pth").unlink()
    assert only(tmp_path).altered == ("lib/python3.11/site-packages/acme.pth",)


def test_a_link_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    path = installed(tmp_path) / SITE / "acme.pth"
    path.rename(path.with_name("other.pth"))
    path.symlink_to("other.pth")
    assert "link" in only(tmp_path).unchecked


@pytest.mark.parametrize(
    ("record", "word"),
    [
        ("none", "there is none"),
        ("", "no hash"),
        ("acme.pth,md5=abc,1\n", "no SHA-256"),
        ("acme.pth,sha256=***,1\n", "no SHA-256"),
        ("a," + "x" * 200_000 + ",1\n", "no CSV"),
    ],
)
def test_a_record_that_says_too_little(tmp_path: Path, record: str, word: str) -> None:
    assert word in only(installed(tmp_path, record)).unchecked


@pytest.mark.parametrize("place", ["/etc/hostname", "../../../../app.py", "../../../../../../../etc/hostname"])
def test_a_record_leads_nowhere_outside(tmp_path: Path, place: str) -> None:
    found = only(installed(tmp_path, f"{place},{stated(b'')},0\n"))
    assert len(found.altered) == 1


def test_a_target_without_an_environment(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    assert environments(Target.open(tmp_path)) == ()
    assert environments(Target.of({"app.py": b""})) == ()
