"""Packages that only code names: what it imports, by the distribution that brings it where that is known."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence

from packaging.utils import canonicalize_name

from supplychain import catalog
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Place, Reference, Resolution, Scope

Imports = Mapping[str, Sequence[tuple[str, int]]]
"""By file, what it imports and in which line."""


def imported_by_python(imports: Imports, places: Mapping[str, Place], listed: Sequence[Reference]) -> list[Reference]:
    """Return one reference, the first, for each third-party module that Python code of a scope imports.

    It is to a package where the module's distribution is known, or a manifest lists one of that name.
    """
    manifests = {r.component.name for r in listed if r.component.source == "pypi"}
    own = {part for path in places for part in path.removesuffix(".py").split("/")} | sys.stdlib_module_names
    first: dict[tuple[str, Scope], Reference] = {}
    for path in sorted(imports):
        for name, line in imports[path]:
            root = name.partition(".")[0]
            if root and root not in own and root != "__future__":
                _add(first, _distribution(name, root, manifests), places[path], line)
    return list(first.values())


def imported_by_javascript(imports: Imports, places: Mapping[str, Place], own: Collection[str]) -> list[Reference]:
    """Return one reference, the first, for each npm package that JavaScript of a scope imports."""
    first: dict[tuple[str, Scope], Reference] = {}
    for path in sorted(imports):
        for name, line in imports[path]:
            component = Component(kind=Kind.PACKAGE, source="npm", name=name)
            if component.id not in own:
                _add(first, component, places[path], line)
    return list(first.values())


def _add(first: dict[tuple[str, Scope], Reference], component: Component, place: Place, line: int) -> None:
    at = place.model_copy(update={"line": line})
    reference = Reference(component=component, at=at, resolution=Resolution.LITERAL, call="import")
    first.setdefault((component.name, at.scope), reference)


def _distribution(name: str, root: str, manifests: Collection[str]) -> Component:
    """Return the distribution that an import brings, or, where that is not known, the module itself."""
    known = catalog.distributions()
    parts = name.split(".")
    prefixes = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    distribution = next((known[prefix] for prefix in prefixes if prefix in known), None)
    same = canonicalize_name(root)
    if distribution is None and same not in manifests:
        return Component(kind=Kind.PACKAGE, source="import", name=root)
    distribution = distribution or same
    instead = (other for other in catalog.alternatives().get(distribution, ()) if other in manifests)
    found = distribution if distribution in manifests else next(instead, distribution)
    return Component(kind=Kind.PACKAGE, source="pypi", name=found)
