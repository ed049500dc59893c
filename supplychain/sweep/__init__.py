"""The second search: addresses, hosts and ids by pattern over all text. It shares no code with discovery.

hits = sweep(target, scope_of)

It sees less of each place and more places: a name that only it sees is either explained, or something that discovery
missed. What it looks for is `patterns.toml` beside the registries and services of the catalog.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources

import tomli

from supplychain import catalog
from supplychain.model.case import Hit
from supplychain.model.reference import Place, Scope
from supplychain.target import File, NotReadError, Target

__all__ = ["sweep"]

_BINARY = b"\0"
_LINE = 2_000
"""Characters of a line that are searched; a longer one is data or minified."""
_URL = re.compile(r"https?://[\w.-]+(?::\d+)?(?:/[^\s\"'<>()\[\]{}|\\^`,;]*)?")
_COMMENT = re.compile(r"^\s*(#(?!!)|//|/?\*|<!--|--\s|;|REM\b|%)")
_TRAILING = re.compile(r"\s(#|//)\s")
_FENCE = re.compile(r"^\s*(```|~~~)")
_PROSE = (".md", ".mdx", ".rst", ".txt", ".adoc", ".html", ".tex", ".bib")


def sweep(target: Target, scope_of: Callable[[str], Scope]) -> tuple[Hit, ...]:
    """Return what the text of a target names by pattern, each name once a file, at its first place that counts.

    `scope_of` gives the scope of a path.
    """
    found: dict[tuple[str, str], Hit] = {}
    for file in target.files:
        for hit in _file(target, file, scope_of(file.path)):
            key = (hit.at.file, hit.text)
            if key not in found or (found[key].context != "code" and hit.context == "code"):
                found[key] = hit
    return tuple(found[key] for key in sorted(found))


def _file(target: Target, file: File, scope: Scope) -> Iterator[Hit]:
    try:
        if file.path.startswith(_patterns().skipped) or file.path.endswith(_patterns().data):
            return
        if _BINARY in target.head(file, 1024):
            return
        data = target.read(file).data
    except NotReadError:
        return  # discovery reports it as not read
    if not _patterns().quick.search(data):
        return
    lines = data.decode("utf-8", "replace").split("\n")
    short = ((number, line) for number, line in enumerate(lines, start=1) if len(line) <= _LINE)
    named = [(number, line, text, start) for number, line in short for text, start in _names(line)]
    aside = _aside(file.path, lines) if named else {}
    for number, line, text, start in named:
        context = aside.get(number) or _context(line, start)
        yield Hit(text=text, at=Place(file=file.path, line=number, scope=scope), context=context)


def _names(line: str) -> Iterator[tuple[str, int]]:
    patterns = _patterns()
    has_path = "/" in line
    for match in _URL.finditer(line) if has_path else ():
        address = match.group().rstrip(".")
        host = re.split(r"[/:]", address.partition("//")[2], maxsplit=1)[0].lower()
        path = re.split("[?#]", address, maxsplit=1)[0].lower()
        if patterns.placeholders.fullmatch(host):
            continue
        if (patterns.knows(host) and _is_component(host, address)) or path.endswith(catalog.artifacts().url_suffixes):
            yield address, match.start()
    for pattern in (*(patterns.names if has_path else ()), *(patterns.hosted if "-" in line else ())):
        for match in pattern.finditer(line):
            is_file = match["name"].lower().endswith(catalog.artifacts().url_suffixes)
            if not is_file and not patterns.ignored.fullmatch(match["name"]):
                yield match["name"], match.start("name")


def _is_component(host: str, address: str) -> bool:
    """Whether an address at a known host is of a component: of a registry, one that has a component's path."""
    path = "/" + re.split("[?#]", address.partition("//")[2], maxsplit=1)[0].partition("/")[2]
    at = [entry for registry in catalog.registries().values() for entry in registry.host if entry.name == host]
    if at and _patterns().pages.fullmatch(path) and not re.match(r"/(datasets|spaces)/[^/]+/[^/]", path):
        return False
    return any(re.fullmatch(entry.path, path) for entry in at) if at else True


def _context(line: str, start: int) -> str:
    if _COMMENT.match(line):
        return "comment"
    trailing = _TRAILING.search(line)
    return (
        "comment" if trailing and trailing.start() < start and "://" not in line[trailing.start() : start] else "code"
    )


def _aside(path: str, lines: list[str]) -> dict[int, str]:
    """Return the lines that are no code: docstrings of Python, prose between fenced blocks."""
    if path.endswith(".py"):
        return _docstrings("\n".join(lines))
    if not path.lower().endswith(_PROSE):
        return {}
    found: dict[int, str] = {}
    inside = False
    for number, line in enumerate(lines, start=1):
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            found[number] = "prose"
    return found


def _docstrings(text: str) -> dict[int, str]:
    """Return the lines of strings that stand alone, through Python's own tokens; none where it has no tokens."""
    found: dict[int, str] = {}
    before = tokenize.NEWLINE
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            alone = before in {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}
            if token.type == tokenize.STRING and alone:
                found.update(dict.fromkeys(range(token.start[0], token.end[0] + 1), "comment"))
            elif token.type == tokenize.COMMENT and not text:
                continue
            if token.type not in {tokenize.NL, tokenize.COMMENT}:
                before = token.type
    except (tokenize.TokenError, SyntaxError, ValueError):
        return found
    return found


class _Patterns:
    """What is looked for, compiled once."""

    def __init__(self) -> None:
        data = tomli.loads((resources.files(__name__) / "patterns.toml").read_text(encoding="utf-8"))
        hosts = [entry.name for registry in catalog.registries().values() for entry in registry.host]
        hosts += [host for service in catalog.services() for host in service.hosts]
        self._hosts = frozenset(hosts)
        self._endings = tuple(host[1:] for host in self._hosts if host.startswith("*.") and host.count("*") == 1)
        self._wild = tuple(host for host in self._hosts if "*" in host and host[1:] not in self._endings)
        models = [pattern for service in catalog.services() for pattern in service.models]
        hosted = rf"""["'](?P<name>(?=[^"']*\d)(?=[^"']*-)(?:{"|".join(models)}))["']"""
        self.names = [re.compile(pattern) for pattern in data["names"]]
        """Of names with their owner, and so with a slash."""
        self.hosted = [re.compile(hosted)]
        """Of names with a hyphen."""
        self.ignored = re.compile("|".join(data["ignored"]), re.IGNORECASE)
        self.placeholders = re.compile(data["placeholders"])
        self.pages = re.compile(data["pages"])
        self.skipped = tuple(data["skipped"])
        self.data = tuple(data["data"])
        self.quick = re.compile("|".join(data["quick"]).encode(), re.IGNORECASE)

    def knows(self, host: str) -> bool:
        """Whether a host is of a registry or a service."""
        return (
            host in self._hosts
            or host.endswith(self._endings)
            or any(fnmatchcase(host, pattern) for pattern in self._wild)
        )


@cache
def _patterns() -> _Patterns:
    return _Patterns()
