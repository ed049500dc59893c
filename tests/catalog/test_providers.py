"""The providers: what is said of a service has a source and a day, and no host proves a region that is not its own."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain import catalog
from supplychain.catalog.provider import Chooser, Host, ModelPlace, Provider, Sourced, Switch

PROVIDERS = catalog.providers()
SERVICES = {service.id: service for service in catalog.services()}
HOSTS = [(provider, host) for provider in PROVIDERS.values() for host in provider.host]
EXAMPLES = [(provider, host, name) for provider, host in HOSTS for name in host.examples]
CHOOSERS = [(provider, chooser) for provider in PROVIDERS.values() for chooser in provider.chooser]
MODELS = [(provider, place) for provider in PROVIDERS.values() for place in provider.model]
FACTS: list[Sourced] = [
    *(fact for entry in PROVIDERS.values() for fact in entry.facts),
    *catalog.switches(),
    *(part for area in catalog.areas().values() for part in area.part),
]
WORDS = (
    "",
    "0",
    "1",
    "true",
    "True",
    "false",
    "False",
    "yes",
    "no",
    "on",
    "off",
    "None",
    "none",
    "all",
    "allow",
    "deny",
)
LARGE = (
    "openai",
    "anthropic",
    "google-gemini",
    "google-vertex",
    "aws-bedrock",
    "aws-sagemaker",
    "azure-openai",
    "azure-ml",
)


def test_the_large_and_many_more_are_known() -> None:
    assert len(PROVIDERS) >= 25
    assert set(LARGE) <= set(PROVIDERS)


@pytest.mark.parametrize("service", PROVIDERS)
def test_a_provider_is_a_service_that_discovery_knows(service: str) -> None:
    assert service in SERVICES


@pytest.mark.parametrize("service", PROVIDERS)
def test_each_host_that_discovery_knows_is_known_here(service: str) -> None:
    examples = [name for host in PROVIDERS[service].host for name in host.examples]
    for pattern in SERVICES[service].hosts:
        names = [name for name in examples if re.fullmatch(re.escape(pattern).replace(r"\*", ".+"), name)]
        assert names if "*" in pattern else PROVIDERS[service].host_of(pattern), pattern


@pytest.mark.parametrize(("provider", "host", "name"), EXAMPLES, ids=[name for _, _, name in EXAMPLES])
def test_a_host_proves_the_region_of_its_example(provider: Provider, host: Host, name: str) -> None:
    assert provider.host_of(name) is host
    assert provider.region_of(name) == (host.examples[name] or None)


@pytest.mark.parametrize(("provider", "host", "name"), EXAMPLES, ids=[name for _, _, name in EXAMPLES])
def test_a_host_that_looks_alike_proves_nothing(provider: Provider, host: Host, name: str) -> None:
    first, _, last = name.rpartition(".")
    for other in (
        f"{name}.example.org",
        f"{name}.",
        f"{first}-{last}",
        f"{first}x{last}",
        f"example.org/{name}",
        "",
        last,
    ):
        assert provider.host_of(other) is None, other
        assert host.region_of(other) is None


@pytest.mark.parametrize(("provider", "host"), HOSTS, ids=[host.pattern for _, host in HOSTS])
def test_a_host_without_a_region_gives_none(provider: Provider, host: Host) -> None:
    proves = bool(host.region) or "region" in re.compile(host.pattern).groupindex
    assert not (host.region and "region" in re.compile(host.pattern).groupindex)
    assert all(bool(region) == proves for region in host.examples.values())
    assert host.examples


@pytest.mark.parametrize(
    ("service", "host"),
    [
        ("openai", "api.openai.com"),
        ("openai", "eu.api.openai.com.example.org"),
        ("openai", "gb.api.openai.com"),
        ("google-vertex", "aiplatform.googleapis.com"),
        ("google-vertex", "global-aiplatform.googleapis.com"),
        ("mistral", "api.mistral.ai"),
        ("azure-openai", "westeurope.openai.azure.com"),
        ("pinecone", "docs-abc.svc.aped-4627-b74a.pinecone.io"),
        ("xai", "eu-west-1.api.x.ai"),
        ("huggingface-inference", "router.huggingface.co"),
        ("openrouter", "openrouter.ai"),
    ],
)
def test_what_is_known_to_prove_no_region(service: str, host: str) -> None:
    assert PROVIDERS[service].region_of(host) is None


@given(
    service=st.sampled_from(sorted(PROVIDERS)), label=st.from_regex(r"\A[a-z0-9.-]{1,40}\Z"), index=st.integers(0, 9)
)
@settings(deadline=None)
def test_no_name_below_another_domain_is_the_providers(service: str, label: str, index: int) -> None:
    hosts = [name for host in PROVIDERS[service].host for name in host.examples]
    assert PROVIDERS[service].region_of(f"{hosts[index % len(hosts)]}.{label}.example") is None


def test_each_statement_has_a_source_and_a_day() -> None:
    for fact in FACTS:
        assert fact.source.strip()
        assert fact.on >= date(2026, 1, 1)
        place = re.search(r"https://|[\w/@-]+ \d+\.\d+", fact.source)
        assert place or fact.known == "memory", f"what was read has a place: {fact}"


@pytest.mark.parametrize(("provider", "chooser"), CHOOSERS, ids=[f"{p.service}: {c.names[0]}" for p, c in CHOOSERS])
def test_a_chooser_says_where_it_stands(provider: Provider, chooser: Chooser) -> None:
    assert bool(chooser.of) == (chooser.carrier != "setting")
    assert chooser.names
    if chooser.carrier == "code":
        assert all(re.fullmatch(r"(\*|[\w.]+):[\w.]+", call) for call in chooser.of)
    if chooser.absent and chooser.holds == "address":
        assert provider.host_of(urlsplit(chooser.absent).hostname or chooser.absent)
    assert bool(re.fullmatch(chooser.anywhere, "global")) == bool(chooser.anywhere)
    assert not re.fullmatch(chooser.anywhere, "europe-west4")


@pytest.mark.parametrize(
    ("value", "anywhere", "wider"),
    [
        ("Standard", False, False),
        ("ProvisionedManaged", False, False),
        ("GlobalStandard", True, False),
        ("GlobalBatch", True, False),
        ("DataZoneStandard", False, True),
    ],
)
def test_the_type_of_an_azure_deployment_forfeits_the_region(value: str, anywhere: bool, wider: bool) -> None:
    types = [chooser for chooser in PROVIDERS["azure-openai"].chooser if chooser.holds == "sku"]
    assert {chooser.carrier for chooser in types} == {"terraform", "arm"}
    for chooser in types:
        assert bool(re.fullmatch(chooser.anywhere, value)) == anywhere
        assert bool(re.fullmatch(chooser.widens, value)) == wider


@pytest.mark.parametrize(("provider", "place"), MODELS, ids=[place.pattern for _, place in MODELS])
def test_a_models_name_moves_its_processing(provider: Provider, place: ModelPlace) -> None:
    assert any(place.examples.values())
    for name, region in place.examples.items():
        assert place.region_of(name) == (region or None)
    for name in ("amazon.nova-pro-v1:0", "us", "eu.", "euro.model.v1", "gpt-4o", ""):
        assert place.region_of(name) is None


@pytest.mark.parametrize(
    "provider", [p for p in PROVIDERS.values() if p.forwards], ids=lambda provider: provider.service
)
def test_a_router_says_how_the_next_one_is_named(provider: Provider) -> None:
    way = provider.forwards
    assert way
    assert way.absent
    assert all("provider" in re.compile(text).groupindex for text in (way.suffix, way.prefix, way.path) if text)
    assert set(way.services.values()) <= set(SERVICES)


@pytest.mark.parametrize("switch", catalog.switches(), ids=lambda switch: switch.name)
def test_a_switch_tells_on_from_off(switch: Switch) -> None:
    assert switch.settings or switch.arguments or switch.calls or switch.keys or switch.headers
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]+", name) for name in switch.settings)
    assert all(re.fullmatch(r"(\*|[\w.]+):[\w.]+", name) for name in switch.arguments)
    assert not [word for word in WORDS if re.fullmatch(switch.starts, word) and re.fullmatch(switch.stops, word)]
    assert switch.receiver


def test_no_switch_is_listed_twice() -> None:
    names = [switch.name for switch in catalog.switches()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("setting", "value", "sent"),
    [
        ("LANGCHAIN_TRACING_V2", "true", True),
        ("LANGCHAIN_TRACING_V2", "0", False),
        ("LANGFUSE_TRACING_ENABLED", "False", False),
        ("OPENAI_AGENTS_DISABLE_TRACING", "1", False),
        ("GRADIO_ANALYTICS_ENABLED", "True", True),
        ("GRADIO_ANALYTICS_ENABLED", "true", False),
        ("HF_HUB_DISABLE_TELEMETRY", "1", False),
        ("JINA_OPTOUT_TELEMETRY", "", False),
        ("VLLM_NO_USAGE_STATS", "true", True),
        ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "span_only", True),
    ],
)
def test_what_a_value_does(setting: str, value: str, sent: bool) -> None:
    switch = next(entry for entry in catalog.switches() if setting in entry.settings)
    assert bool(re.fullmatch(switch.starts, value)) == sent
    assert bool(re.fullmatch(switch.stops, value)) != sent


@pytest.mark.parametrize(
    ("region", "areas"),
    [
        ("eu", {"eu", "eea", "europe"}),
        ("eu-central-1", {"eu", "eea", "europe"}),
        ("eu-west-1a", {"eu", "eea", "europe"}),
        ("europe-west4", {"eu", "eea", "europe"}),
        ("West Europe", {"eu", "eea", "europe"}),
        ("eu-west-2", {"uk", "europe"}),
        ("europe-west2", {"uk", "europe"}),
        ("eu-central-2", {"ch", "europe"}),
        ("europe-west6", {"ch", "europe"}),
        ("norwayeast", {"eea", "europe"}),
        ("europe", {"europe"}),
        ("us-east-1", {"us"}),
        ("us-gov-west-1", {"us"}),
        ("eastus2", {"us"}),
        ("ap-northeast-1", {"jp"}),
        ("cn-north-1", {"cn"}),
        ("apac", set()),
        ("global", set()),
        ("eu-isoe-west-1", set()),
        ("eu-central-1.example.org", set()),
        ("", set()),
    ],
)
def test_a_region_lies_in_its_areas_and_in_no_other(region: str, areas: set[str]) -> None:
    assert {name for name, area in catalog.areas().items() if area.holds(region)} == areas
