"""pip-audit over the advisories at hand, which it asks a service on loopback for.

It is the extra `scanners`; where it is not installed there is no report. Its exit code 1 means vulnerabilities or a
failure, and a package that it could not ask about is skipped with exit code 0: what counts is what it writes.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from supplychain.scanners import forms
from supplychain.scanners.interface import FailedError, Pin, Said, json_object, requirements
from supplychain.scanners.planted import Planted, reconcile
from supplychain.scanners.process import environment, run, written

SCANNER = "pip-audit"
PROGRAM = (sys.executable, "-I", "-m", "pip_audit")
_OPTIONS = ("--no-deps", "--disable-pip", "-s", "osv", "-f", "json", "--progress-spinner", "off")
ROUNDS = 5
"""Versions of one package that are asked about: pip-audit refuses a list with two, so that each needs a run."""


def installed() -> str:
    """Return the version that is installed beside this program; empty where none is."""
    try:
        return version("pip-audit")
    except PackageNotFoundError:
        return ""


def scan(pins: Sequence[Pin], records: Sequence[dict[str, Any]]) -> Said:
    """Return what pip-audit says of pinned packages, against these records and nothing else.

    Raises:
        FailedError: it gave no result, or one that cannot be relied upon.
    """
    rounds: list[list[Pin]] = [[]]
    skipped = []
    versions: dict[str, list[str]] = {}
    for pin in pins:
        seen = versions.setdefault(pin.name, [])
        if pin.public not in seen:
            seen.append(pin.public)
        number = seen.index(pin.public)
        if number >= ROUNDS:
            skipped.append((pin.component, f"{pin.version} is one of more than {ROUNDS} versions of it"))
            continue
        rounds += [[]] if number == len(rounds) else []
        rounds[number].append(pin)
    parts = [_one(part, records) for part in rounds]
    said = Said(SCANNER, installed(), skipped=skipped)
    for part in parts:
        said.assessed += part.assessed
        said.hits += part.hits
        said.skipped += part.skipped
    return said


def _one(pins: Sequence[Pin], records: Sequence[dict[str, Any]]) -> Said:
    from supplychain.scanners.loopback import Service, serve  # here, since few runs need a server

    planted = Planted.make()
    service = Service([*records, planted.record])
    with tempfile.TemporaryDirectory(prefix="supplychain-pip-audit-") as name, serve(service) as address:
        folder = Path(name).resolve()
        listed, saved = folder / "requirements.txt", folder / "report.json"
        listed.write_text(requirements([*pins, planted.pin]), encoding="ascii")
        paths = ["-r", str(listed), "-o", str(saved), "--cache-dir", str(folder / "cache"), "--osv-url", address]
        ended = run([*PROGRAM, *_OPTIONS, *paths], folder, environment(folder) | {"PIP_NO_CACHE_DIR": "1"})
        if ended.code not in {0, 1} or not saved.exists():
            raise FailedError(f"it ended with exit code {ended.code} and no report: {ended.said}")
        report = json_object(written(saved))
    said = forms.pip_audit(report)
    if report is None or said is None:
        raise FailedError("its report is cut short or is no report; run again")
    if bool(said.hits) != (ended.code == 1):
        raise FailedError("its exit code and its report disagree on whether something is vulnerable; run again")
    said.assessed = [key for key in said.assessed if (key[0].rpartition("/")[2], key[1]) in service.asked]
    return reconcile(said, pins, planted, lambda found: (found,), SCANNER)
