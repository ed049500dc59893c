"""Releases as a package index lists them."""

from datetime import UTC, datetime

import pypi_simple
import pytest

from supplychain.facts import pypi
from supplychain.facts.interface import NoFactError, Obtained
from supplychain.model.finding import Source
from tests.facts.support import Opening
from tests.standins import PyPI, wheel
from tests.standins.server import answer

DEMO = "package:pypi/demo-package"
UPLOADED = datetime(2024, 1, 2, 3, 4, 5, 678000, UTC)


def test_a_release_has_its_files_with_their_hashes(index: PyPI, opening: Opening) -> None:
    entry = index.add("demo-package", "1.0", wheel("demo-package", "1.0"), provenance=True)
    index.add("demo-package", "2.0", wheel("demo-package", "2.0"), uploaded="2025-01-01T00:00:00Z")
    release = opening.release(DEMO)
    assert (release.state, release.problem, release.status) == ("listed", "", "")
    (file,) = release.files
    hashes = entry["hashes"]
    assert isinstance(hashes, dict)
    assert file.name == "demo_package-1.0-py3-none-any.whl"
    assert file.hashes == (f"sha256:{hashes['sha256']}",)
    assert (file.yanked, file.uploaded, file.provenance) == (None, UPLOADED, entry["provenance"])
    assert release.first_release == UPLOADED
    assert release.source.level == "online"
    assert release.source.name.startswith("PyPI by way of 127.0.0.1:")


def test_one_request_answers_for_all_versions_of_a_package(index: PyPI, opening: Opening) -> None:
    for version in ("1.0", "2.0", "3.0"):
        index.add("demo-package", version, wheel("demo-package", version))
    with opening.online() as facts:
        wanted = [(DEMO, "3.0"), (DEMO, "1.0"), (DEMO, "3.0"), (DEMO, "9.9")]
        releases = facts.releases(wanted)
    assert [(each.version, each.state) for each in releases] == [
        ("3.0", "listed"),
        ("1.0", "listed"),
        ("9.9", "no such version"),
    ]
    assert index.paths() == ["/simple/demo-package/"]


@pytest.mark.parametrize("asked", ["1.0", "1.0.0", "1", "v1.0"])
def test_versions_are_compared_and_not_spelled(index: PyPI, opening: Opening, asked: str) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    assert opening.release(DEMO, asked).state == "listed"


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ("1.1", "it lists 1 versions, and not this one"),
        ("1.0+cu121", "1.0+cu121 is a local version, which an official index does not publish; it lists 1.0"),
        (
            "1.1+cpu",
            "1.1+cpu is a local version, which an official index does not publish; it does not list 1.1 either",
        ),
        ("not a version", "it lists 1 versions, and not this one"),
        ("9" * 5000, "it lists 1 versions, and not this one"),
    ],
)
def test_a_version_that_is_not_listed(index: PyPI, opening: Opening, asked: str, problem: str) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    with opening.online() as facts:
        (release,) = facts.releases([(DEMO, asked)])
    assert (release.state, release.problem, release.files) == ("no such version", problem, ())


def test_a_local_version_that_an_index_does_list(index: PyPI, opening: Opening) -> None:
    index.add("demo-package", "1.0+cu121", wheel("demo-package", "1.0+cu121"))
    assert opening.release(DEMO, "1.0+cu121").state == "listed"
    assert opening.release(DEMO, "1.0").state == "no such version"


@pytest.mark.parametrize(
    ("yanked", "reason"), [(False, None), (True, "-"), ("", "-"), ("breaks torch", "breaks torch")]
)
def test_a_file_that_was_withdrawn(index: PyPI, opening: Opening, yanked: str | bool, reason: str | None) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"), yanked=yanked)
    assert opening.release(DEMO).files[0].yanked == reason


@pytest.mark.parametrize("status", ["archived", "quarantined", "deprecated", "something new"])
def test_the_status_of_a_project(index: PyPI, opening: Opening, status: str) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    index.mark("demo-package", status, "nobody is left")
    release = opening.release(DEMO)
    assert (release.status, release.status_reason) == (status, "nobody is left")


def test_there_is_no_such_project(index: PyPI, opening: Opening) -> None:
    release = opening.release(DEMO)
    assert (release.state, release.source.level) == ("no such package", "online")


def test_what_an_index_leaves_out_is_not_made_up(index: PyPI, opening: Opening) -> None:
    entry = index.add("demo-package", "1.0", wheel("demo-package", "1.0"), uploaded=None)
    entry["hashes"] = {"md5": "00ff", "sha256": "not hex"}
    release = opening.release(DEMO)
    assert release.first_release is None
    assert release.files[0].hashes == ("md5:00ff",)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"meta": {"api-version": "1.4"}, "name": "demo-package"}',
        b'{"meta": {"api-version": "2.0"}, "name": "demo-package", "files": []}',
        b'{"meta": {"api-version": "1.4"}, "name": "demo-package", "files": [{"filename": "x"}]}',
        b'{"meta": {"api-version": "1.4"}, "name": "another", "files": []}',
        b"[" * 100_000,
        b'{"meta": \xff}',
    ],
)
def test_what_is_not_the_page_of_the_project_is_not_believed(body: bytes) -> None:
    with pytest.raises(NoFactError, match="the index answered with"):
        pypi._page("demo-package", body)


NAMES = [
    "demo_package-1.0-py3-none-any.whl",
    "Demo.Package-1.0-1build-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "demo-package-1.0.tar.gz",
    "demo_package-1.0.post1.zip",
    "Demo-Package-1.0rc1.tar.bz2",
    "demo_package-1.0-py2.7.egg",
    "demo_package-1.0-py2.7-win32.egg",
    "demo-package-1.0.win32-py2.7.exe",
    "demo-package-1.0.win-amd64-py3.6.msi",
    "demo-package-1.0.linux-x86_64.tar.gz",
    "demo-package-1.0-1.noarch.rpm",
    "demo-package-1.0-beta.tgz",
    "another-1.0.exe.txt",
]


def test_a_page_is_read_as_pypi_simple_reads_it() -> None:
    files = [
        {"filename": name, "url": name, "hashes": {"sha256": f"{number:064x}"}, "yanked": bool(number % 2)}
        for number, name in enumerate(NAMES)
    ]
    body = {"meta": {"api-version": "1.4"}, "name": "demo-package", "files": files, "versions": ["1.0"]}
    theirs = pypi_simple.ProjectPage.from_json_data(body)
    ours = pypi._page("demo-package", answer(body).body)
    assert len(theirs.packages) == len(ours.files) == len(NAMES)
    for mine, other in zip(ours.files, theirs.packages, strict=True):
        assert pypi._version(mine.filename, "demo-package") == (other.version or ""), mine.filename
        assert (mine.hashes, mine.yanked) == (other.digests, other.is_yanked)


def test_a_version_without_files_is_listed() -> None:
    body = b'{"meta": {"api-version": "1.1"}, "name": "demo-package", "files": [], "versions": ["1.0"]}'
    obtained = Obtained(pypi._page("demo-package", body), Source(name="PyPI", level="online"), UPLOADED, None)
    release = pypi.release(DEMO, "1.0", obtained)
    assert (release.state, release.files) == ("listed", ())
