"""A first `supplychain.toml` from what discovery found; it states nothing that a person has to state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import tomlkit

from supplychain.config.approvals import is_hosted
from supplychain.config.loading import SIZE_LIMIT
from supplychain.config.provenance_skeleton import asked
from supplychain.config.service_skeleton import services
from supplychain.model.component import Component, Kind
from supplychain.model.inventory import Inventory
from supplychain.model.license import ProvenanceStatement
from supplychain.model.reference import Reference, Scope, Unresolved
from supplychain.model.text import printable

_HEAD = """\
# What the team of this repository states about its AI supply chain. Written by supplychain init from what it found.
# Lines that begin with "# fill in" ask for what only people know: answer, and take the "# " away.
# What stays open is undetermined in the next run, and nothing here widens whom the assessor trusts.
schema = 1

# fill in: who owns this project, and what it does with its components (it decides which licenses fit)
# [project]
# name = {name}
# owner = "team@example.com"
# criticality = "medium"  # low, medium or high
# intended_use = {{ commercial = true, hosted = true, redistribute = true, modify = true, fields = [] }}
"""
_TAIL = """
# fill in: each system that runs these components, so that it can be isolated
# [[system]]
# id = "api"
# env = "prod"
# uses = []  # ids as above, services as "service:ID"
# deploy = { kind = "kubernetes", namespace = "", selector = "" }

# fill in: whom an incident reaches, and the plan for it
# [incident]
# contacts = ["oncall@example.com"]
# plan = "docs/incident-response.md"

# fill in: the documents that describe these measures, where they lie elsewhere than usual
# [[document]]
# path = "docs/supply-chain-security.md"
# role = "supply chain policy"  # or security policy, incident response plan
"""
_TO_APPROVE = "# fill in: an approver of the policy approves it with: supplychain approve\n"
_SHOWN = 3
_ROOM = SIZE_LIMIT // 2
"""Characters that the entries may have together."""


def skeleton(inventory: Inventory, project: str, provenance: Iterable[ProvenanceStatement] = ()) -> str:
    """Return a declaration that is valid as it is, with what discovery knows of production code.

    What only people know stands in comments that begin with `# fill in:`; what documents state of the provenance of a model
    or dataset stands there with its place, for people to look at before it is theirs.
    """
    parts = [_HEAD.format(name=_quoted(printable(project)))]
    room = _ROOM
    for count, part in enumerate(entries := [*_entries(inventory, [*provenance])]):
        room -= len(part.encode())
        if room < 0:
            parts.append(
                f"\n# {len(entries) - count} more are not listed here: supplychain inventory write lists all\n"
            )
            break
        parts.append(part)
    return "".join(parts) + _TAIL


def _entries(inventory: Inventory, provenance: Sequence[ProvenanceStatement]) -> Iterator[str]:
    used: dict[str, list[Reference]] = {}
    for reference in inventory.references:
        if reference.at.scope is Scope.PROD:
            used.setdefault(reference.component.id, []).append(reference)
    for kind in (Kind.MODEL, Kind.DATASET):
        for name in sorted(used):
            if used[name][0].component.kind is kind:
                yield _component(used[name], [item for item in provenance if item.component == name])
    yield from services(inventory)
    for unresolved in inventory.unresolved:
        if unresolved.at.scope is Scope.PROD:
            yield _resolve(unresolved)


def _component(references: Sequence[Reference], provenance: Sequence[ProvenanceStatement]) -> str:
    identity = references[0].component.id
    if not _is_declarable(references[0].component):
        return f"\n# {printable(identity)} cannot be declared by this id ({references[0].at})\n"
    component = references[0].component
    lines = ["", f"# used at {_listed({str(reference.at) for reference in references})}"]
    lines += ["[[component]]", f"id = {_quoted(identity)}"]
    if is_hosted(component):
        return "\n".join([*lines, _TO_APPROVE])
    revisions = {reference.revision for reference in references}
    if (revision := _only(revisions)) is not None:
        lines.append(f"revision = {_quoted(revision)}")
    elif component.source not in {"file", "url"}:
        several = f", not {_listed({revision or 'none' for revision in revisions})}" if len(revisions) > 1 else ""
        lines.append(f"# fill in: pin one revision where it is used{several}")
    checksum = _only({reference.checksum for reference in references})
    if checksum is not None and checksum.startswith("sha256:") and _is_hex(checksum[7:]):
        lines.append(f'sha256 = "{checksum[7:].lower()}"')
    if component.is_file:
        lines += ["# fill in: if it was trained here, with provenance.source naming the code", "# first_party = true"]
    return "\n".join([*lines, *asked(component, provenance), _TO_APPROVE])


def _resolve(unresolved: Unresolved) -> str:
    return (
        f"\n# fill in: which values {_comment(unresolved.expression)} can have at {unresolved.at}, and what enforces it\n"
        f'# [[resolve]]\n# at = {_quoted(str(unresolved.at))}\n# values = []\n# enforced_by = ""\n'
    )


def _only(values: set[str | None]) -> str | None:
    """Return the value that all places agree on, or None."""
    return next(iter(values)) if len(values) == 1 else None


def _is_declarable(component: Component) -> bool:
    try:
        return printable(component.id) == component.id and Component.parse(component.id) == component
    except ValueError:
        return False


def _is_hex(text: str) -> bool:
    return len(text) == 64 and all(character in "0123456789abcdefABCDEF" for character in text)


def _listed(texts: set[str]) -> str:
    found = sorted(texts)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more


def _comment(text: str) -> str:
    return text[:100]


def _quoted(text: str) -> str:
    return tomlkit.string(text).as_string()
