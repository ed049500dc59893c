"""Archives that PyTorch writes besides those of torch.save: TorchScript, and the parts of a distributed checkpoint."""

import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from supplychain.scan.interface import Limits
from tests.scan.support import evil, rules, seen, told, torch_file, torch_pickle, zipped

_END, _DIRECTORY = b"PK\x05\x06", b"PK\x01\x02"
_RAW = b"\x01\xff\xfe\x3f" * 4
"""Four numbers that are of no format."""


def _script(folder: str = "constants", key: str = "0", raw: bytes = _RAW, described: bytes | None = None) -> bytes:
    """Return a file as torch.jit.save writes one of a frozen model."""
    return zipped(
        {
            "model/data.pkl": pickle.dumps([], 2),
            f"model/{folder}/{key}": raw,
            f"model/{folder}.pkl": described or torch_pickle().replace(b"X\x01\0\0\x000", _text(key)),
            "model/version": b"3\n",
        }
    )


def _text(key: str) -> bytes:
    return b"X" + struct.pack("<I", len(key)) + key.encode()


@pytest.mark.parametrize("folder", ["constants", "traced_inputs"])
@pytest.mark.parametrize("key", ["0", "12", "0.storage"])
def test_storages_of_torchscript_are_values(tmp_path: Path, folder: str, key: str) -> None:
    scanned = seen(tmp_path, _script(folder, key), "model.pt")
    assert told(scanned) == ("safe", set())
    assert {entry.layer: entry.bytes for entry in scanned.coverage}["weights"] == len(_RAW)


_NO_STORAGES = {
    "another name than PyTorch gives": _script(key="x.bin"),
    "more values than are described": _script(raw=_RAW * 2),
    "a pickle that describes nothing": _script(described=pickle.dumps([], 2)),
    "a pickle that breaks off": _script(described=torch_pickle()[:-1]),
}


@pytest.mark.parametrize("way", _NO_STORAGES)
def test_what_is_not_described_as_pytorch_does_is_not_fully_scanned(tmp_path: Path, way: str) -> None:
    assert seen(tmp_path, _NO_STORAGES[way], "model.pt").verdict in {"not fully scanned", "review"}


def test_torchscript_hides_nothing(tmp_path: Path) -> None:
    assert rules(seen(tmp_path, _script(described=evil(2)), "model.pt")) == {"pickle-runs-code"}
    assert rules(seen(tmp_path, _script(key="x.bin", raw=evil()), "model.pt")) == {"pickle-runs-code"}
    archive = zipped({"x.py": b"import os\n" * 20})
    count = len(archive) // 4
    archive += b"\0" * (-len(archive) % 4)
    described = torch_pickle(count=len(archive) // 4)
    assert count < 128
    assert seen(tmp_path, _script(raw=archive, described=described), "model.pt").verdict == "malicious"


def _wide(data: bytes) -> bytes:
    """Tell the end of an archive in 64 bits too, as PyTorch does."""
    end = data.rfind(_END)
    count, size, place = struct.unpack_from("<HII", data, end + 10)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, place)
    return data[:end] + record + struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1) + data[end:]


@pytest.mark.parametrize("form", [lambda data: data, _wide], ids=["32 bits", "64 bits"])
def test_a_distributed_checkpoint_is_its_archives(tmp_path: Path, form: Callable[[bytes], bytes]) -> None:
    other = torch_file(archive__more=b"a longer one")
    parts = [form(data) for data in (torch_file(), other, torch_file(), other)] * 4
    scanned = seen(tmp_path, b"".join(parts), "__0_0.distcp")
    assert told(scanned) == ("safe", set())
    covered = {entry.layer: entry.bytes for entry in scanned.coverage}
    assert (covered["zip"], covered["weights"]) == (scanned.size, 16 * len(parts))


@pytest.mark.parametrize("place", range(3))
def test_each_archive_of_a_distributed_checkpoint_is_scanned(tmp_path: Path, place: int) -> None:
    parts = [torch_file()] * 3
    parts[place] = torch_file(archive__data_dot_pkl=evil())
    scanned = seen(tmp_path, b"".join(parts), "__0_0.distcp")
    assert told(scanned) == ("malicious", {"pickle-runs-code"})
    assert scanned.indicators[0].where.startswith(f"archive at byte {sum(map(len, parts[:place])):,}/archive/data.pkl")


def _unlisted(data: bytes) -> bytes:
    """Put a member before the directory that it does not list."""
    hidden = zipped({"hidden.pkl": b"text"})
    hidden = hidden[: hidden.find(_DIRECTORY)]
    at, end = data.find(_DIRECTORY), data.rfind(_END)
    return data[:at] + hidden + data[at : end + 16] + struct.pack("<I", at + len(hidden)) + data[end + 20 :]


def _two_minds() -> bytes:
    """Return archives where a directory lies that only a reader sees who takes places from the beginning of the file."""
    last = torch_file(archive__more=b"text" * 200)
    at = last.find(_DIRECTORY)
    bait = torch_file(archive__bait=b"text" * 300)
    return bait[:at] + last[at : at + 46] + bait[at + 46 :] + last


_NOT_JOINED = {
    "a byte between": torch_file() + b"\0" + torch_file(),
    "bytes at the end": torch_file() + torch_file() + b"\0",
    "a comment": torch_file()[:-2] + b"\x01\0x" + torch_file(),
    "another archive first": zipped({"a": b"text"}) + torch_file(),
    "another archive last": torch_file() + zipped({"a": b"text"}),
    "an archive of two roots": torch_file(other__data_dot_pkl=torch_pickle()) + torch_file(),
    "an archive without its directory": torch_file()[: torch_file().find(_DIRECTORY)] + torch_file(),
    "a member that one of them does not list": torch_file() + _unlisted(torch_file()) + torch_file(),
    "ends that differ": _wide(torch_file()).replace(b"PK\x06\x06\x2c", b"PK\x06\x06\x2d") + torch_file(),
    "a directory for some readers": _two_minds(),
}


@pytest.mark.parametrize("way", _NOT_JOINED)
def test_what_is_more_than_archives_of_pytorch_hides_members(tmp_path: Path, way: str) -> None:
    scanned = seen(tmp_path, _NOT_JOINED[way], "__0_0.distcp")
    assert scanned.verdict == "malicious"
    assert "hidden-member" in rules(scanned)


def test_more_archives_than_members_may_be_are_not_fully_scanned(tmp_path: Path) -> None:
    scanned = seen(tmp_path, torch_file() * 5, "__0_0.distcp", Limits(members=4))
    assert scanned.verdict == "not fully scanned"
    assert "more than 4 archives" in scanned.problem
    scanned = seen(tmp_path, torch_file() * 5, "__0_0.distcp", Limits(members=8))
    assert scanned.verdict == "not fully scanned"
    assert "more than 8 members" in scanned.problem
