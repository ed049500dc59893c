"""What the caches of torch.hub and kagglehub on the assessor's machine hold, read and never written.

torch.hub keeps weights by the last part of their address alone, `hub/checkpoints/<name>`, and loads what lies there, wherever
it came from. kagglehub keeps `models/<owner>/<model>/<framework>/<variation>/<version>` and
`datasets/<owner>/<dataset>/versions/<version>`, each with a mark where its download came to an end.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.artifacts.found import Found, State, Wanted
from supplychain.artifacts.hub_cache import walk
from supplychain.model.component import Kind

_PART = re.compile(r"(?!\.)[\w.-]+", re.ASCII)
_VERSION = re.compile(r"\d{1,9}", re.ASCII)


def of_clients(wanted: Wanted, limit: int) -> list[Found]:
    """Return the artifacts of a component that lie in a cache of torch.hub or kagglehub, at most `limit` of a version."""
    found = [*_of_torch(wanted)]
    if wanted.component.source == "kaggle":
        found += _of_kaggle(wanted, limit)
    return list({(one.revision, one.path): one for one in found}.values())


def checkpoints() -> Path:
    """Return where torch.hub keeps weights, found as `torch.hub.get_dir` finds it."""
    home = os.environ.get("TORCH_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "torch")  # noqa: PTH118
    return Path(os.path.expanduser(home)) / "hub" / "checkpoints"  # noqa: PTH111 - as the client does


def kaggle_folder() -> Path:
    """Return where kagglehub keeps what it fetched."""
    return Path(os.environ.get("KAGGLEHUB_CACHE") or os.path.expanduser("~/.cache/kagglehub"))  # noqa: PTH111


def _of_torch(wanted: Wanted) -> Iterator[Found]:
    folder = checkpoints()
    for reference in wanted.references:
        name = PurePosixPath(urlsplit(reference.address or "").path).name
        if reference.call not in catalog.artifacts().torch_hub_calls or not _PART.fullmatch(name):
            continue
        path = folder / name
        if path.is_symlink():
            yield Found(wanted, name, "cache", "not read", problem="a link in the cache of torch.hub")
        elif path.is_file():
            yield Found(wanted, name, "cache", located=path)


def _of_kaggle(wanted: Wanted, limit: int) -> Iterator[Found]:
    """Yield the files of the versions that places pin; of a place without one, the cache cannot tell which is loaded."""
    parts = wanted.component.name.split("/")
    is_model = wanted.component.kind is Kind.MODEL
    if len(parts) != (4 if is_model else 2) or not all(_PART.fullmatch(part) for part in parts):
        return
    folder = kaggle_folder().joinpath("models" if is_model else "datasets", *parts)
    for version in dict.fromkeys(reference.revision for reference in wanted.references):
        if version is None or not _VERSION.fullmatch(version) or not (folder / f"{version}.complete").is_file():
            continue
        inside = Path(os.path.realpath(folder))
        if not inside.is_relative_to(os.path.realpath(kaggle_folder())):
            continue
        root = inside / version if is_model else inside / "versions" / version
        for number, file in enumerate(walk(inside, root)):
            if number == limit:
                problem = f"max_files under [artifacts] of the policy is {limit:,}"
                yield Found(wanted, "more files", "cache", "not read", revision=version, problem=problem)
                break
            state: State = "bytes" if file.real else "not read"
            yield Found(wanted, file.path, "cache", state, located=file.real, revision=version, problem=file.problem)
