"""Wilson's interval against published values, and its bounds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.sensitivity.intervals import wilson


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_it_gives_the_values_that_newcombe_published(count: int, of: int, low: float, high: float) -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3
    assert wilson(count, of) == pytest.approx((low, high), abs=0.00005)


def test_three_of_two_hundred() -> None:
    low, high = wilson(3, 200)
    assert (round(low, 3), round(high, 3)) == (0.005, 0.043)


def test_none_missed_still_has_an_upper_bound() -> None:
    low, high = wilson(0, 200)
    assert low == 0
    assert high == pytest.approx(0.0188, abs=0.0001)


@settings(deadline=None)
@given(st.integers(1, 5_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_share_lies_between_its_bounds(sample: tuple[int, int]) -> None:
    count, of = sample
    low, high = wilson(count, of)
    assert 0 <= low <= count / of <= high <= 1
    mirrored = wilson(of - count, of)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high))


@pytest.mark.parametrize(("count", "of"), [(0, 0), (-1, 5), (6, 5)])
def test_what_is_no_sample_is_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match=r"is no share"):
        wilson(count, of)
