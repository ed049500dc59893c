"""Third-party AI services in Python source: the source, and what it names."""

from __future__ import annotations

import pytest

from tests.discovery.support import look


def found(source: str) -> list[str]:
    """Return the services and hosted models of one Python file, with address or region where there is one."""
    inventory = look({"app.py": source})
    named = [f"{r.subject}{f' {r.address or r.region}' if r.address or r.region else ''}" for r in inventory.references]
    return [name for name in dict.fromkeys(named) if not name.startswith("package:")]


OPENAI = "from openai import OpenAI\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            OPENAI + "c = OpenAI()\nc.chat.completions.create(model='gpt-4o-mini')",
            ["model:openai/gpt-4o-mini", "service:openai"],
        ),
        (
            OPENAI + "c = OpenAI(base_url='https://api.deepseek.com/v1')",
            ["service:deepseek https://api.deepseek.com/v1"],
        ),
        (
            OPENAI + "c = OpenAI(base_url='https://llm.example.com/v1')",
            ["service:llm.example.com https://llm.example.com/v1"],
        ),
        (OPENAI + "c = OpenAI(base_url='http://localhost:8000/v1')", []),
        (OPENAI + "c = OpenAI(base_url=None)", ["service:openai"]),
        (
            OPENAI + "a = OpenAI()\nb = OpenAI(base_url='https://api.x.ai/v1')",
            ["service:xai https://api.x.ai/v1", "service:openai"],
        ),
        (
            "from openai import AzureOpenAI\nc = AzureOpenAI(azure_endpoint='https://x.openai.azure.com')",
            ["service:azure-openai https://x.openai.azure.com"],
        ),
        ("from openai import AzureOpenAI\nc = AzureOpenAI()", ["service:azure-openai"]),
        ("import anthropic", ["service:anthropic"]),
        (
            "import anthropic\nc.messages.create(model='claude-sonnet-4-20250514')",
            ["model:anthropic/claude-sonnet-4-20250514", "service:anthropic"],
        ),
        (
            "from google import genai\nc.models.generate_content(model='gemini-2.0-flash')",
            ["model:google-gemini/gemini-2.0-flash", "service:google-gemini"],
        ),
        (
            "import vertexai\nvertexai.init(location='europe-west4')",
            ["service:google-vertex europe-west4", "service:google-vertex"],
        ),
        (
            "import boto3\nb = boto3.client('bedrock-runtime', region_name='eu-central-1')\n"
            "b.converse(modelId='anthropic.claude-3-haiku-20240307-v1:0')",
            [
                "service:aws-bedrock eu-central-1",
                "model:aws-bedrock/anthropic.claude-3-haiku-20240307-v1:0",
            ],
        ),
        ("import boto3\nboto3.client('s3')", []),
        (
            "import litellm\nlitellm.completion(model='openrouter/acme/route')",
            ["model:openrouter/acme/route", "service:openrouter"],
        ),
        (
            "from langchain.chat_models import init_chat_model\ninit_chat_model('openai:o3-mini')",
            ["model:openai/o3-mini", "service:openai"],
        ),
        (
            "from langchain_openai import ChatOpenAI\nChatOpenAI(model='gpt-4.1')",
            ["model:openai/gpt-4.1", "service:openai"],
        ),
        (
            "import requests\nrequests.post('https://api.perplexity.ai/x')",
            ["service:perplexity https://api.perplexity.ai/x"],
        ),
        ("import os\nos.environ['NVIDIA_API_KEY']", ["service:nvidia-nim"]),
        ("import os\nos.environ.get(\n    'REKA_API_KEY',\n)", ["service:reka"]),
        ("Field(alias='LLM_AZURE_OPENAI_API_KEY')", ["service:azure-openai"]),
        ("if 'SERPER_API_KEY' not in os.environ: pass", ["service:serper"]),
        ("SECRETS = ['GROQ_API_KEY', 'PINECONE_API_KEY']", []),
        ("os.environ['ANTHROPIC_BASE_URL'] = own", []),
        ("os.getenv('ACME_OPENAI_API_KEY')", []),
        (
            "import boto3\ns = boto3.Session()\ns.client('textract', region_name='eu-west-1')",
            ["service:aws-textract eu-west-1"],
        ),
        ("import boto3\ns = boto3.Session()\ns.client('sqs')", []),
        ("factory.client('textract')", []),
        ("from langchain_community.llms import Cohere", ["service:cohere"]),
        ("from langchain_community.chat_models import AzureChatOpenAI", ["service:azure-openai"]),
        ("from llama_index.vector_stores.pinecone import PineconeVectorStore", ["service:pinecone"]),
        ("from langchain_community.vectorstores import FAISS, Chroma, Qdrant", []),
        ("from llama_index.embeddings.huggingface import HuggingFaceEmbedding", []),
        ("from deep_translator import GoogleTranslator", ["service:google-translate"]),
        ("import huggingface_hub as h\nh.InferenceClient()", ["service:huggingface-inference"]),
        ("from huggingface_hub import InferenceClient\nInferenceClient('http://10.0.0.5:8080')", []),
        ("from trl import SFTConfig\nSFTConfig(report_to=['wandb', 'tensorboard'])", ["service:wandb"]),
        (
            "from langchain.chat_models import init_chat_model\ninit_chat_model('gpt-4o', model_provider='azure_openai')",
            ["service:azure-openai", "model:azure-openai/gpt-4o"],
        ),
        (
            OPENAI + "c = OpenAI(base_url='https://api.minimax.io/v1')\nc.chat.completions.create(model='MiniMax-M2')",
            ["service:minimax https://api.minimax.io/v1", "model:minimax/MiniMax-M2"],
        ),
        ("LIST = ['openai/gpt-4o-mini', 'openai/whisper-large-v3', 'acme/gpt-4o-mini']", ["model:openai/gpt-4o-mini"]),
        ("NAME.startswith('claude-3-')", []),
        ("print('see https://api.openai.com for more')", []),
        ("KNOWN = ['gpt-4o-mini', 'gpt', 'claude']", ["model:openai/gpt-4o-mini"]),
        ("'gpt-4o-mini'", []),
        ('"""https://api.openai.com/v1"""', []),
        ("# https://api.openai.com/v1\nx = 1", []),
    ],
)
def test_a_service_is_found_by_what_the_code_sends_where(source: str, expected: list[str]) -> None:
    assert found(source) == expected


@pytest.mark.parametrize(
    ("source", "kind", "expression"),
    [
        (OPENAI + "c = OpenAI(base_url=url)", "service", "url"),
        (OPENAI + "c.chat.completions.create(model=model)", "model", "model"),
        ("import anthropic\nc.messages.create(model='default')", "model", "'default'"),
    ],
)
def test_what_is_made_at_run_time_is_unresolved(source: str, kind: str, expression: str) -> None:
    assert [(u.kind, u.expression) for u in look({"app.py": source}).unresolved] == [(kind, expression)]
