"""How the provenance of datasets and models is stated, as types: what `provenance.toml` holds."""

import re
from functools import cached_property

from supplychain.catalog.interface import Data
from supplychain.model.license import ProvenanceField


class Need(Data):
    """Something that has to be stated of every dataset; one of its fields is enough."""

    fields: tuple[ProvenanceField, ...]
    name: str
    of_models: bool = False
    """Whether it is shown of models too."""
    line: str
    """What to write for it in the declaration; `{source}` is the code's."""
    beside: bool = False
    """Whether that line stands beside `provenance`, not in it."""
    hint: str = ""
    """What is meant by it, or what to write where there is nothing to state."""
    undated: str = ""
    """What to write for what has no revisions."""
    undated_hint: str = ""


class Revised(Data):
    """What has revisions that a place which loads it can ask for."""

    sources: tuple[str, ...]


class Unfilled(Data):
    """What only looks like a statement."""

    pattern: str
    values: tuple[str, ...]
    """Whole values, in lower case."""
    values_none: tuple[str, ...]
    may_be_none: tuple[ProvenanceField, ...]
    """Fields of which `values_none` say something."""
    moving: tuple[str, ...]
    """Revisions that come to mean something else every day."""


class Files(Data):
    """Patterns of the names of files, in lower case."""

    json_ld: tuple[str, ...]
    metadata: tuple[str, ...]
    dvc: tuple[str, ...]
    datasheet: tuple[str, ...]
    model_card: tuple[str, ...]
    card: tuple[str, ...]

    def form(self, name: str) -> str | None:
        """Return which form of document a file's name tells; None for any other."""
        match = self._pattern.fullmatch(name.lower())
        return match.lastgroup if match else None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        listed = ((form, getattr(self, form)) for form in type(self).model_fields)
        forms = (f"(?P<{form}>{'|'.join(_regex(pattern) for pattern in patterns)})" for form, patterns in listed)
        return re.compile("|".join(forms), re.DOTALL)


def _regex(pattern: str) -> str:
    return ".*".join(re.escape(part) for part in pattern.split("*"))


Keys = dict[ProvenanceField, tuple[str, ...]]


class ProvenanceForms(Data):
    """Which files state provenance, under which keys and headings, and what has to be stated."""

    need: tuple[Need, ...]
    revised: Revised
    unfilled: Unfilled
    files: Files
    json_ld: Keys
    front: Keys
    metadata: Keys
    headings: Keys
    """Patterns of headings, questions and labels."""
