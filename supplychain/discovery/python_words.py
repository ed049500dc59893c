"""Words and texts of commands in Python source, with a variable of a shell for what is not known."""

from __future__ import annotations

import ast
import itertools
import re
import shlex
from collections.abc import Iterator

from supplychain.discovery.python_names import Chain
from supplychain.discovery.python_report import Report
from supplychain.discovery.python_value import Container
from supplychain.discovery.words import Word

_FORMAT = re.compile(r"%(?:\(\w+\))?[sdr]|(?<!\$)\{[\w.!\[\]:]*\}")
"""What Python fills in when a text is made."""
_WAYS = 16
"""Values of one text that are read."""
_WORDS = 200
_DEPTH = 4
"""Lists in a list of words that are followed."""


def texts_of(report: Report, node: ast.expr, chain: Chain) -> list[str]:
    """Return the texts that an expression can be, with a variable of a shell for each part that is not known."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        return _joined([texts_of(report, part, chain) for part in node.values])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined([texts_of(report, node.left, chain), texts_of(report, node.right, chain)])
    if isinstance(node, ast.FormattedValue):
        node = node.value
    possible = report.values.possible(node, chain)
    known = [item.value for item in possible.known[:_WAYS]]
    if known and possible.is_open and possible.passed:
        known.append(_variable(report, node))  # another file may give another
    pattern = _pattern(node)
    if not known and pattern is not None:
        return texts_of(report, pattern, chain)
    return known or [_variable(report, node)]


def script_of(text: str) -> str:
    """Return a text as a shell is given it: what Python fills in is a variable there."""
    return _FORMAT.sub("${_}", text)


def words_of(report: Report, node: ast.expr, chain: Chain, depth: int = 0) -> list[Word] | None:
    """Return the words of a list that is given to a program, or None for an expression that is no list.

    Lists that are added, unpacked, named or filled later are followed; one that is not known is a variable.
    """
    if isinstance(node, (ast.List, ast.Tuple)):
        return [word for item in node.elts[:_WORDS] for word in _items(report, item, chain, depth)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left = words_of(report, node.left, chain, depth + 1) if depth < _DEPTH else None
        right = words_of(report, node.right, chain, depth + 1) if depth < _DEPTH else None
        if left is None and right is None:
            return None
        return [*(left or _hidden(report, node.left)), *(right or _hidden(report, node.right))]
    if isinstance(node, ast.Call):
        return _split(report, node, chain)
    if isinstance(node, ast.Name) and depth < _DEPTH:
        return _named(report, node, chain, depth)
    return None


def _items(report: Report, node: ast.expr, chain: Chain, depth: int) -> list[Word]:
    if isinstance(node, ast.Starred):
        found = words_of(report, node.value, chain, depth + 1) if depth < _DEPTH else None
        return _hidden(report, node.value) if found is None else found
    return [Word.of(script_of(text), node.lineno) for text in texts_of(report, node, chain)[:_WAYS]]


def _named(report: Report, node: ast.Name, chain: Chain, depth: int) -> list[Word] | None:
    """Return the words of the list that a name is bound to, with those that are appended to it in the same scope."""
    bound = report.names.visible(node.id, chain)
    values = [value for value in bound[0] if isinstance(value, ast.expr)] if bound else []
    lists = [found for value in values if (found := words_of(report, value, bound[1] if bound else chain, depth + 1))]
    if not lists:
        held = report.values.follow(node, chain, 0)
        container = next((v for v in held if isinstance(v, Container) and v.names is report.names), None)
        is_list = container is not None and isinstance(container.node, (ast.List, ast.Tuple))
        return words_of(report, container.node, container.chain, depth + 1) if container and is_list else None
    return [*max(lists, key=len), *_added(report, node.id, chain, depth)]


def _added(report: Report, name: str, chain: Chain, depth: int) -> Iterator[Word]:
    for method in ("append", "extend"):
        for call, around in report.names.calls.get(method, ()):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            if isinstance(owner, ast.Name) and owner.id == name and around[-1] is chain[-1] and call.args:
                given = call.args[0] if method == "append" else ast.Starred(call.args[0], ast.Load())
                yield from _items(report, ast.copy_location(given, call.args[0]), chain, depth + 1)


def _split(report: Report, node: ast.Call, chain: Chain) -> list[Word] | None:
    """Return the words that `shlex.split(text)` and `text.split()` give."""
    called = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if called in {"list", "tuple"} and node.args:
        return words_of(report, node.args[0], chain, _DEPTH - 1)
    if called != "split":
        return None
    is_method = not node.args and isinstance(node.func, ast.Attribute)
    text = (
        node.func.value if is_method and isinstance(node.func, ast.Attribute) else node.args[0] if node.args else None
    )
    if text is None:
        return None
    whole = script_of(texts_of(report, text, chain)[0])
    try:
        parts = whole.split() if is_method else shlex.split(whole)
    except ValueError:
        parts = whole.split()
    return [Word.of(part, node.lineno) for part in parts[:_WORDS]]


def _hidden(report: Report, node: ast.expr) -> list[Word]:
    return [Word.of(_variable(report, node), node.lineno)]


def _variable(report: Report, node: ast.expr) -> str:
    shown = re.sub(r"[^A-Za-z]+", "_", report.code(node)).strip("_")[:40]
    return f"${{{shown or '_'}}}"


def _pattern(node: ast.expr) -> ast.expr | None:
    """Return the text that `%` or `str.format` fills in, or None."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return node.left
    is_format = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
    return (
        node.func.value if is_format and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    )


def _joined(parts: list[list[str]]) -> list[str]:
    ways: Iterator[tuple[str, ...]] = itertools.islice(itertools.product(*parts), _WAYS)
    return ["".join(way) for way in ways]
