"""Packages that Python installs when it runs, and texts that only speak of installing them."""

from __future__ import annotations

import pytest

from tests.discovery.support import look, references, unresolved


def installed(source: str) -> list[str]:
    """Return `line id` for each package that a file installs, with `@revision` where there is one."""
    found = [r for r in references(source) if r.component.kind == "package"]
    return [f"{r.at.line} {r.component.id}" + (f"@{r.revision}" if r.revision else "") for r in found]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (
            'import subprocess, sys\nsubprocess.check_call([sys.executable, "-m", "pip", "install", "-U", "left==1.0"])',
            ["2 package:pypi/left@1.0"],
        ),
        ('import subprocess\nsubprocess.run(["pip3", "install", "--quiet", "left", "right"])', ["left", "right"]),
        ('from subprocess import Popen as P\nP(args=["uv", "pip", "install", "left"])', ["left"]),
        ('import subprocess\ncmd = ["pip", "install"]\ncmd.append("left")\nsubprocess.run(cmd, check=True)', ["left"]),
        ('import subprocess\nBASE = ["pip", "install"]\nsubprocess.call(BASE + ["left"])', ["left"]),
        (
            'import subprocess\nNEEDED = ["left", "right"]\nsubprocess.call(["pip", "install", *NEEDED])',
            ["left", "right"],
        ),
        ('import os\nos.system("cd /tmp && pip install left")', ["left"]),
        (
            'import os\nfor name in ("left", "right"):\n    os.system(f"python -m pip install {name}")',
            ["left", "right"],
        ),
        ('import subprocess, shlex\nsubprocess.run(shlex.split("pip install left"))', ["left"]),
        ('import subprocess\nsubprocess.run("pip install left".split())', ["left"]),
        ('import subprocess\nsubprocess.run("conda install -y -c forge left", shell=True)', ["package:conda/left"]),
        ('import pip\npip.main(["install", "left"])', ["left"]),
        ('from pip._internal.cli.main import main as run_pip\nrun_pip(["install", "left"])', ["left"]),
        (
            'import asyncio\nasync def f():\n    await asyncio.create_subprocess_exec("npm", "install", "left")',
            ["npm/left"],
        ),
        (
            'import subprocess\nsubprocess.run(["pip", "install", "git+https://code.example.net/a/b.git"])',
            ["url/code.ex"],
        ),
    ],
)
def test_package_that_a_program_installs_is_a_reference(source: str, found: list[str]) -> None:
    lines = installed(source)
    assert len(lines) == len(found)
    for line, part in zip(lines, found, strict=True):
        assert part in line


def test_helper_is_followed_to_the_calls_of_its_file() -> None:
    source = "import os\ndef _need(name):\n    os.system('pip install ' + name)\n_need('left')\n_need('right')\n"
    assert installed(source) == ["3 package:pypi/left", "3 package:pypi/right"]
    assert unresolved(source) == []


def test_command_that_a_helper_is_given_stands_where_it_is_called() -> None:
    source = (
        'import subprocess\ndef _run(command):\n    subprocess.run(command, shell=True)\n\n_run("pip install left")\n'
    )
    assert installed(source) == ["5 package:pypi/left"]


@pytest.mark.parametrize(
    "source",
    [
        "import os\ndef need(name):\n    os.system(f'pip install {name}')",
        "import subprocess\ndef need(name):\n    subprocess.run(['pip', 'install', name])",
        "import subprocess\ndef need(*names):\n    subprocess.run(['pip', 'install', *names])",
        "import os\ndef need(name):\n    os.system('pip install %s' % name)",
        "import os\ndef need(name):\n    os.system('pip install {}'.format(name))",
        "import os\nimport sys\nos.system('pip install ' + sys.argv[1])",
    ],
)
def test_package_whose_name_is_made_at_run_time_is_unresolved(source: str) -> None:
    (missed,) = unresolved(source)
    assert (missed.kind, missed.source) == ("package", "pypi")


def test_name_that_another_file_may_give_stays_open() -> None:
    source = "import os\ndef need(name):\n    os.system('pip install ' + name)\nneed('left')\n"
    assert installed(source) == ["3 package:pypi/left"]
    assert len(unresolved(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        'raise ImportError("pip install left")',
        'print("run: pip install left")',
        'import logging\nlogging.error("pip install left")',
        'HELP = "pip install left"',
        'import subprocess\nsubprocess.run(["echo", "pip install left"])',
        'import subprocess\nsubprocess.run(["git", "status"])',
        'import subprocess\nsubprocess.run(["pip", "install", "-r", "requirements.txt"])',
        'import subprocess\nsubprocess.run(["pip", "list"])',
        'import subprocess\nsubprocess.run(["pip", "install", "."])',
        'def run(command): return command\nrun("pip install left")',
        "import subprocess\ndef go(command):\n    subprocess.run(command)",
        'from nothing import run\nrun(["pip", "install", "left"])',
    ],
)
def test_text_of_a_command_that_is_not_run_installs_nothing(source: str) -> None:
    assert installed(source) == []
    assert unresolved(source) == []


def test_model_that_the_command_of_a_hub_fetches_is_a_reference() -> None:
    source = 'import subprocess\nsubprocess.run(["hf", "download", "org/model-7b", "--revision", "abc"])'
    (found,) = [r for r in references(source) if r.component.kind == "model"]
    assert (found.component.id, found.revision, found.at.line) == ("model:huggingface/org/model-7b", "abc", 2)


def test_option_of_pip_as_a_library_is_a_setting() -> None:
    source = 'import pip\npip.main(["install", "--index-url", "https://packages.example.net/simple", "left"])'
    (setting,) = look({"app.py": source}).settings
    assert (setting.setting, setting.address) == ("index", "https://packages.example.net/simple")


@pytest.mark.parametrize(
    "source",
    [
        'import os\nos.environ["PIP_INDEX_URL"] = "https://packages.example.net/simple"',
        'import os\nos.environ.setdefault("PIP_EXTRA_INDEX_URL", "https://packages.example.net/simple")',
        'import os\nos.environ.update({"UV_INDEX_URL": "https://packages.example.net/simple"})',
        'import os\nos.environ.update(PIP_INDEX_URL="https://packages.example.net/simple")',
        'import os\nenv = dict(os.environ)\nenv["NPM_CONFIG_REGISTRY"] = "https://packages.example.net/simple"',
        'import os\nHOST = "https://packages.example.net"\nos.environ["PIP_INDEX_URL"] = f"{HOST}/simple"',
    ],
)
def test_variable_that_sends_a_package_client_elsewhere_is_a_setting(source: str) -> None:
    (setting,) = look({"app.py": source}).settings
    assert setting.address == "https://packages.example.net/simple"


@pytest.mark.parametrize(
    "source",
    [
        'import os\nurl = os.environ["PIP_INDEX_URL"]',
        'import os\nos.environ["PIP_INDEX_URL"] = ""',
        'import os\nos.environ["MY_INDEX_URL"] = "https://packages.example.net/simple"',
    ],
)
def test_variable_that_is_read_or_empty_sets_nothing(source: str) -> None:
    assert look({"app.py": source}).settings == ()


@pytest.mark.parametrize(
    "source",
    [
        'import importlib\nimportlib.import_module("jax")',
        'from importlib import import_module\nNAME = "jax.numpy"\nimport_module(NAME)',
        '__import__("jax")',
    ],
)
def test_module_that_is_imported_by_name_is_an_import(source: str) -> None:
    assert "package:pypi/jax" in {r.component.id for r in look({"app.py": source}).references}


@pytest.mark.parametrize(
    "source",
    [
        'import importlib\nimportlib.import_module(".plugin", __package__)',
        'import importlib.util\nimportlib.util.find_spec("jax")',
        "import importlib\ndef f(name):\n    importlib.import_module(name)",
        'def import_module(name): ...\nimport_module("jax")',
    ],
)
def test_what_is_looked_for_or_made_at_run_time_is_no_import(source: str) -> None:
    assert "package:pypi/jax" not in {r.component.id for r in look({"app.py": source}).references}


def test_connection_to_the_host_of_a_service_is_a_reference() -> None:
    source = 'from http.client import HTTPSConnection\nHOST = "api.cohere.com"\nHTTPSConnection(HOST, timeout=9)'
    assert [(r.component.id, r.at.line) for r in references(source)] == [("service:cohere", 3)]
    assert references('import http.client\nhttp.client.HTTPSConnection("example.net")') == []


RUNS = "import subprocess\ndef run(command, **more):\n    options = {'args': command, **more}\n    subprocess.run(**options)\n"
PIP = "def run_pip(command):\n    return run(f'python -m pip {command}')\n"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('from tools import run\nrun("pip install left")', ["pypi/left"]),
        ('import tools\ntools.run(["pip", "install", "left"])', ["pypi/left"]),
        ('from tools import run_pip\nNAME = "left==1.0"\nrun_pip(f"install -U {NAME}")', ["pypi/left"]),
        ('from tools import other\nother("pip install left")', []),
        ('from tools import run\nrun("install left")', []),
        ('from tools import run\nrun("echo install left")', []),
        ('from elsewhere import run\nrun("pip install left")', []),
    ],
)
def test_command_that_a_function_of_another_file_is_given_is_run(source: str, found: list[str]) -> None:
    inventory = look({"tools.py": RUNS + PIP + "def other(text):\n    print(text)\n", "app.py": source})
    named = [r for r in inventory.references if r.at.file == "app.py" and "import" not in r.call]
    assert [r.component.id.removeprefix("package:") for r in named] == found
