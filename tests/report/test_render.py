"""The rendered report: what its reader finds, and that it keeps to itself."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from supplychain.report.render import RenderError, render, seal
from tests.report.conftest import Opened

NAME = "<script>alert(1)</script>"
REASON = "not applicable: no public dataset is used"
FEATURE = """Feature: Model Supply Chain
  Scenario: Model Source Validation
    Given a model
    Then it shall be from a trusted registry

  Scenario: Dataset Source Validation
    Given a dataset
    Then it shall be verified
"""
STEPS = f'''
import allure
from behave import given, then

ROWS = "".join(f"| `{{'file/' * 20}}` | {NAME} | {{'long text ' * 20}} |\\n" for _ in range(30))
TABLE = f"""# 1.1 not met

| file | component | reason |
|---|---|---|
{{ROWS}}
![pixel](https://example.org/markdown.png) <img src="https://example.org/raw.png" onerror="alert(2)">

last line
"""
PAGE = """<html><head><link rel="stylesheet" href="https://example.org/style.css">
<meta http-equiv="refresh" content="0; url=https://example.org/away"></head>
<body><img src="https://example.org/html.png" onerror="alert(3)"><script>alert(4)</script>kept</body></html>"""

@given("a model")
def model(context):
    pass

@given("a dataset")
def dataset(context):
    context.scenario.skip("{REASON}")

@then("it shall be from a trusted registry")
def trusted(context):
    allure.attach(TABLE, "1.1 table", "text/markdown", "md")
    allure.attach(PAGE, "1.1 page", "text/html", "html")
    assert False, "1.1 not met: {NAME} at app/model.py:12"

@then("it shall be verified")
def verified(context):
    pass
'''
HOOKS = f'''
import allure_commons
from allure_commons.model2 import StatusDetails

class Reason:
    """What allure-behave loses."""
    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result):
        if result.status == "skipped":
            result.statusDetails = StatusDetails(message="{REASON}")

def before_all(context):
    allure_commons.plugin_manager.register(Reason())
'''
PAGE = """<!DOCTYPE html><html><head><style>a {{ color: red; }}</style>{head}</head><body>
<script>first()</script><script   src="data:text/javascript;base64,YQ=="></script>{body}</body></html>"""
TAGS = """<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>
<script>
        window.dataLayer = window.dataLayer || [];
</script>"""


def run_behave(folder: Path) -> Path:
    """Return the reports folder of a run that planted markup wherever a target could."""
    steps = folder / "features" / "steps"
    steps.mkdir(parents=True)
    (folder / "features" / "a.feature").write_text(FEATURE)
    (folder / "features" / "environment.py").write_text(HOOKS)
    (steps / "steps.py").write_text(STEPS)
    reports = folder / "re[po]rts with a space"  # Allure takes a path for a pattern
    formatter = ["-f", "allure_behave.formatter:AllureFormatter", "-o", str(reports / "allure-results")]
    done = subprocess.run([sys.executable, "-m", "behave", *formatter], cwd=folder, check=False, capture_output=True)
    assert done.returncode == 1, done.stderr.decode()
    return reports


def results(reports: Path) -> Path:
    """Return a reports folder with one result, for a rendering that need not come to anything."""
    (reports / "allure-results").mkdir(parents=True)
    (reports / "allure-results" / "1-result.json").write_text("{}")
    return reports


def program(root: Path, text: str) -> Path:
    """Return a project folder whose Allure is `text`."""
    (root / "node_modules" / "allure").mkdir(parents=True)
    (root / "node_modules" / "allure" / "cli.js").write_text(text)
    return root


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Return the folder of a report that was rendered once."""
    folder = run_behave(tmp_path_factory.mktemp("run"))
    assert render(folder, root) == folder / "allure-report.html"
    return folder


@pytest.fixture
def opened(reports: Path, open_page: Callable[[Path], Opened]) -> Opened:
    """Return the rendered report, opened."""
    return open_page(reports / "allure-report.html")


def show(opened: Opened, scenario: str) -> None:
    opened.page.get_by_text(scenario).first.click()
    opened.page.get_by_test_id("test-result-error-message").first.wait_for()


def test_the_tree_shows_each_scenario_under_its_feature(opened: Opened) -> None:
    page = opened.page
    assert page.title().strip() == "COMP-EN18031-025 Model Supply Chain Security"
    page.get_by_text("Model Supply Chain", exact=True).wait_for()
    page.get_by_text("Model Source Validation").wait_for()
    page.get_by_text("Dataset Source Validation").wait_for()


def test_the_failed_scenario_shows_its_message_and_its_whole_table(opened: Opened) -> None:
    show(opened, "Model Source Validation")
    page = opened.page
    assert NAME in page.get_by_test_id("test-result-error-message").first.inner_text()
    page.get_by_text("1.1 table").first.click()
    frame = page.frame_locator("iframe[title='Markdown attachment'][srcdoc]")
    assert NAME in frame.locator("td").nth(1).inner_text()
    assert frame.locator("table").evaluate("table => table.scrollWidth <= document.documentElement.clientWidth")
    last = frame.get_by_text("last line")
    last.scroll_into_view_if_needed()
    frame_box = page.locator("iframe[title='Markdown attachment']").bounding_box()
    last_box = last.bounding_box()
    assert frame_box is not None
    assert last_box is not None
    assert last_box["y"] + last_box["height"] <= frame_box["y"] + frame_box["height"]


def test_the_reason_for_not_applicable_is_shown(opened: Opened) -> None:
    show(opened, "Dataset Source Validation")
    assert REASON in opened.page.get_by_test_id("test-result-error-message").first.inner_text()


def test_each_outcome_has_its_category(opened: Opened) -> None:
    opened.page.get_by_text("Categories").first.click()
    opened.page.get_by_text("Not met", exact=True).wait_for()
    opened.page.get_by_text("Not applicable", exact=True).wait_for()


def test_no_percentage_is_taken_for_the_verdict(opened: Opened) -> None:
    share = opened.page.get_by_label(re.compile("^Success rate: .*%$"))
    share.wait_for(state="attached")
    assert not share.is_visible()


def test_nothing_leaves_the_page_and_no_script_of_a_target_runs(opened: Opened) -> None:
    show(opened, "Model Source Validation")
    page = opened.page
    page.get_by_text("1.1 table").first.click()
    page.frame_locator("iframe[title='Markdown attachment'][srcdoc]").get_by_text("last line").wait_for()
    page.get_by_text("1.1 page").first.click()
    page.frame_locator("iframe[title='HTML attachment'][srcdoc]").get_by_text("kept").wait_for()
    page.wait_for_timeout(300)
    assert (opened.requests, opened.dialogs, opened.errors) == ([], [], [])


def test_an_attachment_in_a_tab_of_its_own_keeps_to_the_policy(opened: Opened) -> None:
    show(opened, "Model Source Validation")
    opened.page.evaluate(
        "open(URL.createObjectURL(new Blob(['<img src=https://example.org/a.png><script>alert(5)</script>'],"
        "{type: 'text/html'})))"
    )
    opened.page.wait_for_timeout(500)
    assert (opened.requests, opened.dialogs) == ([], [])


def test_the_recorder_sees_what_leaves(tmp_path: Path, open_page: Callable[[Path], Opened]) -> None:
    page = tmp_path / "page.html"
    page.write_text("<script>alert(6)</script><img src='https://example.org/a.png'>")
    opened = open_page(page)
    assert (opened.requests, opened.dialogs) == (["https://example.org/a.png"], ["6"])


def test_the_second_rendering_shows_a_trend(
    reports: Path, root: Path, tmp_path: Path, open_page: Callable[[Path], Opened]
) -> None:
    shutil.copytree(reports, tmp_path / "reports")
    page = open_page(render(tmp_path / "reports", root)).page
    lines = (tmp_path / "reports" / "history.jsonl").read_text().splitlines()
    assert [len(json.loads(line)["testResults"]) for line in lines] == [2, 2]
    page.get_by_text("Report", exact=True).first.click()
    page.get_by_text("Graphs").first.click()
    page.get_by_text("Scenarios, run by run").wait_for()
    page.get_by_text("Latest").first.wait_for()
    assert sorted(entry.name for entry in (tmp_path / "reports").iterdir()) == [
        "allure-report.html",
        "allure-results",
        "history.jsonl",
    ]


@pytest.mark.parametrize("made", [False, True])
def test_no_results(tmp_path: Path, made: bool) -> None:
    if made:
        (tmp_path / "allure-results").mkdir()
    with pytest.raises(RenderError, match="run behave first"):
        render(tmp_path, tmp_path)


def test_no_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(RenderError, match=r"Node\.js is not installed.*npm ci"):
        render(results(tmp_path / "reports"), tmp_path)


def test_no_allure(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="Allure is not installed; run `npm ci` in"):
        render(results(tmp_path / "reports"), tmp_path)


def test_a_failure_names_its_cause_and_leaves_the_last_report(tmp_path: Path) -> None:
    reports = results(tmp_path / "reports")
    (reports / "allure-report.html").write_text("the last one")
    root = program(tmp_path / "root", "console.error('\\x1b[31mno\\n    at file.js\\nspace left'); process.exit(3)")
    with pytest.raises(RenderError, match=r"exit code 3: no \| space left; ") as caught:
        render(reports, root)
    assert "\n" not in str(caught.value)
    assert (reports / "allure-report.html").read_text() == "the last one"
    assert sorted(entry.name for entry in reports.iterdir()) == ["allure-report.html", "allure-results"]


def test_a_success_without_a_page_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="exit code 0: no output"):
        render(results(tmp_path / "reports"), program(tmp_path / "root", ""))


def test_a_rendering_has_a_time_limit(tmp_path: Path) -> None:
    root = program(tmp_path / "root", "setTimeout(() => {}, 60000)")
    with pytest.raises(RenderError, match=r"longer than 0\.5 s"):
        render(results(tmp_path / "reports"), root, time_limit=0.5)


def test_a_torn_history_is_named(tmp_path: Path) -> None:
    reports = results(tmp_path / "reports")
    (reports / "history.jsonl").write_text('{"uuid": "1"}\n{"uui')
    with pytest.raises(RenderError, match=r"line 2 of .*history\.jsonl is not JSON"):
        render(reports, tmp_path)


def test_seal_keeps_only_what_is_in_the_page() -> None:
    sealed = seal(PAGE.format(head="", body=TAGS))
    assert "googletagmanager" not in sealed
    assert "dataLayer" not in sealed
    nonce = re.search(r"'nonce-([^']+)'", sealed)
    assert nonce is not None
    assert sealed.count("<script") == sealed.count(f'<script nonce="{nonce[1]}"') == 3
    assert '" defer   src="data:text/javascript;base64,YQ=="' in sealed
    assert seal(PAGE.format(head="", body=TAGS)) != sealed


@pytest.mark.parametrize(
    ("head", "body", "why"),
    [
        ("", "", "0 loaders and 0 setups"),
        ("", TAGS + TAGS, "2 loaders and 2 setups"),
        ("", TAGS.replace("window.dataLayer", "window.other"), "1 loaders and 0 setups"),
        ("", TAGS + '<script src="https://example.org/a.js"></script>', "a script from https://example.org/a.js"),
        ("", TAGS + '<script src="//example.org/a.js"></script>', "a script from //example.org/a.js"),
        ("", TAGS + '<script src="app.js"></script>', "a script from app.js"),
        ("", TAGS + '<img src="https://example.org/a.png">', "the address https://example.org/a.png"),
        ('<link rel="preconnect" href="//example.org">', TAGS, "the address //example.org"),
        ("<style>@import url(https://example.org/a.css)</style>", TAGS, "the address https://example.org/a.css"),
        ("<head>", TAGS, "no plain head"),
    ],
)
def test_seal_refuses_a_page_that_it_does_not_know(head: str, body: str, why: str) -> None:
    with pytest.raises(RenderError, match=re.escape(why)):
        seal(PAGE.format(head=head, body=body))


def test_the_lock_file_names_no_registry(root: Path) -> None:
    packages = json.loads((root / "package-lock.json").read_text())["packages"]
    installed = {name: entry for name, entry in packages.items() if name}
    assert packages[""]["dependencies"] == {"allure": installed["node_modules/allure"]["version"]}
    assert all("resolved" not in entry and entry["integrity"].startswith("sha512-") for entry in installed.values())
