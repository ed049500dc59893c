"""What Allure shows of a run: nothing green that was not earned, and no reason lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FEATURE = """\
Feature: States that look green and are not

  @before
  Scenario: error in before_scenario
    Given a step that passes

  @after
  Scenario: error in after_scenario
    Given a step that passes

  @cleanup
  Scenario: error in a cleanup
    Given a step that passes

  Scenario: a step skips itself and a later one fails
    Given a step that skips itself
    Then a step fails with one

  @wip
  Scenario: pending
    Given a step that is pending

  Scenario: skipped with a reason
    Given a step that skips the scenario
    Then a step fails with one

  Scenario: several failures
    Given a step that passes
    Then a step fails with one
    And a step is undetermined
    And a step fails with two

  Scenario: undetermined
    Given a step that passes
    Then a step is undetermined

  Scenario: cannot be trusted
    Given a step that passes
    Then a step fails with 1.1 error: a canary was missed

  Scenario: undefined
    Given a step that passed

  Scenario: broken
    Given a step that breaks

  Scenario: passed
    Given a step that passes

  Rule: below a rule
    Scenario: in a rule
      Given a step that passes
      Then a step fails with one
"""

STEPS = """\
from behave import given, then
from behave.api.pending_step import StepNotImplementedError
from supplychain.assessment import NotMet, Undetermined


@given("a step that passes")
def passes(context):
    pass


@given("a step that skips itself")
def skips_itself(context):
    from behave.model_type import Status
    context.current_step.status = Status.skipped


@given("a step that skips the scenario")
def skips_the_scenario(context):
    context.scenario.skip("nothing was found in 12 files")


@given("a step that is pending")
def pending(context):
    raise StepNotImplementedError("pending")


@given("a step that breaks")
def breaks(context):
    raise KeyError("key")


@then("a step fails with {what}")
def fails(context, what):
    raise NotMet(what)


@then("a step is undetermined")
def undetermined(context):
    raise Undetermined("no fact is at hand")
"""

ENVIRONMENT = """\
from pathlib import Path
from supplychain.report.allure_results import AllureResults


def before_all(context):
    context.results = AllureResults(Path("results"))
    context.results.start(context._runner)


def before_step(context, step):
    context.current_step = step
    context.scenario.continue_after_failed_step = step.step_type == "then"


def before_scenario(context, scenario):
    if "before" in scenario.tags:
        raise RuntimeError("the hook before broke")
    if "cleanup" in scenario.tags:
        def broken():
            raise RuntimeError("the cleanup broke")
        context.add_cleanup(broken)


def after_scenario(context, scenario):
    if "after" in scenario.tags:
        raise RuntimeError("the hook after broke")


def after_all(context):
    context.results.finish({"Assessed at": "now", "Path": "a\\\\b"}, {"Verdict": "# said"})
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("project")
    (project / "features").mkdir()
    (project / "steps").mkdir()
    (project / "features" / "states.feature").write_text(FEATURE)
    (project / "steps" / "steps.py").write_text(STEPS)
    (project / "environment.py").write_text(ENVIRONMENT)
    (project / "behave.ini").write_text("[behave]\npaths = features\ndefault_format = plain\n")
    (project / "results").mkdir()
    (project / "results" / "of-an-earlier-run-result.json").write_text("{}")
    done = subprocess.run([sys.executable, "-m", "behave"], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return project / "results"


@pytest.fixture(scope="module")
def results(folder: Path) -> dict[str, Any]:
    found = (json.loads(path.read_text()) for path in folder.glob("*-result.json"))
    return {result["name"]: result for result in found}


@pytest.mark.parametrize(
    ("scenario", "status", "begins", "holds"),
    [
        ("error in before_scenario", "broken", "error:", "the hook before broke"),
        ("error in after_scenario", "broken", "error:", "the hook after broke"),
        ("error in a cleanup", "broken", "error:", "the cleanup broke"),
        ("a step skips itself and a later one fails", "failed", "one", "one"),
        ("pending", "broken", "error:", "pending"),
        ("skipped with a reason", "skipped", "not applicable:", "nothing was found in 12 files"),
        ("several failures", "failed", "one", "two"),
        ("several failures", "failed", "one", "undetermined: no fact is at hand"),
        ("undetermined", "broken", "undetermined:", "no fact is at hand"),
        ("cannot be trusted", "broken", "error:", "a canary was missed"),
        ("undefined", "broken", "error:", "did you mean 'a step that passes'"),
        ("broken", "broken", "error:", "key"),
        ("in a rule", "failed", "one", "one"),
    ],
)
def test_a_state_that_is_not_green_says_so(
    results: dict[str, Any], scenario: str, status: str, begins: str, holds: str
) -> None:
    result = results[scenario]
    message = result["statusDetails"]["message"]
    assert (result["status"], message.startswith(begins)) == (status, True), message
    assert holds in message


def test_what_passes_is_passed_and_says_nothing(results: dict[str, Any]) -> None:
    assert results["passed"]["status"] == "passed"
    assert "statusDetails" not in results["passed"]


def test_results_of_an_earlier_run_are_gone(folder: Path) -> None:
    assert not (folder / "of-an-earlier-run-result.json").exists()


def test_every_scenario_has_one_result(results: dict[str, Any], folder: Path) -> None:
    assert len(list(folder.glob("*-result.json"))) == FEATURE.count("Scenario: ") == len(results)


def test_the_environment_is_written_as_properties(folder: Path) -> None:
    assert (folder / "environment.properties").read_text() == "Assessed\\ at=now\nPath=a\\\\b\n"


def test_attachments_of_the_whole_run_are_global(folder: Path) -> None:
    (globals_file,) = folder.glob("*-globals.json")
    (attachment,) = json.loads(globals_file.read_text())["attachments"]
    assert attachment["name"] == "Verdict"
    assert (folder / attachment["source"]).read_text() == "# said"
