"""What holds no code by its form: text, and formats of images, sounds and tables that are known by their first bytes."""

from __future__ import annotations

import codecs
import re

from supplychain import catalog
from supplychain.model.scan import NO_FORMAT
from supplychain.scan import described
from supplychain.scan.interface import Reader, Report
from supplychain.scan.source import chunks

NAME = "plain"
_LONGEST = 64
"""Bytes that what makes a format not plain has at most."""


def matches(reader: Reader) -> bool:
    """Whether it applies: to whatever no other layer takes."""
    return reader.size >= 0


def _held(reader: Reader, forbidden: re.Pattern[bytes] | None, report: Report) -> str | None:
    """Return the first place that a pattern matches, as text."""
    before = b""
    for data in chunks(reader) if forbidden else ():
        report.check_time()
        if forbidden and (match := forbidden.search(before + data)):
            return match[0].replace(b"\0", b"").decode("latin-1")
        before = (before + data)[-_LONGEST:]
    return None


def scan(reader: Reader, report: Report) -> None:
    """Tell whether bytes are of a form that holds no code; what is of no known form is not fully scanned."""
    head = reader.read(0, 64)
    form = next((form for form in catalog.plain_formats() if form.matches(head)), None)
    if form is not None:
        if (held := _held(reader, form.forbidden, report)) is not None:
            report.stopped(NAME, f"it is {form.name} and holds {held!r}, behind which code may lie")
        else:
            report.covered(NAME, reader.size if form.unless else len(head))
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for data in chunks(reader):
            if b"\0" in data:
                raise UnicodeDecodeError("utf-8", b"\0", 0, 1, "a zero byte")
            decoder.decode(data)
            report.check_time()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        if not described.scan(reader, report):
            report.stopped(NAME, NO_FORMAT)
        return
    report.covered(NAME, reader.size)
