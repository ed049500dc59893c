"""setup.py and setup.cfg: what they ask for, where it stands there; nothing of them is run."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from posixpath import join, normpath

from packaging.requirements import InvalidRequirement, Requirement

from supplychain.model.address import without_credentials
from supplychain.model.package import Origin, Resolved
from supplychain.packages.interface import Include, NotParsedError, Read, SourceFile
from supplychain.packages.python_sources import exact, origin_of, package
from supplychain.packages.unread import unread

_LISTS = {"install_requires": (), "setup_requires": ("setup",), "tests_require": ("test",)}
_LIST_FILE = re.compile(r"(?i)[\w./-]*(?:req|dep)[\w./-]*\.(?:txt|in)")
_FOLLOWED = 20
_SIZE = 500_000
"""Bytes of such a file that are read."""


def read(source: SourceFile) -> Read | None:
    """Return what a project asks for that is built with setuptools; None where it says nothing of it.

    What setup.py makes at run time is not read; the lists of requirements that it names are included instead.

    Raises:
        NotParsedError: it is no Python, or no configuration file.
    """
    if len(source.data) > _SIZE:
        raise NotParsedError(f"it has more than {_SIZE:,} bytes")
    found = _from_configuration(source) if source.path.endswith(".cfg") else _from_python(source)
    return found if found != Read() else None


def _from_configuration(source: SourceFile) -> Read:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(source.text)
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or next((number for number, _ in getattr(error, "errors", ())), None)
        raise NotParsedError(f"not a configuration file: {type(error).__name__}", line) from error
    found = Read()
    sections = [("options", key, groups) for key, groups in _LISTS.items()]
    if parser.has_section("options.extras_require"):
        sections += [("options.extras_require", key, (key,)) for key in parser.options("options.extras_require")]
    for section, key, groups in sections:
        given = parser.get(section, key, fallback="").strip()
        if given.startswith("file:"):
            for name in given.removeprefix("file:").split(","):
                line = _line(source, name.strip())
                found.includes.append(Include(normpath(join(source.folder, name.strip())), source.at(line)))
            continue
        for asked in filter(None, (part.strip() for part in re.split(r"\n|;(?=\s*\n)", given))):
            if not asked.startswith("#"):
                _add(asked, _line(source, asked), groups, source, found)
    return found


def _line(source: SourceFile, stated: str) -> int | None:
    position = source.text.find(stated)
    return source.text.count("\n", 0, position) + 1 if position >= 0 else None


def _from_python(source: SourceFile) -> Read:
    try:
        tree = ast.parse(source.data)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotParsedError(
            f"Python that does not parse: {type(error).__name__}", getattr(error, "lineno", None)
        ) from error
    found = Read()
    names = {
        target.id: statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or "setup" not in {
            getattr(call.func, "id", ""),
            getattr(call.func, "attr", ""),
        }:
            continue
        for keyword in call.keywords:
            value = names.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
            if keyword.arg in _LISTS:
                _list(value, keyword, _LISTS[keyword.arg], tree, source, found)
            elif keyword.arg == "extras_require" and isinstance(value, ast.Dict):
                for key, held in zip(value.keys, value.values, strict=True):
                    group = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else "extra"
                    listed = names.get(held.id) if isinstance(held, ast.Name) else held
                    _list(listed, keyword, (group,), tree, source, found)
            elif keyword.arg == "extras_require":
                _made(keyword, tree, source, found)
    return found


def _list(
    value: ast.expr | None,
    keyword: ast.keyword,
    groups: tuple[str, ...],
    tree: ast.Module,
    source: SourceFile,
    found: Read,
) -> None:
    if not isinstance(value, (ast.List, ast.Tuple)) or not all(_is_text(item) for item in value.elts):
        _made(keyword, tree, source, found)
        return
    for item in value.elts:
        if isinstance(item, ast.Constant):
            _add(str(item.value), item.lineno, groups, source, found)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _made(keyword: ast.keyword, tree: ast.Module, source: SourceFile, found: Read) -> None:
    """Record a list that is made at run time: the files that it seems to be read from, or that it is not known."""
    files = list(_files(tree))[:_FOLLOWED]
    for name, line in files:
        found.includes.append(Include(normpath(join(source.folder, name)), source.at(line)))
    if not files:
        reason = f"{keyword.arg} is made at run time; write it as a list, or in pyproject.toml"
        found.unread.append(unread(source, "package manifest", reason, keyword.value.lineno))


def _files(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the names of lists of requirements that code holds, each once."""
    seen = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _LIST_FILE.fullmatch(node.value):
            if node.value not in seen:
                seen.add(node.value)
                yield node.value, node.lineno


def _add(asked: str, line: int | None, groups: tuple[str, ...], source: SourceFile, found: Read) -> None:
    try:
        requirement = Requirement(asked)
        component = package(requirement.name, line)
    except (InvalidRequirement, NotParsedError):
        reason = f"{without_credentials(asked)[:80]!r} is no requirement; write it as PEP 508 has it"
        found.unread.append(unread(source, "package manifest", reason, line))
        return
    origin, hashes = origin_of(requirement.url, source.folder) if requirement.url else (Origin(), ())
    entry = Resolved(
        component=component,
        version=exact(requirement.specifier),
        asked=without_credentials(requirement.url) if requirement.url else str(requirement.specifier),
        at=source.at(line),
        project=source.folder,
        format=source.path.rpartition("/")[2],
        is_locked=False,
        hashes=hashes,
        origin=origin,
        marker=str(requirement.marker or ""),
        extras=tuple(sorted(requirement.extras)),
        groups=groups,
        direct=True,
        digest=source.digest,
    )
    found.packages.append(entry)
