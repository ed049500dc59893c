"""Options of any program whose name says that their value is a model or a dataset: `--model_name_or_path`."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from supplychain import catalog
from supplychain.catalog.command import CommandOption
from supplychain.discovery.hosted import client_at, service_at
from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.naming import Named, from_setting, is_address
from supplychain.discovery.words import Word, is_option, option_name
from supplychain.model.component import Component, Kind

_ASSIGNED = re.compile(r"\+{0,2}(?P<name>[A-Za-z][\w.-]*)=(?P<value>.*)", re.DOTALL)
_SENT_TO = re.compile(r"(\w+_)?(URL|URI|BASE|ENDPOINT|HOST|API|SERVER|ADDRESS)")
"""Names of options that send a client to an address."""
_JSON_LIMIT = 10_000
_MANY = 50
"""Values of one option that are looked at."""


def is_placeholder(text: str) -> bool:
    """Whether a text stands for a name that its reader is to fill in."""
    return re.fullmatch(catalog.commands().placeholder, text) is not None


def setting(text: str, kind: Kind, source: SourceFile, *, is_telling: bool) -> Named | None:
    """Return the component that the value of an option or a variable names, or None where it names none."""
    text = text.strip()
    if is_placeholder(text):
        return None
    folder = posixpath.dirname(source.path)
    named = from_setting(text, kind, is_telling=is_telling, exists=source.exists, folder=folder)
    if named is None and kind is Kind.DATASET and is_telling and text in catalog.commands().datasets:
        return Named(Component(kind=kind, source="huggingface", name=text))
    is_hub_name = named is not None and named.component.source == "huggingface" and not is_address(text)
    if is_hub_name and "/" in text and text.partition("/")[0].lower() in catalog.commands().folders:
        return None  # a path that a run makes
    return named


class Options:
    """The options of a command in any form, each with the words after it up to the next one."""

    def __init__(self, words: Sequence[Word]) -> None:
        """Look at the words once."""
        self.given = list(_given(_expanded(words)))
        self._first: dict[str, Word] = {}
        for word, values in self.given:
            if values:
                self._first.setdefault(_bare(word), values[0])

    def text(self, names: Sequence[str]) -> str | None:
        """Return the value of the first of these options, which are written without dashes, if it is known."""
        value = next((self._first[name] for name in names if name in self._first), None)
        return value.text if value and value.is_known and value.text else None

    @property
    def flags(self) -> tuple[str, ...]:
        """The options that decide what a model may run, as the arguments of Python that they stand for."""
        found = []
        for word, values in self.given:
            if argument := catalog.commands().flags.get(_bare(word)):
                is_off = bool(values) and values[0].text.lower() in {"false", "0", "no", "off"}
                found.append(f"{argument}={not is_off}")
        return tuple(dict.fromkeys(found))


def from_options(options: Options, source: SourceFile, read: Sequence[Word] = ()) -> Found:
    """Return what the telling options of a command name; the values in `read` are known already."""
    found = Found()
    known = {(word.text, word.line) for word in read}
    for word, values in options.given:
        _sent_to(word, values[:1], source, found)
        entry = _entries().get(_bare(word)) or _by_pattern(_bare(word))
        for value in (values if entry.many else values[:1]) if entry else ():
            if entry and (value.text, value.line) not in known:
                _option(word, value, entry, options, source, found)
    return found


def _sent_to(word: Word, values: Sequence[Word], source: SourceFile, found: Found) -> None:
    """Report the service at the address that an option gives a client."""
    name = _bare(word).replace("-", "_").upper()
    for value in values if _SENT_TO.fullmatch(name) else ():
        at = (service_at(value.text) or client_at(name, value.text)) if is_address(value.text) else None
        if value.is_known and at is not None:
            call = word.text.partition("=")[0]
            found.references.append(source.refer(at, value.line, value.resolution, call, address=value.text))


def _option(word: Word, value: Word, entry: CommandOption, options: Options, source: SourceFile, found: Found) -> None:
    call = word.text.partition("=")[0]
    if not value.is_known:
        if not entry.vague and not is_placeholder(value.text):
            reason = "the name is made at run time"
            found.unresolved.append(source.unresolved(entry.kind, value.line, call, value.text, reason))
        return
    for text in _texts(value.text):
        named = setting(text, entry.kind, source, is_telling=entry.telling)
        if named is not None:
            facts = {
                "revision": named.revision or options.text(entry.revision),
                "code_revision": options.text(entry.code_revision),
                "address": named.address,
                "flags": options.flags if entry.kind is Kind.MODEL else (),
            }
            found.references.append(source.refer(named.component, value.line, value.resolution, call, **facts))


def _texts(text: str) -> list[str]:
    """Return the texts of a value that may be names: what a JSON object calls a model, or what stands after `name=`."""
    if text.startswith("{") and len(text) < _JSON_LIMIT:
        try:
            held = json.loads(text)
        except (ValueError, RecursionError):
            return []
        return [held[key] for key in ("model", "path") if isinstance(held, dict) and isinstance(held.get(key), str)]
    if not is_address(text) and (match := _ASSIGNED.fullmatch(text)):
        return [match["value"]]
    return [text]


def _given(words: Sequence[Word]) -> Iterator[tuple[Word, list[Word]]]:
    """Yield each option with the words after it up to the next option; also `name=value` without dashes."""
    for index, word in enumerate(words):
        if is_option(word) and "=" not in word.text:
            values = []
            for value in words[index + 1 : index + 1 + _MANY]:
                if is_option(value):
                    break
                values.append(value)
            yield word, values
        elif is_option(word) or (index and _ASSIGNED.fullmatch(word.text)):
            yield word, [word.part(word.text.partition("=")[2])]


def _expanded(words: Sequence[Word]) -> list[Word]:
    """Return the words, and the pairs of an option that holds `name=value,name=value` as options of their own."""
    pairs = []
    for word, values in _given(words):
        if values and _bare(word) in catalog.commands().paired:
            pairs += [values[0].part(f"--{pair.strip()}") for pair in values[0].text.split(",")[:_MANY] if "=" in pair]
    return [*words, *pairs]


def _bare(word: Word) -> str:
    """Return the name of an option without dashes; of a dotted one its last part."""
    return option_name(word.text).lstrip("-+").lower().rpartition(".")[2]


@lru_cache(maxsize=4096)
def _by_pattern(name: str) -> CommandOption | None:
    return next((e for e in catalog.commands().option if e.pattern and re.fullmatch(e.pattern, name)), None)


@cache
def _entries() -> dict[str, CommandOption]:
    return {name: entry for entry in catalog.commands().option for name in entry.names}
