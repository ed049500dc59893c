"""Configuration files: which keys and values name components, where, and which name none."""

from __future__ import annotations

import json

import pytest

from supplychain import catalog
from supplychain.discovery.keys import is_of_interest, meaning, normal
from supplychain.discovery.values import value_of
from supplychain.model.inventory import Inventory
from supplychain.model.reference import Resolution, Scope
from tests.discovery.support import look

SHA = "a" * 64


def lines(found: Inventory) -> list[str]:
    """Return `line id` for each reference of an inventory, with `@revision` where there is one."""
    return [f"{r.at.line} {r.subject}" + (f"@{r.revision}" if r.revision else "") for r in found.references]


def named(path: str, text: str | bytes) -> list[str]:
    """Return what one file names; nothing of it is unresolved or unread."""
    found = look({path: text})
    assert (found.unresolved, found.unread) == ((), ())
    return lines(found)


def hidden(path: str, text: str) -> list[str]:
    """Return `line expression` for each unresolved reference of one file that names nothing else."""
    found = look({path: text})
    assert found.references == ()
    return [f"{u.at.line} {u.expression}" for u in found.unresolved]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model: acme/x", ["1 model:huggingface/acme/x"]),
        ("a:\n  b:\n    - model_name_or_path: acme/x", ["3 model:huggingface/acme/x"]),
        ("modelId: acme/x", ["1 model:huggingface/acme/x"]),
        ("HF-Model-Id: acme/x", ["1 model:huggingface/acme/x"]),
        ("model:\n  id: acme/x\n  revision: v1", ["2 model:huggingface/acme/x@v1"]),
        ("base_model: acme/x\nrevision_of_model: v1", ["1 model:huggingface/acme/x@v1"]),
        (
            "tokenizer: acme/t\nrevision: v1\nmodel: acme/x",
            ["1 model:huggingface/acme/t", "3 model:huggingface/acme/x@v1"],
        ),
        ("models:\n  - id: acme/x\n  - name: acme/y", ["2 model:huggingface/acme/x", "3 model:huggingface/acme/y"]),
        ("models:\n  fast: {name: acme/x}", ["2 model:huggingface/acme/x"]),
        ("fallback_models: [acme/x, acme/y]", ["1 model:huggingface/acme/x", "1 model:huggingface/acme/y"]),
        ("model: gpt-4o-mini", ["1 model:openai/gpt-4o-mini"]),
        ("llm: openai/gpt-4o", ["1 model:openai/gpt-4o"]),
        (
            "model: anthropic.claude-3-haiku-20240307-v1:0",
            ["1 model:aws-bedrock/anthropic.claude-3-haiku-20240307-v1:0"],
        ),
        ("model_uri: models:/fraud/3", ["1 model:mlflow/fraud@3"]),
        ("embedding_model: all-MiniLM-L6-v2", ["1 model:huggingface/sentence-transformers/all-MiniLM-L6-v2"]),
        ("storageUri: hf://acme/x", ["1 model:huggingface/acme/x"]),
        ("uri: huggingface://acme/x/x.gguf\nmodel: a.gguf", ["1 model:huggingface/acme/x", "2 model:file/a.gguf"]),
        ("files:\n  - model: huggingface://acme/x/x.gguf", ["2 model:huggingface/acme/x"]),
        ("dataset_name: imdb", ["1 dataset:huggingface/imdb"]),
        ("dataset_path: acme/d\ndataset_name: subset-1", ["1 dataset:huggingface/acme/d"]),
        ("datasets:\n  - path: acme/d\n    type: alpaca", ["2 dataset:huggingface/acme/d"]),
        ("train_dataset: acme/d\ndataset_revision: v2", ["1 dataset:huggingface/acme/d@v2"]),
        ("dataset: https://x.example/train.csv", ["1 dataset:url/x.example/train.csv"]),
        ("x: &m acme/x\nmodel: *m", ["1 model:huggingface/acme/x"]),
        ("a: &a\n  model: acme/x\nb:\n  <<: *a\nc: *a", ["2 model:huggingface/acme/x"]),
        ("---\nmodel: acme/x\n---\nmodel: acme/y", ["2 model:huggingface/acme/x", "4 model:huggingface/acme/y"]),
        ("parameters:\n  - name: model\n    value: acme/x", ["3 model:huggingface/acme/x"]),
    ],
)
def test_a_key_names_a_component(text: str, expected: list[str]) -> None:
    assert named("app.yaml", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "# model: acme/x",
        "description: uses acme/x",
        "title: acme/x",
        "model: resnet50",
        "model: configs/yolo.yaml",
        "model: outputs/run-1",
        "model: application/json",
        "model: none",
        "model: true",
        "model: your-org/model",
        "model: <model>",
        "model: 'a b/c d'",
        "model: ''",
        "model:",
        "model: ~",
        "embedding_model: fake",
        "hub_model_id: acme/mine",
        "previous_models: [acme/x]",
        "homepage: https://huggingface.co/acme/x",
        "icon: https://huggingface.co/front/logo.svg",
        "image_url: https://huggingface.co/acme/x/resolve/main/cover.png",
        "path: acme/x",
        "repo: acme/x",
        "dataset: coco",
        "datasets: [{path: json}]",
        "train_file: data/train.jsonl",
        "model: !secret model_name",
        "base_model: {{ .Values.model }}",
        "base_model: ${{ inputs.model }}",
        "prompt: |\n  model: acme/x",
        "openapi: 3.0.0\nmodel: acme/x",
        "- {instruction: a, output: b, model: acme/x}",
        "key: value",
    ],
)
def test_what_names_none(text: str) -> None:
    assert named("app.yaml", text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("base_model: ${BASE_MODEL}", ["1 ${BASE_MODEL}"]),
        ("a: 1\nllm_model: $LLM", ["2 $LLM"]),
        ("embedding_model: env:EMBED_MODEL", ["1 env:EMBED_MODEL"]),
        ("base_model: llama-7b", ["1 llama-7b"]),
        ("model_name_or_path: /mnt/weights/llama", ["1 /mnt/weights/llama"]),
        ("hf_dataset: my_set-1", ["1 my_set-1"]),
    ],
)
def test_a_telling_key_without_a_known_name_is_unresolved(text: str, expected: list[str]) -> None:
    assert hidden("app.yaml", text) == expected


@pytest.mark.parametrize("path", ["docs/app.yaml", "tests/app.yaml", "examples/app.yaml"])
def test_outside_production_what_is_not_known_is_not_reported(path: str) -> None:
    assert look({path: "base_model: ${BASE_MODEL}"}).unresolved == ()


@pytest.mark.parametrize(
    ("text", "expected", "resolution", "variables"),
    [
        ("acme/x", "acme/x", Resolution.CONFIG, ()),
        ("${M:-acme/x}", "acme/x", Resolution.DEFAULT, ("M",)),
        ("${M-acme/x}", "acme/x", Resolution.DEFAULT, ("M",)),
        ("${M:acme/x}", "acme/x", Resolution.DEFAULT, ("M",)),
        ("${A,B:acme/x}", "acme/x", Resolution.DEFAULT, ("A", "B")),
        ("${oc.env:M,acme/x}", "acme/x", Resolution.DEFAULT, ("M",)),
        ("https://${H:-m.example}/x", "https://m.example/x", Resolution.DEFAULT, ("H",)),
        ("${{ inputs.m || 'acme/x' }}", "acme/x", Resolution.DEFAULT, ()),
        ("${KNOWN}/x", "acme/x", Resolution.CONFIG, ("KNOWN",)),
        ("${M:}", "", Resolution.CONFIG, ("M",)),
    ],
)
def test_a_value_is_known_where_it_has_a_default(
    text: str, expected: str, resolution: Resolution, variables: tuple[str, ...]
) -> None:
    value = value_of(text, 1, {"KNOWN": "acme"})
    assert (value.text, value.resolution, value.is_known, value.variables) == (expected, resolution, True, variables)


@pytest.mark.parametrize("text", ["${M}", "$M", "${M:?missing}", "os.environ/MODEL", "{env:MODEL}"])
def test_a_value_without_a_default_is_the_environments(text: str) -> None:
    value = value_of(text, 1)
    assert (value.is_known, value.is_variable) == (False, True)


@pytest.mark.parametrize("text", ["${{ inputs.m }}", "{{ m }}", "%(m)s", "$(m)", "<%= m %>"])
def test_a_template_is_not_known(text: str) -> None:
    assert not value_of(text, 1).is_known


def test_variables_that_hold_each_other_do_not_grow_without_bound() -> None:
    known = {"A0": "x" * 9000}
    for number in range(30):
        known[f"A{number + 1}"] = value_of(f"${{A{number}}}${{A{number}}}", 1, known).text
    assert max(map(len, known.values())) < 30_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("openai:\n  model: gpt-35-turbo", ["2 model:openai/gpt-35-turbo"]),
        ("azopenai:\n  llm_model: gpt-35-turbo", ["2 model:azure-openai/gpt-35-turbo"]),
        ("provider: groq\nmodel: llama-3.1-8b", ["1 service:groq", "2 model:groq/llama-3.1-8b"]),
        ("llm:\n  provider: openai\n  model: gpt-4.1", ["2 service:openai", "3 model:openai/gpt-4.1"]),
        ("ollama:\n  llm_model: mistral\n  api_base: http://localhost:11434", ["2 model:ollama/mistral"]),
        ("ollama_model: llama3:8b", ["1 model:ollama/llama3@8b"]),
        ("openai:\n  api_base: http://localhost:8000/v1\n  model: acme/x", ["3 model:huggingface/acme/x"]),
        ("openai:\n  api_base: http://localhost:8000/v1\n  api_key: ${OPENAI_API_KEY}", []),
        ("openai:\n  api_key: ${OPENAI_API_KEY:}", ["2 service:openai"]),
        ("openai_api_key: sk-1", ["1 service:openai"]),
        ("cloud:\n  provider: azure", []),
        ("metrics:\n  perplexity: {model: x-1}", []),
    ],
)
def test_the_keys_around_it_say_whose_model_it_is(text: str, expected: list[str]) -> None:
    assert named("app.yaml", text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "address"),
    [
        ("base_url: https://api.deepseek.com/v1", "service:deepseek", "https://api.deepseek.com/v1"),
        ("x: https://router.huggingface.co/v1", "service:huggingface-inference", "https://router.huggingface.co/v1"),
        ("b: ${B:https://api.openai.com/v1}", "service:openai", "https://api.openai.com/v1"),
        ("https://x.example/a.safetensors: a", "model:url/x.example/a.safetensors", "https://x.example/a.safetensors"),
        ("f: https://civitai.com/api/download/models/12", "model:url/civitai.com/api/download/models/12", None),
    ],
)
def test_an_address_names_a_component(text: str, expected: str, address: str | None) -> None:
    (reference,) = look({"app.yaml": text}).references
    assert reference.subject == expected
    assert address is None or reference.address == address


def test_what_stands_beside_an_address_is_kept() -> None:
    text = f"url: https://huggingface.co/acme/x/resolve/v1/a.gguf\nsha256: {SHA}\ntrust_remote_code: true"
    (reference,) = look({"app.yaml": text}).references
    assert (reference.subject, reference.revision) == ("model:huggingface/acme/x", "v1")
    assert (reference.checksum, reference.flags) == (f"sha256:{SHA}", ("trust_remote_code=True",))


def test_the_region_of_a_service_is_kept() -> None:
    text = "endpoint: https://bedrock-runtime.eu-west-1.amazonaws.com\nregion: eu-west-1"
    (reference,) = look({"app.yaml": text}).references
    assert (reference.subject, reference.region) == ("service:aws-bedrock", "eu-west-1")


def test_a_default_says_so() -> None:
    (reference,) = look({"app.yaml": "model: ${MODEL:-acme/x}"}).references
    assert (reference.resolution, reference.call, reference.digest is not None) == (Resolution.DEFAULT, "model", True)


def test_a_preset_with_downloads_names_each() -> None:
    text = """{
  "default_model": "x.safetensors",
  "default_loras": [[true, "y.safetensors", 0.1], [true, "None", 1.0]],
  "checkpoint_downloads": {
    "x.safetensors": "https://huggingface.co/acme/x/resolve/main/x.safetensors"
  },
  "previous_default_models": ["old.safetensors"]
}"""
    assert named("presets/a.json", text) == [
        "2 model:file/x.safetensors",
        "3 model:file/y.safetensors",
        "5 model:huggingface/acme/x@main",
        "7 model:file/old.safetensors",
    ]


@pytest.mark.parametrize(
    "text",
    [
        'env:\n  MODELS: >\n    [\n      {"id": "acme/x"},\n      {"id": "acme/y"}\n    ]',
        'env:\n  MODELS: |\n    [\n      {"id": "acme/x"},\n      {"id": "acme/y",},\n    ]',
    ],
)
def test_json_inside_yaml_keeps_its_lines(text: str) -> None:
    assert named("chart/env/prod.yaml", text) == ["4 model:huggingface/acme/x", "5 model:huggingface/acme/y"]


def test_servers_inside_a_text_are_found() -> None:
    text = """MCP_SERVERS: '[{"name": "Search", "url": "https://mcp.x.example/mcp"}]'"""
    (reference,) = look({"app.yaml": text}).references
    assert (reference.subject, reference.address) == ("service:mcp/Search", "https://mcp.x.example/mcp")


def test_files_inside_a_config_map_are_read() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  app.yaml: |\n    a: 1\n    model: acme/x\n"
    assert named("map.yaml", text) == ["6 model:huggingface/acme/x"]


def test_texts_in_texts_end() -> None:
    text = '{"model": "acme/x"}'
    for _ in range(6):
        text = json.dumps({"a": text})
    assert named("app.json", text) == []


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.json", '{"a": 1,\n "model": "acme/x"}', ["2 model:huggingface/acme/x"]),
        ("a.json", '{\n // why\n "model": "acme\\/x", /* b */\n}', ["3 model:huggingface/acme/x"]),
        ("a.json5", "{\n model: 'acme/x', // why\n}", ["2 model:huggingface/acme/x"]),
        ("a.json", '{"model": "acme/x"}\n{"model": "acme/y"}\n', []),
        ("a.json", json.dumps([{"model": "acme/x"}] * 60), []),
        ("a.json", '{"$schema": "https://json-schema.org/draft", "model": "acme/x"}', []),
        ("a.json", '{"model": "acme/x"}'.encode("utf-16"), ["1 model:huggingface/acme/x"]),
        ("locales/de.json", '{"base_model": "basis-modell"}', []),
        ("a.toml", '[llm]\nmodel = "acme/x"\nrevision = "v1"', ["2 model:huggingface/acme/x@v1"]),
        (
            "a.toml",
            "[[models]]\nname = 'acme/x'\n[[models]]\nname = 'acme/y'",
            ["2 model:huggingface/acme/x", "4 model:huggingface/acme/y"],
        ),
        ("a.toml", 'a.model = "acme/x"', ["1 model:huggingface/acme/x"]),
        ("a.ini", "[llm]\n# model = acme/y\nmodel = acme/x ; why", ["3 model:huggingface/acme/x"]),
        ("a.cfg", "[llm]\na = 1\nmodel: acme/x", ["3 model:huggingface/acme/x"]),
        (
            "a.yaml",
            "\ufeffmodel: acme/x\r\nllm: acme/y\r\n",
            ["1 model:huggingface/acme/x", "2 model:huggingface/acme/y"],
        ),
    ],
)
def test_each_format_keeps_its_lines(path: str, text: str | bytes, expected: list[str]) -> None:
    assert named(path, text) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "model: [acme/x"),
        ("a.yaml", "model: \0"),
        ("a.yaml", "model:\n" + "- " * 200),
        ("a.yaml", "model: " + "[" * 90_000 + "]" * 90_000),
        ("a.yaml", "model: " + "[" * 300_000),
        ("a.json", '{"model": "acme/x"'),
        ("a.json", '{"model": ' + "[" * 500_000),
        ("a.json", '{"model": ' + "[" * 5_000 + "]" * 5_000 + "}"),
        ("a.json", json.dumps({f"m{i}": {"model": f"acme/x{i}"} for i in range(21_000)})),
        ("a.toml", "model = "),
        ("a.toml", "a" + ".a" * 5_000 + ' = "model"'),
        ("a.ini", "model = acme/x"),
        ("a.tf", "model {"),
        ("a.tf", "a = " + "[" * 5_000 + "]" * 5_000 + "\nmodel = 1"),
        (".env", "MODEL=acme/x\n" * 100_000),
    ],
)
def test_what_is_damaged_or_without_bound_is_not_read(path: str, text: str) -> None:
    found = look({path: text})
    assert (found.references, [u.what for u in found.unread]) == ((), [path])


def test_a_bomb_of_aliases_is_visited_once() -> None:
    bomb = "l0: &l0 {model: acme/x}\n" + "".join(f"l{i}: &l{i} [*l{i - 1}, *l{i - 1}]\n" for i in range(1, 300))
    assert named("a.yaml", f"{bomb}self: &s [*s, *l299]") == ["1 model:huggingface/acme/x"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OPENAI_API_KEY=", ["1 service:openai"]),
        ("\nexport LLM_MODEL='acme/x' # why", ["2 model:huggingface/acme/x"]),
        ("OPENAI_BASE_URL=https://router.huggingface.co/v1\nOPENAI_API_KEY=#key", ["1 service:huggingface-inference"]),
        ("ROUTER_TOOLS_MODEL=acme/x", ["1 model:huggingface/acme/x"]),
        ("TASK_MODEL=\nMODELS=", []),
        ('M=acme/x\nAPP_ARGS="serve --model ${M} --port 1"', ["2 model:huggingface/acme/x"]),
        ("W=https://huggingface.co/acme/x/resolve/main/x.gguf", ["1 model:huggingface/acme/x@main"]),
        (
            'MODELS=`[\n  {\n    "name": "acme/it\'s",\n  },\n  {"name": "acme/y"}\n]`\nMODEL=acme/z',
            ["5 model:huggingface/acme/y", "7 model:huggingface/acme/z"],
        ),
        ("# MODEL=acme/x", []),
    ],
)
def test_an_environment_file_names_components(text: str, expected: list[str]) -> None:
    assert named(".env", text) == expected


def test_a_template_of_an_environment_file_is_an_example() -> None:
    (reference,) = look({".env.example": "OPENAI_API_KEY="}).references
    assert reference.at.scope is Scope.EXAMPLE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'resource "aws_bedrockagent_agent" "a" {\n  foundation_model = "anthropic.claude-v2:1"\n}',
            ["1 service:aws-bedrock", "2 model:aws-bedrock/anthropic.claude-v2:1"],
        ),
        (
            'resource "azurerm_cognitive_deployment" "a" {\n  model {\n    name = "gpt-4o"\n  }\n}',
            ["1 service:azure-openai", "3 model:azure-openai/gpt-4o"],
        ),
        (
            'resource "aws_sagemaker_model" "a" {\n  environment = {\n    HF_MODEL_ID = "acme/x"\n  }\n}',
            ["1 service:aws-sagemaker", "3 model:huggingface/acme/x"],
        ),
        ('variable "model_id" {\n  default = "acme/x"\n}', ["2 model:huggingface/acme/x"]),
        ('locals {\n  model = var.model\n  # base_model = "acme/x"\n}', []),
        ('resource "aws_s3_bucket" "a" {\n  bucket = "model"\n}', []),
    ],
)
def test_terraform_names_services_and_models(text: str, expected: list[str]) -> None:
    assert named("main.tf", text) == expected


def test_types_of_cloud_resources_are_services() -> None:
    assert named("stack.yaml", "Resources:\n  E:\n    Type: AWS::SageMaker::Endpoint") == ["3 service:aws-sagemaker"]


@pytest.mark.parametrize("spelling", ["modelId", "MODEL_ID", "model-id", "Model ID", "model.id", "_model_id"])
def test_a_key_has_one_form(spelling: str) -> None:
    assert normal(spelling) == "model_id"


def test_each_key_of_the_catalog_is_of_interest() -> None:
    words = {"model_name_or_path", "base_model", "repo_id", "tokenizer", "checkpoint", "lora", "vae", "dataset_name"}
    words |= {"storage_uri", "load_from", "text_encoder", "refiner", "ms_hub_url", "embeddings", "vision_tower"}
    assert [word for word in words if meaning(word) is None or not is_of_interest(word)] == []


def test_each_setting_of_a_service_is_of_interest() -> None:
    settings = {name for entry in catalog.services() for name in entry.settings}
    settings |= {name for entry in catalog.registries().values() for name in entry.settings}
    assert [name for name in settings if not is_of_interest(f"{name}: x")] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: gemini-1.5-flash\napi_type: gemini", "model:google-gemini/gemini-1.5-flash"),
        ("tts_model: tts_models/en/ljspeech/vits", "model:coqui/tts_models/en/ljspeech/vits"),
    ],
)
def test_a_name_is_told_by_its_form_and_what_stands_beside_it(text: str, expected: str) -> None:
    assert expected in {line.partition(" ")[2] for line in named("app.yaml", text)}


def test_an_alias_of_a_model_that_something_else_runs_is_no_hosted_model() -> None:
    assert named("app.yaml", "name: gpt-4\nbackend: llama\n") == []
