"""What tells a source of models and datasets: types of `reputation.toml` and `popular_models.toml`."""

import re
from functools import cached_property
from typing import Literal

from supplychain.catalog.interface import Data

Test = Literal["age", "card", "scan", "scorecard"]


class Hub(Data):
    """A source whose components have an owner."""

    source: str
    owners: str
    """The hub that knows the owner."""
    word: str
    shows: tuple[Test, ...]
    """The tests that its metadata can answer."""


class CodeHost(Data):
    """A host of repositories: its paths begin with the owner."""

    name: str
    branch: str
    """A pattern of paths that say which revision they take, in the group `revision`."""


class SharedHost(Data):
    """Hosts that serve whatever somebody put there."""

    name: str
    """A pattern of their names."""
    in_path: bool = False
    """Whether the path begins with the bucket."""


class Reputation(Data):
    """What tells a source."""

    hub: tuple[Hub, ...]
    bots: tuple[str, ...]
    """Accounts that write weights into repositories of others."""
    proposed: str
    """A pattern of revisions that anyone can propose."""
    collections: str
    """A pattern of names of repositories that gather files of others."""
    anonymous: str
    """A pattern of owners' names that tell nobody."""
    scripts: tuple[str, ...]
    weights: tuple[str, ...]
    code_host: tuple[CodeHost, ...]
    shared_host: tuple[SharedHost, ...]
    bucket_schemes: tuple[str, ...]
    confusable: dict[str, str]
    sequence: dict[str, str]
    """Letters that together look like one."""

    @cached_property
    def hubs(self) -> dict[str, Hub]:
        """The hubs by the source of their components."""
        return {entry.source: entry for entry in self.hub}


class Brand(Data):
    """A name that strangers claim."""

    name: str
    imitated: tuple[str, ...]
    """Beginnings of owners' names that claim it."""
    own: tuple[str, ...]
    """Owners who may have it, in lower case."""


class KnownWeights(Data):
    """Files of weights whose name tells their publisher."""

    file: str
    """A pattern of their names."""
    owners: tuple[str, ...]
    published: str


class PopularModels(Data):
    """Names that look-alikes imitate and copies are made of."""

    owners: dict[str, tuple[str, ...]]
    """By hub, in lower case."""
    brand: tuple[Brand, ...]
    models: tuple[str, ...]
    moved: tuple[str, ...]
    weights: tuple[KnownWeights, ...]

    @cached_property
    def by_name(self) -> dict[str, tuple[str, ...]]:
        """The publishers of the popular models by the models' names in lower case, the one of today first."""
        found: dict[str, tuple[str, ...]] = {}
        for model in (*self.models, *self.moved):
            owner, _, name = model.partition("/")
            found[name.lower()] = (*found.get(name.lower(), ()), owner)
        return found

    def weights_of(self, file: str) -> KnownWeights | None:
        """Return whose weights a file's name tells."""
        return next((entry for entry in self.weights if re.fullmatch(entry.file, file)), None)
