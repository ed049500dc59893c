"""The catalog of sentences for those who edit the feature files: `python -m supplychain.report.steps > docs/steps.md`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from supplychain import catalog
from supplychain.control import load
from supplychain.control.interface import Direction, Parameter, Requirement
from supplychain.suite import root

_MEANS = {
    Direction.PERMITS: "what the sentence names is accepted: a shorter list asks for more",
    Direction.DEMANDS: "what the sentence names is required: a longer list asks for more",
    Direction.LIMITS: "the longest that the sentence names is the limit: a shorter one asks for more",
    Direction.RELAXES: "the words relax the sentence: without the parentheses it asks for more",
}
_DECIDED = {
    "bytes": "what lies in the target",
    "facts": "facts of registries and advisories",
    "declaration": "what the team declares",
    "time": "what was recorded over time",
}


def document() -> str:
    """Return the catalog as Markdown: every sentence of the feature files, what it requires, and what may be edited."""
    return "\n".join([*_head(), *(line for feature in _features() for line in _feature(feature))]) + "\n"


def _head() -> list[str]:
    return [
        "# The sentences",
        "",
        "Made from the steps and the control by `make docs`. A sentence may be removed, moved to another scenario or given other",
        "words in its parentheses; another wording has no step. `supplychain features check` shows how feature files differ",
        "from the control document, and `supplychain replay reports/latest --features DIR` what an edit would change.",
    ]


def _features() -> list[Any]:
    from behave.parser import parse_file  # here, since only this page needs it
    from behave.runner_util import load_step_modules

    load_step_modules([str(root() / "steps")])
    return [parse_file(str(path)) for path in sorted((root() / "features").glob("*.feature"))]


def _feature(feature: Any) -> Iterator[str]:
    yield from ("", f"## {feature.name}", "", f"`features/{Path(feature.filename).name}`")
    for scenario in feature.walk_scenarios():
        yield from ("", f"### {scenario.name}", "")
        for step in scenario.steps:
            yield from _step(step)


def _step(step: Any) -> Iterator[str]:
    from behave.step_registry import registry

    definition = registry.find_step_definition(step)
    told = inspect.getdoc(definition.func) if definition else ""
    yield f"- **{step.keyword} {step.name}**<br>"
    requirement = _requirement(step.name)
    yield f"  {f'{requirement.id}: ' if requirement else ''}{told}"
    if requirement is None:
        return
    built = requirement.how if requirement.rule else "This version has no check for it, and says so: undetermined."
    yield f"  {built}"
    yield f"  Decided by {_DECIDED[requirement.decided_by]}; {requirement.severity}."
    if requirement.parameter:
        yield from _parameter(requirement.id, requirement.parameter)


def _parameter(requirement: str, parameter: Parameter) -> Iterator[str]:
    known = catalog.words(requirement)
    names = ", ".join(word.name for word in known.word)
    yield f"  In parentheses: {_MEANS[parameter.direction]}. Known {known.name}: {names}."


def _requirement(sentence: str) -> Requirement | None:
    return next((one for one in load().requirements.values() if one.text == sentence), None)


if __name__ == "__main__":
    sys.stdout.write(document())
