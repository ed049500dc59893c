"""Mutate the checks, and see who notices: their canaries alone, and the tests.

    make mutation                        # 100 mutants, drawn with a fixed seed
    python -m tests.mutation --count 400 --seed 3

Works on a copy of the project. A mutant is killed by the canaries where the run over the sound target turns it into
`error`, or where the check no longer loads; the tests then run over those that are left.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cosmic_ray.plugins
from cosmic_ray.mutating import mutate_code

ROOT = Path(__file__).parent.parent
CHECKS = {
    "1.1": "supplychain/checks/s01_model_source.py",
    "2.3": "supplychain/checks/s02_model_scan.py",
    "4.2": "supplychain/checks/s04_provenance.py",
    "5.1": "supplychain/checks/s05_source.py",
    "5.2": "supplychain/checks/s05_integrity.py",
    "5.3": "supplychain/checks/s05_scanning.py",
    "5.4": "supplychain/checks/s05_malware.py",
    "5.5": "supplychain/checks/s05_updates.py",
    "6.1": "supplychain/checks/s06_assessment.py",
    "6.2": "supplychain/checks/s06_handling.py",
    "6.3": "supplychain/checks/s06_residency.py",
    "6.4": "supplychain/checks/s06_agreement.py",
    "6.5": "supplychain/checks/s06_risk.py",
    "7.1": "supplychain/checks/s07_inventory.py",
    "7.5": "supplychain/checks/s07_currency.py",
    "7.6": "supplychain/checks/s07_audit.py",
    "9.1": "supplychain/checks/s09_drift.py",
    "10.1": "supplychain/checks/s10_documents.py",
    "10.2": "supplychain/checks/s10_validation.py",
    "10.3": "supplychain/checks/s10_completeness.py",
    "10.5": "supplychain/checks/s10_rollup.py",
}
COPIED = (
    "supplychain",
    "steps",
    "features",
    "tests",
    "examples",
    "docs",
    "benchmarks",
    "environment.py",
    "behave.ini",
    "pyproject.toml",
)
IGNORED = {
    "core/RemoveDecorator": "a check without its decorator is not registered; there is nothing to run canaries on",
}
TIME_LIMIT = 120
"""Seconds for one mutant; one that hangs counts as killed."""


@dataclass(frozen=True)
class Mutant:
    """One change to one check."""

    requirement: str
    operator: str
    occurrence: int
    code: str
    line: str
    """The first changed line, before and after."""


def mutants() -> list[Mutant]:
    """Return all changes that the operators make to the checks, each different from the source."""
    found: dict[tuple[str, str], Mutant] = {}
    for requirement, name in CHECKS.items():
        source = (ROOT / name).read_text()
        for operator_name in cosmic_ray.plugins.operator_names():
            operator_class = cosmic_ray.plugins.get_operator(operator_name)
            if operator_class.arguments() or operator_name in IGNORED:
                continue
            for occurrence in range(1000):
                code = mutate_code(source, operator_class(), occurrence)
                if code is None:
                    break
                if code != source and _is_code(changed := _changed(source, code)):
                    mutant = Mutant(requirement, operator_name, occurrence, code, changed)
                    found.setdefault((requirement, code), mutant)
    return list(found.values())


def _is_code(changed: str) -> bool:
    """Whether a change is more than one of an annotation: `X | None` is never evaluated."""
    return " | " not in changed or ("->" not in changed and ": " not in changed)


def _changed(before: str, after: str) -> str:
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return next((f"{old.strip()}  ->  {new.strip()}" for old, new in pairs if old != new), "")


def survives(command: list[str], folder: Path) -> bool:
    """Whether a command says that all is well."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def examine(mutant: Mutant) -> str:
    """Return who kills a mutant: `canaries`, `tests` or `nobody`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in COPIED:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder / part)
        (folder / CHECKS[mutant.requirement]).write_text(mutant.code)
        if not survives([sys.executable, "-m", "tests.mutation", "--canaries"], folder):
            return "canaries"
        tests = ["tests/checks", "tests/acceptance", "--ignore=tests/acceptance/test_behave.py"]
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        return "nobody" if survives(command, folder) else "tests"


def canaries_hold() -> bool:
    """Return whether no check is an error on the sound target; nothing else is looked at."""
    from tests.support import SAMPLE, run_suite  # here, so that the copy's own is taken

    found = run_suite(SAMPLE)
    return not any(finding.outcome == "error" for finding in found.findings.values())


def main() -> int:
    """Print the table; 0 where at least nine of ten mutants are killed by the canaries alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--canaries", action="store_true", help="only say whether the canaries hold here")
    options = parser.parse_args()
    if options.canaries:
        return 0 if canaries_hold() else 1
    everything = mutants()
    chosen = random.Random(options.seed).sample(everything, min(options.count, len(everything)))
    with ThreadPoolExecutor(2) as pool:
        killers = list(pool.map(examine, chosen))
    print(f"{len(everything)} mutants are possible; {len(chosen)} drawn with seed {options.seed}")
    for requirement in CHECKS:
        drawn = [who for mutant, who in zip(chosen, killers, strict=True) if mutant.requirement == requirement]
        print(f"{requirement:>5}: {len(drawn)} mutants, {drawn.count('canaries')} killed by the canaries alone")
    for mutant, who in zip(chosen, killers, strict=True):
        if who != "canaries":
            print(f"left by the canaries, killed by {who}: {mutant.requirement} {mutant.operator}: {mutant.line}")
    killed = killers.count("canaries")
    print(f"{killed} of {len(chosen)} killed by the canaries alone, {killers.count('tests')} more by the tests")
    return 0 if killed * 10 >= len(chosen) * 9 else 1


if __name__ == "__main__":
    sys.exit(main())
