"""The comment on a pull request: short whatever the target holds, with the proven patch, and nothing in it is obeyed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from supplychain.gate import accepted, decide
from supplychain.model.case import Case
from supplychain.model.finding import Finding, Outcome, Patch, Severity
from supplychain.model.gate import Known, Result
from supplychain.model.policy import Gate
from supplychain.model.reference import Place
from supplychain.report.comment import LINES, comment
from supplychain.report.view import View
from tests.gating import NAMES, NOW, SEC, TODAY, finding, findings, of, row
from tests.support import SAMPLE, run_suite

HOSTILE = "a`b|<img src=x onerror=1>[x](https://example.org) @everyone #1 **b** ``` \n# head"
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.fixture(scope="session")
def case() -> Case:
    return run_suite(SAMPLE).case


def told(case: Case, run: dict[str, Finding], known: Known | None = None, rule: Gate | None = None) -> str:
    result = decide(run, known or Known(), rule or Gate(), NAMES, NOW)
    return comment(View(case, run, "run"), result)


def tokens(text: str) -> set[str]:
    """Return the kinds of everything that Markdown makes of a comment."""
    found = PARSER.parse(text)
    return {token.type for token in found} | {child.type for token in found for child in token.children or ()}


def patched(new: tuple[str, ...], *, proven: bool = True) -> dict[str, Finding]:
    failing = row("5.2", Outcome.FAIL, "package:pypi/a", "requirements.txt", 7)
    place = Place(file="requirements.txt", line=7)
    patch = Patch(
        requirement="5.2", component="package:pypi/a", at=place, old=("a==1",), new=new, proven=proven, doubt="not so"
    )
    return of("5.2", [failing.model_copy(update={"patch": patch})])


def test_a_new_row_has_its_place_and_its_next_step(case: Case) -> None:
    said = told(case, of("1.1", [row("1.1", Outcome.FAIL, line=12)]))
    assert said.startswith("### Control NOT met\\: ")
    assert "Gate NOT held \\(ratchet\\: 1 new, 0 known\\)" in said.splitlines()[0]
    assert "- **1.1** new `app/a.py:12` `model:huggingface/org/name`: what was seen. Next step: what to do" in said


def test_the_most_severe_stands_first(case: Case) -> None:
    milder = row("1.1", Outcome.FAIL, line=1).model_copy(update={"severity": Severity.LOW})
    run = findings(finding("1.1", milder), finding("2.3", row("2.3", Outcome.FAIL, line=2)))
    rows = [line[:9] for line in told(case, run).splitlines() if line.startswith("- **")]
    assert rows[:2] == ["- **2.3**", "- **1.1**"]


def test_a_proven_patch_is_shown_as_git_takes_it(case: Case) -> None:
    said = told(case, patched(("a==1 \\", "    --hash=sha256:0")))
    assert "  ```diff\n  --- a/requirements.txt\n  +++ b/requirements.txt\n  @@ -7,1 +7,2 @@\n  -a==1\n" in said


def test_one_that_is_not_proven_is_only_named(case: Case) -> None:
    said = told(case, patched(("a==2",), proven=False))
    assert "```" not in said
    assert "not proven\\: not so" in said


@pytest.mark.parametrize("new", ["``` # </pre>", "x\x1b[2J", "x\u202ey"])
def test_a_patch_stays_in_its_fence_or_out_of_the_comment(case: Case, new: str) -> None:
    said = told(case, patched((new,)))
    assert tokens(said) <= tokens(told(case, patched(("a==2",)))) | {"fence"}
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_what_is_stale_better_lost_and_enforced_is_told(case: Case) -> None:
    before = of("5.1", [row("5.1", Outcome.FAIL), row("5.1", Outcome.UNDETERMINED, "package:pypi/a")])
    known = accepted(before, Known(populations={"5.2": 9}), Gate(), NAMES, NOW, SEC).model_copy(
        update={"populations": {"5.2": 9}}
    )
    said = told(case, findings(finding("5.1")), known, Gate(enforce={"1.1": TODAY + timedelta(days=3)}))
    assert "- **lost** 5.2: 0 elements, 9 were known" in said
    assert "- **stale** 5.1 `app/a.py` `model:huggingface/org/name`: fails no longer" in said
    assert "- **better** 5.1 `app/a.py` `package:pypi/a`" in said
    assert "- will be enforced on 2026-10-04: 1.1 (0 rows fail)" in said


def test_it_stays_short_however_much_there_is(case: Case) -> None:
    rows = {
        name: finding(name, *(row(name, Outcome.FAIL, f"package:pypi/{n}", rule=rule) for n in range(90)))
        for name, rule in (("5.1", "extra-index"), ("5.3", "not-assessed"), ("7.1", "missing"))
    }
    many = findings(*rows.values(), patched(("x",) * 40)["5.2"])
    known = Known(populations=dict.fromkeys(("1.1", "7.2", "7.3", "7.4", "7.5", "7.6", "9.1", "10.1"), 5))
    said = told(case, many, known)
    assert len(said.splitlines()) <= LINES < 60
    assert "and 87 more of the kind" in said
    assert "and 3 more requirements that lost elements" in said
    assert said.splitlines()[-1].startswith("Run `run`")


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=60) | st.just(HOSTILE), min_size=1, max_size=9))
def test_nothing_of_the_target_is_obeyed(case: Case, texts: list[str]) -> None:
    plain = of("1.1", [row("1.1", Outcome.FAIL, "x", "y") for _ in texts])
    made = [row("1.1", Outcome.FAIL, text, f"a/{text}").model_copy(update={"message": text}) for text in texts]
    hostile = of("1.1", [item.model_validate(item.model_dump()) for item in made])
    said = told(case, hostile)
    assert len(said.splitlines()) <= LINES
    assert tokens(said) <= tokens(told(case, plain)) | {"text_special"}


def test_a_result_that_holds_is_three_lines(case: Case) -> None:
    said = comment(View(case, findings(), "run"), Result(default="ratchet", known=37, oldest=41))
    assert "Gate held \\(ratchet\\: 37 known, oldest 41 d\\)" in said
    assert len(said.splitlines()) == 4
