"""What hubs say of models and datasets, and of who owns them."""

from typing import Literal

from pydantic import AwareDatetime

from supplychain.model.base import Frozen
from supplychain.model.finding import Source
from supplychain.model.text import Text

ScanStatus = Literal["safe", "suspicious", "unsafe", "pending", "none"]
"""What a hub's own scanners say; `none`: it says nothing."""


NO_HUB = "no hub"
"""The name of the source of a record on what no hub tells of."""


class HubFile(Frozen):
    """One file of a model or dataset, as its hub lists it at a revision."""

    path: Text
    size: int | None = None
    """Bytes."""
    sha256: str | None = None
    """64 hex digits; a hub states it for large files alone."""
    git_sha1: str | None = None
    """The id of the git blob, 40 hex digits; it is bound by the commit."""
    md5: str | None = None
    scan: ScanStatus = "none"


class HubRecord(Frozen):
    """What a hub says of one model or dataset at one revision."""

    component: Text
    revision: Text | None
    """As it was asked for; None: whatever is newest."""
    state: Literal["listed", "gated", "no such component", "no such revision", "unknown"]
    """`gated`: it is there, and its files are not for everybody. `unknown`: no fact is at hand, `problem` says why."""
    problem: Text = ""
    name: Text = ""
    """The name that the hub answered with; another than the one asked for is a rename."""
    owner: Text = ""
    """Empty: it has no owner there, as in an archive, or the hub did not say."""
    commit: Text | None = None
    """The commit that the revision stands for."""
    created: AwareDatetime | None = None
    modified: AwareDatetime | None = None
    downloads: int | None = None
    """Of the last 30 days; None: the hub did not say."""
    likes: int | None = None
    """None: the hub did not say."""
    offers: tuple[Literal["downloads", "likes"], ...] = ("downloads", "likes")
    """The numbers that this hub publishes at all."""
    card: bool | None = None
    """Whether it has a model or dataset card; None: the hub did not say."""
    license: Text = ""
    """The id that its card states at this revision: `apache-2.0`, `other`."""
    license_name: Text = ""
    """The name that the card gives where the id is `other`."""
    license_link: Text = ""
    bases: tuple[Text, ...] = ()
    """Names on the same hub that it was derived from."""
    datasets: tuple[Text, ...] = ()
    tags: tuple[Text, ...] = ()
    committers: tuple[Text, ...] = ()
    """Who made the newest commits up to this revision, the newest first."""
    scan: ScanStatus = "none"
    """Of all files together."""
    scorecard: float | None = None
    """OpenSSF Scorecard of its repository, 0 to 10, where it comes from one."""
    files: tuple[HubFile, ...] = ()
    source: Source


class Owner(Frozen):
    """What a hub says of an owner of models and datasets."""

    hub: Text
    """The source of the components: `huggingface`, `github`."""
    name: Text
    state: Literal["listed", "no such owner", "unknown"]
    problem: Text = ""
    kind: Literal["organization", "user"] | None = None
    verified: bool | None = None
    """Whether the hub verified it; None: it did not say, or verifies nobody."""
    created: AwareDatetime | None = None
    source: Source
