"""Lines that a developer adds, by language: what to write is data in `ways/`, where it goes is drawn."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Mapping
from functools import cache, partial
from importlib.resources import files
from random import Random
from typing import Literal

from pydantic import Field

from supplychain.model.base import Frozen
from supplychain.model.reference import Scope
from supplychain.sensitivity.ground import Ground, token
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind
from supplychain.sensitivity.placing import NoPlaceError, Placed, place

_TRIES = 20
_BESIDE = 0.3
"""The share of plants that go into a new file beside one of the target's."""
_NEW = {"python": "{id}.py", "shell": "fetch_{id}.sh", "yaml": "{id}.yaml", "env": ".env.{id}", "javascript": "{id}.js"}
"""Names of new files; those of other languages need lines of their own, which could be caught in the plant's place."""
_SUFFIXES = ("safetensors", "pt", "pth", "bin", "onnx", "gguf", "ckpt", "h5")
_FRAMEWORKS = {
    "torch": "torch", "xgboost": "xgboost", "lightgbm": "lightgbm", "catboost": "catboost", "spacy": "spacy", "keras": "keras",
    "tensorflow": "tensorflow", "gensim": "gensim", "jax": "jax", "mlflow": "mlflow", "scikit-learn": "sklearn",
    "vllm": "vllm", "stanza": "stanza", "bertopic": "bertopic", "easyocr": "easyocr", "paddlepaddle": "paddle",
}  # fmt: skip
_SERVICES = {
    "mistralai": "api.mistral.ai", "groq": "api.groq.com", "cohere": "api.cohere.com", "anthropic": "api.anthropic.com",
    "together": "api.together.xyz", "replicate": "api.replicate.com", "cerebras": "api.cerebras.ai", "openai": "api.openai.com",
}  # fmt: skip


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
    choose: Literal["", "framework", "service"] = ""
    way: tuple[Way, ...] = Field(min_length=1)


@cache
def written() -> tuple[Written, ...]:
    """Return the kinds that the data files hold."""
    folder = files("supplychain.sensitivity.plants").joinpath("ways")
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.iterdir(), key=lambda path: path.name)]
    return tuple(Written.model_validate(entry) for text in texts for entry in tomllib.loads(text)["kind"])


def _draw(item: Written, ground: Ground, rng: Random) -> Plant:
    known = ground.files(item.language)
    if not known:
        raise CannotPlantError(f"the target has no file of production of this language: {item.language}")
    if item.needs and not _uses(ground, item.needs):
        raise CannotPlantError(f"production uses no {item.needs}, which such a setting would bear on")
    for _ in range(_TRIES):
        way, values = rng.choice(item.way), _values(item, ground, rng)
        text = _filled(way.text, values)
        path = rng.choice(known)
        try:
            path, placed = _placed(item, ground, path, text, rng)
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


def _placed(item: Written, ground: Ground, path: str, text: str, rng: Random) -> tuple[str, Placed]:
    """Return where a text went: into a file of the target, or into a new one beside it."""
    pattern = "docker-compose.{id}.yml" if item.language == "compose" else _NEW.get(item.language)
    if pattern and (item.new or rng.random() < _BESIDE):
        beside = posixpath.join(posixpath.dirname(path), pattern.format(id=token(rng)))
        if ground.place(beside).scope is Scope.PROD:
            return beside, Placed((text.strip("\n") + "\n").encode(), 1)
    if item.new:
        raise NoPlaceError("it needs a file of its own")
    return path, place(item.language, ground.text(path) or "", text, rng)


def _uses(ground: Ground, beginning: str) -> bool:
    found = ground.case.inventory.references
    return any(r.component.id.startswith(beginning) and r.at.scope is Scope.PROD and not r.address for r in found)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"<<(\w+)>>", lambda match: values[match[1]], text)


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
        **_chosen(item, ground, rng),
    }


def _chosen(item: Written, ground: Ground, rng: Random) -> dict[str, str]:
    """Return a real framework or service that the target does not use yet; `found` is what a row on it names."""
    used = " ".join(reference.component.id for reference in ground.case.inventory.references)
    if item.choose == "framework":
        free = [name for name, module in _FRAMEWORKS.items() if f"/{name}" not in used and f"/{module}" not in used]
    elif item.choose == "service":
        free = [name for name in _SERVICES if name[:6] not in used]
    else:
        return {"found": ""}
    if not free:
        raise CannotPlantError(f"the target uses every {item.choose} that could be planted")
    chosen = rng.choice(free)
    if item.choose == "framework":
        return {"framework": chosen, "module": _FRAMEWORKS[chosen], "found": f"/{chosen}"}
    return {"sdk": chosen, "api": _SERVICES[chosen], "found": f"service:{chosen[:6]}"}


for _item in written():
    for _requirement in _item.requirements:
        kind(_item.name, _requirement)(partial(_draw, _item))

__all__ = ["written"]
