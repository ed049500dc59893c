"""pip requirement files: which packages a line names, and which lines name none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.discovery import requirements
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.model.component import Kind
from supplychain.model.reference import Place
from tests.discovery.support import look

HASHES = " \\\n    --hash=sha256:" + "a" * 64 + " \\\n    --hash=sha256:" + "b" * 64


LISTED = "# of the GPU\n--index-url https://example.org\ntorch==2.0.0  # why\nnumpy>=1,<2\neinops\n"


@pytest.mark.parametrize("path", ["requirments_cu118_py312.txt", "deps.lst", "pip-freeze.txt", "docker/py312.txt"])
def test_a_list_of_requirements_is_one_whatever_its_name(path: str) -> None:
    path = path.replace("deps.lst", "reqs.lst")
    assert [(r.at.line, r.component.name) for r in look({path: LISTED}).references] == [
        (3, "torch"),
        (4, "numpy"),
        (5, "einops"),
    ]


@pytest.mark.parametrize("path", ["requirment.txt", "dependencies.txt"])
def test_a_misspelt_file_need_not_give_versions(path: str) -> None:
    assert [r.component.name for r in look({path: "torch\nnumpy\n"}).references] == ["torch", "numpy"]


@pytest.mark.parametrize(
    "text",
    [
        "apple\npear\n",
        "What is asked\nof whom\n",
        "a==1\n",
        "a==1\nb c d\ne f g\n",
        "",
        "x" * 10_000,
        "a" + " " * 400_000 + "b",
    ],
)
def test_another_text_is_no_list_of_requirements(text: str) -> None:
    found = look({"install_packages.txt": text})
    assert (found.references, found.unresolved, found.unread) == ((), (), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("torch==2.0.0", "1 torch 2.0.0"),
        ("torch===2.0.0", "1 torch 2.0.0"),
        ("torch", "1 torch None"),
        ("torch>=2,<3", "1 torch None"),
        ("torch==2.*", "1 torch None"),
        ("torch~=2.0", "1 torch None"),
        ("\n# note\ntorch==2.0.0  # why", "3 torch 2.0.0"),
        ("torch==2.0.0" + HASHES, "1 torch 2.0.0"),
        ('torch==2.0.0; python_version < "3.13"', "1 torch 2.0.0"),
        ("Torch_Vision[a,b]==1.0", "1 torch-vision 1.0"),
        ("-e git+https://example.org/o/r.git@v1#egg=thing", "1 thing None"),
        ("thing @ https://example.org/thing.zip", "1 thing None"),
        ("https://example.org/thing-1.0-py3-none-any.whl", "1 thing 1.0"),
        ("\ufefftorch==2.0.0\r\n", "1 torch 2.0.0"),
        ("--index-url https://example.org\ntorch==2.0.0", "2 torch 2.0.0"),
        ("-r other.txt\n-c constraints.txt\ntorch==2.0.0", "3 torch 2.0.0"),
    ],
)
def test_a_line_names_a_package(text: str, expected: str) -> None:
    found = look({"requirements.txt": text})
    assert [f"{r.at.line} {r.component.name} {r.revision}" for r in found.references] == [expected]
    assert found.unresolved == ()


def test_lines_after_a_continued_one_keep_their_numbers() -> None:
    found = look({"requirements.txt": f"a==1{HASHES}\nb==2\n"})
    assert [(r.at.line, r.subject) for r in found.references] == [(1, "package:pypi/a"), (4, "package:pypi/b")]


def test_the_address_of_a_direct_reference_is_kept() -> None:
    (reference,) = look({"requirements.txt": "thing @ https://example.org/thing.zip"}).references
    assert reference.address == "https://example.org/thing.zip"


@pytest.mark.parametrize(
    "line",
    [
        "-e .",
        "./local",
        "git+https://example.org/o/r.git",
        "https://example.org/archive.zip",
        "torch==${VERSION}",
        "torch = 2",
        "!!garbage",
        "--no-such-option",
    ],
)
def test_a_line_without_a_package_name_is_unresolved(line: str) -> None:
    found = look({"requirements.txt": f"# first\n{line}\n"})
    assert [(u.kind, u.at.line) for u in found.unresolved] == [(Kind.PACKAGE, 2)]
    assert found.references == ()


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"caf\xe9==1\n"])
def test_a_file_that_is_no_text_is_not_read(data: bytes) -> None:
    (unread,) = look({"requirements.txt": data}).unread
    assert (unread.what, unread.count) == ("requirements.txt", 1)


def test_a_file_as_powershell_writes_it_is_read() -> None:
    found = look({"requirements.txt": "torch==2.0.0\r\n".encode("utf-16")})
    assert [r.subject for r in found.references] == ["package:pypi/torch"]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "-r other.txt\n"])
def test_a_file_without_packages_names_none(text: str) -> None:
    found = look({"requirements.txt": text})
    assert (found.references, found.unresolved, found.looked_at) == ((), (), 1)


@pytest.mark.parametrize(
    "path", ["requirements-dev.txt", "dev_requirements.in", "requirements/base.txt", "constraints.txt"]
)
def test_the_usual_names_are_requirement_files(path: str) -> None:
    assert [r.subject for r in look({path: "torch"}).references] == ["package:pypi/torch"]


PARTS = [
    "a", "B_c", "d.e", "f-g", "z.zip", "[x,y]", "[", "]", " ", "  ", "==", "===", ">=", "<", "~=", "=", "!=", ",", "1.0", "2.*",
    "1!2+l", "1.0-1", ";", "; ", "python_version", '"3.9"', "'linux'", " and ", "(", ")", "#", " # why", "\\", "\\\n", "\n",
    "\n    ", "\r\n", "\r", "\t", "\x0b", "\\\r\n", "-e .", "-r b.txt", "--pre", "${A}", "@", "https://example.org/a.zip",
    f"--hash=sha256:{'a' * 8}", f" \\\n    --hash=sha256:{'b' * 8}", "é", "\ufeff", "# coding: utf-16\n",
]  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(parts=st.lists(st.sampled_from(PARTS), max_size=14))
def test_a_plain_line_names_what_the_parser_of_all_lines_says(parts: list[str]) -> None:
    data = "".join(parts).encode()
    source = SourceFile("requirements.txt", data, "sha256:0", Place(file="requirements.txt"), lambda _: False)
    expected = Found()
    try:
        requirements._others(requirements._HASH.sub(b"", data), source, expected)
    except NotParsedError:
        with pytest.raises(NotParsedError):
            requirements.read(source)
        return
    found = requirements.read(source)
    assert sorted(found.references, key=str) == sorted(expected.references, key=str)
    assert found.unresolved == expected.unresolved
