"""What Hugging Face says of models and datasets (https://huggingface.co/docs/hub/api).

A record ages as a whole: its counts, its scans, and whether it is there at all. The commits up to a commit never change, so
they are kept for good.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from supplychain.facts import huggingface_reading as reading
from supplychain.facts.huggingface_reading import TITLE, is_name
from supplychain.facts.interface import Answer, NoFactError
from supplychain.facts.obtaining import Facility
from supplychain.model.component import Kind
from supplychain.model.hub import HubRecord

if TYPE_CHECKING:
    from supplychain.facts.endpoints import Endpoint
    from supplychain.facts.session import Session

SOURCE = "huggingface"
_REVISION = re.compile(r"(?a:\w[\w./+-]{0,199})")


def record(facility: Facility, component: str, kind: Kind, name: str, revision: str | None) -> HubRecord:
    """Return what the hub says of a model or dataset at a revision.

    Raises:
        NoFactError: it is not at hand.
    """
    if not is_name(name):
        raise NoFactError(f"its name is not one that {TITLE} can have, so it was not asked for")
    if revision is not None and (not _REVISION.fullmatch(revision) or ".." in revision):
        raise NoFactError("its revision is not one that git can have, so it was not asked for")
    path = _info_path(kind, name, revision)
    obtained = facility.obtain(SOURCE, path, partial(_worded, path), partial(reading.info, revision))
    if obtained.value is None:
        return reading.absent(component, revision, obtained)
    try:
        committers, problem = _committers(facility, kind, name, obtained.value.sha), ""
    except NoFactError as error:
        committers, problem = (), f"who made its commits is not known: {error}"
    return reading.record(component, revision, obtained.value, obtained.source, committers, problem)


def _api(kind: Kind, name: str) -> str:
    return f"api/{'models' if kind is Kind.MODEL else 'datasets'}/{name}"


def _info_path(kind: Kind, name: str, revision: str | None) -> str:
    at = f"/revision/{quote(revision, safe='')}" if revision is not None else ""
    return f"{_api(kind, name)}{at}?blobs=true&securityStatus=true"


def _worded(path: str, session: Session, at: Endpoint) -> Answer:
    """Return the answer of a path; a 404 counts only with the hub's own word beside it."""
    answer = session.get(at, path)
    if answer.status != 200 and not answer.error:
        raise NoFactError(f"{at.title} answered {answer.status}, and not in the words of the hub")
    return answer


def _committers(facility: Facility, kind: Kind, name: str, commit: str) -> tuple[str, ...]:
    path = f"{_api(kind, name)}/commits/{commit}"
    obtained = facility.obtain(
        SOURCE, path, partial(_present, path), partial(reading.committers, commit), immutable=True
    )
    return obtained.value or ()


def _present(path: str, session: Session, at: Endpoint) -> Answer:
    answer = session.get(at, path)
    if answer.status != 200:
        raise NoFactError(f"{at.title} answered {answer.status} {answer.error}".rstrip())
    return answer
