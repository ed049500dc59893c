"""The resolved graph of a target: what its manifests and locks say, read and never resolved or installed.

graph = resolve(target, paths.at)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from supplychain.catalog.interface import PackageFile
from supplychain.model.package import Graph, IndexSetting, Installed
from supplychain.model.reference import Place, Unread
from supplychain.packages import formats, projects
from supplychain.packages.installed import environments
from supplychain.packages.interface import Include, NotParsedError, Read, SourceFile
from supplychain.packages.projects import Member
from supplychain.packages.requirement_sets import Lists
from supplychain.packages.tracking import Tracking
from supplychain.packages.unread import unread
from supplychain.target import NotReadError, Target

__all__ = ["resolve"]


def resolve(
    target: Target,
    place: Callable[[str], Place],
    settings: Iterable[IndexSetting] = (),
    installed: tuple[Installed, ...] | None = None,
) -> Graph:
    """Return every package that the manifests and locks of a target name, resolved as far as they say.

    `place` gives a file of the target its scope; `settings` are those that commands were seen to set; `installed` is
    what is installed in the target, where that is known already. Nothing is fetched, and no file is read but those of the
    target. What cannot be read is `unread`, with the line.
    """
    run = _Run(target, place)
    for file in target.files:
        form = formats.form_of(file.path)
        if form is not None:
            run.read(file.path, form)
    run.follow_includes()
    lists = Lists({path: m.read for path, m in run.members.items() if m.form.reader == "requirements"}, run.installed)
    settings = tuple(settings)
    run.settings += lists.combine(settings)
    for path, found in lists.read.items():
        run.members[path] = run.members[path].with_read(found)
    grouped = projects.group(list(run.members.values()), Tracking(target, place))
    packages = sorted(grouped.packages, key=lambda entry: (entry.at.file, entry.at.line or 0, entry.component.id))
    return Graph(
        packages=tuple(packages),
        projects=grouped.projects,
        settings=(*settings, *run.settings, *grouped.settings),
        unread=tuple(sorted((*run.unread, *grouped.unread), key=lambda u: (u.at.file, u.at.line or 0))),
        installed=environments(target) if installed is None else installed,
    )


@dataclass(frozen=True)
class _Wanted:
    """A list that a file includes, and the file."""

    include: Include
    source: SourceFile


class _Run:
    """One pass over one target."""

    def __init__(self, target: Target, place: Callable[[str], Place]) -> None:
        self.members: dict[str, Member] = {}
        self.settings: list[IndexSetting] = []
        self.unread: list[Unread] = []
        self.installed: set[str] = set()
        self._target = target
        self._place = place
        self._wanted: list[_Wanted] = []

    def read(self, path: str, form: PackageFile) -> None:
        """Read one file, as its form says."""
        source = self._opened(path, form)
        if source is None:
            return
        try:
            known = formats.read(form, source)
        except NotParsedError as error:
            self.unread.append(unread(source, _what(form), str(error), error.line))
            return
        if known is not None:
            self._keep(source, *known)

    def follow_includes(self) -> None:
        """Read the lists that others include, whatever they are called, each once."""
        while self._wanted:
            wanted = self._wanted.pop()
            include = wanted.include
            path = self._target.links.get(include.path, include.path)
            if not include.pins:
                self.installed.add(path)
            if path in self.members or any(entry.at.file == path for entry in self.unread):
                continue
            if self._target.get(path) is None:
                reason = f"it includes {include.path[:200]!r}, which is no file of the target"
                self.unread.append(unread(wanted.source, "package manifest", reason, include.at.line))
                continue
            self._read_list(path)

    def _read_list(self, path: str) -> None:
        from supplychain.packages.requirements import read_list  # here, since not every target has one

        source = self._opened(path, formats.LIST)
        if source is None:
            return
        try:
            self._keep(source, formats.LIST, read_list(source))
        except NotParsedError as error:
            self.unread.append(unread(source, "package manifest", str(error), error.line))

    def _keep(self, source: SourceFile, form: PackageFile, found: Read) -> None:
        self.unread += found.unread
        if form.role == "settings":
            self.settings += found.settings
            return
        self.members[source.path] = Member(source, form, found)
        self._wanted += (_Wanted(include, source) for include in found.includes)

    def _opened(self, path: str, form: PackageFile) -> SourceFile | None:
        file, at = self._target.get(path), self._place(path)
        if file is None:
            return None
        try:
            content = self._target.read(file)
        except NotReadError as error:
            self.unread.append(Unread(what=_what(form), reason=str(error), count=1, at=at))
            return None
        return SourceFile(path, content.data, at, content.digest)


def _what(form: PackageFile) -> Literal["package lock", "package manifest"]:
    return "package lock" if form.role == "lock" else "package manifest"
