"""A scanner as a process of its own: it knows nothing of who runs it, and is stopped when it takes too long."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from supplychain.files import NotReadError, read_bounded
from supplychain.model.text import printable
from supplychain.scanners.interface import FailedError

TIME_LIMIT = 180.0
"""Seconds that one scanner may take; 500 packages take it about five."""
SIZE_LIMIT = 64_000_000
"""Bytes that a scanner may write into one file, and that are read of it."""
NOWHERE = "http://127.0.0.1:9"
"""A proxy that answers to nobody: a scanner that was not to use the network cannot."""
_SAID = 4000


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    said: str
    """The last line of what it wrote to its standard error."""


def environment(home: Path) -> dict[str, str]:
    """Return an environment with a home of its own, and without a network, a token or anybody's configuration."""
    own = {name: str(home) for name in ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    proxies = {name: NOWHERE for proxy in ("http_proxy", "https_proxy", "all_proxy") for name in (proxy, proxy.upper())}
    alone = {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1", "PIP_CONFIG_FILE": os.devnull, "PYTHONNOUSERSITE": "1"}
    return {**own, **proxies, **alone, "PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def run(
    command: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    *,
    output: Path | None = None,
    seconds: float | None = None,
    memory: int | None = None,
) -> Ended:
    """Run a program in a folder until it ends; what it writes to its standard output goes to `output`, or nowhere.

    Raises:
        FailedError: it cannot be started, takes longer than `seconds` (or else `TIME_LIMIT`), or is killed.
    """
    errors = folder / "stderr"
    with errors.open("wb") as said, (output or Path(os.devnull)).open("wb") as out:
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=said,
                start_new_session=True,
            )
        except OSError as error:
            raise FailedError(f"{Path(command[0]).name} cannot be started: {error.strerror}") from error
        try:
            _bound(process.pid, memory)
            code = process.wait(seconds or TIME_LIMIT)
        except subprocess.TimeoutExpired as error:
            if seconds:
                raise FailedError(f"it was stopped after {seconds:g} seconds without a result") from error
            raise FailedError(
                f"it was stopped after {TIME_LIMIT:g} seconds without a result; run it by hand on fewer packages and "
                "hand in its report"
            ) from error
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # what it started ends with it
            process.wait()
    if code < 0:
        raise FailedError(f"it was killed by {signal.Signals(-code).name}; give it more memory or run again")
    return Ended(code, _last_line(errors))


def _bound(pid: int, memory: int | None) -> None:
    if hasattr(resource, "prlimit"):  # Linux; elsewhere only the read is bounded
        with contextlib.suppress(OSError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (SIZE_LIMIT, SIZE_LIMIT))
            if memory is not None:
                resource.prlimit(pid, resource.RLIMIT_DATA, (memory, memory))


def written(path: Path) -> bytes:
    """Return what a scanner wrote into a file.

    Raises:
        FailedError: it wrote none, or more than `SIZE_LIMIT`.
    """
    try:
        data = read_bounded(path, SIZE_LIMIT + 1)
    except NotReadError as error:
        raise FailedError("it wrote no report") from error
    if len(data) > SIZE_LIMIT:
        raise FailedError(f"its report has more than {SIZE_LIMIT:,} bytes")
    return data


def _last_line(path: Path) -> str:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _SAID))
        lines = stream.read(_SAID).decode("utf-8", "replace").split("\n")
    return printable(next((line.strip() for line in reversed(lines) if line.strip()), "")[:300])
