"""Many requests at once."""

import time

import pytest

from supplychain.facts.interface import NoFactError
from supplychain.facts.parallel import each


def test_results_are_in_the_order_of_the_items() -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.05 if number == 0 else 0)
        return number * 2

    assert each(slow_first, range(20), workers=4, seconds=5) == [number * 2 for number in range(20)]
    assert each(slow_first, [], workers=4, seconds=5) == []


def test_what_has_no_fact_says_so_and_the_others_go_on() -> None:
    def odd(number: int) -> int:
        if number % 2:
            return number
        raise NoFactError(f"{number} is even")

    assert [str(result) for result in each(odd, range(4), workers=2, seconds=5)] == ["0 is even", "1", "2 is even", "3"]


def test_what_takes_too_long_is_not_waited_for() -> None:
    begun = time.monotonic()
    one, two = each(time.sleep, [0, 3], workers=2, seconds=0.2)
    assert time.monotonic() - begun < 2
    assert (one, str(two)) == (None, "it took more than 0.2 seconds in all")


def test_a_mistake_in_the_code_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        each(lambda number: 1 // number, [1, 0], workers=1, seconds=5)
