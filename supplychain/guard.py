"""The guard: what was not verified is not loaded. One file of Python's standard library alone, 3.9 or later, POSIX.

    from guard import open_verified, verify_before_load, verify_source

    verify_source("BAAI/bge-small-en-v1.5", "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a")  # before a download
    model = load_file(verify_before_load("models/intent.safetensors"))
    with open_verified("models/intent.safetensors") as stream:  # the very bytes that were verified
        model = load(stream.read())

    python guard.py models/intent.safetensors --manifest .supplychain/guard.json

It exits with 0: accepted, 1: refused, 2: it could not run, which accepts nothing either. What it refuses goes on the
deny list and, where it has bytes, into quarantine; both lie in the folder `guard` beside the manifest.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import getopt
import hashlib
import io
import json
import os
import re
import stat
import sys
import time
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple, Union

MANIFEST = ".supplychain/guard.json"
"""The manifest where none is named, from the current folder; `supplychain guard` writes it."""
LIMIT = 1 << 40
"""Bytes that an artifact may have."""
TEXT_LIMIT = 64_000_000
"""Bytes that the manifest and the deny list may have."""
FILES_LIMIT = 100_000
"""Files that a folder may have."""

Path = Union[str, "os.PathLike[str]"]
_POINTER = b"version https://git-lfs.github.com/spec/"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}|sha256:[0-9a-f]{64}")
_OPTIONS = ["help", "source=", "revision=", "manifest=", "component=", "state="]
_USAGE = """usage: guard.py (PATH [--component ID] | --source ID --revision COMMIT) [--manifest FILE] [--state DIR]
  PATH         the file or folder that is to be loaded; --component: the id that it has to be of
  --source     the id of a component that is to be fetched
  --manifest   .supplychain/guard.json otherwise
  --state      the folder of deny list and quarantine; the folder guard beside the manifest otherwise"""
_MOVED = frozenset({"mismatch", "truncated", "unlisted", "deny-listed"})
_NEXT = {
    "mismatch": "keep it out of use and find out who changed it; fetch it again from its publisher",
    "truncated": "fetch it again; the download was cut off",
    "empty": "fetch it again; it holds nothing",
    "pointer": "fetch the bytes that it stands for: git lfs pull",
    "md5-only": "get a SHA-256 from its publisher and state it in supplychain.toml; MD5 shows no tampering",
    "unpinned": "pin its revision to a commit where it is loaded, run again, and write the manifest again",
    "untrusted": "mend what the run says of it, then write the manifest again: supplychain guard TARGET",
    "unlisted": "have it assessed and write the manifest again (supplychain guard TARGET), or remove it",
    "misplaced": "put it where the manifest has it; another file is expected under this name",
    "deny-listed": "remove it; only after a review, take its line out of the deny list",
    "missing": "fetch it, or give the path that it has",
    "link": "give the file or folder that it leads to",
    "no-file": "give a regular file or a folder",
    "too-large": "find out what it is; it is larger than the guard reads",
    "unreadable": "mend its permissions, or the disk",
    "changed": "stop what writes to it, then verify again",
}
"""The next step for each reason of a refusal."""


class Problem(NamedTuple):
    """One file or source that is refused."""

    path: str
    rule: str
    """A key of the reasons: `mismatch`, `unlisted`, …"""
    says: str
    digest: str | None = None
    """`sha256:<hex>` of its bytes, where they were read."""
    then: str = ""
    """What became of it."""

    @property
    def remedy(self) -> str:
        """The next step."""
        return _NEXT[self.rule]

    def __str__(self) -> str:
        return f"{shortened(self.path)}: {self.rule}: {self.says}{self.then}; next: {self.remedy}"


class Rejected(Exception):  # noqa: N818 - as decisions name it
    """What is refused and why; it is not loaded."""

    def __init__(self, *problems: Problem) -> None:
        """Keep the problems."""
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class CouldNotRun(Rejected):
    """The guard could not decide, which is a refusal too: its manifest or its deny list cannot be used."""

    def __init__(self, why: str) -> None:
        """Say why."""
        Exception.__init__(self, why)
        self.problems = ()


class Entry(NamedTuple):
    """An artifact of the manifest."""

    component: str
    parts: tuple[str, ...]
    sha256: str | None
    """None: only a weaker digest of it was published."""
    size: int | None
    revision: str | None
    """The commit that it is of; None where there is only one of its name."""


class Manifest(NamedTuple):
    """What may be loaded."""

    sources: dict[str, tuple[tuple[str | None, ...], str]]
    """The revisions of each component that may be fetched, and why it is not trusted; empty where it is."""
    entries: tuple[Entry, ...]


class Seen(NamedTuple):
    """A file that was read whole."""

    sha256: str
    size: int
    is_pointer: bool


def verify_before_load(
    path: Path,
    manifest: Path = MANIFEST,
    *,
    component: str | None = None,
    state: Path | None = None,
    limit: int = LIMIT,
) -> str:
    """Return the path of a file or folder that may be loaded.

    What can write to it afterwards can change it: keep it where only the guard's own user writes, or use
    `open_verified`. A folder has to hold exactly the files that the manifest lists of one component.

    Args:
        path: a file or a folder; no link.
        manifest: the file that `supplychain guard` wrote.
        component: the id that it has to be of; else it may be any component that has a file of this name.
        state: the folder of the deny list and the quarantine; `guard` beside the manifest otherwise.
        limit: bytes that a file may have.

    Raises:
        Rejected: it must not be loaded; its digest is on the deny list, and its bytes are in quarantine, where the
            message does not say otherwise.
        CouldNotRun: manifest or deny list are missing or damaged.
    """
    place, store, known = _place(path), _store(manifest, state), read_manifest(manifest)
    problems = inspect(place, known, store.denied(), component=component, limit=limit)
    if problems:
        raise Rejected(*[store.reject(problem, known) for problem in problems])
    return place


@contextlib.contextmanager
def open_verified(
    path: Path,
    manifest: Path = MANIFEST,
    *,
    component: str | None = None,
    state: Path | None = None,
    limit: int = LIMIT,
) -> Iterator[BinaryIO]:
    """Yield the bytes of a file that were verified, in memory: what changes the file afterwards changes nothing.

    Raises:
        Rejected: as `verify_before_load`.
    """
    place, store, known = _place(path), _store(manifest, state), read_manifest(manifest)
    held = io.BytesIO()
    problems = inspect(place, known, store.denied(), component=component, limit=limit, keep=held)
    if problems:
        raise Rejected(*[store.reject(problem, known) for problem in problems])
    held.seek(0)
    yield held


def verify_source(
    name: str, revision: str | None, manifest: Path = MANIFEST, *, kind: str = "model", state: Path | None = None
) -> None:
    """Return if a component may be fetched at a revision.

    Args:
        name: a component's id, or `org/name` for one of Hugging Face.
        revision: the commit that is asked for.
        manifest: as for `verify_before_load`.
        kind: `model` or `dataset`, where `name` is no id.
        state: as for `verify_before_load`.

    Raises:
        Rejected: it must not be fetched; the refusal is on the deny list where the message does not say otherwise.
        CouldNotRun: manifest or deny list are missing or damaged.
    """
    store, known = _store(manifest, state), read_manifest(manifest)
    component = name if ":" in name else f"{kind}:huggingface/{name}"
    asked = f"{component}@{revision or ''}"
    revisions, distrust = known.sources.get(component, ((), ""))
    if asked in store.denied():
        problem = Problem(asked, "deny-listed", "it was refused before")
    elif component not in known.sources:
        problem = Problem(asked, "unlisted", "the manifest names no such source")
    elif distrust:
        problem = Problem(asked, "untrusted", distrust)
    elif revision is None or not _COMMIT.fullmatch(revision):
        problem = Problem(asked, "unpinned", "its revision can come to mean something else")
    elif revision not in revisions:
        problem = Problem(asked, "unlisted", "the manifest names other revisions of it")
    else:
        return
    raise Rejected(store.record(problem, asked) if problem.rule == "unlisted" else problem)


def inspect(
    path: Path,
    known: Manifest,
    denied: frozenset[str],
    *,
    component: str | None = None,
    limit: int = LIMIT,
    keep: BinaryIO | None = None,
) -> list[Problem]:
    """Return what is wrong with a file or folder; it changes nothing.

    Args:
        path: what is to be loaded.
        known: the manifest.
        denied: the deny list.
        component: the id that it has to be of.
        limit: bytes that a file may have.
        keep: where the bytes of a file are copied to while they are read; a folder is then no file.
    """
    place = _place(path)
    entries = [entry for entry in known.entries if component in (None, entry.component)]
    try:
        mode = os.lstat(place).st_mode
    except FileNotFoundError:
        return [Problem(place, "missing", "there is no such file")]
    except (OSError, ValueError) as error:
        return [Problem(place, "unreadable", _why(error))]
    if stat.S_ISDIR(mode) and keep is None:
        return _in_folder(place, entries, known, denied, limit)
    fitting = [entry for entry in entries if _ends_with(_parts(place), entry.parts)]
    problem = _of_file(place, fitting, known, denied, limit, keep)
    return [problem] if problem else []


def read_manifest(path: Path) -> Manifest:
    """Return a manifest.

    Raises:
        CouldNotRun: it is missing, is not of its form, or names something twice.
    """
    shown = shortened(os.fspath(path))
    again = "write it with supplychain guard TARGET"
    try:
        content = json.loads(_read_text(path), object_pairs_hook=_once)
        if type(content) is not dict or content.get("schema") != 1 or type(content["schema"]) is not int:
            raise ValueError("its schema is not 1")
        return _manifest(content)
    except OSError as error:
        raise CouldNotRun(f"the manifest {shown} cannot be read: {_why(error)}; {again}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CouldNotRun(f"the manifest {shown} is damaged: {shortened(str(error))}; {again}") from error


class Store:
    """The deny list and the quarantine."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which is made when something is refused."""
        self.folder = os.path.abspath(folder)
        self.list = os.path.join(self.folder, "denied.jsonl")
        self.quarantine = os.path.join(self.folder, "quarantine")

    def denied(self) -> frozenset[str]:
        """Return the digests and sources that are refused.

        Raises:
            CouldNotRun: the deny list is damaged.
        """
        try:
            descriptor = os.open(self.list, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise self._damaged(_why(error)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            return self._read(descriptor)
        except OSError as error:
            raise self._damaged(_why(error)) from error
        finally:
            os.close(descriptor)

    def reject(self, problem: Problem, known: Manifest) -> Problem:
        """Put the digest of refused bytes on the deny list, then the bytes into quarantine; say what was done.

        In this order, since whoever is killed in between leaves bytes that are refused. What the manifest lists is
        never put on the deny list: else a copy under a wrong name would shut out the good file.
        """
        digest = problem.digest
        if problem.rule not in _MOVED or digest is None:
            return problem
        if digest.partition(":")[2] not in {entry.sha256 for entry in known.entries}:
            problem = self.record(problem, digest)
        return self._move(problem, digest)

    def record(self, problem: Problem, denied: str) -> Problem:
        """Put a digest or source on the deny list, once; say if that was not possible."""
        record = {"denied": denied, "rule": problem.rule, "path": shortened(problem.path), "at": _now()}
        line = (json.dumps(record, ensure_ascii=True) + "\n").encode()
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(self.list, flags, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if denied not in self._read(descriptor):
                    _append(descriptor, line)
                    _sync_folder(self.folder)
            finally:
                os.close(descriptor)
        except OSError as error:
            return problem._replace(then=f"{problem.then}; it could not be put on the deny list: {_why(error)}")
        return problem._replace(then=f"{problem.then}; it is on the deny list")

    def _read(self, descriptor: int) -> frozenset[str]:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise self._damaged("it is no regular file")
        with os.fdopen(os.dup(descriptor), "rb") as stream:
            stream.seek(0)
            text = stream.read(TEXT_LIMIT + 1)
        if len(text) > TEXT_LIMIT:
            raise self._damaged("it is too large")
        if text and not text.endswith(b"\n"):
            raise self._damaged("its last line is not whole")
        try:
            found = [json.loads(line)["denied"] for line in text.splitlines()]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._damaged("a line of it is no record") from error
        if not all(type(item) is str for item in found):
            raise self._damaged("a line of it is no record")
        return frozenset(found)

    def _damaged(self, why: str) -> CouldNotRun:
        where = shortened(self.list)
        return CouldNotRun(f"the deny list {where} cannot be used: {why}; mend that line, or restore the file")

    def _move(self, problem: Problem, digest: str) -> Problem:
        """Move refused bytes into quarantine: by one rename, or across file systems by a copy that is verified."""
        name = f"{digest.partition(':')[2]}.refused"
        try:
            os.makedirs(self.quarantine, mode=0o700, exist_ok=True)
            folder = os.open(self.quarantine, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                try:
                    os.rename(problem.path, name, dst_dir_fd=folder)
                except OSError as error:
                    if error.errno != errno.EXDEV:
                        raise
                    _copy_over(problem.path, name, folder, digest)
                os.fsync(folder)
            finally:
                os.close(folder)
        except (OSError, ValueError) as error:
            why = f"; it could not be moved to quarantine {shortened(self.quarantine)}: {_why(error)}"
            return problem._replace(then=problem.then + why)
        return problem._replace(
            then=f"{problem.then}; it was moved to {shortened(os.path.join(self.quarantine, name))}"
        )


def shortened(text: str) -> str:
    """Return a text as it may be printed: in a line, without control characters, and not too long."""
    plain = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return plain if len(plain) <= 500 else f"{plain[:250]}…{plain[-249:]}"


def main(arguments: list[str] | None = None) -> int:
    """Verify one file, folder or source and return the exit code."""
    try:
        options, paths = getopt.gnu_getopt(sys.argv[1:] if arguments is None else arguments, "h", _OPTIONS)
    except getopt.GetoptError as error:
        print(f"guard: {shortened(str(error))}\n{_USAGE}", file=sys.stderr)
        return 2
    given = {name.strip("-"): value for name, value in options}
    if given.keys() & {"h", "help"}:
        print(_USAGE)
        return 2  # nothing was verified
    if len(paths) + ("source" in given) != 1:
        print(f"guard: give one path, or a source with --source\n{_USAGE}", file=sys.stderr)
        return 2
    manifest, state = given.get("manifest", MANIFEST), given.get("state")
    try:
        if paths:
            verify_before_load(paths[0], manifest, component=given.get("component"), state=state)
        else:
            verify_source(given["source"], given.get("revision"), manifest, state=state)
    except CouldNotRun as error:
        print(f"guard: could not run, so nothing is accepted: {error}", file=sys.stderr)
        return 2
    except Rejected as error:
        print(*[f"guard: refused {problem}" for problem in error.problems], sep="\n", file=sys.stderr)
        return 1
    print(f"guard: accepted {shortened(paths[0] if paths else given['source'])}")
    return 0


def _store(manifest: Path, state: Path | None) -> Store:
    return Store(os.path.join(os.path.dirname(os.path.abspath(manifest)), "guard") if state is None else state)


def _manifest(content: dict[str, Any]) -> Manifest:
    sources: dict[str, tuple[tuple[str | None, ...], str]] = {}
    for item in _typed(content["sources"], list):
        revisions = tuple(_typed(text, str, type(None)) for text in _typed(item["revisions"], list))
        identity = _typed(item["id"], str)
        if identity in sources:
            raise ValueError(f"it names {identity} twice")
        sources[identity] = (revisions, _typed(item.get("untrusted", ""), str))
    entries = [_entry(item) for item in _typed(content["artifacts"], list)]
    if len({(entry.component, entry.parts, entry.revision) for entry in entries}) < len(entries):
        raise ValueError("it lists an artifact twice")
    return Manifest(sources, tuple(entries))


def _entry(item: dict[str, Any]) -> Entry:
    path, sha256, size = _typed(item["path"], str), item["sha256"], item["size"]
    parts = tuple(path.split("/"))
    if not all(parts) or {".", ".."} & set(parts) or "\0" in path:
        raise ValueError(f"{path!r} is no path within a component")
    if sha256 is not None and not _SHA256.fullmatch(_typed(sha256, str)):
        raise ValueError(f"the sha256 of {path} is not 64 hex digits")
    if size is not None and _typed(size, int) < 0:
        raise ValueError(f"the size of {path} is below zero")
    revision = _typed(item.get("revision"), str, type(None))
    return Entry(_typed(item["component"], str), parts, sha256, size, revision)


def _typed(value: Any, *kinds: type) -> Any:
    if type(value) not in kinds:
        raise ValueError(f"{shortened(repr(value))} stands where {kinds[0].__name__} is asked for")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("it has a key twice")
    return found


def _read_text(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        text = stream.read(TEXT_LIMIT + 1)
    if len(text) > TEXT_LIMIT:
        raise OSError(errno.EFBIG, "it is too large")
    return text


def _in_folder(place: str, entries: list[Entry], known: Manifest, denied: frozenset[str], limit: int) -> list[Problem]:
    """Return what is wrong with a folder: each way in which the manifest can mean it is tried, the closest counts."""
    found: dict[tuple[str, ...], str] = {}
    problems: list[Problem] = []

    def closed(error: OSError) -> None:
        problems.append(Problem(str(error.filename), "unreadable", _why(error)))

    for folder, names, files in os.walk(place, onerror=closed):
        for name in [*files, *[name for name in names if os.path.islink(os.path.join(folder, name))]]:
            path = os.path.join(folder, name)
            found[_parts(os.path.relpath(path, place))] = path
            if len(found) > FILES_LIMIT:
                return [Problem(place, "too-large", f"it has more than {FILES_LIMIT:,} files")]
    fitting = [group for group in _groups(_parts(place), entries) if group.keys() & found.keys()]
    expected = max(fitting, key=lambda group: (len(group.keys() & found.keys()), -len(group)), default={})
    for parts, path in sorted(found.items()):
        problem = _of_file(path, [expected[parts]] if parts in expected else [], known, denied, limit, None)
        problems += [problem] if problem else []
    for parts in sorted(expected.keys() - found.keys()):
        problems.append(Problem(os.path.join(place, *parts), "missing", "the manifest lists it"))
    if not found and not problems:
        problems.append(Problem(place, "empty", "it holds no file"))
    return problems


def _groups(folder: tuple[str, ...], entries: list[Entry]) -> list[dict[tuple[str, ...], Entry]]:
    """Return what a folder may have to hold: a component from its root on, or the part of it that ends in its name."""
    groups: dict[tuple[str, str | None, int], dict[tuple[str, ...], Entry]] = {}
    for entry in entries:
        owner = "" if ":file/" in entry.component else entry.component  # files of the target lie in one tree
        for depth in range(len(entry.parts)):
            if not depth or folder[-depth:] == entry.parts[:depth]:
                groups.setdefault((owner, entry.revision, depth), {})[entry.parts[depth:]] = entry
    return list(groups.values())


def _of_file(
    path: str,
    fitting: list[Entry],
    known: Manifest,
    denied: frozenset[str],
    limit: int,
    keep: BinaryIO | None,
) -> Problem | None:
    """Return what is wrong with a file that has to be one of `fitting`; None where nothing is."""
    try:
        seen = _read(path, limit, keep)
    except Rejected as error:
        return error.problems[0]
    digest = f"sha256:{seen.sha256}"

    def problem(rule: str, says: str) -> Problem:
        return Problem(path, rule, says, digest)

    if not seen.size:
        return problem("empty", "it has no byte")
    if digest in denied:
        return problem("deny-listed", "its digest was refused before")
    if seen.is_pointer:
        return problem("pointer", "a pointer of Git LFS lies in its place")
    same = [entry for entry in fitting if entry.sha256 == seen.sha256 and entry.size in (None, seen.size)]
    if same:
        return min((_standing(path, entry, known, digest) for entry in same), key=lambda item: item is not None)
    if any(entry.sha256 == seen.sha256 for entry in known.entries):
        return problem("misplaced", "the manifest lists these bytes under another name")
    if not fitting:
        return problem("unlisted", "the manifest lists neither these bytes nor a file of this name")
    if all(entry.sha256 is None for entry in fitting):
        return problem("md5-only", "no SHA-256 of it was published")
    if all(entry.size is not None and seen.size < entry.size for entry in fitting):
        return problem("truncated", f"it has {seen.size:,} bytes, fewer than the manifest lists")
    return problem("mismatch", "its bytes are not those that the manifest lists")


def _standing(path: str, entry: Entry, known: Manifest, digest: str) -> Problem | None:
    """Return why a file with the right bytes must not be loaded all the same."""
    revisions, distrust = known.sources.get(entry.component, ((), "the manifest does not name its source"))
    if distrust:
        return Problem(path, "untrusted", f"{shortened(entry.component)}: {distrust}", digest)
    is_fetched = ":file/" not in entry.component
    if is_fetched and not (revisions and all(revision and _COMMIT.fullmatch(revision) for revision in revisions)):
        return Problem(path, "unpinned", f"{shortened(entry.component)} is used without a pinned revision", digest)
    return None


def _read(path: str, limit: int, keep: BinaryIO | None) -> Seen:
    """Return what was read of a regular file.

    Raises:
        Rejected: it is no regular file, cannot be read, is too large, or changed while it was read.
    """

    def refused(rule: str, says: str) -> Rejected:
        return Rejected(Problem(path, rule, says))

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            raise refused("link", "it is a link") from error
        if isinstance(error, OSError) and error.errno in (errno.ENXIO, errno.ENODEV):
            raise refused("no-file", "it is a socket or a device") from error
        raise refused("unreadable", _why(error)) from error
    try:
        with os.fdopen(descriptor, "rb", buffering=0) as stream:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise refused("no-file", "it is no regular file")
            if before.st_size > limit:
                raise refused("too-large", f"it has {before.st_size:,} bytes; {limit:,} are read")
            digest, size, head = hashlib.sha256(), 0, b""
            while chunk := stream.read(1 << 20):
                head = head or chunk[: len(_POINTER)]
                size += len(chunk)
                digest.update(chunk)
                if size > before.st_size:
                    break
                if keep is not None:
                    keep.write(chunk)
            after = os.fstat(descriptor)
    except OSError as error:
        raise refused("unreadable", _why(error)) from error
    if size != before.st_size or _version(before) != _version(after):
        raise refused("changed", "it changed while it was read")
    return Seen(digest.hexdigest(), size, head == _POINTER)


def _version(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _copy_over(path: str, name: str, folder: int, digest: str) -> None:
    """Copy a file into the quarantine on another file system, verify the copy, then remove the file."""
    part = f"{name}.{os.getpid()}.part"
    with open(path, "rb", opener=lambda p, flags: os.open(p, flags | os.O_NOFOLLOW | os.O_NONBLOCK)) as source:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(part, flags, 0o600, dir_fd=folder), "wb") as copy:
                content = hashlib.sha256()
                while chunk := source.read(1 << 20):
                    content.update(chunk)
                    copy.write(chunk)
                copy.flush()
                os.fsync(copy.fileno())
            if f"sha256:{content.hexdigest()}" != digest:
                raise ValueError("it changed while it was copied")
            os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(part, dir_fd=folder)
            raise
    os.unlink(path)


def _append(descriptor: int, line: bytes) -> None:
    """Add a line whole or not at all: half a line would shut out everything."""
    before = os.fstat(descriptor).st_size
    try:
        if os.write(descriptor, line) != len(line):
            raise OSError(errno.ENOSPC, "it was not written whole")
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, before)
        raise


def _sync_folder(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _place(path: Path) -> str:
    """Return where a path leads to; `..` behind a link is another folder than its text says."""
    text = os.fspath(path)
    if os.pardir not in text.split(os.sep):
        return os.path.abspath(text)
    folder, name = os.path.split(text)
    return os.path.realpath(text) if name in ("", ".", "..") else os.path.join(os.path.realpath(folder), name)


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.split(os.sep) if part)


def _ends_with(path: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    return path[-len(parts) :] == parts


def _why(error: Exception) -> str:
    return shortened(getattr(error, "strerror", None) or str(error))


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


if __name__ == "__main__":
    sys.exit(main())
