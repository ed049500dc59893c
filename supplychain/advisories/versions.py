"""The order of versions in each ecosystem, and what of a version is compared with an advisory's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from packaging.version import InvalidVersion, Version

Key = Any
"""What versions of one ecosystem are compared by."""

_SEMANTIC = re.compile(
    r"v?(?P<major>\d{1,18})(\.(?P<minor>\d{1,18}))?(\.(?P<patch>\d{1,18}))?(-(?P<pre>[0-9A-Za-z.-]+))?(\+[0-9A-Za-z.-]+)?"
)
_RELEASE = ((2, 0, ""),)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Used:
    """A version in use."""

    text: str
    whole: Key | None
    """Its place in the order; None: it has none."""
    public: Key | None
    """The place of the release that it is a build of: `2.5.1` of `2.5.1+cu121`."""
    spellings: frozenset[str]
    """How advisories on its package that list versions spell it; what is no version has its own spelling alone."""

    @classmethod
    def of(cls, ecosystem: str, text: str, spelled: Mapping[Key, Iterable[str]]) -> Self:
        """Return a version in use with its place in the order of its ecosystem.

        `spelled` are the spellings of each version that advisories on its package list.
        """
        whole = None if ecosystem == "GitHub Actions" and not is_whole(text) else key(ecosystem, text)
        public = Version(whole.public) if isinstance(whole, Version) and whole.local is not None else whole
        listed = (*spelled.get(whole, ()), *spelled.get(public, ())) if whole is not None else ()
        return cls(text, whole, public, frozenset({text, *listed}))

    def beside(self, other: Key) -> Key:
        """Return what of it is compared with a version of an advisory.

        A local build has the flaws of the release that it is made of, so that release is compared, unless the advisory
        names a local build itself (PEP 440, "Local version identifiers": a local build sorts after its release).
        """
        return self.whole if isinstance(other, Version) and other.local is not None else self.public


def is_whole(tag: str) -> bool:
    """Whether a tag of an action names one version, rather than the newest of a series, a branch or a commit."""
    match = _SEMANTIC.fullmatch(tag)
    return match is not None and match["patch"] is not None


def spellings(ecosystem: str, texts: Iterable[str]) -> dict[Key, list[str]]:
    """Return the spellings of each version among texts; those that are no versions are left out."""
    found: dict[Key, list[str]] = {}
    for text in texts:
        found.setdefault(key(ecosystem, text), []).append(text)
    found.pop(None, None)
    return found


@lru_cache(maxsize=65536)
def key(ecosystem: str, text: str) -> Key | None:
    """Return the place of a version in the order of its ecosystem, None where it has none.

    PyPI: PEP 440. npm and actions: Semantic Versioning 2.0.0, section 11, where a minor or patch number that is not
    written is 0.
    """
    if len(text) > _LONGEST:
        return None
    if ecosystem != "PyPI":
        return _semantic(text)
    try:
        return Version(text)
    except (InvalidVersion, ValueError):
        return None


def _semantic(text: str) -> Key | None:
    match = _SEMANTIC.fullmatch(text)
    if match is None:
        return None
    numbers = tuple(int(match[part] or 0) for part in ("major", "minor", "patch"))
    pre = tuple(map(_identifier, match["pre"].split("."))) if match["pre"] else _RELEASE
    return (*numbers, pre)


def _identifier(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.isdecimal() and text.isascii() else (1, 0, text)
