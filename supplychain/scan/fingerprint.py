"""The fingerprint of a SavedModel: a few hashes, a version and an id (tensorflow/core/protobuf/fingerprint.proto)."""

from __future__ import annotations

import re

from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.protobuf import Message

NAME = "SavedModel fingerprint"
_LONGEST = 512
_HASHES = {1, 2, 3, 4, 5}
_VERSION, _ID = 6, 7
_NUMBER = re.compile(r"[0-9a-fA-F-]{1,64}")


def matches(reader: Reader) -> bool:
    """Whether it is one, with nothing else in it: hashes are numbers, and so is the id."""
    if not 2 <= reader.size <= _LONGEST or reader.read(0, 1) != b"\x08":
        return False
    try:
        fields = list(Message(reader, 0, reader.size).fields())
        inner = [list(part.fields()) for number, part in fields if number == _VERSION and isinstance(part, Message)]
    except StoppedError:
        return False
    numbers = [number for number, _ in fields]
    kinds = all(isinstance(value, int) == (number in _HASHES) for number, value in fields)
    texts = [value.text() for number, value in fields if number == _ID and isinstance(value, Message)]
    return (
        kinds
        and numbers == sorted(set(numbers))
        and {1, _VERSION} <= set(numbers) <= _HASHES | {_VERSION, _ID}
        and all(number in (1, 2, 3) and isinstance(value, int) for version in inner for number, value in version)
        and all(_NUMBER.fullmatch(text) for text in texts)
    )


def scan(reader: Reader, report: Report) -> None:
    """Say that it was read; `matches` held all of it against its form."""
    report.covered(NAME, reader.size)
