"""Texts by which JavaScript could name a component: a file without any of them need not be parsed."""

from __future__ import annotations

import re
from functools import cache

from supplychain import catalog
from supplychain.discovery.hosted import AZURE_PATH
from supplychain.discovery.javascript_given import GIVEN
from supplychain.discovery.javascript_packages import MAY_NAME

_WORDS = re.compile(rb"[A-Z0-9_]{5,}")


def is_of_interest(data: bytes) -> bool:
    """Whether a file holds any text that a component could be named by."""
    if b"://" in data and any(suffix.encode() in data for suffix in catalog.artifacts().url_suffixes):
        return True
    return (
        MAY_NAME.search(data) is not None
        or GIVEN.search(data) is not None
        or any(needle in data for needle in _needles()[0])
        or any(setting in words for words in [b" ".join(_WORDS.findall(data))] for setting in _needles()[1])
    )


@cache
def _needles() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return the texts, and the names of settings, which are looked for among the words in capitals alone."""
    known = catalog.javascript()
    names = {module for sdk in known.sdk for module in sdk.modules if len(module) > 2 or module == "ai"}
    quoted = {f"{mark}{name}" for name in names for mark in "\"'"}
    quoted |= {f"{mark}{module}" for entry in known.client for module in entry.modules for mark in "\"'"} - {
        "'ai",
        '"ai',
    }
    quoted |= {f"{mark}{name}" for name in known.integrations for mark in "\"'"}
    calls = {loader.call for loader in known.loader} | {f".{call}(" for call in known.calls}
    settings = {name for entry in catalog.services() for name in entry.settings}
    settings |= {name for entry in catalog.registries().values() for name in entry.settings}
    hosts = {max(host.split("*"), key=len) for entry in catalog.services() for host in (*entry.hosts, *entry.addresses)}
    every = {text.encode() for text in {*quoted, *calls, *settings, *hosts, AZURE_PATH}}
    words = {text for text in every if _WORDS.fullmatch(text)}
    return tuple(sorted(every - words)), tuple(sorted(words))
