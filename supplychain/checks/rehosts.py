"""Copies: a model of one organization that somebody else serves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal
from urllib.parse import unquote, urlsplit

from supplychain import catalog
from supplychain.checks.lookalikes import same
from supplychain.checks.owners import hub_of, owner_named, repository_of
from supplychain.checks.sourced import Sourced
from supplychain.model.base import Frozen
from supplychain.model.hub import HubRecord
from supplychain.model.reference import Place


class Copied(Frozen):
    """What tells that a component is, or may be, a copy."""

    rule: Literal["re-hosted", "collection"]
    what: str
    publisher: str
    at: Place


def copied(subject: Sourced, records: tuple[HubRecord, ...], owner: str) -> Copied | None:
    """Return what tells that a component is another organization's, the surest first; None where nothing does."""
    return next(_told(subject, records, owner), None)


def _told(subject: Sourced, records: tuple[HubRecord, ...], owner: str) -> Iterator[Copied]:
    name = repository(subject)
    publishers = catalog.popular_models().by_name.get(name.lower(), ())
    hub = hub_of(subject.component)
    if hub is not None and hub.source == "huggingface" and owner_named(subject.component) and publishers:
        if not any(same(owner, publisher) for publisher in publishers):
            what = f"the name {name} is that of a model of {publishers[0]}"
            yield Copied(rule="re-hosted", what=what, publisher=f"{publishers[0]}/{name}", at=subject.at)
    files = list(_files(subject))
    for file, at in files:
        known = catalog.popular_models().weights_of(file)
        if known is not None and not any(same(owner, publisher) for publisher in known.owners):
            what = f"{at} takes {file} from it, which {known.published} published"
            yield Copied(rule="re-hosted", what=what, publisher=known.owners[0], at=at)
    if not re.fullmatch(catalog.reputation().collections, name, re.IGNORECASE):
        return
    bases = (base for record in records for base in record.bases)
    if foreign := next((base for base in bases if not same(base.partition("/")[0], owner)), None):
        what = f"its card says that it is made of {foreign}"
        yield Copied(rule="re-hosted", what=what, publisher=foreign.partition("/")[0], at=subject.at)
    what = f"{files[0][1]} takes {files[0][0]} from it" if files else "nothing tells what is taken from it"
    yield Copied(rule="collection", what=what, publisher="", at=files[0][1] if files else subject.at)


def repository(subject: Sourced) -> str:
    """Return the name of a component's repository without its owner."""
    parts = repository_of(subject.component).split("/")
    return parts[1] if len(parts) > 1 else parts[0]


def _files(subject: Sourced) -> Iterator[tuple[str, Place]]:
    """Yield the files that places take, as far as an address or the component's own name tells."""
    for reference in subject.references:
        path = urlsplit(reference.address).path if reference.address else repository_of(subject.component)
        name = unquote(path).rpartition("/")[2]
        if name and "." in name:
            yield name, reference.at
