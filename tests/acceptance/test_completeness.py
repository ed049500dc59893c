"""Requirement 10.3: what a second, independent search sees is known to discovery, or explained."""

from __future__ import annotations

import pytest

from supplychain.model.finding import Outcome
from tests.acceptance.breaks import Break, plants
from tests.support import BuiltTarget, Outcomes, run_suite

BREAKS = [
    Break(
        "an id in a file that no carrier reads",
        plants("deploy/models.props", "embedding_model = acme/hidden\n"),
        "seen:acme/hidden",
        "unexplained",
        ("deploy/models.props:1",),
        ("acme/hidden", "discovery"),
    ),
    Break(
        "an address of weights in a file that no carrier reads",
        plants("deploy/fetch.cmake", "file(DOWNLOAD\n  https://evil.example/w.safetensors)\n"),
        "seen:https://evil.example/w.safetensors",
        "unexplained",
        ("deploy/fetch.cmake:2",),
        ("evil.example",),
    ),
    Break(
        "a service in a file that no carrier reads",
        plants("tools/ask.lua", 'local x = 1\n\nlocal api = "https://api.mistral.ai/v1"\n'),
        "seen:https://api.mistral.ai/v1",
        "unexplained",
        ("tools/ask.lua:3",),
        ("api.mistral.ai",),
    ),
    Break(
        "a hosted model in a file that no carrier reads",
        plants("tools/ask.tcl", 'set model "claude-sonnet-4-20250514"\n'),
        "seen:claude-sonnet-4-20250514",
        "unexplained",
        ("tools/ask.tcl:1",),
        ("claude-sonnet-4-20250514",),
    ),
]


def test_the_sound_target_has_every_name_explained(sound: Outcomes) -> None:
    assert sound["10.3"].outcome is Outcome.PASS
    assert {row.rule for row in sound["10.3"].observations} <= {"read", "known", "aside", "outside"}
    assert sound["10.3"].population.passed > 0


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_broken_in_one_place(broken: Break, target: BuiltTarget, sound: Outcomes) -> None:
    broken.check("10.3", target, sound)


@pytest.mark.parametrize("text", ["# embedding_model = acme/hidden", "; embedding_model = acme/hidden"])
def test_a_comment_names_nothing(text: str, target: BuiltTarget, sound: Outcomes) -> None:
    assert not run_suite(target.plant("deploy/models.props", text)).unlike(sound)


def test_what_discovery_left_open_keeps_the_inventory_from_being_complete(target: BuiltTarget) -> None:
    target.plant("app/broken.py", "def f(:\n").plant(
        "app/z.py", "from tokenizers import Tokenizer\nTokenizer.from_pretrained(name)\n"
    )
    rows = run_suite(target).rows("10.3", Outcome.UNDETERMINED)
    assert [(row.rule, str(row.at)) for row in rows] == [("not-read", "app/broken.py:1"), ("unresolved", "app/z.py:2")]
