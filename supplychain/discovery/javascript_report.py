"""What the parts of the JavaScript reader share: one file, its names and values, and what it gave so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from supplychain import catalog
from supplychain.catalog.javascript import Sdk
from supplychain.discovery.hosted import service, service_of_integration
from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.javascript_names import Declared, Names
from supplychain.discovery.javascript_packages import package_of
from supplychain.discovery.javascript_tree import chain, inside, line_of, text
from supplychain.discovery.javascript_values import Values
from supplychain.discovery.naming import Named
from supplychain.model.component import Kind
from supplychain.model.reference import Resolution

if TYPE_CHECKING:
    from tree_sitter import Node

Owner = tuple[Sdk | None, str | None]
"""An SDK, and the service or registry that an export of it stands for."""


@dataclass
class Report:
    """One file while it is read."""

    source: SourceFile
    names: Names
    values: Values
    found: Found = field(default_factory=Found)
    read: set[int] = field(default_factory=set)
    """Strings, by identity of their node, that are known already."""
    elsewhere: dict[str, list[bool]] = field(default_factory=dict)
    """For each service, whether each client that is made of its SDK goes to another address."""
    sent: dict[int, str] = field(default_factory=dict)
    """The services that clients are sent to, by identity of the node that makes the client."""
    _once: set[tuple[str, str]] = field(default_factory=set)

    def refer(self, named: Named, line: int, resolution: Resolution, call: str, **facts: object) -> None:
        """Add a reference."""
        stated = {"revision": named.revision, "address": named.address, **facts}
        self.found.references.append(self.source.refer(named.component, line, resolution, call, **stated))

    def service(self, name: str, line: int, resolution: Resolution, call: str, **facts: object) -> None:
        """Add a service; without further facts only once for the same import or setting."""
        if facts or (name, call) not in self._once:
            self._once.add((name, call))
            self.refer(Named(service(name)), line, resolution, call, **facts)

    def unresolved(self, kind: Kind, node: Node, call: str, reason: str, source: str = "") -> None:
        """Add a reference whose component is not known."""
        shown = text(inside(node)).partition("\n")[0]
        self.found.unresolved.append(self.source.unresolved(kind, line_of(node), call, shown, reason, source))

    def is_from(self, name: str, modules: tuple[str, ...]) -> bool:
        """Whether a local name is imported from one of these modules."""
        return plain_module(self.names.imports.get(name, ("", ""))[0]) in modules

    def owner(self, names: list[str], node: Node, depth: int = 0) -> Owner:
        """Return the SDK that the root of a callee comes from, with what it stands for."""
        root = names[0]
        imported = self.names.imports.get(root)
        if imported is not None:
            module, exported = imported
            is_whole = exported in {"*", "default"} and len(names) > 1
            return _of_module(module, names[1] if is_whole else exported)
        if depth > 5:
            return None, None
        is_member = root == "this" and len(names) > 1
        entries = self.names.members.get(names[1], []) if is_member else self.names.given(root, node)
        owners = (self._declared(entry, depth) for entry in entries[:10])
        return next((owner for owner in owners if owner[0] is not None), (None, None))

    def _declared(self, entry: Declared, depth: int) -> Owner:
        imported = self.names.imports.get(entry.type) or self.names.types.get(entry.type)
        if imported is not None:
            return _of_module(*imported)
        value = inside(entry.value) if entry.value is not None else None
        if value is not None and value.type == "binary_expression":
            value = inside(value.named_children[-1])  # what is made where there is none yet
        if value is None or value.type not in {"new_expression", "call_expression"}:
            return None, None
        names = chain(value)
        sdk, owner = self.owner(names, value, depth + 1) if names else (None, None)
        return sdk, self.sent.get(value.id, owner)


def _of_module(module: str, exported: str) -> Owner:
    sdk = sdk_of(plain_module(module))
    if sdk is None or (exported not in sdk.names and not sdk.service and not sdk.registry):
        integrated = integration(plain_module(module), exported)
        if integrated is not None:
            return Sdk(modules=(module,), service=integrated), integrated
    return (sdk, sdk.names.get(exported) or sdk.service or sdk.registry) if sdk else (None, None)


def plain_module(module: str) -> str:
    """Return the name of a module without an address and a version."""
    named = package_of(module)
    return named.component.name if named else module


def sdk_of(module: str) -> Sdk | None:
    """Return the SDK that a module belongs to, by its longest name in the catalog, or None."""
    parts = module.split("/")
    candidates = ("/".join(parts[:end]) for end in range(min(len(parts), 5), 0, -1))
    return next((_sdks()[name] for name in candidates if name in _sdks()), None)


@lru_cache(maxsize=4096)
def integration(module: str, exported: str) -> str | None:
    """Return the service that a module, or an export of it, of a package with integrations of many is for, or None."""
    if not module.startswith(tuple(catalog.javascript().integrations)):
        return None
    package, _, rest = module.removeprefix("@").partition("/")
    last = (rest or package).rpartition("/")[2]
    names = [exported, last, last.replace("agents-plugin-", "").replace("genkitx-", ""), last.rpartition("-")[2]]
    found = (
        service_of_integration(f"langchain_community.{name}") for name in names if name not in {"*", "default", ""}
    )
    return next(filter(None, found), None)


@cache
def _sdks() -> dict[str, Sdk]:
    return {module: sdk for sdk in catalog.javascript().sdk for module in sdk.modules}


@cache
def services() -> frozenset[str]:
    """Return the ids of the services of the catalog."""
    return frozenset(entry.id for entry in catalog.services())
