"""The artifacts of a model beside what the scan saw of their bytes."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.sourced import Sourced, artifacts_of
from supplychain.model.artifact import Artifact
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.reference import Place
from supplychain.model.scan import NO_FORMAT, Indicator, Scanned

_ABSENT = {"pointer": "pointer-only", "absent": "absent", "removed": "absent", "not read": "artifact-not-read"}
"""Rules for an artifact without bytes."""


class Piece(Frozen):
    """One artifact of a model, and the scan of its bytes where there is one."""

    subject: str
    at: Place
    sourced: Sourced
    path: str
    revision: str | None = None
    state: str = "bytes"
    problem: str = ""
    sha256: str | None = None
    """Of the bytes that 2.1 compares; None where it has none."""
    scan: Scanned | None = None

    @property
    def name(self) -> str:
        """What a row calls it."""
        at = f" at commit {self.revision[:12]}" if self.revision and self.path else ""
        return f"{self.path or 'what is loaded of it'}{at}"

    @property
    def digest(self) -> str | None:
        """`sha256:<hex>` of its bytes."""
        known = (self.scan.sha256 if self.scan else None) or self.sha256
        return f"sha256:{known}" if known else None

    @property
    def deciding(self) -> tuple[Indicator, ...]:
        """The indicators that decide something, the worst first."""
        found = self.scan.indicators if self.scan else ()
        return tuple(sorted((one for one in found if one.verdict != "note"), key=lambda one: one.verdict))

    @property
    def lack(self) -> tuple[str, str] | None:
        """The rule by which it was not scanned as a whole, and why; None where it was."""
        if self.state in _ABSENT:
            return _ABSENT[self.state], self.problem
        if self.scan is None or not self.scan.coverage:
            return "not-scanned", self.problem or "nothing scanned them"
        stopped = [entry for entry in self.scan.coverage if entry.state == "stopped"]
        broken = [entry for entry in stopped if not entry.reason.endswith(NO_FORMAT)]
        if broken:
            return "broke-off", f"{broken[0].layer}: {broken[0].reason}"
        if self.scan.sha256 is None or (self.sha256 is not None and self.scan.sha256 != self.sha256):
            return "other-bytes", self.scan.sha256 or "none, since they could not all be read"
        if stopped:
            return "unknown-format", stopped[0].reason
        lacking = [entry for entry in self.scan.coverage if entry.state == "lacking"]
        if lacking:
            return "layer-lacking", f"{lacking[0].layer}: {lacking[0].reason}"
        return None

    @property
    def is_malicious(self) -> bool:
        """Whether a layer saw what no review makes harmless."""
        return any(one.verdict == "malicious" for one in self.deciding)


def pieces(case: Case, item: Sourced) -> tuple[Piece, ...]:
    """Return every file of a model: its artifacts, and what was scanned of it and is none of them; at least one."""
    return tuple(_pieces(case, item)) or (
        Piece(subject=item.subject, at=item.at, sourced=item, path="", state="absent"),
    )


def _pieces(case: Case, item: Sourced) -> Iterator[Piece]:
    own = [scan for scan in case.scans if item.subject in scan.components]
    told: set[int] = set()
    for artifact in artifacts_of(case, item.subject):
        found = _of(artifact, own) or [scan for scan in case.scans if _is_same(artifact, scan)]
        told |= {id(scan) for scan in found}
        yield from (_piece(item, artifact, scan) for scan in found or (None,))
    for scan in own:
        if id(scan) not in told:
            yield Piece(
                subject=item.subject,
                at=scan.at or item.at,
                sourced=item,
                path=scan.path,
                revision=scan.revision,
                scan=scan,
            )


def _of(artifact: Artifact, own: list[Scanned]) -> list[Scanned]:
    """Return the scans of an artifact by its name."""
    return [scan for scan in own if scan.path == artifact.path and scan.revision == artifact.revision]


def _is_same(artifact: Artifact, scan: Scanned) -> bool:
    """Whether a scan is of the very bytes of an artifact, whatever they are called there, and rests on no others."""
    return artifact.sha256 is not None and scan.sha256 == artifact.sha256 and not scan.beside


def _piece(item: Sourced, artifact: Artifact, scan: Scanned | None) -> Piece:
    return Piece(
        subject=item.subject,
        at=artifact.at or item.at,
        sourced=item,
        path=artifact.path,
        revision=artifact.revision,
        state=artifact.state,
        problem=artifact.problem,
        sha256=artifact.sha256,
        scan=scan,
    )
