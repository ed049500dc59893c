"""Archives that show one thing to a scan and another to a loader."""

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from supplychain.scan.interface import Limits
from tests.scan.support import evil, rules, seen, told, torch_file, zipped

_DIRECTORY, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"


def _bad_checksum(data: bytes) -> bytes:
    changed = bytearray(data)
    for magic, offset in ((_LOCAL, 14), (_DIRECTORY, 16)):
        at = data.index(magic) + offset
        changed[at : at + 4] = b"\0\0\0\0"
    return bytes(changed)


def _encrypted_flag(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[data.index(_LOCAL) + 6] |= 1
    changed[data.index(_DIRECTORY) + 8] |= 1
    return bytes(changed)


def _other_name(data: bytes) -> bytes:
    at = data.index(_LOCAL) + 30
    return data[:at] + b"harmless!"[: len(b"data.pkl")] + data[at + len(b"data.pkl") :]


def _other_method(data: bytes) -> bytes:
    at = data.index(_LOCAL) + 8
    return data[:at] + struct.pack("<H", 8) + data[at + 2 :]


def _unlisted(data: bytes) -> bytes:
    """Leave a member out of the directory."""
    hidden = zipped({"hidden.pkl": evil()})
    local = hidden[: hidden.index(_DIRECTORY)]
    at = data.index(_DIRECTORY)
    end = data.index(b"PK\x05\x06")
    place = struct.pack("<I", at + len(local))
    return data[:at] + local + data[at : end + 16] + place + data[end + 20 :]


_BREAKS: dict[str, tuple[Callable[[bytes], bytes], str, str]] = {
    "a wrong checksum": (_bad_checksum, "review", "checksum-differs"),
    "the flag of encryption": (_encrypted_flag, "malicious", "encrypted-flag"),
    "another name in the member's header": (_other_name, "malicious", "names-differ"),
    "another method in the member's header": (_other_method, "malicious", "names-differ"),
    "a member that is not listed": (_unlisted, "malicious", "hidden-member"),
}


@pytest.mark.parametrize("way", _BREAKS)
def test_what_makes_readers_differ_is_told_and_hides_nothing(tmp_path: Path, way: str) -> None:
    change, verdict, rule = _BREAKS[way]
    assert told(seen(tmp_path, change(zipped({"data.pkl": b"plain text"})))) == (verdict, {rule})
    if way != "a member that is not listed":
        assert rules(seen(tmp_path, change(zipped({"data.pkl": evil()})))) == {rule, "pickle-runs-code"}


def test_a_folder_in_a_zip_is_no_hidden_member_and_hides_nothing(tmp_path: Path) -> None:
    assert told(seen(tmp_path, zipped({"a/": b"", "a/text": b"text"}))) == ("safe", set())
    assert told(seen(tmp_path, zipped({"a/": evil(), "a/text": b"text"}))) == ("malicious", {"pickle-runs-code"})


def test_a_member_twice_is_for_review_and_both_are_scanned(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data.pkl", evil())
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("data.pkl", b"plain text")
    assert rules(seen(tmp_path, file.getvalue())) == {"member-twice", "pickle-runs-code"}


@pytest.mark.parametrize("name", ["../../etc/cron.d/job", "/etc/passwd", "a\\..\\..\\b", "C:\\Windows\\a"])
def test_names_that_lead_out_are_malicious(tmp_path: Path, name: str) -> None:
    assert "path-outside" in rules(seen(tmp_path, zipped({name: b"text"})))
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    assert rules(seen(tmp_path, file.getvalue())) == {"path-outside"}


def test_a_link_in_a_tar_is_malicious(tmp_path: Path) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("weights")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(member)
    assert told(seen(tmp_path, file.getvalue())) == ("malicious", {"special-member"})


def test_a_member_that_is_packed_in_an_unknown_way_hides_no_other(tmp_path: Path) -> None:
    data = zipped({"a.pkl": evil(), "b.pkl": evil()})
    changed = bytearray(data)
    changed[data.index(_DIRECTORY) + 10] = 99
    changed[data.index(_LOCAL) + 8] = 99
    scanned = seen(tmp_path, bytes(changed))
    assert scanned.verdict == "malicious"
    assert all(indicator.where.startswith("b.pkl") for indicator in scanned.indicators)
    assert "method 99" in scanned.problem


@pytest.mark.parametrize("kept", [10, 40, 200, -5])
def test_a_file_of_pytorch_that_is_cut_short_is_not_safe(tmp_path: Path, kept: int) -> None:
    assert seen(tmp_path, torch_file()[:kept], "model.pt").verdict in {"not fully scanned", "review"}


def test_a_bomb_is_stopped(tmp_path: Path) -> None:
    for data in (zipped({"zeros": b"\0" * (1 << 26)}, zipfile.ZIP_DEFLATED), gzip.compress(b"\0" * (1 << 26))):
        scanned = seen(tmp_path, data)
        assert scanned.verdict == "not fully scanned"
        assert "unpacks to more than 1000 times its size" in scanned.problem


def test_members_that_unpack_to_too_much_together_are_stopped(tmp_path: Path) -> None:
    noise = b"some text of no weight " * 45_000
    data = zipped({f"{number}": noise for number in range(5)}, zipfile.ZIP_DEFLATED)
    scanned = seen(tmp_path, data, limits=Limits(unpacked=3 << 20))
    assert scanned.verdict == "not fully scanned"
    assert "more than 3 MiB" in scanned.problem


def test_more_members_than_are_looked_at_are_not_fully_scanned(tmp_path: Path) -> None:
    scanned = seen(tmp_path, zipped({f"{number}": b"" for number in range(10_001)}))
    assert scanned.verdict == "not fully scanned"
    assert "more than 10,000 members" in scanned.problem


@pytest.mark.parametrize("wrap", [lambda data: zipped({"a.zip": data}), gzip.compress])
def test_forty_archives_in_one_another_are_not_fully_scanned(tmp_path: Path, wrap: Callable[[bytes], bytes]) -> None:
    data = evil()
    for _ in range(40):
        data = wrap(data)
    scanned = seen(tmp_path, data)
    assert scanned.verdict == "not fully scanned"
    assert "more than 8 deep" in scanned.problem


@pytest.mark.parametrize("magic", [b"\x04\x22\x4d\x18", b"\x28\xb5\x2f\xfd"])
def test_what_cannot_be_unpacked_is_not_fully_scanned(tmp_path: Path, magic: bytes) -> None:
    assert seen(tmp_path, magic + b"\0" * 64).verdict == "not fully scanned"
