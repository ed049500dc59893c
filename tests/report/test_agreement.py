"""The agreement of the scanners: who found what, who looked and did not, who did not look, and why."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from supplychain.control import load
from supplychain.model.case import Case, Features, TargetState
from supplychain.model.fact import Advisory, AdvisoryData, Matched, ScannerHit, ScannerReport, Vulnerability
from supplychain.model.finding import DecidedBy, Finding, Outcome, Severity, Tool
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.report.agreement import UNEXPLAINED, Agreement, Row, agreement, document
from supplychain.report.allure_results import AllureResults
from supplychain.report.pages import page
from supplychain.report.view import View
from tests.support import NOW

TORCH, LODASH = "package:pypi/torch", "package:npm/lodash"
FIX = Advisory(id="GHSA-2", aliases=("CVE-2",), severity=Severity.HIGH)


def matched(
    component: str, version: str, *found: Advisory, fixed: tuple[str, ...] = ("2.6",), state: str = ""
) -> Matched:
    entries = tuple(Vulnerability(advisory=entry, fixed=fixed) for entry in found)
    said = state or ("affected" if found else "clean")
    return Matched.model_validate(
        {
            "component": component,
            "version": version,
            "state": said,
            "reason": "no data" if state else "",
            "vulnerabilities": entries,
        }
    )


def report(scanner: str, *found: tuple[str, str, str], data: str = "same", **more: object) -> ScannerReport:
    hits = tuple(ScannerHit(component=component, version=version, ids=(name,)) for component, version, name in found)
    more.setdefault("assessed", ((TORCH, "2.5.1"),))
    how = "run" if data == "same" else "saved"
    return ScannerReport.model_validate({"scanner": scanner, "how": how, "data": data, "hits": hits, **more})


def case(scanners: tuple[ScannerReport, ...], *ours: Matched) -> Case:
    target = TargetState(name="x", commit=None, dirty=None, git="none", files=1, tree_digest="sha256:0")
    return Case.model_validate(
        {
            "now": NOW,
            "target": target,
            "inventory": Inventory(self_test=SelfTest(planted=1, found=1)),
            "features": Features(digest="sha256:0"),
            "advisories": AdvisoryData(matched=ours),
            "scanners": scanners,
        }
    )


def only(found: tuple[Agreement, ...]) -> tuple[Agreement, Row]:
    (entry,) = found
    (row,) = entry.rows
    return entry, row


def decided(requirement: str) -> Finding:
    return Finding(
        requirement=requirement,
        outcome=Outcome.PASS,
        decided_by=DecidedBy.FACTS,
        severity=load().requirements[requirement].severity,
        tool=Tool(version="0", digest="sha256:0"),
    )


HIT = (TORCH, "2.5.1", "CVE-2")


def test_without_a_scanner_there_is_no_table() -> None:
    assert agreement(case((), matched(TORCH, "2.5.1", FIX))) == ()


def test_one_vulnerability_under_several_ids_is_one_row() -> None:
    hits = report("safety", (TORCH, "2.5.1", "GHSA-2"), (TORCH, "2.5.1", "CVE-2"))
    entry, row = only(agreement(case((hits, report("pip-audit", HIT)), matched(TORCH, "2.5.1", FIX))))
    assert entry.title == "Several matchers, same data"
    assert entry.matchers == ("this suite", "safety", "pip-audit")
    assert row.ids == ("CVE-2", "GHSA-2")
    assert [cell.state for cell in row.cells] == ["found", "found", "found"]
    assert not row.differs
    assert "1 found by all of those" in entry.summary


def test_spellings_of_a_version_and_a_name_are_one() -> None:
    hits = report("safety", ("package:pypi/Torch", "2.5.1.0", "CVE-2"))
    _, row = only(agreement(case((hits,), matched(TORCH, "2.5.1", FIX))))
    assert [cell.state for cell in row.cells] == ["found", "found"]


def test_matchers_with_data_of_their_own_have_a_table_of_their_own() -> None:
    same, own = agreement(case((report("safety", HIT), report("snyk", HIT, data="own")), matched(TORCH, "2.5.1", FIX)))
    assert same.matchers == ("this suite", "safety")
    assert own.matchers == ("this suite", "snyk")
    assert own.title == "Several matchers, each with its own data"


@pytest.mark.parametrize(
    ("version", "data", "fixed", "why"),
    [
        ("2.5.1", "same", ("2.6",), UNEXPLAINED),
        ("2.5.1", "same", (), "names no fixing version"),
        ("2.5.1+cu121", "same", ("2.6",), "a local version"),
        ("2.6rc1", "same", ("2.6",), "a pre-release"),
        ("2004a-final", "same", ("2.6",), "none that PEP 440 allows"),
        ("2.5.1", "own", ("2.6",), "not in its data"),
    ],
)
def test_what_is_missing_is_explained_by_the_first_rule_that_fits(
    version: str, data: str, fixed: tuple[str, ...], why: str
) -> None:
    missing = report("safety", data=data, assessed=((TORCH, version),))
    _, row = only(agreement(case((missing,), matched(TORCH, version, FIX, fixed=fixed))))
    assert row.cells[1].state == "missing"
    assert why in row.cells[1].why


def test_a_record_without_a_severity_is_named_where_data_differ() -> None:
    unrated = FIX.model_copy(update={"severity": None})
    _, row = only(agreement(case((report("snyk", data="own"),), matched(TORCH, "2.5.1", unrated))))
    assert "states no severity" in row.cells[1].why


def test_what_this_suite_does_not_have_is_missing_at_it() -> None:
    entry, row = only(agreement(case((report("safety", HIT),), matched(TORCH, "2.5.1"))))
    assert (row.cells[0].state, row.cells[0].why) == ("missing", UNEXPLAINED)
    assert "1 of them without an explanation" in entry.summary


@pytest.mark.parametrize(
    ("scanner", "component", "why"),
    [
        (report("safety", problem="it was killed"), TORCH, "it was killed"),
        (report("safety", HIT, problem="it was killed"), TORCH, "it was killed"),
        (report("safety", assessed=(), skipped=((TORCH, "not pinned"),)), TORCH, "not pinned"),
        (report("safety", assessed=()), LODASH, "it reads Python packages only"),
        (report("safety", assessed=()), TORCH, "does not name this version"),
        (report("safety", assessed=((TORCH, "2.5.2"),)), TORCH, "does not name this version"),
    ],
)
def test_who_did_not_look_has_not_assessed_it(scanner: ScannerReport, component: str, why: str) -> None:
    entry, row = only(agreement(case((scanner,), matched(component, "2.5.1", FIX))))
    assert row.cells[1].state == "not assessed"
    assert why in row.cells[1].why
    assert not row.differs
    assert "1 where only one looked" in entry.summary
    if scanner.problem:
        assert "safety says nothing of this target: it was killed" in entry.notes


@pytest.mark.parametrize(
    ("ours", "why"),
    [((), "none that this run looks at"), ((matched(TORCH, "2.5.1", state="not assessed"),), "no data")],
)
def test_what_this_suite_did_not_look_at_is_said_of_it_too(ours: tuple[Matched, ...], why: str) -> None:
    _, row = only(agreement(case((report("snyk", HIT, data="own"),), *ours)))
    assert row.cells[0].state == "not assessed"
    assert why in row.cells[0].why


def test_pip_audit_is_not_called_a_matcher_of_its_own() -> None:
    (entry,) = agreement(case((report("pip-audit", HIT),), matched(TORCH, "2.5.1", FIX)))
    assert any("pip-audit matches nothing itself" in note for note in entry.notes)
    assert any("it does not show that the data is complete" in note for note in entry.notes)


def test_how_far_a_scanner_looked_is_said() -> None:
    left = tuple((f"package:pypi/p{number}", "no reason") for number in range(7))
    (entry,) = agreement(case((report("safety", HIT, skipped=left),), matched(TORCH, "2.5.1", FIX)))
    (note,) = [note for note in entry.notes if "looked at" in note]
    assert note.startswith("safety looked at 1 versions of packages, and not at package:pypi/p0: no reason; ")
    assert note.endswith(" and 2 more")


def test_rows_that_differ_come_first() -> None:
    hits = tuple((TORCH, "2.5.1", f"CVE-{number}") for number in range(3))
    other = Advisory(id="CVE-1")
    ours = matched(TORCH, "2.5.1", Advisory(id="CVE-0"), Advisory(id="CVE-2"), other.model_copy(update={"id": "CVE-9"}))
    (entry,) = agreement(case((report("safety", *hits),), ours))
    assert [row.differs for row in entry.rows] == [True, True, False, False]


def test_the_text_and_the_page_show_it_and_obey_nothing_of_it() -> None:
    hostile = "CVE-<b>|x"
    ran = report("safety", (TORCH, "2.5.1", hostile))
    made = case((ran,), matched(TORCH, "2.5.1", FIX))
    text = document(agreement(made))
    assert "## Several matchers, same data" in text
    assert "<b>" not in text
    shown = page(View(made, {"5.3": decided("5.3")}, "run"))
    assert "Several matchers, same data" in shown
    assert "CVE-&lt;b&gt;|x" in shown
    assert "<b>" not in shown


def test_ids_that_are_linked_by_a_chain_are_one() -> None:
    chain = tuple(ScannerHit(component=TORCH, version="2.5.1", ids=(f"A-{n}", f"A-{n + 1}")) for n in (0, 2, 4, 1, 3))
    ran = report("safety").model_copy(update={"hits": chain})
    _, row = only(agreement(case((ran,), matched(TORCH, "2.5.1"))))
    assert row.ids == tuple(f"A-{n}" for n in range(6))


def test_a_report_of_a_very_long_list_takes_no_time() -> None:
    hits = tuple((TORCH, "2.5.1", f"CVE-{number}") for number in range(20_000))
    before = time.monotonic()
    agreement(case((report("snyk", *hits, data="own"),), matched(TORCH, "2.5.1", FIX)))
    assert time.monotonic() - before < 5


def test_a_thousand_rows_are_cut_and_said_to_be() -> None:
    hits = tuple((TORCH, "2.5.1", f"CVE-{number}") for number in range(1000))
    text = document(agreement(case((report("safety", *hits),), matched(TORCH, "2.5.1"))))
    assert "700 more rows are not shown" in text


def test_allure_has_it_at_the_requirement_that_scans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attached: list[tuple[str, ...]] = []
    monkeypatch.setattr("supplychain.report.allure_results.allure.attach", lambda *parts: attached.append(parts))
    results = AllureResults(tmp_path / "results")
    ran = case((report("safety", HIT),), matched(TORCH, "2.5.1", FIX))
    results.attach_agreement(decided("5.3"), ran)
    results.attach_agreement(decided("5.2"), ran)
    results.attach_agreement(decided("5.3"), case(()))
    assert [(name, kind) for _, name, kind, _ in attached] == [("5.3 agreement of the scanners", "text/markdown")]
