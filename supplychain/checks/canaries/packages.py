"""What the canaries of scenario 5 share: the target's own first pinned package, and what is planted about it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, unread_sample, unresolved_sample
from supplychain.model.case import Case, Sentence
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration, Project
from supplychain.model.fact import AdvisoryData, Matched, MatcherTest, Release
from supplychain.model.finding import Source
from supplychain.model.package import Graph, Resolved
from supplychain.model.reference import Place, Reference, Resolution, Scope

OWNER, APPROVER = "planted-owner", "planted-approver"
DIGEST = "sha256:" + "1" * 64
PLACE = Place(file="planted.lock", line=1)

_PLAIN = re.compile(r"package:(pypi|npm)/@?[^\s@]+@[^\s@]+")
"""A name and a version that a policy can deny as they are."""


def own_package(case: Case) -> Resolved:
    """Return the target's own first package that is one version from an index, or a made-up one."""
    for entry in case.graph.packages:
        is_own = entry.at.scope is Scope.PROD and entry.origin.form == "index"
        if is_own and _PLAIN.fullmatch(f"{entry.component.id}@{entry.version or ''}"):
            return entry
    return entry_of("package:pypi/planted", "1.0")


def entry_of(identity: str, version: str | None, **parts: object) -> Resolved:
    """Return a made-up entry of a lock."""
    entry = Resolved(
        component=Component.parse(identity),
        version=version,
        at=PLACE,
        project="",
        format="requirements",
        is_locked=True,
    )
    return entry.model_copy(update=parts)


def reference_of(identity: str, revision: str | None, scope: Scope = Scope.PROD) -> Reference:
    """Return a made-up place in the code that names a package."""
    at = Place(file="planted/Dockerfile", line=1, scope=scope)
    return Reference(component=Component.parse(identity), at=at, resolution=Resolution.LITERAL, revision=revision)


def clean(entry: Resolved, **parts: object) -> Matched:
    """Return the matcher's answer on an entry that no advisory affects; `parts` change it."""
    answer = Matched(component=entry.component.id, version=entry.version, state="clean")
    return answer.model_copy(update=parts)


def listed(entry: Resolved, **parts: object) -> Release:
    """Return what the registry says of an entry: that it lists it; `parts` change it."""
    source = Source(name="planted", level="local")
    release = Release(component=entry.component.id, version=entry.version or "", state="listed", source=source)
    return release.model_copy(update=parts)


def knowing(case: Case, *found: Resolved | Reference, **parts: object) -> Case:
    """Return the case with nothing but these packages, and good advisory data with `parts` of them changed.

    Nothing is declared but a project with an owner, and the policy names one more approver and denies nothing.
    """
    data = AdvisoryData(
        source=Source(name="planted", level="local", digest=DIGEST),
        as_of=case.now,
        ecosystems=("pypi", "npm"),
        has_malware=True,
        records=2,
        test=MatcherTest(planted=2),
    )
    people = case.policy.people.model_copy(update={"approvers": (*case.policy.people.approvers, APPROVER)})
    rules = case.policy.packages.model_copy(update={"deny": ()})
    bare = planted(
        case,
        *(item for item in found if isinstance(item, Reference)),
        policy=case.policy.model_copy(update={"people": people, "packages": rules}),
        graph=Graph(packages=tuple(item for item in found if isinstance(item, Resolved))),
        advisories=data.model_copy(update=parts),
        detections=(),
        scanners=(),
        vex=(),
        first_seen={},
        releases=tuple(listed(item) for item in found if isinstance(item, Resolved)),
    )
    return bare.model_copy(update={"declaration": declaring()})


def declaring(owner: str | None = OWNER, **parts: object) -> Declaration:
    """Return a declaration of a project, and what else it says."""
    project = Project(name="planted", owner=owner) if owner else None
    return Declaration(schema=1, project=project).model_copy(update=parts)


def hiding(case: Case) -> Iterator[Canary]:
    """Plant a call whose package is not known, and files that were not read, beside one another."""
    call, files = unresolved_sample(Kind.PACKAGE), unread_sample()
    both = planted(knowing(case), call, files)
    for hidden, rule in ((call, "unresolved"), (files, "not-read")):
        yield Canary("what may hide a package", both, hidden.subject, rule)
    part = knowing(case, problem="planted reason")
    yield Canary("a part of the data", part, "advisories", "partial-data", "are not all: planted reason")
    for parts in ({"source": Source(name="planted", level="absent")}, {"as_of": None}, {"problem": ""}):
        yield Canary("none, or all of them", knowing(case, **{"problem": "planted", **parts}), "advisories", None)


def wording(case: Case, *words: str) -> Case:
    """Return the case with these words in the parentheses of 5.3."""
    sentence = Sentence(requirement="5.3", words={"advisories": words})
    return case.model_copy(update={"features": case.features.model_copy(update={"sentences": (sentence,)})})
