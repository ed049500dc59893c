"""The policy's deny list, held against what is used."""

from __future__ import annotations

import re
from typing import Literal

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from supplychain.checks.packages import PackageUse

_DENIED = re.compile(r"package:([a-z]+)/(@?[^\s@]+)(?:@(\S+))?")


def denies(entry: str, use: PackageUse) -> Literal["yes", "no", "perhaps"]:
    """Return whether an entry of the policy's deny list is of the package that is used, in the version that is used."""
    parts = _DENIED.fullmatch(entry)
    if parts is None:
        return "no"
    source, name, version = parts.groups()
    if source != use.component.source or _spelled(source, name) != _spelled(source, use.component.name):
        return "no"
    if version is None or version == use.version:
        return "yes"
    if use.version is None:
        return "perhaps"
    try:
        return "yes" if Version(version) in _public(use.version) else "no"
    except InvalidVersion:
        return "no"


def _spelled(source: str, name: str) -> str:
    return canonicalize_name(name) if source == "pypi" else name


def _public(version: str) -> tuple[Version, Version]:
    """Return a version, and the one that was published: `2.5.1+cu121` is a build of `2.5.1`."""
    whole = Version(version)
    return whole, Version(whole.public)
