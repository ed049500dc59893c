"""Requirement 5.3: a scan counts where each package was held against data of a known age; what it found is listed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supplychain.checks import s05_scanning  # registers the check
from supplychain.checks.canaries.packages import DIGEST, clean, entry_of, knowing, reference_of, wording
from supplychain.checks.engine import decide
from supplychain.model.case import Case
from supplychain.model.fact import Advisory, Matched, ScannerHit, ScannerReport, Vulnerability
from supplychain.model.finding import Finding, Outcome, Severity, Source
from supplychain.model.package import Resolved
from supplychain.suite import tool

TORCH = entry_of("package:pypi/torch", "2.5.0", digest="sha256:lock")
NUMPY = entry_of("package:pypi/numpy", "2.1.0", digest="sha256:lock")
LOOSE = entry_of("package:pypi/openai", None, asked=">=1.0", digest="sha256:manifest")


def weak(name: str, **parts: object) -> Vulnerability:
    return Vulnerability(advisory=Advisory(id=name).model_copy(update=parts))


def decided(case: Case) -> Finding:
    assert s05_scanning.__name__
    finding = decide("5.3", wording(case, *(case.words("5.3", "advisories") or ("CVEs",))), tool())
    assert finding.outcome is not Outcome.ERROR, finding.reason
    return finding


def rows(finding: Finding) -> list[tuple[str, str]]:
    return [(row.component, row.rule) for row in finding.observations]


def having(case: Case, *entries: Resolved, **parts: object) -> Case:
    """Return a case with these packages, each of which the matcher calls clean."""
    return knowing(case, *entries, **{"matched": tuple(clean(entry) for entry in entries), **parts})


def test_each_package_that_was_held_against_advisories_passes(bare: Case) -> None:
    finding = decided(having(bare, TORCH, NUMPY))
    assert finding.outcome is Outcome.PASS
    assert rows(finding) == [("package:pypi/numpy", "matched"), ("package:pypi/torch", "matched")]
    assert finding.observations[1].message == (
        f"2.5.0 was held against the 2 advisories of planted, {bare.now.date()}: none affects it"
    )


def test_what_affects_a_package_is_listed_and_passes_here(bare: Case) -> None:
    found = [weak(f"GHSA-{number}", severity=Severity.LOW) for number in range(6)]
    found.append(weak("GHSA-9", severity=Severity.CRITICAL, aliases=("CVE-2025-1", "PYSEC-1")))
    affected = clean(TORCH, state="affected", vulnerabilities=tuple(found))
    finding = decided(having(bare, TORCH, matched=(affected,)))
    assert finding.outcome is Outcome.PASS
    message = finding.observations[0].message
    assert "GHSA-9 CVE-2025-1 (critical), GHSA-0 (low)" in message
    assert message.endswith("GHSA-3 (low) and 2 more; judged in 5.5")


def test_a_range_is_not_assessed_and_the_remedy_says_how_to_pin_it(bare: Case) -> None:
    finding = decided(having(bare, TORCH, LOOSE, matched=(clean(TORCH),)))
    assert finding.outcome is Outcome.FAIL
    (row,) = [row for row in finding.observations if row.outcome is Outcome.FAIL]
    assert (row.component, row.rule) == ("package:pypi/openai", "not-assessed")
    assert row.message == "not held against any advisory: >=1.0 can be any of several versions"
    assert row.remedy.startswith("At planted.lock:1, write one exact version, such as openai==VERSION")


def test_each_row_carries_the_digest_of_its_file_and_of_the_data(bare: Case) -> None:
    finding = decided(having(bare, TORCH))
    assert finding.observations[0].evidence == ("sha256:lock", DIGEST)
    assert finding.sources == (Source(name="planted", level="local", digest=DIGEST),)


@pytest.mark.parametrize(
    ("parts", "rule", "says"),
    [
        ({"source": Source(name="OSV", level="absent")}, "no-advisory-data", "facts=online"),
        ({"problem": "PyPI/all.zip is cut short"}, "partial-data", "PyPI/all.zip is cut short"),
        ({"as_of": None}, "no-advisory-data", "supplychain advisories update"),
        ({"ecosystems": ("npm",)}, "not-covered", "packages from pypi"),
    ],
)
def test_missing_data_are_never_a_pass(parts: dict[str, object], rule: str, says: str, bare: Case) -> None:
    finding = decided(having(bare, TORCH, **parts))
    assert finding.outcome is Outcome.UNDETERMINED
    assert finding.observations[0].rule == rule
    assert says in f"{finding.observations[0].message} {finding.observations[0].remedy}"


def test_old_data_fail(bare: Case) -> None:
    finding = decided(having(bare, TORCH, as_of=bare.now - timedelta(days=3)))
    assert finding.outcome is Outcome.FAIL
    assert finding.observations[0].message == "the advisories at hand are 3 days old, and the policy accepts 2"


def test_malware_that_the_sentence_asks_for_needs_records_of_it(bare: Case) -> None:
    without = having(bare, TORCH, has_malware=False)
    assert decided(without).outcome is Outcome.PASS
    assert decided(wording(without, "CVEs", "malware")).observations[0].rule == "malware-not-covered"


def test_an_image_needs_the_report_of_a_scanner_that_assessed_its_digest(bare: Case) -> None:
    image = reference_of("package:docker/python", DIGEST)
    unscanned = knowing(bare, image)
    row = decided(unscanned).observations[0]
    assert (row.rule, row.outcome) == ("not-covered", Outcome.UNDETERMINED)
    report = ScannerReport(
        scanner="osv-scanner",
        how="saved",
        data="own",
        file="scans/image.json",
        handed_in=True,
        digest="sha256:report",
        written=bare.now,
        assessed=((image.subject, DIGEST),),
        hits=(ScannerHit(component=image.subject, version=DIGEST, ids=("CVE-2026-1",)),),
    )
    row = decided(unscanned.model_copy(update={"scanners": (report,)})).observations[0]
    assert (row.rule, row.outcome) == ("covered-by-scanner", Outcome.PASS)
    assert "osv-scanner assessed exactly this, by its report scans/image.json" in row.message
    assert row.message.endswith("and reports CVE-2026-1")
    assert "sha256:report" in row.evidence
    inside = report.model_copy(update={"handed_in": False})
    assert decided(unscanned.model_copy(update={"scanners": (inside,)})).observations[0].rule == "not-covered"


SAFETY = ScannerReport(
    scanner="safety", version="3.7.0", how="run", data="same", assessed=(("package:pypi/torch", "2.5.0"),)
)


@pytest.mark.parametrize(
    ("parts", "rule", "outcome"),
    [
        ({}, "scanner-agrees", Outcome.PASS),
        ({"problem": "exit code 66: rate limit"}, "scanner-failed", Outcome.UNDETERMINED),
        ({"assessed": ()}, "scanner-incomplete", Outcome.UNDETERMINED),
        ({"skipped": (("package:pypi/torch", "no such page"),)}, "scanner-incomplete", Outcome.UNDETERMINED),
    ],
)
def test_a_scanner_of_this_run_is_a_row_of_its_own(
    parts: dict[str, object], rule: str, outcome: Outcome, bare: Case
) -> None:
    case = having(bare, TORCH).model_copy(update={"scanners": (SAFETY.model_copy(update=parts),)})
    (row,) = [row for row in decided(case).observations if row.component == "scanner:safety"]
    assert (row.rule, row.outcome) == (rule, outcome)


def affected_torch() -> Matched:
    return clean(TORCH, state="affected", vulnerabilities=(weak("GHSA-1", aliases=("CVE-2025-1",)),))


def test_a_scanner_that_misses_what_the_same_data_hold(bare: Case) -> None:
    case = having(bare, TORCH, matched=(affected_torch(),)).model_copy(update={"scanners": (SAFETY,)})
    (row,) = [row for row in decided(case).observations if row.component == "scanner:safety"]
    assert (row.rule, row.outcome) == ("scanner-differs", Outcome.UNDETERMINED)
    assert "does not report GHSA-1 in package:pypi/torch" in row.message
    hit = ScannerHit(component="package:pypi/torch", version="2.5.0", ids=("CVE-2025-1",))
    agreeing = case.model_copy(update={"scanners": (SAFETY.model_copy(update={"hits": (hit,)}),)})
    assert decided(agreeing).outcome is Outcome.PASS


def test_what_only_a_scanner_reports_leaves_its_package_undetermined(bare: Case) -> None:
    hit = ScannerHit(component="package:pypi/torch", version="2.5.0", ids=("GHSA-new",))
    case = having(bare, TORCH, NUMPY)
    saved = SAFETY.model_copy(update={"how": "saved", "data": "own", "hits": (hit,)})
    finding = decided(case.model_copy(update={"scanners": (saved,)}))
    assert rows(finding) == [("package:pypi/numpy", "matched"), ("package:pypi/torch", "found-elsewhere")]
    assert "safety reports GHSA-new" in finding.observations[1].message


def test_a_saved_report_that_failed_takes_nothing_away(bare: Case) -> None:
    failed = SAFETY.model_copy(update={"how": "saved", "problem": "it is no JSON"})
    assert decided(having(bare, TORCH).model_copy(update={"scanners": (failed,)})).outcome is Outcome.PASS


def test_an_import_is_to_be_pinned_in_a_manifest_and_not_at_its_line(bare: Case) -> None:
    module = reference_of("package:pypi/uvicorn", None).model_copy(update={"call": "import"})
    row = next(row for row in decided(knowing(bare, module)).observations if row.rule == "not-assessed")
    assert "At the manifest that is to name it, write one exact version, such as uvicorn==VERSION" in row.remedy
