"""Ways in which code names a service that are not those of its SDK's own documentation."""

import pytest

from supplychain.model.component import Kind
from tests.discovery.support import look

FORMS = [
    ("a.ts", "const k = getEnv('EXA_API_KEY')\n", {"exa"}),
    ("a.ts", "const k = process.env['EXA_API_KEY']\n", {"exa"}),
    ("a.ts", "const { EXA_API_KEY } = process.env\n", {"exa"}),
    ("a.ts", "export const env = createEnv({ server: { EXA_API_KEY: z.string() } })\n", {"exa"}),
    ("a.ts", "const c = ky.create({ prefixUrl: 'https://api.exa.ai' })\n", {"exa"}),
    ("a.ts", "const r = await send('https://api.exa.ai/search')\n", {"exa"}),
    ("a.tsx", "const a = <a href='https://api.exa.ai/docs'>x</a>\n", set()),
    ("a.ts", "import { gateway } from 'ai'\n", {"vercel-ai-gateway"}),
    ("a.ts", "import { Brave } from '@langchain/community/tools/brave_search'\n", {"brave-search"}),
    ("a.ts", "import { Groq, MistralAI } from 'llamaindex'\n", {"groq", "mistral"}),
    ("a.py", "import os\nTAVILY_API_KEY = os.getenv('TAVILY_API_KEY')\n", {"tavily"}),
    ("a.py", "from app import settings\nk = settings.TAVILY_API_KEY\n", {"tavily"}),
    ("a.py", "class Settings(BaseSettings):\n    exa_api_key: str = ''\n", {"exa"}),
    ("a.py", "from camel.types import ModelPlatformType\nm = ModelPlatformType.GROQ\n", {"groq"}),
    ("a.py", "u = f'wss://transcribestreaming.{r}.amazonaws.com:8443/x'\n", {"aws-transcribe"}),
    ("a.py", "from azure.cognitiveservices.speech import SpeechConfig\n", {"azure-speech"}),
    (
        "a.py",
        "import os\nk = os.environ['GOOGLE_API_KEY']\nc = os.environ['GOOGLE_CSE_ID']\n",
        {"google-custom-search"},
    ),
    ("a.py", "class A(OpenAILLM):\n    base_url: str = 'https://api.newcloud.com/v1'\n", {"api.newcloud.com"}),
    ("a.py", "import openai\nbase_url = 'https://api.newcloud.com/v1'\n", {"openai"}),
]


@pytest.mark.parametrize(("path", "text", "services"), FORMS)
def test_form_names_its_services_and_no_other(path: str, text: str, services: set[str]) -> None:
    found = {item.component.name for item in look({path: text}).references if item.component.kind is Kind.SERVICE}
    assert found == services
