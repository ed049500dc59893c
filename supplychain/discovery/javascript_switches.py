"""What JavaScript says of what happens to prompts: options of calls, and keys and headers of what they send."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from supplychain import catalog
from supplychain.catalog.provider import Switch as Known
from supplychain.discovery import switches
from supplychain.discovery.javascript_report import Report
from supplychain.discovery.javascript_tree import arguments_of, inside, line_of, pairs, text, unquoted
from supplychain.model.service import Switch

if TYPE_CHECKING:
    from tree_sitter import Node

_DEPTH = 6
_PLAIN = frozenset({"true", "false", "null", "undefined", "number"})


@cache
def _needles() -> tuple[bytes, ...]:
    """Return what a file holds that has such a key or header."""
    headers = {name for known in catalog.switches() for header in known.headers for name in (header, header.lower())}
    return tuple(sorted(text.encode() for text in {*headers, *switches.by_key()}))


def may_send(data: bytes) -> bool:
    """Whether a file may hold such a key or header."""
    return any(needle in data for needle in _needles())


class Switches:
    """The switches of one file."""

    def __init__(self, report: Report) -> None:
        """Add them to a report."""
        self._report = report
        self._is_asked = may_send(report.source.data)

    def call(self, node: Node, names: list[str], service: str | None) -> None:
        """Report what a call says; `service` is the one that it goes to, where that is known."""
        listed = switches.by_argument().get(names[-1], ())
        held = self._report.values.objects(arguments_of(node)) if listed or self._is_asked else []
        if listed:
            self._options(node, names, held, service)
        for options in held if self._is_asked else ():
            self._report.found.switches += self._keys(options, ())

    def _options(self, node: Node, names: list[str], held: list[Node], service: str | None) -> None:
        dotted = f".{'.'.join(names)}"
        fitting = [
            entry for entry in switches.by_argument()[names[-1]] if entry[0] == "*" and dotted.endswith(f".{entry[1]}")
        ]
        for argument in dict.fromkeys(entry[2] for entry in fitting):
            knowns = [entry[3] for entry in fitting if entry[2] == argument]
            known, receiver = _receiver(knowns, service)
            given = [value for options in held for key, value in pairs(options) if key == argument]
            if given:
                self._report.found.switches += (self._said(known, argument, value, receiver) for value in given)
            elif known.kind in {"storage", "training"}:
                found = switches.absent(known, argument, self._report.source.at(line_of(node)), receiver)
                self._report.found.switches += [found] if found is not None else []

    def _said(self, known: Known, name: str, value: Node, service: str | None) -> Switch:
        given, is_known = self._text(value)
        return switches.said(
            known, name, given, self._report.source.at(line_of(value)), is_known=is_known, service=service
        )

    def _text(self, value: Node) -> tuple[str, bool]:
        node = inside(value)
        if node.type in _PLAIN:
            return text(node), True
        if node.type == "string":
            return unquoted(node), True
        entries = self._report.names.given(text(node), node) if node.type == "identifier" else []
        made = inside(entries[0].value) if len(entries) == 1 and entries[0].value is not None else None
        if made is not None and (made.type in _PLAIN or made.type == "string"):
            return (unquoted(made) if made.type == "string" else text(made)), True
        return text(node).partition("\n")[0], False

    def _keys(self, options: Node, above: tuple[str, ...]) -> Iterator[Switch]:
        for key, value in pairs(options):
            path = (*above, key)
            inner = inside(value)
            if inner.type == "object" and len(path) < _DEPTH:
                yield from self._keys(inner, path)
            elif (known := switches.by_header().get(key.lower())) is not None:
                yield self._said(known, key, value, None)
            elif key in switches.by_key():
                given, is_known = self._text(value)
                if is_known:
                    yield from switches.of_key(path, given, self._report.source.at(line_of(value)))


def _receiver(knowns: list[Known], service: str | None) -> tuple[Known, str | None]:
    """Return the switch that is meant, with the service that receives it, several with a bar in between."""
    for known in knowns:
        if service in {known.receiver, *known.also}:
            return known, service
    if service is not None:
        return knowns[0].model_copy(update={"absent": "not sent"}), service
    every = dict.fromkeys(name for known in knowns for name in (known.receiver, *known.also))
    return knowns[0], "|".join(every)
