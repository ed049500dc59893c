"""A cache of Hugging Face's client with bytes that the tests made, laid out as the client lays it out."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from supplychain.model.component import Component
from tests.sound_hub import COMMITS, HUB_FILES, LARGE, git_oid, lfs_oid

__all__ = ["hub_cache", "sound_cache", "write_cache"]


def hub_cache(home: Path) -> Path:
    """Return the folder that the client keeps its cache in, below `HF_HOME`."""
    return home / "hub"


def write_cache(home: Path, component: str, files: Mapping[str, bytes], commit: str, *, main: bool = False) -> Path:
    """Write files of a revision as if they had been downloaded; return the folder of the revision.

    `main`: the hub's default stood for this commit when it was downloaded.
    """
    parsed = Component.parse(component)
    folder = hub_cache(home) / "--".join((f"{parsed.kind}s", *parsed.name.split("/")))
    revision = folder / "snapshots" / commit
    for path, content in files.items():
        blob = folder / "blobs" / (lfs_oid(content) if path.endswith(LARGE) else git_oid(content))
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(content)
        link = revision / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        depth = len(Path(path).parts)
        link.symlink_to("/".join([*[".."] * (depth + 1), "blobs", blob.name]))
    if main:
        (folder / "refs").mkdir(exist_ok=True)
        (folder / "refs" / "main").write_text(commit)
    return revision


@cache
def sound_cache() -> Path:
    """Return a home of the client that holds the sound target's model and dataset at the pinned commits."""
    home = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for component, files in HUB_FILES.items():
        write_cache(home, component, files, COMMITS[component])
    return home
