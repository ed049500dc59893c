"""Facts: what registries, advisories, scanners and statements say of the packages of a target."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from supplychain.model.base import Frozen
from supplychain.model.finding import Severity, Source
from supplychain.model.reference import Place
from supplychain.model.text import Text


class ReleaseFile(Frozen):
    """One file of a release, as its registry lists it."""

    name: Text
    hashes: tuple[str, ...] = ()
    """`<algorithm>:<hex>`."""
    yanked: Text | None = None
    """The reason that its publisher gives for having withdrawn it, `-` where there is none; None: it was not."""
    uploaded: AwareDatetime | None = None
    provenance: Text | None = None
    """Where the registry offers an attestation of how the file was made; None: it offers none for this file."""


class Release(Frozen):
    """What the official registry says of one version of one package."""

    component: Text
    version: Text
    state: Literal["listed", "no such version", "no such package", "unknown"]
    """`unknown`: no fact is at hand, and `problem` says why."""
    problem: Text = ""
    files: tuple[ReleaseFile, ...] = ()
    status: Text = ""
    """The project's status where the registry has one: `active`, `archived`, `quarantined`, `deprecated`."""
    status_reason: Text = ""
    first_release: AwareDatetime | None = None
    """When the first version that is still listed was uploaded."""
    runs_scripts: bool = False
    """npm: the registry says that it runs scripts when it is installed."""
    source: Source


class Advisory(Frozen):
    """What is known of one vulnerability or one malicious package; records that are aliases are one."""

    id: Text
    aliases: tuple[Text, ...] = ()
    summary: Text = ""
    severity: Severity | None = None
    """None: unknown, which is never taken as low."""
    published: AwareDatetime | None = None
    malicious: bool = False
    exploited: date | None = None
    """The day on which CISA listed it as exploited, where that list is at hand."""
    epss: Annotated[float, Field(ge=0, le=1)] | None = None
    """The probability of exploitation within 30 days that FIRST gives, where it is at hand."""

    @property
    def ids(self) -> frozenset[str]:
        """Every name that it goes by."""
        return frozenset({self.id, *self.aliases})


class Vulnerability(Frozen):
    """An advisory that affects a version that is used."""

    advisory: Advisory
    fixed: tuple[Text, ...] = ()
    """Versions above the one in use that the advisory calls fixed, the smallest first."""


class Matched(Frozen):
    """One version of one package held against the advisories at hand."""

    component: Text
    version: Text | None
    state: Literal["affected", "clean", "not assessed"]
    reason: Text = ""
    """Why it was not assessed."""
    vulnerabilities: tuple[Vulnerability, ...] = ()
    clean_versions: tuple[Text, ...] = ()
    """Fixing versions that no advisory at hand affects, the smallest first."""


class MatcherTest(Frozen):
    """The matcher run over records that were planted for packages of this target: found, and not found next to it."""

    planted: int = 0
    missed: tuple[Text, ...] = ()
    """What did not come out as planted."""

    @property
    def passed(self) -> bool:
        """Whether everything came out as planted."""
        return self.planted > 0 and not self.missed


class AdvisoryData(Frozen):
    """The advisories that a run rests on."""

    source: Source = Source(name="OSV", level="absent")
    as_of: AwareDatetime | None = None
    """How new they are: the newest change among them, or when they were fetched."""
    ecosystems: tuple[Text, ...] = ()
    """The sources of components that they cover, as component ids spell them: `pypi`, `npm`."""
    has_malware: bool = False
    """Whether records of malicious packages are among them."""
    records: int = 0
    problem: Text = ""
    """Why there are none, or not all."""
    test: MatcherTest = MatcherTest()
    matched: tuple[Matched, ...] = ()


class ScannerHit(Frozen):
    """A vulnerability that a scanner reports."""

    component: Text
    version: Text
    ids: tuple[Text, ...]


class ScannerReport(Frozen):
    """What a scanner said: started by this run, or read from a file that it saved."""

    scanner: Text
    version: Text = ""
    how: Literal["run", "saved"]
    data: Literal["same", "own"]
    """Whether it matched against the very advisories of this run."""
    file: Text = ""
    handed_in: bool = False
    """Whether the assessor handed the file in; one that lies in the target may say anything, and clears nothing."""
    digest: str | None = None
    written: AwareDatetime | None = None
    assessed: tuple[tuple[Text, Text], ...] = ()
    """Component and version of everything that it says it looked at."""
    hits: tuple[ScannerHit, ...] = ()
    skipped: tuple[tuple[Text, Text], ...] = ()
    """What it says it did not look at, with its reason."""
    problem: Text = ""
    """Why it says nothing of this target; a scanner that failed found nothing, and cleared nothing."""


class VexStatement(Frozen):
    """What somebody states of a vulnerability in a component: OpenVEX or CycloneDX."""

    component: Text
    version: Text | None = None
    """None: every version."""
    ids: tuple[Text, ...]
    status: Literal["not_affected", "affected", "fixed", "under_investigation"]
    justification: Text = ""
    """Why it is not affected: a justification or an impact statement."""
    action: Text = ""
    """What was done about it, where it is affected."""
    author: Text = ""
    stated: date | None = None
    at: Place
    digest: str


class Signal(Frozen):
    """Something in a package that a reviewer has to look at: no proof of anything."""

    component: Text
    version: Text | None
    detector: Text
    says: Text
    at: Place | None = None
    digest: str | None = None
    """`sha256:<hex>` of what a review of it is bound to."""


class Detection(Frozen):
    """What the detectors of malicious packages saw of one entry, and which of them could look."""

    component: Text
    version: Text | None
    ran: tuple[Text, ...] = ()
    lacked: tuple[Text, ...] = ()
    """Detectors that had nothing to look at, each with what they lacked."""
    signals: tuple[Signal, ...] = ()
