"""Third-party AI services in Python source: SDKs, the clients that are made of them, and the models they are asked for."""

from __future__ import annotations

import ast
import re
from functools import cache, lru_cache

from supplychain import catalog
from supplychain.catalog.interface import HostedCall
from supplychain.discovery.hosted import host_of, hosted_model, routed_model, service, service_at
from supplychain.discovery.naming import Named, is_address
from supplychain.discovery.python_names import Chain
from supplychain.discovery.python_report import Report, keyword_of, positional
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Resolution

_OWN = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1", "host.docker.internal"})  # noqa: S104 - compared only
"""Hosts that are the team's own machine."""


_TELLING = re.compile(r"(?=.*\d)(?=.*-)[\w.:-]+")
"""A name that nothing but a model has: with a hyphen and a number."""
_AT_RUN_TIME = "the hosted model's name is made at run time"


@cache
def _by_import() -> dict[str, str]:
    return {name: entry.id for entry in catalog.services() for name in entry.imports}


@cache
def _clients() -> dict[str, str]:
    return {name: entry.id for entry in catalog.services() for name in entry.clients}


@lru_cache(maxsize=4096)
def _imported(module: str) -> tuple[tuple[str, str], ...]:
    """Return the imports of SDKs that a module's name begins with, each with its service."""
    return tuple(item for item in _by_import().items() if f"{module}.".startswith(f"{item[0]}."))


class Hosted:
    """The service calls of one file."""

    def __init__(self, report: Report) -> None:
        """Add what they name to a report."""
        self._report = report
        self._by_import = _by_import()
        self._clients = _clients()
        self._imported: dict[str, tuple[str, int]] = {}
        """The services whose SDK the file imports: the name of the import and its line."""
        self._usual: set[str] = set()
        """Services of which a client is made that goes to their own host."""
        self._elsewhere: set[str] = set()
        """Services of which a client is made that goes to another one."""

    def imported(self, module: str, line: int) -> None:
        """Note an import."""
        for name, found in _imported(module):
            self._imported.setdefault(found, (name, line))

    def call(self, node: ast.Call, candidates: list[str], chain: Chain) -> None:
        """Report what a call to a service names, if it is one."""
        last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if last in {"client", "resource"} or not isinstance(node.func, ast.Attribute):
            if any(n in {"boto3.client", "boto3.resource"} or n.endswith(".Session.client") for n in candidates):
                self._aws(node, chain)
                return
        elif last not in catalog.hosted_calls():
            return
        entry = next((found for name in candidates if (found := self._matching(name))), None)
        if entry is None:
            return
        to = self._goes_to(node, entry, chain) if entry.address else entry.service
        sdk = self._by_import.get(entry.prefix)
        if sdk is not None and entry.service not in {None, sdk}:
            self._elsewhere.add(sdk)
            if to == entry.service and not any(keyword_of(node, name) for name in entry.address):
                self._report.refer(Named(service(to)), node.lineno, Resolution.LITERAL, entry.tail)
        if to is not None and (entry.address or entry.region or entry.service in self._imported):
            self._region(node, entry, to, chain)
        if entry.model:
            self._model(node, entry, to, candidates[0].lstrip("?."), chain)

    def address(self, text: str, line: int) -> bool:
        """Report a service by an address of its host, wherever the code spells it; return whether it is one."""
        found = service_at(text) if is_address(text) else None
        if found is None:
            return False
        self._report.refer(Named(found, None, text), line, Resolution.LITERAL, "address of a service")
        return True

    def name(self, text: str, line: int) -> bool:
        """Report a hosted model by a name that tells it, as lists and settings spell it; return whether it is one."""
        if not _TELLING.fullmatch(text):
            return False
        found = hosted_model(text)
        if found is not None:
            self._report.refer(Named(found), line, Resolution.LITERAL, "name of a hosted model")
        return found is not None

    def finish(self) -> None:
        """Report the SDKs that are imported, but those of which every client goes elsewhere."""
        for found, (name, line) in self._imported.items():
            if found not in self._elsewhere or found in self._usual:
                self._report.refer(Named(service(found)), line, Resolution.LITERAL, f"import {name}")

    def _matching(self, dotted: str) -> HostedCall | None:
        for entry in catalog.hosted_calls().get(dotted.rpartition(".")[2], ()):
            if not f".{dotted.lstrip('?')}".endswith(f".{entry.tail}"):
                continue
            if entry.prefix == "*":
                if self._imported or entry.service is None or "." not in entry.tail:
                    return entry
            elif dotted.startswith(f"{entry.prefix}.") or (dotted.startswith("?") and entry.service in self._imported):
                if not dotted.startswith("?") or entry.prefix.partition(".")[0] != "openai":
                    return entry
        return None

    def _aws(self, node: ast.Call, chain: Chain) -> None:
        name = keyword_of(node, "service_name") or positional(node, 0)
        known = self._report.values.constant(name, chain) if name is not None else None
        if known is None or known.value not in self._clients:
            return
        region = self._report.only(node, "region_name", chain)
        found = Named(service(self._clients[known.value]))
        facts = {"region": region.value if region else None}
        self._report.refer(found, node.lineno, known.resolution, f"boto3.client({known.value!r})", **facts)
        self._imported.setdefault(self._clients[known.value], ("boto3", node.lineno))
        self._elsewhere.add(self._clients[known.value])  # the client itself is the reference

    def _goes_to(self, node: ast.Call, entry: HostedCall, chain: Chain) -> str | None:
        """Return the service that a client goes to; report one at another address. None: the team's own machine."""
        given = keyword_of(node, *entry.address)
        own = entry.service
        if given is None:
            if own:
                self._usual.add(own)
            return own
        possible = self._report.possible(given, chain)
        if possible.is_none and own:
            self._usual.add(own)
        reached = own if possible.is_none else None
        for known in possible.known:
            found = service_at(known.value)
            host = host_of(known.value)
            if found is None and host and host not in _OWN and "." in host:
                found = service(host)
            if own:
                self._elsewhere.add(own)
            if found is not None:
                reached = found.name
                call = f"{entry.tail}({entry.address[0]})"
                self._report.refer(Named(found, None, known.value), node.lineno, known.resolution, call)
        if possible.is_open and not possible.known:
            if own:
                self._elsewhere.add(own)
            reason = "its address is made at run time"
            self._report.unresolved(Kind.SERVICE, node, entry.tail, given, reason, own or "")
        return reached

    def _region(self, node: ast.Call, entry: HostedCall, to: str, chain: Chain) -> None:
        region = next((known for name in entry.region if (known := self._report.only(node, name, chain))), None)
        if region is not None:
            facts = {"region": region.value}
            self._report.refer(Named(service(to)), node.lineno, region.resolution, entry.tail, **facts)

    def _model(self, node: ast.Call, entry: HostedCall, to: str | None, call: str, chain: Chain) -> None:
        given = keyword_of(node, *entry.model)
        if given is None and entry.position is not None:
            given = positional(node, entry.position)
        if given is None:
            return
        possible = self._report.possible(given, chain)
        for known in possible.known:
            found = self._component(known.value, entry, to)
            if found is not None:
                component, revision = found
                facts = {"revision": revision}
                self._report.refer(Named(component, revision), node.lineno, known.resolution, call, **facts)
                if entry.routed:
                    router = service(component.source)
                    self._report.refer(Named(router), node.lineno, known.resolution, call)
        unfit = [known.value for known in possible.known if self._component(known.value, entry, to) is None]
        if unfit or (possible.is_open and not possible.known):
            source = to or (next(iter(self._imported)) if len(self._imported) == 1 else "service")
            reason = f"{unfit[0]!r} is no model that its service names" if unfit else _AT_RUN_TIME
            self._report.unresolved(Kind.MODEL, node, call, given, reason, source)

    def _component(self, text: str, entry: HostedCall, to: str | None) -> tuple[Component, str | None] | None:
        if entry.routed:
            component = routed_model(text)
            return (component, None) if component else None
        if to == "replicate":
            name, _, version = text.partition(":")
            return Component(kind=Kind.MODEL, source=to, name=name), version or None
        telling = hosted_model(text)
        source = to or (telling.source if telling else None)
        if source is None and len(self._imported) == 1:
            source = next(iter(self._imported))
        component = hosted_model(text, source) if source else None
        return (component, None) if component else None
