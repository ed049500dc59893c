"""Ways in which a scanner ends without having looked: none of them may end as clean."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from supplychain import scanners
from supplychain.model.fact import ScannerReport
from supplychain.scanners import loopback, pip_audit, process, safety, safety_database
from supplychain.scanners.interface import Said
from tests.scanners.support import NOW, packages, program, raw

PINS = packages({"torch": ("2.5.1",), "sound": ("3.0",)})
SAFETY = """
listed = [line.strip().split("==") for line in open(options["-r"])]
meta = {"safety_version": "3.7.0", "api_key": False, "local_database_path": options["--db"]}
scanned = {n: {"name": n, "version": v, "requirements": [{"specifier": "==" + v}]} for n, v in listed}
found = [{"vulnerability_id": n.upper(), "package_name": n, "analyzed_version": v} for n, v in listed if "planted" in n]
report = {"report_meta": meta, "scanned_packages": scanned, "vulnerabilities": found, "ignored_vulnerabilities": []}
code = 64
"""
PIP_AUDIT = """
import urllib.request
listed = [line.strip().split("==") for line in open(options["-r"])]
def ask(n, v):
    query = {"package": {"name": n, "ecosystem": "PyPI"}, "version": v}
    request = urllib.request.Request(options["--osv-url"], json.dumps(query).encode(), method="POST")
    return json.load(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request)).get("vulns", [])
found = {n: {"name": n, "version": v, "vulns": ask(n, v)} for n, v in listed}
code = 1
"""
SAVE = {
    "safety": 'open(options["--save-json"], "w").write(json.dumps(report)[:cut])\nsys.exit(code)',
    "pip-audit": 'open(options["-o"], "w").write(json.dumps({"dependencies": list(found.values())})[:cut])\nsys.exit(code)',
}
MODULES: dict[str, Any] = {"safety": safety, "pip-audit": pip_audit}
CODE = {"safety": SAFETY, "pip-audit": PIP_AUDIT}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def with_change(scanner: str, change: str) -> ScannerReport:
        code = f"cut = None\n{CODE[scanner]}\n{change}\n{SAVE[scanner]}"
        monkeypatch.setattr(MODULES[scanner], "PROGRAM", program(tmp_path / "fake", code))
        other = pip_audit if scanner == "safety" else safety
        monkeypatch.setattr(other, "scan", lambda *_: Said("other"))
        found = scanners.run(PINS, raw(), online=False, now=NOW)
        return next(report for report in found if report.scanner == scanner)

    return with_change


@pytest.mark.parametrize("scanner", ["safety", "pip-audit"])
def test_the_one_that_stands_in_is_believed_where_it_does_all_that_is_asked(scanner: str, run: Any) -> None:
    report = run(scanner, "")
    assert report.problem == ""
    assert set(report.assessed) == set(PINS)


FAILURES = {
    "a crash before it wrote": ("sys.exit(code)", "report"),
    "a crash that looks clean": ("sys.exit(0)", "report"),
    "a crash of Python": ("raise RuntimeError('no such thing')", "no such thing"),
    "an exit code that nobody knows": ("code = 77", "exit code 77"),
    "cut short": ("cut = 40", "cut short"),
    "an empty report": ("cut = 0", "cut short"),
    "killed": ("os.kill(os.getpid(), 9)", "killed by SIGKILL"),
    "clean by its exit code only": ("code = 0", "disagree"),
}
OF_SAFETY = {
    "a login": ("code = 65", "asks for a login"),
    "a rate limit": ("code = 66", "refuses to answer so often"),
    "no database": ("code = 67", "does not find the database"),
    "another schema": ("code = 69", "safety>=3.7,<3.8"),
    "a key that makes it ignore its database": ('meta["api_key"] = True', "unset its key"),
    "another database": ('meta["local_database_path"] = None', "did not use the database"),
    "a database that it did not match": ("found.clear(); code = 0", "was planted for it"),
    "nothing scanned": ("scanned.clear()", ""),
    "a list": ("report = [report]", "no report"),
    "nested": ('report = json.loads("[" * 900 + "]" * 900)', "no report"),
    "vulnerable by its exit code only": ("found.clear()", "disagree"),
}
OF_PIP_AUDIT = {
    "a service that was not asked": (
        "found = {n: {'name': n, 'version': v, 'vulns': []} for n, v in listed}; code = 0",
        "planted",
    ),
    "an empty list": ("found = {}; code = 0", "no report"),
    "skipped all": ("found = {n: {'name': n, 'skip_reason': 'no answer'} for n in found}; code = 0", "planted"),
}
CASES = [("safety", *case) for case in (FAILURES | OF_SAFETY).items()]
CASES += [("pip-audit", *case) for case in (FAILURES | OF_PIP_AUDIT).items()]


@pytest.mark.parametrize(("scanner", "name", "case"), CASES, ids=[f"{scanner}: {name}" for scanner, name, _ in CASES])
def test_a_failure_is_a_problem_and_clears_nothing(scanner: str, name: str, case: tuple[str, str], run: Any) -> None:
    report = run(scanner, case[0])
    assert report.assessed == ()
    assert report.hits == ()
    assert case[1] in report.problem
    assert report.problem or {name for name, _ in report.skipped} == {name for name, _ in PINS}


@pytest.mark.parametrize(
    ("scanner", "change"), [("safety", 'del scanned["torch"]'), ("pip-audit", 'del found["torch"]')]
)
def test_a_package_that_is_left_out_in_silence_is_skipped(scanner: str, change: str, run: Any) -> None:
    report = run(scanner, change)
    assert report.assessed == (("package:pypi/sound", "3.0"),)
    assert report.skipped == (("package:pypi/torch", f"{scanner} does not say that it looked at 2.5.1"),)


def test_a_package_that_safety_takes_for_unpinned_is_skipped(run: Any) -> None:
    report = run(
        "safety", 'scanned["torch"] = {"name": "torch", "version": None, "requirements": [{"specifier": ">2"}]}'
    )
    assert report.skipped == (("package:pypi/torch", "it is not pinned, and safety leaves such packages out"),)


def test_another_version_than_was_asked_for_is_no_answer(run: Any) -> None:
    report = run("safety", 'scanned["torch"]["requirements"] = [{"specifier": "==2.5"}]')
    assert [name for name, _ in report.skipped] == ["package:pypi/torch"]


def test_a_package_that_pip_audit_did_not_ask_about_is_skipped(run: Any) -> None:
    report = run("pip-audit", 'found["torch"]["version"] = "2.5.2"')
    assert [name for name, _ in report.skipped] == ["package:pypi/torch"]


@pytest.mark.parametrize("scanner", ["safety", "pip-audit"])
def test_a_scanner_that_does_not_end_is_stopped_with_all_that_it_started(
    scanner: str, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "TIME_LIMIT", 1.0)
    started = tmp_path / "pid"
    hang = f"import subprocess\np = subprocess.Popen(['sleep', '60'])\nopen({str(started)!r}, 'w').write(str(p.pid))\np.wait()"
    before = time.monotonic()
    report = run(scanner, hang)
    assert time.monotonic() - before < 20
    assert "was stopped after 1 seconds" in report.problem
    state = subprocess.run(
        ["ps", "-o", "state=", "-p", started.read_text()], capture_output=True, text=True, check=False
    )
    assert state.stdout.strip() in {"", "Z"}


@pytest.mark.parametrize("scanner", ["safety", "pip-audit"])
def test_a_report_without_an_end_is_not_read(scanner: str, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "SIZE_LIMIT", 20_000)
    many = {"safety": 'meta["x"] = "x" * 100_000', "pip-audit": 'found["x"] = "x" * 100_000'}
    report = run(scanner, many[scanner])
    assert report.problem
    assert report.assessed == ()


@pytest.mark.parametrize("scanner", ["safety", "pip-audit"])
def test_a_program_that_is_not_there_is_a_problem(scanner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULES[scanner], "PROGRAM", ("/nowhere/at/all",))
    found = {report.scanner: report for report in scanners.run(PINS, raw(), online=False, now=NOW)}
    assert "cannot be started" in found[scanner].problem
    others = [report.problem for name, report in found.items() if name != scanner]
    assert others == [""]


def test_safety_itself_refuses_a_database_of_an_old_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety_database, "SCHEMA", "1.0.0")
    report = scanners.run(PINS, raw(), online=False, now=NOW)[0]
    assert "does not know the schema" in report.problem
    assert "(exit code 69)" in report.problem


def test_safety_itself_says_that_a_database_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety_database, "write", lambda *_: ())
    report = scanners.run(PINS, raw(), online=False, now=NOW)[0]
    assert "(exit code 67)" in report.problem


def test_a_package_that_pip_audit_says_it_skipped_is_skipped_with_its_reason(run: Any) -> None:
    report = run("pip-audit", 'found["torch"] = {"name": "torch", "skip_reason": "the service answered 404"}')
    assert report.assessed == (("package:pypi/sound", "3.0"),)
    assert report.skipped == (("package:pypi/torch", "the service answered 404"),)


def test_pip_audit_itself_fails_where_its_service_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback.Service, "answer", lambda *_: None)
    report = scanners.run(PINS, raw(), online=False, now=NOW)[1]
    assert "ServiceError" in report.problem
    assert report.assessed == ()


def test_pip_audit_itself_fails_where_no_answer_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback.Service, "answer", lambda *_: {"vulns": 3})
    report = scanners.run(PINS, raw(), online=False, now=NOW)[1]
    assert "no report" in report.problem
