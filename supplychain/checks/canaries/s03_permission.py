"""Canaries of requirement 3.1: the target's own model under licenses that permit, forbid and leave open what is planted."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.canaries.licensing import (
    ALL,
    BASE,
    PRIVATE,
    licensed,
    other_model,
    own_model,
    record,
    seen,
    stated,
    use_of,
)
from supplychain.checks.engine import Canary
from supplychain.model.case import Case
from supplychain.model.declaration import IntendedUse
from supplychain.model.finding import Source
from supplychain.model.hub import HubFile

_COMMERCIAL = use_of(commercial=True)
_RICH = use_of(trains_models=False, annual_revenue_usd=1_000_001)
_TABLE: tuple[tuple[str, str, IntendedUse, str], ...] = (
    ("everything", "mit", ALL, "permitted"),
    ("everything, attribution", "cc-by-4.0", ALL, "permitted"),
    ("research in private", "cc-by-nc-4.0", PRIVATE, "permitted"),
    ("commercial use", "cc-by-nc-4.0", _COMMERCIAL, "forbidden"),
    ("commercial hosting", "cc-by-nc-4.0", use_of(commercial=True, hosted=True), "forbidden"),
    ("hosting at no charge", "cc-by-nc-4.0", use_of(hosted=True), "permitted"),
    ("hosting of research", "llama", use_of(hosted=True), "forbidden"),
    ("a changed model", "cc-by-nc-nd-3.0", use_of(modify=True), "forbidden"),
    ("a changed model in private", "cc-by-nd-4.0", use_of(modify=True), "permitted"),
    ("a changed model passed on", "cc-by-nd-4.0", use_of(modify=True, redistribute=True), "forbidden"),
    ("on conditions", "exaone", use_of(redistribute=True), "on-conditions"),
    ("training others", "tongyi-qianwen", use_of(trains_models=True), "forbidden"),
    ("training none", "tongyi-qianwen", use_of(trains_models=False), "permitted"),
    ("training is not stated", "tongyi-qianwen", PRIVATE, "use-not-stated"),
    ("not too many users", "llama3.1", use_of(monthly_users=700_000_000), "permitted"),
    ("too many users", "llama3.1", use_of(monthly_users=700_000_001), "forbidden"),
    ("users are not stated", "llama3.1", PRIVATE, "use-not-stated"),
    ("too much revenue", "stability-ai-community", use_of(commercial=True, annual_revenue_usd=1_000_001), "forbidden"),
    ("revenue that does not count", "stability-ai-community", _RICH, "permitted"),
    ("a region left out", "llama4", use_of(monthly_users=1, regions=("US", "de")), "forbidden"),
    ("everywhere", "llama4", use_of(monthly_users=1, regions=("worldwide",)), "forbidden"),
    ("another region", "llama4", use_of(monthly_users=1, regions=("US",)), "permitted"),
    ("regions are not stated", "llama4", use_of(monthly_users=1), "use-not-stated"),
    ("a region that may be left out", "llama3.2", use_of(monthly_users=1, regions=("EU",)), "on-conditions"),
    ("a field that is forbidden", "deepseek-license", use_of(fields=("planted", "Military logistics")), "forbidden"),
    ("another field", "deepseek-license", use_of(fields=("non-profit",)), "permitted"),
    ("fields are not stated", "deepseek-license", use_of(fields=()), "use-not-stated"),
    ("several licenses", "openrail", PRIVATE, "several-licenses"),
    ("known from others alone", "mnpl-0.1", PRIVATE, "terms-not-known"),
    ("read by nobody", "h-research", _COMMERCIAL, "terms-not-known"),
    ("one of two", "cc-by-nc-4.0 OR mit", ALL, "permitted"),
    ("both of two", "cc-by-nc-4.0 AND mit", ALL, "forbidden"),
    ("one of two, both forbid", "cc-by-nc-4.0 OR cc-by-nc-sa-4.0", ALL, "forbidden"),
    ("one of two, the other unknown", "cc-by-nc-4.0 OR unknown", ALL, "several-licenses"),
)


def plant(case: Case) -> Iterator[Canary]:
    """Plant the own model under each of those licenses, the sources of statements, and what nobody states."""
    own = own_model(case)
    for name, license_, use, rule in _TABLE:
        where = licensed(case, own, licenses=(stated(own, license_),), use=use)
        yield Canary(name, where, own.subject, rule, license_.split(" ")[0] if rule == "forbidden" else "")
    undeclared = licensed(case, own, licenses=(stated(own, "mit"),), use=None)
    yield Canary("no use is declared", undeclared, own.subject, "use-not-declared")
    yield from _statements(case)
    yield from _nothing(case)
    yield from seen(case, "permitted", "no-license")


def _statements(case: Case) -> Iterator[Canary]:
    own = own_model(case)
    card, said = stated(own, "mit"), stated(own, "mit", "declaration")
    unlike = stated(own, "cc-by-nc-4.0", "license file")
    unknown = stated(own, None, "license file")
    derived = stated(own, "cc-by-nc-4.0", inherited=f"model:huggingface/{BASE}")
    lost = stated(own, None, stated="", inherited=f"model:huggingface/{BASE}")
    family = stated(own, "gpl")
    for name, statements, rule in (
        ("declared and on the card", (card, said), "permitted"),
        ("declared alone", (said,), "permitted-as-declared"),
        ("declared, and the file says otherwise", (said, unlike), "forbidden"),
        ("the base forbids it", (card, derived), "forbidden"),
        ("nothing is known of the base", (card, lost), "base-not-known"),
        ("only the base states one", (derived,), "facts-absent"),
        ("a text that nobody knows", (card, unknown), "not-in-table"),
        ("a family", (family,), "several-licenses"),
        ("a family, and which one", (family, stated(own, "gpl-3.0", "license file")), "permitted"),
        ("a family, and one of another", (family, stated(own, "mit", "license file")), "several-licenses"),
        ("a family, and the base's", (family, derived.model_copy(update={"license": "gpl-3.0"})), "several-licenses"),
    ):
        yield Canary(name, licensed(case, own, licenses=statements, use=use_of(commercial=True)), own.subject, rule)


def _nothing(case: Case) -> Iterator[Canary]:
    own, file, url = own_model(case), other_model("file", "planted/m.bin"), other_model("url", "planted.example/m.bin")
    nowhere = record(own, state="unknown", problem="planted", source=Source(name="no hub", level="absent"))
    for name, used, hub, rule in (
        ("a card without a license", own, (record(own),), "no-license"),
        ("nobody was asked", own, (), "facts-absent"),
        ("no fact", own, (record(own, state="unknown", problem="planted"),), "facts-absent"),
        ("one of two revisions", own, (record(own), record(own, state="unknown")), "facts-absent"),
        ("no such model", own, (record(own, state="no such component"),), "facts-absent"),
        ("a hub that does not say", own, (record(own, card=None),), "facts-absent"),
        ("a file that is not at hand", own, (record(own, files=(HubFile(path="LICENSE.md"),)),), "file-not-read"),
        ("a file elsewhere", own, (record(own, files=(HubFile(path="x/LICENSE"),)),), "no-license"),
        ("a file of the target", file, (), "no-license"),
        ("an address", url, (), "no-license"),
        ("what no hub describes", own, (nowhere,), "facts-absent"),
        ("an address that no hub describes", url, (nowhere,), "no-license"),
    ):
        yield Canary(name, licensed(case, used, licenses=(), hub=hub), used.subject, rule)
