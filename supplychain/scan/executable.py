"""Programs beside weights: ELF, PE and Mach-O, native libraries among them, and scripts that a system starts by themselves.

No model holds one. What is told is the kind, by the bytes; a program is never started or taken apart.
"""

from __future__ import annotations

import re

from supplychain.scan.interface import Reader, Report

NAME = "executable"
_ELF_KINDS = {1: "an object file", 2: "a program", 3: "a program or shared library"}
_MACHO = {
    bytes.fromhex(magic)
    for magic in ("feedface", "feedfacf", "cefaedfe", "cffaedfe")  # 32 and 64 bits, in both orders
}
_MACHO_FAT = bytes.fromhex("cafebabe")
"""Also the magic of Java's classes, whose version stands where the number of programs would."""
_MOST_FAT = 30
_COMPILED = "compiled Python"
_PYTHON_MAGICS = range(3000, 4000)
"""Before `\\r\\n`, of Python 3 (Lib/importlib/_bootstrap_external.py)."""
_SCRIPT = re.compile(rb"(?:\xef\xbb\xbf)?#!\s*/[^\n]{1,200}\n")
_BATCH = re.compile(rb"(?:\xef\xbb\xbf)?@?echo off\b", re.IGNORECASE)
_OTHERS = {
    b"\0asm\x01\0\0\0": "WebAssembly",
    b"dex\n03": "a program of Android",
    b"L\0\0\0\x01\x14\x02\0": "a shortcut of Windows",
}


def matches(reader: Reader) -> bool:
    """Whether it is something that a system or a loader of libraries executes."""
    return bool(_kind(reader))


def scan(reader: Reader, report: Report) -> None:
    """Tell what kind of program it is; a script is read by who reviews it, and its text is no more than looked at here."""
    kind = _kind(reader)
    rule = "script" if kind.startswith("a script") else "compiled-python" if kind == _COMPILED else "native-code"
    report.saw(NAME, rule, f"it is {kind}")
    report.covered(NAME, reader.size)


def _kind(reader: Reader) -> str:
    """Return what kind of program it is; empty where it is none."""
    head = reader.read(0, 512)
    if head[:4] == b"\x7fELF":
        return _elf(head)
    if head[:2] == b"MZ":
        return _pe(reader, head)
    if head[:4] in _MACHO and len(head) >= 28:
        return "a program or library of macOS (Mach-O)"
    if head[:4] == _MACHO_FAT and len(head) >= 8:
        return _java_or_fat(int.from_bytes(head[4:8], "big"))
    if head[2:4] == b"\r\n" and int.from_bytes(head[:2], "little") in _PYTHON_MAGICS and len(head) >= 20:
        return _COMPILED
    if (found := _SCRIPT.match(head)) is not None:
        line = found[0].split(b"#!", 1)[1].decode("utf-8", "backslashreplace").strip()
        return f"a script that {line[:80]} runs"
    if _BATCH.match(head):
        return "a script of Windows"
    return next((kind for magic, kind in _OTHERS.items() if head.startswith(magic)), "")


def _elf(head: bytes) -> str:
    if len(head) < 20 or not {head[4], head[5]} <= {1, 2}:
        return ""
    kind = int.from_bytes(head[16:18], "little" if head[5] == 1 else "big")
    return f"{_ELF_KINDS.get(kind, 'native code')} of Linux (ELF)"


def _pe(reader: Reader, head: bytes) -> str:
    """Return what a file of Windows or DOS is: the place of its own header stands at byte 60."""
    place = int.from_bytes(head[60:64], "little")
    if len(head) >= 64 and reader.read(place, 4) == b"PE\0\0":
        flags = int.from_bytes(reader.read(place + 22, 2), "little")
        return "a library of Windows (PE)" if flags & 0x2000 else "a program of Windows (PE)"
    blocks, used = int.from_bytes(head[4:6], "little"), int.from_bytes(head[2:4], "little")
    fits = len(head) >= 28 and blocks > 0 and used < 512 and (blocks - 1) * 512 + (used or 512) <= reader.size
    return "a program of DOS" if fits else ""


def _java_or_fat(number: int) -> str:
    return "a program or library of macOS (Mach-O)" if 0 < number < _MOST_FAT else "a class of Java"
