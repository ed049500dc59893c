"""Calls of the target's own loading functions, which other files define."""

from __future__ import annotations

import pytest

from supplychain.model.inventory import Inventory
from supplychain.model.reference import Resolution
from tests.discovery.support import look

LOAD = "from transformers import AutoModel\ndef load(name, **rest): return AutoModel.from_pretrained(name)\n"


def named(found: Inventory, path: str = "app.py") -> list[str]:
    """Return `line name` for each model that one file names."""
    refs = (r for r in found.references if r.at.file == path and r.component.kind == "model")
    return [f"{r.at.line} {r.component.name}" for r in refs]


@pytest.mark.parametrize(
    "app",
    [
        'from lib.loaders import load\nload("a/b")',
        'from lib.loaders import load as get\nget(name="a/b")',
        'from lib import loaders\nloaders.load("a/b")',
        'import lib.loaders\nlib.loaders.load("a/b")',
        'from lib import *\nfrom lib.loaders import load; N = "a/b"\nload(N)',
        'from lib.loaders import load\nfor n in ["a/b"]: load(n)',
        'from lib.loaders import load\ndef run(n="a/b"): load(n)',
        'import functools; from lib.loaders import load\nf = functools.partial(load, name="a/b")',
        'from lib.loaders import load\ndef pick(c): return c.get("m", "a/b")\nload(pick(conf))',
    ],
)
def test_a_call_of_a_function_that_loads_names_the_model(app: str) -> None:
    found = look({"lib/__init__.py": "", "lib/loaders.py": LOAD, "app.py": app})
    assert [name.partition(" ")[2] for name in named(found)] == ["a/b"]


@pytest.mark.parametrize(
    ("loader", "call"),
    [
        ('def load(name="x/y"): M.from_pretrained(name)', 'load("a/b")'),
        ("def load(name=None):\n  if name is None: name = 'x/y'\n  M.from_pretrained(name)", 'load("a/b")'),
        ("def load(*, name): M.from_pretrained(str(name))", 'load(name="a/b")'),
        ("class load:\n  def __init__(self, name): self.m = M.from_pretrained(name)", 'load("a/b")'),
        ("class load:\n  def __init__(self, n): self.n = n\n  def m(self): M.from_pretrained(self.n)", 'load("a/b")'),
        ("class load:\n  @staticmethod\n  def get(n): M.from_pretrained(n)", 'load.get("a/b")'),
        ("class load:\n  @classmethod\n  def get(cls, n): M.from_pretrained(n)", 'load.get("a/b")'),
        ("def _in(n): M.from_pretrained(n)\ndef load(n): _in(n)", 'load("a/b")'),
    ],
)
def test_the_parameter_may_reach_the_loading_call_in_many_ways(loader: str, call: str) -> None:
    files = {
        "ours.py": f"from transformers import AutoModel as M\n{loader}",
        "app.py": f"from ours import load\n{call}",
    }
    assert named(look(files)) == ["2 a/b"]


def test_functions_of_several_files_hand_it_on() -> None:
    files = {
        "one.py": LOAD,
        "two.py": "from one import load\ndef second(n): return load(n)\n",
        "three.py": "from two import second\nclass Third:\n  def __init__(self, n): self.m = second(n)\n",
        "app.py": 'from three import Third\nThird("a/b")\n',
    }
    assert named(look(files)) == ["2 a/b"]


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        ("", ("trust_remote_code=True",)),
        (", use_safetensors=True", ("use_safetensors=True", "trust_remote_code=True")),
        (", trust_remote_code=False", ("trust_remote_code=False",)),
    ],
)
def test_what_a_call_states_leaves_the_rest_of_what_the_function_states(given: str, flags: tuple[str, ...]) -> None:
    load = "def load(n, trust_remote_code=True, **k): M.from_pretrained(n, trust_remote_code=trust_remote_code, **k)"
    code = f'import ours\nours.load("a/b"{given})'
    found = look({"ours.py": f"from transformers import AutoModel as M\n{load}", "app.py": code})
    (reference,) = [r for r in found.references if r.component.name == "a/b"]
    assert reference.flags == flags


def test_what_the_function_states_itself_counts_for_its_calls() -> None:
    load = 'def load(n): M.from_pretrained(n, revision="0123abc", trust_remote_code=True)'
    found = look(
        {"ours.py": f"from transformers import AutoModel as M\n{load}", "app.py": 'import ours\nours.load("a/b")'}
    )
    (reference,) = [r for r in found.references if r.component.name == "a/b"]
    assert (reference.revision, reference.flags) == ("0123abc", ("trust_remote_code=True",))
    assert (reference.resolution, reference.call) == (
        Resolution.LITERAL,
        "ours.load → transformers.AutoModel.from_pretrained",
    )


@pytest.mark.parametrize(
    "app",
    [
        'from ours import other\nother("a/b")',
        'def load(n): print(n)\nload("a/b")',
        'from elsewhere import load\nload("a/b")',
        'from ours import load\nload("small")',
        'from ours import load\nload("")',
        'from ours import load\nload(device="a/b")',
        'from ours import load\nprint("load", "a/b")',
    ],
)
def test_other_calls_and_words_name_nothing(app: str) -> None:
    assert named(look({"ours.py": f"{LOAD}def other(n): print(n)\n", "app.py": app})) == []


def test_a_name_that_the_function_changes_is_not_taken_from_its_calls() -> None:
    load = "def load(n): M.from_pretrained('org/' + n)"
    files = {
        "ours.py": f"from transformers import AutoModel as M\n{load}",
        "app.py": 'from ours import load\nload("a/b")',
    }
    found = look(files)
    assert named(found) == []
    assert [str(u.at) for u in found.unresolved] == ["ours.py:2"]


def test_a_call_that_gives_something_unknown_is_unresolved_where_a_default_hid_it() -> None:
    load = 'def load(n="a/b"): M.from_pretrained(n)'
    files = {
        "ours.py": f"from transformers import AutoModel as M\n{load}",
        "app.py": "from ours import load\nload(g())",
    }
    assert [f"{u.at} {u.expression}" for u in look(files).unresolved] == ["app.py:2 g()"]


def test_functions_that_call_each_other_end() -> None:
    files = {
        "a.py": "from b import g\nfrom transformers import AutoModel\ndef f(n): g(n); AutoModel.from_pretrained(n)\n",
        "b.py": 'from a import f\ndef g(n): f(n)\nf("x/y")\n',
    }
    assert named(look(files), "b.py") == ["3 x/y"]


def test_a_call_that_is_nested_beyond_measure_is_said() -> None:
    app = f"from ours import load\nload('a/b', trust_remote_code={'-' * 900}1)"
    hidden = [u for u in look({"ours.py": LOAD, "app.py": app}).unresolved if u.at.file == "app.py"]
    assert [u.reason for u in hidden] == ["it cannot be followed: RecursionError"]


def test_many_files_that_import_one_another_are_read_a_few_times() -> None:
    files = {f"m{n}.py": f"from m{n + 1} import load\ndef other(n): load(n)\nload('a/b')" for n in range(300)}
    files["m300.py"] = f"{LOAD}{''.join(f'import m{n}{chr(10)}' for n in range(300))}"
    found = look(files)
    assert named(found, "m299.py") == ["3 a/b"]


def test_a_long_way_through_files_is_followed_to_its_end() -> None:
    files = {f"m{n}.py": f"from m{n - 1} import load as before\ndef load(n): before(n)\n" for n in range(1, 60)}
    found = look({"m0.py": LOAD, **files, "app.py": "from m59 import load\nload('a/b')"})
    assert named(found) == ["2 a/b"]
