"""What Python source says of services beside calls and texts: settings that are attributes and fields, members of what a
framework lists, addresses that a client of a model's interface goes to where it is given none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from supplychain import catalog
from supplychain.discovery.hosted import service_by_interface, service_known_as, service_of_setting, speaks
from supplychain.discovery.naming import is_address
from supplychain.discovery.python_report import Report
from supplychain.model.reference import Scope

_ATTRIBUTE = re.compile(
    rb"(?<=\w)\.([A-Z][A-Z0-9]*_[A-Z0-9_]*(?:KEY|TOKEN|SECRET|PAT|URL|BASE|ENDPOINT|HOST))\b(?!\s*=[^=])"
)
_FIELD = re.compile(rb"(?m)^[ \t]+([A-Za-z]\w+)[ \t]*:[ \t]*[\"']?(?:Optional|Annotated|Secret|str|Any|Union|Final)")
_OF_SETTINGS = re.compile(r"\w*(Settings|Config|Configuration|Env|Environment|Secrets)")
_WORDS = (b"Settings", b"Config", b"Env", b"Secrets")
_CLASS = re.compile(rb"class \w*[^\n]*(?:Settings|Config|Env|Secrets)")
_MEMBER = re.compile(rb"(?:Platform|Provider)(?:Type|Name|s)?\.[A-Z]")
_SEARCHES = re.compile(rb"\.search_[a-z]+")
_BASE = re.compile(rb"(?:base_url|api_base)\b[^=\n\"']{0,60}=\s*[\"']https?://")
_BASES = frozenset({"base_url", "api_base", "openai_api_base", "openai_base_url"})


def settings_of(report: Report) -> Iterator[tuple[str, int, str]]:
    """Yield the services whose settings are read as attributes, or declared as fields of a class of settings."""
    data = report.source.data
    read = {name.decode() for name in set(_ATTRIBUTE.findall(data))}
    read = {name for name in read if service_of_setting(name)}
    declared = {name.decode() for name in set(_FIELD.findall(data))} if _is_class(data) else set()
    declared = {name for name in declared if "_" in name and service_of_setting(name.upper())}
    if not read and not declared:
        return
    for node in ast.walk(report.names.module):
        if isinstance(node, ast.Attribute) and node.attr in read and isinstance(node.ctx, ast.Load):
            yield from _named(node.attr, node.lineno)
        elif declared and isinstance(node, ast.ClassDef) and _is_of_settings(node):
            for part in node.body:
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.target.id in declared:
                    yield from _named(part.target.id, part.lineno)


def _is_class(data: bytes) -> bool:
    return any(word in data for word in _WORDS) and _CLASS.search(data) is not None


def _named(setting: str, line: int) -> Iterator[tuple[str, int, str]]:
    found = service_of_setting(setting.upper())
    if found is not None:
        yield found.name, line, setting


def _is_of_settings(node: ast.ClassDef) -> bool:
    names = [node.name, *(getattr(base, "attr", getattr(base, "id", "")) for base in node.bases)]
    return any(map(_OF_SETTINGS.fullmatch, names))


def members(report: Report) -> Iterator[tuple[str, int, str]]:
    """Yield the services that members of a framework's enumerations and toolkits are named for."""
    data = report.source.data
    listed, searches = _MEMBER.search(data) is not None, b"SearchToolkit" in data and _SEARCHES.search(data) is not None
    if not listed and not searches:
        return
    taken = [name for name, _, _ in report.names.imports if name.partition(".")[0] in catalog.integrations().frameworks]
    names = {name.rpartition(".")[2] for name in taken}
    if not names:
        return
    for node in ast.walk(report.names.module):
        if not isinstance(node, ast.Attribute):
            continue
        of = node.value.id if isinstance(node.value, ast.Name) else ""
        found = None
        if of in names and node.attr.isupper() and _MEMBER.search(f"{of}.{node.attr}".encode()):
            by_key = service_of_setting(f"{node.attr}_API_KEY")
            found = service_known_as(node.attr) or (by_key.name if by_key else None)
        elif searches and node.attr.startswith("search_") and "SearchToolkit" in names:
            word = node.attr.removeprefix("search_")
            found = service_known_as(word) or service_known_as(f"{word}_search")
        if found is not None:
            yield found, node.lineno, f"{of}.{node.attr}".lstrip(".")


def spoken_to(report: Report) -> Iterator[tuple[str, int]]:
    """Yield the addresses, of hosts that no catalog knows, that a client of a model's interface has as its default."""
    data = report.source.data
    if report.source.place.scope is Scope.TEST or not any(name in data for name in (b"base_url", b"api_base")):
        return
    if _BASE.search(data) is None or not speaks(data):
        return
    seen: set[str] = set()
    for node, _ in report.names.nodes:
        for name, value in _defaults(node):
            address = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
            if name.lower() in _BASES and is_address(address) and address not in seen and service_by_interface(address):
                seen.add(address)
                yield address, value.lineno


def _defaults(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a node gives a value, where it is a parameter's default or an assignment."""
    if isinstance(node, ast.arguments):
        positional = [*node.posonlyargs, *node.args]
        for argument, value in zip(positional[len(positional) - len(node.defaults) :], node.defaults, strict=True):
            yield argument.arg, value
        for argument, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
            if default is not None:
                yield argument.arg, default
    elif isinstance(node, ast.Assign):
        yield from ((getattr(to, "attr", getattr(to, "id", "")), node.value) for to in node.targets)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield getattr(node.target, "attr", getattr(node.target, "id", "")), node.value
