"""What licenses of models and datasets allow and ask for: the types of licenses.toml and license_texts.toml."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from supplychain.catalog.interface import Data

Permission = Literal["yes", "no", "noncommercial", "unshared", "own family", "on conditions", "unknown"]
"""`noncommercial`: where nothing is earned by it. `unshared`: as long as the result is not passed on. `own family`: for
models of the licensor's family alone. `on conditions`: the licensor, or something that no register shows, has to agree."""
Basis = Literal["read", "knowledge", "second-hand", "unread"]
"""How a row is known: the clauses of its text on use, passing on and conditions were read for this table; a standard
license that is widely known; what others quote of it; nobody looked."""
Copyleft = Literal["none", "weak", "strong", "network", "share-alike", "data"]
Credit = Literal["component", "holder", "license"]
Metric = Literal["monthly_users", "annual_revenue_usd"]

SOUND: frozenset[Basis] = frozenset({"read", "knowledge"})


class Threshold(Data):
    """A size above which the license alone does not do."""

    metric: Metric
    above: int = Field(gt=0)
    only_commercial: bool = False
    """Whether it binds commercial use alone."""


class Excluded(Data):
    """A region that a license leaves out."""

    region: str
    certain: bool = True
    """Whether it holds for every component under the license, and the clause itself was read."""
    why: str


class License(Data):
    """One row of the obligations table."""

    id: str
    name: str
    spdx: tuple[str, ...] = ()
    """Its identifiers in expressions, the usual one first."""
    aliases: tuple[str, ...] = ()
    """Other names that are written for it, compared without case and with one space for white space, `_` and `-`."""
    family: tuple[str, ...] | None = None
    """Of an id that stands for several licenses: those that it can be; empty: any. Nothing can be decided by it."""
    commercial: Permission
    modification: Permission
    redistribution: Permission
    hosting: Permission
    hosting_is_distribution: bool = False
    training: Permission
    """Whether its outputs may train other models."""
    training_derives: bool = False
    """Whether a model that is trained on its outputs counts as derived from it."""
    thresholds: tuple[Threshold, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    credit: tuple[Credit, ...] = ()
    """What has to be named where users see it; empty: it asks for no attribution."""
    holder: str = ""
    """Whose license it is, where the name of the component's owner need not say it."""
    wording: tuple[str, ...] = ()
    """Texts that user interface or documentation has to show; one of them is enough."""
    notice: str = ""
    """The text that a notice file beside distributed copies has to hold."""
    name_prefix: str = ""
    """What the name of a distributed model has to begin with that is made from it."""
    license_copy: bool = True
    """Whether distributed copies need the license text."""
    state_changes: bool = False
    copyleft: Copyleft = "none"
    same_terms: tuple[str, ...] = ()
    """Where it is copyleft: the licenses under which adapted material may be passed on."""
    restrictions: str = ""
    """What its use restrictions are; empty: it has none."""
    prohibited_fields: tuple[str, ...] = ()
    """Fields of use that they forbid whatever else holds."""
    policy: str = ""
    """Where its acceptable use policy lies."""
    passes_on: bool = False
    """Whether restrictions have to be passed on to whoever receives it."""
    remote_restriction: bool = False
    """Whether the licensor may restrict its use from afar."""
    basis: Basis
    source: str = ""
    """What was read, or who is quoted."""
    note: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.basis in {"read", "second-hand"} and not self.source:
            raise ValueError(f"license {self.id}: name the source of what is {self.basis}")
        if (self.copyleft != "none") != bool(self.same_terms):
            raise ValueError(f"license {self.id}: same_terms stand where there is copyleft, and nowhere else")
        if self.family is not None and self.commercial != "unknown":
            raise ValueError(f"license {self.id}: what stands for several licenses permits nothing that is known")
        return self

    @property
    def is_known(self) -> bool:
        """Whether its row may decide: it is one license, and somebody knows its text."""
        return self.family is None and self.basis in SOUND

    @property
    def restricts(self) -> tuple[str, ...]:
        """The restrictions that a named person has to acknowledge."""
        metrics = {threshold.metric for threshold in self.thresholds}
        given = {
            "noncommercial": self.commercial in {"no", "noncommercial"},
            "no-derivatives": self.modification != "yes",
            "redistribution": self.redistribution != "yes",
            "hosting": self.hosting == "no" or self.hosting_is_distribution,
            "training": self.training in {"no", "own family", "noncommercial"} or self.training_derives,
            "user-threshold": "monthly_users" in metrics,
            "revenue-threshold": "annual_revenue_usd" in metrics,
            "regions": bool(self.excluded),
            "naming": bool(self.name_prefix),
            "share-alike": self.copyleft in {"share-alike", "data"},
            "copyleft": self.copyleft in {"weak", "strong", "network"},
            "network-copyleft": self.copyleft == "network",
            "use-restrictions": bool(self.restrictions),
            "pass-through": self.passes_on,
            "remote-restriction": self.remote_restriction,
        }
        return tuple(name for name, holds in given.items() if holds)


class LicenseText(Data):
    """What tells the text of a license from that of others."""

    license: str
    """The id in the obligations table."""
    title: str
    """A pattern of its title, looked for in the first lines."""
    phrases: tuple[str, ...]
    """All of them stand in the text; compared without case and white space."""
    longest: int
    """Characters that it has at most, white space counted once: more than that, and something was added."""
    has_riders: bool = False
    """Whether its own text says what `riders` name."""


class LicenseFiles(Data):
    """Where licenses and credits lie, and how texts are told apart: the whole of license_texts.toml."""

    license_names: str
    """A pattern of the names of license files, compared without case."""
    credit_names: str
    """A pattern of the paths of files that credit components, compared without case."""
    shown_names: str
    """A pattern of the paths of files whose text users see."""
    regions: dict[str, tuple[str, ...]]
    """Names of regions that stand for several countries."""
    riders: tuple[str, ...]
    """Phrases that, in the text of a license which does not have them, show that a clause was added."""
    text: tuple[LicenseText, ...]

    def is_license_file(self, name: str) -> bool:
        """Whether a file is called as license files are."""
        return re.fullmatch(self.license_names, name, re.IGNORECASE) is not None
