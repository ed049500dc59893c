"""Requirement 5.2 over cases by hand: hashes, what the registry lists, and locks that cannot be relied on."""

from __future__ import annotations

import pytest
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from supplychain.checks.engine import CHECKS
from supplychain.control import load
from supplychain.model.case import Case
from supplychain.model.fact import Release, ReleaseFile
from supplychain.model.finding import Outcome, Severity, Source
from supplychain.model.package import (
    Drift,
    Graph,
    Installed,
    Lock,
    LockedFile,
    Origin,
    PackageProject,
    Resolved,
    Setting,
)
from supplychain.model.policy import Policy, Thresholds, Trust
from supplychain.model.reference import Place, Reference, Scope
from tests.checks.packages import LOCK, SHA256, case_of, finding, named, only, package, setting
from tests.support import Outcomes

OTHER = "sha256:" + "b" * 64
SHA512 = "sha512:" + "c" * 128
ONLINE = Source(name="PyPI", level="online", fetched="2026-10-20T11:00:00+00:00")


@pytest.fixture
def sound_case(sound: Outcomes) -> Case:
    return sound.case


def wheel(name: str, *hashes: str, **parts: object) -> ReleaseFile:
    return ReleaseFile(name=name, hashes=hashes).model_copy(update=parts)


def listed(*files: ReleaseFile, component: str = "package:pypi/numpy", **parts: object) -> Release:
    """What PyPI lists for numpy 2.0.0: by default one wheel and one archive."""
    files = files or (wheel("numpy-2.0.0.whl", SHA256), wheel("numpy-2.0.0.tar.gz", OTHER))
    found = Release(component=component, version="2.0.0", state="listed", files=files, source=ONLINE)
    return found.model_copy(update=parts)


def locks(*found: Lock, manifest: Place | None = None) -> PackageProject:
    manifests = (manifest or Place(file="requirements.in"),)
    return PackageProject(ecosystem="pypi", folder="", manifests=manifests, locks=found)


def lock(**parts: object) -> Lock:
    return Lock(file=LOCK.file, format="requirements", digest=SHA256).model_copy(update=parts)


# Held against the registry


def test_a_hash_that_the_registry_lists_is_verified(sound_case: Case) -> None:
    graph = Graph(packages=(package(),), projects=(locks(lock(tracked=True)),))
    rows = finding("5.2", case_of(sound_case, graph=graph, releases=(listed(),))).observations
    assert [(row.component, row.rule) for row in rows] == [
        ("lock:requirements.txt", "lock-holds"),
        ("package:pypi/numpy", "verified"),
    ]
    assert rows[1].message == (
        "1 hash in requirements.txt, tracked by git, and what PyPI lists for 2.0.0 (online of 2026-10-20)"
    )
    assert rows[1].evidence == (SHA256,)


@pytest.mark.parametrize(
    ("release", "note"),
    [
        (
            listed(wheel("a.whl", SHA256, provenance="https://a.example")),
            "an attestation of how 1 of 1 files were made",
        ),
        (listed(status="archived"), "the project is archived"),
        (listed(status="deprecated", status_reason="use polars"), "the project is deprecated (use polars)"),
    ],
)
def test_what_else_the_registry_says_is_in_the_message(release: Release, note: str, sound_case: Case) -> None:
    row = only("5.2", case_of(sound_case, package(), releases=(release,)))
    assert row.rule == "verified"
    assert note in row.message


@pytest.mark.parametrize(
    ("entry", "release", "rule", "says"),
    [
        (package(hashes=(SHA256, "sha256:" + "d" * 64)), listed(), "hash-differs", "sha256:ddd"),
        (
            package(files=(LockedFile(name="numpy-2.0.0.tar.gz", hash=SHA256),)),
            listed(),
            "hash-differs",
            "of numpy-2.0.0.tar.gz",
        ),
        (package(files=(LockedFile(name="other.whl", hash=SHA256),)), listed(), "hash-differs", "of other.whl"),
        (package(), listed(state="no such version", files=()), "not-listed", "PyPI lists no version 2.0.0"),
        (package(), listed(state="no such package", files=()), "not-listed", "PyPI lists no package"),
        (package(), listed(wheel("a.whl", SHA256, yanked="broken ABI")), "yanked", "withdrawn 2.0.0: broken ABI"),
        (package(), listed(wheel("a.whl", SHA256, yanked="-")), "yanked", "no reason is given"),
        (package(), listed(status="quarantined", files=(), state="no such version"), "quarantined", "quarantine"),
        (package(), listed(state="unknown", problem="PyPI answered 500"), "not-compared", "PyPI answered 500"),
        (package(hashes=(SHA512,)), listed(), "not-compared", "no hash of the same function"),
        (package(), listed(component="package:pypi/other"), "not-compared", "no fact of PyPI"),
        (package(version="2.0.1"), listed(), "not-compared", "no fact of PyPI"),
    ],
)
def test_what_differs_from_the_registry(
    entry: Resolved, release: Release, rule: str, says: str, sound_case: Case
) -> None:
    row = only("5.2", case_of(sound_case, entry, releases=(release,)))
    assert row.rule == rule
    assert says in row.message
    assert row.remedy


def test_another_hash_is_critical_and_names_both_sides_and_the_command(sound_case: Case) -> None:
    row = only("5.2", case_of(sound_case, package(hashes=("sha256:" + "d" * 64,)), releases=(listed(),)))
    assert row.severity is Severity.CRITICAL
    assert "requirements.txt:3" in row.message
    assert SHA256 in row.message
    assert "uv pip compile --generate-hashes --output-file requirements.txt requirements.in" in row.remedy


def test_a_package_of_an_index_of_its_own_is_not_compared_with_what_is_not_its_registry(sound_case: Case) -> None:
    policy = Policy(trust=Trust(index_map={"numpy": "https://wheels.example"}))
    other = package(hashes=("sha256:" + "d" * 64,))
    for release in (listed(), listed(state="no such version", files=())):
        row = only("5.2", case_of(sound_case, other, policy=policy, releases=(release,)))
        assert (row.rule, row.outcome) == ("not-compared", Outcome.UNDETERMINED)
        assert "https://wheels.example" in row.message
    assert only("5.2", case_of(sound_case, package(), policy=policy, releases=(listed(),))).rule == "verified"


PYTORCH = "https://download.pytorch.org/whl/cpu"
DIFFERING = "sha256:" + "d" * 64


@pytest.mark.parametrize("form", ["uv.lock", "poetry.lock", "pylock.toml", "Pipfile.lock"])
@pytest.mark.parametrize(
    "release",
    [
        listed(),
        listed(state="no such version", files=()),
        listed(state="no such package", files=()),
        listed(status="quarantined", files=()),
        listed(wheel("numpy-2.0.0.whl", SHA512)),
    ],
    ids=["other files", "no such version", "no such package", "a quarantined name", "another function"],
)
def test_what_a_lock_takes_from_another_index_is_not_compared_with_the_registry(
    form: str, release: Release, sound_case: Case
) -> None:
    other = package(hashes=(DIFFERING,), format=form, origin=Origin(address=PYTORCH))
    row = only("5.2", case_of(sound_case, other, releases=(release,)))
    assert (row.rule, row.outcome) == ("not-compared", Outcome.UNDETERMINED)
    assert f"the lock takes it from {PYTORCH}, of which no facts are at hand, and not from PyPI" in row.message


def test_what_a_lock_takes_from_another_index_may_be_what_the_registry_lists(sound_case: Case) -> None:
    same = package(origin=Origin(address=PYTORCH))
    assert only("5.2", case_of(sound_case, same, releases=(listed(),))).rule == "verified"
    bare = package(hashes=(), origin=Origin(address=PYTORCH))
    assert only("5.2", case_of(sound_case, bare, releases=(listed(),))).rule == "no-hash"


@pytest.mark.parametrize("address", [PYPI_SIMPLE_ENDPOINT, PYPI_SIMPLE_ENDPOINT.replace("https", "http")])
def test_the_registry_itself_in_a_lock_is_no_other_index(address: str, sound_case: Case) -> None:
    own = package(hashes=(DIFFERING,), origin=Origin(address=address))
    assert only("5.2", case_of(sound_case, own, releases=(listed(),))).rule == "hash-differs"


@pytest.mark.parametrize(
    ("kind", "parts", "rule"),
    [
        (Setting.INDEX, {}, "not-compared"),
        (Setting.EXTRA, {}, "not-compared"),
        (Setting.FIND_LINKS, {}, "not-compared"),
        (Setting.TRUSTED_HOST, {}, "hash-differs"),
        (Setting.INDEX, {"applies": "other.txt"}, "hash-differs"),
        (Setting.INDEX, {"call": "pip.conf", "applies": ""}, "hash-differs"),
    ],
    ids=["its index", "an extra index", "links", "a trusted host", "of another list", "of the machine"],
)
def test_an_index_that_a_list_states_is_no_registry_either(
    kind: Setting, parts: dict[str, object], rule: str, sound_case: Case
) -> None:
    stated = {"applies": LOCK.file, "call": "requirement option", **parts}
    option = setting(kind, PYTORCH).model_copy(update=stated)
    row = only("5.2", case_of(sound_case, package(hashes=(DIFFERING,)), option, releases=(listed(),)))
    assert row.rule == rule


# Hashes


@pytest.mark.parametrize(
    ("entry", "rule", "says"),
    [
        (package(hashes=()), "no-hash", "version 2.0.0 at requirements.txt:3"),
        (package(hashes=("sha256:",)), "no-hash", ""),
        (package(hashes=(SHA256[:40],)), "no-hash", ""),
        (package(hashes=("md5:" + "a" * 32, "sha1:" + "a" * 40)), "weak-hash", "md5, sha1"),
        (package(version=None, asked=">=2"), "no-lock", ">=2 at requirements.txt:3"),
        (package(version=None, groups=("build-system",)), "build-not-locked", "what the project is built with"),
        (named("package:pypi/torch", "2.5.0", call="pip install"), "command-not-locked", "fixes version 2.5.0"),
        (named("package:pypi/torch", None, call="pip install"), "command-not-locked", "installed at Dockerfile:5"),
        (named("package:import/torch", None, call="import"), "import-not-locked", "imported at Dockerfile:5"),
    ],
)
def test_what_nothing_fixes(entry: Resolved | Reference, rule: str, says: str, sound_case: Case) -> None:
    row = only("5.2", case_of(sound_case, entry))
    assert (row.rule, row.outcome) == (rule, Outcome.FAIL)
    assert says in row.message


def test_the_command_starts_from_a_list_that_is_there(sound_case: Case) -> None:
    bare = package(hashes=())
    row = only("5.2", case_of(sound_case, bare))
    assert "git mv requirements.txt requirements.in && uv pip compile" in row.remedy
    project = locks(manifest=Place(file="requirements.in"))
    row = only("5.2", case_of(sound_case, graph=Graph(packages=(bare,), projects=(project,))))
    assert "(uv pip compile --generate-hashes --output-file requirements.txt requirements.in)" in row.remedy


def test_the_policy_sets_the_least_hash(sound_case: Case) -> None:
    policy = Policy(thresholds=Thresholds(min_hash="sha512"))
    row = only("5.2", case_of(sound_case, package(), policy=policy, releases=(listed(),)))
    assert (row.rule, "sha512" in row.message) == ("weak-hash", True)
    strong = case_of(sound_case, package(hashes=(SHA512,)), policy=policy, releases=(listed(wheel("a", SHA512)),))
    assert only("5.2", strong).rule == "verified"


@pytest.mark.parametrize(
    ("form", "command"),
    [
        ("requirements", "uv pip compile --generate-hashes --output-file requirements.txt requirements.in"),
        ("uv.lock", "uv lock"),
        ("poetry.lock", "poetry lock"),
        ("setup.py", "--output-file requirements.txt requirements.txt"),
    ],
)
def test_the_remedy_is_the_command_of_its_tool(form: str, command: str, sound_case: Case) -> None:
    assert command in only("5.2", case_of(sound_case, package(hashes=(), format=form))).remedy


def test_the_command_for_a_form_that_is_not_known_is_that_of_its_ecosystem(sound_case: Case) -> None:
    row = only("5.2", case_of(sound_case, package("npm:react", hashes=(), format="bun.lock")))
    assert "npm install --package-lock-only" in row.remedy


def test_what_is_bundled_is_covered_by_the_package_around_it(sound_case: Case) -> None:
    row = only("5.2", case_of(sound_case, package("npm:inner", hashes=(), bundled=True)))
    assert (row.rule, row.outcome) == ("bundled", Outcome.PASS)


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (package(origin=Origin(form="address", address="https://a.example/x.whl")), "fixed-by-content"),
        (package(origin=Origin(form="address", address="https://a.example/x.whl"), hashes=()), None),
        (package(origin=Origin(form="repository", address="https://a.example/x", commit="main")), None),
        (named("package:docker/python", "sha256:" + "b" * 64), "fixed-by-content"),
        (named("package:docker/python", "3.11"), None),
        (named("package:github/actions/checkout", "v4", call="uses"), None),
    ],
)
def test_what_no_index_serves_fails_in_one_requirement_at_most(
    entry: Resolved | Reference, rule: str | None, sound_case: Case
) -> None:
    rows = finding("5.2", case_of(sound_case, entry)).observations
    assert [row.rule for row in rows] == ([rule] if rule else [])
    source = only("5.1", case_of(sound_case, entry))
    assert source.outcome is (Outcome.PASS if rule else Outcome.FAIL)


# Locks


@pytest.mark.parametrize(
    ("parts", "rule", "at"),
    [
        ({"tracked": True}, "lock-holds", "requirements.txt"),
        ({}, "lock-holds", "requirements.txt"),
        ({"tracked": False}, "untracked-lock", "requirements.txt"),
        ({"tracked": False, "ignored": Place(file=".gitignore", line=4)}, "ignored-lock", ".gitignore:4"),
        ({"tracked": True, "ignored": Place(file=".gitignore", line=4)}, "lock-holds", "requirements.txt"),
        ({"unchecked": "no manifest"}, "lock-not-held-against-manifest", "requirements.txt"),
    ],
)
def test_a_lock_is_a_row(parts: dict[str, object], rule: str, at: str, sound_case: Case) -> None:
    row = only("5.2", case_of(sound_case, graph=Graph(projects=(locks(lock(**parts)),))))
    assert (row.component, row.rule, str(row.at)) == ("lock:requirements.txt", rule, at)
    assert row.evidence == (SHA256,)


def test_a_lock_of_tests_is_none(sound_case: Case) -> None:
    project = locks(lock(tracked=False), manifest=Place(file="requirements.in", scope=Scope.TEST))
    assert finding("5.2", case_of(sound_case, graph=Graph(projects=(project,)))).observations == ()


def test_what_the_lock_lacks_is_one_row_at_the_line_of_the_manifest(sound_case: Case) -> None:
    at = Place(file="requirements.in", line=7)
    drift = Drift(component="package:pypi/pandas", at=at, reason="the lock does not have it")
    asked = package("pandas", None, at=at, is_locked=False, hashes=())
    graph = Graph(packages=(package(), asked), projects=(locks(lock(drift=(drift,))),))
    rows = finding("5.2", case_of(sound_case, graph=graph, releases=(listed(),))).observations
    assert [(row.component, row.rule, str(row.at)) for row in rows] == [
        ("package:pypi/pandas", "stale-lock", "requirements.in:7"),
        ("package:pypi/numpy", "verified", "requirements.txt:3"),
    ]
    assert "uv pip compile" in rows[0].remedy


def test_a_stale_line_whose_package_the_lock_has_in_another_version_is_a_row(sound_case: Case) -> None:
    at = Place(file="requirements.in", line=1)
    drift = Drift(component="package:pypi/numpy", at=at, reason="the manifest asks for 1.0")
    asked = package(version="1.0", at=at, is_locked=False, hashes=())
    graph = Graph(packages=(package(), asked), projects=(locks(lock(drift=(drift,))),))
    rows = finding("5.2", case_of(sound_case, graph=graph, releases=(listed(),))).observations
    assert [(row.rule, str(row.at)) for row in rows] == [
        ("stale-lock", "requirements.in:1"),
        ("verified", "requirements.txt:3"),
    ]


# Installed, and what the decision rests on


@pytest.mark.parametrize(
    ("altered", "rule"), [((), "installed-as-recorded"), (("numpy/x.py",), "altered-installation")]
)
def test_a_distribution_that_is_installed_is_a_row(altered: tuple[str, ...], rule: str, sound_case: Case) -> None:
    at = Place(file="venv/lib/numpy-2.0.0.dist-info/RECORD")
    item = Installed(component="package:pypi/numpy", version="2.0.0", at=at, files=9, altered=altered)
    row = only("5.2", case_of(sound_case, graph=Graph(installed=(item,))))
    assert (row.component, row.rule, row.at) == ("installed:pypi/numpy", rule, at)
    assert all(name in row.message for name in altered)


def test_an_installation_that_was_not_hashed_whole_is_not_shown_as_sound(sound_case: Case) -> None:
    at = Place(file="venv/lib/numpy-2.0.0.dist-info/RECORD")
    item = Installed(
        component="package:pypi/numpy", version="2.0.0", at=at, files=0, unchecked="its RECORD states no hash"
    )
    row = only("5.2", case_of(sound_case, graph=Graph(installed=(item,))))
    assert (row.rule, row.outcome) == ("installation-not-checked", Outcome.UNDETERMINED)
    assert "its RECORD states no hash" in row.message


def test_the_sources_are_the_registries_with_the_oldest_of_what_they_said(sound_case: Case) -> None:
    older = ONLINE.model_copy(update={"fetched": "2026-10-19T00:00:00+00:00"})
    cached = ONLINE.model_copy(update={"level": "cached"})
    releases = (
        listed(),
        listed(component="package:pypi/a", source=older),
        listed(component="package:pypi/b", source=cached),
    )
    found = finding("5.2", case_of(sound_case, package(), releases=releases))
    assert set(found.sources) == {older, cached}


def test_every_rule_is_reached_by_a_canary(sound_case: Case) -> None:
    reached = {canary.rule for canary in CHECKS["5.2"].canaries(sound_case)}
    assert set(load().requirements["5.2"].rules) <= reached


def test_the_canaries_hold_where_the_target_has_a_lock_of_its_own(sound_case: Case) -> None:
    own = package(
        "npm:@acme/own", origin=Origin(address="https://npm.example/"), files=(LockedFile(name="x", hash=SHA256),)
    )
    finding("5.2", case_of(sound_case, own, package("conda:python"), releases=(listed(),)))
