"""A lookup over a folder: what the room says of the one model in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from supplychain.model.artifact import FoundSignature, SignatureLookup
from supplychain.model.case import Case, Features
from supplychain.model.component import Component
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.reference import Place, Reference, Resolution
from supplychain.signatures import Key, look
from supplychain.target import Target

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
COMMIT = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a"
HUB = "model:huggingface/planted/model"
FOLDER = "model:file/model"


def reference(component: str, revision: str | None = None) -> Reference:
    """Return a place in production that names a component."""
    return Reference(
        component=Component.parse(component),
        at=Place(file="app.py", line=3),
        resolution=Resolution.LITERAL,
        revision=revision,
    )


def case_of(target: Target, *references: Reference, **changes: object) -> Case:
    """Return a case whose inventory is these references."""
    inventory = Inventory(references=references, self_test=SelfTest(planted=1, found=1))
    case = Case(now=NOW, target=target.state(), inventory=inventory, features=Features(digest="sha256:tests"))
    return case.model_copy(update=changes)


def looked(
    root: Path,
    component: str = FOLDER,
    *keys: bytes,
    revision: str | None = None,
    handed: Mapping[str, bytes] | None = None,
    cached: Mapping[str, Path] | None = None,
    **changes: object,
) -> SignatureLookup:
    """Return the lookup of a component in a folder, with what a hub hands out and a cache holds."""
    (root / "app.py").touch()
    target = Target.open(root)
    files, held = handed or {}, cached or {}
    (found,) = look(
        target,
        case_of(target, reference(component, revision), **changes),
        lambda _component, _commit, path: (files.get(path), "" if path in files else "planted: no such file"),
        lambda _component, _revision: held,
        [Key(f"key{number}", data) for number, data in enumerate(keys)],
    )
    return found


def only(lookup: SignatureLookup) -> FoundSignature:
    """Return the one signature that was found."""
    (found,) = lookup.found
    return found


def says(found: FoundSignature, state: str, *texts: str) -> None:
    """Hold a signature against the state that it has to have, and what it has to say."""
    assert (found.state, found.says) == (state, found.says)
    for text in texts:
        assert text in f"{found.says} {found.identity}"


def plant(root: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder and return it."""
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def names(values: Sequence[FoundSignature]) -> list[tuple[str, str, str]]:
    """Return kind, file and state of signatures."""
    return [(item.kind, item.file, item.state) for item in values]
