"""Canaries of requirement 4.2: the target's own dataset with its provenance on record, and with one thing wrong each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, sample_reference, unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration, DeclaredComponent, Provenance
from supplychain.model.license import ProvenanceDoubt, ProvenanceStatement
from supplychain.model.reference import Place, Reference, Resolution, Scope

_FILE = "planted.toml"
_SHA = f"sha256:{'0' * 64}"
_COMMIT = "0123456789abcdef0123456789abcdef01234567"
_OTHER = "f" * 40
_TEXTS = {
    "creator": "planted team",
    "license": "CC-BY-4.0",
    "collection": "asked of volunteers in 2020",
    "transformations": "none",
    "personal data": "none",
}
Texts = dict[str, str]


def plant(case: Case) -> Iterator[Canary]:
    """Plant a dataset whose provenance is whole, and every way in which it is not."""
    own = _own(case)
    yield from _whole(case, own)
    yield from _lacking(case, own)
    yield from _unfilled(case, own)
    yield from _sources(case)
    yield from _revisions(case, own)
    yield from _days(case, own)
    yield from _licenses(case, own)
    yield from _documents(case, own)
    unresolved, unread = unresolved_sample(Kind.DATASET), unread_sample()
    yield Canary("name at run time", planted(case, unresolved), unresolved.subject, "unresolved")
    yield Canary("files not read", planted(case, unread), unread.subject, "not-read")
    tested = own.model_copy(update={"at": own.at.model_copy(update={"scope": Scope.TEST})})
    yield Canary("test scope", planted(case, tested), own.subject, None)


def _own(case: Case) -> Reference:
    """Return the target's own first dataset of a hub, pinned, or a made-up one."""
    found = sample_reference(case, Kind.DATASET, "huggingface", "planted/data")
    return found.model_copy(update={"revision": _COMMIT})


def _whole(case: Case, own: Reference) -> Iterator[Canary]:
    says = "everything that has to be is stated"
    yield Canary("whole", _with(case, own), own.subject, "documented", says)
    doubly = [_said(own, field, value, origin) for origin in ("hub", "declaration") for field, value in _TEXTS.items()]
    yield Canary("whole twice", _stating(case, own, *doubly), own.subject, "documented", "personal-data class by decl")
    for origin in ("card", "croissant", "datasheet", "metadata", "hub", "dvc"):
        by_it = [_said(own, field, value, origin) for field, value in _TEXTS.items()]
        yield Canary(f"whole by {origin}", _stating(case, own, *by_it), own.subject, "documented", f"by {origin}")
    dated = own.model_copy(update={"revision": None})
    published = _said(own, "published", str(case.now.date()))
    whole = [_said(own, field, value) for field, value in _TEXTS.items()]
    yield Canary("a date in place of a revision", _stating(case, dated, *whole, published), own.subject, "documented")


def _lacking(case: Case, own: Reference) -> Iterator[Canary]:
    names = {"collection": "collection method", "personal data": "personal-data class"}
    for field in _TEXTS:
        says = f"nobody states its {names.get(field, field)}"
        without = {name: value for name, value in _TEXTS.items() if name != field}
        yield Canary(f"no {field}", _with(case, own, without), own.subject, "missing", says)
        for blank in ("", "  "):
            yield Canary(f"a blank {field}", _with(case, own, {**_TEXTS, field: blank}), own.subject, "missing", says)
    undated = own.model_copy(update={"revision": None})
    yield Canary("no revision", _with(case, undated), own.subject, "missing", "nobody states its revision or date")
    for other in ("0/other", "zz/other"):
        others = [_said(_named(other), field, value) for field, value in _TEXTS.items()]
        says = "nobody states its creator"
        yield Canary("another's provenance", _stating(case, own, *others), own.subject, "missing", says)
    file = _file()
    says = "nobody states its source"
    yield Canary("a file of the target", _with(case, file), file.subject, "missing", says)


def _unfilled(case: Case, own: Reference) -> Iterator[Canary]:
    for field in _TEXTS:
        for value in ("TODO", "[More Information Needed]", "unknown", "n/a", "…"):
            texts = {**_TEXTS, field: value}
            yield Canary(f"{field} is {value}", _with(case, own, texts), own.subject, "placeholder", f'"{value}"')
    for field in ("creator", "license", "collection"):
        yield Canary(f"no {field} by name", _with(case, own, {**_TEXTS, field: "none"}), own.subject, "placeholder")
    beside = _said(own, "creator", "[More Information Needed]", "card")
    whole = [_said(own, field, value) for field, value in _TEXTS.items()]
    yield Canary("a template beside it", _stating(case, own, *whole, beside), own.subject, "documented")
    by_card = [_said(own, field, value, "card") for field, value in _TEXTS.items()]
    todo = _said(own, "creator", "TODO")
    yield Canary("a TODO of the team", _stating(case, own, *by_card, todo), own.subject, "placeholder", "TODO")
    moving = own.model_copy(update={"revision": "main"})
    yield Canary("a branch", _with(case, moving), own.subject, "placeholder", '"main", which means something else')


def _sources(case: Case) -> Iterator[Canary]:
    own = _named("planted-owner/data")
    page = "https://huggingface.co/datasets/planted-owner/data"
    for name, source, rule in (
        ("its page", page, "documented"),
        ("its page among others", f"https://planted.example/paper, taken from {page}", "documented"),
        ("its name", "planted-owner/data on the hub", "documented"),
        ("its id", "huggingface/planted-owner/data", "documented"),
        ("another page", "https://huggingface.co/datasets/planted-owner/other", "other-source"),
        ("a page whose name begins alike", f"{page}-2", "other-source"),
        ("another owner", "https://huggingface.co/datasets/planted-0wner/data", "other-source"),
        ("a look-alike host", "https://huggingface.co.evil.example/datasets/planted-owner/data", "other-source"),
        ("the host as a user name", "https://huggingface.co@evil.example/datasets/planted-owner/data", "other-source"),
        ("another host", "https://planted.example/planted-owner/data", "other-source"),
        ("another's name", "planted-owner/data2", "other-source"),
        ("words", "the planted benchmark", "other-source"),
    ):
        declared = _said(own, "source", source)
        whole = [_said(own, field, value) for field, value in _TEXTS.items()]
        says = f"{_FILE}:9" if rule == "other-source" else "source and revision or date by code"
        yield Canary(f"source: {name}", _stating(case, own, *whole, declared), own.subject, rule, says)
    elsewhere = _said(own, "source", "https://planted.example/before", "card")
    whole = [_said(own, field, value) for field, value in _TEXTS.items()]
    yield Canary("source: a card's own", _stating(case, own, *whole, elsewhere), own.subject, "documented")
    address = "https://planted.example/data.csv"
    component = Component(kind=Kind.DATASET, source="url", name="planted.example/data.csv")
    by_address = own.model_copy(update={"component": component, "address": address})
    for source, rule in ((address, "documented"), ("https://planted.example/other.csv", "other-source")):
        declared = _said(by_address, "source", source)
        stating = [_said(by_address, field, value) for field, value in _TEXTS.items()]
        yield Canary(f"source: {source}", _stating(case, by_address, *stating, declared), by_address.subject, rule)
    file = _file()
    whole = [_said(file, field, value) for field, value in _TEXTS.items()]
    told = [_said(file, "source", "collected here"), _said(file, "published", "2020-01-31")]
    yield Canary("source of a file of the target", _stating(case, file, *whole, *told), file.subject, "documented")


def _revisions(case: Case, own: Reference) -> Iterator[Canary]:
    whole = [_said(own, field, value) for field, value in _TEXTS.items()]
    unpinned, tagged = (own.model_copy(update={"revision": revision}) for revision in (None, "v1"))
    for name, code, origin, stated, rule in (
        ("the same", own, "declaration", _COMMIT, "documented"),
        ("the same, shortened", own, "declaration", _COMMIT[:12], "documented"),
        ("the same, shortened as far as it may be", own, "declaration", _COMMIT[:7], "documented"),
        ("a tag", tagged, "declaration", "v1", "documented"),
        ("the beginning of a tag", tagged, "declaration", "v", "other-revision"),
        ("too short to tell", own, "declaration", _COMMIT[:4], "other-revision"),
        ("another", own, "declaration", _OTHER, "other-revision"),
        ("none in the code", unpinned, "declaration", _COMMIT, "other-revision"),
        ("another by DVC", own, "dvc", _OTHER, "other-revision"),
        ("the same by DVC", own, "dvc", _COMMIT, "documented"),
        ("another version of its card", own, "croissant", "1.0.0", "documented"),
    ):
        says = stated if rule == "other-revision" else ""
        stating = _stating(case, code, *whole, _said(own, "revision", stated, origin))
        yield Canary(f"revision: {name}", stating, own.subject, rule, says)
    both = [_said(own, "revision", _OTHER, "dvc"), _said(own, "revision", _COMMIT, "dvc")]
    yield Canary("revision: a tag and its commit", _stating(case, own, *whole, *both), own.subject, "documented")


def _days(case: Case, own: Reference) -> Iterator[Canary]:
    today = case.now.date()
    tomorrow, later = today + timedelta(days=1), date(today.year + 1, 1, 1)
    for name, field, value, rule in (
        ("today", "collection", f"asked on {today}", "documented"),
        ("tomorrow", "collection", f"asked on {tomorrow}", "in-future"),
        ("next year", "collection", f"asked in {later.year}", "in-future"),
        ("next January", "collection", f"asked {later.year}-01", "in-future"),
        ("this year", "collection", f"asked in {today.year}", "documented"),
        ("a number like a year", "collection", f"asked {later.year} people", "documented"),
        ("published today", "published", str(today), "documented"),
        ("published tomorrow", "published", str(tomorrow), "in-future"),
    ):
        whole = [_said(own, name_, text) for name_, text in _TEXTS.items() if name_ != field]
        says = "after the day of this run" if rule == "in-future" else ""
        stating = _stating(case, own, *whole, _said(own, field, value), *_if_published(own, field))
        yield Canary(f"day: {name}", stating, own.subject, rule, says)


def _if_published(own: Reference, field: str) -> list[ProvenanceStatement]:
    return [_said(own, "collection", "asked")] if field == "published" else []


def _licenses(case: Case, own: Reference) -> Iterator[Canary]:
    rest = [_said(own, field, value) for field, value in _TEXTS.items() if field != "license"]
    for name, stated, rule, says in (
        ("alike", (("declaration", "CC-BY-4.0"), ("card", "cc-by-4.0")), "documented", ""),
        (
            "by address",
            (("declaration", "CC-BY-4.0"), ("croissant", "https://creativecommons.org/licenses/by/4.0/")),
            "documented",
            "",
        ),
        ("the team's own", (("declaration", "CC-BY-4.0"), ("hub", "mit")), "documented-licenses-differ", "mit"),
        (
            "the team's own beside two others",
            (("declaration", "CC-BY-4.0"), ("card", "apache-2.0"), ("hub", "mit")),
            "documented-licenses-differ",
            "apache-2.0 (card, planted.toml:9) and mit",
        ),
        ("nobody of the team", (("card", "CC-BY-4.0"), ("hub", "mit")), "licenses-differ", "mit (hub"),
        ("the team twice", (("declaration", "CC-BY-4.0"), ("declaration", "MIT")), "licenses-differ", "MIT"),
    ):
        stating = [_said(own, "license", value, origin) for origin, value in stated]
        yield Canary(f"licenses: {name}", _stating(case, own, *rest, *stating), own.subject, rule, says)


def _documents(case: Case, own: Reference) -> Iterator[Canary]:
    at = Place(file="planted.md", line=3)
    for name, components, is_unread, texts, rule in (
        ("not read", (own.subject,), True, _TEXTS, "not-read-document"),
        ("not read, of another", ("dataset:file/planted-other.csv",), True, _TEXTS, "documented"),
        ("of several", (own.subject, "dataset:file/planted-other.csv"), False, _TEXTS, "documented"),
        ("of several, and something is missing", (own.subject,), False, {"creator": "planted"}, "missing"),
        ("not read, of nobody", (), True, {"creator": "planted"}, "missing"),
    ):
        doubt = ProvenanceDoubt(at=at, reason="planted", components=components, is_unread=is_unread)
        doubtful = _with(case, own, texts).model_copy(update={"provenance_doubts": (doubt,)})
        says = "" if rule == "documented" else "planted.md:3"
        yield Canary(f"a document {name}", doubtful, own.subject, rule, says)
    entry = DeclaredComponent(id=own.subject, provenance=Provenance(source="planted"))
    bare = _with(case, own, {"creator": "planted"})
    declaring = bare.model_copy(update={"declaration": Declaration(schema=1, component=(entry,))})
    yield Canary("declared in part", declaring, own.subject, "missing", "nobody states its license")


def _with(case: Case, reference: Reference, texts: Texts | None = None) -> Case:
    stated = (_said(reference, field, value) for field, value in (_TEXTS if texts is None else texts).items())
    return _stating(case, reference, *stated)


def _stating(case: Case, reference: Reference, *stated: ProvenanceStatement) -> Case:
    """Return the case of one dataset, with what its code says and these statements."""
    by_code = []
    if not reference.component.is_file:
        by_code.append(_said(reference, "source", reference.address or reference.component.name, "code"))
    if reference.revision:
        by_code.append(_said(reference, "revision", reference.revision, "code"))
    return planted(case, reference, provenance=(*by_code, *stated), provenance_doubts=())


def _said(reference: Reference, field: str, value: str, origin: str = "declaration") -> ProvenanceStatement:
    at = reference.at if origin == "code" else Place(file=_FILE, line=9)
    facts = {"component": reference.subject, "field": field, "value": value, "origin": origin, "digest": _SHA}
    return ProvenanceStatement.model_validate({**facts, "at": None if origin == "hub" else at})


def _named(name: str) -> Reference:
    component = Component(kind=Kind.DATASET, source="huggingface", name=name)
    at = Place(file="planted.py", line=1)
    return Reference(component=component, at=at, resolution=Resolution.LITERAL, revision=_COMMIT)


def _file() -> Reference:
    component = Component(kind=Kind.DATASET, source="file", name="planted/data.csv")
    return Reference(component=component, at=Place(file="planted/data.csv"), resolution=Resolution.FILE)
