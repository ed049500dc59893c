"""Drills: the guard tried out as a process of its own, over copies in a temporary folder.

drills = run(target, case)

What it is tried with is made of the target's own components and artifacts where it has any, and else of a bundled
sample. Nothing of the target is written, loaded or moved.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Literal

from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.drill import Drill, DrillStep
from supplychain.model.reference import Scope
from supplychain.model.text import printable
from supplychain.suite import PACKAGE
from supplychain.target import File, NotReadError, Target

GUARD = PACKAGE / "guard.py"
TIME_LIMIT = 20.0
"""Seconds that all processes of the drills may take together; they take about 0.2."""
SIZE_LIMIT = 64_000_000
"""Bytes of an artifact that is copied; of a larger one the bundled sample takes the place."""
SAMPLE = b"A bundled sample, which stands for an artifact.\n" * 32
_COMMIT = "5" * 40
_PLANTED = "planted-by-the-drill"
_NO_SOURCE = "a bundled sample, since production code names no {} of Hugging Face"
_KINDS = (Kind.MODEL, Kind.DATASET)
Expected = Literal["refused", "accepted"]
_REFUSED: Expected = "refused"
_ACCEPTED: Expected = "accepted"
_CODES: dict[Expected, int] = {"accepted": 0, "refused": 1}


@dataclass(frozen=True)
class _Copied:
    """What is copied for a drill: an artifact of the target, or the sample."""

    on: str
    data: bytes
    file: File | None = None
    digest: str = ""


@dataclass(frozen=True)
class _Asked:
    """One question to the guard: its arguments, and what has to become of it."""

    drill: str
    text: str
    expected: Expected
    folder: Path
    arguments: tuple[str, ...]
    denied: str
    """What the deny list has to hold where it is refused, and must not where it is accepted."""
    file: Path | None = None
    """What has to be gone or still there."""
    is_blocked: bool = False
    """Whether the quarantine cannot be written, so that it has to stay in its place."""
    then: _Asked | None = None
    """What is asked of the same guard afterwards."""


def run(target: Target, case: Case) -> tuple[Drill, ...]:
    """Return what the guard did, for each kind of component that the target may have."""
    kinds = [kind for kind in _KINDS if _has(case, kind)]
    copied = {kind: _copied(target, case, kind) for kind in kinds}
    own = {kind: _own(case, kind) for kind in kinds}
    guard = GUARD.read_bytes()
    digest = f"sha256:{hashlib.sha256(guard).hexdigest()}"
    try:
        with tempfile.TemporaryDirectory(prefix="supplychain-drill-") as folder:
            place = Path(folder)
            (place / "guard.py").write_bytes(guard)
            steps = _tried(place, [item for kind in kinds for item in _planned(place, kind, own[kind], copied[kind])])
        problem = ""
    except OSError as error:
        steps, problem = {}, f"a copy could not be made or the guard not started: {error.strerror}"
    found: list[Drill] = []
    for kind in kinds:
        source, bytes_ = own[kind], copied[kind]
        shared = {"problem": problem, "guard": digest}
        untrusted = Drill.model_validate(
            {
                "name": f"untrusted {kind}",
                "on": source.id if source != _sample(kind) else _NO_SOURCE.format(kind),
                **shared,
            }
        )
        tampered = Drill.model_validate({"name": f"tampered {kind}", "on": bytes_.on, **shared})
        unchanged = None if bytes_.file is None else _digest(target, bytes_.file) == bytes_.digest
        found.append(untrusted.model_copy(update={"steps": tuple(steps.get(untrusted.name, ()))}))
        found.append(tampered.model_copy(update={"steps": tuple(steps.get(tampered.name, ())), "unchanged": unchanged}))
    return tuple(found)


def _has(case: Case, kind: Kind) -> bool:
    """Whether a target has, or may have, components of a kind."""
    inventory, scopes = case.inventory, frozenset(Scope)
    declared = case.declaration.component if case.declaration else ()
    return bool(
        inventory.of(kind, scopes)
        or inventory.unresolved_of(kind, scopes)
        or inventory.unread
        or any(component.id.startswith(f"{kind}:") for component in declared)
    )


def _own(case: Case, kind: Kind) -> Component:
    """Return the first component with an owner that production code fetches, or a made-up one."""
    for reference in case.inventory.of(kind, {Scope.PROD}):
        component = reference.component
        if component.source == "huggingface" and component.name.count("/") == 1 and component.name.isprintable():
            return component
    return _sample(kind)


def _sample(kind: Kind) -> Component:
    return Component(kind=kind, source="huggingface", name="sample-owner/sample")


def _copied(target: Target, case: Case, kind: Kind) -> _Copied:
    """Return the smallest artifact of a kind that lies in the target, or the sample and why it takes its place."""
    paths = {component.name for component in case.inventory.components if component.kind is kind and component.is_file}
    lying = [item for item in case.artifacts if item.where == "target" and item.state == "bytes"]
    paths |= {item.path for item in lying if item.component.startswith(f"{kind}:")}
    files = sorted((file for file in map(target.get, paths) if file and file.size), key=lambda f: (f.size, f.path))
    small = [file for file in files if file.size <= SIZE_LIMIT]
    for file in small:
        try:
            content = target.read(file, SIZE_LIMIT)
        except NotReadError:
            continue
        if not content.data.startswith(b"version https://git-lfs.github.com/spec/"):
            return _Copied(file.path, content.data, file, content.digest)
    why = f"each {kind} file of the target has more than {SIZE_LIMIT:,} bytes" if files and not small else ""
    return _Copied(f"a bundled sample, since {why or f'no bytes of a {kind} lie in the target'}", SAMPLE)


def _digest(target: Target, file: File) -> str | None:
    try:
        return target.read(file, SIZE_LIMIT).digest
    except NotReadError:
        return None


def _planned(place: Path, kind: Kind, own: Component, copied: _Copied) -> Iterator[_Asked]:
    """Yield what is asked of the guard; each question has a folder with a manifest and a deny list of its own."""
    other = own.model_copy(update={"name": f"{_PLANTED}/{own.name.rpartition('/')[2]}"})
    for component, expected in ((other, _REFUSED), (own, _ACCEPTED)):
        folder = _folder(place / f"{kind}-source-{expected}", own, {})
        arguments = ("--source", component.id, "--revision", _COMMIT)
        text = f"to fetch {component.id}"
        yield _Asked(f"untrusted {kind}", text, expected, folder, arguments, f"{component.id}@{_COMMIT}")
    good, bad = copied.data, copied.data[:-1] + bytes([copied.data[-1] ^ 1])
    for what, data, expected, blocked in (
        ("an untouched copy", good, _ACCEPTED, False),
        ("a copy with one byte changed", bad, _REFUSED, False),
        ("a copy with one byte changed, where the quarantine cannot be written", bad, _REFUSED, True),
    ):
        folder = _folder(place / f"{kind}-{expected}-{blocked}", own, {"artifact.bin": good})
        file = _file(folder / "artifact.bin", data)
        if blocked:  # a file in its place stops everybody, root as well
            _file(folder / "guard" / "quarantine", b"")
        asked = _Asked(
            f"tampered {kind}", f"to load {what}", expected, folder, (str(file),), _sha256(data), file, blocked
        )
        again = data is bad and not blocked
        yield replace(asked, then=_under_another_name(asked, own, bad)) if again else asked


def _under_another_name(before: _Asked, own: Component, bad: bytes) -> _Asked:
    """Return the question after one that was refused: the same bytes again, now with a manifest that lists them."""
    folder = _folder(before.folder / "again", own, {"renamed.bin": bad})
    file = _file(folder / "renamed.bin", bad)
    arguments = (str(file), "--state", str(before.folder / "guard"))
    text = "to load the refused bytes under another name, with a manifest that lists them"
    return replace(before, text=text, folder=folder, arguments=arguments, file=file)


def _folder(folder: Path, own: Component, artifacts: Mapping[str, bytes]) -> Path:
    """Make a folder with a manifest that lists these artifacts of a component."""
    folder.mkdir()
    listed = [
        {"component": own.id, "path": name, "sha256": _sha256(data).partition(":")[2], "size": len(data)}
        for name, data in artifacts.items()
    ]
    sources = [{"id": own.id, "revisions": [_COMMIT]}]
    manifest = {"schema": 1, "sources": sources, "artifacts": listed}
    (folder / "guard.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def _file(path: Path, data: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _tried(place: Path, questions: Sequence[_Asked]) -> dict[str, list[DrillStep]]:
    """Return what came of each question, by drill; all are asked at the same time."""
    steps: dict[str, list[DrillStep]] = {}
    until = monotonic() + TIME_LIMIT
    asked: list[_Asked] = list(questions)
    while asked:
        running = [(question, _started(place, question)) for question in asked]
        for question, process in running:
            steps.setdefault(question.drill, []).append(_seen(question, _ended(process, until)))
        asked = [question.then for question in asked if question.then]
    return steps


def _started(place: Path, question: _Asked) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", "-S", str(place / "guard.py"), *question.arguments]
    manifest = str(question.folder / "guard.json")
    return subprocess.Popen(
        [*command, "--manifest", manifest],
        cwd=place,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _ended(process: subprocess.Popen[bytes], until: float) -> int | None:
    """Return what a process exited with; None: it did not end in time."""
    try:
        return process.wait(max(0.0, until - monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


def _seen(question: _Asked, code: int | None) -> DrillStep:
    """Return what became of a question: its exit code, the deny list, and where the bytes are."""
    store = Path(question.arguments[-1]) if "--state" in question.arguments else question.folder / "guard"
    denied = question.denied in _denied(store / "denied.jsonl")
    gone = question.file is not None and not question.file.exists()
    kept = store / "quarantine" / f"{question.denied.partition(':')[2]}.refused"
    moved = gone and kept.is_file() and _sha256(kept.read_bytes()) == question.denied
    expects_move = question.file is not None and question.expected == "refused" and not question.is_blocked
    is_refusal = question.expected == "refused"
    held = code == _CODES[question.expected] and denied == is_refusal and moved == expects_move and gone == moved
    ended = f"exit {code}" if code is not None else f"it did not end within {TIME_LIMIT:g} seconds"
    came = [ended, "on the deny list" if denied else "not on the deny list"]
    if question.file is not None:
        came.append("moved to quarantine" if moved else "gone" if gone else "still in its place")
    return DrillStep(
        asked=printable(question.text),
        expected=question.expected,
        exit_code=code,
        came=", ".join(came),
        held=held,
        denied=denied,
        moved=moved,
    )


def _denied(path: Path) -> set[str]:
    """Return what a deny list holds; nothing where it cannot be read, which is then not held."""
    try:
        return {str(json.loads(line)["denied"]) for line in path.read_text(encoding="utf-8").splitlines()}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
