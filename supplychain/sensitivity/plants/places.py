"""Changes at the very places where the target names its components: a look-alike of a host, an owner, a package."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from urllib.parse import urlsplit

from supplychain.model.component import Kind as ComponentKind
from supplychain.model.reference import Place, Reference, Scope
from supplychain.sensitivity.ground import Ground, token
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind


@kind("host of a registry replaced by a look-alike", "1.1", "9.1")
def look_alike_host(ground: Ground, rng: Random) -> Plant:
    """Replace the host in an address of a model, where the target itself writes it."""
    found = []
    for reference in _references(ground, ComponentKind.MODEL):
        host = urlsplit(reference.address or "").hostname
        if host and host in _line(ground, reference.at):
            found.append((reference, host))
    if not found:
        raise CannotPlantError("no model of production is named by an address that stands on its line")
    reference, host = rng.choice(found)
    other = rng.choice(
        (f"{host}.{token(rng)}.com", host.replace(".", "-") + f".{token(rng)}.net", f"{token(rng)}-{host}")
    )
    return _replaced(ground, reference.at, host, other, "look-alike of the host", other)


@kind("owner of a model replaced by a look-alike", "7.1", "9.1")
def look_alike_owner(ground: Ground, rng: Random) -> Plant:
    """Replace the owner in the name of a model, where the target itself writes it."""
    return _other_owner(ground, rng, ComponentKind.MODEL)


@kind("owner of a dataset replaced by a look-alike", "7.2", "9.1")
def look_alike_dataset(ground: Ground, rng: Random) -> Plant:
    """Replace the owner in the name of a dataset, where the target itself writes it."""
    return _other_owner(ground, rng, ComponentKind.DATASET)


def _other_owner(ground: Ground, rng: Random, of: ComponentKind) -> Plant:
    found = [
        reference
        for reference in _references(ground, of)
        if reference.component.source == "huggingface" and reference.component.name in _line(ground, reference.at)
    ]
    if not found:
        raise CannotPlantError(f"no {of} of production is named, with its owner, on the line that uses it")
    reference = rng.choice(found)
    owner, slash, name = reference.component.name.partition("/")
    unique = token(rng)
    other = rng.choice((f"{owner}-{unique}/{name}", f"{unique}/{name}", f"{owner}{slash}{name}-{unique}"))
    return _replaced(ground, reference.at, reference.component.name, other, "another owner or name", unique)


def _references(ground: Ground, of: ComponentKind) -> Iterator[Reference]:
    for reference in ground.case.inventory.references:
        if reference.component.kind is of and reference.at.scope is Scope.PROD and reference.at.line:
            if not reference.at.file.endswith((".json", ".lock", ".ipynb", "supplychain.toml")):
                yield reference


def _line(ground: Ground, at: Place) -> str:
    lines = (ground.text(at.file) or "").split("\n")
    return lines[(at.line or 1) - 1] if (at.line or 1) <= len(lines) else ""


def _replaced(ground: Ground, at: Place, old: str, new: str, way: str, name: str) -> Plant:
    lines = (ground.text(at.file) or "").split("\n")
    number = (at.line or 1) - 1
    lines[number] = lines[number].replace(old, new)
    data = "\n".join(lines).encode()
    return Plant(way, at.file, lines[number].strip(), (name,), at.line, data=data)
