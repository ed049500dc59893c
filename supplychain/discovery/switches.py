"""Switches: what code and configuration say, or fail to say, of what happens to prompts.

What a value means is data: it starts what a switch is for, stops it, or neither, which is unknown. A name that several
libraries read counts for those that the target uses. Where nothing is said the library's default holds, at the first
place that uses it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Literal

from supplychain import catalog
from supplychain.catalog.provider import Switch as Known
from supplychain.discovery import regions
from supplychain.discovery.hosted import service_known_as
from supplychain.discovery.interface import Found, Given
from supplychain.discovery.regions import Used
from supplychain.model.reference import Place, Reference, Scope
from supplychain.model.service import Switch

_NAMED_BY_VALUE = "named by the value"
_NAMED_ELSEWHERE = "named by the callbacks"
_MOST = 200
Imported = Mapping[Scope, Mapping[str, Place]]
"""By scope, the modules that code imports, with all that their names begin with, each with its first place."""


@cache
def by_setting() -> dict[str, tuple[Known, ...]]:
    """Return the switches by the environment variables that are read for them."""
    found: dict[str, tuple[Known, ...]] = {}
    for known in catalog.switches():
        for name in known.settings:
            found[name] = (*found.get(name, ()), known)
    return found


@cache
def telling() -> frozenset[str]:
    """Return the environment variables that choose a region or say what happens to prompts."""
    return frozenset({*by_setting(), *regions.settings()})


@cache
def by_key() -> dict[str, tuple[tuple[str, Known], ...]]:
    """Return the dotted keys of configuration and of the bodies of requests by their last part; one word says too little."""
    found: dict[str, tuple[tuple[str, Known], ...]] = {}
    for known in catalog.switches():
        for key in filter(re.compile(r".+\..+").fullmatch, known.keys):
            last = key.rpartition(".")[2]
            found[last] = (*found.get(last, ()), (key, known))
    return found


@cache
def by_argument() -> dict[str, tuple[tuple[str, str, str, Known], ...]]:
    """Return the arguments of calls by the last name of what is called: prefix, tail, argument and switch."""
    found: dict[str, tuple[tuple[str, str, str, Known], ...]] = {}
    for known in catalog.switches():
        for text in known.arguments:
            prefix, _, rest = text.partition(":")
            tail, _, argument = rest.rpartition(".")
            if tail:
                last = tail.rpartition(".")[2]
                found[last] = (*found.get(last, ()), (prefix, tail, argument, known))
    return found


@cache
def by_header() -> dict[str, Known]:
    """Return the switches by the headers of requests, in lower case."""
    return {header.lower(): known for known in catalog.switches() for header in known.headers}


def of_key(path: Sequence[str], text: str, at: Place) -> Iterator[Switch]:
    """Yield what the value of a key says, by all keys that lead to it."""
    for key, known in by_key().get(path[-1], ()) if path else ():
        parts = iter(path)
        if all(part in parts for part in key.split(".")):
            yield said(known, ".".join(path[-2:]), text, at)


def said(known: Known, name: str, text: str, at: Place, *, is_known: bool = True, service: str | None = None) -> Switch:
    """Return what a value says; `service` is who receives it where that is not the switch's own."""
    receiver = known.receiver if service is None else service
    if receiver == _NAMED_BY_VALUE:
        receiver = _service(text) or text if is_known else ""
    elif receiver == _NAMED_ELSEWHERE:
        receiver = ""
    holds = state(known, text) if is_known else "unknown"
    named = _service(text) if is_known and holds == "unknown" and known.kind == "tracing" else None
    return Switch(
        handling=known.kind,
        name=name,
        service=named or receiver,
        state="on" if named else holds,
        value=text[:_MOST],
        at=at,
    )


def _service(text: str) -> str | None:
    """Return the service that a value names, by its id or as frameworks call it, or None."""
    return text if any(entry.id == text for entry in catalog.services()) else service_known_as(text)


def state(known: Known, text: str) -> Literal["on", "off", "unknown"]:
    """Return `on`, `off` or `unknown` for a value as it is written."""
    if re.fullmatch(known.starts, text):
        return "on"
    return "off" if re.fullmatch(known.stops, text) else "unknown"


def absent(known: Known, name: str, at: Place, service: str | None = None) -> Switch | None:
    """Return what holds where no value is given; None where nothing is sent then."""
    if known.absent == "not sent":
        return None
    receiver = known.receiver if service is None else service
    holds = "on" if known.absent == "sent" else "unknown"
    return Switch.model_validate({"handling": known.kind, "name": name, "service": receiver, "state": holds, "at": at})


def imported(imports: Mapping[str, Sequence[tuple[str, int]]], places: Mapping[str, Place]) -> Imported:
    """Return what code imports by scope, without the target's own modules."""
    own = {part for path in places for part in path.removesuffix(".py").split("/")}
    found: dict[Scope, dict[str, Place]] = {scope: {} for scope in Scope}
    for path in sorted(imports):
        place = places[path]
        for name, line in imports[path]:
            parts = name.split(".")
            if not parts[0] or parts[0] in own:
                continue
            for length in range(1, len(parts) + 1):
                prefix = ".".join(parts[:length])
                if prefix not in found[place.scope]:
                    found[place.scope][prefix] = place.model_copy(update={"line": line})
    return found


def switches_of(
    found: Mapping[str, Found], references: Iterable[Reference], used: Used, modules: Imported
) -> tuple[Switch, ...]:
    """Return the switches of all files, in the order of their places."""
    every = [item for part in found.values() for item in _own(part, used)]
    for part in found.values():
        for given in part.variables:
            every += _set(given, used, modules)
    every.sort(key=_order)
    first: dict[tuple[Scope, str], Place] = {}
    for item in references:
        if item.component.id.startswith("service:"):
            first.setdefault((item.at.scope, item.component.name), item.at)
    every += _unsaid(every, first, modules)
    every += _content(every, modules)
    return tuple(sorted(dict.fromkeys(every), key=_order))


def _order(item: Switch) -> tuple[str, int, str, str, str, str]:
    return item.at.file, item.at.line or 0, item.name, item.service, item.state, item.value


def _own(part: Found, used: Used) -> Iterator[Switch]:
    """Yield what the code of a file says; who receives what a call keeps, where its file does not say, is who is used."""
    for item in part.switches:
        receivers = [name for name in item.service.split("|") if name]
        if len(receivers) < 2:
            yield item
            continue
        able = [name for name in receivers if name in used[item.at.scope] or name in used[Scope.PROD]]
        if able or item.value:
            yield item.model_copy(update={"service": able[0] if len(able) == 1 else ""})


def _set(given: Given, used: Used, modules: Imported) -> Iterator[Switch]:
    """Yield what a variable of the environment says."""
    listed = by_setting().get(given.name, ())
    scope = given.at.scope
    for known in listed:
        if (len(listed) > 1 or not _is_own(known, given.name)) and not _is_used(known, scope, used, modules):
            continue
        item = said(known, given.name, given.text, given.at, is_known=given.is_known)
        if given.text or item.state != "unknown":
            yield item


def _is_own(known: Known, name: str) -> bool:
    """Whether the name of a variable tells whose it is, so that it counts where code does not show who reads it."""
    words = {known.receiver, *known.imports} if name != known.settings[0] else set()
    plain = name.replace("_", "").lower()
    return not words or any(word.partition(".")[0].replace("_", "").replace("-", "") in plain for word in words)


def _is_used(known: Known, scope: Scope, used: Used, modules: Imported) -> bool:
    if any(name in modules[each] for each in (scope, Scope.PROD) for name in known.imports):
        return True
    return known.receiver in used[scope] or known.receiver in used[Scope.PROD]


def _unsaid(every: Collection[Switch], first: Mapping[tuple[Scope, str], Place], modules: Imported) -> Iterator[Switch]:
    """Yield what holds where a library is imported, or a service called, and no place says otherwise."""
    spoken = {(item.handling, item.service, item.at.scope) for item in every}
    services = {entry.id for entry in catalog.services()}
    done: set[tuple[str, str, Scope]] = set()
    for known in catalog.switches():
        if known.kind == "content" or (known.arguments and not known.settings) or known.calls:
            continue
        name = next(iter((*known.settings, *known.keys, *known.headers)), known.name)
        for scope in Scope:
            key = (known.kind, known.receiver, scope)
            if key in done or not spoken.isdisjoint({key, (known.kind, known.receiver, Scope.PROD)}):
                continue
            at = next((modules[scope][module] for module in known.imports if module in modules[scope]), None)
            is_library = known.absent == "sent" or known.receiver not in services
            if not known.imports or (at is not None and not is_library):
                at = first.get((scope, known.receiver))
            item = absent(known, name, at) if at is not None else None
            if item is not None:
                done.add(key)
                yield item


def _content(every: Collection[Switch], modules: Imported) -> Iterator[Switch]:
    """Yield that traces hold prompts, where traces are sent and nothing says that prompts are left out of them."""
    spoken = {(item.name, item.at.scope) for item in every if item.handling == "content"}
    seen: set[tuple[str, Scope]] = set()
    for known in catalog.switches():
        if known.kind != "content" or known.absent != "sent" or not known.settings:
            continue
        for item in every:
            key = (known.settings[0], item.at.scope)
            is_said = any((name, scope) in spoken for name in known.settings for scope in (item.at.scope, Scope.PROD))
            is_sent = item.handling == "tracing" and item.state == "on" and item.service == known.receiver
            is_read = not known.imports or any(name in modules[item.at.scope] for name in known.imports)
            if is_sent and is_read and not is_said:
                if key not in seen and (got := absent(known, known.settings[0], item.at)):
                    seen.add(key)
                    yield got
