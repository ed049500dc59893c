"""The policy: the assessor's rules, kept outside the target. What is not set has a strict default."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from supplychain.model.base import Frozen
from supplychain.model.declaration import RequirementId
from supplychain.model.service import Level

Days = Annotated[int, Field(ge=0, le=3650)]
Count = Annotated[int, Field(ge=0)]


class Signer(Frozen):
    """An identity whose signatures count."""

    identity: str
    issuer: str


class Trust(Frozen):
    """Whom the assessor trusts."""

    orgs: tuple[str, ...] = ()
    maintainers: tuple[str, ...] = ()
    dataset_owners: tuple[str, ...] = ()
    index_map: dict[str, str] = Field(default_factory=dict)
    signers: tuple[Signer, ...] = ()
    """Whose certificates count, where a signature is made with one."""
    keys: tuple[str, ...] = ()
    """Files beside the policy that signatures are verified with: public keys and certificates as PEM, public keys of
    minisign, OpenPGP and SSH (or allowed signers), and the trusted root of a Sigstore instance of one's own."""


class People(Frozen):
    """Who may decide what; a declaration cannot name them."""

    approvers: tuple[str, ...] = ()
    """Who may approve components and waivers, and close review signals."""


class Thresholds(Frozen):
    """Limits of the reputation and integrity checks."""

    min_repo_age_days: Days = 30
    min_downloads_30d: Count = 1000
    min_likes: Count = 10
    lookalike_distance: Count = 2
    scorecard: Annotated[float, Field(ge=0, le=10)] = 5.0
    min_hash: Literal["sha256", "sha384", "sha512"] = "sha256"


class Freshness(Frozen):
    """How old a fact or a record may be, in days."""

    metadata_max_age_days: Days = 30
    advisories_max_age_days: Days = 2
    assessment_max_age_days: Days = 365
    document_max_age_days: Days = 365
    inventory_max_age_days: Days = 90
    drill_max_age_days: Days = 90
    provider_max_age_days: Days = 180
    """Of what the catalog says of a provider."""
    digest_max_age_days: Days = 30
    """Of a digest that was computed earlier, of a file that is unchanged since."""


class ArtifactRules(Frozen):
    """How much of the bytes of models and datasets is read and fetched in a run; what is above is said to be not read."""

    max_files: Count = 50_000
    """Of one component."""
    max_file_bytes: Count = 200_000_000_000
    fetch_max_bytes: Count = 20_000_000_000
    """Of one component, with `fetch=on`."""
    fetch_max_seconds: Count = 1800


class Sla(Frozen):
    """Days from the advisory to the update, by severity."""

    critical: Days = 7
    high: Days = 30
    medium: Days = 90
    low: Days = 180
    unknown: Days = 30


class PackageRules(Frozen):
    """What is known of packages beyond public advisories."""

    deny: tuple[
        Annotated[str, Field(pattern=r"^package:[a-z]+/[^\s@]+(@\S+)?$|^package:npm/@[^\s@]+(@\S+)?$")], ...
    ] = ()
    """Packages that must not be used: `package:pypi/name`, or one version of them: `package:pypi/name@1.0`."""
    private: tuple[str, ...] = ()
    """Patterns of the organization's own names, such as `acme-*`: on an official registry they are somebody else's."""
    min_release_age_days: Days = 7
    """A release that is younger has had nobody look at it."""


class Services(Frozen):
    """What is accepted of third-party AI services."""

    allowed_regions: tuple[str, ...] = ()
    """Regions that may process: `eu`, which holds every region in it, or one region: `eu-central-1`."""
    max_risk: Level = "medium"
    max_retention_days: Days = 30
    roots: tuple[str, ...] = ()
    """Files beside the policy with the certificates, as PEM, that signatures on agreements have to go back to."""


class WaiverRules(Frozen):
    """What a waiver may do."""

    max_days: Days = 90
    max_count: Count = 10
    """Rows that may be waived in one run before 10.5 fails."""
    never: tuple[RequirementId, ...] = ()
    """Requirements that cannot be waived, beside 2.1, 5.4, 9.3 and the roll-up 10.5, which never can."""

    @property
    def never_waived(self) -> frozenset[str]:
        """All requirements that cannot be waived."""
        return frozenset(self.never) | {"2.1", "5.4", "9.3", "10.5"}


class FeatureRules(Frozen):
    """Edits of the feature files that the assessor accepts."""

    approved_words: dict[RequirementId, tuple[str, ...]] = Field(default_factory=dict)
    """Words beyond the control document's that a sentence may name."""


Mode = Literal["observe", "ratchet", "enforce"]
"""How the findings on a requirement decide in CI: told only; no worse than what is known; it has to hold."""


class Gate(Frozen):
    """How findings decide in CI; it changes no finding."""

    default: Mode = "ratchet"
    observe: tuple[RequirementId, ...] = ()
    """Requirements that are only observed, whatever the default is."""
    ratchet: tuple[RequirementId, ...] = ()
    """Requirements that must not get worse, whatever the default is."""
    enforce: dict[RequirementId, date] = Field(default_factory=dict)
    """Requirements that have to hold from a day on; until then they are as the rest says."""

    def mode(self, requirement: str, today: date) -> Mode:
        """Return how a requirement decides on a day."""
        if (begins := self.enforce.get(requirement)) is not None and begins <= today:
            return "enforce"
        if requirement in self.observe:
            return "observe"
        return "ratchet" if requirement in self.ratchet else self.default

    @model_validator(mode="after")
    def _one_mode(self) -> Self:
        if both := sorted(set(self.observe) & set(self.ratchet)):
            raise ValueError(f"observe and ratchet both name {both[0]}; keep it in one of them")
        return self


class Alerts(Frozen):
    """Where alerts go; secrets only by the name of an environment variable."""

    sinks: tuple[str, ...] = ()
    escalate_after_minutes: Count = 15


class Isolation(Frozen):
    """How one system is isolated."""

    command: str


class Policy(Frozen):
    """The whole policy."""

    trust: Trust = Trust()
    people: People = People()
    thresholds: Thresholds = Thresholds()
    freshness: Freshness = Freshness()
    sla_days: Sla = Sla()
    packages: PackageRules = PackageRules()
    artifacts: ArtifactRules = ArtifactRules()
    services: Services = Services()
    waivers: WaiverRules = WaiverRules()
    features: FeatureRules = FeatureRules()
    gate: Gate | None = None
    """None: the policy says nothing of a gate, and runs speak of one only where the target has a known list."""
    alerts: Alerts = Alerts()
    isolation: dict[str, Isolation] = Field(default_factory=dict)
