"""What the tests of the verbs share: a verb's code and words, and what a verb changed in a target."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from supplychain.cli import main
from tests.support import BuiltTarget

BGE = "model:huggingface/BAAI/bge-small-en-v1.5"
INTENT = "model:file/models/intent.safetensors"
INVENTORY = ".supplychain/inventory.cdx.json"
BASELINE = ".supplychain/baseline.json"


@dataclass(frozen=True)
class Said:
    """What a verb exited with and said."""

    code: int
    out: list[str]
    err: list[str]

    def refusal(self) -> str:
        """Return the one line of a verb that could not run."""
        assert self.code == 2
        assert self.out == []
        assert len(self.err) == 1, self.err
        return self.err[0]


def say(capsys: pytest.CaptureFixture[str], *arguments: str | Path | BuiltTarget) -> Said:
    """Run a verb and return what it said."""
    capsys.readouterr()
    words = [str(word.path) if isinstance(word, BuiltTarget) else str(word) for word in arguments]
    code = main(words)
    told = capsys.readouterr()
    assert "Traceback" not in told.err + told.out
    return Said(code, told.out.splitlines(), told.err.splitlines())


def tree(target: BuiltTarget) -> dict[str, str]:
    """Return the digest of every file of a target, and of where every link leads."""
    found = {}
    for path in target.path.rglob("*"):
        name = str(path.relative_to(target.path))
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def touched(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Return the files that were written or are gone."""
    return {name for name, _ in before.items() ^ after.items()}
