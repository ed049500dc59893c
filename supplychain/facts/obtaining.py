"""One fact: fetched now, or from the store where it is young enough, or the reason why there is none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from supplychain import catalog
from supplychain.facts.endpoints import Endpoint, endpoint
from supplychain.facts.interface import WORKERS, Answer, AsOf, NoFactError, Obtained
from supplychain.facts.store import Entry, FactStore, ensure_fresh
from supplychain.model.finding import Source
from supplychain.model.policy import Freshness

if TYPE_CHECKING:
    from supplychain.facts.session import Session

T = TypeVar("T")


class Facility:
    """The store, and the session where one may be used; every fact goes through `obtain`."""

    def __init__(
        self, store: FactStore, session: Session | None, now: datetime, freshness: Freshness, *, snapshot: bool
    ) -> None:
        """Begin with nothing used; a snapshot answers wherever it was taken from."""
        self.store = store
        self.session = session
        self.now = now.replace(microsecond=0)
        self.freshness = freshness
        self.snapshot = snapshot
        self.used: dict[Path, str] = {}
        """The files of the facts that were used, with the digests of their bodies."""
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._silent: dict[str, str] = {}
        self._endpoints: dict[str, Endpoint] = {}

    def endpoint(self, source: str) -> Endpoint:
        """Return where a source is."""
        with self._lock:
            return self._endpoints.setdefault(source, endpoint(source))

    def absent(self, source: str) -> Source:
        """Return a source that says nothing."""
        return Source(name=catalog.fact_sources()[source].title, level="absent")

    def silence(self, source: str, is_there: Callable[[str], bool]) -> str:
        """Return why a service's 404 says nothing of anything; empty where it has the one thing that it surely has.

        `is_there` asks for that one by its name.
        """
        known, title = catalog.fact_sources()[source].known, self.endpoint(source).title
        with self._asking:
            if source not in self._silent:
                try:
                    reason = f"{title} answered 404, and does so for {known} too, which it surely has"
                    self._silent[source] = "" if is_there(known) else reason
                except NoFactError as error:
                    self._silent[source] = f"{title} answered 404, and whether it lists anything is not known: {error}"
            return self._silent[source]

    def pace(self, source: str) -> tuple[int, float]:
        """Return how many facts of a source are obtained at a time, and within how many seconds all of them."""
        if self.session is None:
            return 1, catalog.fact_sources()[source].max_seconds
        limits = self.session.limits
        return WORKERS, (limits.total or catalog.fact_sources()[source].max_seconds) + limits.connect + limits.read

    def obtain(
        self,
        source: str,
        key: str,
        fetch: Callable[[Session, Endpoint], Answer],
        read: Callable[[bytes], T],
        *,
        immutable: bool = False,
    ) -> Obtained[T]:
        """Return a fact as `read` takes it; what cannot be read is neither kept nor believed.

        `immutable` is for what never changes under its key, so that it neither ages nor is fetched again.

        Raises:
            NoFactError: there is none at hand; `read` may raise it too.
        """
        if self.session is None:
            return self._kept(source, key, read, ages=not immutable)
        if immutable:
            try:
                return self._kept(source, key, read, ages=False)
            except NoFactError:
                pass
        try:
            return self._fetched(self.session, source, key, fetch, read)
        except NoFactError as error:
            try:
                return self._kept(source, key, read, ages=not immutable)
            except NoFactError:
                raise error from None

    def take(
        self, source: str, key: str, answer: Answer | NoFactError | None, read: Callable[[bytes], T]
    ) -> Obtained[T]:
        """Return a fact that was asked for together with others; None where nothing was asked for.

        Raises:
            NoFactError: as for `obtain`.
        """

        def fetch(_: Session, __: Endpoint) -> Answer:
            if isinstance(answer, Answer):
                return answer
            raise answer or NoFactError("it was not asked for")

        return self.obtain(source, key, fetch, read)

    def _fetched(
        self,
        session: Session,
        source: str,
        key: str,
        fetch: Callable[[Session, Endpoint], Answer],
        read: Callable[[bytes], T],
    ) -> Obtained[T]:
        place = self.endpoint(source)
        answer = fetch(session, place)
        value = read(answer.body) if answer.status == 200 else None
        entry = Entry(source, key, place.mirror, self.now, answer.status, answer.body, answer.redirects, answer.error)
        return self._obtained(entry, value, "online", self.store.put(entry))

    def _kept(self, source: str, key: str, read: Callable[[bytes], T], *, ages: bool) -> Obtained[T]:
        title = catalog.fact_sources()[source].title
        try:
            entry = self.store.get(source, key)
            if not self.snapshot and entry.mirror != self.endpoint(source).mirror:
                raise NoFactError(f"it was fetched from {entry.mirror or 'the official one'}, which is not asked now")
            if ages:
                ensure_fresh(entry, self.now, self._days(source))
        except NoFactError as error:
            where = "the snapshot" if self.snapshot else "the store of facts"
            raise NoFactError(f"{title} was not asked, and {where} has no answer: {error}") from error
        value = read(entry.body) if entry.status == 200 else None
        return self._obtained(entry, value, "cached", self.store.path(source, key))

    def _obtained(self, entry: Entry, value: T | None, level: AsOf, path: Path | None) -> Obtained[T]:
        digest = entry.digest
        with self._lock:
            if path:
                self.used[path] = digest
        source = Source(
            name=Endpoint(catalog.fact_sources()[entry.source], entry.mirror).title,
            level=level,
            fetched=entry.fetched.isoformat(),
            digest=digest,
        )
        return Obtained(value, source, entry.fetched, path, entry.error)

    def _days(self, source: str) -> int:
        age = catalog.fact_sources()[source].age
        fresh = self.freshness
        return fresh.metadata_max_age_days if age == "metadata" else fresh.advisories_max_age_days
