"""Scenario 6: the third-party AI services of production, what is declared of each, and days as the records count them.

for item in population(case):
    if isinstance(item, ServiceUse) and item.declared is None: …
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.checks.population import PROD, Named, named
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.reference import Place, Reference, Unread, Unresolved
from supplychain.model.service import DeclaredService, EvidenceFile

DECLARATION = "supplychain.toml"
_ANY = "service"
"""The source of a hosted model whose service is not known by name; its client is an unresolved reference."""
_BY_FORM = "name of a hosted model"
"""What discovery calls a text that only looks like a hosted model's name: it may be a label, and sends nothing."""


class ServiceUse(Frozen):
    """A third-party AI service, once: where production code names it first, and what is declared of it."""

    subject: str
    """`service:<id>`."""
    at: Place
    """Where it is named first; of one that only a router forwards to, the router's; of one that is only declared, the
    declaration."""
    id: str
    declared: DeclaredService | None = None
    router: str = ""
    """The id of the service that forwards to it; empty where code or configuration names it itself."""
    is_used: bool = True
    """Whether production was seen to use it; False: only the declaration names it."""
    digest: str | None = None
    """Of the file that names it."""

    @property
    def is_router(self) -> bool:
        """Whether the catalog knows it as one that hands prompts on."""
        known = catalog.providers().get(self.id)
        return known is not None and (known.forwards is not None or known.sort == "router")


Element = ServiceUse | Unresolved | Unread


def population(case: Case) -> tuple[Element, ...]:
    """Return every service once, then what could hide one.

    They are: what production names, also by a model that the service hosts; what a router forwards to, as its entry or
    the place of a call says; and what only the declaration names, which is held to the same since its team says that
    the target uses it.
    """
    names = named(case, Kind.SERVICE, PROD)
    found: dict[str, ServiceUse] = {}
    for use in _named(case, names):
        known = found.get(use.id)
        if known is None or _order(use.at) < _order(known.at):
            found[use.id] = use
    for use in [*found.values()]:
        _forward(case, use, found)
    for endpoint in case.inventory.endpoints:
        if endpoint.forwards_to and endpoint.at.scope in PROD and endpoint.service in found:
            _add(case, found[endpoint.service], endpoint.forwards_to, endpoint.at, found)
    covered = {use.declared.id for use in found.values() if use.declared}
    for entry in case.declaration.service if case.declaration else ():
        if entry.id not in covered:
            use = ServiceUse(
                subject=f"service:{entry.id}",
                at=line_in_declaration(case, entry.id),
                id=entry.id,
                declared=entry,
                is_used=False,
            )
            found.setdefault(entry.id, use)
            _forward(case, use, found)
    return (*found.values(), *(item for item in names if not isinstance(item, Reference)))


def declared_for(case: Case, service: str, address: str | None = None) -> DeclaredService | None:
    """Return what is declared of a service: the entry of its id; of one that no catalog knows, else that of its host.

    A host of `detect` counts only where neither the service nor the entry is one that the catalog knows: whose hosts
    those are is not for a target to say. A gateway is declared as a service of its own, with `forwards_to`.
    """
    entries = case.declaration.service if case.declaration else ()
    known = catalog.hosting()
    for entry in entries:
        if entry.id == service:
            return entry
    if service in known:
        return None
    hosts = {service.casefold(), _host(address)}
    for entry in entries:
        if entry.id not in known and any(_is_at(host, own) for host in hosts for own in entry.detect):
            return entry
    return None


def line_in_declaration(case: Case, service: str, key: str = "") -> Place:
    """Return where the declaration speaks of a service, or sets a key of it."""
    line = case.service_lines.get(f"{service} {key}".strip()) or case.service_lines.get(service)
    return Place(file=DECLARATION, line=line)


def evidence_of(case: Case, path: str) -> EvidenceFile:
    """Return what was seen of a file that the declaration names as evidence."""
    found = next((item for item in case.evidence if item.path == path), None)
    return found or EvidenceFile(path=path, problem="it was not looked at")


def way(use: ServiceUse) -> str:
    """Return how production reaches a service, where that is not by itself, to follow its name in a message."""
    return f", to which {use.router} forwards" if use.router else ""


def resting_on(case: Case, at: Place) -> tuple[str, ...]:
    """Return the digests of what an answer on a place rests on: the file, where its digest is known, and the declaration."""
    of_file = next((item.digest for item in case.inventory.references if item.at.file == at.file and item.digest), None)
    return tuple(digest for digest in dict.fromkeys((of_file, case.declaration_digest)) if digest)


def today(now: datetime) -> date:
    """Return the day of a moment in UTC, which is the day that every record is held against."""
    return now.astimezone(UTC).date()


def is_over(last_day: date | None, now: datetime) -> bool:
    """Whether something has ended: it holds through its last day, in UTC; None: it names no end."""
    return last_day is not None and today(now) > last_day


def is_to_come(day: date, now: datetime) -> bool:
    """Whether a day lies after that of a moment, in UTC."""
    return day > today(now)


def age_in_days(day: date, now: datetime) -> int:
    """Return how many days ago a day was, in UTC; below zero: it is to come."""
    return (today(now) - day).days


def _named(case: Case, names: Iterable[Named]) -> Iterator[ServiceUse]:
    """Return each place that uses a service by its own name, or a model that it hosts."""
    for item in names:
        if isinstance(item, Reference):
            yield _use(case, item.component.name, item.at, item.address, item.digest)
    for item in named(case, Kind.MODEL, PROD):
        if isinstance(item, Unread) or item.call == _BY_FORM:
            continue
        source = item.component.source if isinstance(item, Reference) else item.source
        if source in catalog.hosting() and source != _ANY:
            yield _use(case, source, item.at, None, item.digest)


def _use(case: Case, name: str, at: Place, address: str | None, digest: str | None) -> ServiceUse:
    declared = declared_for(case, name, address)
    return ServiceUse(subject=f"service:{name}", at=at, id=name, declared=declared, digest=digest)


def _forward(case: Case, router: ServiceUse, found: dict[str, ServiceUse]) -> None:
    """Add what a router may forward to, at the router's place."""
    for name in router.declared.forwards_to if router.declared else ():
        _add(case, router, name, router.at, found)


def _add(case: Case, router: ServiceUse, name: str, at: Place, found: dict[str, ServiceUse]) -> None:
    """Add a service that a router forwards to, and what that forwards to in turn."""
    if name not in found:
        changes = {"subject": f"service:{name}", "id": name, "at": at, "router": router.id}
        found[name] = router.model_copy(update={**changes, "declared": declared_for(case, name)})
        _forward(case, found[name], found)


def _order(at: Place) -> tuple[str, int]:
    return at.file, at.line or 0


def _host(address: str | None) -> str:
    try:
        return (urlsplit(address if "//" in address else f"//{address}").hostname or "").rstrip(".") if address else ""
    except ValueError:
        return ""


def _is_at(host: str, own: str) -> bool:
    """Whether a host is one of `detect`: itself, or below `*.` and at least two labels."""
    pattern = own.casefold()
    if pattern.startswith("*.") and pattern.count(".") >= 2 and "*" not in pattern[1:]:
        return host.endswith(pattern[1:])
    return bool(host) and host == pattern
