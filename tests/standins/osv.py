"""A stand-in of the OSV API: /v1/query, /v1/querybatch with pages, /v1/vulns/ID; and of its bulk files."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from packaging.version import InvalidVersion, Version

from tests.standins.server import Reply, Seen, StandIn, answer

PAGE = 1000
"""Results of one query on one page."""
Record = dict[str, Any]


class OSV(StandIn):
    """The service over these records: a list, or a folder of `ID.json`; what was withdrawn is returned with its mark.

    It also holds a record on an old version of each package on which the real one surely has some, unless `is_empty`.
    """

    def __init__(self, records: Iterable[Record] | Path = (), *, is_empty: bool = False) -> None:
        """Begin with these records."""
        super().__init__()
        if isinstance(records, Path):
            records = [json.loads(file.read_bytes()) for file in sorted(records.rglob("*.json"))]
        self.records: dict[str, Record] = {}
        self._by_name: dict[tuple[str, str], list[Record]] = {}
        for record in (*records, *(() if is_empty else (known("PyPI", "pip"), known("npm", "lodash")))):
            self.hold(record)

    @property
    def query_url(self) -> str:
        """What pip-audit calls `--osv-url`."""
        return f"{self.address}/v1/query"

    def hold(self, record: Record) -> None:
        """Hold a record more."""
        self.records[record["id"]] = record
        named = {(each["package"]["ecosystem"], each["package"]["name"]) for each in record.get("affected", ())}
        for key in named:
            self._by_name.setdefault(key, []).append(record)

    def forget(self, name: str) -> None:
        """Hold a record no more."""
        gone = self.records.pop(name)
        for held in self._by_name.values():
            held[:] = [record for record in held if record is not gone]

    def reply(self, seen: Seen, path: str) -> Reply:
        """Return what the service answers."""
        if path == "/v1/query" and seen.method == "POST":
            return answer(self._query(json.loads(seen.body), full=True))
        if path == "/v1/querybatch" and seen.method == "POST":
            queries = json.loads(seen.body)["queries"]
            if len(queries) > PAGE:
                return Reply(status=400, body=b'{"code":3,"message":"Too many queries."}')
            return answer({"results": [self._query(query, full=False) for query in queries]})
        if path.startswith("/v1/vulns/"):
            record = self.records.get(unquote(path.removeprefix("/v1/vulns/")))
            missing = Reply(status=404, body=b'{"code":5,"message":"Bug not found."}')
            return answer(record) if record else missing
        if path.endswith("/all.zip"):
            return self._bulk(path.split("/")[1])
        return Reply(status=404)

    def _query(self, query: Record, *, full: bool) -> Record:
        package = query["package"]
        named = self._by_name.get((package["ecosystem"], package["name"]), [])
        version = query.get("version")
        hits = [record for record in named if version is None or _affects(record, package, version)]
        start = int(query.get("page_token") or 0)
        page = hits[start : start + PAGE]
        if not page:
            return {}
        vulns = page if full else [{"id": each["id"], "modified": each["modified"]} for each in page]
        more = {"next_page_token": str(start + PAGE)} if len(hits) > start + PAGE else {}
        return {"vulns": vulns, **more}

    def _bulk(self, ecosystem: str) -> Reply:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for record in self.records.values():
                if any(each["package"]["ecosystem"] == ecosystem for each in record.get("affected", ())):
                    archive.writestr(zipfile.ZipInfo(f"{record['id']}.json"), json.dumps(record))
        return Reply(body=buffer.getvalue(), type="application/zip")


def known(ecosystem: str, name: str) -> Record:
    """Return a record on a version that nobody uses."""
    affected = {"package": {"ecosystem": ecosystem, "name": name}, "versions": ["0.0.1"]}
    return {"id": f"STANDIN-{name}", "modified": "2020-01-01T00:00:00Z", "affected": [affected]}


def _affects(record: Record, package: Record, version: str) -> bool:
    for affected in record["affected"]:
        if (affected["package"]["ecosystem"], affected["package"]["name"]) != (package["ecosystem"], package["name"]):
            continue
        if version in affected.get("versions", ()):
            return True
        ranges = [each for each in affected.get("ranges", ()) if each["type"] in {"ECOSYSTEM", "SEMVER"}]
        if any(_inside(each["events"], version) for each in ranges):
            return True
    return False


def _inside(events: list[dict[str, str]], version: str) -> bool:
    """Whether a version lies in a range; versions are compared as PEP 440 has it, which is near enough for npm's."""
    try:
        asked, affected = Version(version), False
        for event in events:
            ((kind, text),) = event.items()
            at = Version(text)
            if kind == "introduced" and asked >= at:
                affected = True
            if (kind == "fixed" and asked >= at) or (kind == "last_affected" and asked > at):
                affected = False
    except InvalidVersion:
        return False
    return affected
