"""A stand-in of Hugging Face: the hub's paths, headers and error codes, which its own client works against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from supplychain.model.component import Component, Kind
from tests.sound_hub import (
    LARGE,
    git_oid,
    hub_account,
    hub_commits,
    hub_facts,
    hub_files,
    hub_info,
    lfs_oid,
    pointer_of,
)
from tests.standins.server import Reply, Seen, StandIn, answer, redirect

Repository = tuple[str, dict[str, Any]]
"""A component and what is said of it."""
SMALL = ("rfilename",)
"""What a list of files tells where nobody asks for more."""


class Hub(StandIn):
    """Models, datasets and owners; `add` takes the changes of `hub_entry`."""

    def __init__(self) -> None:
        """Begin with the one owner that is surely there."""
        super().__init__()
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.moved: dict[tuple[str, str], str] = {}
        self.owners: dict[str, dict[str, Any]] = {"huggingface": {}}

    def add(self, component: str, **changes: Any) -> dict[str, Any]:
        """List a model or dataset and its owner; return what is said of it, which a test may alter."""
        parsed = Component.parse(component)
        facts = hub_facts(component, **changes)
        kind = "models" if parsed.kind is Kind.MODEL else "datasets"
        if facts["state"] == "no such component":
            return facts
        if facts["name"] != parsed.name:
            self.moved[kind, parsed.name] = facts["name"]
        self.repositories[kind, facts["name"]] = (component, facts)
        if facts["owner"] is not None and facts["owner"].get("state", "listed") == "listed":
            self.owners[facts["name"].partition("/")[0]] = {k: v for k, v in facts["owner"].items() if k != "state"}
        return facts

    def reply(self, seen: Seen, path: str) -> Reply:
        """Return what the hub answers to a path, whose parts may hold encoded slashes."""
        del path
        address = urlsplit(seen.path)
        parts = [unquote(part) for part in address.path.split("/")[1:]]
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if parts[0] == "cdn":
            return self._stored(parts[1])
        if parts[:2] in (["api", "organizations"], ["api", "users"]):
            return self._account(parts[1], parts[2])
        is_api = parts[0] == "api"
        kind, rest = (parts[1], parts[2:]) if is_api else ("models", parts)
        if not is_api and parts[0] == "datasets":
            kind, rest = "datasets", parts[1:]
        return self._of_repository(seen, kind, rest, query)

    def _of_repository(self, seen: Seen, kind: str, rest: list[str], query: Mapping[str, str]) -> Reply:
        length = 2 if (kind, "/".join(rest[:2])) in {*self.repositories, *self.moved} else 1
        name, rest = "/".join(rest[:length]), rest[length:]
        if (kind, name) in self.moved:
            new = seen.path.replace(name, self.moved[kind, name], 1)
            return redirect(307, new)
        if (kind, name) not in self.repositories:
            has_token = "authorization" in seen.headers
            return _error(404 if has_token else 401, "RepoNotFound", "Repository not found")
        component, facts = self.repositories[kind, name]
        if facts.get("disabled"):
            return Reply(status=403, headers={"X-Error-Message": "Access to this resource is disabled."})
        revision = rest[1] if len(rest) > 1 else None
        newest = {None, "main", facts["commit"], *facts["revisions"]}
        if revision not in newest or (facts["state"] == "no such revision" and revision not in {None, "main"}):
            return _error(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        match rest[:1]:
            case ["resolve" | "raw"]:
                return self._file(seen, component, facts, rest)
            case ["tree"]:
                return answer(_tree(component, facts, rest[2:], query))
            case ["commits"]:
                return answer(hub_commits(facts))
            case ["refs"]:
                branch = {"name": "main", "ref": "refs/heads/main", "targetCommit": facts["commit"]}
                return answer({"branches": [branch], "tags": [], "converts": []})
            case _:
                return answer(_asked(hub_info(component, **facts), query))

    def _file(self, seen: Seen, component: str, facts: dict[str, Any], rest: list[str]) -> Reply:
        if facts["state"] == "gated" and "authorization" not in seen.headers:
            return _error(401, "GatedRepo", "Access to it is restricted. You must be authenticated to access it.")
        content = hub_files(component, facts).get("/".join(rest[2:]))
        if content is None:
            return _error(404, "EntryNotFound", "Entry not found")
        headers = {"X-Repo-Commit": facts["commit"], "Accept-Ranges": "bytes"}
        if not rest[-1].endswith(LARGE):
            return Reply(body=content, type="text/plain", headers=headers | {"ETag": f'"{git_oid(content)}"'})
        if rest[0] == "raw":
            return Reply(body=pointer_of(content), type="text/plain", headers=headers)
        linked = {"X-Linked-Etag": f'"{lfs_oid(content)}"', "X-Linked-Size": str(len(content))}
        address = (
            f"{self.address.replace('127.0.0.1', 'localhost')}/cdn/{lfs_oid(content)}"  # another host, as theirs is
        )
        return Reply(status=302, headers=headers | linked | {"Location": address})

    def _stored(self, digest: str) -> Reply:
        stored = (
            content
            for component, facts in self.repositories.values()
            for content in hub_files(component, facts).values()
        )
        content = next((content for content in stored if lfs_oid(content) == digest), None)
        headers = {"ETag": f'"{digest}"'}
        return (
            Reply(status=403) if content is None else Reply(body=content, type="binary/octet-stream", headers=headers)
        )

    def _account(self, kinds: str, name: str) -> Reply:
        owner = self.owners.get(name)
        kind = (owner or {}).get("kind", "organization")
        if owner is None or kinds != f"{kind}s":
            return Reply(status=404, body=b'{"error":"This does not exist"}')
        return answer(hub_account(name, kind, owner.get("verified", True), owner.get("created")))


def _asked(info: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    if query.get("blobs", "").lower() != "true":
        info["siblings"] = [{name: file[name] for name in SMALL} for file in info["siblings"]]
    if query.get("securityStatus", "").lower() != "true":
        info.pop("securityRepoStatus", None)
    return info


def _tree(component: str, facts: Mapping[str, Any], under: list[str], query: Mapping[str, str]) -> list[dict[str, Any]]:
    folder = "/".join(under)
    entries: dict[str, dict[str, Any]] = {}
    for path, content in hub_files(component, facts).items():
        if folder and not path.startswith(f"{folder}/"):
            continue
        rest = path.removeprefix(f"{folder}/" if folder else "")
        if query.get("recursive", "").lower() != "true" and "/" in rest:
            top = "/".join(filter(None, (folder, rest.partition("/")[0])))
            entries[top] = {"type": "directory", "oid": git_oid(top.encode()), "size": 0, "path": top}
        else:
            entries[path] = _blob(path, content)
    return list(entries.values())


def _blob(path: str, content: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "oid": git_oid(content), "size": len(content), "path": path}
    if path.endswith(LARGE):
        pointer = pointer_of(content)
        entry["oid"] = git_oid(pointer)
        entry["lfs"] = {"oid": lfs_oid(content), "size": len(content), "pointerSize": len(pointer)}
    return entry


def _error(code: int, word: str, message: str) -> Reply:
    body = json.dumps({"error": message}).encode()
    return Reply(status=code, body=body, headers={"X-Error-Code": word, "X-Error-Message": message})
