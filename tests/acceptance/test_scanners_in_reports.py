"""safety and pip-audit, really run by behave and offline: who found what stands in the page and in the Allure results."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from tests.acceptance.test_behave import Ended, Suite
from tests.sound_facts import record, snapshot
from tests.standins import StandIn
from tests.support import sound_target

TITLE = "Several matchers, same data"
KNOWN = record(aliases=["CVE-2025-12345"])
RANGELESS = record(
    "GHSA-list-only-list",
    "h11",
    affected=[{"package": {"ecosystem": "PyPI", "name": "h11"}, "versions": ["0.14.0", "0.16.0"]}],
)


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """One run of behave over the sound target with two advisories on it, and a proxy that nobody may use."""
    folder = tmp_path_factory.mktemp("scanned")
    facts = snapshot(folder / "facts", [KNOWN, RANGELESS])
    with StandIn() as capture, pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "PIP_INDEX_URL", "SUPPLYCHAIN_OSV_URL"):
            patch.setenv(name, capture.url)
        ended = Suite.copied_to(folder / "suite").assess(
            sound_target(folder), "-D", f"facts={facts}", "--tags=scenario-5"
        )
        assert capture.connections == 0
    return ended


def test_the_scanners_ran_over_the_same_data(assessed: Ended) -> None:
    reports = {report["scanner"]: report for report in assessed.json("case.json")["scanners"] if report["how"] == "run"}
    assert reports.keys() == {"safety", "pip-audit"}
    for report in reports.values():
        assert (report["problem"], report["data"]) == ("", "same")
        assert len(report["assessed"]) > 30
        found = {(hit["component"], name) for hit in report["hits"] for name in hit["ids"]}
        assert {("package:pypi/sniffio", "CVE-2025-12345"), ("package:pypi/h11", "GHSA-list-only-list")} <= found
    assert "Traceback" not in assessed.out + assessed.err


def test_the_page_shows_who_found_what(assessed: Ended) -> None:
    page = html.unescape((assessed.reports / "index.html").read_text())
    assert_table(re.sub(r"<[^>]+>", " ", page))


def test_the_allure_results_show_who_found_what(assessed: Ended) -> None:
    steps = [step for result in assessed.allure.values() for step in result["steps"]]
    name = "5.3 agreement of the scanners"
    (attached,) = [entry for step in steps for entry in step.get("attachments", ()) if entry["name"] == name]
    text = (assessed.reports / "allure-results" / attached["source"]).read_text()
    assert_table(text.replace("\\", "").replace("`", " "))


def test_the_record_holds_the_same_table(assessed: Ended) -> None:
    assert TITLE in (assessed.record / "agreement.md").read_text()
    manifest: dict[str, Any] = json.loads((assessed.record / "manifest.json").read_text())
    assert "agreement.md" in manifest["sha256"]


def assert_table(text: str) -> None:
    """Check that a report names the three matchers, and that each of them found both vulnerabilities."""
    table = text[text.index(TITLE) :].partition("Several matchers, each with its own data")[0]
    for matcher in ("this suite", "safety 3.", "pip-audit 2."):
        assert matcher in table
    assert "2 found by all of those that looked" in table
    for name in ("CVE-2025-12345", "GHSA-list-only-list"):
        assert re.search(rf"{name}\W+(?:GHSA\S+\W+)?found\W+found\W+found\b", table), name
