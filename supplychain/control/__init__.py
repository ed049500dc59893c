"""The control COMP-EN18031-025 as data.

control = load()
control.requirements["1.1"].rules["untrusted-host"].remedy
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import tomli

from supplychain.control.interface import Control, Requirement, Rule, Scenario

__all__ = ["house", "is_house", "load", "requirement", "rule", "scenario_number"]


@cache
def load() -> Control:
    """Return the control; its data files are validated once.

    Raises:
        pydantic.ValidationError: a data file of this package is wrong.
    """
    folder = resources.files(__name__)
    scenarios = sorted((folder / "requirements").iterdir(), key=lambda entry: entry.name)
    return Control.model_validate(
        {
            "document": _read(folder / "document.toml"),
            "frameworks": _read(folder / "frameworks.toml"),
            "scenarios": [_with_shared(_read(entry)) for entry in scenarios if entry.name.endswith(".toml")],
        }
    )


@cache
def house() -> tuple[Scenario, ...]:
    """Return the scenarios of the house, which are no part of the control.

    Raises:
        pydantic.ValidationError: their data file is wrong.
    """
    data = _read(resources.files(__name__) / "house.toml")
    return tuple(
        Scenario.model_validate(_with_shared({**entry, "shared": data["shared"]})) for entry in data["scenario"]
    )


def requirement(name: str) -> Requirement:
    """Return a requirement of the control or a rule of the house.

    Raises:
        KeyError: there is none of that name.
    """
    return _by_name()[name]


def is_house(name: str) -> bool:
    """Whether a requirement is a rule of the house."""
    return name not in load().requirements


def scenario_number(name: str) -> int:
    """Return the number of the scenario that a requirement belongs to."""
    return int(name.partition(".")[0])


@cache
def _by_name() -> dict[str, Requirement]:
    return load().requirements | {entry.id: entry for scenario in house() for entry in scenario.requirement}


@cache
def rule(requirement_id: str, rule_id: str) -> Rule:
    """Return one rule of a requirement.

    Raises:
        KeyError: the requirement has no such rule.
    """
    return requirement(requirement_id).rules[rule_id]


def _with_shared(scenario: dict[str, Any]) -> dict[str, Any]:
    """Give the rules that requirements of a scenario share to each of those that say so."""
    shared = scenario.pop("shared", [])
    for entry in scenario["requirement"]:
        if entry.pop("rules", None) == "shared":
            entry["rule"] = [*shared, *entry.get("rule", [])]
    return scenario


def _read(entry: Any) -> dict[str, Any]:
    return tomli.loads(entry.read_text(encoding="utf-8"))
