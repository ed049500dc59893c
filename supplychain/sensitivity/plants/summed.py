"""Changes of what the requirements that sum up others rest on, and places that only the second search looks at."""

from __future__ import annotations

from random import Random

from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.reference import Scope
from supplychain.sensitivity.ground import Ground, token
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind

_LANGUAGES = {
    "fetch.rb": "require 'open-uri'\nURI.open('{url}') {{ |f| IO.copy_stream(f, 'model.onnx') }}\n",
    "fetch.go": 'package main\n\nimport "net/http"\n\nfunc main() {{ http.Get("{url}") }}\n',
    "Fetch.java": 'class Fetch {{ static final String MODEL = "{url}"; }}\n',
    "fetch.lua": 'local http = require("socket.http")\nhttp.request("{url}")\n',
    "fetch.R": 'download.file("{url}", "model.onnx")\n',
    "fetch.php": "<?php file_put_contents('model.onnx', file_get_contents('{url}'));\n",
    "models.xml": '<models><model url="{url}"/></models>\n',
}
_SCRIPTS = {
    "fetch.ps1": "Invoke-WebRequest -Uri {url} -OutFile model.onnx\n",
    "fetch.bat": "curl -L -o model.onnx {url}\r\n",
    "Makefile.models": "models/model.onnx:\n\tcurl -L {url} -o $@\n",
}


@kind("model in a language of which little is read", "10.3")
def other_language(ground: Ground, rng: Random) -> Plant:
    """Add a file of another language that fetches a model."""
    return _fetching(_LANGUAGES, ground, rng)


@kind("model in a script of Windows or of make", "1.1", "7.1")
def other_script(ground: Ground, rng: Random) -> Plant:
    """Add a script with a command that fetches a model.

    Commands are what discovery itself reads, so the requirements on its inventory have to see it. 10.3 asks for what the
    second search saw and the inventory lacks: of a model that is in the inventory it rightly says nothing.
    """
    return _fetching(_SCRIPTS, ground, rng)


def _fetching(texts: dict[str, str], ground: Ground, rng: Random) -> Plant:
    name, way = token(rng), rng.choice(sorted(texts))
    path = f"{name}/{way}"
    if ground.place(path).scope is not Scope.PROD:
        raise CannotPlantError("a new folder of this target is not of production")
    url = f"https://models.{name}.com/v1/model.onnx"
    text = texts[way].format(url=url)
    return Plant(way, path, text.strip(), (name,), 1, data=text.encode())


@kind("outcome of another requirement turned", "10.5", layer="case")
def outcome_turned(ground: Ground, rng: Random) -> Plant:
    """Turn what was decided on a requirement that holds."""
    holding = [item for item in ground.case.decided if item.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE)]
    if not holding:
        raise CannotPlantError("no requirement holds, so that none can be turned")
    chosen, other = rng.choice(holding), rng.choice((Outcome.FAIL, Outcome.ERROR, Outcome.UNDETERMINED))

    def change(case: Case) -> Case:
        decided = tuple(
            item.model_copy(update={"outcome": other}) if item.requirement == chosen.requirement else item
            for item in case.decided
        )
        return case.model_copy(update={"decided": decided})

    return Plant(
        str(other), chosen.requirement, f"{chosen.requirement} turned to {other}", (chosen.requirement,), change=change
    )


@kind("word that asks for less, or sentence gone", "10.5", layer="case")
def words_changed(ground: Ground, rng: Random) -> Plant:
    """Add a registry to a sentence's words, or change a sentence of a requirement that holds."""
    features = ground.case.features
    holding = [item.requirement for item in ground.case.decided if item.outcome is Outcome.PASS]
    if holding and rng.random() < 0.5:
        name = rng.choice(holding)
        changed = features.model_copy(update={"missing": (*features.missing, name)})
        names = (name,)
    else:
        name = rng.choice(("1.1", "5.1"))
        word = {"1.1": "ModelScope", "5.1": "conda-forge"}[name]
        sentences = tuple(
            s.model_copy(update={"words": {key: (*words, word) for key, words in s.words.items()}})
            if s.requirement == name
            else s
            for s in features.sentences
        )
        changed = features.model_copy(update={"sentences": sentences})
        names = ("feature files",)
    return Plant(
        "sentence" if changed.missing else "word",
        name,
        f"the sentence of {name} changed",
        names,
        change=lambda case: case.model_copy(update={"features": changed}),
    )


@kind("evidence of a component gone", "10.2", layer="case")
def evidence_gone(ground: Ground, rng: Random) -> Plant:
    """Take the evidence, or the row, of a component that was validated."""
    validated = {row.component for row in ground.findings["10.2"].observations if row.outcome is Outcome.PASS}
    found = [
        (item.requirement, cell) for item in ground.case.decided for cell in item.cells if cell.component in validated
    ]
    if not found:
        raise CannotPlantError("no component is validated in every requirement that has to")
    requirement, chosen = rng.choice(found)
    way = rng.choice(("without evidence", "row gone", "undetermined"))
    other = {
        "without evidence": chosen.model_copy(update={"has_evidence": False}),
        "undetermined": chosen.model_copy(update={"outcome": Outcome.UNDETERMINED}),
    }.get(way)

    def change(case: Case) -> Case:
        decided = tuple(
            item.model_copy(
                update={
                    "cells": tuple(
                        c for c in ((other if cell.component == chosen.component else cell) for cell in item.cells) if c
                    )
                }
            )
            if item.requirement == requirement
            else item
            for item in case.decided
        )
        return case.model_copy(update={"decided": decided})

    return Plant(
        way, chosen.component, f"{requirement} of {chosen.component}: {way}", (chosen.component,), change=change
    )
