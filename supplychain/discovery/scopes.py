"""What each file is for: by its path and the declaration, corrected by what production code imports."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from functools import cache

from pathspec import GitIgnoreSpec

from supplychain import catalog
from supplychain.model.declaration import Scopes
from supplychain.model.reference import Place, Scope


class PathScopes:
    """Scopes by path: the declaration's patterns first, then the catalog's."""

    def __init__(self, declared: Scopes) -> None:
        """Compile the patterns."""
        own = [(Scope(name), patterns) for name, patterns in declared.model_dump().items() if patterns]
        self._declared = [(scope, GitIgnoreSpec.from_lines(patterns)) for scope, patterns in own]
        self._usual = _usual()

    def at(self, path: str, line: int | None = None) -> Place:
        """Return a place with the scope of its path; what no pattern names is production code."""
        both = (*self._declared, *self._usual)
        scope = next((scope for scope, spec in both if spec.match_file(path)), Scope.PROD)
        return Place(file=path, line=line, scope=scope)

    def is_moved(self, path: str) -> bool:
        """Whether only the declaration puts a path outside production."""
        if not any(spec.match_file(path) for _, spec in self._declared):
            return False
        return not any(spec.match_file(path) for _, spec in self._usual)


@cache
def _usual() -> tuple[tuple[Scope, GitIgnoreSpec], ...]:
    return tuple((entry.scope, GitIgnoreSpec.from_lines(entry.patterns)) for entry in catalog.scopes())


def imported_by_production(
    scopes: Mapping[str, Scope], imports: Mapping[str, Sequence[str]], linked: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Return the files outside production scope that production code imports, directly or through others.

    `linked` are files that a link in production leads to; they count, and what they import does.

    `scopes` maps each Python file to its scope, `imports` to the dotted names that it imports. A name can be found
    below any folder, since the import path is not known; the file that has it as its whole path is always meant, and
    else one of production scope is preferred. Importing a module runs the packages around it too.
    """
    modules: dict[str, list[str]] = {}
    whole: dict[str, list[str]] = {}
    for path in scopes:
        whole.setdefault(_module(path), []).append(path)
        parts = _module(path).split(".")
        for start in range(len(parts)):
            modules.setdefault(".".join(parts[start:]), []).append(path)
    in_production = {name for name, paths in modules.items() if any(scopes[path] is Scope.PROD for path in paths)}
    reached: set[str] = {path for path in linked if scopes.get(path) is not Scope.PROD}
    pending = [path for path, scope in scopes.items() if scope is Scope.PROD or path in linked]
    while pending:
        path = pending.pop()
        for name in imports.get(path, ()):
            parts = name.strip(".").split(".")
            for module in (".".join(parts[:end]) for end in range(1, len(parts) + 1)):
                likely = () if module in in_production else _nearest(path, modules.get(module, ()))
                for file in (*whole.get(module, ()), *likely):
                    if scopes[file] is not Scope.PROD and file not in reached:
                        reached.add(file)
                        pending.append(file)
    return frozenset(reached)


def _module(path: str) -> str:
    """Return the dotted name of a file, seen from the root."""
    stem = path.removesuffix(".pyi").removesuffix(".pyw").removesuffix(".py").removesuffix("/__init__")
    return stem.replace("/", ".")


def _nearest(path: str, found: Sequence[str]) -> Sequence[str]:
    """Return the files that share the longest folder with `path`."""
    if len(found) < 2:
        return found
    shared = {file: len(posixpath.commonpath(("/" + path, "/" + file))) for file in found}
    return [file for file in found if shared[file] == max(shared.values())]
