"""Modelfiles of Ollama: the model that one builds on, and its adapter."""

from __future__ import annotations

import re

from supplychain import catalog
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.keys import component, meaning
from supplychain.discovery.naming import from_name
from supplychain.discovery.trees import decoded
from supplychain.model.component import Kind
from supplychain.model.reference import Resolution

_LIMIT = 500_000


def read(source: SourceFile) -> Found:
    """Return the model that a Modelfile of Ollama builds on, and its adapter.

    Raises:
        NotParsedError: it is longer than any.
    """
    if len(source.data) > _LIMIT:
        raise NotParsedError(f"it has {len(source.data):,} bytes; {_LIMIT:,} are read as a Modelfile")
    found = Found()
    is_text = False
    for number, line in enumerate(decoded(source.data).splitlines(), start=1):
        match = re.fullmatch(r"\s*(FROM|ADAPTER)\s+(\S+)\s*", line, re.IGNORECASE) if not is_text else None
        is_text ^= line.count('"""') % 2 == 1
        if match is None:
            continue
        text = re.sub(r"^(https?://)?(hf\.co|huggingface\.co)/", "", match[2])
        entry = meaning("base_model")
        registry = catalog.registries()["huggingface" if text != match[2] else "ollama"]
        name, _, tag = text.partition(":")
        named = component(text, "", entry, None, source) if entry and re.match(r"[./~]|.*\.\w{2,}$", text) else None
        named = named or from_name(name if text != match[2] else text, Kind.MODEL, registry, source.exists, "")
        if named is not None:
            revision = named.revision or tag or None
            found.references.append(
                source.refer(named.component, number, Resolution.CONFIG, match[1].upper(), revision=revision)
            )
        else:
            reason = "neither a model of a registry nor a file of the target"
            found.unresolved.append(source.unresolved(Kind.MODEL, number, match[1].upper(), text, reason))
    return found
