"""Recall and false positives of this project's scanner and of four others, over a corpus that is made for the run.

    python -m benchmarks.detection.run [--environments FOLDER] [--corpus FOLDER] [--list TOOL]

The environments are made where they are missing, which takes minutes and gigabytes; the corpus lies in a temporary folder
unless one is named. It fails where ours is beyond a limit, which README.md states.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
PEERS = {
    "picklescan": ["picklescan[7z]==1.0.5"],
    "modelscan": ["modelscan==0.8.8"],
    "fickling": ["fickling==0.1.12", "typing_extensions"],
    "modelaudit": ["modelaudit==0.2.54"],
}
TOOLS = ("ours", *PEERS)
QUIET = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1", "NO_ANALYTICS": "1"}
FLAGGED = ("malicious", "review")
STRICT = ("torch.save", "safetensors", "gguf", "onnx", "numpy")
"""Classes of benign files of which none may be flagged."""
_SURE = 1.959964
"""Standard deviations on either side of 95 %."""

Answers = dict[str, dict[str, str]]
"""By tool: the answer of each file, by its path in the corpus."""


def main() -> None:
    """Make the corpus, ask everybody, print the tables, and fail beyond a limit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--environments", type=Path, default=Path.home() / ".cache" / "supplychain-detection")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--list", choices=TOOLS)
    options = parser.parse_args()
    environments = prepared(options.environments)
    with tempfile.TemporaryDirectory() as temporary:
        corpus = options.corpus or Path(temporary) / "corpus"
        if not corpus.exists():
            made(environments["corpus"], corpus)
        answers = {tool: asked(tool, environments.get(tool, Path(sys.executable)), corpus) for tool in TOOLS}
    print(tables(answers))
    if options.list:
        print(
            "\n".join(
                sorted(f"{answer}: {name}" for name, answer in answers[options.list].items() if wrong(name, answer))
            )
        )
    sys.exit("; ".join(beyond(answers["ours"])) or 0)


def prepared(folder: Path) -> dict[str, Path]:
    """Return the Python of each environment, made where it is missing."""
    wanted = {"corpus": ["-r", str(HERE / "requirements.txt")], **PEERS}
    for name, packages in wanted.items():
        if not (folder / name / ".installed").exists():
            print(f"installing {name}", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", str(folder / name)], check=True)
            subprocess.run(
                [str(folder / name / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages], check=True
            )
            (folder / name / ".installed").touch()
    return {name: folder / name / "bin" / "python" for name in wanted}


def made(python: Path, corpus: Path) -> None:
    """Write both halves of the corpus."""
    for half in ("malicious", "benign"):
        subprocess.run([str(python), str(HERE / f"{half}.py"), str(corpus / half)], check=True, capture_output=True)


def files(corpus: Path) -> list[str]:
    """Return the files of the corpus: half, class and name."""
    return sorted(str(path.relative_to(corpus)) for path in corpus.rglob("*") if path.is_file())


def asked(tool: str, python: Path, corpus: Path) -> dict[str, str]:
    """Return what a tool says of every file; it has no network where the system can take it away."""
    apart = ["unshare", "--map-root-user", "--net"] if shutil.which("unshare") else []
    if apart and subprocess.run([*apart, "true"], check=False, capture_output=True).returncode:
        apart = []
    with tempfile.TemporaryDirectory() as folder:
        names, results = Path(folder) / "names", Path(folder) / "results"
        names.write_text("\n".join(str(corpus / name) for name in files(corpus)))
        environment = {**os.environ, **QUIET, "HOME": folder}
        if tool == "ours":
            environment["PYTHONPATH"] = str(HERE.parents[1])
        command = [*apart, str(python), str(HERE / "answers.py"), tool, str(names), str(results)]
        subprocess.run(command, check=True, capture_output=True, env=environment, cwd=folder)
        found: dict[str, str] = json.loads(results.read_text())
    return {str(Path(name).relative_to(corpus)): answer for name, answer in found.items()}


def wrong(name: str, answer: str) -> bool:
    """Whether an answer is not the one that the file asks for."""
    return answer != ("malicious" if name.startswith("malicious/") else "safe")


def tables(answers: Answers) -> str:
    """Return both tables: of each class, how many files were flagged, and how many of them called malicious."""
    parts = []
    for half, title in (("malicious", "malicious files found"), ("benign", "benign files flagged")):
        names = [name for name in answers["ours"] if name.startswith(half)]
        rows = [f"| {title} | files | {' | '.join(TOOLS)} |", "| --- " * (len(TOOLS) + 2) + "|"]
        for kind, count in sorted(Counter(name.split("/")[1] for name in names).items()):
            some = [name for name in names if name.split("/")[1] == kind]
            rows.append(f"| {kind} | {count} | {' | '.join(_cell(answers[tool], some) for tool in TOOLS)} |")
        rows.append(f"| all | {len(names)} | {' | '.join(_cell(answers[tool], names) for tool in TOOLS)} |")
        for title, which in (("flagged", FLAGGED), ("malicious", FLAGGED[:1]), ("not scanned", ("not scanned",))):
            shares = (_share(sum(answers[tool][name] in which for name in names), len(names)) for tool in TOOLS)
            rows.append(f"| {title} | | {' | '.join(shares)} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts)


def _cell(said: dict[str, str], names: list[str]) -> str:
    flagged = sum(said[name] in FLAGGED for name in names)
    malicious = sum(said[name] == "malicious" for name in names)
    return str(flagged) if flagged == malicious else f"{flagged} ({malicious})"


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return Wilson's interval of 95 % of a share (Wilson 1927)."""
    middle, square = part / whole, _SURE**2
    half = _SURE * math.sqrt(middle * (1 - middle) / whole + square / (4 * whole**2))
    low, high = ((middle + square / (2 * whole) + sign * half) / (1 + square / whole) for sign in (-1, 1))
    return max(0.0, low), min(1.0, high)


def _share(part: int, whole: int) -> str:
    low, high = wilson(part, whole)
    return f"{100 * part / whole:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def beyond(said: dict[str, str]) -> list[str]:
    """Return the limits that ours are beyond."""
    bad = [answer for name, answer in said.items() if name.startswith("malicious/")]
    good = {name: answer for name, answer in said.items() if name.startswith("benign/")}
    other = [answer for name, answer in good.items() if name.split("/")[1] not in STRICT]
    found = []
    if missed := sum(answer not in FLAGGED for answer in bad):
        found.append(f"{missed} malicious files are not flagged")
    if (share := bad.count("malicious") / len(bad)) < 0.97:
        found.append(f"{share:.1%} of the malicious files are called so")
    if strict := [name for name, answer in good.items() if name.split("/")[1] in STRICT and answer != "safe"]:
        found.append(f"not safe: {', '.join(strict)}")
    if (share := sum(answer in FLAGGED for answer in other) / len(other)) > 0.03:
        found.append(f"{share:.1%} of the other benign files are flagged")
    return found


if __name__ == "__main__":
    main()
