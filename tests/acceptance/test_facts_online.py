"""Facts online, from real servers on loopback, and the same from a snapshot of them, with which no request is sent."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from supplychain.cli import main
from supplychain.model.finding import Finding, Outcome
from supplychain.report.record import dump
from supplychain.verbs import facts as verbs
from tests.acceptance.services import PACKAGES, QUIET, TOKENS, Services, served_target, serving
from tests.sound_facts import IMAGE, OTHERS, image_report, record, snapshot
from tests.standins import StandIn
from tests.support import NOW, POLICY, BuiltTarget, Outcomes, run_suite, sound_target

CVE = "CVE-2025-12345"


def a_fact(folder: Path) -> Path:
    """Return the file of what the index said of some package."""
    return min(folder.rglob("pypi/*.gz"))


ALTERED: dict[str, Callable[[Path], object]] = {
    "altered": lambda folder: a_fact(folder).write_bytes(a_fact(folder).read_bytes() + b"\n"),
    "added": lambda folder: (a_fact(folder).parent / "added.gz").write_bytes(b""),
    "removed": lambda folder: a_fact(folder).unlink(),
    "exchanged": lambda folder: a_fact(folder).write_bytes(max(folder.rglob("pypi/*.gz")).read_bytes()),
    "without a manifest": lambda folder: (folder / "manifest.json").unlink(),
    "with an empty manifest": lambda folder: (folder / "manifest.json").write_text("{}"),
}
"""What happens to a snapshot."""


@pytest.fixture
def target(tmp_path: Path) -> BuiltTarget:
    """The sound target with a package of npm, and without its image."""
    return served_target(tmp_path)


@pytest.fixture
def services(tmp_path: Path, target: BuiltTarget) -> Iterator[Services]:
    """Services that list what the target locks, and hold an advisory on a package of it that is exploited."""
    with serving(tmp_path / "home", [*QUIET, record(aliases=[CVE])], {CVE: "2025-02-01"}) as running:
        running.list_locked(target.path)
        yield running


def snapshot_of(target: BuiltTarget, output: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    """Run the verb at the tests' own time; return its exit code."""
    monkeypatch.setattr(verbs, "now", lambda: datetime.fromisoformat(NOW))
    return main(["snapshot", str(target.path), "--output", str(output), "--policy", str(POLICY), *more])


def comparable(finding: Finding) -> str:
    """Return the text of a finding but for when its facts were fetched, and whether that was in this run."""
    sources = tuple(source.model_copy(update={"level": "online", "fetched": None}) for source in finding.sources)
    text = dump(finding.model_copy(update={"sources": sources}))
    return re.sub(r"\((?:online|cached) of \d{4}-\d\d-\d\d\)", "(level and day)", text)


def rows(found: Outcomes, requirement: str) -> set[tuple[str, str, Outcome]]:
    return {(row.component, row.rule, row.outcome) for row in found[requirement].observations}


def test_online_the_sound_target_comes_out_as_with_its_snapshot(tmp_path: Path) -> None:
    target = sound_target(tmp_path)
    offline = run_suite(target, facts=snapshot(tmp_path / "facts", image={}))
    with serving(tmp_path / "home", OTHERS) as services:
        services.list_locked(target.path)
        online = run_suite(target, facts="online")
        assert len(services.pypi.seen) > 30
    assert online.unlike(offline) == set()
    assert [online[name].outcome for name in ("5.1", "5.2", "5.4")] == [Outcome.PASS] * 3
    for name in PACKAGES:
        assert rows(online, name) == rows(offline, name)
    for name in ("5.3", "5.5"):  # only a report on the image that the assessor hands in can say something of it
        assert online.only(name, Outcome.UNDETERMINED).component == IMAGE
    assert {source.level for name in PACKAGES for source in online[name].sources} == {"online"}


def test_online_a_target_without_an_image_passes(target: BuiltTarget, services: Services) -> None:
    services.osv.forget("GHSA-aaaa-bbbb-cccc")
    found = run_suite(target, facts="online")
    assert {name: found[name].reason for name in PACKAGES if found[name].outcome is not Outcome.PASS} == {}
    assert services.npm.paths() == ["/left-pad"]


def test_online_what_is_exploited_is_known(target: BuiltTarget, services: Services) -> None:
    found = run_suite(target, facts="online")
    (matched,) = [entry for entry in found.case.advisories.matched if entry.vulnerabilities]
    (vulnerability,) = matched.vulnerabilities
    assert (str(vulnerability.advisory.exploited), vulnerability.advisory.epss) == ("2025-02-01", 0.94)
    assert found.only("5.5", Outcome.FAIL).component == "package:pypi/sniffio"
    assert [path.partition("?")[2] for path in services.feeds.paths()] == ["", f"cve={CVE}"]


def test_a_snapshot_gives_the_same_byte_for_byte_and_asks_nobody(
    target: BuiltTarget,
    services: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    services.list_python("sniffio", "9.0.0", ["ab" * 32])  # the fix, for which a patch is made
    del services.pypi.projects["anyio"]  # what the index says that it does not have
    online = run_suite(target, facts="online")
    assert snapshot_of(target, tmp_path / "snapshot", monkeypatch) == 0, capsys.readouterr().out
    asked = services.connections
    services.close()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nothing was kept here"))
    offline = run_suite(target, facts=tmp_path / "snapshot")
    assert services.connections == asked
    assert online.only("5.5", Outcome.FAIL).patch is not None
    assert {row.rule for row in offline.rows("5.2", Outcome.FAIL)} == {"not-listed"}
    for name in online.findings:
        assert comparable(offline[name]) == comparable(online[name]), name
    levels = {source.level for name in PACKAGES for source in offline[name].sources}
    assert levels == {"cached"}


def test_with_a_snapshot_no_request_is_sent_where_the_services_would_answer(
    target: BuiltTarget, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert snapshot_of(target, tmp_path / "snapshot", monkeypatch) == 0
    before = services.connections
    target.edit("requirements.txt", "sniffio==1.3.1", "sniffio==1.3.0")
    found = run_suite(target, facts=tmp_path / "snapshot")
    assert services.connections == before
    assert "sniffio" in {row.component.rpartition("/")[2] for row in found.rows("5.2", Outcome.FAIL)}


def test_with_a_report_on_its_image_a_snapshot_of_the_sound_target_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, report = sound_target(tmp_path), tmp_path / "trivy.json"
    report.write_text(json.dumps(image_report()))
    with serving(tmp_path / "home", OTHERS) as services:
        services.list_locked(target.path)
        assert snapshot_of(target, tmp_path / "snapshot", monkeypatch, "--report", str(report)) == 0
    found = run_suite(target, facts=tmp_path / "snapshot")
    assert {name: found[name].reason for name in PACKAGES if found[name].outcome is not Outcome.PASS} == {}


def test_a_snapshot_of_another_target_knows_nothing_of_this_ones_packages(
    target: BuiltTarget, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert snapshot_of(target, tmp_path / "snapshot", monkeypatch) == 0
    target.edit("web/package.json", "left-pad", "right-pad").edit("web/package-lock.json", "left-pad", "right-pad")
    found = run_suite(target, facts=tmp_path / "snapshot")
    for name, rule in (("5.2", "not-compared"), ("5.3", "not-covered"), ("5.4", "no-digest")):
        assert [row.rule for row in found[name].observations if row.component == "package:npm/right-pad"] == [rule]
    assert "advisories" in {row.component for row in found.rows("5.3", Outcome.UNDETERMINED)}


def test_an_altered_snapshot_ends_the_run_with_a_message(
    target: BuiltTarget,
    services: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert snapshot_of(target, tmp_path / "snapshot", monkeypatch) == 0
    for name, alter in ALTERED.items():
        folder = Path(shutil.copytree(tmp_path / "snapshot", tmp_path / name))
        alter(folder)
        capsys.readouterr()
        output = tmp_path / "reports"
        given = ("--facts", str(folder), "--policy", str(POLICY), "--now", NOW, "--output", str(output))
        assert main(["run", str(target.path), *given]) == 2
        said = capsys.readouterr()
        assert f"ABORTED: {folder}" in said.err
        assert "make another with supplychain snapshot TARGET --output DIR" in said.err
        assert "Traceback" not in said.out + said.err
        assert not output.exists()


def test_a_token_is_sent_to_its_own_service_alone(target: BuiltTarget, services: Services) -> None:
    run_suite(target, facts="online")
    servers: dict[str, StandIn] = {
        "pypi": services.pypi,
        "npm": services.npm,
        "osv": services.osv,
        "huggingface": services.hub,
    }
    for name, server in servers.items():
        assert {seen.headers.get("authorization") for seen in server.seen} == {f"Bearer {TOKENS[name][1]}"}
    assert {seen.headers.get("authorization") for seen in services.feeds.seen} == {None}
