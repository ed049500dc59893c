"""A child that loads pickles with Python's own C machine, in which every import gives something inert, and tells the imports.

Streams come on its standard input, each after its length; for each it writes a line of JSON. It is bounded in memory and
time, and may open no file for writing and start no process.
"""

import contextlib
import json
import pickle
import resource
import sys
import warnings
from io import BytesIO


class _Settable(type):
    def __setitem__(cls, key: object, value: object) -> None:
        """Take an item, and forget it."""


class Inert(metaclass=_Settable):
    """What every import gives: it can be called, made, built, added to and hashed, and does nothing."""

    def __new__(cls, *_: object, **__: object) -> "Inert":
        return object.__new__(cls)

    def __init__(*_: object, **__: object) -> None:
        pass

    def __call__(self, *_: object, **__: object) -> "Inert":
        return self

    def nothing(*_: object, **__: object) -> None:
        """Do nothing."""

    __setstate__ = append = extend = add = __setitem__ = nothing


class Recorder(pickle.Unpickler):
    """Python's machine, with its imports written down."""

    def __init__(self, data: bytes, seen: list[list[str]]) -> None:
        super().__init__(BytesIO(data), buffers=[b"buffer"] * 4)
        self._seen = seen

    def find_class(self, module: str, name: str) -> type[Inert]:
        self._seen.append([part.encode("utf-8", "surrogatepass").hex() for part in (module, name)])
        return Inert

    def persistent_load(self, _: object) -> Inert:
        return Inert()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (600, 600))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    warnings.simplefilter("ignore")
    while head := sys.stdin.buffer.read(4):
        data = sys.stdin.buffer.read(int.from_bytes(head, "little"))
        seen: list[list[str]] = []
        with contextlib.suppress(Exception):  # most streams are no pickles
            Recorder(data, seen).load()
        sys.stdout.write(json.dumps(seen) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
