"""VEX statements of a target: OpenVEX and CycloneDX, what they say, and what is wrong with those that say nothing."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from supplychain import vex
from supplychain.model.fact import VexStatement
from supplychain.target import Target

DOCUMENT = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://acme.example/vex/1",
    "author": "security@example.com",
    "timestamp": "2026-10-01T23:30:00.123456789-02:00",
    "version": 1,
}
STATEMENT = {
    "vulnerability": {"name": "CVE-2026-1", "aliases": ["GHSA-aaaa-bbbb-cccc"]},
    "products": [{"@id": "pkg:pypi/Some_Package@1.0"}],
    "status": "not_affected",
    "justification": "vulnerable_code_not_in_execute_path",
}


def openvex(*statements: dict[str, Any], **document: Any) -> dict[str, Any]:
    """Return a document of OpenVEX."""
    return {**DOCUMENT, "statements": list(statements), **document}


def cyclonedx(*vulnerabilities: dict[str, Any], **document: Any) -> dict[str, Any]:
    """Return a document of CycloneDX with two components."""
    inner = {"type": "library", "bom-ref": "inner", "name": "inner", "version": "2.0", "purl": "pkg:npm/%40acme/inner"}
    outer = {"type": "library", "bom-ref": "outer", "name": "x", "purl": "pkg:pypi/x@1.0", "components": [inner]}
    authors = [{"name": "Ann", "email": "security@example.com"}]
    metadata = {"timestamp": "2026-10-01T00:00:00Z", "authors": authors}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "metadata": metadata,
        "components": [outer],
        "vulnerabilities": list(vulnerabilities),
        **document,
    }


def analyzed(state: str, **more: Any) -> dict[str, Any]:
    """Return a vulnerability of CycloneDX with an analysis."""
    affects = more.pop("affects", [{"ref": "outer"}])
    return {"id": "CVE-2026-2", "analysis": {"state": state, **more}, "affects": affects}


def read(document: Any, path: str = ".vex/app.openvex.json") -> vex.VexRead:
    """Return what is read of one file."""
    data = document if isinstance(document, bytes) else json.dumps(document, indent=1).encode()
    return vex.read(Target.of({path: data}))


def only(document: Any, path: str = ".vex/app.openvex.json") -> VexStatement:
    """Return the one statement of a file in which nothing is wrong."""
    found = read(document, path)
    assert found.unread == ()
    assert len(found.statements) == 1
    return found.statements[0]


def refused(document: Any, path: str = ".vex/app.openvex.json") -> str:
    """Return what is wrong with the one thing that a file holds, with its place."""
    found = read(document, path)
    assert found.statements == ()
    assert len(found.unread) == 1
    return f"{found.unread[0].at} {found.unread[0].reason}"


def test_a_statement_of_openvex() -> None:
    found = only(openvex(STATEMENT))
    assert found.component == "package:pypi/some-package"
    assert (found.version, found.status) == ("1.0", "not_affected")
    assert found.ids == ("CVE-2026-1", "GHSA-aaaa-bbbb-cccc")
    assert found.justification == "vulnerable_code_not_in_execute_path"
    assert (found.author, found.stated) == ("security@example.com", date(2026, 10, 2))
    assert str(found.at) == ".vex/app.openvex.json:8"


def test_what_a_statement_says_of_its_time_comes_before_the_document() -> None:
    assert only(openvex({**STATEMENT, "timestamp": "2026-09-01T00:00:00Z"})).stated == date(2026, 9, 1)
    later = {"timestamp": "2026-09-01T00:00:00Z", "last_updated": "2026-09-09T00:00:00Z"}
    assert only(openvex({**STATEMENT, **later})).stated == date(2026, 9, 9)
    assert only(openvex({**STATEMENT, "timestamp": "2026-09-01T23:30:00"})).stated == date(2026, 9, 1)
    for text in ("yesterday", "0001-01-01T00:00:00+23:00", "9" * 5000):
        assert only(openvex({**STATEMENT, "timestamp": text})).stated is None


def test_subcomponents_are_what_a_statement_is_of() -> None:
    products = [{"@id": "pkg:oci/app", "subcomponents": [{"@id": "pkg:pypi/a@1"}, {"@id": "pkg:npm/%40acme/b"}]}]
    found = read(openvex({**STATEMENT, "products": products})).statements
    assert [(s.component, s.version) for s in found] == [("package:pypi/a", "1"), ("package:npm/@acme/b", None)]


def test_a_product_may_be_named_by_its_identifiers() -> None:
    products = [{"@id": "urn:app", "identifiers": {"purl": "pkg:conda/numpy@1.26.4"}}]
    assert only(openvex({**STATEMENT, "products": products})).component == "package:conda/numpy"


@pytest.mark.parametrize(
    ("change", "justification", "action"),
    [
        ({"status": "affected", "justification": "", "action_statement": "proxy in front"}, "", "proxy in front"),
        ({"justification": "", "impact_statement": "not built"}, "not built", ""),
        ({"status": "fixed", "justification": ""}, "", ""),
        ({"status": "under_investigation", "justification": ""}, "", ""),
        ({"justification": ""}, "", ""),
        ({"status": "affected", "justification": ""}, "", ""),
    ],
)
def test_reasons_are_kept_and_one_that_lacks_is_empty(change: dict[str, str], justification: str, action: str) -> None:
    found = only(openvex({**STATEMENT, **change}))
    assert (found.justification, found.action) == (justification, action)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "safe"}, "its status is 'safe'; give one of not_affected"),
        ({"status": None}, "its status is None"),
        ({"justification": "we_think_so"}, "its justification is 'we_think_so'; give one of component_not_present"),
        ({"vulnerability": "CVE-2026-1"}, "it names no vulnerability; give vulnerability.name"),
        ({"vulnerability": {"name": " "}}, "it names no vulnerability"),
        ({"products": []}, "it names no product"),
        ({"products": ["pkg:pypi/x"]}, "it names no product"),
        ({"products": [{"@id": "our app"}]}, "'our app' is no package URL; name its product by one"),
    ],
)
def test_a_statement_that_is_not_as_the_specification_asks_is_named_with_its_line(
    change: dict[str, Any], why: str
) -> None:
    said = refused(openvex({**STATEMENT, **change}))
    assert said.startswith(".vex/app.openvex.json:8 ")
    assert why in said


def test_one_broken_statement_leaves_the_others() -> None:
    found = read(openvex("nothing", STATEMENT))  # type: ignore[arg-type]
    assert [str(item.at) for item in found.unread] == [".vex/app.openvex.json:8"]
    assert [item.at.line for item in found.statements] == [9]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (openvex(STATEMENT, **{"@context": "https://openvex.dev/ns"}), "it is OpenVEX 0.0.1; 0.2.0 is read"),
        (openvex(STATEMENT, author=""), "OpenVEX asks for author; add it"),
        (openvex(), "OpenVEX asks for statements"),
        (openvex(STATEMENT, statements="none"), "its statements are no list"),
        ({"document": {"csaf_version": "2.0"}}, "it is CSAF; OpenVEX and CycloneDX are read"),
        (b"{", "it is no JSON"),
        (b"\xff\xfe{}", "it is no JSON"),
        (b"[" * 100_000, "it nests too deeply"),
        (b" " * (vex.SIZE_LIMIT + 1), "8,000,000 are read"),
    ],
)
def test_a_document_that_cannot_be_used_is_named(document: Any, why: str) -> None:
    assert why in refused(document)


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("convex.json", {"type": "hull"}),
        ("convex.json", b"{"),
        ("app.cdx.json", {"bomFormat": "CycloneDX", "specVersion": "1.6"}),
        ("app.cdx.json", b"{"),
        ("data.json", openvex(STATEMENT)),
        ("vex.json", [1]),
    ],
)
def test_other_files_say_nothing(path: str, document: Any) -> None:
    assert read(document, path) == vex.VexRead()


@pytest.mark.parametrize("path", ["app.openvex.json", "docs/vex-2026.json", ".vex/a.json", "a/.vex/b.json"])
def test_files_are_found_by_name(path: str) -> None:
    assert only(openvex(STATEMENT), path).at.file == path


@pytest.mark.parametrize(
    ("state", "more", "told"),
    [
        ("not_affected", {"justification": "code_not_reachable"}, ("not_affected", "code_not_reachable", "")),
        ("not_affected", {"detail": "not built"}, ("not_affected", "not built", "")),
        ("false_positive", {"detail": "another x"}, ("not_affected", "another x", "")),
        ("exploitable", {"response": ["update"], "detail": "in 2.0"}, ("affected", "", "update: in 2.0")),
        ("exploitable", {"detail": "we know"}, ("affected", "", "")),
        ("in_triage", {}, ("under_investigation", "", "")),
        ("resolved", {}, ("fixed", "", "")),
        ("resolved_with_pedigree", {}, ("fixed", "", "")),
    ],
)
def test_states_of_cyclonedx_are_the_four_dispositions(
    state: str, more: dict[str, Any], told: tuple[str, str, str]
) -> None:
    found = only(cyclonedx(analyzed(state, **more)), "app.cdx.json")
    assert (found.status, found.justification, found.action) == told
    assert (found.component, found.version, found.author) == ("package:pypi/x", "1.0", "security@example.com")
    assert found.stated == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("entry", "component", "version"),
    [
        ({"ref": "inner"}, "package:npm/@acme/inner", "2.0"),
        ({"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#inner"}, "package:npm/@acme/inner", "2.0"),
        ({"ref": "pkg:pypi/y"}, "package:pypi/y", None),
        ({"ref": "inner", "versions": [{"version": "1.9", "status": "unaffected"}]}, "package:npm/@acme/inner", "1.9"),
    ],
)
def test_a_reference_of_cyclonedx_leads_to_its_component(
    entry: dict[str, Any], component: str, version: str | None
) -> None:
    found = only(cyclonedx(analyzed("not_affected", detail="no", affects=[entry])), "app.cdx.json")
    assert (found.component, found.version) == (component, version)


def test_aliases_and_times_of_cyclonedx() -> None:
    entry = analyzed("in_triage", firstIssued="2026-09-01T00:00:00Z", lastUpdated="2026-09-02T00:00:00Z")
    found = only(cyclonedx({**entry, "references": [{"id": "GHSA-1", "source": {}}]}), "app.cdx.json")
    assert (found.ids, found.stated) == (("CVE-2026-2", "GHSA-1"), date(2026, 9, 2))


def test_a_vulnerability_that_nobody_analyzed_is_no_statement() -> None:
    plain = {"id": "CVE-2026-2", "affects": [{"ref": "outer"}]}
    assert read(cyclonedx(plain, {**plain, "analysis": {"detail": "x"}}), "app.cdx.json") == vex.VexRead()


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (analyzed("fine"), "its analysis.state is 'fine'; give one of not_affected"),
        (analyzed("in_triage", affects=[]), "it names no component"),
        (analyzed("in_triage", affects=[{"ref": "gone"}]), "'gone' is no package URL"),
        (analyzed("in_triage", affects=[{"ref": "urn:cdx:another/1#inner"}]), "in another document"),
        (analyzed("in_triage", affects=[{"ref": "outer", "versions": [{"range": "vers:pypi/<2"}]}]), "of the range"),
        (
            analyzed("not_affected", affects=[{"ref": "outer", "versions": [{"version": "1", "status": "affected"}]}]),
            "version 1 is marked affected",
        ),
        ({**analyzed("in_triage"), "id": ""}, "it names no vulnerability"),
    ],
)
def test_what_is_wrong_in_cyclonedx_is_named_with_its_line(entry: dict[str, Any], why: str) -> None:
    said = refused(cyclonedx(entry), "app.cdx.json")
    assert said.startswith("app.cdx.json:")
    assert why in said


def test_a_broken_inventory_of_that_name_is_named_too() -> None:
    assert "are no list" in refused(cyclonedx(vulnerabilities={}), "app.cdx.json")


def test_many_files_and_statements_are_read_to_a_limit() -> None:
    target = Target.of({f".vex/{n}.json": json.dumps(openvex(STATEMENT)).encode() for n in range(vex.FILES + 5)})
    found = vex.read(target)
    assert len(found.statements) == vex.FILES
    assert [(item.reason, item.count) for item in found.unread] == [("200 files are read", 5)]
    long = read(json.dumps(openvex(*[STATEMENT] * (vex.STATEMENTS + 3))).encode())
    assert (len(long.statements), [item.count for item in long.unread]) == (vex.STATEMENTS, [3])
