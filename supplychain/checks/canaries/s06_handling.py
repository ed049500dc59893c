"""Canaries of requirement 6.2: the target's own service, what is declared of it, and switches for and against that."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.canaries.services import DECLARED, entry, own_service, service, serving
from supplychain.checks.engine import Canary
from supplychain.checks.population import unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.reference import Place, Reference, Scope
from supplychain.model.service import DeclaredService, Switch

_AT = Place(file="planted.env", line=3)
_LINE = 7
_ALWAYS, _NEVER = 100_000, -100_000
"""Days within which every statement of the catalog counts, and none does."""
_TRACER = "langsmith"


def plant(case: Case) -> Iterator[Canary]:
    """Plant declarations that hold, that go beyond the policy, and that a place contradicts."""
    yield from _declarations(case)
    yield from _tracing(case)
    yield from _storage(case)
    yield from _usage(case)
    for hidden, rule in ((unresolved_sample(Kind.SERVICE), "unresolved"), (unread_sample(), "not-read")):
        yield Canary("what may hide one", serving(case, hidden, declared=()), hidden.subject, rule)


def _declarations(case: Case) -> Iterator[Canary]:
    own, limit = own_service(case), case.policy.services.max_retention_days
    for name, parts, rule, says in (
        ("whole", {}, "stated", "keeps it 0 days"),
        ("as long as allowed", {"retention_days": limit}, "stated", f"{limit} days"),
        ("a day longer", {"retention_days": limit + 1}, "kept-too-long", f"{DECLARED}:{_LINE}"),
        (
            "trains on public data",
            {"training_use": True, "data_classes": ("public",)},
            "stated",
            "is used for training",
        ),
        ("trains on internal data", {"training_use": True, "data_classes": ("internal",)}, "stated", ""),
        ("trains on personal data", {"training_use": True}, "trains", f"{DECLARED}:{_LINE}"),
        ("trains on some", {"training_use": True, "data_classes": ("public", "special")}, "trains", "special"),
        ("trains on secrets", {"training_use": True, "data_classes": ("confidential",)}, "trains", "confidential"),
        ("says both", {"handling": {"training": True}}, "contradicts-itself", f"{DECLARED}:{_LINE}"),
        ("no class", {"data_classes": ()}, "not-stated", "data_classes"),
        ("no days", {"retention_days": None}, "not-stated", "retention_days"),
        ("no word on training", {"training_use": None}, "not-stated", "training_use"),
    ):
        told = _case(case, own, declared=(_stated(case, own, **parts),))
        yield Canary(name, told, own.subject, rule, says)
    yield Canary("nothing declared", _case(case, own, declared=()), own.subject, "not-declared", own.component.name)
    for scope in Scope:
        at = _AT.model_copy(update={"scope": scope})
        told = _case(case, own, _tracer(at=at), declared=(_stated(case, own, handling={"tracing": False}),))
        yield Canary(f"scope {scope}", told, own.subject, "contradicts" if scope is Scope.PROD else None, at=at)


def _tracing(case: Case) -> Iterator[Canary]:
    own, tracer = own_service(case), service(_TRACER)
    own = service("openai") if own.component.name == _TRACER else own
    off, on = {"tracing": False}, {"tracing": True}
    silent: dict[str, bool] = {}
    both = f"{_AT} has it that prompts are sent to {_TRACER} as traces, and handling.tracing = false"
    receives = f"service:{_TRACER}"
    for name, sender, receiver, subject, rule, says in (
        ("traced against the declaration", off, None, own.subject, "contradicts", both),
        ("its line", off, None, own.subject, "contradicts", f"{DECLARED}:{_LINE}"),
        ("nobody declares who gets it", off, None, own.subject, "contradicts", f"declares {_TRACER}"),
        ("the receiver says not", silent, off, receives, "contradicts", f"[[service]] {_TRACER}"),
        ("the receiver says so, the sender not", off, on, own.subject, "contradicts", f"{DECLARED}:{_LINE}"),
        ("the receiver says not, the sender says so", on, off, receives, "contradicts", f"[[service]] {_TRACER}"),
        ("declared by nobody", silent, None, receives, "receiver-not-declared", _TRACER),
        ("the receiver is silent", silent, silent, receives, "nothing-stated", str(_AT)),
        ("as the receiver says", silent, on, receives, "happens-as-stated", "handling.tracing = true"),
        ("as the sender says", on, None, receives, "happens-as-stated", own.component.name),
    ):
        told = _traced(case, own, sender, receiver, _tracer())
        yield Canary(name, told, subject, rule, says, at=_AT)
    for state, value, rule in (("off", "false", "off"), ("unknown", "os.environ[…]", "not-known")):
        told = _traced(case, own, off, None, _tracer(state=state, value=value))
        yield Canary(f"tracing is {state}", told, receives, rule, str(value), at=_AT)
    stale = _traced(case, own, off, None, _tracer(), days=_NEVER)
    yield Canary("read too long ago", stale, own.subject, "not-read-up", "provider_max_age_days", at=_AT)
    strange = _traced(case, own, off, None, _tracer(name="PLANTED_SWITCH"))
    yield Canary("a switch of no catalog", strange, own.subject, "not-read-up", "says nothing of it", at=_AT)
    content = _tracer(name="LANGCHAIN_HIDE_INPUTS", handling="content", value="")
    told = _case(case, own, content, declared=(_stated(case, own, handling={"content": False}),))
    yield Canary("prompts in traces", told, own.subject, "contradicts", "which is not set", at=_AT)
    unset = _traced(case, own, silent, None, _tracer(value=""))
    yield Canary("traces by default", unset, receives, "nothing-stated", "which is not set", at=_AT)
    unsaid = _case(case, own, content, _tracer(), declared=(_stated(case, own, handling=on),))
    yield Canary("traces, and no word on what is in them", unsaid, receives, "happens-as-stated", at=_AT)
    elsewhere = _tracer(name="LANGFUSE_TRACING_ENABLED", service="langfuse")
    beside = _case(case, own, content, elsewhere, declared=(_stated(case, own),))
    yield Canary("another's traces beside it", beside, receives, "nothing-stated", "LANGCHAIN_HIDE_INPUTS", at=_AT)
    other = _stated(case, service("planted-other"), handling=on)
    told = _case(case, own, _tracer(), declared=(_stated(case, own, handling=off), other, _stated(case, tracer)))
    yield Canary("another is traced", told, receives, "which-not-known", own.component.name, at=_AT)


def _storage(case: Case) -> Iterator[Canary]:
    openai, xai = service("openai"), service("xai")
    kept = Switch(handling="storage", name="store", service="openai", state="on", value="True", at=_AT)
    for name, parts, rule, says in (
        ("kept, and declared off", {"handling": {"storage": False}}, "contradicts", "handling.storage = false"),
        ("kept for no day", {"retention_days": 0}, "contradicts", "retention_days = 0"),
        ("kept for as long as declared", {"retention_days": 5}, "happens-as-stated", "retention_days = 5"),
        ("kept, and nothing is said", {"retention_days": None}, "nothing-stated", str(_AT)),
    ):
        told = _case(case, openai, kept, declared=(_stated(case, openai, **parts),))
        yield Canary(name, told, openai.subject, rule, says, at=_AT)
    unset = kept.model_copy(update={"value": ""})
    told = _case(case, openai, unset, declared=(_stated(case, openai),))
    yield Canary("kept by default", told, openai.subject, "contradicts", "which is not set", at=_AT)
    trained = Switch(handling="training", name="mip_opt_out", service="deepgram", state="on", value="False", at=_AT)
    deepgram = service("deepgram")
    told = _case(case, deepgram, trained, declared=(_stated(case, deepgram),))
    yield Canary("trained on", told, deepgram.subject, "contradicts", "training_use = false", at=_AT)
    either = kept.model_copy(update={"service": ""})
    keeping = _stated(case, xai, retention_days=5)
    for second, rule, subject in (
        (_stated(case, xai), "contradicts", openai.subject),
        (keeping, "which-not-known", "switch:store"),
    ):
        told = _case(case, openai, either, declared=(_stated(case, openai), second), beside=xai)
        yield Canary("kept by one of two", told, subject, rule, at=_AT)


def _usage(case: Case) -> Iterator[Canary]:
    own = own_service(case)
    told = Switch(handling="telemetry", name="ANONYMIZED_TELEMETRY", service="posthog (Chroma)", state="on", at=_AT)
    for name, handling, state, rule, subject in (
        ("use is told", {}, "on", "usage-only", "switch:ANONYMIZED_TELEMETRY"),
        ("use may be told", {}, "unknown", "usage-only", "switch:ANONYMIZED_TELEMETRY"),
        ("use is told against the declaration", {"telemetry": False}, "on", "contradicts", own.subject),
        ("use is told as declared", {"telemetry": True}, "on", "usage-only", "switch:ANONYMIZED_TELEMETRY"),
        ("use may be told, declared off", {"telemetry": False}, "unknown", "not-known", "switch:ANONYMIZED_TELEMETRY"),
    ):
        switch = told.model_copy(update={"state": state})
        planted = _case(case, own, switch, declared=(_stated(case, own, handling=handling),))
        yield Canary(name, planted, subject, rule, at=_AT)


def _traced(
    case: Case,
    own: Reference,
    sender: dict[str, bool],
    receiver: dict[str, bool] | None,
    switch: Switch,
    days: int = _ALWAYS,
) -> Case:
    """Return the case with a switch, what the own service's entry says of handling, and what the receiver's does."""
    entries = [_stated(case, own, handling=sender)]
    if receiver is not None:
        entries.append(_stated(case, service(_TRACER), handling=receiver))
    return _case(case, own, switch, declared=tuple(entries), days=days)


def _case(
    case: Case,
    used: Reference,
    *switches: Switch,
    declared: tuple[DeclaredService, ...],
    days: int = _ALWAYS,
    beside: Reference | None = None,
) -> Case:
    """Return the case with these places and entries alone, each key of which stands at one line."""
    bare = serving(case, *filter(None, (used, beside)), declared=declared)
    freshness = bare.policy.freshness.model_copy(update={"provider_max_age_days": days})
    keys = ("", "handling", "retention_days", "training_use")
    lines = {f"{item.id} {key}".strip(): _LINE for item in declared for key in keys}
    changes = {
        "inventory": bare.inventory.model_copy(update={"switches": switches}),
        "policy": bare.policy.model_copy(update={"freshness": freshness}),
        "service_lines": lines,
    }
    return bare.model_copy(update=changes)


def _stated(case: Case, used: Reference, **parts: object) -> DeclaredService:
    return entry(case, used, **{"retention_days": 0, "training_use": False, **parts})


def _tracer(**parts: object) -> Switch:
    on = Switch(handling="tracing", name="LANGCHAIN_TRACING_V2", service=_TRACER, state="on", value="true", at=_AT)
    return on.model_copy(update=parts)
