"""Where commands and environment variables tell package clients to fetch from, in every kind of file."""

from __future__ import annotations

import json

import pytest

from supplychain.model.reference import Scope
from tests.discovery.support import look

PYPI, OWN = "https://mirror.example/simple", "https://own.example/simple"


def told(files: dict[str, str], *, scope: Scope = Scope.PROD) -> list[str]:
    """Return `file:line setting address`, with what it answers for and what it is in force for; `*` is all of it."""
    found = []
    for item in look(dict(files)).settings:
        assert item.at.scope is scope
        only = f" only {item.only}" if item.only else ""
        found.append(f"{item.at} {item.setting} {item.address}{only} in {item.applies or '*'}")
    return found


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        (f"pip install -i {PYPI} a", [f"index {PYPI}"]),
        (f"pip3 install -i{PYPI} a", [f"index {PYPI}"]),
        (
            f"python -m pip install --index-url={PYPI} --extra-index-url {OWN} a",
            [f"index {PYPI}", f"extra index {OWN}"],
        ),
        (f"pip install --extra-index {OWN} a", [f"extra index {OWN}"]),
        ("pip install a -f ./wheels --no-index", ["find-links ./wheels", "no index "]),
        ("pip install a --trusted-host own.example", ["trusted host own.example"]),
        (f"pip download a --find-links {OWN}", [f"find-links {OWN}"]),
        (f"sudo pip install a -i {PYPI}", [f"index {PYPI}"]),
        (f"uv pip install a --index {OWN} --default-index {PYPI}", [f"extra index {OWN}", f"index {PYPI}"]),
        (f"uv add a --index own={OWN}", [f"extra index {OWN}"]),
        (f"uv sync --index-url {PYPI}", [f"index {PYPI}"]),
        (f"pipx install a --pip-args '--extra-index-url {OWN}'", [f"extra index {OWN}"]),
        (
            "conda install -c pytorch -c https://user:pw@own.example/c a",
            ["channel pytorch", "channel https://own.example/c"],
        ),
        ("conda env create -f environment.yml", []),
        ("mamba create -n x -c conda-forge a", ["channel conda-forge"]),
        ("npm install a --registry https://npm.example", ["index https://npm.example"]),
        ("npm ci --registry=https://npm.example", ["index https://npm.example"]),
        ("npm i a --@acme:registry=https://npm.example", ["mapped index https://npm.example only @acme"]),
        ("yarn install --registry https://npm.example", ["index https://npm.example"]),
        ("npm ci --strict-ssl=false", ["trusted host *"]),
        ("pip install -i https://user:secret@mirror.example/simple a", [f"index {PYPI}"]),
        ("pip install -i https://$TOKEN@mirror.example/simple a", [f"index {PYPI}"]),
        ("pip install -i $INDEX a", ["index None"]),
        ("pip install -r requirements.txt -c constraints.txt --extra a b", []),
        ("pip install -i <your-index> a", []),
        ("pip install a", []),
        (f"echo pip install -i {PYPI} a", []),
        ("grep -i https://x.example file", []),
    ],
)
def test_options_of_a_command(command: str, settings: list[str]) -> None:
    assert told({"run.sh": f"{command}\n"}) == [f"run.sh:1 {item} in run.sh" for item in settings]


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        (f"pip config set global.index-url {PYPI}", [f"index {PYPI}"]),
        (f"pip config --user set global.extra-index-url '{PYPI} {OWN}'", [f"extra index {PYPI}", f"extra index {OWN}"]),
        ("pip config set global.trusted-host own.example", ["trusted host own.example"]),
        ("pip config set global.timeout 60", []),
        ("npm config set registry https://npm.example", ["index https://npm.example"]),
        ("npm config set registry=https://npm.example", ["index https://npm.example"]),
        ("npm config set @acme:registry https://npm.example", ["mapped index https://npm.example only @acme"]),
        ("npm set strict-ssl false", ["trusted host *"]),
        ("npm config set //npm.example/:_authToken=secret", []),
        ("yarn config set npmRegistryServer https://npm.example", ["index https://npm.example"]),
        ("pnpm config set registry https://npm.example", ["index https://npm.example"]),
        ("conda config --add channels bioconda", ["channel bioconda"]),
        ("conda config --set ssl_verify false", ["trusted host *"]),
        ("conda config --set channel_priority strict", []),
        (f"pdm config pypi.url {PYPI}", [f"index {PYPI}"]),
        (f"poetry source add --priority=supplemental own {OWN}", [f"extra index {OWN}"]),
        (f"poetry source add --priority=explicit own {OWN}", []),
        (f"export PIP_EXTRA_INDEX_URL='{PYPI} {OWN}'", [f"extra index {PYPI}", f"extra index {OWN}"]),
        ("export npm_config_registry=https://npm.example", ["index https://npm.example"]),
        ("export NODE_TLS_REJECT_UNAUTHORIZED=0", ["trusted host *"]),
        ("export PIP_NO_INDEX=1", ["no index "]),
        ("export PIP_NO_INDEX=0 PIP_TIMEOUT=5 PIP_INDEX_URL=", []),
    ],
)
def test_what_stays_set_is_in_force_everywhere(command: str, settings: list[str]) -> None:
    assert told({"run.sh": f"{command}\n"}) == [f"run.sh:1 {item} in *" for item in settings]


def test_a_variable_before_a_command_is_in_force_for_that_command() -> None:
    assert told({"run.sh": f"PIP_INDEX_URL={PYPI} pip install a\n"}) == [f"run.sh:1 index {PYPI} in run.sh"]


def for_packages(files: dict[str, str]) -> dict[str, list[str]]:
    """Return the packages that the options of each command are for, by the address."""
    found = look(dict(files))
    assert all(setting.command for setting in found.settings)
    told: dict[str, list[str]] = {}
    for setting in found.settings:
        of_it = [r for r in found.references if (r.at.file, r.command) == (setting.applies, setting.command)]
        told.setdefault(setting.address or "", []).extend(item.component.name for item in of_it)
    return told


@pytest.mark.parametrize(
    "files",
    [
        {"Dockerfile": f"FROM x\nRUN pip install uv\nRUN pip install \\\n  torch torchvision \\\n  -i {OWN}\n"},
        {"run.sh": f"pip install uv && pip install torch torchvision --extra-index-url {OWN}; pip install ruff\n"},
        {
            ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: pip install ruff\n"
            f"      - run: pip install torch torchvision --index-url {OWN}\n"
        },
        {"Makefile": f"a:\n\tpip install uv\nb:\n\tpip install -f {OWN} torch torchvision\n"},
        {"run.sh": f"conda install uv\nconda install -c {OWN} torch torchvision\n"},
    ],
    ids=["an image", "one line", "a workflow", "a Makefile", "conda"],
)
def test_an_option_holds_for_the_packages_of_its_command_alone(files: dict[str, str]) -> None:
    assert for_packages(files) == {OWN: ["torch", "torchvision"]}


def test_commands_with_other_options_are_told_apart() -> None:
    lines = f"pip install -i {PYPI} torch\npip install -i {OWN} torch\n"
    assert for_packages({"run.sh": lines}) == {PYPI: ["torch"], OWN: ["torch"]}


def test_each_of_two_commands_in_python_has_its_index() -> None:
    code = f'import os\nos.system("pip install a -i {OWN}")\nos.system("pip install b -i {OWN}")\n'
    found = look({"setup_all.py": code})
    assert len({setting.command for setting in found.settings}) == 2


def test_a_command_without_such_options_is_not_told_from_others() -> None:
    found = look({"run.sh": "pip install a\npip install -r list.txt b\nexport PIP_INDEX_URL=https://x.example/s\n"})
    assert {r.command for r in found.references} | {s.command for s in found.settings} == {""}


def test_a_command_is_in_force_for_the_lists_and_the_folders_that_it_installs() -> None:
    files = {
        "requirements/base.txt": "a\n",
        "app/pyproject.toml": "",
        "docker/Dockerfile": f"FROM x\nRUN pip install -i {PYPI} -r /build/requirements/base.txt ./app\n",
        "web/package.json": "{}",
        "web/run.sh": "npm ci --registry https://npm.example\n",
    }
    assert told(files) == [
        f"docker/Dockerfile:2 index {PYPI} in docker/Dockerfile",
        f"docker/Dockerfile:2 index {PYPI} in requirements/base.txt",
        f"docker/Dockerfile:2 index {PYPI} in app/",
        "web/run.sh:1 index https://npm.example in web/run.sh",
        "web/run.sh:1 index https://npm.example in web/",
    ]


def applying(files: dict[str, str]) -> set[str]:
    """Return what the one setting of some files is in force for."""
    found = look(dict(files)).settings
    assert len({(item.address, item.at) for item in found}) == 1
    return {item.applies or "*" for item in found}


def test_an_export_is_in_force_for_what_its_script_installs_and_runs() -> None:
    files = {
        "build.sh": f"export PIP_EXTRA_INDEX_URL={OWN}\npip install -r base.txt\nbash tools/more.sh\n",
        "tools/more.sh": "pip install -r requirements/more.txt\n",
        "base.txt": "a\n",
        "requirements/more.txt": "b\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: pip install c\n",
    }
    assert applying(files) == {"build.sh", "base.txt", "tools/more.sh", "requirements/more.txt"}


def test_the_environment_of_an_image_reaches_the_scripts_that_its_build_runs() -> None:
    files = {
        "Dockerfile": f"FROM x\nENV PIP_INDEX_URL={OWN}\nCOPY . .\nRUN cd /app && ./install.sh\n",
        "install.sh": "pip install .\n",
        "pyproject.toml": "",
        "web/Dockerfile": "FROM x\nRUN pip install a\n",
    }
    assert applying(files) == {"Dockerfile", "install.sh", "pyproject.toml"}
    files["install.sh"] = "pip install ./app\n"
    files["app/pyproject.toml"] = ""
    assert applying(files) == {"Dockerfile", "install.sh", "app/"}


def test_a_script_of_the_documentation_that_an_image_is_built_with_is_of_production() -> None:
    files: dict[str, str] = {
        "Dockerfile": "FROM x\nRUN ./build.sh\n",
        "build.sh": "bash docs/install.sh\n",
        "docs/install.sh": "pip install a\n",
        "docs/more.sh": "pip install b\n",
    }
    scopes = {r.component.name: r.at.scope for r in look(dict(files)).references}
    assert (scopes["a"], scopes["b"]) == (Scope.PROD, Scope.DOCS)
    del files["Dockerfile"]
    assert {r.at.scope for r in look(dict(files)).references} == {Scope.DOCS}


def test_what_a_script_sets_that_others_source_is_in_force_for_them() -> None:
    files = {
        "env.sh": f"export PIP_INDEX_URL={OWN}\npip install a\n",
        "run.sh": "source ./env.sh\npip install -r b.txt\n",
        "b.txt": "b\n",
    }
    assert applying(files) == {"env.sh", "run.sh", "b.txt"}


def test_a_script_that_installs_nothing_sets_it_for_the_whole_target() -> None:
    files = {"env.sh": f"export PIP_INDEX_URL={OWN}\n", "run.sh": "pip install a\n"}
    assert applying(files) == {"*"}


def test_scripts_that_run_each_other_come_to_an_end() -> None:
    files = {"a.sh": f"export PIP_INDEX_URL={OWN}\nbash b.sh\npip install x\n", "b.sh": "bash a.sh\n"}
    assert applying(files) == {"a.sh", "b.sh"}


def test_a_dockerfile() -> None:
    text = f"""\
FROM python:3.11
ARG INDEX={PYPI}
ARG UV_INDEX_URL
ENV PIP_INDEX_URL=$INDEX \\
    PIP_TRUSTED_HOST=mirror.example
RUN pip install \\
    --extra-index-url {OWN} \\
    a
RUN ["pip", "install", "-f", "wheels", "a"]
"""
    assert sorted(told({"Dockerfile": text})) == [
        "Dockerfile:3 index None in Dockerfile",
        f"Dockerfile:4 index {PYPI} in Dockerfile",
        "Dockerfile:5 trusted host mirror.example in Dockerfile",
        f"Dockerfile:7 extra index {OWN} in Dockerfile",
        "Dockerfile:9 find-links wheels in Dockerfile",
    ]


def test_a_workflow_and_a_compose_file() -> None:
    workflow = f"""\
on: push
env:
  UV_INDEX_URL: {PYPI}
jobs:
  a:
    steps:
      - run: |
          pip install a
          pip install --extra-index-url {OWN} b
"""
    compose = f"""\
services:
  a:
    image: python:3.11
    environment:
      - PIP_INDEX_URL=https://user:secret@mirror.example/simple
    command: ["pip", "install", "-i", "{PYPI}", "a"]
"""
    found = told({".github/workflows/ci.yml": workflow, "compose.yml": compose})
    assert sorted(found) == [
        f".github/workflows/ci.yml:3 index {PYPI} in .github/workflows/ci.yml",
        f".github/workflows/ci.yml:9 extra index {OWN} in .github/workflows/ci.yml",
        f"compose.yml:5 index {PYPI} in *",
        f"compose.yml:6 index {PYPI} in compose.yml",
    ]


def test_an_environment_file_and_a_makefile() -> None:
    files = {".env": "PIP_FIND_LINKS=./wheels\n", "Makefile": f"install:\n\tpip install -i {PYPI} a\n"}
    assert told(files) == [".env:1 find-links ./wheels in *", f"Makefile:2 index {PYPI} in Makefile"]


def test_a_notebook() -> None:
    lines = [f"!pip install -i {PYPI} a\n", f"%pip install --extra-index-url {OWN} b\n", f"%env PIP_INDEX_URL={PYPI}\n"]
    cell = {"cell_type": "code", "source": lines, "metadata": {}, "outputs": []}
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}, indent=0)
    assert [item.partition(" ")[2] for item in told({"a.ipynb": text})] == [
        f"index {PYPI} in a.ipynb",
        f"extra index {OWN} in a.ipynb",
        f"index {PYPI} in *",
    ]


def test_a_readme_is_documentation() -> None:
    text = f"# Install\n\n```bash\npip install a -i {PYPI}\n```\n"
    assert told({"README.md": text}, scope=Scope.DOCS) == [f"README.md:4 index {PYPI} in README.md"]


@pytest.mark.parametrize(
    ("code", "settings"),
    [
        (f'subprocess.run([sys.executable, "-m", "pip", "install", "-i", "{PYPI}", "a"])', [f"index {PYPI}"]),
        ('subprocess.check_call(["pip", "install", "a", f"--index-url={URL}"])', [f"index {OWN}"]),
        (f'os.system("cd x && pip install a -i {PYPI}")', [f"index {PYPI}"]),
        ('os.system(f"{sys.executable} -m pip install a --extra-index-url {URL}")', [f"extra index {OWN}"]),
        ('run("pip install a " + "--extra-index-url " + URL)', [f"extra index {OWN}"]),
        ('run("pip install --index-url %s a" % make())', ["index None"]),
        ('run(f"pip install --index-url {make()} a")', ["index None"]),
        ('os.system("npm config set registry https://npm.example")', ["index https://npm.example"]),
        (f'print("pip install -i {PYPI} a")', []),
        (f'raise ImportError("pip install -i {PYPI} a")', []),
        (f'"""pip install -i {PYPI} a"""', []),
        (f'note = "Please call `pip install -i {PYPI} a` first"', []),
        ('parser.add_argument("--index-url", help="where pip is to install from")', []),
        ('run("pip install a")', []),
    ],
)
def test_commands_in_python(code: str, settings: list[str]) -> None:
    where = {"index": "*"} if "config set" in code else {}
    files = {"setup_all.py": f'import os, subprocess, sys\nURL = "{OWN}"\n{code}\n'}
    expected = [f"setup_all.py:3 {item} in {where.get('index', 'setup_all.py')}" for item in settings]
    assert told(files) == expected


def test_a_default_from_the_environment_is_in_force_unless_it_is_set() -> None:
    code = f'import os\nurl = os.environ.get("X", "{PYPI}")\ncommand = f"pip install a --index-url {{url}}"\n'
    assert told({"a.py": code}) == [f"a.py:3 index {PYPI} in a.py"]


def test_no_secret_is_kept() -> None:
    text = "pip install -i https://user:topsecret@mirror.example/simple?token=topsecret a\n"
    found = look({"run.sh": text})
    assert "topsecret" not in str(found.settings)


def test_a_long_text_without_an_option_costs_little() -> None:
    code = "x = '" + "; pip install a" * 20_000 + " --index-url'\n"
    assert told({"a.py": code}) == []
