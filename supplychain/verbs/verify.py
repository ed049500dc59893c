"""`supplychain verify`: hold files against the manifest of the load guard, by the guard itself; nothing is changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from supplychain import guard
from supplychain.model.component import Kind
from supplychain.model.reference import Scope
from supplychain.verbs.interface import Code, VerbError, gather, shown

_UNDECIDED = frozenset({"pointer", "md5-only"})
"""Reasons of a refusal that show nothing wrong: there is nothing that could."""


def verify(path: Path, manifest: Path | None, component: str | None) -> int:
    """Print each file that the guard would refuse, why, and the next step.

    Without a manifest, `path` is a target, and what lies in it as a model or dataset of production is verified; with
    one, it is a file or folder that is to be loaded.

    Raises:
        VerbError: manifest or deny list cannot be used, so that nothing is accepted.
    """
    if not os.path.lexists(path):
        raise VerbError(f"{shown(path)} does not exist; give a file or folder")
    if manifest is None and not path.is_dir():
        raise VerbError(f"{shown(path)} is one file; name the manifest that lists it: --manifest FILE")
    named = path / guard.MANIFEST if manifest is None else manifest
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
    if {problem.rule for problem in problems} - _UNDECIDED:
        return Code.DOES_NOT_HOLD
    return Code.UNDETERMINED if problems else Code.HOLDS


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
