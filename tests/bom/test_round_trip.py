"""Over inventories by chance: what is written is valid, stable, and read as what went in, in every format."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter

import pytest
from spdx_python_model import load_data
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from supplychain.bom.entries import entries
from supplychain.bom.reading import read_boms
from supplychain.bom.schemas import cyclonedx_problems
from supplychain.bom.writing import FORMATS, to_text
from supplychain.target import Target
from tests.bom.generated import generated
from tests.bom.support import NOW, POLICY

SEEDS = range(25)


def text_of(form: str, seed: int) -> str:
    """Return what is written of an inventory by chance."""
    found, declared = generated(seed)
    return to_text(form, found, "a target é", "sha256:1", NOW, declared, POLICY)


def spdx_2_problems(text: str) -> list[str]:
    """Return what spdx-tools finds wrong."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as copy:
        copy.write(text)
        copy.flush()
        return [message.validation_message for message in validate_full_spdx_document(parse_file(copy.name))]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("form", FORMATS)
def test_what_is_written_is_read_as_the_same_components_and_versions(form: str, seed: int) -> None:
    found, declared = generated(seed)
    (bom,) = read_boms(Target.of({"inventory.json": text_of(form, seed).encode()}))
    listed = entries(found, declared, POLICY, NOW.date())
    expected = Counter((entry.id, revision.version) for entry in listed for revision in entry.revisions)
    assert bom.problem == ""
    assert Counter((item.component.id, item.version) for item in bom.listed) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_written_is_valid(seed: int) -> None:
    assert cyclonedx_problems(json.loads(text_of("cyclonedx", seed))) == ()
    assert load_data(json.loads(text_of("spdx3", seed)))[1].link() == set()
    assert spdx_2_problems(text_of("spdx2", seed)) == []


@pytest.mark.parametrize("form", FORMATS)
def test_the_order_of_what_was_found_changes_nothing(form: str) -> None:
    found, declared = generated(3)
    turned = found.model_copy(
        update={"references": found.references[::-1], "relations": found.relations[::-1]},
    )
    texts = {to_text(form, one, "t", "sha256:1", NOW, declared, POLICY) for one in (found, turned)}
    assert len(texts) == 1


_HASHED = """
import hashlib
from supplychain.bom.writing import FORMATS
from tests.bom.test_round_trip import text_of
print([hashlib.sha256(text_of(form, 3).encode()).hexdigest() for form in FORMATS])
"""


def test_the_same_inventory_and_time_give_the_same_bytes_in_every_process() -> None:
    runs = {
        subprocess.run(
            [sys.executable, "-c", _HASHED],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in (1, 2)
    }
    assert len(runs) == 1


def test_the_libraries_of_the_formats_are_imported_only_where_they_are_used() -> None:
    code = (
        "import sys; import supplychain.bom.writing, supplychain.bom.reading, supplychain.bom.completeness;"
        "print(sorted({'cyclonedx', 'spdx_tools', 'spdx_python_model', 'license_expression', 'yaml'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert run.stdout.strip() == "[]"
