"""Components: what a target takes from its supply chain."""

from enum import StrEnum
from typing import Self

from supplychain.model.base import Frozen
from supplychain.model.text import Text


class Kind(StrEnum):
    """The four kinds of component that the control speaks of."""

    MODEL = "model"
    DATASET = "dataset"
    PACKAGE = "package"
    SERVICE = "service"


class Component(Frozen):
    """One model, dataset, package or service; two places that name the same thing give equal components."""

    kind: Kind
    source: Text
    """Registry, ecosystem or `url` or `file`: `huggingface`, `pypi`, `url`; empty for a service."""
    name: Text
    """The name within its source: `org/name`, `host/path`, a path in the target."""

    @property
    def id(self) -> str:
        """The id that findings, declaration and inventory share: `model:huggingface/org/name`."""
        return f"{self.kind}:{self.source}/{self.name}" if self.source else f"{self.kind}:{self.name}"

    @property
    def is_file(self) -> bool:
        """Whether it is a file of the target itself, so that no registry is named at all."""
        return self.source == "file"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the component that an id names.

        Raises:
            ValueError: `text` is not an id; the message shows the form.
        """
        kind, colon, rest = text.partition(":")
        if not colon or kind not in set(Kind) or not rest:
            raise ValueError(f"{text!r} is not a component id such as 'model:huggingface/org/name' or 'service:openai'")
        if kind == Kind.SERVICE:
            return cls(kind=Kind.SERVICE, source="", name=rest)
        source, slash, name = rest.partition("/")
        if not slash or not source or not name:
            raise ValueError(f"{text!r} names no source: write '{kind}:huggingface/org/name' or '{kind}:file/path'")
        return cls(kind=Kind(kind), source=source, name=name)
