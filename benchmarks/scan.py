"""Digest and all layers over 1 GiB of weights beside sha256 alone, a long pickle beside picklescan, and two files at a time.

    python -m benchmarks.scan [ROUNDS [PICKLESCAN]]

Each runs in a process of its own, in turn, over the same files; what is compared is CPU time, of all threads: of the work,
after a small file of the same kind, and of the whole process, with starting Python and importing what is needed. Two files
are compared with one by the clock, so that it takes two processors that do nothing else. PICKLESCAN is its program, which may
lie in an environment of its own. It fails where the work takes more than 2 times as long as sha256, or 400 MB; where the
pickle takes more than an eighth of picklescan's time, or 600 MB; and where two files are done less than 1.7 times as fast.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

from supplychain.scan.pool import Job, scan_all

LIMIT = 2.0
MEMORY = 400.0
PICKLE_LIMIT, PICKLE_MEMORY = 1 / 8, 600.0
TOGETHER = 1.7
TENSORS = 64
OPCODES = 22_000_000
"""Of the pickle: as many floats, in lists of 1,000, as pickle writes them."""
_COUNT = 1 << 22
"""Values of a tensor."""
_RUN = """
import hashlib, resource, sys, time
kind, path = sys.argv[1:]
if kind == "sha256":
    begin = time.process_time()
    with open(path, "rb", buffering=0) as file:
        hashlib.file_digest(file, "sha256")
else:
    from supplychain.scan.engine import scan
    scan(path + ".small")
    begin = time.process_time()
    scanned = scan(path)
    layers = {entry.layer for entry in scanned.coverage if entry.state == "ran"}
    if scanned.verdict != "safe" or not {"values", "carving"} <= layers:
        sys.exit(f"{scanned.verdict}: {scanned.problem} {scanned.indicators} {layers}")
end = time.process_time()
print(end - begin, end, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
_SCAN = "import sys; from supplychain.scan.engine import scan; sys.exit(scan(sys.argv[1]).verdict != 'safe')"


def main() -> None:
    """Print the table, and fail above a limit."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    failed = False
    print("| file | what | CPU, median | beside sha256 | peak memory |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for write in (safetensors, zipped):
            write(Path(folder), ".small", 1)
            path = write(Path(folder), "", TENSORS)
            pairs = [(run("sha256", path), run("scan", path)) for _ in range(rounds)]
            for called, place in (("", 0), (", whole process", 1)):
                ratios = [scanned[place] / alone[place] for alone, scanned in pairs]
                alone, scanned = (statistics.median(pair[which][place] for pair in pairs) for which in (0, 1))
                print(f"| 1 GiB, `{path.suffix}` | sha256{called} | {alone:.2f} s | 1.00 | {pairs[0][0][2]:.0f} MB |")
                memory = max(scanned[2] for _, scanned in pairs)
                spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
                print(f"| 1 GiB, `{path.suffix}` | scan{called} | {scanned:.2f} s | {spread} | {memory:.0f} MB |")
                failed |= memory > MEMORY or (place == 0 and statistics.median(ratios) > LIMIT)
            failed |= write is safetensors and together(path, rounds)
            path.unlink()
        failed |= long_pickle(Path(folder) / "model.pkl", sys.argv[2] if len(sys.argv) > 2 else "")
    sys.exit("above a limit" if failed else 0)


def together(path: Path, rounds: int) -> bool:
    """Print how much faster two files are scanned at a time than one after the other, and return whether it is too little."""
    ratios = []
    second = path.with_name("second")
    second.hardlink_to(path)
    for _ in range(rounds):
        times = []
        for jobs in ([Job(str(path), "one")], [Job(str(path), "one"), Job(str(second), "two")]):
            begin = time.perf_counter()
            if any(scanned.verdict != "safe" for scanned in scan_all(jobs)):
                raise SystemExit("the files were not fully scanned")
            times.append(time.perf_counter() - begin)
        ratios.append(2 * times[0] / times[1])
    second.unlink()
    median = statistics.median(ratios)
    print(
        f"| 2 × 1 GiB, `{path.suffix}` | two at a time beside one, by the clock | | {median:.2f} × ({min(ratios):.2f} to {max(ratios):.2f}) | |"
    )
    return median < TOGETHER


def long_pickle(path: Path, picklescan: str) -> bool:
    """Print what the pickle takes here and in picklescan, and return whether it is too much."""
    floats = np.random.default_rng(0).standard_normal(1000).astype(">f8").tobytes()
    batch = b"(" + b"".join(b"G" + floats[at : at + 8] for at in range(0, 8000, 8)) + b"e"
    with path.open("wb") as file:
        file.write(b"\x80\x02]")
        for _ in range(OPCODES // 1000):
            file.write(batch)
        file.write(b".")
    seconds, memory = whole([sys.executable, "-c", _SCAN, str(path)])
    size = f"{path.stat().st_size / 1e6:.0f} MB, `.pkl`"
    failed = memory > PICKLE_MEMORY
    ratio = ""
    if picklescan:
        peer, peer_memory = whole([picklescan, "--path", str(path)])
        print(f"| {size} | picklescan, whole process | {peer:.1f} s | | {peer_memory:.0f} MB |")
        ratio = f", {seconds / peer:.3f} of picklescan's time"
        failed |= seconds > PICKLE_LIMIT * peer
    print(f"| {size} | scan, whole process{ratio} | {seconds:.1f} s | | {memory:.0f} MB |")
    return failed


def whole(command: list[str]) -> tuple[float, float]:
    """Return the CPU seconds of a command, and its memory in MB."""
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    _, status, usage = os.wait4(started.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(started.stderr.read() if started.stderr else "it failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def run(kind: str, path: Path) -> tuple[float, float, float]:
    """Return the CPU seconds of the work and of its whole process, and the memory of that in MB."""
    done = subprocess.run([sys.executable, "-c", _RUN, kind, str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    work, whole, memory = done.stdout.split()
    return float(work), float(whole), float(memory)


def weights(seed: int) -> bytes:
    """Return the values of a tensor, spread as trained ones are."""
    values = np.random.default_rng(seed).standard_normal(_COUNT, np.float32) * np.float32(0.02)
    return values.tobytes()


def safetensors(folder: Path, ending: str, tensors: int) -> Path:
    """Write tensors as safetensors does."""
    size = 4 * _COUNT
    header = json.dumps(
        {
            f"layer.{number}": {
                "dtype": "F32",
                "shape": [2048, 2048],
                "data_offsets": [number * size, (number + 1) * size],
            }
            for number in range(tensors)
        }
    ).encode()
    header += b" " * (-len(header) % 8)
    path = folder / f"model.safetensors{ending}"
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for number in range(tensors):
            file.write(weights(number))
    return path


def zipped(folder: Path, ending: str, tensors: int) -> Path:
    """Write tensors as PyTorch does: a pickle that names storages, and each of them as a member that is not packed."""
    path = folder / f"model.pt{ending}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("model/data.pkl", b"\x80\x02](" + b"".join(map(_named, range(tensors))) + b"e.")
        archive.writestr("model/byteorder", b"little")
        for number in range(tensors):
            member = zipfile.ZipInfo(f"model/data/{number}")
            gap = -(archive.fp.tell() + 34 + len(member.filename)) % 64 if archive.fp else 0
            member.extra = b"FB" + gap.to_bytes(2, "little") + b"Z" * gap
            archive.writestr(member, weights(number))
        archive.writestr("model/version", b"3\n")
    return path


def _named(number: int) -> bytes:
    """Return the opcodes that make a tensor of a storage."""
    key = str(number).encode()
    parts = [b"X\x07\0\0\0storage", b"ctorch\nFloatStorage\n", b"X" + len(key).to_bytes(4, "little") + key]
    storage = b"(" + b"".join(parts) + b"X\x03\0\0\0cpu" + b"J" + _COUNT.to_bytes(4, "little") + b"tQ"
    shape = b"M\0\x08M\0\x08\x86M\0\x08K\x01\x86"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\0" + shape + b"\x89ccollections\nOrderedDict\n)RtR"


if __name__ == "__main__":
    main()
