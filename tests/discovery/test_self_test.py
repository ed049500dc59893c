"""The self-test of discovery: it passes, and it names what discovery no longer sees."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from supplychain import catalog, discovery
from supplychain.discovery import CARRIERS, carriers_of, self_test
from supplychain.discovery.interface import Carrier, Found, SourceFile
from supplychain.model.inventory import SelfTest
from supplychain.target import Target

LISTED = frozenset({"package:pypi/onnxruntime"})
ALWAYS = {"python": self_test.PLANTED - LISTED - {"model:file/weights.bin"}, "requirements": LISTED}
MISSED = ALWAYS | {key: planted.subjects for key, planted in self_test.CARRIED.items()}
"""What is missed where a carrier sees nothing."""
FILE = {"python": "a.py", "requirements": "requirements.txt"} | {k: p.path for k, p in self_test.CARRIED.items()}


@pytest.fixture(autouse=True)
def carriers_anew() -> Iterator[None]:
    """Carriers are kept once they are imported; a test may break one."""
    discovery.carrier.cache_clear()
    yield
    discovery.carrier.cache_clear()


def of_files(*paths: str) -> SelfTest:
    """Return the self-test for a target with these files."""
    return self_test.run(carriers_of(Target.of(dict.fromkeys(paths, b""))))


def test_the_planted_sample_is_found_and_nothing_else() -> None:
    result = self_test.run(())
    assert result.passed
    assert (result.planted, result.found, result.missed) == (len(self_test.PLANTED), len(self_test.PLANTED), ())


def test_each_carrier_has_its_sample() -> None:
    assert set(MISSED) == set(CARRIERS)
    assert all(carriers_of(Target.of({FILE[key]: b""})) == {key} for key in CARRIERS)


def test_no_two_files_of_the_sample_name_the_same() -> None:
    subjects = [self_test.PLANTED, *(planted.subjects for planted in self_test.CARRIED.values())]
    assert all(subjects)
    assert len(frozenset().union(*subjects)) == sum(map(len, subjects))


@pytest.mark.parametrize("key", CARRIERS)
def test_a_carrier_is_tested_where_the_target_has_a_file_of_it(key: str) -> None:
    planted = self_test.PLANTED | MISSED[key]
    assert of_files(FILE[key]) == SelfTest(planted=len(planted), found=len(planted))


def test_all_carriers_are_tested_together() -> None:
    planted = self_test.PLANTED.union(*MISSED.values())
    assert of_files(*FILE.values()) == SelfTest(planted=len(planted), found=len(planted))


@pytest.mark.parametrize("key", CARRIERS)
def test_a_carrier_that_is_gone_is_missed(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "CARRIERS", {name: at for name, at in CARRIERS.items() if name != key})
    result = of_files(FILE[key])
    assert not result.passed
    assert set(result.missed) == MISSED[key]


@pytest.mark.parametrize("key", CARRIERS)
def test_a_carrier_that_sees_nothing_is_missed_by_name(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    discovery.carrier(key)
    discovery.carrier.cache_clear()
    module, _, function = CARRIERS[key].partition(":")
    monkeypatch.setattr(sys.modules[f"supplychain.discovery.{module}"], function, _sees_nothing)
    result = of_files(FILE[key])
    assert not result.passed
    assert set(result.missed) == MISSED[key]


def _sees_nothing(_: SourceFile) -> Found:
    return Found()


def test_a_carrier_without_a_sample_fails_it() -> None:
    result = self_test.run({"fortran"})
    assert result.missed == ("carrier:fortran",)
    assert not result.passed


def test_a_target_without_such_a_file_imports_no_parser_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    used: set[str] = set()
    found = discovery.carrier

    def carrier(key: str) -> Carrier:
        used.add(key)
        return found(key)

    monkeypatch.setattr(discovery, "carrier", carrier)
    of_files("app.py", "models/a.gguf", "notes.txt")
    assert used == {"python", "requirements"}


@pytest.mark.parametrize(
    ("function", "missed"),
    [
        ("load_dataset", {"dataset:huggingface/sample-org/dataset"}),
        ("load", {"model:pytorch-hub/sample-org/repository", "model:file/sample.dat"}),
        (
            "from_pretrained",
            {
                "model:huggingface/sample-org/constant",
                "model:huggingface/sample-org/literal",
                "model:unresolved/make_name()",
            },
        ),
    ],
)
def test_a_loader_that_is_gone_is_missed_by_name(
    monkeypatch: pytest.MonkeyPatch, function: str, missed: set[str]
) -> None:
    left = {name: entries for name, entries in catalog.loaders().items() if name != function}
    monkeypatch.setattr(catalog, "loaders", lambda: left)
    result = self_test.run(())
    assert not result.passed
    assert set(result.missed) == missed


def test_something_that_was_not_planted_fails_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_test, "SAMPLE", {**self_test.SAMPLE, "extra.gguf": b"GGUF"})
    result = self_test.run(())
    assert result.missed == ("model:file/extra.gguf",)
    assert not result.passed
