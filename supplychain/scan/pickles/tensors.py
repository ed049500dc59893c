"""The tensors that a `data.pkl` of PyTorch names, and where their values lie in its storages (torch/_utils.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.pickles.machine import Machine, Made, Name
from supplychain.scan.pickles.torch import Storage, storage

_DEEPEST = 64
_MOST = 1_000_000
_REBUILT = ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3")
_PARTS = ("_parameters", "_buffers", "_modules")
"""What a module keeps its tensors under, which is no part of their names."""
_NEWER = {"float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "uint16": "U16", "uint32": "U32", "uint64": "U64"}
"""Types that have no storage of their own and are named beside one of bytes."""


@dataclass(frozen=True)
class View:
    """A tensor: which values of a storage are its own."""

    key: str
    storage: Storage
    dtype: str
    start: int
    """Values of the storage before its first one."""
    shape: tuple[int, ...]
    stride: tuple[int, ...]


def views(described: Reader, report: Report) -> dict[str, View]:
    """Return the tensors that a `data.pkl` names, by their names with dots.

    Raises:
        StoppedError: it is not as PyTorch writes it, or nests or names too much.
    """
    machine = Machine()
    machine.run(described, 0, report)
    if not machine.stack:
        raise StoppedError("its pickle makes nothing")
    found: dict[str, View] = {}
    for count, (name, made) in enumerate(_leaves(machine.stack[-1], (), set())):
        if count > _MOST:
            raise StoppedError(f"it names more than {_MOST:,} things")
        if (view := _view(made)) is not None and found.setdefault(".".join(name), view) is not view:
            raise StoppedError(f"two of its tensors are called {'.'.join(name)[:200]}")
    return found


def _leaves(value: object, name: tuple[str, ...], above: set[int]) -> Iterator[tuple[tuple[str, ...], Made | None]]:
    """Yield everything that could be a tensor; a container counts as well, so that their number is bounded."""
    if len(above) > _DEEPEST:
        raise StoppedError(f"it nests more than {_DEEPEST} deep")
    if isinstance(value, Made):
        yield name, value
    elif not isinstance(value, (dict, list, tuple)):
        return
    if id(value) in above:
        return
    yield name, None
    for key, inner in _entries(value):
        part = (str(key),) if key and key not in _PARTS else ()
        yield from _leaves(inner, (*name, *part), above | {id(value)})


def _entries(value: object) -> Iterator[tuple[object, object]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, (list, tuple)):
        yield from ((str(at), inner) for at, inner in enumerate(value))
    elif isinstance(value, Made) and not _rebuilt(value):
        yield from value.items.items()
        yield from value.state.items()
        if value.of == Name("collections", "OrderedDict") and isinstance(value.arguments, tuple) and value.arguments:
            pairs = value.arguments[0]
            for pair in pairs if isinstance(pairs, list) else ():
                if isinstance(pair, (list, tuple)) and len(pair) == 2:
                    yield pair[0], pair[1]


def _rebuilt(made: Made) -> str:
    """Return by which function of PyTorch something is made; empty where it is by none."""
    return made.of.name if isinstance(made.of, Name) and made.of.module == "torch._utils" else ""


def _view(made: Made | None) -> View | None:
    for _ in range(3):
        if made is None or not isinstance(made.arguments, tuple) or not made.arguments:
            return None
        if not _rebuilt(made).startswith("_rebuild_parameter"):
            break
        made = made.arguments[0] if isinstance(made.arguments[0], Made) else None
    arguments = made.arguments if made is not None and _rebuilt(made) in _REBUILT else None
    return _placed(arguments) if isinstance(arguments, tuple) and len(arguments) >= 4 else None


def _placed(arguments: tuple[Any, ...]) -> View | None:
    kept, start, shape, stride = arguments[:4]
    named = storage(kept.arguments) if isinstance(kept, Made) and kept.of == "persistent" else None
    whole = all(isinstance(row, tuple) and all(type(n) is int and n >= 0 for n in row) for row in (shape, stride))
    if named is None or not whole or type(start) is not int or start < 0 or len(shape) != len(stride):
        return None
    kind = arguments[6] if len(arguments) > 6 else None
    dtype = _NEWER.get(kind.name) if isinstance(kind, Name) and kind.module == "torch" else named[1].dtype
    return View(named[0], named[1], dtype or "unknown", start, shape, stride)
