"""What the tests of discovery share: a few files in memory, and what they name as short lines."""

from __future__ import annotations

from collections.abc import Mapping

from supplychain.discovery import discover
from supplychain.model.declaration import Declaration, Scopes
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.reference import Reference, Unresolved
from supplychain.target import Target


def look(files: Mapping[str, str | bytes], declared: Scopes | None = None) -> Inventory:
    """Return the inventory of a target that holds these files."""
    data = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    return discover(Target.of(data), Declaration(schema=1, scope=declared or Scopes()), SelfTest(planted=1, found=1))


def references(source: str) -> list[Reference]:
    """Return the references of one Python file, `app.py`, without its imports."""
    return [r for r in look({"app.py": source}).references if r.call != "import" and not r.call.startswith("import ")]


def named(source: str) -> list[str]:
    """Return `line id` for each reference of one Python file, with `@revision` where there is one."""
    return [f"{r.at.line} {r.subject}" + (f"@{r.revision}" if r.revision else "") for r in references(source)]


def unresolved(source: str) -> list[Unresolved]:
    """Return the unresolved references of one Python file."""
    return list(look({"app.py": source}).unresolved)


def hidden(source: str) -> list[str]:
    """Return `line expression` for each unresolved reference of one Python file that names nothing else."""
    found = look({"app.py": source})
    assert [r.subject for r in found.references if "import" not in r.call] == []
    return [f"{u.at.line} {u.expression}" for u in found.unresolved]
