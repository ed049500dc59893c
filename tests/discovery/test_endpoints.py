"""Where each place of a target has a service process: from what it says itself, and no more than that."""

import pytest

from supplychain.discovery import discover
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.service import Endpoint
from supplychain.target import Target

Told = tuple[str, str | None, str, bool]


def read(**files: str) -> Inventory:
    """Return the inventory of files by their names."""
    named = {name: text.encode() for name, text in files.items()}
    return discover(Target.of(named), None, SelfTest(planted=0, found=0))


def of(service: str, **files: str) -> list[Endpoint]:
    return [item for item in read(**files).endpoints if item.service == service]


def told(service: str, **files: str) -> list[Told]:
    return [(str(item.at), item.region, item.known_by, item.anywhere) for item in of(service, **files)]


AWS = "import boto3\n"


@pytest.mark.parametrize(
    ("code", "region", "known_by"),
    [
        ('boto3.client("bedrock-runtime", region_name="eu-west-1")', "eu-west-1", "argument"),
        ('boto3.client("bedrock-runtime", "eu-west-1")', "eu-west-1", "argument"),
        ('boto3.Session(region_name="eu-west-3").client("bedrock-runtime")', "eu-west-3", "argument"),
        ('boto3.client("bedrock-runtime", config=Config(region_name="eu-west-2"))', "eu-west-2", "argument"),
        (
            'boto3.client("bedrock-runtime", endpoint_url="https://bedrock-runtime.eu-north-1.amazonaws.com")',
            "eu-north-1",
            "host",
        ),
        ('boto3.client("bedrock-runtime")', None, "nothing"),
        ('boto3.client("bedrock-runtime", region_name=chosen())', None, "nothing"),
    ],
)
def test_client_of_aws_goes_where_its_arguments_or_its_session_say(
    code: str, region: str | None, known_by: str
) -> None:
    text = f"{AWS}from botocore.config import Config\n{code}\n"
    assert told("aws-bedrock", **{"a.py": text}) == [("a.py:3", region, known_by, False)]


def test_region_that_is_made_at_run_time_is_told_as_it_is_written() -> None:
    found = of("aws-bedrock", **{"a.py": f'{AWS}boto3.client("bedrock-runtime", region_name=chosen())\n'})
    assert [item.told for item in found] == ["region_name=chosen()"]


@pytest.mark.parametrize("value", ['given or "eu-west-1"', 'os.environ.get("PLACE", "eu-west-1")'])
def test_value_that_something_else_may_replace_is_a_default(value: str) -> None:
    code = f'{AWS}import os\ndef make(given):\n    return boto3.client("bedrock-runtime", region_name={value})\n'
    assert told("aws-bedrock", **{"a.py": code}) == [("a.py:4", "eu-west-1", "default", False)]


def test_region_is_followed_through_constants_of_other_files() -> None:
    code = f'{AWS}from places import EU\nboto3.client("bedrock-runtime", region_name=EU)\n'
    places = 'AREA = "eu"\nEU = f"{AREA}-central-1"\n'
    found = told("aws-bedrock", **{"a.py": code, "places.py": places})
    assert found == [("a.py:3", "eu-central-1", "argument", False)]


@pytest.mark.parametrize(
    ("model", "region", "anywhere"),
    [
        ("eu.anthropic.claude-3-7-sonnet-20250219-v1:0", "eu", False),
        ("us.amazon.nova-pro-v1:0", "us", False),
        ("global.anthropic.claude-sonnet-4-20250514-v1:0", None, True),
    ],
)
def test_name_of_a_model_moves_its_processing(model: str, region: str | None, anywhere: bool) -> None:
    code = (
        f'{AWS}client = boto3.client("bedrock-runtime", region_name="eu-west-1")\nclient.converse(modelId="{model}")\n'
    )
    assert ("a.py:3", region, "model", anywhere) in told("aws-bedrock", **{"a.py": code})


def test_name_without_an_area_adds_nothing_to_the_call() -> None:
    code = f'{AWS}client = boto3.client("bedrock-runtime", region_name="eu-west-1")\n'
    code += 'client.converse(modelId="anthropic.claude-3-haiku-20240307-v1:0")\n'
    assert told("aws-bedrock", **{"a.py": code}) == [("a.py:2", "eu-west-1", "argument", False)]


def test_import_adds_nothing_to_a_call_of_the_same_file() -> None:
    code = 'import openai\nopenai.OpenAI(base_url="https://eu.api.openai.com/v1")\n'
    assert told("openai", **{"a.py": code}) == [("a.py:2", "eu", "host", False)]


def test_call_without_a_region_is_told_as_one_beside_a_call_with_one() -> None:
    code = 'from openai import OpenAI\nOpenAI(base_url="https://eu.api.openai.com/v1")\nOpenAI()\n'
    assert told("openai", **{"a.py": code}) == [("a.py:2", "eu", "host", False), ("a.py:3", None, "nothing", False)]


def test_default_of_an_sdk_is_told_as_a_default() -> None:
    (found,) = of("langfuse", **{"a.py": "from langfuse import Langfuse\nLangfuse()\n"})
    assert (str(found.at), found.region, found.known_by) == ("a.py:2", "eu-west-1", "default")
    assert "is the default" in found.told


def test_client_that_goes_to_the_teams_own_machine_has_no_endpoint() -> None:
    assert told("openai", **{"a.py": 'from openai import OpenAI\nOpenAI(base_url="http://localhost:8000/v1")\n'}) == []


USED = f'{AWS}boto3.client("bedrock-runtime")\n'


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        (".env", "AWS_DEFAULT_REGION=eu-west-1\n", 1),
        ("Dockerfile", "FROM scratch\nENV AWS_DEFAULT_REGION=eu-west-1\n", 2),
        ("run.sh", "export AWS_DEFAULT_REGION=eu-west-1\n", 1),
        ("compose.yaml", "services:\n  a:\n    environment:\n      - AWS_DEFAULT_REGION=eu-west-1\n", 4),
        ("values.yaml", "env:\n  - name: AWS_DEFAULT_REGION\n    value: eu-west-1\n", 3),
        ("b.py", 'import os\nos.environ["AWS_DEFAULT_REGION"] = "eu-west-1"\n', 2),
        ("c.py", 'import os\nos.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")\n', 2),
        ("b.ts", 'import "@aws-sdk/client-bedrock-runtime";\nprocess.env.AWS_DEFAULT_REGION = "eu-west-1";\n', 2),
    ],
)
def test_setting_of_a_service_that_is_used_is_an_endpoint_of_its_own(file: str, text: str, line: int) -> None:
    found = told("aws-bedrock", **{"a.py": USED, file: text})
    assert (f"{file}:{line}", "eu-west-1", "setting", False) in found
    assert ("a.py:2", None, "nothing", False) in found


def test_setting_of_a_service_that_nothing_uses_is_none() -> None:
    assert read(**{".env": "AWS_DEFAULT_REGION=eu-west-1\n"}).endpoints == ()


def test_region_of_another_variable_is_not_that_of_an_address_beside_it() -> None:
    text = "AWS_REGION=eu-west-2\nLANGSMITH_ENDPOINT=https://eu.api.smith.langchain.com\n"
    assert told("langsmith", **{".env": text}) == [(".env:2", "eu", "host", False)]


MAIN = 'resource "aws_bedrock_guardrail" "main" {\n  name = "demo"\n}\n'


@pytest.mark.parametrize(
    ("files", "region"),
    [
        ({"v.tf": 'provider "aws" {\n  region = "eu-west-1"\n}\n'}, "eu-west-1"),
        (
            {"v.tf": 'variable "r" {\n  default = "eu-west-3"\n}\nprovider "aws" {\n  region = var.r\n}\n'},
            "eu-west-3",
        ),
        (
            {
                "v.tf": 'variable "r" {\n  default = "us-east-1"\n}\nprovider "aws" {\n  region = var.r\n}\n',
                "terraform.tfvars": 'r = "eu-west-2"\n',
            },
            "eu-west-2",
        ),
        ({"other/v.tf": 'provider "aws" {\n  region = "eu-west-1"\n}\n'}, None),
        ({"v.tf": 'provider "aws" {\n  alias = "far"\n  region = "us-east-1"\n}\n'}, None),
        ({"v.tf": 'variable "r" {}\nprovider "aws" {\n  region = var.r\n}\n'}, None),
    ],
)
def test_resource_of_terraform_is_where_its_provider_is(files: dict[str, str], region: str | None) -> None:
    (found,) = of("aws-bedrock", **{"main.tf": MAIN, **files})
    assert (str(found.at), found.region) == ("main.tf:1", region)
    assert found.known_by == ("infrastructure" if region else "nothing")


@pytest.mark.parametrize(
    ("sku", "region", "anywhere"),
    [("Standard", "westeurope", False), ("GlobalStandard", None, True), ("DataZoneStandard", "eu", False)],
)
def test_deployment_processes_as_its_type_says(sku: str, region: str | None, anywhere: bool) -> None:
    text = (
        'resource "azurerm_cognitive_account" "a" {\n  kind = "OpenAI"\n  location = "westeurope"\n}\n'
        'resource "azurerm_cognitive_deployment" "d" {\n  cognitive_account_id = azurerm_cognitive_account.a.id\n'
        f'  sku {{\n    name = "{sku}"\n  }}\n}}\n'
    )
    found = told("azure-openai", **{"main.tf": text})
    assert found == [
        ("main.tf:1", "westeurope", "infrastructure", False),
        ("main.tf:5", region, "infrastructure", anywhere),
    ]


def test_template_of_arm_takes_the_default_of_its_parameter() -> None:
    text = """{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "parameters": {"place": {"type": "string", "defaultValue": "westeurope"}},
  "resources": [
    {"type": "Microsoft.CognitiveServices/accounts", "kind": "OpenAI", "location": "[parameters('place')]"},
    {"type": "Microsoft.CognitiveServices/accounts", "kind": "OpenAI", "location": "[resourceGroup().location]"}
  ]
}
"""
    found = told("azure-openai", **{"azure.json": text})
    assert found == [
        ("azure.json:5", "westeurope", "infrastructure", False),
        ("azure.json:6", None, "nothing", False),
    ]


def test_router_may_process_anywhere_and_names_whom_it_forwards_to() -> None:
    code = 'from openai import OpenAI\nclient = OpenAI(base_url="https://router.huggingface.co/v1")\n'
    code += 'client.chat.completions.create(model="owner/model:together")\n'
    found = of("huggingface-inference", **{"a.py": code})
    assert [(str(item.at), item.region, item.anywhere, item.forwards_to) for item in found] == [
        ("a.py:2", None, True, None),
        ("a.py:3", None, True, "together"),
    ]


def test_argument_names_whom_a_router_forwards_to() -> None:
    code = 'from openai import OpenAI\nclient = OpenAI(base_url="https://openrouter.ai/api/v1")\n'
    code += 'client.chat.completions.create(model="openai/gpt-4o", extra_body={"provider": {"only": ["azure"]}})\n'
    found = of("openrouter", **{"a.py": code})
    assert ("a.py:3", "azure-openai") in [(str(item.at), item.forwards_to) for item in found]


@pytest.mark.parametrize("text", ["region: eu-west-1", "location: ./files", "region: the north of Europe"])
def test_key_beside_an_address_counts_only_where_it_has_the_form_of_a_region(text: str) -> None:
    found = of("exa", **{"config.yaml": f"search:\n  base_url: https://api.exa.ai\n  {text}\n"})
    assert [item.region for item in found] == ["eu-west-1" if "eu-west-1" in text else None]
