"""A run as SARIF 2.1.0, for code scanning and editors: one result an observation that does not pass.

Roll-ups repeat the others and are left out. The outcome gives `kind` and `level` (SARIF 2.1.0, 3.27.9 and 3.27.10):
what fails is `fail` with a level by its severity; what is undetermined is `open`, or `review` where a person has to look;
those two have the level `none`. A waived row is a result with an accepted suppression.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from supplychain.control import requirement as requirement_of
from supplychain.control.interface import Requirement, Rule
from supplychain.model.finding import Finding, Observation, Outcome, Severity
from supplychain.report.markup import markdown
from supplychain.report.patches import told
from supplychain.report.view import View
from supplychain.suite import tool

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS = 25_000
"""Results that GitHub takes of one run; it shows the 5,000 most severe."""
COMPRESSED = 10_000_000
"""Bytes that GitHub takes of one file, compressed with gzip."""
NO_FILE = "no-file"
"""The address of rows that belong to no file: GitHub refuses a whole log for one result without an address."""
FINGERPRINT = "supplychainFingerprint/v1"

_ROOT = "%SRCROOT%"
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""One number in each of the ranges that GitHub names in `security-severity`."""
_SHOWN = frozenset({Outcome.FAIL, Outcome.UNDETERMINED, Outcome.WAIVED})
_REVIEW = "supplychain review "
_REMOTES = frozenset({"https", "http", "ssh", "git"})
_BROKEN = Rule(
    id="error",
    outcome=Outcome.FAIL,
    message="this check cannot be trusted in this run: {reason}",
    remedy="Run again with the released version; where the check breaks again, report it with the record of this run.",
)

Json = dict[str, Any]
Row = tuple[Requirement, Rule, Observation]


def sarif(view: View, origin: str = "") -> str:
    """Return a run as the text of a SARIF log, within the limits of GitHub's code scanning.

    `origin` is where the target was cloned from; of that, no user, password or query is written.
    What the limits leave out are the least severe results, and a notification says how many.
    """
    rows = sorted(_rows(view), key=_rank)
    kept = rows[:RESULTS]
    text = _text(view, origin, kept, len(rows))
    while kept and len(text) > COMPRESSED and len(gzip.compress(text.encode(), compresslevel=1)) > COMPRESSED:
        kept = kept[: len(kept) // 2]
        text = _text(view, origin, kept, len(rows))
    return text


def _text(view: View, origin: str, rows: list[Row], found: int) -> str:
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(view, origin, rows, found)]}
    return json.dumps(log, ensure_ascii=False) + "\n"  # an indent would take Python's slow encoder


def _run(view: View, origin: str, rows: list[Row], found: int) -> Json:
    ours, case = tool(), view.case
    rules = {_id(requirement, rule): (requirement, rule) for requirement, rule, _ in rows}
    index = {name: number for number, name in enumerate(rules)}
    driver = {
        "name": "supplychain-spec",
        "version": ours.version,
        "semanticVersion": ours.version,
        "rules": [_rule(requirement, rule) for requirement, rule in rules.values()],
        "properties": {"digest": ours.digest},
    }
    run: Json = {
        "tool": {"driver": driver},
        "invocations": [
            {
                "executionSuccessful": not view.broken,
                "startTimeUtc": case.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "toolExecutionNotifications": list(_notifications(view, len(rows), found)),
            }
        ],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder of the target."}}},
        "results": [_result(row, index[_id(*row[:2])], view) for row in rows],
        "properties": {"headline": view.headline, "commit": view.commit, "run": view.run, "simulated": case.simulated},
    }
    if address := _public(origin):
        at = {"revisionId": case.target.commit} if case.target.commit else {}
        run["versionControlProvenance"] = [{"repositoryUri": address, "mappedTo": {"uriBaseId": _ROOT}, **at}]
    return run


def _rows(view: View) -> Iterator[Row]:
    """Yield the observations that do not pass, and one row for each check that cannot be trusted."""
    for name, finding in view.findings.items():
        requirement = requirement_of(name)
        if finding.outcome is Outcome.ERROR:
            yield requirement, _BROKEN, _broken(finding)
        for observation in finding.observations:
            if observation.outcome in _SHOWN and not requirement.repeats(observation.rule):
                yield requirement, requirement.rules[observation.rule], observation


def _broken(finding: Finding) -> Observation:
    return Observation(
        component=finding.requirement,
        outcome=Outcome.FAIL,
        rule=_BROKEN.id,
        message=_BROKEN.message.format(reason=finding.reason),
        severity=finding.severity,
        remedy=_BROKEN.remedy,
    )


def _rank(row: Row) -> tuple[int, int]:
    """Order what fails first, then by severity; rows of one rank keep the document's order."""
    order = (Outcome.FAIL, Outcome.UNDETERMINED, Outcome.WAIVED)
    return order.index(row[2].outcome), list(Severity).index(row[2].severity)


def _id(requirement: Requirement, rule: Rule) -> str:
    return f"{requirement.id}/{rule.id}"


def _rule(requirement: Requirement, rule: Rule) -> Json:
    severity = rule.severity or requirement.severity
    fails = rule.outcome is Outcome.FAIL
    remedy = _named(rule.remedy)
    properties: Json = {
        "tags": ["supply-chain", f"requirement-{requirement.id}", *(("security",) if fails else ())],
    }
    return {
        "id": _id(requirement, rule),
        "name": "".join(part.capitalize() for part in rule.id.split("-")),
        "shortDescription": {"text": _plain(f"{requirement.id} {requirement.text}")},
        "fullDescription": {"text": _plain(f"{_named(rule.message)}. {requirement.why}")},
        "help": {
            "text": _plain(f"{requirement.why} {requirement.how} Next step: {remedy}"),
            "markdown": f"{_shown(requirement.why)}\n\n{_shown(requirement.how)}\n\n**Next step:** {_shown(remedy)}",
        },
        "defaultConfiguration": {"level": _LEVELS[severity] if fails else "none"},
        "properties": properties | ({"security-severity": _SCORES[severity]} if fails else {}),
    }


def _result(row: Row, index: int, view: View) -> Json:
    requirement, rule, observation = row
    undecided = observation.outcome is Outcome.UNDETERMINED
    kind = ("review" if _REVIEW in observation.remedy else "open") if undecided else "fail"
    said = (observation.component, f"{observation.message}.", f"Next step: {observation.remedy}", told(observation))
    return {
        "ruleId": _id(requirement, rule),
        "ruleIndex": index,
        "kind": kind,
        "level": "none" if undecided else _LEVELS[observation.severity],
        "message": {"text": _plain("\n".join(part for part in said if part))},
        "locations": [_location(observation)],
        "partialFingerprints": {FINGERPRINT: fingerprint(requirement.id, observation)},
        "suppressions": _suppressions(observation, view),
        "properties": {"outcome": observation.outcome, "severity": observation.severity},
    }


def _location(row: Observation) -> Json:
    physical: Json = {"artifactLocation": {"uri": _uri(row.at.file) if row.at else NO_FILE, "uriBaseId": _ROOT}}
    if row.at and row.at.line:
        physical["region"] = {"startLine": row.at.line}
    return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": row.component}]}


def _suppressions(row: Observation, view: View) -> list[Json]:
    """Return the waiver that accepts a row; an empty list, which every other result needs beside it (3.27.23)."""
    if row.waiver is None:
        return []
    used = row.waiver
    declared = view.case.declaration.waiver if view.case.declaration else ()
    reason = next((f": {waiver.reason}" for waiver in declared if waiver.id == used.id), "")
    said = f"waiver {used.id}, approved by {used.approver}, until {used.expires}{reason}"
    return [{"kind": "external", "status": "accepted", "justification": said}]


def _notifications(view: View, written: int, found: int) -> Iterator[Json]:
    """Yield what no result can say: what was left out, and requirements that are open without a row."""
    if written < found:
        text = f"{written} of {found} results are in this log, the most severe ones; the record of the run holds all"
        yield {"level": "warning", "message": {"text": text}}
    for row in (*view.rows, *view.house):
        if row.finding is None or (row.finding.outcome is Outcome.UNDETERMINED and not row.finding.observations):
            yield {"level": "note", "message": {"text": _plain(f"{row.requirement.id} {row.word}: {row.reason}")}}


def fingerprint(requirement: str, row: Observation) -> str:
    """Return what stays the same of a row where lines move: a SHA-256 of requirement, component, rule and path."""
    parts = (requirement, row.component, row.rule, row.at.file if row.at else "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _plain(text: str) -> str:
    """Return text as SARIF's plain messages have it: braces doubled (3.11.5), and nothing that is a link (3.11.6)."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _shown(text: str) -> str:
    return markdown(text).replace("{", "{{").replace("}", "}}")


def _named(text: str) -> str:
    """Return the text of a rule with its fields in capitals, as they stand before a check has filled them."""
    return re.sub(r"\{(\w+)\}", lambda field: field[1].upper(), text)


def _uri(path: str) -> str:
    """Return a path of the target as a relative reference; a colon in its first part would be read as a scheme."""
    return quote(path, safe="/")


def _public(origin: str) -> str:
    """Return the address of a repository without user, password, query and fragment; empty where it is none."""
    scp = re.fullmatch(r"(?:[^@/\s]+@)?([\w.-]+):(?!/)([^\s\\]+)", origin)
    address = f"ssh://{scp[1]}/{scp[2]}" if scp else origin
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in _REMOTES or not parts.hostname:
        return ""
    return f"{parts.scheme}://{quote(parts.hostname, safe='.-')}{port}{quote(parts.path, safe='/~%')}"
