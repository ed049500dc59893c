"""What archives of datasets say of a record: Zenodo (https://developers.zenodo.org) and OpenML (https://www.openml.org/apis).

Both state MD5 alone. Their creators are names that whoever uploads types in, so that they are nobody's account, and neither
counts downloads of 30 days or likes.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from urllib.parse import quote

from supplychain.facts.interface import NoFactError
from supplychain.facts.obtaining import Facility
from supplychain.facts.values import mapping, mappings, number, parsed, text, time
from supplychain.model.hub import HubFile, HubRecord

ZENODO = "zenodo"
OPENML = "openml"
_RECORD = re.compile(r"(?:www\.)?zenodo\.org/(?:api/)?records?/([0-9]{1,12})(?:/.*)?")
_MD5 = re.compile(r"[0-9a-f]{32}")


def record_number(name: str) -> str | None:
    """Return the number of the Zenodo record that an address is in; None where it is in none."""
    found = _RECORD.fullmatch(name)
    return found[1] if found else None


def zenodo(facility: Facility, component: str, name: str, revision: str | None) -> HubRecord:
    """Return what Zenodo says of a record; its number stands for one version for ever.

    Raises:
        NoFactError: it is not at hand.
    """
    path = f"api/records/{name}"
    obtained = facility.obtain(ZENODO, path, lambda session, at: session.get(at, path), partial(_record, name))
    if obtained.value is None:
        if reason := facility.silence(ZENODO, partial(_is_record, facility)):
            raise NoFactError(reason)
        return HubRecord(
            component=component, revision=revision, state="no such component", offers=(), source=obtained.source
        )
    about = obtained.value
    metadata = mapping(about.get("metadata"))
    return HubRecord(
        component=component,
        revision=revision,
        state="listed",
        name=text(about.get("doi")) or name,
        created=time(about.get("created")),
        modified=time(about.get("modified")),
        offers=(),
        card=bool(text(metadata.get("description"))),
        license=text(mapping(metadata.get("license")).get("id")),
        files=tuple(_file(entry) for entry in mappings(about.get("files")) if text(entry.get("key"))),
        source=obtained.source,
    )


def openml(facility: Facility, component: str, name: str, revision: str | None) -> HubRecord:
    """Return what OpenML says of a dataset, given by its number, or by name and version.

    Raises:
        NoFactError: it is not at hand, or a name alone is given, which stands for any version.
    """
    number_ = name if name.isascii() and name.isdecimal() else _dataset(facility, name, revision)
    path = f"api/v1/json/data/{number_}"
    obtained = facility.obtain(
        OPENML, path, lambda session, at: session.get(at, path), partial(_inside, "data_set_description")
    )
    if obtained.value is None:
        raise NoFactError("OpenML answered 404, which it does of nothing that it has or has not")
    about = obtained.value
    md5 = text(about.get("md5_checksum")).lower()
    file = text(about.get("url")).rpartition("/")[2]
    return HubRecord(
        component=component,
        revision=revision,
        state="listed",
        name=text(about.get("name")) or name,
        created=time(_zoned(text(about.get("upload_date")))),
        offers=(),
        card=bool(text(about.get("description"))),
        license=text(about.get("licence")),
        files=(HubFile(path=file, md5=md5 if _MD5.fullmatch(md5) else None),) if file else (),
        source=obtained.source,
    )


def _dataset(facility: Facility, name: str, version: str | None) -> str:
    if not version or not version.isdecimal() or not re.fullmatch(r"(?a:[\w.() +-]{1,200})", name):
        raise NoFactError("a name stands for any version at OpenML; give its version, or its number as data_id")
    path = f"api/v1/json/data/list/data_name/{quote(name)}/data_version/{version}/limit/2"
    obtained = facility.obtain(OPENML, path, lambda session, at: session.get(at, path), partial(_inside, "data"))
    found = [number(entry.get("did")) for entry in mappings((obtained.value or {}).get("dataset"))]
    if len(found) != 1 or found[0] is None:
        raise NoFactError(f"OpenML lists {len(found)} datasets of this name and version")
    return str(found[0])


def _is_record(facility: Facility, name: str) -> bool:
    path = f"api/records/{name}"
    obtained = facility.obtain(ZENODO, path, lambda session, at: session.get(at, path), partial(_record, name))
    return obtained.value is not None


def _record(name: str, body: bytes) -> dict[str, Any]:
    answer = parsed("Zenodo", body)
    if str(answer.get("id")) != name:
        raise NoFactError("Zenodo answered with another record")
    return answer


def _inside(key: str, body: bytes) -> dict[str, Any]:
    answer = parsed("OpenML", body).get(key)
    if not isinstance(answer, dict):
        raise NoFactError("OpenML answered with something that is not its JSON")
    return answer


def _file(entry: dict[str, Any]) -> HubFile:
    algorithm, _, digest = text(entry.get("checksum")).rpartition(":")
    is_md5 = algorithm in {"md5", ""} and _MD5.fullmatch(digest)
    return HubFile(path=text(entry.get("key")), size=number(entry.get("size")), md5=digest if is_md5 else None)


def _zoned(moment: str) -> str:
    """Return a time of OpenML, which is UTC and does not say so."""
    return f"{moment}Z" if re.fullmatch(r"[0-9-]{10}T[0-9:]{8}", moment) else moment
