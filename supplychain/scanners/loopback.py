"""An OSV service on loopback, which answers from the advisories at hand for as long as a scanner runs.

pip-audit matches nothing itself: it asks a service about each package and version, and takes what it answers. So the
matching here is a reading of OSV's evaluation algorithm to the letter (https://ossf.github.io/osv-schema/#evaluation),
which shares no code with the matcher of this suite, and knows nothing of local versions.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from packaging.version import Version

from supplychain.scanners.interface import items, json_object, python_name, texts, version_of

PATH = "/v1/query"
_BODY_LIMIT = 64_000
_IDLE_SECONDS = 30


class Service:
    """The records by package, and what was asked of them."""

    def __init__(self, records: Iterable[dict[str, Any]]) -> None:
        """Sort records by the Python packages that they speak of."""
        self.asked: set[tuple[str, str]] = set()
        self._by_name: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {}
        for record in records:
            for affected in items(record, "affected"):
                name = python_name(affected)
                if name is not None:
                    self._by_name.setdefault(name, []).append((record, affected))

    def answer(self, query: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return the answer to one query; None where it is none that this service understands."""
        name = python_name(query or {})
        version = (query or {}).get("version")
        if name is None or not isinstance(version, str):
            return None
        self.asked.add((name, version))
        found = {
            record["id"]: _short(record)
            for record, affected in self._by_name.get(name, ())
            if _affects(affected, version)
        }
        return {"vulns": list(found.values())} if found else {}


def _short(record: dict[str, Any]) -> dict[str, Any]:
    """Return what pip-audit needs of a record: it breaks on fixes that are not PEP 440 and on packages without names."""
    kept: dict[str, Any] = {key: record[key] for key in ("id", "withdrawn") if key in record}
    return {"schema_version": "1.0.0", **kept, "aliases": texts(record, "aliases"), "summary": "-", "affected": []}


def _affects(affected: dict[str, Any], version: str) -> bool:
    if version in texts(affected, "versions"):
        return True
    asked = version_of(version)
    listed = (version_of(text) for text in texts(affected, "versions"))
    if asked is None or any(one == asked for one in listed):
        return asked is not None
    ranges = (entry for entry in items(affected, "ranges") if entry.get("type") == "ECOSYSTEM")
    return any(_in_range(items(entry, "events"), asked) for entry in ranges)


def _in_range(events: list[dict[str, Any]], version: Version) -> bool:
    bounds = []
    for event in events:
        for kind in ("introduced", "fixed", "last_affected"):
            bound = Version("0.dev0") if event.get(kind) == "0" else version_of(event.get(kind))
            if kind in event and bound is None:
                return False
            if bound is not None:
                bounds.append((bound, kind == "introduced", kind))
    is_affected = False
    for bound, _, kind in sorted(bounds):
        if kind == "introduced" and version >= bound:
            is_affected = True
        elif (kind == "fixed" and version >= bound) or (kind == "last_affected" and version > bound):
            is_affected = False
    return is_affected


@contextmanager
def serve(service: Service) -> Iterator[str]:
    """Answer on a free port of loopback until the block ends; the value is the address to ask."""
    handler = type("Handler", (_Handler,), {"service": service})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{PATH}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    service: Service
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    wbufsize = -1  # one packet an answer: two would wait for each other's acknowledgement

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdecimal() or int(length[:9]) > _BODY_LIMIT:
            self._say(413, {"code": 3, "message": "the length of the body is missing or too large"})
            return
        body = self.rfile.read(int(length))
        if self.path != PATH:
            self._say(404, {"code": 5, "message": "not found"})
            return
        answer = self.service.answer(json_object(body))
        known = answer is not None
        self._say(200 if known else 400, answer if known else {"code": 3, "message": "no query of a Python package"})

    def _say(self, code: int, value: dict[str, Any] | None) -> None:
        data = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.close_connection = code != 200
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: a run has its own output."""
