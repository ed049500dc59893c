"""Deployment: images, commands, settings, actions and servers of compose files, clusters, charts and workflows."""

from __future__ import annotations

import pytest

from supplychain.model.component import Kind
from supplychain.model.inventory import Inventory
from supplychain.model.reference import Resolution
from tests.discovery.support import look

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "sha256:" + "a" * 64
MIRROR = "https://m.example"
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"


def named(path: str, text: str) -> list[str]:
    """Return `line id` for each reference of one file, with `@revision` where there is one."""
    return lines(look({path: text}))


def lines(found: Inventory) -> list[str]:
    assert found.unread == ()
    return [f"{r.at.line} {r.subject}" + (f"@{r.revision}" if r.revision else "") for r in found.references]


COMPOSE = """services:
  web:
    build: .
    image: acme/web
  tgi:
    image: registry.example/acme/tgi:3.0
    command: --model-id acme/x --revision v1
    environment:
      HF_ENDPOINT: https://m.example
      OPENAI_API_KEY: ${OPENAI_API_KEY}
  vllm:
    image: ${IMAGE:-acme/vllm:1}
    entrypoint: [vllm]
    command:
      - serve
      - acme/y
    environment:
      - EMBEDDING_MODEL=acme/z
      - ANTHROPIC_API_KEY
models:
  llm:
    model: ai/small:1b
  big:
    model: hf.co/acme/big:Q4
"""


def test_a_compose_file() -> None:
    found = look({"compose.yaml": COMPOSE})
    assert lines(found) == [
        "6 package:docker/registry.example/acme/tgi@3.0",
        "7 model:huggingface/acme/x@v1",
        "10 service:openai",
        "12 package:docker/acme/vllm@1",
        "16 model:huggingface/acme/y",
        "18 model:huggingface/acme/z",
        "19 service:anthropic",
        "22 model:docker/ai/small@1b",
        "24 model:huggingface/acme/big@Q4",
    ]
    assert [(o.variable, o.address, o.at.line) for o in found.overrides] == [("HF_ENDPOINT", MIRROR, 9)]
    assert next(r for r in found.references if r.at.line == 12).resolution is Resolution.DEFAULT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{POD}  - image: acme/x@{DIGEST}", [f"5 package:docker/acme/x@{DIGEST}"]),
        (
            f"{POD}  - image: acme/x\n    command: [vllm, serve]\n    args:\n    - acme/y",
            ["5 package:docker/acme/x", "8 model:huggingface/acme/y"],
        ),
        (f"{POD}  - args: ['--model-id', acme/y, --revision, v1]", ["5 model:huggingface/acme/y@v1"]),
        (f"{POD}  - env:\n    - name: MODEL_ID\n      value: acme/y", ["7 model:huggingface/acme/y"]),
        (
            f"{POD}  - env:\n    - name: GROQ_API_KEY\n      valueFrom:\n        secretKeyRef: {{name: a, key: b}}",
            ["6 service:groq"],
        ),
        (f'{POD}  - command: ["sh", "-c", "pip install torch==2.0.0"]', ["5 package:pypi/torch@2.0.0"]),
        (
            "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec:\n  predictor:\n    model:\n      storageUri: s3://acme/x",
            ["6 model:url/acme/x"],
        ),
        ("apiVersion: v1\nkind: Secret\ndata:\n  a: b", []),
    ],
)
def test_a_cluster(text: str, expected: list[str]) -> None:
    assert named("deploy/pod.yaml", text) == expected


@pytest.mark.parametrize(
    "entry",
    ["- name: HF_ENDPOINT\n      value: https://m.example", "- {name: HF_ENDPOINT, value: 'https://m.example'}"],
)
def test_a_cluster_can_send_a_client_elsewhere(entry: str) -> None:
    (override,) = look({"pod.yaml": f"{POD}  - env:\n    {entry}"}).overrides
    assert (override.registry, override.address) == ("huggingface", MIRROR)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("image:\n  repository: acme/x\n  tag: '1'", ["2 package:docker/acme/x@1"]),
        (
            "image:\n  registry: registry.example\n  repository: acme/x\n  digest: " + DIGEST,
            [f"3 package:docker/registry.example/acme/x@{DIGEST}"],
        ),
        ("image:\n  repository: registry.example/acme\n  name: x", ["2 package:docker/registry.example/acme/x"]),
        ("image: acme/x:1", ["1 package:docker/acme/x@1"]),
        ("vllm:\n  containerArgs:\n    - --model\n    - acme/y\n    - 2", ["4 model:huggingface/acme/y"]),
        ("envVars:\n  TASK_MODEL: acme/y", ["2 model:huggingface/acme/y"]),
        ("extraEnv:\n  - name: TASK_MODEL\n    value: acme/y", ["3 model:huggingface/acme/y"]),
        ("image:\n  repository:\n  tag:", []),
        ("replicas: 1", []),
    ],
)
def test_the_values_of_a_chart(text: str, expected: list[str]) -> None:
    assert named("chart/values.yaml", text) == expected


TEMPLATE = """{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
spec:
  {{- with .Values.extra }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  containers:
    - image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
      command: [vllm, serve, "{{ .Values.model }}"]
      env:
        - name: OPENAI_API_KEY
          valueFrom: {{ .Values.secret }}
{{- end }}
"""


def test_a_template_of_a_chart_names_what_stands_in_it() -> None:
    found = look({"chart/templates/deployment.yaml": TEMPLATE})
    assert (lines(found), found.unresolved) == (["13 service:openai"], ())


def test_a_template_that_is_no_yaml_is_read_by_its_lines() -> None:
    text = "a:\n {{ if .X }}\n  b: 1\n {{ else }}\nmodel: acme/x # why\n  base: {{ .Y }}\n {{ end }}\n"
    assert named("chart/templates/a.yaml", text) == ["5 model:huggingface/acme/x"]


WORKFLOW = f"""on: push
env:
  HF_ENDPOINT: https://m.example
jobs:
  build:
    container:
      image: acme/ci:1
    services:
      db:
        image: postgres:16
    steps:
      - uses: actions/checkout@{COMMIT} # v4
      - uses: acme/actions/sub/path@v1
      - uses: ./.github/actions/own
      - uses: docker://acme/tool:2
      - run: |
          echo hello
          pip install torch==2.0.0
        env:
          OPENAI_API_KEY: ${{{{ secrets.OPENAI_API_KEY }}}}
      - run: python train.py --model_name_or_path acme/x
      - shell: python
        run: |
          from transformers import AutoModel
          AutoModel.from_pretrained("acme/y")
      - with:
          model: gpt-4o
  call:
    uses: acme/flows/.github/workflows/a.yml@main
"""


def test_a_workflow() -> None:
    found = look({".github/workflows/ci.yml": WORKFLOW})
    assert [line for line in lines(found) if "import" not in line] == [
        "7 package:docker/acme/ci@1",
        "10 package:docker/postgres@16",
        f"12 package:github/actions/checkout@{COMMIT}",
        "13 package:github/acme/actions/sub/path@v1",
        "15 package:docker/acme/tool@2",
        "18 package:pypi/torch@2.0.0",
        "20 service:openai",
        "21 model:huggingface/acme/x",
        "25 model:huggingface/acme/y",
        "27 model:openai/gpt-4o",
        "29 package:github/acme/flows/.github/workflows/a.yml@main",
    ]
    assert [(o.variable, o.address) for o in found.overrides] == [("HF_ENDPOINT", MIRROR)]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            ".gitlab-ci.yml",
            "image: acme/ci:1\ntest:\n  script:\n    - pip install torch==2.0.0",
            ["1 package:docker/acme/ci@1", "4 package:pypi/torch@2.0.0"],
        ),
        (
            ".gitlab-ci.yml",
            "test:\n  image: {name: acme/ci:1}\n  services: [postgres:16]",
            ["2 package:docker/acme/ci@1", "3 package:docker/postgres@16"],
        ),
        (
            ".circleci/config.yml",
            "jobs:\n  a:\n    docker:\n      - image: acme/ci:1\n    steps:\n      - run: pip install torch",
            ["4 package:docker/acme/ci@1", "6 package:pypi/torch"],
        ),
        ("action.yml", "runs:\n  using: composite\n  steps:\n    - uses: acme/a@v1", ["4 package:github/acme/a@v1"]),
        ("azure-pipelines.yml", "steps:\n- bash: pip install torch", ["2 package:pypi/torch"]),
        (
            ".devcontainer/devcontainer.json",
            '{\n "image": "acme/dev",\n "postCreateCommand": "pip install torch"}',
            ["2 package:docker/acme/dev", "3 package:pypi/torch"],
        ),
        ("app.yaml", "uses: acme/a@v1\nrun: pip install torch\nimage: cover.png", []),
    ],
)
def test_other_continuous_integration(path: str, text: str, expected: list[str]) -> None:
    assert named(path, text) == expected


def test_what_an_image_is_called_at_run_time_is_not_known() -> None:
    found = look({"compose.yaml": "services:\n  a:\n    image: ${IMAGE}"})
    assert [(u.kind, u.at.line, u.expression) for u in found.unresolved] == [(Kind.PACKAGE, 3, "${IMAGE}")]


@pytest.mark.parametrize(
    ("path", "text", "expected", "address"),
    [
        (
            ".mcp.json",
            '{"mcpServers": {\n "x": {"url": "https://mcp.x.example/sse"}}}',
            ["2 service:mcp/x"],
            "https://mcp.x.example/sse",
        ),
        (
            ".vscode/mcp.json",
            '{"servers": {\n "x": {"type": "http", "url": "https://mcp.x.example"}}}',
            ["2 service:mcp/x"],
            "https://mcp.x.example",
        ),
        (
            "config.yaml",
            "mcp_servers:\n  - name: x\n    url: https://mcp.x.example",
            ["2 service:mcp/x"],
            "https://mcp.x.example",
        ),
        ("a.toml", '[mcp_servers.x]\nurl = "https://mcp.x.example"', ["1 service:mcp/x"], "https://mcp.x.example"),
        (
            "a.json",
            '{"mcpServers": {"x": {"command": "npx",\n "args": ["-y", "@acme/server@1.0.0"]}}}',
            ["1 service:mcp/x", "2 package:npm/@acme/server@1.0.0"],
            None,
        ),
        ("a.json", '{"mcpServers": {}}', [], None),
        ("a.json", '{"mcpServers": "none"}', [], None),
    ],
)
def test_servers_of_mcp(path: str, text: str, expected: list[str], address: str | None) -> None:
    found = look({path: text})
    assert lines(found) == expected
    assert [r.address for r in found.references][:1] == ([address] if expected else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM llama3.1:8b\nPARAMETER temperature 1", ["1 model:ollama/llama3.1@8b"]),
        ("# note\nfrom llama3", ["2 model:ollama/llama3"]),
        ("FROM hf.co/acme/x:Q4", ["1 model:huggingface/acme/x@Q4"]),
        ("FROM ./x.gguf\nADAPTER ./y.safetensors", ["1 model:file/x.gguf", "2 model:file/y.safetensors"]),
        ('FROM llama3\nSYSTEM """\nFROM acme:1\n"""', ["1 model:ollama/llama3"]),
    ],
)
def test_a_modelfile(text: str, expected: list[str]) -> None:
    assert named("Modelfile", text) == expected


def test_an_image_that_one_step_makes_is_no_component_of_another() -> None:
    steps = "      - run: docker build -t mine:latest .\n      - run: docker run mine:latest theirs\n"
    more = "      - run: docker run theirs:1 sh\n"
    text = f"on: push\njobs:\n  a:\n    steps:\n{steps}{more}"
    assert named(".github/workflows/ci.yml", text) == ["7 package:docker/theirs@1"]
