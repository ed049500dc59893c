"""Artifacts: the bytes of models and datasets that are at hand, and what was published of them.

artifacts = gather(target, case, fetch=False)

They lie in the target, in the stores of Git LFS and DVC in it, in the caches of the clients of Hugging Face, torch.hub and
Kaggle on this machine, and where the declaration says. Nothing outside the target and those is read, whatever a link or a
name says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from supplychain import catalog
from supplychain.artifacts import croissant
from supplychain.artifacts.client_caches import of_clients
from supplychain.artifacts.found import Found, Wanted
from supplychain.artifacts.from_hub import of_hub
from supplychain.artifacts.in_target import InTarget
from supplychain.artifacts.measuring import measure
from supplychain.artifacts.published import groups
from supplychain.artifacts.remembered import Digester
from supplychain.model.artifact import Artifact, PublishedHash
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.policy import Policy
from supplychain.model.reference import Reference, Scope
from supplychain.target import NotReadError, Target

__all__ = ["Digester", "Found", "digester", "gather"]

_PROD = frozenset({Scope.PROD})
_DECLARATION = "supplychain.toml"


def digester(policy: Policy, now: datetime, *, simulated: bool) -> Digester:
    """Return what computes and remembers digests in a run."""
    limit, days = policy.artifacts.max_file_bytes, policy.freshness.digest_max_age_days
    return Digester.open(now, days, limit, simulated=simulated)


def gather(
    target: Target,
    case: Case,
    *,
    fetch: bool,
    digests: Digester | None = None,
    look: Callable[[Sequence[Found]], object] = lambda _: None,
    stated: Iterable[tuple[str, str, PublishedHash]] = (),
) -> tuple[Artifact, ...]:
    """Return the artifacts of the models and datasets that production names, by component; each has one at least.

    Args:
        target: the target.
        case: its inventory, and what hubs, baseline, inventories and declaration say.
        fetch: whether bytes of pinned revisions that are not at hand are fetched first.
        digests: what a run has computed already.
        look: what else reads them; it comes first, and the digests that it learns are not computed again.
        stated: what metadata of the target publish: component, path in the target, and hash.
    """
    digests = digests or digester(case.policy, case.now, simulated=case.simulated)
    every = _wanted(case)
    problems: dict[str, str] = {}
    if fetch:
        from supplychain.artifacts.fetching import fetch_missing  # starts a process, and no run needs it unasked

        problems = fetch_missing(every, case)
    inside = InTarget(target, case.policy.artifacts.max_files)
    declared = _declared_lines(target)
    founds = [(_found(one, target, case, inside), groups(one, case, declared.get(one.id))) for one in every]
    for own, _ in founds:
        for found in own:
            if found.state == "absent" and not found.problem:
                found.problem = problems.get(found.wanted.id, "")
    _add_stated([found for own, _ in founds for found in own], stated)
    look([found for own, _ in founds for found in own])
    measure(founds, digests)
    digests.save()
    return tuple(found.artifact for own, _ in founds for found in own if found.artifact)


def _add_stated(founds: Iterable[Found], stated: Iterable[tuple[str, str, PublishedHash]]) -> None:
    """Add to files of the target what metadata beside them publish; what a description listed is there already."""
    by_file: dict[tuple[str, str], list[PublishedHash]] = {}
    for component, path, said in stated:
        by_file.setdefault((component, path), []).append(said)
    for found in founds:
        known = {(said.algorithm, said.value) for said in found.published}
        own = by_file.get((found.wanted.id, found.path), ()) if found.where in {"target", "declared"} else ()
        found.published += [said for said in own if (said.algorithm, said.value) not in known]


def _wanted(case: Case) -> list[Wanted]:
    """Return the models and datasets that production names; those that only the declaration moves out as well."""
    places: dict[str, list[Reference]] = {}
    for kind in (Kind.MODEL, Kind.DATASET):
        moved = (item for item in case.inventory.moved_out(kind, _PROD) if isinstance(item, Reference))
        for reference in (*case.inventory.of(kind, _PROD), *moved):
            if reference.component.kind is kind and reference.component.source not in catalog.hosting():
                places.setdefault(reference.component.id, []).append(reference)
    return [Wanted(found[0].component, tuple(found)) for _, found in sorted(places.items())]


def _found(wanted: Wanted, target: Target, case: Case, inside: InTarget) -> list[Found]:
    """Return the artifacts of a component, or the one that stands for their absence."""
    declared = case.declaration.of(wanted.id) if case.declaration else None
    found: list[Found] = []
    if declared is not None and declared.path is not None:
        found += inside.at(wanted, declared.path, "declared")
    if wanted.component.is_file:
        found += inside.at(wanted, wanted.component.name)
    for reference in wanted.references:
        if reference.call == "Croissant":
            found += _described(wanted, target, reference, inside)
        elif reference.call == "DVC" and not wanted.component.is_file:
            found += inside.of_dvc(wanted, reference.at.file)
    is_elsewhere = not any(one.has_bytes for one in found)
    if wanted.component.source == "huggingface" and (is_elsewhere or declared is None or declared.path is None):
        found += of_hub(wanted, case)
    if is_elsewhere:
        found += of_clients(wanted, case.policy.artifacts.max_files)
    unique = list({(one.path, one.revision): one for one in reversed(found)}.values())[::-1]
    if any(one.state != "absent" or one.path or one.problem for one in unique):
        return unique
    known = [one for one in unique if one.published]
    return (known or unique or [Found(wanted, "", "target", "absent")])[:1]


def _described(wanted: Wanted, target: Target, reference: Reference, inside: InTarget) -> list[Found]:
    """Return the files that a Croissant description lists, with the bytes that lie beside it."""
    found = []
    for one in croissant.distributed(target, reference.at):
        file = target.get(one.local) if one.local else None
        item = inside.file(wanted, file) if file else Found(wanted, one.path, "target", "absent")
        item.published += one.published
        item.at = one.published[0].at if one.published else reference.at
        found.append(item)
    return found


def _declared_lines(target: Target) -> dict[str, int]:
    """Return the lines of the declaration that state a component's SHA-256, by the component's id."""
    file = target.get(_DECLARATION)
    try:
        text = target.read(file).data.decode("utf-8", "replace") if file else ""
    except NotReadError:
        return {}
    found: dict[str, int] = {}
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("["):
            current = ""
        elif match := re.match(r"""\s*id\s*=\s*["']([^"']+)["']""", line):
            current = match[1]
        elif current and re.match(r"\s*sha256\s*=", line):
            found[current] = number
    return found
