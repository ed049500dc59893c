"""Reports that scanners left in a target, or that the assessor hands in: evidence of what was found, never a pass.

Where they lie and what they begin with is data; whether one is a report is decided by its content. Whoever wrote the
file may have written anything: it can add a vulnerability to the agreement, and take none away.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Any

from supplychain import catalog
from supplychain.catalog.scanner_report import ReportForm
from supplychain.files import NotReadError, read_bounded
from supplychain.model.fact import ScannerReport
from supplychain.scanners.forms import FORMS
from supplychain.scanners.interface import Said
from supplychain.scanners.sarif import sarif
from supplychain.target import Target

SIZE_LIMIT = 32_000_000
"""Bytes of one report that are read."""
FILES_LIMIT = 200
"""Files that are looked into; what is beyond is reported as not read."""
LISTED_LIMIT = 20_000
"""Vulnerabilities, and packages, that are taken from one report."""
_IDS_LIMIT = 50
_HEAD = 65_536


def saved(target: Target, folder: Path | None = None) -> tuple[ScannerReport, ...]:
    """Return what scanners saved in a target, and in a folder of facts that the assessor hands in.

    A report that cannot be read, that failed or that looked at nothing is returned with its problem.
    """
    found: list[ScannerReport] = []
    names = (file for file in target.files if _may_be(file.path))
    for number, file in enumerate(names):
        if number == FILES_LIMIT:
            problem = f"it is one of more than {FILES_LIMIT} files that may be reports, and was not read; hand it in"
            found.append(_problem("unknown", file.path, "", problem))
            break
        try:
            form = _form(target.head(file, _HEAD))
            if form is None:
                continue
            content = target.read(file, SIZE_LIMIT)
        except NotReadError as error:
            found.append(_problem("unknown", file.path, "", str(error)))
            continue
        found += _read(form, file.path, content.data)
    for path in _listed(folder) if folder else ():
        try:
            data = read_bounded(path, SIZE_LIMIT + 1)
        except NotReadError as error:
            found.append(_problem("unknown", path.name, "", str(error)))
            continue
        form = _form(data[:_HEAD])
        if form is not None:
            handed_in = {"handed_in": True}
            found += (report.model_copy(update=handed_in) for report in _read(form, path.name, data))
    return tuple(found)


def _listed(folder: Path) -> Iterator[Path]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return islice((path for path in files if _may_be(path.name)), FILES_LIMIT)


def _may_be(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return any(fnmatchcase(name, pattern) for pattern in catalog.scanner_reports().names)


def _form(head: bytes) -> ReportForm | None:
    """Return the first form all of whose marks stand in the beginning of a file."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start not in {b"{", b"["}:
        return None
    forms = catalog.scanner_reports().form
    return next((form for form in forms if all(f'"{mark}"'.encode() in head for mark in form.marks)), None)


def _read(form: ReportForm, file: str, data: bytes) -> list[ScannerReport]:
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    if len(data) > SIZE_LIMIT:
        return [_problem(form.scanner, file, digest, f"it has more than {SIZE_LIMIT:,} bytes")]
    try:
        document: Any = json.loads(data)
        said = sarif(document) if form.key == "SARIF" else _one(form, document)
    except RecursionError:
        return [_problem(form.scanner, file, digest, "it nests too deeply")]
    except ValueError as error:
        return [_problem(form.scanner, file, digest, f"it is no JSON, or cut short: {error}")]
    return [_report(entry, file, digest) for entry in said]


def _one(form: ReportForm, document: Any) -> list[Said]:
    """Return what a document says in the form that its marks promise, or in another."""
    for key in dict.fromkeys((form.key, *FORMS)):
        if said := FORMS[key](document):
            return [said]
    return []


def _report(said: Said, file: str, digest: str) -> ScannerReport:
    listed = (said.assessed, said.hits, said.skipped)
    beyond = sum(max(0, len(part) - LISTED_LIMIT) for part in listed)
    note = (("report", f"{beyond} more of its entries were not taken"),) if beyond else ()
    return ScannerReport(
        scanner=said.scanner,
        version=said.version,
        how="saved",
        data="own",
        file=file,
        digest=digest,
        written=said.written,
        assessed=tuple(dict.fromkeys(said.assessed[:LISTED_LIMIT])),
        hits=tuple(hit.model_copy(update={"ids": hit.ids[:_IDS_LIMIT]}) for hit in said.hits[:LISTED_LIMIT]),
        skipped=(*dict.fromkeys(said.skipped[:LISTED_LIMIT]), *note),
        problem=said.problem,
    )


def _problem(scanner: str, file: str, digest: str, problem: str) -> ScannerReport:
    return ScannerReport(scanner=scanner, how="saved", data="own", file=file, digest=digest or None, problem=problem)
