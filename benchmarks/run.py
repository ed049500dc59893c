"""How long the suite takes, as a ratio to behave itself over the same features with empty steps and Allure.

    make bench

Both run in turn as whole processes, so that the ratio holds when the machine's speed drifts. Both find their modules
compiled, as on a user's machine: what was installed is, but a checkout may be set not to keep its own.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAIRS = 15
LIMIT = 4.0
"""The ratio that the suite has to keep."""
EMPTY = """\
from behave import given, register_type, then, when


def words(text):
    return text


for name in {types}:
    register_type(**{{name: words}})
"""


def empty_project(folder: Path) -> Path:
    """Write the same features with steps that do nothing, and return their folder."""
    shutil.copytree(ROOT / "features", folder / "features")
    (folder / "steps").mkdir()
    modules = [module.read_text() for module in sorted((ROOT / "steps").glob("*.py"))]
    decorators = [found for text in modules for found in re.findall(r"(?m)^@(?:given|when|then)\(.*\)$", text)]
    types = sorted({found for decorator in decorators for found in re.findall(r":([A-Z]\w*)\}", decorator)})
    lines = [EMPTY.format(types=types)]
    lines += [f"{decorator}\ndef step(context, **words):\n    pass\n" for decorator in decorators]
    (folder / "steps" / "empty.py").write_text("\n\n".join(lines))
    (folder / "behave.ini").write_text("[behave]\npaths = features\ntags = not @off\n")
    return folder


def seconds(command: list[str], folder: Path, cache: Path, ends: str) -> float:
    """Return the wall time of a whole process that finds its compiled modules in `cache`, or puts them there.

    It finds no facts: what a developer's machine has kept of registries would be read as well, on this machine alone.

    What it prints has to hold `ends`: a run that stopped early is fast, and is no measurement.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": str(cache), "XDG_CACHE_HOME": str(cache / "none")}
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - begin
    if ends not in done.stdout:
        raise SystemExit(done.stdout + done.stderr)
    return taken


def main() -> None:
    """Print the table of the README."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        empty = empty_project(work / "empty")
        allure = ["--format=allure_behave.formatter:AllureFormatter", f"--outfile={work / 'allure'}", "--format=plain"]
        peer = [sys.executable, "-m", "behave", *allure]
        ours = [sys.executable, "-m", "behave", "-D", f"target={ROOT / 'examples' / 'support-rag'}"]
        ours += ["-D", f"policy={ROOT / 'examples' / 'policy.toml'}", "-D", f"reports={work / 'reports'}"]
        ours += ["-D", f"state={work / 'state.db'}"]
        cache = work / "cache"
        both = (ours, ROOT, cache, "\nReport: "), (peer, empty, cache, "69 steps passed")
        pairs = [(seconds(*both[0]), seconds(*both[1])) for _ in range(PAIRS + 1)][1:]  # the first fills the cache
    ratios = sorted(own / other for own, other in pairs)
    print("| what | median of", PAIRS, "|\n| --- | --- |")
    print(
        f"| the suite on `examples/support-rag`, record and reports written | {statistics.median(p[0] for p in pairs):.2f} s |"
    )
    print(f"| behave and Allure over 69 empty steps | {statistics.median(p[1] for p in pairs):.2f} s |")
    ratio = statistics.median(ratios)
    print(f"| ratio, pair by pair | {ratio:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) |")
    if ratio > LIMIT:
        raise SystemExit(
            f"the ratio {ratio:.2f} is above the limit of {LIMIT:g}; see where the time is with -X importtime"
        )


if __name__ == "__main__":
    main()
