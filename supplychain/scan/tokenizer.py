"""Settings of models and tokenizers in JSON: code of a repository that they name, and chat templates, in whatever text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.templates import check_template

NAME = "settings"
_LARGEST = 64 << 20
_LONGEST = 4 << 20
"""Bytes of a text that is no JSON."""
_DEEPEST = 100
_SUFFIXES = (".jinja", ".jinja2", ".j2")
_CODE = (".py", ".pyi", ".pyw", ".ipynb", ".md", ".rst", ".html")
"""Texts that speak of templates, or build them, and are none."""
REACHING = re.compile(
    rb"\{[{%][^{}]{0,2000}?(?:__(?:class|globals|init|import|builtins|subclasses|mro|base)__|\bcycler\b|\blipsum\b|\bjoiner\b)"
)
"""An expression of Jinja that reaches for the interpreter, in YAML or any other text."""
_TEMPLATES = ("chat_template", "chat_templates")
_KEYS = (b'"auto_map"', b'"chat_template', b'"custom_pipelines"', b"\\u00")
"""The keys that are looked for, and the sign of a key that is written another way."""


def matches(reader: Reader) -> bool:
    """Whether it is JSON with code or a template in it, or another text with a template: one by its name or by what it does."""
    if not 0 < reader.size <= _LARGEST:
        return False
    if reader.name.lower().endswith(_SUFFIXES):
        return True
    if not _is_json(reader):
        return _is_text_with_template(reader)
    data = reader.read(0, reader.size)
    return any(key in data for key in _KEYS)


def scan(reader: Reader, report: Report) -> None:
    """Tell of `auto_map`, of custom pipelines, and of what templates reach for."""
    data = reader.read(0, reader.size)
    if reader.name.lower().endswith(_SUFFIXES) or not _is_json(reader):
        check_template(data.decode("utf-8", "replace"), "chat template", report)
        return
    try:
        settings = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise StoppedError(f"its settings cannot be read: {error}") from error
    for key, value, place in _entries(settings):
        report.check_time()
        if key in _TEMPLATES:
            for name, text in _templates(value):
                check_template(text, ", ".join(filter(None, (place, name))), report)
        elif key in {"auto_map", "custom_pipelines"} and value:
            _code(value, place, report)
    report.covered(NAME, reader.size)


def _is_json(reader: Reader) -> bool:
    head = reader.read(0, 256).lstrip(b"\xef\xbb\xbf \t\r\n")
    return head[:1] in (b"{", b"[") and head[:2] not in (b"{{", b"{%", b"{#")


def _is_text_with_template(reader: Reader) -> bool:
    if reader.size > _LONGEST or reader.name.lower().endswith(_CODE):
        return False
    data = reader.read(0, reader.size)
    return b"\0" not in data and REACHING.search(data) is not None


def _entries(value: Any) -> Iterator[tuple[str, Any, str]]:
    """Yield each key with its value and where it stands."""
    waiting: list[tuple[Any, str, int]] = [(value, "", 0)]
    while waiting:
        value, place, depth = waiting.pop()
        if depth > _DEEPEST:
            raise StoppedError(f"its settings are more than {_DEEPEST} deep")
        if isinstance(value, dict):
            for key, inner in value.items():
                where = f"{place}.{key}"[:200].lstrip(".")
                yield key, inner, where
                waiting.append((inner, where, depth + 1))
        elif isinstance(value, list):
            waiting.extend((inner, place, depth + 1) for inner in value if isinstance(inner, (dict, list)))


def _templates(value: Any) -> Iterator[tuple[str, str]]:
    """Yield name and text of each template: one text, texts by name, or a list of both (transformers)."""
    if isinstance(value, str):
        yield "", value
    elif isinstance(value, dict):
        yield from ((str(name), text) for name, text in value.items() if isinstance(text, str))
    elif isinstance(value, list):
        for entry in value:
            if isinstance(entry, dict) and isinstance(entry.get("template"), str):
                yield str(entry.get("name", "")), entry["template"]


def _code(value: Any, place: str, report: Report) -> None:
    """Tell of classes that lie in a repository's Python: `module.Class`, or `owner/name--module.Class`."""
    for text in _texts(value):
        if "--" in text:
            says = f"its class is taken from another repository: {text[:100]}"
            report.saw(NAME, "auto-map-elsewhere", says, place)
        else:
            report.saw(NAME, "auto-map", f"its class lies in Python of the repository: {text[:100]}", place)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
