"""Environments of conda, in whatever file: the packages of its channels, and those that pip adds."""

from __future__ import annotations

import re

from supplychain.discovery.installs import refer_package
from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.nodes import Node
from supplychain.discovery.parts import add
from supplychain.discovery.words import Word
from supplychain.model.reference import Resolution

_PYTHON = re.compile(r"(?:[\w-]+::)?(?:python|pip)(?:[\s=<>!~].*)?")
_LISTED = re.compile(r"(?P<name>[A-Za-z0-9_][\w.-]*)=(?P<version>\d[\w.!+]*)=(?P<build>\w+)")


def environment(root: Node, source: SourceFile) -> Found | None:
    """Return the packages of an environment, or None where a tree is none."""
    dependencies = root.get("dependencies")
    items = dependencies.items if dependencies else []
    pip = [listed for item in items if (listed := item.get("pip")) is not None]
    if not pip and not any(_PYTHON.fullmatch(item.text or "") for item in items):
        if root.get("channels") is None or not any(item.text for item in items):
            return None
    found = Found()
    added = [item for part in pip for item in part.items]
    for ecosystem, specifications in (("conda", items), ("pypi", added)):
        for item in specifications:
            word = Word((item.text or "").partition(" #")[0], item.line, Resolution.LITERAL)
            add(found, refer_package(word, ecosystem, source, "dependencies"))
    return found


def from_list(lines: list[tuple[int, str]], source: SourceFile) -> Found | None:
    """Return the packages of what `conda list --export` writes, or None where lines are not that."""
    if not lines or not all(_LISTED.fullmatch(text) for _, text in lines):
        return None
    words = [Word(text, number, Resolution.LITERAL) for number, text in lines]
    return add(Found(), *(refer_package(word, "conda", source, "conda list") for word in words))
