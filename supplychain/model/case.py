"""The case: everything that was gathered for a decision. Checks are pure over it, and it is recorded."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from supplychain.model.artifact import Artifact, SignatureLookup
from supplychain.model.base import Frozen
from supplychain.model.baseline import BaselineFile
from supplychain.model.component import Component
from supplychain.model.declaration import Declaration
from supplychain.model.drill import Drill
from supplychain.model.fact import AdvisoryData, Detection, Release, ScannerReport, VexStatement
from supplychain.model.finding import Outcome, Patch
from supplychain.model.gate import KnownFile
from supplychain.model.hub import HubRecord, Owner
from supplychain.model.inventory import Inventory
from supplychain.model.license import LicenseStatement, Mention, ProvenanceDoubt, ProvenanceStatement
from supplychain.model.package import Graph
from supplychain.model.policy import Policy
from supplychain.model.reference import Place, Unread
from supplychain.model.scan import Compared, Scanned
from supplychain.model.service import EvidenceFile
from supplychain.model.state import ChainProblem
from supplychain.model.text import Text


class TargetState(Frozen):
    """The target as it was assessed."""

    name: Text
    commit: str | None
    """None: not a git repository, or one whose commit could not be read; `git` says which."""
    dirty: bool | None
    git: Text
    files: int
    tree_digest: str


AuditField = Literal["version", "supplier", "source", "hash", "license", "owner", "approval", "where used", "scope"]
"""What an audit asks of an entry of an inventory, beside its id."""


class Listed(Frozen):
    """One component of a maintained inventory."""

    component: Component
    version: Text | None
    at: Place
    states: tuple[AuditField, ...] = ()
    """What the entry says of it."""
    marks: tuple[AuditField, ...] = ()
    """What the entry says that nobody knows."""
    hashes: tuple[Text, ...] = ()
    """`<algorithm>:<hex>` of its bytes, as the entry gives them."""


class Bom(Frozen):
    """A maintained inventory that the target carries."""

    file: Text
    digest: str
    format: Text
    listed: tuple[Listed, ...] = ()
    written: datetime | None = None
    """When it says that it was written."""
    problem: Text = ""
    """Why it could not be read, naming what to mend; empty where it was."""
    invalid: tuple[Text, ...] = ()
    """The first things that are not as its format asks for."""
    unchecked: Text = ""
    """Why it was not held against its format; empty where it was."""


class Section(Frozen):
    """A heading of a document and how much stands under it."""

    heading: Text
    words: int
    line: int


class Document(Frozen):
    """A document of the target, as far as a requirement asks for it."""

    role: str
    """Which document of the catalog it is."""
    file: Text
    digest: str | None
    """None: there is no such file."""
    owner: Text | None = None
    reviewed: date | None = None
    reviewed_line: int | None = None
    placeholders: tuple[tuple[Text, int], ...] = ()
    """Text that was to be replaced, each with its line."""
    sections: tuple[Section, ...] = ()
    covers: tuple[int, ...] = ()
    """Scenarios that the declaration says it describes."""


class Hit(Frozen):
    """What the second search saw: an address or an id by its form alone."""

    text: Text
    at: Place
    context: Literal["code", "comment", "prose"]


class PastRun(Frozen):
    """A run that was recorded before this one."""

    run: Text
    at: datetime
    simulated: bool
    """Whether `at` was made up; such a run proves no operation."""
    digest: str


AuditQuestion = Literal["where", "changed", "approval"]


class AuditAnswer(Frozen):
    """What the records answer to a question of an audit."""

    question: AuditQuestion
    answer: Text = ""
    problem: Text = ""
    """Why there is no answer; empty where there is one."""


class History(Frozen):
    """What was recorded of the project before this run."""

    runs: tuple[PastRun, ...] = ()
    problems: tuple[ChainProblem, ...] = ()
    """Where the chain of the records is broken."""
    unusable: Text = ""
    """Why the records could not be read; empty where they were."""
    answers: tuple[AuditAnswer, ...] = ()


class Sentence(Frozen):
    """One requirement's sentence as the feature files of this run have it."""

    requirement: str
    words: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Features(Frozen):
    """The feature files of this run, held against the control document."""

    digest: str
    sentences: tuple[Sentence, ...] = ()
    missing: tuple[str, ...] = ()
    """Requirements whose sentence is not in the feature files as the document words it."""


class GatheringError(Frozen):
    """Something that went wrong while the case was gathered."""

    scenario: int
    message: Text


class Cell(Frozen):
    """One row of a requirement that was decided before: what it says of a component."""

    component: Text
    outcome: Outcome
    has_evidence: bool
    """Whether it carries the digest of what it rests on."""


class Decided(Frozen):
    """The outcome of a requirement that was decided before, for the roll-ups."""

    requirement: str
    outcome: Outcome
    waived: int = 0
    cells: tuple[Cell, ...] = ()
    """Its rows, where it validates components one by one."""


class Case(Frozen):
    """Everything that a decision may rest on."""

    schema_: Literal[1] = Field(1, alias="schema")
    now: datetime
    simulated: bool = False
    """Whether `now` was made up; such a run is marked for ever."""
    target: TargetState
    inventory: Inventory
    declaration: Declaration | None = None
    declaration_digest: str | None = None
    policy: Policy = Policy()
    policy_digest: str | None = None
    """None: no policy was given, the strict defaults hold."""
    boms: tuple[Bom, ...] = ()
    documents: tuple[Document, ...] = ()
    files: tuple[Text, ...] = ()
    """Training sources that the declaration names and that exist in the target."""
    sweep: tuple[Hit, ...] = ()
    """What the second, independent search saw."""
    baseline: BaselineFile | None = None
    """The state that drift is measured against; None: the target has none."""
    known: KnownFile | None = None
    """What the target's known list accepts, for the gate; it changes no finding."""
    measured: dict[str, str] = Field(default_factory=dict)
    """`sha256:<hex>` of the components whose bytes are at hand, by id."""
    evidence: tuple[EvidenceFile, ...] = ()
    """Files of the target that the declaration of a service names as evidence."""
    service_lines: dict[str, int] = Field(default_factory=dict)
    """Lines of the declaration that speak of a service: by its id, and by `id key` for each key that is set."""
    hub: tuple[HubRecord, ...] = ()
    """What hubs say of the models and datasets of production, one record a revision that a place asks for, and of the
    newest revision of what these were derived from."""
    owners: tuple[Owner, ...] = ()
    """What hubs say of their owners."""
    artifacts: tuple[Artifact, ...] = ()
    """The bytes of models and datasets that are at hand, and those that are known to be elsewhere."""
    scans: tuple[Scanned, ...] = ()
    """What the layers of the scan saw of artifacts."""
    comparisons: tuple[Compared, ...] = ()
    """Weights held against those of the model that they are declared or said to come from."""
    signatures: tuple[SignatureLookup, ...] = ()
    licenses: tuple[LicenseStatement, ...] = ()
    mentions: tuple[Mention, ...] = ()
    """Texts of the target that credit a model or dataset."""
    provenance: tuple[ProvenanceStatement, ...] = ()
    provenance_doubts: tuple[ProvenanceDoubt, ...] = ()
    """Documents that may state provenance and do not count."""
    drills: tuple[Drill, ...] = ()
    graph: Graph = Graph()
    """The packages as manifests and locks resolve them."""
    releases: tuple[Release, ...] = ()
    """What the official registries say of the versions that are used."""
    advisories: AdvisoryData = AdvisoryData()
    detections: tuple[Detection, ...] = ()
    """What the detectors of malicious packages saw."""
    scanners: tuple[ScannerReport, ...] = ()
    vex: tuple[VexStatement, ...] = ()
    vex_unread: tuple[Unread, ...] = ()
    """Statements on vulnerabilities that could not be read."""
    first_seen: dict[str, datetime] = Field(default_factory=dict)
    """When an advisory was first seen at a component, by `<component id> <advisory id>`, in the runs of this project."""
    patches: tuple[Patch, ...] = ()
    """Changes that would mend a row, and whether that was seen."""
    history: History = History(unusable="it was not looked at")
    features: Features
    errors: tuple[GatheringError, ...] = ()
    executed: tuple[str, ...] = ()
    """Requirements that this run came to, in its order."""
    not_applicable: dict[int, Text] = Field(default_factory=dict)
    """Scenarios with nothing to decide on, each with the proof."""
    decided: tuple[Decided, ...] = ()

    def words(self, requirement: str, parameter: str) -> tuple[str, ...]:
        """Return the words in parentheses of a requirement's sentence in this run; empty where it has none."""
        for sentence in self.features.sentences:
            if sentence.requirement == requirement:
                return sentence.words.get(parameter, ())
        return ()

    def declared_first_party(self, component: str) -> bool:
        """Whether the declaration calls a component its own and names a training source that exists."""
        declared = self.declaration.of(component) if self.declaration else None
        is_file = component.startswith("model:file/")  # what is fetched from elsewhere was not trained here
        if declared is None or not is_file or not declared.first_party or declared.provenance is None:
            return False
        return declared.provenance.source in self.files
