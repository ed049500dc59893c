"""What Python source says of what happens to prompts: arguments of calls, attributes of modules, keys and headers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from functools import cache

from supplychain import catalog
from supplychain.catalog.provider import Switch as Known
from supplychain.discovery import switches
from supplychain.discovery.hosted import service_at
from supplychain.discovery.python_given import given as values_given
from supplychain.discovery.python_names import Chain
from supplychain.discovery.python_report import Report, is_open, keyword_of, positional
from supplychain.model.service import Switch

_UNKNOWN = "\0"
_HANDS_ON = "**"
_POSTED = frozenset({"post", "request", "put"})
_DEPTH = 6


@cache
def _attributes() -> dict[str, Known]:
    """Return the attributes of modules by their dotted names."""
    pairs = ((text.replace(":", "."), known) for known in catalog.switches() for text in known.arguments)
    return {name: known for name, known in pairs if name.count(".") == 1}


@cache
def _calls() -> dict[str, Known]:
    return {text.replace(":", "."): known for known in catalog.switches() for text in known.calls}


@cache
def _needles() -> tuple[tuple[bytes, ...], ...]:
    """Return what a file holds together that has such a header, or a key with those above it."""
    every = catalog.switches()
    headers = {name for known in every for header in known.headers for name in (header, header.lower())}
    keys = {key for listed in switches.by_key().values() for key, _ in listed}
    return tuple(tuple(part.encode() for part in text.split(".")[-2:]) for text in sorted(headers | keys))


@cache
def _named() -> tuple[frozenset[str], frozenset[str]]:
    """Return the last names of the calls that are looked at, and of the attributes."""
    calls = {*switches.by_argument(), *_POSTED, *(name.rpartition(".")[2] for name in _calls())}
    return frozenset(calls), frozenset(name.rpartition(".")[2] for name in _attributes())


def read(report: Report, services: Callable[[], Collection[str]], only: Callable[[], str | None]) -> Iterator[Switch]:
    """Yield the switches of a file; `services` are those that it uses, `only` the one that its calls go to, if there is one."""
    reader = _Reader(report, services, only)
    names, (calls, attributes) = report.names, _named()
    for last in names.calls.keys() & calls:
        for node, chain in names.calls[last]:
            yield from reader.call(node, last, chain)
    for attribute in names.attributes.keys() & attributes:
        for holder, value, chain in names.attributes[attribute]:
            if value is not None:
                yield from reader.attribute(holder, attribute, value, chain)
    for node, chain in names.calls.get("append", ()):
        held = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(held, ast.Attribute) and held.attr in attributes and node.args:
            yield from reader.attribute(held.value, held.attr, node.args[0], chain)
    if any(all(part in report.source.data for part in parts) for parts in _needles()):
        for part in ast.walk(names.module):
            if isinstance(part, ast.Dict):
                yield from reader.mapping(part)


class _Reader:
    """One pass over one file."""

    def __init__(self, report: Report, services: Callable[[], Collection[str]], only: Callable[[], str | None]) -> None:
        self._report = report
        self._services = services
        self._only = only
        self._inner: set[int] = set()

    def call(self, node: ast.Call, last: str, chain: Chain) -> Iterator[Switch]:
        """Yield what the arguments of a call say."""
        if last in _POSTED:
            yield from self._posted(node, chain)
            return
        names = self._report.names.dotted(node.func, chain)
        for name in names:
            if (known := _calls().get(name)) and (given := positional(node, 0)) is not None:
                yield from self._said([known], last, given, node.lineno, chain)
        yield from self._arguments(node, names, chain)

    def _arguments(self, node: ast.Call, names: list[str], chain: Chain) -> Iterator[Switch]:
        matching: dict[str, list[tuple[str, Known]]] = {}
        for name in names:
            for prefix, tail, argument, known in switches.by_argument().get(name.rpartition(".")[2], ()):
                is_tail = f".{name.lstrip('?')}".endswith(f".{tail}")
                if is_tail and (prefix == "*" or name.startswith(f"{prefix}.")):
                    matching.setdefault(argument, []).append((prefix, known))
        for argument, listed in matching.items():
            knowns, any_service = [known for _, known in listed], listed[0][0] == "*"
            given = keyword_of(node, argument) or _in_body(node, argument)
            handed = (
                ()
                if given is not None or not is_open(node)
                else values_given(self._report, node, (argument,), chain).values
            )
            if given is not None:
                yield from self._said(knowns, argument, given, node.lineno, chain, is_any=any_service)
            elif handed:
                for value in handed:
                    yield from self._said(knowns, argument, value.node, node.lineno, chain, is_any=any_service)
            elif knowns[0].kind in {"storage", "training"}:
                yield from self._unsaid(knowns, argument, node, is_any=any_service)

    def _unsaid(self, knowns: list[Known], argument: str, node: ast.Call, *, is_any: bool) -> Iterator[Switch]:
        """Yield what holds where a call does not give an argument, unless what it hands on may hold it."""
        known, service = self._receiver(knowns) if is_any else (knowns[0], None)
        is_hidden = is_open(node)
        if known.when and keyword_of(node, *known.when) is None and not is_hidden:
            return
        found = switches.absent(known, argument, self._report.source.at(node.lineno), service)
        if found is not None:
            yield found.model_copy(update={"state": "unknown", "value": _HANDS_ON}) if is_hidden else found

    def _receiver(self, knowns: list[Known]) -> tuple[Known, str | None]:
        """Return the switch that is meant, with the service that receives it, several with a bar in between."""
        only = self._only()
        for known in knowns:
            if only in {known.receiver, *known.also}:
                return known, only
        if only is not None:
            return knowns[0].model_copy(update={"absent": "not sent"}), only
        able = [known for known in knowns if known.receiver in self._services()]
        if len(able) == 1:
            return able[0], None
        every = dict.fromkeys(name for known in (able or knowns) for name in (known.receiver, *known.also))
        return knowns[0], "|".join(every)

    def attribute(self, holder: ast.expr, attribute: str, value: ast.expr, chain: Chain) -> Iterator[Switch]:
        """Yield what an assignment to an attribute of a module says."""
        for name in self._report.names.dotted(holder, chain):
            if (known := _attributes().get(f"{name}.{attribute}")) is not None:
                yield from self._said([known], f"{name}.{attribute}", value, value.lineno, chain)

    def mapping(self, node: ast.Dict, above: tuple[str, ...] = ()) -> Iterator[Switch]:
        """Yield what the keys of a dictionary say that is the body of a request, or its headers."""
        if id(node) in self._inner or len(above) > _DEPTH:
            return
        self._inner.add(id(node))
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                continue
            path = (*above, key.value)
            if isinstance(value, ast.Dict):
                yield from self.mapping(value, path)
            elif (known := switches.by_header().get(key.value.lower())) is not None:
                yield from self._said([known], key.value, value, key.lineno, ())
            elif key.value in switches.by_key():
                texts = [text for text in self._texts(value, ()) if text != _UNKNOWN]
                for text in texts:
                    yield from switches.of_key(path, text, self._report.source.at(key.lineno))

    def _posted(self, node: ast.Call, chain: Chain) -> Iterator[Switch]:
        """Yield what the body of a request to a service says."""
        body = keyword_of(node, "json")
        if body is None:
            return
        address = next(
            (k for a in node.args[:2] if (k := self._report.values.constant(a, chain)) and "//" in k.value), None
        )
        service = service_at(address.value) if address else None
        if isinstance(body, ast.Name):
            body = self._only_value(body, chain)
        if service is None or address is None or not isinstance(body, ast.Dict):
            return
        given = {
            key.value: value for key, value in zip(body.keys, body.values, strict=True) if isinstance(key, ast.Constant)
        }
        for known in catalog.switches():
            words = {text.partition(":")[2].split(".")[0] for text in known.arguments}
            is_path = not words or any(f"/{word}" in address.value for word in words)
            if service.name not in {known.receiver, *known.also} or not is_path:
                continue
            for key in (key for key in known.keys if "." not in key):
                if key in given:
                    yield from self._said([known], key, given[key], given[key].lineno, chain, service=service.name)
                elif found := switches.absent(known, key, self._report.source.at(node.lineno), service.name):
                    yield found

    def _said(
        self,
        knowns: list[Known],
        name: str,
        given: ast.expr,
        line: int,
        chain: Chain,
        *,
        is_any: bool = False,
        service: str | None = None,
    ) -> Iterator[Switch]:
        known, receiver = self._receiver(knowns) if is_any else (knowns[0], service)
        at = self._report.source.at(line)
        for text in self._texts(given, chain):
            if text == _UNKNOWN:
                shown = self._report.code(given)
                yield switches.said(known, name, shown, at, is_known=False, service=receiver)
            else:
                yield switches.said(known, name, text, at, service=receiver)

    def _texts(self, node: ast.expr, chain: Chain, depth: int = 0) -> list[str]:
        """Return what an expression can be, constants of Python as they are written."""
        if isinstance(node, ast.Constant):
            return [str(node.value)]
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return [text for item in node.elts for text in self._texts(item, chain, depth)]
        if isinstance(node, ast.Name) and chain and depth < _DEPTH:
            value = self._only_value(node, chain)
            if isinstance(value, ast.Constant):
                return [str(value.value)]
        if not chain:
            return [_UNKNOWN]
        possible = self._report.values.possible(node, chain)
        texts = [known.value for known in possible.known]
        return [*texts, *([_UNKNOWN] if possible.is_open or not texts else [])]

    def _only_value(self, node: ast.Name, chain: Chain) -> ast.expr | None:
        found = self._report.names.visible(node.id, chain)
        return found[0][0] if found and len(found[0]) == 1 and isinstance(found[0][0], ast.expr) else None


def _in_body(node: ast.Call, argument: str) -> ast.expr | None:
    """Return a value of `extra_body={…}`, which is sent beside the arguments."""
    body = keyword_of(node, "extra_body")
    if not isinstance(body, ast.Dict):
        return None
    pairs = zip(body.keys, body.values, strict=True)
    return next((value for key, value in pairs if isinstance(key, ast.Constant) and key.value == argument), None)
