"""Which hub describes a model or dataset, and what it says of it, of its owner, and in its small files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from supplychain import catalog
from supplychain.catalog.addresses import source_word
from supplychain.facts import archives, huggingface, huggingface_files, huggingface_owners, kaggle, repositories
from supplychain.facts.interface import Contents, NoFactError
from supplychain.facts.obtaining import Facility
from supplychain.facts.parallel import each
from supplychain.model.component import Component, Kind
from supplychain.model.finding import Source
from supplychain.model.hub import NO_HUB, HubRecord, Owner

_NAMED = re.compile(r"(?:hf[-_]hub:)?([^/:@]+/[^/:@]+)")
"""What a library that fetches with the client of Hugging Face calls a model of another owner there."""

_ABSENT = Source(name=NO_HUB, level="absent")


@dataclass(frozen=True)
class Described:
    """Where facts of a component come from."""

    source: str
    """In the catalog of fact sources."""
    component: Component
    name: str
    """What the component is called there."""


def described(component: str) -> Described:
    """Return where a component is described.

    Raises:
        NoFactError: this version reads no facts of its source.
    """
    try:
        parsed = Component.parse(component)
    except ValueError as error:
        raise NoFactError("it is not the id of a model or dataset") from error
    source, name = parsed.source, parsed.name
    if source in {"huggingface", "kaggle", "openml"}:
        return Described(source, parsed, name)
    if source in {"pytorch-hub", "github"}:
        return Described(repositories.PROJECTS, parsed, repositories.name_of(name))
    if source == "tensorflow-hub" and name.count("/") == 1:
        return Described("kaggle", parsed, name)
    if source == "url" and (number := archives.record_number(name)):
        return Described("zenodo", parsed, number)
    registry = catalog.registries().get(source)
    if registry and registry.client == "huggingface" and parsed.kind is Kind.MODEL:
        if found := _NAMED.fullmatch(name):
            return Described("huggingface", parsed, found[1])
    raise NoFactError(f"this version reads no facts of what comes from {source_word(parsed) or parsed.kind}")


def records(facility: Facility, wanted: Iterable[tuple[str, str | None]]) -> tuple[HubRecord, ...]:
    """Return what hubs say of components at revisions, each once, in the order in which they are first wanted."""
    pairs = list(dict.fromkeys(wanted))
    found = each(partial(_record, facility), pairs, *_pace(facility, (component for component, _ in pairs)))
    return tuple(
        _unknown(facility, *pair, str(record)) if isinstance(record, NoFactError) else record
        for pair, record in zip(pairs, found, strict=True)
    )


def owners(facility: Facility, wanted: Iterable[tuple[str, str]]) -> tuple[Owner, ...]:
    """Return what hubs say of owners, each once, in the order in which they are first wanted."""
    pairs = list(dict.fromkeys(wanted))
    found = each(partial(_owner, facility), pairs, *facility.pace(huggingface.SOURCE))
    absent = facility.absent(huggingface.SOURCE)
    return tuple(
        Owner(hub=hub, name=name, state="unknown", problem=str(one), source=absent if _is_there(hub) else _ABSENT)
        if isinstance(one, NoFactError)
        else one
        for (hub, name), one in zip(pairs, found, strict=True)
    )


def files(facility: Facility, wanted: Iterable[tuple[str, str, str]]) -> tuple[Contents, ...]:
    """Return small files of components at commits, in the order in which they are wanted."""
    asked = list(wanted)
    found = each(partial(_contents, facility), asked, *facility.pace(huggingface_files.SOURCE))
    absent = facility.absent(huggingface_files.SOURCE)
    return tuple(
        Contents(*item, None, str(one), absent) if isinstance(one, NoFactError) else one
        for item, one in zip(asked, found, strict=True)
    )


def _record(facility: Facility, wanted: tuple[str, str | None]) -> HubRecord:
    component, revision = wanted
    at = described(component)
    match at.source:
        case "huggingface":
            return huggingface.record(facility, component, at.component.kind, at.name, revision)
        case "kaggle":
            return _kaggle(facility, at, component, revision)
        case "zenodo":
            return archives.zenodo(facility, component, at.name, revision)
        case "openml":
            return archives.openml(facility, component, at.name, revision)
        case _:
            return repositories.record(facility, component, at.name, revision)


def _kaggle(facility: Facility, at: Described, component: str, revision: str | None) -> HubRecord:
    if at.component.source == "kaggle":
        return kaggle.record(facility, component, at.component.kind, at.name, revision)
    record = kaggle.record(facility, component, at.component.kind, at.name, None)
    if record.state != "listed":
        raise NoFactError("Kaggle has no model of this name, and tfhub.dev may lead to one of another name there")
    problem = "the versions of tfhub.dev are not those of Kaggle, so that its files are not known"
    return record.model_copy(update={"revision": revision, "files": (), "problem": problem})


def _owner(facility: Facility, wanted: tuple[str, str]) -> Owner:
    hub, name = wanted
    if not _is_there(hub):
        raise NoFactError(f"no source of facts describes the owners of {hub or 'what has no hub'}")
    return huggingface_owners.owner(facility, hub, name)


def _is_there(hub: str) -> bool:
    registry = catalog.registries().get(hub)
    return hub == "huggingface" or (registry is not None and registry.client == "huggingface")


def _contents(facility: Facility, wanted: tuple[str, str, str]) -> Contents:
    component, commit, path = wanted
    at = described(component)
    if at.source != "huggingface":
        raise NoFactError("this version reads files of Hugging Face alone")
    return huggingface_files.contents(facility, component, at.component.kind, at.name, commit, path)


def _pace(facility: Facility, components: Iterable[str]) -> tuple[int, float]:
    """Return how many components are asked for at a time, and within how many seconds all of them."""
    sources = set()
    for component in components:
        try:
            sources.add(described(component).source)
        except NoFactError:
            continue
    return max((facility.pace(source) for source in sources), default=(1, 1.0))


def _unknown(facility: Facility, component: str, revision: str | None, reason: str) -> HubRecord:
    try:
        source = facility.absent(described(component).source)
    except NoFactError:
        source = _ABSENT
    return HubRecord(component=component, revision=revision, state="unknown", problem=reason, source=source)
