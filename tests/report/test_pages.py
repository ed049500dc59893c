"""The reports of a run over a target that plants markup wherever it can, opened in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from supplychain.cli import main
from tests.report.conftest import Opened
from tests.support import NOW, POLICY, empty_target

ALERT = "<script>alert(1)</script>"
HOSTILE = f"model:url/models.example/{ALERT}.pth"
CODE = f'import torch\ntorch.hub.load_state_dict_from_url("https://models.example/{ALERT}.pth")\n'
MARKDOWN = "![x](https://models.example/x.png) | `a` | **b**"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Return the reports of one run, rendered."""
    assert root
    folder = tmp_path_factory.mktemp("hostile")
    target = empty_target(folder).plant("app.py", CODE).plant(f"{MARKDOWN.replace('/', '_')}.py", CODE)
    target.plant(
        "<img src=x onerror=alert(2)>.py", "from transformers import AutoModel\nAutoModel.from_pretrained(n())"
    )
    target.plant("supplychain.toml", f"schema = 1\n[project]\nname = 'x'\nowner = '{ALERT}'\n")
    out = folder / "reports"
    assert main(["run", str(target.path), "--policy", str(POLICY), "--output", str(out), "--now", NOW]) == 1
    assert main(["report", "--output", str(out)]) == 0
    return out


@pytest.fixture
def allure(reports: Path, open_page: Callable[[Path], Opened]) -> Opened:
    return open_page(reports / "allure-report.html")


@pytest.fixture
def plain(reports: Path, open_page: Callable[[Path], Opened]) -> Opened:
    return open_page(reports / "index.html")


def quiet(opened: Opened) -> bool:
    """Whether a page asked for nothing, ran nothing of the target, and broke nowhere."""
    opened.page.wait_for_timeout(300)
    return not (opened.requests or opened.dialogs or opened.errors)


def test_the_tree_shows_all_ten_scenarios(allure: Opened) -> None:
    for name in ("Model Source Validation", "Dataset Source Validation", "Compliance Verification"):
        if not allure.page.get_by_text(name).first.is_visible():
            allure.page.get_by_text("Public Dataset Supply Chain Security").first.click()
        allure.page.get_by_text(name).first.wait_for()
    assert quiet(allure)


def test_the_title_holds_the_verdict(allure: Opened) -> None:
    assert "Control NOT met: " in allure.page.title()


def test_a_failed_requirement_shows_its_table_and_markup_stays_text(allure: Opened) -> None:
    page = allure.page
    page.get_by_text("Model Source Validation").first.click()
    page.get_by_text("1.1 evidence").first.click()  # a step that failed is open
    frame = page.frame_locator("iframe[title='Markdown attachment'][srcdoc]").first
    frame.get_by_text("untrusted", exact=False).or_(frame.get_by_text("belongs to none of")).first.wait_for()
    assert frame.locator("table").evaluate("table => table.scrollWidth <= document.documentElement.clientWidth")
    assert "Next step:" in frame.locator("td", has_text="belongs to none of").first.inner_text().splitlines()
    cells = [cell.inner_text() for cell in frame.locator("td").all()]
    assert HOSTILE in cells
    assert any(cell.startswith("app.py:2") for cell in cells)
    assert frame.locator("img").count() == 0
    assert quiet(allure)


def test_not_applicable_shows_its_proof(allure: Opened) -> None:
    page = allure.page
    page.get_by_text("Public Dataset Supply Chain Security").first.click()
    page.get_by_text("Dataset Source Validation").first.click()
    message = page.get_by_test_id("test-result-error-message").first
    message.wait_for()
    assert "not applicable: no datasets: 0 found, 0 unresolved and nothing unread" in message.inner_text()
    assert quiet(allure)


def test_the_control_and_its_unverified_reference_stand_in_the_description(allure: Opened) -> None:
    allure.page.get_by_text("Model Source Validation").first.click()
    allure.page.get_by_text("Test body").first.wait_for()
    allure.page.wait_for_timeout(500)
    text = "\n".join(frame.locator("body").inner_text() for frame in allure.page.frames)
    for said in (
        "COMP-EN18031-025",
        "that reference is unverified",
        "NIST AI RMF",
        "Govern 1.7",
        "it satisfies none of them",
    ):
        assert said in text, said


def test_the_plain_page_holds_the_same_without_a_script(plain: Opened) -> None:
    page = plain.page
    assert page.locator("script").count() == 0
    assert "Control NOT met: " in page.locator("h1").inner_text()
    finding = page.locator("[id='r1.1']")
    assert HOSTILE in finding.inner_text()
    assert "app.py:2" in finding.inner_text()
    assert page.locator("img").count() == 0
    page.locator("[id='r4.1'] summary").click()
    assert "no datasets: 0 found, 0 unresolved" in page.locator("[id='r4.1']").inner_text()
    assert page.locator("details summary", has_text="10.5").count() == 1
    assert quiet(plain)


@pytest.mark.parametrize("name", ["Verdict", "Requirements", "Completeness of the inventory"])
def test_what_is_attached_to_the_whole_run_fits_its_frame(allure: Opened, name: str) -> None:
    allure.page.get_by_text("Global Attachments").first.click()
    allure.page.get_by_text(name, exact=True).first.click()
    body = allure.page.frame_locator("iframe[title='Markdown attachment'][srcdoc]").first.locator("body")
    body.wait_for()
    assert body.evaluate("body => body.scrollWidth <= document.documentElement.clientWidth")


def test_the_summary_escapes_markup(reports: Path) -> None:
    text = (reports / "summary.md").read_text()
    assert "Control NOT met" in text
    outside_code = "".join(part for number, part in enumerate(text.split("`")) if number % 2 == 0)
    assert ALERT not in outside_code
    assert "](https" not in outside_code


def test_every_result_carries_its_labels(reports: Path) -> None:
    results = [json.loads(path.read_text()) for path in (reports / "allure-results").glob("*-result.json")]
    assert len(results) == 10
    labels = {result["name"]: {(label["name"], label["value"]) for label in result["labels"]} for result in results}
    source = labels["Model Source Validation"]
    assert {("epic", "COMP-EN18031-025"), ("owner", "ML Engineer"), ("tag", "1.1")} <= source
    assert ("feature", "Pre-Trained Model Supply Chain Validation") in source
    assert [value for name, value in source if name == "severity"] == ["critical"]
    assert not [value for name, value in labels["Compliance Verification"] if name == "owner"]


def test_the_environment_names_target_policy_and_ages(reports: Path) -> None:
    text = (reports / "allure-results" / "environment.properties").read_text()
    assert "Target=target\n" in text
    assert "made-up time" in text
    assert "Policy=sha256:" in text
    assert "Facts=0 of 0 releases known; no advisories" in text


def test_the_matrix_is_attached_to_the_whole_run(reports: Path) -> None:
    files = (reports / "allure-results").glob("*-globals.json")
    attached = [item for path in files for item in json.loads(path.read_text())["attachments"]]
    (matrix,) = (item for item in attached if item["name"] == "Requirements")
    rows = (reports / "allure-results" / matrix["source"]).read_text().splitlines()
    assert len(rows) == 2 + 49


def test_the_second_report_has_a_trend(reports: Path) -> None:
    assert main(["report", "--output", str(reports)]) == 0
    assert len((reports / "history.jsonl").read_text().splitlines()) >= 2
