"""Commands: what the words of one command line name, and what they do not."""

from __future__ import annotations

import shlex

import pytest

from supplychain.discovery.commands import WORDS, from_argv
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.model.component import Kind
from supplychain.model.reference import Place, Reference, Resolution
from tests.discovery.support import look

SHA = "0" * 40


def found(command: str, *files: str) -> Found:
    """Return what a command names in a target that holds these files."""
    source = SourceFile("run.sh", b"", f"sha256:{'0' * 64}", Place(file="run.sh"), lambda path: path in files)
    return from_argv(shlex.split(command), source, 7)


def told(command: str, *files: str) -> list[str]:
    """Return `id@revision` for each reference of a command."""
    return [r.subject + (f"@{r.revision}" if r.revision else "") for r in found(command, *files).references]


def hidden(command: str) -> list[str]:
    """Return `kind expression` for each unresolved reference of a command that names nothing else."""
    assert told(command) == []
    return [f"{u.kind} {u.expression}" for u in found(command).unresolved]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("vllm serve acme/model", "model:huggingface/acme/model"),
        ("vllm serve --dtype half acme/model", "model:huggingface/acme/model"),
        ("vllm serve --trust-remote-code acme/model", "model:huggingface/acme/model"),
        (f"vllm serve acme/model --revision {SHA}", f"model:huggingface/acme/model@{SHA}"),
        ("python -m vllm.entrypoints.openai.api_server --model acme/model", "model:huggingface/acme/model"),
        ("python3.11 -u -m vllm.entrypoints.openai.api_server --model=acme/model", "model:huggingface/acme/model"),
        ("text-generation-launcher --model-id acme/model --revision v1", "model:huggingface/acme/model@v1"),
        ("text-generation-server download-weights acme/model", "model:huggingface/acme/model"),
        ("text-embeddings-router --model-id acme/model --revision refs/pr/5", "model:huggingface/acme/model@refs/pr/5"),
        ("python -m sglang.launch_server --model-path acme/model", "model:huggingface/acme/model"),
        ("llama-server -hf acme/model:Q4_K_M", "model:huggingface/acme/model"),
        ("./llama.cpp/llama-cli -m models/m.gguf", "model:file/models/m.gguf"),
        ("ollama run llama3", "model:ollama/llama3"),
        ("ollama pull llama3:8b", "model:ollama/llama3@8b"),
        ("ollama run hf.co/acme/model:Q4", "model:huggingface/acme/model"),
        ("hf download acme/model weights.safetensors --revision v2", "model:huggingface/acme/model@v2"),
        ("huggingface-cli download --repo-type dataset acme/data --local-dir x", "dataset:huggingface/acme/data"),
        ("modelscope download --dataset acme/data", "dataset:modelscope/acme/data"),
        ("python -m spacy download en_core_web_sm", "model:spacy/en_core_web_sm"),
        ("spacy download en_core_web_sm-3.7.1 --direct", "model:spacy/en_core_web_sm@3.7.1"),
        ("kaggle datasets download -d acme/data --unzip", "dataset:kaggle/acme/data"),
        ("kaggle competitions download titanic", "dataset:kaggle/competitions/titanic"),
        ("git clone https://huggingface.co/acme/model", "model:huggingface/acme/model"),
        ("git lfs clone -b v1 https://huggingface.co/acme/model.git out", "model:huggingface/acme/model@v1"),
        ("git clone git@hf.co:datasets/acme/data", "dataset:huggingface/acme/data"),
    ],
)
def test_a_command_names_a_model_or_a_dataset(command: str, expected: str) -> None:
    assert told(command) == [expected]


def test_a_reference_says_where_and_how() -> None:
    command = f"vllm serve acme/model --revision v1 --code-revision {SHA} --trust-remote-code"
    (reference,) = found(command).references
    assert (reference.at.line, reference.call, reference.resolution) == (7, "vllm serve", Resolution.COMMAND)
    assert (reference.code_revision, reference.flags) == (SHA, ("trust_remote_code=True",))


def test_several_words_can_be_names() -> None:
    assert told("python -m nltk.downloader punkt stopwords -d data") == ["dataset:nltk/punkt", "dataset:nltk/stopwords"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python train.py --model_name_or_path acme/model", "model:huggingface/acme/model"),
        ("accelerate launch train.py --pretrained_model_name_or_path=acme/model", "model:huggingface/acme/model"),
        ("./train --model-id acme/model --model-revision v1", "model:huggingface/acme/model@v1"),
        ("python train.py --base_model bert-base-uncased", "model:huggingface/bert-base-uncased"),
        ("python train.py --model gpt-4o", "model:openai/gpt-4o"),
        ("python train.py --dataset_name acme/data", "dataset:huggingface/acme/data"),
        ("python train.py --dataset_name squad", "dataset:huggingface/squad"),
        ("python train.py --train_file data/train.json", "dataset:file/data/train.json"),
        ("python serve.py --lora_weights acme/lora", "model:huggingface/acme/lora"),
        ("python serve.py --tokenizer acme/tokens", "model:huggingface/acme/tokens"),
        ("python train.py model.model_name_or_path=acme/model", "model:huggingface/acme/model"),
        ("make train MODEL=acme/model", "model:huggingface/acme/model"),
        ("lm_eval --model hf --model_args pretrained=acme/model,revision=v1", "model:huggingface/acme/model@v1"),
    ],
)
def test_an_option_of_any_program_can_tell(command: str, expected: str) -> None:
    assert told(command, "data/train.json") == [expected]


def test_an_option_can_hold_several() -> None:
    command = 'vllm serve acme/model --lora-modules a=acme/a b=acme/b --speculative-config \'{"model": "acme/draft"}\''
    names = ["acme/model", "acme/a", "acme/b", "acme/draft"]
    assert told(command) == [f"model:huggingface/{name}" for name in names]


@pytest.mark.parametrize(
    "command",
    [
        "sudo -u app vllm serve acme/model",
        "nohup vllm serve acme/model",
        "env CUDA_VISIBLE_DEVICES=0 vllm serve acme/model",
        "CUDA_VISIBLE_DEVICES=0 vllm serve acme/model",
        "uv run vllm serve acme/model",
        "poetry run vllm serve acme/model",
        "docker exec -it web vllm serve acme/model",
        "kubectl exec pod -- vllm serve acme/model",
        "bash -lc 'vllm serve acme/model'",
        "sh -c \"sh -c 'vllm serve acme/model'\"",
        "eval vllm serve acme/model",
        "/opt/venv/bin/vllm serve acme/model",
        "$VENV/bin/vllm serve acme/model",
        "cmd /c vllm.exe serve acme/model",
    ],
)
def test_a_command_is_found_inside_another(command: str) -> None:
    if "cmd /c" in command:
        command = "cmd /c 'vllm.exe serve acme/model'"
    assert told(command) == ["model:huggingface/acme/model"]


def test_code_in_a_command_is_read() -> None:
    code = "from transformers import AutoModel\nAutoModel.from_pretrained('acme/model')"
    (reference,) = found(f'python -c "{code}"').references
    assert (reference.subject, reference.at.line) == ("model:huggingface/acme/model", 8)
    assert [u.kind for u in found('python -c "from_pretrained((("').unresolved] == [Kind.MODEL]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("wget https://x.example/m.safetensors", "model:url/x.example/m.safetensors"),
        ("wget -O m.safetensors https://x.example/download/1", "model:url/x.example/download/1"),
        ("curl -L -o x https://x.example/m.onnx?a=1", "model:url/x.example/m.onnx"),
        ("wget https://huggingface.co/acme/model/resolve/v1/config.json", "model:huggingface/acme/model@v1"),
        ("curl https://huggingface.co/datasets/acme/data/resolve/main/a.zip", "dataset:huggingface/acme/data@main"),
        ("aria2c -x 16 https://x.example/train.parquet -d data", "dataset:url/x.example/train.parquet"),
        ("wget http://images.dataset.example/train2017.zip", "dataset:url/images.dataset.example/train2017.zip"),
        ("aws s3 cp s3://bucket/m.pt .", "model:url/bucket/m.pt"),
        ("curl https://api.openai.com/v1/models", "service:openai"),
    ],
)
def test_a_download_names_weights_data_or_a_service(command: str, expected: str) -> None:
    assert told(command) == [expected]


def test_a_download_can_state_a_checksum() -> None:
    (reference,) = found(f"aria2c --checksum=sha-256={'a' * 64} https://x.example/m.pt").references
    assert (reference.checksum, reference.address) == (f"sha256:{'a' * 64}", "https://x.example/m.pt")


def test_a_file_of_a_drive_is_named_by_its_id() -> None:
    name = "drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWx"
    assert told("gdown 1AbCdEfGhIjKlMnOpQrStUvWx -O m.pth") == [f"model:url/{name}"]


def test_the_body_of_a_request_names_the_model() -> None:
    command = 'curl https://api.openai.com/v1/chat/completions -d \'{"model": "gpt-4o"}\''
    assert told(command) == ["service:openai", "model:openai/gpt-4o"]


@pytest.mark.parametrize(
    "command",
    [
        "wget https://x.example/setup.sh",
        "curl -fsSL https://github.com/acme/tool/releases/download/v1/tool.tar.gz",
        "curl https://github.com/acme/app/commit/1.patch",
        "curl http://localhost:8000/data/train.csv",
        "curl -x http://proxy.example/m.pt https://x.example/page",
        "aws s3 cp m.pt s3://bucket/m.pt",
        "git clone https://github.com/acme/app",
        "git clone https://huggingface.co/spaces/acme/app",
        "wget $URL",
    ],
)
def test_another_download_names_nothing(command: str) -> None:
    assert (told(command), found(command).unresolved) == ([], [])


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pip install torch", ["pypi/torch"]),
        ("pip3 install -q torch==2.1.0+cu118 'Transformers[torch]>=4'", ["pypi/torch@2.1.0+cu118", "pypi/transformers"]),
        ("python -m pip install --upgrade pip", ["pypi/pip"]),
        ("pip install -r requirements.txt -c constraints.txt -e . ./local dist/x.whl", []),
        ("pip install --index-url https://x.example --extra-index-url=https://y.example torch", ["pypi/torch"]),
        ("pip install https://x.example/torch-2.1.0-py3-none-any.whl", ["pypi/torch@2.1.0"]),
        ("pip install git+https://github.com/acme/tool.git@v1#egg=tool", ["github/acme/tool@v1"]),
        ("pip install 'tool @ https://x.example/tool.zip'", ["pypi/tool"]),
        ("pip install torch==$VERSION", ["pypi/torch"]),
        ("uv pip install --system vllm==0.5.0", ["pypi/vllm@0.5.0"]),
        ("uv add --dev pytest", ["pypi/pytest"]),
        ("uvx --from huggingface_hub hf env", ["pypi/huggingface-hub"]),
        ("uvx ruff@0.6.0 check", ["pypi/ruff@0.6.0"]),
        ("poetry add torch@^2.1", ["pypi/torch"]),
        ("conda install -y -c conda-forge numpy==1.26.0 cuda=12.1=h1 pytorch=2", ["conda/numpy@1.26.0", "conda/cuda@12.1", "conda/pytorch"]),
        ("conda create -n env python=3.11 conda-forge::faiss", ["conda/python", "conda/faiss"]),
        ("npm install -g openai@4.2.1 react@^18 @scope/name", ["npm/openai@4.2.1", "npm/react", "npm/@scope/name"]),
        ("npm ci", []),
        ("npm install ./local acme/tool#v1", ["github/acme/tool@v1"]),
        ("npx -y @scope/server@1.0.0 /tmp", ["npm/@scope/server@1.0.0"]),
        ("npx tsc", []),
        ("apt-get install -y git curl", []),
    ],
)  # fmt: skip
def test_an_installation_names_packages(command: str, expected: list[str]) -> None:
    assert told(command) == [f"package:{name}" for name in expected]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("docker pull acme/app:1.0", ["package:docker/acme/app@1.0"]),
        (f"docker pull acme/app@sha256:{'a' * 64}", [f"package:docker/acme/app@sha256:{'a' * 64}"]),
        ("docker run -d --gpus all -p 80:80 -v $PWD:/data acme/app", ["package:docker/acme/app"]),
        ("docker run acme/tgi:2 --model-id acme/model", ["package:docker/acme/tgi@2", "model:huggingface/acme/model"]),
        ("docker run $FLAGS images.example:5000/acme/app:1", ["package:docker/images.example:5000/acme/app@1"]),
        ("docker run -e OPENAI_API_KEY acme/app", ["service:openai", "package:docker/acme/app"]),
        ("docker run -e MODEL_ID=acme/model -e REVISION=v1 a", ["model:huggingface/acme/model@v1", "package:docker/a"]),
        ("docker pull acme/app:$TAG", ["package:docker/acme/app"]),
        ("docker build -t acme/app .", []),
    ],
)
def test_a_container_command_names_an_image(command: str, expected: list[str]) -> None:
    assert told(command) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("vllm serve $MODEL", "model $MODEL"),
        ("python train.py --model_name_or_path ${MODEL}", "model ${MODEL}"),
        ("python train.py --model $1", "model $1"),
        ("python train.py --dataset_name {{ data }}", "dataset {{"),
        ("docker run $IMAGE", "package $IMAGE"),
        ("pip install $PACKAGE", "package $PACKAGE"),
        ("wget $MODEL_URL", "model $MODEL_URL"),
        ("wget https://x.example/$NAME.pt", "model https://x.example/$NAME.pt"),
        ("git clone https://huggingface.co/$REPO", "model https://huggingface.co/$REPO"),
        ("ollama run %MODEL%", "model %MODEL%"),
    ],
)
def test_a_name_that_is_made_at_run_time_is_unresolved(command: str, expected: str) -> None:
    assert hidden(command) == [expected]


@pytest.mark.parametrize(
    "command",
    [
        "echo vllm serve acme/model --model_name_or_path acme/model",
        "grep -r --model acme/model .",
        "vllm serve <model>",
        "vllm serve YOUR_MODEL",
        "huggingface-cli download your-org/your-model",
        "llama-cli -m path/to/model.gguf",
        "python train.py --model_name_or_path output/checkpoint --model resnet50",
        "python train.py --model",
        "huggingface-cli download --repo-type space acme/app",
        "huggingface-cli login",
        "python train.py",
        "--",
        "''",
    ],
)
def test_other_words_name_nothing(command: str) -> None:
    assert (told(command), found(command).unresolved) == ([], [])


def test_a_variable_before_a_command_can_send_it_elsewhere() -> None:
    (override,) = found("HF_ENDPOINT=https://m.example vllm serve acme/model").overrides
    assert (override.registry, override.address) == ("huggingface", "https://m.example")


def test_a_command_with_too_many_words_is_not_read() -> None:
    source = SourceFile("run.sh", b"", "", Place(file="run.sh"), lambda _: False)
    with pytest.raises(NotParsedError):
        from_argv(["pip", "install", *["a"] * WORDS], source, 1)


@pytest.mark.parametrize("argv", [[], [""], ["-"], ["--="], ["="], ["python", "-m"], ["\ud800"], ["a" * 100_000]])
def test_odd_words_do_no_harm(argv: list[str]) -> None:
    source = SourceFile("run.sh", b"", "", Place(file="run.sh"), lambda _: False)
    references: list[Reference] = from_argv(argv, source, 1).references
    assert references == []


@pytest.mark.parametrize(
    ("option", "named"),
    [
        ("--hf_embedding_model=BAAI/bge-large-en", ["huggingface/BAAI/bge-large-en"]),
        ("--captions-model microsoft/Florence-2-large", ["huggingface/microsoft/Florence-2-large"]),
        ("--tokenizer_base_model=org/name", ["huggingface/org/name"]),
        ("--model_path_llama=https://huggingface.co/org/name/resolve/main/m.gguf", ["huggingface/org/name"]),
        ("--save-model=org/name", []),
        ("--num-model org/name", []),
        ("--score_model=None", []),
        ("--llm-model $NAME", []),
    ],
)
def test_an_option_whose_name_looks_like_a_model_s_names_one_with_an_owner(option: str, named: list[str]) -> None:
    found = look({"run.sh": f"python generate.py {option}\n"})
    assert [
        f"{r.component.source}/{r.component.name}" for r in found.references if r.component.kind == "model"
    ] == named
