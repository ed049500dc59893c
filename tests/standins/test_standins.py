"""The stand-ins are faithful: pip, npm and pip-audit themselves work against them."""

import json
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.standins import (
    OSV,
    Feeds,
    Npm,
    PyPI,
    StandIn,
    client_environment,
    hanging,
    status,
    tarball,
    wheel,
    wrong_json,
)

RECORD = {
    "id": "GHSA-demo",
    "modified": "2024-05-01T00:00:00Z",
    "published": "2024-05-01T00:00:00Z",
    "aliases": ["CVE-2024-0001"],
    "summary": "a demonstration",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "demo-package"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
        }
    ],
}


def run(home: Path, *command: str, python: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a client in its own environment."""
    head = [sys.executable, "-m"] if python else []
    environment = client_environment(home)
    return subprocess.run(
        [*head, *command], check=False, cwd=home, env=environment, capture_output=True, text=True, timeout=60
    )


def test_pip_downloads_from_the_index(tmp_path: Path) -> None:
    with PyPI() as index:
        name, content = wheel("demo-package", "1.0")
        index.add("demo-package", "1.0", (name, content))
        done = run(tmp_path, "pip", "download", "--index-url", index.url, "-d", "out", "Demo_Package==1.0", python=True)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "out" / name).read_bytes() == content
        assert "pip/" in index.seen[0].headers["user-agent"]


def test_pip_reads_the_page_of_an_index_that_has_no_json(tmp_path: Path) -> None:
    with PyPI() as index:
        index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
        asked = urllib.request.Request(f"{index.url}demo-package/", headers={"Accept": "text/html"})
        page = urllib.request.urlopen(asked, timeout=5).read().decode()
    assert "#sha256=" in page


def test_pip_refuses_a_file_with_other_bytes(tmp_path: Path) -> None:
    with PyPI() as index:
        entry = index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
        entry["hashes"] = {"sha256": "0" * 64}
        done = run(tmp_path, "pip", "download", "--index-url", index.url, "demo-package==1.0", python=True)
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr


@pytest.mark.skipif(not shutil.which("npm"), reason="npm is not installed here")
def test_npm_views_and_installs_from_the_registry(tmp_path: Path) -> None:
    with Npm() as registry:
        registry.add("@acme/demo", "1.0.0", tarball("@acme/demo", "1.0.0"))
        seen = run(tmp_path, "npm", "view", "@acme/demo", "dist.integrity", "--registry", registry.url)
        (tmp_path / "package.json").write_text('{"name": "uses", "version": "1.0.0"}')
        done = run(tmp_path, "npm", "install", "--ignore-scripts", "@acme/demo@1.0.0", "--registry", registry.url)
    assert seen.stdout.startswith("sha512-"), seen.stderr
    assert done.returncode == 0, done.stderr
    lock = json.loads((tmp_path / "package-lock.json").read_text())
    assert lock["packages"]["node_modules/@acme/demo"]["integrity"] == seen.stdout.strip()


@pytest.mark.parametrize(("version", "found"), [("1.0", ["CVE-2024-0001"]), ("1.1", [])])
def test_pip_audit_asks_the_service(tmp_path: Path, version: str, found: list[str]) -> None:
    (tmp_path / "requirements.txt").write_text(f"demo-package=={version}\n")
    with OSV([RECORD]) as osv:
        options = [
            "--no-deps",
            "--disable-pip",
            "-s",
            "osv",
            "--osv-url",
            osv.query_url,
            "-f",
            "json",
            "-o",
            "out.json",
        ]
        done = run(tmp_path, "pip_audit", "-r", "requirements.txt", *options, "--progress-spinner", "off", python=True)
        assert osv.seen[0].json == {"package": {"name": "demo-package", "ecosystem": "PyPI"}, "version": version}
    assert done.returncode == bool(found), done.stderr
    (dependency,) = json.loads((tmp_path / "out.json").read_text())["dependencies"]
    assert [vulnerability["id"] for vulnerability in dependency["vulns"]] == found  # it puts the CVE first
    assert [vulnerability["aliases"] for vulnerability in dependency["vulns"]] == [["GHSA-demo"]] * len(found)


def test_results_beyond_a_thousand_come_in_pages() -> None:
    records = [{**RECORD, "id": f"GHSA-{number:04}"} for number in range(1001)]
    query: dict[str, object] = {"package": {"ecosystem": "PyPI", "name": "demo-package"}}
    with OSV(records) as osv:
        (first,) = _post(osv, {"queries": [query]})
        (last,) = _post(osv, {"queries": [{**query, "page_token": first["next_page_token"]}]})
    assert (len(first["vulns"]), len(last["vulns"])) == (1000, 1)
    assert "next_page_token" not in last
    assert first["vulns"][0] == {"id": "GHSA-0000", "modified": RECORD["modified"]}


def test_the_service_reads_a_folder_and_gives_its_bulk_file(tmp_path: Path) -> None:
    (tmp_path / "GHSA-demo.json").write_text(json.dumps(RECORD))
    with OSV(tmp_path) as osv:
        assert json.loads(_get(f"{osv.url}/v1/vulns/GHSA-demo")) == RECORD
        assert _get(f"{osv.url}/PyPI/all.zip").startswith(b"PK")


def test_the_feeds_give_dates_and_probabilities() -> None:
    with Feeds({"CVE-2021-1": "2021-12-10"}, {"CVE-2021-1": "0.9", "CVE-2021-2": "0.1"}) as feeds:
        assert json.loads(_get(feeds.kev_url))["vulnerabilities"][0]["dateAdded"] == "2021-12-10"
        assert len(json.loads(_get(f"{feeds.epss_url}?cve=CVE-2021-1,CVE-2021-9"))["data"]) == 1


def test_what_was_planned_happens_as_often_as_planned() -> None:
    with PyPI() as index:
        index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
        index.plan("/simple/demo-package/", status(429, Retry_After="7"), times=1)
        with pytest.raises(urllib.error.HTTPError) as refused:
            _get(f"{index.url}demo-package/")
        assert (refused.value.code, refused.value.headers["Retry-After"]) == (429, "7")
        assert b"demo_package" in _get(f"{index.url}demo-package/")


def test_a_server_that_hangs_is_closed_at_once() -> None:
    with StandIn().plan("/", hanging()) as server, pytest.raises(TimeoutError):
        urllib.request.urlopen(server.url, timeout=0.2)


def test_a_plain_stand_in_remembers_everything_and_knows_nothing() -> None:
    with StandIn() as capture:
        with pytest.raises(urllib.error.HTTPError):
            _get(f"{capture.url}/any?x=1")
        assert capture.paths() == ["/any?x=1"]
    assert wrong_json().body.startswith(b"<html>")


def test_a_capture_sees_every_method_and_what_never_becomes_a_request() -> None:
    with StandIn() as capture:
        host = capture.address.removeprefix("http://")
        for line in ("CONNECT other.example:443", "PROPFIND /", "OPTIONS *", "GET http://other.example/x"):
            with socket.create_connection(tuple_of(host), timeout=5) as client:
                client.sendall(f"{line} HTTP/1.1\r\nHost: other.example\r\n\r\n".encode())
                assert b" 404 " in client.recv(1000)
        assert [seen.method for seen in capture.seen] == ["CONNECT", "PROPFIND", "OPTIONS", "GET"]
        with pytest.raises(urllib.error.URLError):
            _get(f"https://{host}/")
        assert (len(capture.seen), capture.connections) == (4, 5)


def tuple_of(host: str) -> tuple[str, int]:
    name, _, port = host.partition(":")
    return name, int(port)


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=5) as stream:
        return bytes(stream.read())


def _post(osv: OSV, body: object) -> list[dict[str, list[object]]]:
    asked = urllib.request.Request(f"{osv.url}/v1/querybatch", data=json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(asked, timeout=10) as stream:
        results: list[dict[str, list[object]]] = json.load(stream)["results"]
        return results
