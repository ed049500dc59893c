"""What code and configuration say of what happens to prompts: on, off or unknown, and who receives them."""

import pytest

from supplychain.discovery import discover
from supplychain.model.inventory import SelfTest
from supplychain.target import Target

Told = tuple[str, str, str, str]


def told(**files: str) -> list[Told]:
    named = {name: text.encode() for name, text in files.items()}
    inventory = discover(Target.of(named), None, SelfTest(planted=0, found=0))
    return [(str(item.at), item.name, item.service, item.state) for item in inventory.switches]


@pytest.mark.parametrize(
    ("value", "state"), [("true", "on"), ("false", "off"), ("True", "unknown"), ("0", "off"), ("${X}", "unknown")]
)
def test_variable_says_what_its_value_means_to_the_library(value: str, state: str) -> None:
    found = told(**{".env": f"LANGSMITH_TRACING={value}\n"})
    assert (".env:1", "LANGSMITH_TRACING", "langsmith", state) in found


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("Dockerfile", "FROM scratch\nENV LANGSMITH_TRACING=true\n", 2),
        ("run.sh", "export LANGSMITH_TRACING=true\n", 1),
        ("compose.yaml", "services:\n  a:\n    environment:\n      LANGSMITH_TRACING: 'true'\n", 4),
        ("values.yaml", "env:\n  - name: LANGSMITH_TRACING\n    value: 'true'\n", 3),
        ("a.py", 'import os\nos.environ["LANGSMITH_TRACING"] = "true"\n', 2),
        ("a.py", 'import os\nos.environ.update(LANGSMITH_TRACING="true")\n', 2),
        ("a.ts", 'import "langsmith";\nprocess.env.LANGSMITH_TRACING = "true";\n', 2),
        (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    env:\n      LANGSMITH_TRACING: 'true'\n", 5),
    ],
)
def test_variable_is_seen_in_each_carrier(file: str, text: str, line: int) -> None:
    assert (f"{file}:{line}", "LANGSMITH_TRACING", "langsmith", "on") in told(**{file: text})


def test_name_of_several_libraries_counts_for_those_that_are_used() -> None:
    found = told(**{".env": "DO_NOT_TRACK=1\n", "a.py": "import vllm\n"})
    assert found == [(".env:1", "DO_NOT_TRACK", "vllm", "off")]
    assert told(**{".env": "DO_NOT_TRACK=1\n"}) == []


CLIENT = "from openai import OpenAI\nclient = OpenAI()\n"


@pytest.mark.parametrize(
    ("arguments", "states"),
    [
        ("store=True", ["on"]),
        ("store=False", ["off"]),
        ("store=None", ["on"]),
        ("", ["on"]),
        ("store=chosen()", ["unknown"]),
        ("**options", ["unknown"]),
        ('extra_body={"store": False}', ["off"]),
    ],
)
def test_responses_are_stored_unless_the_call_says_otherwise(arguments: str, states: list[str]) -> None:
    found = told(**{"a.py": f"{CLIENT}client.responses.create({arguments})\n"})
    assert found == [("a.py:3", "store", "openai", state) for state in states]


@pytest.mark.parametrize(("arguments", "states"), [("store=True", ["on"]), ("store=False", ["off"]), ("", [])])
def test_chat_completions_are_stored_only_where_the_call_says_so(arguments: str, states: list[str]) -> None:
    found = told(**{"a.py": f'{CLIENT}client.chat.completions.create(model="gpt-4o", {arguments})\n'})
    assert [state for *_, state in found] == states


def test_receiver_is_the_service_that_the_client_goes_to() -> None:
    code = 'from openai import OpenAI\nclient = OpenAI(base_url="https://api.x.ai/v1")\nclient.responses.create()\n'
    assert told(**{"a.py": code}) == [("a.py:3", "store", "xai", "on")]


def test_call_to_the_teams_own_machine_stores_nothing_anywhere() -> None:
    code = (
        'from openai import OpenAI\nclient = OpenAI(base_url="http://localhost:8000/v1")\nclient.responses.create()\n'
    )
    assert told(**{"a.py": code}) == []


def test_call_of_javascript_says_it_too() -> None:
    code = 'import OpenAI from "openai";\nconst client = new OpenAI();\n'
    code += 'await client.responses.create({ model: "gpt-4o", store: false });\nawait client.responses.create({ model: "gpt-4o" });\n'
    assert told(**{"a.ts": code}) == [("a.ts:3", "store", "openai", "off"), ("a.ts:4", "store", "openai", "on")]


def test_body_of_a_request_says_it_too() -> None:
    code = 'import requests\nrequests.post("https://api.openai.com/v1/responses", json={"model": "gpt-4o", "store": False})\n'
    assert told(**{"a.py": code}) == [("a.py:2", "store", "openai", "off")]


@pytest.mark.parametrize(
    "code", ['litellm.success_callback = ["langfuse", "helicone"]', 'litellm.success_callback.append("helicone")']
)
def test_callback_names_who_receives_traces(code: str) -> None:
    found = told(**{"a.py": f"import litellm\n{code}\n"})
    assert ("a.py:2", "litellm.success_callback", "helicone", "on") in found


def test_keys_of_configuration_count_below_the_keys_that_they_belong_to() -> None:
    text = "litellm_settings:\n  success_callback: [langfuse]\n"
    found = told(**{"config.yaml": text, "other.yaml": "app:\n  success_callback: [langfuse]\n  model: x\n"})
    assert found == [("config.yaml:2", "litellm_settings.success_callback", "langfuse", "on")]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("a.py", 'import requests\nrequests.get("x", headers={"Helicone-Omit-Request": "true"})\n'),
        (
            "a.ts",
            'import OpenAI from "openai";\nnew OpenAI({ defaultHeaders: { "Helicone-Omit-Request": "true" } });\n',
        ),
    ],
)
def test_header_says_what_is_left_out(file: str, code: str) -> None:
    assert (f"{file}:2", "Helicone-Omit-Request", "helicone", "off") in told(**{file: code})


def test_library_that_traces_by_default_is_on_where_it_is_imported() -> None:
    found = told(**{"a.py": "import os\nimport opik\n"})
    assert found == [("a.py:2", "OPIK_TRACK_DISABLE", "opik", "on")]


def test_default_does_not_hold_where_a_place_says_otherwise() -> None:
    found = told(**{"a.py": "import opik\n", ".env": "OPIK_TRACK_DISABLE=true\n"})
    assert found == [(".env:1", "OPIK_TRACK_DISABLE", "opik", "off")]


def test_module_of_the_target_itself_is_no_library() -> None:
    assert told(**{"a.py": "import opik\n", "opik.py": "X = 1\n"}) == []


def test_traces_hold_prompts_where_nothing_leaves_them_out() -> None:
    found = told(**{".env": "LANGSMITH_TRACING=true\nLANGSMITH_HIDE_INPUTS=true\n"})
    assert found == [
        (".env:1", "LANGSMITH_HIDE_OUTPUTS", "langsmith", "on"),
        (".env:1", "LANGSMITH_TRACING", "langsmith", "on"),
        (".env:2", "LANGSMITH_HIDE_INPUTS", "langsmith", "off"),
    ]


@pytest.mark.parametrize(
    ("source", "state"),
    [
        ("options = {'store': True}\nOpenAI().responses.create(input='x', **options)\n", "on"),
        ("options = dict(store=False)\nOpenAI().responses.create(input='x', **options)\n", "off"),
        ("OpenAI().responses.create(input='x', **options())\n", "unknown"),
        ("OpenAI().conversations.create(items=[])\n", "on"),
    ],
)
def test_storage_is_seen_in_a_mapping_and_in_a_conversation(source: str, state: str) -> None:
    found = told(**{"a.py": f"from openai import OpenAI\n{source}"})
    assert [held for _, name, _, held in found if name == "store"] == [state]
