"""Beginnings of programs and archives, held against what their formats ask for.

ELF: elf(5), the header; PE: Microsoft's "PE Format", the signature and where it stands; ZIP: PKWARE's APPNOTE, 4.3.7.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

Take = Callable[[int, int], bytes]
"""Bytes of a stream by their place from where a signature begins, which may be before it; fewer where the stream ends."""

SIGNATURES = {"ELF": b"\x7fELF", "ZIP": b"PK\x03\x04", "PE": b"PE\0\0"}
"""What a search looks for, by kind; a PE is found by its second signature, which is the longer one."""
STUB = 1 << 16
"""The most bytes that lie between the two signatures of a PE."""
_SIZES = {1: (40, 52, 32, 40), 2: (52, 64, 56, 64)}
"""By the class of an ELF: where its sizes are, and the size of the header, of a segment's and of a section's entry."""
_METHODS = {*range(11), 12, 14, 16, 18, 19, 20, *range(93, 100)}
_NEWEST_ZIP = 63
_LONGEST_NAME = 1024


def begins(kind: str, take: Take) -> bool:
    """Whether a program or archive of a kind begins here; of a PE, whether one began before here."""
    return take(0, 4) == SIGNATURES[kind] and _RULES[kind](take)


def _elf(take: Take) -> bool:
    head = take(0, 64)
    if len(head) < 52 or head[4] not in (1, 2) or head[5] not in (1, 2) or head[6] != 1:
        return False
    order = "<" if head[5] == 1 else ">"
    at, header, segment, section = _SIZES[head[4]]
    if len(head) < header:
        return False
    kind, _, version = struct.unpack_from(order + "HHI", head, 16)
    own, of_segment, _, of_section = struct.unpack_from(order + "HHHH", head, at)
    known = own == header or of_segment == segment or of_section == section
    return bool(known and 1 <= kind <= 4 and version == 1)


def _zip(take: Take) -> bool:
    head = take(4, 26)
    if len(head) < 26:
        return False
    version, _, method = struct.unpack_from("<HHH", head)
    (length,) = struct.unpack_from("<H", head, 22)
    if version > _NEWEST_ZIP or method not in _METHODS or not 0 < length <= _LONGEST_NAME:
        return False
    name = take(30, length)
    return len(name) == length and min(name) >= 0x20


def _pe(take: Take) -> bool:
    before = take(-STUB, STUB) + take(0, 64)
    signature = len(before) - len(take(0, 64))
    at = before.find(b"MZ", 0, signature)
    while at >= 0:
        if before[at + 0x3C : at + 0x40] == struct.pack("<I", signature - at):
            return True
        at = before.find(b"MZ", at + 1, signature)
    return False


_RULES: dict[str, Callable[[Take], bool]] = {"ELF": _elf, "ZIP": _zip, "PE": _pe}
