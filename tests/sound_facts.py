"""Facts on which the sound target passes: what registries list of its packages, advisories, and a report on its image.

All of it is written by the tests: the hashes are those of the target's own locks.
"""

from __future__ import annotations

import atexit
import json
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from supplychain.facts.snapshot import FACTS, write_manifest
from supplychain.facts.store import Entry, FactStore
from tests.sound_hub import HUB_FILES, hub_entry, sound_hub

__all__ = ["HUB_FILES", "hub_entry"]

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "examples" / "support-rag"
NOW = "2026-10-20T12:00:00+00:00"
"""The made-up time of the tests: none of them depends on the day."""
TODAY = "2026-10-20T06:00:00Z"
"""The morning of the tests' made-up day."""
Record = dict[str, Any]


def record(name: str = "GHSA-aaaa-bbbb-cccc", package: str = "sniffio", **fields: object) -> Record:
    """Return a record of OSV on every version of a package before 9.0.0, critical and published long ago."""
    events = [{"introduced": "0"}, {"fixed": "9.0.0"}]
    affected = {
        "package": {"ecosystem": "PyPI", "name": package},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    whole = {
        "schema_version": "1.6.0",
        "id": name,
        "modified": TODAY,
        "published": "2025-01-01T00:00:00Z",
        "summary": "written for a test",
        "affected": [affected],
        "database_specific": {"severity": "CRITICAL"},
    }
    return {**whole, **fields}


def every_version(package: str) -> list[Record]:
    """Return what makes a record affect every version of a package, with no fix."""
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]
    return [{"package": {"ecosystem": "PyPI", "name": package}, "ranges": ranges}]


OTHERS = (
    record("GHSA-xxxx-xxxx-xxxx", "planted-elsewhere"),
    record("MAL-2026-1", "planted-malware", affected=every_version("planted-malware"), database_specific={}),
)
"""Records on packages that the target does not use: the data cover PyPI, and hold malware."""


IMAGE = "package:docker/python"
"""The image of the sound target's Dockerfile."""
IMAGE_DIGEST = "sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7"


def image_report(*ids: str) -> Record:
    """Return what trivy says of the image: these vulnerabilities, and nothing else."""
    found = [{"VulnerabilityID": name, "PkgName": "zlib1g", "InstalledVersion": "1:1.3"} for name in ids]
    return {
        "SchemaVersion": 2,
        "CreatedAt": TODAY,
        "ArtifactName": f"python:3.11-slim@{IMAGE_DIGEST}",
        "ArtifactType": "container_image",
        "Metadata": {"RepoDigests": [f"python@{IMAGE_DIGEST}"]},
        "Results": [{"Target": "debian 12", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": found}],
    }


def snapshot(
    folder: Path,
    records: Sequence[Mapping[str, Any]] = (),
    modified: str = TODAY,
    image: Record | None = None,
    releases: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    hub: Mapping[str, Mapping[str, Any]] | None = None,
) -> Path:
    """Return a snapshot that holds an offline database with these records beside `OTHERS`, all changed on one day.

    With it lies the report of a scanner on the image, which is what the assessor hands in. `releases` are hashes of
    versions by package that the index lists beside those of the locks. `hub` are changes, by component, to what the hub
    says (see `hub_entry`); a component that the sound target does not have is listed as well, and everything of it is sound.
    """
    database = folder / "osv-scanner" / "PyPI"
    database.mkdir(parents=True)
    with ZipFile(database / "all.zip", "w") as archive:
        for entry in (*OTHERS, *records):
            archive.writestr(f"{entry['id']}.json", json.dumps({**entry, "modified": modified}))
    for name, versions in locked().items():
        FactStore(folder / FACTS).put(page(name, {**versions, **(releases or {}).get(name, {})}))
    for kept in sound_hub(hub or {}):
        FactStore(folder / FACTS).put(kept)
    (folder / "reports").mkdir()
    report = image_report() if image is None else image
    (folder / "reports" / "trivy.json").write_text(json.dumps(report))
    write_manifest(folder, datetime.fromisoformat(NOW))
    return folder


@cache
def sound_facts() -> Path:
    """Return a snapshot on which the sound target passes, made once a process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return snapshot(folder / "facts")


@cache
def locked() -> dict[str, dict[str, list[str]]]:
    """Return the hashes of each version of each package in the sound target's locks."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for lock in sorted(SAMPLE.rglob("requirements.txt")):
        statements = re.split(r"(?m)^(?=\w)", lock.read_text())
        for name, version, rest in re.findall(r"([\w.-]+)==(\S+)([^\0]*)", "\0".join(statements)):
            found[name][version] += re.findall(r"sha256:([0-9a-f]{64})", rest)
    return found


def page(name: str, versions: Mapping[str, Sequence[str]]) -> Entry:
    """Return what an index lists of a project: a wheel for each hash, uploaded long ago."""
    files = [
        {
            "filename": f"{name.replace('-', '_')}-{version}-{number}-py3-none-any.whl",
            "hashes": {"sha256": digest},
            "url": "a.whl",
            "upload-time": "2025-01-01T00:00:00Z",
        }
        for version, digests in versions.items()
        for number, digest in enumerate(dict.fromkeys(digests))
    ]
    body = {"meta": {"api-version": "1.1"}, "name": name, "versions": list(versions), "files": files}
    return Entry("pypi", name, "", datetime.fromisoformat(NOW), 200, json.dumps(body).encode(), ())
