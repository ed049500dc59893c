"""Packages as the files of a target resolve them: which versions, with which hashes, from where."""

from enum import StrEnum
from typing import Literal

from supplychain.model.base import Frozen
from supplychain.model.component import Component
from supplychain.model.reference import Place, Unread
from supplychain.model.text import Text

Ecosystem = Literal["pypi", "npm", "conda"]
"""The sources of components whose clients resolve names to versions."""


class Setting(StrEnum):
    """What a setting of a package client does to where packages come from."""

    INDEX = "index"
    """It takes the place of the official index."""
    EXTRA = "extra index"
    """One more index, which may answer for any name."""
    MAPPED = "mapped index"
    """An index that answers for `only`, and for nothing else."""
    CHANNEL = "channel"
    """A channel of conda."""
    FIND_LINKS = "find-links"
    """A page or a folder of files, which may answer for any name."""
    NO_INDEX = "no index"
    TRUSTED_HOST = "trusted host"
    """A host that may answer with any certificate, or none."""


class IndexSetting(Frozen):
    """One setting that travels with the target and says where a package client fetches from."""

    ecosystem: Ecosystem
    setting: Setting
    address: Text | None
    """An address, a channel's name, a host or a folder as it is written; None: made at run time."""
    only: Text = ""
    """What a mapped index answers for: a scope such as `@acme`, or a package's name as its ecosystem spells it."""
    applies: Text = ""
    """The file or, with a slash at its end, the folder that it is in force for; empty: the whole target."""
    command: str = ""
    """The install command of that file, by its digest, for whose packages alone it is in force; empty: for all."""
    call: Text = ""
    """What sets it: `pip install`, `pip.conf`, `requirement option`."""
    at: Place
    digest: str | None = None


class Origin(Frozen):
    """Where an entry of a manifest or a lock says that its package is fetched from."""

    form: Literal["index", "address", "repository", "folder"] = "index"
    """By name from an index; one file by its address; a version control repository; a folder of the target."""
    address: Text | None = None
    """Of the index, the file, the repository or the folder; None: it says none, and the settings decide."""
    commit: Text | None = None
    """Of a repository: the revision that it is fetched at."""


class LockedFile(Frozen):
    """One file of a package that a lock names."""

    name: Text
    hash: str
    """`<algorithm>:<hex>`."""


class Resolved(Frozen):
    """One package as one entry of a manifest or a lock has it."""

    component: Component
    version: Text | None = None
    """The one version that it can be; None: a range, or nothing, which is not resolved."""
    asked: Text = ""
    """What the entry asks for, as it is written."""
    at: Place
    project: Text
    """The folder of the project that it belongs to; empty for the target's own."""
    format: Text
    """The form of its file: `requirements`, `uv.lock`, `package.json`."""
    is_locked: bool
    """Whether its file is a lock, or a list of requirements of which each is one version."""
    hashes: tuple[str, ...] = ()
    """`<algorithm>:<hex>` of every file that it accepts."""
    files: tuple[LockedFile, ...] = ()
    """The files by name, where the lock names them."""
    origin: Origin = Origin()
    marker: Text = ""
    extras: tuple[Text, ...] = ()
    groups: tuple[Text, ...] = ()
    """The groups of dependencies that it is of, as its file calls them; empty: what is always installed."""
    direct: bool | None = None
    """Whether the project asks for it itself; None where its file does not say."""
    bundled: bool = False
    """npm: it comes inside another package, whose hash covers it."""
    runs_scripts: bool = False
    """npm: it runs scripts when it is installed."""
    digest: str | None = None
    """`sha256:<hex>` of the file that the entry stands in."""

    @property
    def subject(self) -> str:
        """What a finding's row about this entry names."""
        return self.component.id


class Drift(Frozen):
    """Something in which a lock does not agree with its manifest."""

    component: Text
    at: Place
    """The line of the manifest, or of the lock where the manifest has none."""
    reason: Text


class Lock(Frozen):
    """A lock file, and how far it can be relied upon."""

    file: Text
    format: Text
    digest: str
    tracked: bool | None = None
    """Whether git tracks it; None: the target is no git repository."""
    ignored: Place | None = None
    """The line of the ignore file that keeps git from tracking it."""
    drift: tuple[Drift, ...] = ()
    unchecked: Text = ""
    """Why it was not held against its manifest; empty where it was."""


class PackageProject(Frozen):
    """A folder with manifests of one ecosystem, and the locks that belong to them."""

    ecosystem: Ecosystem
    folder: Text
    manifests: tuple[Place, ...] = ()
    locks: tuple[Lock, ...] = ()


class Installed(Frozen):
    """A distribution in a virtual environment of the target, its files hashed again."""

    component: Text
    version: Text
    at: Place
    """Its RECORD."""
    files: int
    altered: tuple[Text, ...] = ()
    """Files whose bytes are not those that RECORD states, and files of it that are gone."""
    unchecked: Text = ""
    """Why not all of it was hashed; empty where it was."""


class Graph(Frozen):
    """Every package that the manifests and locks of a target name, resolved as far as they say."""

    packages: tuple[Resolved, ...] = ()
    projects: tuple[PackageProject, ...] = ()
    settings: tuple[IndexSetting, ...] = ()
    unread: tuple[Unread, ...] = ()
    """Manifests and locks that could not be read, with the reason and the line."""
    installed: tuple[Installed, ...] = ()
    """Virtual environments inside the target, held against their own records."""
