"""`fetch=on`: bytes of pinned revisions that are not at hand, fetched by Hugging Face's client in a process of its own.

The client does not compare what it downloads with what the hub lists: that is done afterwards, as with any other bytes.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from supplychain import catalog
from supplychain.artifacts.found import Wanted
from supplychain.artifacts.from_hub import records, runs
from supplychain.artifacts.hub_cache import fetched_folder, folders, snapshot
from supplychain.model.case import Case
from supplychain.model.hub import HubFile, HubRecord
from supplychain.model.policy import ArtifactRules
from supplychain.model.reference import is_immutable
from supplychain.model.text import printable

_POLL = 0.2
_SAID = 100_000
_PASSED_ON = ("PATH", "LANG", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HF_ENDPOINT")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")


def fetch_missing(wanted: Iterable[Wanted], case: Case) -> dict[str, str]:
    """Fetch what is pinned, listed by the hub and not at hand; return why that failed, by component."""
    problems: dict[str, str] = {}
    for one in wanted:
        if one.component.source != "huggingface":
            continue
        for revision, is_code in one.revisions.items():
            problem = _fetch(one, case, revision, is_code=is_code)
            if problem:
                problems[one.id] = problem
    return problems


def _fetch(one: Wanted, case: Case, revision: str | None, *, is_code: bool) -> str:
    if revision is None or not is_immutable(revision):
        return ""  # a check fails that anyway, and there is nothing fixed to fetch
    record = next((record for record in records(case, one, revision) if record.files), None)
    if record is None:
        return "nothing was fetched, since the hub's list of its files is not at hand"
    missing = [file for file in _missing(one, case, record, revision) if runs(file.path) or not is_code]
    if not missing:
        return ""
    rules = case.policy.artifacts
    size = sum(file.size or 0 for file in missing)
    if size > rules.fetch_max_bytes:
        return f"nothing was fetched: {size:,} bytes, and fetch_max_bytes of the policy is {rules.fetch_max_bytes:,}"
    if importlib.util.find_spec("huggingface_hub") is None:
        return "nothing was fetched: install this package with its extra [hub]"
    asked = {"name": one.component.name, "kind": str(one.component.kind), "commit": revision}
    return _run({**asked, "files": [file.path for file in missing], "cache": str(fetched_folder())}, rules)


def _missing(one: Wanted, case: Case, record: HubRecord, commit: str) -> list[HubFile]:
    at_hand: set[str] = set()
    for folder, _ in folders():
        held = snapshot(folder, one.component, commit, case.policy.artifacts.max_files)
        at_hand |= {file.path for file in held.files if file.real} if held else set()
    return [file for file in record.files if file.path not in at_hand]


def _run(asked: Mapping[str, object], rules: ArtifactRules) -> str:
    """Run the client, and end it when it takes too long or too much; return why something was not fetched."""
    folder = fetched_folder()
    folder.mkdir(parents=True, exist_ok=True)
    begun, begun_with = time.monotonic(), _size(folder)
    with tempfile.TemporaryFile() as said, tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            [sys.executable, "-m", "supplychain.artifacts.downloading"],
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env=_environment(home),
            start_new_session=True,
        )
        try:
            _bound(process.pid, rules.fetch_max_bytes)
            with contextlib.suppress(BrokenPipeError), process.stdin or contextlib.nullcontext() as pipe:
                if pipe is not None:
                    pipe.write(json.dumps(asked).encode())
            while process.poll() is None:
                if time.monotonic() - begun > rules.fetch_max_seconds:
                    return (
                        f"it was ended after the {rules.fetch_max_seconds} seconds of fetch_max_seconds in the policy"
                    )
                if _size(folder) - begun_with > rules.fetch_max_bytes:
                    return f"it was ended after the {rules.fetch_max_bytes:,} bytes of fetch_max_bytes in the policy"
                time.sleep(_POLL)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        said.seek(0)
        return _problem(said.read(_SAID), process.returncode)


def _problem(said: bytes, code: int) -> str:
    for line in said.splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            found = json.loads(line)
            return printable(f"{found['file']} could not be fetched: {found['problem']}")
    return "" if code == 0 else f"the client ended with code {code}"


def _bound(pid: int, limit: int) -> None:
    if hasattr(resource, "prlimit"):  # Linux; elsewhere the size of the folder alone is watched
        with contextlib.suppress(OSError, ValueError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, limit))


def _size(folder: Path) -> int:
    """Return how many bytes lie in a folder."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(f"{root}/{name}").st_size
    return total


def _environment(home: str) -> dict[str, str]:
    """Return an environment with the assessor's way to the hub; the client's own token goes to the hub's host alone."""
    proxies = [name for proxy in _PROXIES for name in (proxy, proxy.upper())]
    kept = {name: os.environ[name] for name in (*_PASSED_ON, *proxies) if name in os.environ}
    own = {f"https://{entry.name}" for entry in catalog.registries()["huggingface"].host}
    is_own = kept.get("HF_ENDPOINT", "").rstrip("/") in {"", *own}
    token = os.environ.get("SUPPLYCHAIN_HF_TOKEN") or (os.environ.get("HF_TOKEN") if is_own else "")
    if token:
        kept["HF_TOKEN"] = token
    quiet = dict.fromkeys(("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_XET", "HF_HUB_DISABLE_IMPLICIT_TOKEN"), "1")
    return {**kept, **quiet, "HOME": home, "HF_HOME": home, "PYTHONNOUSERSITE": "1", "PYTHONSAFEPATH": "1"}
