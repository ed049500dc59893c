"""Reports that scanners saved: found by their content, read for what they found, and never taken for a pass."""

from __future__ import annotations

import json
import os
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from supplychain import scanners
from supplychain.model.fact import ScannerReport
from supplychain.scanners import pip_audit, reports, safety, safety_database
from supplychain.scanners.loopback import Service, serve
from supplychain.target import Target
from tests.scanners.support import RECORDS

TORCH = ("package:pypi/torch", "2.5.1")


def read(files: dict[str, Any]) -> list[ScannerReport]:
    """Return what is saved in a target of these files."""
    made = {
        name: content if isinstance(content, bytes) else json.dumps(content).encode() for name, content in files.items()
    }
    return list(scanners.saved(Target.of(made)))


def one(content: Any, name: str = "reports/scan.json") -> ScannerReport:
    """Return the one report of a file."""
    (report,) = read({name: content})
    return report


def found(report: ScannerReport) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(hit.component, hit.version, hit.ids) for hit in report.hits]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what safety and pip-audit write themselves; one requirement is not pinned."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "requirements.txt").write_text("torch==2.5.1\nsound==3.0\n")
    (folder / "loose.txt").write_text("torch==2.5.1\nsound>=3\n")
    safety_database.write(RECORDS, folder / "db")
    env = {**os.environ, "HOME": str(folder)}
    options = ["--db", "db", "-r", "loose.txt", "--output", "json", "--save-json", "safety-report.json"]
    subprocess.run([*safety.PROGRAM, *options], cwd=folder, env=env, capture_output=True, timeout=120, check=False)
    with serve(Service(RECORDS)) as address:
        asks = ["-r", "requirements.txt", "--no-deps", "--disable-pip", "-s", "osv", "--osv-url", address]
        out = ["-f", "json", "-o", "pip-audit.json", "--cache-dir", "cache"]
        subprocess.run(
            [*pip_audit.PROGRAM, *asks, *out], cwd=folder, env=env, capture_output=True, timeout=120, check=False
        )
    return folder


def test_what_safety_check_saved(real: Path) -> None:
    report = one((real / "safety-report.json").read_bytes())
    assert (report.scanner, report.version[:4], report.how, report.data) == ("safety", "3.7.", "saved", "own")
    assert report.assessed == (TORCH,)
    assert {hit.ids[0] for hit in report.hits} == {"GHSA-2222-2222-2222", "GHSA-3333-3333-3333"}
    assert report.skipped == (("package:pypi/sound", "it is not pinned, and safety leaves such packages out"),)
    assert report.written is not None
    assert (report.digest or "").startswith("sha256:")
    assert report.problem == ""


def test_what_pip_audit_saved(real: Path) -> None:
    report = one((real / "pip-audit.json").read_bytes())
    assert report.scanner == "pip-audit"
    assert report.assessed == (TORCH, ("package:pypi/sound", "3.0"))
    assert {"GHSA-2222-2222-2222", "CVE-2025-0001"} in [set(hit.ids) for hit in report.hits]
    assert report.written is None


def test_an_old_pip_audit_wrote_a_list() -> None:
    listed = [{"name": "Torch", "version": "2.5.1", "vulns": []}, {"name": "x", "skip_reason": "not on PyPI"}]
    report = one(listed)
    assert report.assessed == (TORCH,)
    assert report.skipped == (("package:pypi/x", "not on PyPI"),)


def test_what_safety_scan_saved() -> None:
    torch = {
        "name": "torch",
        "specifications": [
            {
                "raw": "torch==2.5.1",
                "vulnerabilities": {"known_vulnerabilities": [{"id": "71670", "vulnerable_spec": "<2.6"}]},
            },
            {"raw": "torch>=2", "vulnerabilities": {"known_vulnerabilities": []}},
        ],
    }
    files = [{"location": "requirements.txt", "type": "requirements.txt", "results": {"dependencies": [torch]}}]
    meta = {"scan_type": "scan", "timestamp": "2026-10-01T08:00:00", "telemetry": {"safety_version": "3.2.0"}}
    report = one({"meta": meta, "scan_results": {"files": [], "projects": [{"id": "a", "files": files}]}})
    assert (report.scanner, report.version, report.written) == ("safety", "3.2.0", datetime(2026, 10, 1, 8, tzinfo=UTC))
    assert found(report) == [(*TORCH, ("71670",))]
    assert [name for name, _ in report.skipped] == ["package:pypi/torch"]


SNYK: dict[str, Any] = {
    "vulnerabilities": [
        {
            "id": "SNYK-JS-LODASH-1",
            "packageName": "lodash",
            "version": "4.17.15",
            "semver": {"vulnerable": ["<4.17.16"]},
            "identifiers": {"CVE": ["CVE-2020-8203"], "CWE": ["CWE-400"]},
            "packageManager": "npm",
        }
    ],
    "ok": False,
    "dependencyCount": 3,
    "packageManager": "npm",
}


@pytest.mark.parametrize("content", [SNYK, [SNYK]], ids=["one project", "several"])
def test_what_snyk_printed(content: Any) -> None:
    report = one(content)
    assert found(report) == [("package:npm/lodash", "4.17.15", ("SNYK-JS-LODASH-1", "CVE-2020-8203"))]
    assert report.assessed == (("package:npm/lodash", "4.17.15"),)
    assert report.problem == ""


def test_a_project_of_several_that_failed_is_skipped() -> None:
    report = one([SNYK, {"ok": False, "error": "no lock", "path": "/src/api"}])
    assert (len(report.hits), report.problem) == (1, "")
    assert report.skipped == (("/src/api", "snyk failed: no lock"),)


def osv(*, more: dict[str, Any], ecosystem: str = "PyPI", name: str = "torch") -> dict[str, Any]:
    vulnerability = {"id": "GHSA-2222-2222-2222", "aliases": ["CVE-2025-0001"]}
    package = {
        "package": {"name": name, "version": "2.5.1", "ecosystem": ecosystem},
        "vulnerabilities": [vulnerability],
    }
    return {"results": [{"source": {"path": "/src/uv.lock", "type": "lockfile"}, "packages": [package]}], **more}


@pytest.mark.parametrize(
    ("content", "component"),
    [
        (osv(more={}), "package:pypi/torch"),
        (osv(more={"experimental_config": {"licenses": {}}}), "package:pypi/torch"),
        (osv(more={"image_metadata": {}}, ecosystem="Debian:12", name="openssl"), "package:debian/openssl"),
        (osv(more={}, ecosystem="Go", name="golang.org/x/net"), "package:golang/golang.org/x/net"),
        (osv(more={}, ecosystem="npm", name="@acme/x"), "package:npm/@acme/x"),
    ],
    ids=["version 1", "version 2", "image", "Go", "npm"],
)
def test_what_osv_scanner_printed(content: Any, component: str) -> None:
    report = one(content)
    assert report.scanner == "osv-scanner"
    assert found(report) == [(component, "2.5.1", ("GHSA-2222-2222-2222", "CVE-2025-0001"))]


def test_osv_scanner_that_found_nothing_clears_nothing() -> None:
    report = one({"results": [], "experimental_config": {"licenses": {"summary": False}}})
    assert (report.assessed, report.hits, report.problem) == ((), (), "")


UV: dict[str, Any] = {
    "schema": {"version": "preview"},
    "summary": {"audited_packages": 2, "vulnerabilities": 1, "adverse_statuses": 0},
    "vulnerabilities": [
        {
            "dependency": {"name": "idna", "version": "3.6"},
            "id": "GHSA-x",
            "display_id": "GHSA-x",
            "aliases": ["CVE-2026-1"],
        }
    ],
    "adverse_statuses": [],
}


def test_what_uv_audit_printed() -> None:
    assert found(one(UV)) == [("package:pypi/idna", "3.6", ("GHSA-x", "CVE-2026-1"))]


EMPTY: dict[str, dict[str, Any]] = {
    "safety that scanned nothing": {"report_meta": {}, "scanned_packages": {}, "vulnerabilities": []},
    "safety scan of no file": {"meta": {"scan_type": "scan"}, "scan_results": {"projects": [], "files": []}},
    "pip-audit that audited nothing": {"dependencies": [], "fixes": []},
    "pip-audit that skipped all": {"dependencies": [{"name": "x", "skip_reason": "no"}], "fixes": []},
    "snyk without dependencies": {**SNYK, "vulnerabilities": [], "ok": True, "dependencyCount": 0},
    "snyk that failed": {"ok": False, "error": "Authentication failed", "path": "/src"},
    "uv that audited nothing": {**UV, "summary": {"audited_packages": 0}, "vulnerabilities": []},
}


@pytest.mark.parametrize("name", EMPTY)
def test_a_report_of_nothing_is_a_problem(name: str) -> None:
    report = one(EMPTY[name])
    assert report.problem
    assert report.assessed == ()


@pytest.mark.parametrize("cut", [40, 300, -1])
def test_a_report_that_was_cut_short_is_a_problem(cut: int, real: Path) -> None:
    data = (real / "safety-report.json").read_bytes()
    data = data[: data.index(b'"scanned_packages"') + 20 + cut] if cut > 0 else data[:cut]
    report = one(data)
    assert report.scanner == "safety"
    assert report.problem.startswith("it is no JSON, or cut short")


def test_nesting_size_and_number_have_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    head = b'{"report_meta": {}, "scanned_packages": '
    assert one(head + b"[" * 200_000).problem == "it nests too deeply"
    monkeypatch.setattr(reports, "SIZE_LIMIT", 1000)
    assert "1,000 are read" in one(head + b'{"a": "' + b"x" * 2000 + b'"}}').problem
    monkeypatch.setattr(reports, "FILES_LIMIT", 3)
    many = read({f"scan{number}.json": UV for number in range(5)})
    assert [bool(report.problem) for report in many] == [False, False, False, True]


def test_entries_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "LISTED_LIMIT", 2)
    report = one({**UV, "vulnerabilities": UV["vulnerabilities"] * 5})
    assert len(report.hits) == 2
    assert report.skipped == (("report", "3 more of its entries were not taken"),)


def test_a_large_target_takes_no_time() -> None:
    files = {f"data/scan{number}.json": b'{"a": ' + b"1" * 5000 + b"}" for number in range(150)}
    before = time.monotonic()
    assert read(files) == []
    assert time.monotonic() - before < 2


OTHERS: dict[str, Any] = {
    "package.json": {"name": "x", "dependencies": {"a": "1"}},
    "scan.json": {"results": [1, 2]},
    "scan-list.json": [1, 2],
    "audit.json": {"dependencies": [{"name": "x", "version": "1"}]},
    "security.json": {"ok": True},
    "text-scan.json": b"no JSON",
    "empty-scan.json": b"",
    "vulnerabilities.json": {"vulnerabilities": [{"packageName": "x"}], "semver": 3},
    "hidden.txt": UV,
    "null-scan.json": None,
}


def test_what_is_no_report_is_passed_over() -> None:
    assert read(OTHERS) == []


@pytest.mark.parametrize("value", [None, 3, "x", [], [None], {"a": None}])
def test_fields_of_another_type_break_nothing(value: Any) -> None:
    for document in (SNYK, osv(more={}), UV, *EMPTY.values()):
        for key in document:
            read({"scan.json": {**document, key: value}})
            read({"scan.json": [{**document, key: value}]})


def test_hostile_text_is_shown_and_not_obeyed() -> None:
    report = one(osv(more={}, name="a\n<script>\u202e"))
    assert report.hits[0].component == "package:pypi/a\\n<script>\\u202e"


def test_reports_that_the_assessor_hands_in_are_read_and_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "facts" / "scanners").mkdir(parents=True)
    (tmp_path / "facts" / "scanners" / "uv-audit.json").write_text(json.dumps(UV))
    (tmp_path / "scan.json").write_text(json.dumps(UV))
    (tmp_path / "facts" / "scan.json").symlink_to(tmp_path / "scan.json")
    found = scanners.saved(Target.of({}), tmp_path / "facts")
    assert [(report.scanner, report.file) for report in found] == [("uv audit", "uv-audit.json")]
    assert scanners.saved(Target.of({}), tmp_path / "nowhere") == ()
