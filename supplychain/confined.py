"""A process that parses what a target holds: it can neither connect nor start nor write anything, and ends in time.

Run as a program, it reads a question as JSON from its standard input, hands it to the function `answer` of the file that
it is given, and writes what that returns as JSON. It imports nothing of this package, so that it starts anywhere.
"""

from __future__ import annotations

import json
import os
import resource
import runpy
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SECONDS = 20
"""Of processor time."""
MEMORY = 1 << 30
_FORBIDDEN = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "subprocess.", "os.exec", "os.fork", "os.system")


class StoppedError(Exception):
    """The process gave no answer; the message says why."""


def ask(script: str, asked: Mapping[str, Any], seconds: float, *, home: Path | None = None) -> Any:
    """Return what the function `answer` of a file answers to a question, both as JSON.

    Args:
        script: the file; it is run in a process of its own.
        asked: the question.
        seconds: that it may take, however little it computes.
        home: a folder in which it may write small files; without one it writes nothing.

    Raises:
        StoppedError: it took too long, or ended otherwise.
    """
    environment = {"LC_ALL": "C.UTF-8"}
    if home is not None:
        environment |= {name: str(home) for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__, "answer" if home is None else "write", script],
            input=json.dumps(asked).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=seconds,
            check=False,
        )
        if done.returncode == 0:
            return json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise StoppedError(f"did not come to an end with it within {seconds:g} seconds") from error
    except (OSError, ValueError):
        pass
    raise StoppedError("was stopped on it")


def command(program: str, *arguments: str) -> list[str]:
    """Return the command that runs another program with the same limits."""
    return [sys.executable, "-I", __file__, "run", program, *arguments]


def limit(size: int = 0) -> None:
    """Limit this process: processor time, memory, and files of at most `size` bytes."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def confine(size: int = 0) -> None:
    """Limit this process, and let it neither connect nor start anything."""
    limit(size)

    def refuse(event: str, _: object) -> None:
        if event.startswith(_FORBIDDEN):
            raise PermissionError(event)

    sys.addaudithook(refuse)


def main() -> None:
    """Read the question and write the answer; what goes wrong ends it with another code than 0."""
    how, script, *arguments = sys.argv[1:]
    if how == "run":
        limit()
        os.execv(script, [script, *arguments])  # noqa: S606 - a shell is what it is to do without
    asked = json.loads(sys.stdin.buffer.read())
    confine(1 << 20 if how == "write" else 0)
    sys.stdout.write(json.dumps(runpy.run_path(script)["answer"](asked)))


if __name__ == "__main__":
    main()
