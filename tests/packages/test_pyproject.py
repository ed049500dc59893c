"""pyproject.toml and the files of setuptools: what they ask for, in which groups, and from which indexes."""

from __future__ import annotations

import pytest

from supplychain.model.package import Origin
from supplychain.packages import pyproject, setup_files
from supplychain.packages.interface import NotParsedError, Read
from tests.packages.python_fixtures import INDEX, WIDGET, by_name, fixture, line_of
from tests.packages.sources import source, told


def read(text: str, path: str = "pyproject.toml") -> Read:
    file = source(path, text)
    found = pyproject.read(file) if path.endswith(".toml") else setup_files.read(file)
    assert found is not None
    return found


def shown(text: str, path: str = "pyproject.toml") -> list[str]:
    """Return `line name version range`, with groups, marker and origin where there are any."""
    entries = []
    for entry in read(text, path).packages:
        more = [f"in {','.join(entry.groups)}"] if entry.groups else []
        more += [f"if {entry.marker}"] if entry.marker else []
        more += [f"from {entry.origin.form} {entry.origin.address}"] if entry.origin != Origin() else []
        said = [str(entry.at.line), entry.component.name, str(entry.version), entry.asked, *more]
        entries.append(" ".join(part for part in said if part))
    return entries


def test_a_project_of_uv() -> None:
    file = fixture("uv", "pyproject.toml")
    found = pyproject.read(file)
    assert found is not None
    assert {entry.component.name for entry in found.packages} == {
        "requests", "colorama", "idna", "numpy", "widget", "tool", "toolz", "pillow", "pathspec", "pytest",
    }  # fmt: skip
    assert by_name(found.packages, "idna").version == "3.7"
    assert by_name(found.packages, "idna").at.line == line_of(file, "idna==3.7")
    assert by_name(found.packages, "requests").extras == ("socks",)
    assert by_name(found.packages, "pillow").groups == ("vision",)
    assert by_name(found.packages, "pathspec").groups == ("dev", "lint")
    assert by_name(found.packages, "widget").origin.commit == WIDGET
    assert by_name(found.packages, "tool").origin.form == "folder"
    assert told(found.settings) == [f"31 mapped index {INDEX}/ only iniconfig in pyproject.toml"]
    members = pyproject.members(file, {"packages/tool/pyproject.toml", "examples/x/pyproject.toml"})
    assert members == {"packages/tool/pyproject.toml"}


def test_tables_of_poetry() -> None:
    text = """\
[tool.poetry.dependencies]
python = "^3.11"
torch = {version = "2.4.0", source = "wheels"}
transformers = "^4.40"
numpy = [
  {version = "<2", python = "<3.13"},
  {version = "^2.1", platform = "linux"},
]
local = {path = "../local"}
own = {path = "libs/own", develop = true}
pillow = {version = "*", optional = true}

[tool.poetry.extras]
vision = ["pillow"]

[tool.poetry.group.dev.dependencies]
pytest = "~8.1"

[[tool.poetry.source]]
name = "wheels"
url = "https://me:secret@wheels.example/simple"
priority = "explicit"

[[tool.poetry.source]]
name = "more"
url = "https://more.example/simple"
priority = "supplemental"

[[tool.poetry.source]]
name = "PyPI"
"""
    assert shown(text) == [
        "3 torch 2.4.0 2.4.0 from index https://wheels.example/simple",
        "4 transformers None ^4.40",
        '5 numpy None <2 if python_full_version < "3.13"',
        '5 numpy None ^2.1 if sys_platform == "linux"',
        "9 local None from address ../local",
        "10 own None from folder libs/own",
        "11 pillow None * in vision",
        "17 pytest None ~8.1 in dev",
    ]
    assert told(read(text).settings) == [
        "19 mapped index https://wheels.example/simple only torch in pyproject.toml",
        "24 extra index https://more.example/simple in pyproject.toml",
    ]


def test_tables_of_pdm_and_options_of_uv() -> None:
    text = """\
[project]
name = "app"
dependencies = ["app[all]", "six"]
[build-system]
requires = ["hatchling==1.27.0"]
[tool.pdm.dev-dependencies]
test = ["pytest", "-e file:///${PROJECT_ROOT}/own#egg=own"]
[[tool.pdm.source]]
name = "acme"
url = "https://${USER}:${PASS}@acme.example/simple"
include_packages = ["acme-*"]
[[tool.pdm.source]]
name = "pypi"
url = "https://mirror.example/simple"
verify_ssl = false
[tool.uv]
extra-index-url = ["https://extra.example/simple"]
no-index = true
[[tool.uv.index]]
url = "https://default.example/simple"
default = true
"""
    assert shown(text)[:4] == [
        "3 app None from folder .",
        "3 six None",
        "5 hatchling 1.27.0 ==1.27.0 in build-system",
        "7 pytest None in test",
    ]
    assert told(read(text).settings) == [
        "19 index https://default.example/simple in pyproject.toml",
        "8 mapped index https://acme.example/simple only acme-* in pyproject.toml",
        "12 index https://mirror.example/simple in pyproject.toml",
        "12 trusted host mirror.example in pyproject.toml",
        "17 extra index https://extra.example/simple in pyproject.toml",
        "18 no index  in pyproject.toml",
    ]


def test_what_is_no_requirement_is_told_with_its_line() -> None:
    found = read('[project]\ndependencies = [\n  "six",\n  "no requirement",\n]\n')
    assert [entry.component.name for entry in found.packages] == ["six"]
    assert [(unread.at.line, unread.what) for unread in found.unread] == [(4, "package manifest")]


def test_settings_of_tools_are_no_manifest() -> None:
    assert pyproject.read(source("pyproject.toml", "[tool.ruff]\nline-length = 100\n")) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[project\n", 1),
        ("project = 3\n", None),
        ("[project]\ndependencies = 3\n", 2),
        ("[project]\nname = 'x'\ndependencies = [3]\n", 3),
        ("[dependency-groups]\ndev = 'six'\n", 2),
        ("[tool.poetry.dependencies]\nsix = 3\n", 2),
        ("[tool.poetry.dependencies]\n'no name at all' = '1'\n", 2),
        ("[[tool.uv.index]]\nurl = 3\n", None),
        ("[tool.uv]\nsources = 3\n[project]\ndependencies = ['six']\n", None),
    ],
)
def test_a_corrupt_manifest_is_refused(text: str, line: int | None) -> None:
    with pytest.raises(NotParsedError) as caught:
        pyproject.read(source("pyproject.toml", text))
    assert caught.value.line == line


def test_groups_that_include_each_other_come_to_an_end() -> None:
    text = '[dependency-groups]\na = ["six", {include-group = "b"}]\nb = ["flask", {include-group = "a"}]\n'
    assert shown(text) == ["2 six None in a,b", "3 flask None in a,b"]


def test_setup_py_is_read_where_it_is_literal() -> None:
    text = """\
from setuptools import setup
raise SystemExit("it is not run")
EXTRAS = ["pillow>=10"]
setup(
    name="app",
    install_requires=[
        "six==1.16.0",
        "torch>=2; sys_platform == 'linux'",
    ],
    extras_require={"vision": EXTRAS},
)
"""
    assert shown(text, "setup.py") == [
        "7 six 1.16.0 ==1.16.0",
        '8 torch None >=2 if sys_platform == "linux"',
        "3 pillow None >=10 in vision",
    ]


def test_what_setup_py_makes_at_run_time_is_not_known() -> None:
    found = read("from setuptools import setup\nsetup(install_requires=needed())\n", "setup.py")
    assert [(unread.at.line, unread.what) for unread in found.unread] == [(2, "package manifest")]
    text = 'from setuptools import setup\nsetup(install_requires=open("requirements.txt").readlines())\n'
    assert [(i.path, i.at.line) for i in read(text, "setup.py").includes] == [("requirements.txt", 2)]


def test_setup_cfg() -> None:
    text = "[options]\ninstall_requires =\n    six==1.16.0\n    flask\n[options.extras_require]\ntest =\n  pytest\n"
    assert shown(text, "setup.cfg") == ["3 six 1.16.0 ==1.16.0", "4 flask None", "7 pytest None in test"]
    included = read("[options]\ninstall_requires = file: reqs.txt\n", "setup.cfg").includes
    assert [(i.path, i.at.line) for i in included] == [("reqs.txt", 2)]
    assert setup_files.read(source("setup.cfg", "[flake8]\nmax-line-length = 100\n")) is None


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [("setup.py", "x = 1\nsetup(\n", 2), ("setup.cfg", "[options]\nno key\n", 2), ("setup.cfg", "key = 1\n", 1)],
)
def test_a_corrupt_setup_is_refused_with_its_line(path: str, text: str, line: int) -> None:
    with pytest.raises(NotParsedError) as caught:
        setup_files.read(source(path, text))
    assert caught.value.line == line
