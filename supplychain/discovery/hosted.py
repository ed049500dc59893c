"""Third-party AI services and the models that they host, from hosts, settings and names."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.model.component import Component, Kind


def service(name: str) -> Component:
    """Return a service as a component."""
    return Component(kind=Kind.SERVICE, source="", name=name)


def service_at(address: str) -> Component | None:
    """Return the service of the catalog whose host an address has, or None."""
    whole, patterns = _hosts()
    host = host_of(address)
    name = whole.get(host) or next((name for pattern, name in patterns if fnmatchcase(host, pattern)), None)
    return service(name) if name else None


def host_of(address: str) -> str:
    """Return the host of an address, which may stand without a scheme; empty where it has none."""
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""


def service_of_setting(variable: str) -> Component | None:
    """Return the service whose SDK reads an environment variable, or None."""
    name = _settings().get(variable)
    return service(name) if name else None


def hosted_model(text: str, by: str | None = None) -> Component | None:
    """Return the model of a service that a name stands for, or None where it names none.

    `by` is the service that the call goes to, where that is known; it can be a router, which writes another service
    before the name, and a name that is none of its own models is none. Without it only names count that tell their service: `gpt-4o`, `openai/gpt-4o`, `openai:gpt-4o`.
    """
    if by is not None:
        own = [pattern for pattern, name in _models() if name == by]
        fits = not own or any(pattern.fullmatch(text) for pattern in own)
        return Component(kind=Kind.MODEL, source=by, name=text) if fits and re.fullmatch(r"\S+", text) else None
    for pattern, name in _models():
        if pattern.fullmatch(text):
            return Component(kind=Kind.MODEL, source=name, name=text)
    match = re.fullmatch(r"([\w-]+)[/:](\S+)", text)
    if match and match[1] in _prefixes():
        source = _prefixes()[match[1]]
        if source in {"huggingface-inference", "replicate"} or hosted_model(match[2]) or "/" in match[2]:
            return Component(kind=Kind.MODEL, source=source, name=match[2])
    return None


def routed_model(text: str) -> Component | None:
    """Return the model that a router's own name for it stands for: `service/model` or `service:model`."""
    match = re.fullmatch(r"([\w-]+)[/:](\S+)", text)
    if match and match[1] in _prefixes():
        return Component(kind=Kind.MODEL, source=_prefixes()[match[1]], name=match[2])
    return hosted_model(text)


@cache
def _hosts() -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Return the services by whole host, and those by a pattern with `*`."""
    every = [(host, entry.id) for entry in catalog.services() for host in entry.hosts]
    return dict(pair for pair in every if "*" not in pair[0]), tuple(pair for pair in every if "*" in pair[0])


@cache
def _settings() -> dict[str, str]:
    return {name: entry.id for entry in catalog.services() for name in entry.settings}


@cache
def _models() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile("|".join(entry.models)), entry.id) for entry in catalog.services() if entry.models)


@cache
def _prefixes() -> dict[str, str]:
    return {name: entry.id for entry in catalog.services() for name in entry.prefix}
