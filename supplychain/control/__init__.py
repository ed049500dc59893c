"""The control COMP-EN18031-025 as data.

control = load()
control.requirements["1.1"].rules["untrusted-host"].remedy
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import tomli

from supplychain.control.interface import Control, Rule

__all__ = ["load", "rule"]


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
def rule(requirement: str, rule_id: str) -> Rule:
    """Return one rule of a requirement.

    Raises:
        KeyError: the requirement has no such rule.
    """
    return load().requirements[requirement].rules[rule_id]


def _with_shared(scenario: dict[str, Any]) -> dict[str, Any]:
    """Give the rules that requirements of a scenario share to each of those that say so."""
    shared = scenario.pop("shared", [])
    for requirement in scenario["requirement"]:
        if requirement.pop("rules", None) == "shared":
            requirement["rule"] = [*shared, *requirement.get("rule", [])]
    return scenario


def _read(entry: Any) -> dict[str, Any]:
    return tomli.loads(entry.read_text(encoding="utf-8"))
