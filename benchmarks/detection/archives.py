"""The malicious files that are archives, compressed streams, or files of NumPy, joblib and PyTorch around a pickle."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import opcodes as op
from gadgets import TRUE

if TYPE_CHECKING:
    from malicious import Corpus

PAYLOAD = op.call("os", "system", TRUE)
PLAIN = op.proto(2) + op.pushed({"weights": [1, 2, 3]}) + b"."


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()


def torch(pickle: bytes, name: str = "data.pkl", more: dict[str, bytes] | None = None) -> dict[str, bytes]:
    """Return the members of a file of PyTorch."""
    return {f"archive/{name}": pickle, "archive/version": b"3\n", "archive/byteorder": b"little", **(more or {})}


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    """Return a tar archive."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def patched(data: bytes, at: int, with_: bytes) -> bytes:
    """Return bytes with others in their place."""
    return data[:at] + with_ + data[at + len(with_) :]


def npy(pickle: bytes, descr: str = "|O") -> bytes:
    """Return an array of objects."""
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': (1,), }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + pickle


def objects(gadget: bytes) -> bytes:
    """Return the pickle of an array of NumPy that holds one object."""
    made = op.named("numpy.core.multiarray", "_reconstruct") + op.named("numpy", "ndarray")
    made += op.pushed((0,)) + b"C\x01b\x87R"
    dtype = op.named("numpy", "dtype") + op.pushed(("O8", False, True)) + b"R"
    return op.proto(3) + made + b"(K\x01" + op.pushed((1,)) + dtype + b"\x89](" + gadget + b"etb."


def make_archives(corpus: Corpus) -> None:
    """Write all of them."""
    _zips(corpus)
    _zips_of_two_minds(corpus)
    _tars(corpus)
    _streams(corpus)
    _seven(corpus)
    _torch(corpus)
    _numpy(corpus)
    _joblib(corpus)


def _zips(corpus: Corpus) -> None:
    for name, method in (("stored", 0), ("deflated", 8), ("bzip2", 12), ("lzma", 14)):
        corpus.add("zip", f"{name}.zip", zipped({"data.pkl": PAYLOAD}, method))
        corpus.add("zip", f"torch-{name}.pt", zipped(torch(PAYLOAD), method))
    corpus.add("zip", "other-name.pt", zipped(torch(PLAIN, more={"archive/extra/x.jpg": PAYLOAD})))
    corpus.add("zip", "no-data.pt", zipped({"archive/weights": PAYLOAD}))
    corpus.add("zip", "constants.pt", zipped(torch(PLAIN, more={"archive/constants.pkl": PAYLOAD})))
    corpus.add("zip", "in-zip.zip", zipped({"a.zip": zipped({"b.zip": zipped({"c.pkl": PAYLOAD})})}))
    corpus.add("zip", "in-tar-in-gzip.tgz", tarred({"a.zip": zipped({"b": PAYLOAD})}, "w:gz"))
    corpus.add("zip", "outside.zip", zipped({"../../x.pkl": PAYLOAD}))
    corpus.add("zip", "outside-plain.zip", zipped({"../../etc/cron.d/x": b"# x\n"}))
    corpus.add("zip", "absolute-plain.zip", zipped({"/elsewhere/x": b"x\n"}))
    corpus.add(
        "zip", "python.mar", zipped({"MAR-INF/MANIFEST.json": b"{}", "handler.py": b"import os\nos.system('true')\n"})
    )
    corpus.add("zip", "misnamed.safetensors", zipped(torch(PAYLOAD)))
    corpus.add("zip", "misnamed.png", zipped({"x": PAYLOAD}))
    corpus.add("zip", "before-archive.pt", PAYLOAD + zipped(torch(PLAIN)))
    corpus.add("zip", "after-archive.pt", zipped(torch(PLAIN)) + PAYLOAD)
    corpus.add("zip", "program-before-archive.pt", _elf() + zipped(torch(PLAIN)))


def _elf() -> bytes:
    return (
        b"\x7fELF\x02\x01\x01"
        + b"\0" * 9
        + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, 0, 64, 0, 0)
        + b"\0" * 64
    )


def _zips_of_two_minds(corpus: Corpus) -> None:
    """Archives of which readers see different things."""
    members = torch(PAYLOAD)
    data = zipped(members)
    directory = data.find(b"PK\x01\x02")
    for flag in (0x01, 0x20, 0x40, 0x800, 0x2000):
        bits = struct.pack("<H", flag)
        corpus.add("zip tricks", f"flag-{flag:x}.pt", patched(patched(data, 6, bits), directory + 8, bits))
    corpus.add("zip tricks", "flag-1-in-directory.pt", patched(data, directory + 8, b"\x01\0"))
    corpus.add("zip tricks", "checksum.pt", patched(patched(data, 14, b"\0\0\0\0"), directory + 16, b"\0\0\0\0"))
    corpus.add("zip tricks", "checksum-in-directory.pt", patched(data, directory + 16, b"\1\2\3\4"))
    corpus.add("zip tricks", "name-in-directory.pt", patched(data, directory + 46, b"archivX"))
    corpus.add("zip tricks", "name-in-header.pt", patched(data, 30, b"archivX"))
    corpus.add("zip tricks", "method-in-directory.pt", patched(data, directory + 10, b"\x08\0"))
    corpus.add("zip tricks", "size-in-directory.pt", patched(data, directory + 24, struct.pack("<I", 9)))
    corpus.add("zip tricks", "comment.pt", data[:-2] + struct.pack("<H", 40) + b"x" * 40)
    corpus.add("zip tricks", "no-directory.pt", data[:directory])
    corpus.add("zip tricks", "cut-directory.pt", data[:-10])
    hidden = zipped({"a.pkl": PAYLOAD})
    hidden = hidden[: hidden.find(b"PK\x01\x02")]
    plain = zipped(torch(PLAIN))
    corpus.add("zip tricks", "hidden-before.pt", hidden + plain)
    end = plain.rfind(b"PK\x05\x06")
    start = plain.find(b"PK\x01\x02")
    moved = plain[:start] + hidden + plain[start:end]
    corpus.add(
        "zip tricks",
        "hidden-between.pt",
        moved + plain[end : end + 16] + struct.pack("<I", start + len(hidden)) + plain[end + 20 :],
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", PAYLOAD)
        archive.filelist[0].filename = "archive/data.pk_"
        archive.NameToInfo.clear()
        archive.writestr("archive/data.pkl", PLAIN)
        archive.filelist[0].filename = "archive/data.pkl"
    corpus.add("zip tricks", "twice.pt", file.getvalue())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, archive.open("archive/data.pkl", "w", force_zip64=True) as member:
        member.write(PAYLOAD)
    corpus.add("zip tricks", "zip64.pt", file.getvalue())


def _tars(corpus: Corpus) -> None:
    members = {"weights.bin": PLAIN, "x/model.bin": PAYLOAD}
    for mode, suffix in (("w", "tar"), ("w:gz", "tar.gz"), ("w:bz2", "tar.bz2"), ("w:xz", "tar.xz")):
        corpus.add("tar", f"model.{suffix}", tarred(members, mode))
    corpus.add(
        "tar", "model.nemo", tarred({"model_config.yaml": b"a: 1\n", "model_weights.ckpt": zipped(torch(PAYLOAD))})
    )
    corpus.add("tar", "misnamed.bin", tarred(members))
    corpus.add("tar", "outside.tar", tarred({"../../x": b"x"}))
    for name, kind, target in (("link", tarfile.SYMTYPE, "/etc/passwd"), ("hard-link", tarfile.LNKTYPE, "../../x")):
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w") as archive:
            info = tarfile.TarInfo("weights")
            info.type, info.linkname = kind, target
            archive.addfile(info)
        corpus.add("tar", f"{name}.tar", file.getvalue())
    data = tarred(members)
    corpus.add("tar", "after-end.tar", tarred({"weights.bin": PLAIN}).rstrip(b"\0") + b"\0" * 2000 + PAYLOAD)
    corpus.add("tar", "cut.tar", data[: data.find(b"x/model.bin") + 600])


def _streams(corpus: Corpus) -> None:
    import lz4.frame
    import zstandard

    packers: dict[str, Any] = {
        "gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "z": zlib.compress,
        "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
        "zst": zstandard.ZstdCompressor().compress, "lz4": lz4.frame.compress,
    }  # fmt: skip
    for suffix, pack in packers.items():
        corpus.add("compressed", f"model.pkl.{suffix}", pack(PAYLOAD))
        corpus.add("compressed", f"misnamed-{suffix}.bin", pack(op.call("subprocess", "run", [TRUE], protocol=4)))
        corpus.add("compressed", f"twice-{suffix}.bin", pack(pack(PAYLOAD)))
        corpus.add("compressed", f"torch-{suffix}.pt", pack(zipped(torch(PAYLOAD))))
    corpus.add("compressed", "second.gz", gzip.compress(PLAIN) + gzip.compress(PAYLOAD))
    corpus.add("compressed", "second.bz2", bz2.compress(PLAIN) + bz2.compress(PAYLOAD))
    corpus.add(
        "compressed",
        "second.zst",
        zstandard.ZstdCompressor().compress(PLAIN) + zstandard.ZstdCompressor().compress(PAYLOAD),
    )
    corpus.add("compressed", "second.lz4", lz4.frame.compress(PLAIN) + lz4.frame.compress(PAYLOAD))
    corpus.add("compressed", "cut.gz", gzip.compress(PAYLOAD)[:-8])


def _seven(corpus: Corpus) -> None:
    import py7zr

    with tempfile.TemporaryDirectory() as folder:
        for name, members in (
            ("model.7z", {"model.pkl": PAYLOAD}),
            ("torch.pt", torch(PAYLOAD)),
            ("nested.7z", {"a.zip": zipped({"b": PAYLOAD})}),
        ):
            path = Path(folder) / name
            with py7zr.SevenZipFile(path, "w") as archive:
                for member, data in members.items():
                    archive.writestr(data, member)
            corpus.add("7z", name, path.read_bytes())
        path = Path(folder) / "password.7z"
        with py7zr.SevenZipFile(path, "w", password="x") as archive:
            archive.set_encrypted_header(False)
            archive.writestr(PAYLOAD, "data.pkl")
        corpus.add("7z", "password.pt", path.read_bytes())


def _torch(corpus: Corpus) -> None:
    """Files that PyTorch itself wrote, zip and old, with a pickle put before what was theirs."""
    import torch as real

    tensors = {"a.weight": real.zeros(8, 8), "b.bias": real.ones(8)}
    injected = PAYLOAD[2:-1] + b"0"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.pt"
        real.save(tensors, path)
        with zipfile.ZipFile(path) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
        for name, suffix in (("first", "pt"), ("misnamed", "ckpt"), ("renamed", "bin")):
            found = {
                key: value[:2] + injected + value[2:] if key.endswith("data.pkl") else value
                for key, value in members.items()
            }
            corpus.add("torch", f"{name}.{suffix}", zipped(found))
        found = {
            key: value[:-1] + injected + b"." if key.endswith("data.pkl") else value for key, value in members.items()
        }
        corpus.add("torch", "last.pt", zipped(found))
        corpus.add("torch", "storage-is-pickle.pt", zipped({**members, "x/data/7": PAYLOAD}))
        real.save(tensors, path, _use_new_zipfile_serialization=False)
        old = path.read_bytes()
        for name, at in (("magic", 0), ("protocol", 15), ("system", 20)):
            corpus.add("torch", f"old-before-{name}.pt", old[:at] + PAYLOAD + old[at:])
        at = old.find(b"\x80\x02ccollections")
        at = at if at > 0 else old.find(b"\x80\x02}", 60)
        corpus.add("torch", "old-object.pt", old[: at + 2] + injected + old[at + 2 :])
        corpus.add("torch", "old-magic-by-eval.pt", op.call("builtins", "eval", "119547037146038801333356") + old[15:])
        script = Path(folder) / "s.pt"
        real.jit.trace(real.nn.Linear(2, 2), real.zeros(1, 2)).save(script)
        with zipfile.ZipFile(script) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
        found = {
            key: value[:2] + injected + value[2:] if key.endswith("data.pkl") else value
            for key, value in members.items()
        }
        corpus.add("torch", "script.pt", zipped(found))


def _numpy(corpus: Corpus) -> None:
    gadget = op.named("os", "system") + op.pushed((TRUE,)) + b"R"
    corpus.add("numpy", "objects.npy", npy(objects(gadget)))
    corpus.add("numpy", "call-alone.npy", npy(PAYLOAD))
    corpus.add("numpy", "other-name-of-type.npy", npy(PAYLOAD, "object"))
    corpus.add("numpy", "type-O8.npy", npy(PAYLOAD, "O8"))
    corpus.add("numpy", "version-2.npy", b"\x93NUMPY\x02\x00" + struct.pack("<I", 118) + npy(PAYLOAD)[10:])
    corpus.add("numpy", "objects.npz", zipped({"a.npy": npy(objects(gadget)), "b.npy": npy(PLAIN)}))
    corpus.add("numpy", "packed.npz", zipped({"a.npy": npy(PAYLOAD)}, 8))
    corpus.add("numpy", "pickle-in-npz.npz", zipped({"a": PAYLOAD}))
    corpus.add("numpy", "raw.npy", PAYLOAD)
    corpus.add("numpy", "objects.pkl", objects(gadget))


def _joblib(corpus: Corpus) -> None:
    import lz4.frame

    wrapper = op.named("joblib.numpy_pickle", "NumpyArrayWrapper")
    kind = (
        op.named("numpy", "dtype")
        + op.pushed(("f8", False, True))
        + b"R(K\x03X\x01\0\0\0<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"
    )
    state = b"}(" + op.pushed("subclass") + op.named("numpy", "ndarray") + op.pushed("shape") + op.pushed((4,))
    state += op.pushed("order") + op.pushed("C") + op.pushed("dtype") + kind + op.pushed("allow_mmap") + b"\x88ub"
    array = wrapper + b")\x81" + state + b"\0" * 32
    gadget = op.named("os", "system") + op.pushed((TRUE,)) + b"R0"
    after = op.proto(3) + array + b"0" + gadget + b"N."
    before = op.proto(3) + gadget + array + b"."
    inside = op.proto(3) + wrapper + b")\x81" + state + PAYLOAD[2:-1].ljust(31, b"N") + b"." + b"."
    for name, data in (("after-array", after), ("before-array", before), ("in-array", inside)):
        corpus.add("joblib", f"{name}.joblib", data)
    packers: dict[str, Any] = {
        "zlib": zlib.compress, "gzip": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress,
        "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE), "lz4": lz4.frame.compress,
    }  # fmt: skip
    for name, pack in packers.items():
        corpus.add("joblib", f"packed-{name}.joblib", pack(after))
