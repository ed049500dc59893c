"""Run apart by `confined`, since it parses what a target holds: read the tags of a git repository and what they are on.

It imports nothing of this package, so that it starts anywhere. No configuration is read, no alternate is opened, and no link
is followed: only regular files of the folder of objects that it is handed. Packs are read by dulwich, and of every object
the digest is computed anew.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import stat
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

SIZE = 64_000_000
"""Bytes of a loose object that are read; tags, commits and trees are far smaller."""
ENTRIES = 500_000
"""Entries of folders that are told."""
_TAGGED = re.compile(rb"object ([0-9a-f]{40})\ntype (\w+)\ntag ([^\n]*)\n(?:tagger [^\n]*> (\d{1,12}) [^\n]*\n)?")
_TREE_OF = re.compile(rb"tree ([0-9a-f]{40})\n")
_SIGNED = re.compile(rb"^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SIGNED MESSAGE|SSH SIGNATURE)-----", re.MULTILINE)
_NESTED = 5
_FOLDER = 0o040000
_TYPES = {1: b"commit", 2: b"tree", 3: b"blob", 4: b"tag"}


PACK = 700_000_000
"""Bytes of a pack that is read; it is mapped into the memory that this process may have."""


class DamagedError(Exception):
    """An object that is not what its id says."""


class LargeError(Exception):
    """What is too large to be read; the message says what."""


class Objects:
    """The objects in a folder, by their ids."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._packs: list[Any] | None = None
        self._trees: dict[str, dict[bytes, tuple[int, str]]] = {}

    def read(self, name: str) -> tuple[bytes, bytes]:
        """Return type and content of an object.

        Raises:
            KeyError: it is not there.
            DamagedError: its content is not what its id says.
        """
        loose = self._folder / name[:2] / name[2:]
        kind, content = _loose(loose) if _is_plain(loose) else self._packed(name)
        if hashlib.sha1(b"%s %d\0" % (kind, len(content)) + content, usedforsecurity=False).hexdigest() != name:
            raise DamagedError("its object was altered: it is not what its id says")
        return kind, content

    def entry(self, tree: str, path: str) -> tuple[int, str] | None:
        """Return mode and id of what a tree has at a path; the tree itself for an empty one."""
        found = (_FOLDER, tree)
        for part in path.split("/") if path else ():
            inside = self._tree(found[1]) if found[0] == _FOLDER else {}
            if os.fsencode(part) not in inside:
                return None
            found = inside[os.fsencode(part)]
        return found

    def files(self, tree: str, below: str = "") -> Iterator[tuple[str, str]]:
        """Yield path and id of every regular file below a tree."""
        for name, (mode, own) in self._tree(tree).items():
            path = below + os.fsdecode(name)
            if mode == _FOLDER:
                yield from self.files(own, path + "/")
            elif stat.S_ISREG(mode):
                yield path, own

    def _tree(self, name: str) -> dict[bytes, tuple[int, str]]:
        if name not in self._trees:
            kind, content = self.read(name)
            self._trees[name] = dict(_entries(content)) if kind == b"tree" else {}
        return self._trees[name]

    def _packed(self, name: str) -> tuple[bytes, bytes]:
        if self._packs is None:
            self._packs = [*_packs(self._folder / "pack")]
        for pack in self._packs:
            if name.encode() in pack:
                number, content = pack.get_raw(name.encode())
                return _TYPES[number], content
        raise KeyError(name)


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Return `{"signed", "unread", "folders"}` for `{"objects", "tags", "paths"}`.

    Asked are the folder of objects, the id of each tag by its name, and paths in the repository. `signed` are the tags that
    carry a signature, each with the id of what its commit has at each of the paths, and `folders` gives the files, by path,
    of every folder among these. `unread` are the tags of which that cannot be told.
    """
    objects = Objects(Path(asked["objects"]))
    signed, unread, folders, left = [], [], dict[str, dict[str, str]](), ENTRIES
    for name, own in asked["tags"].items():
        try:
            found = _tag(objects, own, asked["paths"])
            for folder in found.pop("trees") if found else ():
                if folder not in folders:
                    folders[folder] = dict(islice(objects.files(folder), left + 1))
                    left -= len(folders[folder])
                if left < 0:
                    folders.pop(folder, None)
                    raise LargeError(f"its folders hold more than {ENTRIES:,} files, which are not read")
        except DamagedError as error:
            unread.append({"name": name, "state": "invalid", "says": str(error)})
        except LargeError as error:
            unread.append({"name": name, "state": "unreadable", "says": str(error)})
        except KeyError:
            says = "an object that it leads to is not there: the repository is not whole, or borrows from another"
            unread.append({"name": name, "state": "unreadable", "says": says})
        except Exception as error:  # noqa: BLE001 - whatever a hostile object brings about, it is not verified
            says = f"an object that it leads to cannot be read: {type(error).__name__}"
            unread.append({"name": name, "state": "unreadable", "says": says})
        else:
            signed += [{"name": name, **found}] if found else []
    return {"signed": signed, "unread": unread, "folders": folders}


def _tag(objects: Objects, name: str, paths: list[str]) -> dict[str, Any] | None:
    """Return what a tag is on; None for one that carries no signature, or is on no commit."""
    kind, content = objects.read(name)
    if kind != b"tag" or not _SIGNED.search(content):
        return None
    head = _TAGGED.match(content)
    if head is None:
        raise DamagedError("its object does not begin as a tag does")
    commit, of = head[1].decode(), head[2]
    for _ in range(_NESTED):
        if of != b"tag":
            break
        inner = _TAGGED.match(objects.read(commit)[1])
        if inner is None:
            raise DamagedError("the tag that it is on does not begin as a tag does")
        commit, of = inner[1].decode(), inner[2]
    if of != b"commit":
        return None
    kind, text = objects.read(commit)
    tree = _TREE_OF.match(text)
    if kind != b"commit" or tree is None:
        raise DamagedError("it says that it is on a commit, and is not")
    found = {path: objects.entry(tree[1].decode(), path) for path in paths}
    regular = {
        path: entry for path, entry in found.items() if entry and (entry[0] == _FOLDER or stat.S_ISREG(entry[0]))
    }
    return {
        "id": name,
        "own": head[3].decode(errors="surrogateescape"),
        "commit": commit,
        "when": int(head[4] or 0),
        "content": base64.b64encode(content).decode(),
        "at": {path: entry[1] for path, entry in regular.items()},
        "trees": [entry[1] for entry in regular.values() if entry[0] == _FOLDER],
    }


def _loose(path: Path) -> tuple[bytes, bytes]:
    data = zlib.decompressobj().decompress(path.read_bytes(), SIZE)
    head, _, content = data.partition(b"\0")
    return head.partition(b" ")[0], content


def _packs(folder: Path) -> Iterator[Any]:
    from dulwich.object_format import SHA1
    from dulwich.pack import Pack

    for index in sorted(folder.glob("pack-*.idx")) if folder.is_dir() and not folder.is_symlink() else ():
        if _is_plain(index) and _is_plain(index.with_suffix(".pack")):
            if index.with_suffix(".pack").stat().st_size > PACK:
                raise LargeError(f"git keeps it in packs of more than {PACK:,} bytes, which are not read")
            yield Pack(str(index.with_suffix("")), object_format=SHA1)


def _is_plain(path: Path) -> bool:
    """Whether a path is a regular file that no link leads to."""
    try:
        return stat.S_ISREG(path.lstat().st_mode) and not path.parent.is_symlink()
    except OSError:
        return False


def _entries(content: bytes) -> Iterator[tuple[bytes, tuple[int, str]]]:
    """Yield name, mode and id of the entries of a tree."""
    at = 0
    while at < len(content):
        space = content.index(b" ", at)
        end = content.index(b"\0", space)
        yield content[space + 1 : end], (int(content[at:space], 8), content[end + 1 : end + 21].hex())
        at = end + 21
