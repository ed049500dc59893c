"""What a declaration says of references that are made at run time: `[[resolve]]`; `declared.py` has `[[loader]]`.

A `[[resolve]]` closes unresolved references at a place with the values that they can have. It counts only where what
it names as enforcing them stands in the target's code: it explains, and takes nothing away.
"""

from __future__ import annotations

from collections.abc import Sequence

from supplychain import catalog
from supplychain.discovery.naming import Named, from_address, from_name, is_address
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Resolve
from supplychain.model.reference import Reference, Resolution, Unresolved
from supplychain.target import NotReadError, Target


def close(
    unresolved: Sequence[Unresolved], resolves: Sequence[Resolve], target: Target
) -> tuple[list[Reference], list[Unresolved]]:
    """Return the references that the declaration gives for unresolved ones, and those that stay unresolved."""
    references: list[Reference] = []
    left: list[Unresolved] = []
    for item in unresolved:
        stated = [resolve for resolve in resolves if _is_at(resolve, item)]
        named = [_named(value, item.kind, target) for resolve in stated for value in resolve.values]
        problem = next((found for resolve in stated if (found := _problem(resolve, target))), None)
        if None in named:
            problem = f"[[resolve]] at {stated[0].at} states what is no name of a {item.kind}"
        if not stated or problem:
            left.append(item.model_copy(update={"reason": f"{item.reason}; {problem}"}) if problem else item)
            continue
        references.extend(_reference(found, item) for found in named if found is not None)
    return references, left


def _is_at(resolve: Resolve, item: Unresolved) -> bool:
    """Whether a place, `file:line` or `file:name of the call`, is that of an unresolved reference."""
    file, _, which = resolve.at.rpartition(":")
    return file == item.at.file and which in {str(item.at.line), item.call.rpartition(".")[2], item.expression}


def _problem(resolve: Resolve, target: Target) -> str | None:
    """Return why a `[[resolve]]` does not count, or None."""
    path, _, name = resolve.enforced_by.rpartition(":")
    file = target.get(path)
    try:
        text = target.read(file).data if file else b""
    except NotReadError:
        text = b""
    if name and name.encode() in text:
        return None
    return f"[[resolve]] at {resolve.at} counts only where {resolve.enforced_by}, which it says enforces it, is there"


def _reference(named: Named, item: Unresolved) -> Reference:
    return Reference(
        component=named.component,
        at=item.at,
        resolution=Resolution.DECLARED,
        call=item.call,
        revision=named.revision,
        address=named.address,
        digest=item.digest,
    )


def _named(value: str, kind: Kind, target: Target) -> Named | None:
    """Return what a stated value names: an address, an id, or a name of the registry, with `@revision`."""
    if is_address(value):
        return from_address(value, kind)
    name, _, revision = value.partition("@")
    try:
        component = Component.parse(name)
        return Named(component, revision or None) if component.kind is kind else None
    except ValueError:
        found = from_name(name, kind, catalog.registries()["huggingface"], target.has, "")
        return Named(found.component, revision or found.revision) if found else None
