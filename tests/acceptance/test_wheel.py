"""The wheel: built here, installed into an environment of its own, run in an empty folder and without a network."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import NOW, ROOT

SUITE = "supplychain/suite_files"


@dataclass(frozen=True)
class Installed:
    """An environment that the wheel is installed into, and an empty folder beside it."""

    bin: Path
    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the installed command in the empty folder; whatever asks for a network is sent to a closed port."""
        home = self.folder.parent / "home"
        closed = "http://127.0.0.1:9"
        environ = {"HOME": str(home), "PATH": str(self.bin), "HTTP_PROXY": closed, "HTTPS_PROXY": closed}
        return subprocess.run(
            [str(self.bin / "supplychain"), *arguments],
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Return an environment with the wheel; what it depends on is seen through a path, so that nothing is fetched."""
    place = tmp_path_factory.mktemp("installed")
    venv.create(place / "venv", with_pip=False, symlinks=True)
    python = place / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--isolated", "--python", str(python), "install", "--quiet", "--no-index"]
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, capture_output=True, timeout=120)
    (packages,) = (place / "venv" / "lib").glob("*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")  # its own .pth files are not read
    for name in ("empty", "home"):
        (place / name).mkdir()
    return Installed(python.parent, place / "empty")


def test_it_holds_the_suite_and_the_examples(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for folder, kind in (("features", "*.feature"), ("steps", "*.py"), ("examples", "*.*")):
        found = (path for path in (ROOT / folder).rglob(kind) if path.is_file() and "__pycache__" not in path.parts)
        ours = {path.relative_to(ROOT).as_posix() for path in found}
        assert ours
        assert {f"{SUITE}/{name}" for name in ours} <= set(names)
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests/", "reports/"))]


def test_it_runs_the_demo_in_an_empty_folder(installed: Installed) -> None:
    written = installed.run("examples", "demo")
    assert (written.returncode, written.stderr) == (0, "")
    command = written.stdout.split()
    assert command[:3] == ["supplychain", "run", "demo/support-rag"]
    ran = installed.run(*command[1:], "--now", NOW)
    assert ran.returncode in {0, 1, 3}, ran.stderr
    record = installed.folder / "reports" / "latest"
    assert len(list((record / "findings").glob("*.json"))) == 49
    verdict = json.loads((record / "run.json").read_text())
    assert verdict["errors"] == []
    assert verdict["counts"]["pass"] > 0
    assert (installed.folder / "reports" / "findings.sarif").is_file()
    assert installed.run("replay", "reports/latest").returncode == 0


def test_what_runs_is_what_was_installed(installed: Installed) -> None:
    code = "import supplychain.suite as suite; print(suite.root())"
    command = [str(installed.bin / "python"), "-I", "-c", code]
    where = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    assert Path(where).is_relative_to(installed.bin.parent)
    assert where.endswith(SUITE)


def test_the_examples_are_written_over_nothing(installed: Installed) -> None:
    (installed.folder / "taken").mkdir()
    again = installed.run("examples", "taken")
    assert again.returncode == 2
    assert "taken is there already; name a new folder" in again.stderr
    assert list((installed.folder / "taken").iterdir()) == []
