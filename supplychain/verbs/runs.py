"""`supplychain run`, and what is made of a recorded run: `replay`, `status`, `report`."""

from __future__ import annotations

from pathlib import Path

from supplychain.assessment import replay as decided_again
from supplychain.model.finding import Finding
from supplychain.report import record
from supplychain.report.render import RenderError, render
from supplychain.report.view import View
from supplychain.suite import PACKAGE, root
from supplychain.verbs.interface import Code, VerbError


def run(
    target: str,
    policy: str | None,
    output: str | None,
    state: str | None,
    facts: str | None,
    now: str | None,
    tags: list[str],
) -> int:
    """Assess a target with behave, in this process."""
    from behave.configuration import Configuration  # here, since the other verbs need none of it
    from behave.exception import ConfigError as BehaveConfigError
    from behave.exception import TagExpressionError
    from behave.parser import ParserError
    from behave.runner import Runner
    from behave.step_registry import registry

    given = {"target": target, "policy": policy, "reports": output, "state": state, "facts": facts, "now": now}
    arguments = [str(root() / "features"), "--format=plain", "--no-timings", "--no-snippets", "--no-summary"]
    arguments += [f"--define={name}={value}" for name, value in given.items() if value]
    arguments += [f"--tags={expression}" for expression in tags]
    registry.clear()  # the steps of an earlier run in this process
    try:
        # no configuration file: one in the current folder may be the target's, and could name code to run
        runner = Runner(Configuration(arguments, load_config=False))
        runner.run()
    except TagExpressionError as error:
        raise VerbError(f"--tags is no tag expression: {error}") from error
    except (BehaveConfigError, ParserError) as error:
        raise VerbError(str(error)) from error
    view = getattr(runner.context, "view", None)
    return Code.COULD_NOT_RUN if view is None else int(view.exit_code)


def replay(run: Path) -> int:
    """Decide a recorded run again and say which findings come out otherwise."""
    try:
        case, recorded = record.read(run)
    except record.RecordError as error:
        raise VerbError(str(error)) from error
    again = {name: record.dump(finding) for name, finding in decided_again(case).items()}
    different = sorted(name for name in recorded.keys() | again.keys() if recorded.get(name) != again.get(name))
    for name in different:
        print(f"{name}: decided otherwise than in the record; another version of the suite, or a broken one")
    if not different:
        print(f"{len(again)} findings decided again, each the same byte for byte")
    return Code.DOES_NOT_HOLD if different else Code.HOLDS


def status(run: Path) -> int:
    """Print the status boxes of the control document as a run has them."""
    try:
        case, recorded = record.read(run)
    except record.RecordError as error:
        raise VerbError(str(error)) from error
    findings = {name: Finding.model_validate_json(text) for name, text in recorded.items()}
    view = View(case, findings, run.resolve().name)
    print(view.headline)
    for box in view.boxes:
        print(f"[{'x' if box.is_ticked else ' '}] {box.item.text} ({box.word}: {', '.join(box.item.requirements)})")
    return view.exit_code


def report(output: Path) -> int:
    """Render the Allure results to one file."""
    try:
        print(f"Report: {render(output, PACKAGE.parent)}")
    except RenderError as error:
        raise VerbError(str(error)) from error
    return Code.HOLDS
