"""Cases and targets for the tests of artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from supplychain.artifacts import Digester, gather
from supplychain.artifacts.found import Wanted
from supplychain.model.artifact import Artifact
from supplychain.model.case import Case, Features, TargetState
from supplychain.model.component import Component
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.reference import Place, Reference, Resolution
from supplychain.target import Target
from tests.support import NOW

COMMIT = "0123456789abcdef0123456789abcdef01234567"
AT = Place(file="app/load.py", line=3)


def reference(component: str, revision: str | None = None, **changes: Any) -> Reference:
    """Return a place that names a component."""
    named = Component.parse(component)
    return Reference(component=named, at=AT, resolution=Resolution.LITERAL, revision=revision).model_copy(
        update=changes
    )


def case_of(*references: Reference, **changes: Any) -> Case:
    """Return a case in which these places were found."""
    tree = TargetState(name="t", commit=None, dirty=None, git="", files=1, tree_digest="sha256:none")
    inventory = Inventory(references=references, looked_at=1, self_test=SelfTest(planted=1, found=1))
    now = datetime.fromisoformat(NOW).astimezone(UTC)
    case = Case(now=now, simulated=True, target=tree, inventory=inventory, features=Features(digest="sha256:tests"))
    return case.model_copy(update=changes)


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder and return it."""
    for path, content in {"readme.txt": b"x", **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def gathered(
    target: Target | Path | Mapping[str, bytes], *references: Reference, digests: Digester | None = None, **changes: Any
) -> tuple[Artifact, ...]:
    """Return the artifacts of a target on disk or in memory."""
    if isinstance(target, Path):
        target = Target.open(target)
    elif not isinstance(target, Target):
        target = Target.of({"readme.txt": b"x", **target})
    return gather(target, case_of(*references, **changes), fetch=False, digests=digests)


def wanted(*references: Reference) -> Wanted:
    """Return what is looked for of one component."""
    return Wanted(references[0].component, references)
