"""What to change so that a vulnerable package is updated: the smallest version that is clean, and the line."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from supplychain.checks.packages import PackageUse
from supplychain.model.case import Case
from supplychain.model.fact import Matched, Vulnerability
from supplychain.model.package import Resolved

_COMMANDS = {
    "uv.lock": "uv lock --upgrade-package {name}=={version}",
    "poetry.lock": "poetry update {name}",
    "pdm.lock": "pdm update {name}",
    "Pipfile.lock": "pipenv upgrade {name}=={version}",
    "package-lock.json": "npm install {name}@{version}",
    "yarn.lock": "yarn upgrade {name}@{version}",
    "pnpm-lock.yaml": "pnpm update {name}@{version}",
}
"""How a lock is written anew, by its format; it is not edited by hand."""


def ranges(case: Case) -> dict[tuple[str, str], list[Resolved]]:
    """Return what manifests ask of packages that a lock beside them resolves, by project and component id."""
    found: dict[tuple[str, str], list[Resolved]] = {}
    for entry in case.graph.packages:
        if not entry.is_locked:
            found.setdefault((entry.project, entry.component.id), []).append(entry)
    return found


def fix_of(use: PackageUse, matched: Matched | None, vulnerability: Vulnerability, asking: Sequence[Resolved]) -> str:
    """Return the line to change and all that has to be known of it; empty where no version is known to fix it.

    The version is the smallest fixing one that no advisory at hand affects and that all of `asking` allow, a final
    release before a preliminary one; without such a one the smallest that is clean, and without that, that fixes.
    """
    if not vulnerability.fixed:
        return ""
    source, clean = use.component.source, matched.clean_versions if matched else ()
    known = allowed(source, clean, asking) or _final_first(source, clean) or _final_first(source, vulnerability.fixed)
    version = known[0]
    mark = "==" if use.component.source == "pypi" else "@"
    name = f"{use.component.name}{mark}"
    at = use.entry.at if use.entry else use.at
    told = [f"{at}: {name}{use.version} → {name}{version}", _why(version, matched)]
    told += [_against(entry, version) for entry in asking]
    if use.entry is not None:
        command = _COMMANDS.get(use.entry.format, "").format(name=use.component.name, version=version)
        told += [f"write the lock again: {command}"] if command else []
        told += ["with the hashes of the new version"] if use.entry.hashes and not command else []
        if use.entry.direct is False and not asking:
            told.append("another package asks for it, which may have to be updated with it")
    return "; ".join(filter(None, told))


def allowed(source: str, versions: Sequence[str], asking: Sequence[Resolved]) -> list[str]:
    """Return the versions that every entry of a manifest allows, in their order, final releases first."""
    return [version for version in _final_first(source, versions) if all(_allows(entry, version) for entry in asking)]


def _final_first(source: str, versions: Sequence[str]) -> list[str]:
    def is_preliminary(version: str) -> bool:
        if source != "pypi":
            return "-" in version
        try:
            return Version(version).is_prerelease
        except InvalidVersion:
            return False

    return sorted(versions, key=is_preliminary)


def _why(version: str, matched: Matched | None) -> str:
    clean = matched.clean_versions if matched else ()
    if not clean:
        return "the smallest version that fixes it, which other advisories at hand affect"
    if version == clean[0]:
        return "the smallest fixed version that no advisory at hand affects"
    return f"no advisory at hand affects it; {clean[0]} is smaller, and preliminary or not what the manifest allows"


def _against(entry: Resolved, version: str) -> str:
    """Return what has to be said of an entry of a manifest; empty where it allows the version."""
    is_allowed = _allows(entry, version)
    if is_allowed is None:
        return f"{entry.at} asks for {entry.asked}: see that it allows it"
    return "" if is_allowed else f"{entry.at} asks for {entry.asked}, which excludes it: change that too"


def _allows(entry: Resolved, version: str) -> bool | None:
    """Return whether an entry of a manifest allows a version; None where its form is one that only its client reads."""
    if not entry.asked:
        return True
    if entry.component.source != "pypi":
        return None
    try:
        return _specifiers(entry.asked).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return None


def _specifiers(asked: str) -> SpecifierSet:
    try:
        return Requirement(asked).specifier
    except InvalidRequirement:
        return SpecifierSet(asked)
