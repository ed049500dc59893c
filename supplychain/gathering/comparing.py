"""Weights held against those of the model that they come from, where the bytes of both are at hand.

changes = {"comparisons": compared(case, seen, digests, scanning)}

What a model comes from is what its hub says, or what a file of the target says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from supplychain.artifacts import hub_cache
from supplychain.files import NotReadError
from supplychain.gathering.scans import Scanning, Seen
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.scan import Compared
from supplychain.scan.interface import StoppedError
from supplychain.scan.remembered import bounds
from supplychain.scan.source import opened

if TYPE_CHECKING:
    from supplychain.artifacts import Digester

MOST = 200
"""Pairs that are held against each other in a run."""
_MOST_FILES = 10_000
_SHARD = re.compile(r"(.*)-\d{5}-of-\d{5}(\.\w+)")


@dataclass(frozen=True)
class WeightFile:
    """A file of a model that is at hand."""

    path: str
    located: Path


@dataclass(frozen=True)
class _Base:
    id: str
    revision: str | None
    files: tuple[WeightFile, ...]


def compared(case: Case, seen: Seen, digests: Digester, scanning: Scanning) -> tuple[Compared, ...]:
    """Return what each file of weights shows beside its base, those of several files as the first of them."""
    found: list[Compared] = []
    for component, revision, own in own_files(seen):
        for base in _bases(case, component, revision, seen):
            for name, files in groups(own).items():
                if len(found) < MOST:
                    found.append(_compare(component, name, files, base, digests, scanning))
    scanning.remembered.save()
    digests.save()
    return tuple(found)


def own_files(seen: Seen) -> Iterator[tuple[str, str | None, list[WeightFile]]]:
    """Yield the files at hand of each model and revision."""
    found: dict[tuple[str, str | None], list[WeightFile]] = {}
    for one, _ in seen:
        if one.located is not None and one.wanted.component.kind is Kind.MODEL:
            found.setdefault((one.wanted.id, one.revision), []).append(WeightFile(one.path, one.located))
    for (component, revision), files in found.items():
        yield component, revision, files


def _bases(case: Case, component: str, revision: str | None, seen: Seen) -> Iterator[_Base]:
    """Yield what a model comes from, as far as files of it are at hand."""
    records = [record for record in case.hub if record.component == component]
    named = [
        f"model:huggingface/{name}" for r in records if revision in {r.revision, r.commit, None} for name in r.bases
    ]
    relations = (
        one for one in case.inventory.relations if one.kind == "fine-tuned from" and _is_of(one.subject, component)
    )
    named += [one.object for one in relations]
    for name in dict.fromkeys(named):
        if name != component and (base := _at_hand(case, name, seen)) is not None:
            yield base


def _is_of(subject: str, component: str) -> bool:
    """Whether what is said of a folder of the target is said of a file in it: its card lies beside its weights."""
    own, said = Component.parse(component), Component.parse(subject)
    if subject == component or not (own.is_file and said.is_file):
        return subject == component
    return PurePosixPath(own.name).parent == PurePosixPath(said.name)


def _at_hand(case: Case, name: str, seen: Seen) -> _Base | None:
    own = next((found for found in own_files(seen) if found[0] == name), None)
    if own is not None:
        return _Base(name, own[1], tuple(own[2]))
    commits = [record.commit for record in case.hub if record.component == name and record.commit]
    component = Component.parse(name)
    for revision in (*commits, None) if component.source == "huggingface" else ():
        for folder, _ in hub_cache.folders():
            held = hub_cache.snapshot(folder, component, revision, _MOST_FILES)
            files = tuple(WeightFile(file.path, file.real) for file in held.files if file.real) if held else ()
            if held and files:
                return _Base(name, held.commit, files)
    return None


def groups(files: list[WeightFile] | tuple[WeightFile, ...]) -> dict[str, list[WeightFile]]:
    """Return the files of weights, those that were split together, by a name: safetensors, or else what torch writes."""
    kinds = {file: _kind(file) for file in files}
    best = next((kind for kind in ("safetensors", "zip") if kind in kinds.values()), None)
    groups: dict[str, list[WeightFile]] = {}
    for file in sorted((file for file in files if best and kinds[file] == best), key=lambda file: file.path):
        match = _SHARD.fullmatch(file.path)
        groups.setdefault(match[1] + match[2] if match else file.path, []).append(file)
    return groups


def _kind(file: WeightFile) -> str:
    """Return what a file is by its bytes, as far as weights can be read of it."""
    from supplychain.scan import safetensors
    from supplychain.scan.archives import zip as archive

    try:
        with opened(str(file.located), file.path) as reader:
            return "safetensors" if safetensors.matches(reader) else "zip" if archive.matches(reader) else ""
    except StoppedError:
        return ""


def _compare(
    component: str, name: str, files: list[WeightFile], base: _Base, digests: Digester, scanning: Scanning
) -> Compared:
    theirs = groups(base.files)
    chosen = theirs.get(name) or (next(iter(theirs.values())) if len(theirs) == 1 else [])
    first = files[0]
    try:
        ours = [digests.of(file.located, ("sha256",)).values["sha256"] for file in files]
        others = [digests.of(file.located, ("sha256",)).values["sha256"] for file in chosen]
    except NotReadError as error:
        return _told(component, first, base, "", "", "not compared", says=str(error))
    if not chosen:
        says = f"its base has {len(theirs)} sets of weights at hand, and none of its name"
        return _told(component, first, base, "", ours[0], "not compared", says=says)
    about = f"compare:{','.join(ours)}:{','.join(others)}:{bounds(scanning.limits)}"
    text = scanning.remembered.text(about)
    known = json.loads(text) if text is not None else _held(files, chosen, scanning)
    if text is None and known["state"] != "not compared":
        scanning.remembered.keep_text(about, json.dumps(known))
    return _told(component, first, base, chosen[0].path, ours[0], **known)


def _held(files: list[WeightFile], base: list[WeightFile], scanning: Scanning) -> dict[str, object]:
    from supplychain.scan.pool import compare_apart

    bar = scanning.progress("comparing weights with their base", 1)
    found = compare_apart([str(file.located) for file in files], [str(file.located) for file in base], scanning.limits)
    bar.update(1)
    bar.close()
    fields = ("state", "tensors", "changed", "missing", "says")
    return {name: getattr(found, name) for name in fields}


def _told(
    component: str, file: WeightFile, base: _Base, base_path: str, sha256: str, state: object, **more: object
) -> Compared:
    values = {"component": component, "path": file.path, "base": base.id, "base_path": base_path, "sha256": sha256}
    return Compared.model_validate({**values, "base_revision": base.revision, "state": state, **more})
