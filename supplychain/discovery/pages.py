"""Pages: HTML, and the components of Svelte and Vue, with the packages in their tags and the scripts in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.javascript_packages import addressed
from supplychain.model.reference import Resolution

_TAG = re.compile(r"<(?:script|link)\b[^<>]{0,2000}>", re.IGNORECASE)
_TYPE = re.compile(r"\btype\s*=\s*[\"']?([\w/+-]+)", re.IGNORECASE)
_CODE = re.compile(r"module|(text|application)/(java|ecma|type)script|(text/)?(ts|tsx|typescript|babel)", re.IGNORECASE)
_TYPED = re.compile(r"lang\s*=\s*[\"']?(ts|typescript)")


@dataclass(frozen=True)
class _Script:
    """The text between the tags of a script, which begins at `start` of the page."""

    attributes: str
    start: int
    text: str

    @property
    def is_code(self) -> bool:
        kind = _TYPE.search(self.attributes)
        return kind is None or _CODE.fullmatch(kind[1]) is not None


def without_comments(text: str) -> str:
    """Return a text with blanks for what stands between `<!--` and `-->`, on the same lines."""
    parts, end = [], 0
    while (start := text.find("<!--", end)) >= 0 and (close := text.find("-->", start)) >= 0:
        parts += [text[end:start], "\n" * text.count("\n", start, close)]
        end = close + 3
    return "".join([*parts, text[end:]])


def packages(text: str, source: SourceFile) -> Found:
    """Return the packages that a page takes by the addresses in its tags and in its map of imports."""
    found = Found()
    parts = [(match.start(), match[0]) for match in _TAG.finditer(text)]
    parts += [(script.start, script.text) for script in _scripts(text) if not script.is_code]
    line, end = 1, 0
    for start, part in sorted(parts):
        line, end = line + text.count("\n", end, start), start
        for named, below in addressed(part):
            facts = {"revision": named.revision, "address": named.address}
            given = source.refer(named.component, line + below, Resolution.LITERAL, "script", **facts)
            found.references.append(given)
    return found


def code(text: str) -> tuple[str, str]:
    """Return the scripts of a page, on the same lines, and the suffix of their language."""
    parts, end, suffix = [], 0, "js"
    for script in _scripts(text):
        if script.is_code:
            suffix = "ts" if _TYPED.search(script.attributes) else suffix
            parts += [_blank(text[end : script.start]), script.text]
            end = script.start + len(script.text)
    return "".join([*parts, _blank(text[end:])]), suffix


def _scripts(text: str) -> Iterator[_Script]:
    lowered, end = text.lower() if text.isascii() else re.sub("[A-Z]+", lambda match: match[0].lower(), text), 0
    while (begun := lowered.find("<script", end)) >= 0:
        start = lowered.find(">", begun) + 1
        close = lowered.find("</script", start)
        if not start or close < 0:
            return
        yield _Script(text[begun + len("<script") : start - 1], start, text[start:close])
        end = close


def _blank(text: str) -> str:
    return re.sub(r"[^\n]+", ";", text)
