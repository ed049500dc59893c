"""What a run gathers of models and datasets: what hubs say, the bytes at hand, signatures, licenses, provenance, drills.

gatherer = ComponentGatherer(target, facts)
changes = gatherer.gather(case)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from supplychain.checks.sourced import Sourced, datasets, fetched_models
from supplychain.facts import Facts
from supplychain.model.case import Case
from supplychain.target import Target


@dataclass
class ComponentGatherer:
    """Gathers what scenarios 1 to 4 are decided on."""

    target: Target
    facts: Facts
    fetch: bool = False
    """Whether bytes that are not at hand are fetched."""
    drill: bool = True
    """Whether the guard is tried out."""

    def over(self, target: Target) -> ComponentGatherer:
        """Return a gatherer over other files with the same facts; it fetches nothing and drills nothing."""
        return ComponentGatherer(target, self.facts, drill=False)

    def gather(self, case: Case) -> dict[str, object]:
        """Return the changes to a case that has its inventory; each part sees what those before it found."""
        changes: dict[str, object] = {}
        for part in self._parts():
            found = part(case)
            changes |= found
            case = case.model_copy(update=found)
        return changes

    def _parts(self) -> list[Callable[[Case], dict[str, Any]]]:
        """Return the parts in their order."""
        return []


def wanted(case: Case) -> tuple[tuple[str, str | None], ...]:
    """Return the models and datasets of production, each with every revision that a place asks for."""
    sourced = (item for item in (*fetched_models(case), *datasets(case)) if isinstance(item, Sourced))
    pairs = ((item.subject, reference.revision) for item in sourced for reference in item.references)
    return tuple(dict.fromkeys(pairs))
