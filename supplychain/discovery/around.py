"""What the keys above a value of configuration, and those beside it, say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from supplychain import catalog
from supplychain.catalog.config_key import ConfigKey
from supplychain.discovery.hosted import service_at
from supplychain.discovery.keys import meaning, normal, provider
from supplychain.discovery.nodes import Entry, Node
from supplychain.discovery.values import value_of

_ENVIRONMENT = re.compile(r"(\w+_)?(env|envs|environment|env_vars|environment_variables|variables|build_args|args)")
_ASSIGNED = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:=(?P<value>.*))?", re.DOTALL)
_GIVEN = ("value", "valueFrom", "value_from")


@dataclass(frozen=True)
class Around:
    """What surrounds a value."""

    path: tuple[str, ...] = ()
    within: ConfigKey | None = None
    key: str = ""
    """The key that `within` is the meaning of."""
    by: str | None = None
    """The provider that the keys speak of."""
    is_elsewhere: bool = False
    """Whether its client is sent to a host that is not the provider's."""
    beside: Mapping[str, Node] = field(default_factory=dict)
    """The mapping that the value is in, by its keys in the form of the catalog."""

    @property
    def call(self) -> str:
        """How the value is named, for people."""
        return ".".join(self.path[-3:])

    @property
    def is_of_model(self) -> bool:
        """Whether the mapping names a model, or how to reach one."""
        reached = self.beside.keys() & {"api_key", "base_url", "api_base"}
        return self.within is not None or bool(reached) or any(map(meaning, self.beside))

    def is_detail(self, means: ConfigKey, key: str) -> bool:
        """Whether another key of the mapping names the component, of which this one is a part."""
        return any(name != key and name in self.beside for name in means.unless)

    def given(self, keys: tuple[str, ...], known: Mapping[str, str]) -> str | None:
        """Return the value of the first of these keys that the mapping has, if it is known."""
        for key in keys:
            if (node := self.beside.get(key)) and node.text:
                value = value_of(node.text, node.line, known)
                return value.text if value.is_known and "\n" not in value.text else None
        return None

    def inside(self, node: Node, known: Mapping[str, str]) -> Around:
        """Return what surrounds the values of a mapping, with what its scalars say of the provider."""
        by = elsewhere = None
        words = catalog.config_keys()
        beside: dict[str, Node] = {}
        for entry in node.entries:
            key, value = normal(entry.key), value_of(entry.node.text or "", entry.line, known)
            beside.setdefault(key, entry.node)
            if key in words.provider or key in words.weak_provider:
                by = provider(value.text) or service_of_type(value.text) or by
            elif key in words.address and re.match(r"https?://", value.text) and value.is_known:
                at = service_at(value.text)
                by, elsewhere = (at.name, None) if at else (by, value.text)
        if elsewhere and "ollama" not in {by, self.by}:
            return replace(self, by=None, is_elsewhere=True, beside=beside)
        return replace(self, by=by, is_elsewhere=False, beside=beside) if by else replace(self, beside=beside)


@lru_cache(maxsize=4096)
def service_of_type(text: str) -> str | None:
    """Return the service that a type of cloud resources is, as templates write it, or None."""
    if "/" not in text and "::" not in text:
        return None
    return next((name for pattern, name in catalog.config_keys().types.items() if re.fullmatch(pattern, text)), None)


def environment(node: Node, key: str) -> Node | None:
    """Return a list of variables as a mapping: `NAME=value`, or a name with its value; None where it is none."""
    entries = []
    for item in node.items:
        name, value = item.string("name", "key"), item.get(*_GIVEN)
        match = _ASSIGNED.fullmatch(item.text) if item.text is not None else None
        if item.entries and name and value is not None:
            entries.append(Entry(name, item.line, value if value.text is not None else Node(item.line, text="")))
        elif match and (match["value"] is not None or _ENVIRONMENT.fullmatch(key)):
            entries.append(Entry(match["name"], item.line, Node(item.line, text=match["value"] or "")))
        elif not item.string("name"):
            return None
    is_named = all(item.text is None for item in node.items) or _ENVIRONMENT.fullmatch(key)
    return Node(node.line, entries=entries) if entries and is_named else None
