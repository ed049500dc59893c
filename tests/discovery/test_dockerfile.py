"""Dockerfiles: images, what is fetched and installed, what is run, and the environment."""

from __future__ import annotations

import time

import pytest

from supplychain.model.reference import Resolution
from tests.discovery.carriers import not_known, not_read, overrides, told
from tests.discovery.support import look

DIGEST = "sha256:" + "a" * 64
MODEL = "model:huggingface/acme/model"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM x\nENV HF_ENDPOINT=https://m.example", (2, "https://m.example")),
        ("FROM x\nENV HF_ENDPOINT https://m.example", (2, "https://m.example")),
        ("FROM x\nenv HF_ENDPOINT=https://m.example\r\n", (2, "https://m.example")),
        ('FROM x\nENV A=1 B="2 3" HF_ENDPOINT="https://m.example"', (2, "https://m.example")),
        ("FROM x\nENV A=1 \\\n    HF_ENDPOINT=https://m.example \\\n    B=2", (3, "https://m.example")),
        ("FROM x\nENV A=1 \\\n# HF_ENDPOINT\n    HF_ENDPOINT=https://m.example", (4, "https://m.example")),
        ("FROM x\nENV MY_HF_ENDPOINT=1 \\\n    HF_ENDPOINT=https://m.example", (3, "https://m.example")),
        ("FROM x\nARG HF_ENDPOINT=https://m.example", (2, "https://m.example")),
        ("FROM x\nONBUILD ENV HF_ENDPOINT=https://m.example", (2, "https://m.example")),
        ("FROM x\nRUN export HF_ENDPOINT=https://m.example && python a.py", (2, "https://m.example")),
        ("FROM x\nRUN HF_ENDPOINT=https://m.example python a.py", (2, "https://m.example")),
        ("FROM x\nRUN export HF_ENDPOINT=https://m.example; python a.py", (2, "https://m.example")),
        ("FROM x\nRUN pip install x && \\\n    HF_ENDPOINT='https://m.example' python a.py", (3, "https://m.example")),
        ('FROM x\nRUN bash -c "HF_ENDPOINT=https://m.example python a.py"', (2, "https://m.example")),
        ('FROM x\nCMD ["sh", "-c", "HF_ENDPOINT=https://m.example python a.py"]', (2, "https://m.example")),
        ("FROM x\nRUN <<EOF\nexport HF_ENDPOINT=https://m.example\nEOF", (3, "https://m.example")),
        ("FROM x\nENV HF_ENDPOINT=$MIRROR", (2, None)),
        ("FROM x\nENV HF_ENDPOINT=${MIRROR:-https://m.example}", (2, None)),
        ("FROM x\nRUN HF_ENDPOINT=$(cat host) python a.py", (2, None)),
        ('# é\nENV HF_ENDPOINT="https://m.example', (2, '"https://m.example')),
    ],
)
@pytest.mark.parametrize("path", ["Dockerfile", "deploy/api.Dockerfile", "Containerfile"])
def test_a_dockerfile_sets_it(path: str, text: str, expected: tuple[int, str | None]) -> None:
    line, address = expected
    assert overrides(path, text) == [(line, "HF_ENDPOINT", address)]


@pytest.mark.parametrize("text", ["# ENV HF_ENDPOINT=https://m.example", "ARG HF_ENDPOINT", "ENV", "", "EXPOSE 80"])
def test_a_dockerfile_that_does_not_set_it(text: str) -> None:
    assert overrides("Dockerfile", text) == []


def test_a_dockerfile_of_another_encoding_is_read() -> None:
    assert overrides("Dockerfile", b"# caf\xe9\nENV HF_ENDPOINT=https://m.example") == [
        (2, "HF_ENDPOINT", "https://m.example")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM python:3.11", ["1 package:docker/python@3.11"]),
        (f"FROM acme/app@{DIGEST}", [f"1 package:docker/acme/app@{DIGEST}"]),
        (f"FROM acme/app:1@{DIGEST}", [f"1 package:docker/acme/app@{DIGEST}"]),
        ("FROM --platform=linux/amd64 images.example/acme/app AS base", ["1 package:docker/images.example/acme/app"]),
        ("FROM a AS base\nFROM base\nFROM Base AS c", ["1 package:docker/a"]),
        ("FROM scratch", []),
        ("ARG TAG=1\nFROM acme/app:${TAG}", ["2 package:docker/acme/app@1"]),
        ("ARG NAME=base\nFROM a AS stage_base\nFROM stage_${NAME}", ["2 package:docker/a"]),
        ("FROM acme/app:${TAG:-2}", ["1 package:docker/acme/app@2"]),
        ("FROM a\nCOPY --from=acme/tool:1 /x /y", ["1 package:docker/a", "2 package:docker/acme/tool@1"]),
        ("FROM a AS b\nCOPY --from=b /x /y\nCOPY --from=0 /x /y", ["1 package:docker/a"]),
        ("FROM a\nRUN --mount=type=bind,from=acme/c,target=/c make", ["1 package:docker/a", "2 package:docker/acme/c"]),
    ],
)
def test_a_base_image_is_a_package(text: str, expected: list[str]) -> None:
    assert told("Dockerfile", text) == expected


def test_an_image_by_a_default_says_so() -> None:
    found = look({"Dockerfile": "ARG BASE=acme/app:1\nFROM ${BASE}\nFROM acme/other"}).references
    assert [(r.resolution, r.call) for r in found] == [(Resolution.DEFAULT, "FROM"), (Resolution.LITERAL, "FROM")]


@pytest.mark.parametrize("text", ["FROM $BASE", "ARG BASE\nFROM ${BASE}", "ARG A=$B\nFROM $A"])
def test_an_image_that_the_build_is_told_is_unresolved(text: str) -> None:
    assert told("Dockerfile", text) == []
    assert [line.split()[1] for line in not_known("Dockerfile", text)] == ["package"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN vllm serve acme/model --revision v1", f"1 {MODEL}@v1"),
        ("RUN a && \\\n    # why\n\n    huggingface-cli download acme/model", f"4 {MODEL}"),
        ("RUN --mount=type=cache,target=/x \\\n  huggingface-cli download \\\n  acme/model", f"3 {MODEL}"),
        ('RUN ["huggingface-cli", "download", \\\n  "acme/model"]', f"2 {MODEL}"),
        ("ARG NAME=acme/model\nRUN huggingface-cli download $NAME", f"2 {MODEL}"),
        ("ENV NAME acme/model\nRUN huggingface-cli download ${NAME}", f"2 {MODEL}"),
        ("RUN <<EOF\nset -e\nhuggingface-cli download acme/model\nEOF", f"3 {MODEL}"),
        ("ONBUILD RUN huggingface-cli download acme/model", f"1 {MODEL}"),
        ('CMD ["vllm", "serve", "acme/model"]', f"1 {MODEL}"),
        ("CMD vllm serve acme/model", f"1 {MODEL}"),
        ('ENTRYPOINT ["vllm", "serve"]\nCMD ["acme/model", \\\n "--revision", "v1"]', f"2 {MODEL}@v1"),
        ('ENTRYPOINT ["./start"]\nCMD ["--model-id", "acme/model"]', f"2 {MODEL}"),
        ("HEALTHCHECK --interval=5s CMD ollama run llama3", "1 model:ollama/llama3"),
        ("ENV MODEL_ID=acme/model \\\n    REVISION=v1", f"1 {MODEL}@v1"),
        ("ADD https://x.example/m.safetensors /m", "1 model:url/x.example/m.safetensors"),
        ("RUN pip install torch==2.1.0 && rm x", "1 package:pypi/torch@2.1.0"),
        ("ENV OPENAI_API_KEY=x", "1 service:openai"),
        ("RUN pip install torch \\", "1 package:pypi/torch"),
        ("# escape=`\nRUN pip install `\n  torch", "3 package:pypi/torch"),
    ],
)
def test_an_instruction_names_what_its_commands_do(text: str, expected: str) -> None:
    assert told("Dockerfile", text) == [expected]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('RUN python -c "from transformers import AutoModel; AutoModel.from_pretrained(\'acme/model\')"', 1),
        ('RUN python -c "\\\nfrom transformers import AutoModel; \\\nAutoModel.from_pretrained(\'acme/model\')"', 3),
        ("RUN python3 <<EOF\nfrom transformers import AutoModel\nAutoModel.from_pretrained('acme/model')\nEOF", 3),
        ("COPY <<-\"E\" /a.py\nfrom transformers import AutoModel\nAutoModel.from_pretrained('acme/model')\nE", 3),
        ("RUN <<E\n#!/usr/bin/env python\nfrom transformers import AutoModel as A\nA.from_pretrained('acme/model')\nE", 4),
    ],
)  # fmt: skip
def test_python_in_a_dockerfile_is_read(text: str, line: int) -> None:
    assert told("Dockerfile", text) == [f"{line} {MODEL}"]


def test_a_download_can_state_a_checksum() -> None:
    (reference,) = look({"Dockerfile": f"ADD --checksum={DIGEST} https://x.example/m.pt /m"}).references
    assert reference.checksum == DIGEST


@pytest.mark.parametrize(
    "text",
    [
        "# FROM acme/app",
        "LABEL model=acme/model",
        "COPY a b",
        "WORKDIR /acme/model",
        "COPY <<EOF /notes.txt\nvllm serve acme/model\nEOF",
        "RUN # vllm serve acme/model",
    ],
)
def test_other_instructions_name_nothing(text: str) -> None:
    assert (told("Dockerfile", text), not_known("Dockerfile", text)) == ([], [])


def test_a_file_that_is_too_long_is_not_read() -> None:
    assert not_read("Dockerfile", "#\n" * 200_000) == ["a Dockerfile of more than 200,000 bytes"]


@pytest.mark.parametrize(
    "text",
    [
        "RUN a \\\n" * 20_000,
        "FROM x\n" * 20_000,
        "\\\n" * 90_000,
        "RUN <<EOF\n" * 5_000,
        "FROM ${A}\nARG A=$A$A\n" * 5_000,
        "RUN " + "(" * 190_000,
        "CMD " + "[" * 190_000,
        b"\xff\xfe\x00FROM x",
    ],
    ids=range(8),
)
def test_a_hostile_file_takes_no_minutes(text: str | bytes) -> None:
    begun = time.monotonic()
    look({"Dockerfile": text})
    assert time.monotonic() - begun < 20
