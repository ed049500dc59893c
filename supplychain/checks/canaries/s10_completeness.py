"""Canaries of requirement 10.3: a name that only the second search sees, and the ways in which one is explained."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, sample_reference, unread_sample, unresolved_sample
from supplychain.model.case import Case, Hit
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Place, Scope


def plant(case: Case) -> Iterator[Canary]:
    """Plant what only the second search sees, and the same where discovery knows it or the text explains it."""
    own = sample_reference(case, Kind.MODEL, "huggingface", "planted/model")
    if "/" not in own.component.name:  # a name without an owner is known only by itself
        own = own.model_copy(update={"component": own.component.model_copy(update={"name": "planted/model"})})
    place = Place(file="planted.cfg", line=40)
    hit = Hit(text="planted-owner/planted-model", at=place, context="code")
    alone = planted(case, own, sweep=(hit,))
    yield Canary("seen only by the second search", alone, f"seen:{hit.text}", "unexplained", hit.text)
    for context in ("comment", "prose"):
        aside = hit.model_copy(update={"context": context})
        yield Canary(f"in {context}", planted(case, own, sweep=(aside,)), f"seen:{hit.text}", "aside", context)
    for text in (own.component.name, own.component.name.upper(), f"https://planted.example/{own.component.name}/x"):
        known = hit.model_copy(update={"text": text})
        yield Canary("known to discovery", planted(case, own, sweep=(known,)), f"seen:{text}", "known", str(own.at))
    for text in (f"{own.component.name}-more", f"more-{own.component.name}"):
        like = hit.model_copy(update={"text": text})
        yield Canary("a longer name", planted(case, own, sweep=(like,)), f"seen:{text}", "unexplained")
    served = own.model_copy(update={"address": "https://planted.example/weights.bin"})
    at = hit.model_copy(update={"text": "https://planted.example/weights.bin?download=true"})
    yield Canary("known by its address", planted(case, served, sweep=(at,)), f"seen:{at.text}", "known")
    for scope in (Scope.TEST, Scope.VENDORED):
        elsewhere = hit.model_copy(update={"at": place.model_copy(update={"scope": scope})})
        yield Canary(f"in scope {scope}", planted(case, own, sweep=(elsewhere,)), f"seen:{hit.text}", "outside")
    for scope in (Scope.DOCS, Scope.EXAMPLE, Scope.ARCHIVE):
        inside = hit.model_copy(update={"at": place.model_copy(update={"scope": scope})})
        yield Canary(f"in scope {scope}", planted(case, own, sweep=(inside,)), f"seen:{hit.text}", "unexplained")

    for kind, source, name, rule in (
        (Kind.DATASET, "file", "planted.cfg", "in-data"),
        (Kind.MODEL, "file", "planted.cfg", "unexplained"),
        (Kind.DATASET, "url", "planted.cfg", "unexplained"),
        (Kind.DATASET, "file", "planted.csv", "unexplained"),
    ):
        data = own.model_copy(update={"component": Component(kind=kind, source=source, name=name)})
        yield Canary(f"in {kind} {source} {name}", planted(case, data, sweep=(hit,)), f"seen:{hit.text}", rule)

    for count, rule in ((0, "nothing-read"), (1, "read")):
        looked = case.inventory.model_copy(update={"looked_at": count})
        searched = planted(case.model_copy(update={"inventory": looked}), own, sweep=())
        yield Canary(f"{count} files read", searched, "files that were read", rule)
    unresolved = unresolved_sample(Kind.MODEL)
    for lines, rule in (
        (0, "beside-unresolved"),
        (-5, "beside-unresolved"),
        (-12, "beside-unresolved"),
        (12, "beside-unresolved"),
        (13, "unexplained"),
        (-13, "unexplained"),
    ):
        near = unresolved.model_copy(update={"at": Place(file="".join(list(place.file)), line=40 + lines)})
        yield Canary(f"{lines} lines from a call", planted(case, near, sweep=(hit,)), f"seen:{hit.text}", rule)
    for file in ("a-planted.cfg", "z-planted.cfg"):
        other = unresolved.model_copy(update={"at": Place(file=file, line=40)})
        yield Canary("a call of another file", planted(case, other, sweep=(hit,)), f"seen:{hit.text}", "unexplained")
    for line, rule in ((12, "beside-unresolved"), (13, "unexplained")):
        later = unresolved.model_copy(update={"at": Place(file=place.file, line=line)})
        nowhere = hit.model_copy(update={"at": Place(file=place.file, line=None)})
        yield Canary("a name without a line", planted(case, later, sweep=(nowhere,)), f"seen:{hit.text}", rule)
    plain = own.model_copy(update={"component": own.component.model_copy(update={"name": "planted/plain"})})
    inside = hit.model_copy(update={"text": "https://planted.example/planted/plain/x"})
    yield Canary("a plain name in an address", planted(case, plain, sweep=(inside,)), f"seen:{inside.text}", "known")
    deep = plain.model_copy(update={"address": "https://planted.example/a/planted/short/w.bin"})
    part = hit.model_copy(update={"text": "planted/short"})
    yield Canary("a name within a known address", planted(case, deep, sweep=(part,)), f"seen:{part.text}", "known")
    bare = own.model_copy(update={"component": own.component.model_copy(update={"name": "plain"})})
    yield Canary("a word in an address", planted(case, bare, sweep=(inside,)), f"seen:{inside.text}", "unexplained")
    whole = unresolved.model_copy(update={"at": Place(file=place.file, line=None)})
    for line, rule in ((12, "beside-unresolved"), (13, "unexplained")):
        early = hit.model_copy(update={"at": Place(file=place.file, line=line)})
        yield Canary("a call without a line", planted(case, whole, sweep=(early,)), f"seen:{hit.text}", rule)
    yield Canary("name at run time", planted(case, unresolved, sweep=()), unresolved.subject, "unresolved")
    unread = unread_sample()
    yield Canary("files not read", planted(case, unread, sweep=()), unread.subject, "not-read")
    tested = unresolved.model_copy(update={"at": Place(file="planted.py", line=2, scope=Scope.TEST)})
    yield Canary("name at run time in a test", planted(case, tested, sweep=()), unresolved.subject, None)
