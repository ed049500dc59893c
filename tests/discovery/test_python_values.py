"""What an expression can be: every text that the code gives it, and whether it may be something else."""

from __future__ import annotations

import pytest

from supplychain.model.reference import Resolution
from tests.discovery.support import look, references, unresolved

IMPORT = "from transformers import AutoModel as M\n"


def loaded(source: str) -> list[str]:
    """Return the names of the models of one Python file, without the registry."""
    return sorted({reference.component.name for reference in references(IMPORT + source)})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('N = "a/b"\nN = "c/d"\nM.from_pretrained(N)', ["c/d"]),
        ('if x: N = "a/b"\nelse: N = "c/d"\nM.from_pretrained(N)', ["a/b", "c/d"]),
        ('N = "a/b" if x else "c/d"\nM.from_pretrained(N)', ["a/b", "c/d"]),
        ('for N in ["a/b", "c/d"]: M.from_pretrained(N)', ["a/b", "c/d"]),
        ('for N in ("a/b", "c/d"):\n  for O in [N]: M.from_pretrained(O)', ["a/b", "c/d"]),
        ('[M.from_pretrained(n) for n in {"a/b", "c/d"}]', ["a/b", "c/d"]),
        ('for _, N in enumerate(["a/b"]): M.from_pretrained(N)', ["a/b"]),
        ('for N, r in [("a/b", "x"), ("c/d", "y")]: M.from_pretrained(N)', ["a/b", "c/d"]),
        ('for N, r in zip(["a/b"], ["x"]): M.from_pretrained(N)', ["a/b"]),
        ('D = {"x": "a/b", "y": "c/d"}\nM.from_pretrained(D["x"])', ["a/b"]),
        ('D = {"x": "a/b", "y": "c/d"}\nM.from_pretrained(D[pick()])', ["a/b", "c/d"]),
        ('D = {"x": "a/b", "y": "c/d"}\nK = "y"\nM.from_pretrained(D[K])', ["c/d"]),
        ('D = {"x": "a/b"}\nM.from_pretrained(D.get(key, "c/d"))', ["a/b", "c/d"]),
        ('N = "a/b"\nif x: N = "c/d"\nM.from_pretrained(N)', ["a/b", "c/d"]),
        ('if x: N = "a/b"\nelse:\n  N = "c/d"\n  M.from_pretrained(N)', ["c/d"]),
        ('for x in y:\n  if x: N = "a/b"\n  else: M.from_pretrained(N)\n  N = "c/d"', ["a/b", "c/d"]),
        ('L = [f"a/{s}" for s in ["b", "c"]]\nfor N in L: M.from_pretrained(N)', ["a/b", "a/c"]),
        ('T = ("a/b", "c/d")\nD = {n.upper(): n for n in T}\nM.from_pretrained(D.get(k))', ["a/b", "c/d"]),
        ('D = {K: "a/b", **{}}\nM.from_pretrained({K: "a/b"}["x"])', ["a/b"]),
        ('N = "{}/b".format("a")\nM.from_pretrained(N)', ["a/b"]),
        ('N = "{o}/{0}".format("b", o="a")\nM.from_pretrained(N)', ["a/b"]),
        ('def f(n): return n\nM.from_pretrained(f("a/b"))\nprint(f("c/d"))', ["a/b"]),
        ('class S(NamedTuple):\n  n: str\nfor s in (S("a/b"), S(n="c/d")): M.from_pretrained(s.n)', ["a/b", "c/d"]),
        ('class C:\n  def n(self): return "a/b"\n  def f(self): M.from_pretrained(self.n())', ["a/b"]),
        ('def _load(n):\n  if n: _load(n)\n  M.from_pretrained(n)\n_load("a/b")', ["a/b"]),
        ('D = {"x": {"id": "a/b", "n": 1}}\nM.from_pretrained(D[k]["id"])', ["a/b"]),
        ('D = dict(x="a/b")\nM.from_pretrained(D["x"])', ["a/b"]),
        ('D = {"x": "a/b"}\nfor k, v in D.items(): M.from_pretrained(v)', ["a/b"]),
        ('D = {"x": ("a/b", 1)}\nfor k, (v, n) in D.items(): M.from_pretrained(D[k][0])', ["a/b"]),
        ('D = {"a/b": 1}\nfor k in D: M.from_pretrained(k)', ["a/b"]),
        ('D = {"x": "a/b"}\nfor v in D.values(): M.from_pretrained(v)', ["a/b"]),
        ('L = ["a/b", "c/d"]\nM.from_pretrained(L[1])', ["c/d"]),
        ('O = "a"\nM.from_pretrained(f"{O}/b")', ["a/b"]),
        ('O = "a"\nM.from_pretrained(O + "/" + "b")', ["a/b"]),
        ('for s in ["b", "c"]: M.from_pretrained(f"a/{s}")', ["a/b", "a/c"]),
        ('class C:\n  N = "a/b"\nC.N = "c/d"\nM.from_pretrained(C.N)', ["a/b", "c/d"]),
        ('class C:\n  def __init__(self): self.n = "a/b"\n  def f(self): M.from_pretrained(self.n)', ["a/b"]),
        ('class B:\n  N = "a/b"\nclass C(B):\n  def f(self): M.from_pretrained(self.N)', ["a/b"]),
        ('class E(Enum):\n  X = "a/b"\nM.from_pretrained(E.X.value)', ["a/b"]),
        ('def pick():\n  if x: return "a/b"\n  return "c/d"\nM.from_pretrained(pick())', ["a/b", "c/d"]),
        ('def _load(n): M.from_pretrained(n)\n_load("a/b")\n_load(n="c/d")', ["a/b", "c/d"]),
        ('class C:\n  def _load(self, n): M.from_pretrained(n)\n  def f(self): self._load("a/b")', ["a/b"]),
    ],
)
def test_it_is_each_text_that_the_code_gives(source: str, expected: list[str]) -> None:
    assert loaded(source) == expected
    assert unresolved(IMPORT + source) == []


@pytest.mark.parametrize(
    "source",
    [
        'M.from_pretrained(os.getenv("X", "a/b"))',
        'M.from_pretrained(os.environ.get("X", "a/b"))',
        'M.from_pretrained(os.getenv("X") or "a/b")',
        'M.from_pretrained(os.environ["X"] or "a/b")',
        'def f(n="a/b"): M.from_pretrained(n)',
        'def f(*, n="a/b"): M.from_pretrained(n)',
        'N = "a/b"\ndef f(n=N): M.from_pretrained(n)',
        'class C:\n  def __init__(self, n="a/b"): self.n = n\n  def f(self): M.from_pretrained(self.n)',
        'p.add_argument("--model", default="a/b")\nx = p.parse_args()\nM.from_pretrained(x.model)',
        'p.add_argument("-m", "--base-model", default="a/b")\ndef f(args): M.from_pretrained(args.base_model)',
        'p.add_argument("--m", dest="model", default="a/b")\ndef f(args): M.from_pretrained(args.model)',
        '@click.option("--model", default="a/b")\ndef f(model): M.from_pretrained(model)',
        'def f(n: str = typer.Option("a/b")): M.from_pretrained(n)',
        '@dataclass\nclass A:\n  name: str = "a/b"\nM.from_pretrained(A().name)',
        '@dataclass\nclass A:\n  name: str = field(default="a/b")\na = A()\nM.from_pretrained(a.name)',
        'def f(c): M.from_pretrained(c.get("m", "a/b"))',
        'def f(**c): M.from_pretrained(c.get("m", "a/b"))',
        'def f(**c): M.from_pretrained(c.pop("m", None) or "a/b")',
        'def f(c): M.from_pretrained(c.setdefault("m", "a/b"))',
        'def f(c): M.from_pretrained(getattr(c, "m", "a/b"))',
        'def f(c): M.from_pretrained(c.m or "a/b")',
        'def f(n): M.from_pretrained(n or "a/b")',
        'def f(n=None):\n  n = n or "a/b"\n  M.from_pretrained(n)',
        'class C:\n  def __init__(self, c):\n    c.m = c.m or "a/b"\n    M.from_pretrained(c.m)',
        'class C:\n  def __init__(self, c):\n    self.c = c\n    self.c.m = self.c.m or "a/b"\n'
        "  def f(self): M.from_pretrained(self.c.m)",
        'class A:\n  m: str = "a/b"\nclass C:\n  def __init__(self, conf: A): self.conf = conf\n'
        "  def f(self): M.from_pretrained(self.conf.m)",
        'class A:\n  m: str = "a/b"\nclass C:\n  conf: A\n  def f(self): M.from_pretrained(self.conf.m)',
        'class A:\n  m: str = "a/b"\ndef f(x: "Optional[A]" = None): M.from_pretrained(x.m)',
        'class A:\n  m: str = "a/b"\na, b = HfArgumentParser((A, B)).parse_args_into_dataclasses()\n'
        "M.from_pretrained(a.m)",
        'class A(BaseModel):\n  name: str = Field("a/b")\ndef f(model_args): M.from_pretrained(model_args.name)',
    ],
)
def test_a_default_counts_and_is_said_to_be_one(source: str) -> None:
    source = "import os, click, typer\n" + IMPORT + source
    assert [(r.component.name, r.resolution) for r in references(source)] == [("a/b", Resolution.DEFAULT)]
    assert unresolved(source) == []


@pytest.mark.parametrize(
    "source",
    [
        'N = "a/b"\nN = g()\nM.from_pretrained(N)',
        'N = "a/b" if x else g()\nM.from_pretrained(N)',
        'N = g() or "a/b"\nM.from_pretrained(N)',
        'D = {"x": "a/b", **more}\nM.from_pretrained(D[k])',
        'D = {"x": "a/b", "y": g()}\nM.from_pretrained(D[k])',
        'N = "a/b"\nfrom elsewhere import N\nM.from_pretrained(N)',
        'N = "a/b"\nN = "a/b"\nfrom elsewhere import N\nM.from_pretrained(N)',
        'N = "a/b"\nmatch x:\n  case {**N}: M.from_pretrained(N)',
        'class C:\n  N = "a/b"\n  def f(self):\n    self.N = g()\n    M.from_pretrained(self.N)',
        'def load(n): M.from_pretrained(n)\nload("a/b")',
        'def load(c):\n  if c: c.n = "a/b"\n  M.from_pretrained(c.n)',
        'class A:\n  n: str = None\ndef f(a: A): M.from_pretrained(a.n)\nM.from_pretrained("a/b")',
        'def f(n=None): M.from_pretrained(n)\nM.from_pretrained("a/b")',
    ],
)
def test_where_it_may_also_be_something_else_that_is_said(source: str) -> None:
    assert loaded(source) == ["a/b"]
    assert len(unresolved(IMPORT + source)) == 1


def test_a_path_that_another_loading_call_gives_is_not_unresolved() -> None:
    source = 'from huggingface_hub import snapshot_download\nP = snapshot_download("a/b")\nM.from_pretrained(P)'
    assert loaded(source) == ["a/b"]
    assert unresolved(IMPORT + source) == []


@pytest.mark.parametrize(
    ("path", "imports", "name"),
    [
        ("settings.py", "from settings import N", "N"),
        ("settings.py", "from settings import N as X", "X"),
        ("settings.py", "import settings", "settings.N"),
        ("app/settings.py", "from .settings import N", "N"),
        ("app/settings.py", "from . import settings", "settings.N"),
        ("app/core/__init__.py", "from app.core import N", "N"),
        ("lib/settings.py", "from ..lib.settings import N", "N"),
        ("src/deep/only_one.py", "from only_one import N", "N"),
    ],
)
def test_a_constant_of_another_file_is_followed(path: str, imports: str, name: str) -> None:
    found = look({path: 'N = "a/b"\n', "app/load.py": f"{imports}\n{IMPORT}M.from_pretrained({name})\n"})
    (reference,) = [r for r in found.references if r.call != "import"]
    assert (reference.component.name, reference.resolution) == ("a/b", Resolution.IMPORTED)
    assert str(reference.at) == "app/load.py:3"


@pytest.mark.parametrize("other", ["def broken(:\n", "N = g()\n", "X = 1\n"])
def test_a_constant_of_another_file_that_is_not_there_is_unresolved(other: str) -> None:
    found = look({"settings.py": other, "load.py": f"from settings import N\n{IMPORT}M.from_pretrained(N)\n"})
    assert [str(u.at) for u in found.unresolved] == ["load.py:3"]


def test_files_that_import_each_other_end() -> None:
    files = {
        "a.py": "from b import N",
        "b.py": "from a import N",
        "c.py": f"from a import N\n{IMPORT}M.from_pretrained(N)",
    }
    assert [str(u.at) for u in look(files).unresolved] == ["c.py:3"]


def test_many_values_end() -> None:
    source = "".join(f"L{n} = [L{n - 1}, L{n - 1}, {n}]\n" for n in range(1, 40))
    assert len(unresolved(f"{IMPORT}L0 = ['a/b']\n{source}for N in L39: M.from_pretrained(N)")) == 1


CONFIG = """
from dataclasses import dataclass, field
@dataclass
class Base:
  model: str = None
@dataclass
class Config(Base):
  model: str = field(default="a/b")
settings = Config()
def get(): return Config()
PATH = "a/b"
TABLE = {"x": {"id": "a/b"}}
SPECS = (Config(model="a/b"),)
class Names:
  MAIN = "a/b"
def parse():
  p = argparse.ArgumentParser()
  p.add_argument("--model", default="a/b")
  return p.parse_args()
args = parse()
"""


@pytest.mark.parametrize(
    "app",
    [
        "from lib.config import Config\ndef f(c: Config): M.from_pretrained(c.model)",
        "from lib.config import Config\nclass L:\n  def __init__(self, c: Config | None = None): self.c = c\n"
        "  def f(self): M.from_pretrained(self.c.model)",
        "from lib.config import Config\nM.from_pretrained(Config().model)",
        "from lib import config\nM.from_pretrained(config.Config().model)",
        "from lib.config import Config\nclass D(Config): pass\nM.from_pretrained(D().model)",
        "from lib.config import settings\nM.from_pretrained(settings.model)",
        "import lib.config\nM.from_pretrained(lib.config.settings.model)",
        "from lib.config import get\nM.from_pretrained(get().model)",
        "from lib.config import Names\nM.from_pretrained(Names.MAIN)",
        "from lib.config import TABLE\nM.from_pretrained(TABLE[k]['id'])",
        "from lib.config import SPECS\nfor s in SPECS: M.from_pretrained(s.model)",
        "from lib.config import args\nM.from_pretrained(args.model)",
        "from lib.config import parse\na = parse()\nM.from_pretrained(a.model)",
        "from lib import PATH\nM.from_pretrained(f'{PATH}')",
        "from lib import *\nfrom lib.config import Base\nM.from_pretrained(Base(model=PATH).model)",
    ],
)
def test_what_another_file_configures_is_followed(app: str) -> None:
    found = look({"lib/__init__.py": "from .config import *", "lib/config.py": CONFIG, "app/run.py": f"{IMPORT}{app}"})
    assert [r.component.name for r in found.references if r.call != "import"] == ["a/b"]
    assert found.unresolved == ()


@pytest.mark.parametrize(
    ("path", "expression", "name"),
    [
        ("app.py", 'Path(__file__).parent / "w" / "x.pt"', "w/x.pt"),
        ("src/app.py", 'Path(__file__).resolve().parent.parent / "w/x.pt"', "w/x.pt"),
        ("src/app.py", 'os.path.join(os.path.dirname(os.path.abspath(__file__)), "x.pt")', "src/x.pt"),
        ("src/app.py", 'os.path.join(os.path.dirname(__file__), "..", "x.pt")', "x.pt"),
        ("src/app.py", 'os.path.join(os.getcwd(), "w", "x.pt")', "w/x.pt"),
        ("src/app.py", 'str(Path(__file__).parent.joinpath("x"))', "src/x"),
        ("src/app.py", 'os.path.join(os.path.dirname(__file__), "base")', "src/base"),
    ],
)
def test_a_path_from_the_file_itself_is_one_of_the_target(path: str, expression: str, name: str | None) -> None:
    found = look({path: f"{IMPORT}import os\nfrom pathlib import Path\nM.from_pretrained({expression})"})
    named = [r.component.id for r in found.references if "import" not in r.call]
    assert named == ([f"model:file/{name}"] if name else [])


def test_classes_and_functions_that_lead_back_to_themselves_end() -> None:
    source = (
        "class A(B): pass\nclass B(A): pass\ndef f(): return g()\ndef g(): return f()\n"
        "class C:\n  def __init__(self, c): self.c = self.c.d; self.c.d = self.c\n"
        "  def f(self): M.from_pretrained(self.c.d)\nM.from_pretrained(A().n)\nM.from_pretrained(f())"
    )
    assert len(unresolved(IMPORT + source)) == 3


def test_many_calls_of_many_functions_end_soon() -> None:
    calls = "".join(f"def f{n}(x): " + "; ".join(f"f{m}(x)" for m in range(60)) + "\n" for n in range(60))
    assert len(unresolved(f"{IMPORT}{calls}def load(n): f1(n)\ndef f1(n): M.from_pretrained(n)\n")) == 1


def test_a_loop_that_binds_a_name_again_leaves_no_room_for_another() -> None:
    code = (
        "import torch\n"
        "def run(more):\n"
        "    for file, url in [('a', 'https://a.example/a.pth')]:\n"
        "        torch.hub.load_state_dict_from_url(url)\n"
        "    for file, url in more.items():\n"
        "        torch.hub.load_state_dict_from_url(url)\n"
    )
    found = look({"app.py": code})
    named = [(r.at.line, r.component.name) for r in found.references if r.component.kind == "model"]
    assert (6, "a.example/a.pth") not in named
    assert [u.at.line for u in found.unresolved] == [6]
