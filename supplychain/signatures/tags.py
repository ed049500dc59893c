"""Signed tags of git, where a model or dataset lies in a repository: the target's own, a submodule, or a clone within it.

A tag signs a commit, and by git's ids all files of it. It is on a component where its commit has these very bytes at the
same paths; where the commit is the one that is checked out, other bytes are no longer what was signed.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from supplychain import confined, git
from supplychain.files import NotReadError
from supplychain.model.artifact import Artifact, FoundSignature
from supplychain.model.reference import Place
from supplychain.model.text import printable
from supplychain.signatures import git_objects
from supplychain.signatures.coverage import compare
from supplychain.signatures.interface import Candidate, DamagedError, Held, Key, Spot, State, Statement, Verdict
from supplychain.target import File, Target

SECONDS = 60.0
INSTALL = "pip install 'supplychain-spec[signing]'"
_BEGINS = re.compile(
    rb"^-----BEGIN (?P<form>PGP SIGNATURE|PGP MESSAGE|SIGNED MESSAGE|SSH SIGNATURE)-----", re.MULTILINE
)
_SHOWN = 80


@dataclass(frozen=True)
class Told:
    """What comes of the tags of one repository for one component."""

    looked: tuple[str, ...] = ()
    lacked: tuple[str, ...] = ()
    found: tuple[FoundSignature, ...] = ()


@dataclass
class _Repository:
    """What is known of the tags of one repository."""

    folder: str
    head: str | None
    signed: list[dict[str, Any]] = field(default_factory=list)
    unread: list[dict[str, str]] = field(default_factory=list)
    folders: dict[str, dict[str, str]] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    @property
    def where(self) -> str:
        return f"the tags of git in {self.folder}" if self.folder else "the tags of git in the target"


class Tags:
    """The signed tags of every repository in a target; each repository is read once, for all paths that are asked for."""

    def __init__(self, target: Target, paths: Iterable[str], keys: Sequence[Key], now: datetime) -> None:
        """Read no repository before it is needed.

        Args:
            target: the target.
            paths: files and folders of it that components lie at.
            keys: the files that the policy's `trust.keys` name.
            now: the time of the run.
        """
        self._target = target
        self._paths = tuple(dict.fromkeys(paths))
        self._keys = keys
        self._now = now
        self._read: dict[Path, _Repository | str] = {}

    def of(self, path: str, artifacts: Sequence[Artifact], at: Place, expected: Sequence[str]) -> Told:
        """Return what tags say of a component that lies at a path.

        Args:
            path: a file or folder of the target.
            artifacts: what is known of the component's bytes.
            at: the first place that names the component.
            expected: signatures that an earlier record names.
        """
        try:
            place = self._place(path)
        except NotReadError as error:
            return Told(lacked=(f"the tags of git: {error}",))
        if place is None:
            return Told()
        folder, kept = place
        if kept not in self._read:
            self._read[kept] = self._repository(folder, kept)
        read = self._read[kept]
        if isinstance(read, str):
            return Told(lacked=(read,))
        files = self._files(path, read.folder)
        judged = [(tag, *self._compared(read, tag, path, files, artifacts)) for tag in read.signed]
        chosen = _chosen(judged, read, expected)
        found = [self._found(read, tag, state, says, at, files) for tag, state, says in chosen]
        found += _unread(read, at)
        others = len(read.signed) if not found else 0
        return Told(
            (f"{read.where} ({others} signed, none on these bytes)" if others else read.where,), (), tuple(found)
        )

    def _place(self, path: str) -> tuple[str, Path] | None:
        file = self._target.get(path)
        return git.repository(self._target.root, file.raw if file else path) if self._target.root else None

    def _repository(self, folder: str, kept: Path) -> _Repository | str:
        """Return what a process of its own reads of a repository, or why it is not known."""
        try:
            found = _Repository(folder, git.head(kept))
            tags = git.tags(kept)
        except NotReadError as error:
            return f"the tags of git: {error}"
        if any(len(own) != 40 for own in tags.values()):
            return f"{found.where}: its ids are of SHA-256, which is not read"
        objects = kept / "objects"
        if not tags:
            return found
        if os.path.realpath(objects) != str(objects):
            return f"{found.where}: its objects are behind a link"
        if importlib.util.find_spec("dulwich") is None:
            says = f"dulwich, which reads what git keeps, is not installed: {INSTALL}"
            found.unread = [{"name": name, "state": "unreadable", "says": says} for name in tags]
            return found
        own = [item for path in self._paths if (item := self._within(path, kept)) is not None]
        try:
            asked = {"objects": str(objects), "tags": tags, "paths": sorted(set(own))}
            answered = confined.ask(git_objects.__file__, asked, SECONDS)
        except confined.StoppedError as error:
            return f"{found.where}: dulwich {error}"
        found.signed = sorted(answered["signed"], key=lambda tag: (-tag["when"], tag["name"]))
        found.unread = answered["unread"]
        found.folders = answered["folders"]
        return found

    def _within(self, path: str, kept: Path) -> str | None:
        """Return where a path lies in the repository that git keeps in a folder; None: in another."""
        try:
            place = self._place(path)
        except NotReadError:
            return None
        return self._relative(path, place[0]) if place and place[1] == kept else None

    def _relative(self, path: str, folder: str) -> str:
        file = self._target.get(path)
        raw = file.raw if file else path.strip("/") if path != "." else ""
        return raw.removeprefix(folder).lstrip("/") if folder else raw

    def _files(self, path: str, folder: str) -> dict[str, File]:
        """Return the files of a component by their paths in its repository."""
        single = self._target.get(path)
        prefix = "" if path in {"", "."} else path.rstrip("/") + "/"
        inside = [single] if single else [file for file in self._target.files if file.path.startswith(prefix)]
        return {self._relative(file.path, folder): file for file in inside if file.raw.rpartition("/")[2] != ".git"}

    def _compared(
        self, read: _Repository, tag: dict[str, Any], path: str, files: dict[str, File], artifacts: Sequence[Artifact]
    ) -> tuple[State, str]:
        """Return whether a tag is on these bytes."""
        own = self._relative(path, read.folder)
        at = tag["at"].get(own)
        if at is None:
            return "incomplete", ""
        base = f"{own}/" if own and own not in files else ""
        ids = {base + name: blob for name, blob in read.folders[at].items()} if at in read.folders else {own: at}
        known = {item.path: item for item in artifacts if item.where in {"target", "declared"}}
        held = {
            name: Held(partial(self._ids, file, ids.get(name, ""), known.get(file.path)))
            for name, file in files.items()
        }
        is_file = own in files and at not in read.folders
        candidate = Candidate(tag["name"], "", own if is_file else None, lambda: (None, ""))
        return compare(Spot(read.where, held, (), is_folder=not is_file), candidate, Statement(ids, is_model=True))

    def _ids(self, file: File, signed: str, known: Artifact | None) -> frozenset[str]:
        """Return git's id of a file: of its bytes, or of the pointer of Git LFS that stands for them; none: not at hand."""
        located = self._target.located(file)
        if located is None or (known is not None and known.state == "pointer"):
            return frozenset()
        if known is not None and known.sha256 and _pointer(known.sha256, file.size) == signed:
            return frozenset([signed])
        try:
            digest, blob = self._target.hashing(located)
        except NotReadError:
            return frozenset()
        return frozenset([signed if _pointer(digest, file.size) == signed else blob.decode("ascii")])

    def _found(
        self, read: _Repository, tag: dict[str, Any], state: State, says: str, at: Place, files: dict[str, File]
    ) -> FoundSignature:
        if tag["id"] not in read.verdicts:
            read.verdicts[tag["id"]] = self._verdict(tag)
        verdict = read.verdicts[tag["id"]]
        if tag["own"] != tag["name"]:
            verdict = Verdict("invalid", f"it was signed as the tag {tag['own'][:_SHOWN]}, and is another now")
        if verdict.state == "valid":
            verdict = replace(verdict, state=state, says=says)
        return FoundSignature(
            kind="git tag",
            file=_name(read, tag["name"]),
            at=at,
            state=verdict.state,
            says=verdict.says,
            identity=verdict.identity,
            by=verdict.by,
            key=verdict.key,
            covers=tuple(sorted(file.path for file in files.values())),
            digest=f"sha256:{hashlib.sha256(base64.b64decode(tag['content'])).hexdigest()}",
        )

    def _verdict(self, tag: dict[str, Any]) -> Verdict:
        """Return what comes of a tag's signature: the last that begins a line, on all that stands before it, as git does."""
        from supplychain.signatures import openpgp, ssh  # cryptography, where there is a use

        content = base64.b64decode(tag["content"])
        *_, begins = _BEGINS.finditer(content)
        message, signature = content[: begins.start()], content[begins.start() :]
        try:
            if b"\ngpgsig" in message.partition(b"\n\n")[0]:
                return Verdict("unreadable", "it is signed for two kinds of ids, which is not read")
            if begins["form"] == b"PGP SIGNATURE":
                return openpgp.verify(signature, Held(frozenset, lambda: iter([message])), self._keys, self._now)
            if begins["form"] == b"SSH SIGNATURE":
                return ssh.verify(signature, message, "git", self._keys, self._now)
        except DamagedError as error:
            return Verdict("invalid", str(error))
        return Verdict("unreadable", "it is of no form that is read: OpenPGP, SSH")


def _chosen(
    judged: Iterable[tuple[dict[str, Any], State, str]], read: _Repository, expected: Sequence[str]
) -> Iterator[tuple[dict[str, Any], State, str]]:
    """Yield the tags of what is checked out; and the newest on these bytes, if there is none, and those expected."""
    at_head, on_bytes = [], []
    for tag, state, says in judged:
        if tag["commit"] == read.head and (says or state != "incomplete"):
            at_head.append((tag, state, says))
        elif state in {"valid", "not compared"}:
            on_bytes.append((tag, state, says))
    yield from at_head
    for number, (tag, state, says) in enumerate(on_bytes):
        if (number == 0 and not at_head) or _name(read, tag["name"]) in expected:
            yield tag, state, says


def _unread(read: _Repository, at: Place) -> Iterator[FoundSignature]:
    """Yield the tags of which it is not known what they are on; one stands for all that have the same reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in read.unread:
        groups.setdefault((item["state"], item["says"]), []).append(item["name"])
    for (state, says), (first, *rest) in groups.items():
        shown = f"{says} (and {len(rest)} more tags)" if rest else says
        fields = {"kind": "git tag", "file": _name(read, first), "at": at, "state": state, "says": shown}
        yield FoundSignature.model_validate(fields)


def _name(read: _Repository, name: str) -> str:
    return printable(f"tag {name} in {read.folder}" if read.folder else f"tag {name}")


def _pointer(digest: str, size: int) -> str:
    """Return git's id of the pointer of Git LFS to a file, by its specification."""
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n".encode()
    return hashlib.sha1(b"blob %d\0" % len(text) + text, usedforsecurity=False).hexdigest()
