"""Evidence: what the declaration of services rests on, as it lies in the target, and where the declaration says what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath

from supplychain import catalog
from supplychain.config.files import DECLARATION
from supplychain.config.loading import line_of
from supplychain.model.declaration import Declaration
from supplychain.model.service import DeclaredService, EvidenceFile, is_address
from supplychain.signing import verify
from supplychain.target import File, NotReadError, Target

LIMIT = 500
"""Files, and services, that are looked at; no product uses as many."""
_PDF = b"%PDF-"
_HEAD = 1024
"""Bytes within which a PDF says that it is one (ISO 32000-2, annex I)."""


def read_evidence(
    target: Target, declaration: Declaration | None, roots: tuple[str, ...], now: datetime
) -> tuple[EvidenceFile, ...]:
    """Return the files that the declared services name as evidence, each once, with their digests.

    Links are not followed, and what lies outside the target is not there. Of a signed agreement, the signatures on the
    file are verified where the policy gives `roots`, certificates as PEM, for them to go back to.
    """
    services = declaration.service[:LIMIT] if declaration else ()
    signed = {entry.dpa.file for entry in services if entry.dpa and entry.dpa.type == "signed"} if roots else set()
    paths = dict.fromkeys(path for entry in services for path in _named(entry) if not is_address(path))
    return tuple(_read(target, path, roots if path in signed else (), now) for path in [*paths][:LIMIT])


def service_lines(target: Target, declaration: Declaration | None) -> dict[str, int]:
    """Return the lines of the declaration that speak of services: by id, and by `id key` for each key that is set."""
    file = target.get(DECLARATION)
    if declaration is None or file is None:
        return {}
    text = target.read(file).data.decode("utf-8-sig")
    lines: dict[str, int] = {}
    for index, entry in enumerate(declaration.service[:LIMIT]):
        lines[entry.id] = line_of(text, ("service", index, "id"))
        lines |= {f"{entry.id} {key}": line_of(text, ("service", index, key)) for key in sorted(entry.model_fields_set)}
    return lines


def _named(entry: DeclaredService) -> Iterator[str]:
    if entry.assessment:
        yield entry.assessment.evidence
    if entry.residency:
        yield entry.residency.evidence
    if entry.dpa and entry.dpa.file is not None:
        yield entry.dpa.file


def _read(target: Target, path: str, roots: tuple[str, ...], now: datetime) -> EvidenceFile:
    name = str(PurePosixPath(path)) if path else ""
    file = target.get(name)
    if file is None:
        if target.has(name):
            return EvidenceFile(path=path, problem="it is a link, a folder or a device, and links are not followed")
        return EvidenceFile(path=path, is_missing=True, problem="there is no such file")
    if not file.size:
        return EvidenceFile(path=path, is_missing=True, problem="it is empty")
    try:
        if _is_pointer(target.head(file, _HEAD)):
            return EvidenceFile(path=path, problem="it is a pointer of Git LFS; fetch the file with git lfs pull")
    except NotReadError as error:
        return EvidenceFile(path=path, problem=str(error))
    digest = target.digest(file)
    if digest is None:
        return EvidenceFile(path=path, problem="it is too large, or cannot be opened")
    found = EvidenceFile(path=path, sha256=digest.removeprefix("sha256:"))
    return _signed(found, target, file, roots, now) if roots else found


def _is_pointer(head: bytes) -> bool:
    """Whether a file begins as those that Git LFS leaves in place of the bytes, whatever it is called."""
    forms = (form for form in catalog.artifacts().format if form.name.startswith("Git LFS"))
    return any(head.startswith(form.magic.encode("latin-1")) for form in forms)


def _signed(found: EvidenceFile, target: Target, file: File, roots: tuple[str, ...], now: datetime) -> EvidenceFile:
    """Return a file with what came of the signatures on it."""
    try:
        data = target.read(file).data
    except NotReadError as error:
        return found.model_copy(update={"unsigned": str(error)})
    if _PDF not in data[:_HEAD]:
        return found.model_copy(update={"unsigned": "it is no PDF, and signatures of other forms are not verified"})
    came = verify(data, roots, now)
    return found.model_copy(update={"signatures": came.signers, "unsigned": came.problem, "is_bad": came.is_bad})
