"""Whatever a service does: the fact is unknown, with its reason, within seconds."""

import gzip
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from supplychain import catalog
from supplychain.facts.pypi import ACCEPT
from supplychain.facts.session import Limits
from supplychain.facts.store import FactStore
from tests.facts.support import FAST, HASTY, Opening
from tests.standins import (
    Npm,
    PyPI,
    Reply,
    Seen,
    StandIn,
    cut_short,
    dripping,
    hanging,
    huge,
    redirect,
    status,
    tarball,
    wheel,
    wrong_json,
)

DEMO = "package:pypi/demo-package"
PATH = "/simple/demo-package/"


def bomb() -> Reply:
    """Return a body of a few kilobytes that unpacks to seventy megabytes."""
    return Reply(body=gzip.compress(b" " * 70_000_000, compresslevel=1), headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (status(401), "answered 401 (it wants a login)"),
        (status(403), "answered 403 (it refuses)"),
        (status(429, Retry_After="0"), "answered 429 (too many requests)"),
        (status(429, Retry_After="tomorrow"), "gave an answer that is not HTTP (InvalidHeader)"),
        (status(500), "answered 500"),
        (status(503), "answered 503"),
        (status(204), "answered 204"),
        (hanging(), "did not answer in time"),
        (cut_short(), "answered with a body that was cut short or damaged"),
        (replace(cut_short(), chunked=True), "answered with a body that was cut short or damaged"),
        (replace(huge(70_000_000), chunked=True), "answered with more than 64,000,000 bytes"),
        (bomb(), "answered with more than 64,000,000 bytes"),
        (wrong_json(), "the index answered with something that is not the JSON of PEP 691"),
        (huge(70_000_000), "answered with more than 64,000,000 bytes"),
        (
            Reply(body=b"not gzip", headers={"Content-Encoding": "gzip"}),
            "answered with a body that was cut short or damaged",
        ),
        (redirect(301, PATH), "redirects more than 3 times"),
        (redirect(302, "http://other.example/simple/demo-package/"), "redirects to http://other.example"),
        (redirect(307, "file:///etc/passwd"), "redirects to file://, which is not followed"),
        (redirect(308, "http://[broken"), "gave an answer that is not HTTP (ValueError)"),
    ],
)
def test_a_fault_is_unknown(index: PyPI, opening: Opening, fault: Reply, reason: str) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    index.plan(PATH, fault)
    begun = time.monotonic()
    release = opening.release(DEMO, limits=HASTY if fault.hangs else FAST)
    assert time.monotonic() - begun < 10
    assert (release.state, release.source.level) == ("unknown", "absent")
    assert reason in release.problem
    assert not list(opening.folder.rglob("*.gz"))


def test_nobody_is_there(index: PyPI, opening: Opening) -> None:
    index.close()
    release = opening.release(DEMO)
    assert (release.state, release.problem) == ("unknown", f"PyPI by way of {index.address[7:]} could not be reached")


@pytest.mark.parametrize("fault", [status(429, Retry_After="1"), status(503)])
def test_what_goes_wrong_once_is_asked_again(index: PyPI, opening: Opening, fault: Reply) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    index.plan(PATH, fault, times=1)
    assert opening.release(DEMO).state == "listed"
    assert len(index.seen) == 2


def test_a_service_that_asks_for_an_hour_gets_a_second(index: PyPI, opening: Opening) -> None:
    index.plan(PATH, status(429, Retry_After="3600"))
    begun = time.monotonic()
    assert opening.release(DEMO).state == "unknown"
    assert 1 <= time.monotonic() - begun < 10


def test_a_body_that_drips_ends_with_the_time_of_its_source(index: PyPI, opening: Opening) -> None:
    index.plan(PATH, dripping(0.2))
    begun = time.monotonic()
    release = opening.release(DEMO, limits=Limits(connect=1, read=0.5, retries=0, total=1))
    assert time.monotonic() - begun < 5
    assert release.state == "unknown"
    assert "in time" in release.problem or "in all" in release.problem


def test_a_source_that_fails_again_and_again_is_let_alone(index: PyPI, opening: Opening) -> None:
    index.plan("/simple/", status(401))
    with opening.online() as facts:
        releases = facts.releases([(f"package:pypi/demo-{number}", "1.0") for number in range(200)])
    assert {release.state for release in releases} == {"unknown"}
    assert len(index.seen) < 20
    assert releases[-1].problem.endswith("(it wants a login), 5 times in a row, so it was not asked again")


def test_a_mirror_that_refuses_some_packages_is_asked_for_the_others(index: PyPI, opening: Opening) -> None:
    index.add("z-last", "1.0", wheel("z-last", "1.0"))
    index.plan("/simple/demo-", status(403))
    with opening.online() as facts:
        releases = facts.releases(
            [*((f"package:pypi/demo-{n}", "1.0") for n in range(20)), ("package:pypi/z-last", "1.0")]
        )
    assert releases[-1].state == "listed"


@pytest.mark.parametrize("encoding", ["chunked", "gzip", "plain"])
def test_a_body_arrives_whole_however_it_is_sent(index: PyPI, opening: Opening, encoding: str) -> None:
    for number in range(2000):
        index.add("demo-package", f"{number}.0", (f"demo_package-{number}.0-py3-none-any.whl", b""))
    sent = index.reply(Seen("GET", PATH, {"accept": ACCEPT}, b""), PATH)
    forms = {
        "chunked": replace(sent, chunked=True),
        "gzip": replace(sent, body=gzip.compress(sent.body), headers={"Content-Encoding": "gzip"}),
        "plain": sent,
    }
    index.plan(PATH, forms[encoding])
    assert opening.release(DEMO, "1999.0").state == "listed"


def test_a_redirect_within_the_host_is_followed(index: PyPI, opening: Opening) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    index.plan(PATH, redirect(301, "/simple/Demo_Package/"), times=1)
    assert opening.release(DEMO).state == "listed"
    assert index.paths() == [PATH, "/simple/Demo_Package/", PATH]
    kept = FactStore(opening.folder).get("pypi", "demo-package")
    assert kept.redirects == (f"{index.url}Demo_Package/", f"{index.url}demo-package/")


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_sends_nothing_there(
    index: PyPI, opening: Opening, assessor: pytest.MonkeyPatch, code: int
) -> None:
    assessor.setenv("SUPPLYCHAIN_PYPI_TOKEN", "secret-token")
    with StandIn() as capture:
        index.plan(PATH, redirect(code, f"{capture.url}/simple/demo-package/"))
        release = opening.release(DEMO)
        assert not capture.seen
    assert release.problem.endswith("redirects to http://127.0.0.1, which is not followed")
    assert index.seen[0].headers["authorization"] == "Bearer secret-token"


def test_a_token_goes_to_its_own_host_and_to_no_other(
    index: PyPI, registry: Npm, opening: Opening, assessor: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    host = index.address.removeprefix("http://")
    assessor.setenv("PIP_INDEX_URL", f"http://some%20one:pass%2Fword@{host}/simple/")
    netrc = tmp_path / "home" / ".netrc"
    netrc.parent.mkdir()
    netrc.write_text("machine 127.0.0.1 login other password harvested\n")
    registry.add("demo", "1.0", tarball("demo", "1.0"))
    with opening.online() as facts:
        releases = facts.releases([(DEMO, "1.0"), ("package:npm/demo", "1.0")])
    assert index.seen[0].headers["authorization"] == "Basic c29tZSBvbmU6cGFzcy93b3Jk"
    assert "authorization" not in registry.seen[0].headers
    assert "cookie" not in registry.seen[0].headers
    assert registry.seen[0].headers["user-agent"].startswith("supplychain-spec/")
    assert "pass" not in repr(releases)
    kept = b"".join(path.read_bytes() for path in opening.folder.rglob("*.gz"))
    assert b"pass" not in kept


HOSTILE = [
    "package:pypi/../../admin",
    "package:pypi/%2e%2e%2fadmin",
    "package:pypi/demo%2fpackage",
    "package:pypi/demo\n",
    "package:pypi/demo\r\nHost: other.example",
    "package:pypi/demo?x=1",
    "package:pypi/demo#x",
    "package:pypi//other.example/demo",
    "package:pypi/http://other.example",
    "package:pypi/" + "d" * 215,
    "package:pypi/ſcikit-learn",
    "package:pypi/-",
    "package:pypi/.",
    "package:npm/..",
    "package:npm/@acme/../demo",
    "package:npm/@acme/demo/-/demo-1.0.0.tgz",
    "package:npm/@/demo",
    "package:npm/-/v1/search",
    "package:npm/@acme%2fdemo",
    "package:npm/demo\x00",
    "package:conda/demo",
    "package:ghcr.io/demo",
    "model:huggingface/org/name",
    "service:openai",
    "nothing",
    "",
]


@pytest.mark.parametrize("component", HOSTILE)
def test_what_is_no_name_is_never_sent(index: PyPI, registry: Npm, opening: Opening, component: str) -> None:
    release = opening.release(component)
    assert (release.state, release.source.level) == ("unknown", "absent")
    assert release.problem
    assert not index.seen
    assert not registry.seen


def test_names_that_are_names_are_sent(index: PyPI, registry: Npm, opening: Opening) -> None:
    names = ["pypi/Zope.Interface", "pypi/x", "npm/JSONStream", "npm/@types/node", "npm/-", "npm/lodash._reinterpolate"]
    with opening.online() as facts:
        found = facts.releases([(f"package:{name}", "1.0") for name in names if name != "npm/-"])
    assert {release.state for release in found} == {"no such package"}
    assert sorted(index.paths()) == ["/simple/pip/", "/simple/x/", "/simple/zope-interface/"]
    assert sorted(registry.paths()) == ["/@types%2Fnode", "/JSONStream", "/inherits", "/lodash._reinterpolate"]


@pytest.mark.parametrize(("source", "known"), [("pypi", "/simple/pip/"), ("npm", "/inherits")])
def test_a_registry_that_lacks_what_every_one_has_says_nothing_of_a_package(
    index: PyPI, registry: Npm, opening: Opening, source: str, known: str
) -> None:
    assert opening.release(f"package:{source}/missing").state == "no such package"
    server = index if source == "pypi" else registry
    server.plan("/", status(404)).seen.clear()
    with opening.online() as facts:
        releases = facts.releases([(f"package:{source}/missing-{number}", "1.0") for number in range(20)])
    assert {(release.state, release.source.level) for release in releases} == {("unknown", "absent")}
    assert "answered 404, and does so for " in releases[0].problem
    assert server.paths().count(known) == 1


def test_five_hundred_packages_take_seconds(index: PyPI, opening: Opening) -> None:
    for number in range(500):
        index.add(f"demo-{number}", "1.0", wheel(f"demo-{number}", "1.0"))
    wanted = [(f"package:pypi/demo-{number}", "1.0") for number in range(500)]
    begun = time.monotonic()
    with opening.online() as facts:
        releases = facts.releases(wanted)
    assert time.monotonic() - begun < 20
    assert {release.state for release in releases} == {"listed"}
    assert [release.component for release in releases] == [component for component, _ in wanted]


def test_a_fault_after_a_fact_leaves_the_fact(index: PyPI, opening: Opening) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    assert opening.release(DEMO).source.level == "online"
    index.plan(PATH, status(500))
    release = opening.release(DEMO)
    assert (release.state, release.source.level) == ("listed", "cached")
    opening.now += timedelta(days=31)
    assert opening.release(DEMO).state == "unknown"


def test_every_source_has_bounds() -> None:
    for source in catalog.fact_sources().values():
        assert 0 < source.max_bytes <= 2_000_000_000, source.name
        assert 0 < source.max_seconds <= 1800, source.name
        assert source.variables, source.name
