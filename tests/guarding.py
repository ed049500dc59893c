"""What the tests of the guard share: a manifest, files that it lists, and the guard as a process that has only itself."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supplychain import guard

COMMIT = "5" * 40
HUB = "model:huggingface/org/name"
INTENT = "model:file/models/intent.bin"
WEIGHTS = b"weights of a model\n" * 100


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Site:
    """A folder with models, a manifest, and the folder of deny list and quarantine."""

    root: Path

    @property
    def manifest(self) -> Path:
        return self.root / ".supplychain" / "guard.json"

    @property
    def state(self) -> Path:
        return self.root / ".supplychain" / "guard"

    @property
    def denied(self) -> list[str]:
        """What the deny list holds, in its order."""
        path = self.state / "denied.jsonl"
        return [json.loads(line)["denied"] for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def quarantined(self) -> list[str]:
        """The digests of what lies in quarantine."""
        folder = self.state / "quarantine"
        return sorted(sha256(path.read_bytes()) for path in folder.iterdir()) if folder.is_dir() else []

    def put(self, name: str, data: bytes = WEIGHTS) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def write(self, *artifacts: dict[str, Any], **changes: Any) -> Site:
        """Write a manifest that lists these artifacts, all of trusted sources unless `changes` say otherwise."""
        names = dict.fromkeys([*(item["component"] for item in artifacts), HUB])
        sources = [{"id": name, "revisions": [None] if ":file/" in name else [COMMIT]} for name in names]
        content = {"schema": 1, "sources": sources, "artifacts": list(artifacts), **changes}
        self.put(".supplychain/guard.json", json.dumps(content).encode())
        return self

    def run(self, *arguments: str | Path, timeout: float = 20) -> subprocess.CompletedProcess[str]:
        """Run a copy of the guard that lies alone, in a Python without any package."""
        alone = self.root / "alone"
        alone.mkdir(exist_ok=True)
        shutil.copy(guard.__file__, alone / "guard.py")
        command = [sys.executable, "-I", "-S", str(alone / "guard.py"), *map(str, arguments)]
        return subprocess.run(
            [*command, "--manifest", str(self.manifest)],
            cwd=alone,
            env={},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def problems(self, path: Path, **options: Any) -> list[guard.Problem]:
        """Return why the guard refuses a path in this process; none where it accepts it."""
        try:
            assert guard.verify_before_load(path, self.manifest, **options) == str(path)
        except guard.CouldNotRun:
            raise
        except guard.Rejected as error:
            return list(error.problems)
        return []


def artifact(path: str, data: bytes = WEIGHTS, component: str = "", **changes: Any) -> dict[str, Any]:
    """Return an entry of a manifest."""
    owner = component or f"model:file/{path}"
    return {"component": owner, "path": path, "sha256": sha256(data), "size": len(data), **changes}
