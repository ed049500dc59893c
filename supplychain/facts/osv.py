"""Records of advisories from the OSV API (https://google.github.io/osv.dev/api/): which there are by package, and each.

Packages are asked for without a version: which versions a record affects is decided by the matcher, over the record itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from supplychain import catalog
from supplychain.facts.interface import Answer, NoFactError, Obtained
from supplychain.facts.names import ECOSYSTEMS, package
from supplychain.facts.obtaining import Facility
from supplychain.facts.parallel import each
from supplychain.model.finding import Source

if TYPE_CHECKING:
    from supplychain.facts.endpoints import Endpoint
    from supplychain.facts.session import Session

BATCH = 1000
"""Queries that one request may hold."""
PAGES = 100
"""Pages of one query that are asked for."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")


class _Named(BaseModel):
    id: str
    modified: str


class _Result(BaseModel):
    vulns: tuple[_Named, ...] = ()
    next_page_token: str | None = None


class _Results(BaseModel):
    results: list[_Result]


@dataclass(frozen=True)
class Records:
    """The records that concern some packages."""

    records: tuple[bytes, ...] = ()
    """Each as the service gives it, JSON by the OSV schema; by id."""
    source: Source = field(default_factory=lambda: Source(name="OSV", level="absent"))
    """Its time is that of the oldest answer; its digest is over those of all answers."""
    as_of: datetime | None = None
    """When the oldest answer was fetched."""
    unanswered: Mapping[str, str] = field(default_factory=dict)
    """Component ids of which nothing is known, each with the reason: they were not assessed, and are not clean."""

    @property
    def problem(self) -> str:
        """Why there are none, or not all; empty where every package was answered for."""
        if not self.unanswered:
            return ""
        reason = next(iter(self.unanswered.values()))
        return f"no advisories are known for {len(self.unanswered)} packages, such as {next(iter(self.unanswered))}: {reason}"


def records(facility: Facility, components: Iterable[str]) -> Records:
    """Return the records of every package among `components`, which are component ids."""
    unanswered: dict[str, str] = {}
    names: dict[str, tuple[str, str]] = {}
    for component in sorted(set(components)):
        try:
            names[component] = package(component)
        except NoFactError as error:
            unanswered[component] = str(error)
    controls = _controls({source for source, _ in names.values()})
    silent: dict[str, str] = {}
    lists = _lists(facility, {**controls, **names}, silent)
    for control, (source, _) in controls.items():
        if control in lists and not _vulns(lists[control]):
            nothing = f"OSV has no advisory on {control}, on which there are some: it holds none of its ecosystem"
            silent |= {name: nothing for name, key in names.items() if key[0] == source}
    unanswered |= {name: reason for name, reason in silent.items() if name in names}
    lists = {name: found for name, found in lists.items() if name in names and name not in silent}
    wanted = sorted({(named.id, named.modified) for found in lists.values() for named in _vulns(found)})
    fetched = dict(zip(wanted, each(partial(_record, facility), wanted, *facility.pace("osv")), strict=True))
    for component, found in lists.items():
        for named in _vulns(found):
            if isinstance(reason := fetched[named.id, named.modified], NoFactError):
                unanswered[component] = str(reason)
    whole = {key: obtained for key, obtained in fetched.items() if not isinstance(obtained, NoFactError)}
    return Records(
        records=tuple(obtained.value for _, obtained in sorted(whole.items()) if obtained.value is not None),
        source=_source(facility, [*lists.values(), *whole.values()], list(lists.values())),
        as_of=min((found.fetched for found in lists.values()), default=None),
        unanswered=dict(sorted(unanswered.items())),
    )


def _controls(sources: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return components of these sources on which there surely are advisories: a service without them knows nothing."""
    controls = {name: package(name) for name in catalog.fact_sources()["osv"].advised}
    return {name: key for name, key in controls.items() if key[0] in sources}


def _vulns(found: Obtained[_Result]) -> tuple[_Named, ...]:
    return found.value.vulns if found.value else ()


def _lists(
    facility: Facility, names: Mapping[str, tuple[str, str]], unanswered: dict[str, str]
) -> dict[str, Obtained[_Result]]:
    """Return which records concern each package; each is a fact of its own, so that a later run may ask for others."""
    asked = _asked(facility, list(names.values())) if facility.session else {}
    lists = {}
    for component, (source, name) in names.items():
        try:
            lists[component] = facility.take("osv", f"{ECOSYSTEMS[source]}/{name}", asked.get((source, name)), _result)
        except NoFactError as error:
            unanswered[component] = str(error)
    return lists


def _asked(facility: Facility, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Answer | NoFactError]:
    """Return what the service answers for each package, its pages put together, or why it does not."""
    batches = [names[start : start + BATCH] for start in range(0, len(names), BATCH)]
    found: dict[tuple[str, str], Answer | NoFactError] = {}
    for batch, answers in zip(batches, each(partial(_batch, facility), batches, *facility.pace("osv")), strict=True):
        found |= dict.fromkeys(batch, answers) if isinstance(answers, NoFactError) else answers
    return found


def _batch(facility: Facility, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Answer]:
    vulns: dict[tuple[str, str], dict[str, str]] = {name: {} for name in names}
    tokens: dict[tuple[str, str], str] = dict.fromkeys(names, "")
    for _ in range(PAGES):
        results = _page(facility, tokens)
        for (name, _), result in zip(list(tokens.items()), results, strict=True):
            vulns[name] |= {named.id: named.modified for named in result.vulns}
        tokens = {
            name: result.next_page_token for name, result in zip(tokens, results, strict=True) if result.next_page_token
        }
        if not tokens:
            break
    else:
        raise NoFactError(f"OSV gives more than {PAGES} pages for one query")
    return {name: Answer(200, _listed(found)) for name, found in vulns.items()}


def _listed(found: Mapping[str, str]) -> bytes:
    return json.dumps({"vulns": [{"id": name, "modified": found[name]} for name in sorted(found)]}).encode()


def _page(facility: Facility, tokens: Mapping[tuple[str, str], str]) -> list[_Result]:
    if facility.session is None:
        raise NoFactError("no request is sent")
    queries = [
        {"package": {"name": name, "ecosystem": ECOSYSTEMS[source]}, **({"page_token": token} if token else {})}
        for (source, name), token in tokens.items()
    ]
    answer = facility.session.post(facility.endpoint("osv"), "v1/querybatch", json.dumps({"queries": queries}).encode())
    if answer.status != 200:
        raise NoFactError(f"{facility.endpoint('osv').title} answered {answer.status}")
    try:
        results = _Results.model_validate_json(answer.body).results
    except ValidationError as error:
        raise NoFactError("OSV answered with something that is not a list of results") from error
    if len(results) != len(queries):
        raise NoFactError(f"OSV answered {len(queries)} queries with {len(results)} results")
    return results


def _result(body: bytes) -> _Result:
    try:
        return _Result.model_validate_json(body)
    except ValidationError as error:
        raise NoFactError("OSV answered with something that is not a list of ids") from error


def _record(facility: Facility, named: tuple[str, str]) -> Obtained[bytes]:
    """Return one record; one that was modified has another key."""
    name, modified = named
    if not _ID.fullmatch(name):
        raise NoFactError("OSV names a record by something that is no id")

    def fetch(session: Session, at: Endpoint) -> Answer:
        answer = session.get(at, f"v1/vulns/{quote(name, safe='')}")
        if answer.status != 200:
            raise NoFactError(f"OSV names {name} and has no record of it")
        return answer

    def read(body: bytes) -> bytes:
        try:
            if _Named.model_validate_json(body).id == name:
                return body
        except ValidationError:
            pass
        raise NoFactError(f"OSV answered with something that is not the record {name}")

    return facility.obtain("osv", f"{name}@{modified}", fetch, read, immutable=True)


def _source(
    facility: Facility,
    answers: Sequence[Obtained[_Result] | Obtained[bytes]],
    lists: Sequence[Obtained[_Result]],
) -> Source:
    """Return the source of many answers: as old as the oldest list, and fetched now only where all lists were."""
    if not lists:
        return facility.absent("osv")
    oldest = min(lists, key=lambda obtained: obtained.fetched)
    level = "online" if all(obtained.source.level == "online" for obtained in lists) else "cached"
    together = "\n".join(sorted(str(obtained.source.digest) for obtained in answers))
    return oldest.source.model_copy(
        update={"level": level, "digest": f"sha256:{hashlib.sha256(together.encode()).hexdigest()}"}
    )
