"""The order of versions in each ecosystem, and what of a version is compared with an advisory's."""

from __future__ import annotations

import re
from collections.abc import Collection
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
    line: bytes
    """What stands in the `lines` of versions among which it may be, in whichever spelling."""

    @classmethod
    def of(cls, ecosystem: str, text: str) -> Self:
        """Return a version in use with its place in the order of its ecosystem."""
        whole: Key = None if ecosystem == "GitHub Actions" and not is_whole(text) else key(ecosystem, text)
        public = Version(whole.public) if is_local(whole) else whole
        return cls(text, whole, public, lines([text]))

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


def lines(texts: Collection[str]) -> bytes:
    r"""Return what two spellings of a version share in every ecosystem, between line feeds: `\n251\n` of 2.5.1 and 2.05.1+x.

    That is its digits from 1 to 9 before any `+`: spellings differ in separators, letters, zeros at either end of a number,
    and in what a build is called. Only versions whose line is that of another one have to be parsed.
    """
    if not texts:
        return b""
    joined = "\n".join(texts)
    if "+" in joined or joined.count("\n") != len(texts) - 1:
        joined = "\n".join(text.partition("+")[0].replace("\n", "") for text in texts)
    return b"\n%b\n" % joined.encode("utf-8", "surrogatepass").translate(None, _NO_DIGITS)


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
