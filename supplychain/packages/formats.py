"""Which reader a path is for: by its name, or because it may be a list of requirements."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import ModuleType

from pathspec import GitIgnoreSpec

from supplychain import catalog
from supplychain.catalog.interface import PackageFile
from supplychain.packages.interface import Read, SourceFile

_TEXTS = (".txt", ".in", ".lst", ".pip")
_YAML = (".yml", ".yaml")
_INSTALLED = frozenset({"node_modules", "site-packages", "dist-packages"})
"""Folders whose files say what others installed."""
LIST = PackageFile(ecosystem="pypi", role="either", reader="requirements", patterns=())
_ENVIRONMENT = PackageFile(ecosystem="conda", role="either", reader="conda", patterns=())
_Lists = tuple[tuple[str, ...], PackageFile, GitIgnoreSpec]
"""What may be a list: endings of its name, what it is then, and the patterns of its path."""


def form_of(path: str) -> PackageFile | None:
    """Return what a path is by its name, or None."""
    folder, _, name = path.rpartition("/")
    if not _INSTALLED.isdisjoint(folder.split("/")):
        return None
    names, others, lists = _patterns()
    if found := names.get(name):
        return found
    if form := next((form for form, pattern in others if pattern.fullmatch(name)), None):
        return form
    for endings, form, spec in lists:
        if name.lower().endswith(endings) and spec.match_file(path):
            return form
    return None


@cache
def _patterns() -> tuple[dict[str, PackageFile], list[tuple[PackageFile, re.Pattern[str]]], list[_Lists]]:
    """Return the files by their whole name, those by patterns of it, and what may be a list of either form."""
    names: dict[str, PackageFile] = {}
    others: list[tuple[PackageFile, re.Pattern[str]]] = []
    for form in catalog.package_files():
        names |= {pattern: form for pattern in form.patterns if "*" not in pattern}
        others += ((form, re.compile(fnmatch.translate(pattern))) for pattern in form.patterns if "*" in pattern)
    lists: list[_Lists] = []
    for endings, form in ((_TEXTS, LIST), (_YAML, _ENVIRONMENT)):
        entries = [entry for entry in catalog.carriers() if entry.key == "requirements"]
        lines = [pattern for entry in entries for pattern in entry.patterns if pattern.endswith(endings)]
        lines += [f"!{pattern}" for entry in entries for pattern in entry.except_]
        lists.append((endings, form, GitIgnoreSpec.from_lines(lines)))
    return names, others, lists


@cache
def module_of(form: PackageFile) -> ModuleType:
    """Return the reader of a form; it is imported when a target has such a file."""
    return import_module(f"supplychain.packages.{form.reader}")


def read(form: PackageFile, source: SourceFile) -> tuple[PackageFile, Read] | None:
    """Return what a file says, and its form by its content; None where it is no such file.

    Raises:
        NotParsedError: it is not as its format asks.
    """
    if form is LIST and b"@EXPLICIT" in source.data:
        form = _ENVIRONMENT
    found: Read | None = module_of(form).read(source)
    return None if found is None else (form, found)


def is_lock(form: PackageFile, source: SourceFile, found: Read) -> bool:
    """Whether a file is a lock: by its name, by its content, or because each of its entries is one version."""
    if form.role != "either":
        return form.role == "lock"
    by_content: Callable[[SourceFile], bool] | None = getattr(module_of(form), "is_lock", None)
    return by_content(source) if by_content else any(entry.is_locked for entry in found.packages)
