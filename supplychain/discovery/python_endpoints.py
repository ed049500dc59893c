"""Where calls of Python source have services process: arguments that choose it, and the SDK's default where none is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from supplychain.catalog.provider import Chooser
from supplychain.discovery import regions
from supplychain.discovery.python_names import Chain
from supplychain.discovery.python_report import Report, keyword_of, positional
from supplychain.model.reference import Resolution
from supplychain.model.service import Endpoint

_SESSIONS = ("Session", "session.Session", "get_session", "AioSession")
_TOLD = 150


@cache
def _choosers() -> dict[str, tuple[tuple[str, str, str, Chooser], ...]]:
    """Return what calls choose by the last name of what is called: prefix, tail, service and chooser."""
    found: dict[str, tuple[tuple[str, str, str, Chooser], ...]] = {}
    for of, listed in regions.choosers("code").items():
        prefix, _, tail = of.partition(":")
        last = tail.rpartition(".")[2]
        if prefix != "boto3":  # whose service is an argument
            entries = tuple((prefix, tail, service, chooser) for service, chooser in listed)
            found[last] = (*found.get(last, ()), *entries)
    return found


def called() -> frozenset[str]:
    """Return the last names of the calls that choose."""
    return frozenset(_choosers())


class Regions:
    """The endpoints of the calls of one file."""

    def __init__(self, report: Report) -> None:
        """Add them to a report."""
        self._report = report

    def call(self, node: ast.Call, candidates: list[str], chain: Chain) -> None:
        """Report where a call has a service process, if the catalog knows what chooses it."""
        last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if last and last not in _choosers():
            return
        matching: dict[str, list[Chooser]] = {}
        tails: dict[str, str] = {}
        for name in candidates:
            for prefix, tail, service, chooser in _choosers().get(name.rpartition(".")[2], ()):
                is_tail = f".{name.lstrip('?')}".endswith(f".{tail}")
                if is_tail and (prefix == "*" or name.startswith(f"{prefix}.")):
                    matching.setdefault(service, []).append(chooser)
                    tails[service] = tail
        for service, listed in matching.items():
            known = list(self._chosen(service, listed, node, chain))
            if known:
                self._report.found.endpoints += [item for item in known if item is not None]
            elif self._is_meant(service, listed, node, len(matching) > 1):
                self.plain(service, node, tails[service], listed)

    def _chosen(self, service: str, listed: list[Chooser], node: ast.Call, chain: Chain) -> Iterator[Endpoint | None]:
        """Yield what the first argument that is given says, None for a host of somebody else's."""
        for chooser in listed:
            given = keyword_of(node, *chooser.names)
            if given is not None and not (isinstance(given, ast.Constant) and given.value is None):
                yield from self._of(service, chooser, given, node, chain)
                return

    def _of(
        self, service: str, chooser: Chooser, given: ast.expr, node: ast.Call, chain: Chain
    ) -> Iterator[Endpoint | None]:
        possible, at = self._report.possible(given, chain), self._report.source.at(node.lineno)
        told = f"{next(k.arg for k in node.keywords if k.value is given)}={self._report.code(given)}"[:_TOLD]
        for known in possible.known:
            found = regions.chosen(service, chooser, known.value, at, "argument", told)
            yield regions.by_default(found) if found and known.resolution is Resolution.DEFAULT else found
        if possible.is_open or not possible.known:
            yield Endpoint(service=service, at=at, told=told)

    def _is_meant(self, service: str, listed: list[Chooser], node: ast.Call, is_shared: bool) -> bool:
        """Whether a call without such an argument is one of the service, rather than of another that it is made for."""
        needs = [chooser.needs for chooser in listed]
        if all(needs):
            return keyword_of(node, *needs) is not None
        if is_shared:
            here = (item.component for item in self._report.found.references if item.at.line == node.lineno)
            return any(service in {component.source, component.name} for component in here)
        tail = listed[0].of[0].rpartition(":")[2].rpartition(".")[2]
        return tail[:1].isupper() or all(not of.startswith("*") for chooser in listed for of in chooser.of)

    def plain(self, service: str, node: ast.Call, tail: str, listed: list[Chooser] | None = None) -> None:
        """Report a call that gives no region, with the default of the SDK where one is documented."""
        at, told = self._report.source.at(node.lineno), f"{tail}() gives no region"
        default = regions.documented(service, listed or [], at, told)
        self._report.found.endpoints.append(default or Endpoint(service=service, at=at, told=told))

    def aws(self, service: str, node: ast.Call, chain: Chain) -> None:
        """Report where a client of AWS goes: its region or address, else that of its configuration or its session."""
        at = self._report.source.at(node.lineno)
        address = keyword_of(node, "endpoint_url")
        places = [(keyword_of(node, "region_name") or positional(node, 1), chain)]
        if config := keyword_of(node, "config"):
            places.insert(0, self._within(config, chain, ("Config",)))
        if isinstance(node.func, ast.Attribute):
            places.append(self._within(node.func.value, chain, _SESSIONS))
        if address is not None and (known := self._report.values.constant(address, chain)):
            found = regions.at_address(service, known.value, at, "endpoint_url")
            if found is not None and found.region:
                self._report.found.endpoints.append(found)
                return
        given = next(((value, around) for value, around in places if value is not None), None)
        if given is None:
            self.plain(service, node, node.func.attr if isinstance(node.func, ast.Attribute) else "client")
            return
        possible = self._report.possible(*given)
        told = f"region_name={self._report.code(given[0])}"[:_TOLD]
        for each in possible.known:
            known_by = "default" if each.resolution is Resolution.DEFAULT else "argument"
            stated = {"service": service, "at": at, "region": each.value, "known_by": known_by, "told": told}
            self._report.found.endpoints.append(Endpoint.model_validate(stated))
        if possible.is_open or not possible.known:
            self._report.found.endpoints.append(Endpoint(service=service, at=at, told=told))

    def _within(self, node: ast.expr, chain: Chain, made: tuple[str, ...]) -> tuple[ast.expr | None, Chain]:
        """Return the region that the making of a session or a configuration is given."""
        names = self._report.names
        if isinstance(node, ast.Name) and (found := names.visible(node.id, chain)) and len(found[0]) == 1:
            bound = found[0][0]
            node, chain = (bound, found[1]) if isinstance(bound, ast.expr) else (node, chain)
        elif isinstance(node, ast.Attribute) and len(assigned := names.attributes.get(node.attr, [])) == 1:
            _, value, around = assigned[0]
            node, chain = (value, around) if value is not None else (node, chain)
        if not isinstance(node, ast.Call):
            return None, chain
        is_made = any(f".{name}".endswith(f".{tail}") for name in names.dotted(node.func, chain) for tail in made)
        return (keyword_of(node, "region_name") if is_made else None), chain

    def forwarded(self, service: str, node: ast.Call, chain: Chain) -> None:
        """Report the services that arguments have a router forward to."""
        known = regions.provider(service)
        if known is None or known.forwards is None:
            return
        for argument in known.forwards.arguments:
            given = _dotted(node, argument)
            items = given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given] if given is not None else []
            for item in items:
                text = self._report.values.constant(item, chain)
                to = regions.forwarded_as(known, text.value) if text else None
                if text is None or to is None:
                    continue
                stated = {"service": service, "at": self._report.source.at(node.lineno), "known_by": "argument"}
                more = {"anywhere": True, "told": f"{argument}={text.value}", "forwards_to": to}
                self._report.found.endpoints.append(Endpoint.model_validate({**stated, **more}))


def _dotted(node: ast.Call, argument: str) -> ast.expr | None:
    """Return the value of an argument, or of a key inside one."""
    first, *rest = argument.split(".")
    value = keyword_of(node, first)
    for part in rest:
        pairs = zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else iter(())
        value = next((v for k, v in pairs if isinstance(k, ast.Constant) and k.value == part), None)
    return value
