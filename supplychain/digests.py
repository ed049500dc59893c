"""Digests of the bytes that lie in the target itself."""

from __future__ import annotations

from supplychain import catalog
from supplychain.model.component import Component
from supplychain.model.inventory import Inventory
from supplychain.target import NotReadError, Target

_HEAD = 256
"""Bytes that tell a Git LFS pointer, which stands for bytes that are elsewhere."""


def digest(target: Target, component: Component) -> str | None:
    """Return `sha256:<hex>` of a component that is a file of the target.

    None for any other one, for a Git LFS pointer, and for what is larger than the target's limit or cannot be read.
    """
    file = target.get(component.name) if component.is_file else None
    if file is None:
        return None
    try:
        is_pointer = _is_pointer(file.path, target.head(file, _HEAD))
    except NotReadError:
        return None
    return None if is_pointer else target.digest(file)


def measured(target: Target, inventory: Inventory) -> dict[str, str]:
    """Return the digests of all components of an inventory whose bytes are at hand, by their ids."""
    found = ((component.id, digest(target, component)) for component in inventory.components)
    return {identity: known for identity, known in found if known}


def _is_pointer(path: str, head: bytes) -> bool:
    forms = (form for form in catalog.artifacts().format if form.name.startswith("Git LFS"))
    return any(form.matches(path, head) for form in forms)
