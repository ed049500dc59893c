"""`supplychain replay RUN --features DIR --policy FILE`: what an edit would change, before it is committed."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from supplychain import gherkin
from supplychain.assessment import replay as decided_again
from supplychain.config.files import DECLARATION, policy_at
from supplychain.control import is_house, load, scenario_number
from supplychain.files import NotReadError, read_bounded
from supplychain.model.case import Case
from supplychain.model.finding import Observation
from supplychain.report import record
from supplychain.report.view import WORD, View
from supplychain.verbs.interface import VerbError
from supplychain.whatif import (
    Recorded,
    RowChange,
    causes,
    changed_rows,
    needs_a_run,
    policy_differences,
    under,
    word_differences,
)

ROWS = 5
"""Rows of one requirement that are printed."""
_SUMS = ("10.2", "10.5")


@dataclass(frozen=True)
class WhatIf:
    """A recorded run as it was, and as it would be."""

    before: View
    after: View
    needs: tuple[str, ...]


def show(run: Path, features: Path | None, policy: Path | None) -> int:
    """Print what edited features and an edited policy would change in a recorded run; return the code it would end with."""
    found = what_if(run, features, policy)
    print(*_lines(found), sep="\n")
    return found.after.exit_code


def what_if(run: Path, features: Path | None, policy: Path | None) -> WhatIf:
    """Return a recorded run beside what it would be with edited features, an edited policy, or both.

    Raises:
        VerbError: the record or the features cannot be used.
        ConfigError: the policy cannot be used.
    """
    try:
        case, _ = record.read(run)
        unbound = tuple(json.loads((run / "run.json").read_text(encoding="utf-8"))["unbound_sentences"])
    except (record.RecordError, KeyError) as error:
        raise VerbError(str(error)) from error
    if not case.inventory.self_test.planted and not case.errors:
        raise VerbError("the recorded run gathered nothing to decide on; run supplychain run again")
    for path in filter(None, (features, policy)):
        _refuse_targets_own(path, case)
    changed = under(case, *policy_at(policy)) if policy else case
    before = View(case, decided_again(case), run.resolve().name, unbound)
    if features is None:
        after = View(changed, decided_again(changed), before.run, unbound)
    else:
        after = _with_features(changed, features, before)
    return WhatIf(before, after, needs_a_run(case, changed))


def _refuse_targets_own(path: Path, case: Case) -> None:
    """Refuse what lies beside the declaration of the recorded run: a target cannot set its own rules."""
    for folder in path.resolve().parents if case.declaration_digest else ():
        try:
            data = read_bounded(folder / DECLARATION, 1_000_000)
        except (OSError, NotReadError):
            continue
        if f"sha256:{hashlib.sha256(data).hexdigest()}" == case.declaration_digest:
            raise VerbError(f"{path} lies inside the target of the recorded run; a target cannot set its own rules")


def _with_features(case: Case, folder: Path, before: View) -> View:
    """Return a recorded case decided by the features in a folder, by the very steps of a run."""
    from supplychain.verbs.suite_runner import SuiteRunner, refused, runner  # behave, which few verbs need

    left_out = _left_out(before)
    turned_on = {scenario_number(name) for name in case.executed if is_house(name)}

    class Again(SuiteRunner):
        decided: Recorded
        unbound: tuple[str, ...] = ()

        def load_hooks(self, filename: str | None = None) -> None:
            super().load_hooks(filename)
            gc.enable()  # the hooks of a run turn it off while they open one
            self.hooks.update(before_all=self._open, after_all=lambda _: None)

        def _open(self, context: object) -> None:
            gherkin.leave_out(self.features, turned_on, left_out)
            self.unbound = tuple(gherkin.unbound(self.features, self.step_registry))
            self.decided = Recorded(case, gherkin.read(self.features))
            context.assessment = self.decided  # type: ignore[attr-defined]  # behave's context takes anything

    running = runner(folder, ("--format=null",), Again)
    with refused():
        running.run()
    if not hasattr(running, "decided"):
        raise VerbError("behave did not begin; run behave on the edited features to see why")
    return View(running.decided.case, running.decided.findings, before.run, running.unbound)


def _left_out(before: View) -> frozenset[str]:
    """Return the names of scenarios that a filter left out of the recorded run: none of their sentences was lacking."""
    if before.unbound:
        return frozenset()
    lacking = before.case.features.missing
    return frozenset(
        scenario.name
        for scenario in load().scenarios
        if not any(r.id in before.findings or r.id in lacking for r in scenario.requirement)
    )


def _lines(found: WhatIf) -> Iterator[str]:
    before, after = found.before, found.after
    yield f"Before: {before.headline}"
    yield f"After:  {after.headline}"
    if before.house_line or after.house_line:
        yield f"{before.house_line or 'House rules: none'} -> {after.house_line or 'none'}"
    words = word_differences(before.case.features, after.case.features)
    fields = policy_differences(before.case.policy, after.case.policy)
    yield from _listed("What was edited", [f"policy {name}: {text}" for name, text in fields.items()])
    yield from _listed("Sentences", [f"{name}: {text}" for name, text in words.items()], after.feature_edits)
    yield from _listed("Sentences without a step", after.unbound)
    rows = changed_rows(before.findings, after.findings)
    yield from _listed("Requirements that come out otherwise", list(_requirements(before, after)))
    for name in dict.fromkeys(row.requirement for row in rows):
        changed = [row for row in rows if row.requirement == name]
        yield f"{name}: {len(changed)} rows come out otherwise{_why(name, found, words, fields)}"
        shown = changed[: 0 if name in _SUMS else ROWS]
        for change in shown:
            yield from _row(change)
        if shown and len(changed) > ROWS:
            yield f"  and {len(changed) - ROWS} more"
    if not rows and not list(_requirements(before, after)):
        yield "Nothing comes out otherwise."
    yield from _listed("Needs a run", found.needs)
    yield "Nothing was recorded, and no file of the target was read."


def _listed(title: str, *lists: Sequence[str]) -> Iterator[str]:
    lines = [line for given in lists for line in given]
    if lines:
        yield title
        yield from (f"  {line}" for line in lines)


def _requirements(before: View, after: View) -> Iterator[str]:
    for name in dict.fromkeys((*(row.requirement.id for row in before.rows), *before.findings, *after.findings)):
        was, now = before.findings.get(name), after.findings.get(name)
        words = [WORD[found.outcome] if found else "not executed" for found in (was, now)]
        if words[0] != words[1]:
            yield f"{name} {words[0]} -> {words[1]}{f': {now.reason}' if now and now.reason else ''}"


def _why(name: str, found: WhatIf, words: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """Return which edits make a requirement come out otherwise, as far as each can be tried alone."""
    if name in words:
        return f", by its {words[name]}" if words[name].startswith("words") else f": {words[name]}"
    if name in _SUMS:
        return ", by the requirements that it sums up"
    was = found.before.findings.get(name)
    alone = list(fields) if len(fields) < 2 or was is None else []
    if was is not None and len(fields) > 1:
        alone = list(causes(found.before.case, found.after.case.policy, name, was))
    return f", by {', '.join(alone)}" if alone else ""


def _row(change: RowChange) -> Iterator[str]:
    row = change.row
    place = f" {row.at}" if row.at else ""
    yield f"  {row.component}{place}: {_said(change.before)} -> {_said(change.after)}"
    if change.before and change.before.message != row.message:
        yield f"      was: {change.before.message}"
    yield f"      {'now' if change.after else 'was'}: {row.message}"
    if change.after and row.remedy:
        yield f"      next step: {row.remedy}"


def _said(row: Observation | None) -> str:
    return f"{WORD[row.outcome]} ({row.rule})" if row else "no row"
