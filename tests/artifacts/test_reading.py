"""One read of a file feeds whoever needs it, in bounded pieces, and notices what happens to the file meanwhile."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.artifacts.reading import ALGORITHMS, CHUNK, Digests, of_bytes, read_once
from supplychain.files import NotReadError
from tests.sound_hub import git_oid


@settings(deadline=None, max_examples=30)
@given(content=st.binary(max_size=200))
def test_digests_are_those_of_hashlib_and_git(content: bytes) -> None:
    found = of_bytes(content, ALGORITHMS)
    assert found.pop("git-sha1") == git_oid(content)
    assert found == {name: hashlib.new(name, content).hexdigest() for name in found}


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_every_consumer_is_fed_every_byte_from_one_read(size: int, tmp_path: Path) -> None:
    content = os.urandom(size)
    (tmp_path / "f").write_bytes(content)
    digests, pieces = Digests(["sha256"]), []
    status = read_once(
        tmp_path / "f", lambda _: [*digests.begin(size), lambda part: pieces.append(bytes(part))], limit=size
    )
    assert status.st_size == size
    assert b"".join(pieces) == content
    assert max(map(len, pieces), default=0) <= CHUNK
    assert digests.values() == {"sha256": hashlib.sha256(content).hexdigest()}


def test_what_is_larger_than_the_limit_is_not_begun(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"12345")
    with pytest.raises(NotReadError, match="it has 5 bytes; 4 are read"):
        read_once(tmp_path / "f", lambda _: pytest.fail("begun"), limit=4)


@pytest.mark.parametrize("change", [b"longer than before", b"s", b"other"])
def test_a_file_that_changes_while_it_is_read_is_not_read(change: bytes, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"12345")

    def meddle(_: memoryview) -> None:
        path.write_bytes(change)
        os.utime(path, ns=(1, 1))

    with pytest.raises(NotReadError, match="it changed while it was read"):
        read_once(path, lambda _: [meddle], limit=100)


@pytest.mark.parametrize("kind", ["link", "fifo", "folder", "nothing"])
def test_nothing_but_a_file_is_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "f"
    if kind == "link":
        (tmp_path / "to").write_bytes(b"x")
        path.symlink_to("to")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    with pytest.raises(NotReadError):
        read_once(path, lambda _: [], limit=100)
