"""pyproject.toml: the packages that a Python project says it needs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Resolution


def read(source: SourceFile) -> Found:
    """Return the packages that PEP 621, PEP 735, Poetry and PDM tables name.

    Raises:
        NotParsedError: it is not TOML.
    """
    try:
        text = source.data.decode("utf-8-sig")
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        raise NotParsedError(f"not TOML: {str(error)[:80]}", int(line[1]) if line else None) from error
    found = Found()
    lines = text.splitlines()
    for table in (_table(data.get("project")), _table(_table(data.get("tool")).get("poetry"))):
        if isinstance(name := table.get("name"), str):
            found.own.append(f"package:pypi/{canonicalize_name(name)}")
    for stated in _stated(data):
        line_number = next((n for n, line in enumerate(lines, 1) if stated in line), 1)
        try:
            requirement = Requirement(stated)
        except InvalidRequirement:
            reason = "a requirement that Python's packaging does not read"
            found.unresolved.append(source.unresolved(Kind.PACKAGE, line_number, "requirement", stated, reason))
            continue
        pins = [item.version for item in requirement.specifier if item.operator in {"==", "==="}]
        _refer(found, source, requirement.name, line_number, pins[0] if len(pins) == 1 else None, requirement.url)
    for name, version in _poetry(data):
        line_number = next(
            (n for n, line in enumerate(lines, 1) if re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=", line)), 1
        )
        _refer(found, source, name, line_number, version, None)
    return found


def _refer(found: Found, source: SourceFile, name: str, line: int, pinned: str | None, url: str | None) -> None:
    component = Component(kind=Kind.PACKAGE, source="pypi", name=canonicalize_name(name))
    revision = pinned if pinned and "*" not in pinned else None
    facts = {"revision": revision, "address": url}
    found.references.append(source.refer(component, line, Resolution.LITERAL, "requirement", **facts))


def _stated(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the requirements that are written as PEP 508 has them, each once."""
    project = _table(data.get("project"))
    tool = _table(data.get("tool"))
    lists = [
        project.get("dependencies"),
        *_table(project.get("optional-dependencies")).values(),
        *_table(data.get("dependency-groups")).values(),
        _table(data.get("build-system")).get("requires"),
        *_table(_table(tool.get("pdm")).get("dev-dependencies")).values(),
        _table(tool.get("uv")).get("dev-dependencies"),
    ]
    texts = (item for entry in lists if isinstance(entry, list) for item in entry if isinstance(item, str))
    yield from dict.fromkeys(texts)


def _poetry(data: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Yield the packages of Poetry's tables with the version where it is one and not a range."""
    poetry = _table(_table(data.get("tool")).get("poetry"))
    groups = [_table(group).get("dependencies") for group in _table(poetry.get("group")).values()]
    for table in (poetry.get("dependencies"), poetry.get("dev-dependencies"), *groups):
        for name, stated in _table(table).items():
            text = stated if isinstance(stated, str) else str(_table(stated).get("version", ""))
            if name != "python":
                yield name, text.lstrip("=") if re.fullmatch(r"=?=?\d[\w.]*\+?[\w.]*", text) else None


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
