"""Lines that a developer adds, by language: what to write is data in `ways/`, where it goes is drawn."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from functools import cache, partial
from random import Random

from pydantic import Field

from supplychain.model.base import Frozen
from supplychain.model.reference import Scope
from supplychain.sensitivity.ground import Ground, token
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind
from supplychain.sensitivity.placing import NoPlaceError, Placed, place
from supplychain.sensitivity.plants.choices import Choice, chosen, tables

_TRIES = 20
_BESIDE = 0.3
"""The share of plants that go into a new file beside one of the target's."""
_NEW = {"python": "{id}.py", "shell": "fetch_{id}.sh", "yaml": "{id}.yaml", "env": ".env.{id}", "javascript": "{id}.js"}
"""Names of new files; those of other languages need lines of their own, which could be caught in the plant's place."""
_FIELD = re.compile(r"<<(\w+)>>")
_SUFFIXES = ("safetensors", "pt", "pth", "bin", "onnx", "gguf", "ckpt", "h5")


class Way(Frozen):
    """One way to write it."""

    name: str
    text: str


class Written(Frozen):
    """A kind of plant that is text in a language."""

    name: str
    language: str
    requirements: tuple[str, ...]
    wide: bool = False
    new: bool = False
    """Whether it is always a file of its own."""
    needs: str = ""
    """The beginning of the id of a component that production has to use, so that the plant bears on anything."""
    path: str = ""
    """Where it stands in a target that has no file of its language; empty: it needs one."""
    choose: Choice = ""
    way: tuple[Way, ...] = Field(min_length=1)


@cache
def written() -> tuple[Written, ...]:
    """Return the kinds that the data files hold."""
    return tuple(Written.model_validate(entry) for table in tables() for entry in table["kind"])


def _draw(item: Written, ground: Ground, rng: Random) -> Plant:
    known = ground.files(item.language)
    if not known and not item.path:
        raise CannotPlantError(f"the target has no file of production of this language: {item.language}")
    if item.needs and not _uses(ground, item.needs):
        raise CannotPlantError(f"production uses no {item.needs}, which such a setting would bear on")
    for _ in range(_TRIES):
        way, values = rng.choice(item.way), _values(item, ground, rng)
        if not all(values[name] for name in _FIELD.findall(way.text)):
            continue  # what was chosen cannot be written this way
        text = _filled(way.text, values)
        try:
            path, placed = _placed(item, ground, known, _filled(item.path, values), text, rng)
        except NoPlaceError:
            continue
        names = tuple(values[name] for name in ("unique", "host", "found") if values[name])
        return Plant(
            way=way.name,
            where=path,
            text=text.strip("\n"),
            names=(*names, f"{path}:") if item.wide else names,
            line=placed.line,
            data=placed.data,
            wide=item.wide,
        )
    raise CannotPlantError(f"no file of this language takes such a line: {item.language}")


def _placed(
    item: Written, ground: Ground, known: tuple[str, ...], path: str, text: str, rng: Random
) -> tuple[str, Placed]:
    """Return where a text went: into a file of the target, into a new one beside it, or to a path of its own."""
    pattern = "docker-compose.{id}.yml" if item.language == "compose" else _NEW.get(item.language)
    chosen = rng.choice(known) if known else ""
    if chosen and pattern and (item.new or rng.random() < _BESIDE):
        path = posixpath.join(posixpath.dirname(chosen), pattern.format(id=token(rng)))
    elif chosen and not item.new:
        return chosen, place(item.language, ground.text(chosen) or "", text, rng)
    if not path or ground.place(path).scope is not Scope.PROD:
        raise NoPlaceError("a new file is not of production here")
    return path, Placed((text.strip("\n") + "\n").encode(), 1)


def _uses(ground: Ground, beginning: str) -> bool:
    found = ground.case.inventory.references
    return any(r.component.id.startswith(beginning) and r.at.scope is Scope.PROD and not r.address for r in found)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda match: values[match[1]], text)


def _values(item: Written, ground: Ground, rng: Random) -> dict[str, str]:
    """Return what the fields of a text are filled with; `unique` occurs nowhere else."""
    name = token(rng)
    host = f"{rng.choice(('weights', 'cdn', 'models', 'files', 'dl'))}.{name}.com"
    file = f"{rng.choice(('model', 'encoder', 'weights-v2', 'ggml-small'))}.{rng.choice(_SUFFIXES)}"
    base, owner, model = f"https://{host}/releases/v2", f"{name}-labs", f"{name}-base"
    return {
        "unique": name,
        "id": name,
        "Id": name.capitalize(),
        "ID": name.upper(),
        "host": host,
        "file": file,
        "base": base,
        "url": f"{base}/{file}",
        "owner": owner,
        "model": model,
        "repo": f"{owner}/{model}",
        "dataset": f"{owner}/{name}-corpus",
        "table": f"{base}/train.csv",
        "lines": f"{base}/train.jsonl",
        "archive": f"{base}/corpus.tar.gz",
        "package": f"{name}-tools",
        **chosen(item.choose, ground, rng),
    }


for _item in written():
    for _requirement in _item.requirements:
        kind(_item.name, _requirement)(partial(_draw, _item))

__all__ = ["written"]
