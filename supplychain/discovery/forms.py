"""Texts that name a component by their form alone: names of libraries, and paths of weights."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from supplychain import catalog
from supplychain.catalog.interface import NameForm
from supplychain.discovery.naming import trim
from supplychain.model.component import Component, Kind

_LIMIT = 200
_PATH = re.compile(r"(\./)?[A-Za-z0-9_][\w-]*(/[\w.-]+)+")


@lru_cache(maxsize=20_000)
def component_of(text: str) -> Component | None:
    """Return the component that a text is the name of, whatever it is given to, or None."""
    match = _pattern().fullmatch(text) if len(text) < _LIMIT else None
    if match is None:
        return None
    form = _forms()[int((match.lastgroup or "")[1:])]
    inner = re.fullmatch(form.pattern, text)
    name = inner["name"] if inner and "name" in inner.groupdict() else text
    return Component(kind=form.kind, source=form.registry, name=form.prefix + name)


@lru_cache(maxsize=20_000)
def path_of(text: str) -> Component | None:
    """Return the file of weights that a text is the relative path of, or None; a path that a run writes is none."""
    if (
        len(text) > _LIMIT
        or "/" not in text
        or not text.lower().endswith(weights_suffixes())
        or not _PATH.fullmatch(text)
    ):
        return None
    forms, path = catalog.name_forms(), trim(text)
    folder, _, file = path.rpartition("/")
    is_other = path.partition("/")[0].lower() in forms.other_folders or re.fullmatch(forms.other_files, file)
    is_inside = bool(folder) and ".." not in path.split("/")
    return Component(kind=Kind.MODEL, source="file", name=path) if is_inside and not is_other else None


@cache
def _forms() -> tuple[NameForm, ...]:
    return catalog.name_forms().form


@cache
def _pattern() -> re.Pattern[str]:
    """Return one pattern of all the forms, each in a group that is named by its position."""
    every = (re.sub(r"\(\?P<\w+>", "(?:", form.pattern) for form in _forms())
    return re.compile("|".join(f"(?P<f{position}>(?:{pattern}))" for position, pattern in enumerate(every)))


@cache
def weights_suffixes() -> tuple[str, ...]:
    """Return what ends the name of a file that is weights and nothing else."""
    shared = (*catalog.commands().shared_suffixes, ".bin", ".pkl", ".joblib", ".h5")
    return tuple(suffix for suffix in catalog.artifacts().url_suffixes if suffix not in shared)


def is_weights_address(text: str) -> bool:
    """Whether an address is of weights by its ending; one that data has as well counts where no word of data stands in it."""
    path = text.partition("?")[0].lower()
    if path.endswith(weights_suffixes()):
        return True
    is_shared = path.endswith((".bin", ".pkl", ".joblib", ".h5"))
    return is_shared and re.search(catalog.commands().data_words, text) is None
