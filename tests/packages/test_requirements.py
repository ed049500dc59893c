"""Lists of requirements: as pip reads them, with hashes, options and includes; and as locks of what they were made from."""

from __future__ import annotations

import re
import time

import pytest

from supplychain.model.package import Origin, Setting
from supplychain.packages import requirements
from supplychain.packages.interface import NotParsedError, Read
from tests.packages.python_fixtures import WIDGET, by_name, edited, fixture, line_of
from tests.packages.sources import source, told

LOCK, PROJECT = fixture("uv", "requirements.txt"), fixture("uv", "pyproject.toml")
EXPORT = fixture("uv", "requirements-export.txt")
A, B = "a" * 64, "b" * 64


def read(text: str | bytes, path: str = "requirements.txt") -> Read:
    found = requirements.read(source(path, text))
    assert found is not None
    return found


def shown(text: str | bytes, path: str = "requirements.txt") -> list[str]:
    """Return `line id version range`, with what is not usual of the origin."""
    entries = []
    for entry in read(text, path).packages:
        origin = "" if entry.origin == Origin() else f" from {entry.origin.form} {entry.origin.address}"
        commit = f" at {entry.origin.commit}" if entry.origin.commit else ""
        entries.append(f"{entry.at.line} {entry.component.id} {entry.version} {entry.asked}{origin}{commit}")
    return entries


@pytest.mark.parametrize("lock", [LOCK, EXPORT])
def test_every_package_version_hash_and_marker_is_read(lock: object) -> None:
    file = LOCK if lock is LOCK else EXPORT
    found = requirements.locked(requirements.read_list(file)).packages
    stated = re.findall(r"(?m)^([\w.-]+)(?:\[[^\]]*\])?(?:==([\w.]+)| @ )", file.text)
    assert [(p.component.name, p.version or "") for p in found if p.origin.form != "folder"] == [
        (name, version or ("1.0.0" if name == "toolz" else "")) for name, version in stated
    ]
    assert sum(len(entry.hashes) for entry in found) == len(re.findall(r"--hash=sha256:", file.text))
    assert all(entry.is_locked for entry in found)
    for entry in found:
        line = file.text.split("\n")[(entry.at.line or 0) - 1]
        assert line.startswith((entry.component.name, "-e "))
        assert entry.marker.replace('"', "'") == line.rstrip(" \\").partition(" ; ")[2]
    assert by_name(found, "widget").origin.commit == WIDGET
    assert by_name(found, "requests").direct is True or lock is EXPORT
    assert by_name(found, "urllib3").direct is False


def test_forms_of_requirements() -> None:
    text = f"""\
Six==1.16.0
torch>=2,<3 ; sys_platform == "linux"
pkg[a,B]==1.*
wheel @ https://me:secret@files.example/wheel-0.43.0-py3-none-any.whl#sha256={A}
https://files.example/p/llama_cpp-0.3.1+cu121-cp311-cp311-linux_x86_64.whl; python_version == "3.11"
git+https://${{TOKEN}}@git.example/acme/widget.git@{WIDGET}#egg=widget[fast]
tool @ git+ssh://git@git.example/acme/tool@v1
-e ./packages/own[dev]
--editable=git+https://git.example/acme/other.git#egg=other
./vendor/local-1.0-py3-none-any.whl
../outside
"""
    assert shown(text) == [
        "1 package:pypi/six 1.16.0 ==1.16.0",
        "2 package:pypi/torch None <3,>=2",
        "3 package:pypi/pkg None ==1.*",
        "4 package:pypi/wheel 0.43.0 https://files.example/wheel-0.43.0-py3-none-any.whl"
        f"#sha256={A} from address https://files.example/wheel-0.43.0-py3-none-any.whl",
        "5 package:pypi/llama-cpp 0.3.1+cu121 https://files.example/p/llama_cpp-0.3.1+cu121-cp311-cp311-linux_x86_64.whl"
        " from address https://files.example/p/llama_cpp-0.3.1+cu121-cp311-cp311-linux_x86_64.whl",
        f"6 package:pypi/widget None git+https://git.example/acme/widget.git@{WIDGET}#egg=widget[fast]"
        f" from repository https://git.example/acme/widget.git at {WIDGET}",
        "7 package:pypi/tool None git+ssh://git.example/acme/tool@v1 from repository ssh://git.example/acme/tool at v1",
        "8 package:file/packages/own None ./packages/own from folder packages/own",
        "9 package:pypi/other None git+https://git.example/acme/other.git#egg=other"
        " from repository https://git.example/acme/other.git",
        "10 package:pypi/local 1.0 ./vendor/local-1.0-py3-none-any.whl from address ./vendor/local-1.0-py3-none-any.whl",
        "11 package:url/../outside None ../outside from address ../outside",
    ]
    found = read(text).packages
    assert found[1].marker == 'sys_platform == "linux"'
    assert found[2].extras == ("B", "a")
    assert found[3].hashes == (f"sha256:{A}",)
    assert found[4].marker == 'python_version == "3.11"'
    assert found[5].extras == ("fast",)
    assert found[7].extras == ("dev",)
    assert "secret" not in str(found)
    assert "TOKEN" not in str(found)


def test_hashes_over_lines_and_of_other_algorithms() -> None:
    text = (
        f"a==1 \\\n  --hash=sha256:{A} \\\n  --hash=sha512:{B * 2}\nb==2 --hash sha256:{B}  # why\n"
        f"c==3  # --hash=sha256:{A}\nd==4 --hash=sha256:abc\n"
    )
    assert [(entry.at.line, entry.hashes) for entry in read(text).packages] == [
        (1, (f"sha256:{A}", f"sha512:{B * 2}")),
        (4, (f"sha256:{B}",)),
        (5, ()),
        (6, ()),
    ]


def test_options_are_settings_without_credentials() -> None:
    text = """\
-i https://u:p@mirror.example/simple
--extra-index-url=https://${TOKEN}:x@more.example/simple --trusted-host more.example
-fhttps://links.example/
--extra https://short.example/
--find-links ./wheels
--index-url https://${HOST}/simple
--no-index
six
"""
    found = read(text)
    assert told(found.settings) == [
        "1 index https://mirror.example/simple in requirements.txt",
        "2 extra index https://more.example/simple in requirements.txt",
        "2 trusted host more.example in requirements.txt",
        "3 find-links https://links.example/ in requirements.txt",
        "4 extra index https://short.example/ in requirements.txt",
        "5 find-links ./wheels in requirements.txt",
        "6 index None in requirements.txt",
        "7 no index  in requirements.txt",
    ]
    assert found.settings[0].setting == Setting.INDEX
    assert found.unread == []


def test_includes_stay_inside_the_target() -> None:
    text = "-r base.txt\n-c ../constraints.txt\n-r https://evil.example/r.txt\n-r ../../etc/passwd\n-r /etc/passwd\n"
    found = read(text, "reqs/requirements.txt")
    assert [(i.path, i.at.line, i.pins) for i in found.includes] == [
        ("reqs/base.txt", 1, False),
        ("constraints.txt", 2, True),
    ]
    assert [(unread.at.line, unread.what) for unread in found.unread] == [
        (number, "package manifest") for number in (3, 4, 5)
    ]


@pytest.mark.parametrize(
    "data", ["six==1\n".encode("utf-16"), b"\xef\xbb\xbfsix==1\r\n", b"# -*- coding: latin-1 -*- \xe9\nsix==1"]
)
def test_encodings(data: bytes) -> None:
    assert [entry.component.name for entry in read(data).packages] == ["six"]


@pytest.mark.parametrize(("data", "line"), [(b"six\n\xff\xfe\n", 2), (b"six\n\0\n", 2), (b"\xff\xfes", 1)])
def test_what_is_no_text_is_refused_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(NotParsedError) as caught:
        requirements.read(source("requirements.txt", data))
    assert caught.value.line == line


def test_lines_that_pip_would_refuse_are_told_with_their_line() -> None:
    text = "six==1\nno requirement at all\n--unknown\n-r\nflask >\n" + "$\n" * 40
    found = read(text)
    assert [entry.component.name for entry in found.packages] == ["six"]
    assert [unread.at.line for unread in found.unread][:5] == [2, 3, 4, 5, 6]
    assert sum(unread.count for unread in found.unread) == 44
    assert len(found.unread) == 21


@pytest.mark.parametrize(
    ("path", "text", "is_list"),
    [
        ("requirments_cu118.txt", "torch\nnumpy\n", True),
        ("install_deps.txt", "torch==2.0\nnumpy==1.26.4\n", True),
        ("install_deps.txt", "torch\nnumpy\n", False),
        ("requirments.txt", "These are the requirements of the customer.\nHe wants it all.\n", False),
        ("packages.txt", "ffmpeg\nlibsm6\n", False),
        ("requirments.txt", "", False),
    ],
)
def test_misspelt_lists_are_found_by_their_content(path: str, text: str, is_list: bool) -> None:
    assert (requirements.read(source(path, text)) is not None) == is_list


@pytest.mark.parametrize(
    ("text", "is_lock"),
    [
        ("a==1\nb==2\n", True),
        (f"a==1\nb @ git+https://git.example/b@{WIDGET}\n-e .\n", True),
        ("a==1\nb @ git+https://git.example/b@main\n", False),
        ("a==1\nb>=2\n", False),
        ("a==1.*\n", False),
        ("-e .\n", False),
        ("", False),
    ],
)
def test_a_list_of_which_each_is_one_version_is_a_lock(text: str, is_lock: bool) -> None:
    assert any(entry.is_locked for entry in requirements.locked(read(text)).packages) == is_lock


def test_a_lock_that_agrees_has_no_drift() -> None:
    for lock in (LOCK, EXPORT):
        assert requirements.drift(lock, {"pyproject.toml": PROJECT}) == ()
    assert requirements.drift(source("requirements.txt", "six==1\n"), {}) == ()
    gone = "# pip-compile requirements.in\nsix==1\n"
    assert "made from requirements.in" in str(requirements.drift(source("requirements.txt", gone), {}))
    unknown = requirements.drift(source("requirements.txt", "six==1\n"), {"pyproject.toml": PROJECT})
    assert "does not say" in str(unknown)


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ('"idna==3.7"', '"idna==3.8"', "idna"),
        ('"tool",', '"tool", "flask",', "flask"),
        ('"pytest>=8,<9"', '"pytest>=9"', "pytest"),
        ('"pillow>=11,<12"', '"pillow>=12"', "pillow"),
        ('"tool",', '"tool", "winreg; sys_platform == \'win32\'",', None),
    ],
)
def test_what_the_lock_does_not_have_is_drift_at_its_line(old: str, new: str, at: str | None) -> None:
    changed = edited(PROJECT, old, new)
    found = requirements.drift(LOCK, {"pyproject.toml": changed})
    assert not isinstance(found, str)
    assert [(d.at.file, d.at.line) for d in found] == ([("pyproject.toml", line_of(changed, at))] if at else [])


def test_a_list_beside_its_input_is_held_against_it() -> None:
    asked = source("reqs/dev.in", "pytest>=8\n")
    assert requirements.drift(source("reqs/dev.txt", "pytest==8.1\n"), {"reqs/dev.in": asked}) == ()
    found = requirements.drift(source("reqs/dev.txt", "pytest==7.1\n"), {"reqs/dev.in": asked})
    assert not isinstance(found, str)
    assert [(d.at.file, d.at.line) for d in found] == [("reqs/dev.in", 1)]


@pytest.mark.parametrize(
    ("command", "path", "inputs"),
    [
        ("pip-compile --output-file=requirements/dev.txt requirements/dev.in", "app/requirements/dev.txt", ["app/requirements/dev.in"]),
        ("pip-compile dev.in", "requirements/dev.txt", ["requirements/dev.in"]),
        ("uv pip compile -c pins.txt pyproject.toml -o requirements.txt", "requirements.txt", ["pyproject.toml"]),
        ("uv pip compile ../../etc/x.in", "requirements.txt", []),
        ("uv export --no-hashes", "sub/requirements.txt", ["sub/pyproject.toml"]),
        ("pip-compile 'unclosed", "requirements.txt", []),
    ],
)  # fmt: skip
def test_the_header_says_what_a_list_was_made_from(command: str, path: str, inputs: list[str]) -> None:
    text = f"# This file is autogenerated\n#\n#    {command}\n#\nsix==1\n"
    assert requirements.read_list(source(path, text)).made_from == inputs


def test_a_lock_of_5000_packages_is_read_in_a_second() -> None:
    text = "".join(
        f"package-{n}=={n}.0 ; python_version >= '3.8' \\\n"
        + " \\\n".join(f"    --hash=sha256:{n:064x}" for _ in range(30))
        + "\n    # via\n    #   other\n"
        for n in range(5000)
    )
    begin = time.process_time()
    found = read(text)
    assert len(found.packages) == 5000
    assert time.process_time() - begin < 4  # it takes less than one; machines differ
