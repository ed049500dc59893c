"""What to look for, as data: registries, loaders, services, formats, scopes, words, documents.

catalog.registries()["huggingface"].host
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import tomli
from pydantic import TypeAdapter

from supplychain.catalog.interface import (
    Artifacts,
    CarrierFiles,
    Commands,
    ConfigKeys,
    Documents,
    HostedCall,
    JavaScript,
    Loader,
    Registry,
    ScopePatterns,
    Service,
    Word,
    Words,
)
from supplychain.model.component import Kind


@cache
def registries() -> dict[str, Registry]:
    """Return the registries of models by key."""
    return {entry.key: entry for entry in TypeAdapter(list[Registry]).validate_python(_read("registries")["registry"])}


@cache
def loaders() -> dict[str, tuple[Loader, ...]]:
    """Return the loading calls by their last name, the longest prefix first."""
    entries = TypeAdapter(list[Loader]).validate_python(_read("loaders")["loader"])
    by_function: dict[str, tuple[Loader, ...]] = {}
    for entry in sorted(entries, key=lambda loader: -len(loader.prefix)):
        by_function[entry.function] = (*by_function.get(entry.function, ()), entry)
    return by_function


@cache
def loader_flags() -> tuple[str, ...]:
    """Return the arguments of loading calls that decide what they may run."""
    return tuple(_read("loaders")["flags"])


@cache
def hosted_calls() -> dict[str, tuple[HostedCall, ...]]:
    """Return the calls to third-party AI services by their last name, the longest first."""
    entries = TypeAdapter(list[HostedCall]).validate_python(_read("hosted")["call"])
    by_name: dict[str, tuple[HostedCall, ...]] = {}
    for entry in sorted(entries, key=lambda item: -len(item.call.removeprefix("*"))):
        last = entry.tail.rpartition(".")[2]
        by_name[last] = (*by_name.get(last, ()), entry)
    return by_name


@cache
def frameworks() -> dict[str, frozenset[str]]:
    """Return the names of ML frameworks by the index that they come from."""
    return {entry["source"]: frozenset(entry["names"]) for entry in _read("frameworks")["framework"]}


@cache
def distributions() -> dict[str, str]:
    """Return the distribution that each import name stands for, where that is known."""
    return dict(_read("imports")["distributions"])


@cache
def artifacts() -> Artifacts:
    """Return the formats of weight files."""
    return Artifacts.model_validate(_read("artifacts"))


@cache
def scopes() -> tuple[ScopePatterns, ...]:
    """Return the path patterns of the scopes, in the order in which they are tried."""
    return tuple(TypeAdapter(list[ScopePatterns]).validate_python(_read("scopes")["scope"]))


@cache
def carriers() -> tuple[CarrierFiles, ...]:
    """Return the kinds of file that may name components, in the order in which they are tried."""
    entries = [
        {key.replace("except", "except_"): value for key, value in e.items()} for e in _read("carriers")["carrier"]
    ]
    return tuple(TypeAdapter(list[CarrierFiles]).validate_python(entries))


@cache
def services() -> tuple[Service, ...]:
    """Return the third-party AI services."""
    return tuple(TypeAdapter(list[Service]).validate_python(_read("services")["service"]))


@cache
def commands() -> Commands:
    """Return how commands name components."""
    return Commands.model_validate(_read("commands"))


@cache
def config_keys() -> ConfigKeys:
    """Return which keys of configuration files name components."""
    return ConfigKeys.model_validate(_read("config_keys"))


@cache
def javascript() -> JavaScript:
    """Return how JavaScript and TypeScript name components."""
    return JavaScript.model_validate(_read("javascript"))


@cache
def hosting() -> frozenset[str]:
    """Return the sources of models that a service runs: nothing of them is fetched. `service` is one not known by name."""
    return frozenset(service.id for service in services()) | {"service"}


@cache
def words(requirement: str) -> Words:
    """Return the words that may stand in parentheses in a requirement's sentence.

    Raises:
        KeyError: the sentence has no parentheses.
    """
    known = {
        entry.requirement: entry for entry in TypeAdapter(list[Words]).validate_python(_read("words")["parameter"])
    }
    serving = (entry for entry in registries().values() if Kind.MODEL in entry.serves)
    models = tuple(Word(name=entry.word, aliases=entry.aliases) for entry in serving)
    known["1.1"] = Words(name="registries", requirement="1.1", word=models)
    return known[requirement]


@cache
def documents() -> Documents:
    """Return the documents that a target should have."""
    return Documents.model_validate(_read("documents"))


@cache
def _read(name: str) -> dict[str, Any]:
    return tomli.loads((resources.files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))
