"""`supplychain guard`: write the manifest that the load guard holds files and sources against, from a recorded run.

It is a file of its own and not the baseline: a baseline records what is used, trusted or not, and a guard that went by
it would let in each untrusted source that was there when it was recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from supplychain import guard
from supplychain.checks.sourced import Sourced, artifacts_of, datasets, fetched_models
from supplychain.control import load
from supplychain.model.artifact import PublishedHash
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.finding import Finding, Outcome
from supplychain.report.difference import Run
from supplychain.target import Target
from supplychain.verbs import files
from supplychain.verbs.gate import ensure_of, recorded
from supplychain.verbs.interface import Code, shown

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SOURCE = ("1.1", "1.2", "1.3", "1.4")
_BY_KIND = {Kind.MODEL: (*_SOURCE, "2.1", "2.2", "2.3"), Kind.DATASET: ("4.1", "4.2", "4.3", "4.4")}
"""The requirements that have to hold for a component before it is loaded."""


def write(target: Path, run: Path) -> int:
    """Write `.supplychain/guard.json` of a target and print what it marks as untrusted, and why."""
    found = recorded(run)
    ensure_of(found, Target.open(target).name, target)
    content = manifest(found)
    path = target / guard.MANIFEST
    files.write(path, _text(content), target)
    distrusted = [source for source in content["sources"] if "untrusted" in source]
    for source in distrusted:
        print(f"untrusted, so the guard refuses it: {source['id']}: {source['untrusted']}")
    trusted = len(content["sources"]) - len(distrusted)
    print(
        f"{shown(path)}: {trusted} trusted and {len(distrusted)} untrusted components, "
        f"{len(content['artifacts'])} artifacts; look through it, commit it, and put {guard.__file__} before the loader"
    )
    return Code.HOLDS


def manifest(run: Run) -> dict[str, Any]:
    """Return what the guard needs of a run: each model and dataset of production, its revisions and its artifacts."""
    case = run.case
    used = [item for item in (*fetched_models(case), *datasets(case)) if isinstance(item, Sourced)]
    return {
        "schema": 1,
        "run": run.name,
        "sources": [_source(item, run) for item in used],
        "artifacts": [entry for item in used for entry in _artifacts(case, item.subject)],
    }


def _source(item: Sourced, run: Run) -> dict[str, Any]:
    source = {"id": item.subject, "revisions": list(item.revisions)}
    doubts = ", ".join(_doubts(item, run))
    return source | {"untrusted": doubts} if doubts else source


def _doubts(item: Sourced, run: Run) -> Iterator[str]:
    """Yield each requirement that does not hold for a component; one without a check says nothing of it."""
    own = run.case.declared_first_party(item.subject)
    for name in _BY_KIND[item.component.kind]:
        if load().requirements[name].rule and not (own and name in _SOURCE):
            word = _word(run.findings.get(name), item.subject)
            if word:
                yield f"{name} {word}"


def _word(finding: Finding | None, component: str) -> str:
    if finding is None or finding.outcome is Outcome.ERROR:
        return "undetermined"
    outcomes = {row.outcome for row in finding.observations if row.component == component}
    if Outcome.FAIL in outcomes:
        return "failed"
    return "" if outcomes and outcomes <= {Outcome.PASS, Outcome.WAIVED} else "undetermined"


def _artifacts(case: Case, component: str) -> Iterator[dict[str, Any]]:
    seen: set[tuple[str, str | None]] = set()
    for artifact in artifacts_of(case, component):
        published = [(item.value.lower(), item.size) for item in artifact.published if _is_independent(item)]
        if artifact.state in {"unlisted", "empty"} or (artifact.path, artifact.revision) in seen:
            continue
        if artifact.sha256 is None and not artifact.published:
            continue
        seen.add((artifact.path, artifact.revision))
        sha256, size = published[0] if published else (artifact.sha256, artifact.size)
        if size is None and sha256 == artifact.sha256:
            size = artifact.size
        entry = {"component": component, "path": artifact.path, "sha256": sha256, "size": size}
        yield entry | ({"revision": artifact.revision} if artifact.revision else {})


def _is_independent(item: PublishedHash) -> bool:
    return item.algorithm == "sha256" and item.origin != "download" and bool(_SHA256.fullmatch(item.value.lower()))


def _text(content: dict[str, Any]) -> str:
    """Return the manifest with a line for each entry, so that a review sees each that came."""
    lines = {key: [json.dumps(item) for item in content[key]] for key in ("sources", "artifacts")}
    parts = [
        f'"{key}": [\n  ' + ",\n  ".join(found) + "\n ]" if found else f'"{key}": []' for key, found in lines.items()
    ]
    return f'{{"schema": 1, "run": {json.dumps(content["run"])},\n {parts[0]},\n {parts[1]}}}\n'
