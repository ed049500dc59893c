"""Provenance: what is stated of where models and datasets come from, who made them, and what was done to them.

gathered = read(target, case)
gathered.statements, gathered.doubts, gathered.hashes
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from supplychain import catalog
from supplychain.files import NotParsedError, NotReadError
from supplychain.model.artifact import PublishedHash
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.license import ProvenanceDoubt, ProvenanceStatement
from supplychain.model.reference import Place
from supplychain.provenance import cards, dvc, json_ld, metadata
from supplychain.provenance.binding import Known, bound, in_folder
from supplychain.provenance.interface import Described, Document
from supplychain.provenance.stated import by_code, by_declaration, by_hubs
from supplychain.target import File, Target
from supplychain.yaml_document import from_yaml

__all__ = ["Gathered", "read"]

Published = tuple[str, str, PublishedHash]
"""Component, path in the target or address of its file, and hash."""
LIMIT = 1_000_000
"""Bytes of a document; cards and metadata that people wrote are far smaller."""
_HEAD = 65_536
DOCUMENTS = 2_000
"""Documents that are read; those of the components' own folders first."""


@dataclass(frozen=True)
class Gathered:
    """What is stated, and the documents that may state more and do not count."""

    statements: tuple[ProvenanceStatement, ...]
    doubts: tuple[ProvenanceDoubt, ...]
    hashes: tuple[Published, ...]
    """What metadata of the target publish of files."""


def read(target: Target, case: Case) -> Gathered:
    """Return what declaration, code, hubs and documents of the target state of its models and datasets.

    Nothing of it is executed or fetched. A document that cannot be read, or of which it is not clear what it is of, is a
    doubt and states nothing.
    """
    statements = [*by_code(case), *by_declaration(target, case), *by_hubs(case)]
    doubts: list[ProvenanceDoubt] = []
    hashes: list[Published] = []
    known = Known.of(case)
    for document, entry in _documents(target, known):
        if isinstance(entry, ProvenanceDoubt):
            doubts.append(entry)
            continue
        ids, why = bound(entry, document.path, known)
        if why:
            doubts.append(_doubt(document.path, 1, why, ids, is_unread=False))
            continue
        hashes += _published(entry, document, ids, known)
        for said in entry.said:
            at = Place(file=document.path, line=said.line)
            facts = {"field": said.field, "value": said.value, "origin": entry.origin, "digest": document.digest}
            statements += [ProvenanceStatement.model_validate({**facts, "component": name, "at": at}) for name in ids]
    return Gathered(tuple(dict.fromkeys(statements)), tuple(doubts), tuple(dict.fromkeys(hashes)))


def _published(entry: Described, document: Document, ids: Sequence[str], known: Known) -> Iterator[Published]:
    """Yield the hashes that a document publishes: of the components that the files themselves are, or of its own."""
    for path, stated in entry.hashes:
        below = path if "://" in path else posixpath.normpath(posixpath.join(posixpath.dirname(document.path), path))
        yield from ((name, below, stated) for name in known.by_file.get(below, ()) or ids)


def _documents(target: Target, known: Known) -> Iterator[tuple[Document, Described | ProvenanceDoubt]]:
    """Yield each document with what it says of one thing, or with why it was not read."""
    if not known.by_id:
        return
    forms = catalog.provenance_forms().files
    named = {file: forms.form(posixpath.basename(file.path)) for file in target.files}
    recorded = {path for path, _ in known.by_record}
    chosen = [(file, _form(file, form, recorded, known)) for file, form in named.items()]
    wanted = sorted(
        ((file, form) for file, form in chosen if form), key=lambda pair: not in_folder(pair[0].path, known)
    )
    for count, (file, form) in enumerate(wanted):
        document = Document(file.path, "", "")
        if form == "json_ld" and _is_plain(target, file):
            continue
        if count == DOCUMENTS:
            reason = f"{len(wanted) - DOCUMENTS} more documents were not read; {DOCUMENTS:,} are"
            near = (name for rest, its in wanted[count:] for name in _near(rest, its, known))
            yield document, _doubt(file.path, None, reason, tuple(dict.fromkeys(near)), is_unread=True)
            return
        try:
            content = target.read(file, LIMIT)
            document = Document(file.path, content.data.decode("utf-8-sig"), content.digest)
            for entry in _described(document, form):
                yield document, entry
        except UnicodeDecodeError as error:
            line = content.data.count(b"\n", 0, error.start) + 1
            yield document, _doubt(file.path, line, "it is not UTF-8", _near(file, form, known), is_unread=True)
        except NotParsedError as error:
            yield document, _doubt(file.path, error.line, str(error), _near(file, form, known), is_unread=True)
        except NotReadError as error:
            yield document, _doubt(file.path, None, str(error), _near(file, form, known), is_unread=True)


def _form(file: File, form: str | None, recorded: set[str], known: Known) -> str | None:
    """Return the form of a file that may state provenance, by its name, its record or the declaration."""
    if file.path in known.declared:
        low = file.path.lower()
        return form or ("json_ld" if low.endswith((".json", ".jsonld")) else "datasheet")
    if form == "card" and not in_folder(file.path, known):
        return None  # of what it is could be told by nothing but a name, which a README has for many reasons
    if form is None and file.path in recorded and file.path.lower().endswith(".json"):
        return "json_ld"
    return form


def _is_plain(target: Target, file: File) -> bool:
    """Whether JSON with a name of many uses begins without a key of JSON-LD, so that it describes nothing by it."""
    try:
        return b'"@' not in target.head(file, _HEAD)
    except NotReadError:
        return False  # why it cannot be read is said where it is read


def _described(document: Document, form: str) -> Iterator[Described]:
    if form in {"card", "datasheet", "model_card"}:
        found = cards.described(document, "datasheet" if form == "datasheet" else "card")
        found.kind = {"datasheet": Kind.DATASET, "model_card": Kind.MODEL}.get(form)
        if found.said:
            yield found
        return
    roots = from_yaml(document.text if form == "dvc" else _without_surrogates(document.text))
    if form == "dvc":
        yield from dvc.described(roots[0] if roots else None, document)
        return
    root = roots[0] if roots else None
    reader = metadata.described if form == "metadata" else json_ld.described
    if (entry := reader(root, document)) is not None:
        yield entry


def _without_surrogates(text: str) -> str:
    """Return JSON as YAML takes it: with a character in place of each pair of escapes that make one."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return json_ld.PAIR.sub(
        lambda match: chr(0x10000 + ((int(match[1], 16) & 0x3FF) << 10) + (int(match[2], 16) & 0x3FF)), text
    )


def _near(file: File, form: str, known: Known) -> tuple[str, ...]:
    """Return what a document that was not read may be of: what is declared, recorded in it, or lies in its folder."""
    kinds = {"model_card": {Kind.MODEL}, "card": {Kind.MODEL, Kind.DATASET}, "dvc": {Kind.MODEL, Kind.DATASET}}
    recorded = [name for (path, _), names in known.by_record.items() if path == file.path for name in names]
    own = known.by_file.get(file.path.removesuffix(".dvc"), ()) if form == "dvc" else in_folder(file.path, known)
    found = [*known.declared.get(file.path, ()), *recorded] or own
    return tuple(name for name in dict.fromkeys(found) if known.by_id[name].kind in kinds.get(form, {Kind.DATASET}))


def _doubt(path: str, line: int | None, reason: str, ids: tuple[str, ...], *, is_unread: bool) -> ProvenanceDoubt:
    return ProvenanceDoubt(at=Place(file=path, line=line), reason=reason, components=ids, is_unread=is_unread)
