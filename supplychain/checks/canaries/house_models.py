"""Canaries of house rules 91.1 to 94.1: the target's own model, and the same with one thing changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, sample_reference, unread_sample, unresolved_sample
from supplychain.model.artifact import FoundSignature, SignatureLookup
from supplychain.model.baseline import Baseline, BaselineFile, Recorded
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Approval, Declaration, DeclaredComponent, Project
from supplychain.model.reference import Place, Reference, Resolution, Scope

_COMMIT = "0123456789abcdef" * 2 + "01234567"
_DIGEST = "sha256:" + "0" * 64
_KEY, _SIGNATURE = "planted.pub", "planted/model.sig"
_AGES = {"90 days": 90, "180 days": 180, "1 year": 365, "2 years": 730, "3 years": 1095}


def plant_revisions(case: Case) -> Iterator[Canary]:
    """Plant models named by what stays and by what moves."""
    own = _own(case)
    for name, rule, changes in (
        ("a commit", "immutable", {"revision": _COMMIT}),
        ("a digest", "immutable", {"revision": _DIGEST}),
        ("a checksum", "immutable", {"revision": None, "checksum": _DIGEST}),
        ("a weak checksum", "no-revision", {"revision": None, "checksum": "md5:" + "0" * 32}),
        ("no revision", "no-revision", {"revision": None}),
        ("a branch", "moving-revision", {"revision": "main"}),
        ("a tag", "moving-revision", {"revision": "v1.0"}),
        ("a short commit", "moving-revision", {"revision": _COMMIT[:12]}),
        ("code on a branch", "moving-code", {"revision": _COMMIT, "code_revision": "main"}),
        ("code at a commit", "immutable", {"revision": _COMMIT, "code_revision": _COMMIT}),
    ):
        changed = own.model_copy(update={"checksum": None, "code_revision": None, **changes})
        yield Canary(name, planted(case, changed), own.subject, rule)
    file = _file("planted/model.gguf")
    yield Canary("a file at hand", planted(case, file, measured={file.subject: _DIGEST}), file.subject, "in-target")
    yield Canary("a file elsewhere", planted(case, file, measured={}), file.subject, "not-in-target")
    seen = file.model_copy(update={"resolution": Resolution.FILE, "checksum": _DIGEST})
    yield Canary("a file by its bytes", planted(case, seen, measured={}), file.subject, "in-target")
    yield from _around(case, own)


def plant_pickles(case: Case) -> Iterator[Canary]:
    """Plant models that are seen to be pickles, to be none, and of which nothing is seen."""
    own = _own(case).model_copy(update={"call": "planted.load", "flags": (), "address": None})
    for name, rule, changes in (
        ("torch.load", "loads-pickles", {"call": "torch.load"}),
        ("joblib.load", "loads-pickles", {"call": "joblib.load"}),
        ("torch.load of safetensors", "loads-pickles", {"call": "torch.load", "address": "https://a.example/m.gguf"}),
        ("safetensors alone", "other-format", {"flags": ("use_safetensors=True",)}),
        ("safetensors or not", "pickles-allowed", {"flags": ("use_safetensors=False",)}),
        ("both arguments", "pickles-allowed", {"flags": ("use_safetensors=True", "allow_pickle=True")}),
        ("at run time", "format-unknown", {"flags": ("use_safetensors=args.safe",)}),
        ("an address", "a-pickle", {"address": "https://a.example/m.PT?download=true"}),
        ("an address of GGUF", "other-format", {"address": "https://a.example/m.gguf"}),
        ("an address of either", "format-unknown", {"address": "https://a.example/m.bin"}),
        ("a reader of safetensors", "other-format", {"call": "safetensors.torch.load_file"}),
        ("a tokenizer", "other-format", {"call": "tokenizers.Tokenizer.from_pretrained"}),
        ("a function that begins alike", "format-unknown", {"call": "torch.loader"}),
        ("nothing seen", "format-unknown", {}),
    ):
        yield Canary(name, planted(case, own.model_copy(update=changes)), own.subject, rule)
    for name, ending, form, rule in (
        ("a pickle by its bytes", "bin", "pickle", "a-pickle"),
        ("an old pickle by its bytes", "bin", "pickle of an old protocol", "a-pickle"),
        ("safetensors by its bytes", "safetensors", "safetensors", "other-format"),
        ("a zip with a pickle", "pt", "zip with weights", "a-pickle"),
        ("a zip of something", "bin", "zip with weights", "format-unknown"),
        ("a pickle in disguise", "safetensors", "pickle", "a-pickle"),
    ):
        file = _file(f"planted/model.{ending}")
        file = file.model_copy(update={"resolution": Resolution.FILE, "call": form, "checksum": _DIGEST})
        yield Canary(name, planted(case, file), file.subject, rule)
    yield from _around(case, own)


def plant_signatures(case: Case) -> Iterator[Canary]:
    """Plant what a lookup of signatures may have found of a model, and that it found nothing or did not run."""
    own = _own(case)
    trust = case.policy.trust.model_copy(update={"keys": (_KEY,)})
    base = case.model_copy(update={"policy": case.policy.model_copy(update={"trust": trust})})
    there = FoundSignature(kind="gpg", file=_SIGNATURE, at=own.at, state="valid", by="key", identity="1", key=_KEY)
    for name, rule, found, looked in (
        ("a signature", "signed", (there,), ("planted",)),
        (
            "of a key that the policy lost",
            "not-known",
            (there.model_copy(update={"key": "planted-other.pub"}),),
            ("p",),
        ),
        ("a bad signature", "does-not-count", (there.model_copy(update={"state": "invalid"}),), ("planted",)),
        (
            "a good one beside a bad one",
            "does-not-count",
            (there, there.model_copy(update={"state": "expired"})),
            ("p",),
        ),
        ("none", "unsigned", (), ("planted",)),
        ("nobody could look", "not-known", (), ()),
    ):
        lookup = SignatureLookup(component=own.subject, looked=looked, found=found)
        yield Canary(name, planted(base, own, signatures=(lookup,)), own.subject, rule)
    lost = SignatureLookup(component=own.subject, looked=("planted",), expected=(_SIGNATURE,))
    yield Canary("one that is gone", planted(base, own, signatures=(lost,)), own.subject, "unsigned", _SIGNATURE)
    other = SignatureLookup(component="model:planted/other", looked=("planted",), found=(there,))
    yield Canary("of another model", planted(base, own, signatures=(other,)), own.subject, "not-known")
    yield from _around(case, own)


def plant_ages(case: Case) -> Iterator[Canary]:
    """Plant a model with days around the limit of the sentence, and with days that do not count."""
    own = _own(case).model_copy(update={"revision": _COMMIT})
    limit = max((_AGES[word] for word in case.words("94.1", "age") if word in _AGES), default=0)
    today = case.now.date()
    young, old = today - timedelta(days=limit), today - timedelta(days=limit + 1)
    by = "planted-approver"
    people = case.policy.people.model_copy(update={"approvers": (by,)})
    base = planted(case, own, baseline=None, policy=case.policy.model_copy(update={"people": people}))
    seen = Approval(by=by, on=today)
    for name, rule, stated in (
        ("at the limit", "young-enough", {"published": young, "approved": seen}),
        ("beyond the limit", "too-old", {"published": old, "approved": seen}),
        ("old, and nobody approved it", "too-old", {"published": old}),
        ("nobody approved it", "no-date", {"published": young}),
        ("a stranger approved it", "no-date", {"published": young, "approved": Approval(by="planted", on=today)}),
        ("another revision", "no-date", {"published": young, "approved": seen, "revision": _COMMIT[::-1]}),
        ("to come", "no-date", {"published": today + timedelta(days=1), "approved": seen}),
        ("approved long ago", "too-old", {"approved": Approval(by=by, on=old)}),
        ("approved, no day", "no-date", {"approved": seen}),
        ("no day", "no-date", {}),
    ):
        entry = {"id": own.subject, "revision": _COMMIT, **stated}
        yield Canary(name, _declaring(base, entry), own.subject, rule)
    yield Canary("the owner approved it", _declaring(base, _dated(own, young, seen), by), own.subject, "no-date")
    moving = own.model_copy(update={"revision": "main", "checksum": None})
    branch = _declaring(planted(base, moving, measured={}), {**_dated(own, young, seen), "revision": "main"})
    yield Canary("a branch has no day", branch, own.subject, "no-date")
    for name, day, revision, rule in (
        ("in an old baseline", old, _COMMIT, "too-old"),
        ("in a young baseline", young, _COMMIT, "no-date"),
        ("an old baseline of another revision", old, _COMMIT[::-1], "no-date"),
    ):
        recorded = base.model_copy(update={"baseline": _baseline(case, own, day, revision)})
        yield Canary(name, recorded, own.subject, rule)
    yield from _around(case, own)


def _around(case: Case, own: Reference) -> Iterator[Canary]:
    """Plant what every rule on models answers alike: what could hide one, and what is none of its own."""
    unread, unresolved = unread_sample(), unresolved_sample(Kind.MODEL)
    yield Canary("files not read", planted(case, unread), unread.subject, "not-read")
    yield Canary("a name at run time", planted(case, unresolved), unresolved.subject, "unresolved")
    dataset = unresolved_sample(Kind.DATASET)
    yield Canary("a dataset's name at run time", planted(case, dataset), dataset.subject, None)
    test = own.model_copy(update={"at": own.at.model_copy(update={"scope": Scope.TEST})})
    yield Canary("a model of tests", planted(case, test, unread), own.subject, None)
    hosted = own.model_copy(update={"component": own.component.model_copy(update={"source": "openai"})})
    yield Canary("a hosted model", planted(case, hosted), hosted.subject, None)
    yield Canary("only declared", _declaring(planted(case), {"id": own.subject}), own.subject, "declared-not-found")


def _own(case: Case) -> Reference:
    return sample_reference(case, Kind.MODEL, "huggingface", "planted/model")


def _file(name: str) -> Reference:
    component = Component(kind=Kind.MODEL, source="file", name=name)
    return Reference(component=component, at=Place(file="planted.py", line=1), resolution=Resolution.LITERAL)


def _dated(own: Reference, day: date, approval: Approval) -> dict[str, Any]:
    return {"id": own.subject, "revision": _COMMIT, "published": day, "approved": approval}


def _declaring(case: Case, entry: dict[str, Any], owner: str = "planted-owner") -> Case:
    project = Project(name="planted", owner=owner)
    stated = Declaration(schema=1, project=project, component=(DeclaredComponent(**entry),))
    return case.model_copy(update={"declaration": stated})


def _baseline(case: Case, own: Reference, day: date, revision: str) -> BaselineFile:
    entry = Recorded(id=own.subject, revisions=(revision,), registries=("huggingface",), at=own.at)
    written = case.now - timedelta(days=(case.now.date() - day).days)
    return BaselineFile(
        file="planted.json", baseline=Baseline(schema=1, written=written, commit=None, components=(entry,))
    )
