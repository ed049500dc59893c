"""Loading calls in Python source, by example: the source, and `line id@revision` of what it names."""

from __future__ import annotations

import pytest

from supplychain.model.component import Kind
from supplychain.model.reference import Resolution
from tests.discovery.support import hidden, look, named, references, unresolved

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('from transformers import AutoModel\nAutoModel.from_pretrained("a/b")', "model:huggingface/a/b"),
        ('from peft import PeftModel\nPeftModel.from_pretrained(base, "a/lora")', "model:huggingface/a/lora"),
        (
            'from peft import PeftModelForCausalLM as P\nP.from_pretrained(base, model_id="a/lora")',
            "model:huggingface/a/lora",
        ),
        ('from peft import PeftMixedModel\nPeftMixedModel.from_pretrained(base, "a/lora")', "model:huggingface/a/lora"),
        (
            'from diffusers import FluxPipeline\nFluxPipeline.from_single_file("https://example.org/x.safetensors")',
            "model:url/example.org/x.safetensors",
        ),
        ('import diffusers\npipe.load_lora_weights("a/lora", weight_name="x")', "model:huggingface/a/lora"),
        ('import diffusers\npipe.load_textual_inversion("a/ti")', "model:huggingface/a/ti"),
        ('import diffusers\npipe.load_ip_adapter("a/ip", subfolder="x")', "model:huggingface/a/ip"),
        ('from transformers import pipeline\npipeline("text-generation", "a/b")', "model:huggingface/a/b"),
        ('from transformers import pipeline\npipeline(model="a/b")', "model:huggingface/a/b"),
        (
            'from sentence_transformers import SentenceTransformer\nSentenceTransformer("all-MiniLM-L6-v2")',
            "model:huggingface/sentence-transformers/all-MiniLM-L6-v2",
        ),
        (
            'from sentence_transformers import SentenceTransformer\nSentenceTransformer(model_name_or_path="a/b")',
            "model:huggingface/a/b",
        ),
        ('from sentence_transformers import CrossEncoder\nCrossEncoder("a/b")', "model:huggingface/a/b"),
        ('from sentence_transformers import SparseEncoder\nSparseEncoder("a/b")', "model:huggingface/a/b"),
        ('from huggingface_hub import hf_hub_download\nhf_hub_download("a/b", "f.bin")', "model:huggingface/a/b"),
        ('from huggingface_hub import hf_hub_url\nhf_hub_url(repo_id="a/b", filename="f")', "model:huggingface/a/b"),
        ('import huggingface_hub\nhuggingface_hub.snapshot_download("a/b")', "model:huggingface/a/b"),
        ('from huggingface_hub import HfApi\nHfApi().snapshot_download("a/b")', "model:huggingface/a/b"),
        ('import huggingface_hub\napi.hf_hub_download(repo_id="a/b")', "model:huggingface/a/b"),
        (
            'from huggingface_hub import from_pretrained_keras\nfrom_pretrained_keras("a/b")',
            "model:huggingface/a/b",
        ),
        ('import torch\ntorch.hub.load("a/b", "entry")', "model:pytorch-hub/a/b"),
        (
            'from torch.hub import load_state_dict_from_url\nload_state_dict_from_url("https://example.org/x.pth")',
            "model:url/example.org/x.pth",
        ),
        (
            'import torch.hub as h\nh.download_url_to_file("https://download.pytorch.org/models/r.pth", "r")',
            "model:pytorch-hub/r.pth",
        ),
        (
            'from torch.utils import model_zoo\nmodel_zoo.load_url("https://example.org/x.pth")',
            "model:url/example.org/x.pth",
        ),
        ('import tensorflow_hub as hub\nhub.load("https://tfhub.dev/g/m")', "model:tensorflow-hub/g/m"),
        ('import tensorflow_hub as hub\nhub.KerasLayer("https://tfhub.dev/g/m")', "model:tensorflow-hub/g/m"),
        ('import kagglehub\nkagglehub.model_download("g/m/keras/2b")', "model:kaggle/g/m/keras/2b"),
        ('from modelscope import snapshot_download\nsnapshot_download("a/b")', "model:modelscope/a/b"),
        (
            "from modelscope.hub.snapshot_download import snapshot_download\n" + 'snapshot_download(model_id="a/b")',
            "model:modelscope/a/b",
        ),
        ('from modelscope import AutoModel\nAutoModel.from_pretrained("a/b")', "model:modelscope/a/b"),
        ('from datasets import load_dataset\nload_dataset("a/b", "config")', "dataset:huggingface/a/b"),
        ('from datasets import load_dataset_builder\nload_dataset_builder(path="squad")', "dataset:huggingface/squad"),
    ],
)
def test_each_loader_by_its_usual_call(source: str, expected: str) -> None:
    assert named(source) == [f"2 {expected}"]


@pytest.mark.parametrize(
    "source",
    [
        'import datasets\ndatasets.load_dataset("a/b")',
        'import datasets as d\nd.load_dataset("a/b")',
        'from datasets import load_dataset as load\nload("a/b")',
        'from datasets import *\nload_dataset("a/b")',
        'from datasets.load import load_dataset\nload_dataset("a/b")',
        'import datasets.load as dl\ndl.load_dataset(path="a/b")',
        'def f():\n  from datasets import load_dataset; load_dataset("a/b")',
        'from datasets import load_dataset\nasync def f(): return load_dataset("a/b")',
        'from datasets import load_dataset\nf = lambda: load_dataset("a/b")',
        'from datasets import load_dataset\nx = [load_dataset("a/b") for i in y]',
        'from datasets import load_dataset\nx = {k: load_dataset("a/b")["train"].map(f) for k in y}',
        'from datasets import load_dataset\nclass A: data = load_dataset("a/b")',
        'from datasets import load_dataset\ndef f(x=load_dataset("a/b")): ...',
        'from datasets import load_dataset\n@decorate(load_dataset("a/b"))\nclass A: ...',
        'from datasets import load_dataset\nx = f"{load_dataset("a/b")}"'.replace('"{', "'{").replace('}"', "}'"),
        'import functools, datasets\nf = functools.partial(datasets.load_dataset, "a/b")',
    ],
)
def test_a_call_is_found_however_it_is_imported_and_wherever_it_stands(source: str) -> None:
    assert named(source) == ["2 dataset:huggingface/a/b"]


@pytest.mark.parametrize(
    "source",
    [
        'def load_dataset(name): ...\nload_dataset("a/b")',
        'load_dataset("a/b")',
        'self.load_dataset("a/b")',
        'from .data import load_dataset\nload_dataset("a/b")',
        'from datasets import load_dataset\ndef f(load_dataset):\n  load_dataset("a/b")',
        '"""load_dataset("a/b"), https://example.org/x.pth"""\nimport datasets',
        '# datasets.load_dataset("a/b") https://example.org/x.pth\nimport datasets',
        '"https://example.org/x.pth"\n',
        'def f():\n  """See https://example.org/x.pth"""\n',
        'print("see https://example.org/x.pth for the weights x.pth")',
        "isinstance(m, SentenceTransformer) or load_dataset is None\nfrom datasets import load_dataset",
    ],
)
def test_what_loads_nothing_names_nothing(source: str) -> None:
    assert named(source) == []
    assert unresolved(source) == []


def test_the_longest_prefix_decides_where_two_loaders_have_a_name() -> None:
    source = (
        'import modelscope, transformers\ntransformers.A.from_pretrained("a/b")\nmodelscope.A.from_pretrained("a/b")'
    )
    assert named(source) == ["2 model:huggingface/a/b", "3 model:modelscope/a/b"]


def test_a_function_imported_from_two_registries_is_unresolved() -> None:
    source = (
        "try:\n  from modelscope import snapshot_download\nexcept ImportError:\n"
        '  from huggingface_hub import snapshot_download\nsnapshot_download("a/b")'
    )
    assert [u.reason for u in unresolved(source)] == [
        "its function is imported from several: modelscope, huggingface_hub"
    ]


def test_an_optional_import_is_the_import() -> None:
    source = (
        "try:\n  from datasets import load_dataset\nexcept ImportError:\n  load_dataset = None\n"
        + 'load_dataset("a/b")'
    )
    assert named(source) == ["5 dataset:huggingface/a/b"]


def test_the_call_is_shown_as_it_resolves() -> None:
    (reference,) = references('from transformers import AutoModel as M\nM.from_pretrained("a/b")')
    assert (reference.call, reference.resolution) == ("transformers.AutoModel.from_pretrained", Resolution.LITERAL)


def test_the_line_is_the_one_where_the_call_begins() -> None:
    assert named('from transformers import AutoModel\nm = f(\n  AutoModel.from_pretrained(\n    "a/b",\n  )\n)') == [
        "3 model:huggingface/a/b"
    ]


# Revision, endpoint, kind


@pytest.mark.parametrize(
    ("argument", "revision"),
    [(f'"{SHA}"', SHA), ('"main"', "main"), ("REV", "v1"), ("None", None), ("make()", None), ('f"{x}"', None)],
)
def test_the_revision_is_a_known_text_or_none(argument: str, revision: str | None) -> None:
    source = f'REV = "v1"\nimport datasets\ndatasets.load_dataset("a/b", revision={argument})'
    assert [r.revision for r in references(source)] == [revision]


@pytest.mark.parametrize(
    ("argument", "address"),
    [('"https://mirror.example"', "https://mirror.example"), ("HOST", "https://h.example"), ("None", None)],
)
def test_an_endpoint_argument_is_the_address(argument: str, address: str | None) -> None:
    source = f'HOST = "https://h.example"\nimport huggingface_hub as h\nh.hf_hub_download("a/b", endpoint={argument})'
    assert [r.address for r in references(source)] == [address]


def test_an_endpoint_made_at_run_time_is_unresolved() -> None:
    source = 'import huggingface_hub as h\nh.hf_hub_download("a/b", endpoint=where())'
    assert [(u.expression, u.reason) for u in unresolved(source)] == [("where()", "its endpoint is made at run time")]
    assert named(source) == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ('"dataset"', ["2 dataset:huggingface/a/b"]),
        ('"model"', ["2 model:huggingface/a/b"]),
        ("None", ["2 model:huggingface/a/b"]),
        ('"space"', []),
    ],
)
def test_repo_type_turns_the_kind(word: str, expected: list[str]) -> None:
    assert named(f'from huggingface_hub import snapshot_download as s\ns("a/b", repo_type={word})') == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('torch.hub.load("a/b:v1", "m")', "model:pytorch-hub/a/b@v1"),
        ('torch.hub.load("a/b:release/1.0", "m")', "model:pytorch-hub/a/b@release/1.0"),
        ('torch.hub.load("a/b", "m", source="github")', "model:pytorch-hub/a/b"),
        ('torch.hub.load("./a/b", "m", source="local")', "model:file/a/b"),
        ('torch.hub.load("a/b", "m", source="local")', "model:file/a/b"),
        ('torch.hub.load(".", "m", source="local")', "model:file/."),
        ('torch.hub.load("/opt/a/b", "m", source="local")', "model:file//opt/a/b"),
    ],
)
def test_torch_hub_names_a_repository_or_a_folder(call: str, expected: str) -> None:
    assert named(f"import torch\n{call}") == [f"2 {expected}"]


# Datasets from files


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ('"train.json"', ["2 dataset:file/train.json"]),
        ('["a.json", "b.json"]', ["2 dataset:file/a.json", "2 dataset:file/b.json"]),
        ('{"train": "a.json", "test": ["b.json"]}', ["2 dataset:file/a.json", "2 dataset:file/b.json"]),
        ('"https://example.org/a.json"', ["2 dataset:url/example.org/a.json"]),
        (
            '"https://huggingface.co/datasets/a/b/resolve/main/x.json"',
            ["2 dataset:huggingface/a/b@main"],
        ),
        ('"hf://datasets/a/b@v1/x.json"', ["2 dataset:huggingface/a/b@v1"]),
        ('"s3://bucket/x.json"', ["2 dataset:url/bucket/x.json"]),
    ],
)
def test_a_dataset_read_by_a_format_is_its_files(files: str, expected: list[str]) -> None:
    assert named(f'from datasets import load_dataset as l\nl("json", data_files={files})') == expected


def test_a_data_folder_counts_as_data_files_do() -> None:
    assert named('import datasets as d\nd.load_dataset("imagefolder", data_dir="img")') == ["2 dataset:file/img"]


@pytest.mark.parametrize("arguments", ['"json"', '"csv", **options', '"json", data_files=find()'])
def test_data_files_that_are_not_shown_are_unresolved(arguments: str) -> None:
    (found,) = unresolved(f"import datasets as d\nd.load_dataset({arguments})")
    assert found.kind is Kind.DATASET


# What cannot be resolved


@pytest.mark.parametrize(
    ("call", "expression"),
    [
        ("AutoModel.from_pretrained(name())", "name()"),
        ('AutoModel.from_pretrained("a/" + size)', '"a/" + size'),
        ('AutoModel.from_pretrained("a/%s" % size)', '"a/%s" % size'),
        ('AutoModel.from_pretrained(f"a/{size}")', 'f"a/{size}"'),
        ("AutoModel.from_pretrained(args.model)", "args.model"),
        ("AutoModel.from_pretrained(**options)", "AutoModel.from_pretrained(**options)"),
        ("AutoModel.from_pretrained(*names)", "AutoModel.from_pretrained(*names)"),
        ("AutoModel.from_pretrained()", "AutoModel.from_pretrained()"),
        ('AutoModel.from_pretrained("")', '""'),
        ('AutoModel.from_pretrained("a/b/c")', '"a/b/c"'),
        ('AutoModel.from_pretrained("a b")', '"a b"'),
        ("AutoModel.from_pretrained(None)", "AutoModel.from_pretrained(None)"),
        ("AutoModel.from_pretrained(IMPORTED)", "IMPORTED"),
        ("AutoModel.from_pretrained(settings.MODEL)", "settings.MODEL"),
        ("AutoModel.from_pretrained(config['m'])", "config['m']"),
        ("super().from_pretrained(x)", "x"),
        ("AutoModel.from_pretrained(\n  name(1,\n  2))", "name(1, …"),
        ("f(AutoModel.from_pretrained)", "AutoModel.from_pretrained"),
        ("f(load=AutoModel.from_pretrained)", "AutoModel.from_pretrained"),
        ("load = AutoModel.from_pretrained", "AutoModel.from_pretrained"),
        ('LOADERS = {"auto": AutoModel.from_pretrained}', "AutoModel.from_pretrained"),
        ("def f(): return AutoModel.from_pretrained", "AutoModel.from_pretrained"),
        ("def f(load=AutoModel.from_pretrained): ...", "AutoModel.from_pretrained"),
        ("functools.partial(AutoModel.from_pretrained, **o)", "AutoModel.from_pretrained"),
        ("map(hf_hub_download, names)", "hf_hub_download"),
    ],
)
def test_a_call_without_a_known_name_is_reported(call: str, expression: str) -> None:
    source = (
        "import os, functools, settings; from transformers import AutoModel; "
        f"from conf import IMPORTED; from huggingface_hub import hf_hub_download\n{call}"
    )
    assert hidden(source) == [f"2 {expression}"]


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("pipeline(task)", "no model is named"),
        ("pipeline(task, model=None)", "no model is named"),
        ('pipeline("text-generation", **options)', "passed in a way that hides it"),
        ("pipeline(*arguments)", "passed in a way that hides it"),
        ('pipeline("text-generation", model=model)', "made at run time"),
        ("run(pipeline)", "handed on"),
    ],
)
def test_a_pipeline_without_a_named_model_says_why(call: str, reason: str) -> None:
    (found,) = unresolved(f"from transformers import pipeline\n{call}")
    assert reason in found.reason


def test_a_variable_that_took_the_name_of_a_function_is_not_the_function() -> None:
    source = 'from transformers import pipeline\npipeline = pipeline("t", model="a/b")\nserve(pipeline)'
    assert named(source) == ["2 model:huggingface/a/b"]
    assert unresolved(source) == []


def test_an_unresolved_call_carries_its_kind_call_and_file_digest() -> None:
    (found,) = unresolved("import datasets\ndatasets.load_dataset(name)")
    assert (found.kind, found.call) == (Kind.DATASET, "datasets.load_dataset")
    assert found.digest is not None
    assert found.subject == "dataset:unresolved/name"


# Addresses of weights


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('URL = "https://example.org/x.safetensors"', "model:url/example.org/x.safetensors"),
        ('get("https://example.org/x.pth?download=true#part")', "model:url/example.org/x.pth"),
        ('get(f"https://example.org/x.pth")', "model:url/example.org/x.pth"),
        ('get(f"https://example.org/x.pth?token={t}")', "model:url/example.org/x.pth"),
        ('URLS = {"a": ["HTTPS://Example.org/X.GGUF"]}', "model:url/example.org/X.GGUF"),
        ('get("https://example.org/%d0%b0.bin")', "model:url/example.org/%d0%b0.bin"),
        ('get("s3://bucket/x.ckpt")', "model:url/bucket/x.ckpt"),
    ],
)
def test_an_address_of_weights_is_a_model_wherever_it_stands(source: str, expected: str) -> None:
    assert named(source) == [f"1 {expected}"]


@pytest.mark.parametrize("source", ['"https://example.org/"', '"https://example.org/x.txt"', '"example.org/x.pth"'])
def test_other_addresses_are_no_models(source: str) -> None:
    assert named(f"get({source})") == []


@pytest.mark.parametrize(
    "expression",
    [
        'f"https://example.org/{name}.onnx"',
        'f"https://{host}/x.onnx"',
        '"https://example.org/" + name + ".onnx"',
        'f"https://{host}/" + name + ".onnx"',
        '"https://example.org/{}.onnx".format(name)',
        '"https://example.org/%s.onnx" % name',
    ],
)
def test_an_address_put_together_at_run_time_is_unresolved(expression: str) -> None:
    (found,) = unresolved(f"get({expression})")
    assert (found.at.line, found.reason) == (1, "the address is made at run time")
    assert named(f"get({expression})") == []


def test_an_address_that_a_call_takes_is_counted_once() -> None:
    source = 'import torch\ntorch.hub.load_state_dict_from_url("https://example.org/x.pth")'
    assert named(source) == ["2 model:url/example.org/x.pth"]


# Hostile source


def test_deep_nesting_is_reported_and_does_not_crash() -> None:
    (unread,) = look({"app.py": "x = " + "-" * 50_000 + "1"}).unread
    assert "not Python that can be parsed" in unread.reason or "not the Python" in unread.reason


def test_a_long_chain_of_calls_is_read() -> None:
    assert named("import datasets\nx = (datasets.load_dataset('a/b')" + ".map(f)" * 300 + ")") == [
        "2 dataset:huggingface/a/b"
    ]


@pytest.mark.parametrize("call", ['pipeline("summarization")', 'pipeline("summarization", model=None)'])
def test_a_pipeline_of_a_task_takes_the_librarys_default(call: str) -> None:
    (reference,) = references(f"from transformers import pipeline\n{call}")
    assert (reference.subject, reference.resolution) == (
        "model:transformers-default/summarization",
        Resolution.IMPLICIT,
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import timm\ntimm.create_model('vit.in21k', pretrained=True)", "model:timm/vit.in21k"),
        ("import torchvision\ntorchvision.models.resnet18(pretrained=True)", "model:torchvision/resnet18"),
        (
            "from torchvision.models import vgg16, VGG16_Weights\nvgg16(weights=VGG16_Weights.DEFAULT)",
            "model:torchvision/vgg16@VGG16_Weights.DEFAULT",
        ),
        ("import tensorflow as tf\ntf.keras.applications.VGG16()", "model:keras/VGG16"),
        ("import spacy\nspacy.load('en_core_web_sm')", "model:spacy/en_core_web_sm"),
        ("from ultralytics import YOLO\nYOLO('yolov8n.pt')", "model:ultralytics/yolov8n.pt"),
        ("import ollama\nollama.chat(model='llama3:8b')", "model:ollama/llama3@8b"),
        ("import mlflow\nmlflow.pyfunc.load_model('models:/fraud/3')", "model:mlflow/fraud@3"),
        ("import joblib\njoblib.load('m/clf.joblib')", "model:file/m/clf.joblib"),
        ("import tensorflow_datasets as tfds\ntfds.load('mnist:3.0.1')", "dataset:tfds/mnist@3.0.1"),
        ("from torchvision.datasets import CIFAR10\nCIFAR10('.')", "dataset:torchvision/CIFAR10"),
        ("from sklearn.datasets import fetch_openml\nfetch_openml('adult', version=2)", "dataset:openml/adult@2"),
        ("from sklearn.datasets import fetch_covtype\nfetch_covtype()", "dataset:sklearn/covtype"),
        ("from keras.datasets import mnist\nmnist.load_data()", "dataset:keras/mnist"),
        ("import kagglehub\nkagglehub.dataset_download('a/b/versions/1')", "dataset:kaggle/a/b@1"),
        ("import pandas as pd\npd.read_csv('https://example.org/t.csv')", "dataset:url/example.org/t.csv"),
        ("import pandas as pd\npd.read_csv('data/t.csv')", "dataset:file/data/t.csv"),
    ],
)
def test_libraries_have_names_of_their_own(source: str, expected: str) -> None:
    assert named(source) == [f"2 {expected}"]


@pytest.mark.parametrize(
    "source",
    [
        "import timm\ntimm.create_model('vit')",
        "import timm\ntimm.create_model('vit', pretrained=False)",
        "import torchvision\ntorchvision.models.resnet18()",
        "import torchvision\ntorchvision.models.resnet18(weights=None)",
        "import tensorflow as tf\ntf.keras.applications.VGG16(weights=None)",
        "from keras.applications.vgg16 import preprocess_input\npreprocess_input(x)",
        "from torchvision.datasets import ImageFolder\nImageFolder('x')",
        "import pandas as pd\npd.read_csv(path)",
    ],
)
def test_what_loads_nothing_is_no_component(source: str) -> None:
    found = look({"app.py": source})
    assert [r.subject for r in found.references if r.call != "import"] == []
    assert found.unresolved == ()


def test_flags_digests_and_the_revision_of_code_are_kept() -> None:
    call = f'AutoModel.from_pretrained("a/b", trust_remote_code=True, code_revision="{SHA}", use_safetensors=yes)'
    (reference,) = references(f"from transformers import AutoModel\n{call}")
    assert reference.flags == ("trust_remote_code=True", "use_safetensors=yes")
    assert reference.code_revision == SHA
    (retrieved,) = references(f'import pooch\npooch.retrieve("https://e.org/x.csv", known_hash="md5:{SHA[:32]}")')
    assert retrieved.checksum == f"md5:{SHA[:32]}"


@pytest.mark.parametrize(
    ("parameters", "flag"),
    [
        ("name, trust=True", "True"),
        ("name, trust: bool = False", "False"),
        ("name, *, trust=True", "True"),
        ("trust, name=True", "trust"),
        ("name, trust=None", "trust"),
        ("name, trust=setting()", "trust"),
        ("name", "trust"),
    ],
)
def test_a_flag_is_what_its_parameter_is_by_default_also_where_the_name_is_not_known(
    parameters: str, flag: str
) -> None:
    body = "AutoModel.from_pretrained(name, trust_remote_code=trust)"
    found = look({"app.py": f"from transformers import AutoModel\ndef load({parameters}):\n    {body}\n"})
    assert [item.flags for item in found.unresolved] == [(f"trust_remote_code={flag}",)]
