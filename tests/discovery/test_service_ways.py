"""Ways in which a service is named beside its SDK and its whole address, and what only looks like one."""

from __future__ import annotations

import pytest

from tests.discovery.support import look

BEDROCK = "us.anthropic.claude-3-5-sonnet-20241022-v2:0"


def services(path: str, text: str) -> list[str]:
    """Return the ids of the services that one file names."""
    found = look({path: text}).references
    return sorted({r.component.name for r in found if r.subject.startswith("service:")})


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "HOST = 'api.mistral.ai'\npost('https://' + HOST + '/v1/chat/completions')\n", ["mistral"]),
        ("a.py", "HOST = 'api.mistral.ai'\npost(f'https://{HOST}/v1/chat/completions')\n", ["mistral"]),
        ("a.py", "post(f'https://api.mistral.ai.evil.io/v1/{x}/chat/completions')\n", ["api.mistral.ai.evil.io"]),
        ("run.sh", "python3 -c \"h='api.mistral.ai'; post(f'https://{h}/v1/chat/completions')\"\n", ["mistral"]),
        ("values.yaml", "llm:\n  host: api.mistral.ai\n  port: 443\n", ["mistral"]),
        ("values.yaml", "llm:\n  host: api.mistral.ai.example.com\n", []),
        (".env", "MISTRAL_HOST=api.mistral.ai\n", ["mistral"]),
        ("compose.yaml", "services:\n  a:\n    command: serve --llm-url https://api.mistral.ai/v1\n", ["mistral"]),
        ("compose.yaml", "services:\n  a:\n    command: serve --llm-url http://vllm:8000/v1\n", []),
        (
            "Dockerfile",
            'FROM scratch\nENTRYPOINT ["env", "OPENAI_BASE_URL=https://api.mistral.ai/v1", "python", "a.py"]\n',
            ["mistral"],
        ),
        ("a.py", "post(endpoint + '/openai/deployments/x/chat/completions?api-version=1')\n", ["azure-openai"]),
        ("a.ts", "ask(`${endpoint}/openai/deployments/${name}/chat/completions`)\n", ["azure-openai"]),
        ("a.ts", "// see /openai/deployments/x in its documentation\n", []),
    ],
)
def test_a_service_is_told_by(path: str, text: str, expected: list[str]) -> None:
    assert services(path, text) == expected


@pytest.mark.parametrize("path", ["Dockerfile", ".env"])
def test_a_model_of_bedrock_in_a_variable(path: str) -> None:
    start = "FROM scratch\nENV " if path == "Dockerfile" else ""
    found = look({path: f"{start}BEDROCK_MODEL_ID={BEDROCK}\n"})
    assert [r.subject for r in found.references if r.subject.startswith("model:")] == [f"model:aws-bedrock/{BEDROCK}"]
    assert [(e.service, e.region) for e in found.endpoints] == [("aws-bedrock", "us")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if url.startswith('https://api.x.ai/v1'):\n    pass\n", []),
        ("if url == 'https://api.x.ai/v1':\n    pass\n", []),
        ("if url in ['https://api.x.ai/v1', 'https://api.groq.com']:\n    pass\n", []),
        ("url = 'https://api.x.ai/v1'\nif url == other:\n    pass\n", ["xai"]),
        ("post('https://api.x.ai/v1' if is_on == True else None)\n", ["xai"]),
    ],
)
def test_an_address_that_others_are_held_against_is_no_use(text: str, expected: list[str]) -> None:
    assert services("a.py", text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "hidden"),
    [
        ("from openai import AzureOpenAI\nAzureOpenAI(azure_endpoint=make())\n", ["azure-openai"], 1),
        ("from anthropic import Anthropic\nAnthropic(base_url=make())\n", ["anthropic"], 1),
        ("from openai import OpenAI\nOpenAI(base_url=make())\n", [], 1),
        ("from qdrant_client import QdrantClient\nQdrantClient(url=make())\n", [], 1),
    ],
)
def test_a_client_at_an_address_that_is_not_known(text: str, expected: list[str], hidden: int) -> None:
    assert services("a.py", text) == expected
    assert len(look({"a.py": text}).unresolved) == hidden


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "from openai import AzureOpenAI\nAzureOpenAI(azure_endpoint='{}')\n", "azure-openai"),
        (".env", "AZURE_OPENAI_ENDPOINT={}\n", "azure-openai"),
        (
            "a.py",
            "from azure.ai.documentintelligence import DocumentIntelligenceClient\nu = '{}'\n",
            "azure-document-intelligence",
        ),
    ],
)
def test_a_host_of_a_whole_cloud_is_of_the_service_that_is_given_it(path: str, text: str, expected: str) -> None:
    for host in ("https://eastus.api.cognitive.microsoft.com", "https://contoso.cognitiveservices.azure.com/"):
        assert services(path, text.format(host)) == [expected]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("OpenAI", ["azure-openai"]),
        ("AIServices", ["azure-openai"]),
        ("SpeechServices", ["azure-speech"]),
        ("FormRecognizer", ["azure-document-intelligence"]),
        ("ContentSafety", ["azure-content-safety"]),
    ],
)
def test_an_account_of_azure_is_the_service_of_its_kind(kind: str, expected: list[str]) -> None:
    terraform = f'resource "azurerm_cognitive_account" "a" {{\n  kind = "{kind}"\n  location = "westeurope"\n}}\n'
    template = (
        '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",'
        f'"resources": [{{"type": "Microsoft.CognitiveServices/accounts", "kind": "{kind}", "location": "westeurope"}}]}}'
    )
    assert services("main.tf", terraform) == services("azure.json", template) == expected
    for path, text in (("main.tf", terraform), ("azure.json", template)):
        assert [(e.service, e.region) for e in look({path: text}).endpoints] == [(expected[0], "westeurope")]


def test_an_account_whose_kind_is_not_known_is_unresolved() -> None:
    found = look({"main.tf": 'resource "azurerm_cognitive_account" "a" {\n  kind = var.kind\n}\n'})
    assert [(u.at.line, u.expression) for u in found.unresolved] == [(1, "var.kind")]


@pytest.mark.parametrize("text", ["from literalai.helper import utc_now\n", "from anthropic.types import Message\n"])
def test_helpers_and_types_of_an_sdk_are_no_use(text: str) -> None:
    assert services("a.py", text) == []


@pytest.mark.parametrize("call", ["client.converse(**given)", "client.invoke_model(**given)"])
def test_a_client_of_aws_that_is_handed_in(call: str) -> None:
    assert services("a.py", f"import boto3\ndef ask(client, given):\n    {call}\n") == ["aws-bedrock"]
