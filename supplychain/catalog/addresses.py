"""Whether an address is of a model or dataset: at a host of its registry, under its name."""

from __future__ import annotations

from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.model.component import Component


def split(address: str) -> tuple[str, str]:
    """Return the host of an address, in lower case, and its path; both empty where it is no address."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "", parts.path.rstrip("/")) if parts.scheme and parts.netloc else ("", "")
    except ValueError:
        return "", ""


def is_at(address: str, component: Component) -> bool:
    """Whether an address is a component's own page or file, or the repository that it lies in."""
    host, path = split(address)
    if not host or "@" in address:
        return False
    name = component.name.casefold().rstrip("/")
    if component.source == "url":
        return name == f"{host}{path}".casefold()
    registry = catalog.registries().get(component.source)
    hosts = registry.hosts | registry.own_hosts | {registry.repository_host} if registry else frozenset()
    path = path.casefold().removesuffix(".git")
    is_repository = path.count("/") > 1 and f"/{name}/".startswith(f"{path}/")
    return host in hosts and (f"/{name}/" in f"{path}/" or is_repository)


def source_word(component: Component) -> str:
    """Return what a source is called in a sentence: its registry's word, or the host of an address."""
    if component.source == "url":
        return component.name.partition("/")[0]
    registry = catalog.registries().get(component.source)
    return registry.word if registry else component.source
