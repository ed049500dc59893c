"""Programs and archives that carving says to see in weights that hold none: over random weights, and over real ones.

    python -m benchmarks.carving [FOLDER]

It writes four files of 256 MiB, one at a time: F32, F16, BF16 and F64, half of each spread as trained values are, half with
every bit drawn evenly, which looks most like a payload. FOLDER holds models that somebody trained; whatever in it has tensors
counts. It fails where anything is seen.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from supplychain.model.scan import Scanned
from supplychain.scan.engine import scan

_EACH = 256 << 20
_PIECE = 4 << 20
_SIZES = {"F32": 4, "F16": 2, "BF16": 2, "F64": 8}


def main() -> None:
    """Print the table, and fail where something is seen."""
    print("| weights | files | bytes searched | seen |\n| --- | --- | --- | --- |")
    failed = False
    for dtype in _SIZES:
        with tempfile.TemporaryDirectory() as folder:
            failed |= _row(f"random, {dtype}", [scan(str(drawn(Path(folder), dtype)))])
    for root in sys.argv[1:]:
        found = [scanned for scanned in real(Path(root)) if _searched(scanned)]
        for name in sorted({scanned.format for scanned in found}):
            failed |= _row(f"real, {name}", [scanned for scanned in found if scanned.format == name])
    sys.exit("something was seen" if failed else 0)


def real(root: Path) -> Iterator[Scanned]:
    """Yield what is seen of every file under a folder."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield scan(str(path))


def _searched(scanned: Scanned) -> int:
    return sum(entry.bytes for entry in scanned.coverage if entry.layer == "carving" and entry.state == "ran")


def _row(called: str, found: list[Scanned]) -> bool:
    told = [(one.path, each) for one in found for each in one.indicators if each.layer == "carving"]
    print(f"| {called} | {len(found):,} | {sum(map(_searched, found)):,} | {len(told):,} |", flush=True)
    for path, each in told:
        print(f"{path}: {each.says}, {each.where}", file=sys.stderr)
    return bool(told) or not all(map(_searched, found))


def drawn(folder: Path, dtype: str) -> Path:
    """Write weights of one type as safetensors does."""
    size, source = _SIZES[dtype], np.random.default_rng(len(dtype) * 100 + _SIZES[dtype])
    header = json.dumps({"w": {"dtype": dtype, "shape": [_EACH // size], "data_offsets": [0, _EACH]}}).encode()
    path = folder / "model.safetensors"
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for number in range(_EACH // _PIECE):
            file.write(source.bytes(_PIECE) if number % 2 else trained(source, dtype))
    return path


def trained(source: np.random.Generator, dtype: str) -> bytes:
    """Return values that are spread as those of a layer are."""
    values = source.standard_normal(_PIECE // _SIZES[dtype]) * 0.02
    if dtype == "BF16":
        return (values.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()
    return values.astype(f"<f{_SIZES[dtype]}").tobytes()


if __name__ == "__main__":
    main()
