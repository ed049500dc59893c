"""Targets of a few files, and what is gathered of their provenance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from supplychain.config.loading import parse
from supplychain.model.case import Case, Features, TargetState
from supplychain.model.component import Component
from supplychain.model.declaration import Declaration
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.reference import Place, Reference, Resolution
from supplychain.provenance import Gathered, read
from supplychain.target import Target
from tests.sound_facts import NOW

DATA = "dataset:file/data/rows.csv"
HUB = "dataset:huggingface/org/rows"


def reference(name: str, at: str = "train.py", line: int = 3, **facts: Any) -> Reference:
    """Return a place that names a component."""
    component = Component.parse(name)
    resolution = Resolution.FILE if component.is_file else Resolution.LITERAL
    return Reference(component=component, at=Place(file=at, line=line), resolution=resolution, **facts)


def case_of(files: Mapping[str, str | bytes], *references: Reference) -> tuple[Target, Case]:
    """Return a target in memory and its case, with its own declaration."""
    content = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    declared = content.get("supplychain.toml")
    declaration = parse(Declaration, declared, "supplychain.toml") if declared else None
    state = TargetState(name="t", commit=None, dirty=None, git="none", files=len(files), tree_digest="sha256:t")
    inventory = Inventory(references=references, self_test=SelfTest(planted=1, found=1))
    now = datetime.fromisoformat(NOW)
    case = Case(
        schema=1, now=now, target=state, inventory=inventory, declaration=declaration, features=Features(digest="x")
    )
    return Target.of(content), case


def gathered(files: Mapping[str, str | bytes], *names: str | Reference) -> Gathered:
    """Return what is gathered of these components; by default the one file `data/rows.csv`."""
    references = [name if isinstance(name, Reference) else reference(name) for name in names or (DATA,)]
    return read(*case_of(files, *references))


def stated(files: Mapping[str, str | bytes], *names: str | Reference, component: str = DATA) -> dict[str, str]:
    """Return the fields that documents state of a component, each with its value and line."""
    found = gathered(files, *names)
    assert not found.doubts, found.doubts
    return {
        item.field: f"{item.value} @{item.at}"
        for item in found.statements
        if item.component == component and item.origin != "code"
    }


def hashes(files: Mapping[str, str | bytes], *names: str) -> list[tuple[str, str, str, str]]:
    """Return the published hashes by component, path, algorithm and value."""
    return [(name, path, item.algorithm, item.value) for name, path, item in gathered(files, *names).hashes]


def croissant(**changes: Any) -> str:
    """Return a Croissant description of `rows.csv`, a key on each line; None takes a key out."""
    whole = {
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "rows",
        "url": "https://data.example/rows",
        "creator": [{"@type": "Organization", "name": "Example Lab"}, {"name": "Ada"}],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "version": "1.2.0",
        "datePublished": "2024-05-17",
        "rai:dataCollection": "Asked of volunteers.",
        "rai:dataPreprocessingProtocol": ["Lower-cased", "Deduplicated"],
        "rai:personalSensitiveInformation": ["none"],
        "distribution": [{"@type": "cr:FileObject", "contentUrl": "rows.csv", "sha256": "a" * 64, "md5": "b" * 32}],
    }
    return json.dumps({key: value for key, value in {**whole, **changes}.items() if value is not None}, indent=1)
