"""How the risk of a third-party AI service is computed: the types of risk.toml."""

from __future__ import annotations

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from supplychain.catalog.interface import Data
from supplychain.model.service import DataClass, Level

RiskLevel = Literal["very low", "low", "moderate", "high", "very high"]
LEVELS: tuple[RiskLevel, ...] = get_args(RiskLevel)
"""The levels of NIST SP 800-30 Rev. 1, the lowest first."""
Standing = Literal["sound", "missing", "over", "contradicted", "refused", "unknown"]
"""How an input stands; all but the first are alike in what they weigh."""


class StateRules(Data):
    """What failing rules say of an input, each as `<requirement> <rule>`; those of no list say that it was refused."""

    missing: frozenset[str]
    over: frozenset[str]
    contradicted: frozenset[str]

    def standing(self, rule: str) -> Standing:
        """Return how an input stands of which a failing rule tells."""
        lists: tuple[tuple[Standing, frozenset[str]], ...] = (
            ("missing", self.missing),
            ("over", self.over),
            ("contradicted", self.contradicted),
        )
        return next((name for name, rules in lists if rule in rules), "refused")


class RiskScale(Data):
    """The whole of risk.toml."""

    matrix: dict[RiskLevel, tuple[RiskLevel, ...]]
    """The levels of risk by likelihood, for impacts from the lowest to the highest."""
    data_class: dict[DataClass, RiskLevel]
    """The impact of each class of data."""
    criticality: dict[Level, RiskLevel]
    """The impact of each criticality."""
    rating: dict[Level, RiskLevel]
    """What a policy's limit, a team's own rating and the level of an acceptance mean."""
    area: dict[str, str]
    """The requirements whose rows are inputs, and what each is about."""
    without: dict[RiskLevel, int]
    """From how many areas that do not hold each likelihood is given."""
    rules: StateRules = Field(repr=False)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse a scale that leaves a level or a class out, or in which something worse counts for less."""
        for given, names in (
            (self.matrix, LEVELS),
            (self.data_class, get_args(DataClass)),
            (self.criticality, get_args(Level)),
            (self.rating, get_args(Level)),
        ):
            if set(given) != set(names):
                raise ValueError(f"the scale of risks has {sorted(given)}, not {sorted(names)}")
        if any(len(row) != len(LEVELS) for row in self.matrix.values()) or LEVELS[0] not in self.without:
            raise ValueError("the scale of risks does not give a level for everything")
        if any(row != sorted(row) for row in self._rising()):
            raise ValueError("the scale of risks does not rise")
        return self

    def _rising(self) -> list[list[int]]:
        """Return everything that has to rise, as numbers."""
        rows = [[LEVELS.index(cell) for cell in self.matrix[level]] for level in LEVELS]
        columns = [list(column) for column in zip(*rows, strict=True)]
        lists = [
            [self.data_class[name] for name in get_args(DataClass)],
            [self.criticality[name] for name in get_args(Level)],
            [self.rating[name] for name in get_args(Level)],
        ]
        counts = [self.without[level] for level in LEVELS if level in self.without]
        return [*rows, *columns, *([LEVELS.index(level) for level in found] for found in lists), counts]
