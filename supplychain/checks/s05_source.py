"""Scenario 5, package source validation: requirement 5.1.

What an index serves by name is decided by the host of that index. What is fetched by an address, from a repository, as
an image or as an action has no registry among the words: there, only a hash or a commit says what it is, and 5.1
decides on it alone, so that one tag in place of a digest is one failed requirement and not two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.catalog.interface import PackageRegistry
from supplychain.checks.canaries.s05_source import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.origins import Form, approved, fixed_by, form_of, is_mapped, registry_of, split
from supplychain.checks.packages import PackageUse, packages
from supplychain.model.address import without_credentials
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.package import IndexSetting, Setting
from supplychain.model.reference import Place, Reference, Scope, Unread, Unresolved

_TAKING_PLACE = (Setting.INDEX, Setting.CHANNEL)
_BESIDE = (Setting.EXTRA, Setting.FIND_LINKS)
_EVERYTHING = "any package"
_UNNAMED = {_EVERYTHING: "<its name>"}
_UNPINNED = {
    Form.ADDRESS: "unpinned-address",
    Form.REPOSITORY: "unpinned-repository",
    Form.IMAGE: "unpinned-image",
    Form.ACTION: "unpinned-action",
}


_NO_REVISION = {Form.IMAGE: "its default tag", Form.REPOSITORY: "its default branch"}
"""What is taken where nothing is said."""
_MANIFESTS = {"npm": "package.json"}
_ECOSYSTEMS = {"import": "pypi"}
_MISDIRECTING = frozenset({"unofficial-index", "extra-index", "trusted-host"})
"""Rules whose remedy is to remove a setting."""
_BEST_FIRST = ("official-registry", "mapped-index", "index-at-run-time")
_APPROVABLE = (
    "unofficial-index",
    "unnamed-registry",
    "extra-index",
    "unpinned-address",
    "unpinned-script",
    "no-integrity",
)


@dataclass(frozen=True)
class _Index:
    """One index that may answer for a package."""

    address: str | None
    setting: str
    """What names it."""
    where: str
    is_beside: bool = False

    @classmethod
    def of(cls, setting: IndexSetting) -> _Index:
        name = f"{setting.setting} of {setting.call}" if setting.call else str(setting.setting)
        return cls(setting.address, name, str(setting.at), setting.setting in _BESIDE)


class Sourced(Frozen):
    """A package with the settings that say where it is fetched from."""

    subject: str
    at: Place
    use: PackageUse
    settings: tuple[IndexSetting, ...] = ()


class LoneSetting(Frozen):
    """A setting that decides on no package of the population, and still on what is installed next."""

    subject: str
    at: Place
    setting: IndexSetting


class DeclaredPackage(Frozen):
    """A package that the declaration names while production has none."""

    subject: str
    at: Place | None = None


Subject = Sourced | LoneSetting | DeclaredPackage | Unresolved | Unread


def _population(case: Case) -> tuple[Subject, ...]:
    """Return every package with the settings for it, each setting that no package goes by, and what could hide one."""
    used = packages(case)
    used = (*used, *_fetched_apart(case, used))
    if not used and case.declaration is not None:
        declared = (item.id for item in case.declaration.component if item.id.startswith("package:"))
        used_or_not: tuple[Subject, ...] = tuple(DeclaredPackage(subject=name) for name in declared)
    else:
        used_or_not = tuple(_sourced(case, item) if isinstance(item, PackageUse) else item for item in used)
    gone_by = {_key(setting) for item in used_or_not if isinstance(item, Sourced) for setting in item.settings}
    lone = {
        _key(setting): LoneSetting(subject=f"index:{setting.ecosystem}", at=setting.at, setting=setting)
        for setting in _settings(case)
        if _key(setting) not in gone_by and setting.setting is not Setting.NO_INDEX
    }
    return (*used_or_not, *lone.values())


def _fetched_apart(case: Case, used: Sequence[PackageUse | Unresolved | Unread]) -> Iterator[PackageUse]:
    """Yield what a command with options of its own fetches and no row is about: a lock or another place names it, too."""
    told = {_command_of(item.reference) for item in used if isinstance(item, PackageUse) and item.reference}
    kinds = (*_TAKING_PLACE, *_BESIDE, Setting.MAPPED)
    deciding = {(s.applies, s.command) for s in _settings(case) if s.command and s.setting in kinds}
    for reference in case.inventory.references:
        key = _command_of(reference)
        is_counted = reference.at.scope is Scope.PROD or reference.at.file in case.inventory.moved
        if is_counted and key not in told and (reference.at.file, reference.command) in deciding:
            told.add(key)
            use = PackageUse(
                subject=reference.subject,
                at=reference.at,
                component=reference.component,
                version=reference.revision,
                reference=reference,
            )
            if form_of(use) is Form.INDEX:
                yield use


def _command_of(reference: Reference) -> tuple[str, str, str]:
    return reference.component.id, reference.at.file, reference.command


def _key(setting: IndexSetting) -> tuple[object, ...]:
    """Return what makes a setting one: the same words may be in force for several files."""
    return setting.ecosystem, setting.setting, setting.address, setting.only, setting.at


@check("5.1", population=_population, canaries=plant)
def from_official_registry(case: Case, subject: Subject) -> Answer:
    """Decide on where a package is fetched from, against the registries that the sentence names."""
    if isinstance(subject, DeclaredPackage):
        return answer("declared-not-found", id=subject.subject)
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    if isinstance(subject, LoneSetting):
        return _alone(case, subject.setting)
    use = subject.use
    if use.entry is None and use.reference is not None and use.reference.call == "import":
        return answer("not-in-manifest", evidence=use.evidence, name=use.component.name, manifest=_manifest(case, use))
    found = _by_index(case, subject) if form_of(use) is Form.INDEX else _by_content(use)
    return _approved(case, use, found) or found


def misdirected(case: Case) -> Iterator[tuple[str, Place, IndexSetting]]:
    """Yield each row that fails because of a setting, by its component and place, with the settings to blame."""
    for item in _population(case):
        if isinstance(item, Sourced) and from_official_registry(case, item).rule in _MISDIRECTING:
            ecosystem, name = item.use.component.source, item.use.component.name
            for setting in item.settings:
                if _judged(case, ecosystem, name, _Index.of(setting), None).rule in _MISDIRECTING:
                    yield item.subject, item.at, setting
        elif isinstance(item, LoneSetting) and _alone(case, item.setting).rule in _MISDIRECTING:
            yield item.subject, item.at, item.setting


def _sourced(case: Case, use: PackageUse) -> Sourced:
    in_force = tuple(_in_force(case, use)) if form_of(use) is Form.INDEX else ()
    return Sourced(subject=use.subject, at=use.at, use=use, settings=in_force)


def _settings(case: Case) -> Iterator[IndexSetting]:
    """Yield the settings of production; a declaration hides none, and `nodefaults` is no channel."""
    for setting in case.graph.settings:
        if setting.at.scope is Scope.PROD or setting.at.file in case.inventory.moved:
            if setting.address != "nodefaults":
                yield setting


def _in_force(case: Case, use: PackageUse) -> list[IndexSetting]:
    """Return the settings that decide on a package, the nearest of those that take the index's place."""
    if _own_index(use) is not None:
        return []
    of_it = [s for s in _settings(case) if s.ecosystem == use.component.source and _applies(s, use)]
    mapped = [s for s in of_it if s.setting is Setting.MAPPED and _is_for(s, use.component.name)]
    if mapped:
        return mapped
    instead = [s for s in of_it if s.setting in _TAKING_PLACE]
    nearest = max(map(_nearness, instead), default=None)
    return [s for s in instead if _nearness(s) == nearest] + [s for s in of_it if s.setting in _BESIDE]


def _own_index(use: PackageUse) -> str | None:
    """Return the index that an entry itself names, unless its client asks the one of the settings in its place."""
    address = use.entry.origin.address if use.entry else None
    registry = registry_of(address, use.component.source) if address else None
    return None if registry is not None and registry.is_replaced else address


def _nearness(setting: IndexSetting) -> tuple[bool, int]:
    """Return how near a setting is: an option of the very command, else the file or the deepest folder."""
    return bool(setting.command), len(setting.applies)


def _applies(setting: IndexSetting, use: PackageUse) -> bool:
    if setting.command and (use.reference is None or use.reference.command != setting.command):
        return False
    file = use.at.file
    return setting.applies in ("", file) or (setting.applies.endswith("/") and file.startswith(setting.applies))


def _is_for(setting: IndexSetting, name: str) -> bool:
    return setting.only in (name, name.partition("/")[0])


def _by_index(case: Case, sourced: Sourced) -> Answer:
    """Decide on everything that may answer for a package's name; the worst of it is the answer."""
    use = sourced.use
    evidence, ecosystem, name = use.evidence, use.component.source, use.component.name
    found = [_judged(case, ecosystem, name, index, evidence) for index in _indexes(sourced)]
    for rule in _BEST_FIRST:
        found = [item for item in found if item.rule != rule] or found
    return found[0]


def _indexes(sourced: Sourced) -> list[_Index]:
    """Return all that may answer for a package: what its entry names or the settings say, else its ecosystem's own."""
    use = sourced.use
    found = [_Index.of(setting) for setting in sourced.settings]
    if (own := _own_index(use)) is not None:
        found.append(_Index(own, f"the {use.entry.format if use.entry else ''} entry", str(use.at)))
    elif all(index.is_beside for index in found):
        default = _default(use.component.source)
        found.append(_Index(default.channels[0] if default.channels else f"https://{default.host}", "", ""))
    return found


def _judged(case: Case, ecosystem: str, name: str, index: _Index, evidence: str | None) -> Answer:
    """Decide on one index for a package."""
    values = {"setting": index.setting, "where": index.where, "name": name}
    if index.address is None:
        return answer("index-at-run-time", evidence=evidence, **values)
    shown = without_credentials(index.address)
    registry = registry_of(index.address, ecosystem)
    words = case.words("5.1", "registries")
    named = ", ".join(words)
    if registry is not None and registry.word in words:
        return answer("official-registry", evidence=evidence, index=shown, registry=registry.word)
    if is_mapped(case, name, index.address):
        return answer("mapped-index", evidence=evidence, index=shown, name=name)
    values |= {
        "index": shown,
        "named": named,
        "mapping": f"{json.dumps(_UNNAMED.get(name, name))} = {json.dumps(shown)}",
    }
    if registry is not None:
        return answer("unnamed-registry", evidence=evidence, registry=registry.word, **values)
    if index.is_beside:
        alone = _default(ecosystem).alone.format(index=shown, name=name)
        return answer("extra-index", evidence=evidence, alone=alone, **values)
    return answer("unofficial-index", evidence=evidence, why=_why(index.address, named), **values)


def _why(address: str, named: str) -> str:
    """Return why an address is none of an official registry."""
    if "://" in address and split(address) is None:
        return "clients read that address differently, so no host can be said to serve it"
    if address.lower().startswith("http:"):
        return "it is not encrypted, so anyone on the way can answer in its place"
    hosts = {host for entry in catalog.package_registries() for host, _ in entry.bases}
    if "://" in address and urlsplit(address).hostname in hosts:
        return f"another port or another part of that host is none of {named}"
    return f"it is none of {named}"


def _alone(case: Case, setting: IndexSetting) -> Answer:
    """Decide on a setting that no package of the population goes by."""
    if setting.setting is Setting.TRUSTED_HOST:
        host = setting.address or "every host"
        return answer("trusted-host", evidence=setting.digest, host=host, setting=setting.call, where=setting.at)
    name = setting.only or _EVERYTHING
    return _judged(case, setting.ecosystem, name, _Index.of(setting), setting.digest)


def _by_content(use: PackageUse) -> Answer:
    """Decide on what no index serves by name: whether anything fixes what is fetched."""
    name, evidence = use.component.name, use.evidence
    if fixed := fixed_by(use):
        return answer("fixed-by-content", evidence=evidence, fixed=fixed)
    entry, reference = use.entry, use.reference
    address = (entry.origin.address if entry else reference.address if reference else None) or name
    form = form_of(use)
    revision = entry.origin.commit if entry else reference.revision if reference else None
    revision = revision or _NO_REVISION.get(form, "no revision")
    shown = without_credentials(address)
    rule = _UNPINNED[form]
    if form is Form.ADDRESS and use.component.source == "npm":
        rule = "unpinned-script" if entry is None else "no-integrity"
    return answer(rule, evidence=evidence, name=name, address=shown, revision=revision, id=use.subject)


def _approved(case: Case, use: PackageUse, found: Answer) -> Answer | None:
    """Return the answer for a source that an approver of the policy approved together with the bytes."""
    declared = approved(case, use) if found.rule in _APPROVABLE else None
    if declared is None or declared.approved is None:
        return None
    by, on = declared.approved.by, declared.approved.on
    return answer("approved-source", evidence=use.evidence, by=by, on=on, digest=declared.sha256)


def _default(ecosystem: str) -> PackageRegistry:
    return next(e for e in catalog.package_registries() if e.ecosystem == ecosystem and e.is_default)


def _manifest(case: Case, use: PackageUse) -> str:
    """Return the nearest manifest that an import could be named in, or how one is usually called."""
    source = use.component.source
    near = [
        (project.folder, place.file)
        for project in case.graph.projects
        for place in project.manifests
        if project.ecosystem == _ECOSYSTEMS.get(source, source)
        and f"/{use.at.file}".startswith(f"/{project.folder}/".replace("//", "/"))
    ]
    _, nearest = max(near, default=("", _MANIFESTS.get(source, "requirements.txt")))
    return nearest
