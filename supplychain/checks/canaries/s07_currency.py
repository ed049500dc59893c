"""Canaries of requirement 7.5: an inventory of the target's own model, current and fresh, and with one thing changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, sample_reference, unread_sample, unresolved_sample
from supplychain.model.case import Bom, Case, Listed
from supplychain.model.component import Kind
from supplychain.model.reference import Place, Scope

_FILE = "planted.cdx.json"
_AGE = f"inventory:{_FILE}, age"
_CONTENT = f"inventory:{_FILE}, content"


def plant(case: Case) -> Iterator[Canary]:
    """Plant an inventory that lists the target's own model, and the same with one thing changed."""
    own = sample_reference(case, Kind.MODEL, "huggingface", "planted/model")
    own = own.model_copy(update={"revision": "planted-1"})
    entry = Listed(component=own.component, version="planted-1", at=Place(file=_FILE, line=3))
    other = entry.model_copy(update={"component": own.component.model_copy(update={"name": "planted/other"})})
    bom = Bom(file=_FILE, digest="sha256:planted", format="CycloneDX", listed=(entry,), written=case.now)
    limit = case.policy.freshness.inventory_max_age_days
    for name, written, rule in (
        ("written now", case.now, "written"),
        ("written at the limit", case.now - timedelta(days=limit), "written"),
        ("written before the limit", case.now - timedelta(days=limit + 1), "too-old"),
        ("written in the future", case.now + timedelta(hours=1), "written-in-the-future"),
        ("no date", None, "no-date"),
    ):
        dated = bom.model_copy(update={"written": written})
        yield Canary(name, planted(case, own, boms=(dated,)), _AGE, rule)

    branch = own.model_copy(update={"revision": None})
    unversioned = entry.model_copy(update={"version": None})
    later = entry.model_copy(update={"version": "planted-2"})
    foreign = entry.model_copy(update={"component": own.component.model_copy(update={"kind": Kind.DATASET})})
    anywhere = entry.model_copy(update={"component": own.component.model_copy(update={"source": "unknown"})})
    elsewhere = entry.model_copy(update={"component": own.component.model_copy(update={"source": "planted"})})
    for name, reference, listed, rule in (
        ("listed and used", own, (entry,), "current"),
        ("no revision in the code", branch, (entry,), "current"),
        ("no revision in the inventory", own, (unversioned,), "current"),
        ("listed without a source", own, (anywhere,), "current"),
        ("another revision", own, (later,), "outdated"),
        ("both revisions", own, (later, entry), "current"),
        ("not listed", own, (), "outdated"),
        ("one more listed", own, (entry, other), "outdated"),
        ("listed as another kind", own, (foreign,), "outdated"),
        ("listed of another source", own, (elsewhere,), "outdated"),
    ):
        stored = bom.model_copy(update={"listed": listed})
        yield Canary(name, planted(case, reference, boms=(stored,)), _CONTENT, rule)
    for scope in Scope:
        at = own.at.model_copy(update={"scope": scope})
        inside = scope not in {Scope.TEST, Scope.VENDORED}
        scoped = planted(case, own.model_copy(update={"at": at}), boms=(bom,))
        yield Canary(f"scope {scope}", scoped, _CONTENT, "current" if inside else "outdated")
    module = own.model_copy(update={"component": own.component.model_copy(update={"source": "".join(["im", "port"])})})
    yield Canary("a module of an unknown package", planted(case, own, module, boms=(bom,)), _CONTENT, "current")
    for name, item in (("files not read", unread_sample()), ("a name at run time", unresolved_sample(Kind.SERVICE))):
        yield Canary(name, planted(case, own, item, boms=(bom,)), _CONTENT, "cannot-be-compared", "1 places")
        gone = bom.model_copy(update={"listed": ()})
        yield Canary(f"{name}, and a difference", planted(case, own, item, boms=(gone,)), _CONTENT, "outdated")
    both_open = planted(case, own, unread_sample(), unresolved_sample(Kind.SERVICE), boms=(bom,))
    yield Canary("files not read, and a name at run time", both_open, _CONTENT, "cannot-be-compared", "2 places")
    empty = bom.model_copy(update={"listed": ()})
    yield Canary("one difference counts once", planted(case, own, boms=(empty,)), _CONTENT, "outdated", "1 differences")
    for kind in (Kind.DATASET, Kind.PACKAGE, Kind.SERVICE):
        unlike = entry.model_copy(update={"component": own.component.model_copy(update={"kind": kind})})
        stored = bom.model_copy(update={"listed": (unlike,)})
        yield Canary(f"listed as a {kind}", planted(case, own, boms=(stored,)), _CONTENT, "outdated", "2 differences")
    swapped = bom.model_copy(update={"listed": (other,)})
    first = f"first: {own.component.id} is not listed"
    yield Canary("what is not listed comes first", planted(case, own, boms=(swapped,)), _CONTENT, "outdated", first)
    for other_name in ("planted/0", "planted/zzz"):
        renamed = entry.model_copy(update={"component": own.component.model_copy(update={"name": other_name})})
        stored = bom.model_copy(update={"listed": (renamed,)})
        yield Canary("listed under another name", planted(case, own, boms=(stored,)), _CONTENT, "outdated")
    for name in ("a-planted.cdx.json", "z-planted.cdx.json"):
        twin = bom.model_copy(update={"file": name, "written": None})
        both = planted(case, own, boms=(twin, bom))
        yield Canary("two inventories, one dated", both, _AGE, "written")
        yield Canary("two inventories, one undated", both, f"inventory:{name}, age", "no-date")
        content = f"inventory:{name}, {_FILE}, content"
        yield Canary("two inventories together", both, content, "current", at=Place(file=name))
    broken = bom.model_copy(update={"problem": "planted"})
    for name, boms in (("no inventory", ()), ("no readable inventory", (broken,))):
        yield Canary(name, planted(case, own, boms=boms), "inventory", "no-stored-inventory")
