"""Canaries of 2.1 and 4.3: an artifact of the target's own with what is wrong of it, and as it should be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, sample_reference, unread_sample, unresolved_sample
from supplychain.model.artifact import Artifact, FoundSignature, PublishedHash, SignatureLookup
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.finding import Source
from supplychain.model.hub import HubFile, HubRecord
from supplychain.model.reference import Place, Reference, Resolution, Scope

_COMMIT = "0123456789abcdef0123456789abcdef01234567"
_BYTES = b"bytes of a planted artifact"
_NAMES = {Kind.MODEL: "planted/model", Kind.DATASET: "planted/data"}


def plant_models(case: Case) -> Iterator[Canary]:
    """Plant models whose bytes are not the published ones, and such as are."""
    yield from _Plants(case, Kind.MODEL).all("")


def plant_datasets(case: Case) -> Iterator[Canary]:
    """Plant datasets likewise, and signatures where the sentence asks for them."""
    plants = _Plants(case, Kind.DATASET)
    is_asked = "signatures" in case.words("4.3", "methods")
    yield from plants.all("signed" if is_asked else "")
    if is_asked:
        yield from plants.signatures()


@dataclass
class _Plants:
    """What is planted of one kind."""

    case: Case
    kind: Kind

    @property
    def hub(self) -> Reference:
        """The target's own first reference to the hub, at a commit."""
        own = sample_reference(self.case, self.kind, "huggingface", _NAMES[self.kind])
        return own if own.is_pinned else own.model_copy(update={"revision": _COMMIT})

    @property
    def file(self) -> Reference:
        """A file of the target."""
        component = Component(kind=self.kind, source="file", name="planted/file.bin")
        at = Place(file="planted.py", line=1)
        return Reference(component=component, at=at, resolution=Resolution.LITERAL)

    @property
    def digests(self) -> dict[str, str]:
        """Digests of the target's own first artifact of the kind, or of made-up bytes."""
        found = {name: hashlib.new(name, _BYTES).hexdigest() for name in ("sha256", "sha384", "sha512", "sha1", "md5")}
        own = (a for a in self.case.artifacts if a.sha256 and a.component.startswith(f"{self.kind}:"))
        artifact = next(own, None)
        if artifact is not None:
            found |= {"sha256": artifact.sha256 or "", **dict(artifact.weaker)}
        return found | {"git-sha1": _COMMIT}

    def said(self, algorithm: str = "sha256", origin: str = "hub", **changes: object) -> PublishedHash:
        """Return what was published of it."""
        given = {"algorithm": algorithm, "value": self.digests[algorithm], "origin": origin, **changes}
        return PublishedHash.model_validate(given)

    def artifact(self, reference: Reference, *published: PublishedHash, **changes: object) -> Artifact:
        """Return an artifact that is at hand."""
        digests = self.digests
        weaker = tuple((name, value) for name, value in digests.items() if name != "sha256")
        given = {
            "component": reference.subject,
            "path": "planted.bin",
            "at": reference.at,
            "where": "cache",
            "revision": reference.revision,
            "state": "bytes",
            "size": len(_BYTES),
            "sha256": digests["sha256"],
            "weaker": weaker,
            "published": published,
            "pinned": reference.is_pinned,
        }
        return Artifact.model_validate({**given, **changes})

    def canary(self, name: str, rule: str, reference: Reference, *artifacts: Artifact, **changes: object) -> Canary:
        """Return a case with nothing but this component and these artifacts."""
        nothing = {"hub": (), "boms": (), "baseline": None, "signatures": ()}
        case = planted(self.case, reference, artifacts=artifacts, **{**nothing, **changes})
        return Canary(name, case, reference.subject, rule)

    def all(self, passed: str) -> Iterator[Canary]:
        """Yield every case; `passed` is the rule of one that passes, where words ask for more than its digest."""
        yield from self.good(passed)
        yield from self.wrong()
        yield from self.open()
        yield from self.unknown()

    def good(self, passed: str) -> Iterator[Canary]:
        """Yield cases whose bytes are the published ones."""
        hub, file, least = self.hub, self.file, self.case.policy.thresholds.min_hash
        strong = self.said(least)
        signed = {"signatures": (self.lookup(hub, "valid"),)}
        yield self.canary("unmodified", passed or "matches", hub, self.artifact(hub, strong), **signed)
        both = self.artifact(hub, self.said("md5", "metadata"), strong)
        yield self.canary("an MD5 beside it", passed or "matches", hub, both, **signed)
        declared = self.said(least, "declaration")
        away = hub.model_copy(update={"revision": None})
        fixed = self.artifact(away, declared)
        yield self.canary("fixed by a digest", passed or "matches", away, fixed, **signed)
        own = self.artifact(file, self.said(least, "baseline"), where="target")
        signatures = {"signatures": (self.lookup(file, "valid"),)}
        yield self.canary("recorded earlier", passed or "matches", file, own, **signatures)
        empty = self.artifact(hub, strong, state="empty", size=0)
        yield self.canary("empty, as published", passed or "matches", hub, empty, **signed)
        if not passed:
            small = self.artifact(hub, self.said("git-sha1"))
            yield self.canary("a small file at a commit", "matches-git-blob", hub, small)

    def wrong(self) -> Iterator[Canary]:
        """Yield cases whose bytes, or whose published hash, are wrong."""
        hub, strong = self.hub, self.said()
        digest = self.digests["sha256"]
        flipped = ("0" if digest[0] != "0" else "1") + digest[1:]
        for name, changes in (
            ("one byte flipped", {"sha256": flipped}),
            ("one byte flipped, remembered", {"sha256": flipped, "cached": self.case.now.date()}),
        ):
            yield self.canary(name, "mismatch", hub, self.artifact(hub, strong, **changes))
        both = self.artifact(hub, self.said("md5", "metadata"), self.said(origin="metadata", value=flipped))
        yield self.canary("a wrong SHA-256 beside a right MD5", "mismatch", hub, both)
        md5 = self.artifact(hub, strong, self.said("md5", "dvc", value="0" * 32))
        yield self.canary("a wrong MD5 beside a right SHA-256", "mismatch", hub, md5)
        away = hub.model_copy(update={"revision": None})
        moved = self.artifact(away, strong, sha256=flipped)
        yield self.canary("one byte flipped, not pinned", "mismatch", away, moved)
        named = self.artifact(hub, self.said(origin="name", value=flipped[:8]))
        yield self.canary("another name", "mismatch", hub, named)
        short = self.artifact(hub, self.said(size=len(_BYTES) + 1, value=flipped), state="truncated", size=len(_BYTES))
        yield self.canary("cut off", "truncated", hub, short)
        yield self.canary("no bytes", "empty-file", hub, self.artifact(hub, state="empty", size=0))
        for origin in ("hub", "reference", "declaration", "metadata"):
            nothing = self.said(origin=origin, value="")
            yield self.canary(f"empty: {origin}", "empty-hash", hub, self.artifact(hub, nothing))
            absent = self.artifact(hub, nothing, state="absent", sha256=None, weaker=())
            yield self.canary(f"empty and absent: {origin}", "empty-hash", hub, absent)
        for count in (8, 63):
            prefix = self.artifact(hub, self.said(value=digest[:count]))
            yield self.canary(f"the first {count} digits", "malformed-hash", hub, prefix)
        words = self.artifact(hub, self.said(value="z" * 64))
        yield self.canary("no digits", "malformed-hash", hub, words)
        yield self.canary("a file more", "unlisted", hub, self.artifact(hub, state="unlisted", problem="its list"))
        gone = self.artifact(hub, strong, state="removed", sha256=None, weaker=(), size=None)
        yield self.canary("a file less", "removed", hub, gone)

    def open(self) -> Iterator[Canary]:
        """Yield cases in which nothing fixes which bytes are meant."""
        hub, file = self.hub, self.file
        for revision in (None, "main", "v1.0", _COMMIT[:12]):
            away = hub.model_copy(update={"revision": revision})
            yield self.canary(f"at {revision}", "unpinned", away, self.artifact(away, self.said()))
            absent = self.artifact(away, self.said(), state="absent", sha256=None, weaker=(), path="")
            yield self.canary(f"at {revision}, absent", "unpinned", away, absent)
            yield self.canary(f"at {revision}, nothing gathered", "unpinned", away)
        yield self.canary("a file without a record", "not-recorded", file, self.artifact(file, where="target"))
        lost = self.artifact(file, where="target", state="absent", sha256=None, weaker=())
        yield self.canary("a file that is not there", "nothing-fixed", file, lost)
        record = {"component": hub.subject, "revision": hub.revision, "commit": hub.revision, "state": "listed"}
        listed = HubRecord(**record, files=(HubFile(path="planted.bin"),), source=Source(name="hub", level="cached"))
        yield self.canary("listed without a hash", "no-hash", hub, self.artifact(hub), hub=(listed,))

    def unknown(self) -> Iterator[Canary]:
        """Yield cases that cannot be decided."""
        hub, file = self.hub, self.file
        for name, rule, said in (
            ("MD5 alone", "md5-only", self.said("md5", "dvc")),
            ("SHA-1 alone", "sha1-only", self.said("sha1", "reference")),
            ("a git blob that no hub lists", "sha1-only", self.said("git-sha1", "reference")),
            ("its name alone", "name-only", self.said(origin="name", value=self.digests["sha256"][:8])),
            ("its download alone", "download-only", self.said(origin="download")),
        ):
            yield self.canary(name, rule, hub, self.artifact(hub, said))
        yield self.canary("nothing known of it", "no-facts", hub, self.artifact(hub))
        if (least := self.case.policy.thresholds.min_hash) != "sha256":
            weaker = self.artifact(hub, self.said())
            yield self.canary(f"less than {least}", "below-policy", hub, weaker)
        demanding = self.case.policy.model_copy(
            update={"thresholds": self.case.policy.thresholds.model_copy(update={"min_hash": "sha512"})}
        )
        yield self.canary("a stricter policy", "below-policy", hub, self.artifact(hub, self.said()), policy=demanding)
        for reference, state in ((hub, "pointer"), (file, "pointer"), (hub, "absent")):
            said = self.said(origin="git-lfs" if state == "pointer" else "hub")
            there = self.artifact(reference, said, state=state, sha256=None, weaker=())
            yield self.canary(
                f"{state}, its hash known", f"{state}-only".replace("absent-only", "absent"), reference, there
            )
        yield self.canary("pinned, nothing gathered", "absent", hub)
        unread = self.artifact(hub, self.said(), state="not read", sha256=None, weaker=(), problem="planted")
        yield self.canary("not read", "artifact-not-read", hub, unread)
        hidden = (unresolved_sample(self.kind), "unresolved"), (unread_sample(), "not-read")
        for item, rule in hidden:
            yield Canary(rule, planted(self.case, item), item.subject, rule)
        tested = hub.model_copy(update={"at": hub.at.model_copy(update={"scope": Scope.TEST})})
        yield Canary("test scope", planted(self.case, tested), hub.subject, None)

    def lookup(self, reference: Reference, state: str, *covers: str) -> SignatureLookup:
        """Return a lookup that found one signature."""
        given = {"kind": "minisign", "file": "planted.minisig", "state": state, "covers": covers or ("planted.bin",)}
        found = FoundSignature.model_validate(given)
        return SignatureLookup(component=reference.subject, looked=("planted",), found=(found,))

    def signatures(self) -> Iterator[Canary]:
        """Yield cases whose digest is right, with what can be of their signatures."""
        hub = self.hub
        whole = self.artifact(hub, self.said(self.case.policy.thresholds.min_hash))
        none = SignatureLookup(component=hub.subject, looked=("planted",))
        lacking = none.model_copy(update={"lacked": ("planted: it could not be asked",)})
        for name, rule, lookups in (
            ("a bad signature", "bad-signature", (self.lookup(hub, "invalid"),)),
            ("an unexpected signer", "bad-signature", (self.lookup(hub, "unexpected identity"),)),
            ("a signature of another file", "unsigned", (self.lookup(hub, "valid", "other.bin"),)),
            ("no signature", "unsigned", (none,)),
            ("a signer whom nobody trusts", "signature-unknown", (self.lookup(hub, "no trust"),)),
            ("half a lookup", "signature-unknown", (lacking,)),
            ("no lookup", "signature-unknown", ()),
        ):
            yield self.canary(name, rule, hub, whole, signatures=lookups)
