"""Parts of files: what they give is put together, and moved to the lines where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from supplychain.discovery import python
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.model.component import Kind
from supplychain.model.reference import Place


def add(found: Found, *parts: Found) -> Found:
    """Add what parts gave to `found`, and return it."""
    for part in parts:
        found.references += part.references
        found.unresolved += part.unresolved
        found.overrides += part.overrides
        found.relations += part.relations
        found.settings += part.settings
        found.endpoints += part.endpoints
        found.switches += part.switches
        found.variables += part.variables
        found.attributes += part.attributes
        found.installs += part.installs
        found.sourced += part.sourced
        found.imports += part.imports
    return found


def unique(found: Found) -> Found:
    """Return what was found, each exact repetition once."""
    references = {(r.component, r.at, r.revision, r.address, r.call, r.command): r for r in reversed(found.references)}
    found.references = [*references.values()][::-1]
    unresolved = {(u.kind, u.at, u.call, u.expression): u for u in reversed(found.unresolved)}
    found.unresolved = [*unresolved.values()][::-1]
    overrides = {(o.registry, o.variable, o.address, o.at): o for o in found.overrides}
    found.overrides = [*overrides.values()]
    found.settings = list(dict.fromkeys(found.settings))
    found.installs = list(dict.fromkeys(found.installs))
    return found


def moved(found: Found, line_of: Callable[[int], int]) -> Found:
    """Return what a part gave, with each line of the part as the line of the file."""

    def place(at: Place) -> Place:
        return at if at.line is None else at.model_copy(update={"line": line_of(at.line)})

    return Found(
        references=[item.model_copy(update={"at": place(item.at)}) for item in found.references],
        unresolved=[item.model_copy(update={"at": place(item.at)}) for item in found.unresolved],
        overrides=[item.model_copy(update={"at": place(item.at)}) for item in found.overrides],
        relations=[item.model_copy(update={"at": place(item.at)}) for item in found.relations],
        settings=[item.model_copy(update={"at": place(item.at)}) for item in found.settings],
        endpoints=[item.model_copy(update={"at": place(item.at)}) for item in found.endpoints],
        switches=[item.model_copy(update={"at": place(item.at)}) for item in found.switches],
        variables=[replace(item, at=place(item.at)) for item in found.variables],
        installs=found.installs,
        sourced=found.sourced,
        imports=[(name, line_of(line)) for name, line in found.imports],
    )


def python_or_unresolved(code: str, source: SourceFile, line: int) -> Found:
    """Return what Python code names that begins on a line; code that does not parse could name anything."""
    try:
        return python_part(code, source, lambda number: line + number - 1)
    except NotParsedError as error:
        shown = code.strip().partition("\n")[0]
        return Found(unresolved=[source.unresolved(Kind.MODEL, line, "python", shown, str(error))])


def python_part(code: str, source: SourceFile, line_of: Callable[[int], int]) -> Found:
    """Return what Python code inside another file names.

    Raises:
        NotParsedError: it is not Python; the line is that of the part.
    """
    return moved(python.read(replace(source, data=code.encode("utf-8", "replace"))), line_of)
