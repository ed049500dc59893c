"""Names of packages as they may stand in a path. They come from a target: what is not a name is never sent."""

from __future__ import annotations

import re
from urllib.parse import quote

from packaging.utils import canonicalize_name

from supplychain.facts.interface import NoFactError
from supplychain.model.component import Component, Kind

LONGEST = 214
"""Characters of a name: npm's limit, and more than any name on PyPI has."""
_PYPI = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
"""https://packaging.python.org/en/latest/specifications/name-normalization/"""
_NPM = re.compile(r"(?:@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~_-][A-Za-z0-9._~!'()*-]*")
"""https://github.com/npm/validate-npm-package-name, with what old names may hold."""
ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm"}
"""Sources of components that facts are fetched for, as OSV calls them."""


def package(component: str) -> tuple[str, str]:
    """Return source and name of a component id: `("npm", "@scope/name")`.

    Raises:
        NoFactError: it is no name of a package that a registry is asked for.
    """
    try:
        parsed = Component.parse(component)
    except ValueError as error:
        raise NoFactError("it is not the id of a package") from error
    if parsed.kind is not Kind.PACKAGE or parsed.source not in ECOSYSTEMS:
        raise NoFactError(f"no registry is asked for what comes from {parsed.source or parsed.kind}")
    pattern = _PYPI if parsed.source == "pypi" else _NPM
    if len(parsed.name) > LONGEST or not pattern.fullmatch(parsed.name) or parsed.name in {"-", "."}:
        raise NoFactError(f"its name is not one that {ECOSYSTEMS[parsed.source]} can have, so it was not asked for")
    return parsed.source, str(canonicalize_name(parsed.name)) if parsed.source == "pypi" else parsed.name


def path(source: str, name: str) -> str:
    """Return where a registry describes a package, below its endpoint: `requests/`, `@scope%2Fname`."""
    return f"{quote(name, safe='')}/" if source == "pypi" else quote(name, safe="@")
