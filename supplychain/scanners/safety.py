"""`safety check` over the advisories at hand.

It runs from the environment that this program runs in, in a folder, a home and an environment of its own, over a
list of requirements and a database that this module writes; nothing of the target is an option, a path or a file of it.
Its exit codes are in `safety.errors` and `safety.constants`: 0 and 64 are results, all others are failures.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from supplychain.scanners import safety_database
from supplychain.scanners.forms import safety_check
from supplychain.scanners.interface import FailedError, Pin, Said, about, aliases, json_object, requirements
from supplychain.scanners.planted import Planted, reconcile
from supplychain.scanners.process import environment, run, written

SCANNER = "safety"
PROGRAM = (sys.executable, "-I", "-m", "safety", "--disable-optional-telemetry", "check")
"""Python's isolated mode: neither the folder that it runs in nor the environment adds code."""
_SERVERS = ("AUTH_SERVER_URL", "PLATFORM_API_BASE_URL", "DATA_API_BASE_URL", "FIREWALL_API_BASE_URL")
_SETTINGS = "[settings]\n" + "".join(f"{name} = nowhere:\n" for name in _SERVERS)
"""Safety 3.7 asks its login server before any command and goes on without an answer: here it has nobody to ask."""
_FOUND = 64
_FAILED = {
    65: "it asks for a login; unset its key and sign out, a local database needs neither",
    66: "its service refuses to answer so often; it was to use the local database, so see what configures it",
    67: "it does not find the database that was written for it; see that the temporary folder can be written to",
    69: "it does not know the schema of the database; install the version that this project names: safety>=3.7,<3.8",
}


def scan(pins: Sequence[Pin], records: Sequence[dict[str, Any]]) -> Said:
    """Return what safety says of pinned packages, against these records and nothing else.

    Raises:
        FailedError: it gave no result, or one that cannot be relied upon.
    """
    planted = Planted.make()
    with tempfile.TemporaryDirectory(prefix="supplychain-safety-") as name:
        folder = Path(name).resolve()
        database, listed, saved = folder / "database", folder / "requirements.txt", folder / "report.json"
        left = safety_database.write([*about(records, {pin.name for pin in pins}), planted.record], database)
        listed.write_text(requirements([*pins, planted.pin]), encoding="ascii")
        (folder / ".safety").mkdir()
        (folder / ".safety" / "config.ini").write_text(_SETTINGS, encoding="ascii")
        env = environment(folder) | {"SAFETY_SYSTEM_CONFIG_PATH": str(folder), "NON_INTERACTIVE": "1"}
        options = ["--db", str(database), "-r", str(listed), "--output", "json", "--save-json", str(saved)]
        ended = run([*PROGRAM, *options], folder, env)
        if ended.code not in {0, _FOUND}:
            raise FailedError(f"{_FAILED.get(ended.code, ended.said)} (exit code {ended.code})")
        report = json_object(written(saved))
    said = _read(report, database, found=ended.code == _FOUND)
    names = aliases(records)
    whole = reconcile(said, pins, planted, lambda found: names.get(found, (found,)), SCANNER)
    whole.skipped += [(record, f"the advisory is not wholly in the database of safety: {why}") for record, why in left]
    return whole


def _read(report: dict[str, Any] | None, database: Path, *, found: bool) -> Said:
    said = safety_check(report)
    if report is None or said is None:
        raise FailedError("its report is cut short or is no report; run again")
    meta = report.get("report_meta")
    stated = meta if isinstance(meta, dict) else {}
    if stated.get("api_key") or stated.get("local_database_path") != str(database):
        raise FailedError("it did not use the database that was written for it; unset its key and run again")
    if bool(report.get("vulnerabilities")) != found:
        raise FailedError("its exit code and its report disagree on whether something is vulnerable; run again")
    return said
