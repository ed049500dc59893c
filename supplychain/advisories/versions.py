"""The order of versions in each ecosystem, and what of a version is compared with an advisory's."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from packaging.version import InvalidVersion, Version

Key = Any
"""What versions of one ecosystem are compared by."""

_SEMANTIC = re.compile(
    r"v?(?P<major>\d{1,18})(\.(?P<minor>\d{1,18}))?(\.(?P<patch>\d{1,18}))?(-(?P<pre>[0-9A-Za-z.-]+))?(\+[0-9A-Za-z.-]+)?",
    re.ASCII,
)
_RELEASE = ((2, 0, ""),)
_LONGEST = 200
_NO_DIGITS = bytes(set(range(256)) - set(b"123456789\n"))


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
    def of(cls, ecosystem: str, text: str, listed: Mapping[bytes, Iterable[str]]) -> Self:
        """Return a version in use with its place in the order of its ecosystem.

        `listed` are the versions that advisories on its package list, by their digits.
        """
        whole: Key = None if ecosystem == "GitHub Actions" and not is_whole(text) else key(ecosystem, text)
        public = Version(whole.public) if is_local(whole) else whole
        alike = listed.get(digits(text), ()) if whole is not None else ()
        same = (other for other in alike if key(ecosystem, other) in (whole, public))
        return cls(text, whole, public, frozenset({text, *same}))

    def beside(self, names_build: bool) -> Key:
        """Return what of it is compared with a version of an advisory, by whether that `is_local`.

        A local build has the flaws of the release that it is made of, so that release is compared, unless the advisory
        names a local build itself (PEP 440, "Local version identifiers": a local build sorts after its release).
        """
        return self.whole if names_build else self.public


def is_local(at: Key | None) -> bool:
    """Whether a version names a local build: `2.5.1+cu121`."""
    return isinstance(at, Version) and at.local is not None


def is_whole(tag: str) -> bool:
    """Whether a tag of an action names one version, rather than the newest of a series, a branch or a commit."""
    match = _SEMANTIC.fullmatch(tag)
    return match is not None and match["patch"] is not None


def by_digits(texts: Collection[str]) -> dict[bytes, list[str]]:
    """Return versions by their digits, so that only a few have to be parsed to know which of them are one."""
    found: dict[bytes, list[str]] = {}
    plain = [text for text in texts if "+" not in text and "\n" not in text]
    for text, each in zip(plain, _digits("\n".join(plain)).split(b"\n"), strict=False):
        found.setdefault(each, []).append(text)
    for text in texts:
        if "+" in text or "\n" in text:
            found.setdefault(digits(text), []).append(text)
    return found


def digits(text: str) -> bytes:
    """Return what two spellings of a version share in every ecosystem: its digits from 1 to 9 before any `+`.

    Spellings differ in separators, letters, zeros at either end of a number, and in what a build is called.
    """
    return _digits(text.partition("+")[0]).replace(b"\n", b"")


def _digits(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass").translate(None, _NO_DIGITS)


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
