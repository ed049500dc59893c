"""Discovery: from the files of a target to the components that they name.

inventory = discover(target, declaration, self_test.run(carriers_of(target)))
"""

from __future__ import annotations

import gc
import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from importlib import import_module

from packaging.utils import canonicalize_name

from supplychain import catalog
from supplychain.discovery.callers import Callers, add_calls
from supplychain.discovery.closing import close
from supplychain.discovery.data_files import data_format, suffixes
from supplychain.discovery.declared import Declared, declared, follow, is_closed, problem
from supplychain.discovery.endpoints import endpoints_of, used_services
from supplychain.discovery.imported import imported_by_javascript, imported_by_python
from supplychain.discovery.importers import by_dependency
from supplychain.discovery.interface import Carrier, Found, NotParsedError, SourceFile
from supplychain.discovery.kinds import kind_of
from supplychain.discovery.modules import Modules
from supplychain.discovery.reach import in_force, run_by_images
from supplychain.discovery.scopes import PathScopes, imported_by_production
from supplychain.discovery.switches import Imported, imported, switches_of
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration, Scopes
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.reference import Place, Reference, Resolution, Scope, Unread, Unresolved
from supplychain.target import File, NotReadError, Target

__all__ = ["carriers_of", "discover"]

CARRIERS: Mapping[str, str] = {
    "python": "python:read",
    "requirements": "requirements:read",
    "pyproject": "pyproject:read",
    "environment": "settings:read_environment",
    "dockerfile": "dockerfile:read",
    "shell": "shell:read",
    "notebook": "notebook:read",
    "markdown": "markdown:read",
    "javascript": "javascript:read",
    "package-json": "package_json:read",
    "yaml": "config:read_yaml",
    "json": "config:read_json",
    "toml": "config:read_toml",
    "ini": "config:read_ini",
    "terraform": "config:read_terraform",
    "bicep": "bicep:read",
    "modelfile": "modelfile:read",
}
"""The carriers of this version by their key in the catalog: module and function."""


@cache
def carrier(key: str) -> Carrier:
    """Return the carrier of a key; it is imported when a target has such a file, since parsers are slow to import."""
    module, _, function = CARRIERS[key].partition(":")
    found: Carrier = getattr(import_module(f"{__name__}.{module}"), function)
    return found


_HEAD = 256
"""Bytes of a file that tell its format, and hold the whole of a Git LFS pointer."""
_POINTER = re.compile(rb"(?m)^oid (sha256:[0-9a-f]{64})$")


def carriers_of(target: Target) -> frozenset[str]:
    """Return the keys of the carriers that read files of a target."""
    selected = (kind_of(file.path) for file in target.files)
    return frozenset(kind.key for kind in filter(None, selected) if kind.key is not None)


_OBJECTS = 2_000_000
"""New objects after which the garbage collector runs; the tree of a usual file has fewer."""


def discover(
    target: Target,
    declaration: Declaration | None,
    self_test: SelfTest,
    progress: Callable[[int], object] = lambda _: None,
) -> Inventory:
    """Return the inventory of a target; `progress` is told of each file. Nothing that was found is dropped."""
    run = _Run(target, declaration)
    with _rare_collection():
        for file in run.ordered():
            run.look_at(file)
            progress(1)
        for irregular in target.irregular:
            run.not_read("entries that are not opened", irregular.reason, irregular.path, 1)
        return run.inventory(self_test)


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Let the garbage collector run rarely: a syntax tree is many objects and no cycle, and it would take a third."""
    usual = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


class _Run:
    """One pass over one target."""

    def __init__(self, target: Target, declaration: Declaration | None) -> None:
        self._target = target
        self._declaration = declaration
        self._scopes = PathScopes(declaration.scope if declaration else Scopes())
        self._modules = Modules(target)
        self._callers = Callers(self._modules, self._reopened)
        self._found: dict[str, Found] = {}
        self._unread: dict[tuple[str, str, Scope, bool], Unread] = {}
        self._looked_at = 0
        self._python: list[str] = []
        self._javascript: list[str] = []
        self._problems: list[Unresolved] = []

    def ordered(self) -> Iterator[File]:
        """Yield all files, those of Python last and after what they import."""
        python = {file.path: file for file in self._target.files if file.path.endswith(".py")}
        yield from (file for file in self._target.files if file.path not in python)
        yield from (python[path] for path in by_dependency(python, self._modules, self._glance))

    def _glance(self, path: str) -> bytes:
        file = self._target.get(path)
        try:
            return self._target.read(file).data if file else b""
        except NotReadError:
            return b""  # it is reported where it is read

    def look_at(self, file: File) -> None:
        kind = kind_of(file.path)
        if kind is None:
            self._looked_at += 1
            self._artifact(file)
            return
        key = kind.key
        if key is None or key not in CARRIERS:
            self.not_read(kind.name, "this version has no carrier for them", file.path, 1)
            return
        self._looked_at += 1
        if key in {"python", "notebook"}:
            self._python.append(file.path)
        elif key == "javascript":
            self._javascript.append(file.path)
        try:
            source = self._opened(file)
            if key == "python":
                source = replace(source, names=self._modules.at(file.path, source.data))
            self._found[file.path] = carrier(key)(source)
            if key == "python":
                self._callers.add(file.path, self._found[file.path], source.names)
                for path in self._callers.ready(file.path):
                    add_calls(self._found[path], self._callers.calls(path))
        except NotReadError as error:
            self.not_read(file.path, str(error), file.path, None)
        except NotParsedError as error:
            self.not_read(file.path, str(error), file.path, error.line)
        if file.path.lower().endswith(suffixes()):
            self._artifact(file)

    def _opened(self, file: File) -> SourceFile:
        content = self._target.read(file)
        module = partial(self._modules.named, importer=file.path)
        place = self._scopes.at(file.path)
        return SourceFile(file.path, content.data, content.digest, place, self._target.has, module)

    def _reopened(self, path: str) -> SourceFile | None:
        file = self._target.get(path)
        try:
            return self._opened(file) if file else None
        except NotReadError:
            return None  # it was reported where it was read first

    def _follow_calls(self) -> list[Declared]:
        """Add what calls give the target's own loading functions; return those that the declaration names."""
        loaders = self._declaration.loader if self._declaration else ()
        callers = self._callers
        for path, more in callers.rest().items():
            add_calls(self._found[path], more)
        if any(part.subclasses for part in self._found.values()):
            from supplychain.discovery.subclasses import follow_subclasses  # here, since few targets have them

            follow_subclasses(self._found, [path for path in self._python if path in self._found], callers)
        found = [declared(loader, self._modules) for loader in loaders]
        for loader, item in zip(loaders, found, strict=True):
            if item is not None:
                follow(item, callers)
                for path, more in item.found.items():
                    add_calls(self._found.setdefault(path, Found()), more)
            self._problems += filter(None, [problem(item, loader, self._target)])
        return [item for item in found if item is not None]

    def _artifact(self, file: File) -> None:
        """Look whether a file that names nothing is a component itself: weights, or data."""
        try:
            head = self._target.head(file, _HEAD)
        except NotReadError as error:
            self.not_read(file.path, str(error), file.path, None)
            return
        for form in catalog.artifacts().format:
            if form.matches(file.path, head):
                oid = _POINTER.search(head) if form.name.startswith("Git LFS") else None
                line = head.count(b"\n", 0, oid.start()) + 1 if oid else None
                self._is_component(Kind.MODEL, file, form.name, line, oid[1].decode() if oid else None)
                return
        if data := data_format(file.path, file.size, head):
            self._is_component(Kind.DATASET, file, data.name, 1 if data.line else None)

    def _is_component(self, kind: Kind, file: File, form: str, line: int | None, checksum: str | None = None) -> None:
        """Add a file that is a component itself: at its first line, that of a pointer's digest, or none in a binary."""
        reference = Reference(
            component=Component(kind=kind, source="file", name=file.path),
            at=self._scopes.at(file.path, line),
            resolution=Resolution.FILE,
            call=form,
            checksum=checksum or self._target.digest(file),
        )
        self._found.setdefault(file.path, Found()).references.append(reference)

    def not_read(self, what: str, reason: str, path: str, line: int | None) -> None:
        """Count a file that could hold more than was seen, with the others of its kind and scope."""
        place = self._scopes.at(path, line)
        key = (what, reason, place.scope, self._scopes.is_moved(path))
        known = self._unread.get(key)
        at = known.at if known else place
        self._unread[key] = Unread(what=what, reason=reason, count=known.count + 1 if known else 1, at=at)

    def inventory(self, self_test: SelfTest) -> Inventory:
        closing: dict[str, list[Declared]] = {}
        for item in self._follow_calls():
            closing.setdefault(item.path, []).append(item)
        places = {path: self._scopes.at(path) for path in self._python}
        imports = {path: [name for name, _ in found.imports] for path, found in self._found.items()}
        scopes = {path: place.scope for path, place in places.items()}
        reached = imported_by_production(scopes, imports, self._linked_by_production())
        images = [path for path in self._found if self._scopes.at(path).scope is Scope.PROD]
        reached |= run_by_images(self._found, images)
        self._imported_but_pruned(scopes, imports, reached)
        for path in reached & set(self._found):
            self._found[path] = _in_production(self._found[path])
        unread = [
            u.model_copy(update={"at": _prod(u.at)}) if u.at.file in reached else u for u in self._unread.values()
        ]
        found = [self._found[path] for path in sorted(self._found)]
        looked = {*self._found, *(u.at.file for u in unread)}
        own = {name for part in found for name in part.own}
        references = [item for part in found for item in part.references if not _is_own(item.component, own)]
        unresolved = [item for part in found for item in part.unresolved if not is_closed(item, closing)]
        unresolved += self._problems
        closed, unresolved = close(unresolved, self._declaration.resolve if self._declaration else (), self._target)
        references += closed
        references += self._imported(places, reached, references)
        used = used_services(references, unresolved)
        return Inventory(
            references=tuple(references),
            unresolved=tuple(unresolved),
            overrides=tuple(override for part in found for override in part.overrides),
            relations=tuple(relation for part in found for relation in part.relations),
            settings=tuple(dict.fromkeys(in_force(self._found))),
            endpoints=endpoints_of(self._found, references, used),
            switches=switches_of(self._found, references, used, self._modules_of_code(reached)),
            unread=tuple(sorted(unread, key=lambda u: (u.at.file, u.what, u.at.scope))),
            looked_at=self._looked_at,
            pruned=self._target.pruned,
            moved=tuple(sorted(path for path in looked - reached if self._scopes.is_moved(path))),
            self_test=self_test,
        )

    def _imported(
        self, places: Mapping[str, Place], reached: frozenset[str], listed: Sequence[Reference]
    ) -> list[Reference]:
        """Return a reference for each package that only code names, by its imports."""
        own = {name for found in self._found.values() for name in found.own}
        at = {path: _prod(place) if path in reached else place for path, place in places.items()}
        python = {path: self._found[path].imports for path in self._found.keys() & places.keys()}
        script = {path: self._found[path].imports for path in self._found.keys() & set(self._javascript)}
        places_of_script = {path: self._scopes.at(path) for path in script}
        found = [*imported_by_python(python, at, listed), *imported_by_javascript(script, places_of_script, own)]
        return [reference.model_copy(update={"digest": self._digest(reference.at.file)}) for reference in found]

    def _modules_of_code(self, reached: frozenset[str]) -> Imported:
        """Return what the code of each scope imports."""
        code = [path for path in (*self._python, *self._javascript) if path in self._found]
        at = {path: self._scopes.at(path) for path in code}
        places = {path: _prod(place) if path in reached else place for path, place in at.items()}
        return imported({path: self._found[path].imports for path in code}, places)

    def _digest(self, path: str) -> str | None:
        file = self._target.get(path)
        return self._target.digest(file) if file else None

    def _linked_by_production(self) -> frozenset[str]:
        """Return the files that have a path in production by way of a link."""
        paths = {*self._found, *self._python, *(unread.at.file for unread in self._unread.values())}
        return frozenset(
            path
            for link, to in self._target.links.items()
            for path in paths
            if path == to or path.startswith(f"{to}/")
            if self._scopes.at(link + path[len(to) :]).scope is Scope.PROD
        )

    def _imported_but_pruned(
        self, scopes: Mapping[str, Scope], imports: Mapping[str, Sequence[str]], reached: frozenset[str]
    ) -> None:
        """Count a folder that was not entered as not read where production code imports from one of its name."""
        running = (path for path in scopes if scopes[path] is Scope.PROD or path in reached)
        parts = {part for path in running for name in imports.get(path, ()) for part in name.split(".")}
        for folder in self._target.pruned:
            if posixpath.basename(folder) in parts:
                self.not_read(
                    f"the folder {folder}", "it looks like installed files, and code imports it", folder, None
                )


def _in_production(found: Found) -> Found:
    return Found(
        references=[item.model_copy(update={"at": _prod(item.at)}) for item in found.references],
        unresolved=[item.model_copy(update={"at": _prod(item.at)}) for item in found.unresolved],
        overrides=[item.model_copy(update={"at": _prod(item.at)}) for item in found.overrides],
        relations=found.relations,
        settings=[item.model_copy(update={"at": _prod(item.at)}) for item in found.settings],
        endpoints=[item.model_copy(update={"at": _prod(item.at)}) for item in found.endpoints],
        switches=[item.model_copy(update={"at": _prod(item.at)}) for item in found.switches],
        variables=[replace(item, at=_prod(item.at)) for item in found.variables],
        attributes=[replace(item, at=_prod(item.at)) for item in found.attributes],
        installs=found.installs,
        sourced=found.sourced,
        imports=found.imports,
    )


def _is_own(component: Component, own: Collection[str]) -> bool:
    """Whether a component is the target itself: a package that it is, or an image of that package's name."""
    name = canonicalize_name(component.name.rpartition("/")[2]) if component.source == "docker" else None
    return component.id in own or f"package:pypi/{name}" in own


def _prod(place: Place) -> Place:
    return place.model_copy(update={"scope": Scope.PROD})
