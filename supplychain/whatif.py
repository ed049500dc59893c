"""A recorded case under another policy or other features: what it would be, and what nothing but a run can tell.

Nothing here reads a file of the target. What a run gathers by its policy is made anew from what the case holds: the
detectors of young releases and private names, and who approved what. The rest is named by `needs_a_run`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from supplychain import history, malware
from supplychain.checks.engine import decide
from supplychain.checks.packages import PackageUse
from supplychain.checks.packages import packages as used
from supplychain.decisions import Decisions
from supplychain.model.case import Case, Features
from supplychain.model.component import Kind
from supplychain.model.finding import Finding, Observation
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.policy import Policy
from supplychain.remedies.proof import outcomes
from supplychain.suite import tool

_BEFORE = frozenset(
    {
        "schema_",
        "now",
        "simulated",
        "target",
        "declaration",
        "declaration_digest",
        "policy",
        "policy_digest",
        "features",
    }
)
"""What a run knows before it gathers."""
_DECIDED = frozenset({"executed", "not_applicable", "decided"})
Values = Mapping[str, object]


class Recorded(Decisions):
    """What steps are handed in place of an assessment: a recorded case, which gathering only brings to light."""

    def __init__(self, case: Case, features: Features) -> None:
        """Begin as a run does, with nothing gathered and nothing decided."""
        fields = {name: field for name, field in Case.model_fields.items() if name not in _BEFORE}
        nothing = {name: field.get_default(call_default_factory=True) for name, field in fields.items()}
        nothing |= {"inventory": Inventory(self_test=SelfTest(planted=0, found=0)), "features": features}
        super().__init__(case.model_copy(update=nothing))
        self._gathered = {name: getattr(case, name) for name in fields if name not in _DECIDED}

    def gather(self) -> None:
        """Bring to light what the recorded run gathered."""
        self._update(**self._gathered)


@dataclass(frozen=True)
class RowChange:
    """A row of a finding that comes out otherwise; None where it is on one side alone."""

    requirement: str
    before: Observation | None
    after: Observation | None

    @property
    def row(self) -> Observation:
        """The row to name it by: as it would be, else as it was."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change of no row")
        return found


def under(case: Case, policy: Policy, digest: str | None) -> Case:
    """Return a recorded case as it would be under a policy, as far as the case itself tells."""
    changed = case.model_copy(update={"policy": policy, "policy_digest": digest})
    if policy.packages != case.policy.packages:
        scopes = {use.at.scope for use in used(case) if isinstance(use, PackageUse)}
        references = case.inventory.of(Kind.PACKAGE, scopes)
        known = case.graph.packages, references, case.releases
        changed = changed.model_copy(
            update={"detections": malware.reconsidered(case.detections, *known, policy, case.now)}
        )
    return changed.model_copy(update={"history": history.under_policy(changed)})


def needs_a_run(case: Case, changed: Case) -> tuple[str, ...]:
    """Return what an edit of the policy may change beyond what a recorded case can tell, each with why."""
    return tuple(_needs(case, changed))


def policy_differences(before: Policy, after: Policy) -> dict[str, str]:
    """Return how two policies differ, by the name of the field."""
    old, new = _flat(before.model_dump(mode="json")), _flat(after.model_dump(mode="json"))
    names = (name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name))
    return {name: _differs(old.get(name), new.get(name)) for name in names}


def word_differences(before: Features, after: Features) -> dict[str, str]:
    """Return how the sentences of two runs differ, by requirement."""
    old, new = ({entry.requirement: entry.words for entry in one.sentences} for one in (before, after))
    found = {
        name: "its sentence is not as the control words it" for name in after.missing if name not in before.missing
    }
    found |= {
        name: "its sentence is as the control words it again" for name in before.missing if name not in after.missing
    }
    for name in dict.fromkeys((*old, *new)):
        if name not in found and old.get(name) != new.get(name):
            lists = zip((old.get(name, {}), new.get(name, {})), ("before", "after"), strict=True)
            was, now = ([word for words in given.values() for word in words] for given, _ in lists)
            found[name] = f"words {_differs(was, now)}" if name in old and name in new else "its step runs or not"
    return found


def changed_rows(before: Mapping[str, Finding], after: Mapping[str, Finding]) -> tuple[RowChange, ...]:
    """Return the rows that come out otherwise, in the order of requirements and places."""
    found = []
    for name in dict.fromkeys((*before, *after)):
        old, new = _rows(before.get(name)), _rows(after.get(name))
        for key in dict.fromkeys((*old, *new)):
            was, now = old.get(key), new.get(key)
            if was is None or now is None or _said(was) != _said(now):
                found.append(RowChange(name, was, now))
    return tuple(found)


def causes(case: Case, policy: Policy, requirement: str, before: Finding) -> tuple[str, ...]:
    """Return which fields of an edited policy alone make a requirement come out otherwise on a recorded case."""
    found = []
    for name in policy_differences(case.policy, policy):
        section, _, field = name.partition(".")
        own, others = getattr(case.policy, section), getattr(policy, section)
        value = others if isinstance(own, dict) else own.model_copy(update={field: getattr(others, field)})
        alone = under(case, case.policy.model_copy(update={section: value}), case.policy_digest)
        if _outcomes(decide(requirement, alone, tool())) != _outcomes(before):
            found.append(name)
    return tuple(found)


def _needs(case: Case, changed: Case) -> Iterator[str]:
    old, new = case.policy.freshness, changed.policy.freshness
    for name, relevant in (
        ("metadata_max_age_days", _times(release.source.fetched for release in case.releases)),
        ("advisories_max_age_days", _asked_for(case)),
    ):
        was, limit = getattr(old, name), getattr(new, name)
        if was == limit:
            continue
        if limit > was and relevant.unknown:
            yield f"freshness.{name}: facts that were too old for the recorded run may count now"
        if limit < was and any(case.now - time > timedelta(days=limit) for time in relevant.known):
            yield f"freshness.{name}: facts that the recorded run rests on are too old now"
    roots = case.policy.services.roots != changed.policy.services.roots
    if roots and any(entry.dpa and entry.dpa.file for entry in (case.declaration.service if case.declaration else ())):
        yield "services.roots: whether the signature on a copy of an agreement goes back to them is seen on the copy itself"
    if case.policy.trust.keys != changed.policy.trust.keys and any(lookup.found for lookup in case.signatures):
        yield "trust.keys: whether a signature verifies with them is seen on the signature itself"
    if case.policy != changed.policy and (case.patches or outcomes(case) != outcomes(changed)):
        yield "patches: which of them are there and proven is seen where they are applied to the target"


@dataclass(frozen=True)
class _Fetched:
    known: tuple[datetime, ...]
    unknown: bool


def _times(fetched: Iterator[str | None]) -> _Fetched:
    times = list(fetched)
    return _Fetched(tuple(datetime.fromisoformat(time) for time in times if time), None in times)


def _asked_for(case: Case) -> _Fetched:
    """Return when advisories were fetched from services; a database of a snapshot's own does not age by the policy."""
    data = case.advisories
    rated = any(matched.vulnerabilities for matched in data.matched)
    times = _times(iter([data.source.fetched]))
    is_known = data.source.level != "absent" and not data.problem
    return _Fetched(times.known, not is_known or rated)


def _rows(finding: Finding | None) -> dict[tuple[str, str, int], Observation]:
    found: dict[tuple[str, str, int], Observation] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for row in finding.observations if finding else ():
        key = (row.component, str(row.at or ""))
        found[(*key, counts[key])] = row
        counts[key] += 1
    return found


def _said(row: Observation) -> tuple[str, str, str]:
    return row.outcome, row.rule, row.message


def _outcomes(finding: Finding) -> list[tuple[str, str, str]]:
    return [_said(row) for row in finding.observations]


def _flat(values: Values, above: str = "") -> dict[str, object]:
    """Return nested values by their dotted names, two levels deep as the policy's fields are."""
    found: dict[str, object] = {}
    for name, value in values.items():
        is_section = not above and isinstance(value, dict) and name != "isolation"
        found |= _flat(value, f"{name}.") if is_section and isinstance(value, dict) else {f"{above}{name}": value}
    return found


def _differs(old: object, new: object) -> str:
    """Return how two values differ in words: what a list lost and gained, else both."""
    if isinstance(old, list) and isinstance(new, list):
        gone = [f"without {item!r}" for item in old if item not in new]
        more = [f"with {item!r}" for item in new if item not in old]
        return ", ".join(gone + more) or "in another order"
    return f"{old!r} -> {new!r}"
