"""Texts of Python source that name a component by their form alone, wherever code gives them to something."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sized
from weakref import WeakMethod

from supplychain import catalog
from supplychain.discovery.forms import component_of, path_of
from supplychain.discovery.naming import Named
from supplychain.discovery.python_loaders import leaves
from supplychain.discovery.python_report import Report
from supplychain.model.reference import Resolution


class Told:
    """The texts of one file."""

    def __init__(self, report: Report, matching: WeakMethod[Callable[[list[str]], Sized]]) -> None:
        """Add what they name to a report; `matching` tells the loaders of a call by its names: those are read apart."""
        self._report = report
        self._matching = matching
        self._elsewhere: frozenset[int] | None = None

    def texts(self, node: ast.Constant | ast.BoolOp | ast.IfExp) -> None:
        """Report what a text names, or each of those that an expression chooses from."""
        if isinstance(node, ast.Constant):
            self._text(node)
            return
        for part in node.values if isinstance(node, ast.BoolOp) else (node.body, node.orelse):
            if isinstance(part, ast.Constant):
                self._text(part)

    def _text(self, node: ast.Constant) -> None:
        """Report the component that a text names by its form, unless the call that it is given to is read by itself."""
        if not isinstance(node.value, str) or " " in node.value:
            return  # no name of a component has a space
        component = component_of(node.value) or path_of(node.value)
        if component is None:
            return
        if self._elsewhere is None:
            self._elsewhere = frozenset(self._others())
        if id(node) not in self._elsewhere:
            self._report.refer(Named(component), node.lineno, Resolution.LITERAL, "name of a model")

    def _others(self) -> Iterator[int]:
        """Yield the texts, by identity, that are arguments of loading calls, or say where to write."""
        forms = catalog.name_forms()
        matching = self._matching()
        for name, calls in self._report.names.calls.items():
            writes = re.fullmatch(forms.writers, name) is not None
            for call, chain in calls:
                is_whole = writes or bool(matching and matching(self._report.names.dotted(call.func, chain)))
                for argument in call.args if is_whole else ():
                    yield from map(id, ast.walk(argument) if writes else leaves(argument))
                for keyword in call.keywords:
                    if is_whole or re.fullmatch(forms.written, keyword.arg or ""):
                        yield from map(id, leaves(keyword.value))
