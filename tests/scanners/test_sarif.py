"""SARIF of scanners of packages: the sentence of a result, or its logical location, names the package."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from supplychain import scanners
from supplychain.model.fact import ScannerReport
from supplychain.target import Target


def log(driver: str, results: Any, *, rules: Any = (), **run: Any) -> dict[str, Any]:
    tool = {"driver": {"name": driver, "version": "1.2.3", "rules": list(rules)}}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": tool, "results": results, **run}],
    }


def result(rule: str, text: str, file: str = "requirements.txt", logical: str = "") -> dict[str, Any]:
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": file}}}
    if logical:
        place["logicalLocations"] = [{"fullyQualifiedName": logical}]
    return {"ruleId": rule, "message": {"text": text}, "locations": [place]}


def read(document: Any) -> list[ScannerReport]:
    return list(scanners.saved(Target.of({"results.sarif": json.dumps(document).encode()})))


OSV = result(
    "CVE-2025-0001",
    "Package 'torch@2.5.1' is vulnerable to 'CVE-2025-0001' (also known as 'PYSEC-2025-4', 'GHSA-2222-2222-2222').",
)
TRIVY = result(
    "CVE-2025-0001",
    "Package: torch\nInstalled Version: 2.5.1\nVulnerability CVE-2025-0001\nSeverity: HIGH\nFixed Version: 2.6.0\nLink: [CVE-2025-0001](https://a.example)",
)
GRYPE = result(
    "GHSA-2222-2222-2222-torch",
    "A high vulnerability in python package: torch, version 2.5.1 was found at: /usr/lib/x/METADATA",
    "/usr/lib/x/METADATA",
)
SNYK = result(
    "SNYK-PYTHON-TORCH-1",
    "This file introduces a vulnerable torch package with a high severity vulnerability.",
    "req.txt",
    "torch@2.5.1",
)
UV = result("GHSA-2222-2222-2222", "torch 2.5.1 is vulnerable to GHSA-2222-2222-2222: x", "uv.lock", "torch@2.5.1")
SNYK_RULE = {
    "id": "SNYK-PYTHON-TORCH-1",
    "fullDescription": {"text": "(CVE-2025-0001) torch@2.5.1"},
    "properties": {"tags": ["security", "pip"]},
}


@pytest.mark.parametrize(
    ("driver", "scanner", "entry", "rules", "ids"),
    [
        ("osv-scanner", "osv-scanner", OSV, (), ("CVE-2025-0001", "PYSEC-2025-4", "GHSA-2222-2222-2222")),
        ("Trivy", "trivy", TRIVY, (), ("CVE-2025-0001",)),
        ("Grype", "grype", GRYPE, (), ("GHSA-2222-2222-2222",)),
        ("Snyk Open Source", "snyk", SNYK, (SNYK_RULE,), ("SNYK-PYTHON-TORCH-1", "CVE-2025-0001")),
        ("uv", "uv audit", UV, (), ("GHSA-2222-2222-2222",)),
    ],
)
def test_a_result_names_package_version_and_ids(
    driver: str, scanner: str, entry: dict[str, Any], rules: Any, ids: tuple[str, ...]
) -> None:
    (report,) = read(log(driver, [entry], rules=rules))
    assert (report.scanner, report.version, report.problem) == (scanner, "1.2.3", "")
    assert [(hit.component, hit.version, hit.ids) for hit in report.hits] == [("package:pypi/torch", "2.5.1", ids)]


def test_an_npm_package_with_a_scope_is_read() -> None:
    text = "Package '@babel/core@7.29.0' is vulnerable to 'CVE-2026-49356'."
    (report,) = read(log("osv-scanner", [result("CVE-2026-49356", text, "web/package-lock.json")]))
    assert report.hits[0].component == "package:npm/@babel/core"
    assert report.hits[0].version == "7.29.0"


def test_an_ecosystem_that_nothing_tells_is_unknown() -> None:
    (report,) = read(log("Trivy", [{**TRIVY, "locations": []}]))
    assert report.hits[0].component == "package:unknown/torch"


def test_a_result_without_a_package_is_skipped_and_not_lost() -> None:
    (report,) = read(log("osv-scanner", [result("X-1", "something else")]))
    assert report.skipped == (("X-1", "its sentence names no package in a form that is known"),)


def test_no_results_clear_nothing() -> None:
    (report,) = read(log("Trivy", []))
    assert (report.assessed, report.hits, report.problem) == ((), (), "")


def test_a_run_that_failed_or_did_not_end_is_a_problem() -> None:
    failed = {"executionSuccessful": False, "endTimeUtc": "2026-10-01T08:00:00Z"}
    (report,) = read(log("Trivy", [], invocations=[failed]))
    assert "states that it failed" in report.problem
    assert report.written == datetime(2026, 10, 1, 8, tzinfo=UTC)
    (report,) = read(log("Trivy", None))
    assert "did not come to an end" in report.problem


def test_a_scanner_of_code_is_no_scanner_of_packages() -> None:
    assert read(log("CodeQL", [result("py/sql", "SQL")])) == []


def test_several_runs_of_one_log_are_several_reports() -> None:
    one, other = log("Trivy", [TRIVY]), log("Grype", [GRYPE])
    assert [report.scanner for report in read({**one, "runs": one["runs"] + other["runs"]})] == ["trivy", "grype"]


@pytest.mark.parametrize("value", [None, 3, "x", [], [None], [{}], {"a": 1}])
def test_fields_of_another_type_break_nothing(value: Any) -> None:
    document = log("Trivy", [TRIVY], rules=[SNYK_RULE])
    read({**document, "runs": value})
    for key in ("tool", "results", "invocations"):
        read({**document, "runs": [{**document["runs"][0], key: value}]})
    for key in TRIVY:
        read(log("Trivy", [{**TRIVY, key: value}]))
    read(
        log(
            "Snyk Open Source",
            [{**SNYK, "locations": [{"logicalLocations": value}]}],
            rules=[{"id": "x", "properties": value}],
        )
    )


def test_a_sentence_of_a_megabyte_takes_no_time() -> None:
    (report,) = read(log("osv-scanner", [result("X-1", "Package '" + "a@" * 500_000)]))
    assert len(report.skipped) == 1
