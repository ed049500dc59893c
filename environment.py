"""behave's hooks: a run is opened before its first scenario and written after its last. The rest is in the library."""

from __future__ import annotations

from behave.model import Step
from behave.runner import Context

from supplychain.report.session import CannotRunError, Session


def before_all(context: Context) -> None:
    """Open the assessment of the target; where that cannot be done, end the run with one line that says why."""
    try:
        context.session = Session.start(context._runner)
    except CannotRunError as error:
        context._runner.abort(reason=str(error))
        return
    context.assessment = context.session.assessment


def before_step(context: Context, step: Step) -> None:
    """Let every Then be decided, also after one has failed; a Given or When that fails still ends its scenario."""
    context.scenario.continue_after_failed_step = step.step_type == "then"


def after_all(context: Context) -> None:
    """Write the record and the reports of the run."""
    if "session" in context:
        context.view = context.session.finish()
