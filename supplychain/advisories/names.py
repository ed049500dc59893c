"""Names of packages: as component ids spell them, as advisories do, and whether they are the same."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm", "github": "GitHub Actions"}
"""The ecosystems that records speak of, by the source of components that has the same names."""
SOURCES = {ecosystem: source for source, ecosystem in ECOSYSTEMS.items()}
_SEPARATORS = re.compile(r"[-_.]+")


class Name(NamedTuple):
    """A package in the spelling that makes two names of it equal."""

    ecosystem: str
    """As records spell it: `PyPI`."""
    name: str


def of_component(component: str) -> Name | None:
    """Return the name that records have for a component `package:pypi/name`, None where none cover its source."""
    kind, _, rest = component.partition(":")
    source, _, name = rest.partition("/")
    return canonical(ECOSYSTEMS[source], name) if kind == "package" and name and source in ECOSYSTEMS else None


@lru_cache(maxsize=65536)
def canonical(ecosystem: str, name: str) -> Name:
    """Return a name in its one spelling.

    PyPI by PEP 503; an action by its repository, whichever of its folders is used, as GitHub takes upper for lower case;
    npm tells case apart.
    """
    if ecosystem == "PyPI":
        return Name(ecosystem, _SEPARATORS.sub("-", name).lower())
    if ecosystem == "GitHub Actions":
        return Name(ecosystem, "/".join(name.lower().split("/")[:2]))
    return Name(ecosystem, name)


def loose(name: str) -> str:
    """Return a spelling that is equal wherever any ecosystem takes two names for one."""
    lower = _SEPARATORS.sub("-", name).lower()
    return lower if lower.count("/") < 2 else "/".join(lower.split("/")[:2])
