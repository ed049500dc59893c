"""Canaries of requirement 9.1: a baseline of the target's own model, and the same with one thing changed since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, unread_sample, unresolved_sample
from supplychain.model.baseline import Baseline, BaselineFile, Recorded
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Approval, Declaration, DeclaredComponent, Project
from supplychain.model.reference import Override, Place, Reference, Resolution

_FILE = ".supplychain/baseline.json"
_BYTES, _OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
_COMMIT, _LATER = "a" * 40, "b" * 40
_APPROVER, _OWNER = "planted-approver", "planted-owner"
_PLACE = Place(file="planted.py", line=1)


def plant(case: Case) -> Iterator[Canary]:
    """Plant a file and a package that are as they were recorded, and each kind of drift in one of them."""
    yield from _records(case)
    weights = _reference("model:file/planted/model.safetensors")
    package = _reference("package:docker/planted", revision=_BYTES)
    stated = _declared(case, DeclaredComponent(id=weights.subject, license="MIT"))
    whole = _with(stated, _baseline(case, _entry(weights, digests=(_BYTES,), license="MIT"), _entry(package)))
    sound = _using(whole, weights, package, bytes_=_BYTES)
    yield Canary("as it was", sound, weights.subject, "unchanged")
    yield Canary("an image as it was", sound, package.subject, "unchanged")
    yield from _drifts(whole, weights, package)
    yield from _approved(case)
    yield from _unknown(case)


def _records(case: Case) -> Iterator[Canary]:
    whole = _baseline(case)
    for name, file, rule in (
        ("no baseline", None, "no-baseline"),
        ("one that cannot be used", BaselineFile(file=_FILE, problem="planted"), "unusable-baseline"),
        ("one that can", whole, "recorded"),
        ("one of a made-up time", _changed(whole, simulated=True), "made-up-time"),
        ("one of the future", _changed(whole, written=case.now + timedelta(hours=1)), "written-in-the-future"),
        ("one of this moment", _changed(whole, written=case.now), "recorded"),
    ):
        yield Canary(name, planted(case, baseline=file), "baseline", rule)
    hidden = unread_sample()
    yield Canary("files not read", planted(case, hidden, baseline=whole), hidden.subject, "not-read")


def _drifts(whole: Case, weights: Reference, package: Reference) -> Iterator[Canary]:
    moved = package.model_copy(update={"revision": _OTHER})
    elsewhere = package.model_copy(update={"address": "planted.example/image"})
    flagged = weights.model_copy(update={"flags": ("trust_remote_code=True",)})
    summed = package.model_copy(update={"checksum": _OTHER})
    new = _reference("model:file/new.safetensors")
    hidden = unresolved_sample(Kind.MODEL)
    for name, case, subject, says in (
        ("a byte flipped", _using(whole, weights, package, bytes_=_OTHER), weights.subject, "bytes: "),
        ("a tag moved", _using(whole, weights, moved, bytes_=_BYTES), package.subject, "revision: "),
        ("another registry", _using(whole, weights, elsewhere, bytes_=_BYTES), package.subject, "registry: "),
        ("a loader flag", _using(whole, flagged, package, bytes_=_BYTES), weights.subject, "loader flags: "),
        ("another checksum", _using(whole, weights, summed, bytes_=_BYTES), package.subject, "checksum: "),
        ("one more", _using(whole, weights, package, new, bytes_=_BYTES), new.subject, "added: "),
        ("one gone", _using(whole, weights, bytes_=_BYTES), package.subject, "removed: "),
    ):
        yield Canary(name, case, subject, "drift", says)
    license_ = _declared(whole, DeclaredComponent(id=weights.subject, license="GPL-3.0-only"))
    case = _using(license_, weights, package, bytes_=_BYTES)
    yield Canary("another license", case, weights.subject, "drift", "license: MIT")
    inventory = _using(whole, weights, package, bytes_=_BYTES).inventory
    override = Override(registry="huggingface", variable="HF_ENDPOINT", address="https://planted.example", at=_PLACE)
    for name, changes, subject in (
        ("an endpoint", {"overrides": (override,)}, "registry:huggingface by HF_ENDPOINT"),
        ("a name made at run time", {"unresolved": (hidden,)}, hidden.subject),
    ):
        changed = whole.model_copy(update={"inventory": inventory.model_copy(update=changes)})
        yield Canary(name, changed, subject, "drift")


def _approved(case: Case) -> Iterator[Canary]:
    """Plant a commit that moved, and an approval of the new one."""
    model = _reference("model:file/planted", revision=_LATER)
    before = _baseline(case, _entry(model, revisions=(_COMMIT,), license="MIT"))
    today, written = case.now.date(), before.baseline.written.date() if before.baseline else case.now.date()
    approval = Approval(by=_APPROVER, on=today)
    declared = DeclaredComponent(id=model.subject, revision=_LATER, license="MIT", approved=approval)
    for name, changes, rule in (
        ("a change that was approved", {}, "approved-change"),
        ("approved on the day of the baseline", {"approved": Approval(by=_APPROVER, on=written)}, "approved-change"),
        ("approved before", {"approved": Approval(by=_APPROVER, on=written - timedelta(days=1))}, "drift"),
        ("approved from tomorrow", {"approved": Approval(by=_APPROVER, on=today + timedelta(days=1))}, "drift"),
        ("approved by a stranger", {"approved": Approval(by="planted-stranger", on=today)}, "drift"),
        ("approved by its owner", {"approved": Approval(by=_OWNER, on=today)}, "drift"),
        ("the old one approved", {"revision": _COMMIT}, "drift"),
        ("not approved", {"approved": None}, "drift"),
    ):
        stated = _declared(case, declared.model_copy(update=changes))
        yield Canary(name, _using(_with(stated, before), model), model.subject, rule)
    flagged = model.model_copy(update={"flags": ("trust_remote_code=True",)})
    both = _using(_with(_declared(case, declared), before), flagged)
    yield Canary("approved, with a loader flag beside it", both, model.subject, "drift", "loader flags: ")


def _unknown(case: Case) -> Iterator[Canary]:
    for identity, facts, says in (
        ("model:file/planted", {"license": "MIT"}, "bytes"),
        ("model:file/planted", {"digests": (_BYTES,)}, "license"),
        ("model:huggingface/planted/model", {"revisions": (_COMMIT,)}, "license, owner"),
        ("package:pypi/planted", {}, "bytes"),
        ("package:pypi/planted", {"revisions": ("1.0",)}, "bytes"),
    ):
        reference = _reference(identity, revision=dict(facts).get("revisions", (None,))[0])
        license_ = DeclaredComponent(id=identity, license=dict(facts).get("license"))
        stated = _with(_declared(case, license_), _baseline(case, _entry(reference, **facts)))
        bytes_ = _BYTES if "digests" in facts else None
        yield Canary(f"{says} not known", _using(stated, reference, bytes_=bytes_), identity, "not-compared", says)
    for identity in ("service:planted", "model:openai/planted"):
        reference = _reference(identity)
        hosted = _using(_with(_declared(case), _baseline(case, _entry(reference))), reference)
        yield Canary("a service has no bytes", hosted, identity, "unchanged")
    weights = _reference("model:file/planted")
    silent = _with(
        _declared(case, DeclaredComponent(id=weights.subject, license="MIT")),
        _baseline(case, _entry(weights, digests=(_BYTES,))),
    )
    yield Canary(
        "a license not recorded", _using(silent, weights, bytes_=_BYTES), weights.subject, "not-compared", "license"
    )
    lost = _baseline(case, _entry(weights, digests=(_BYTES,), license="MIT"))
    stated = _declared(case, DeclaredComponent(id=weights.subject, license="MIT"))
    yield Canary(
        "bytes no longer at hand", _using(_with(stated, lost), weights), weights.subject, "not-compared", "bytes"
    )


def _reference(identity: str, revision: str | None = None) -> Reference:
    component = Component.parse(identity)
    return Reference(component=component, at=_PLACE, resolution=Resolution.LITERAL, revision=revision)


def _entry(reference: Reference, **facts: object) -> Recorded:
    source = reference.component.source or "service"
    stated = {"id": reference.subject, "revisions": (reference.revision,), "registries": (source,), "at": _PLACE}
    return Recorded.model_validate({**stated, **facts})


def _baseline(case: Case, *entries: Recorded) -> BaselineFile:
    listed = tuple(sorted(entries, key=lambda entry: entry.id))
    content = Baseline(schema=1, written=case.now - timedelta(days=3), commit=None, components=listed)
    return BaselineFile(file=_FILE, digest="sha256:planted", baseline=content)


def _changed(file: BaselineFile, **changes: object) -> BaselineFile:
    content = file.baseline.model_copy(update=changes) if file.baseline else None
    return file.model_copy(update={"baseline": content})


def _with(case: Case, file: BaselineFile) -> Case:
    return case.model_copy(update={"baseline": file})


def _declared(case: Case, *components: DeclaredComponent) -> Case:
    declaration = Declaration(schema=1, project=Project(name="planted", owner=_OWNER), component=components)
    people = case.policy.people.model_copy(update={"approvers": (_APPROVER, _OWNER)})
    policy = case.policy.model_copy(update={"people": people})
    return case.model_copy(update={"declaration": declaration, "policy": policy})


def _using(case: Case, *references: Reference, bytes_: str | None = None) -> Case:
    """Return the case with these references alone; the bytes of files are measured as `bytes_`."""
    files = {reference.subject for reference in references if reference.component.is_file}
    measured = {name: bytes_ for name in files if bytes_}
    return planted(case, *references).model_copy(update={"declaration": case.declaration, "measured": measured})
