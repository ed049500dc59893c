"""Whatever a service does, the run ends soon, without a traceback, and what it did not say is undetermined."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from supplychain.facts import session
from supplychain.model.finding import Outcome
from tests.acceptance.services import HASTY, PACKAGES, QUIET, Services, served_target, serving
from tests.sound_facts import record
from tests.standins import OSV, Reply, Seen, StandIn, cut_short, dripping, hanging, redirect, status, wrong_json
from tests.support import BuiltTarget, Outcomes, run_suite

SECONDS = 20
"""More than any of these runs may take, also on a busy machine."""
ASKED = ("package:pypi/", "package:npm/")
ELSEWHERE = "http://mirror.example/simple/"
MEDIUM = {"severity": "MODERATE"}
OF_ANY = [
    pytest.param(status(401), "answered 401 (it wants a login)", id="401"),
    pytest.param(redirect(307, ELSEWHERE), "redirects to http://mirror.example, which is not followed", id="307"),
    pytest.param(status(429, Retry_After="0"), "answered 429 (too many requests)", id="429"),
    pytest.param(status(500), "answered 500", id="500"),
    pytest.param(hanging(), "did not answer in time", id="hanging"),
    pytest.param(dripping(), "took more than 2 seconds in all", id="dripping"),
    pytest.param(cut_short(), "answered with a body that was cut short or damaged", id="cut short"),
    pytest.param(wrong_json(), "answered with something that is not", id="a captive portal"),
    pytest.param(Reply(body=b"[" * 100_000), "answered with something that is not", id="nested without end"),
    pytest.param(status(404), "answered 404", id="404 for everything"),
]
UNDECIDED = {"registries": {"5.2", "5.4"}, "advisories": {"5.3", "5.4", "5.5"}}
"""The requirements that cannot be decided without them."""


@pytest.fixture
def target(tmp_path: Path) -> BuiltTarget:
    return served_target(tmp_path)


@pytest.fixture
def services(tmp_path: Path, target: BuiltTarget) -> Iterator[Services]:
    """Services over which everything passes."""
    with serving(tmp_path / "home", QUIET) as running:
        running.list_locked(target.path)
        yield running


def online(target: BuiltTarget) -> Outcomes:
    """Return what an online run comes to, which has to be soon."""
    begun = time.monotonic()
    found = run_suite(target, facts="online")
    assert time.monotonic() - begun < SECONDS
    assert found.case.errors == ()
    return found


def undecided(found: Outcomes) -> set[str]:
    """Return the requirements on packages that did not pass, of which none may fail."""
    assert all(found[name].outcome in {Outcome.PASS, Outcome.UNDETERMINED} for name in PACKAGES)
    return {name for name in PACKAGES if found[name].outcome is not Outcome.PASS}


@pytest.mark.parametrize("who", UNDECIDED)
@pytest.mark.parametrize(("fault", "reason"), OF_ANY)
def test_a_fault_is_undetermined_with_its_reason(
    who: str, fault: Reply, reason: str, target: BuiltTarget, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault.hangs or fault.pause:
        monkeypatch.setattr(session, "Limits", lambda: HASTY)
    for server in faulty(services, who):
        server.plan("/", fault)
    found = online(target)
    assert undecided(found) == UNDECIDED[who]
    for name in UNDECIDED[who]:
        rows = [row for row in found[name].observations if row.component.startswith(ASKED)]
        assert {row.component.partition("/")[0] for row in rows} == {"package:pypi", "package:npm"}
        assert {row.outcome for row in rows} == {Outcome.UNDETERMINED}
        assert all(reason in row.message for row in rows), rows[0].message
    if who == "registries":  # 5.4 says what it could not look at
        assert all(reason in row.message for row in found["5.4"].observations if row.component.startswith(ASKED))
    assert all(len(server.seen) < 60 for server in services.all)


@pytest.mark.parametrize("who", UNDECIDED)
def test_a_service_that_asks_for_patience_once_is_asked_again(
    who: str, target: BuiltTarget, services: Services
) -> None:
    for server in faulty(services, who):
        server.plan("/", status(429, Retry_After="1"), times=1)
    assert undecided(online(target)) == set()


@pytest.mark.parametrize("fault", [status(500), Reply(body=b"{}")], ids=["500", "other JSON"])
def test_what_is_not_known_to_be_exploited_is_not_taken_for_harmless(
    fault: Reply, target: BuiltTarget, services: Services
) -> None:
    services.osv.hold(record(aliases=["CVE-2025-12345"], published="2026-10-12T00:00:00Z", database_specific=MEDIUM))
    services.feeds.kev["CVE-2025-12345"] = "2026-10-12"
    services.feeds.plan("/known", fault)
    found = online(target)
    assert undecided(found) == {"5.3", "5.4", "5.5"}
    assert "which of them are exploited is not known: CISA" in found["5.5"].reason


def test_the_probability_of_exploitation_decides_nothing(target: BuiltTarget, services: Services) -> None:
    services.osv.hold(record(aliases=["CVE-2025-12345"], published="2026-10-12T00:00:00Z", database_specific=MEDIUM))
    services.feeds.plan("/data", status(500))
    assert undecided(online(target)) == set()
    services.feeds.kev["CVE-2025-12345"] = "2026-10-12"
    assert "exploited" in online(target).only("5.5", Outcome.FAIL).message


def faulty(services: Services, who: str) -> tuple[StandIn, ...]:
    return (services.osv,) if who == "advisories" else (services.pypi, services.npm)


def test_a_service_that_nobody_runs(target: BuiltTarget, services: Services) -> None:
    services.close()
    found = online(target)
    assert undecided(found) == {"5.2", "5.3", "5.4", "5.5"}
    assert "could not be reached" in found["5.2"].reason
    assert "could not be reached" in found["5.3"].reason


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        pytest.param(status(404), "OSV names GHSA-aaaa-bbbb-cccc and has no record of it", id="gone"),
        pytest.param(status(500), "answered 500", id="500"),
        pytest.param(cut_short(), "cut short", id="cut short"),
        pytest.param(Reply(body=b'{"id": "another"}'), "something that is not the record", id="another"),
    ],
)
def test_a_record_that_is_named_and_not_given_clears_nobody(
    fault: Reply, reason: str, target: BuiltTarget, services: Services
) -> None:
    services.osv.hold(record())
    services.osv.plan("/v1/vulns/GHSA-aaaa", fault)
    found = online(target)
    assert undecided(found) == {"5.3", "5.4", "5.5"}
    assert reason in found.case.advisories.problem
    for name in ("5.3", "5.4", "5.5"):
        (row,) = [row for row in found[name].observations if row.component == "package:pypi/sniffio"]
        assert row.outcome is Outcome.UNDETERMINED


def many() -> list[dict[str, object]]:
    """Return 1,001 records on one package, of which the last alone affects the version that is locked."""
    earlier = [{"package": {"ecosystem": "PyPI", "name": "sniffio"}, "versions": ["0.1"]}]
    return [*(record(f"GHSA-{number:04}", affected=earlier) for number in range(1000)), record("GHSA-last")]


def test_what_stands_on_the_second_page_is_found(target: BuiltTarget, services: Services) -> None:
    for each in many():
        services.osv.hold(each)
    found = online(target)
    assert services.osv.paths().count("/v1/querybatch") == 2
    assert "GHSA-last" in found.only("5.5", Outcome.FAIL).message


def test_a_second_page_that_does_not_come_clears_nobody(
    target: BuiltTarget, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in many():
        services.osv.hold(each)
    whole = OSV.reply

    def only_first(server: OSV, seen: Seen, path: str) -> Reply:
        return status(500) if b"page_token" in seen.body else whole(server, seen, path)

    monkeypatch.setattr(OSV, "reply", only_first)
    assert undecided(online(target)) == {"5.3", "5.4", "5.5"}


def test_pages_that_never_end_are_left(
    target: BuiltTarget, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(server: OSV, seen: Seen, path: str) -> Reply:
        queries = json.loads(seen.body)["queries"]
        return Reply(body=json.dumps({"results": [{"vulns": [], "next_page_token": "again"}] * len(queries)}).encode())

    monkeypatch.setattr(OSV, "reply", endless)
    found = online(target)
    assert undecided(found) == {"5.3", "5.4", "5.5"}
    assert "gives more than 100 pages for one query" in found["5.3"].reason
