"""The catalog of sentences is the one that the steps and the control give."""

from __future__ import annotations

from supplychain.control import load
from supplychain.report import steps
from tests.support import ROOT


def test_the_page_is_as_the_steps_are() -> None:
    assert (ROOT / "docs" / "steps.md").read_text() == steps.document(), "run make docs"


def test_every_requirement_stands_in_it_with_a_sentence_of_its_own() -> None:
    text = steps.document()
    for requirement in load().requirements.values():
        assert f"\n  {requirement.id}: Require that" in text
