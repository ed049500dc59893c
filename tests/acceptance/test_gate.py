"""The gate on the bundled example: begun, held, failed by one planted flaw, and mended; the verdict does not change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supplychain.cli import main
from supplychain.config.known import KNOWN
from tests.support import NOW, POLICY, ROOT, BuiltTarget

Capture = pytest.CaptureFixture[str]
LOCK = "requirements.txt"


class Project:
    """A target whose team uses the gate."""

    def __init__(self, target: BuiltTarget, folder: Path, capsys: Capture) -> None:
        self.target, self._folder, self._capsys = target, folder, capsys
        self.reports = folder / "reports"

    def run(self) -> int:
        """Assess the target, and return what the command exits with."""
        given = ["--policy", str(POLICY), "--facts", str(ROOT / "examples" / "facts"), "--now", NOW]
        places = ["--output", str(self.reports), "--state", str(self._folder / "state.db")]
        code = main(["run", str(self.target.path), *given, *places])
        self._capsys.readouterr()
        return code

    def gate(self, *arguments: str) -> tuple[int, list[str]]:
        """Return what the gate exits with and prints."""
        self._capsys.readouterr()
        code = main(["gate", str(self.target.path), "--run", str(self.reports / "latest"), *arguments])
        return code, self._capsys.readouterr().out.splitlines()

    @property
    def headlines(self) -> set[str]:
        """The first line of each report, without its markup."""
        run = json.loads((self.reports / "latest" / "run.json").read_text())
        summary = (self.reports / "summary.md").read_text().splitlines()[0].removeprefix("# ").replace("\\", "")
        page = (self.reports / "index.html").read_text().partition("<h1>")[2].partition("</h1>")[0]
        allure = [file.read_text() for file in (self.reports / "allure-results").glob("*-attachment.md")]
        verdict = next(text for text in allure if text.startswith("# Control "))
        return {run["headline"], summary, page, verdict.removeprefix("# ").strip()}


@pytest.fixture
def project(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> Project:
    return Project(target, tmp_path, capsys)


def without_hashes(target: BuiltTarget) -> str:
    """Remove the hashes of the first locked package; return the lock as it was."""
    path = target.path / LOCK
    before = path.read_text()
    lines = before.splitlines()
    first = next(number for number, line in enumerate(lines) if line.strip().startswith("--hash"))
    last = next(number for number in range(first, len(lines)) if not lines[number].strip().startswith("--hash"))
    lines[first - 1 : last] = [lines[first - 1].rstrip(" \\")]
    path.write_text("\n".join(lines) + "\n")
    return before


def test_a_team_adopts_the_gate(project: Project) -> None:
    code = project.run()
    [plain] = project.headlines
    assert "Gate" not in plain  # neither the policy nor the target speaks of one

    assert project.gate()[0] == 1
    assert project.gate("--accept", "--by", "security@example.com")[0] == 0
    assert project.run() == code
    [held] = project.headlines
    assert held.startswith(f"{plain} · Gate held (ratchet: ")
    assert project.gate() == (0, [held, *project.gate()[1][1:]])

    before = without_hashes(project.target)
    assert project.run() == 1
    failed, said = project.gate("--comment", "-")
    assert failed == 1
    [new] = [line for line in said if line.startswith("- **")]
    assert new.startswith("- **5.2** new `requirements.txt:1` `package:pypi/annotated-types`")

    (project.target.path / LOCK).write_text(before)
    assert project.run() == code
    assert project.headlines == {held}
    assert project.gate()[0] == 0


def test_what_is_mended_in_one_of_several_files_is_not_new_in_another(project: Project) -> None:
    workflow = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@{}\n"
    image = "FROM python{} AS base\n"
    for number in range(3):
        project.target.plant(f".github/workflows/{number}.yml", workflow.format("v4"))
        project.target.plant(f"images/{number}/Dockerfile", image.format(":3.11-slim"))
    project.run()
    assert project.gate("--accept", "--by", "security@example.com")[0] == 0

    project.target.plant(".github/workflows/0.yml", workflow.format("11bd71901bbe5b1630ceea73d27597364c9af683"))
    project.target.plant("images/0/Dockerfile", image.format("@sha256:" + "a" * 64))
    project.run()
    _, said = project.gate("--comment", "-")
    [stale] = [line for line in said if line.startswith("- **")]
    assert stale.startswith(
        "- **stale** 5.1 `.github/workflows/0.yml` `package:github/actions/checkout`, 5.1 `images/0/"
    )


def test_a_list_that_cannot_be_used_stops_no_run_and_holds_no_gate(project: Project) -> None:
    project.target.plant(KNOWN, "[]")
    assert project.run() == 3
    [line] = project.headlines
    assert " · Gate NOT held (.supplychain/known.json: Input should be an object" in line
    assert project.gate()[0] == 2
