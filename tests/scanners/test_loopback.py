"""The service on loopback: it speaks as much of the OSV API as pip-audit does, and answers as the stand-in of OSV does."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from supplychain.scanners.loopback import Service, serve
from tests.scanners.support import PINS, RECORDS, packages
from tests.standins.osv import OSV


def query(name: str, version: str) -> dict[str, Any]:
    return {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}


def ids(answer: dict[str, Any]) -> set[str]:
    return {entry["id"] for entry in answer.get("vulns", [])}


def test_it_answers_as_the_stand_in_of_osv_does() -> None:
    with OSV(RECORDS) as osv, serve(Service(RECORDS)) as address:
        for component, version in packages({**PINS, "Pillow": ("9.5.0",)}):
            asked = query(component.removeprefix("package:pypi/"), version)
            ours = requests.post(address, json=asked, timeout=5).json()
            theirs = requests.post(osv.query_url, json=asked, timeout=5).json()
            if asked["package"]["name"] not in {"pillow", "Pillow"}:  # the stand-in does not normalize names
                assert ids(ours) == ids(theirs), asked


def test_it_listens_on_loopback_only_and_no_longer_than_the_block() -> None:
    with serve(Service(RECORDS)) as address:
        where = urlsplit(address)
        assert where.hostname == "127.0.0.1"
    with socket.socket() as later:
        assert later.connect_ex(("127.0.0.1", where.port or 0)) != 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/query", b"{}", 400),
        ("POST", "/v1/query", b"[" * 50_000, 400),
        ("POST", "/v1/query", b"\xff", 400),
        ("POST", "/v1/query", json.dumps({"package": {"name": "a", "ecosystem": "npm"}, "version": "1"}).encode(), 400),
        ("POST", "/v1/query", b"x" * 100_000, 413),
        ("POST", "/v1/vulns", b"{}", 404),
        ("GET", "/v1/query", b"", 501),
    ],
)
def test_what_it_does_not_understand_is_an_error_and_no_empty_answer(
    method: str, path: str, body: bytes, status: int
) -> None:
    with serve(Service(RECORDS)) as address:
        answer = requests.request(method, address.removesuffix("/v1/query") + path, data=body, timeout=5)
    assert answer.status_code == status


def test_it_remembers_what_it_was_asked() -> None:
    service = Service(RECORDS)
    service.answer(query("Torch", "2.5.1"))
    assert service.asked == {("torch", "2.5.1")}


def test_a_caller_that_says_nothing_keeps_nobody_waiting() -> None:
    with serve(Service(RECORDS)) as address:
        port = urlsplit(address).port or 0
        with socket.create_connection(("127.0.0.1", port)) as silent:
            silent.send(b"POST /v1/query HTTP/1.1\r\nContent-Length: 10\r\n\r\n")
            assert requests.post(address, json=query("sound", "1.0"), timeout=5).json() == {}
