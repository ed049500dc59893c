"""pip requirement files: lists of requirements, and locks where each is exactly one version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from posixpath import join, normpath

from packaging.requirements import InvalidRequirement, Requirement

from supplychain.model.address import stated, without_credentials
from supplychain.model.package import Drift, IndexSetting, Origin, Resolved, Setting
from supplychain.model.reference import is_immutable
from supplychain.packages import compiled, pyproject, setup_files
from supplychain.packages.interface import Include, NotParsedError, Read, SourceFile
from supplychain.packages.python_drift import unmet
from supplychain.packages.python_sources import exact, file_name, hashes, origin_of, package, told_by_file, unnamed
from supplychain.packages.requirement_lines import Line, decoded, lines
from supplychain.packages.unread import unread

_NAMED = re.compile(r"(.*/)?(([^/]*requirements|constraints)[^/]*|(requirements|reqs_[^/]*)/[^/]+)\.(txt|in)")
_MISSPELT = re.compile(r"(?i)(.*/)?([^/]*req[a-z]{2,8}m[a-z]{0,4}t|reqs?|[^/]*depend[ae]nc)[^/]*")
_CONSTRAINTS = re.compile(r"(?i)(.*/)?[^/]*constraints?[^/]*")
_SIZE = 500_000
"""Bytes of a list that nothing but its content says is one."""
_LEAST, _VALID, _PINNED = 2, 0.95, 0.5
"""Lines of such a list, the part of them that are requirements, and the part of those that give a version."""
_SHOWN = 20
"""Lines of one file that are told one by one where they are no requirements."""
_ADDRESS = re.compile(r"(?i)(?:[a-z][a-z0-9+.-]*:)?//|(?:git|hg|svn|bzr)\+|file:")
_PATH = re.compile(r"(?:\.{0,2}[/\\]|~|[^;\s@]*[/\\])|\.{1,2}(?:\[|$|\s)|[^;\s]+\.(?:whl|zip|tar\.gz|tgz)$")
_MARKER = re.compile(r"\s*;\s+|\s+;\s*")
_EXTRAS = re.compile(r"(?P<begin>.*[^\[])\[(?P<extras>[\w., -]*)\]")
_EGG = re.compile(r"[#&]egg=(?P<name>[\w.-]+)(?:\[(?P<extras>[\w., -]*)\])?")
_SETTINGS = {
    "index_url": Setting.INDEX,
    "extra_index_urls": Setting.EXTRA,
    "find_links": Setting.FIND_LINKS,
    "trusted_hosts": Setting.TRUSTED_HOST,
}
FORMAT = "requirements"


def is_constraints(path: str) -> bool:
    """Whether a list of this name pins versions and installs nothing, as long as no other file installs it."""
    return _CONSTRAINTS.fullmatch(path) is not None


def read(source: SourceFile) -> Read | None:
    """Return the packages of a file that its name or its content shows to be a list of requirements, or None.

    Raises:
        NotParsedError: it is called a requirement file, and is none.
    """
    if _NAMED.fullmatch(source.path):
        return read_list(source)
    if len(source.data) > _SIZE:
        return None
    try:
        text = decoded(source.data)
    except NotParsedError:
        return None
    return read_list(source) if _is_list(list(lines(text)), source.path) else None


def _is_list(found: list[Line], path: str) -> bool:
    """Whether nearly all lines are requirements, and it is called so or enough of them give a version."""
    named = pinned = wrong = 0
    for line in found:
        if line.requirement and not line.problem:
            try:
                requirement = Requirement(line.requirement)
            except InvalidRequirement:
                wrong += 1
            else:
                named += 1
                pinned += bool(requirement.specifier or requirement.url)
        else:
            wrong += bool(line.problem)
        if wrong > (named + wrong) * (1 - _VALID) + 3:
            return False
    is_told = _MISSPELT.fullmatch(path) is not None or pinned >= max(_LEAST, _PINNED * named)
    return named > 0 and named >= _VALID * (named + wrong) and is_told


def read_list(source: SourceFile) -> Read:
    """Return the packages of a list of requirements, its options, and the files that it includes.

    Raises:
        NotParsedError: it is no text, or not in the encoding that it states.
    """
    text = decoded(source.data)
    found = Read()
    problems: list[tuple[int, str]] = []
    for line in lines(text):
        if line.problem:
            problems.append((line.number, f"pip would refuse it: {line.problem}"))
        problems += _options(line, source, found)
        for asked, is_editable in [(line.requirement, False), *((e, True) for e in line.options.get("editables", ()))]:
            if asked and not line.problem:
                try:
                    found.packages.append(_entry(asked, line, source, is_editable=is_editable))
                except (InvalidRequirement, NotParsedError):
                    shown = without_credentials(asked)[:80]
                    problems.append((line.number, f"{shown!r} is no requirement as pip reads it"))
    for number, reason in problems[:_SHOWN]:
        found.unread.append(unread(source, "package manifest", reason, number))
    if len(problems) > _SHOWN:
        last = unread(source, "package manifest", "more lines that pip would refuse", problems[_SHOWN][0])
        found.unread.append(last.model_copy(update={"count": len(problems) - _SHOWN}))
    made = compiled.header(text, source.path)
    found.made_from = list(made.inputs)
    if made.is_compiled:
        asked_for = compiled.asked_for(text)
        found.packages = [p.model_copy(update={"direct": asked_for.get(p.at.line or 0)}) for p in found.packages]
    return found


def locked(found: Read) -> Read:
    """Return a list with its entries marked as locked where each of them is exactly one version."""
    own = [entry for entry in found.packages if entry.origin.form != "folder"]
    if own and all(is_exact(entry) for entry in own):
        found.packages = [entry.model_copy(update={"is_locked": True}) for entry in found.packages]
    return found


def is_exact(entry: Resolved) -> bool:
    """Whether an entry can only be one thing: a version, one file, or a repository at a whole commit."""
    if entry.origin.form == "repository":
        return is_immutable(entry.origin.commit)
    return entry.version is not None or entry.origin.form == "address"


def _options(line: Line, source: SourceFile, found: Read) -> Iterable[tuple[int, str]]:
    """Add the settings and the included files of a line; yield what is wrong with them."""
    place = source.at(line.number)
    for option, setting in _SETTINGS.items():
        for address in line.options.get(option, ()):
            found.settings.append(_setting(setting, stated(address), source, line.number))
    if "no_index" in line.options:
        found.settings.append(_setting(Setting.NO_INDEX, "", source, line.number))
    for option in ("requirements", "constraints"):
        for name in line.options.get(option, ()):
            path = normpath(join(source.folder, name.replace("\\", "/")))
            if _ADDRESS.match(name):
                yield (
                    line.number,
                    f"{without_credentials(name)[:80]!r} is included from elsewhere, which is not fetched",
                )
            elif path.startswith(("../", "/")):
                yield line.number, f"{name[:80]!r} is included from outside the target, which is not read"
            else:
                found.includes.append(Include(path, place, pins=option == "constraints"))


def _setting(setting: Setting, address: str | None, source: SourceFile, line: int) -> IndexSetting:
    return IndexSetting(
        ecosystem="pypi",
        setting=setting,
        address=address,
        applies=source.path,
        call="requirement option",
        at=source.at(line),
        digest=source.digest,
    )


@dataclass(frozen=True)
class _Direct:
    """An address or a path, cut into its parts."""

    url: str
    marker: str
    extras: tuple[str, ...]


def _entry(asked: str, line: Line, source: SourceFile, *, is_editable: bool) -> Resolved:
    given = hashes(line.hashes)
    if is_editable or _ADDRESS.match(asked) or (_PATH.match(asked) and " @ " not in asked):
        return _direct(_parted(asked), given, line.number, source)
    requirement = Requirement(asked)
    component = package(requirement.name, line.number)
    origin, stated_hashes = origin_of(requirement.url, source.folder) if requirement.url else (Origin(), ())
    told = told_by_file(file_name(requirement.url)) if requirement.url and origin.form == "address" else None
    version = told[1] if told and told[0] == component.name else exact(requirement.specifier)
    return Resolved(
        component=component,
        version=version,
        asked=without_credentials(requirement.url) if requirement.url else str(requirement.specifier),
        at=source.at(line.number),
        project=source.folder,
        format=FORMAT,
        is_locked=False,
        hashes=tuple(dict.fromkeys((*given, *stated_hashes))),
        origin=origin,
        marker=str(requirement.marker or ""),
        extras=tuple(sorted(requirement.extras)),
        digest=source.digest,
    )


def _parted(asked: str) -> _Direct:
    parts = _MARKER.split(asked, maxsplit=1)
    match = _EXTRAS.fullmatch(parts[0]) if not _EGG.search(parts[0]) else None
    url, extras = (match["begin"], match["extras"]) if match else (parts[0], "")
    return _Direct(url, parts[1] if len(parts) > 1 else "", _names(extras))


def _names(text: str) -> tuple[str, ...]:
    return tuple(sorted(filter(None, (part.strip() for part in text.split(",")))))


def _direct(direct: _Direct, given: tuple[str, ...], line: int, source: SourceFile) -> Resolved:
    origin, stated_hashes = origin_of(direct.url, source.folder)
    told = told_by_file(file_name(direct.url)) if origin.form == "address" else None
    egg = _EGG.search(direct.url)
    name = egg["name"] if egg else told[0] if told else ""
    return Resolved(
        component=package(name, line) if name else unnamed(origin),
        version=told[1] if told else None,
        asked=without_credentials(direct.url),
        at=source.at(line),
        project=source.folder,
        format=FORMAT,
        is_locked=False,
        hashes=tuple(dict.fromkeys((*given, *stated_hashes))),
        origin=origin,
        marker=direct.marker,
        extras=direct.extras or _names(egg["extras"] or "" if egg else ""),
        digest=source.digest,
    )


def drift(lock: SourceFile, manifests: Mapping[str, SourceFile]) -> tuple[Drift, ...] | str:
    """Return what the manifests ask for that a list was made from, and the list does not have.

    What it was made from is what its header says, or the list of its name that ends in `.in`. A list without both is
    its own manifest, unless a project stands beside it: then nothing says whether it is a lock of that.

    Raises:
        NotParsedError: a file is not as its format asks.
    """
    made = compiled.header(decoded(lock.data), lock.path)
    sources = [path for path in made.inputs if path in manifests and path != lock.path]
    if made.is_compiled and (not made.inputs or len(sources) < len(made.inputs)):
        gone = [path for path in made.inputs if path not in sources] or ["what its header does not say"]
        return f"it was made from {', '.join(gone)[:200]}, which is no manifest of its project"
    beside = lock.path.rpartition(".")[0] + ".in"
    if not sources and beside in manifests and beside != lock.path:
        sources = [beside]
    if not sources:
        others = [path for path in manifests if path.endswith((".toml", "setup.py", "setup.cfg"))]
        return f"it does not say whether it was made from {others[0]}; make it with a tool that does" if others else ()
    asked = [entry for path in sources for entry in _asked(manifests[path], made)]
    versions: dict[str, list[str | None]] = {}
    for entry in read_list(lock).packages:
        versions.setdefault(entry.component.id, []).append(entry.version)
    return unmet(asked, versions, lock.path, is_universal=made.is_universal)


def _asked(manifest: SourceFile, made: compiled.Header) -> list[Resolved]:
    if manifest.path.endswith(".toml"):
        found = pyproject.read(manifest)
    elif manifest.path.endswith((".py", ".cfg")):
        found = setup_files.read(manifest)
    else:
        found = read_list(manifest)
    entries = found.packages if found else []
    return [entry for entry in entries if not entry.groups or made.takes(entry.groups)]
