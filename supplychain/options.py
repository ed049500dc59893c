"""What a run is asked for: behave's `-D` values, or the options of the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from supplychain.control import house
from supplychain.folders import user_folder

KNOWN = {
    "target": "the folder of the repository under assessment",
    "policy": "the assessor's policy.toml, outside the target",
    "reports": "the folder that a run is written to",
    "state": "the file that remembers the runs of a project",
    "now": "a made-up time, ISO 8601 with its zone; marks the run as simulated",
    "facts": "cache: no request is sent, what was fetched before counts; online: registries and advisories are asked; or "
    "the folder of a snapshot",
    "house": "numbers of house rules that are tagged @off and are to be decided all the same: 90,92; or all",
    "fetch": "off: no artifact is fetched; on: those of models and datasets that are pinned, from the hub that names them",
    "behavior": "off: no component is loaded in a sandbox",
    "executor": "local: artifacts are scanned by processes of this machine; or the address of a Dask scheduler, such as "
    "tcp://10.0.0.5:8786, whose workers see the same files",
}
"""The userdata of this version; another name is refused, so that a misspelt one is not ignored."""
DEFAULTS = {"behavior": "off"}
"""The only value that this version has built for an option."""


FactsLevel = Literal["cache", "online"]
_SCHEDULER = re.compile(r"(tcp|tls|ws|wss)://([\w.-]+|\[[0-9a-fA-F:.]+\]):\d{1,5}", re.ASCII)


class OptionsError(Exception):
    """An option that cannot be used; the message names the ones that can."""


@dataclass(frozen=True)
class Options:
    """What a run is asked for."""

    target: Path
    policy: Path | None
    reports: Path
    now: datetime
    simulated: bool
    state: Path | None = None
    """None: the project's own file in the user's state directory."""
    facts: FactsLevel | Path = "cache"
    """Where facts come from; a path is the folder of a snapshot."""
    house: tuple[int, ...] = ()
    """Scenarios of the house that are decided although they are tagged off."""
    fetch: bool = False
    """Whether bytes of pinned models and datasets that are not at hand are fetched."""
    executor: str = "local"
    """What scans artifacts: `local`, or the address of a Dask scheduler."""

    @classmethod
    def of(cls, userdata: Mapping[str, str]) -> Options:
        """Return the options that `userdata` holds.

        Raises:
            OptionsError: one is missing, unknown, or not of its form.
        """
        known = ", ".join(f"-D {name}=…" for name in KNOWN)
        if unknown := sorted(name for name in userdata if name not in KNOWN and "." not in name):
            raise OptionsError(f"unknown option -D {unknown[0]}=…; this version knows {known}")
        if not userdata.get("target"):
            raise OptionsError("no target was given; run behave -D target=PATH, PATH being a repository's folder")
        for name, value in DEFAULTS.items():
            if userdata.get(name, value) != value:
                raise OptionsError(f"{name}={userdata[name]} is not built in this version; give {name}={value}")
        target = Path(userdata["target"])
        policy = Path(userdata["policy"]) if userdata.get("policy") else None
        now = userdata.get("now")
        return cls(
            target=target,
            policy=policy,
            reports=_reports(userdata.get("reports"), target),
            now=_moment(now) if now else datetime.now(UTC),
            simulated=bool(now),
            state=_state(userdata.get("state"), target),
            facts=facts_level(userdata.get("facts", "cache"), target),
            house=_house(userdata["house"]) if "house" in userdata else (),
            fetch=_switched(userdata.get("fetch", "off"), "fetch"),
            executor=_executor(userdata.get("executor", "local")),
        )


def _reports(given: str | None, target: Path) -> Path:
    """Return the folder for reports: never inside the target, into which nothing is written."""
    folder = Path(given or "reports").absolute()
    if not _is_inside(folder, target):
        return folder
    if given:
        raise OptionsError(
            f"reports={given} lies inside the target, into which nothing is written; name another folder"
        )
    return user_folder("state") / "reports" / Path(os.path.realpath(target)).name


def _state(given: str | None, target: Path) -> Path | None:
    if given and _is_inside(Path(given).absolute(), target):
        raise OptionsError(f"state={given} lies inside the target, which cannot keep its own record; name another file")
    return Path(given) if given else None


def facts_level(given: str, target: Path) -> FactsLevel | Path:
    """Return where facts come from, as it was given: a level, or the folder of a snapshot.

    Raises:
        OptionsError: it is neither, or lies inside the target.
    """
    levels: dict[str, FactsLevel] = {"cache": "cache", "online": "online"}
    if given in levels:
        return levels[given]
    if not given or not Path(given).is_dir():
        step = "give cache, online, or the folder that supplychain snapshot wrote"
        raise OptionsError(f"facts={given} is no folder; {step}")
    if _is_inside(Path(given).absolute(), target):
        raise OptionsError(f"facts={given} lies inside the target, which cannot state facts of itself; move it out")
    return Path(given)


def _house(given: str) -> tuple[int, ...]:
    known = {str(scenario.number): scenario for scenario in house()}
    if given == "all":
        return tuple(map(int, known))
    numbers = [part.strip() for part in given.split(",")]
    if unknown := [number for number in numbers if number not in known]:
        listed = ", ".join(f"{number} ({scenario.name})" for number, scenario in known.items())
        raise OptionsError(
            f"house={given}: {unknown[0] or 'nothing'} is no rule of the house; there are {listed}, and all"
        )
    return tuple(map(int, numbers))


def _switched(given: str, name: str) -> bool:
    if given not in {"off", "on"}:
        raise OptionsError(f"{name}={given} is neither off nor on")
    return given == "on"


def _executor(given: str) -> str:
    if given != "local" and not _SCHEDULER.fullmatch(given):
        raise OptionsError(
            f"executor={given} is neither local nor the address of a Dask scheduler, such as tcp://10.0.0.5:8786"
        )
    return given


def _is_inside(path: Path, target: Path) -> bool:
    """Whether a path leads into the target; unlike Path.resolve, this bears a link that leads to itself."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(target))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise OptionsError(f"now={text} is not a time such as 2026-10-01T12:00:00+00:00") from error
    if moment.tzinfo is None:
        raise OptionsError(f"now={text} has no time zone; write {moment.isoformat()}+00:00 for UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise OptionsError(f"now={text} lies outside the years 1 to 9999") from error
