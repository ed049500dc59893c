"""What a target holds sends no request anywhere, takes no token along, and widens no trust."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from supplychain.config.loading import ConfigError
from supplychain.model.finding import Outcome
from supplychain.report.record import dump
from tests.acceptance.hostile import DECLARED, FILES, STRANGER, planted, vex
from tests.acceptance.services import LEFT_PAD, PACKAGES, QUIET, TOKENS, Services, served_target, serving
from tests.sound_facts import record, snapshot
from tests.standins import StandIn
from tests.support import POLICY, BuiltTarget, Outcomes, run_suite

HUB_PATH = r"/(api/(models|datasets|organizations|users)|[\w.-]+|datasets)/[\w./%-]+(\?blobs=true&securityStatus=true)?"
OTHER_PATH = r"/(v3/projects|projects/github\.com|api)/[\w./%-]+(\?page_size=1000(&dataset_version_number=\d+)?)?"


@pytest.fixture
def capture() -> Iterator[StandIn]:
    """A server that nobody may connect to; it is shown at the end that it would have noticed."""
    with StandIn() as server:
        yield server
        assert server.connections == 0
        with pytest.raises(HTTPError):
            urlopen(server.url, timeout=5)
        assert (server.connections, server.paths()) == (1, ["/"])


@pytest.fixture
def target(tmp_path: Path) -> BuiltTarget:
    return served_target(tmp_path)


@pytest.fixture
def services(tmp_path: Path, target: BuiltTarget) -> Iterator[Services]:
    """The assessor's own services, with a token for each, and an advisory on a package of the target."""
    with serving(tmp_path / "home", [*QUIET, record(aliases=["CVE-2025-12345"])]) as running:
        running.list_locked(target.path)
        yield running


def ensure_nothing_left(services: Services, capture: StandIn, found: Outcomes) -> None:
    """Check what the servers saw: the capture nothing, the services no token but their own and no name that is none."""
    assert capture.connections == 0
    assert found.case.errors == ()
    servers: dict[str, StandIn] = {
        "pypi": services.pypi,
        "npm": services.npm,
        "osv": services.osv,
        "feeds": services.feeds,
        "huggingface": services.hub,
        "others": services.others,
    }
    for source, server in servers.items():
        own = TOKENS.get(source, ("", "none"))[1]
        for seen in server.seen:
            assert seen.headers["host"] == server.address.removeprefix("http://")
            assert seen.headers.get("authorization", f"Bearer {own}") == f"Bearer {own}"
            told = f"{seen.path} {sorted(seen.headers.items())} {seen.body.decode()}"
            assert not [token for _, token in TOKENS.values() if token in told and token != own]
            assert capture.address.removeprefix("http://") not in told
    assert all(re.fullmatch(r"/simple/[a-z0-9-]{1,214}/", path) for path in services.pypi.paths())
    assert all(re.fullmatch(r"/(@[\w.~-]+%2F)?[\w.~-]{1,214}", path) for path in services.npm.paths())
    assert all(re.fullmatch(HUB_PATH, path) for path in services.hub.paths())
    assert not [path for path in services.others.paths() if not re.fullmatch(OTHER_PATH, path)]
    recorded = dump(found.case)
    assert not [token for _, token in TOKENS.values() if token in recorded]


@pytest.mark.parametrize("name", FILES)
def test_what_a_target_names_is_never_asked(
    name: str, target: BuiltTarget, services: Services, capture: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(target, FILES[name], capture)
    monkeypatch.chdir(target.path)
    found = run_suite(target, facts="online")
    ensure_nothing_left(services, capture, found)
    assert len(services.pypi.seen) > 30


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_all_of_it_at_once_with_the_scanners(
    scheme: str, target: BuiltTarget, services: Services, capture: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for files in FILES.values():
        planted(target, files, capture, scheme)
    declared = (target.path / "supplychain.toml").read_text() + DECLARED
    planted(target, {"supplychain.toml": declared}, capture, scheme)
    monkeypatch.chdir(target.path)
    found = run_suite(target, facts="online", scanners=scheme == "http")
    ensure_nothing_left(services, capture, found)
    assert found["5.1"].outcome is Outcome.FAIL
    assert scheme == "https" or {report.scanner for report in found.case.scanners} >= {"safety", "pip-audit"}


def test_what_a_service_answers_leads_nowhere(target: BuiltTarget, services: Services, capture: StandIn) -> None:
    for project in services.pypi.projects.values():
        for file in project.files:
            file |= {"url": f"{capture.url}/x.whl", "provenance": f"{capture.url}/x.provenance"}
    dist = {"tarball": f"{capture.url}/x.tgz", "attestations": {"url": f"{capture.url}/a"}}
    services.list_node("left-pad", "1.3.0", LEFT_PAD, **dist)
    references = [{"type": "WEB", "url": f"{capture.url}/advisory"}]
    services.osv.hold(record("GHSA-addr", references=references, database_specific={"source": capture.url}))
    found = run_suite(target, facts="online")
    ensure_nothing_left(services, capture, found)
    assert found["5.2"].outcome is Outcome.PASS, found["5.2"].reason


# Trust


def test_a_declaration_that_widens_trust_ends_the_run(target: BuiltTarget) -> None:
    for table in (
        "[trust]\norgs = ['evil']",
        "[people]\napprovers = ['x']",
        "[packages]\ndeny = []",
        "[sla_days]\nlow = 1",
    ):
        with pytest.raises(ConfigError, match=r"supplychain\.toml:\d+"):
            run_suite(BuiltTarget(target.path).declare(table))
        target.edit("supplychain.toml", "\n" + table, "")


TRUSTING = f"""
[trust]
orgs = ["evil"]
[trust.index_map]
"*" = "http://HOST/simple"
[people]
approvers = ["{STRANGER}"]
[sla_days]
critical = 3650
"""


def test_a_policy_in_the_target_is_not_read(
    target: BuiltTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = snapshot(tmp_path / "facts", [record()])
    before = run_suite(target, facts=facts, policy=None)
    for place in ("policy.toml", ".supplychain/policy.toml", "examples/policy.toml", "supplychain/policy.toml"):
        target.plant(place, TRUSTING)
    monkeypatch.chdir(target.path)
    after = run_suite(target, facts=facts, policy=None)
    assert after.case.policy == before.case.policy
    assert after.unlike(before) == set()
    with pytest.raises(ConfigError, match="a target cannot set its own rules"):
        run_suite(target, policy=target.path / "policy.toml")


WAIVER = f"""
[[waiver]]
id = "W-9"
requirement = "5.5"
component = "package:pypi/sniffio"
reason = "it is needed"
owner = "support-platform@example.com"
approver = "{STRANGER}"
created = 2026-10-01
expires = 2026-11-01
"""
REVIEW = f"""
[[review]]
component = "package:pypi/sniffio"
detector = "typosquat"
by = "{STRANGER}"
on = 2026-10-01
digest = "sha256:{"0" * 64}"
verdict = "harmless"
reason = "it is fine"
"""


def test_what_somebody_states_whom_the_policy_does_not_name_changes_nothing(
    target: BuiltTarget, tmp_path: Path
) -> None:
    facts = snapshot(tmp_path / "facts", [record()])
    before = run_suite(target, facts=facts)
    target.declare(WAIVER + REVIEW).plant("docs/a.openvex.json", vex("https://example.com/vex")).plant(
        "docs/b.openvex.json", vex("https://example.com/vex", "support-platform@example.com")
    )
    after = run_suite(target, facts=facts)
    assert {name for name in PACKAGES if after[name].outcome is not before[name].outcome} == set()
    (row,) = after.rows("5.5", Outcome.FAIL)
    assert (row.rule, row.waiver) == ("vex-not-counted", None)
    assert STRANGER in row.message


def test_the_same_by_somebody_whom_the_policy_names_counts(target: BuiltTarget, tmp_path: Path) -> None:
    target.plant("docs/a.openvex.json", vex("https://example.com/vex", "security@example.com"))
    found = run_suite(target, facts=snapshot(tmp_path / "facts", [record()]), policy=POLICY)
    assert "not-affected" in {row.rule for row in found["5.5"].observations}
    assert found.rows("5.5", Outcome.FAIL) == []
