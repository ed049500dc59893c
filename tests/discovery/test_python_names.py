"""Constants: which names stand for one text, and which do not."""

from __future__ import annotations

import pytest

from supplychain.model.reference import Resolution
from tests.discovery.support import hidden, named, references

IMPORT = "from transformers import AutoModel as M\n"


@pytest.mark.parametrize(
    "source",
    [
        'N = "a/b"\nM.from_pretrained(N)',
        'M.from_pretrained(N)\nN = "a/b"',
        'N: str = "a/b"\nM.from_pretrained(N)',
        'N: Final = "a/b"\ndef f():\n  M.from_pretrained(N)',
        'A = "a/b"; B = A; C = B\nM.from_pretrained(C)',
        'A, N = 1, "a/b"\nM.from_pretrained(N)',
        '(A, [N, B]) = (1, ("a/b", 2))\nM.from_pretrained(N)',
        'A = N = "a/b"\nM.from_pretrained(N)',
        'N = "a/" "b"\nM.from_pretrained(N)',
        'def f():\n  n = "a/b"\n  M.from_pretrained(n)',
        'def f():\n  n = "a/b"\n  def g(): M.from_pretrained(n)',
        'N = "x/y"\ndef f():\n  N = "a/b"\n  M.from_pretrained(N)',
        'def f():\n  N = "x/y"\ndef g():\n  N = "a/b"\n  M.from_pretrained(N)',
        'if (n := "a/b"): M.from_pretrained(n)',
        'class C:\n  N = "a/b"\n  m = M.from_pretrained(N)',
        'class C:\n  N = "a/b"\n  def f(self): M.from_pretrained(self.N)',
        'class C:\n  N = "a/b"\n  @classmethod\n  def f(cls): M.from_pretrained(cls.N)',
        'class C:\n  N = "a/b"\n  def f(self): M.from_pretrained(C.N)',
        'class C:\n  N = "a/b"\nM.from_pretrained(C.N)',
        'X = "a/b"\nclass C:\n  N = X\nM.from_pretrained(C.N)',
        'N = "a/b"\nclass C:\n  N = "x/y"\n  def f(self): M.from_pretrained(N)',
        'N = "a/b"\n@decorate(M.from_pretrained(N))\ndef f():\n  N = "x/y"',
        'N = "a/b"\ndef f():\n  global N\n  M.from_pretrained(N)',
    ],
)
def test_a_name_that_is_assigned_one_text_is_that_text(source: str) -> None:
    (reference,) = references(IMPORT + source)
    assert (reference.subject, reference.resolution) == ("model:huggingface/a/b", Resolution.CONSTANT)


@pytest.mark.parametrize(
    "source",
    [
        'N = "a/b"\ndef f(N): M.from_pretrained(N)',
        'N = "a/b"\ndef f(*N): M.from_pretrained(N)',
        'N = "a/b"\nf = lambda N: M.from_pretrained(N)',
        'N = "a/b"\ndef f():\n  N = g()\n  M.from_pretrained(N)',
        "async def f():\n  async for N in x: M.from_pretrained(N)",
        "x = [M.from_pretrained(N) for N in names]",
        'with open("a/b") as N: M.from_pretrained(N)',
        "try: f()\nexcept E as N: M.from_pretrained(N)",
        "N, O = names\nM.from_pretrained(N)",
        '*O, N = "x", "a/b", "c"\nM.from_pretrained(N)',
        "A = B\nB = A\nM.from_pretrained(A)",
        'N = b"a/b"\nM.from_pretrained(N)',
        "N = 5\nM.from_pretrained(N)",
        "M.from_pretrained(N)",
        "class C:\n  def f(self): M.from_pretrained(self.N)",
        'class C:\n  N = "a/b"\n  def f(self): M.from_pretrained(N)',
        'if x:\n  class C: N = "a/b"\nelse:\n  class C: N = "c/d"\nM.from_pretrained(C.N)',
    ],
)
def test_a_name_that_the_code_gives_no_text_is_unresolved(source: str) -> None:
    assert len(hidden(IMPORT + source)) == 1


def test_a_chain_of_names_ends_somewhere() -> None:
    links = "".join(f"N{i} = N{i - 1}\n" for i in range(1, 20))
    assert len(hidden(IMPORT + 'N0 = "a/b"\n' + links + "M.from_pretrained(N19)")) == 1


def test_each_scope_has_its_own_import() -> None:
    source = (
        "def f():\n  from modelscope import snapshot_download as s\n"
        '  s("a/b")\ndef g():\n  from huggingface_hub import snapshot_download as s\n  s("a/b")\n'
    )
    assert named(source) == ["3 model:modelscope/a/b", "6 model:huggingface/a/b"]
