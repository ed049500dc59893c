"""`supplychain verify`: files scanned, and held against the manifest of the load guard; nothing is changed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from supplychain import guard
from supplychain.model.component import Kind
from supplychain.model.reference import Scope
from supplychain.verbs.interface import Code, VerbError, gather, shown
from supplychain.verbs.scanning import scanned

_UNDECIDED = frozenset({"pointer", "md5-only"})
"""Reasons of a refusal that show nothing wrong: there is nothing that could."""


def verify(path: Path, manifest: Path | None, component: str | None) -> int:
    """Print each file that the guard would refuse and what the scan saw, why, and the next step.

    Without a manifest, `path` is one file, which is scanned; a target with a manifest of its own, of which the models and
    datasets of production are scanned and held against it; or another folder, of which every file is scanned. With one, it
    is a file or folder that is to be loaded.

    Raises:
        VerbError: manifest or deny list cannot be used, so that nothing is accepted.
    """
    if not os.path.lexists(path):
        raise VerbError(f"{shown(path)} does not exist; give a file or folder")
    named = path / guard.MANIFEST if manifest is None else manifest
    if manifest is None and not os.path.lexists(named):
        return _unlisted(path, component)
    try:
        known = guard.read_manifest(named)
        denied = guard.Store(named.absolute().parent / "guard").denied()
    except guard.CouldNotRun as error:
        raise VerbError(str(error)) from error
    files = [path] if manifest else list(_lying(path, known))
    if not files:
        raise VerbError(f"{shown(path)}: no model or dataset of production lies in it", Code.UNDETERMINED)
    problems = [problem for file in files for problem in guard.inspect(file, known, denied, component=component)]
    for problem in problems:
        print(f"refused {problem}")
    print(f"{shown(path)}: {len(files)} held against {shown(named)}, {len(problems)} refused")
    refused = Code.HOLDS
    if problems:
        refused = Code.DOES_NOT_HOLD if {problem.rule for problem in problems} - _UNDECIDED else Code.UNDETERMINED
    return _worst(refused, scanned([file for file in files if os.path.lexists(file)]))


def _unlisted(path: Path, component: str | None) -> Code:
    """Scan what no manifest lists; a folder of which nothing is wrong is open, since one that lost its manifest is as well.

    Raises:
        VerbError: it was to be of a component, which only a manifest says.
    """
    if component is not None:
        raise VerbError("--component asks what a manifest lists; name it: --manifest FILE")
    found = scanned([path])
    if not path.is_dir():
        return found
    print(
        f"{shown(path)}: held against no manifest; write it with supplychain guard TARGET, or name it: --manifest FILE"
    )
    return _worst(found, Code.UNDETERMINED)


def _worst(*codes: Code) -> Code:
    order: Sequence[Code] = (Code.DOES_NOT_HOLD, Code.UNDETERMINED, Code.HOLDS)
    return min(codes, key=order.index)


def _lying(root: Path, known: guard.Manifest) -> Iterator[Path]:
    """Yield the models and datasets that lie in a target: what discovery finds there, and what the manifest lists."""
    found = gather(root)
    names = {
        reference.component.name
        for kind in (Kind.MODEL, Kind.DATASET)
        for reference in found.inventory.of(kind, {Scope.PROD})
        if reference.component.is_file
    }
    listed = {"/".join(entry.parts) for entry in known.entries if ":file/" in entry.component}
    for name in sorted(names | listed):
        file = found.target.get(name)
        if not any(name.startswith(f"{other}/") for other in names):  # it is verified with its folder
            yield root / (file.raw if file else name)
