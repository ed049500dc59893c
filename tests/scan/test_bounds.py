"""Files that ask for more than a scan may use: each ends in bounded time and memory, and none of them is called safe."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("numpy")

from tests.scan.support import evil, seen, zipped
from tests.scan.test_carved_files import FORMATS
from tests.scan.test_carving import weights
from tests.scan.test_comparing import safetensors, torch_zip

_SECONDS, _MEGABYTES = 30, 400
_RUN = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({_SECONDS}, {_SECONDS}))
from supplychain.scan.engine import scan
scanned = scan(sys.argv[1])
with open("/proc/self/status") as status:  # getrusage counts what the process was before it became this one
    print(next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM")))
print(scanned.verdict)
print(scanned.problem)
"""
_ZEROS = bytes(1 << 24)


def _bomb(compressor: Callable[[bytes], bytes]) -> bytes:
    return compressor(_ZEROS * 8)


def _tarred(count: int) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for number in range(count):
            archive.addfile(tarfile.TarInfo(str(number)))
    return file.getvalue()


def _nested(wrap: Callable[[bytes], bytes], data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = wrap(data)
    return data


def _many_bombs() -> bytes:
    packed = zipped({"zeros": _ZEROS}, zipfile.ZIP_DEFLATED)
    return zipped({f"{number}.zip": packed for number in range(60)})


def _overlapping() -> bytes:
    """Return a zip whose directory names one packed member 9,000 times."""
    data = zipped({"a": bytes(1 << 20)}, zipfile.ZIP_DEFLATED)
    at = data.index(b"PK\x01\x02")
    entry = data[at : data.index(b"PK\x05\x06")]
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 9000, 9000, len(entry) * 9000, at, 0)
    return data[:at] + entry * 9000 + end


def _laughs() -> bytes:
    """Return a file of PyTorch whose pickle nests lists that hold each other twice, 60 deep."""
    made = b"\x80\x02]q\0" + b"".join(
        b"](h%ch%ceq%c" % (number, number, number + 1) if number else b"](h\0h\0eq\1" for number in range(60)
    )
    return zipped({"m/data.pkl": made + b".", "m/data/0": bytes(4)})


def _deep_json() -> bytes:
    return b'{"class_name": "Functional", "config": ' + b'{"config": ' * 200_000 + b"1" + b"}" * 200_001


def _wide_hdf5() -> bytes:
    import h5py

    file = io.BytesIO()
    with h5py.File(file, "w") as written:
        written.attrs["keras_version"] = "3"
        written.create_dataset(
            "w", shape=(1 << 30, 1 << 20), chunks=(1 << 10, 1 << 10), dtype="<f4", compression="gzip"
        )
    return file.getvalue()


def _headed(data: bytes, size: int = (2 << 30) + 100) -> Callable[[Path], None]:
    """Return what writes bytes and makes the file as long as they claim, without holding that."""

    def write(path: Path) -> None:
        path.write_bytes(data)
        os.truncate(path, size)

    return write


_BYTES: dict[str, Callable[[], bytes]] = {
    "zip bomb": lambda: zipped({"zeros": _ZEROS * 8}, zipfile.ZIP_DEFLATED),
    "gzip bomb": lambda: _bomb(gzip.compress),
    "bzip2 bomb": lambda: _bomb(bz2.compress),
    "xz bomb": lambda: _bomb(lzma.compress),
    "60 zip bombs in a zip": _many_bombs,
    "one member 9,000 times": _overlapping,
    "10,001 members of a zip": lambda: zipped({str(number): b"a" for number in range(10_001)}),
    "10,001 members of a tar": lambda: _tarred(10_001),
    "40 zips in one another": lambda: _nested(lambda data: zipped({"a": data}), evil(), 40),
    "40 gzips in one another": lambda: _nested(gzip.compress, evil(), 40),
    "a pickle that nests itself": _laughs,
    "brackets of JSON": _deep_json,
    "a length of a pickle": lambda: b"\x80\x04\x8e" + struct.pack("<Q", 1 << 62) + b"a",
    "a petabyte of HDF5": _wide_hdf5,
    "tensors of GGUF": lambda: b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0) + bytes(100),
    "a shape of safetensors": lambda: _header(
        json.dumps({"a": {"dtype": "F32", "shape": [1 << 62], "data_offsets": [0, 4]}})
    ),
}
_LONG: dict[str, Callable[[Path], None]] = {
    "a header of safetensors of 2 GB": _headed(struct.pack("<Q", 2 << 30) + b'{"'),
    "a header of NumPy of 2 GB": _headed(b"\x93NUMPY\x02\0" + struct.pack("<I", 2 << 30) + b"{"),
    "a text of GGUF of 2 GB": _headed(b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2 << 30)),
    "a message of ONNX of 2 GB": _headed(b"\x08\x07\x3a" + b"\x80\x80\x80\x80\x08"),
    "a line of a pickle of 2 GB": _headed(b"\x80\x02c"),
    "a text of a pickle of 2 GB": _headed(b"\x80\x04\x8d" + struct.pack("<Q", 2 << 30)),
}


def _header(text: str) -> bytes:
    return len(text).to_bytes(8, "little") + text.encode() + bytes(4)


@pytest.mark.parametrize("name", [*_BYTES, *(pytest.param(name, marks=pytest.mark.long) for name in _LONG)])
def test_what_asks_for_too_much_ends_and_is_reported(name: str, tmp_path: Path) -> None:
    path = tmp_path / "artifact"
    if name in _BYTES:
        path.write_bytes(_BYTES[name]())
    else:
        _LONG[name](path)
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(path)], capture_output=True, text=True, timeout=10 * _SECONDS, check=False
    )
    assert not done.returncode, done.stderr
    memory, verdict, problem = done.stdout.splitlines()
    assert (verdict != "safe", problem != "") == (True, True)
    assert int(memory) <= _MEGABYTES


_WHOLE: dict[str, Callable[[bytes], bytes]] = FORMATS | {
    "safetensors": lambda data: safetensors({"w": ("F32", (len(data) // 4,), data)}),
    "pt": lambda data: torch_zip({"w": ("F32", (len(data) // 4,), data)}),
}


@pytest.mark.parametrize("name", _WHOLE)
def test_a_file_that_is_cut_short_anywhere_is_not_safe(name: str, tmp_path: Path) -> None:
    pytest.importorskip({"o": "onnx", "h": "h5py", "j": "joblib"}.get(name[0], "numpy"))
    whole = _WHOLE[name](weights("F32", 24_000).tobytes())
    assert seen(tmp_path, whole).verdict == "safe"
    cuts = {16, 17, 24, 40, 64, 100, 200, *range(300, len(whole), len(whole) // 29), len(whole) - 5, len(whole) - 1}
    safe = [cut for cut in sorted(cuts) if seen(tmp_path, whole[:cut]).verdict == "safe"]
    assert not safe
