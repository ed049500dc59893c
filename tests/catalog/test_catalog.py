"""The catalog: its files say what their types ask for, and hold together."""

from __future__ import annotations

import re

import pytest

from supplychain import catalog
from supplychain.catalog.interface import Loader, Registry, Service, WeightFormat
from supplychain.catalog.parsing import parse_words
from supplychain.discovery import CARRIERS
from supplychain.discovery.hosted import hosted_model, service_of_setting
from supplychain.model.component import Component, Kind

LOADERS = [loader for entries in catalog.loaders().values() for loader in entries]


@pytest.mark.parametrize("loader", LOADERS, ids=lambda loader: loader.call)
def test_a_loader_names_a_call_a_registry_and_an_argument(loader: Loader) -> None:
    assert re.fullmatch(r"(\*|[\w.]+):(\w+|\*)", loader.call)
    assert loader.registry in catalog.registries()
    assert bool(loader.keywords) == (loader.named_by == "argument")
    assert bool(loader.builders) == bool(loader.builder_files)


def test_no_call_is_listed_twice() -> None:
    calls = [loader.call for loader in LOADERS]
    assert len(calls) == len(set(calls))


def test_the_longest_prefix_is_tried_first() -> None:
    assert [len(x.prefix) for x in catalog.loaders()["from_pretrained"]] == sorted(
        (len(x.prefix) for x in catalog.loaders()["from_pretrained"]), reverse=True
    )


@pytest.mark.parametrize("registry", catalog.registries().values(), ids=lambda registry: registry.key)
def test_the_patterns_of_a_registry_name_its_components(registry: Registry) -> None:
    re.compile(registry.name_pattern)
    for host in registry.host:
        assert host.name == host.name.lower()
        assert host.path == "(?!)" or "name" in re.compile(host.path).groupindex
    assert registry.client is None or registry.client in catalog.registries()
    assert all(owner == owner.lower() for owner in registry.owners)
    assert registry.also is None or registry.also.registry in catalog.registries()


def test_an_address_and_a_setting_belong_to_one_registry() -> None:
    every = [host for registry in catalog.registries().values() for host in registry.host]
    hosts = [host.name for host in every if host.path != "(?!)"]
    settings = [
        name for registry in catalog.registries().values() for name in (*registry.settings, *registry.attributes)
    ]
    assert len(hosts) == len(set(hosts))
    assert len(settings) == len(set(settings))


def test_each_carrier_of_the_catalog_is_built() -> None:
    assert {entry.key for entry in catalog.carriers() if entry.key} == set(CARRIERS)


def test_no_import_stands_for_two_services() -> None:
    imports = [name for service in catalog.services() for name in service.imports]
    assert len(imports) == len(set(imports))
    assert all(name == name.strip(".") for name in imports)


def test_what_tells_a_service_tells_no_other() -> None:
    every = catalog.services()
    assert len({service.id for service in every}) == len(every)
    for field in ("hosts", "addresses", "settings", "clients", "prefix", "modules"):
        values = [value for service in every for value in getattr(service, field)]
        assert len(values) == len(set(values)), field
    modules = [module for sdk in catalog.javascript().sdk for module in sdk.modules]
    assert len(modules) == len(set(modules))


@pytest.mark.parametrize("word", ["command-line", "sonar-scanner", "step-1", "claude-code", "gpt4all", "glm-4-9b-chat"])
def test_a_word_of_the_language_or_an_open_model_is_no_hosted_model(word: str) -> None:
    assert hosted_model(word) is None


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("glm-4-plus", "zhipu"),
        ("moonshot-v1-8k", "moonshot"),
        ("qwen-max", "dashscope"),
        ("ERNIE-4.0-8K", "baidu-qianfan"),
        ("fal-ai/flux/dev", "fal"),
        ("@cf/meta/llama-3.1-8b-instruct", "cloudflare-workers-ai"),
        ("us.anthropic.claude-3-5-sonnet-20241022-v2:0", "aws-bedrock"),
        ("zerank-1", "zeroentropy"),
    ],
)
def test_a_name_tells_the_service_that_hosts_it(name: str, service: str) -> None:
    assert hosted_model(name) == Component(kind=Kind.MODEL, source=service, name=name)


@pytest.mark.parametrize(
    ("setting", "service"),
    [
        ("OPENAI_API_KEY", "openai"),
        ("GROQ_KEY", "groq"),
        ("PGPT_BRAVE_API_KEY", "brave-search"),
        ("OPENAI_AZURE_API_BASE", "azure-openai"),
        ("AZURE_IMG_MODERATION_ENDPOINT", "azure-content-safety"),
        ("TOKEN", None),
        ("API_KEY", None),
        ("AZURE_MISTRAL_API_KEY", None),
        ("MAPS_GOOGLE_API_KEY", None),
        ("QDRANT_URL", None),
    ],
)
def test_a_setting_belongs_to_a_service_by_its_name(setting: str, service: str | None) -> None:
    found = service_of_setting(setting)
    assert (found.name if found else None) == service


def test_no_service_has_the_name_of_a_registry() -> None:
    assert {service.id for service in catalog.services()}.isdisjoint(catalog.registries())


@pytest.mark.parametrize("service", catalog.services(), ids=lambda service: service.id)
def test_a_service_can_be_told_by_something(service: Service) -> None:
    told = (service.imports, service.hosts, service.addresses, service.settings, service.clients, service.resources)
    assert any(told) or service.known_as
    for pattern in service.models:
        re.compile(pattern)


def test_a_call_to_a_service_names_a_service_that_is_listed() -> None:
    calls = [entry for entries in catalog.hosted_calls().values() for entry in entries]
    named = {entry.service for entry in calls if entry.service}
    assert named <= {service.id for service in catalog.services()}
    assert len({entry.call for entry in calls}) == len(calls)


@pytest.mark.parametrize("form", catalog.artifacts().format, ids=lambda form: f"{form.name} {form.magic[:2]}")
def test_a_short_magic_is_limited_by_suffixes(form: WeightFormat) -> None:
    assert form.magic.encode("latin-1")
    assert len(form.magic) > 2 or form.suffixes
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in form.suffixes)


def test_the_loaders_load_models_and_datasets() -> None:
    assert {loader.kind for loader in LOADERS} == {Kind.MODEL, Kind.DATASET}


# Words in parentheses


@pytest.mark.parametrize(
    ("requirement", "text", "expected"),
    [
        ("1.1", "HuggingFace, TensorFlow Hub, PyTorch Hub", ("HuggingFace", "TensorFlow Hub", "PyTorch Hub")),
        ("1.1", "hugging face,HF", ("HuggingFace",)),
        ("1.1", "Kaggle", ("Kaggle",)),
        ("8.1", "daily/weekly", ("daily", "weekly")),
    ],
)
def test_known_words_are_spelled_as_the_catalog_does(requirement: str, text: str, expected: tuple[str, ...]) -> None:
    assert parse_words(requirement, text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Kagle", "did you mean 'Kaggle'"),
        ("Nowhere Registry", "Known registries: HuggingFace"),
        ("", "unknown word ''"),
    ],
)
def test_an_unknown_word_names_the_known_ones(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_words("1.1", text)


def test_a_sentence_without_parentheses_has_no_words() -> None:
    with pytest.raises(KeyError):
        catalog.words("10.5")
