"""What a hub says of the sound target's model and dataset, and of any other one that a test makes up.

All of it is written by the tests, in the form in which Hugging Face answers; the bytes are inert.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from supplychain.facts.store import Entry
from supplychain.model.component import Component, Kind

NOW = datetime.fromisoformat("2026-10-20T12:00:00+00:00")
MODEL = "model:huggingface/BAAI/bge-small-en-v1.5"
DATASET = "dataset:huggingface/mteb/banking77"
COMMITS = {MODEL: "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a", DATASET: "0fd18e25b25c072e09e0d92ab615fda904d66300"}
"""The commits that the sound target pins."""
LARGE = (".safetensors", ".onnx", ".parquet", ".bin", ".gguf", ".pt", ".pth", ".pkl", ".h5")
"""What a hub keeps in Git LFS, by its ending: of these it states the SHA-256."""
_HEADER = b'{"weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
SAFETENSORS = struct.pack("<Q", len(_HEADER)) + _HEADER + bytes(4)
"""A safetensors file with one number in it."""


def card(license: str, *lines: str) -> bytes:  # noqa: A002 - as the card calls it
    """Return a card with a license and further lines of its YAML."""
    return "\n".join(["---", f"license: {license}", *lines, "---", "# A card", "", "Written for a test.", ""]).encode()


HUB_FILES: dict[str, dict[str, bytes]] = {
    MODEL: {
        "README.md": card("mit", "language: en"),
        "config.json": b'{"architectures": ["BertModel"], "model_type": "bert"}\n',
        "model.safetensors": SAFETENSORS,
        "onnx/model.onnx": b"\x08\x08",
        "tokenizer.json": b'{"version": "1.0"}\n',
    },
    DATASET: {
        "README.md": card("cc-by-4.0", "language: en"),
        "data/test-00000-of-00001.parquet": b"PAR1 nothing to test with PAR1",
        "data/train-00000-of-00001.parquet": b"PAR1 nothing to learn from PAR1",
    },
}
"""The bytes of the sound target's model and dataset at the pinned commits, by component and path."""


def files_of(component: str) -> dict[str, bytes]:
    """Return the bytes of a component, unless a test gives others: a card and weights, or a card and data."""
    if component in HUB_FILES:
        return HUB_FILES[component]
    return HUB_FILES[MODEL if component.startswith("model:") else DATASET]


def commit_of(component: str) -> str:
    """Return the newest commit of a component: the one that is pinned, or one made of its name."""
    return COMMITS.get(component) or hashlib.sha1(component.encode(), usedforsecurity=False).hexdigest()


def hub_entry(component: str, **changes: Any) -> list[Entry]:
    """Return what a hub says of a component and of its owner, everything sound but for the changes.

    state: "listed", "gated", "no such component", "no such revision" (of all but the newest) or "unknown" (nothing is kept)
    name: what the hub answers with, where it was renamed; commit, revisions: the newest one, and what else is asked for
    created, modified: texts in ISO 8601; downloads, likes: numbers, or None where the hub says nothing
    files: bytes by path; card: False takes the README away; license, license_name, license_link, bases, datasets, tags
    committers: names, the newest first; scan: "safe", "pending", "none", or the statuses of some files by path
    owner: changes to what is said of the owner: kind, verified, created, state; None: nothing is kept of it
    """
    facts = hub_facts(component, **changes)
    entries = list(_owner(facts["name"].partition("/")[0], **facts["owner"])) if facts["owner"] is not None else []
    if facts["state"] == "unknown":
        return entries
    for revision in dict.fromkeys((None, "main", facts["commit"], *facts["revisions"])):
        entries.append(_entry(_info_path(component, revision), *_info(component, facts, revision)))
    if facts["state"] != "no such component":
        entries.append(_entry(f"{_api(component)}/commits/{facts['commit']}", 200, hub_commits(facts)))
        entries += _contents(component, facts)
    return entries


def sound_hub(changes: Mapping[str, Mapping[str, Any]] = {}) -> Iterator[Entry]:
    """Yield what a hub says of the sound target's components, and of those that the changes name."""
    yield from _owner("huggingface")  # it is asked for where there is no such owner
    for component in dict.fromkeys((MODEL, DATASET, *changes)):
        yield from hub_entry(component, **changes.get(component, {}))


def lfs_oid(content: bytes) -> str:
    """Return the SHA-256 that a hub states of a large file."""
    return hashlib.sha256(content).hexdigest()


def git_oid(content: bytes) -> str:
    """Return the id of the git blob that holds a content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def hub_facts(component: str, **changes: Any) -> dict[str, Any]:
    """Return what the hub says of a component in the words of `hub_entry`."""
    is_model = component.startswith("model:")
    return {
        "state": "listed",
        "name": Component.parse(component).name,
        "commit": commit_of(component),
        "revisions": (),
        "created": "2023-09-12T05:20:08.000Z",
        "modified": "2024-02-22T03:36:23.000Z",
        "downloads": 3_000_000,
        "likes": 300,
        "files": files_of(component),
        "card": True,
        "license": "mit" if is_model else "cc-by-4.0",
        "license_name": None,
        "license_link": None,
        "bases": (),
        "datasets": (),
        "tags": (),
        "committers": ("Shitao" if is_model else "loicmagne",),
        "scan": "safe",
        "owner": {},
        **changes,
    }


def _api(component: str) -> str:
    parsed = Component.parse(component)
    return f"api/{'models' if parsed.kind is Kind.MODEL else 'datasets'}/{parsed.name}"


def _info_path(component: str, revision: str | None) -> str:
    at = f"/revision/{quote(revision, safe='')}" if revision else ""
    return f"{_api(component)}{at}?blobs=true&securityStatus=true"


def hub_info(component: str, **changes: Any) -> dict[str, Any]:
    """Return what Hugging Face answers on a component, as JSON."""
    facts = hub_facts(component, **changes)
    tags = [*facts["tags"], *(f"base_model:{name}" for name in facts["bases"])]
    stated = {name: facts[name] for name in ("license", "license_name", "license_link") if facts[name]}
    lists = {"base_model": facts["bases"], "datasets": facts["datasets"]}
    info = {
        "_id": "64fff5e8a1b2c3d4e5f60718",
        "id": facts["name"],
        "author": facts["name"].partition("/")[0],
        "sha": facts["commit"],
        "createdAt": facts["created"],
        "lastModified": facts["modified"],
        "private": False,
        "gated": "manual" if facts["state"] == "gated" else False,
        "disabled": False,
        "downloads": facts["downloads"],
        "likes": facts["likes"],
        "tags": [*tags, *([f"license:{facts['license']}"] if facts["license"] else [])],
        "cardData": stated | {name: list(values) for name, values in lists.items() if values},
        "siblings": [_sibling(path, content) for path, content in sorted(hub_files(component, facts).items())],
        "securityRepoStatus": _security(facts["scan"]),
    }
    if not facts["card"]:
        info["cardData"] = None
    return {name: value for name, value in info.items() if value is not None}


def hub_files(component: str, facts: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files of a component as changed."""
    files = dict(facts.get("files") or files_of(component))
    if not facts.get("card", True):
        files.pop("README.md", None)
    return files


def _sibling(path: str, content: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = {"rfilename": path, "size": len(content), "blobId": git_oid(content)}
    if path.endswith(LARGE):
        pointer = pointer_of(content)
        entry["blobId"] = git_oid(pointer)
        entry["lfs"] = {"sha256": lfs_oid(content), "size": len(content), "pointerSize": len(pointer)}
    return entry


def pointer_of(content: bytes) -> bytes:
    """Return the pointer of Git LFS that stands for a content."""
    oid = lfs_oid(content)
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n".encode()


def _security(scan: str | Mapping[str, str]) -> dict[str, Any] | None:
    if scan == "none":
        return None
    issues = [] if isinstance(scan, str) else [{"path": path, "level": level} for path, level in scan.items()]
    return {"scansDone": scan != "pending", "filesWithIssues": issues}


def _info(component: str, facts: Mapping[str, Any], revision: str | None) -> tuple[int, object, str]:
    if facts["state"] == "no such component":
        return 401, {"error": "Invalid username or password."}, "RepoNotFound"
    if facts["state"] == "no such revision" and revision not in {None, "main"}:
        return 404, {"error": f"Invalid rev id: {revision}"}, "RevisionNotFound"
    return 200, hub_info(component, **facts), ""


def hub_commits(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the hub answers of the newest commits."""
    return [
        {
            "id": facts["commit"] if not number else hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest(),
            "title": "Written for a test",
            "message": "",
            "authors": [{"user": name, "avatar": "/avatars/none.svg"}],
            "date": facts["modified"],
        }
        for number, name in enumerate(facts["committers"])
    ]


def _contents(component: str, facts: Mapping[str, Any]) -> Iterator[Entry]:
    """Yield the small files at the newest commit."""
    prefix = "" if component.startswith("model:") else "datasets/"
    name = Component.parse(component).name
    for path, content in hub_files(component, facts).items():
        if not path.endswith(LARGE):
            key = f"{prefix}{name}/raw/{facts['commit']}/{quote(path)}"
            yield Entry("huggingface-files", key, "", NOW, 200, content, ())


def _owner(
    name: str,
    *,
    kind: str = "organization",
    verified: bool | None = True,
    created: str | None = None,
    state: str = "listed",
) -> Iterator[Entry]:
    for what in ("organization", "user"):
        if state == "listed" and kind == what:
            yield _entry(f"api/{what}s/{name}/overview", 200, hub_account(name, kind, verified, created))
        elif state != "unknown":
            yield _entry(f"api/{what}s/{name}/overview", 404, {"error": "This does not exist"})


def hub_account(name: str, kind: str, verified: bool | None, created: str | None) -> dict[str, Any]:
    """Return what the hub answers of an owner."""
    named, short = ("name", "org") if kind == "organization" else ("user", "user")
    body: dict[str, Any] = {named: name, "fullname": name, "type": short, "avatarUrl": "", "createdAt": created}
    body["isVerified"] = verified if kind == "organization" else None
    return {key: value for key, value in body.items() if value is not None}


def _entry(key: str, status: int, body: object, error: str = "") -> Entry:
    return Entry("huggingface", key, "", NOW, status, json.dumps(body).encode(), (), error)
