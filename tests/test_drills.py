"""The drills: what they ask the guard, on what, and that a guard which is broken in one place is found out."""

from __future__ import annotations

import hashlib
import tempfile
import time
from pathlib import Path

import pytest

from supplychain import drills
from supplychain.checks.engine import decide
from supplychain.model.artifact import Artifact
from supplychain.model.case import Case
from supplychain.model.component import Component
from supplychain.model.drill import Drill
from supplychain.model.finding import Outcome
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.reference import Place, Reference, Resolution, Scope
from supplychain.suite import tool
from supplychain.target import Target
from tests.support import BuiltTarget, Outcomes, run_suite, sound_target

NAMES = ("untrusted model", "tampered model", "untrusted dataset", "tampered dataset")
INTENT = "models/intent.safetensors"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """What the unbroken target comes to."""
    return run_suite(sound_target(tmp_path_factory.mktemp("sound")), drills=True)


def of(found: tuple[Drill, ...], name: str) -> Drill:
    (drill,) = (drill for drill in found if drill.name == name)
    return drill


def reference(identity: str, scope: Scope = Scope.PROD) -> Reference:
    place = Place(file="app.py", line=1, scope=scope)
    return Reference(component=Component.parse(identity), at=place, resolution=Resolution.LITERAL)


def with_references(case: Case, *found: Reference) -> Case:
    inventory = Inventory(references=found, looked_at=1, self_test=SelfTest(planted=1, found=1))
    return case.model_copy(update={"inventory": inventory, "declaration": None, "artifacts": ()})


def test_the_guard_refuses_and_accepts_copies_of_the_targets_own(
    tmp_path: Path, sound: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target.open(sound_target(tmp_path).path)
    before, place = target.state().tree_digest, tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    found = drills.run(target, sound.case)
    assert tuple(drill.name for drill in found) == NAMES
    assert all(step.held for drill in found for step in drill.steps)
    assert {drill.problem for drill in found} == {""}
    assert {drill.guard for drill in found} == {f"sha256:{hashlib.sha256(drills.GUARD.read_bytes()).hexdigest()}"}
    source, bytes_ = of(found, "untrusted model"), of(found, "tampered model")
    assert source.on == "model:huggingface/BAAI/bge-small-en-v1.5"
    assert [(step.expected, step.exit_code, step.denied) for step in source.steps] == [
        ("refused", 1, True),
        ("accepted", 0, False),
    ]
    assert source.steps[0].asked == "to fetch model:huggingface/planted-by-the-drill/bge-small-en-v1.5"
    assert (bytes_.on, bytes_.unchanged) == (INTENT, True)
    assert [(step.expected, step.exit_code, step.denied, step.moved) for step in bytes_.steps] == [
        ("accepted", 0, False, False),
        ("refused", 1, True, True),
        ("refused", 1, True, False),
        ("refused", 1, True, True),
    ]
    assert "cannot be written" in bytes_.steps[2].asked
    assert "another name" in bytes_.steps[3].asked
    assert target.state().tree_digest == before
    assert list(place.iterdir()) == []


def test_a_bundled_sample_stands_in_and_is_named(tmp_path: Path, sound: Outcomes) -> None:
    target = Target.of({"app.py": b"x = 1\n"})
    found = drills.run(target, with_references(sound.case, reference("model:url/a.example/m.bin")))
    assert tuple(drill.name for drill in found) == NAMES[:2]
    assert [drill.on for drill in found] == [
        "a bundled sample, since production code names no model of Hugging Face",
        "a bundled sample, since no bytes of a model lie in the target",
    ]
    assert found[1].unchanged is None
    assert all(step.held for drill in found for step in drill.steps)


def test_the_smallest_artifact_is_copied_and_one_that_is_too_large_is_not(
    sound: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drills, "SIZE_LIMIT", 100)
    files = {"a.bin": b"a" * 90, "b.bin": b"b" * 50, "pointer.bin": b"version https://git-lfs.github.com/spec/v1\n"}
    case = with_references(sound.case, *[reference(f"model:file/{name}") for name in files])
    assert drills.run(Target.of(files), case)[1].on == "b.bin"
    large = drills.run(Target.of({"a.bin": b"a" * 101}), with_references(sound.case, reference("model:file/a.bin")))
    assert large[1].on == "a bundled sample, since each model file of the target has more than 100 bytes"


def test_an_artifact_of_a_folder_counts(sound: Outcomes) -> None:
    case = with_references(sound.case, reference("dataset:file/data"))
    lying = Artifact(component="dataset:file/data", path="data/a.csv", where="target", state="bytes")
    found = drills.run(Target.of({"data/a.csv": b"a,b\n"}), case.model_copy(update={"artifacts": (lying,)}))
    assert of(found, "tampered dataset").on == "data/a.csv"


def test_what_a_target_cannot_have_is_not_drilled(sound: Outcomes) -> None:
    assert drills.run(Target.of({"a": b""}), with_references(sound.case)) == ()
    tests_only = with_references(sound.case, reference("dataset:huggingface/a/b", Scope.TEST))
    assert len(drills.run(Target.of({"a": b""}), tests_only)) == 2


def test_an_artifact_that_changes_meanwhile_is_told(sound: Outcomes) -> None:
    files = {"a.bin": b"before"}
    target = Target.of(files)
    real, reads = target._read, []

    def read(file: object, limit: int) -> bytes:
        reads.append(file)
        return real(file, limit) if len(reads) == 1 else b"after!"  # type: ignore[arg-type]

    target._read = read
    case = with_references(sound.case, reference("model:file/a.bin"))
    found = drills.run(target, case)
    assert found[1].unchanged is False
    finding = decide("2.4", case.model_copy(update={"drills": found}), tool())
    assert finding.outcome is Outcome.FAIL
    assert finding.observations[0].rule == "target-changed"


def test_it_takes_less_than_a_second(tmp_path: Path, sound: Outcomes) -> None:
    target = Target.open(sound_target(tmp_path).path)
    taken = []
    for _ in range(3):
        started = time.monotonic()
        drills.run(target, sound.case)
        taken.append(time.monotonic() - started)
    assert min(taken) < 1.0, "it takes 0.3 s on two cores"


SABOTAGED = {
    "accepts everything": ("def main(", "def main(arguments=None):\n    return 0\n\n\ndef _main("),
    "refuses everything": ("def main(", "def main(arguments=None):\n    return 1\n\n\ndef _main("),
    "can never run": ("def main(", "def main(arguments=None):\n    return 2\n\n\ndef _main("),
    "never ends": ("def main(", "def main(arguments=None):\n    time.sleep(60)\n\n\ndef _main("),
    "does not parse": ("def main(", "def main((("),
    "writes no deny record": ("                    _append(descriptor, line)", "                    pass"),
    "reads no deny list": ("            return self._read(descriptor)", "            return frozenset()"),
    "moves nothing": ("        return self._move(problem, digest)", "        return problem"),
    "removes what it accepts": (
        "    return place\n\n\n@contextlib",
        "    os.unlink(place)\n    return place\n\n\n@contextlib",
    ),
    "passes where nothing can be moved": (
        "    except Rejected as error:\n        print(*",
        "    except Rejected as error:\n        if 'could not be moved' in str(error):\n            return 0\n        print(*",
    ),
    "knows every source": (
        "    elif component not in known.sources:\n        problem = ",
        "    elif component not in known.sources:\n        return\n        problem = ",
    ),
    "denies what is good": (
        "    if problems:\n        raise Rejected(*[store.reject(problem, known) for problem in problems])\n    return place",
        "    store.record(Problem(place, 'unlisted', ''), 'sha256:' + _read(place, limit, None).sha256)\n"
        "    if problems:\n        raise Rejected(*[store.reject(problem, known) for problem in problems])\n    return place",
    ),
}


@pytest.mark.parametrize("name", SABOTAGED)
def test_a_broken_guard_fails_the_requirements(
    name: str, tmp_path: Path, sound: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = drills.GUARD.read_text()
    old, new = SABOTAGED[name]
    assert text.count(old) == 1, "the guard changed: sabotage it elsewhere"
    broken = tmp_path / "guard.py"
    broken.write_text(text.replace(old, new))
    monkeypatch.setattr(drills, "GUARD", broken)
    monkeypatch.setattr(drills, "TIME_LIMIT", 1.0 if name == "never ends" else drills.TIME_LIMIT)
    target: BuiltTarget = sound_target(tmp_path)
    found = drills.run(Target.open(target.path), sound.case)
    case = sound.case.model_copy(update={"drills": found})
    failing = {
        requirement
        for requirement in ("1.5", "2.4", "4.5")
        if any(row.rule == "drill-failed" for row in decide(requirement, case, tool()).observations)
    }
    of_sources, of_bytes = name == "knows every source", {"reads no deny list", "moves nothing"}
    of_bytes |= {"removes what it accepts", "passes where nothing can be moved", "denies what is good"}
    assert failing == ({"1.5", "4.5"} if of_sources else {"2.4", "4.5"} if name in of_bytes else {"1.5", "2.4", "4.5"})


def test_a_place_that_cannot_be_written_leaves_it_undetermined(
    tmp_path: Path, sound: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    found = drills.run(Target.open(sound_target(tmp_path).path), sound.case)
    assert {drill.problem for drill in found} == {
        "a copy could not be made or the guard not started: No such file or directory"
    }
    finding = decide("2.4", sound.case.model_copy(update={"drills": found}), tool())
    assert (finding.outcome, finding.observations[0].rule) == (Outcome.UNDETERMINED, "no-drill")
