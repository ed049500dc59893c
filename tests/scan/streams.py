"""Streams to try the reading of pickles with: real ones that were changed, and ones made of opcodes at random."""

import array
import collections
import datetime
import decimal
import functools
import itertools
import pickle
import pickletools
import random
import struct
from collections.abc import Iterator
from typing import Any

import numpy

_NAMES = (b"os", b"system", b"builtins", b"eval", b"collections", b"OrderedDict", b"a.b", b"", b"\xc3\xa9", b"x" * 300)
_PLAIN = b"()0123NR]abdelostu}\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98PQ.\x82\x83\x84"


def real() -> list[bytes]:
    """Return what picklers write, in every protocol."""
    values: list[Any] = [
        {"weights": [1.5, 2, None, True, "text", b"bytes"], "shape": (3, 4)},
        collections.OrderedDict(a=1, b=collections.Counter("abba"), c=collections.deque([1])),
        [decimal.Decimal("1.5"), datetime.datetime(2026, 1, 1), datetime.timedelta(1), {1, 2}, frozenset("ab")],
        [numpy.arange(7, dtype="f4"), numpy.float64(2), numpy.dtype("i8"), array.array("d", [1, 2])],
        functools.partial(int, base=2),
        ["same" * 3] * 5 + [10**30, -1, 70_000, "long" * 100, bytearray(b"abc")],
        [print, pickle.Unpickler, datetime.date],
    ]
    return [pickle.dumps(value, protocol) for value in values for protocol in range(6)]


def made(seed: int, count: int) -> Iterator[bytes]:
    """Yield streams, the same ones for the same seed."""
    dice = random.Random(seed)
    known = real()
    pieces = [_pieces(data) for data in known]
    for number in range(count):
        kind = number % 4
        if kind == 0:
            yield _bytes_changed(dice, dice.choice(known))
        elif kind == 1:
            yield _opcodes_changed(dice, pieces)
        else:
            yield b"".join(_opcode(dice) for _ in range(dice.randint(1, 30))) + dice.choice((b".", b""))


def _pieces(data: bytes) -> list[bytes]:
    offsets = [offset for _, _, offset in pickletools.genops(data)] + [len(data)]
    return [data[begin:end] for begin, end in itertools.pairwise(offsets) if begin is not None]


def _bytes_changed(dice: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(changed) + 1)
        match dice.randrange(4):
            case 0:
                changed[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del changed[at : at + dice.randint(1, 8)]
            case 2:
                changed[at:at] = bytes([dice.choice(_PLAIN)])
            case _:
                begin = dice.randrange(len(changed) + 1)
                changed[at:at] = changed[begin : begin + dice.randint(1, 16)]
    return bytes(changed)


def _opcodes_changed(dice: random.Random, known: list[list[bytes]]) -> bytes:
    opcodes = list(dice.choice(known))
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(opcodes))
        match dice.randrange(4):
            case 0:
                opcodes[at] = _opcode(dice)
            case 1:
                opcodes.insert(at, _opcode(dice))
            case 2:
                opcodes[at : at + 1] = dice.choice(known)[: dice.randint(1, 20)]
            case _:
                other = dice.randrange(len(opcodes))
                opcodes[at], opcodes[other] = opcodes[other], opcodes[at]
    return b"".join(opcodes)


def _opcode(dice: random.Random) -> bytes:
    """Return something to do: one opcode, or a few that make an import likely."""
    name, other = dice.choice(_NAMES), dice.choice(_NAMES)
    number = dice.randrange(4)
    match dice.randrange(14):
        case 0:
            return b"c%s\n%s\n" % (name, other)
        case 1:
            return b"(i%s\n%s\n" % (name, other)
        case 2:
            return _text(dice, name) + _memo(dice) + _text(dice, other) + _memo(dice) + b"\x93"
        case 3:
            return _get(dice, number) + _get(dice, dice.randrange(4)) + b"\x93"
        case 4:
            return _text(dice, name) + _memo(dice)
        case 5:
            return _text(dice, name) + _put(dice, number)
        case 6:
            return _get(dice, number)
        case 7:
            return dice.choice((b"K\x01", b"I01\n", b"F1.5\n", b"L12L\n", b"M\1\2", b"J\1\2\3\4", b"G" + b"\0" * 8))
        case 8:
            return dice.choice((b"\x95" + struct.pack("<Q", dice.randrange(40)), b"\x80" + bytes([dice.randrange(7)])))
        case 9:
            return b"B" + struct.pack("<I", len(name)) + name
        case 10:
            return dice.choice(
                (b"Ppid\n", b"\x8a\x02\x01\x02", b"\x8b\x02\0\0\0\1\2", b"\x96" + b"\3" + b"\0" * 7 + b"abc")
            )
        case 11:
            return b"(" + _text(dice, name) + _text(dice, other) + dice.choice((b"\x93", b"t", b"l", b"1"))
        case _:
            return bytes([dice.choice(_PLAIN)])


def _text(dice: random.Random, value: bytes) -> bytes:
    length = len(value)
    match dice.randrange(12):
        case 0:
            return b"X" + struct.pack("<I", length) + value
        case 1:
            return b"\x8d" + struct.pack("<Q", length) + value
        case 2:
            return b"V" + value + b"\n"
        case 3:
            return b"S'" + value + b"'\n"
        case 4:
            return b"U" + bytes([length % 256]) + value[: length % 256]
        case 5:
            return b"T" + struct.pack("<I", length) + value
        case _:
            return b"\x8c" + bytes([length % 256]) + value[: length % 256]


def _memo(dice: random.Random) -> bytes:
    return dice.choice((b"\x94", b"\x94", b"", b"\x94\x94", _put(dice, dice.randrange(4)), b"2\x94", b"20"))


def _put(dice: random.Random, number: int) -> bytes:
    return dice.choice((b"q%c" % number, b"r" + struct.pack("<I", number), b"p%d\n" % number))


def _get(dice: random.Random, number: int) -> bytes:
    return dice.choice((b"h%c" % number, b"h%c" % number, b"j" + struct.pack("<I", number), b"g%d\n" % number))
