"""Environments of conda, in whatever file: the packages of its channels, and those that pip adds."""

from __future__ import annotations

import re

from supplychain.discovery import trees
from supplychain.discovery.installs import refer_package
from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.parts import add
from supplychain.discovery.trees import Node
from supplychain.discovery.words import Word
from supplychain.model.reference import Resolution

_PYTHON = re.compile(r"(?:[\w-]+::)?(?:python|pip)(?:[\s=<>!~].*)?")
_LISTED = re.compile(r"(?P<name>[A-Za-z0-9_][\w.-]*)=(?P<version>\d[\w.!+]*)=(?P<build>\w+)")


def read(source: SourceFile) -> Found:
    """Return the packages of a YAML file that is an environment, and else what any YAML file names.

    Raises:
        NotParsedError: it is not YAML, or beyond a limit.
    """
    from supplychain.discovery.config import read_yaml  # here, since that looks for environments too

    text = trees.decoded(source.data)
    found = [environment(root, source) for root in trees.from_yaml(text)] if "dependencies:" in text else []
    known = [part for part in found if part is not None]
    return add(Found(), *known) if known else read_yaml(source)


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
