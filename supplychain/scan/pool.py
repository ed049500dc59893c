"""Many artifacts at a time: over local processes, or over a Dask cluster, with the same results.

for scanned in scan_all(jobs):
    scanned.verdict
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from supplychain.model.scan import Scanned
from supplychain.scan.beside import Files
from supplychain.scan.engine import DEFAULT, scan, unscanned
from supplychain.scan.interface import Limits
from supplychain.scan.remote import is_remote, scan_remote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from supplychain.scan.comparing import Comparison

_SMALL = 1 << 20
"""Bytes of all artifacts together that are scanned in this process: starting another takes longer."""
_GRACE = 30.0
"""Seconds beyond its limit that a scan may take to end by itself."""
_DIED = "the process that scanned it died: it takes more memory or time than a scan may use, or it breaks a reader"
_ANSWER = 10.0
"""Seconds in which a scheduler has to answer."""


@dataclass(frozen=True)
class Job:
    """An artifact to scan: a path, or an address that fsspec reads, and what results call it."""

    path: str
    name: str
    beside: Files | None = None
    """What lies beside it, where that is not its own folder."""


def scan_all(
    jobs: Sequence[Job],
    limits: Limits = DEFAULT,
    executor: str = "local",
    done: Callable[[int], object] = lambda _: None,
) -> tuple[Scanned, ...]:
    """Return what was seen of each artifact, in their order.

    `executor` is `local`, or the address of a Dask scheduler; `done` is told the bytes of each artifact that is done. A
    process that dies takes none of the others with it: each artifact that it had is scanned again by itself, and the
    one that kills its process is reported.

    Raises:
        ConnectionError: there is no Dask scheduler at that address, or the extra [dask] is not installed.
    """
    if executor == "local" and sum(_size(job) for job in jobs) <= _SMALL:
        return tuple(_told(_one(job, limits), done) for job in jobs)
    found: dict[Job, Scanned] = {}
    with _executor(executor, limits, min(len(jobs), os.cpu_count() or 1)) as pool:
        _collect(pool, jobs, limits, found, done)
    for job in jobs:  # what a dying process took with it
        if job not in found:
            with _executor(executor, limits, 1) as pool:
                _collect(pool, [job], limits, found, done)
            found.setdefault(job, _lost(job))
    return tuple(found[job] for job in jobs)


def compare_apart(path: Sequence[str], base_path: Sequence[str], limits: Limits = DEFAULT) -> Comparison:
    """Return what `compare` does, in a process of its own that large weights and what breaks a reader end alone."""
    from supplychain.scan.comparing import Comparison, compare  # here, since few runs compare

    if sum(_size(Job(one, one)) for one in (*path, *base_path)) <= _SMALL:
        return compare(path, base_path, limits)
    try:
        with _executor("local", limits, 1) as pool:
            return pool.submit(_compared, tuple(path), tuple(base_path), limits).result()
    except (BrokenExecutor, MemoryError):
        return Comparison("not compared", says=_DIED.replace("scanned", "compared"))


def _compared(path: tuple[str, ...], base_path: tuple[str, ...], limits: Limits) -> Comparison:
    from supplychain.scan.comparing import compare

    with _alarm(limits.seconds + _GRACE):
        return compare(path, base_path, limits)


def ensure(executor: str) -> None:
    """See to it that something can scan there.

    Raises:
        ConnectionError: there is no Dask scheduler at that address, or the extra [dask] is not installed.
    """
    if executor != "local":
        with _executor(executor, DEFAULT, 1):
            pass


def _collect(
    pool: Executor, jobs: Iterable[Job], limits: Limits, found: dict[Job, Scanned], done: Callable[[int], object]
) -> None:
    """Scan jobs over an executor; one whose process died is left out."""
    futures: dict[Future[Scanned], Job] = {}
    for job in jobs:
        try:
            futures[pool.submit(_one, job, limits)] = job
        except RuntimeError:  # the pool broke meanwhile
            break
    for future in as_completed(futures):
        if future.cancelled() or future.exception() is not None:
            continue
        found[futures[future]] = _told(future.result(), done)


def _one(job: Job, limits: Limits) -> Scanned:
    """Scan one artifact; where signals can be used, one that does not come to its end is ended."""
    if is_remote(job.path):
        return scan_remote(job.path, limits, job.name)
    with _alarm(limits.seconds + _GRACE):
        return scan(job.path, limits, job.name, job.beside)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """End this process where what is in it takes longer: a layer that hangs would hang the run."""
    if os.environ.get(_WORKER) is None:
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


_WORKER = "SUPPLYCHAIN_SCAN_WORKER"
"""Set in the processes that a local pool starts."""


def bound(memory: int) -> None:
    """Limit the memory of this process, which does nothing but scan."""
    os.environ[_WORKER] = "1"
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def _executor(address: str, limits: Limits, workers: int) -> Iterator[Executor]:
    if address == "local":
        with ProcessPoolExecutor(workers, get_context("spawn"), bound, (limits.memory,)) as pool:
            yield pool
        return
    try:
        import asyncio  # here, since the local pool needs none of it

        from distributed import Client
    except ImportError as error:
        raise ConnectionError("executor= names a Dask scheduler, and the extra [dask] is not installed") from error
    try:
        with ThreadPoolExecutor(1) as apart:  # this thread may have a loop; the client waits for ever on other servers
            apart.submit(lambda: asyncio.run(asyncio.wait_for(_identity(address), _ANSWER))).result()
        client = Client(address, timeout=_ANSWER, set_as_default=False)  # type: ignore[no-untyped-call]  # no types
    except Exception as error:  # each protocol has errors of its own
        raise ConnectionError(f"no Dask scheduler answers at {address}: {_said(error)}") from error
    with client:
        yield client.get_executor(retries=0, pure=False)  # type: ignore[no-untyped-call]  # no types


async def _identity(address: str) -> None:
    """Ask who is there.

    Raises:
        ConnectionError: it is no scheduler.
    """
    from distributed import Security
    from distributed.core import rpc

    arguments = Security().get_connection_args("client")  # type: ignore[no-untyped-call]  # no types
    async with rpc(address, connection_args=arguments) as asked:  # type: ignore[no-untyped-call]  # no types
        found = await asked.identity()
    if not str(found.get("type", "")).endswith("Scheduler"):
        raise ConnectionError("what is there is none")


def _said(error: Exception) -> str:
    return str(error) or f"nothing that speaks its protocol, within {_ANSWER:g} seconds"


def _told(scanned: Scanned, done: Callable[[int], object]) -> Scanned:
    done(scanned.size)
    return scanned


def _size(job: Job) -> int:
    if is_remote(job.path):
        return _SMALL + 1
    try:
        return Path(job.path).stat().st_size
    except (OSError, ValueError):
        return 0


def _lost(job: Job) -> Scanned:
    return unscanned(job.name, _DIED, _size(job))
