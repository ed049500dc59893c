"""behave's hooks: a run is opened before its first scenario and written after its last. The rest is in the library."""

from __future__ import annotations

import gc

from behave.model import Step
from behave.runner import Context

gc.disable()  # what is imported lives to the end; looking it through costs a tenth of a run


def before_all(context: Context) -> None:
    """Open the assessment of the target; where that cannot be done, end the run with one line that says why."""
    from supplychain.report.session import CannotRunError, Session  # after the line above, which makes it faster

    try:
        context.session = Session.start(context._runner)
    except CannotRunError as error:
        context._runner.abort(reason=str(error))
        return
    finally:
        gc.freeze()
        gc.set_threshold(100_000)  # what is gathered mostly stays too
        gc.enable()
    context.assessment = context.session.assessment


def before_step(context: Context, step: Step) -> None:
    """Let every Then be decided, also after one has failed; a Given or When that fails still ends its scenario."""
    context.scenario.continue_after_failed_step = step.step_type == "then"


def after_step(_context: Context, step: Step) -> None:
    """Drop where a requirement's exception was raised: Allure would read the source for what the report replaces."""
    if isinstance(step.exception, AssertionError):
        step.exc_traceback = None


def after_all(context: Context) -> None:
    """Write the record and the reports of the run."""
    if "session" in context:
        context.view = context.session.finish()
        gc.freeze()  # nothing of it is garbage before Python ends, which would look it all through once more
        return
    context._runner.aborted = False  # behave would say "By user." beside the reason that was given
    context._runner.hook_failures += 1  # and this ends it with a failure all the same
