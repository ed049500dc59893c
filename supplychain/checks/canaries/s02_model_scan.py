"""Canaries of requirement 2.3: an artifact of the target's own with what a scan can see, and calls that load it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, sample_reference, unread_sample, unresolved_sample
from supplychain.model.artifact import Artifact
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration, DeclaredComponent, Project, Provenance, Review
from supplychain.model.finding import Source
from supplychain.model.hub import HubFile, HubRecord
from supplychain.model.package import Graph, Resolved
from supplychain.model.reference import Place, Reference, Relation, Resolution, Scope
from supplychain.model.scan import NO_FORMAT, Compared, Coverage, Indicator, Scanned

_COMMIT, _OTHER = "0123456789abcdef0123456789abcdef01234567", "89abcdef0123456789abcdef0123456789abcdef"
_SHA, _OTHER_SHA = "1" * 64, "2" * 64
_PATH, _CODE = "planted.bin", "planted.py"
_OWNER, _APPROVER = "planted-owner", "planted-approver"
_BYTES_AT, _CALL_AT = Place(file="planted.bin"), Place(file="planted/call.py", line=7)
_BASE = "model:huggingface/planted/base"
_ZEROS, _FS = f"sha256:{'0' * 64}", f"sha256:{'f' * 64}"
"""On both sides of any digest."""
_RULES = {"malicious": "pickle-runs-code", "review": "foreign-class", "note": "zero-tensor"}


def plant(case: Case) -> Iterator[Canary]:
    """Plant every answer that a scan can give, and each way in which a call lets more happen than reading numbers."""
    plants = _Plants(case)
    yield from plants.whole()
    yield from plants.indicators()
    yield from plants.reviews()
    yield from plants.lacks()
    yield from plants.remote()
    yield from plants.loading()
    yield from plants.comparisons()
    yield from plants.hidden()


@dataclass
class _Plants:
    """What is planted, made from what the target has."""

    case: Case

    @property
    def hub(self) -> Reference:
        """The target's own first reference to the hub, at a commit and without arguments."""
        own = sample_reference(self.case, Kind.MODEL, "huggingface", "planted/model")
        revision = own.revision if own.is_pinned else _COMMIT
        return own.model_copy(update={"revision": revision, "flags": (), "call": "planted.load", "code_revision": None})

    @property
    def sha256(self) -> str:
        """Of the target's own first scanned artifact, or made up."""
        own = (one.sha256 for one in self.case.scans if one.sha256)
        return next(own, _SHA)

    def scan(self, *verdicts: str, **changes: object) -> Scanned:
        """Return a scan with an indicator of each verdict."""
        seen = tuple(self.indicator(verdict) for verdict in verdicts)
        named = next((verdict for verdict in ("malicious", "review") if verdict in verdicts), "safe")
        given = {
            "path": _PATH,
            "sha256": self.sha256,
            "size": 9,
            "format": "planted",
            "verdict": named,
            "indicators": seen,
            "coverage": (Coverage(layer="planted", state="ran", bytes=9),),
            "components": (self.hub.subject,),
            "at": _BYTES_AT,
            "revision": self.hub.revision,
        }
        return Scanned.model_validate({**given, **changes})

    @staticmethod
    def indicator(verdict: str, **changes: object) -> Indicator:
        given = {"layer": "planted", "rule": _RULES[verdict], "verdict": verdict, "says": f"planted {verdict}"}
        return Indicator.model_validate({**given, "where": "planted member", **changes})

    def artifact(self, **changes: object) -> Artifact:
        given = {
            "component": self.hub.subject,
            "path": _PATH,
            "at": _BYTES_AT,
            "where": "cache",
            "revision": self.hub.revision,
            "state": "bytes",
            "sha256": self.sha256,
        }
        return Artifact.model_validate({**given, **changes})

    def made(self, *scans: Scanned, reference: Reference | None = None, **changes: Any) -> Case:
        """Return a case with nothing but one model, whose artifact has these scans."""
        nothing = {"artifacts": (self.artifact(),), "scans": scans, "comparisons": (), "hub": (), "graph": Graph()}
        return planted(self.case, reference or self.hub, **{**nothing, **changes})

    def canary(self, name: str, rule: str | None, case: Case, at: Place | None = None, says: str = "") -> Canary:
        return Canary(name, case, self.hub.subject, rule, says, at)

    def whole(self) -> Iterator[Canary]:
        """Yield models without an indicator that decides."""
        yield self.canary("scanned", "no-indicator", self.made(self.scan()), says="no indicator found")
        yield self.canary("a note", "no-indicator", self.made(self.scan("note")), says="not covered")
        renamed = self.scan(path="elsewhere.bin", components=())
        yield self.canary("the same bytes elsewhere", "no-indicator", self.made(renamed))
        tested = self.hub.model_copy(update={"at": Place(file="planted.py", line=1, scope=Scope.TEST)})
        yield self.canary("test scope", None, self.made(self.scan("malicious"), reference=tested))

    def indicators(self) -> Iterator[Canary]:
        """Yield models with what decides something."""
        for verdict, rule in (("malicious", "malicious"), ("review", "review-indicator")):
            case = self.made(self.scan(verdict))
            commit = (self.hub.revision or "")[:12]
            says = f"{_PATH} at commit {commit}, planted member: planted {verdict} ({_RULES[verdict]}: "
            yield self.canary(verdict, rule, case, says=says)
        both = self.made(self.scan("malicious"), self.scan(path="second.bin"))
        yield self.canary("one file of two", "malicious", both)
        broken = self.scan("malicious", coverage=_CUT)
        yield self.canary("one that breaks where it is malicious", "malicious", self.made(broken))
        for count, says in (
            (1, "; also: place 0; planted"),
            (3, "; also: place 0; place 1; place 2; planted"),
            (8, "; also: place 0; place 1; place 2, and 5 more; planted"),
        ):
            more = tuple(self.indicator("review", where=f"place {number}") for number in range(count))
            seen = self.scan("review").indicators + more
            many = self.reviewed(self.made(self.scan("review", indicators=seen)), by=f"planted {_APPROVER}")
            yield self.canary(f"{count + 1} places", "reviewed", many, _BYTES_AT, says)
        nameless = self.made(self.scan("malicious", indicators=(self.indicator("malicious", where=""),)))
        yield self.canary("a place without a name", "malicious", nameless, says=": planted malicious (")
        beside = self.scan("malicious", path=_CODE, sha256=_OTHER_SHA, at=Place(file=_CODE))
        yield self.canary("a file that is no artifact", "malicious", self.made(self.scan(), beside), Place(file=_CODE))
        peer = self.scan("malicious").model_copy(
            update={"indicators": (self.indicator("malicious", rule="of-theirs", by="a peer"),)}
        )
        yield self.canary("another scanner alone", "malicious", self.made(peer), says="of-theirs of a peer")

    def reviews(self) -> Iterator[Canary]:
        """Yield models whose indicator somebody looked at."""
        scan = self.scan("review")
        for name, rule, changes in (
            ("reviewed", "reviewed", {}),
            ("reviewed by somebody else", "review-not-counted", {"by": "somebody"}),
            ("reviewed by the owner", "review-not-counted", {"by": _OWNER}),
            ("reviewed tomorrow", "review-not-counted", {"on": self.case.now.date() + timedelta(days=1)}),
            ("other bytes reviewed", "review-not-counted", {"digest": f"sha256:{_OTHER_SHA}"}),
            ("another rule reviewed", "review-indicator", {"detector": "another"}),
            ("another model reviewed", "review-indicator", {"component": _BASE}),
            ("another model found malicious", "review-indicator", {"component": _BASE, "verdict": "malicious"}),
            ("other bytes found malicious", "review-not-counted", {"digest": _ZEROS, "verdict": "malicious"}),
            ("bytes behind them found malicious", "review-not-counted", {"digest": _FS, "verdict": "malicious"}),
            ("a rule behind it reviewed", "review-indicator", {"detector": "zz"}),
            ("a model before it reviewed", "review-indicator", {"component": "model:file/planted"}),
            ("found malicious", "found-malicious", {"verdict": "malicious", "by": "somebody"}),
        ):
            yield self.canary(name, rule, self.reviewed(self.made(scan), **changes), _BYTES_AT)
        said = f"{_APPROVER} looked at sha256:{self.sha256} on "
        yield self.canary("who looked", "reviewed", self.reviewed(self.made(scan)), _BYTES_AT, said)
        twice = self.reviewed(self.made(scan), detector="another")
        twice = self.reviewed(twice, reason="planted afterwards")
        yield self.canary("reviewed after another rule", "reviewed", twice, _BYTES_AT, "planted afterwards")
        settled = self.reviewed(self.made(scan))
        yield self.canary("the whole, reviewed", "reviewed-whole", settled, self.hub.at)
        proof = self.reviewed(self.made(self.scan("malicious")), detector=_RULES["malicious"])
        yield self.canary("no review makes it harmless", "malicious", proof)

    def reviewed(self, case: Case, **changes: object) -> Case:
        """Return the case with one more review of the indicator, by an approver whom the policy names."""
        given = {
            "component": self.hub.subject,
            "detector": _RULES["review"],
            "digest": f"sha256:{self.sha256}",
            "verdict": "harmless",
            "reason": "planted reason",
            "by": _APPROVER,
            "on": self.case.now.date(),
        }
        review = Review.model_validate({**given, **changes})
        people = case.policy.people
        approvers = (*people.approvers, _APPROVER, f"planted {_APPROVER}", _OWNER)
        named = people.model_copy(update={"approvers": approvers})
        before = case.declaration.review if case.declaration else ()
        declaration = Declaration(schema=1, project=Project(name="planted", owner=_OWNER), review=(*before, review))
        policy = case.policy.model_copy(update={"people": named})
        return case.model_copy(update={"declaration": declaration, "policy": policy})

    def lacks(self) -> Iterator[Canary]:
        """Yield models of which not all was scanned."""
        open_ = self.hub.model_copy(update={"revision": None})
        file = self.artifact(state="absent", sha256=None, revision=None)
        yield self.canary("absent, not pinned", "absent", self.made(artifacts=(file,), reference=open_))
        for state, rule in (
            ("pointer", "pointer-only"),
            ("absent", "absent"),
            ("removed", "absent"),
            ("not read", "artifact-not-read"),
        ):
            there = self.artifact(state=state, sha256=None, problem="planted")
            yield self.canary(state, rule, self.made(artifacts=(there,)))
        yield self.canary("nothing gathered", "absent", self.made(artifacts=()), says="not at hand")
        yield self.canary("no scan", "not-scanned", self.made(), says="(nothing scanned them)")
        for digest in (_ZEROS, _FS):
            other = self.scan(path="elsewhere.bin", components=(_BASE,), sha256=digest[-64:])
            yield self.canary("other bytes elsewhere", "not-scanned", self.made(other))
            other = self.scan(sha256=digest[-64:])
            yield self.canary("other bytes", "other-bytes", self.made(other), says=f"{digest[-64:]}, and {self.sha256}")
        first = (*_CUT, Coverage(layer="second", state="stopped", reason="planted later"))
        yield self.canary("two layers break off", "broke-off", self.made(self.scan(coverage=first)), says=_FIRST)
        lacking = tuple(Coverage(layer=layer, state="lacking", reason=f"no {layer}") for layer in ("one", "two"))
        yield self.canary(
            "two layers lack", "layer-lacking", self.made(self.scan(coverage=lacking)), says="one: no one"
        )
        for name in ("a.bin", "z.bin"):
            another = self.made(self.scan(path=name, sha256=_OTHER_SHA, at=Place(file=name)))
            yield self.canary(f"{name} alone was scanned", "not-scanned", another, _BYTES_AT)
        yield self.canary("no layer ran", "not-scanned", self.made(self.scan(coverage=())))
        for name, rule, state, reason in (
            ("a stream that breaks off", "broke-off", "stopped", "planted end"),
            ("a format that nobody knows", "unknown-format", "stopped", NO_FORMAT),
            ("a layer that is not there", "layer-lacking", "lacking", "planted extra"),
        ):
            coverage = (*_ONE, Coverage(layer="second", state=state, reason=reason))
            yield self.canary(name, rule, self.made(self.scan(coverage=coverage)), says=reason)
        yield self.canary("not all of its bytes", "other-bytes", self.made(self.scan(sha256=None)))

    def calling(self, call: str, *flags: str, **changes: object) -> Reference:
        """Return a loading call at a place of its own."""
        given = {"at": _CALL_AT, "call": call, "flags": flags, "resolution": Resolution.LITERAL, **changes}
        return self.hub.model_copy(update=given)

    def called(self, reference: Reference, *scans: Scanned, **changes: Any) -> Case:
        """Return a case whose model is named in one place and loaded in another."""
        case = self.made(*(scans or (self.scan(), self._code())), **changes)
        named = self.hub.model_copy(update={"at": Place(file="planted.toml", line=1)})
        inventory = case.inventory.model_copy(update={"references": (named, reference)})
        return case.model_copy(update={"inventory": inventory})

    def _code(self, *verdicts: str, **changes: object) -> Scanned:
        return self.scan(*verdicts, path=_CODE, sha256=_OTHER_SHA, **changes)

    def remote(self) -> Iterator[Canary]:
        """Yield calls that run the Python of a repository."""
        trusting = self.calling("transformers.AutoModel.from_pretrained", "trust_remote_code=True")
        moving = trusting.model_copy(update={"revision": "main"})
        pinned = trusting.model_copy(update={"revision": None, "code_revision": self.hub.revision})
        apart = trusting.model_copy(update={"code_revision": _OTHER if self.hub.revision != _OTHER else _COMMIT})
        hidden = trusting.model_copy(update={"flags": ("trust_remote_code=given",)})
        hub = trusting.model_copy(update={"flags": (), "call": "torch.hub.load", "revision": "main"})
        lists, whole = self._listing(_CODE, "absent.py"), self._listing(_CODE)

        def at(commit: str) -> Reference:
            return trusting.model_copy(update={"code_revision": commit})

        for name, rule, case in (
            ("code, pinned and scanned", "remote-code-scanned", self.called(trusting, hub=whole)),
            ("code that may be more", "remote-code-open", self.called(trusting)),
            ("code, another revision is listed", "remote-code-open", self.called(trusting, hub=self._elsewhere())),
            ("code, pinned apart", "remote-code-scanned", self.called(pinned, hub=whole)),
            (
                "no code is listed",
                "remote-code-scanned",
                self.called(trusting, self.scan(), hub=self._listing("a.bin")),
            ),
            ("code at a branch", "remote-code-not-pinned", self.called(moving)),
            (
                "code at no revision",
                "remote-code-not-pinned",
                self.called(moving.model_copy(update={"revision": None})),
            ),
            ("a repository that runs itself", "remote-code-not-pinned", self.called(hub)),
            ("code at another commit", "remote-code-not-scanned", self.called(apart)),
            ("code at a commit before all", "remote-code-not-scanned", self.called(at("0" * 40), hub=lists)),
            ("code at a commit behind all", "remote-code-not-scanned", self.called(at("f" * 40), hub=lists)),
            ("code that is not at hand", "remote-code-not-scanned", self.called(trusting, self.scan())),
            ("code of which one file is missing", "remote-code-not-scanned", self.called(trusting, hub=lists)),
            ("code that was read in part", "remote-code-not-scanned", self.called(trusting, self._code(coverage=_CUT))),
            ("code with an indicator", "remote-code-indicator", self.called(trusting, self._code("malicious"))),
            ("code that nobody reviewed", "remote-code-open", self.called(trusting, self.scan(), self._code("review"))),
            (
                "perhaps code at a branch",
                "remote-code-perhaps",
                self.called(hidden.model_copy(update={"revision": None})),
            ),
            ("perhaps code, scanned", "remote-code-scanned", self.called(hidden, hub=whole)),
        ):
            says = self.hub.revision or "" if rule in {"remote-code-scanned", "remote-code-open"} else ""
            yield self.canary(name, rule, case, _CALL_AT, says)
        second, many = self._code("review", "malicious"), self._listing("a.py", "b.py", "c.py", "d.py")
        for rule, case, says in (
            ("remote-code-not-pinned", self.called(moving.model_copy(update={"revision": None})), "names no revision"),
            ("remote-code-not-pinned", self.called(moving), "names the revision main"),
            ("remote-code-not-scanned", self.called(trusting, hub=many), "not at hand: a.py, b.py, c.py"),
            (
                "remote-code-not-scanned",
                self.called(trusting, self.scan(coverage=_CUT), self._code(coverage=())),
                _FIRST,
            ),
            ("remote-code-indicator", self.called(trusting, self.scan("malicious"), second), f"and {_PATH} at"),
            ("remote-code-open", self.called(trusting, self.scan("review"), self._code("review")), f"and {_PATH} at"),
        ):
            yield self.canary(f"code: {says}", rule, case, _CALL_AT, says)
        yield from self._of_the_target(trusting)
        unnamed = unresolved_sample(Kind.MODEL)
        for flag, rule in (
            ("trust_remote_code=True", "remote-code-unnamed"),
            ("trust_remote_code=given", "unresolved"),
            ("trust_remote_code=False", "unresolved"),
            ("weights_only=False", "unresolved"),
        ):
            item = unnamed.model_copy(update={"flags": (flag,)})
            yield Canary(f"{flag}, of whatever it names", planted(self.case, item), item.subject, rule)

    def _of_the_target(self, trusting: Reference) -> Iterator[Canary]:
        """Yield a folder of the target whose own Python is run."""
        component = Component(kind=Kind.MODEL, source="file", name="planted")
        local = trusting.model_copy(update={"component": component, "revision": None})
        there = self.scan(components=(component.id,), revision=None)
        for name, rule, scans in (
            ("the target's own code", "remote-code-scanned", (there,)),
            ("the target's own code, not at hand", "remote-code-not-scanned", ()),
        ):
            case = self.made(*scans, reference=local, artifacts=())
            named = local.model_copy(update={"at": Place(file="planted.toml", line=1), "flags": ()})
            inventory = case.inventory.model_copy(update={"references": (named, local)})
            yield Canary(name, case.model_copy(update={"inventory": inventory}), component.id, rule, "", _CALL_AT)

    def _elsewhere(self) -> tuple[HubRecord, ...]:
        """Return a list of another revision than the one that is run."""
        (record,) = self._listing(_CODE)
        other = _OTHER if self.hub.revision != _OTHER else _COMMIT
        return (record.model_copy(update={"revision": other, "commit": other}),)

    def _listing(self, *paths: str) -> tuple[HubRecord, ...]:
        revision = self.hub.revision
        known = {"component": self.hub.subject, "revision": revision, "commit": revision, "state": "listed"}
        files = tuple(HubFile(path=path) for path in paths)
        return (HubRecord(**known, files=files, source=Source(name="hub", level="cached")),)

    def loading(self) -> Iterator[Canary]:
        """Yield calls that run what their file names."""
        torch, safe = self.calling("torch.load"), (self.scan(),)
        for version, rule in (
            (None, "loads-scanned"),
            ("2.5.1", "loads-scanned"),
            ("2.9.1", "loads-scanned"),
            ("2.10.0", None),
            ("2.11.0+cpu", None),
        ):
            graph = self._graph(version)
            yield self.canary(f"torch {version}", rule, self.called(torch, *safe, graph=graph), _CALL_AT)
        new = self._graph("2.10.0")
        for name, graph in (
            ("torch planted", self._graph("planted")),
            ("torch >=2.10", self._range()),
            ("no lock says which torch is installed", self._graph("9.9", name="package:pypi/planted")),
            ("no lock says which torch is", self._graph("2.10.0", Scope.TEST)),
            ("no lock says which torch", self._graph("2.10.0", Scope.ARCHIVE)),
            ("(1 file)", self._graph("2.9.1")),
        ):
            yield self.canary(name, "loads-scanned", self.called(torch, *safe, graph=graph), _CALL_AT, name)
        for name, scans, path in (
            ("the second of two files", (self.scan(), self._code("review")), _CODE),
            ("the first of two files", (self.scan("review"), self._code("review")), _PATH),
        ):
            case = self.called(torch, *scans)
            yield self.canary(name, "loads-unscanned", case, _CALL_AT, f"all that it loads: {path}")
        for call, flags, rule in (
            ("torch.load", ("weights_only=False",), "loads-scanned"),
            ("torch.load", ("weights_only=given",), "loads-scanned"),
            ("torch.load", ("weights_only=True",), None),
            ("torch.hub.load_state_dict_from_url", (), "loads-scanned"),
            ("joblib.load", (), "loads-scanned"),
            ("planted.load", ("allow_pickle=True",), "loads-scanned"),
            ("planted.load", ("allow_pickle=False",), None),
        ):
            case = self.called(self.calling(call, *flags), *safe, graph=new)
            yield self.canary(f"{call} {' '.join(flags)}", rule, case, _CALL_AT)
        first = self.scan("review", path=_CODE, sha256=_OTHER_SHA)
        bad = self.called(torch, first, self.scan("malicious"))
        yield self.canary("a pickle that runs code", "loads-indicator", bad, _CALL_AT, f"and {_PATH} at")
        whole = self.called(torch, self.scan(), self._code())
        yield self.canary("two files", "loads-scanned", whole, _CALL_AT, "(2 files)")
        for name, case in (
            ("a pickle to be reviewed", self.called(torch, self.scan("review"))),
            ("a pickle that was read in part", self.called(torch, self.scan(coverage=_CUT))),
            (
                "a pickle that is not at hand",
                self.called(torch, artifacts=(self.artifact(state="absent", sha256=None),)),
            ),
        ):
            yield self.canary(name, "loads-unscanned", case, _CALL_AT)

    def _range(self) -> Graph:
        (entry,) = self._graph("2.10.0").packages
        return Graph(packages=(entry.model_copy(update={"version": None, "asked": ">=2.10", "is_locked": False}),))

    @staticmethod
    def _graph(version: str | None, scope: Scope = Scope.PROD, name: str = "package:pypi/torch") -> Graph:
        if version is None:
            return Graph()
        place = Place(file="planted.lock", line=1, scope=scope)
        component = Component.parse(name)
        entry = {"component": component, "version": version, "at": place, "project": "", "format": "uv.lock"}
        return Graph(packages=(Resolved.model_validate({**entry, "is_locked": True}),))

    def compared(self, state: str, **changes: object) -> Compared:
        given = {
            "component": self.hub.subject,
            "path": _PATH,
            "base": _BASE,
            "base_path": _PATH,
            "sha256": self.sha256,
            "state": state,
            "changed": ("planted tensor: 1 of 9",) if state == "changed" else (),
            "says": "planted",
        }
        return Compared.model_validate({**given, **changes})

    def comparisons(self) -> Iterator[Canary]:
        """Yield models that were held against those that they come from."""
        kept, changed = (self.compared(state) for state in ("identical", "changed"))
        open_ = self.compared("not compared")
        for name, one, transforms in (
            ("identical", kept, None),
            ("not compared", open_, None),
            ("not compared, changed by the team", open_, ("planted",)),
        ):
            case = self.stating(transforms, self.made(self.scan(), comparisons=(one,)))
            yield self.canary(name, "no-indicator", case, says=f"against {_BASE}: {one.state}, planted")
        decided: tuple[tuple[str, Compared, tuple[str, ...] | None, str], ...] = (
            ("one changed bit", changed, None, "changed-weights"),
            ("one changed bit of a copy", changed, (), "changed-weights"),
            ("changed by the team", changed, ("planted",), "fine-tuned"),
            ("a copy that was not compared", open_, (), "copy-not-compared"),
        )
        for called, one, stated, rule in decided:
            case = self.stating(stated, self.made(self.scan("review"), comparisons=(one,)))
            yield self.canary(called, rule, case, self.hub.at)  # its indicator keeps the whole from having a row there
        case = self.made(self.scan("review"), comparisons=(changed,))
        own = self.hub.subject
        for subject, kind, base, rule in (
            (own, "fine-tuned from", _BASE, "fine-tuned"),
            (own, "fine-tuned from", f"{_BASE}-2", "changed-weights"),
            (own, "fine-tuned from", "model:huggingface/planted/a", "changed-weights"),
            (own, "trained on", _BASE, "changed-weights"),
            (own, "served by", _BASE, "changed-weights"),
            ("model:file/planted", "fine-tuned from", _BASE, "changed-weights"),
            ("model:url/planted", "fine-tuned from", _BASE, "changed-weights"),
        ):
            related = self._related(case, subject, kind, base)
            yield self.canary(f"{subject} {kind} {base}", rule, related, self.hub.at, "planted tensor: 1 of 9")
        yield from self._beside()
        other_base = self.stating(("planted",), case, source="planted/another")
        yield self.canary("another base is declared", "changed-weights", other_base, self.hub.at)
        both = self.compared("identical", says="planted " * 40)
        layers = tuple(Coverage(layer=f"plant {number}", state="ran", bytes=10**9 - number) for number in range(9))
        long = self.made(self.scan(coverage=layers), comparisons=(both,))
        beside = f"; {_PATH} against {_BASE}: identical, {both.says}"
        for says in ("plant 3 (999,999,997 bytes) and 5 more over", f"{beside[:149]}…"):
            yield self.canary("a long comparison", "no-indicator", long, says=says)
        other = self.made(self.scan(), comparisons=(self.compared("changed", sha256=_OTHER_SHA),))
        yield self.canary("other bytes were compared", "no-indicator", other)

    @staticmethod
    def _related(case: Case, subject: str, kind: str, base: str) -> Case:
        given = {"subject": subject, "kind": kind, "object": base, "at": _BYTES_AT}
        relations = (Relation.model_validate(given),)
        return case.model_copy(update={"inventory": case.inventory.model_copy(update={"relations": relations})})

    def _beside(self) -> Iterator[Canary]:
        """Yield weights of the target with what cards in this and in other folders say."""
        component = Component(kind=Kind.MODEL, source="file", name="planted/m/w.bin")
        local = self.hub.model_copy(update={"component": component, "revision": None})
        seen = self.scan("review", components=(component.id,), revision=None)
        held = self.compared("changed", component=component.id)
        case = self.made(seen, reference=local, artifacts=(), comparisons=(held,))
        for subject, rule in (
            (component.id, "fine-tuned"),
            ("model:file/planted/m", "fine-tuned"),
            ("model:file/planted", "changed-weights"),
            ("model:file/planted/a", "changed-weights"),
            ("model:file/planted/z", "changed-weights"),
            ("model:huggingface/planted/m", "changed-weights"),
        ):
            related = self._related(case, subject, "fine-tuned from", _BASE)
            yield Canary(f"a card of {subject}", related, component.id, rule, "", local.at)

    def stating(self, transforms: tuple[str, ...] | None, case: Case, source: str = "") -> Case:
        """Return the case with what its team states of where the model comes from; None: nothing."""
        if transforms is None:
            return case
        provenance = Provenance(source=source or _BASE.partition("/")[2], transforms=transforms)
        component = DeclaredComponent(id=self.hub.subject, provenance=provenance)
        return case.model_copy(update={"declaration": Declaration(schema=1, component=(component,))})

    def hidden(self) -> Iterator[Canary]:
        """Yield what could hide a model."""
        for item, rule in ((unresolved_sample(Kind.MODEL), "unresolved"), (unread_sample(), "not-read")):
            yield Canary(rule, planted(self.case, item), item.subject, rule)


_ONE = (Coverage(layer="planted", state="ran", bytes=9),)
_FIRST = "planted: planted end"
_CUT = (Coverage(layer="planted", state="stopped", reason="planted end"),)
