"""Requirement 6.2 over cases by hand: what is declared against the policy, and what places do against what is declared."""

from __future__ import annotations

from typing import Any

import pytest

from supplychain import catalog
from supplychain.checks.provider_facts import behind_switch
from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.reference import Place, Scope
from supplychain.model.service import Switch
from tests.checks.served import AT, declared, row_at, rows, served, switch

STORE = switch("store", "openai")
TRACES = switch("LANGCHAIN_TRACING_V2", "langsmith", handling="tracing", value="true")
TELLS = switch("ANONYMIZED_TELEMETRY", "posthog (Chroma)", handling="telemetry", value="true")


@pytest.mark.parametrize(
    ("parts", "rule", "line"),
    [
        ({}, "stated", 10),
        ({"retention_days": 30}, "stated", 10),
        ({"retention_days": 31}, "kept-too-long", 13),
        ({"training_use": True}, "trains", 14),
        ({"training_use": True, "data_classes": ("public", "confidential")}, "trains", 14),
        ({"training_use": True, "data_classes": ("public", "internal")}, "stated", 10),
        ({"handling": {"training": True}}, "contradicts-itself", 12),
        ({"data_classes": ()}, "not-stated", 10),
        ({"retention_days": None}, "not-stated", 10),
        ({"training_use": None}, "not-stated", 10),
        ({"training_use": True, "retention_days": None}, "trains", 14),
    ],
)
def test_what_is_declared(bare: Case, parts: dict[str, Any], rule: str, line: int) -> None:
    (found,) = rows("6.2", served(bare, "openai", entries=(declared("openai", **parts),)))
    assert (found.rule, str(found.at)) == (rule, f"supplychain.toml:{line}")


def test_nothing_declared_names_the_lines_to_write(bare: Case) -> None:
    (found,) = rows("6.2", served(bare, "openai", entries=()))
    assert (found.rule, found.at, found.outcome) == ("not-declared", AT, Outcome.UNDETERMINED)
    for line in ('[[service]] id = "openai"', "data_classes = ", "retention_days = ", "training_use = "):
        assert line in found.remedy


def test_what_a_provider_keeps_by_default_is_told_beside_what_is_declared(bare: Case) -> None:
    (short,) = rows("6.2", served(bare, "openai"))
    assert "it keeps them 30 days, as read on 2026-11-23 in https://" in short.message
    (long,) = rows("6.2", served(bare, "openai", entries=(declared("openai", retention_days=30),)))
    assert "nothing else is agreed" not in long.message


@pytest.mark.parametrize(
    ("place", "parts", "rule", "says"),
    [
        (STORE, {}, "contradicts", "retention_days = 0 under [[service]] openai at supplychain.toml:13"),
        (STORE, {}, "contradicts", "store = True at app/client.py:3"),
        (STORE, {"handling": {"storage": False}}, "contradicts", "handling.storage = false under [[service]] openai"),
        (STORE, {"retention_days": 7}, "happens-as-stated", "retention_days = 7"),
        (STORE, {"retention_days": None}, "nothing-stated", "app/client.py:3"),
        (STORE.model_copy(update={"value": ""}), {}, "contradicts", "store, which is not set, at app/client.py:3"),
        (STORE.model_copy(update={"state": "off", "value": "False"}), {}, "off", "store = False"),
        (STORE.model_copy(update={"state": "unknown", "value": "flag()"}), {}, "not-known", "store = flag()"),
        (TRACES, {"handling": {"tracing": False}}, "contradicts", "supplychain.toml:12 says"),
        (TRACES, {"handling": {"tracing": False}}, "contradicts", "no [[service]] declares langsmith"),
        (TRACES, {"handling": {"tracing": True}}, "happens-as-stated", "handling.tracing = true"),
        (TRACES, {}, "receiver-not-declared", "declares no service langsmith"),
        (TELLS, {}, "usage-only", "without prompts"),
        (TELLS, {"handling": {"telemetry": False}}, "contradicts", "supplychain.toml:12"),
        (TELLS.model_copy(update={"state": "unknown"}), {}, "usage-only", "without prompts"),
        (TELLS.model_copy(update={"state": "unknown"}), {"handling": {"telemetry": False}}, "not-known", "app/client"),
    ],
)
def test_a_place(bare: Case, place: Switch, parts: dict[str, Any], rule: str, says: str) -> None:
    found = row_at("6.2", served(bare, "openai", place, entries=(declared("openai", **parts),)))
    assert found.rule == rule
    assert says in found.message
    assert set(found.evidence) == {"sha256:app", "sha256:declaration"}
    assert bool(found.remedy) == (found.outcome is not Outcome.PASS)


def test_a_contradiction_is_of_the_service_that_it_speaks_of(bare: Case) -> None:
    entry = declared("openai", handling={"tracing": False})
    assert row_at("6.2", served(bare, "openai", TRACES, entries=(entry,))).component == "service:openai"
    assert row_at("6.2", served(bare, "openai", TRACES)).component == "service:langsmith"
    receiver = declared("langsmith", handling={"tracing": True})
    both = row_at("6.2", served(bare, "openai", TRACES, entries=(entry, receiver)))
    assert (both.rule, both.component) == ("contradicts", "service:openai")


def test_where_another_service_is_traced_as_declared_nobody_knows_whose_prompts_these_are(bare: Case) -> None:
    entries = (
        declared("openai", handling={"tracing": False}),
        declared("anthropic", handling={"tracing": True}),
        declared("langsmith"),
    )
    assert row_at("6.2", served(bare, "openai", TRACES, entries=entries)).rule == "which-not-known"


def test_a_statement_that_is_not_read_or_too_old_decides_nothing(bare: Case) -> None:
    entry = declared("openai", handling={"tracing": False})
    stale = row_at("6.2", served(bare, "openai", TRACES, entries=(entry,), days=-100_000))
    assert (stale.rule, "provider_max_age_days" in stale.message) == ("not-read-up", True)
    memory = switch("LOGFIRE_SEND_TO_LOGFIRE", "logfire", handling="tracing", value="true")
    found = row_at("6.2", served(bare, "openai", memory, entries=(entry,)))
    assert (found.rule, "from memory" in found.message) == ("not-read-up", True)
    off = memory.model_copy(update={"state": "off", "value": "false"})
    assert row_at("6.2", served(bare, "openai", off)).rule == "not-read-up"


def test_places_outside_production_do_not_count(bare: Case) -> None:
    aside = STORE.model_copy(update={"at": Place(file="tests/a.py", line=1, scope=Scope.TEST)})
    assert [row.rule for row in rows("6.2", served(bare, "openai", aside))] == ["stated"]


@pytest.mark.parametrize("known", catalog.switches(), ids=lambda known: known.name)
def test_each_switch_is_known_by_how_it_is_written(known: Any) -> None:
    written = [*known.settings, *known.headers, *(text.rpartition(".")[2] for text in known.arguments if "." in text)]
    written += [".".join(key.split(".")[-2:]) for key in known.keys]
    for name in written:
        found = behind_switch(switch(name, known.receiver, handling=known.kind))
        assert found is not None
        assert found.kind == known.kind
