"""Addresses of weights and of repositories of models in Python source, whole or put together of known parts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from supplychain import catalog
from supplychain.discovery.hosted import service_at
from supplychain.discovery.naming import Named, from_address, is_address
from supplychain.discovery.python_hosted import Hosted
from supplychain.discovery.python_names import Chain
from supplychain.discovery.python_report import Report
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Resolution

_ADDRESS = "address of weights"
_PLACEHOLDER = re.compile(r"[{}]|%s|%\(|%d(?![0-9A-Fa-f])")
"""What code fills in at run time in the text of an address."""
_HOST = re.compile(r"(?i)url|host|endpoint|mirror|server|bucket|cdn")
"""The name of a value that begins an address, where it is not known."""
_REPOSITORY = re.compile(r"/resolve/[\w.-]+/?$")
"""What ends the address of all files of a repository of a registry."""
_DATA = re.compile(r"(?i)\.(csv|tsv|jsonl?|parquet|arrow|ndjson)(\.gz)?$")
"""What ends the address of data, where its host is a registry's."""

_PARTS = 100
"""Parts of an address that are read."""
_SCHEME = re.compile(r"(https?|wss?)://")
_PART_OF_HOST = re.compile(r"(https?|wss?)://[\w.-]*")
_BASE = re.compile(r"https?://(?!localhost|127\.|0\.0|[%{])\S+")
"""What an address begins with that is filled in; one of the team's own machine is of no component."""
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".7z")
"""What ends the address of an archive, which is of data where the address says so."""
_CODE = re.compile(r"(?i)[/.]git(hub|lab|ee)?\b.*/archive/|/(zip|tar)ball/")
"""Addresses of the code of a repository."""


class Addresses:
    """The addresses of one file."""

    def __init__(self, report: Report, hosted: Hosted) -> None:
        """Add what they name to a report."""
        self._report = report
        self._hosted = hosted
        self._bases: set[str] = set()
        """Names that begin addresses."""
        self._met: set[int] = set()
        """What begins an address that was looked at, by identity."""
        self._sums: list[tuple[ast.JoinedStr | ast.BinOp, str, Chain]] = []
        """Texts that are put together, with the name that they begin with."""

    def assigned(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> None:
        """Note a name that begins addresses."""
        if is_address(_text(node.value)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            self._bases.update(target.id for target in targets if isinstance(target, ast.Name))

    def constant(self, node: ast.Constant) -> None:
        """Refer to weights and services by their address, and to hosted models by a telling name, wherever they stand."""
        text = str(node.value)
        if self._hosted.name(text, node.lineno) or self._hosted.address(text, node.lineno, node):
            return
        named = _named(text)
        if named is None:
            return
        if _PLACEHOLDER.search(text):
            self._at_run_time(node)
        else:
            self._report.refer(named, node.lineno, Resolution.LITERAL, _call(named))

    def in_parts(self, node: ast.JoinedStr | ast.BinOp, chain: Chain) -> None:
        """Refer to an address that is put together of known parts; report one of weights that is not."""
        parts = node.values if isinstance(node, ast.JoinedStr) else [node.right]
        last = _text(parts[-1]).partition("?")[0] if parts else ""
        if _text(begin := _begin(node)).startswith(("http", "ws")):
            self._host(node, begin, chain)
        is_weights = last.lower().endswith(catalog.artifacts().url_suffixes)
        if is_weights or _REPOSITORY.search(last):
            self._follow(node, chain)
            if is_weights and self._begins_as_address(node) and self._report.values.possible(node, chain).is_open:
                self._report.read.update(id(part) for part in ast.walk(node))
                self._at_run_time(node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            self.made(node, chain)
        elif not last and isinstance(begin := _begin(node), ast.Name):
            self._sums.append((node, begin.id, chain))
        elif not last and _REPOSITORY.search(_text(begin)):
            self._follow(node, chain)

    def _host(self, node: ast.JoinedStr | ast.BinOp, begin: ast.expr | None, chain: Chain) -> None:
        """Refer to a service by an address whose host is a known name, or whose path stands after what is filled in."""
        if id(begin) in self._met:
            return
        self._met.add(id(begin))
        flat, text = _flat(node), _text(begin)
        if _SCHEME.fullmatch(text) and len(flat) > 1:
            end = "".join(_text(part) or "x" for part in flat[2:])
            for known in self._report.values.possible(flat[1], chain).known:
                self._hosted.address(f"{text}{known.value}{end}", node.lineno)
        elif text.count("/") > 2 and len(flat) > 1 and service_at(text) is None and isinstance(begin, ast.Constant):
            whole = "".join(_text(part) or "x" for part in flat)
            self._hosted.address(whole, node.lineno, begin)
        if _PART_OF_HOST.fullmatch(text) and len(flat) > 1 and not text.endswith((".com", ".net", ".org")):
            whole = "".join(_text(part) or "{}" for part in flat)  # a part of its host is filled in: a region, a name
            if service_at(whole) is not None and service_at(text) is None:
                self._hosted.address(whole, node.lineno)

    def made(self, node: ast.Call | ast.BinOp, chain: Chain) -> None:
        """Refer to an address that `join`, `str.format`, `urljoin` or `%` puts together of known parts."""
        is_join = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "join"
        texts = list(_texts_in(self._listed(node, chain) if is_join and isinstance(node, ast.Call) else node))
        begin = node.left if isinstance(node, ast.BinOp) else getattr(node.func, "value", None)
        is_base = isinstance(begin, ast.Name) and begin.id in self._bases
        begins = any(text.value.startswith("http") for text in texts) if is_join else is_base
        ends = any(_is_weights(text.value) for text in texts)
        is_told = (begins and ends) if is_join else begins or ends or any(_BASE.fullmatch(text.value) for text in texts)
        if is_told and not any(id(text) in self._report.read for text in texts):  # what a loading call takes is read
            self._follow(node, chain)

    def _listed(self, node: ast.Call, chain: Chain) -> ast.expr | None:
        """Return the literal list whose parts a call joins, where it is one."""
        given = node.args[0] if len(node.args) == 1 else None
        bound = self._report.names.visible(given.id, chain) if isinstance(given, ast.Name) else None
        values = [*bound[0], given] if bound else [given]
        return next((value for value in values if isinstance(value, (ast.List, ast.Tuple))), None)

    def finish(self) -> None:
        """Refer to addresses that begin with a name which the file gives the beginning of one."""
        for node, begin, chain in self._sums:
            if begin in self._bases:
                self._follow(node, chain)

    def _follow(self, node: ast.expr, chain: Chain) -> None:
        data: set[Component] = set()
        for known in self._report.values.possible(node, chain).known:
            named = _named(known.value)
            if named is None or named.component in data:
                continue
            if named.component.kind is Kind.DATASET:
                data.add(named.component)  # one reference for all files of a repository
            self._report.read.update(id(part) for part in ast.walk(node))
            self._report.refer(named, node.lineno, known.resolution, _call(named))

    @staticmethod
    def _begins_as_address(node: ast.expr) -> bool:
        begin = _begin(node)
        if begin is None:
            return False
        if isinstance(begin, ast.Constant):
            return is_address(_text(begin))
        return _HOST.search(ast.unparse(begin)) is not None

    def _at_run_time(self, node: ast.expr) -> None:
        self._report.unresolved(Kind.MODEL, node, _ADDRESS, node, "the address is made at run time")


def _flat(node: ast.expr) -> list[ast.expr]:
    """Return the first parts of a text that is put together, in their order."""
    found: list[ast.expr] = []
    pending = [node]
    while pending and len(found) < _PARTS:
        part = pending.pop()
        if isinstance(part, ast.JoinedStr):
            pending += reversed(part.values)
        elif isinstance(part, ast.FormattedValue):
            found.append(part.value)
        elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
            pending += [part.right, part.left]
        else:
            found.append(part)
    return found


def _begin(node: ast.expr) -> ast.expr | None:
    """Return the first part of a text that is put together."""
    while isinstance(node, (ast.BinOp, ast.JoinedStr, ast.FormattedValue)):
        if isinstance(node, ast.BinOp):
            node = node.left
        elif isinstance(node, ast.FormattedValue):
            node = node.value
        elif node.values:
            node = node.values[0]
        else:
            return None
    return node


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _texts_in(node: ast.expr | None) -> Iterator[Any]:
    """Yield the constants in an expression that are texts."""
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part


def _is_weights(text: str) -> bool:
    return text.partition("?")[0].lower().endswith(catalog.artifacts().url_suffixes)


def _call(named: Named) -> str:
    return "address of data" if named.component.kind is Kind.DATASET else _ADDRESS


def _named(text: str) -> Named | None:
    """Return what an address names: weights, or, on a registry, data or all files of a repository; else None."""
    if not is_address(text) or any(character.isspace() for character in text):
        return None
    path = re.split("[?#]", text, maxsplit=1)[0]
    if path.lower().endswith(catalog.artifacts().url_suffixes):
        return from_address(text, Kind.MODEL)
    if path.lower().endswith(_ARCHIVES) and re.search(catalog.commands().data_words, path) and not _CODE.search(text):
        return from_address(text, Kind.DATASET)
    is_data = _DATA.search(path) is not None
    if not is_data and not _REPOSITORY.search(path):
        return None
    named = from_address(text, Kind.DATASET if is_data else Kind.MODEL)
    is_repository = named.component.source != "url" and "/resolve/" in path
    return named if is_repository and (is_data or not named.component.name.startswith("spaces/")) else None
