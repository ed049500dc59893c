"""Requirement 6.2 on the sound target, broken in one place at a time: a declaration, and what contradicts one."""

from __future__ import annotations

import pytest

from supplychain.model.finding import Outcome
from tests.acceptance.breaks import Break, Change, edits, plants
from tests.support import BuiltTarget, Outcomes

OPENAI, TRACER = "service:openai", "service:langsmith"
ANSWER, DECLARED = "app/answer.py", "supplychain.toml"
LINE = 47
"""The line that `stating` adds, below `training_use`."""

VALUES = """apiVersion: apps/v1
kind: Deployment
metadata: {name: support}
spec:
  template:
    spec:
      containers:
        - name: support
          env:
            - name: LANGCHAIN_TRACING_V2
              value: "true"
"""
COMPOSE = 'services:\n  app:\n    build: .\n    environment:\n      LANGCHAIN_TRACING_V2: "true"\n'
TERRAFORM = """resource "aws_lambda_function" "support" {
  environment {
    variables = {
      LANGSMITH_TRACING = "true"
    }
  }
}
"""


def stating(handling: str, change: Change) -> Change:
    """Return a change beside which the declaration says what happens to prompts."""

    def both(target: BuiltTarget) -> None:
        target.edit(DECLARED, "training_use = false\n", f"training_use = false\nhandling = {{ {handling} }}\n")
        change(target)

    return both


OFF = f"handling.tracing = false under [[service]] openai at {DECLARED}:{LINE}"
BREAKS = [
    Break(
        "Python keeps what is declared to be kept for no day",
        edits(ANSWER, "store=False", "store=True"),
        OPENAI,
        "contradicts",
        (f"{ANSWER}:9",),
        (f"store = True at {ANSWER}:9", f"retention_days = 0 under [[service]] openai at {DECLARED}:45"),
    ),
    Break(
        "Python no longer says that nothing is kept",
        edits(ANSWER, "        store=False,\n", ""),
        OPENAI,
        "contradicts",
        (f"{ANSWER}:9",),
        ("store, which is not set,", f"{DECLARED}:45"),
    ),
    Break(
        "Python decides at run time",
        edits(ANSWER, "store=False", "store=bool(known)"),
        OPENAI,
        "not-known",
        (f"{ANSWER}:9",),
        ("store = bool(known)", f"Give store a literal value at {ANSWER}:9"),
    ),
    Break(
        "the environment traces",
        stating("tracing = false", plants(".env", "LANGSMITH_TRACING=true\n")),
        OPENAI,
        "contradicts",
        (".env:1",),
        ("LANGSMITH_TRACING = true at .env:1", OFF),
    ),
    Break(
        "the image traces",
        stating("tracing = false", edits("Dockerfile", "TELEMETRY=1", "TELEMETRY=1 LANGCHAIN_TRACING_V2=true")),
        OPENAI,
        "contradicts",
        ("Dockerfile:8",),
        ("LANGCHAIN_TRACING_V2 = true at Dockerfile:8", OFF),
    ),
    Break(
        "a composition traces",
        stating("tracing = false", plants("docker-compose.yml", COMPOSE)),
        OPENAI,
        "contradicts",
        ("docker-compose.yml:5",),
        (OFF, "no [[service]] declares langsmith"),
    ),
    Break(
        "a deployment traces, and nothing is declared of it",
        plants("deploy/support.yaml", VALUES),
        TRACER,
        "receiver-not-declared",
        ("deploy/support.yaml:11",),
        ('[[service]] id = "langsmith"', "handling = { tracing = true }"),
        also=("6.5",),
    ),
    Break(
        "Terraform traces",
        stating("tracing = false", plants("infra/main.tf", TERRAFORM)),
        OPENAI,
        "contradicts",
        ("infra/main.tf:4",),
        ("LANGSMITH_TRACING = true at infra/main.tf:4", OFF),
    ),
    Break(
        "the image tells of use against the declaration",
        stating("telemetry = false", edits("Dockerfile", "TELEMETRY=1", "TELEMETRY=0")),
        OPENAI,
        "contradicts",
        ("Dockerfile:8",),
        ("HF_HUB_DISABLE_TELEMETRY = 0", f"{DECLARED}:{LINE}"),
    ),
    Break(
        "kept longer than the policy allows",
        edits(DECLARED, "retention_days = 0", "retention_days = 31"),
        OPENAI,
        "kept-too-long",
        (f"{DECLARED}:45",),
        ("services.max_retention_days of the policy is 30", "retention_days = 30"),
    ),
    Break(
        "trained on personal data",
        edits(DECLARED, "training_use = false", "training_use = true"),
        OPENAI,
        "trains",
        (f"{DECLARED}:46",),
        ("for personal data", "training_use = false"),
    ),
    Break(
        "no word on how long",
        edits(DECLARED, "retention_days = 0\n", ""),
        OPENAI,
        "not-stated",
        (f"{DECLARED}:40",),
        ("retention_days = …",),
    ),
]


def test_the_sound_target_passes(sound: Outcomes) -> None:
    found = sound["6.2"]
    assert found.outcome is Outcome.PASS, found.reason
    assert {(row.rule, str(row.at)) for row in found.observations} == {
        ("off", "Dockerfile:8"),
        ("off", f"{ANSWER}:9"),
        ("stated", f"{DECLARED}:40"),
    }


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_it_breaks_in_one_place(broken: Break, target: BuiltTarget, sound: Outcomes) -> None:
    broken.check("6.2", target, sound)
