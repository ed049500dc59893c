"""Environment variables: settings that name a service, a model, or send a registry's client to another host."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from supplychain import catalog
from supplychain.catalog.command import CommandVariable
from supplychain.discovery import indexes, switches
from supplychain.discovery.downloads import downloaded
from supplychain.discovery.hosted import client_at, host_of, service_at, service_of_setting
from supplychain.discovery.interface import Found, Given, SourceFile
from supplychain.discovery.naming import is_address
from supplychain.discovery.options import is_placeholder, setting
from supplychain.discovery.words import Word
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Override, Resolution

_NOTHING = re.compile(r"(?i:empty|dummy|fake|not[-_ ]?(needed|used|required))([-_]?(api)?[-_]?key)?")
"""What is written for a key where a server asks for none."""
_SECRET = ("KEY", "TOKEN", "SECRET")
_HOST_NAME = re.compile(r"\w*(HOST|HOSTNAME|DOMAIN|ENDPOINT|SERVER)")
"""Names of variables that may hold a host alone."""
_HOST = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}(:443)?")
Setting = tuple[str, Word]
"""The name of a variable and its value."""


def from_variables(
    settings: Sequence[Setting], source: SourceFile, named: Collection[Component] = (), applies: str = ""
) -> Found:
    """Return what the variables of one environment name; each stands on the line of its value.

    `named` are the models and datasets that a command takes from a variable already; `applies` is the file for whose
    commands alone they are set.
    """
    found = Found(settings=indexes.of_variables(settings, source, applies))
    found.variables = [
        Given(name, value.text, value.is_known, source.at(value.line))
        for name, value in settings
        if name in switches.telling()
    ]
    elsewhere = _served_elsewhere(settings)
    for name, value in settings:
        _override(name, value, source, found)
        _service(name, value, elsewhere, source, found)
        _address(name, value, source, found)
    for entry in catalog.commands().variable:
        telling = [(name, value) for name, value in settings if re.fullmatch(entry.pattern, name) and value.is_known]
        is_only = len({value.text for _, value in telling}) == 1
        revisions = [value for name, value in settings if name in entry.revision]
        for name, value in telling:
            _component(name, value, entry, revisions if is_only or name == "MODEL_ID" else [], source, found)
    found.references = [r for r in found.references if r.component not in named or r.component.kind is Kind.SERVICE]
    return found


def _override(name: str, value: Word, source: SourceFile, found: Found) -> None:
    for registry in catalog.registries().values():
        if name in registry.settings and value.text:
            address = value.text if value.is_known and value.resolution is not Resolution.DEFAULT else None
            found.overrides.append(
                Override(registry=registry.key, variable=name, address=address, at=source.at(value.line))
            )


def _service(name: str, value: Word, elsewhere: frozenset[str], source: SourceFile, found: Found) -> None:
    address = value.text if value.is_known and is_address(value.text) else None
    is_left_out = value.text == "..." and not name.endswith(_SECRET)
    if value.is_known and (is_left_out or _NOTHING.fullmatch(value.text) is not None):
        return
    owner = service_of_setting(name)
    host = (
        f"https://{value.text}"
        if value.is_known and _HOST_NAME.fullmatch(name) and _HOST.fullmatch(value.text)
        else None
    )
    address = address or (host if host and service_at(host) else None)
    component = (service_at(address, owner.name if owner else None) or client_at(name, address)) if address else owner
    if component is not None and (address or component.name not in elsewhere):
        found.references.append(source.refer(component, value.line, Resolution.DEFAULT, name, address=address))


def _address(name: str, value: Word, source: SourceFile, found: Found) -> None:
    """Report weights by their address, and data where the variable's name says so too."""
    known = value.is_known and is_address(value.text) and service_at(value.text) is None
    named = downloaded(value.text.strip()) if known and not is_placeholder(value.text) else None
    is_data = named is not None and named.component.kind is Kind.DATASET
    if named is not None and (not is_data or re.search(catalog.commands().data_variable, name)):
        facts = {"revision": named.revision, "address": named.address}
        found.references.append(source.refer(named.component, value.line, Resolution.DEFAULT, name, **facts))


def _served_elsewhere(settings: Sequence[Setting]) -> frozenset[str]:
    """Return the services whose SDK is sent to another host: their keys then say nothing."""
    found: set[str] = set()
    usual = [(name.partition("_")[0], named) for name, _ in settings if (named := service_of_setting(name))]
    for name, value in settings:
        if value.is_known and is_address(value.text) and host_of(value.text):
            at = service_at(value.text)
            found.update(named.name for prefix, named in usual if name.startswith(f"{prefix}_") and named != at)
    return frozenset(found)


def _component(
    name: str, value: Word, entry: CommandVariable, revisions: list[Word], source: SourceFile, found: Found
) -> None:
    named = setting(value.text, entry.kind, source, is_telling=False)
    if named is None:
        return
    revision = named.revision or (revisions[0].text if revisions and revisions[0].is_known else None)
    facts = {"revision": revision or None, "address": named.address}
    found.references.append(source.refer(named.component, value.line, Resolution.DEFAULT, name, **facts))
