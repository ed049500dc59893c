"""One run of behave from its first hook to its reports."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from supplychain import gherkin
from supplychain.assessment import Assessment
from supplychain.config.loading import ConfigError
from supplychain.facts import SnapshotError
from supplychain.options import Options, OptionsError
from supplychain.report import inventory, licenses, pages, patches, provenance, record, risk, scans, terminal
from supplychain.report.agreement import agreement, document
from supplychain.report.allure_results import AllureResults, add_tags
from supplychain.report.evidence import house_matrix, matrix, waivers
from supplychain.report.sarif import sarif
from supplychain.report.sensitivity import HEADING, Measured, section
from supplychain.report.view import View
from supplychain.target import TargetError


class CannotRunError(Exception):
    """A run that cannot be made; the message says what to mend."""


@dataclass
class Session:
    """A run: what it was asked for, its assessment, and where its results go."""

    options: Options
    assessment: Assessment
    allure: AllureResults
    run: str
    started: datetime
    unbound: tuple[str, ...]

    @classmethod
    def start(cls, runner: Any) -> Session:
        """Return the session of a run whose features are parsed.

        Raises:
            CannotRunError: options, target, declaration, waivers or policy cannot be used, or nothing is selected.
        """
        add_tags(runner.features)
        try:
            options = Options.of(runner.config.userdata)
            gherkin.leave_out(runner.features, options.house)
            if not any(s.should_run(runner.config) for feature in runner.features for s in feature.walk_scenarios()):
                raise CannotRunError("the tags and names given select no scenario, so nothing would be decided")
            assessment = Assessment.open(options, gherkin.read(runner.features), terminal.progress)
        except (OptionsError, gherkin.FeaturesError, TargetError, ConfigError, SnapshotError) as error:
            raise CannotRunError(str(error)) from error
        unbound = tuple(gherkin.unbound(runner.features, runner.step_registry))
        for line in unbound:
            print(line, file=sys.__stderr__)
        allure = AllureResults(options.reports / "allure-results")
        allure.start(runner)
        assessment.listeners.append(allure.attach)
        assessment.listeners.append(lambda finding: allure.attach_agreement(finding, assessment.case))
        assessment.listeners.append(lambda finding: allure.attach_risks(finding, assessment.case))
        assessment.listeners.append(lambda finding: allure.attach_provenance(finding, assessment.case))
        assessment.listeners.append(lambda finding: allure.attach_scans(finding, assessment.case))
        return cls(options, assessment, allure, record.run_id(options.now), datetime.now(UTC), unbound)

    def finish(self) -> View:
        """Write the record and the reports, print the run, and return its view."""
        case = self.assessment.case
        view = View(case, self.assessment.findings, self.run, self.unbound)
        reports = self.options.reports
        folder = reports / "runs" / self.run
        bom, complete = inventory.of(case)
        measured = Measured.of(reports, case)
        summary, page = pages.summary(view, measured), pages.page(view, measured)
        files = {
            "inventory.cdx.json": bom,
            "completeness.md": complete,
            "summary.md": summary,
            "index.html": page,
            "findings.sarif": sarif(view, self.assessment.target.origin),
        }
        files |= patches.files(case)
        if tables := agreement(case):
            files["agreement.md"] = document(tables)
        if risks := risk.computed(case, view.findings.get(risk.REQUIREMENT)):
            files |= {"risk.md": risk.document(risks), "risk.svg": pages.risk_picture(risks)}
        if stated := provenance.document(case):
            files["provenance.md"] = stated
        if scanned := scans.document(case):
            files["scans.md"] = scanned
        if register := licenses.register(case):
            files |= {"licenses.md": licenses.document(register), "licenses.csv": licenses.spreadsheet(register)}
        if measured and measured.usable:
            files["sensitivity.json"] = measured.usable.text
        record.write(view, folder, self.started, self.assessment.tracebacks, files)
        record.point_latest(reports, folder)
        for name in ("summary.md", "index.html", "findings.sarif"):
            (reports / name).write_text(files[name], encoding="utf-8")
        attached = {
            "Verdict": f"# {view.headline}\n",
            "Requirements": matrix(view),
            "Completeness of the inventory": complete,
        }
        attached |= {"Waivers": waivers(view)} if view.waivers else {}
        attached |= {"House rules": house_matrix(view)} if view.house else {}
        attached |= {HEADING: section(measured)} if measured else {}
        self.allure.finish(_environment(view), attached)
        if problem := self.assessment.record(self.run):
            print(problem, file=sys.__stderr__)
        terminal.show(view, [reports / "index.html", reports / "summary.md", folder])
        return view


def _environment(view: View) -> dict[str, str]:
    case = view.case
    return {
        "Target": case.target.name,
        "Commit": view.commit,
        "Policy": case.policy_digest or "none given: strict defaults",
        "Declaration": case.declaration_digest or "none",
        "Assessed at": case.now.isoformat() + (" (made-up time)" if case.simulated else ""),
        "Facts": record.facts(case),
        "Run": view.run,
    }
