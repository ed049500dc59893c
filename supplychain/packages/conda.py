"""Conda: environment.yml as manifest, conda-lock.yml and explicit lists as locks.

Source: the documentation of conda ("Managing environments", "Package match specifications") and `conda_lock/lockfile/v1`
in conda-lock's own sources.
"""

from __future__ import annotations

import bisect
import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from supplychain.model.address import stated, without_credentials
from supplychain.model.component import Component, Kind
from supplychain.model.package import Drift, IndexSetting, Origin, Resolved, Setting
from supplychain.packages.conda_sources import Specification, file_at, hash_of, origin_at, package, specification
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from supplychain.packages.python_sources import origin_of
from supplychain.packages.python_sources import package as pypi_package
from supplychain.packages.requirements import read_list
from supplychain.packages.typed import items, table, text
from supplychain.yaml_document import Table, from_yaml

_FORMAT = "environment.yml"
_ADDED = 5_000
_APART = 50_000
"""Characters between two items of a list."""
_PACKAGE, _METADATA = re.compile(r"(?m)^package:"), re.compile(r"(?m)^metadata:")
_PYTHON = re.compile(r"(?:[^\s:]+::)?(?:python|pip)(?:[\s=<>!~].*)?")
_EXPLICIT = re.compile(r"(?m)^@EXPLICIT\s*$")


def read(source: SourceFile) -> Read | None:
    """Return the packages and the channels of an environment, a conda-lock file or an explicit list; None for another.

    No environment counts as locked: it has no hashes, even where `conda env export` wrote a version of everything.

    Raises:
        NotParsedError: it is not as its format asks.
    """
    if _EXPLICIT.search(source.text):
        return Read(packages=list(_listed(source)))
    root = _root(source)
    if "package" in root and "metadata" in root:
        return _lock(root, source)
    return _environment(root, source) if _is_environment(root) else None


def is_lock(source: SourceFile) -> bool:
    """Whether a file is a lock by its content: an explicit list, or what conda-lock writes."""
    text = source.text
    return bool(_EXPLICIT.search(text) or (_PACKAGE.search(text) and _METADATA.search(text)))


def drift(lock: SourceFile, manifests: Mapping[str, SourceFile]) -> tuple[Drift, ...] | str:
    """Return what environments ask for and a lock does not have; an explicit list does not say what it was made for.

    Raises:
        NotParsedError: a file is not as its format asks.
    """
    if _EXPLICIT.search(lock.text):
        return "an explicit list does not say which environment it was made for"
    packages = _lock(_root(lock), lock).packages
    versions: dict[str, set[str]] = {}
    for item in packages:
        versions.setdefault(item.component.id, set()).add(item.version or "")
    environments = (read(source) for path, source in manifests.items() if path.lower().endswith((".yml", ".yaml")))
    known = [environment for environment in environments if environment is not None]
    found = []
    for environment in known:
        for asked in environment.packages:
            locked = versions.get(asked.component.id)
            if locked is None or (asked.version is not None and asked.version not in locked):
                has = f"has {', '.join(sorted(locked))}" if locked else "does not know it"
                reason = f"the environment asks for {asked.asked or 'any version'}, and the lock {has}"
                found.append(Drift(component=asked.component.id, at=asked.at, reason=reason))
    return tuple(found) if known else "there is no environment beside it"


def _is_environment(root: Mapping[str, Any]) -> bool:
    """Whether a mapping is an environment: other things have dependencies too."""
    listed = root.get("dependencies")
    if not isinstance(listed, list):
        return False
    is_python = any(isinstance(item, str) and _PYTHON.fullmatch(item) for item in listed)
    has_pip = any(isinstance(item, dict) and "pip" in item for item in listed)
    return is_python or has_pip or ("channels" in root and any(isinstance(item, str) for item in listed))


def _root(source: SourceFile) -> Table:
    documents = from_yaml(source.text)
    if len(documents) != 1 or not isinstance(documents[0], Table):
        raise NotParsedError("it holds no mapping", 1)
    return documents[0]


def _environment(root: Table, source: SourceFile) -> Read:
    found = Read()
    lines = _Lines(source.text)
    for channel in items(root.get("channels"), "channels", root.lines.get("channels")):
        name = text(channel, "a channel")
        found.settings.append(_setting(name, source, lines.of(name, root.lines["channels"])))
    start = root.lines["dependencies"]
    added: dict[int, str] = {}
    for item in items(root.get("dependencies"), "dependencies", start):
        if isinstance(item, dict):
            for requirement in items(item.get("pip"), "pip", start):
                stated_ = text(requirement, "a requirement", start)
                line = lines.of(stated_, start)
                if len(added) >= _ADDED:
                    raise NotParsedError(f"its pip part has more than {_ADDED:,} requirements", line)
                added[next(number for number in itertools.count(line) if number not in added)] = stated_
        elif item is not None:
            stated_ = text(item, "a dependency", start)
            line = lines.of(stated_, start)
            found.packages.append(_asked(specification(stated_, line), stated_, line, source))
    return _with_pip(found, added, source) if added else found


def _with_pip(found: Read, added: Mapping[int, str], source: SourceFile) -> Read:
    """Add the pip part of an environment: requirements, each on its line, as a list of pip has them."""
    listed = "\n".join(added.get(number, "") for number in range(1, max(added) + 1))
    part = read_list(replace(source, data=listed.encode("utf-8", "replace")))
    changes = {"format": _FORMAT, "is_locked": False, "direct": True}
    found.packages += (entry.model_copy(update=changes) for entry in part.packages)
    found.settings += part.settings
    found.unread += part.unread
    found.includes += part.includes
    return found


class _Lines:
    """The lines of the items of an environment, which are looked for by their text in the order in which they stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._begins = [0, *(match.end() for match in re.finditer("\n", text))]
        self._after: dict[int, int] = {}

    def of(self, item: str, start: int) -> int:
        """Return the line of the next item of the list that starts on a line; that of the last one where it is not found."""
        begin = self._after.get(start, self._begins[start - 1])
        found = self._text.find(item, begin, begin + len(item) + _APART)
        self._after[start] = found + len(item) if found >= 0 else begin
        return bisect.bisect_right(self._begins, found if found >= 0 else begin)


def _asked(asked: Specification, text: str, line: int, source: SourceFile) -> Resolved:
    return Resolved(
        component=package(asked.name),
        version=asked.version,
        asked=without_credentials(text) if "::" not in text else text.rpartition("::")[2],
        at=source.at(line),
        project=source.folder,
        format=_FORMAT,
        is_locked=False,
        origin=Origin(address=without_credentials(asked.channel) if asked.channel else None),
        direct=True,
        digest=source.digest,
    )


def _setting(channel: str, source: SourceFile, line: int) -> IndexSetting:
    return IndexSetting(
        ecosystem="conda",
        setting=Setting.CHANNEL,
        address=stated(channel),
        applies=source.path,
        call="channels",
        at=source.at(line),
        digest=source.digest,
    )


def _lock(root: Table, source: SourceFile) -> Read:
    """Return what conda-lock wrote."""
    version = root.get("version", "1")
    if version != "1":
        raise NotParsedError(f"its version is {str(version)[:20]!r}; 1 is read", root.lines.get("version"))
    packages = [_locked(said, source, line) for said, line in _entries(root)]
    metadata = table(root.get("metadata"), "metadata")
    paths = [text(path, "a source") for path in items(metadata.get("sources"), "sources of metadata")]
    made_from = [posixpath.normpath(posixpath.join(source.folder, path)) for path in paths]
    return Read(packages=packages, settings=_channels_of_lock(metadata, source), made_from=made_from)


def _entries(root: Table) -> Iterator[tuple[Mapping[str, Any], int]]:
    """Yield the packages of what conda-lock wrote, each with its line."""
    for item in items(root.get("package"), "package", root.lines.get("package")):
        if not isinstance(item, Table):
            raise NotParsedError("a package is no mapping", root.lines.get("package"))
        yield item, min(item.lines.values(), default=root.lines.get("package", 1))


def _locked(said: Mapping[str, Any], source: SourceFile, line: int) -> Resolved:
    name, version = text(said.get("name"), "name", line), text(said.get("version"), "version", line)
    address, manager = text(said.get("url"), "url", line), text(said.get("manager"), "manager", line)
    if manager not in {"conda", "pip"} or not name:
        raise NotParsedError("a package without a name or a manager", line)
    is_conda = manager == "conda"
    given = table(said.get("hash"), "hash", line)
    found = [hash_of(text(value, f"hash of {name}", line)) for key, value in given.items() if key in {"sha256", "md5"}]
    category = text(said.get("category"), "category", line) or "main"
    return Resolved(
        component=package(name.lower()) if is_conda else pypi_package(name, line),
        version=version or None,
        asked=without_credentials(address).partition("#")[0],
        at=source.at(line),
        project=source.folder,
        format="conda-lock",
        is_locked=True,
        hashes=tuple(item for item in found if item),
        origin=origin_at(address, name.lower(), version) if is_conda else origin_of(address, source.folder)[0],
        marker=text(said.get("platform"), "platform", line),
        groups=() if category == "main" else (category,),
        digest=source.digest,
    )


def _channels_of_lock(metadata: Mapping[str, Any], source: SourceFile) -> list[IndexSetting]:
    found = []
    for channel in items(metadata.get("channels"), "channels"):
        address = (
            channel if isinstance(channel, str) else text(table(channel, "a channel").get("url"), "url of a channel")
        )
        line = getattr(channel, "lines", {}).get("url", 1)
        found.append(_setting(address, source, line))
    return found


def _listed(source: SourceFile) -> Iterator[Resolved]:
    """Yield the packages of an explicit list: an address on each line, with a hash behind `#`."""
    is_open = False
    for number, line in enumerate(source.text.splitlines(), 1):
        plain = line.strip()
        if plain == "@EXPLICIT":
            is_open = True
        elif plain and not plain.startswith("#"):
            if not is_open:
                raise NotParsedError("a line before @EXPLICIT", number)
            yield _explicit(plain, number, source)


def _explicit(plain: str, line: int, source: SourceFile) -> Resolved:
    address, _, fragment = plain.partition("#")
    known = file_at(address)
    digest = hash_of(fragment)
    if known is None and (re.search(r"\s", plain) or "/" not in plain):
        raise NotParsedError("a line of an explicit list that is no address", line)
    name = known.name if known else re.sub(r"^\w+://", "", without_credentials(address))
    component = package(name) if known else Component(kind=Kind.PACKAGE, source="url", name=name)
    return Resolved(
        component=component,
        version=known.version if known else None,
        asked=without_credentials(address),
        at=source.at(line),
        project=source.folder,
        format="conda list --explicit",
        is_locked=True,
        hashes=(digest,) if digest else (),
        origin=Origin(address=known.channel) if known else Origin(form="address", address=without_credentials(address)),
        marker=known.platform if known else "",
        digest=source.digest,
    )
