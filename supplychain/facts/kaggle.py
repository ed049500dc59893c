"""What Kaggle says of models and datasets; the paths and fields are those of its client, kagglesdk.

Votes are its likes. It counts downloads since the beginning and not of 30 days, so they are not taken for those; it verifies
nobody, and of its files it tells name and size alone.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from urllib.parse import quote

from supplychain.facts.interface import NoFactError, Obtained
from supplychain.facts.obtaining import Facility
from supplychain.facts.values import mappings, number, parsed, text, time
from supplychain.model.component import Kind
from supplychain.model.hub import HubFile, HubRecord

SOURCE = "kaggle"
PAGE = 1000
_PART = re.compile(r"(?a:[\w.-]{1,100})")


def record(facility: Facility, component: str, kind: Kind, name: str, revision: str | None) -> HubRecord:
    """Return what Kaggle says of a model or dataset; a revision is the number of a version.

    Raises:
        NoFactError: it is not at hand.
    """
    parts = [part for part in name.split("/") if part not in {"frameworks", "variations"}]
    if len(parts) < 2 or not all(_PART.fullmatch(part) and part.strip(".") for part in parts):
        raise NoFactError("its name is not one that Kaggle can have, so it was not asked for")
    obtained = _described(facility, kind, parts[:2])
    if obtained.value is None:
        if reason := facility.silence(SOURCE, partial(_is_there, facility)):
            raise NoFactError(reason)
        return HubRecord(
            component=component, revision=revision, state="no such component", source=obtained.source, offers=("likes",)
        )
    about = obtained.value
    files, problem = _listed(facility, kind, parts, about, revision)
    instance = _instance(about, parts) or {}
    newest = number(about.get("currentVersionNumber") if kind is Kind.DATASET else instance.get("versionNumber"))
    is_later = bool(revision and revision.isdecimal() and newest is not None and int(revision[:9]) > newest)
    return HubRecord(
        component=component,
        revision=revision,
        state="no such revision" if is_later else "listed",
        problem=problem,
        name="/".join([text(about.get("ref")) or "/".join(parts[:2]), *parts[2:]]),
        owner=(text(about.get("ref")) or name).partition("/")[0],
        created=time(about.get("publishTime")),
        modified=time(about.get("updateTime") or about.get("lastUpdated")),
        likes=number(about.get("voteCount")),
        offers=("likes",),
        card=bool(text(about.get("description")) or text(instance.get("overview"))),
        license=text((about if kind is Kind.DATASET else instance).get("licenseName")),
        files=files,
        source=obtained.source,
    )


def _is_there(facility: Facility, name: str) -> bool:
    return _described(facility, Kind.MODEL, name.split("/")).value is not None


def _described(facility: Facility, kind: Kind, parts: list[str]) -> Obtained[dict[str, Any]]:
    name = "/".join(parts)
    path = f"api/v1/models/{name}/get" if kind is Kind.MODEL else f"api/v1/datasets/view/{name}"
    return facility.obtain(SOURCE, path, lambda session, at: session.get(at, path), partial(_read, "ref"))


def _listed(
    facility: Facility, kind: Kind, parts: list[str], about: dict[str, Any], revision: str | None
) -> tuple[tuple[HubFile, ...], str]:
    """Return the files of a version, or why they are not known."""
    path = _files_path(kind, parts, about, revision)
    if not path:
        return (), "it has several variations, and the name says none of them"
    try:
        key = "files" if kind is Kind.MODEL else "datasetFiles"
        obtained = facility.obtain(SOURCE, path, lambda session, at: session.get(at, path), partial(_read, key))
    except NoFactError as error:
        return (), f"its files are not known: {error}"
    answer = obtained.value or {}
    if text(answer.get("nextPageToken")):
        return (), f"it has more than {PAGE} files, so that none is listed here"
    listed = mappings(answer.get("files" if kind is Kind.MODEL else "datasetFiles"))
    return tuple(_file(entry) for entry in listed if text(entry.get("name"))), ""


def _files_path(kind: Kind, parts: list[str], about: dict[str, Any], revision: str | None) -> str:
    version = revision if revision and revision.isdecimal() else ""
    if kind is Kind.DATASET:
        at = f"&dataset_version_number={version}" if version else ""
        return f"api/v1/datasets/list/{'/'.join(parts[:2])}?page_size={PAGE}{at}"
    instance = _instance(about, parts)
    newest = number(instance.get("versionNumber")) if instance else None
    if newest is None:
        return ""
    return f"api/v1/models/{'/'.join(map(quote, parts[:4]))}/{version or newest}/files?page_size={PAGE}"


def _instance(about: dict[str, Any], parts: list[str]) -> dict[str, Any] | None:
    """Return the variation that a name says: owner, model, framework, variation."""
    if len(parts) < 4:
        return None
    wanted = (parts[2].lower(), parts[3].lower())
    entries = mappings(about.get("instances"))
    return next((e for e in entries if (_framework(e), text(e.get("slug")).lower()) == wanted), None)


def _framework(instance: dict[str, Any]) -> str:
    """Return the framework: `MODEL_FRAMEWORK_TENSOR_FLOW_2` and `tensorFlow2` are one."""
    return text(instance.get("framework")).upper().removeprefix("MODEL_FRAMEWORK_").replace("_", "").lower()


def _file(entry: dict[str, Any]) -> HubFile:
    size = number(entry.get("size"))
    return HubFile(path=text(entry.get("name")), size=size if size is not None else number(entry.get("totalBytes")))


def _read(key: str, body: bytes) -> dict[str, Any]:
    answer = parsed("Kaggle", body)
    if key not in answer:
        raise NoFactError("Kaggle answered with something that is not its JSON")
    return answer
