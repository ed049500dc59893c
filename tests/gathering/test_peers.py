"""Scanners of others: stand-ins that answer in their real formats, each in a process that can reach nobody."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from supplychain.gathering import peers
from supplychain.model.scan import PeerSaid, Scanned
from supplychain.scan.engine import scan
from supplychain.scan.peers import PEERS, added
from tests.gathering.support import MODEL, Runs
from tests.scan.support import evil, torch_file

PICKLESCAN = """{line}
----------- SCAN SUMMARY -----------
Scanned files: 1
Infected files: 0
Suspicious globals: {count}
Dangerous globals: 0
"""
CRITICAL = {
    "description": "Use of unsafe operator 'system' from module 'posix'",
    "operator": "system",
    "module": "posix",
    "source": "evil.pkl",
    "scanner": "modelscan.scanners.PickleUnsafeOpScan",
    "severity": "CRITICAL",
}


def modelscan(*issues: object, total: int = 1, errors: tuple[object, ...] = ()) -> str:
    summary = {"total_issues": len(issues), "modelscan_version": "0.8.8", "scanned": {"total_scanned": total}}
    return json.dumps({"summary": summary, "issues": issues, "errors": errors})


def fickling(severity: str, analysis: str) -> str:
    return json.dumps({"severity": severity, "analysis": analysis, "detailed_results": {}})


def modelaudit(*issues: tuple[str, str], files: int = 1, errors: bool = False) -> str:
    listed = [{"severity": severity, "message": message, "location": "x (pos 72)"} for severity, message in issues]
    return json.dumps({"issues": listed, "files_scanned": files, "has_errors": errors, "success": not errors})


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    return folder


PYTHON = sys.executable


def stand_in(folder: Path, name: str, output: str = "", report: str = "", more: str = "", code: int = 0) -> None:
    """Install a program that writes what the real one writes; it finds the file for its report by the real option."""
    lines = [
        f"#!{PYTHON}",
        "import sys, os, time, pathlib",
        "options = dict(zip(sys.argv, sys.argv[1:]))",
        "file = next((options[o] for o in ('--json-output', '--output-file', '--output') if o in options), None)",
        more,
        f"print({output!r})",
        f"if file and {report!r}: pathlib.Path(file).write_text({report!r})",
        f"sys.exit({code})",
    ]
    program = folder / name
    program.write_text("\n".join(lines))
    program.chmod(0o755)


@pytest.fixture
def file(tmp_path: Path) -> tuple[Path, Scanned]:
    path = tmp_path / "-odd name.pkl"
    path.write_bytes(torch_file())
    return path, scan(str(path), name="-odd name.pkl")


def answer(file: tuple[Path, Scanned]) -> PeerSaid:
    """Return what the one peer that is installed says."""
    ((said, _),) = peers.asked([file], peers.installed())
    (one,) = said
    return one


@pytest.mark.parametrize(
    ("name", "output", "report", "state", "says"),
    [
        ("picklescan", PICKLESCAN.format(line="", count=0), "", "clean", ""),
        ("picklescan", PICKLESCAN.format(line="", count=2), "", "suspicious", "2 suspicious globals"),
        (
            "picklescan",
            PICKLESCAN.format(line="/x: dangerous import 'posix system' FOUND", count=0),
            "",
            "dangerous",
            "posix system",
        ),
        (
            "picklescan",
            PICKLESCAN.format(line="WARNING: could not parse /x as pickle: opcode b'=' unknown", count=0),
            "",
            "not assessed",
            "it could not read it: opcode b'=' unknown",
        ),
        ("modelscan", "", modelscan(), "clean", ""),
        ("modelscan", "", modelscan(CRITICAL), "dangerous", CRITICAL["description"]),
        ("modelscan", "", modelscan({**CRITICAL, "severity": "MEDIUM"}), "suspicious", CRITICAL["description"]),
        ("modelscan", "", modelscan(total=0), "not assessed", "it knows no file of that name"),
        (
            "modelscan",
            "",
            modelscan(total=0, errors=({"description": "Parsing error"},)),
            "not assessed",
            "it could not read it: Parsing error",
        ),
        ("fickling", "", fickling("LIKELY_SAFE", "Warning: Fickling failed to detect"), "clean", ""),
        ("fickling", "", fickling("LIKELY_UNSAFE", "Call to `T()`"), "suspicious", "LIKELY_UNSAFE: Call to `T()`"),
        (
            "fickling",
            "",
            fickling("LIKELY_OVERTLY_MALICIOUS", "`from posix import system`"),
            "dangerous",
            "LIKELY_OVERTLY_MALICIOUS: `from posix import system`",
        ),
        ("modelaudit", "", modelaudit(), "clean", ""),
        ("modelaudit", "", modelaudit(("info", "a"), ("warning", "b")), "suspicious", "b"),
        ("modelaudit", "", modelaudit(("critical", "Found REDUCE"), ("warning", "b")), "dangerous", "Found REDUCE"),
        ("modelaudit", "", modelaudit(files=0), "not assessed", "it could not read it"),
        ("modelaudit", "", modelaudit(errors=True), "not assessed", "it could not read it"),
    ],
)
def test_each_answer_is_read(
    name: str, output: str, report: str, state: str, says: str, bin_folder: Path, file: tuple[Path, Scanned]
) -> None:
    stand_in(bin_folder, name, output, report)
    said = answer(file)
    assert (said.by, said.state, said.says) == (name, state, says)


@pytest.mark.parametrize("name", [peer.name for peer in PEERS])
@pytest.mark.parametrize("report", ["", "[", "[]", '{"a": 1}', "\0"])
def test_what_is_no_answer_is_said_and_never_clean(
    name: str, report: str, bin_folder: Path, file: tuple[Path, Scanned]
) -> None:
    stand_in(bin_folder, name, report=report, more="print('broken', file=sys.stderr)", code=2)
    said = answer(file)
    assert (said.state, bool(said.says)) == ("not assessed", True)


def test_what_is_not_installed_is_not_asked(bin_folder: Path, file: tuple[Path, Scanned]) -> None:
    assert peers.installed() == {}
    assert peers.asked([file], {}) == (((), True),)


def test_the_current_folder_installs_nothing(
    bin_folder: Path, file: tuple[Path, Scanned], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(bin_folder, "picklescan")
    assert len(peers.installed()) == 1
    monkeypatch.chdir(bin_folder)
    monkeypatch.setattr(sys, "executable", str(bin_folder.parent / "python"))
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}./")
    assert peers.installed() == {}


def test_it_is_handed_a_name_that_is_no_option(bin_folder: Path, file: tuple[Path, Scanned]) -> None:
    stand_in(bin_folder, "picklescan", more="assert os.path.basename(options['--path']) == 'odd_name.pkl'", code=0)
    assert "AssertionError" not in answer(file).says


def test_one_that_takes_too_long_is_stopped(
    bin_folder: Path, file: tuple[Path, Scanned], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(bin_folder, "modelscan", more="time.sleep(60)")
    monkeypatch.setattr(peers, "SECONDS", 0.3)
    (((said,), is_final),) = peers.asked([file], peers.installed())
    assert (said.says, is_final) == ("it was stopped after 0.3 seconds without a result", False)
    monkeypatch.setattr(peers, "TOGETHER", -1.0)
    assert "of all scanners of others were over" in answer(file).says


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A server on loopback that keeps what it is told."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def listen() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                heard.append(connection.recv(100) or b"a connection")

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard


def test_it_reaches_nobody_and_is_told_to_be_silent(
    listener: tuple[int, list[bytes]], bin_folder: Path, file: tuple[Path, Scanned]
) -> None:
    port, heard = listener
    call = [
        "import socket",
        "try:",
        f"    socket.create_connection(('127.0.0.1', {port}), 5).sendall(b'telemetry')",
        "except PermissionError: refused = True",
        "silent = all(os.environ[n] == '1' for n in ('PROMPTFOO_DISABLE_TELEMETRY', 'NO_ANALYTICS', 'DO_NOT_TRACK'))",
        "assert refused and silent and 'SUPPLYCHAIN_SECRET' not in os.environ",
    ]
    stand_in(bin_folder, "modelaudit", report=modelaudit(), more="\n".join(call))
    assert answer(file).state == "clean"
    assert heard == []


def test_peers_add_and_never_remove(tmp_path: Path) -> None:
    (tmp_path / "evil.pkl").write_bytes(evil())
    (tmp_path / "model.pt").write_bytes(torch_file())
    bad, good = (scan(str(tmp_path / name)) for name in ("evil.pkl", "model.pt"))
    said = {
        state: PeerSaid.model_validate({"by": "p", "state": state, "says": "x"})
        for state in ("clean", "suspicious", "dangerous", "not assessed")
    }
    for one in said.values():
        with_peer = added(bad, [one])
        assert (with_peer.verdict, with_peer.indicators[: len(bad.indicators)]) == ("malicious", bad.indicators)
    assert {state: added(good, [one]).verdict for state, one in said.items()} == {
        "clean": "safe",
        "suspicious": "safe",
        "dangerous": "review",
        "not assessed": "safe",
    }
    (told,) = added(good, [said["dangerous"]]).indicators
    assert (told.by, told.rule, told.verdict, told.says) == ("p", "peer-dangerous", "review", "x")


def test_what_they_said_is_remembered(tmp_path: Path, bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplychain.artifacts.remembered._SETTLED", -1)
    runs = Runs(tmp_path)
    monkeypatch.setenv("HF_HOME", str(runs.home))
    runs.put(MODEL, model__pt=torch_file(), config__json=b"{}")
    stand_in(bin_folder, "modelscan", report=modelscan(CRITICAL))
    runs.peers = peers.installed()
    first = runs.run().of("model.pt")
    assert (first.verdict, [said.state for said in first.peers]) == ("review", ["dangerous"])
    monkeypatch.setattr(peers, "_run", None)
    second = runs.run(days=1).of("model.pt")
    assert (second.verdict, second.peers, second.indicators) == (first.verdict, first.peers, first.indicators)
