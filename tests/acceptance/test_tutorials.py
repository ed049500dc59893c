"""The commands of the tutorials, run as they stand there, in their order, in an empty folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

_FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"\s+# exits with (\d)$")
_SECONDS = 120


def commands(page: str) -> list[tuple[str, int]]:
    """Return each command of a page with the code that it says it exits with."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    lines = [line for block in _FENCE.findall(text) for line in block.splitlines() if line]
    return [(_CODE.sub("", line), int(match[1]) if (match := _CODE.search(line)) else 0) for line in lines]


@pytest.mark.skipif(shutil.which("sed") is None or shutil.which("git") is None, reason="needs sed and git")
@pytest.mark.parametrize("page", ["tutorial-qa.md", "tutorial-product-owner.md", "tutorial-compliance.md"])
def test_each_command_does_what_the_tutorial_says(tmp_path: Path, page: str) -> None:
    (tmp_path / "home").mkdir()
    work = tmp_path / "work"
    work.mkdir()
    env = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(tmp_path / "home"),
        "XDG_STATE_HOME": str(tmp_path / "home" / "state"),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    found = commands(page)
    assert len(found) > 5
    for command, code in found:
        if command.startswith("cd "):
            work /= command.removeprefix("cd ")
            continue
        done = subprocess.run(
            command, shell=True, cwd=work, env=env, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        said = done.stdout[-2000:] + done.stderr[-2000:]
        assert done.returncode == code, f"{page}: {command} exited with {done.returncode}\n{said}"
        assert "Traceback" not in said
