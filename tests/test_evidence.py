"""Evidence: digests of the files that the declaration of services names, and where the declaration speaks of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplychain import evidence
from supplychain.config.files import read_declaration, read_roots
from supplychain.config.loading import ConfigError
from supplychain.evidence import read_evidence, service_lines
from supplychain.model.policy import Policy, Services
from supplychain.model.service import EvidenceFile
from supplychain.target import Target
from tests.signed_pdf import SIGNER, authority, signed_pdf

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
SHA = "1" * 64
DECLARED = """schema = 1

[[service]]
id = "openai"
region = "eu"

[service.assessment]
by = "a"
on = 2026-01-01
evidence = "{review}"
sha256 = "{sha}"
topics = []

[service.dpa]
type = "{kind}"
url = "https://planted.example"
version = "1"
accepted_by = "a"
date = 2026-01-01
parties = ["a", "b"]
sha256 = "{sha}"
file = "docs/agreement.pdf"

[service.residency]
region = "eu"
evidence = "docs/region.txt"
sha256 = "{sha}"
by = "a"
on = 2026-01-01
"""


def declared(folder: Path, review: str = "docs/review.md", kind: str = "signed") -> Path:
    """Write a declaration and three files that it names."""
    (folder / "docs").mkdir(exist_ok=True)
    for name in ("review.md", "agreement.pdf", "region.txt"):
        (folder / "docs" / name).write_text(name)
    (folder / "supplychain.toml").write_text(DECLARED.format(review=review, sha=SHA, kind=kind))
    return folder


def read(folder: Path, roots: tuple[str, ...] = ()) -> dict[str, EvidenceFile]:
    target = Target.open(folder)
    found = read_evidence(target, read_declaration(target)[0], roots, NOW)
    return {file.path: file for file in found}


def test_each_file_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    for path, file in read(declared(tmp_path)).items():
        assert file == EvidenceFile(path=path, sha256=hashlib.sha256(Path(path).name.encode()).hexdigest())


def test_without_a_declaration_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing here")
    target = Target.open(tmp_path)
    assert (read_evidence(target, None, (), NOW), service_lines(target, None)) == ((), {})


@pytest.mark.parametrize("address", ["https://planted.example/soc2", "HTTP://planted.example"])
def test_an_address_is_no_file_and_is_never_fetched(tmp_path: Path, address: str) -> None:
    assert set(read(declared(tmp_path, address))) == {"docs/agreement.pdf", "docs/region.txt"}


@pytest.mark.parametrize("path", ["docs/none.md", "/etc/hostname", "../outside.md", "docs/../../outside.md", ""])
def test_what_is_not_in_the_target_is_missing(tmp_path: Path, path: str) -> None:
    (tmp_path / "outside.md").write_text("outside")
    (tmp_path / "target").mkdir()
    assert read(declared(tmp_path / "target", path))[path] == EvidenceFile(
        path=path, is_missing=True, problem="there is no such file"
    )


def test_an_empty_file_shows_nothing(tmp_path: Path) -> None:
    declared(tmp_path)
    (tmp_path / "docs" / "review.md").write_bytes(b"")
    file = read(tmp_path)["docs/review.md"]
    assert (file.sha256, file.is_missing, file.problem) == (None, True, "it is empty")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text("outside")
    folder = tmp_path / "target"
    folder.mkdir()
    declared(folder)
    (folder / "docs" / "review.md").unlink()
    (folder / "docs" / "review.md").symlink_to(tmp_path / "outside.md")
    file = read(folder)["docs/review.md"]
    assert (file.sha256, file.is_missing) == (None, False)
    assert "links are not followed" in file.problem


def test_a_pointer_of_git_lfs_is_not_the_file(tmp_path: Path) -> None:
    declared(tmp_path)
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA}\nsize 12\n"
    (tmp_path / "docs" / "review.md").write_text(pointer)
    assert "git lfs pull" in read(tmp_path)["docs/review.md"].problem


def test_a_signed_agreement_is_verified_only_against_roots(tmp_path: Path) -> None:
    by = authority(tmp_path / "keys")
    folder = tmp_path / "target"
    folder.mkdir()
    declared(folder)
    (folder / "docs" / "agreement.pdf").write_bytes(signed_pdf(by))
    assert read(folder)["docs/agreement.pdf"].signatures == ()
    assert read(folder, (by.root,))["docs/agreement.pdf"].signatures == (SIGNER,)
    assert read(declared(folder), (by.root,))["docs/agreement.pdf"].unsigned == (
        "it is no PDF, and signatures of other forms are not verified"
    )


def test_signatures_are_looked_for_on_signed_agreements_alone(tmp_path: Path) -> None:
    by = authority(tmp_path / "keys")
    folder = tmp_path / "target"
    folder.mkdir()
    for file in read(declared(folder, kind="incorporated"), (by.root,)).values():
        assert (file.signatures, file.unsigned) == ((), "")


def test_no_more_files_are_looked_at_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "LIMIT", 2)
    assert set(read(declared(tmp_path))) == {"docs/review.md", "docs/region.txt"}


def test_lines_are_those_of_the_declaration(tmp_path: Path) -> None:
    target = Target.open(declared(tmp_path))
    lines = service_lines(target, read_declaration(target)[0])
    assert lines == {
        "openai": 4,
        "openai id": 4,
        "openai region": 5,
        "openai assessment": 7,
        "openai dpa": 14,
        "openai residency": 24,
    }


def test_roots_lie_beside_the_policy(tmp_path: Path) -> None:
    by = authority(tmp_path / "keys")
    (tmp_path / "root.pem").write_text(by.root)
    policy = Policy(services=Services(roots=("root.pem",)))
    assert read_roots(policy, tmp_path / "policy.toml", tmp_path / "target") == (by.root,)
    assert read_roots(policy, None, tmp_path / "target") == ()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("none.pem", None, "cannot be read"),
        ("root.pem", b"\xff\xfe", "holds no certificate as PEM"),
        ("root.pem", b"nothing", "holds no certificate as PEM"),
        ("target/root.pem", b"-----BEGIN CERTIFICATE-----", "lies inside the target"),
        ("link.pem", None, "lies inside the target"),
    ],
)
def test_a_root_that_cannot_be_used_stops_the_run(tmp_path: Path, name: str, data: bytes | None, says: str) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "link.pem").symlink_to(tmp_path / "target" / "root.pem")
    if data is not None:
        (tmp_path / name).write_bytes(data)
    policy = Policy(services=Services(roots=(name,)))
    with pytest.raises(ConfigError, match=says):
        read_roots(policy, tmp_path / "policy.toml", tmp_path / "target")
