"""Advisories of our own making, with packages that they affect and that they leave alone."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from supplychain.model.fact import ScannerReport

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
Hits = set[tuple[str, str, str]]


def record(
    name: str, package: str, *events: dict[str, str], versions: Iterable[str] = (), **more: Any
) -> dict[str, Any]:
    """Return an OSV record on one Python package."""
    affected: dict[str, Any] = {"package": {"name": package, "ecosystem": "PyPI"}}
    if events:
        affected["ranges"] = [{"type": "ECOSYSTEM", "events": list(events)}]
    if versions:
        affected["versions"] = list(versions)
    return {"id": name, "modified": "2026-10-01T00:00:00Z", "affected": [affected], **more}


def below(version: str, *, since: str = "0") -> tuple[dict[str, str], ...]:
    """Return the events of a range that ends before a version."""
    return {"introduced": since}, {"fixed": version}


RECORDS = [
    record("GHSA-2222-2222-2222", "torch", *below("2.6.0"), aliases=["CVE-2025-0001"]),
    record("GHSA-3333-3333-3333", "torch", {"introduced": "2.0.0"}, {"last_affected": "2.5.1"}),
    record("PYSEC-2025-4", "Pillow", *below("10.0"), aliases=["CVE-2025-0004"]),
    record("GHSA-4444-4444-4444", "pillow", *below("10.0"), aliases=["CVE-2025-0004"]),
    record("MAL-2025-5", "reqeusts", versions=["1.0", "1.1"]),
    record("GHSA-6666-6666-6666", "old-thing", *below("2.0"), withdrawn="2026-01-01T00:00:00Z"),
    record("GHSA-7777-7777-7777", "epochal", *below("1!2.0", since="1!1.0")),
    record("GHSA-8888-8888-8888", "strange", *below("1.0-broken"), versions=["0.9", "0.9-broken"]),
]
"""One of each: a fix, a last affected version, two records of one vulnerability, versions alone, withdrawn, an epoch."""
PINS = {
    "torch": ("2.5.1", "2.6.0"),
    "pillow": ("9.5.0",),
    "reqeusts": ("1.1", "1.2"),
    "old-thing": ("1.0",),
    "epochal": ("1!1.5", "2.5"),
    "strange": ("0.9",),
    "sound": ("3.0",),
}
EXPECTED = {
    ("package:pypi/torch", "2.5.1", "GHSA-2222-2222-2222"),
    ("package:pypi/torch", "2.5.1", "GHSA-3333-3333-3333"),
    ("package:pypi/pillow", "9.5.0", "CVE-2025-0004"),
    ("package:pypi/reqeusts", "1.1", "MAL-2025-5"),
    ("package:pypi/epochal", "1!1.5", "GHSA-7777-7777-7777"),
    ("package:pypi/strange", "0.9", "GHSA-8888-8888-8888"),
}


def packages(pins: dict[str, tuple[str, ...]] = PINS) -> list[tuple[str, str]]:
    """Return pins as components and versions."""
    return [(f"package:pypi/{name}", version) for name, versions in pins.items() for version in versions]


def raw(records: Iterable[dict[str, Any]] = tuple(RECORDS)) -> list[bytes]:
    """Return records as their JSON."""
    return [json.dumps(entry).encode() for entry in records]


def hits(report: ScannerReport) -> Hits:
    """Return what a scanner found, each under the one of its ids that `EXPECTED` has, or its first."""
    expected = {name for _, _, name in EXPECTED}
    return {
        (hit.component, hit.version, next((name for name in hit.ids if name in expected), hit.ids[0]))
        for hit in report.hits
    }


def program(path: Path, code: str) -> tuple[str, ...]:
    """Write a program that stands in for a scanner, and return how it is started; `options` maps its options."""
    head = "import json, os, sys, time\nargs = sys.argv[1:]\noptions = dict(zip(args, args[1:]))\n"
    path.write_text(f"#!{sys.executable}\n{head}{code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return (str(path),)
