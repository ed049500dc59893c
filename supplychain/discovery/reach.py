"""What the environment of a script, an image build or a workflow is in force for: what these install and run.

An `export`, an `ENV` or the `env` of a workflow holds for the commands of its own file, for the lists and projects that
these install, and for the scripts that they run, and so on. A script that others read with `source` sets it for them
as well; one that neither installs nor runs anything is there for others, and sets it for the whole target.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from supplychain.discovery import indexes
from supplychain.discovery.interface import Found
from supplychain.discovery.kinds import kind_of
from supplychain.model.package import IndexSetting

_PLACES = 500
"""Files and folders that are followed from one; what reaches more is in force for the whole target."""
_WORKFLOWS = ".github/workflows/"


def in_force(found: Mapping[str, Found]) -> Iterator[IndexSetting]:
    """Yield the settings of all files by path, each for every file and folder that it is in force for."""
    readers: dict[str, list[str]] = {}
    for path, part in found.items():
        for read in part.sourced:
            readers.setdefault(read, []).append(path)
    for path, part in sorted(found.items()):
        places = _reached(path, found, readers) if part.settings and _is_environment(path) else []
        for item in part.settings:
            is_meant = not item.applies and (item.call in indexes.variables() or _is_image(path))
            if is_meant and places:
                yield from (item.model_copy(update={"applies": place}) for place in places)
            else:
                yield item


def run_by_images(found: Mapping[str, Found], images: Collection[str]) -> frozenset[str]:
    """Return the scripts that the builds of some images run, wherever they lie: what these install is in the images."""
    seen: set[str] = set()
    pending = [place for path in images if _is_image(path) for place in found[path].installs]
    while pending:
        path = pending.pop()
        if path in found and path not in seen and _is_script(path):
            seen.add(path)
            pending += found[path].installs
    return frozenset(seen)


def _is_image(path: str) -> bool:
    kind = kind_of(path)
    return kind is not None and kind.key == "dockerfile"


def _is_environment(path: str) -> bool:
    return _is_image(path) or path.startswith(_WORKFLOWS) or _is_script(path)


def _is_script(path: str) -> bool:
    kind = kind_of(path)
    return kind is not None and kind.key == "shell"


def _reached(path: str, found: Mapping[str, Found], readers: Mapping[str, list[str]]) -> list[str]:
    """Return the files and folders that the environment of a file holds for; none: the whole target."""
    seen: dict[str, None] = {}
    pending = [path, *readers.get(path, ())]
    while pending:
        place = pending.pop()
        if place in seen:
            continue
        if place == "" or len(seen) == _PLACES:
            return []
        seen[place] = None
        pending += found[place].installs if place in found else ()
    return list(seen) if len(seen) > 1 or found[path].installs else []
