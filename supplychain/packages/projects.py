"""Which manifests and locks are of one project, and whether a lock agrees with its manifests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from posixpath import basename, dirname

from supplychain.catalog.interface import PackageFile
from supplychain.model.package import Drift, Ecosystem, IndexSetting, Lock, PackageProject, Resolved
from supplychain.model.reference import Unread
from supplychain.packages import formats
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from supplychain.packages.tracking import Tracking
from supplychain.packages.unread import unread

_OF_LISTS = re.compile(r"(?i)(requirements?|reqs?|constraints|deps|dependencies|locks?)([_.-].*)?")
"""Folders that hold the lists of the project above them."""

_Key = tuple[Ecosystem, str]
"""A project: its ecosystem, and its folder."""


@dataclass(frozen=True)
class Member:
    """One manifest or lock with what it says."""

    source: SourceFile
    form: PackageFile
    read: Read

    def with_read(self, read: Read) -> Member:
        """Return it with other packages."""
        return replace(self, read=read)

    @property
    def is_lock(self) -> bool:
        """Whether it is a lock."""
        return formats.is_lock(self.form, self.source, self.read)

    @property
    def is_list(self) -> bool:
        """Whether it is a list of requirements, which can be manifest and lock at once."""
        return self.form.reader == "requirements"


@dataclass
class Grouped:
    """Projects, with their packages and the settings of their tools."""

    projects: tuple[PackageProject, ...] = ()
    packages: list[Resolved] = field(default_factory=list)
    settings: list[IndexSetting] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def group(members: list[Member], tracking: Tracking) -> Grouped:
    """Return the projects of a target: one for each ecosystem and folder, the members of a workspace with its lock."""
    grouped = Grouped()
    locks = {member.source.path for member in members if member.is_lock}
    manifests = [member for member in members if member.source.path not in locks]
    homes: dict[str, _Key] = {m.source.path: (m.form.ecosystem, m.source.folder) for m in manifests}
    _to_workspaces(members, manifests, locks, homes, grouped)
    with_manifests = set(homes.values())
    for member in members:
        if member.source.path in locks:
            homes[member.source.path] = _home_of_lock(member, homes, with_manifests)
    found: dict[_Key, list[Member]] = {}
    for member in members:
        found.setdefault(homes[member.source.path], []).append(member)
    grouped.projects = tuple(
        _project(key, found[key], locks, tracking, grouped) for key in sorted(found, key=lambda key: (key[1], key[0]))
    )
    return grouped


def _to_workspaces(
    members: list[Member], manifests: list[Member], locks: set[str], homes: dict[str, _Key], grouped: Grouped
) -> None:
    """Move the manifests of a workspace's members to the project of its lock, the innermost workspace last."""
    locked = {(member.form.ecosystem, member.source.folder) for member in members if member.source.path in locks}
    for member in sorted(members, key=lambda member: member.source.path.count("/")):
        find = getattr(formats.module_of(member.form), "members", None)
        key = (member.form.ecosystem, member.source.folder)
        if find is None or key not in locked:
            continue
        below = f"{member.source.folder}/" if member.source.folder else ""
        paths = {
            m.source.path
            for m in manifests
            if m.source.path.startswith(below)
            and m.form.ecosystem == key[0]
            and m.source.folder != member.source.folder
        }
        try:
            moved = find(member.source, paths) if paths else ()
        except NotParsedError as error:
            grouped.unread.append(unread(member.source, "package manifest", str(error), error.line))
            continue
        for path in moved:
            if (key[0], dirname(path)) not in locked:
                homes[path] = key


def _home_of_lock(lock: Member, homes: dict[str, _Key], with_manifests: set[_Key]) -> _Key:
    """Return the project of a lock: of what it says it was made from, of its folder, or of the nearest one above."""
    ecosystem = lock.form.ecosystem
    for path in lock.read.made_from:
        if path in homes and homes[path][0] == ecosystem:
            return homes[path]
    folder = own = lock.source.folder
    if lock.is_list and not _OF_LISTS.fullmatch(basename(own)):
        return ecosystem, own
    while (ecosystem, folder) not in with_manifests:
        if not folder:
            return ecosystem, own
        folder = dirname(folder)
    return ecosystem, folder


def _project(key: _Key, members: list[Member], locks: set[str], tracking: Tracking, grouped: Grouped) -> PackageProject:
    """Return one project, and add its packages and settings to the others."""
    manifests = {m.source.path: m for m in members if m.source.path not in locks}
    asked = {entry.component.id for member in manifests.values() for entry in member.read.packages}
    records = []
    for member in members:
        path = member.source.path
        is_compiled = bool(member.read.made_from) or not member.is_list
        known = asked if path in locks and manifests and is_compiled else None
        grouped.packages += (_placed(entry, key[1], known) for entry in member.read.packages)
        if path in locks:
            records.append(_lock(member, manifests, tracking))
        if not member.is_list:
            for setting in member.read.settings:
                applies = [m.source.path for m in members] if setting.applies == path else [setting.applies]
                grouped.settings += (setting.model_copy(update={"applies": to}) for to in applies)
    own = [m.source.place for m in members if m.source.path in locks and m.is_list and not m.read.made_from]
    return PackageProject(
        ecosystem=key[0],
        folder=key[1],
        manifests=tuple(sorted((*(m.source.place for m in manifests.values()), *own), key=lambda at: at.file)),
        locks=tuple(sorted(records, key=lambda lock: lock.file)),
    )


def _placed(entry: Resolved, folder: str, asked: set[str] | None) -> Resolved:
    changes: dict[str, object] = {} if entry.project == folder else {"project": folder}
    if entry.direct is None and asked is not None:
        changes["direct"] = entry.component.id in asked
    return entry.model_copy(update=changes) if changes else entry


def _lock(lock: Member, manifests: dict[str, Member], tracking: Tracking) -> Lock:
    sources = {path: member.source for path, member in manifests.items()}
    try:
        said: tuple[Drift, ...] | str = formats.module_of(lock.form).drift(lock.source, sources)
    except NotParsedError as error:
        said = f"a manifest of it cannot be read: {error}"
    unchecked = said if isinstance(said, str) else ""
    return Lock(
        file=lock.source.path,
        format=_format(lock),
        digest=lock.source.digest,
        tracked=tracking.is_tracked(lock.source.path),
        ignored=tracking.ignored(lock.source.path),
        drift=() if isinstance(said, str) else said,
        unchecked=unchecked,
    )


def _format(lock: Member) -> str:
    return next((str(entry.format) for entry in lock.read.packages), basename(lock.source.path))
