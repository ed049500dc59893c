"""What a pickle stream puts together, in symbols: enough to tell which arrays and storages it speaks of. Nothing is called.

It finds where bytes lie that are no opcodes: joblib writes arrays between them (joblib/numpy_pickle.py), and PyTorch names
storages by persistent ids (torch/serialization.py).
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.source import as_file

MOST = 3_000_000
"""Opcodes that are followed in symbols."""


@dataclass(frozen=True)
class Name:
    """Something that is imported."""

    module: str
    name: str


@dataclass
class Made:
    """What calling or building something gives."""

    of: object
    arguments: object = None
    state: dict[object, object] = field(default_factory=dict)
    items: dict[object, object] = field(default_factory=dict)
    """What is put into it as into a dict."""


class _Mark:
    """Where a group of things on the stack begins."""


_MARK = _Mark()
_NO_EFFECT = frozenset({"PROTO", "STOP"})


@dataclass
class Machine:
    """A stack of symbols; `built` is told each object that is given its state, and `named` each persistent id.

    `built` returns how many bytes of the file follow that are no opcodes.
    """

    built: Callable[[Made, int], int] = lambda _, __: 0
    named: Callable[[object], None] = lambda _: None
    imported: Callable[[object, object], None] = lambda _, __: None
    """Told each import: module and name, which are texts unless the stream was written by hand."""
    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)
    frame: int = 0
    """The offset where the last frame ends: what lies in it, a loader has in memory."""
    written: bool = False
    """Whether items are put into a tensor that was just made, as into a dict."""

    def run(self, reader: Reader, start: int, report: Report) -> int:
        """Follow a stream to its end, and return the offset after it.

        Raises:
            StoppedError: it is too long, or not as picklers write.
        """
        file = as_file(reader)
        file.seek(start)
        count = 0
        try:
            for opcode, argument, _ in pickletools.genops(file):
                count += 1
                if count % 65_536 == 0:
                    report.check_time()
                    if count > MOST:
                        raise StoppedError(f"it has more than {MOST:,} opcodes")
                if opcode.name == "FRAME":
                    self.frame = max(self.frame, file.tell() + int(argument or 0))
                elif opcode.name == "BUILD":
                    file.seek(self._build(file.tell()), 1)
                else:
                    self._do(opcode.name, argument)
        except (ValueError, IndexError, TypeError, KeyError) as error:
            raise StoppedError(f"it is not as picklers write: {type(error).__name__}") from error
        return file.tell()

    def _build(self, offset: int) -> int:
        state = self.stack.pop()
        target = self.stack[-1]
        if not isinstance(target, Made):
            return 0
        target.state = state if isinstance(state, dict) else {"": state}
        return self.built(target, offset)

    def _do(self, name: str, argument: Any) -> None:
        if name in _NO_EFFECT:
            return
        action = _ACTIONS.get(name)
        if action is not None:
            action(self, argument)
        elif name.startswith(_CONSTANTS):
            self.stack.append(argument)
        else:
            raise ValueError(name)

    def group(self) -> list[Any]:
        """Take everything above the last mark from the stack."""
        at = len(self.stack) - 1
        while self.stack[at] is not _MARK:
            at -= 1
            if at < 0:
                raise IndexError
        found = self.stack[at + 1 :]
        del self.stack[at:]
        return found

    def take(self, count: int) -> list[Any]:
        """Take things from the top of the stack, in their order."""
        if len(self.stack) < count:
            raise IndexError
        found = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return found


_CONSTANTS = ("BIN", "SHORT_BIN", "INT", "LONG", "FLOAT", "STRING", "UNICODE", "BYTEARRAY")


def _push(value: Callable[[], Any]) -> Callable[[Machine, Any], None]:
    return lambda machine, _: machine.stack.append(value())


def _tuple(count: int) -> Callable[[Machine, Any], None]:
    return lambda machine, _: machine.stack.append(tuple(machine.take(count)))


def _of_group(make: Callable[[list[Any]], Any]) -> Callable[[Machine, Any], None]:
    return lambda machine, _: machine.stack.append(make(machine.group()))


def _items(machine: Machine, pairs: list[Any]) -> None:
    target = machine.stack[-1]
    if isinstance(target, Made) and isinstance(target.of, Name):
        machine.written = machine.written or (target.of.module, target.of.name[:8]) == ("torch._utils", "_rebuild")
    into = target.items if isinstance(target, Made) else target
    if isinstance(into, dict):
        into.update(
            {key: value for key, value in zip(pairs[::2], pairs[1::2], strict=True) if isinstance(key, (str, int))}
        )


def _extend(machine: Machine, values: list[Any]) -> None:
    if isinstance(machine.stack[-1], list):
        machine.stack[-1].extend(values)


def _call(machine: Machine, _: Any) -> None:
    function, arguments = machine.take(2)
    machine.stack.append(Made(function, arguments))


def _call_with_names(machine: Machine, _: Any) -> None:
    function, arguments, _names = machine.take(3)
    machine.stack.append(Made(function, arguments))


def _import(machine: Machine, argument: Any) -> None:
    module, name = str(argument).split(" ", 1)
    machine.imported(module, name)
    machine.stack.append(Name(module, name))


def _stack_import(machine: Machine, _: Any) -> None:
    module, name = machine.take(2)
    machine.imported(module, name)
    machine.stack.append(Name(str(module), str(name)))


def _persistent(machine: Machine, argument: Any) -> None:
    identity = machine.stack.pop() if argument is None else argument
    machine.named(identity)
    machine.stack.append(Made("persistent", identity))


def _remember(machine: Machine, argument: Any) -> None:
    machine.memo[len(machine.memo) if argument is None else int(argument)] = machine.stack[-1]


def _recall(machine: Machine, argument: Any) -> None:
    machine.stack.append(machine.memo[int(argument)])


def _dict(machine: Machine, _: Any) -> None:
    pairs = machine.group()
    machine.stack.append({})
    _items(machine, pairs)


def _instance(machine: Machine, argument: Any) -> None:
    """INST: the names stand in the opcode, and its arguments above the mark."""
    machine.group()
    module, name = str(argument).split(" ", 1)
    machine.imported(module, name)
    machine.stack.append(Made(Name(module, name)))


def _object(machine: Machine, _: Any) -> None:
    found = machine.group()
    machine.stack.append(Made(found[0], tuple(found[1:])))


_ACTIONS: dict[str, Callable[[Machine, Any], Any]] = {
    "MARK": _push(lambda: _MARK),
    "POP": lambda machine, _: machine.take(1),
    "POP_MARK": lambda machine, _: machine.group(),
    "DUP": lambda machine, _: machine.stack.append(machine.stack[-1]),
    "NONE": _push(lambda: None),
    "NEWTRUE": _push(lambda: True),
    "NEWFALSE": _push(lambda: False),
    "EMPTY_TUPLE": _push(tuple),
    "EMPTY_LIST": _push(list),
    "EMPTY_DICT": _push(dict),
    "EMPTY_SET": _push(list),
    "TUPLE": _of_group(tuple),
    "LIST": _of_group(list),
    "FROZENSET": _of_group(list),
    "DICT": _dict,
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "APPEND": lambda machine, _: _extend(machine, machine.take(1)),
    "APPENDS": lambda machine, _: _extend(machine, machine.group()),
    "ADDITEMS": lambda machine, _: _extend(machine, machine.group()),
    "SETITEM": lambda machine, _: _items(machine, machine.take(2)),
    "SETITEMS": lambda machine, _: _items(machine, machine.group()),
    "GLOBAL": _import,
    "INST": _instance,
    "OBJ": _object,
    "STACK_GLOBAL": _stack_import,
    "REDUCE": _call,
    "NEWOBJ": _call,
    "NEWOBJ_EX": _call_with_names,
    "PERSID": _persistent,
    "BINPERSID": _persistent,
    "PUT": _remember,
    "BINPUT": _remember,
    "LONG_BINPUT": _remember,
    "MEMOIZE": _remember,
    "GET": _recall,
    "BINGET": _recall,
    "LONG_BINGET": _recall,
}
