"""Pickle streams put together by hand, as pickletools names the opcodes; nothing here is ever loaded."""

from __future__ import annotations

import struct

STOP = b"."


def proto(number: int) -> bytes:
    """Return the opcode that a stream of a protocol begins with; nothing for the first two."""
    return bytes([0x80, number]) if number >= 2 else b""


def frame(body: bytes) -> bytes:
    """Return a body in a frame."""
    return b"\x95" + struct.pack("<Q", len(body)) + body


def short(text: str | bytes) -> bytes:
    """Return SHORT_BINUNICODE of a text."""
    data = text.encode() if isinstance(text, str) else text
    return b"\x8c" + bytes([len(data)]) + data


def wide(text: str) -> bytes:
    """Return BINUNICODE of a text."""
    return b"X" + struct.pack("<I", len(text.encode())) + text.encode()


def widest(text: str) -> bytes:
    """Return BINUNICODE8 of a text."""
    return b"\x8d" + struct.pack("<Q", len(text.encode())) + text.encode()


def line(text: str) -> bytes:
    """Return UNICODE of a text."""
    return b"V" + text.encode("raw-unicode-escape") + b"\n"


def named(module: str, name: str) -> bytes:
    """Return GLOBAL."""
    return b"c" + f"{module}\n{name}\n".encode()


def stacked(module: str, name: str) -> bytes:
    """Return STACK_GLOBAL with both texts before it, remembered as picklers do."""
    return short(module) + b"\x94" + short(name) + b"\x94\x93\x94"


def pushed(value: object) -> bytes:
    """Return the opcodes that put a plain value on the stack."""
    if value is None:
        return b"N"
    if isinstance(value, bool):
        return b"\x88" if value else b"\x89"
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    if isinstance(value, bytes):
        return b"B" + struct.pack("<I", len(value)) + value
    if isinstance(value, str):
        return wide(value)
    if isinstance(value, tuple):
        return b"(" + b"".join(pushed(item) for item in value) + b"t"
    if isinstance(value, list):
        return b"](" + b"".join(pushed(item) for item in value) + b"e"
    if isinstance(value, dict):
        return b"}(" + b"".join(pushed(key) + pushed(item) for key, item in value.items()) + b"u"
    raise TypeError(value)


def call(module: str, name: str, *arguments: object, protocol: int = 2) -> bytes:
    """Return a stream that calls what it imports."""
    imports = stacked(module, name) if protocol >= 4 else named(module, name)
    body = imports + pushed(arguments) + b"R"
    return proto(protocol) + (frame(body + STOP) if protocol >= 4 else body + STOP)


def old(module: str, name: str, text: str) -> bytes:
    """Return a stream of protocol 0, of text alone."""
    return named(module, name) + b"p0\n(" + line(text) + b"p1\ntp2\nRp3\n."
