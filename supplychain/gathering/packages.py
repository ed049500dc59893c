"""What a run gathers of packages: the resolved graph, and what registries, advisories and scanners say of it.

gatherer = PackageGatherer.open(target, options.facts, case, place)
changes = gatherer.gather(case)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from supplychain.checks.packages import PackageUse
from supplychain.checks.packages import packages as used
from supplychain.facts import Facts
from supplychain.facts.snapshot import REPORTS
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.fact import Advisory, AdvisoryData, Detection, Matched, Release, ScannerReport, Vulnerability
from supplychain.model.package import Installed
from supplychain.model.reference import Place
from supplychain.target import Target

if TYPE_CHECKING:
    from supplychain.advisories import Database
    from supplychain.malware.interface import Found

Pin = tuple[str, str | None]
"""A component's id and the one version that it can be."""
_ASKED = ("package:pypi/", "package:npm/")
"""Components whose registries and advisories can be asked for by name."""


def _scan(*versions: Any, **options: Any) -> tuple[ScannerReport, ...]:
    from supplychain import scanners

    return scanners.run(*versions, **options)


@dataclass
class PackageGatherer:
    """Gathers what scenario 5 is decided on, and gathers it again over a changed copy, to prove a remedy."""

    target: Target
    facts: Facts
    place: Callable[[str], Place]
    level: Literal["cache", "online"] | Path
    scan: Callable[..., tuple[ScannerReport, ...]] = _scan
    _database: Database | None = None
    _unanswered: frozenset[str] = frozenset()
    _files: tuple[Found, ...] | None = None
    _listed: dict[tuple[str, str], Release] = field(default_factory=dict)
    _lines: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        target: Target,
        level: Literal["cache", "online"] | Path,
        case: Case,
        place: Callable[[str], Place],
    ) -> PackageGatherer:
        """Return a gatherer whose facts are at hand; `place` gives the scope of a path.

        Raises:
            SnapshotError: the snapshot is not as it was written.
        """
        facts = Facts.open(level, case.now, case.policy.freshness, simulated=case.simulated)
        return cls(target, facts, place, level)

    def over(self, target: Target) -> PackageGatherer:
        """Return a gatherer over other files with the same facts; it starts no scanner."""
        return PackageGatherer(target, self.facts, self.place, self.level, lambda *_, **__: (), _listed=self._listed)

    def gather(self, case: Case) -> dict[str, object]:
        """Return the changes to a case that has its inventory."""
        from supplychain import vex
        from supplychain.scanners import saved

        case = self._resolved(case, self.target)
        pins = _pins(case)
        data = self._assessed(case, pins)
        with ThreadPoolExecutor(1) as pool:  # scanners take seconds, and so do registries
            scanning = pool.submit(self._scanned, case, pins)
            changes = self._asked(case, self.target, pins, self._rated(data))
            scanned = (*scanning.result(), *saved(self.target, self._handed_in))
        stated = vex.read(self.target)
        return {**changes, "scanners": scanned, "vex": stated.statements, "vex_unread": stated.unread}

    def again(self, case: Case, path: str, data: bytes) -> Case:
        """Return a case that was gathered as it would be with other content at a path."""
        target = self.target.with_file(path, data)
        changed = self._resolved(case, target, case.graph.installed)
        pins = _pins(changed)
        known = {(matched.component, matched.version): matched for matched in case.advisories.matched}
        new = self._assessed(changed, [pin for pin in pins if pin not in known])
        matched = (*(known[pin] for pin in pins if pin in known), *self._rated(new).matched)
        advisories = case.advisories.model_copy(update={"matched": matched})
        return changed.model_copy(update=self._asked(changed, target, pins, advisories))

    def release(self, component: str, version: str) -> Release:
        """Return what the registry says of a version."""
        if (component, version) not in self._listed:
            self._listed[component, version] = self.facts.releases([(component, version)])[0]
        return self._listed[component, version]

    def lines(self, path: str) -> list[str]:
        """Return the lines of a file of the target; none where a patch of plain lines would not be what git has."""
        if path not in self._lines:
            file = self.target.get(path)
            data = self.target.read(file).data if file else b""
            is_plain = data.endswith(b"\n") and b"\r" not in data and not data.startswith(b"\xef\xbb\xbf")
            try:
                self._lines[path] = data.decode().split("\n")[:-1] if is_plain else []
            except UnicodeDecodeError:
                self._lines[path] = []
        return self._lines[path]

    @property
    def _handed_in(self) -> Path | None:
        """The folder of a snapshot for reports of scanners that the assessor vouches for."""
        return self.level / REPORTS if isinstance(self.level, Path) else None

    def _resolved(self, case: Case, target: Target, installed: tuple[Installed, ...] | None = None) -> Case:
        from supplychain.packages import resolve

        graph = resolve(target, self.place, case.inventory.settings, installed)
        return case.model_copy(update={"graph": graph})

    def _asked(self, case: Case, target: Target, pins: list[Pin], data: AdvisoryData) -> dict[str, object]:
        """Return what registries, advisories and detectors say of a graph; what a case knows already is kept."""
        known = {(release.component, release.version): release for release in case.releases}
        new = self._releases(pin for pin in pins if pin not in known)
        releases = (*(known[name, version or ""] for name, version in pins if (name, version) in known), *new)
        case = case.model_copy(update={"releases": releases})
        detections = self._detected(case, target)
        return {
            "graph": case.graph,
            "releases": case.releases,
            "advisories": data,
            "detections": detections,
        }

    def _releases(self, pins: Iterable[Pin]) -> tuple[Release, ...]:
        asked = [(name, version) for name, version in pins if version and name.startswith(_ASKED)]
        found = self.facts.releases(pin for pin in asked if pin not in self._listed)
        self._listed |= {(release.component, release.version): release for release in found}
        return tuple(self._listed[pin] for pin in asked)

    def _assessed(self, case: Case, pins: list[Pin]) -> AdvisoryData:
        """Return the packages held against the advisories; one that no answer is known of was not assessed."""
        from supplychain.advisories import assess

        if self._database is None:
            self._database = self._read({name for name, _ in pins}, case)
        actions = {
            reference.component.id
            for reference in case.inventory.references
            if reference.component.source == "github" and reference.call == "uses"
        }
        data = assess(pins, self._database, case.now, actions)
        return data.model_copy(update={"matched": tuple(map(self._answered, data.matched))})

    def _answered(self, matched: Matched) -> Matched:
        if matched.component not in self._unanswered:
            return matched
        reason = "no answer of the advisory service is at hand"
        return Matched(component=matched.component, version=matched.version, state="not assessed", reason=reason)

    def _read(self, components: set[str], case: Case) -> Database:
        from supplychain.advisories import Database, from_records, read_database

        if self.facts.database is not None:
            return read_database(self.facts.database, components, case.now)
        asked = {name for name in components if name.startswith(_ASKED)}
        records = self.facts.records(asked)
        if records.as_of is None:
            return Database(ecosystems=frozenset(), problem=records.problem)
        self._unanswered = frozenset(records.unanswered)
        sources = {name.removeprefix("package:").partition("/")[0] for name in asked - self._unanswered}
        return from_records(
            records.records,
            components,
            case.now,
            ecosystems=sources,
            source=records.source,
            as_of=records.as_of,
            problem=records.problem,
        )

    def _rated(self, data: AdvisoryData) -> AdvisoryData:
        """Return advisories with whether each is exploited, as far as that is at hand."""
        cves = {name for matched in data.matched for v in matched.vulnerabilities for name in v.advisory.ids}
        if not cves:
            return data
        known = self.facts.exploited(cves)

        def rated(advisory: Advisory) -> Advisory:
            days = [known.listed[name] for name in advisory.ids if name in known.listed]
            chances = [known.epss[name] for name in advisory.ids if name in known.epss]
            rating = {"exploited": min(days, default=None), "epss": max(chances, default=None)}
            return advisory.model_copy(update=rating)

        def of(vulnerability: Vulnerability) -> Vulnerability:
            return vulnerability.model_copy(update={"advisory": rated(vulnerability.advisory)})

        matched = (
            entry.model_copy(update={"vulnerabilities": tuple(map(of, entry.vulnerabilities))})
            for entry in data.matched
        )
        unknown = f"which of them are exploited is not known: {known.unlisted}" if known.unlisted else ""
        # an offline database comes without that list; whoever asks a service for advisories asks for the list as well
        problems = (data.problem, unknown if self.facts.database is None else "")
        return data.model_copy(update={"matched": tuple(matched), "problem": "; ".join(filter(None, problems))})

    def _scanned(self, case: Case, pins: Iterable[Pin]) -> tuple[ScannerReport, ...]:
        """Return what the scanners say, where advisories are at hand: they know nothing without."""
        if self._database is None or self._database.source.level == "absent":
            return ()
        versions = [(name, version) for name, version in pins if version]
        return self.scan(versions, self._database.raw, online=self.level == "online", now=case.now)

    def _detected(self, case: Case, target: Target) -> tuple[Detection, ...]:
        from supplychain import malware

        if self._files is None:
            self._files = malware.look_through(target)
        references = case.inventory.of(Kind.PACKAGE, {use.at.scope for use in _uses(case)})
        packages, releases = case.graph.packages, case.releases
        return malware.detect(packages, references, releases, target, case.policy, case.now, self._files)


def _uses(case: Case) -> list[PackageUse]:
    return [use for use in used(case) if isinstance(use, PackageUse)]


def _pins(case: Case) -> list[Pin]:
    return list(dict.fromkeys((use.component.id, use.version) for use in _uses(case)))
