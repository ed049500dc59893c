"""Configuration files in YAML, JSON, TOML, INI and HCL: what they name, whatever they configure."""

from __future__ import annotations

import json
import re

from supplychain.discovery import grammars, infrastructure, records, trees
from supplychain.discovery.configured import from_tree, is_data, unique
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.keys import is_of_interest
from supplychain.discovery.nodes import Node
from supplychain.discovery.parts import add

_RECORDS = 50
"""Items of a JSON file that is a list from which on they are records, unless they name components that differ."""
_LONG = 100_000
"""Characters of a list whose first rows are looked at before the others."""
_PLACE = re.compile(r"region|location")
"""What a file of a module may say of where the resources of another are."""
_ROWS = 1_000
"""Items of such a list that are read."""


def read_yaml(source: SourceFile) -> Found:
    """Return what a YAML file names, whatever it configures; also one that a template engine fills in first.

    Raises:
        NotParsedError: it is not YAML, or beyond a limit.
    """
    text = trees.decoded(source.data)
    if not is_of_interest(text):
        return Found()
    try:
        roots = trees.from_yaml(text)
    except NotParsedError:
        if "{{" not in text:
            raise
        roots = [trees.from_lines(text)]
    return _read(roots, source)


def read_json(source: SourceFile) -> Found:
    """Return what a JSON file names, whatever it configures; one that holds data names nothing.

    Raises:
        NotParsedError: it is not JSON, or beyond a limit.
    """
    text = trees.decoded(source.data)
    if not is_of_interest(text):
        return Found()
    if len(text) > _LONG and text.lstrip()[:1] == "[" and _is_records(text, source):
        return Found()
    roots = grammars.from_json(text)
    rows = roots[0].items if len(roots) == 1 else []
    if len(rows) > _RECORDS:
        return _registry(rows, source)
    found = _read(roots, source) if len(roots) == 1 else Found()
    if len(roots) == 1 and "deploymentTemplate" in roots[0].string("$schema"):
        found.endpoints += infrastructure.of_template(roots[0], source)
    return found


def _is_records(text: str, source: SourceFile) -> bool:
    """Whether a long list is one of records, by its first rows: the library that reads them keeps no lines, and is fast."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        return False  # it is told with its line where it is read
    if not isinstance(rows, list) or len(rows) <= _RECORDS:
        return False
    return not _is_registry(_read(grammars.from_json(json.dumps(rows[:_RECORDS])), source))


def _is_registry(first: Found) -> bool:
    return len({item.component.id for item in first.references}) * 2 >= _RECORDS


def _registry(rows: list[Node], source: SourceFile) -> Found:
    """Return what a long list names where most of its rows name a component of their own; else it is records.

    Raises:
        NotParsedError: it is one, and longer than is read.
    """
    first = _read([Node(1, items=rows[:_RECORDS])], source)
    if not _is_registry(first):
        return Found()
    if len(rows) > _ROWS:
        raise NotParsedError(f"a list of {len(rows):,} rows that name components; {_ROWS:,} are read", rows[0].line)
    return _read([Node(1, items=rows)], source)


def read_toml(source: SourceFile) -> Found:
    """Return what a TOML file names.

    Raises:
        NotParsedError: it is not TOML, or beyond a limit.
    """
    text = trees.decoded(source.data)
    return _read([grammars.from_toml(text)], source) if is_of_interest(text) else Found()


def read_ini(source: SourceFile) -> Found:
    """Return what an INI file names.

    Raises:
        NotParsedError: it is not one.
    """
    text = trees.decoded(source.data)
    return _read([trees.from_ini(text)], source) if is_of_interest(text) else Found()


def read_terraform(source: SourceFile) -> Found:
    """Return what a file of Terraform names: services by the types of its resources, and what its values name.

    Raises:
        NotParsedError: it is not HCL, or beyond a limit.
    """
    text = trees.decoded(source.data)
    if not is_of_interest(text) and not _PLACE.search(text) and not source.path.endswith(".tfvars"):
        return Found()
    root = grammars.from_hcl(text)
    found = _read([root], source) if is_of_interest(text) else Found()
    found.attributes = infrastructure.read(root, source)
    return found


def _read(roots: list[Node], source: SourceFile) -> Found:
    found = Found()
    for root in roots:
        if not is_data(root) and not _is_description(root):
            add(found, records.read(root, source) or from_tree(root, source))
    return unique(found)


def _is_description(root: Node) -> bool:
    """Whether a file describes the form of others: an OpenAPI document or a JSON schema."""
    return bool(root.get("openapi", "swagger") or "json-schema.org" in root.string("$schema"))
