"""Pickle opcodes as patterns: long runs of those that import nothing are passed over in one step.

The opcodes and their arguments are those of CPython's pickletools. A stream has no jumps, so that where one opcode ends the
next begins, and what is read here is what a loader executes, in its order. Quantifiers are possessive: a run is matched
without remembering how, in memory that does not grow with it. They are compiled when they are first used: each takes 10 ms.
"""

from __future__ import annotations

import re
from functools import cache

_NO_ARGUMENT = b"()0123NR]abdelostu}\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x97\x98"
_MEMOIZE = b"\x94"
_PUTS = (rb"q.", rb"r.{4}", rb"p[^\n]*+\n")
_FRAME = rb"\x95.{8}"


def _counted(codes: bytes, width: int) -> bytes:
    """Return the pattern of opcodes with up to 255 bytes after a little-endian length of `width` bytes."""
    lengths = (re.escape(bytes([n]) + b"\0" * (width - 1)) + (b".{%d}" % n if n else b"") for n in range(256))
    return b"[" + re.escape(codes) + b"](?:" + b"|".join(lengths) + b")"


_OTHERS = (
    rb"[Kh\x80].",
    rb"M..",
    _counted(b"\x8c", 1),
    rb"G.{8}",
    rb"[Jj].{4}",
    _counted(b"X", 4),
    _counted(b"CU\x8a", 1),
    _counted(b"BT\x8b", 4),
    rb"[ILFSVg][^\n]*+\n",
)


def _any(*patterns: bytes) -> bytes:
    return b"(?:" + b"|".join(patterns) + b")"


_PLAIN = b"[" + re.escape(_NO_ARGUMENT) + b"]"
_PLAIN_OR_MEMO = b"[" + re.escape(_NO_ARGUMENT + _MEMOIZE) + b"]"


@cache
def run() -> re.Pattern[bytes]:
    """Return as many opcodes as there are that import nothing, begin no frame, are complete, and hold no long text."""
    return re.compile(_any(_PLAIN_OR_MEMO + b"++", *_OTHERS, *_PUTS) + b"*+", re.DOTALL)


@cache
def without_puts() -> re.Pattern[bytes]:
    """Return the same and frames, without those that remember something under a number of their own."""
    return re.compile(_any(_PLAIN_OR_MEMO + b"++", *_OTHERS, _FRAME) + b"*+", re.DOTALL)


@cache
def without_memo() -> re.Pattern[bytes]:
    """Return the same without any that remember something."""
    return re.compile(_any(_PLAIN + b"++", *_OTHERS, _FRAME) + b"*+", re.DOTALL)


@cache
def token() -> re.Pattern[bytes]:
    """Return one of all these."""
    return re.compile(_any(_PLAIN_OR_MEMO, *_OTHERS, *_PUTS, _FRAME), re.DOTALL)


NAMES = re.compile(rb"[ci]([^\n]*+)\n([^\n]*+)\n")
"""GLOBAL and INST: module and name stand in two lines."""
LINE = 4096
"""Bytes in which a module and a name have to end; nobody's are longer."""


def memoized(count: int) -> re.Pattern[bytes]:
    """Return the pattern of everything up to and with the `count`-th opcode that remembers what is on the stack."""
    return re.compile(b"(?:" + without_memo().pattern + re.escape(_MEMOIZE) + b"){%d}+" % count, re.DOTALL)


LONG = {ord("X"): 4, ord("T"): 4, ord("B"): 4, 0x8B: 4, 0x8D: 8, 0x8E: 8, 0x96: 8}
"""Opcodes with a length of so many bytes, which are passed over by it where they are not in a run."""
TEXT = {ord("X"): 4, 0x8C: 1, 0x8D: 8}
"""Opcodes that put a text on the stack, with the bytes of its length."""
GET = {ord("h"): 1, ord("j"): 4}
"""Opcodes that put something remembered on the stack, by its number."""
LINES = b"ILFSVgp"
"""Opcodes whose argument is the rest of the line."""
PUTS = b"qrp"
"""Opcodes that remember what is on the stack under a number of their own."""
MEMOIZE, STOP, STACK_GLOBAL = 0x94, ord("."), 0x93
FRAME = 0x95
"""Says how many bytes a loader reads at once."""
NAMED = b"ci"
"""GLOBAL and INST."""
EXTENSIONS = {0x82: 1, 0x83: 2, 0x84: 4}
"""Imports by a number that the loading process has registered."""
PERSISTENT, PERSISTENT_LINE = ord("Q"), ord("P")
