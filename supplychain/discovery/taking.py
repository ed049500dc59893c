"""What the words after the name of a command stand for, for each thing that a command of the catalog takes."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from supplychain import catalog
from supplychain.catalog.command import Command
from supplychain.discovery import indexes
from supplychain.discovery.downloads import from_download, from_repository
from supplychain.discovery.hosted import host_of, service_at
from supplychain.discovery.images import refer_image
from supplychain.discovery.installs import refer_package
from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.naming import Named, from_address, from_name, is_address, not_a_name
from supplychain.discovery.options import Options, is_placeholder, setting
from supplychain.discovery.parts import add
from supplychain.discovery.variables import from_variables
from supplychain.discovery.words import ASSIGNED, Arguments, Word, split
from supplychain.model.component import Component, Kind

_VARIABLE = re.compile(r"\"?\$[{(]?(?P<name>[\w@*]+)[^/:]*")
_ON_HUB = re.compile(r"(?:(?:hf\.co|huggingface\.co|HF:/)/)(?P<name>[\w.-]+/[\w.-]+)(?::[\w.-]+)?")
_BODY = 100_000
"""Characters of the body of a request that are read."""
_COMMA = re.compile(r",(?![^\[]*\])")
"""What stands between packages in one word, and not between the extras of one."""
_LISTED = 100
"""Values of one option that are read."""


@dataclass(frozen=True)
class Taking:
    """A command while its words are read."""

    entry: Command
    words: Sequence[Word]
    """Those after its name."""
    options: Options
    source: SourceFile
    found: Found
    follow: Callable[[Sequence[Word]], Found]
    """Reads a command among the words."""

    def take(self) -> list[Word]:
        """Add what the words name; return those that need not be read as options of any program."""
        return _TAKES[self.entry.takes](self)

    @property
    def is_all(self) -> bool:
        """Whether none of the words can belong to another command."""
        is_packages = self.entry.takes == "packages" and self.entry.position is None
        return is_packages or self.entry.takes not in {"component", "packages"}


def _component(taking: Taking) -> list[Word]:
    entry = taking.entry
    arguments, _ = split(taking.words, entry.has_value)
    given = [word for name in entry.options for word in arguments.options.get(name, [])[:1]]
    if entry.position is not None and not given:
        given = arguments.positional[entry.position : None if entry.many else entry.position + 1]
    kind = Kind(entry.kind)
    turned = arguments.one([entry.kind_option]) if entry.kind_option else None
    if turned is not None and turned.text == "space":
        return given  # an application, neither model nor dataset
    kind = Kind.DATASET if turned is not None and turned.text == "dataset" else kind
    for word in given:
        if not is_placeholder(word.text):
            _refer(word, kind, arguments, taking)
    return given or list(taking.words[:1])


def _refer(word: Word, kind: Kind, arguments: Arguments, taking: Taking) -> None:
    entry, source = taking.entry, taking.source
    named = _name(word.text, kind, entry, source) if word.is_known else None
    if named is not None:
        facts = {
            "revision": named.revision or _known(arguments.one(entry.revision)),
            "code_revision": _known(arguments.one(entry.code_revision)),
            "address": named.address,
            "flags": taking.options.flags if kind is Kind.MODEL else (),
        }
        reference = source.refer(named.component, word.line, word.resolution, entry.words, **facts)
        taking.found.references.append(reference)
    elif entry.registry or not word.is_known:
        reason = not_a_name(word.text) if word.is_known else "the name is made at run time"
        hidden = source.unresolved(kind, word.line, entry.words, word.text, reason, entry.registry or "")
        taking.found.unresolved.append(hidden)


def _name(text: str, kind: Kind, entry: Command, source: SourceFile) -> Named | None:
    if entry.pattern and entry.registry:
        component = Component(kind=kind, source=entry.registry, name=entry.prefix + text)
        return Named(component) if re.fullmatch(entry.pattern, text) else None
    folder = posixpath.dirname(source.path)
    if match := _ON_HUB.fullmatch(text):
        return from_name(match["name"], kind, catalog.registries()["huggingface"], lambda _: False, folder)
    if entry.registry is None:
        return setting(re.sub(r":[\w.-]+$", "", text) if entry.tagged else text, kind, source, is_telling=True)
    if is_address(text):
        return from_address(text, kind)
    return from_name(text, kind, catalog.registries()[entry.registry], source.exists, folder)


def _packages(taking: Taking) -> list[Word]:
    entry = taking.entry
    arguments, _ = split(taking.words, entry.has_value, stop=entry.position is not None)
    options = [word for name in entry.options for word in arguments.options.get(name, ())[:_LISTED]]
    given = [word.part(text) for word in options for text in _COMMA.split(word.text)]
    is_fetched = not entry.fetched_with or any(arguments.has(name) for name in entry.fetched_with)
    is_program = entry.source_option is not None and arguments.has(entry.source_option)
    if entry.position != -1 and not is_program:
        given += [word for word in arguments.positional if is_fetched or "@" in word.text]
    named = [word for word in given if not is_placeholder(word.text)]
    found = add(Found(), *(refer_package(word, entry.registry or "", taking.source, entry.words) for word in named))
    if command := _sets(taking, arguments):
        found.references = [item.model_copy(update={"command": command}) for item in found.references]
    add(taking.found, found)
    return []


def _project(taking: Taking) -> list[Word]:
    """Add where a command fetches from that installs what a project asks for."""
    arguments, _ = split(taking.words, taking.entry.has_value)
    _sets(taking, arguments)
    return []


def _sets(taking: Taking, arguments: Arguments) -> str:
    """Add what an install command is in force for, and what its options set there; return what they tell it by."""
    places = indexes.installed_by(taking.entry, arguments, taking.source)
    settings = indexes.of_command(taking.entry, taking.words, places, taking.source)
    taking.found.installs += places
    taking.found.settings += settings
    return next((item.command for item in settings if item.command), "")


def _setting(taking: Taking) -> list[Word]:
    """Add what a command sets for a package client."""
    arguments, _ = split(taking.words, taking.entry.has_value)
    taking.found.settings += indexes.of_configuration(taking.entry, taking.words, arguments, taking.source)
    return []


def _address(taking: Taking) -> list[Word]:
    arguments, _ = split(taking.words, taking.entry.has_value)
    add(taking.found, from_download(taking.entry, arguments, taking.source))
    _asked(arguments, taking)
    return []


def _asked(arguments: Arguments, taking: Taking) -> None:
    """Add the model that a request's body asks a server for that is no service; there the names of others mean its own."""
    word = arguments.one(taking.entry.body)
    address = next((word.text for word in arguments.positional if host_of(word.text)), "")
    if word is None or len(word.text) > _BODY or service_at(address):
        return
    try:
        body = json.loads(word.text, strict=False)
    except (ValueError, RecursionError):
        return
    name = body.get("model") if isinstance(body, dict) else None
    named = setting(name, Kind.MODEL, taking.source, is_telling=True) if isinstance(name, str) else None
    if named is not None and named.component.source in {"huggingface", "ollama"}:
        found = taking.source.refer(named.component, word.line, word.resolution, taking.entry.words)
        taking.found.references.append(found)


def _repository(taking: Taking) -> list[Word]:
    arguments, _ = split(taking.words, taking.entry.has_value)
    add(taking.found, from_repository(taking.entry, arguments, taking.source))
    return []


def _image(taking: Taking) -> list[Word]:
    """Add the image, the settings before it, and the command after it."""
    entry, found = taking.entry, taking.found
    arguments, rest = split(taking.words, entry.has_value, stop=True)
    while arguments.positional and rest and _is_flags(arguments.positional[-1]):
        more, rest = split(rest, entry.has_value, stop=True)
        arguments.extend(more)
    pairs = [word for name in entry.environment for word in arguments.options.get(name, ())]
    settings = [(word.text.partition("=")[0], word.part(word.text.partition("=")[2])) for word in pairs]
    add(found, from_variables(settings, taking.source))
    for word in arguments.positional[-1:]:
        if not is_placeholder(word.text) and not _is_flags(word):
            add(found, refer_image(word, taking.source, entry.words))
    add(found, taking.follow(rest))
    return []


def _is_flags(word: Word) -> bool:
    """Whether a word is no image: a setting, or a variable that, by its name, holds options."""
    if ASSIGNED.fullmatch(word.text):
        return True
    match = _VARIABLE.fullmatch(word.text) if not word.is_known else None
    return match is not None and re.search(r"(?i)ima?ge?|tag|container|repo", match["name"]) is None


def _known(word: Word | None) -> str | None:
    return word.text or None if word and word.is_known else None


_TAKES: Mapping[str, Callable[[Taking], list[Word]]] = {
    "component": _component,
    "packages": _packages,
    "address": _address,
    "image": _image,
    "repository": _repository,
    "project": _project,
    "setting": _setting,
}
