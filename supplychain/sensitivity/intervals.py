"""The interval of a share that was seen in a sample.

Wilson's score interval: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, Journal of
the American Statistical Association 22 (1927), 209-212; without a correction for continuity.
"""

from __future__ import annotations

from math import sqrt

LEVEL = 0.95


def wilson(count: int, of: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the lower and the upper bound of the share that `count` of `of` speaks for.

    Raises:
        ValueError: there is no sample, or `count` is not in it.
    """
    if not 0 <= count <= of or of == 0:
        raise ValueError(f"{count} of {of} is no share")
    from statistics import NormalDist  # here, since a run that shows no measure needs none of it

    z = NormalDist().inv_cdf((1 + level) / 2)
    share, square = count / of, z * z / of
    middle = share + square / 2
    half = z * sqrt(share * (1 - share) / of + square / (4 * of))
    low, high = (middle - half) / (1 + square), (middle + half) / (1 + square)
    return 0.0 if count == 0 else low, 1.0 if count == of else high
