"""Asks one scanner about files, in the environment that it is installed in; runs by itself, and imports nothing of ours.

    python answers.py TOOL LIST RESULTS

LIST holds a path a line. Each file is looked at in a process of its own, which may take so many seconds. RESULTS gets, by
path, one of malicious, review, safe and "not scanned", as README.md says; what a scanner writes is thrown away.
"""

import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = 60
UNREAD = "not scanned"


def ours() -> Callable[[str], str]:
    """Return how this project is asked."""
    from supplychain import catalog
    from supplychain.scan import carving, formats, numbers
    from supplychain.scan.engine import scan

    assert all((list(formats.layers()), catalog.pickle_globals(), carving, numbers))  # once, not in each process

    return lambda path: {"not fully scanned": UNREAD}.get(verdict := scan(path).verdict, verdict)


def picklescan() -> Callable[[str], str]:
    """Return how picklescan is asked."""
    from picklescan.scanner import scan_file_path

    def ask(path: str) -> str:
        found = scan_file_path(path)
        if found.issues_count:
            return "malicious"
        if found.suspicious_count:
            return "review"
        return UNREAD if found.scan_err or not found.scanned_files else "safe"

    return ask


def modelscan() -> Callable[[str], str]:
    """Return how modelscan is asked."""
    from modelscan.modelscan import ModelScan

    def ask(path: str) -> str:
        found = ModelScan().scan(path)
        counts = found["summary"]["total_issues_by_severity"]
        if counts["CRITICAL"] or counts["HIGH"]:
            return "malicious"
        if counts["MEDIUM"] or counts["LOW"]:
            return "review"
        return UNREAD if found["errors"] or not found["summary"]["scanned"]["total_scanned"] else "safe"

    return ask


def fickling() -> Callable[[str], str]:
    """Return how fickling is asked: members of a zip one by one, as its own function does."""
    from fickling.analysis import Severity
    from fickling.loader import scan_file, scan_zip_archive

    def ask(path: str) -> str:
        with open(path, "rb") as file:  # noqa: PTH123 - nothing but what every Python has
            is_zip = file.read(4) == b"PK\3\4"
        found = list(scan_zip_archive(path, graceful=True).values()) if is_zip else [scan_file(path, graceful=True)]
        worst = max((one.severity for one in found if one.results), default=None, key=lambda each: each.value[0])
        if worst is not None and worst >= Severity.LIKELY_UNSAFE:
            return "malicious"
        if worst is not None and worst > Severity.LIKELY_SAFE:
            return "review"
        return UNREAD if not found or any(one.errors for one in found) or worst is None else "safe"

    return ask


def modelaudit() -> Callable[[str], str]:
    """Return how modelaudit is asked."""
    from modelaudit.core import determine_exit_code, scan_model_directory_or_file
    from modelaudit.scanners import SCANNER_REGISTRY

    assert list(SCANNER_REGISTRY)  # loads them once, not in each process

    def ask(path: str) -> str:
        found = scan_model_directory_or_file(path, timeout=SECONDS, cache_enabled=False)
        told = {str(getattr(issue.severity, "value", issue.severity)).lower() for issue in found.issues}
        if "critical" in told:
            return "malicious"
        if "warning" in told:
            return "review"
        return UNREAD if determine_exit_code(found) == 2 else "safe"

    return ask


TOOLS: dict[str, Callable[[], Callable[[str], str]]] = {
    "ours": ours, "picklescan": picklescan, "modelscan": modelscan, "fickling": fickling, "modelaudit": modelaudit,
}  # fmt: skip


def main() -> None:
    """Ask about every file."""
    tool, names, results = sys.argv[1:]
    ask = TOOLS[tool]()
    found = {path: apart(ask, path) for path in Path(names).read_text().splitlines()}
    Path(results).write_text(json.dumps(found))


def apart(ask: Callable[[str], str], path: str) -> str:
    """Ask in a process of its own; what dies or takes too long has not scanned it."""
    with tempfile.TemporaryFile("w+") as answer:
        child = os.fork()
        if child == 0:
            signal.alarm(SECONDS)
            _silent()
            answer.write(_asked(ask, path))
            answer.flush()
            os._exit(0)
        os.waitpid(child, 0)
        answer.seek(0)
        return answer.read() or UNREAD


def _silent() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _asked(ask: Callable[[str], Any], path: str) -> str:
    try:
        return str(ask(path))
    except BaseException:  # noqa: BLE001 - a scanner that breaks has not scanned it
        return UNREAD


if __name__ == "__main__":
    main()
