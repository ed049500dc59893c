"""Requirement 5.5: each vulnerability against the policy's limit, its fix, and what is stated of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from supplychain.checks import s05_updates  # registers the check
from supplychain.checks.canaries.packages import APPROVER, DIGEST, PLACE, clean, entry_of, knowing
from supplychain.checks.engine import decide
from supplychain.model.case import Case
from supplychain.model.fact import Advisory, ScannerHit, ScannerReport, VexStatement, Vulnerability
from supplychain.model.finding import Finding, Observation, Outcome, Severity
from supplychain.model.package import Resolved
from supplychain.suite import tool

TORCH = entry_of("package:pypi/torch", "2.5.0", digest="sha256:lock")


def decided(case: Case) -> Finding:
    assert s05_updates.__name__
    finding = decide("5.5", case, tool())
    assert finding.outcome is not Outcome.ERROR, finding.reason
    return finding


def only(case: Case) -> Observation:
    (row,) = decided(case).observations
    return row


def weak(case: Case, days: int, fixed: tuple[str, ...] = ("2.6.0",), **parts: object) -> Vulnerability:
    """Return a critical vulnerability that was published so many days ago."""
    advisory = Advisory(
        id="GHSA-1", aliases=("CVE-2025-1",), severity=Severity.CRITICAL, published=case.now - timedelta(days=days)
    )
    return Vulnerability(advisory=advisory.model_copy(update=parts), fixed=fixed)


def affected(
    case: Case, *found: Vulnerability, entry: Resolved = TORCH, clean_at: tuple[str, ...] = ("2.6.0",)
) -> Case:
    matched = clean(entry, state="affected", vulnerabilities=found, clean_versions=clean_at)
    return knowing(case, entry, matched=(matched,))


def asking(case: Case, asked: str, **parts: object) -> Case:
    """Return the case with a manifest beside the lock that asks for torch."""
    at = PLACE.model_copy(update={"file": "requirements.in"})
    manifest = TORCH.model_copy(update={"version": None, "asked": asked, "at": at, "is_locked": False, **parts})
    return case.model_copy(update={"graph": case.graph.model_copy(update={"packages": (TORCH, manifest)})})


def test_a_package_without_a_vulnerability_passes(bare: Case) -> None:
    row = only(knowing(bare, TORCH, matched=(clean(TORCH),)))
    assert (row.rule, row.outcome) == ("no-vulnerability", Outcome.PASS)
    assert row.evidence == ("sha256:lock", DIGEST)


def test_an_overdue_update_names_the_line_to_change(bare: Case) -> None:
    row = only(affected(bare, weak(bare, 400)))
    assert (row.rule, row.outcome) == ("overdue", Outcome.FAIL)
    since = (bare.now - timedelta(days=400)).date()
    assert row.message == (
        f"GHSA-1 CVE-2025-1 (critical) affects 2.5.0; known since {since}, 400 days, and the policy accepts 7 for critical"
    )
    assert row.remedy == (
        "planted.lock:1: torch==2.5.0 → torch==2.6.0; the smallest fixed version that no advisory at hand affects"
    )


@pytest.mark.parametrize(
    ("severity", "days", "rule"),
    [
        (Severity.CRITICAL, 7, "within-limit"),
        (Severity.CRITICAL, 8, "overdue"),
        (Severity.HIGH, 30, "within-limit"),
        (Severity.HIGH, 31, "overdue"),
        (Severity.LOW, 180, "within-limit"),
        (None, 30, "within-limit"),
        (None, 31, "overdue"),
    ],
)
def test_the_limit_is_that_of_the_severity_and_unknown_is_not_low(
    severity: Severity | None, days: int, rule: str, bare: Case
) -> None:
    assert only(affected(bare, weak(bare, days, severity=severity))).rule == rule


def test_what_is_exploited_is_critical(bare: Case) -> None:
    row = only(affected(bare, weak(bare, 8, severity=Severity.LOW, exploited=date(2026, 10, 1))))
    assert (row.rule, "for critical" in row.message) == ("overdue", True)


def test_the_clock_runs_from_the_earlier_of_publication_and_first_sight(bare: Case) -> None:
    case = affected(bare, weak(bare, 1))
    assert only(case).rule == "within-limit"
    seen = {"package:pypi/torch CVE-2025-1": bare.now - timedelta(days=9)}
    assert only(case.model_copy(update={"first_seen": seen})).rule == "overdue"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (">=2", "torch==2.6.0; the smallest fixed version that no advisory at hand affects"),
        (
            "<2.6",
            "torch==2.6.0; the smallest fixed version that no advisory at hand affects; requirements.in:1 asks for <2.6, ",
        ),
        (
            "!=2.6.0",
            "torch==2.7.0; no advisory at hand affects it; 2.6.0 is smaller, and preliminary or not what the manifest allows",
        ),
        ("^2.1", "requirements.in:1 asks for ^2.1: see that it allows it"),
    ],
)
def test_the_fix_is_one_that_the_manifest_allows(asked: str, says: str, bare: Case) -> None:
    case = affected(bare, weak(bare, 400, ("2.6.0", "2.7.0")), clean_at=("2.6.0", "2.7.0"))
    assert says in only(asking(case, asked)).remedy


def test_a_lock_is_written_again_by_its_tool(bare: Case) -> None:
    locked = TORCH.model_copy(update={"format": "uv.lock"})
    row = only(affected(bare, weak(bare, 400), entry=locked))
    assert "write the lock again: uv lock --upgrade-package torch==2.6.0" in row.remedy


def test_every_vulnerability_is_a_row_the_most_pressing_first(bare: Case) -> None:
    found = [
        weak(bare, 400, id="GHSA-low", severity=Severity.LOW),
        weak(bare, 400, id="GHSA-high", severity=Severity.HIGH),
        weak(bare, 400, id="GHSA-kev", severity=Severity.LOW, exploited=date(2026, 1, 1)),
    ]
    finding = decided(affected(bare, *found))
    assert [row.message.partition(" ")[0] for row in finding.observations] == ["GHSA-kev", "GHSA-high", "GHSA-low"]
    assert "GHSA-kev" in finding.reason


def vex(case: Case, **parts: object) -> VexStatement:
    statement = VexStatement(
        component="package:pypi/torch",
        ids=("CVE-2025-1",),
        status="not_affected",
        justification="vulnerable_code_not_in_execute_path",
        author=APPROVER,
        stated=case.now.date(),
        at=PLACE.model_copy(update={"file": "vex.json", "line": 9}),
        digest="sha256:vex",
    )
    return statement.model_copy(update=parts)


OLD = timedelta(days=91)


@pytest.mark.parametrize(
    ("fixed", "parts", "rule", "says"),
    [
        (("2.6.0",), {}, "not-affected", "vulnerable_code_not_in_execute_path"),
        ((), {}, "not-affected", "vex.json:9"),
        ((), {"status": "affected", "action": "only weights of our own"}, "mitigated", "only weights of our own"),
        (("2.6.0",), {"status": "affected", "action": "filtered"}, "overdue", "torch==2.6.0"),
        ((), {"status": "under_investigation"}, "under-investigation", "Finish the investigation"),
        (("2.6.0",), {"status": "under_investigation"}, "overdue", "torch==2.6.0"),
        (("2.6.0",), {"status": "fixed"}, "vex-contradicted", "Correct the statement at vex.json:9"),
        (("2.6.0",), {"author": "stranger@example.com"}, "vex-not-counted", "do not name stranger@example.com"),
        ((), {"justification": ""}, "vex-not-counted", "gives no justification"),
        ((), {"component": "package:pypi/torchvision"}, "no-fix", "Replace the package"),
    ],
)
def test_what_is_stated_of_an_old_vulnerability(
    fixed: tuple[str, ...], parts: dict[str, object], rule: str, says: str, bare: Case
) -> None:
    row = only(affected(bare, weak(bare, 400, fixed)).model_copy(update={"vex": (vex(bare, **parts),)}))
    assert row.rule == rule
    assert says in f"{row.message} {row.remedy}"
    assert ("sha256:vex" in row.evidence) == ("component" not in parts)


def test_a_statement_expires(bare: Case) -> None:
    old = vex(bare, stated=bare.now.date() - OLD)
    row = only(affected(bare, weak(bare, 400)).model_copy(update={"vex": (old,)}))
    assert (row.rule, row.outcome) == ("vex-expired", Outcome.FAIL)
    assert "91 days old, and the policy accepts 90" in row.message
    assert row.remedy.startswith(
        "Look at it again and renew the statement at vex.json:9; or planted.lock:1: torch==2.5.0"
    )


def test_what_only_a_scanner_reports_is_neither_old_nor_young(bare: Case) -> None:
    hit = ScannerHit(component="package:pypi/torch", version="2.5.0", ids=("GHSA-new",))
    report = ScannerReport(scanner="snyk", how="saved", data="own", hits=(hit,))
    case = knowing(bare, TORCH, matched=(clean(TORCH),)).model_copy(update={"scanners": (report,)})
    row = only(case)
    assert (row.rule, row.outcome) == ("found-elsewhere", Outcome.UNDETERMINED)
    assert "snyk reports GHSA-new" in row.message


def test_old_data_leave_a_row_beside_what_they_show(bare: Case) -> None:
    case = affected(bare, weak(bare, 400))
    stale = case.advisories.model_copy(update={"as_of": bare.now - timedelta(days=30)})
    finding = decided(case.model_copy(update={"advisories": stale}))
    assert [row.rule for row in finding.observations] == ["no-advisory-data", "overdue"]
