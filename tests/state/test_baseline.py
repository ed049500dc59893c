"""The baseline: what it records, what it refuses to read, and what counts as drift."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from supplychain.baseline import BASELINE, SIZE_LIMIT, compare, of, read, text, uncompared
from supplychain.model.baseline import Baseline, Drift
from supplychain.model.declaration import Declaration
from supplychain.model.reference import Override, Reference, Scope, Unresolved
from supplychain.target import Target
from tests.discovery.support import look
from tests.state.support import BERT, hidden, inventory, place, ref

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
COMMIT, OTHER = "a" * 40, "b" * 40


def recorded(*found: Reference | Unresolved | Override, **facts: Any) -> Baseline:
    """Return the baseline of a target in which these were found."""
    return of(inventory(*found), facts.pop("declaration", None), written=NOW, commit=COMMIT, **facts)


def drifts(old: Baseline, new: Baseline) -> list[str]:
    """Return drift as short lines."""
    return [f"{d.component} {d.what}: {d.was} > {d.now} at {d.at}" for d in compare(old, new)]


PINNED = ref(revision=COMMIT)
SOUND = recorded(PINNED)


def test_a_component_is_recorded_once_with_all_that_its_places_say() -> None:
    flags = ("trust_remote_code=True",)
    places = (ref(at="b.py:2", revision=COMMIT, flags=flags), ref(at="b.py:3"), ref(at="a.py:2", revision="main"))
    (bert,) = recorded(*places, owners={BERT: "google-bert"}).components
    assert bert.id == BERT
    assert bert.revisions == (None, COMMIT, "main")
    assert bert.flags == flags
    assert bert.registries == ("huggingface",)
    assert (bert.owner, str(bert.at)) == ("google-bert", "a.py:2")


@pytest.mark.parametrize("scope", [Scope.TEST, Scope.VENDORED])
def test_what_an_inventory_need_not_hold_is_not_recorded(scope: Scope) -> None:
    assert recorded(ref(scope=scope)).components == ()


def test_a_module_known_by_its_import_alone_is_not_recorded() -> None:
    assert recorded(ref("package:import/numpy", call="import")).components == ()


def test_an_import_beside_a_pinned_package_is_no_revision() -> None:
    package = "package:pypi/torch"
    pinned = ref(package, "requirements.txt:1", revision="2.9.0")
    assert recorded(pinned, ref(package, call="import")).components[0].revisions == ("2.9.0",)


def test_digests_of_local_weights_are_recorded() -> None:
    found = recorded(ref("model:file/m.gguf"), digests={"model:file/m.gguf": "sha256:" + "1" * 64})
    assert found.components[0].digests == ("sha256:" + "1" * 64,)


def test_the_license_comes_from_the_declaration_where_no_fact_is_known() -> None:
    stated = {"schema": 1, "component": [{"id": BERT, "license": "Apache-2.0"}]}
    declaration = Declaration.model_validate(stated)
    assert recorded(PINNED, declaration=declaration).components[0].license == "Apache-2.0"
    assert recorded(PINNED, declaration=declaration, licenses={BERT: "MIT"}).components[0].license == "MIT"


def test_the_same_target_gives_the_same_bytes() -> None:
    found = [ref(at=f"{name}.py:1", revision=name) for name in "bdca"] + [ref("model:file/m")]
    assert text(recorded(*found)) == text(recorded(*reversed(found)))
    assert text(SOUND).endswith("}\n")
    assert json.loads(text(SOUND))["schema"] == 1


def test_a_made_up_time_stays_marked() -> None:
    assert json.loads(text(recorded(simulated=True)))["simulated"] is True


def carrying(data: bytes) -> Target:
    """Return a target whose baseline is `data`."""
    return Target.of({"app.py": b"", BASELINE: data})


def test_what_was_written_is_read_again() -> None:
    flagged = ref(at="b.py:1", flags=("trust_remote_code=True",), address="https://ä.example", checksum="md5:0")
    before = recorded(PINNED, flagged, hidden(), endpoint("https://mirror.example"), owners={BERT: "ä"})
    found = read(carrying(text(before).encode()))
    assert found is not None
    assert found.baseline == before
    assert found.digest is not None
    assert found.digest.startswith("sha256:")


def test_a_target_without_a_baseline_has_none() -> None:
    assert read(Target.of({"app.py": b""})) is None


COMPONENT = {
    "id": "model:file/m",
    "revisions": [None],
    "registries": ["file"],
    "at": {"file": "m", "line": None, "scope": "prod"},
}
WHOLE = {"schema": 1, "written": "2026-10-20T12:00:00Z", "commit": None, "components": [COMPONENT]}


def written(**changes: Any) -> bytes:
    """Return a baseline's file with other values; None takes a key away."""
    return json.dumps({key: value for key, value in {**WHOLE, **changes}.items() if value != "gone"}).encode()


def test_the_least_that_a_baseline_needs() -> None:
    found = read(carrying(written()))
    assert found is not None
    assert (found.problem, found.baseline is not None) == ("", True)


MANY = 1_300_000
HOSTILE = {
    "nothing": (b"", "Invalid JSON: EOF"),
    "no JSON": (b"baseline", "Invalid JSON: expected"),
    "not UTF-8": (b"\xff\xfe\x00", "Invalid JSON"),
    "a list": (b"[]", "Input should be an object"),
    "nested lists": (b"[" * 3_900_000, "recursion limit exceeded"),
    "nested objects": (b'{"schema":' * 390_000, "recursion limit exceeded"),
    "a long number": (b'{"schema": ' + b"1" * 3_900_000 + b"}", "number out of range"),
    "no number": (b'{"schema": NaN}', "its schema is nan and this version knows 1"),
    "another schema": (written(schema=2), "its schema is 2 and this version knows 1; record it again"),
    "no schema of ours": (written(schema="1"), "its schema is '1'"),
    "a huge schema": (written(schema="x" * 3_000_000), "its schema is 'xxx"),
    "no components": (written(components="gone"), "components: Field required"),
    "text for components": (written(components="x"), "components: Input should be a valid"),
    "a wrong date": (written(written="yesterday"), "written: Input should be a valid datetime"),
    "a date without zone": (written(written="2026-10-20T12:00:00"), "written: Input should have timezone info"),
    "an unknown key": (written(extra=1), "extra: Extra inputs are not permitted"),
    "twice the same": (written(components=[COMPONENT, COMPONENT]), "a component is recorded twice"),
    "a wrong line": (written(components=[{**COMPONENT, "at": {"file": "m", "line": "1"}}]), "components.0.at.line"),
    "an unknown scope": (written(components=[{**COMPONENT, "at": {"file": "m", "scope": "x"}}]), "components.0.at.scope"),
    "half a character": (b'{"schema": 1, "commit": "\\ud800"}', "Invalid JSON"),
    "millions of numbers": (written(components=[1] * MANY), "components.0: Input should be an object"),
    "millions of revisions": (written(components=[{**COMPONENT, "revisions": [1] * MANY}]), "components.0.revisions.0"),
    "hundreds of thousands of keys": (written(**{f"k{n}": 1 for n in range(270_000)}), "k0: Extra inputs"),
    "a key that breaks lines": (written(**{"a\n\x1b[31m\u202e": 1}), r"a\n\x1b[31m\u202e: Extra"),
    "too large": (b" " * 4_000_001, "it has 4,000,001 bytes; 4,000,000 are read; record it again"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "why"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_baseline_gives_a_problem_of_one_line(data: bytes, why: str) -> None:
    found = read(carrying(data))
    assert found is not None
    assert found.baseline is None
    assert why in found.problem
    assert found.problem.isprintable()
    assert len(found.problem) <= 500


def test_a_huge_baseline_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".supplychain").mkdir()
    with (tmp_path / BASELINE).open("wb") as stream:
        stream.truncate(1 << 30)
    target = Target.open(tmp_path)
    monkeypatch.setattr("supplychain.target.read_bounded", None)
    found = read(target)
    assert found is not None
    assert "it has 1,073,741,824 bytes" in found.problem


@pytest.mark.parametrize("leads_to", ["../real.json", "../../outside.json", "nowhere", "baseline.json"])
def test_a_baseline_behind_a_link_is_a_problem(tmp_path: Path, leads_to: str) -> None:
    (tmp_path / "outside.json").write_bytes(written())
    root = tmp_path / "target"
    (root / ".supplychain").mkdir(parents=True)
    (root / "real.json").write_bytes(written())
    (root / BASELINE).symlink_to(leads_to)
    found = read(Target.open(root))
    assert found is not None
    assert found.problem.startswith("a link, a folder or a device")


def test_a_baseline_that_is_a_fifo_or_a_folder_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / ".supplychain").mkdir()
    os.mkfifo(tmp_path / BASELINE)
    assert (found := read(Target.open(tmp_path))) is not None
    assert found.problem
    (tmp_path / BASELINE).unlink()
    (tmp_path / BASELINE).mkdir()
    (tmp_path / BASELINE / "x").touch()
    assert (found := read(Target.open(tmp_path))) is not None
    assert found.problem


def endpoint(address: str | None, at: str = ".env:1") -> Override:
    """Return a setting that sends a client elsewhere."""
    return Override(registry="huggingface", variable="HF_ENDPOINT", address=address, at=place(at))


@pytest.mark.parametrize("found", [[PINNED], [ref(at="src/b.py:70", revision=COMMIT)], [PINNED, ref(revision=COMMIT)]])
def test_nothing_changed_is_no_drift(found: list[Reference]) -> None:
    assert compare(SOUND, recorded(*found)) == ()


@pytest.mark.parametrize(
    ("found", "drift"),
    [
        ([ref(revision=OTHER)], f"{BERT} revision: {COMMIT} > {OTHER} at app.py:3"),
        ([ref()], f"{BERT} revision: {COMMIT} > no revision at app.py:3"),
        ([PINNED, ref(at="b.py:1")], f"{BERT} revision: {COMMIT} > no revision, {COMMIT} at app.py:3"),
        ([ref(revision=COMMIT, flags=("x=True",))], f"{BERT} loader flags: none > x=True at app.py:3"),
        ([ref(revision=COMMIT, code_revision="c")], f"{BERT} code revision: none > c at app.py:3"),
        ([ref(revision=COMMIT, checksum="md5:0")], f"{BERT} checksum: none > md5:0 at app.py:3"),
        ([ref(revision=COMMIT, address="https://x.example")],
         f"{BERT} registry: huggingface > https://x.example at app.py:3"),
        ([PINNED, ref("model:url/x.example/m", "b.py:1")],
         "model:url/x.example/m added: not recorded > no revision at b.py:1"),
        ([], f"{BERT} removed: {COMMIT} > not used at app.py:3"),
        ([PINNED, hidden()], "model:unresolved/name() unresolved: not recorded > not known at app.py:9"),
        ([PINNED, endpoint("https://x.example")],
         "registry:huggingface by HF_ENDPOINT endpoint: not set > https://x.example at .env:1"),
    ],
)  # fmt: skip
def test_each_change_is_one_drift_both_ways(found: list[Reference], drift: str) -> None:
    changed = recorded(*found)
    assert drifts(SOUND, changed) == [drift]
    if "unresolved" not in drift:
        assert len(drifts(changed, SOUND)) == 1


@pytest.mark.parametrize(
    ("source", "was", "now"),
    [
        ("docker", "1.0", "1.1"),
        ("docker", "sha256:" + "1" * 64, "latest"),
        ("github", COMMIT, "v4"),
        ("pypi", "1", "2"),
    ],
)
def test_images_actions_and_packages_drift_by_their_revision(source: str, was: str, now: str) -> None:
    one, other = (recorded(ref(f"package:{source}/org/name", revision=revision)) for revision in (was, now))
    assert [(drift.what, drift.was, drift.now) for drift in compare(one, other)] == [("revision", was, now)]


def test_a_place_that_stays_unresolved_is_no_drift() -> None:
    assert compare(recorded(hidden()), recorded(hidden("app.py:70"))) == ()
    assert len(compare(recorded(hidden()), recorded(hidden("b.py:9")))) == 1


def test_an_endpoint_that_moves_is_drift() -> None:
    one, other, open_ = (recorded(endpoint(address)) for address in ("https://a.example", "https://b.example", None))
    name = "registry:huggingface by HF_ENDPOINT endpoint"
    assert drifts(one, other) == [f"{name}: https://a.example > https://b.example at .env:1"]
    assert drifts(one, open_) == [f"{name}: https://a.example > made at run time at .env:1"]
    assert drifts(one, recorded()) == [f"{name}: https://a.example > not set at .env:1"]
    assert compare(one, recorded(endpoint("https://a.example", "Dockerfile:9"))) == ()


@pytest.mark.parametrize(
    ("fact", "was", "now", "what"),
    [
        ("owners", "google-bert", "someone", "owner"),
        ("licenses", "apache-2.0", "cc-by-nc-4.0", "license"),
        ("digests", "sha256:" + "1" * 64, "sha256:" + "2" * 64, "bytes"),
    ],
)
def test_a_fact_that_changes_is_drift_and_one_that_is_not_known_is_not(
    fact: str, was: Any, now: Any, what: str
) -> None:
    one, other = recorded(PINNED, **{fact: {BERT: was}}), recorded(PINNED, **{fact: {BERT: now}})
    found: tuple[Drift, ...] = compare(one, other)
    assert [(drift.component, drift.what) for drift in found] == [(BERT, what)]
    assert compare(one, one) == ()
    for old, new, unknown in ((one, SOUND, "now"), (SOUND, one, "recorded")):
        assert compare(old, new) == ()
        assert [(item.component, item.what, item.unknown) for item in uncompared(old, new)] == [(BERT, what, unknown)]
    assert uncompared(one, other) == ()


def test_the_same_license_in_other_letters_is_no_drift() -> None:
    one, other = (recorded(PINNED, licenses={BERT: name}) for name in ("apache-2.0", "Apache-2.0"))
    assert compare(one, other) == ()


def test_a_large_target_fits_into_a_baseline() -> None:
    many = (ref(f"model:huggingface/org/{number:05}", revision=COMMIT) for number in range(5000))
    assert len(text(recorded(*many)).encode()) < SIZE_LIMIT


def test_what_discovery_finds_is_recorded() -> None:
    source = 'from transformers import AutoModel\nAutoModel.from_pretrained("google-bert/bert-base-uncased")\n'
    found = of(look({"app.py": source}), None, written=NOW, commit=None)
    assert BERT in {component.id for component in found.components}
