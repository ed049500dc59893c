"""Clients in JavaScript of stores, servers of tools and receivers of traces that a team runs itself, or has somebody run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from supplychain import catalog
from supplychain.catalog.javascript import JavaScriptClient
from supplychain.discovery.hosted import host_of, is_own_host, service_at
from supplychain.discovery.javascript_report import Report, plain_module
from supplychain.discovery.javascript_tree import arguments_of, callee_of, chain, inside, line_of, pairs, text
from supplychain.discovery.naming import is_address
from supplychain.discovery.words import Word
from supplychain.model.component import Kind

if TYPE_CHECKING:
    from tree_sitter import Node

_DEPTH = 4
"""Objects in an object that are looked at."""
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.[A-Za-z]{2,}(:\d+)?")


def client(report: Report, node: Node, names: list[str]) -> None:
    """Report where a client goes that is given its address: a service, or nobody knows whose machine at run time.

    One that is given none stays on the team's own machine.
    """
    known = next((entry for entry in catalog.javascript().client if names[-1] in entry.names), None)
    imported = report.names.imports.get(names[0])
    if known is None or imported is None or not plain_module(imported[0]).startswith(known.modules):
        return
    call = ".".join(names[-2:])
    for given in _given(report, node, known):
        for word in report.values.of(_of_url(given)):
            _goes_to(report, given, word, call)


def _given(report: Report, node: Node, known: JavaScriptClient) -> Iterator[Node]:
    """Yield the addresses among the arguments of a client."""
    for position, argument in enumerate(arguments_of(node)):
        held = report.values.resolved(argument)
        if held is not None:
            yield from _held(report, held, known.keys, 0)
        elif position == 0 and (known.first or inside(argument).type == "identifier"):
            yield argument


def _held(report: Report, node: Node, keys: tuple[str, ...], depth: int) -> Iterator[Node]:
    for key, value in pairs(node) if depth < _DEPTH else ():
        if key in keys:
            yield value
        elif (inner := report.values.resolved(value)) is not None:
            yield from _held(report, inner, keys, depth + 1)


def _of_url(node: Node) -> Node:
    """Return the address of a `new URL(address)`."""
    node = inside(node)
    arguments = arguments_of(node) if node.type == "new_expression" and chain(callee_of(node)) == ["URL"] else []
    return arguments[0] if len(arguments) == 1 else node


def _goes_to(report: Report, node: Node, word: Word, call: str) -> None:
    if not word.is_known:
        if text(inside(node)) != "undefined":
            report.unresolved(Kind.SERVICE, node, call, "its address is made at run time")
        return
    found, host = service_at(word.text), host_of(word.text)
    is_named = is_address(word.text) or _HOST.fullmatch(word.text) is not None
    if is_named and (found is not None or not is_own_host(host)):
        report.service(found.name if found else host, line_of(node), word.resolution, call, address=word.text)
