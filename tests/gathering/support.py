"""Models in a cache of Hugging Face's client, scanned as a run scans them."""

from __future__ import annotations

import json
import struct
from datetime import timedelta
from pathlib import Path

from supplychain.artifacts.remembered import Digester
from supplychain.gathering.comparing import compared
from supplychain.gathering.configured import with_settings
from supplychain.gathering.scans import Scanning, Seen, told
from supplychain.model.artifact import Artifact
from supplychain.model.case import Case
from supplychain.model.reference import Relation
from supplychain.model.scan import Compared, Scanned
from supplychain.scan.peers import Peer
from supplychain.scan.remembered import Remembered
from supplychain.sealed import key_of
from supplychain.target import Target
from tests.artifacts.support import AT, COMMIT, case_of, reference
from tests.hub_cache import write_cache

MODEL = "model:huggingface/org/tuned"
BASE = "model:huggingface/org/base"
DATASET = "dataset:huggingface/org/rows"


def safetensors(**tensors: tuple[float, ...]) -> bytes:
    """Return a safetensors file of 32-bit numbers."""
    header, data = {}, b""
    for name, values in tensors.items():
        packed = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": [len(values)], "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


class Runs:
    """Runs one after the other on one machine, with what each remembers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "hf"
        self.peers: dict[str, tuple[Peer, str]] = {}
        self.case: Case = case_of(reference(MODEL, COMMIT), reference(DATASET, COMMIT))

    def put(self, component: str, **files: bytes) -> Path:
        """Put files into the cache, their names with `__` for a dot; return the folder of the revision."""
        named = {name.replace("__", "."): data for name, data in files.items()}
        return write_cache(self.home, component, named, COMMIT, main=True)

    def run(self, *, days: int = 0, target: Target | None = None, executor: str = "local") -> Run:
        """Return what a run some days later sees."""
        return Run(self, self.case, target or Target.of({"readme.txt": b"x"}), days, executor)


class Run:
    """One run: the artifacts, what was scanned, and how many files were read."""

    def __init__(self, runs: Runs, case: Case, target: Target, days: int, executor: str) -> None:
        from supplychain import artifacts

        now = case.now + timedelta(days=days)
        key, cache = key_of(runs.folder / "state"), runs.folder / "cache"
        digests = Digester(cache, key, "digests.json", now, 30, 1 << 40)
        scanning = Scanning(Remembered(cache, key, "scans.json", now, 30), 1 << 40, executor=executor, peers=runs.peers)
        seen: Seen = []
        self.artifacts: tuple[Artifact, ...] = artifacts.gather(
            target, case, fetch=False, digests=digests, look=lambda founds: seen.extend(scanning.look(founds, digests))
        )
        scanning.settle()
        self.scans: tuple[Scanned, ...] = told(with_settings(seen, digests, scanning))
        self.comparisons: tuple[Compared, ...] = compared(case, seen, digests, scanning)
        self.hashed, self.scanned = digests.read, scanning.read

    def of(self, path: str) -> Scanned:
        """Return what was seen of one path."""
        (found,) = (scanned for scanned in self.scans if scanned.path == path)
        return found


def tuned_from(case: Case, base: str, subject: str = MODEL) -> Case:
    """Return a case in which a file of the target says what the model comes from."""
    said = Relation(subject=subject, kind="fine-tuned from", object=base, at=AT)
    return case.model_copy(update={"inventory": case.inventory.model_copy(update={"relations": (said,)})})
