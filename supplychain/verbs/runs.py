"""`supplychain run`, and what is made of a recorded run: `replay`, `status`, `report`."""

from __future__ import annotations

from pathlib import Path

from supplychain.assessment import replay as decided_again
from supplychain.model.finding import Finding
from supplychain.report import record
from supplychain.report.render import RenderError, render
from supplychain.report.view import View
from supplychain.suite import PACKAGE
from supplychain.verbs.files import is_inside
from supplychain.verbs.interface import Code, VerbError, shown


def run(
    target: str,
    policy: str | None,
    output: str | None,
    state: str | None,
    facts: str | None,
    now: str | None,
    tags: list[str],
    features: Path | None,
    house: str | None,
    fetch: str | None,
    executor: str | None,
) -> int:
    """Assess a target with behave, in this process, by the suite's own features or those in a folder."""
    from supplychain.verbs.suite_runner import refused, runner  # here, since the other verbs need no behave

    if features is not None and is_inside(features, Path(target)):
        raise VerbError(
            f"{shown(features)} lies inside the target, which cannot word its own requirements; move it out"
        )
    given = {"target": target, "policy": policy, "reports": output, "state": state, "facts": facts, "now": now}
    given |= {"house": house, "fetch": fetch, "executor": executor}
    arguments = ["--format=plain", *(f"--define={name}={value}" for name, value in given.items() if value)]
    running = runner(features, (*arguments, *(f"--tags={expression}" for expression in tags)))
    with refused():
        running.run()
    view = getattr(running.context, "view", None)
    return Code.COULD_NOT_RUN if view is None else int(view.exit_code)


def replay(run: Path, features: Path | None = None, policy: Path | None = None) -> int:
    """Decide a recorded run again and say what comes out otherwise: by this version, or by edited features or policy."""
    if features or policy:
        from supplychain.verbs import whatif  # the plain replay needs none of it

        return whatif.show(run, features, policy)
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
