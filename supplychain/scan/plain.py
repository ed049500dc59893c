"""What holds no code by its form: text, and formats of images, sounds and tables that are known by their first bytes."""

from __future__ import annotations

import codecs

from supplychain import catalog
from supplychain.scan.interface import Reader, Report
from supplychain.scan.source import chunks

NAME = "plain"


def matches(reader: Reader) -> bool:
    """Whether it applies: to whatever no other layer takes."""
    return reader.size >= 0


def scan(reader: Reader, report: Report) -> None:
    """Tell whether bytes are of a form that holds no code; what is of no known form is not fully scanned."""
    head = reader.read(0, 64)
    if any(form.matches(head) for form in catalog.plain_formats()):
        report.covered(NAME, len(head))
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
        report.stopped(NAME, "its bytes are of no format that this version knows")
        return
    report.covered(NAME, reader.size)
