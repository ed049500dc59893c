"""The command `supplychain`.

Exit codes: 0 holds, 1 does not hold, 2 could not run, 3 nothing failed but something is undetermined.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from supplychain import __version__
from supplychain.config.loading import ConfigError
from supplychain.target import TargetError

COULD_NOT_RUN = 2


def main(arguments: list[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.verb(options)
    except (ConfigError, TargetError) as error:
        return _could_not_run(str(error))
    except KeyboardInterrupt:
        return _could_not_run("interrupted")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="supplychain", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--version", action="version", version=f"supplychain-spec {__version__}")
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")

    run = verbs.add_parser("run", help="assess a target: the same run as behave -D target=TARGET")
    run.add_argument("target", help="the folder of a repository")
    run.add_argument("--policy", help="the assessor's policy.toml, outside the target")
    run.add_argument("--output", help="the folder for the reports; reports/ where it is not given")
    run.add_argument("--now", help="a made-up time; marks the run as simulated")
    run.add_argument("--tags", action="append", default=[], help="a tag expression: scenario-1, critical, not low")
    run.set_defaults(verb=_run)

    inventory = verbs.add_parser("inventory", help="what discovery finds, as a CycloneDX file")
    inventory_verbs = inventory.add_subparsers(required=True, metavar="VERB")
    write = inventory_verbs.add_parser("write", help="write the inventory for a team to look through and commit")
    write.add_argument("target", help="the folder of a repository")
    write.add_argument("--output", type=Path, help="the file; .supplychain/inventory.cdx.json of the target otherwise")
    write.set_defaults(verb=_inventory_write)

    for name, verb, text in (
        ("replay", _replay, "decide a recorded run again and compare byte for byte"),
        ("status", _status, "the status boxes of the control document, derived from a run"),
    ):
        recorded = verbs.add_parser(name, help=text)
        recorded.add_argument("run", type=Path, nargs="?", default=Path("reports/latest"), help="the folder of a run")
        recorded.set_defaults(verb=verb)

    report = verbs.add_parser("report", help="render the Allure results to one HTML file")
    report.add_argument("--output", type=Path, default=Path("reports"), help="the folder of the reports")
    report.set_defaults(verb=_report)
    return parser


def _could_not_run(message: str) -> int:
    print(f"supplychain: {message}", file=sys.stderr)
    return COULD_NOT_RUN


def _run(options: argparse.Namespace) -> int:
    from behave.configuration import Configuration
    from behave.exception import ConfigError as BehaveConfigError
    from behave.exception import TagExpressionError
    from behave.parser import ParserError
    from behave.runner import Runner
    from behave.step_registry import registry

    from supplychain.suite import root

    given = {"target": options.target, "policy": options.policy, "reports": options.output, "now": options.now}
    arguments = [str(root() / "features"), "--format=plain", "--no-timings", "--no-snippets", "--no-summary"]
    arguments += [f"--define={name}={value}" for name, value in given.items() if value]
    arguments += [f"--tags={expression}" for expression in options.tags]
    registry.clear()  # the steps of an earlier run in this process
    try:
        # no configuration file: one in the current folder may be the target's, and could name code to run
        runner = Runner(Configuration(arguments, load_config=False))
        runner.run()
    except TagExpressionError as error:
        return _could_not_run(f"--tags is no tag expression: {error}")
    except (BehaveConfigError, ParserError) as error:
        return _could_not_run(str(error))
    view = getattr(runner.context, "view", None)
    return COULD_NOT_RUN if view is None else int(view.exit_code)


def _inventory_write(options: argparse.Namespace) -> int:
    from supplychain.bom.interface import INVENTORY
    from supplychain.bom.writing import to_cyclonedx
    from supplychain.config.files import read_declaration
    from supplychain.discovery import discover, self_test
    from supplychain.target import Target

    root = Path(options.target)
    target = Target.open(root)
    declaration, _ = read_declaration(target)
    inventory = discover(target, declaration, self_test.run())
    path: Path = options.output or root / INVENTORY
    if options.output is None and (path.is_symlink() or path.parent.is_symlink()):
        return _could_not_run(f"{path} is a link; it is not followed. Name a file with --output")
    now = datetime.now(UTC).replace(microsecond=0)
    text = to_cyclonedx(inventory, target.name, target.state().tree_digest, now)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"{path}: {len(inventory.components)} components; {len(inventory.unresolved)} references are unresolved")
    return 0


def _replay(options: argparse.Namespace) -> int:
    from supplychain.assessment import replay
    from supplychain.report import record

    try:
        case, recorded = record.read(options.run)
    except record.RecordError as error:
        return _could_not_run(str(error))
    again = {name: record.dump(finding) for name, finding in replay(case).items()}
    different = sorted(name for name in recorded.keys() | again.keys() if recorded.get(name) != again.get(name))
    for name in different:
        print(f"{name}: decided otherwise than in the record; another version of the suite, or a broken one")
    if not different:
        print(f"{len(again)} findings decided again, each the same byte for byte")
    return 1 if different else 0


def _status(options: argparse.Namespace) -> int:
    from supplychain.model.finding import Finding
    from supplychain.report import record
    from supplychain.report.view import View

    try:
        case, recorded = record.read(options.run)
    except record.RecordError as error:
        return _could_not_run(str(error))
    findings = {name: Finding.model_validate_json(text) for name, text in recorded.items()}
    view = View(case, findings, options.run.resolve().name)
    print(view.headline)
    for box in view.boxes:
        print(f"[{'x' if box.is_ticked else ' '}] {box.item.text} ({box.word}: {', '.join(box.item.requirements)})")
    return view.exit_code


def _report(options: argparse.Namespace) -> int:
    from supplychain.report.render import RenderError, render
    from supplychain.suite import PACKAGE

    try:
        print(f"Report: {render(options.output, PACKAGE.parent)}")
    except RenderError as error:
        return _could_not_run(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
