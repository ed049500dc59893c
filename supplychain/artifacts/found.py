"""What the parts of this room hand on: one artifact before its bytes were read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from supplychain.model.artifact import Artifact, PublishedHash
from supplychain.model.component import Component
from supplychain.model.reference import Place, Reference

State = Literal["bytes", "pointer", "absent", "not read", "unlisted", "removed"]


@dataclass(frozen=True)
class Wanted:
    """A model or dataset whose bytes are looked for, with all places in production that name it."""

    component: Component
    references: tuple[Reference, ...]

    @property
    def id(self) -> str:
        return self.component.id

    @property
    def at(self) -> Place:
        """The first place that names it on a line, or the first at all."""
        lined = (reference.at for reference in self.references if reference.at.line is not None)
        return next(lined, self.references[0].at)

    @property
    def is_pinned(self) -> bool:
        return all(reference.is_pinned for reference in self.references)

    @property
    def revisions(self) -> dict[str | None, bool]:
        """Every revision that a place asks for, and whether its Python alone is loaded: it is pinned apart from the weights."""
        own = dict.fromkeys((reference.revision for reference in self.references), False)
        apart = (reference.code_revision for reference in self.references if reference.code_revision)
        return own | {revision: True for revision in apart if revision not in own}


@dataclass
class Found:
    """One artifact: where its bytes lie, and what was published of it."""

    wanted: Wanted
    path: str
    where: Literal["target", "cache", "declared", "fetched"] = "target"
    state: State = "bytes"
    located: Path | None = None
    """Where its bytes lie on disk."""
    data: bytes | None = None
    """Its bytes, where they lie in memory."""
    at: Place | None = None
    revision: str | None = None
    size: int | None = None
    problem: str = ""
    tracked: str | None = None
    """The git blob that the target's index has at its path: of a file in Git LFS, that of its pointer."""
    published: list[PublishedHash] = field(default_factory=list)
    artifact: Artifact | None = None

    @property
    def has_bytes(self) -> bool:
        return self.located is not None or self.data is not None
