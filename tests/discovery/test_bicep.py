"""Bicep: its resources are services, each at its own line and in the region that its parameters say."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.discovery import bicep
from supplychain.discovery.interface import NotParsedError, SourceFile
from supplychain.model.reference import Place, Scope
from tests.discovery.support import look

ACCOUNT = """\
param location string = 'westeurope'
@description('what it is')
param kind string = 'OpenAI'
var tags = {
  team: 'search' // whose it is
}

resource account 'Microsoft.CognitiveServices/accounts@2023-05-01' = {
  name: 'ai-${location}'
  location: location
  kind: kind
  tags: tags
  sku: { name: 'S0' }
}

resource deployment 'Microsoft.CognitiveServices/accounts/deployments@2023-05-01' = {
  parent: account
  name: 'gpt'
  sku: {
    name: 'GlobalStandard'
  }
  properties: {
    model: {
      format: 'OpenAI'
      name: 'gpt-4o'
    }
  }
}
"""


def services(text: str) -> list[str]:
    """Return `id line` for each service of a Bicep file."""
    return [f"{r.component.name} {r.at.line}" for r in look({"main.bicep": text}).references if r.subject[:3] == "ser"]


def test_account_and_deployment_are_found_with_their_lines_and_regions() -> None:
    found = look({"main.bicep": ACCOUNT})
    assert services(ACCOUNT) == ["azure-openai 8", "azure-openai 16"]
    assert [(e.at.line, e.region, e.anywhere) for e in found.endpoints] == [(8, "westeurope", False), (16, None, True)]
    assert [r.subject for r in found.references if r.subject.startswith("model:")] == ["model:azure-openai/gpt-4o"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("resource s 'Microsoft.Search/searchServices@2023-11-01' = {\n  location: 'eastus'\n}", ["azure-ai-search 1"]),
        ("resource s 'Microsoft.Search/searchServices@2023-11-01' = if (wanted) {\n}", ["azure-ai-search 1"]),
        ("resource s 'Microsoft.Search/searchServices@2023-11-01' = [for r in all: {\n}]", ["azure-ai-search 1"]),
        (
            "resource s 'Microsoft.Search/searchServices@2023-11-01' = [for r in all: if (r.on) {\n}]",
            ["azure-ai-search 1"],
        ),
        ("resource s 'Microsoft.Search/searchServices@2023-11-01' existing = {\n  name: 's'\n}", []),
        ("resource w 'Microsoft.MachineLearningServices/workspaces@2023-04-01' = {\n}", ["azure-ml 1"]),
        ("resource w 'Microsoft.Storage/storageAccounts@2023-04-01' = {\n}", []),
        ("/* resource s 'Microsoft.Search/searchServices@2023-11-01' = {\n} */", []),
        ("// resource s 'Microsoft.Search/searchServices@2023-11-01' = {}", []),
        (
            "module ai 'br/public:avm/res/cognitive-services/account:0.7.1' = {\n  params: {\n    kind: 'SpeechServices'\n  }\n}",
            ["azure-speech 1"],
        ),
        ("module ai './core/ai.bicep' = {\n  params: {}\n}", []),
    ],
)
def test_what_a_resource_is(text: str, expected: list[str]) -> None:
    assert services(text) == expected


def test_kind_that_is_not_known_is_unresolved() -> None:
    text = "param kind string\n" + ACCOUNT.split("\n", 3)[3]
    (hidden,) = look({"main.bicep": text}).unresolved
    assert (hidden.at.line, hidden.expression) == (6, "[kind]")


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="resource s='Microsoft.Search/x@1'{}[]():,\n${}/*'#ifor", max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    place = Place(file="main.bicep", line=1, scope=Scope.PROD)
    with contextlib.suppress(NotParsedError):
        bicep.read(SourceFile("main.bicep", f"Microsoft.{text}".encode(), "sha256:0", place, lambda _: False))


@pytest.mark.parametrize(
    "text",
    [
        "Microsoft.\n" + "/*" * 200_000,
        "Microsoft.\n" + "'''" * 99_999,
        "var a = 'Microsoft.'\n" + "".join(f"var v{i + 1} = '${{v{i}}}${{v{i}}}'\n" for i in range(200)),
        "Microsoft.\nresource s 'Microsoft.Search/searchServices@1' = " + "[for a in b: " * 50_000,
        "Microsoft.\nvar a = " + "[" * 100_000,
    ],
)
def test_text_that_is_made_to_be_slow_is_not(text: str) -> None:
    place = Place(file="main.bicep", line=1, scope=Scope.PROD)
    with contextlib.suppress(NotParsedError):
        bicep.read(SourceFile("main.bicep", text.encode(), "sha256:0", place, lambda _: False))
