"""Canaries of requirement 3.4: statements on the target's own model that agree and contradict, beside its own license."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.canaries.licensing import (
    ALL,
    APPROVER,
    BASE,
    PRIVATE,
    STRANGER,
    entry_of,
    licensed,
    other_model,
    own_model,
    record,
    seen,
    stated,
    today,
    use_of,
)
from supplychain.checks.engine import Canary
from supplychain.model.case import Case, Cell, Decided
from supplychain.model.declaration import Approval, IntendedUse
from supplychain.model.finding import Outcome, Source
from supplychain.model.hub import HubFile
from supplychain.model.license import PROJECT, LicenseStatement
from supplychain.model.reference import Reference

_PASSED = Outcome.PASS


def plant(case: Case) -> Iterator[Canary]:
    """Plant contradictions, clashes with the project's license, and what 3.1 to 3.3 came to."""
    yield from _statements(case)
    yield from _project(case)
    yield from _before(case)
    yield from _declared(case)
    yield from _nothing(case)
    whole = _decided(own_model(case))
    yield from seen(case, "verified", "no-license", decided=whole)


def _statements(case: Case) -> Iterator[Canary]:
    own = own_model(case)
    declared, card, file = (
        stated(own, "mit", "declaration"),
        stated(own, "mit"),
        stated(own, "mit", "license file"),
    )
    noncommercial = {"license": "cc-by-nc-4.0"}
    for name, statements, rule in (
        ("all three agree", (declared, card, file), "verified"),
        ("the card alone", (card,), "verified"),
        ("the file alone", (file,), "verified"),
        ("the declaration alone", (declared,), "only-declared"),
        ("card and declaration", (declared, card.model_copy(update=noncommercial)), "conflict"),
        ("file and declaration", (declared, file.model_copy(update=noncommercial)), "conflict"),
        ("card and file", (card, file.model_copy(update=noncommercial)), "conflict"),
        ("two revisions", (card, card.model_copy(update={**noncommercial, "revision": "1" * 40})), "conflict"),
        ("a choice of two", (declared, card.model_copy(update={"license": "apache-2.0 OR mit"})), "verified"),
        ("one of both", (declared, card.model_copy(update={"license": "apache-2.0 AND mit"})), "conflict"),
        ("a family and one of it", (stated(own, "bsd-2-clause", "declaration"), stated(own, "bsd")), "only-declared"),
        ("a family and its file", (stated(own, "bsd-2-clause", "license file"), stated(own, "bsd")), "verified"),
        ("a family and another", (declared, stated(own, "bsd")), "conflict"),
        ("any license and one", (file, stated(own, "other")), "verified"),
        ("a text that nobody knows", (card, stated(own, None, "license file")), "license-not-known"),
        ("its base is milder", (card, stated(own, "cc0-1.0", inherited=f"model:huggingface/{BASE}")), "verified"),
        ("a base that nobody knows", (card, stated(own, None, stated="", inherited="model:x/y")), "license-not-known"),
    ):
        where = licensed(case, own, licenses=statements, decided=_decided(own), hub=(record(own),))
        yield Canary(name, where, own.subject, rule)


def _project(case: Case) -> Iterator[Canary]:
    """Plant the project's own license beside copyleft and noncommercial ones."""
    own = own_model(case)
    shared, hosted = use_of(redistribute=True), use_of(hosted=True, modify=True)
    rows: tuple[tuple[str, str, str | None, IntendedUse | None, str], ...] = (
        ("copyleft passed on under another", "gpl-3.0", "mit", shared, "incompatible"),
        ("copyleft passed on under itself", "gpl-3.0", "gpl-3.0", shared, "verified"),
        ("copyleft passed on, one of two", "gpl-3.0", "gpl-3.0 OR mit", shared, "verified"),
        ("copyleft passed on, both of two", "gpl-3.0", "gpl-3.0 AND mit", shared, "incompatible"),
        ("copyleft kept", "gpl-3.0", "mit", use_of(hosted=True), "verified"),
        ("copyleft, no use declared", "gpl-3.0", "mit", None, "verified"),
        ("copyleft, unknown own license", "gpl-3.0", None, shared, "project-license-not-known"),
        ("copyleft over a network", "agpl-3.0", "mit", hosted, "incompatible"),
        ("copyleft over a network, unchanged", "agpl-3.0", "mit", use_of(hosted=True), "verified"),
        ("copyleft over a network, passed on", "agpl-3.0", "mit", shared, "incompatible"),
        ("weak copyleft", "mpl-2.0", "mit", ALL, "verified"),
        ("share-alike", "cc-by-sa-4.0", "mit", use_of(modify=True, redistribute=True), "incompatible"),
        ("share-alike, unchanged", "cc-by-sa-4.0", "mit", shared, "verified"),
        ("share-alike, kept", "cc-by-sa-4.0", "mit", use_of(modify=True), "verified"),
        ("data, hosted", "odbl", "mit", hosted, "incompatible"),
        ("share-alike, hosted", "cc-by-sa-4.0", "mit", hosted, "verified"),
        ("noncommercial passed on", "cc-by-nc-4.0", "mit", shared, "incompatible"),
        ("noncommercial kept", "cc-by-nc-4.0", "mit", PRIVATE, "verified"),
        ("noncommercial under the same", "cc-by-nc-4.0", "cc-by-nc-4.0", shared, "verified"),
        ("noncommercial, unknown own license", "cc-by-nc-4.0", None, shared, "verified"),
    )
    for name, license_, project, use, rule in rows:
        statements = (stated(own, license_), _own(own, project))
        where = licensed(case, own, licenses=statements, use=use, decided=_decided(own))
        yield Canary(name, where, own.subject, rule)
    unstated = licensed(case, own, licenses=(stated(own, "gpl-3.0"),), use=shared, decided=_decided(own))
    yield Canary("copyleft, no license of its own", unstated, own.subject, "project-license-not-known")
    second = (stated(own, "gpl-3.0"), _own(own, "gpl-3.0"), _own(own, "mit"))
    both = licensed(case, own, licenses=second, use=shared, decided=_decided(own))
    yield Canary("copyleft, two licenses of its own", both, own.subject, "incompatible")


def _before(case: Case) -> Iterator[Canary]:
    """Plant each of 3.1 to 3.3 failed, open and missing."""
    own = own_model(case)
    known = (stated(own, "mit"),)
    for requirement in ("3.1", "3.2", "3.3"):
        for outcome, rule in (
            (Outcome.FAIL, "failed-before"),
            (Outcome.UNDETERMINED, "undecided-before"),
            (Outcome.WAIVED, "verified"),
            (None, "not-decided"),
        ):
            where = licensed(case, own, licenses=known, decided=_decided(own, {requirement: outcome}))
            says = requirement if rule != "verified" else ""
            yield Canary(f"{requirement} {outcome or 'missing'}", where, own.subject, rule, says)
    two = licensed(case, own, licenses=known, decided=_decided(own, {"3.1": Outcome.FAIL, "3.2": Outcome.UNDETERMINED}))
    yield Canary("one failed, one open", two, own.subject, "failed-before", "3.1")
    broken = tuple(item.model_copy(update={"outcome": Outcome.ERROR}) for item in _decided(own))
    yield Canary(
        "a check that broke", licensed(case, own, licenses=known, decided=broken), own.subject, "failed-before"
    )
    other = other_model("huggingface", "planted/another")
    foreign = licensed(case, own, licenses=known, decided=_decided(other))
    yield Canary("decided for another", foreign, own.subject, "not-decided")
    beside = tuple(item.model_copy(update={"requirement": f"1.{item.requirement[-1]}"}) for item in _decided(own))
    yield Canary("decided elsewhere", licensed(case, own, licenses=known, decided=beside), own.subject, "not-decided")


def _declared(case: Case) -> Iterator[Canary]:
    """Plant an approval in the place of a hub: it counts where no hub can say anything."""
    url = other_model("url", "planted.example/m.bin")
    said = (stated(url, "mit", "declaration"),)
    nowhere = record(url, state="unknown", source=Source(name="no hub", level="absent"))
    for name, by, hub, rule in (
        ("approved", APPROVER, (), "verified-as-approved"),
        ("approved by a stranger", STRANGER, (), "only-declared"),
        ("approved, and no hub describes it", APPROVER, (nowhere,), "verified-as-approved"),
        ("approved, and a hub knows it", APPROVER, (record(url),), "only-declared"),
    ):
        entry = entry_of(url, approved=Approval(by=by, on=today(case)))
        where = licensed(case, url, licenses=said, entry=entry, hub=hub, decided=_decided(url))
        yield Canary(name, where, url.subject, rule)


def _nothing(case: Case) -> Iterator[Canary]:
    own = own_model(case)
    listed = HubFile(path="LICENSE")
    for name, hub, rule in (
        ("a card without a license", (record(own),), "no-license"),
        ("no fact", (record(own, state="unknown", problem="planted"),), "license-not-known"),
        ("a file that is not at hand", (record(own, files=(listed,)),), "license-not-known"),
    ):
        yield Canary(name, licensed(case, own, licenses=(), hub=hub, decided=_decided(own)), own.subject, rule)


def _own(used: Reference, license_: str | None) -> LicenseStatement:
    return stated(used, license_, "metadata", component=PROJECT)


def _decided(used: Reference, changes: dict[str, Outcome | None] | None = None) -> tuple[Decided, ...]:
    """Return what 3.1 to 3.3 came to: passes, but for `changes`; None: the row is missing."""
    outcomes = {"3.1": _PASSED, "3.2": _PASSED, "3.3": _PASSED, **(changes or {})}
    return tuple(
        Decided(
            requirement=name,
            outcome=outcome or _PASSED,
            cells=(Cell(component=used.subject, outcome=outcome, has_evidence=True),) if outcome else (),
        )
        for name, outcome in outcomes.items()
    )
