"""JavaScript and TypeScript: services, models that are asked for or loaded, settings, and packages."""

from __future__ import annotations

import json
import time

import pytest

from supplychain.model.reference import Resolution
from tests.discovery.carriers import not_known, not_read, overrides, told
from tests.discovery.support import look

CLIENT = 'import OpenAI from "openai";\nconst client = new OpenAI();\n'
ASK = "client.chat.completions.create"


def asked(source: str, path: str = "app.ts") -> list[str]:
    """Return `line id` for each model of one file."""
    return [line for line in told(path, source) if " model:" in line]


@pytest.mark.parametrize(
    ("source", "service"),
    [
        ('import OpenAI from "openai";', "openai"),
        ("import Anthropic from '@anthropic-ai/sdk';", "anthropic"),
        ('import { GoogleGenerativeAI } from "@google/generative-ai";', "google-gemini"),
        ('import { HfInference } from "@huggingface/inference";', "huggingface-inference"),
        ('import { CohereClient } from "cohere-ai";', "cohere"),
        ('import { Mistral } from "@mistralai/mistralai";', "mistral"),
        ('import Groq from "groq-sdk";', "groq"),
        ('import Together from "together-ai";', "together"),
        ('import Replicate from "replicate";', "replicate"),
        ('import { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";', "aws-bedrock"),
        ('import { OpenAIClient } from "@azure/openai";', "azure-openai"),
        ('import { openai } from "@ai-sdk/openai";', "openai"),
        ('import { ChatAnthropic } from "@langchain/anthropic";', "anthropic"),
        ('import { ChatOpenAI } from "langchain/chat_models/openai";', "openai"),
        ('import { ChatTogetherAI } from "@langchain/community/chat_models/togetherai";', "together"),
        ('import { toFile } from "openai/uploads";', "openai"),
        ('const { OpenAI } = require("openai");', "openai"),
        ('const OpenAI = require("openai").default;', "openai"),
        ('const { OpenAI } = await import("openai");', "openai"),
        ('let OpenAI;\nOpenAI = (await import("openai")).OpenAI;', "openai"),
        ('import OpenAI = require("openai");', "openai"),
        ('export { OpenAI } from "openai";', "openai"),
    ],
)
def test_an_sdk_stands_for_its_service(source: str, service: str) -> None:
    assert [line.partition(" ")[2] for line in told("app.ts", source)] == [f"service:{service}"]


@pytest.mark.parametrize(
    "source",
    [
        'import type OpenAI from "openai";',
        'import { type OpenAI } from "other";',
        'const x = y as import("openai").OpenAI;',
        'import { PROVIDERS } from "@huggingface/inference";',
        'import x from "./openai";',
        '// import OpenAI from "openai";',
        '/* import OpenAI from "openai"; new OpenAI({ model: "gpt-4o" }) */',
        'const text = "import OpenAI from openai, model: gpt-4o";',
        "const page = <p>model: gpt-4o</p>;",
    ],
)
def test_types_constants_and_texts_are_no_service(source: str) -> None:
    assert (told("app.tsx", source), not_known("app.tsx", source)) == ([], [])


@pytest.mark.parametrize(
    ("call", "resolution"),
    [
        (f'{ASK}({{ model: "gpt-4o" }});', Resolution.LITERAL),
        (f"{ASK}({{ 'model': `gpt-4o` }});", Resolution.LITERAL),
        (f'const M = "gpt-4o"; {ASK}({{ model: M }});', Resolution.CONSTANT),
        (f'const model = "gpt-4o"; {ASK}({{ model }});', Resolution.CONSTANT),
        (f'const C = {{ chat: {{ model: "gpt-4o" }} }} as const; {ASK}({{ model: C.chat.model }});', Resolution.CONSTANT),
        (f'const C = {{ model: "gpt-4o" }}; {ASK}({{ ...rest, model: C["model"] }});', Resolution.CONSTANT),
        (f'enum M {{ A = "gpt-4o" }} {ASK}({{ model: M.A }});', Resolution.CONSTANT),
        (f'const V = "4o"; {ASK}({{ model: `gpt-${{V}}` }});', Resolution.CONSTANT),
        (f'{ASK}({{ model: process.env.MODEL ?? "gpt-4o" }});', Resolution.DEFAULT),
        (f'const M = process.env.MODEL || "gpt-4o"; {ASK}({{ model: M }});', Resolution.DEFAULT),
        (f'function f(model = "gpt-4o") {{ {ASK}({{ model }}); }}', Resolution.DEFAULT),
        (f'const f = ({{ model = "gpt-4o" }}) => {ASK}({{ model }});', Resolution.DEFAULT),
        (f'const body = {{ model: "gpt-4o" }}; {ASK}(body);', Resolution.LITERAL),
        (f'const {{ model }} = {{ model: "gpt-4o" }}; {ASK}({{ model }});', Resolution.CONSTANT),
        ('function f(c: OpenAI) { c.responses.create({ model: "gpt-4o" }); }', Resolution.LITERAL),
        ('class A { c = new OpenAI(); go() { this.c.embeddings.create({ model: "gpt-4o" }); } }', Resolution.LITERAL),
    ],
)  # fmt: skip
def test_a_client_is_asked_for_a_model(call: str, resolution: Resolution) -> None:
    models = [r for r in look({"app.ts": CLIENT + call}).references if r.component.kind == "model"]
    assert [(r.subject, r.at.line, r.resolution) for r in models] == [("model:openai/gpt-4o", 3, resolution)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('import A from "@anthropic-ai/sdk"; new A().messages.create({ model: "claude-3-haiku" })', "anthropic/claude-3-haiku"),
        ('import { openai } from "@ai-sdk/openai"; f({ model: openai("gpt-4o") })', "openai/gpt-4o"),
        ('import { openai } from "@ai-sdk/openai"; openai.embedding("text-embedding-3-small")', "openai/text-embedding-3-small"),
        ('import { createOpenAI } from "@ai-sdk/openai"; const o = createOpenAI({}); o("gpt-4o")', "openai/gpt-4o"),
        ('import { generateText } from "ai"; generateText({ model: "openai/gpt-4o" })', "openai/gpt-4o"),
        ('import { ChatOpenAI } from "@langchain/openai"; new ChatOpenAI({ modelName: "gpt-4o" })', "openai/gpt-4o"),
        ('import { HfInference } from "@huggingface/inference"; const h = new HfInference(); h.chat({ model: "acme/m" })', "huggingface-inference/acme/m"),
        ('import { InvokeModelCommand as I } from "@aws-sdk/client-bedrock-runtime"; new I({ modelId: "anthropic.claude-v2" })', "aws-bedrock/anthropic.claude-v2"),
        ('import { GoogleGenerativeAI as G } from "@google/generative-ai"; new G(k).getGenerativeModel({ model: "gemini-pro" })', "google-gemini/gemini-pro"),
        ('import R from "replicate"; const r = new R(); r.run("acme/model:abc", {})', "replicate/acme/model@abc"),
        ('import ollama from "ollama"; ollama.chat({ model: "llama3:8b" })', "ollama/llama3@8b"),
        ('export const f = (c) => c.chat.completions.create({ model: "gpt-4o" })', "openai/gpt-4o"),
        ('import O from "openai"; const g = new O({ baseURL: "https://api.groq.com/v1" }); g.chat.completions.create({ model: "llama3-70b" })', "groq/llama3-70b"),
    ],
)  # fmt: skip
def test_each_sdk_names_its_models(source: str, expected: str) -> None:
    assert asked(source) == [f"1 model:{expected}"]


def test_a_model_in_a_loop_or_a_choice_names_each() -> None:
    source = (
        CLIENT + f'for (const m of ["gpt-4", "gpt-4o"]) {ASK}({{ model: m }});\n{ASK}({{ model: x ? "o1" : "o3" }});'
    )
    names = ["3 model:openai/gpt-4", "3 model:openai/gpt-4o", "4 model:openai/o1", "4 model:openai/o3"]
    assert asked(source) == names


@pytest.mark.parametrize(
    ("call", "expression"),
    [
        (f"{ASK}({{ model: pick() }})", "pick()"),
        (f"{ASK}({{ model: process.env.MODEL }})", "process.env.MODEL"),
        (f"export const f = (model) => {ASK}({{ model }})", "model"),
        (f"{ASK}(body)", "body"),
        (f"{ASK}({{ ...body }})", "{ ...body }"),
        (f"const a = b + b; const b = a + a; {ASK}({{ model: a }})", "a"),
        (f'{ASK}({{ model: "own-model" }})', '"own-model"'),
    ],
)
def test_a_model_that_is_made_at_run_time_is_unresolved(call: str, expression: str) -> None:
    assert asked(CLIENT + call) == []
    assert not_known("app.ts", CLIENT + call) == [f"3 model {expression}"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('const p = await pipeline("summarization", "acme/model", { revision: "v1" });', "acme/model@v1"),
        ('const NAME = "acme/model"; await AutoModel.from_pretrained(NAME);', "acme/model"),
        ('class S { static model = "acme/model"; static get() { return pipeline("x", this.model); } }', "acme/model"),
    ],
)
def test_a_model_is_loaded_by_name(source: str, expected: str) -> None:
    head = 'import { pipeline, AutoModel } from "@huggingface/transformers";\n'
    assert told("app.js", head + source) == [f"2 model:huggingface/{expected}"]


def test_a_task_without_a_model_is_unresolved() -> None:
    source = 'import { pipeline } from "@xenova/transformers";\npipeline("summarization");\npipeline("x", name);'
    assert not_known("app.js", source) == ['2 model pipeline("summarization")', "3 model name"]


def test_another_function_of_that_name_loads_nothing() -> None:
    source = 'import { pipeline } from "stream"; pipeline(a, "acme/model"); other.from_pretrained;'
    assert (told("app.js", source), not_known("app.js", source)) == ([], [])


def test_a_module_from_an_address_is_a_package() -> None:
    source = (
        "import { pipeline } from 'https://cdn.example/npm/@xenova/transformers@2.6.0/x.js';\npipeline('a', 'acme/m');"
    )
    named = ["1 package:npm/@xenova/transformers@2.6.0", "2 model:huggingface/acme/m"]
    assert sorted(told("app.js", source)) == named


def test_a_dataset_is_fetched_from_the_hub() -> None:
    source = (
        'import { downloadFile } from "@huggingface/hub"; downloadFile({ repo: { type: "dataset", name: "acme/d" } });'
    )
    assert told("app.ts", source) == ["1 dataset:huggingface/acme/d"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('fetch("https://api.openai.com/v1/models");', ["1 service:openai"]),
        ('axios.post("https://api.mistral.ai/v1/chat", {});', ["1 service:mistral"]),
        ("fetch(`https://api.groq.com/${path}`);", ["1 service:groq"]),
        ('const BASE_URL = "https://api.cohere.com"; get(BASE_URL);', ["1 service:cohere"]),
        (
            'fetch("https://api.openai.com/v1", { body: JSON.stringify({ model: "gpt-4o" }) });',
            ["1 model:openai/gpt-4o", "1 service:openai"],
        ),
        ('const page = "https://openrouter.ai/docs";', []),
        ("fetch(`https://${host}/v1`);", []),
        ('fetch("https://x.example/data");', []),
        ('load("https://x.example/m.onnx");', ["1 model:url/x.example/m.onnx"]),
        ("const key = process.env.OPENAI_API_KEY;", ["1 service:openai"]),
        ('const key = Deno.env.get("OPENAI_API_KEY");', ["1 service:openai"]),
        ('import { OPENAI_API_KEY } from "$env/static/private";', ["1 service:openai"]),
        ('import { env } from "$env/dynamic/private"; use(env.OPENAI_API_KEY);', ["1 service:openai"]),
        ('const base = process.env.OPENAI_BASE_URL ?? "http://localhost:1";', []),
    ],
)
def test_addresses_and_settings_name_a_service(source: str, expected: list[str]) -> None:
    assert sorted(told("app.ts", source)) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", ["1 service:openai"]),
        ('{ baseURL: "https://api.deepseek.com" }', ["2 service:deepseek"]),
        ('{ baseURL: "https://llm.acme.example/v1" }', ["2 service:llm.acme.example"]),
        ('{ baseURL: "http://localhost:8000/v1" }', []),
        ('{ baseURL: process.env.OPENAI_BASE_URL }', ["1 service:openai", "2 service:openai"]),
        ('{ baseURL: process.env.BASE ?? "https://api.deepseek.com" }', ["2 service:deepseek"]),
    ],
)  # fmt: skip
def test_a_client_goes_to_its_address(options: str, expected: list[str]) -> None:
    source = f'import OpenAI from "openai";\nnew OpenAI({options});'
    assert sorted(told("app.ts", source)) == expected
    assert not_known("app.ts", source) == []


def test_an_address_that_is_made_at_run_time_is_unresolved() -> None:
    source = 'import OpenAI from "openai";\nnew OpenAI({ baseURL: config.base });'
    assert (told("app.ts", source), not_known("app.ts", source)) == ([], ["2 service config.base"])


def test_the_region_of_a_service_is_kept() -> None:
    source = (
        'import { BedrockRuntimeClient as B } from "@aws-sdk/client-bedrock-runtime"; new B({ region: "eu-west-1" });'
    )
    assert [r.region for r in look({"app.ts": source}).references if r.region] == ["eu-west-1"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('process.env.HF_ENDPOINT = "https://m.example";', ("HF_ENDPOINT", "https://m.example")),
        ("process.env.HF_ENDPOINT = mirror();", ("HF_ENDPOINT", None)),
        (
            'import { env } from "@huggingface/transformers"; env.remoteHost = "https://m.example";',
            ("env.remoteHost", "https://m.example"),
        ),
    ],
)
def test_code_sends_a_client_elsewhere(source: str, expected: tuple[str, str | None]) -> None:
    assert overrides("app.js", source) == [(1, *expected)]


COMPONENT = """\
<script lang="ts">
  import OpenAI from "openai";
  const kind: string = "a";
</script>
<a href="x">fetch("https://api.anthropic.com")</a>
<script>
  fetch("https://api.groq.com/v1");
</script>
"""


@pytest.mark.parametrize("path", ["App.svelte", "App.vue"])
def test_the_scripts_of_a_component_are_read(path: str) -> None:
    assert sorted(told(path, COMPONENT)) == ["2 service:openai", "7 service:groq"]


@pytest.mark.parametrize(
    "line",
    [
        'const DEFAULT_MODEL = "gpt-4o";',
        'export const settings = { llm: { model: "gpt-4o" } };',
        'const model = process.env.CHAT_MODEL ?? "gpt-4o";',
        'const x = process.env.OPENAI_MODEL || "gpt-4o";',
        'this.model = config.model || "gpt-4o";',
        'function ask(model = "gpt-4o") {}',
        'class A { model = "gpt-4o"; }',
        'const schema = z.object({ MODEL: z.string().default("gpt-4o") });',
    ],
)
def test_what_is_called_a_model_names_one(line: str) -> None:
    assert asked(f"a();\n{line}") == ["2 model:openai/gpt-4o"]


@pytest.mark.parametrize(
    "line",
    [
        'const label = "gpt-4o";',
        'const model = load("gpt-4o");',
        'const exampleModel = "gpt-4o";',
        'if (model === "gpt-4o") {}',
        'const model = "v1.2";',
        'const model = { "gpt-4o": 1 };',
        'const modelPath = "./models/1";',
    ],
)
def test_what_is_called_otherwise_names_none(line: str) -> None:
    assert asked(line) == []


def test_the_package_that_a_target_is_is_no_part_of_it() -> None:
    dependent = json.dumps({"dependencies": {"own": "1.2.3", "other": "1.2.3"}})
    found = look({"package.json": '{"name": "own"}', "apps/a/package.json": dependent})
    assert [r.subject for r in found.references] == ["package:npm/other"]


def test_the_exact_dependencies_of_a_package_are_pinned() -> None:
    content = {
        "name": "own",
        "scripts": {"model": "huggingface-cli download acme/model"},
        "dependencies": {
            "openai": "4.2.1",
            "react": "^18.0.0",
            "@scope/name": "=1.0.0",
            "other": "npm:real@2.0.0",
            "own-lib": "workspace:*",
            "local": "file:../x",
            "forked": "github:acme/tool#v1",
        },
        "devDependencies": {"typescript": "~5.0.0", "tag": "latest"},
        "peerDependencies": {"vue": "3.0.0"},
    }
    assert told("package.json", json.dumps(content, indent=1)) == [
        "7 package:npm/openai@4.2.1",
        "8 package:npm/react",
        "9 package:npm/@scope/name@1.0.0",
        "10 package:npm/real@2.0.0",
        "13 package:github/acme/tool@v1",
        "16 package:npm/typescript",
        "17 package:npm/tag",
        "4 model:huggingface/acme/model",
    ]


@pytest.mark.parametrize("text", ["", "[1]", "{", "1", b"\xff\xfe"])
def test_what_is_no_package_is_not_read(text: str | bytes) -> None:
    assert len(not_read("package.json", text)) == 1


@pytest.mark.parametrize("text", ["{}", '{"dependencies": []}', '{"dependencies": {"a": 1}, "scripts": null}'])
def test_odd_packages_do_no_harm(text: str) -> None:
    assert not_read("package.json", text) == []


MINIFIED = "function a(b){return b.c(1)};" * 60_000


def test_minified_code_is_parsed_only_where_it_could_name_something() -> None:
    assert not_read("app.js", MINIFIED * 3) == []
    assert not_read("app.js", f'require("openai");{MINIFIED}') == ["generated code: more than 1,000,000 bytes"]


def test_code_that_does_not_parse_is_reported() -> None:
    assert not_read("app.js", '"openai"' + "(" * 1_000) == ["not the JavaScript of this parser"]
    assert not_known("app.js", 'a();\nclass { m( require("openai") {{{') == ['2 model class { m( require("openai") {{{']


@pytest.mark.parametrize(
    "body",
    [
        "a=`${" * 50_000,
        "a." * 150_000 + "b()",
        "f(" * 50_000,
        "x={a:" * 50_000,
        "if(a)" * 50_000,
        "let x;x=1;" * 20_000,
        "const a=a+a;" * 20_000 + "x.chat.completions.create({model:a});" * 1_000,
        "".join(f"const a{n}=a{n - 1}+a{n - 1};" for n in range(1, 2_000)) + "x.chat.completions.create({model:a1999})",
        '"https://x.example/m.pt",' * 20_000,
        "\0\ufffd" * 1_000,
    ],
    ids=range(10),
)
@pytest.mark.parametrize("path", ["app.js", "app.ts", "App.vue"])
def test_hostile_code_takes_no_minutes(path: str, body: str) -> None:
    begun = time.monotonic()
    look({path: f'<script>require("openai");{body}' if path == "App.vue" else f'require("openai");{body}'})
    assert time.monotonic() - begun < 20
