"""Digest and all layers over 1 GiB of weights, beside sha256 alone, in one run.

    python -m benchmarks.scan [ROUNDS]

Each runs in a process of its own, in turn, over the same files; what is compared is CPU time, of all threads. It fails
where a scan takes more than 2 times as long, or 400 MB.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

LIMIT = 2.0
MEMORY = 400.0
TENSORS = 64
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
    begin = time.process_time()
    scanned = scan(path)
    layers = {entry.layer for entry in scanned.coverage if entry.state == "ran"}
    if scanned.verdict != "safe" or not {"values", "carving"} <= layers:
        sys.exit(f"{scanned.verdict}: {scanned.problem} {scanned.indicators} {layers}")
print(time.process_time() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> None:
    """Print the table, and fail above a limit."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    failed = False
    print("| file | what | CPU, median | beside sha256 | peak memory |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for write in (safetensors, zipped):
            path = write(Path(folder))
            pairs = [(run("sha256", path), run("scan", path)) for _ in range(rounds)]
            ratios = [scanned[0] / alone[0] for alone, scanned in pairs]
            ratio, memory = statistics.median(ratios), max(scanned[1] for _, scanned in pairs)
            alone, scanned = (statistics.median(pair[place][0] for pair in pairs) for place in (0, 1))
            print(f"| 1 GiB, `{path.suffix}` | sha256 | {alone:.2f} s | 1.00 | {pairs[0][0][1]:.0f} MB |")
            print(
                f"| 1 GiB, `{path.suffix}` | scan | {scanned:.2f} s "
                f"| {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f}) | {memory:.0f} MB |"
            )
            failed |= ratio > LIMIT or memory > MEMORY
            path.unlink()
    sys.exit("above a limit" if failed else 0)


def run(kind: str, path: Path) -> tuple[float, float]:
    """Return the CPU seconds and the memory in MB of one process."""
    done = subprocess.run([sys.executable, "-c", _RUN, kind, str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def weights(seed: int) -> bytes:
    """Return the values of a tensor, spread as trained ones are."""
    values = np.random.default_rng(seed).standard_normal(_COUNT, np.float32) * np.float32(0.02)
    return values.tobytes()


def safetensors(folder: Path) -> Path:
    """Write 1 GiB of tensors as safetensors does."""
    size = 4 * _COUNT
    header = json.dumps(
        {
            f"layer.{number}": {
                "dtype": "F32",
                "shape": [2048, 2048],
                "data_offsets": [number * size, (number + 1) * size],
            }
            for number in range(TENSORS)
        }
    ).encode()
    header += b" " * (-len(header) % 8)
    path = folder / "model.safetensors"
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for number in range(TENSORS):
            file.write(weights(number))
    return path


def zipped(folder: Path) -> Path:
    """Write 1 GiB of tensors as PyTorch does: a pickle that names storages, and each of them as a member that is not packed."""
    path = folder / "model.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("model/data.pkl", b"\x80\x02](" + b"".join(map(_named, range(TENSORS))) + b"e.")
        archive.writestr("model/byteorder", b"little")
        for number in range(TENSORS):
            archive.writestr(f"model/data/{number}", weights(number))
        archive.writestr("model/version", b"3\n")
    return path


def _named(number: int) -> bytes:
    """Return the opcodes that name a storage by its persistent id."""
    key = str(number).encode()
    parts = [b"X\x07\0\0\0storage", b"ctorch\nFloatStorage\n", b"X" + len(key).to_bytes(4, "little") + key]
    return b"(" + b"".join(parts) + b"X\x03\0\0\0cpu" + b"J" + _COUNT.to_bytes(4, "little") + b"tQ"


if __name__ == "__main__":
    main()
