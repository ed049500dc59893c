"""The command `supplychain`.

Exit codes: 0 holds, 1 does not hold, 2 could not run, 3 nothing failed but something is undetermined.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from supplychain import __version__
from supplychain.config.loading import ConfigError
from supplychain.target import TargetError
from supplychain.verbs.interface import Code, VerbError


def main(arguments: list[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal's encoding lacks ends no verb
    options = vars(_parser().parse_args(arguments))
    module, _, function = options.pop("verb").partition(".")
    try:
        verb = getattr(importlib.import_module(f"supplychain.verbs.{module}"), function)
        code = int(verb(**options))
        sys.stdout.flush()
    except VerbError as error:
        return _ended(str(error), error.code)
    except (ConfigError, TargetError) as error:
        return _ended(str(error), Code.COULD_NOT_RUN)
    except KeyboardInterrupt:
        return _ended("interrupted", Code.COULD_NOT_RUN)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes it once more at its end
        return Code.COULD_NOT_RUN
    return code


class _Parser(argparse.ArgumentParser):
    """A parser that refuses in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(Code.COULD_NOT_RUN, f"{self.prog}: {message}; {self.prog} --help shows the options\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="supplychain", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--version", action="version", version=f"supplychain-spec {__version__}")
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    run = _verb(verbs, "run", "runs.run", "assess a target: the same run as behave -D target=TARGET")
    run.add_argument("target", help="the folder of a repository")
    _add_policy(run, str)
    run.add_argument("--output", help="the folder for the reports; reports/ where it is not given")
    run.add_argument("--state", metavar="FILE", help="the store of runs; the project's own otherwise")
    _add_facts(run)
    run.add_argument("--now", help="a made-up time; marks the run as simulated")
    run.add_argument("--tags", action="append", default=[], help="a tag expression: scenario-1, critical, not low")
    run.add_argument("--features", type=Path, metavar="DIR", help="edited feature files; the suite's own otherwise")
    run.add_argument("--fetch", choices=("off", "on"), help="on: fetch the bytes of pinned models and datasets")
    run.add_argument("--executor", metavar="ADDRESS", help="a Dask scheduler that scans artifacts; local otherwise")
    run.add_argument("--house", metavar="NUMBERS", help="rules of the house that are tagged @off: 90,92; or all")
    _add_features(verbs)
    _add_declaring(verbs)
    inventory = verbs.add_parser("inventory", help="what discovery finds, written and recorded")
    _add_inventory(inventory.add_subparsers(required=True, metavar="VERB"))
    baseline = _verb(verbs, "baseline", "baseline.record", "record the state that drift is measured against")
    _add_target(baseline)
    _add_facts(baseline)
    _add_review(verbs)
    _add_fetching(verbs)
    _add_gate(verbs)
    _add_sensitivity(verbs)
    _add_guard(verbs)
    examples = _verb(verbs, "examples", "examples.export", "write the bundled targets, for a first run")
    examples.add_argument("folder", type=Path, metavar="DIR", help="a folder that is not there yet")
    for name, text in (
        ("replay", "decide a recorded run again and compare byte for byte"),
        ("status", "the status boxes of the control document, derived from a run"),
    ):
        recorded = _verb(verbs, name, f"runs.{name}", text)
        recorded.add_argument("run", type=Path, nargs="?", default=Path("reports/latest"), help="the folder of a run")
        if name == "replay":
            recorded.add_argument(
                "--features", type=Path, metavar="DIR", help="what if these feature files had been run"
            )
            _add_policy(recorded, Path)
    report = _verb(verbs, "report", "runs.report", "render the Allure results to one HTML file")
    report.add_argument("--output", type=Path, default=Path("reports"), help="the folder of the reports")
    return parser


def _add_features(verbs: Any) -> None:
    group = verbs.add_parser("features", help="feature files that are edited")
    inner = group.add_subparsers(required=True, metavar="VERB")
    check = _verb(inner, "check", "features.check", "hold feature files against the control document")
    check.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="the suite's own where it is not given")
    _add_policy(check, Path)
    export = _verb(inner, "export", "features.export", "write the feature files into a folder, to be edited")
    export.add_argument("folder", type=Path, metavar="DIR", help="a folder that is not there yet")


def _add_sensitivity(verbs: Any) -> None:
    measure = _verb(verbs, "sensitivity", "sensitivity.sensitivity", "how many known-bad changes the checks would miss")
    _add_target(measure)
    measure.add_argument("--plants", type=int, default=200, metavar="N", help="changes to plant; 200 otherwise")
    measure.add_argument("--seed", type=int, metavar="N", help="draw the same changes again; a new seed otherwise")
    _add_policy(measure, str)
    _add_facts(measure)
    measure.add_argument("--output", help="the folder of the reports, where the measure is kept; reports/ otherwise")
    measure.add_argument("--state", metavar="FILE", help="the store of runs; the project's own otherwise")


def _add_declaring(verbs: Any) -> None:
    init = _verb(verbs, "init", "declaring.init", "begin a supplychain.toml with what discovery finds")
    _add_target(init)
    init.add_argument("--output", type=Path, help="the file; supplychain.toml of the target otherwise")
    approve = _verb(verbs, "approve", "declaring.approve", "write an approval into supplychain.toml")
    _add_target(approve)
    _add_component(approve)
    approve.add_argument("--by", required=True, help="who approves; one of people.approvers of the policy")
    approve.add_argument("--revision", help="the revision that is approved")
    approve.add_argument("--sha256", help="the digest of the bytes that are approved, 64 hex digits")
    approve.add_argument("--ticket", default="", help="where the approval was discussed")
    approve.add_argument("--on", metavar="DATE", help="the day of the approval; today where it is not given")


def _add_review(verbs: Any) -> None:
    review = _verb(verbs, "review", "review.review", "record what a review signal turned out to be")
    _add_target(review)
    _add_component(review)
    review.add_argument("--detector", required=True, help="the detector whose signal was looked at")
    review.add_argument("--digest", required=True, help="what was looked at, as the row of 5.4 gives it")
    review.add_argument("--verdict", required=True, help="harmless or malicious")
    review.add_argument("--reason", required=True, help="what was seen, in a sentence")
    review.add_argument("--by", required=True, help="who looked; one of people.approvers of the policy")
    review.add_argument("--on", metavar="DATE", help="the day of the review; today where it is not given")


def _add_gate(verbs: Any) -> None:
    gate = _verb(verbs, "gate", "gate.gate", "whether a run is no worse than what the target's known list accepts")
    _add_target(gate)
    _add_policy(gate, Path)
    gate.add_argument("--run", type=Path, default=Path("reports/latest"), metavar="DIR", help="the folder of a run")
    change = gate.add_mutually_exclusive_group()
    change.add_argument("--accept", action="store_true", help="add every row that is new to the known list")
    change.add_argument("--prune", action="store_true", help="remove from the known list what nothing needs any longer")
    gate.add_argument("--by", metavar="NAME", help="who accepts; one of people.approvers of the policy")
    gate.add_argument("--comment", metavar="FILE", help="write a pull-request comment in Markdown; - prints it alone")
    gate.add_argument("--since", type=Path, metavar="RUN", help="show the difference from another run")


def _add_guard(verbs: Any) -> None:
    guard = _verb(verbs, "guard", "guard.write", "write the manifest of the load guard from a run")
    _add_target(guard)
    guard.add_argument("--run", type=Path, default=Path("reports/latest"), metavar="DIR", help="the folder of a run")
    verify = _verb(verbs, "verify", "verify.verify", "scan a file or folder, and hold it against the manifest")
    verify.add_argument("path", type=Path, help="one file, a target, or another folder")
    verify.add_argument("--manifest", type=Path, metavar="FILE", help="the manifest; a target's own otherwise")
    verify.add_argument("--component", metavar="ID", help="the component that it has to be of, with --manifest")


def _add_fetching(verbs: Any) -> None:
    snapshot = _verb(
        verbs, "snapshot", "facts.snapshot_of", "ask for every fact that an assessment needs, and keep them"
    )
    _add_target(snapshot)
    snapshot.add_argument("--output", type=Path, required=True, metavar="DIR", help="a folder that is not there yet")
    snapshot.add_argument("--advisories", type=Path, metavar="DIR", help="the folder of supplychain advisories update")
    snapshot.add_argument(
        "--report", type=Path, action="append", default=[], metavar="FILE", help="a scanner's report on an image"
    )
    _add_policy(snapshot, Path)
    advisories = verbs.add_parser("advisories", help="the offline database of advisories")
    update = _verb(
        advisories.add_subparsers(required=True, metavar="VERB"),
        "update",
        "facts.advisories_update",
        "fetch the offline advisories of PyPI and npm",
    )
    update.add_argument("folder", type=Path, metavar="DIR", help="where they are kept, for --facts DIR")


def _add_inventory(verbs: Any) -> None:
    write = _verb(verbs, "write", "inventory.write", "write the inventory for a team to look through and commit")
    _add_target(write)
    write.add_argument(
        "--format", dest="form", default="cyclonedx", help="cyclonedx, which is the default, spdx3, spdx2"
    )
    write.add_argument("--output", type=Path, help="the file; one in .supplychain/ of the target otherwise")
    _add_policy(write, Path)
    where = _verb(verbs, "where", "inventory.where", "where a component is used, by the newest record")
    _add_target(where)
    where.add_argument("component", help="an id such as model:huggingface/org/name, or a part of one")
    changed = _verb(verbs, "changed", "inventory.changed", "what changed since a date or a run")
    _add_target(changed)
    changed.add_argument("--since", required=True, metavar="DATE|RUN", help="a date such as 2026-10-01, or a run")
    approval = _verb(verbs, "approval", "inventory.approval", "who approved a component, and whether that counts")
    _add_target(approval)
    _add_component(approval)
    _add_policy(approval, Path)
    for verb in (write, where, changed, approval):
        verb.add_argument("--state", type=Path, metavar="FILE", help="the store of runs; the project's own otherwise")


def _verb(verbs: Any, name: str, function: str, text: str) -> argparse.ArgumentParser:
    """Return the parser of a verb, which is a function of a module of `supplychain.verbs`."""
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text)
    parser.set_defaults(verb=function)
    return parser


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", type=_folder, help="the folder of a repository")


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("it is empty; give the folder of a repository")
    return Path(text)


def _add_component(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("component", help="an id such as model:huggingface/org/name")


def _add_policy(parser: argparse.ArgumentParser, kind: type[str] | type[Path]) -> None:
    parser.add_argument("--policy", type=kind, help="the assessor's policy.toml, outside the target")


def _add_facts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--facts", metavar="LEVEL|DIR", help="cache, which sends no request; online; or a snapshot")


def _ended(message: str, code: Code) -> int:
    print(f"supplychain: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
