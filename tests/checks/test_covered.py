"""What a scan can claim is made from what ran."""

from __future__ import annotations

from typing import Any

import pytest

from supplychain.checks.covered import ROOM, covered
from supplychain.model.scan import Coverage, Indicator, Scanned

TRAINED = "what the weights were trained to do"


def scanned(*coverage: Coverage, path: str = "w.safetensors", size: int = 100, **more: Any) -> Scanned:
    whole = {"path": path, "sha256": "a" * 64, "size": size, "format": "safetensors", "verdict": "safe"}
    return Scanned.model_validate({**whole, "coverage": coverage, **more})


def ran(layer: str, count: int) -> Coverage:
    return Coverage(layer=layer, state="ran", bytes=count)


def saw(verdict: str) -> Indicator:
    return Indicator.model_validate({"layer": "values", "rule": "r", "verdict": verdict, "says": "s"})


def test_layers_and_bytes_are_those_that_ran() -> None:
    first = scanned(ran("safetensors", 10), ran("values", 90))
    second = scanned(ran("values", 1000), path="x", size=1000)
    assert covered([first, second]) == (
        "no indicator found by layers values (1,090 bytes), safetensors (10 bytes) over 1,100 bytes of 2 files; "
        f"not covered: {TRAINED}"
    )


def test_what_did_not_run_is_named_with_its_reason() -> None:
    lacking = Coverage(layer="values", state="lacking", reason="NumPy is not installed")
    assert covered([scanned(ran("safetensors", 100), lacking)]).endswith(
        f"over 100 bytes of 1 file; not covered: values of w.safetensors (NumPy is not installed); {TRAINED}"
    )


def test_bytes_that_no_layer_counted_are_not_covered() -> None:
    assert f"at least 40 bytes of w.safetensors that no layer looked at; {TRAINED}" in covered([scanned(ran("a", 60))])
    assert (
        f"no layer came to its end over 100 bytes of 1 file; not covered: all of w.safetensors; {TRAINED}"
        in covered([scanned()])
    )


def test_it_never_says_that_nothing_was_found_where_something_was() -> None:
    found = scanned(ran("values", 100), indicators=(saw("malicious"), saw("review"), saw("review"), saw("note")))
    assert covered([found]).startswith(
        "indicators found (1 of verdict malicious, 2 of verdict review) (1 noted that decides nothing) by layer values"
    )
    assert covered([scanned(ran("values", 100), indicators=(saw("note"),))]).startswith("no indicator found (1 noted")


def test_nothing_was_scanned() -> None:
    assert covered([]).startswith("nothing was scanned; not covered: everything")


def test_the_layers_that_looked_at_most_are_named_and_the_others_counted() -> None:
    said = covered([scanned(*(ran(f"layer{number}", number) for number in range(1, 9)), size=8)])
    assert (
        "layers layer8 (8 bytes), layer7 (7 bytes), layer6 (6 bytes), layer5 (5 bytes), layer4 (4 bytes) and 3 more over"
        in said
    )


def test_a_long_list_of_gaps_is_cut_visibly() -> None:
    said = covered([scanned(ran("a", 1), path=f"f{number}") for number in range(9)])
    assert said.count("that no layer looked at") == 5
    assert said.endswith(f"; 4 more; {TRAINED}")


@pytest.mark.parametrize("length", [1, 40, 400])
@pytest.mark.parametrize("files", [1, 9, 2000])
@pytest.mark.parametrize("layers", [1, 9])
@pytest.mark.parametrize("room", [ROOM, 250])
def test_it_fits_and_ends_with_what_is_never_covered(length: int, files: int, layers: int, room: int) -> None:
    seen = tuple(ran(f"layer {number} of many", 10**8) for number in range(layers))
    lacking = Coverage(layer="values", state="lacking", reason="y" * length)
    scans = [scanned(*seen, lacking, path=f"{'x' * length}{number}", size=10**9) for number in range(files)]
    said = covered(scans, room)
    assert len(said) <= room
    assert said.startswith("no indicator found by ")
    assert "; not covered: " in said
    assert said.endswith(f"; {TRAINED}")


def test_where_nothing_else_fits_layers_and_gaps_are_counted() -> None:
    said = covered([scanned(ran("a", 60), ran("b", 20))], 0)
    assert said == f"no indicator found by 2 layers over 100 bytes of 1 file; not covered: 1 gap; {TRAINED}"
