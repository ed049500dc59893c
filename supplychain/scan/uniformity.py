"""Whether the high bits of the mantissas of F32 values are as even as noise.

Values that were trained crowd toward the low end of each power of two, so that bits 19 to 22 are uneven in every tensor of
size; a payload that fills 18 bits or more makes them even. So does drawing values evenly between a power of two and zero, as
layers begin before training; then each power of two also holds half as many values as the next one, and nothing is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ENOUGH = 100_000
"""Values below which nothing is told."""
_SAMPLE = 1 << 14
"""About so many values of a part are looked at, spread over all of it."""
_CHANCE = 45.0
"""Chi-squared of 15 degrees of freedom, which noise exceeds once in 13,000 times."""
_HALVING_CHANCE = 40.0
"""The same of 4 degrees, once in 20 million times."""
_ABOVE = 0.03
"""Share of values above the power of two that most values have, where they were drawn evenly."""
_HALVES = np.array([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 16])


def histogram(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return how many of a sample of values, as their bits, have each exponent and each of the 16 high mantissa bits."""
    some = values[:: max(1, len(values) // _SAMPLE)]
    return np.bincount((some >> 19) & 0xFFF, minlength=1 << 12)


def even(counts: NDArray[np.int64]) -> bool:
    """Whether the mantissas are as even as noise, and their exponents do not say why."""
    table = counts.reshape(256, 16)
    total = int(table.sum())
    if not total or _distance(table.sum(axis=0), np.full(16, 1 / 16)) > _CHANCE:
        return False
    return not _halving(table.sum(axis=1))


def _halving(exponents: NDArray[np.int64]) -> bool:
    top = int(exponents.argmax())
    if top < 4 or exponents[top + 1 :].sum() > _ABOVE * exponents.sum():
        return False
    below = [*(exponents[top - step] for step in range(4)), exponents[: top - 3].sum()]
    return _distance(np.array(below), _HALVES) < _HALVING_CHANCE


def _distance(counts: NDArray[np.int64], shares: NDArray[np.float64]) -> float:
    """Return chi-squared of counts against the shares that they should have."""
    expected = counts.sum() * shares
    return float((np.square(counts - expected) / expected).sum())
