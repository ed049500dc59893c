"""The license register of a run and the page of the obligations table."""

from __future__ import annotations

import csv
import io

from supplychain import catalog
from supplychain.checks.canaries.licensing import ALL, licensed, other_model, stated
from supplychain.model.case import Case
from supplychain.report import license_table
from supplychain.report.licenses import HEAD, document, register, spreadsheet
from tests.support import ROOT, SAMPLE, run_suite


def test_the_page_is_as_the_table_is() -> None:
    assert (ROOT / "docs" / "licenses.md").read_text() == license_table.document(), "run make docs"


def test_every_license_stands_in_it_twice() -> None:
    text = license_table.document()
    for name in catalog.licenses():
        assert text.count(f"`{name}` |") == 2, name


def test_the_register_of_the_sound_target() -> None:
    rows = {row[0]: dict(zip(HEAD, row, strict=True)) for row in register(run_suite(SAMPLE).case)}
    model = rows["model:huggingface/BAAI/bge-small-en-v1.5"]
    assert (model["License"], model["Intended use"], model["Restrictions"]) == ("mit", "permitted", "none")
    assert model["Acknowledged"] == "legal@example.com on 2026-08-02: none"
    assert model["Credited at"] == "NOTICE:5 (component, holder, license)"
    assert model["Stated by"] == "supplychain.toml:12; its card at 5c38ec7c405e"
    assert rows["model:file/models/intent.safetensors"]["Intended use"] == "the team's own"
    assert rows["dataset:huggingface/mteb/banking77"]["License"] == "cc-by-4.0"


def hostile(case: Case) -> Case:
    used = other_model("huggingface", "=a|b/<script>")
    return licensed(case, used, licenses=(stated(used, None, stated="=1+1\n|x|<b>"),), use=ALL)


def test_what_a_target_says_is_shown_and_obeyed_by_nobody() -> None:
    case = hostile(run_suite(SAMPLE).case)
    rows = register(case)
    (read,) = list(csv.reader(io.StringIO(spreadsheet(rows))))[1:]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in read)
    lines = document(rows).splitlines()
    assert len([line for line in lines if line.startswith("|")]) == 3
    assert "<b>" not in document(rows)
    assert "<script>" not in document(rows).replace("`", "").replace("model:huggingface/=a\\|b/<script>", "")
