"""Many requests at once, within a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

from supplychain.facts.interface import NoFactError

T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], items: Sequence[T], workers: int, seconds: float) -> list[R | NoFactError]:
    """Return what `work` gives for each item, in their order, or why it gives nothing: also that it took too long.

    A thread of a pool would be waited for when the process ends, however long a service lets it hang.
    """
    todo: SimpleQueue[int] = SimpleQueue()
    for number in range(len(items)):
        todo.put(number)
    results: list[R | NoFactError] = [NoFactError(f"it took more than {seconds:g} seconds in all")] * len(items)
    broken: list[BaseException] = []

    def run() -> None:
        try:
            while not broken:
                number = todo.get_nowait()
                try:
                    results[number] = work(items[number])
                except NoFactError as error:
                    results[number] = error
        except Empty:
            return
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            broken.append(error)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(min(workers, len(items)))]
    until = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    if broken:
        raise broken[0]
    return list(results)
