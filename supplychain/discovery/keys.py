"""Keys of configuration files: what the value of one is, and which service the keys around it speak of."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from supplychain import catalog
from supplychain.catalog.config_key import ConfigKey
from supplychain.discovery import switches
from supplychain.discovery.forms import component_of
from supplychain.discovery.hosted import hosted_model
from supplychain.discovery.indexes import variables as indexes
from supplychain.discovery.interface import SourceFile
from supplychain.discovery.naming import Named, from_name, is_address, trim
from supplychain.discovery.options import is_placeholder, setting
from supplychain.model.component import Component, Kind

_NAME_LIMIT = 300
_STEM = 5
"""Characters of a key that any text could hold."""
_HOSTED = re.compile(r"[A-Za-z0-9][\w./:@-]{1,120}")
_OWNED = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_PLAUSIBLE = re.compile(r"(?=.*[\d-])[A-Za-z][\w.+:@-]+|(\.{1,2}|~)?/[\w./-]+|[A-Za-z]:\\[\w.\\ -]+")
"""What may name a model without saying whose: a word with a digit or a hyphen, or a path."""
_VERSIONED = re.compile(r"(?=[^/:]*[a-z])(?=.*\d)(?=.*-)[\w./:@-]{5,100}")
"""A name with a version, as hosted models have: a word alone says too little."""
_SPEAKS_OF_MODEL = re.compile(
    r"(\w+_)?(models?|model_?(name|id|list)s?|llms?|deployment(_name)?|embeddings?|id|name|default)"
)


@lru_cache(maxsize=20_000)
def normal(key: str) -> str:
    """Return a key in the form of the catalog: `modelId`, `MODEL-ID` and `model_id` are one."""
    if len(key) > 100:
        return ""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", key) if not key.isupper() else key
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


@lru_cache(maxsize=20_000)
def meaning(key: str) -> ConfigKey | None:
    """Return what the value of a key is, by its name in the form of the catalog, or None."""
    return next((entry for pattern, entry in _patterns() if pattern.fullmatch(key)), None)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], ConfigKey], ...]:
    keys = catalog.config_keys().key
    return tuple((re.compile("|".join(f"(?:{name})" for name in entry.names)), entry) for entry in keys)


@lru_cache(maxsize=20_000)
def is_not_used(key: str) -> bool:
    """Whether what a key, in the form of the catalog, says is meant for people, or for the past."""
    return re.fullmatch(catalog.config_keys().not_used, key) is not None


def is_of_interest(text: str) -> bool:
    """Whether a file could name a component at all."""
    lowered = text.lower()
    return any(stem in lowered for stem in _stems())


@cache
def _stems() -> tuple[str, ...]:
    settings = {name.lower() for entry in catalog.services() for name in entry.settings}
    settings |= {name.lower() for entry in catalog.registries().values() for name in entry.settings}
    settings |= {name.lower() for name in indexes()}
    settings |= {
        name.lower() for name in (*switches.telling(), *(key for key in switches.by_key() if len(key) > _STEM))
    }
    stems = catalog.config_keys().stems
    return (*stems, *(name for name in sorted(settings) if not any(stem in name for stem in stems)))


@lru_cache(maxsize=20_000)
def provider(text: str) -> str | None:
    """Return the service, or `ollama` or `huggingface`, that a text calls by the name that tools have for it."""
    return _providers().get(normal(text)) if len(text) < 50 else None


@lru_cache(maxsize=20_000)
def provider_of_key(key: str) -> str | None:
    """Return the one that a key speaks of: `openai`, `ollama_model`; a word of the common language is none."""
    for name in (key, *(key[: match.start()] for match in re.finditer("_", key))):
        if name in _providers() and name not in catalog.config_keys().common_words:
            return _providers()[name]
    return None


@cache
def _providers() -> dict[str, str]:
    named = dict(catalog.config_keys().providers)
    for entry in catalog.services():
        if entry.prefix:
            for name in (entry.id, *entry.prefix):
                named.setdefault(normal(name), entry.id)
    return named


def component(text: str, key: str, entry: ConfigKey, by: str | None, source: SourceFile) -> Named | None:
    """Return the component that the value of a key names, or None; `by` is the provider that the keys around it give."""
    text = re.sub(r"^huggingface://", "hf://", text)
    if text.startswith("ollama://"):
        text, by = text.removeprefix("ollama://"), "ollama"
    if not text or len(text) > _NAME_LIMIT or re.search(r"\s", text) or is_no_name(text):
        return None
    if entry.registry is not None:
        folder = source.path.rpartition("/")[0]
        return from_name(text, entry.kind, catalog.registries()[entry.registry], lambda _: False, folder)
    if entry.kind is Kind.MODEL and not is_address(text):
        if text.startswith("models:/"):
            return from_name(text, entry.kind, catalog.registries()["mlflow"], lambda _: False, "")
        is_spoken = by == "ollama" or _SPEAKS_OF_MODEL.fullmatch(key) is not None
        if by is not None and is_spoken and (given := _by_provider(text, by)):
            return given
    is_data = entry.kind is Kind.DATASET and text.lower().endswith(catalog.commands().data_suffixes)
    if is_data and not is_address(text) and not _is_here(text, source):
        return None
    named = setting(text, entry.kind, source, is_telling=entry.telling)
    if named is not None:
        return named if _counts(named, entry, source) else None
    own = component_of(text)
    return Named(own) if own is not None and own.kind is entry.kind else None


def told(text: str, key: str, by: str | None) -> Component | None:
    """Return the hosted model that a value names, where its key says only that it is a name and those beside it whose."""
    is_name = by is not None and key in catalog.config_keys().within and _VERSIONED.fullmatch(text) is not None
    hosted = hosted_model(text) if is_name else None
    return hosted if hosted is not None and hosted.source == by else None


def _is_here(path: str, source: SourceFile) -> bool:
    trimmed = trim(path)
    return source.exists(trimmed) or source.exists(f"{source.path.rpartition('/')[0]}/{trimmed}")


def is_no_name(text: str) -> bool:
    """Whether a text stands for no component: a placeholder, a switch, another kind of file."""
    known = catalog.config_keys()
    is_data = text.lower().endswith(catalog.commands().data_suffixes)
    return (
        is_placeholder(text)
        or re.fullmatch(known.no_name, text) is not None
        or (not is_data and not is_address(text) and re.fullmatch(known.not_a_model, text) is not None)
    )


def is_plausible(text: str) -> bool:
    """Whether a text that names no known component is a name, or a path, of one all the same."""
    if len(text) > _NAME_LIMIT or is_no_name(text) or _PLAUSIBLE.fullmatch(text) is None:
        return False
    is_made = text.strip("./~").partition("/")[0].lower() in catalog.commands().folders
    return text.startswith("/") or not is_made


def _by_provider(text: str, by: str) -> Named | None:
    if by == "ollama":
        return from_name(text, Kind.MODEL, catalog.registries()["ollama"], lambda _: False, "")
    if by == "huggingface" or _HOSTED.fullmatch(text) is None:
        return None
    own = hosted_model(text)
    if own is not None and own.source == by:
        return Named(own)
    if _OWNED.fullmatch(text) and by in catalog.config_keys().without_owners:
        return None
    if text.lower().endswith(catalog.artifacts().url_suffixes):
        return None
    given = hosted_model(text, by=by)
    return Named(given) if given else None


def _counts(named: Named, entry: ConfigKey, source: SourceFile) -> bool:
    """Whether a file or an address is what its key says, rather than a configuration or a page."""
    name = named.component.name.lower()
    if named.component.source == "file":
        suffixes = catalog.artifacts().url_suffixes
        if entry.kind is Kind.DATASET:
            suffixes += catalog.commands().data_suffixes
            return name.endswith(suffixes) or (source.exists(named.component.name) and "/" in name)
        return name.endswith(suffixes) or entry.telling
    if named.component.source == "url" and entry.kind is Kind.MODEL:
        is_bucket = re.match(r"https?:", named.address or "") is None
        return is_bucket or name.endswith(catalog.artifacts().url_suffixes)
    return True
