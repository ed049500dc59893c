"""What a shell runs or keeps of what it is given: scripts that are fetched and run at once, and settings that are written."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from supplychain import catalog
from supplychain.discovery import indexes
from supplychain.discovery.interface import SourceFile
from supplychain.discovery.naming import from_address, is_address
from supplychain.discovery.options import is_placeholder
from supplychain.discovery.shell_tree import statement_of, text_of
from supplychain.discovery.words import Word
from supplychain.model.component import Kind
from supplychain.model.package import Ecosystem, IndexSetting
from supplychain.model.reference import Reference

if TYPE_CHECKING:
    from tree_sitter import Node

_SUBSTITUTED = frozenset({"command_substitution", "process_substitution"})
_RUNS = re.compile(r"(ba|z|da|a|k)?sh|python[\d.]*|perl|ruby|node|pwsh|source|\.|eval")
_STARTS = frozenset({"sudo", "env", "doas", "exec"})
_CONFIGURATIONS: dict[str, Ecosystem] = {
    "pip.conf": "pypi",
    "pip.ini": "pypi",
    ".npmrc": "npm",
    "npmrc": "npm",
    ".yarnrc": "npm",
}
"""Configurations of package clients whose lines are a key and a value, by the name of the file."""
_WRITES = frozenset({"echo", "printf", "cat", "tee"})
_PAIR = re.compile(r"\s*(?P<key>[@\w][\w.:@/-]*)\s*(?:=|:\s|\s)\s*(?P<value>\S.*?)\s*")
_LINES = 200


def fetched(node: Node, words: list[Word], source: SourceFile) -> Iterator[Reference]:
    """Yield the script that a command fetches and a shell runs at once: `curl … | sh`, `bash <(curl …)`, `sh -c "$(curl …)"`."""
    program = posixpath.basename(words[0].text).lower() if words else ""
    if program not in _fetching() or not _is_run(node):
        return
    for word in words[1:]:
        if word.is_known and is_address(word.text) and not is_placeholder(word.text):
            named = from_address(word.text, Kind.PACKAGE)
            call = f"{program} into a shell"
            yield source.refer(named.component, word.line, word.resolution, call, address=word.text)


def configured(text: str, target: str, line: int, source: SourceFile) -> list[IndexSetting]:
    """Return what a text sets for a package client that is written to its configuration."""
    ecosystem = _CONFIGURATIONS.get(posixpath.basename(target.strip("\"'")))
    found: list[IndexSetting] = []
    for row, held in enumerate(text.replace("\\n", "\n").split("\n")[:_LINES]) if ecosystem else ():
        match = _PAIR.fullmatch(held)
        if match and ecosystem:
            at = line + row if "\\n" not in text else line
            value = Word.of(match["value"].strip("\"'"), at)
            call = f"what is written to {posixpath.basename(target)}"
            found += indexes.of_key(match["key"], value, ecosystem, call, source)
    return found


def written(node: Node, words: list[Word], source: SourceFile) -> list[IndexSetting]:
    """Return what `echo` and `printf` set that write the configuration of a package client."""
    program = posixpath.basename(words[0].text) if words else ""
    if program not in _WRITES:
        return []
    target = target_of(node)
    return [item for word in words[1:] for item in configured(word.text, target, word.line, source)] if target else []


def target_of(node: Node) -> str:
    """Return the file that a command, or what it is piped into, writes, as the script says it; empty for none."""
    parts = [statement_of(node)]
    parent = parts[0].parent
    while parent is not None and parent.type in {"pipeline", "redirected_statement"}:
        parts.append(parent)
        parent = parent.parent
    redirections = [child for part in parts for child in part.children if child.type == "file_redirect"]
    named = [text_of(child.child_by_field_name("destination")) for child in redirections]
    teed = [re.sub(r"^\s*(sudo\s+)?tee\s+(-a\s+)?", "", text_of(c)) for c in _after(node) if "tee" in text_of(c)[:12]]
    return next((name.strip("\"'") for name in (*named, *teed) if name), "")


def _fetching() -> frozenset[str]:
    return frozenset(
        e.words for e in catalog.commands().command if e.takes == "address" and e.words in {"curl", "wget"}
    )


def _is_run(node: Node) -> bool:
    """Whether a shell runs what a command gives: one that it is piped into, or that it stands in the words of."""
    if any(_runs(text_of(command)) for command in _after(node)):
        return True
    inside = node.parent
    while inside is not None and inside.type not in _SUBSTITUTED:
        inside = inside.parent
    command = inside.parent if inside is not None else None
    while command is not None and command.type not in {"command", "variable_assignment", "program"}:
        command = command.parent
    return command is not None and command.type == "command" and _runs(text_of(command))


def _runs(text: str) -> bool:
    """Whether a command runs what it is given: a shell, also one that another program starts."""
    words = [word for word in text.split()[:6] if not re.match(r"-|\w+=", word)]
    while words and posixpath.basename(words[0]) in _STARTS:
        words = words[1:]
    return bool(words) and _RUNS.fullmatch(posixpath.basename(words[0])) is not None


def _after(node: Node) -> list[Node]:
    """Return the commands that what a command gives is piped into."""
    statement = statement_of(node)
    pipeline = statement.parent if statement.type != "pipeline" else statement
    if pipeline is None or pipeline.type != "pipeline":
        return []
    return [child for child in pipeline.named_children if child.start_byte > node.end_byte]
