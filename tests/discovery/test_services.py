"""Services that agents use, clients that go elsewhere, and clients whose address nobody knows: the source, and what it names."""

from __future__ import annotations

import pytest

from tests.discovery.support import look

OPENAI = "from openai import OpenAI\n"
ANTHROPIC = "import anthropic\n"
MADE = "its address is made at run time"


def services(files: dict[str, str] | str, path: str = "app.py") -> list[str]:
    """Return the services that files name, each once."""
    found = look({path: files} if isinstance(files, str) else files)
    return sorted({r.component.name for r in found.references if r.component.kind == "service"})


def open_addresses(source: str, path: str = "app.py") -> list[str]:
    """Return `line call expression` for each service whose address is not known."""
    return [f"{u.at.line} {u.call} {u.expression}" for u in look({path: source}).unresolved if u.kind == "service"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os\nos.environ['NEWS_API_KEY']", ["newsapi"]),
        ("import requests\nrequests.get('https://newsapi.org/v2/everything')", ["newsapi"]),
        ("import wolframalpha", ["wolfram-alpha"]),
        ("from langchain_community.utilities.wolfram_alpha import WolframAlphaAPIWrapper", ["wolfram-alpha"]),
        ("from semanticscholar import SemanticScholar", ["semantic-scholar"]),
        ("u = 'https://api.semanticscholar.org/graph/v1/paper/search'", ["semantic-scholar"]),
        ("import h2o_authn", ["h2o"]),
        ("from crewai_tools import SpiderTool, FirecrawlScrapeWebsiteTool", ["firecrawl", "spider-cloud"]),
        ("from llama_index.tools.exa import ExaToolSpec", ["exa"]),
        ("from agno.tools.twilio import TwilioTools", ["twilio"]),
        ("from smolagents import WebSearchTool", ["duckduckgo"]),
        ("from langchain_community.tools import ArxivQueryRun, WikipediaQueryRun", ["arxiv", "wikipedia"]),
        ("import wikipedia", ["wikipedia"]),
        ("import arxiv, twilio", []),
        ("u = 'https://newsapi.org/about'", []),
        ("u = 'https://www.google.com/search?q=x'", []),
    ],
)
def test_what_agents_search_and_act_by_is_a_service(source: str, expected: list[str]) -> None:
    assert services(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("load_tools(['ddg-search'])", ["duckduckgo"]),
        (
            "load_tools(['serpapi', 'wolfram-alpha', 'google-search'])",
            ["google-custom-search", "serpapi", "wolfram-alpha"],
        ),
        ("load_tools(tool_names=['news-api'], llm=llm)", ["newsapi"]),
        ("TOOLS = ['google-serper-results-json']\nload_tools(TOOLS, llm)", ["serper"]),
        ("load_tools(['dalle-image-generator', 'openweathermap-api'])", ["openai", "openweathermap"]),
        ("load_tools(['arxiv', 'pubmed', 'wikipedia'])", ["arxiv", "pubmed", "wikipedia"]),
        ("load_tools(['llm-math', 'terminal', 'human', 'searx-search'])", []),
        ("load_tools(names)", []),
    ],
)
def test_the_tools_that_an_agent_is_given_are_named_in_a_list(source: str, expected: list[str]) -> None:
    assert services(f"from langchain.agents import load_tools\n{source}") == expected


def test_a_function_of_the_same_name_is_no_list_of_tools() -> None:
    assert services("from mine import load_tools\nload_tools(['serpapi'])") == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("args = dict(base_url='http://localhost:1/v1')\nc = OpenAI(**args)", []),
        ("args = {'base_url': 'http://127.0.0.1:1/v1'}\nc = OpenAI(**args)", []),
        ("args = {'base_url': 'http://testserver'}\nc = OpenAI(**{**args, 'api_key': k})", []),
        ("args = {}\nargs['base_url'] = 'http://localhost:1'\nc = OpenAI(**args)", []),
        ("args = {}\nargs.update(base_url='http://localhost:1')\nc = OpenAI(**args)", []),
        ("args = dict(api_key=k)\nif x:\n    args['base_url'] = 'http://localhost:1'\nc = OpenAI(**args)", ["openai"]),
        ("args = dict(api_key=k)\nc = OpenAI(**args)", ["openai"]),
        ("args = dict(base_url=None)\nc = OpenAI(**args)", ["openai"]),
        ("args = dict(base_url='https://api.x.ai/v1')\nc = OpenAI(**args)", ["xai"]),
        ("c = OpenAI(**given())", ["openai"]),
    ],
)
def test_an_address_inside_a_mapping_of_arguments_is_followed(source: str, expected: list[str]) -> None:
    assert services(OPENAI + source) == expected


def test_an_address_at_run_time_inside_a_mapping_is_unresolved() -> None:
    source = OPENAI + "def f(url):\n    args = dict(base_url=url, api_key='x')\n    return OpenAI(**args)"
    assert services(source) == []
    assert open_addresses(source) == ["4 OpenAI url"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("os.environ['ANTHROPIC_BASE_URL'] = 'http://localhost:1'\nos.environ['ANTHROPIC_API_KEY'] = key", []),
        (
            "env = {'ANTHROPIC_BASE_URL': f'http://127.0.0.1:{port}', 'ANTHROPIC_API_KEY': key}\nsubprocess.run(a, env=env)",
            [],
        ),
        ("env.update(OPENAI_BASE_URL='http://localhost:1')\nenv['OPENAI_API_KEY'] = key", []),
        (
            "os.environ['ANTHROPIC_BASE_URL'] = 'https://api.anthropic.com'\nos.environ['ANTHROPIC_API_KEY'] = key",
            ["anthropic"],
        ),
        ("os.environ['ANTHROPIC_API_KEY'] = key", ["anthropic"]),
        ("os.environ['AZURE_OPENAI_ENDPOINT'] = given\nos.environ['AZURE_OPENAI_API_KEY'] = key", ["azure-openai"]),
        ("os.environ['OPENAI_API_KEY'] = 'EMPTY'", []),
        ("os.environ.setdefault('OPENAI_API_KEY', 'sk-xxx')", []),
        ("os.environ['OPENAI_API_KEY'] = 'not-needed'  # local", []),
        ("os.getenv('OPENAI_API_KEY', 'EMPTY')\nx = 1", []),
        ("os.environ['OPENAI_API_KEY'] = read('EMPTY')", ["openai"]),
    ],
)
def test_a_key_beside_an_address_of_ones_own_and_a_dummy_key_say_nothing(source: str, expected: list[str]) -> None:
    assert services(f"import os\n{source}") == expected


def test_an_address_that_the_environment_is_given_at_run_time_is_unresolved() -> None:
    source = (
        "import os\ndef f(url, key):\n    os.environ['OPENAI_BASE_URL'] = url\n    os.environ['OPENAI_API_KEY'] = key"
    )
    assert services(source) == []
    assert open_addresses(source) == ["3 OPENAI_BASE_URL url"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from anthropic.types import Message", []),
        ("from openai import OpenAIError, RateLimitError", []),
        ("from openai.types.chat import ChatCompletion\nfrom openai._exceptions import APIError", []),
        ("from langchain.agents.openai_functions_agent.base import OpenAIFunctionsAgent", []),
        ("from langchain_community.utils.openai import is_openai_v1", []),
        ("from langchain.agents.openai_assistant import OpenAIAssistantRunnable", ["openai"]),
        ("from openai import OpenAI, OpenAIError\nc = OpenAI()", ["openai"]),
        ("from anthropic import Anthropic", ["anthropic"]),
    ],
)
def test_types_and_errors_of_an_sdk_call_nothing(source: str, expected: list[str]) -> None:
    assert services(source) == expected


MODULE = "class SagemakerEndpoint:\n    pass\n"
IMPORT = "from sagemaker import SagemakerEndpoint\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"src/sagemaker.py": MODULE, "src/run.py": IMPORT}, []),
        ({"sagemaker.py": MODULE, "run.py": IMPORT}, []),
        (
            {
                "src/__init__.py": "",
                "src/sagemaker.py": MODULE,
                "src/run.py": f"import utils\n{IMPORT}",
                "src/utils.py": "",
            },
            [],
        ),
        ({"src/__init__.py": "", "src/sagemaker.py": MODULE, "src/run.py": IMPORT}, ["aws-sagemaker"]),
        ({"src/sagemaker.py": "import sagemaker\nsagemaker.Session()"}, ["aws-sagemaker"]),
        ({"other/sagemaker.py": MODULE, "src/run.py": IMPORT}, ["aws-sagemaker"]),
        ({"src/sagemaker.py": "x = 1", "src/run.py": IMPORT}, ["aws-sagemaker"]),
    ],
)
def test_a_module_of_the_target_may_have_the_name_of_an_sdk(files: dict[str, str], expected: list[str]) -> None:
    assert services(files) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("ALLOWED = {'foo', 'bar', 'None', 'N/A', 'https://api.openai.com/v1'}", []),
        ("URLS = ['https://api.openai.com/v1', 'https://api.x.ai/v1', 'https://api.groq.com', 'https://api.mistral.ai', 'https://api.cohere.com']", ["cohere", "groq", "mistral", "openai", "xai"]),
        ("run(['curl', 'https://api.openai.com/v1/models'])", ["openai"]),
    ],
)  # fmt: skip
def test_an_address_among_words_is_a_word(source: str, expected: list[str]) -> None:
    assert services(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import openai\nopenai.api_type = 'azure'\nopenai.ChatCompletion.create(engine=e)", ["azure-openai"]),
        ("import openai\ndef f():\n    openai.api_type = 'azure'", ["azure-openai", "openai"]),
        ("import openai\nopenai.api_type = 'open_ai'", ["openai"]),
        ("from langchain.chat_models import ChatOpenAI\nChatOpenAI(openai_api_type='azure')", ["azure-openai"]),
        (OPENAI + "c = OpenAI(base_url=f'{host}/openai/deployments/{name}')", ["azure-openai"]),
    ],
)
def test_a_client_of_openai_may_be_one_of_azure(source: str, expected: list[str]) -> None:
    assert services(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("requests.post('https://llm.newcomer.io/v1/chat/completions')", ["llm.newcomer.io"]),
        ("requests.post('https://api.newcomer.ai/v1/search', headers={'Authorization': k})", ["api.newcomer.ai"]),
        ("u = 'https://newcomer.ai/pricing'; api_key = 1", []),
        ("requests.get('https://api.newcomer.ai/v1/search')", []),
        ("requests.post('https://me.newcomer.ai/api/oauth/authorize', headers={'Authorization': k})", []),
        ("requests.post('http://localhost:8000/v1/chat/completions')", []),
        ("requests.post('https://your-host.com/v1/chat/completions')", []),
        ("requests.post('https://api.acme-shop.com/v1/orders', headers={'Authorization': k})", []),
    ],
)
def test_an_interface_of_models_is_told_by_its_address(source: str, expected: list[str]) -> None:
    assert services(f"import requests\n{source}") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from qdrant_client import QdrantClient\nQdrantClient(url=settings.url)", ["2 QdrantClient settings.url"]),
        ("from qdrant_client import QdrantClient\nQdrantClient(**settings.dump())", ["2 QdrantClient settings.dump()"]),
        ("import weaviate\nweaviate.Client(url)", ["2 Client url"]),
        ("from pymilvus import MilvusClient\nMilvusClient(uri=uri)", ["2 MilvusClient uri"]),
        ("import chromadb\nchromadb.HttpClient(host=given)", ["2 HttpClient given"]),
        (
            "from mcp.client.streamable_http import streamablehttp_client\nstreamablehttp_client(server['url'])",
            ["2 streamablehttp_client server['url']"],
        ),
        ("from mcp.client.sse import sse_client\nsse_client(url)", ["2 sse_client url"]),
        (
            "from langchain_mcp_adapters.client import MultiServerMCPClient\nMultiServerMCPClient(configured)",
            ["2 MultiServerMCPClient configured"],
        ),
        (
            "from langchain_mcp_adapters.client import MultiServerMCPClient\nMultiServerMCPClient({'a': {'url': url}})",
            ["2 MultiServerMCPClient url"],
        ),
        (
            "from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nOTLPSpanExporter(endpoint)",
            ["2 OTLPSpanExporter endpoint"],
        ),
        ("from qdrant_client import QdrantClient\nQdrantClient(':memory:')\nQdrantClient(path='x')", []),
        ("from qdrant_client import QdrantClient\nQdrantClient(host='localhost', port=6333)", []),
        ("from pymilvus import MilvusClient\nMilvusClient('./milvus.db')", []),
        ("import os, weaviate\nweaviate.Client(os.getenv('WEAVIATE_URL', 'http://localhost:8080'))", []),
        ("from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nOTLPSpanExporter()", []),
        (
            "from langchain_mcp_adapters.client import MultiServerMCPClient\n"
            "MultiServerMCPClient({'a': {'command': 'python', 'args': ['s.py']}})",
            [],
        ),
    ],
)
def test_a_client_whose_address_is_given_at_run_time_is_unresolved(source: str, expected: list[str]) -> None:
    assert open_addresses(source) == expected
    assert services(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from qdrant_client import QdrantClient\nQdrantClient(url='https://x.eu.cloud.qdrant.io')", ["qdrant-cloud"]),
        ("from mcp.client.sse import sse_client\nsse_client('https://mcp.exa.ai/mcp')", ["exa"]),
        (
            "from mcp.client.sse import sse_client\nsse_client('https://tools.acme-cloud.com/sse')",
            ["tools.acme-cloud.com"],
        ),
        (
            "from langchain_mcp_adapters.client import MultiServerMCPClient\nMultiServerMCPClient({'a': {'url': 'https://mcp.tavily.com/mcp'}})",
            ["tavily"],
        ),
    ],
)
def test_a_client_that_is_given_the_address_of_a_service_names_it(source: str, expected: list[str]) -> None:
    assert services(source) == expected
    assert open_addresses(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("export const s = z.object({ baseURL: z.string().url().default('https://api.openai.com/v1') });", ["openai"]),
        ("const c = { baseURL: (config.X || 'https://api.groq.com/openai/v1').replace(/x$/, '') };", ["groq"]),
        ("const DEFAULT_OPENAI_BASE = 'https://api.openai.com/v1';", ["openai"]),
        ("const text = z.string().describe('https://api.openai.com/v1');", []),
        ("const link = 'https://api.openai.com/v1';", []),
        (
            "const baseUrl = process.env.OPENAI_BASE_URL ?? env.get('OPENAI_BASE_URL') ?? 'https://router.huggingface.co/v1';\n"
            "const key = process.env.OPENAI_API_KEY;",
            ["huggingface-inference"],
        ),
        (
            "import OpenAI from 'openai';\nconst c = new OpenAI({ baseURL: `${HOST}/openai/deployments/${ID}` });",
            ["azure-openai"],
        ),
    ],
)
def test_defaults_in_typescript(source: str, expected: list[str]) -> None:
    assert services(source, "src/app.ts") == expected


MCP = "import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';\n"
QDRANT = "import { QdrantClient } from '@qdrant/js-client-rest';\n"


@pytest.mark.parametrize(
    ("source", "named", "expected"),
    [
        (
            MCP + "new StreamableHTTPClientTransport(new URL(server.url));",
            [],
            ["2 StreamableHTTPClientTransport new URL(server.url)"],
        ),
        (MCP + "new StreamableHTTPClientTransport(new URL('https://mcp.exa.ai/mcp'));", ["exa"], []),
        (MCP + "new StreamableHTTPClientTransport(new URL('http://localhost:3000/mcp'));", [], []),
        (QDRANT + "new QdrantClient({ url: options.url });", [], ["2 QdrantClient options.url"]),
        (QDRANT + "new QdrantClient({ host: 'localhost', port: 6333 });", [], []),
        (QDRANT + "new QdrantClient();", [], []),
        ("import { QdrantClient } from './mine';\nnew QdrantClient({ url: given });", [], []),
    ],
)
def test_clients_in_typescript(source: str, named: list[str], expected: list[str]) -> None:
    assert services(source, "src/app.ts") == named
    assert open_addresses(source, "src/app.ts") == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [("https://mcp.exa.ai/mcp", ["exa"]), ("https://mcp.acme.example/sse", ["mcp/search"])],
)
def test_a_server_of_mcp_at_the_host_of_a_service_is_that_service(url: str, expected: list[str]) -> None:
    assert services({".mcp.json": f'{{"mcpServers": {{"search": {{"url": "{url}"}}}}}}'}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OPENAI_API_KEY=EMPTY", []),
        ("OPENAI_API_KEY=not-needed", []),
        ("OPENAI_API_BASE=...", []),
        ("OPENAI_API_KEY=...", ["openai"]),
        ("OPENAI_API_KEY=sk-xxx", ["openai"]),
        ("OPENAI_API_KEY=", ["openai"]),
    ],
)
def test_a_dummy_key_in_a_file_of_the_environment_says_nothing(text: str, expected: list[str]) -> None:
    assert services(text, ".env") == expected


def test_a_loading_call_without_a_position_takes_no_argument_by_position() -> None:
    source = (
        "from langchain_ollama import ChatOllama\ndef make(name, **more):\n    return ChatOllama(**more)\nmake('x')"
    )
    assert services(source) == []
