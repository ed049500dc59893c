"""Shell scripts and what can be written as one: variables, loops, functions, documents, and damage."""

from __future__ import annotations

import time

import pytest

from supplychain.model.reference import Resolution
from tests.discovery.carriers import not_known, not_read, overrides, told
from tests.discovery.support import look

MODEL = "model:huggingface/acme/model"


def script(*lines: str) -> str:
    """Return a script of these lines."""
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "line", "resolution"),
    [
        ("vllm serve acme/model", 1, Resolution.COMMAND),
        ("NAME=acme/model\nvllm serve $NAME", 2, Resolution.CONSTANT),
        ('NAME="acme/model"\nvllm serve "${NAME}"', 2, Resolution.CONSTANT),
        ("OWNER=acme\nvllm serve $OWNER/model", 2, Resolution.CONSTANT),
        ("export NAME=acme/model; vllm serve $NAME", 1, Resolution.CONSTANT),
        ("vllm serve ${NAME:-acme/model}", 1, Resolution.DEFAULT),
        ('NAME=${1:-"acme/model"}\nvllm serve $NAME', 2, Resolution.DEFAULT),
        ("NAME=${NAME:-acme/model}\nvllm serve $NAME", 2, Resolution.DEFAULT),
        ("vllm serve \\\n  --dtype half \\\n  acme/model", 3, Resolution.COMMAND),
        ("vllm serve acme/model > log.txt 2>&1 &", 1, Resolution.COMMAND),
        ("if true; then\n  vllm serve 'acme/model'\nfi", 2, Resolution.COMMAND),
        ("ARGS='--model_name_or_path acme/model'\npython run.py $ARGS", 2, Resolution.CONSTANT),
        ('ARGS=(--model_name_or_path acme/model)\npython run.py "${ARGS[@]}"', 2, Resolution.CONSTANT),
        ("serve() { vllm serve $1; }\nserve acme/model", 1, Resolution.CONSTANT),
        ('serve() { local name="$1"; vllm serve "$name"; }\nserve acme/model', 1, Resolution.CONSTANT),
        ("x=$(vllm serve acme/model)", 1, Resolution.COMMAND),
        ("cat | vllm serve acme/model && exit", 1, Resolution.COMMAND),
        ("for name in acme/model; do\nvllm serve $name\ndone", 2, Resolution.CONSTANT),
    ],
)
@pytest.mark.parametrize("path", ["run.sh", "scripts/start.bash"])
def test_a_script_names_a_model(path: str, text: str, line: int, resolution: Resolution) -> None:
    (reference,) = look({path: text}).references
    assert (reference.subject, reference.at.line, reference.resolution) == (MODEL, line, resolution)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("for m in a/b c/d; do vllm serve $m; done", ["a/b", "c/d"]),
        ('M=(a/b c/d)\nfor m in "${M[@]}" e/f; do vllm serve $m; done', ["a/b", "c/d", "e/f"]),
        ("if [ $1 ]; then M=a/b; else M=c/d; fi\nvllm serve $M", ["a/b", "c/d"]),
        ("case $1 in x) M=a/b;; *) M=c/d;; esac\nvllm serve $M", ["a/b", "c/d"]),
        ("M=a/b\n[ $1 ] && M=c/d\nvllm serve $M", ["a/b", "c/d"]),
        ("f() { vllm serve $1; }\nf a/b\nf c/d", ["a/b", "c/d"]),
        ("M=a/b; vllm serve $M\nM=c/d; vllm serve $M", ["a/b", "c/d"]),
    ],
)
def test_a_variable_with_several_values_names_each(text: str, names: list[str]) -> None:
    assert [line.partition(" ")[2] for line in told("run.sh", text)] == [f"model:huggingface/{n}" for n in names]


def test_values_that_go_together_stay_together() -> None:
    text = "get() { huggingface-cli download $1 --revision $2; }\nget a/b v1\nget c/d v2"
    assert told("run.sh", text) == ["1 model:huggingface/a/b@v1", "1 model:huggingface/c/d@v2"]


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("vllm serve $MODEL", "$MODEL"),
        ("vllm serve $1", "$1"),
        ("MODEL=$(pick)\nvllm serve $MODEL", "$MODEL"),
        ("read -r MODEL\nvllm serve $MODEL", "$MODEL"),
        ("vllm serve `pick`", "`pick`"),
        ("vllm serve acme/$NAME", "acme/$NAME"),
        ("A=$B\nB=$A\nvllm serve $A", "$A"),
    ],
)
def test_what_a_script_is_told_at_run_time_is_unresolved(text: str, expression: str) -> None:
    assert told("run.sh", text) == []
    assert [line.split(" ", 2)[2] for line in not_known("run.sh", text)] == [expression]


@pytest.mark.parametrize(
    "text",
    [
        "# vllm serve acme/model",
        'echo "vllm serve acme/model"',
        "MODEL_DIR=out # acme/model",
        "cat <<EOF\nvllm serve acme/model\nEOF",
        "usage='run with --model_name_or_path acme/model'",
        "",
    ],
)
def test_comments_and_texts_name_nothing(text: str) -> None:
    assert (told("run.sh", text), not_known("run.sh", text)) == ([], [])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("python - <<'EOF'\nfrom transformers import AutoModel\nAutoModel.from_pretrained('acme/model')\nEOF", 3),
        ("NAME=acme/model\npython <<EOF\nfrom transformers import AutoModel as A\nA.from_pretrained('$NAME')\nEOF", 4),
        ("cat > a.py <<EOF\nfrom transformers import AutoModel\nAutoModel.from_pretrained('acme/model')\nEOF", 3),
        ("python -c \"\nfrom transformers import AutoModel\nAutoModel.from_pretrained('acme/model')\"", 3),
        ("ssh host <<EOF\nvllm serve acme/model\nEOF", 2),
        ("bash -c '\nvllm serve acme/model'", 2),
    ],
)
def test_what_a_script_writes_or_hands_on_is_read(text: str, line: int) -> None:
    assert told("run.sh", text) == [f"{line} {MODEL}"]


def test_a_document_that_is_no_python_is_reported() -> None:
    assert not_known("run.sh", "python <<EOF\nimport (\nEOF") == ["2 model import ("]


def test_what_the_script_builds_itself_is_no_package() -> None:
    text = "docker build -t mine:1 .\ndocker run mine:1 --model-id acme/model\nollama create own\nollama run own"
    assert told("run.sh", text) == [f"2 {MODEL}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export HF_ENDPOINT=https://m.example", (1, "https://m.example")),
        ("\nHF_ENDPOINT=https://m.example python run.py", (2, "https://m.example")),
        ("HOST=m.example\nexport HF_ENDPOINT=https://$HOST", (2, "https://m.example")),
        ("export HF_ENDPOINT=$MIRROR", (1, None)),
        ("export HF_ENDPOINT=${MIRROR:-https://m.example}", (1, None)),
    ],
)
def test_a_script_sends_a_client_elsewhere(text: str, expected: tuple[int, str | None]) -> None:
    line, address = expected
    assert overrides("run.sh", text) == [(line, "HF_ENDPOINT", address)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export MODEL_ID=acme/model", [f"1 {MODEL}"]),
        ("MODEL=acme/model\nvllm serve $MODEL", [f"2 {MODEL}"]),
        ("export OPENAI_API_KEY=$KEY", ["1 service:openai"]),
        ("export OPENAI_BASE_URL=http://localhost:8000/v1 OPENAI_API_KEY=x", []),
        ("export OPENAI_BASE_URL=https://api.deepseek.com", ["1 service:deepseek"]),
        ("MODEL_DIR=acme/model", []),
    ],
)
def test_a_setting_names_a_model_or_a_service(text: str, expected: list[str]) -> None:
    assert told("run.sh", text) == expected


MAKEFILE = """\
MODEL ?= acme/model
TAG := $(shell git describe)
IMAGE = acme/app:$(TAG)

# vllm serve acme/no
serve: build
\t@vllm serve $(MODEL) \\
\t  --revision v1
\t-pip install torch==2.1.0; \\
\t docker pull $(IMAGE)
\tfor m in a/b; do vllm serve $$m; done
ifeq (a,b)
endif
"""


def test_a_makefile_is_read_as_its_recipes() -> None:
    assert told("Makefile", MAKEFILE) == [
        f"7 {MODEL}@v1",
        "9 package:pypi/torch@2.1.0",
        "10 package:docker/acme/app",
        "11 model:huggingface/a/b",
    ]


BATCH = """\
@echo off
rem vllm serve acme/no
set MODEL=acme/model
set "HF_ENDPOINT=https://m.example"
if exist x (
  pip install torch==2.1.0
)
python -m vllm.entrypoints.openai.api_server --model %MODEL% ^
  --revision v1
call C:\\env\\Scripts\\pip.exe install numpy
"""


def test_a_batch_file_is_read() -> None:
    assert sorted(told("run.bat", BATCH)) == [
        "10 package:pypi/numpy",
        "6 package:pypi/torch@2.1.0",
        f"8 {MODEL}@v1",
    ]
    assert overrides("run.bat", BATCH) == [(4, "HF_ENDPOINT", "https://m.example")]


POWERSHELL = """\
<#
vllm serve acme/no
#>
$env:HF_ENDPOINT = "https://m.example"
$model = "acme/model"
vllm serve $model `
  --revision v1
Invoke-WebRequest -Uri https://x.example/m.pt -OutFile m.pt
"""


def test_a_powershell_script_is_read() -> None:
    assert told("run.ps1", POWERSHELL) == [f"6 {MODEL}@v1", "8 model:url/x.example/m.pt"]
    assert overrides("run.ps1", POWERSHELL) == [(4, "HF_ENDPOINT", "https://m.example")]


@pytest.mark.parametrize(
    "text",
    [
        'echo "abc\nvllm serve acme/model\n',
        "if true; then\nvllm serve acme/model\n",
        "((((\nvllm serve acme/model\n",
        "vllm serve acme/model\n<<<<<<<\n",
        b"# caf\xe9 \xff\xfe\nvllm serve acme/model\n",
    ],
)
def test_a_damaged_script_is_read_as_far_as_it_goes(text: str | bytes) -> None:
    assert MODEL in [line.partition(" ")[2] for line in told("run.sh", text)]


def test_a_file_that_is_no_script_is_not_read() -> None:
    assert not_read("run.sh", b"\x7fELF\0\0") == ["it is no text"]
    assert not_read("run.sh", "x" * 600_000) == ["a script of more than 500,000 bytes"]


DOUBLED = "\n".join(["A0=x", *(f"A{n}=$A{n - 1}$A{n - 1}" for n in range(1, 60)), "vllm serve $A59"])


@pytest.mark.parametrize(
    "text",
    [
        DOUBLED,
        "(" * 200_000,
        "$(" * 100_000,
        "cat <<A\n" * 20_000,
        "vllm serve " + "${A:-" * 20_000,
        "A=$A\n" * 10_000 + "vllm serve $A\n" * 1_000,
        "f() { f $1 $1; }\nf a\n" * 2_000,
        "sh -c 'sh -c \"sh -c x\"'\n" * 500,
    ],
    ids=range(8),
)
def test_a_hostile_script_takes_no_minutes(text: str) -> None:
    begun = time.monotonic()
    look({"run.sh": text})
    assert time.monotonic() - begun < 20


def test_loops_without_end_are_not_read() -> None:
    text = "for a in a b c d e f g h; do\n" + "vllm serve $a\n" * 2_000 + "done"
    assert not_read("run.sh", text) == ["its loops make more commands than are read"]
