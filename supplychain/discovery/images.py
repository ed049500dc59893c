"""Container images: from the text that a file gives to a container tool to the package that it names."""

from __future__ import annotations

import re

from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.words import Word
from supplychain.model.component import Component, Kind

_IMAGE = re.compile(
    r"(?:docker://|docker-pullable://|oras://)?"
    r"(?P<name>(?:[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


def image(text: str) -> tuple[Component, str | None] | None:
    """Return the image that a text names with its digest or tag, or None where it has no such form."""
    if len(text) > 400 or (match := _IMAGE.fullmatch(text)) is None:
        return None
    component = Component(kind=Kind.PACKAGE, source="docker", name=match["name"])
    return component, match["digest"] or match["tag"]


def stem(word: Word) -> str | None:
    """Return the image of a word whose tag is made at run time, without the tag; None for what is no such word."""
    match = re.match(r"[^$`{%]+(?=:)", word.text) if not word.is_known else None
    return match[0] if match and image(match[0]) else None


def refer_image(word: Word, source: SourceFile, call: str) -> Found:
    """Return what a word names where an image is expected; a tag that is made at run time is not known."""
    text = word.text
    if not word.is_known:
        known = stem(word)
        if known is None:
            reason = "the image is named at run time"
            return Found(unresolved=[source.unresolved(Kind.PACKAGE, word.line, call, text, reason, "docker")])
        text = known
    named = image(text)
    if named is None:
        return Found()
    component, revision = named
    return Found(references=[source.refer(component, word.line, word.resolution, call, revision=revision)])
