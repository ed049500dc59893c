"""Inventories by chance: names, versions, addresses and licenses as nobody would hope for them."""

from __future__ import annotations

from random import Random
from typing import Any

from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration
from supplychain.model.inventory import Inventory
from supplychain.model.reference import Place, Reference, Relation, Scope, Unread, Unresolved
from tests.bom.support import inventory, reference

SOURCES = ["huggingface", "pypi", "npm", "docker", "github", "mlflow", "url", "file", "openai", "kaggle", "unheard-of"]
NAMES = [
    *("acme/m", "gpt2", "@scope/n", "a b", 'a "b" <c> é', "a@b", "a#b~", "org/action/sub/path", "ghcr.io/acme/image"),
    *("spaces/acme/x", "/", "//", "%20", "a?b=c", "pkg:x", "ü/ß", "x" * 480, "a\nb", "\u202ea", "a/b@1", "."),
]
VERSIONS = [
    None,
    None,
    "",
    "1.0",
    "main",
    "a" * 40,
    "sha256:" + "b" * 64,
    "v1/x",
    "1 2",
    "é",
    "NOASSERTION ",
    "@",
    "x" * 400,
]
ADDRESSES = [
    None,
    "https://u:p@h.org/x?token=1",
    "s3://b/k",
    "https://${H}/x",
    "http://[::1",
    "hf://a/b@c",
    "h.org/x",
    "",
]
SUMS = [None, "sha256:" + "a" * 64, "sha512:" + "C" * 128, "md5:zz", "blake3:" + "a" * 64, "x"]
LICENSES = ["MIT", "mit or isc", "llama2", "LicenseRef-own", "MIT AND", "(((", "GPL-2.0+", "LicenseRef-", " "]


def generated(seed: int) -> tuple[Inventory, Declaration]:
    """Return an inventory and a declaration; the same seed gives the same."""
    chance = Random(seed)
    references = [_reference(chance) for _ in range(chance.randrange(60))]
    ids = [found.component.id for found in references] or ["model:url/x"]
    relations = tuple(
        Relation(subject=chance.choice(ids), kind=kind, object=chance.choice([*ids, "x"]), at=_place(chance))
        for kind in ("fine-tuned from", "trained on", "served by")
        for _ in range(chance.randrange(4))
    )
    unresolved = (
        Unresolved(kind=Kind.MODEL, at=_place(chance), call="c", expression=chance.choice(NAMES), reason="r"),
    )
    unread = (Unread(what=chance.choice(NAMES), reason="r", count=2, at=_place(chance)),)
    hidden: dict[str, Any] = {"unresolved": unresolved, "unread": unread} if chance.random() < 0.5 else {}
    return inventory(*references, relations=relations, **hidden), _declaration(chance, sorted(set(ids)))


def _place(chance: Random) -> Place:
    file, line = chance.choice(["app.py", "a b/é.py", "x" * 300]), chance.choice([None, 1, 7])
    return Place(file=file, line=line, scope=chance.choice(list(Scope)))


def _reference(chance: Random) -> Reference:
    kind = chance.choice(list(Kind))
    source = "" if kind is Kind.SERVICE else chance.choice(SOURCES)
    component = Component(kind=kind, source=source, name=chance.choice(NAMES))
    facts: dict[str, Any] = {
        "address": chance.choice(ADDRESSES),
        "checksum": chance.choice(SUMS),
        "region": chance.choice([None, "eu"]),
    }
    return reference(component.id, chance.choice(VERSIONS), **facts, at=_place(chance))


def _declaration(chance: Random, ids: list[str]) -> Declaration:
    components = [
        {
            "id": identity,
            "license": chance.choice(LICENSES),
            "first_party": chance.random() < 0.2,
            "provenance": {
                "source": "s",
                "creator": chance.choice(["", "A (b)", "()"]),
                "pii": chance.choice(["", "n"]),
            },
            "revision": chance.choice([None, "d"]),
        }
        for identity in ids
        if chance.random() < 0.5
    ]
    owner = chance.choice(["team@example.com", "A (b)", "@", "é"])
    return Declaration.model_validate({"schema": 1, "component": components, "project": {"name": "t", "owner": owner}})
