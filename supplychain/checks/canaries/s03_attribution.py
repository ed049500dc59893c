"""Canaries of requirement 3.3: the target's own model credited as licenses ask, and with one thing missing."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.canaries.licensing import (
    ALL,
    BASE,
    PRIVATE,
    entry_of,
    licensed,
    own_model,
    seen,
    stated,
    use_of,
)
from supplychain.checks.engine import Canary
from supplychain.model.case import Case
from supplychain.model.license import Mention
from supplychain.model.reference import Place, Reference, Relation

_WHOLE = ("component", "holder", "license")
_AT = Place(file="PLANTED", line=5)
_SHARED = use_of(redistribute=True)


def plant(case: Case) -> Iterator[Canary]:
    """Plant mentions with everything that a license asks for, and without each of it."""
    own = own_model(case)
    for name, license_, names, rule, says in (
        ("credited", "mit", _WHOLE, "credited", "PLANTED:5"),
        ("without its holder", "mit", ("component", "license"), "credited-in-part", "holder"),
        ("without its license", "mit", ("component", "holder"), "credited-in-part", "license"),
        ("without its name", "mit", ("holder", "license"), "not-credited", ""),
        ("no holder is asked for", "qwen-license", ("component", "license"), "credited", ""),
        ("nothing is asked for", "cc0-1.0", (), "asks-for-none", ""),
        ("a license that nobody read", "openmdw-1.1", _WHOLE, "terms-not-known", ""),
        ("several licenses", "bsd", _WHOLE, "terms-not-known", ""),
    ):
        where = licensed(case, own, licenses=(stated(own, license_),), mentions=_mentions(own, names))
        yield Canary(name, where, own.subject, rule, says)
    bare = licensed(case, own, licenses=(stated(own, "mit"),))
    yield Canary("nowhere", bare, own.subject, "not-credited")
    pointed = licensed(case, own, licenses=(stated(own, "mit"),), entry=entry_of(own, attribution="PLANTED.md"))
    yield Canary("not where the declaration says", pointed, own.subject, "not-credited", "PLANTED.md")
    elsewhere = _mentions(own.model_copy(update={"component": _another(own)}), _WHOLE)
    foreign = licensed(case, own, licenses=(stated(own, "mit"),), mentions=elsewhere)
    yield Canary("another is credited", foreign, own.subject, "not-credited")
    split = _mentions(own, ("component", "holder"), ("component", "license"))
    yield Canary(
        "in two halves",
        licensed(case, own, licenses=(stated(own, "mit"),), mentions=split),
        own.subject,
        "credited-in-part",
    )
    better = _mentions(own, ("component",), _WHOLE)
    yield Canary(
        "better elsewhere",
        licensed(case, own, licenses=(stated(own, "mit"),), mentions=better),
        own.subject,
        "credited",
    )
    yield from _statements(case)
    yield from _passed_on(case)
    yield from seen(case, "asks-for-none", "license-not-stated")


def _statements(case: Case) -> Iterator[Canary]:
    own = own_model(case)
    base = stated(own, "mit", inherited=f"model:huggingface/{BASE}")
    for name, statements, rule in (
        ("its base asks for credit", (stated(own, "cc0-1.0"), base), "not-credited"),
        ("only the base states one", (base,), "license-not-stated"),
        ("a text that nobody knows", (stated(own, "cc0-1.0"), stated(own, None)), "terms-not-known"),
    ):
        yield Canary(name, licensed(case, own, licenses=statements), own.subject, rule)


def _passed_on(case: Case) -> Iterator[Canary]:
    """Plant what is due where copies leave the house, or where users see it, and whether the own use asks for it."""
    own = own_model(case)
    text, wording, notice = ("license text",), ("notice",), ("notice file",)
    hosted = use_of(hosted=True)
    for name, license_, use, more, rule in (
        ("passed on with its text", "mit", _SHARED, (text,), "credited"),
        ("passed on without its text", "mit", _SHARED, (), "license-text-missing"),
        ("passed on, in the public domain", "cc0-1.0", ALL, (), "asks-for-none"),
        ("hosted", "mit", hosted, (), "credited"),
        ("hosted, which distributes", "creativeml-openrail-m", hosted, (), "license-text-missing"),
        ("hosted, with its text", "creativeml-openrail-m", hosted, (text,), "credited"),
        ("its wording", "llama3.1", PRIVATE, (wording,), "credited"),
        ("without its wording", "llama3.1", PRIVATE, (notice,), "wording-missing"),
        ("passed on without its notice", "llama3.1", _SHARED, (wording, text), "notice-file-missing"),
        ("passed on with all of it", "llama3.1", _SHARED, (wording, text, notice), "credited"),
        ("no use is declared", "mit", None, (text,), "use-not-declared"),
        ("no use is declared, in the public domain", "cc0-1.0", None, (), "asks-for-none"),
    ):
        mentions = _mentions(own, _WHOLE, *more)
        where = licensed(case, own, licenses=(stated(own, license_),), mentions=mentions, use=use)
        yield Canary(name, where, own.subject, rule)
    for derived, kind, use, rule in (
        ("model:file/planted/Llama-planted", "fine-tuned from", _SHARED, "credited"),
        ("model:file/planted/planted-Llama", "fine-tuned from", _SHARED, "name-not-as-asked"),
        ("model:file/planted/planted", "fine-tuned from", PRIVATE, "credited"),
        ("model:file/planted/planted", "served by", _SHARED, "credited"),
    ):
        relation = Relation.model_validate({"subject": derived, "kind": kind, "object": own.subject, "at": own.at})
        mentions = _mentions(own, _WHOLE, wording, text, notice)
        where = licensed(
            case, own, licenses=(stated(own, "llama3.1"),), mentions=mentions, use=use, relations=(relation,)
        )
        yield Canary(f"{derived} {kind} it", where, own.subject, rule)
    other = Relation(subject="model:file/planted", kind="fine-tuned from", object="model:file/another", at=own.at)
    mentions = _mentions(own, _WHOLE, wording, text, notice)
    where = licensed(case, own, licenses=(stated(own, "llama3.1"),), mentions=mentions, use=_SHARED, relations=(other,))
    yield Canary("made from another", where, own.subject, "credited")


def _mentions(used: Reference, *found: tuple[str, ...]) -> tuple[Mention, ...]:
    rows = ({"component": used.component.id, "at": _AT, "names": names} for names in found if names)
    return tuple(Mention.model_validate(row) for row in rows)


def _another(used: Reference) -> object:
    return used.component.model_copy(update={"name": f"{used.component.name}-planted"})
