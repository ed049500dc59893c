"""From the text that code gives to a loading call to the component that it names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.catalog.interface import Registry
from supplychain.discovery.hosted import hosted_model
from supplychain.model.component import Component, Kind

_LOCAL = re.compile(r"^(\.{1,2}(/|$)|/|~|[A-Za-z]:[\\/]|file:|[^/]*\\)")
_ADDRESS = re.compile(r"(?i)(?!file:)[a-z][a-z0-9+.-]+://")
_HUB_PATH = re.compile(r"hf://(?P<kind>datasets/|spaces/)?(?P<name>[\w.-]+/[\w.-]+)(@(?P<revision>[^/]+))?(/.*)?")


@dataclass(frozen=True)
class Named:
    """A component, the revision that its name carries, and the address that it was given by."""

    component: Component
    revision: str | None = None
    address: str | None = None


def is_address(text: str) -> bool:
    """Whether a text is an address on the network, also of a bucket or, with `hf://`, of a registry."""
    return "://" in text and _ADDRESS.match(text) is not None


def from_address(text: str, kind: Kind) -> Named:
    """Return the component at an address: by name where its host is a registry's, else by host and path."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return Named(Component(kind=kind, source="url", name=text), address=text)
    if match := _HUB_PATH.fullmatch(text):
        return _matched(match, kind, "huggingface", None)
    for registry in catalog.registries().values():
        for entry in registry.host:
            if entry.name == host and (match := re.fullmatch(entry.path, parts.path)):
                return _matched(match, kind, registry.key, text)
    which = re.search(r"(?:^|&)(id=[\w-]+)", parts.query)  # some hosts name a file by its id alone
    name = host + parts.path + (f"?{which[1]}" if which else "")
    return Named(Component(kind=kind, source="url", name=name or text), address=text)


def _matched(match: re.Match[str], kind: Kind, registry: str, address: str | None) -> Named:
    groups = match.groupdict()
    if groups.get("kind") == "datasets/":
        kind = Kind.DATASET
    elif len(serves := catalog.registries()[registry].serves) == 1:
        kind = serves[0]
    name = f"spaces/{groups['name']}" if groups.get("kind") == "spaces/" else groups["name"]
    return Named(Component(kind=kind, source=registry, name=name), groups.get("revision"), address)


def from_name(text: str, kind: Kind, registry: Registry, exists: Callable[[str], bool], folder: str) -> Named | None:
    """Return the component that a name stands for with a registry's client, or None where it has no such form.

    A name that is a path of the target, seen from its root or from `folder`, is the file or folder there: the
    clients look there first.
    """
    if local := _local(text, exists, folder):
        return Named(Component(kind=kind, source="file", name=local))
    if text.partition("/")[0].lower() in catalog.artifacts().folders and "/" in text:
        return Named(Component(kind=kind, source="file", name=trim(text)))
    if (match := re.fullmatch(registry.name_pattern, text)) is None:
        return None
    groups = match.groupdict()
    revision = groups.get("revision")
    name = groups.get("name") or (text[: match.start("revision") - 1] if revision else text)
    return Named(Component(kind=kind, source=registry.key, name=name), revision)


def trim(path: str) -> str:
    """Return a path without the dots that mean the folder it is seen from, and without a slash at its end."""
    return re.sub(r"^(\./+)+", "", path).rstrip("/")


def _local(text: str, exists: Callable[[str], bool], folder: str) -> str | None:
    if not text:
        return None
    trimmed = trim(text)
    for candidate in (trimmed, f"{folder}/{trimmed}" if folder else trimmed):
        if trimmed and ".." not in candidate.split("/") and exists(candidate):
            return candidate
    if _LOCAL.match(text) or text.lower().endswith(catalog.artifacts().url_suffixes):
        return trimmed or text
    return None


_OWNED = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
"""A name of a registry with its owner."""
_CANONICAL = re.compile(r"(bert|distilbert|roberta|xlm-roberta|albert|gpt2|t5|mt5|bart|electra)(-[\w-]+)?")
"""Models of HuggingFace that have no owner."""
_SHORT = re.compile(r"[a-z0-9][\w.-]*:[\w.-]+")
"""A name of Ollama with its tag."""


def is_word(text: str) -> bool:
    """Whether a text has no owner and is no name that stands without one."""
    return re.fullmatch(r"[\w.-]+", text) is not None and _CANONICAL.fullmatch(text) is None


def from_setting(
    text: str, kind: Kind, *, is_telling: bool, exists: Callable[[str], bool], folder: str
) -> Named | None:
    """Return the component that the value of a setting or an option names, or None where it names none.

    `is_telling` is whether the setting's name says by itself that its value is a model or a dataset, as
    `model_name_or_path` does and `model` does not; a name without an owner counts only then.
    """
    text = text.strip()
    if not text or any(character.isspace() or character in "${}<>*|" for character in text):
        return None
    if is_address(text):
        return from_address(text, kind)
    is_weights = text.lower().endswith(catalog.artifacts().url_suffixes)
    if kind is Kind.MODEL and not is_weights and (hosted := hosted_model(text)):
        return Named(hosted)
    if local := _local(text, exists, folder):
        known = exists(local) or is_weights
        return Named(Component(kind=kind, source="file", name=local)) if known else None
    if _OWNED.fullmatch(text):
        return from_name(text, kind, catalog.registries()["huggingface"], exists, folder)
    if kind is Kind.MODEL and _CANONICAL.fullmatch(text):
        return Named(Component(kind=kind, source="huggingface", name=text))
    if kind is Kind.MODEL and is_telling and _SHORT.fullmatch(text):
        return Named(Component(kind=kind, source="ollama", name=text))
    return None


def not_a_name(text: str, of: str = "its names") -> str:
    """Return why a text that is loaded names no component."""
    if not text.strip():
        return "what is written here is empty, and what it is given at run time is not seen"
    return f"{text!r} has not the form of {of}"
