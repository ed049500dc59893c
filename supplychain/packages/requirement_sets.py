"""Lists of requirements that include each other: pip has one set of options and of constraints for each call of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from supplychain.model.package import IndexSetting, Resolved
from supplychain.packages.interface import Read
from supplychain.packages.requirements import is_constraints, is_exact, locked

_FILES = 64
"""Lists that are followed from one."""
_COPIES = 20_000
"""Settings that are told again for the lists that they hold for, too."""


@dataclass
class Lists:
    """The lists of requirements of a target, by path."""

    read: dict[str, Read]
    installed: set[str] = field(default_factory=set)
    """Those that another file includes to install."""

    def combine(self, given_by_commands: Iterable[IndexSetting] = ()) -> list[IndexSetting]:
        """Give each list the constraints of those that it is read with, and return all settings, for each list.

        What a command sets for a list is in force for those that the list includes. A list that only pins has no
        packages from then on.
        """
        pinning = {path for path in self.read if self._only_pins(path)}
        pins = {path: _pins(self.read[path]) for path in pinning}
        settings: dict[tuple[object, ...], IndexSetting] = {}
        given: dict[str, dict[str, set[Resolved]]] = {}
        for root in sorted(self.read):
            together = self._together(root)
            for path in together:
                for setting in self.read[path].settings if len(settings) < _COPIES else ():
                    for other in together:
                        copy = setting.model_copy(update={"applies": other})
                        settings.setdefault((copy.setting, copy.address, other, copy.at), copy)
            for entry in (pin for path in together & pinning for pin in pins[path].values()):
                for path in together - pinning:
                    given.setdefault(path, {}).setdefault(entry.component.id, set()).add(entry)
        for setting in given_by_commands:
            for other in self._together(setting.applies) - {setting.applies} if len(settings) < _COPIES else ():
                copy = setting.model_copy(update={"applies": other})
                settings.setdefault((copy.setting, copy.address, other, copy.at), copy)
        for path, found in self.read.items():
            known = given.get(path, {})
            found.packages = (
                [] if path in pinning else [_pinned(p, known.get(p.component.id, set())) for p in found.packages]
            )
            self.read[path] = locked(found)
        return list(settings.values())

    def _only_pins(self, path: str) -> bool:
        if path in self.installed:
            return False
        return is_constraints(path) or any(i.path == path and i.pins for r in self.read.values() for i in r.includes)

    def _together(self, root: str) -> set[str]:
        seen: set[str] = set()
        pending = [root]
        while pending and len(seen) < _FILES:
            path = pending.pop()
            if path not in seen and path in self.read:
                seen.add(path)
                pending += (include.path for include in self.read[path].includes)
        return seen


def _pins(found: Read) -> Mapping[str, Resolved]:
    """Return the packages of which a list of constraints has exactly one version."""
    versions: dict[str, list[Resolved]] = {}
    for entry in found.packages:
        versions.setdefault(entry.component.id, []).append(entry)
    return {name: entries[0] for name, entries in versions.items() if len(entries) == 1 and is_exact(entries[0])}


def _pinned(entry: Resolved, pins: set[Resolved]) -> Resolved:
    """Return an entry with the version and the hashes of its constraint, where all agree on one."""
    versions = {pin.version for pin in pins if not pin.marker}
    if entry.version is not None or entry.origin.form != "index" or len(versions) != 1 or len(pins) != 1:
        return entry
    pin = next(iter(pins))
    return entry.model_copy(update={"version": pin.version, "hashes": entry.hashes or pin.hashes})
