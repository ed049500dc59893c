"""What was scanned is shown with its layers and bytes, and text of artifacts is shown and never obeyed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from supplychain.model.case import Case
from supplychain.model.scan import Compared, Coverage, Indicator, PeerSaid, Scanned
from supplychain.report.scans import AGREEMENT, COMPARED, HEADING, document, tables
from tests.artifacts.support import case_of

HOSTILE = "<script>|*x*`"
SHA256 = "a" * 64


def scanned(path: str = "w.pt", **changes: Any) -> Scanned:
    coverage = (
        Coverage(layer="pickle", state="ran", bytes=1000),
        Coverage(layer="values", state="lacking", reason="no"),
    )
    whole = {"path": path, "sha256": SHA256, "size": 2000, "format": "zip", "verdict": "safe", "coverage": coverage}
    return Scanned.model_validate({**whole, "components": ("model:file/w.pt",), **changes})


def indicator(**changes: Any) -> Indicator:
    whole = {"layer": "pickle", "rule": "pickle-runs-code", "verdict": "malicious", "says": "it imports posix.system"}
    return Indicator.model_validate({**whole, **changes})


def case(*scans: Scanned, **changes: Any) -> Case:
    return case_of(scans=scans, **changes)


def rows(case: Case, which: str) -> list[dict[str, str]]:
    """Return the rows of a table, each cell by its heading."""
    found = {heading: (head, rows) for heading, _, head, rows in tables(case)}
    head, listed = found[which]
    return [dict(zip(head, row, strict=True)) for row in listed]


def test_each_artifact_is_shown_with_all_that_was_seen() -> None:
    one = scanned(verdict="malicious", indicators=(indicator(where="data.pkl, byte 61"),))
    at = case(one)
    (row,) = rows(at, HEADING)
    assert row == {
        "Artifact": "w.pt (2,000 bytes)",
        "Component": "model:file/w.pt",
        "Format": "zip",
        "SHA-256": SHA256,
        "Verdict": "malicious",
        "Layers that ran": "pickle: 1,000 bytes",
        "Indicators": "malicious: pickle-runs-code: it imports posix.system (data.pkl, byte 61)",
        "Not covered": "values: no; what the weights were trained to do",
        "Scanned": at.now.date().isoformat(),
    }


def test_the_day_of_an_earlier_scan_is_told() -> None:
    day = case().now.date() - timedelta(days=2)
    (row,) = rows(case(scanned(cached=day)), HEADING)
    assert row["Scanned"] == f"{day.isoformat()}, and bytes and rules are unchanged since"


def test_the_worst_come_first() -> None:
    verdicts = ("safe", "review", "not fully scanned", "malicious")
    shown = rows(case(*(scanned(verdict, verdict=verdict) for verdict in verdicts)), HEADING)
    assert [row["Verdict"] for row in shown] == ["malicious", "review", "not fully scanned", "no indicator"]


def test_scanners_of_others_stand_beside_ours() -> None:
    said = (
        PeerSaid(by="modelscan", version="0.8.8", state="clean"),
        PeerSaid(by="fickling", state="suspicious", says="LIKELY_UNSAFE"),
    )
    both = case(
        scanned("a.pt", indicators=(indicator(),), peers=said), scanned("b.pt", peers=said[:1]), scanned("c.pt")
    )
    assert rows(both, AGREEMENT) == [
        {
            "Artifact": "a.pt",
            "this suite": "1 indicator",
            "modelscan": "clean",
            "fickling": "suspicious: LIKELY_UNSAFE",
        },
        {
            "Artifact": "b.pt",
            "this suite": "no indicator",
            "modelscan": "clean",
            "fickling": "not asked: no format of its own",
        },
    ]
    assert AGREEMENT not in {heading for heading, *_ in tables(case(scanned()))}


def test_comparisons_with_a_base_are_shown() -> None:
    found = {
        "component": "model:huggingface/org/tuned",
        "path": "w.safetensors",
        "base": "model:huggingface/org/base",
        "base_path": "w.safetensors",
        "base_revision": "abc",
        "sha256": SHA256,
        "state": "changed",
        "changed": ("layer.0: 3 values",),
        "says": "1 of 2 tensors differ",
    }
    (row,) = rows(case(scanned(), comparisons=(Compared.model_validate(found),)), COMPARED)
    assert (row["State"], row["First tensors"]) == ("changed", "layer.0: 3 values")
    assert row["Base"] == "model:huggingface/org/base w.safetensors at abc"


def test_text_of_an_artifact_is_shown_and_not_obeyed() -> None:
    seen = indicator(says=HOSTILE, where=HOSTILE)
    peers = (PeerSaid(by="fickling", state="dangerous", says=HOSTILE),)
    text = document(case(scanned(HOSTILE, indicators=(seen,), components=(HOSTILE,), peers=peers)))
    assert "<script>" not in text
    assert "&lt;script&gt;\\|\\*x\\*" in text


def test_nothing_scanned_is_no_document() -> None:
    assert document(case()) == ""
