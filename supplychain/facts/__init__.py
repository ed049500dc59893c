"""Facts: the one door to registries and advisory services.

with Facts.open("online", now, policy.freshness) as facts:
    facts.releases([("package:pypi/requests", "2.32.0")])
    facts.records(["package:pypi/requests"])
    facts.exploited(["CVE-2021-44228"])
    facts.hub([("model:huggingface/BAAI/bge-m3", "5617a9f61b028005a4858fdac845db406aefb181")])
    facts.owners([("huggingface", "BAAI")])

`cache` answers from what was fetched before, as long as the policy allows; a folder is a snapshot, and answers alone. In
both no request is sent, and no HTTP client is imported. Components and versions come in, never an address: what a target
names is never asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from supplychain.facts import exploited as exploitation
from supplychain.facts import hubs, npm, osv, pypi, snapshot
from supplychain.facts.exploited import Exploited
from supplychain.facts.interface import Contents, NoFactError, SnapshotError
from supplychain.facts.names import package
from supplychain.facts.obtaining import Facility
from supplychain.facts.osv import Records
from supplychain.facts.parallel import each
from supplychain.facts.store import FactStore
from supplychain.folders import user_folder
from supplychain.model.fact import Release
from supplychain.model.finding import Source
from supplychain.model.hub import HubRecord, Owner
from supplychain.model.policy import Freshness

if TYPE_CHECKING:
    from supplychain.facts.session import Limits, Session

__all__ = ["Contents", "Exploited", "Facts", "Records", "SnapshotError"]


class Facts:
    """What registries and advisory services say, each answer with its source, its time and its digest."""

    def __init__(self, facility: Facility, database: Path | None = None) -> None:
        """Answer by way of a facility; `Facts.open` makes one."""
        self._facility = facility
        self.database = database
        """A snapshot's own offline advisories, in osv-scanner's layout."""

    @classmethod
    def open(
        cls,
        level: Literal["cache", "online"] | Path,
        now: datetime,
        freshness: Freshness,
        *,
        simulated: bool = False,
        folder: Path | None = None,
        limits: Limits | None = None,
    ) -> Facts:
        """Return the facts of a run at `now`.

        `simulated` tells that `now` was made up: what is fetched then is kept apart. `folder` is where facts are kept; None:
        in the user's cache. `limits` bounds requests otherwise than by default.

        Raises:
            SnapshotError: the snapshot is not as it was written.
        """
        if isinstance(level, Path):
            snapshot.check(level)
            facility = Facility(FactStore(level / snapshot.FACTS), None, now, freshness, snapshot=True)
            return cls(facility, snapshot.database(level))
        session: Session | None = None
        if level == "online":
            from supplychain.facts.session import Limits, Session  # the HTTP client

            session = Session(limits or Limits())
        return cls(
            Facility(FactStore(folder or store_folder(simulated=simulated)), session, now, freshness, snapshot=False)
        )

    def releases(self, wanted: Iterable[tuple[str, str]]) -> tuple[Release, ...]:
        """Return what the registries say of versions of component ids, in the order in which they are first wanted.

        A package is asked for once, whatever the number of its versions. What is not known has the state `unknown`.
        """
        versions: dict[str, dict[str, None]] = {}
        pairs = list(dict.fromkeys(wanted))
        for component, version in pairs:
            versions.setdefault(component, {})[version] = None
        packages = list(versions.items())
        workers, seconds = max(self._facility.pace("pypi"), self._facility.pace("npm"))
        results = each(self._releases, packages, workers, seconds)
        found: dict[tuple[str, str], Release] = {}
        for (component, names), releases in zip(packages, results, strict=True):
            if isinstance(releases, NoFactError):
                releases = [self._unknown(component, name, str(releases)) for name in names]
            found |= {(component, name): one for name, one in zip(names, releases, strict=True)}
        return tuple(found[pair] for pair in pairs)

    def records(self, components: Iterable[str]) -> Records:
        """Return the advisory records that concern component ids, whatever the version."""
        return osv.records(self._facility, components)

    def exploited(self, cves: Iterable[str]) -> Exploited:
        """Return which CVEs are exploited, and how probably others will be."""
        return exploitation.exploited(self._facility, cves)

    def hub(self, wanted: Iterable[tuple[str, str | None]]) -> tuple[HubRecord, ...]:
        """Return what hubs say of models and datasets at revisions, in the order in which they are first wanted.

        A revision of None is the newest. What is not known has the state `unknown`.
        """
        return hubs.records(self._facility, wanted)

    def owners(self, wanted: Iterable[tuple[str, str]]) -> tuple[Owner, ...]:
        """Return what hubs say of owners, each given with the source of its components: `("huggingface", "BAAI")`."""
        return hubs.owners(self._facility, wanted)

    def hub_files(self, wanted: Iterable[tuple[str, str, str]]) -> tuple[Contents, ...]:
        """Return small files of models and datasets, each given by component, whole commit and path, in that order.

        A file without content says why. What Git LFS keeps is never fetched.
        """
        return hubs.files(self._facility, wanted)

    def hub_file(self, component: str, commit: str, path: str) -> Contents:
        """Return one file, as `hub_files` does."""
        return self.hub_files([(component, commit, path)])[0]

    @property
    def used(self) -> Mapping[Path, str]:
        """The files of all facts that were used so far, with the digests of their bodies: what a snapshot holds."""
        return dict(self._facility.used)

    @property
    def now(self) -> datetime:
        """The time of the run, at which everything that is fetched was fetched."""
        return self._facility.now

    def close(self) -> None:
        """Close every connection."""
        if self._facility.session:
            self._facility.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _releases(self, wanted: tuple[str, Mapping[str, None]]) -> list[Release]:
        component, versions = wanted
        source, name = package(component)
        if source == "pypi":
            page = pypi.obtain(self._facility, name)
            of, is_there = partial(pypi.release, obtained=page), page.value is not None
        else:
            packument = npm.obtain(self._facility, name)
            of, is_there = partial(npm.release, obtained=packument), packument.value is not None
        if not is_there and (reason := self._facility.silence(source, partial(self._is_listed, source))):
            raise NoFactError(reason)
        return [of(component, version) for version in versions]

    def _is_listed(self, source: str, name: str) -> bool:
        return (pypi if source == "pypi" else npm).obtain(self._facility, name).value is not None

    def _unknown(self, component: str, version: str, reason: str) -> Release:
        try:
            source = self._facility.absent(package(component)[0])
        except NoFactError:
            source = Source(name="no registry", level="absent")
        return Release(component=component, version=version, state="unknown", problem=reason, source=source)


def store_folder(*, simulated: bool = False) -> Path:
    """Return the folder in which facts are kept, in the user's cache."""
    return user_folder("cache") / ("facts-of-simulated-runs" if simulated else "facts")
