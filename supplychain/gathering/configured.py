"""Weights at hand held against the `config.json` beside them; what differs joins what the scan saw of their first file.

seen = with_settings(seen, digests, scanning)
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from supplychain.files import NotReadError
from supplychain.gathering.comparing import WeightFile, groups, own_files
from supplychain.gathering.scans import Scanning, Seen
from supplychain.model.scan import Coverage, Indicator
from supplychain.scan.configured import NAME, held
from supplychain.scan.engine import verdict
from supplychain.scan.remembered import bounds

if TYPE_CHECKING:
    from supplychain.artifacts import Digester

_SETTINGS = "config.json"
_NOT_HELD = "settings-not-held"
_Told = tuple[tuple[Indicator, ...], Coverage]
_TOLD: TypeAdapter[_Told] = TypeAdapter(_Told)


def with_settings(seen: Seen, digests: Digester, scanning: Scanning) -> Seen:
    """Return what was seen, with what of weights is otherwise than their settings say."""
    told: dict[tuple[str, str | None, str], _Told] = {}
    for component, revision, own in own_files(seen):
        settings = {str(PurePosixPath(file.path).parent): file for file in own if _is_settings(file)}
        for files in groups(own).values() if settings else ():
            beside = settings.get(str(PurePosixPath(files[0].path).parent))
            if beside is not None:
                told[component, revision, files[0].path] = _held(files, beside, digests, scanning)
    if not told:
        return seen
    scanning.remembered.save()
    found: Seen = []
    for one, scanned in seen:
        indicators, coverage = told.get((one.wanted.id, one.revision, one.path), ((), None))
        every = (*scanned.indicators, *indicators)
        layers = (*scanned.coverage, coverage) if coverage and coverage.state == "ran" else scanned.coverage
        values = {"indicators": every, "coverage": layers, "verdict": verdict(every, layers)}
        found.append((one, scanned.model_copy(update=values) if coverage else scanned))
    return found


def _is_settings(file: WeightFile) -> bool:
    return PurePosixPath(file.path).name == _SETTINGS


def _held(files: list[WeightFile], settings: WeightFile, digests: Digester, scanning: Scanning) -> _Told:
    """Return what differs, from memory where neither file is another one; where it could not be told, a note says why."""
    try:
        every = [digests.of(file.located, ("sha256",)).values["sha256"] for file in (*files, settings)]
    except NotReadError as error:
        return _not_held(str(error))
    about = f"settings:{','.join(every)}:{bounds(scanning.limits)}"
    text = scanning.remembered.text(about)
    if text is not None:
        return _TOLD.validate_json(text)
    found = held([str(file.located) for file in files], str(settings.located), scanning.limits)
    if found[1].state != "ran":
        return _not_held(found[1].reason)
    scanning.remembered.keep_text(about, _TOLD.dump_json(found).decode())
    return found


def _not_held(reason: str) -> _Told:
    note = Indicator(
        layer=NAME, rule=_NOT_HELD, verdict="note", says=f"not held against the settings beside it: {reason}"
    )
    return (note,), Coverage(layer=NAME, state="stopped", reason=reason)
