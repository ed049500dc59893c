"""Who supplies a component, where its name says so."""

from __future__ import annotations

from functools import cache

from supplychain import catalog
from supplychain.model.component import Component, Kind

_OWNED = frozenset(
    {"docker", "github", "huggingface", "kaggle", "modelscope", "ollama", "pytorch-hub", "tensorflow-hub"}
)
"""Sources whose names begin with an owner."""


def supplier(component: Component) -> str | None:
    """Return the owner that a component's name begins with, or the provider of a service or of a hosted model."""
    if serving(component):
        return component.source
    if component.kind is Kind.SERVICE and component.name in _services():
        return component.name
    parts = component.name.split("/")
    if component.source == "npm":
        return parts[0] if len(parts) > 1 and parts[0].startswith("@") else None
    if component.source not in _OWNED:
        return None
    if parts[0] == "spaces" or (component.source == "docker" and ("." in parts[0] or ":" in parts[0])):
        parts = parts[1:]
    registry = catalog.registries().get(component.source)
    if len(parts) < 2 or (registry and registry.owners and parts[0].lower() not in registry.owners):
        return None
    return parts[0] or None


def serving(component: Component) -> str | None:
    """Return the id of the service that a hosted model is reached through, or None."""
    is_hosted = component.kind is Kind.MODEL and component.source in _services()
    return f"service:{component.source}" if is_hosted else None


@cache
def _services() -> frozenset[str]:
    return frozenset(entry.id for entry in catalog.services())
