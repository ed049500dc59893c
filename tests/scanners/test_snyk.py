"""snyk, where there is an account; here a program stands in that speaks its exit codes and its JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from supplychain import scanners
from supplychain.model.fact import ScannerReport
from supplychain.scanners import pip_audit, process, safety
from supplychain.scanners.interface import Said
from tests.scanners.support import NOW, packages, program

PINS = [*packages({"torch": ("2.5.1",), "sound": ("3.0",)}), ("package:npm/@acme/left-pad", "1.0.0")]
FOUND = '[{"id": "SNYK-PYTHON-TORCH-1", "packageName": "torch", "version": "2.5.1", "packageManager": "pip", "identifiers": {"CVE": ["CVE-2025-0001"]}}]'
SNYK = f"""
manager = "poetry" if "--file=poetry.lock" in args else "npm"
count = 2 if manager == "poetry" else 1
found = {FOUND} if manager == "poetry" else []
code = 1 if found else 0
report = {{"vulnerabilities": found, "ok": not found, "dependencyCount": count, "packageManager": manager}}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("SNYK_TOKEN", "t0ken")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pip_audit, "installed", lambda: "")
    monkeypatch.setattr(safety, "scan", lambda *_: Said("safety"))

    def with_change(
        change: str = "", pins: list[tuple[str, str]] = PINS, *, online: bool = True
    ) -> ScannerReport | None:
        note = f"open({str(tmp_path / 'seen')!r}, 'a').write(json.dumps([args, dict(os.environ), os.getcwd()]) + '\\n')"
        program(tmp_path / "snyk", f"{note}\n{SNYK}\n{change}\nprint(json.dumps(report))\nsys.exit(code)")
        found = scanners.run(pins, [], online=online, now=NOW)
        return next((report for report in found if report.scanner == "snyk"), None)

    return with_change


def seen(folder: Path) -> list[Any]:
    path = folder / "seen"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_its_results_are_reported_with_its_own_data(run: Any) -> None:
    report = run()
    assert (report.problem, report.data, report.how) == ("", "own", "run")
    assert set(report.assessed) == set(PINS)
    assert [(hit.component, hit.version, hit.ids) for hit in report.hits] == [
        ("package:pypi/torch", "2.5.1", ("SNYK-PYTHON-TORCH-1", "CVE-2025-0001"))
    ]


def test_it_is_sent_names_only_when_facts_may_be_asked_for(run: Any, tmp_path: Path) -> None:
    assert run(online=False) is None
    assert seen(tmp_path) == []


@pytest.mark.parametrize("lacks", ["token", "program"])
def test_without_an_account_or_the_program_there_is_no_report(
    lacks: str, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacks == "token":
        monkeypatch.delenv("SNYK_TOKEN")
    else:
        monkeypatch.setenv("PATH", "/nowhere")
    assert run() is None
    assert seen(tmp_path) == []


def test_a_relative_folder_of_the_path_is_passed_over(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", "bin"]))
    assert run() is None


def test_nothing_of_the_target_decides_where_it_runs_or_whom_it_asks(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "target"
    (target / ".config" / "configstore").mkdir(parents=True)
    (target / ".snyk").write_text("ignore: {}\n")
    (target / ".config" / "configstore" / "snyk.json").write_text('{"endpoint": "https://a.example"}')
    monkeypatch.chdir(target)
    monkeypatch.setenv("HOME", str(target))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    assert run().problem == ""
    for arguments, environment, folder in seen(tmp_path):
        assert folder not in {str(target), str(tmp_path)}
        assert environment["HOME"] == environment["XDG_CONFIG_HOME"] == folder
        assert environment["SNYK_TOKEN"] == "t0ken"
        assert "s3cret" not in json.dumps(environment)
        assert arguments[:2] == ["test", "--json"]
        assert all(argument.startswith("--") for argument in arguments[1:])
        assert not Path(folder).exists()


def test_the_locks_that_it_is_handed_name_what_was_found(run: Any, tmp_path: Path) -> None:
    change = (
        f"open({str(tmp_path)!r} + '/' + manager, 'w').write(open(next(a for a in args if '--file=' in a)[7:]).read())"
    )
    run(change, [*PINS, ("package:npm/a\nb", "1.0.0"), ("package:npm/--x", "1.0.0"), ("package:npm/c", "latest")])
    assert 'name = "torch"\nversion = "2.5.1"' in (tmp_path / "poetry").read_text()
    lock = json.loads((tmp_path / "npm").read_text())
    assert set(lock["packages"]) == {"", "node_modules/@acme/left-pad"}


def test_a_second_version_of_a_package_is_skipped(run: Any) -> None:
    report = run("", [*PINS, ("package:pypi/torch", "2.6.0")])
    assert report.skipped == (("package:pypi/torch", "snyk is handed one version of each package, and not 2.6.0"),)


def test_a_license_that_snyk_objects_to_is_no_vulnerability(run: Any) -> None:
    license_only = """[{"id": "snyk:lic:pip:torch:X", "type": "license", "packageName": "torch", "version": "2.5.1"}]"""
    report = run(f'report["vulnerabilities"] = {license_only} if manager == "poetry" else []')
    assert report.problem == ""
    assert report.hits == ()


def test_what_snyk_drops_from_a_lock_is_skipped_and_does_not_disturb_its_count(run: Any) -> None:
    report = run("", [*PINS, ("package:pypi/setuptools", "70.0")])
    assert set(report.assessed) == set(PINS)
    assert report.skipped == (("package:pypi/setuptools", "snyk leaves it out of every lock of Poetry"),)


FAILURES = {
    "no token that it knows": (
        'code = 2; report = {"ok": False, "error": "Authentication failed"}',
        "Authentication failed",
    ),
    "a failure without a word": ("code = 2; report = {}", "it failed (exit code 2)"),
    "nothing supported": ('code = 3; report = {"ok": False, "error": "No supported files"}', "No supported files"),
    "no JSON": ("print('no'); code = 0", "cut short"),
    "no dependency": ('report["dependencyCount"] = 0; found.clear(); code = 0', "found no dependency"),
    "vulnerable and clean at once": ("code = 0", "disagree"),
    "killed": ("os.kill(os.getpid(), 9)", "SIGKILL"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_a_problem_and_clears_nothing(name: str, run: Any) -> None:
    change, problem = FAILURES[name]
    report = run(change)
    assert problem in report.problem
    assert report.assessed == ()
    assert report.hits == ()


def test_what_it_could_not_resolve_is_not_cleared(run: Any) -> None:
    report = run('report["dependencyCount"] = 1')
    assert ("package:pypi/torch", "2.5.1") in report.assessed
    assert report.skipped == (("package:pypi/sound", "snyk says that it looked at 1 of 2 packages, and not at which"),)


def test_one_that_does_not_end_is_stopped(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "TIME_LIMIT", 2.0)
    report = run("time.sleep(60)", [("package:npm/left-pad", "1.0.0")])
    assert "was stopped after 2 seconds" in report.problem
