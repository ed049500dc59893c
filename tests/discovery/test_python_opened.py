"""Files that code opens before it loads them: by `open`, `with`, pathlib or bytes, and what comes from no file."""

from __future__ import annotations

import pytest

from tests.discovery.support import hidden, look, named, references, unresolved

IMPORTS = "import gzip, io, os, pickle, zipfile, joblib, torch; import numpy as np; from pathlib import Path\n"


@pytest.mark.parametrize(
    "source",
    [
        "pickle.load(open('m.dat', 'rb'))",
        "pickle.load(file=open(file='m.dat', mode='rb'))",
        "pickle.loads(open('m.dat', 'rb').read())",
        "pickle.load(Path('m.dat').open('rb'))",
        "pickle.load((Path('.') / 'm.dat').open(mode='rb'))",
        "pickle.loads(Path('m.dat').read_bytes())",
        "pickle.loads(Path('.').joinpath('m.dat').read_bytes())",
        "pickle.load(io.BytesIO(open('m.dat', 'rb').read()))",
        "pickle.load(gzip.open('m.dat'))",
        "pickle.loads(gzip.decompress(Path('m.dat').read_bytes()))",
        "pickle.loads(open('m.dat', 'rb').read()[16:])",
        "pickle.load(zipfile.ZipFile('m.dat').open('inner.pkl'))",
        "pickle.load(gzip.open('m.dat') if packed else open('m.dat', 'rb'))",
        "pickle.load(open(os.path.join(os.path.dirname(__file__), 'm.dat'), 'rb'))",
        "pickle.load(fs.open('m.dat', 'rb'))",
        "with ours.opened('m.dat', 'rb') as f: pickle.load(f)",
        "pickle.Unpickler(open('m.dat', 'rb')).load()",
        "joblib.load(open('m.dat', 'rb'))",
        "torch.load(open('m.dat', 'rb'))",
        "np.load('m.dat', allow_pickle=True)",
        "np.load(open('m.dat', 'rb'), allow_pickle=True)",
        "import pandas as pd; pd.read_pickle('m.dat')",
        "import dill; dill.load(open('m.dat', 'rb'))",
        "import cloudpickle as cp; cp.load(open('m.dat', 'rb'))",
        "from _pickle import load; load(open('m.dat', 'rb'))",
    ],
)
def test_a_file_that_is_opened_for_a_loading_call_is_a_model(source: str) -> None:
    assert named(IMPORTS + source) == ["2 model:file/m.dat"]


@pytest.mark.parametrize(
    "source",
    [
        "with open('m.dat', 'rb') as file:\n    data = file.read()\n\nx = pickle.loads(data)",
        "def bytes_of(path):\n    with open(path, 'rb') as file:\n        return file.read()\nx = pickle.loads(bytes_of('m.dat'))",
        "with open('other.dat', 'rb') as f:\n    pass\nwith open('m.dat', 'rb') as f:\n    x = pickle.load(f)",
        "f = open('m.dat', 'rb')\ntry:\n    pass\nfinally: x = pickle.load(f)\nf = open('other.dat', 'rb')",
        "class Model:\n    def __init__(self):\n        self.file = open('m.dat', 'rb')\n\n    def load(self): return pickle.load(self.file)",
    ],
)
def test_the_reference_is_where_the_file_is_loaded(source: str) -> None:
    lines = (IMPORTS + source).splitlines()
    loading = next(number for number, line in enumerate(lines, 1) if "pickle.load" in line)
    assert named(IMPORTS + source) == [f"{loading} model:file/m.dat"]


def test_an_open_file_is_followed_from_the_calls_of_a_function() -> None:
    source = "def load(f):\n    return pickle.load(f)\n\n\nload(open('m.dat', 'rb'))\njson.load(open('other.json'))\n"
    assert named(f"{IMPORTS}import json\n{source}") == ["4 model:file/m.dat"]


@pytest.mark.parametrize(
    ("function", "call"),
    [
        ("def load(path):\n    with open(path, 'rb') as f:\n        return pickle.load(f)\n", "load('m.dat')"),
        ("def load(f):\n    return pickle.load(f)\n", "load(open('m.dat', 'rb'))"),
        ("def load(data):\n    return pickle.loads(data)\n", "load(open('m.dat', 'rb').read())"),
    ],
)
def test_a_file_is_followed_from_another_file_of_the_target(function: str, call: str) -> None:
    found = look({"a.py": IMPORTS + function, "b.py": f"from a import load\n{call}\n", "m.dat": b"x"})
    assert [f"{r.at.file}:{r.at.line} {r.subject}" for r in found.references if "→" in r.call] == [
        "b.py:2 model:file/m.dat"
    ]


@pytest.mark.parametrize(
    "source",
    [
        "pickle.loads(pickle.dumps(thing))",
        "pickle.loads(cache.get('key'))",
        "pickle.loads(connection.recv())",
        "pickle.load(io.BytesIO(message.body))",
        "pickle.load(process.stdout)",
        "def decode(data):\n    return pickle.loads(data)",
        "class Ours(pickle.Unpickler):\n    pass",
        "load = pickle.load",
        "np.load(path)",
        "np.load(path, allow_pickle=False)",
    ],
)
def test_what_comes_from_no_file_is_no_model(source: str) -> None:
    assert references(IMPORTS + source) == []
    assert unresolved(IMPORTS + source) == []


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("with open(path, 'rb') as f: pickle.load(f)", "path"),
        ("pickle.load(open(f'{name}.dat', 'rb'))", "f'{name}.dat'"),
        ("pickle.loads(path.read_bytes())", "path"),
        ("np.load(path, allow_pickle=True)", "path"),
        ("def load(file): return pickle.load(file)", "file"),
    ],
)
def test_a_file_whose_name_is_made_at_run_time_is_unresolved(source: str, shown: str) -> None:
    assert hidden(IMPORTS + source) == [f"2 {shown}"]


def test_arrays_are_data_unless_they_can_hold_code() -> None:
    assert named(f"{IMPORTS}np.load('a.npy')") == ["2 dataset:file/a.npy"]
    (reference,) = references(f"{IMPORTS}np.load('a.npy', allow_pickle=True)")
    assert (reference.subject, reference.flags) == ("model:file/a.npy", ("allow_pickle=True",))
    assert named(f"{IMPORTS}def load(code=False):\n    return np.load('a.npy', allow_pickle=code)") == [
        "3 dataset:file/a.npy"
    ]


@pytest.mark.parametrize(
    "source",
    [
        "from urllib.request import urlopen; pickle.load(urlopen('https://e.org/m.dat'))",
        "import requests; answer = requests.get('https://e.org/m.dat'); pickle.loads(answer.content)",
    ],
)
def test_what_is_fetched_to_be_loaded_is_a_model_at_its_address(source: str) -> None:
    (reference,) = references(IMPORTS + source)
    assert (reference.subject, reference.address) == ("model:url/e.org/m.dat", "https://e.org/m.dat")


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ("f = open('m.dat', 'rb')\n" * 500 + "pickle.load(f)", ["502 f"]),
        (f"pickle.load({' or '.join(f'f{n}' for n in range(500))})", ["2 f63"]),
        ("def f(): return f() or g()\ndef g(): return f() or g()\npickle.load(f())", []),
    ],
)
def test_what_leads_in_circles_or_is_bound_too_often_ends(more: str, shown: list[str]) -> None:
    assert hidden(IMPORTS + more) == shown
