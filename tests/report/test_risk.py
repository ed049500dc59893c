"""The report on risks: the table holds the inputs, the picture has each service in its cell, and both obey nothing."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from supplychain.catalog.risk import LEVELS
from supplychain.checks.engine import decide
from supplychain.checks.risk import risk_of
from supplychain.cli import main
from supplychain.model.case import Case, Features, TargetState
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration, Project
from supplychain.model.finding import Finding, Outcome
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.reference import Place, Reference, Resolution
from supplychain.model.service import DeclaredService, RiskAcceptance
from supplychain.report import risk
from supplychain.report.pages import page, risk_picture, summary
from supplychain.report.view import View
from supplychain.suite import tool
from tests.support import NOW, POLICY, BuiltTarget, sound_target

HOSTILE = '<script>alert("1")</script>|`x`'
SVG = "{http://www.w3.org/2000/svg}"


def case(*declared: DeclaredService, used: tuple[str, ...] = ()) -> Case:
    """Return a case in which production uses these services."""
    names = used or tuple(entry.id for entry in declared)
    references = tuple(
        Reference(
            component=Component(kind=Kind.SERVICE, source="", name=name),
            at=Place(file=f"{name}.py", line=number),
            resolution=Resolution.LITERAL,
        )
        for number, name in enumerate(names, 1)
    )
    return Case.model_validate(
        {
            "now": NOW,
            "target": TargetState(name="x", commit=None, dirty=None, git="none", files=1, tree_digest="sha256:0"),
            "inventory": Inventory(references=references, looked_at=1, self_test=SelfTest(planted=1, found=1)),
            "features": Features(digest="sha256:0"),
            "declaration": Declaration(
                schema=1, project=Project(name="x", owner="team", criticality="low"), service=declared
            ),
        }
    )


def decided(made: Case) -> tuple[Case, Finding]:
    return made, decide("6.5", made, tool())


def view(made: Case) -> View:
    return View(made, {"6.5": decide("6.5", made, tool())}, "run")


ACCEPTED = RiskAcceptance(
    level="high", reason=HOSTILE, owner="team", approver="nobody", on=date(2026, 10, 1), expires=date(2026, 11, 1)
)
INTERNAL = DeclaredService(id="openai", data_classes=("internal",), acceptance=ACCEPTED)
SPECIAL = DeclaredService(id="cohere", data_classes=("special",), risk="high")


def test_the_table_holds_every_input_as_it_was_counted() -> None:
    found = risk.computed(*decided(case(INTERNAL, SPECIAL)))
    assert [item.subject for item in found] == ["service:cohere", "service:openai"]
    for item in found:
        assert [row[:4] for row in risk.inputs(item)] == [
            [entry.name, entry.state, entry.says, entry.source] for entry in item.inputs
        ]
        assert {entry.source for entry in item.inputs} >= {"6.1", "6.2", "6.3", "6.4"}
    text = risk.document(found)
    for item in found:
        for entry in item.inputs:
            assert f"{entry.name} | {entry.state} |" in text
    assert text.count("\n### ") == 2


def test_a_row_names_limit_own_rating_and_an_acceptance_that_does_not_count() -> None:
    special, internal = risk.computed(*decided(case(INTERNAL, SPECIAL)))
    cells = dict(zip(risk.HEAD, risk.cells(internal), strict=True))
    assert (cells["Data classes"], cells["Criticality"], cells["Limit"]) == ("internal", "low", "moderate")
    assert cells["Acceptance"].startswith("high, by nobody on 2026-10-01 for team, until 2026-11-01: ")
    assert cells["Acceptance"].endswith("does not count: the policy's people.approvers do not name nobody")
    cells = dict(zip(risk.HEAD, risk.cells(special), strict=True))
    assert cells["Risk"] == f"{special.risk} (computed {special.computed}, the team's own rating high)"
    assert cells["Acceptance"] == "none"


def test_the_picture_has_each_service_in_the_cell_of_its_worst() -> None:
    found = risk.computed(*decided(case(INTERNAL, SPECIAL)))
    picture = risk.picture(found)
    assert len(picture.squares) == 25
    for item in found:
        column, row = LEVELS.index(item.impact.most), LEVELS[::-1].index(item.likelihood.most)
        square = picture.squares[row * 5 + column]
        assert (square.x, square.y) == (picture.left + column * picture.wide, picture.top + row * picture.high)
        assert square.says == (item.use.id + ("" if item.risk.is_known else " ?"),)
        assert square.level == risk_of(item.likelihood.most, item.impact.most)
    assert sum(len(square.says) for square in picture.squares) == 2


def test_a_full_cell_counts_what_it_does_not_name() -> None:
    many = tuple(f"service-{number}-{'x' * 40}" for number in range(9))
    found = risk.computed(*decided(case(used=many)))
    (full,) = [square for square in risk.picture(found).squares if square.says]
    assert full.says[-1] == "and 6 more"
    assert all(len(line) <= 26 for line in full.says)
    svg = risk_picture(found)
    assert all(name in svg for name in many)


@pytest.mark.parametrize("name", [HOSTILE, "a]]>b", "&amp;", "</svg><img src=x>", "\x00\u202e", "${x}{{7*7}}"])
def test_a_name_is_text_in_the_picture_and_the_page(name: str) -> None:
    made = case(DeclaredService(id=name, data_classes=("internal",), acceptance=ACCEPTED))
    found = risk.computed(*decided(made))
    root = ElementTree.fromstring(risk_picture(found))
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags == {"svg", "title", "desc", "rect", "text", "g"}
    assert found[0].use.id in (root.findtext(f"{SVG}desc") or "")
    attributes = {key for element in root.iter() for key in element.attrib}
    assert not any(key.startswith("on") or "href" in key or key == "style" for key in attributes)
    prose = [re.sub(r"`[^`\n]*`", "", text) for text in (summary(view(made)), risk.document(found))]
    for text in (page(view(made)), *prose):
        assert "<script" not in text
        assert "<img" not in text


def test_the_picture_is_told_in_words() -> None:
    found = risk.computed(*decided(case(INTERNAL, SPECIAL)))
    root = ElementTree.fromstring(risk_picture(found))
    assert root.attrib["role"] == "img"
    named = root.attrib["aria-labelledby"].split()
    assert [root.find(f"{SVG}{tag}").attrib["id"] for tag in ("title", "desc")] == named  # type: ignore[union-attr]  # it is there
    told = root.findtext(f"{SVG}desc") or ""
    for item in found:
        assert f"{item.use.id}: likelihood {item.likelihood}, impact {item.impact}, risk {item.risk}" in told
    assert "its team rates it higher" not in told
    levels = [element.text for element in root.iter(f"{SVG}text") if element.text in LEVELS]
    assert len(levels) == 25 + 5 + 5
    assert risk.LEGEND in [element.text for element in root.iter(f"{SVG}text")]


def test_page_and_summary_have_the_section_where_there_is_something_to_tell() -> None:
    made = case(INTERNAL, SPECIAL)
    text = page(view(made))
    assert text.count("<svg ") == 1
    assert f"<h4>{risk.HEADING}</h4>" in text
    assert text.index('id="r6.5"') < text.index("<svg ")
    assert "What the risk of openai was computed from" in text
    assert f"## {risk.HEADING}" in summary(view(made))
    silent = View(made, {}, "run")
    assert "<svg " not in page(silent)
    assert risk.HEADING not in summary(silent)


def test_a_finding_that_cannot_be_trusted_has_no_table() -> None:
    made, finding = decided(case(INTERNAL))
    broken = finding.model_copy(update={"outcome": Outcome.ERROR, "observations": ()})
    assert risk.computed(made, broken) == ()
    assert risk.computed(made, None) == ()


def rated_high(folder: Path) -> BuiltTarget:
    return sound_target(folder).edit(
        "supplychain.toml", "training_use = false\n", 'training_use = false\nrisk = "high"\n'
    )


def test_a_run_leaves_the_table_and_the_picture_behind(tmp_path: Path) -> None:
    target, out = rated_high(tmp_path), tmp_path / "reports"
    state = str(tmp_path / "state.db")
    arguments = ["run", str(target.path), "--policy", str(POLICY), "--output", str(out), "--now", NOW, "--state", state]
    assert main([*arguments, "--tags", "scenario-6"]) == 1
    latest = out / "latest"
    svg, text = (latest / "risk.svg").read_text(), (latest / "risk.md").read_text()
    assert "openai †" in svg
    assert "the team's own rating high" in text.replace("\\", "")
    assert {"risk.md", "risk.svg"} <= set(json.loads((latest / "manifest.json").read_text())["sha256"])
    results = out / "allure-results"
    (result,) = [path for path in results.glob("*-result.json") if "6.5 risks" in path.read_text()]
    attached = dict(re.findall(r'"name": ?"(6\.5 [^"]+)", ?"source": ?"([^"]+)"', result.read_text()))
    assert (results / attached["6.5 matrix of risks"]).read_text() == svg
    assert (results / attached["6.5 risks"]).read_text() == text
    assert '"image/svg+xml"' in result.read_text()
