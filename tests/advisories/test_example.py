"""The records of the example: each is sound, and affects what it is about; one is of a version that the example uses."""

import re
from pathlib import Path

import pytest

from supplychain.advisories import read_database
from supplychain.advisories.records import parse
from supplychain.model.finding import Severity
from tests.advisories.support import NOW, assessed, ids

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted((EXAMPLES / "facts" / "osv-scanner").rglob("*.json"))
OLD = {
    "h11": ("0.14.0", "GHSA-vqfr-h8mv-ghfj"),
    "idna": ("3.6", "PYSEC-2024-60"),
    "numpy": ("1.16.0", "PYSEC-2019-108"),
    "pydantic": ("1.7.3", "PYSEC-2021-47"),
    "pyyaml": ("5.3.1", "GHSA-8q59-q68h-6hv4"),
    "reqquests": ("1.0", "MAL-2022-7435"),
    "torch": ("2.5.1+cu121", "GHSA-53q9-r3pm-6pq6"),
    "tqdm": ("4.66.2", "GHSA-g7vv-2v7x-gj9p"),
    "transformers": ("4.35.0", "GHSA-3863-2447-669p"),
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_record_is_called_as_its_file_and_says_when_and_what(path: Path) -> None:
    stated = parse(path.read_bytes())
    assert stated.id == path.stem
    assert stated.summary
    assert stated.published
    assert stated.modified


@pytest.mark.parametrize("name", OLD)
def test_an_old_version_is_affected(name: str) -> None:
    pin = (f"package:pypi/{name}", OLD[name][0])
    matched = assessed(read_database(EXAMPLES / "facts" / "osv-scanner", [pin[0]], NOW), pin).matched[0]
    assert ids(matched) == [OLD[name][1]]
    advisory = matched.vulnerabilities[0].advisory
    assert advisory.malicious is (name == "reqquests")
    rated = {"idna": Severity.HIGH, "tqdm": Severity.LOW, "numpy": None, "pydantic": None, "reqquests": None}
    assert advisory.severity is rated.get(name, Severity.CRITICAL)


def test_of_what_the_example_uses_one_version_is_affected() -> None:
    text = (EXAMPLES / "support-rag" / "requirements.txt").read_text()
    pins = [(f"package:pypi/{name}", version) for name, version in re.findall(r"(?m)^([\w.-]+)==([^\s;]+)", text)]
    data = assessed(read_database(EXAMPLES / "facts" / "osv-scanner", [component for component, _ in pins], NOW), *pins)
    assert len(data.matched) > 20
    assert [one.component for one in data.matched if one.state != "clean"] == ["package:pypi/tqdm"]
    assert (data.ecosystems, data.records, data.problem) == (("pypi",), len(FILES), "")
