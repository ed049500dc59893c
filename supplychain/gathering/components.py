"""What a run gathers of models and datasets: what hubs say, the bytes at hand, signatures, licenses, provenance, drills.

gatherer = ComponentGatherer(target, facts)
changes = gatherer.gather(case)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supplychain.checks.sourced import Sourced, datasets, fetched_models
from supplychain.facts import Facts
from supplychain.model.artifact import PublishedHash
from supplychain.model.case import Case
from supplychain.model.component import Component
from supplychain.model.drill import Drill
from supplychain.model.hub import NO_HUB, HubRecord
from supplychain.target import Target

if TYPE_CHECKING:
    from supplychain.artifacts import Digester
    from supplychain.gathering.scans import Scanning, Seen

GENERATIONS = 3
"""How far models are followed to those that they were derived from."""
MOST_BASES = 200
"""Of one generation."""
MOST_FILES = 10_000
"""Of one revision in a cache."""


def _drilled(target: Target, case: Case) -> tuple[Drill, ...]:
    from supplychain import drills  # here, since few verbs need it

    return drills.run(target, case)


@dataclass
class ComponentGatherer:
    """Gathers what scenarios 1 to 4 are decided on."""

    target: Target
    facts: Facts
    fetch: bool = False
    """Whether bytes that are not at hand are fetched."""
    drill: Callable[[Target, Case], tuple[Drill, ...]] = _drilled
    """What tries the guard out."""
    digests: Digester | None = None
    """What computes and remembers the digests of this run; None: made when it is needed."""
    keys: tuple[tuple[str, bytes], ...] = ()
    """The files that the policy's `trust.keys` name, with what is in them."""
    scanning: Callable[[Case], Scanning] | None = None
    """What scans the artifacts of this run; None: as `Scanning.open` does."""
    _scanning: Scanning | None = None
    _seen: Seen = field(default_factory=list)
    """What the scan saw of each artifact, before its digests were computed."""
    _stated: tuple[tuple[str, str, PublishedHash], ...] = ()
    """What metadata of the target publish of files: component, path, and hash."""

    def over(self, target: Target) -> ComponentGatherer:
        """Return a gatherer over other files with the same facts; it fetches nothing and drills nothing."""
        copy = ComponentGatherer(target, self.facts, drill=lambda *_: (), digests=self.digests, keys=self.keys)
        copy._scanning = self._scanning.silent() if self._scanning else None
        return copy

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
        return [
            self._hub,
            self._owners,
            self._provenance,
            self._artifacts,
            self._scans,
            self._comparisons,
            self._signatures,
            self._licenses,
            self._drills,
        ]

    def _hub(self, case: Case) -> dict[str, Any]:
        """Ask for what production names, then for what that was derived from, and for what that was."""
        pairs = [(name, revision) for name, revision in wanted(case) if not Component.parse(name).is_file]
        records = list(self.facts.hub(pairs))
        found = records
        for _ in range(GENERATIONS):
            known = {record.component for record in records}
            bases = dict.fromkeys(base for record in found for base in _bases(record) if base not in known)
            found = list(self.facts.hub([(base, None) for base in list(bases)[:MOST_BASES]]))
            records += found
        return {"hub": tuple(records)}

    def _artifacts(self, case: Case) -> dict[str, Any]:
        """Look for bytes, and read those that are at hand: the scan comes first, and its digests are used."""
        from supplychain import artifacts  # here, since few verbs need it
        from supplychain.gathering.scans import Scanning

        digests = self.digests or artifacts.digester(case.policy, case.now, simulated=case.simulated)
        scanning = self._scanning or (self.scanning or Scanning.open)(case)
        self.digests, self._scanning, self._seen = digests, scanning, []

        def look(founds: Sequence[artifacts.Found]) -> None:
            self._seen = scanning.look(founds, digests)

        found = artifacts.gather(self.target, case, fetch=self.fetch, digests=digests, look=look, stated=self._stated)
        return {"artifacts": found}

    def _scans(self, _: Case) -> dict[str, Any]:
        """Tell what the scan saw of what was measured."""
        from supplychain.gathering.scans import told

        if self._scanning is not None:
            self._scanning.settle()
        if self._scanning is not None and self.digests is not None and self._seen:
            from supplychain.gathering.configured import with_settings

            self._seen = with_settings(self._seen, self.digests, self._scanning)
        return {"scans": told(self._seen)}

    def _comparisons(self, case: Case) -> dict[str, Any]:
        """Hold weights against those of the model that they come from."""
        if self.digests is None or self._scanning is None or not self._seen:
            return {"comparisons": ()}
        from supplychain.gathering.comparing import compared

        return {"comparisons": compared(case, self._seen, self.digests, self._scanning)}

    def _signatures(self, case: Case) -> dict[str, Any]:
        from supplychain.signatures import Key, look  # here, since few verbs need it

        def hub_file(component: str, commit: str, path: str) -> tuple[bytes | None, str]:
            found = self.facts.hub_file(component, commit, path)
            return found.content, found.problem

        keys = [Key(name, data) for name, data in self.keys]
        return {"signatures": look(self.target, case, hub_file, cached, keys)}

    def _licenses(self, case: Case) -> dict[str, Any]:
        """Read who states which license, then where the target credits what."""
        from supplychain import licenses  # here, since few verbs need it

        stated = licenses.read(self.target, case, self.facts.hub_file, cached)
        return {"licenses": stated, "mentions": licenses.mentions(self.target, case, stated)}

    def _provenance(self, case: Case) -> dict[str, Any]:
        from supplychain.provenance import read  # here, since few verbs need it

        found = read(self.target, case)
        self._stated = found.hashes
        return {"provenance": found.statements, "provenance_doubts": found.doubts}

    def _drills(self, case: Case) -> dict[str, Any]:
        return {"drills": self.drill(self.target, case)}

    def _owners(self, case: Case) -> dict[str, Any]:
        """Ask for the owner that a name states, and for the one that the hub answers with."""
        pairs = [(Component.parse(record.component).source, name) for record in case.hub for name in _owners(record)]
        return {"owners": self.facts.owners(pairs)}


def cached(component: Component, revision: str | None) -> dict[str, Path]:
    """Return where the files that a cache of Hugging Face holds of a revision lie, by their names."""
    from supplychain.artifacts import hub_cache  # here, since few verbs need it

    found: dict[str, Path] = {}
    for folder, _ in hub_cache.folders() if component.source == "huggingface" else ():
        snapshot = hub_cache.snapshot(folder, component, revision, MOST_FILES)
        found |= {file.path: file.real for file in snapshot.files if file.real} if snapshot else {}
    return found


def wanted(case: Case) -> tuple[tuple[str, str | None], ...]:
    """Return the models and datasets of production, each with every revision that a place asks for, of its code as well."""
    sourced = (item for item in (*fetched_models(case), *datasets(case)) if isinstance(item, Sourced))
    places = [(item.subject, reference) for item in sourced for reference in item.references]
    pairs = [(name, reference.revision) for name, reference in places]
    pairs += [(name, reference.code_revision) for name, reference in places if reference.code_revision]
    return tuple(dict.fromkeys(pairs))


def _bases(record: HubRecord) -> tuple[str, ...]:
    """Return the ids of the models that a model of Hugging Face was derived from."""
    is_model = record.component.startswith("model:") and record.state in {"listed", "gated"}
    return tuple(f"model:huggingface/{name}" for name in record.bases if "/" in name) if is_model else ()


def _owners(record: HubRecord) -> tuple[str, ...]:
    """Return the owners that a component's own name states and that its hub answers with."""
    name = Component.parse(record.component).name
    stated = name.partition("/")[0].removeprefix("hf-hub:").removeprefix("hf_hub:") if "/" in name else ""
    is_described = record.source.name != NO_HUB
    return tuple(dict.fromkeys(owner for owner in (stated, record.owner) if owner and is_described))
