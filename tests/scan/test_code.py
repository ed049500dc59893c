"""Code beside weights: Python of a repository, settings that name it, chat templates, programs and scripts."""

import json
import struct
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from supplychain.scan.engine import scan
from tests.scan.support import rules, seen, told

_SOUND = '''
"""A model."""
import importlib
import json
import os
import re
import torch
from torch import nn
from .configuration_x import XConfig

if importlib.util.find_spec("flash_attn"):
    flash = importlib.import_module("flash_attn")
PATTERN = re.compile("a+")


class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = getattr(nn, config.kind)(config.size)
        self.eval()
        with open(os.path.join(config.path, "vocab.json")) as file:
            self.vocabulary = json.load(file)

    def save(self, folder):
        with open(os.path.join(folder, "vocab.json"), "w") as file:
            json.dump(self.vocabulary, file)


if __name__ == "__main__":
    print(Model(XConfig()))
'''


def test_code_of_a_model_is_safe(tmp_path: Path) -> None:
    scanned = seen(tmp_path, _SOUND.encode(), "modeling_x.py")
    assert (*told(scanned), scanned.format) == ("safe", set(), "Python")
    assert [indicator.rule for indicator in scanned.indicators] == ["python-writes-files"]


_AT_IMPORT = [
    "import os\nos.system('true')",
    "import os as o\no.popen('true')",
    "from os import system as s\ns('true')",
    "import os\nrun = os.system\nrun('true')",
    "__import__('os').system('true')",
    "import importlib\nimportlib.import_module('o' + 's').system('true')",
    "import os\ngetattr(os, 'sys' + 'tem')('true')",
    "import os, sys\ngetattr(os, sys.argv[0])('true')",
    "import sys\nsys.modules['os'].system('true')",
    "import os\nos.__dict__['system']('true')",
    "import os\nvars(os)['system']('true')",
    "__builtins__['exec']('1')",
    "__builtins__.eval('1')",
    "import builtins\nbuiltins.exec('1')",
    "exec('1')",
    "import subprocess\nclass A:\n    found = subprocess.run(['true'])",
    "import subprocess\ndef f(a=subprocess.run(['true'])):\n    pass",
    "import subprocess\ndef f():\n    subprocess.run(['true'])\nf()",
    "import subprocess\ndef g():\n    subprocess.run(['true'])\ndef f():\n    g()\nf()",
    "import subprocess\nclass A:\n    def __init__(self):\n        subprocess.run(['true'])\nA()",
    "import subprocess\ndef d(f):\n    subprocess.run(['true'])\n@d\ndef f():\n    pass",
    "import subprocess\n(lambda: subprocess.run(['true']))()",
    "import urllib.request\nurllib.request.urlopen('https://example.org')",
    "import socket\nsocket.create_connection(('127.0.0.1', 1))",
    "import ctypes\nctypes.CDLL('./lib.so')",
    "import torch\ntorch.hub.load('a/b', 'c')",
]


@pytest.mark.parametrize("code", _AT_IMPORT)
def test_what_runs_when_it_is_imported_is_malicious(tmp_path: Path, code: str) -> None:
    assert told(seen(tmp_path, code.encode(), "modeling_x.py")) == ("malicious", {"python-runs-at-import"})
    assert "python-runs-at-import" in rules(seen(tmp_path, code.encode() + b"\n", "weights.txt"))


@pytest.mark.parametrize(
    ("body", "verdict", "expected"),
    [
        ("import os\n    os.system('true')", "review", {"python-starts-process"}),
        ("import requests\n    requests.post('https://example.org')", "review", {"python-reaches-network"}),
        ("import base64\n    exec(base64.b64decode('MQ=='))", "malicious", {"python-runs-hidden"}),
        (
            "import zlib, marshal\n    a = zlib.decompress(b'')\n    exec(marshal.loads(a))",
            "malicious",
            {"python-runs-hidden"},
        ),
        ("import pickle, base64\n    pickle.loads(base64.b64decode(''))", "review", {"python-starts-process"}),
        ("import importlib\n    importlib.import_module(name)", "review", {"python-starts-process"}),
        ("import base64\n    __import__(base64.b64decode('b3M='))", "malicious", {"python-runs-hidden"}),
        ("import os\n    table = {'a': lambda: os.system('true')}", "review", {"python-starts-process"}),
        ("import shutil\n    shutil.rmtree('a')", "safe", set()),
    ],
)
def test_what_runs_when_it_is_called(tmp_path: Path, body: str, verdict: str, expected: set[str]) -> None:
    assert told(seen(tmp_path, f"def f():\n    {body}\n".encode(), "a.py")) == (verdict, expected)
    main = f"if __name__ == '__main__':\n    {body}\n"
    assert told(seen(tmp_path, main.encode(), "a.py")) == (verdict, expected)


def test_a_function_that_a_table_names_is_not_called_by_it(tmp_path: Path) -> None:
    code = b"import requests\ndef f():\n    requests.get('https://example.org')\nTABLE = {'f': f}\n"
    assert told(seen(tmp_path, code, "a.py")) == ("review", {"python-reaches-network"})
    assert seen(tmp_path, code + b"list(map(f, 'ab'))\n", "a.py").verdict == "malicious"


def test_writing_files_at_import_is_for_review(tmp_path: Path) -> None:
    assert told(seen(tmp_path, b"open('a', 'w').close()", "a.py")) == ("review", {"python-writes-at-import"})


def test_the_place_is_a_line(tmp_path: Path) -> None:
    assert [found.where for found in seen(tmp_path, b"import os\n\nos.system('true')\n").indicators] == ["line 3"]


@pytest.mark.parametrize("text", ["def f(:\n", "print 'a'\n", "(" * 5000 + "\n", "# coding: nothing\nimport os\n"])
def test_python_that_cannot_be_parsed_is_not_fully_scanned(tmp_path: Path, text: str) -> None:
    assert seen(tmp_path, text.encode(), "modeling_x.py").verdict == "not fully scanned"


@pytest.mark.parametrize("text", ["# Model card\n\nImport it (see below).\n", '{"a": 1}', "key: value\n", "[1, 2]"])
def test_other_texts_are_no_python(tmp_path: Path, text: str) -> None:
    assert (seen(tmp_path, text.encode()).verdict, seen(tmp_path, text.encode()).format) == ("safe", "plain")


@pytest.mark.parametrize(
    ("settings", "verdict", "expected"),
    [
        ({"model_type": "llama"}, "safe", set()),
        ({"auto_map": {"AutoModel": "modeling_x.Model"}}, "safe", set()),
        ({"auto_map": {"AutoModel": "somebody/else--modeling_x.Model"}}, "review", {"auto-map-elsewhere"}),
        ({"auto_map": {"AutoTokenizer": ["a/b--t.Slow", None]}}, "review", {"auto-map-elsewhere"}),
        ({"chat_template": "{{ messages[0]['content'] }}"}, "safe", set()),
        ({"chat_template": "{{ ''.__class__ }}"}, "malicious", {"template-reaches-out"}),
        ({"chat_template": [{"name": "a", "template": "{{ lipsum }}"}]}, "malicious", {"template-reaches-out"}),
        ({"chat_template": {"tool": "{% import 'a' as b %}"}}, "malicious", {"template-reaches-out"}),
        ({"chat_template": "{{ x | attr('\\x5f\\x5fclass') }}"}, "malicious", {"template-reaches-out"}),
        ({"chat_template": "{% if %}"}, "not fully scanned", set()),
        ({"inner": [{"chat_template": "{{ ''.__class__ }}"}]}, "malicious", {"template-reaches-out"}),
    ],
)
def test_settings_of_tokenizers(tmp_path: Path, settings: object, verdict: str, expected: set[str]) -> None:
    assert told(seen(tmp_path, json.dumps(settings).encode(), "tokenizer_config.json")) == (verdict, expected)


def test_settings_that_name_code_say_so_in_a_note(tmp_path: Path) -> None:
    data = json.dumps({"auto_map": {"AutoModel": "modeling_x.Model"}}).encode()
    (note,) = seen(tmp_path, data).indicators
    assert (note.rule, note.verdict, note.where) == ("auto-map", "note", "auto_map")


def test_a_key_that_is_written_with_escapes_hides_no_template(tmp_path: Path) -> None:
    data = rb'{"chat\u005ftemplate": "{{ x.__class__ }}"}'
    assert told(seen(tmp_path, data)) == ("malicious", {"template-reaches-out"})


def test_a_template_by_itself_is_looked_at(tmp_path: Path) -> None:
    assert seen(tmp_path, b"{{ x.__class__ }}", "chat_template.jinja").verdict == "malicious"
    assert seen(tmp_path, b"{{ messages }}", "chat_template.jinja").verdict == "safe"


def _pe(flags: int) -> bytes:
    return b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + b"PE\0\0" + b"\0" * 18 + struct.pack("<H", flags) + b"\0" * 200


_PROGRAMS = {
    "ELF": b"\x7fELF\x02\x01\x01" + b"\0" * 9 + struct.pack("<H", 3) + b"\0" * 100,
    "a library of Windows": _pe(0x2000),
    "a program of Windows": _pe(2),
    "a program of DOS": b"MZ" + struct.pack("<HH", 100, 1) + b"\0" * 94,
    "Mach-O": bytes.fromhex("cffaedfe") + b"\0" * 100,
    "Mach-O for two machines": bytes.fromhex("cafebabe00000002") + b"\0" * 100,
    "a class of Java": bytes.fromhex("cafebabe00000041") + b"\0" * 100,
    "WebAssembly": b"\0asm\x01\0\0\0",
}


@pytest.mark.parametrize("kind", _PROGRAMS)
def test_programs_are_malicious_under_any_name(tmp_path: Path, kind: str) -> None:
    scanned = seen(tmp_path, _PROGRAMS[kind], "weights.bin")
    assert (*told(scanned), scanned.format) == ("malicious", {"native-code"}, "executable")
    assert kind.split(" for ")[0].split(" of ")[-1] in scanned.indicators[0].says


@pytest.mark.skipif(sys.platform != "linux", reason="its programs are ELF")
def test_a_real_program_is_one() -> None:
    assert told(scan(str(Path(sys.executable).resolve()))) == ("malicious", {"native-code"})


def test_scripts_and_compiled_python_are_for_review(tmp_path: Path) -> None:
    assert told(seen(tmp_path, b"#!/bin/sh\necho\n", "download.sh")) == ("review", {"script"})
    assert told(seen(tmp_path, b"@echo off\r\ndir\r\n", "run.bat")) == ("review", {"script"})
    compiled = MAGIC_NUMBER + b"\0" * 60
    assert told(seen(tmp_path, compiled, "weights")) == ("review", {"compiled-python"})


@pytest.mark.parametrize("data", [b"\x7fELF", b"MZ are two letters.\n", b"#! no path\n", bytes.fromhex("cffaedfe")])
def test_the_first_bytes_alone_are_no_program(tmp_path: Path, data: bytes) -> None:
    assert "native-code" not in rules(seen(tmp_path, data))
