"""Scenario 5, package source validation: requirement 5.2.

A package that an index serves needs hashes in a lock, and these have to be what the registry lists. What no index serves
(an address, a repository, an image, an action) passes where a hash or a commit fixes it. What a lock takes from another
index is not what the registry has of that name: only 5.1 decides on the index, and a difference proves nothing here.
Where nothing fixes it it fails in 5.1, and is no row here: one fact breaks one requirement, and nothing that was not verified is called verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.checks.canaries.s05_integrity import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.origins import (
    Form,
    approved,
    fixed_by,
    form_of,
    hashes_of,
    mapping_of,
    registry_of,
    strong,
    whole,
)
from supplychain.checks.packages import PackageUse, packages
from supplychain.model.address import without_credentials
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.fact import Release, ReleaseFile
from supplychain.model.finding import Source
from supplychain.model.package import Drift, Installed, Lock, PackageProject, Setting
from supplychain.model.reference import Place, Scope, Unread, Unresolved

_LIST, _LONE_LIST = "requirements", "requirements alone"
_BUILD = "build-system"
"""The group of what builds are made with."""
_LIST_OPTION = "requirement option"
"""What sets an index inside a list of requirements."""
_ANSWERING = frozenset({Setting.INDEX, Setting.EXTRA, Setting.FIND_LINKS})
"""Settings of what may answer for a name."""
_REGISTRIES = {"pypi": "PyPI", "npm": "npm"}
"""The registries that are asked for what they list."""


class Drifted(Frozen):
    """Something in which a lock does not agree with its manifest."""

    subject: str
    at: Place
    drift: Drift
    lock: Lock


class Held(Frozen):
    """A package, with what its lock and the registry say of it."""

    subject: str
    at: Place
    use: PackageUse
    lock: Lock | None
    """The lock that its entry stands in."""
    drifted: Drifted | None
    """What a lock does not agree with, where that is this very entry of the manifest."""
    release: Release | None


class HeldLock(Frozen):
    """A lock as a whole."""

    subject: str
    at: Place
    lock: Lock


class Reinstalled(Frozen):
    """A distribution in a virtual environment of the target."""

    subject: str
    at: Place
    installed: Installed


Subject = Held | HeldLock | Drifted | Reinstalled | Unresolved | Unread


def _population(case: Case) -> tuple[Subject, ...]:
    """Return every package but those that 5.1 alone decides on, every lock with what it disagrees in, and what is installed."""
    releases = {(release.component, release.version): release for release in case.releases}
    locks = _locks(case)
    files = {lock.file: lock for lock in locks}
    drifted = {
        (drift.component, drift.at): Drifted(subject=drift.component, at=drift.at, drift=drift, lock=lock)
        for lock in locks
        for drift in lock.drift
        if _counts(drift.at, case)
    }
    found: list[Subject] = []
    for item in packages(case):
        if isinstance(item, PackageUse) and form_of(item) is not Form.INDEX and not fixed_by(item):
            continue
        if isinstance(item, PackageUse):
            lock = files.get(item.entry.at.file) if item.entry else None
            release = releases.get((item.component.id, item.version or ""))
            stale = drifted.pop((item.subject, item.at), None)
            found.append(Held(subject=item.subject, at=item.at, use=item, lock=lock, drifted=stale, release=release))
        else:
            found.append(item)
    found += drifted.values()
    found += (_held_lock(lock) for lock in locks if _is_out_of_git(lock) or not lock.drift)
    found += (
        Reinstalled(subject=f"installed:{item.component.removeprefix('package:')}", at=item.at, installed=item)
        for item in case.graph.installed
    )
    return tuple(found)


def _locks(case: Case) -> list[Lock]:
    """Return the locks of production: a manifest or a package of theirs is of it, or nothing says what they are of."""
    read = {entry.at.file for entry in case.graph.packages}
    counted = {entry.at.file for entry in case.graph.packages if _counts(entry.at, case)}

    def is_prod(project: PackageProject) -> bool:
        files = {lock.file for lock in project.locks}
        is_known = bool(project.manifests) or not files.isdisjoint(read)
        return not is_known or not files.isdisjoint(counted) or any(_counts(at, case) for at in project.manifests)

    return [lock for project in case.graph.projects if is_prod(project) for lock in project.locks]


def _counts(at: Place, case: Case) -> bool:
    """Whether a place is of production; a declaration puts none outside it."""
    return at.scope is Scope.PROD or at.file in case.inventory.moved


def _is_out_of_git(lock: Lock) -> bool:
    return lock.tracked is False or (lock.ignored is not None and not lock.tracked)


def _held_lock(lock: Lock) -> HeldLock:
    place = lock.ignored if _is_out_of_git(lock) and lock.ignored else Place(file=lock.file)
    return HeldLock(subject=f"lock:{lock.file}", at=place, lock=lock)


def _sources(case: Case) -> tuple[Source, ...]:
    """Return the registries that were asked, each with the oldest of what it said."""
    newest_first = sorted((release.source for release in case.releases), key=lambda s: s.fetched or "", reverse=True)
    return tuple({(source.name, source.level): source for source in newest_first}.values())


@check("5.2", population=_population, canaries=plant, sources=_sources)
def integrity_verified(case: Case, subject: Subject) -> Answer:
    """Decide on the hashes of a package, and on whether the lock that holds them can be relied on."""
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    if isinstance(subject, Drifted):
        return _stale(case, subject)
    if isinstance(subject, HeldLock):
        return _lock(case, subject)
    if isinstance(subject, Reinstalled):
        return _installed(subject.installed)
    use = subject.use
    if form_of(use) is not Form.INDEX:
        return answer("fixed-by-content", evidence=use.evidence, fixed=fixed_by(use))
    if use.entry is not None and use.entry.bundled:
        return answer("bundled", evidence=use.evidence)
    if subject.drifted is not None:
        return _stale(case, subject.drifted)
    return _package(case, subject)


def _package(case: Case, held: Held) -> Answer:
    use, release = held.use, held.release
    values = {"where": _place(use), "version": use.version, "command": _command(case, use)}
    if release is not None and release.status == "quarantined" and _stated_index(use) is None:
        said = {
            "registry": _registry(use),
            "why": release.status_reason or "no reason is given",
            "level": _level(release),
        }
        return answer("quarantined", evidence=use.evidence, **values | said)
    hashes = whole(hashes_of(use))
    if use.entry is None and not hashes:
        rule = "import-not-locked" if use.reference and use.reference.call == "import" else "command-not-locked"
        asked = f"version {use.version}" if use.version else "its version or its bytes"
        return answer(rule, evidence=use.evidence, name=use.component.name, asked=asked, **values)
    if use.version is None:
        asked = (use.entry.asked if use.entry else "") or use.component.name
        rule = "build-not-locked" if use.entry and use.entry.groups == (_BUILD,) else "no-lock"
        return answer(rule, evidence=use.evidence, asked=asked, **values)
    least = case.policy.thresholds.min_hash
    if not hashes:
        return answer("no-hash", evidence=use.evidence, **values)
    if not strong(hashes, least):
        algorithms = ", ".join(sorted({text.partition(":")[0] for text in hashes}))
        return answer("weak-hash", evidence=use.evidence, algorithms=algorithms, least=least, **values)
    return _compared(case, held, hashes)


def _compared(case: Case, held: Held, hashes: tuple[str, ...]) -> Answer:
    """Hold the hashes of a lock against what the registry lists."""
    use, release = held.use, held.release
    registry = _registry(use)
    if release is None or release.state == "unknown":
        problem = release.problem if release else ""
        return _not_compared(case, held, hashes, problem or f"no fact of {registry or 'a registry'} on it is at hand")
    elsewhere = _elsewhere(case, use, registry)
    values = {"registry": registry, "version": use.version, "level": _level(release), "where": _place(use)}
    values |= {"command": _command(case, use)}
    if release.state != "listed":
        state = release.state.removeprefix("no such ")
        missing = answer("not-listed", evidence=use.evidence, state=f"no {state}", **values)
        return _not_compared(case, held, hashes, elsewhere) if elsewhere else missing
    listed = {text for file in release.files for text in file.hashes}
    functions = {text.partition(":")[0] for text in listed}
    comparable = [text for text in hashes if text.partition(":")[0] in functions]
    if differing := _differing(use, release, comparable, listed):
        if elsewhere:
            return _not_compared(case, held, hashes, elsewhere)
        few = _few(sorted(text for text in listed if text.partition(":")[0] == differing.partition(":")[0]))
        return answer("hash-differs", evidence=use.evidence, differing=differing, listed=few, **values)
    if not strong(comparable, case.policy.thresholds.min_hash):
        return _not_compared(case, held, hashes, elsewhere or f"{registry} lists no hash of the same function")
    files = [file for file in release.files if not set(comparable).isdisjoint(file.hashes)]
    if withdrawn := [file.yanked for file in files if file.yanked is not None]:
        why = next((reason for reason in withdrawn if reason not in ("", "-")), "no reason is given")
        return answer("yanked", evidence=use.evidence, why=why, **values)
    tracked = ", tracked by git" if held.lock and held.lock.tracked else ""
    said = {"count": _count(hashes), "file": _place(use).file, "tracked": tracked}
    return answer("verified", evidence=use.evidence, note=_note(release, files), **values | said)


def _elsewhere(case: Case, use: PackageUse, registry: str) -> str:
    """Return why what the registry lists may be other files than those of the lock; empty where it has to be the same."""
    if mapped := mapping_of(case, use.component.name):
        return f"the policy maps it to {mapped}, which serves other files than {registry}"
    if index := _stated_index(use):
        return f"the lock takes it from {without_credentials(index)}, of which no facts are at hand, and not from {registry}"
    for setting in case.graph.settings:
        is_its_own = setting.call == _LIST_OPTION and setting.applies == _place(use).file
        if is_its_own and setting.setting in _ANSWERING and _is_another(setting.address, use):
            index = without_credentials(setting.address or "an address that is made at run time")
            return f"the list at {setting.at} has it fetched from {index}, of which no facts are at hand"
    return ""


def _stated_index(use: PackageUse) -> str | None:
    """Return the index, none of the registry's, that the entry of a lock itself names; None where it names none."""
    origin = use.entry.origin if use.entry else None
    if origin is None or origin.form != "index" or not origin.address:
        return None
    return origin.address if _is_another(origin.address, use) else None


def _is_another(address: str | None, use: PackageUse) -> bool:
    """Whether an index is not the registry's; another scheme or port of the registry's host makes it no other one."""
    if address is None:
        return True
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return True
    hosts = {base for entry in catalog.package_registries() for base, _ in entry.bases}
    return host not in hosts and registry_of(address, use.component.source) is None


def _differing(use: PackageUse, release: Release, comparable: list[str], listed: set[str]) -> str:
    """Return the first locked hash that the registry does not list, for the file of its name where that is known."""
    by_name = {file.name: set(file.hashes) for file in release.files}
    for file in use.entry.files if use.entry else ():
        if file.hash in comparable and file.hash not in by_name.get(file.name, set()):
            return f"{file.hash} of {file.name}"
    return next((text for text in comparable if text not in listed), "")


def _not_compared(case: Case, held: Held, hashes: tuple[str, ...], reason: str) -> Answer:
    """Return the answer where no registry can say more: an approver who compared the one file of a lock decides."""
    use = held.use
    values = {"file": _place(use).file, "count": _count(hashes)}
    declared = approved(case, use)
    if declared is not None and declared.approved is not None and set(hashes) == {f"sha256:{declared.sha256}"}:
        by, on = declared.approved.by, declared.approved.on
        return answer("approved-hash", evidence=use.evidence, by=by, on=str(on), digest=declared.sha256, **values)
    values |= {"name": use.component.name, "version": use.version or "", "id": use.component.id}
    return answer("not-compared", evidence=use.evidence, reason=reason, **values)


def _stale(case: Case, drifted: Drifted) -> Answer:
    lock = drifted.lock
    command = _filled(case, lock.file, lock.format, source=drifted.at.file)
    return answer("stale-lock", evidence=lock.digest, file=lock.file, reason=drifted.drift.reason, command=command)


def _lock(case: Case, held: HeldLock) -> Answer:
    lock = held.lock
    if _is_out_of_git(lock):
        rule = "ignored-lock" if lock.ignored else "untracked-lock"
        return answer(rule, evidence=lock.digest, file=lock.file, where=held.at)
    if lock.unchecked:
        command = _filled(case, lock.file, lock.format)
        values = {"file": lock.file, "reason": lock.unchecked, "command": command}
        return answer("lock-not-held-against-manifest", evidence=lock.digest, **values)
    return answer("lock-holds", evidence=lock.digest, tracked=", and git tracks it" if lock.tracked else "")


def _installed(item: Installed) -> Answer:
    values = {"version": item.version, "files": str(item.files)}
    if item.altered:
        return answer("altered-installation", count=len(item.altered), altered=_few(item.altered), **values)
    if item.unchecked:
        return answer("installation-not-checked", reason=item.unchecked, where=item.at, **values)
    return answer("installed-as-recorded", **values)


def _note(release: Release, files: list[ReleaseFile]) -> str:
    """Return what else the registry says: attestations, and that nobody maintains it any more."""
    attested = sum(file.provenance is not None for file in files)
    note = f"; it offers an attestation of how {attested} of {len(files)} files were made" if attested else ""
    if release.status in ("archived", "deprecated"):
        note += f"; the project is {release.status}"
        note += f" ({release.status_reason})" if release.status_reason else ""
    return note


def _level(release: Release) -> str:
    """Return how new a fact is: `online of 2026-10-20`."""
    source = release.source
    return f"{source.level} of {source.fetched[:10]}" if source.fetched else source.level


def _registry(use: PackageUse) -> str:
    return _REGISTRIES.get(use.component.source, "")


def _command(case: Case, use: PackageUse) -> str:
    """Return the command that writes a lock with hashes for what names a package."""
    forms = (use.entry.format,) if use.entry else ()
    return _filled(case, _place(use).file, *forms, use.component.source)


def _place(use: PackageUse) -> Place:
    """Return where the hashes of a package stand, or had to stand."""
    return (use.entry or use).at


def _filled(case: Case, file: str, *keys: str, source: str = "") -> str:
    """Return the command for the first of these forms or ecosystems that has one.

    A list of requirements is made from `source`, else from the list of its name that ends in `.in`; one without both
    becomes that list first.
    """
    commands = catalog.locking()
    key = next(key for key in (*keys, "pypi") if key in commands)
    stem = str(PurePosixPath(file).with_suffix(""))
    beside = source if source not in ("", file) else f"{stem}.in"
    known = {at.file for project in case.graph.projects for at in project.manifests}
    if key == _LIST and beside not in {*known, file, source}:
        key = _LONE_LIST
    return commands[key].format(file=file, stem=stem, source=beside)


def _count(hashes: tuple[str, ...]) -> str:
    return f"{len(hashes)} hash{'es' if len(hashes) != 1 else ''}"


def _few(items: Sequence[str]) -> str:
    return ", ".join(items[:3]) + (f" and {len(items) - 3} more" if len(items) > 3 else "")
