"""Allure results through allure-behave, with one plugin that repairs what it shows green and is not.

allure-behave takes a scenario's first step that did not pass for the scenario, drops the reason of a skip, shows an
error in a hook as skipped or passed, and does not see scenarios below a `Rule:`. The plugin sets the worst status
over all steps and hooks, says everything that went wrong, and adds labels and descriptions.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import allure
import allure_commons
from allure_behave.formatter import AllureFormatter
from allure_commons.model2 import Label, Status, StatusDetails
from behave.formatter.base import StreamOpener

from supplychain.assessment import Undetermined
from supplychain.control import house, load
from supplychain.control.interface import Scenario
from supplychain.gherkin import suggestion
from supplychain.model.case import Case
from supplychain.model.finding import Finding, Outcome, Severity
from supplychain.report import provenance, risk, scans
from supplychain.report.agreement import agreement, document
from supplychain.report.evidence import description, evidence
from supplychain.report.pages import risk_picture
from supplychain.report.record import dump

_WORST = (Status.FAILED, Status.BROKEN, Status.SKIPPED, Status.PASSED)
_SEVERITY = {Severity.CRITICAL: "critical", Severity.HIGH: "critical", Severity.MEDIUM: "normal", Severity.LOW: "minor"}
_MARKDOWN = "text/markdown"


class AllureResults:
    """The results of one run in one folder."""

    def __init__(self, folder: Path) -> None:
        """Begin with an empty folder: results of an earlier run would be counted with this one's."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._folder = folder
        self._scenario: Any = None
        self._known: list[str] = []
        self._outcomes: dict[str, Outcome] = {}
        self._cleanup = ""

    def start(self, runner: Any) -> None:
        """Join a run of behave that has parsed its features: one formatter, this plugin, and tags to select by."""
        if not any(isinstance(formatter, AllureFormatter) for formatter in runner.formatters):
            opener = StreamOpener(filename=str(self._folder))
            runner.formatters.append(AllureFormatter(opener, runner.config))
        allure_commons.plugin_manager.register(self)
        runner.context.on_cleanup_error = self._keep_cleanup_error
        self._known = [matcher.pattern for matchers in runner.step_registry.steps.values() for matcher in matchers]
        for feature in runner.features:
            for rule in feature.rules:
                for scenario in rule.walk_scenarios():  # the formatter wraps only what stands outside of rules
                    scenario.run = allure_commons.test(scenario.run, context={"scenario": scenario})  # type: ignore[no-untyped-call]  # the library has no types

    def attach(self, finding: Finding) -> None:
        """Attach the evidence of a requirement to the step that decides it."""
        self._outcomes[finding.requirement] = finding.outcome
        allure.attach(evidence(finding), f"{finding.requirement} evidence", _MARKDOWN, "md")
        allure.attach(dump(finding), f"{finding.requirement} finding", "application/json", "json")

    def attach_agreement(self, finding: Finding, case: Case) -> None:
        """Attach to the step that decides 5.3 who found which vulnerability, where a scanner has a report."""
        if finding.requirement == "5.3" and (tables := agreement(case)):
            allure.attach(document(tables), "5.3 agreement of the scanners", _MARKDOWN, "md")

    def attach_risks(self, finding: Finding, case: Case) -> None:
        """Attach to the step that decides 6.5 what the risks were computed from, and the matrix as a picture."""
        if found := risk.computed(case, finding):
            allure.attach(risk.document(found), "6.5 risks", _MARKDOWN, "md")
            allure.attach(risk_picture(found), "6.5 matrix of risks", "image/svg+xml", "svg")

    def attach_provenance(self, finding: Finding, case: Case) -> None:
        """Attach to the step that decides 4.2 what is stated of each dataset and model, by whom and where."""
        if finding.requirement == provenance.REQUIREMENT and (text := provenance.document(case)):
            allure.attach(text, "4.2 provenance", _MARKDOWN, "md")

    def attach_scans(self, finding: Finding, case: Case) -> None:
        """Attach to the step that decides 2.3 what was scanned by which layers, and what scanners of others say of it."""
        if finding.requirement == scans.REQUIREMENT and (text := scans.document(case)):
            allure.attach(text, "2.3 scans", _MARKDOWN, "md")

    def finish(self, environment: dict[str, str], attachments: dict[str, str]) -> None:
        """Write what belongs to the run as a whole: its environment and its Markdown attachments."""
        lines = (f"{name.replace(' ', chr(92) + ' ')}={_plain(value)}" for name, value in environment.items())
        (self._folder / "environment.properties").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for name, text in attachments.items():
            allure.global_attach(text, name, _MARKDOWN, "md")
        allure_commons.plugin_manager.unregister(self)

    def _keep_cleanup_error(self, _context: Any, _function: Any, error: Exception) -> None:
        self._cleanup = f"{type(error).__name__}: {error}"

    @allure_commons.hookimpl(tryfirst=True)
    def start_test(self, context: Any) -> None:
        """Remember the scenario that begins."""
        self._scenario = context["scenario"]
        self._cleanup = ""

    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result: Any) -> None:
        """Repair the result of the scenario that ended, before it is written."""
        scenario = self._scenario
        steps = list(scenario.all_steps)
        messages = []
        statuses = []
        for step, shown in zip(steps, result.steps, strict=False):
            status, message = self._step(step, shown)
            shown.status = status
            shown.statusDetails = StatusDetails(message=message) if message else None
            is_empty = status == Status.SKIPPED and step.status.name == "passed"
            statuses.append(Status.PASSED if is_empty else status)
            if message and not is_empty:
                messages.append(message)
        if scenario.hook_failed or scenario.status.name in {"hook_error", "cleanup_error", "error"}:
            statuses.append(Status.BROKEN)
            if scenario.hook_failed or scenario.status.name != "error":
                messages.append(f"error: a hook of this scenario broke: {_said(scenario) or self._cleanup}")
        if scenario.skip_reason:
            statuses.append(Status.SKIPPED)
            messages.append(f"not applicable: {scenario.skip_reason}")
        result.status = next((status for status in _WORST if status in statuses), Status.BROKEN)
        if not statuses:
            messages.append("error: no step of this scenario was run")
        result.statusDetails = StatusDetails(message=_ordered(result.status, messages)) if messages else None
        self._label(result, scenario)

    def _step(self, step: Any, shown: Any) -> tuple[str, str]:
        """Return a step's status and what to say of it."""
        name = step.status.name
        if isinstance(step.exception, Undetermined):
            return Status.BROKEN, f"undetermined: {step.exception}"
        if name == "failed":
            is_error = " error: " in str(step.exception)[:14]
            return (Status.BROKEN, f"error: {step.exception}") if is_error else (Status.FAILED, str(step.exception))
        if name == "undefined":
            return Status.BROKEN, f"error: {suggestion(step.name, self._known)}"
        if name in {"skipped", "untested"}:
            return Status.SKIPPED, ""
        if name != "passed":
            said = step.exception or step.error_message or f"the step ended as {name}"
            return Status.BROKEN, f"error: {said}"
        finding = next((a.name.split()[0] for a in shown.attachments if a.name and a.name.endswith(" evidence")), "")
        if self._outcomes.get(finding) is Outcome.NOT_APPLICABLE:
            return Status.SKIPPED, f"not applicable: {finding} has nothing to decide on here"
        return Status.PASSED, ""

    def _label(self, result: Any, scenario: Any) -> None:
        control = load()
        result.labels = [label for label in result.labels if label.name not in {"severity", "tag"}]
        is_own = any(entry.name == scenario.name for entry in house())
        result.labels.append(Label("epic", "House rules" if is_own else control.document.id))
        found = next((entry for entry in control.scenarios if entry.name == scenario.name), None)
        if found is None:
            return
        worst = min((requirement.severity for requirement in found.requirement), key=list(Severity).index)
        result.labels.append(Label("severity", _SEVERITY[worst]))
        if found.role:
            result.labels.append(Label("owner", found.role))
        result.labels.extend(Label("tag", requirement.id) for requirement in found.requirement)
        result.description = description(found)


def add_tags(features: Any) -> None:
    """Tag each scenario with its number, and with the severity of its worst requirement, so that it can be selected."""
    by_name = {scenario.name: scenario for scenario in load().scenarios}
    for feature in features:
        for scenario in feature.walk_scenarios():
            found: Scenario | None = by_name.get(scenario.name)
            if found is not None:
                severities = {requirement.severity for requirement in found.requirement}
                scenario.tags.extend([f"scenario-{found.number}", *sorted(severities)])


def _ordered(status: str, messages: list[str]) -> str:
    """Return all messages, those that explain the status first: Allure's categories read the beginning."""
    prefix = {Status.BROKEN: ("error:", "undetermined:"), Status.SKIPPED: ("not applicable:",)}.get(status, ())
    if status == Status.BROKEN and any(message.startswith("error:") for message in messages):
        prefix = ("error:",)
    first = [m for m in messages if m.startswith(prefix)] if prefix else [m for m in messages if ": " not in m[:14]]
    return "\n".join([*first, *(message for message in messages if message not in first)])


def _said(scenario: Any) -> str:
    return str(scenario.error_message or scenario.exception or "")


def _plain(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", " ")
