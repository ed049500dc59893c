"""safety and pip-audit really run, with no network, on pins whose answers are known."""

from __future__ import annotations

import os
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from supplychain import advisories, scanners
from supplychain.model.fact import ScannerReport
from supplychain.model.finding import Source
from supplychain.model.text import printable
from supplychain.scanners import pip_audit, process, safety
from supplychain.scanners.interface import Said, pins
from tests.scanners.support import EXPECTED, NOW, RECORDS, Hits, hits, packages, raw, record

ROOT = Path(__file__).parents[2]


HOSTILE = [
    ("package:pypi/--db=/etc", "1.0"),
    ("package:pypi/-r", "1.0"),
    ("package:pypi/a\n-r b", "1.0"),
    ("package:pypi/a b", "1.0"),
    ("package:pypi/a[extra]", "1.0"),
    ("package:pypi/a;python_version<'3'", "1.0"),
    ("package:pypi/a @ https://a.example/a.whl", "1.0"),
    ("package:pypi/", "1.0"),
    ("package:pypi/" + "a" * 300, "1.0"),
    ("package:pypi/a", "1.0\n--index-url=https://a.example"),
    ("package:pypi/a", "1.0 --hash=sha256:0"),
    ("package:pypi/a", "1.0; python_version<'3'"),
    ("package:pypi/a", "*"),
    ("package:pypi/a", ">=1"),
    ("package:pypi/a", "file:///etc/passwd"),
    ("package:pypi/a", "2004a-final"),
    ("package:pypi/a", "9" * 5000),
]
UNREADABLE = [b"{", b"[" * 100_000, b"3"]


@pytest.fixture(scope="module")
def reports() -> dict[str, ScannerReport]:
    """Return what both say of sound and hostile packages over records of which three cannot be read."""
    found = scanners.run([*packages(), *HOSTILE], [*raw(), *UNREADABLE], online=False, now=NOW)
    return {report.scanner: report for report in found}


def of_our_matcher(pinned: list[tuple[str, str]], records: list[bytes]) -> Hits:
    source = Source(name="OSV", level="cached")
    database = advisories.from_records(records, [name for name, _ in pinned], NOW, source=source, as_of=NOW)
    found = advisories.assess(pinned, database, NOW)
    expected = {name for _, _, name in EXPECTED}
    return {
        (matched.component, matched.version or "", next(iter(entry.advisory.ids & expected), entry.advisory.id))
        for matched in found.matched
        for entry in matched.vulnerabilities
    }


@pytest.mark.parametrize("scanner", ["safety", "pip-audit"])
def test_a_scanner_finds_what_is_there_and_nothing_else(scanner: str, reports: dict[str, ScannerReport]) -> None:
    report = reports[scanner]
    assert report.problem == ""
    assert hits(report) == EXPECTED
    assert set(report.assessed) == set(packages())
    assert (report.how, report.data, report.written) == ("run", "same", NOW)
    assert report.version
    assert {printable(component) for component, _ in HOSTILE} <= {component for component, _ in report.skipped}
    assert ("advisories", "3 of the records cannot be read") in report.skipped


def test_what_safety_cannot_order_is_named(reports: dict[str, ScannerReport]) -> None:
    assert "GHSA-8888-8888-8888" in dict(reports["safety"].skipped)


def test_safety_is_the_version_that_works_without_a_login(reports: dict[str, ScannerReport]) -> None:
    assert reports["safety"].version.startswith("3.7.")


def test_our_own_matcher_agrees_with_both(reports: dict[str, ScannerReport]) -> None:
    known = [entry for entry in RECORDS if "strange" not in str(entry)]
    pinned = [pin for pin in packages() if "strange" not in pin[0]]
    expected = {hit for hit in EXPECTED if "strange" not in hit[0]}
    assert of_our_matcher(pinned, raw(known)) == expected


def test_records_of_one_vulnerability_are_told_apart_by_safety_and_merged_by_pip_audit(
    reports: dict[str, ScannerReport],
) -> None:
    for report, number in ((reports["safety"], 2), (reports["pip-audit"], 1)):
        of_pillow = [hit for hit in report.hits if hit.component == "package:pypi/pillow"]
        assert len(of_pillow) == number
        assert all("CVE-2025-0004" in hit.ids for hit in of_pillow)


def test_versions_are_reported_as_the_target_spells_them() -> None:
    pinned = [("package:pypi/Torch_Extra", "2.5.1.0"), ("package:pypi/torch-extra", "2.5.1")]
    known = raw([record("GHSA-2222-2222-2222", "torch.extra", versions=["2.5.1"])])
    for report in scanners.run(pinned, known, online=False, now=NOW):
        assert report.problem == ""
        assert {(hit.component, hit.version) for hit in report.hits} == set(pinned)
        assert set(report.assessed) == set(pinned)


def test_where_they_differ_on_local_versions_and_pre_releases_is_known() -> None:
    pinned = packages({"torch": ("2.5.1+cu121", "2.6.0rc1", "2.6.0+cu121")})
    found = {report.scanner: hits(report) for report in scanners.run(pinned, raw(), online=False, now=NOW)}
    last = ("package:pypi/torch", "2.5.1+cu121", "GHSA-3333-3333-3333")
    assert found["safety"] - found["pip-audit"] == {last}
    assert ("package:pypi/torch", "2.6.0rc1", "GHSA-2222-2222-2222") in found["safety"] & found["pip-audit"]
    assert not [hit for hit in found["safety"] if hit[1] == "2.6.0+cu121"]


@pytest.mark.parametrize("pair", HOSTILE, ids=repr)
def test_what_is_no_name_or_no_version_is_handed_to_nobody(pair: tuple[str, str]) -> None:
    found, left = pins([pair])
    assert found == []
    assert [component for component, _ in left] == [pair[0]]


def test_only_hostile_packages_are_a_problem_and_no_clean_report() -> None:
    for report in scanners.run(HOSTILE, raw(), online=False, now=NOW):
        assert "no package can be handed to it" in report.problem
        assert report.assessed == ()


def test_no_advisories_are_a_problem_and_no_clean_report() -> None:
    for report in scanners.run(packages(), None, online=False, now=NOW):
        assert "there are no advisories" in report.problem


def test_no_record_on_these_packages_is_clean_since_what_was_planted_was_found() -> None:
    for report in scanners.run(packages(), [], online=False, now=NOW):
        assert report.problem == ""
        assert report.hits == ()
        assert set(report.assessed) == set(packages())


def test_without_python_packages_there_is_nothing_to_report() -> None:
    assert scanners.run([("package:npm/left-pad", "1.0.0")], raw(), online=False, now=NOW) == ()
    assert scanners.run([], raw(), online=False, now=NOW) == ()


def test_without_pip_audit_there_is_no_report_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pip_audit, "installed", lambda: "")
    monkeypatch.setattr(safety, "scan", lambda *_: Said("safety"))
    assert [report.scanner for report in scanners.run(packages(), raw(), online=False, now=NOW)] == ["safety"]


def test_versions_beyond_those_that_pip_audit_is_run_for_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pip_audit, "ROUNDS", 2)
    report = scanners.run(packages({"torch": ("2.0", "2.1", "2.2")}), raw(), online=False, now=NOW)[1]
    assert [version for _, version in report.assessed] == ["2.0", "2.1"]
    assert report.skipped == (("package:pypi/torch", "2.2 is one of more than 2 versions of it"),)


@contextmanager
def capture() -> Iterator[tuple[str, list[bytes]]]:
    """Listen as a proxy, and note the beginning of whatever arrives, also of what would be encrypted."""
    seen: list[bytes] = []

    class Note(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            seen.append(self.request.recv(100))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Note) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
        server.shutdown()


def test_neither_asks_anybody_but_this_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with capture() as (address, seen):
        with pytest.raises(requests.RequestException):
            requests.get("https://a.example", proxies={"https": address}, timeout=5)
        assert seen.pop().startswith(b"CONNECT a.example")
        monkeypatch.setattr(process, "NOWHERE", address)
        for report in scanners.run(packages(), raw(), online=False, now=NOW):
            assert report.problem == ""
        assert seen == []


IN_A_NAMESPACE = """
import array, fcntl, socket, struct
with socket.socket() as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 0x1))  # SIOCSIFFLAGS, IFF_UP: loopback, and nothing else
from supplychain import scanners
from tests.scanners.support import EXPECTED, NOW, hits, packages, raw
for report in scanners.run(packages(), raw(), online=False, now=NOW):
    assert hits(report) == EXPECTED, report.problem
    print(report.scanner)
"""


def test_both_run_where_there_is_no_network_at_all() -> None:
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], check=False).returncode:
        pytest.skip("network namespaces cannot be made here")
    command = ["unshare", "-rn", sys.executable, "-c", IN_A_NAMESPACE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["safety", "pip-audit"], done.stderr


def test_nothing_in_a_target_or_in_the_environment_changes_what_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("safety", "pip_audit", "packaging", "sitecustomize", "usercustomize"):
        (tmp_path / f"{module}.py").write_text("import os; os._exit(0)\n")
    (tmp_path / ".safety-policy.yml").write_text("security:\n  ignore-cvss-unknown-severity: True\n")
    (tmp_path / "requirements.txt").write_text("-r elsewhere.txt\n")
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://a.example\n")
    (tmp_path / ".safety").mkdir()
    (tmp_path / ".safety" / "config.ini").write_text("[settings]\nsafety_api_key = abc\n")
    monkeypatch.chdir(tmp_path)
    set_for_all = {
        "HOME": str(tmp_path),
        "PYTHONPATH": str(tmp_path),
        "PYTHONSTARTUP": str(tmp_path / "safety.py"),
        "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"),
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "SAFETY_API_KEY": "abc",
        "SAFETY_DB_DIR": str(tmp_path),
        "SAFETY_OUTPUT": "html",
        "PIP_AUDIT_OSV_URL": "https://a.example",
        "PIP_AUDIT_FORMAT": "columns",
        "HTTPS_PROXY": "http://a.example",
    }
    for name, value in set_for_all.items():
        monkeypatch.setenv(name, value)
    before = sorted(tmp_path.rglob("*"))
    for report in scanners.run(packages(), raw(), online=False, now=NOW):
        assert report.problem == ""
        assert hits(report) == EXPECTED
    assert sorted(tmp_path.rglob("*")) == before
