"""Services that Python source sends elsewhere by the environment: it sets their address beside their key."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from supplychain import catalog
from supplychain.discovery.hosted import host_of, is_own_host, service_at, service_of_setting
from supplychain.discovery.naming import is_address
from supplychain.discovery.python_names import Chain
from supplychain.discovery.python_report import Report
from supplychain.discovery.python_words import texts_of
from supplychain.model.component import Kind

_ADDRESS = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*_(BASE_URL|API_BASE|API_URL|BASE|ENDPOINT|API_HOST|HOST|URL)")
"""Settings that hold the address of a service."""
_MAY_SET = re.compile(rb"_(BASE_URL|API_BASE|API_URL|BASE|ENDPOINT|HOST|URL)\b[\"']?\]?\s*[:=,]")
_FEW = 4
"""Elements of a list that may be the arguments of one call."""
_COMPARES = frozenset({"startswith", "endswith", "removeprefix", "removesuffix", "find", "index", "count"})
_SETTERS = frozenset({"setdefault", "putenv", "setenv", "update", "dict"})


def sent_elsewhere(report: Report) -> frozenset[str]:
    """Return the services whose address the file sets to another one; report one that is made at run time."""
    if _MAY_SET.search(report.source.data) is None:
        return frozenset()
    found: set[str] = set()
    for name, value, chain in _set(report):
        named = service_of_setting(name) if _ADDRESS.fullmatch(name) else None
        if named is None:
            continue
        texts = [text.strip() for text in texts_of(report, value, chain)]
        told = [text for text in texts if is_address(text) and "$" not in host_of(text)]
        if any(_is_away(text, named.name) for text in told):
            found.add(named.name)
        elif not told and any("$" in text for text in texts) and not _has_own_hosts(named.name):
            found.add(named.name)
            report.unresolved(Kind.SERVICE, value, name, value, "its address is made at run time", named.name)
    return frozenset(found)


def _is_away(text: str, name: str) -> bool:
    """Whether an address is the team's own, or that of another service; of another host nothing is known."""
    at = service_at(text)
    return is_own_host(host_of(text)) if at is None else at.name != name


@cache
def _has_own_hosts(name: str) -> bool:
    """Whether a service gives each customer a host, so that its address says nothing but that it is used."""
    hosts = next(entry.hosts for entry in catalog.services() if entry.id == name)
    return all("*" in host for host in hosts)


def _set(report: Report) -> Iterator[tuple[str, ast.expr, Chain]]:
    """Yield the variables that assignments, calls and mappings of the file set, with their values."""
    for node, chain in report.names.nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                    yield str(target.slice.value), node.value, chain
            yield from _mapped(node.value, chain)
        elif isinstance(node, ast.Return):
            yield from _mapped(node.value, chain)
        elif isinstance(node, ast.Call):
            last = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if last in _SETTERS:
                yield from ((keyword.arg, keyword.value, chain) for keyword in node.keywords if keyword.arg)
                if len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
                    yield str(node.args[0].value), node.args[1], chain
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                yield from _mapped(argument, chain)


def _mapped(node: ast.expr | None, chain: Chain) -> Iterator[tuple[str, ast.expr, Chain]]:
    if not isinstance(node, ast.Dict):
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, value, chain
        elif isinstance(value, ast.Dict):
            yield from _mapped(value, chain)


def azure(report: Report) -> Iterator[tuple[int, bool]]:
    """Yield the lines that make OpenAI's SDK one of Azure, and whether that holds for the whole file."""
    for owner, value, chain in report.names.attributes.get("api_type", ()):
        known = report.values.constant(value, chain) if value is not None else None
        if known is not None and known.value.startswith("azure") and "openai" in report.names.dotted(owner, chain):
            yield owner.lineno, len(chain) == 1 and owner.col_offset == 0


def among_words(module: ast.Module) -> frozenset[int]:
    """Return the texts, by identity, that are elements of a literal list or set of mostly no addresses."""
    found: set[int] = set()
    for part in ast.walk(module):
        if isinstance(part, (ast.List, ast.Set, ast.Tuple)) and len(part.elts) > _FEW:
            texts = [item for item in part.elts if isinstance(item, ast.Constant)]
            plain = sum(not is_address(str(item.value)) for item in texts)
            if len(texts) > _FEW and plain > len(texts) / 2:
                found.update(map(id, texts))
    return frozenset(found)


def compared(module: ast.Module) -> frozenset[int]:
    """Return the texts, by identity, that others are only held against: `==`, `in`, `startswith`."""
    found: set[int] = set()
    for part in ast.walk(module):
        held: list[ast.expr] = []
        if isinstance(part, ast.Compare):
            held = [part.left, *part.comparators]
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in _COMPARES:
            held = part.args
        for item in held:
            texts = item.elts if isinstance(item, (ast.List, ast.Tuple, ast.Set)) else [item]
            found.update(id(text) for text in texts if isinstance(text, ast.Constant))
    return frozenset(found)
