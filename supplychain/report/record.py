"""The record of a run: `reports/runs/<UTC>-<8 hex>/`, and `reports/latest` that points to it."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from supplychain.model.case import Case
from supplychain.model.finding import Finding
from supplychain.report.view import View
from supplychain.suite import tool

SCHEMA = 1
LATEST = "latest"
_LIBRARIES = ("behave", "allure-behave", "pydantic", "spdx-tools")


class RecordError(Exception):
    """A record that cannot be used; the message says why."""


def run_id(now: datetime) -> str:
    """Return the name of a run's folder."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def dump(model: Case | Finding) -> str:
    """Return the one text of a case or a finding; the same content gives the same bytes."""
    return model.model_dump_json(by_alias=True, indent=1) + "\n"


def write(view: View, folder: Path, started: datetime, tracebacks: list[str], extra: Mapping[str, str]) -> None:
    """Write a run into its folder: findings, case, `extra` files, run.json, and a manifest of their digests."""
    folder.mkdir(parents=True)
    files = {f"findings/{name}.json": dump(finding) for name, finding in view.findings.items()}
    files["case.json"] = dump(view.case)
    files["run.json"] = json.dumps(_run(view, started, tracebacks), indent=1, ensure_ascii=False) + "\n"
    files.update(extra)
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(files.items())}
    manifest = json.dumps({"schema": SCHEMA, "sha256": digests}, indent=1) + "\n"
    (folder / "manifest.json").write_text(manifest, encoding="utf-8")


def point_latest(reports: Path, folder: Path) -> None:
    """Let `latest` point to a run, in one step."""
    link = reports / f".{LATEST}-{secrets.token_hex(4)}"
    link.symlink_to(folder.relative_to(reports), target_is_directory=True)
    link.replace(reports / LATEST)


def _run(view: View, started: datetime, tracebacks: list[str]) -> dict[str, Any]:
    case = view.case
    ours = tool()
    return {
        "schema": SCHEMA,
        "id": view.run,
        "verdict": view.verdict,
        "headline": view.headline,
        "started": started.isoformat(),
        "finished": datetime.now(UTC).isoformat(),
        "assessed_at": case.now.isoformat(),
        "simulated": case.simulated,
        "facts": facts(case),
        "by": _who(),
        "target": case.target.model_dump(mode="json"),
        "policy": case.policy_digest or "none given: strict defaults",
        "declaration": case.declaration_digest,
        "features": case.features.digest,
        "feature_edits": list(view.feature_edits),
        "unbound_sentences": list(view.unbound),
        "counts": dict(view.counts),
        "outcomes": {row.requirement.id: row.word for row in view.rows},
        "house_rules": {row.requirement.id: row.word for row in view.house},
        "status": {box.item.text: box.word for box in view.boxes},
        "waivers": [list(waiver) for waiver in view.waivers],
        "tool": ours.model_dump(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "errors": tracebacks,
    }


def facts(case: Case) -> str:
    """Return how old the facts of a run are, and which advisories it rests on."""
    times = sorted(release.source.fetched for release in case.releases if release.source.fetched)
    releases = f"{len(times)} of {len(case.releases)} releases known" + (f", the oldest of {times[0]}" if times else "")
    data = case.advisories
    known = f"{data.records} advisories of {data.as_of:%Y-%m-%d}" if data.as_of else "no advisories"
    return f"{releases}; {known}"


def _who() -> str:
    """Return which CI run this is, or that a person started it; the name of neither is taken."""
    for variable, name in (("GITHUB_RUN_ID", "GitHub Actions run"), ("CI_PIPELINE_ID", "GitLab pipeline")):
        if os.environ.get(variable):
            return f"{name} {os.environ[variable]}"
    return "CI" if os.environ.get("CI") else "a person"


def read(folder: Path) -> tuple[Case, dict[str, str]]:
    """Return a run's case and the texts of its findings, after its manifest was checked.

    Raises:
        RecordError: the folder is no run, a file is missing or altered, or its schema is unknown.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordError(f"{folder} is not the record of a run: its manifest.json cannot be read") from error
    if manifest.get("schema") != SCHEMA:
        raise RecordError(f"{folder}: schema {manifest.get('schema')} is unknown to this version")
    texts = {}
    for name, digest in manifest["sha256"].items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise RecordError(f"{folder}: {name} is missing; the record is not complete")
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise RecordError(f"{folder}: {name} was altered after the run")
        texts[name] = data.decode("utf-8")
    try:
        case = Case.model_validate_json(texts["case.json"])
    except (KeyError, ValidationError) as error:
        raise RecordError(f"{folder}: case.json cannot be read by this version") from error
    findings = {name[9:-5]: text for name, text in texts.items() if name.startswith("findings/")}
    return case, findings
