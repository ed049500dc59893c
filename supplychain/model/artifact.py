"""Artifacts: the bytes of models and datasets that are at hand, and what was published of them."""

from datetime import date
from typing import Literal

from supplychain.model.base import Frozen
from supplychain.model.reference import Place
from supplychain.model.text import Text


class PublishedHash(Frozen):
    """A hash that somebody published or recorded of an artifact."""

    algorithm: Text
    """`sha256`, `git-sha1`, `md5` …"""
    value: Text
    """Hex digits; may be empty or too short, which is what a check has to see."""
    origin: Literal[
        "hub", "git-lfs", "dvc", "declaration", "reference", "baseline", "inventory", "metadata", "name", "download"
    ]
    """Who says so; `reference`: the place that names the component; `metadata`: Croissant or the like; `name`: the
    artifact's own file name; `download`: the answer that brought the bytes, so that it shows no more than they do."""
    at: Place | None = None
    size: int | None = None
    recorded: date | None = None
    """The day on which it was published or recorded, where that is known."""


class Artifact(Frozen):
    """One file of a component, or the pointer that stands for it, or the lack of both."""

    component: Text
    path: Text
    """Its name within the component: a path in the target, or in the hub's repository."""
    at: Place | None = None
    """Where it lies in the target, or the first place that names its component."""
    where: Literal["target", "cache", "declared", "fetched"]
    revision: Text | None = None
    """The commit of the hub whose file it is; None where no hub has it."""
    state: Literal["bytes", "pointer", "absent", "empty", "truncated", "not read", "unlisted", "removed"]
    """`pointer`: a pointer of Git LFS or DVC lies in its place. `truncated`: shorter than what was published. `unlisted`:
    it is there, and what lists its folder or revision does not name it. `removed`: the other way round."""
    problem: Text = ""
    """Why it was not read, or what was wrong with what was remembered of it."""
    size: int | None = None
    sha256: str | None = None
    """64 hex digits of the bytes; None unless they were read."""
    weaker: tuple[tuple[Text, Text], ...] = ()
    """Digests of other algorithms that were computed, since only those were published."""
    cached: date | None = None
    """The day on which the digest was computed, where the file is unchanged since; None: on the day of this run."""
    published: tuple[PublishedHash, ...] = ()
    pinned: bool = False
    """Whether every place that names its component pins an immutable revision."""


class FoundSignature(Frozen):
    """A signature that was found for artifacts of a component."""

    kind: Literal["model-signing", "sigstore", "minisign", "gpg", "git tag", "kaggle"]
    file: Text
    """The signature itself, or the tag."""
    at: Place | None = None
    state: Literal[
        "valid", "invalid", "unexpected identity", "expired", "no trust", "incomplete", "not compared", "unreadable"
    ]
    """`no trust`: the policy names no key, chain or identity for it. `incomplete`: files that nobody signed. `not
    compared`: the signature itself verifies, and no bytes or published SHA-256 are at hand to hold against it."""
    says: Text = ""
    """Why, in a line."""
    identity: Text = ""
    issuer: Text = ""
    by: Literal["key", "certificate", "sigstore"] | None = None
    """How whoever signed was told; None: nobody was."""
    key: Text = ""
    """The file of the policy's `trust.keys` that it verifies with, or that its certificate goes back to."""
    covers: tuple[Text, ...] = ()
    """Paths that it signs, within the component."""
    digest: str | None = None
    """`sha256:<hex>` of the signature."""


class SignatureLookup(Frozen):
    """Where signatures of a component were looked for, and what was found."""

    component: Text
    at: Place | None = None
    looked: tuple[Text, ...] = ()
    """Where the lookup ran; empty: it did not run."""
    lacked: tuple[Text, ...] = ()
    """Where it could not run, each with the reason."""
    found: tuple[FoundSignature, ...] = ()
    unsigned: tuple[Text, ...] = ()
    """Weight files that none of the found signatures is on."""
    expected: tuple[Text, ...] = ()
    """Signatures that an earlier record says were there, by their paths."""
