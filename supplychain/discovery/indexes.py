"""Where package clients are told to fetch from: options of install commands, and environment variables.

What an option of a command sets is in force for what that command installs: for the packages that it names, to the lists
of requirements that it reads, and to the folder of the project that it installs; another command of its file knows
nothing of it. What
an environment variable sets, or a command that writes a configuration, is in force for whatever runs later, and applies
to the whole target, unless `reach` knows what runs later; one that is set before a command is in force for that command.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256

from supplychain import catalog
from supplychain.catalog.command import Command
from supplychain.catalog.interface import IndexSettings
from supplychain.discovery.interface import SourceFile
from supplychain.discovery.options import is_placeholder
from supplychain.discovery.words import Arguments, Word
from supplychain.model.address import stated
from supplychain.model.package import Ecosystem, IndexSetting, Setting

_READ_BY_SETUP = ("requirements.txt", "requirements.in")
"""Lists at the top of a target, which its setup code usually reads."""
_SCRIPT = 6
"""Words of a command among which scripts are that it runs."""
_SCRIPTS = (".sh", ".bash", ".zsh", ".bat", ".cmd", ".ps1", ".py")
_MOST = 100
"""Addresses of one value that are looked at."""
_NAMED = re.compile(r"[\w.-]+=(?=[\w+]+:)")
"""The name that uv lets stand before the address of an index."""
_SCOPED = re.compile(r"(?:--)?(?P<scope>@[\w.~-]+):registry|npmScopes\.(?P<berry>[\w.~-]+)\.npmRegistryServer")
_OPTION = re.compile(
    rb"""[\s"'](?:-[ifc]|-ihttps?:[^\s"']*|--(?:extra-)?index[\w-]*|--find-links|--trusted-host|--registry|--channel)[\s"'=]"""
    rb"|config[\"',\s]{1,6}set"
)
_INSTALLS = {
    client: re.compile(client + rb"""[3x]?["',\s]{1,40}(?:install|add|sync|create|ci|i|config|run|tool|pip)["',\s]""")
    for client in (b"pip", b"uv", b"conda", b"mamba", b"npm", b"yarn")
}
"""What begins an install command, by the client's name: looking for a name alone is much faster."""
_ANY = re.compile("")
_FORMS = {
    Setting.INDEX: (_ADDRESS := re.compile(r"://|^\s*[./~\\]|^[A-Za-z]:[\\/]")),
    Setting.EXTRA: _ADDRESS,
    Setting.MAPPED: _ADDRESS,
    Setting.TRUSTED_HOST: re.compile(r"[.:*]|localhost"),
}
"""What the value of a variable has to hold to be one."""
_FOLDER = re.compile(r"(?:\.{0,2}/[^\[\]]*|\.{1,2})(?:\[.*\])?")


def installed_by(entry: Command, arguments: Arguments, source: SourceFile) -> list[str]:
    """Return the files and folders that a command is in force for that installs packages."""
    ecosystem = _ecosystem(entry)
    if ecosystem is None:
        return []
    is_project = entry.takes == "project" or ecosystem == "npm"
    return list(_applying(catalog.indexes()[ecosystem], arguments, source, is_project))


def run_by(words: Sequence[Word], source: SourceFile) -> list[str]:
    """Return the scripts of the target that a command names, which it may run."""
    texts = (word.text.strip("\"'") for word in words[:_SCRIPT] if "." in word.text)
    found = [text for text in texts if text.lower().endswith(_SCRIPTS)]
    return [place for text in found if (place := place_of(text, source)) is not None]


def of_command(entry: Command, words: Sequence[Word], places: Sequence[str], source: SourceFile) -> list[IndexSetting]:
    """Return what the options of a command set that installs packages, for the places that it is in force for."""
    ecosystem = _ecosystem(entry)
    if ecosystem is None:
        return []
    client = catalog.indexes()[ecosystem]
    found = _given(client, ecosystem, entry, words, source)
    for index, word in enumerate(words):
        if word.text.startswith("--pip-args"):
            held = word.text.partition("=")[2] or "".join(part.text for part in words[index + 1 : index + 2])
            found += _given(client, ecosystem, entry, [word.part(part) for part in _split(held)], source)
    for word in words:
        match = _SCOPED.fullmatch(word.text.partition("=")[0])
        if match and word.text.startswith("--@"):
            value = word.part(word.text.partition("=")[2])
            found += _settings(Setting.MAPPED, value, ecosystem, entry.words, source, match["scope"])
    command = sha256("\0".join((entry.words, *(word.text for word in words))).encode()).hexdigest()
    return [
        item.model_copy(update={"applies": place, "command": command if place == source.path else ""})
        for place in places
        for item in found
    ]


def of_configuration(
    entry: Command, words: Sequence[Word], arguments: Arguments, source: SourceFile
) -> list[IndexSetting]:
    """Return what a command sets that writes a configuration: `pip config set`, `npm config set`, `conda config`."""
    ecosystem = _ecosystem(entry)
    if ecosystem is None:
        return []
    pairs: list[tuple[str, Word]] = []
    if ecosystem == "conda":
        marks = {"--add", "--append", "--prepend", "--set"}
        pairs = [(words[i + 1].text, words[i + 2]) for i, w in enumerate(words[:-2]) if w.text in marks]
    elif entry.words.endswith("source add"):
        names = arguments.positional
        return _source(arguments, names[1], entry, source) if len(names) > 1 else []
    elif arguments.positional and "=" in arguments.positional[0].text:
        for word in arguments.positional:
            name, _, given = word.text.partition("=")
            pairs.append((name, word.part(given)))
    elif len(arguments.positional) > 1:
        pairs = [(arguments.positional[0].text, arguments.positional[1])]
    return [item for name, value in pairs for item in _keyed(name, value, ecosystem, entry.words, source)]


def of_variables(settings: Iterable[tuple[str, Word]], source: SourceFile, applies: str = "") -> list[IndexSetting]:
    """Return what environment variables set; most are none of a package client's."""
    found: list[IndexSetting] = []
    for name, value in settings:
        ecosystem = variables().get(name)
        if ecosystem is None or not value.text.strip():
            continue
        client = catalog.indexes()[ecosystem]
        if name in client.insecure:
            insecure = value.text.strip().lower() in client.insecure[name]
            found += _settings(Setting.TRUSTED_HOST, value.part("*"), ecosystem, name, source) if insecure else []
        elif client.variables[name] is not Setting.NO_INDEX:
            if value.is_known and not _FORMS.get(client.variables[name], _ANY).search(value.text):
                continue  # a file that only speaks of the variable
            found += _settings(client.variables[name], value, ecosystem, name, source)
        elif value.text.strip().lower() in {"1", "true", "yes", "on"}:
            found += _settings(Setting.NO_INDEX, value.part(""), ecosystem, name, source)
    return [item.model_copy(update={"applies": applies}) for item in found] if applies else found


@cache
def variables() -> dict[str, Ecosystem]:
    """Return the ecosystem of each environment variable that a package client reads for where to fetch from."""
    found: dict[str, Ecosystem] = {}
    for ecosystem in ("pypi", "npm", "conda"):
        client = catalog.indexes()[ecosystem]
        for name in (*client.variables, *client.insecure):
            if re.fullmatch(r"\w+", name):
                found[name] = ecosystem
    return found


def may_install(data: bytes) -> bool:
    """Whether Python source may hold a command that says where to fetch from: a look at the bytes, since most has none."""
    if b"install" not in data and b"config" not in data:
        return False
    named = (pattern for client, pattern in _INSTALLS.items() if client in data)
    return any(pattern.search(data) for pattern in named) and _OPTION.search(data) is not None


def _ecosystem(entry: Command) -> Ecosystem | None:
    registry = entry.registry
    return registry if registry in {"pypi", "npm", "conda"} else None  # type: ignore[return-value]


def _given(
    client: IndexSettings, ecosystem: Ecosystem, entry: Command, words: Sequence[Word], source: SourceFile
) -> list[IndexSetting]:
    found: list[IndexSetting] = []
    own = {value for value in entry.values or () if value not in client.options}
    for setting, value, position in client.given([word.text for word in words], own):
        found += _settings(setting, words[position].part(value), ecosystem, entry.words, source)
    return found


def _settings(
    setting: Setting, value: Word, ecosystem: Ecosystem, call: str, source: SourceFile, only: str = ""
) -> list[IndexSetting]:
    """Return the settings of one value, which may list several addresses."""
    parts = [""] if setting is Setting.NO_INDEX else re.split(r"[\s,]+", value.text.strip().strip("\"'"))
    if len(parts) > _MOST or (not value.is_known and len(parts) > 1):
        parts = [value.text]  # one that is not known stands for all of them
        value = replace(value, is_known=False)
    found = []
    for part in parts:
        plain = _NAMED.sub("", part, count=1)
        if is_placeholder(plain) or (not plain and setting is not Setting.NO_INDEX):
            continue
        is_whole = value.is_known or not re.search(r"\s", plain)
        address = stated(plain, is_known=value.is_known) if plain and is_whole else None if plain else ""
        item = IndexSetting(
            ecosystem=ecosystem,
            setting=setting,
            address=address,
            only=only,
            call=call,
            at=source.at(value.line),
            digest=source.digest,
        )
        found.append(item)
    return found


def of_key(name: str, value: Word, ecosystem: Ecosystem, call: str, source: SourceFile) -> list[IndexSetting]:
    """Return what a key of a client's configuration sets, `index-url` or `@scope:registry`; most are no settings of it."""
    return _keyed(name, value, ecosystem, call, source)


def _keyed(name: str, value: Word, ecosystem: Ecosystem, call: str, source: SourceFile) -> list[IndexSetting]:
    client = catalog.indexes()[ecosystem]
    if match := _SCOPED.fullmatch(name):
        scope = match["scope"] or f"@{match['berry']}"
        return _settings(Setting.MAPPED, value, ecosystem, call, source, scope)
    plain = name if name in client.keys else name.partition(".")[2]
    if plain in client.keys and value.text:
        return _settings(client.keys[plain], value, ecosystem, call, source)
    if value.text.lower() in client.insecure.get(name, ()):
        return _settings(Setting.TRUSTED_HOST, value.part("*"), ecosystem, call, source)
    return []


def _source(arguments: Arguments, value: Word, entry: Command, source: SourceFile) -> list[IndexSetting]:
    """Return what `poetry source add` sets: an explicit source answers only for what is asked of it by name."""
    priority = arguments.one(["--priority"])
    how = {"primary": Setting.INDEX, "default": Setting.INDEX}.get(priority.text if priority else "primary")
    is_explicit = priority is not None and priority.text == "explicit"
    return [] if is_explicit else _settings(how or Setting.EXTRA, value, "pypi", entry.words, source)


def _applying(client: IndexSettings, arguments: Arguments, source: SourceFile, is_project: bool) -> Iterator[str]:
    """Yield what an install command is in force for: its file, its lists, and the folders that it installs."""
    lists = [word for name in client.lists for word in arguments.options.get(name, ())]
    found = {source.path: None, **{place: None for word in lists if (place := place_of(word.text, source))}}
    named = [*arguments.positional, *arguments.options.get("-e", ()), *arguments.options.get("--editable", ())]
    folders = [word.text.partition("[")[0] for word in named if _FOLDER.fullmatch(word.text)]
    for text in folders or (["."] if is_project and not named and not lists else []):
        for base in dict.fromkeys((posixpath.dirname(source.path), "")):
            folder = posixpath.normpath(posixpath.join(base, text)).removeprefix(".").lstrip("/")
            manifests = [name for name in client.projects if source.exists(posixpath.join(folder, name))]
            if manifests:
                found |= dict.fromkeys([f"{folder}/"] if folder else _at_top(client, manifests, source))
                break
    yield from found


def _at_top(client: IndexSettings, manifests: list[str], source: SourceFile) -> list[str]:
    """Return the files of the project at the top of the target, whose folder would be all of it; empty text is that."""
    if not client.lists:
        return [""]  # the members of a workspace are installed with it
    return manifests + [name for name in _READ_BY_SETUP if source.exists(name)]


def place_of(text: str, source: SourceFile) -> str | None:
    """Return the file of the target that a path leads to: from the file's folder, from the top, or as it was copied."""
    parts = [part for part in posixpath.normpath(text).split("/") if part not in {"", ".", ".."}]
    for start in range(len(parts)):
        for base in (posixpath.dirname(source.path), ""):
            path = posixpath.join(base, *parts[start:])
            if source.exists(path):
                return path
    return None


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
