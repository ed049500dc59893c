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
        ('N = "a/b"\nN = "c/d"\nM.from_pretrained(N)', ["a/b", "c/d"]),
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
        'N = "a/b"\nmatch x:\n  case {**N}: M.from_pretrained(N)',
        'class C:\n  N = "a/b"\n  def f(self):\n    self.N = g()\n    M.from_pretrained(self.N)',
        'def load(n): M.from_pretrained(n)\nload("a/b")',
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
