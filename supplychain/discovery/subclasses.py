"""Clients of services that a target only derives classes from: where those classes are called, their client is sent.

from langchain_openai import ChatOpenAI

class Local(ChatOpenAI): ...

Local(base_url="http://localhost:8080/v1")     # nobody's service

An import that is a base of classes and nothing else says no more than its calls do: it is no use of the service where
each call, or the class itself, sends the client to another address.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from supplychain.discovery.callers import Callers, add_calls, bounded, defined
from supplychain.discovery.interface import Found, Subclass
from supplychain.discovery.python_hosted import Hosted
from supplychain.discovery.python_report import Report

_MOST = 200
"""Classes of one target that are followed."""


def follow_subclasses(found: dict[str, Found], paths: Iterable[str], callers: Callers) -> None:
    """Add the references to services whose client is only derived from, and what the calls of those classes name."""
    every = [item for path in sorted(found) for item in found[path].subclasses]
    opened = _Opened(paths, callers)
    for position, item in enumerate(every):
        part = found[item.reference.at.file]
        if position >= _MOST or not _goes_elsewhere(item, opened, found):
            part.references.append(item.reference)


@dataclass
class _Opened:
    """The Python files of a target, by what they call."""

    paths: Iterable[str]
    callers: Callers

    def calling(self, name: str) -> Iterator[Report]:
        """Yield the files that call something of a name."""
        for path in self.paths:
            names = self.callers.modules.at(path) if self.callers.may_call(path, name) else None
            if names is not None and name in names.calls and (report := self.callers.opened(path)) is not None:
                yield report


def _goes_elsewhere(item: Subclass, opened: _Opened, found: dict[str, Found]) -> bool:
    """Whether a class, or each of its calls, sends its client elsewhere; what the calls name is added then."""
    own = opened.callers.opened(item.reference.at.file)
    if own is None:
        return False
    sent = [is_sent for name in item.classes for is_sent in _in_body(own, name, item)]
    if sent:
        return all(sent)
    called: list[tuple[bool, Report]] = []
    for name in item.classes:
        for report in opened.calling(name):
            for node, chain in report.names.calls[name]:
                if (own.source.path, name) in set(defined(report.names, node.func, chain, opened.callers.modules)):
                    called.append((_is_sent(report, node, chain, item), report))
    if not called or not all(is_sent for is_sent, _ in called):
        return False
    for report in {id(report): report for _, report in called}.values():
        add_calls(found[report.source.path], report.found)
    return True


def _in_body(report: Report, name: str, item: Subclass) -> Iterator[bool]:
    """Yield for each call of the base in a class, `super().__init__(…)`, whether it sends the client elsewhere."""
    for body, _ in report.names.classes.get(name, ()):
        inside = {id(part) for part in ast.walk(body)}
        for node, chain in report.names.calls.get("__init__", ()):
            if id(node) in inside and node.keywords:
                if not any(keyword.arg is None for keyword in node.keywords) or _has_address(node, item):
                    yield _is_sent(report, node, chain, item)


def _has_address(node: ast.Call, item: Subclass) -> bool:
    return any(keyword.arg in item.addresses for keyword in node.keywords)


def _is_sent(report: Report, node: ast.Call, chain: tuple[ast.AST, ...], item: Subclass) -> bool:
    hosted = Hosted(report)
    node = ast.copy_location(ast.Call(ast.Name(item.base), node.args, node.keywords), node)  # whatever it is called by
    with bounded(report):
        hosted.call(node, [item.base], chain)
    return hosted.is_elsewhere(item.reference.component.name)
