"""The store: what it keeps, what it refuses, and what it notices."""

import json
import os
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from supplychain.model.finding import Outcome
from supplychain.state import chain, database
from supplychain.state.store import StateError, Store, state_path
from tests.state.support import BERT, DAY, behind_its_back, entry, used

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the file of a store with three runs; the first two have the same inventory."""
    file = tmp_path / "state.db"
    with Store.open(file) as store:
        for made in (entry(1), entry(2), entry(3, used(BERT, "main"))):
            store.append(made)
    return file


def problems(path: Path) -> list[tuple[int, str]]:
    """Return what `verify` reports."""
    with Store.open(path) as store:
        return [(problem.sequence, problem.reason) for problem in store.verify()]


def test_a_run_comes_back_as_it_was_appended(tmp_path: Path) -> None:
    with Store.open(tmp_path / "new" / "folder" / "state.db") as store:
        record = store.append(entry(1, used(BERT, None, "main")))
    with Store.open(tmp_path / "new" / "folder" / "state.db") as store:
        assert store.records() == (record,)
        assert store.verify() == ()
    assert (record.sequence, record.previous) == (1, chain.GENESIS.digest)
    assert record.inventory.used[0].revisions == (None, "main")
    assert record.verdicts == {Outcome.PASS: 40, Outcome.FAIL: 9}


def test_each_record_carries_the_digest_of_the_one_before(path: Path) -> None:
    with Store.open(path) as store:
        first, second, third = store.records()
    assert second.previous == first.digest
    assert third.previous == second.digest
    assert first.inventory_digest == second.inventory_digest != third.inventory_digest


def test_the_digest_is_of_canonical_json(path: Path) -> None:
    with Store.open(path) as store:
        record = store.records()[0]
    fields = json.loads(record.model_dump_json(exclude={"digest", "inventory"}))
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    assert record.digest == chain.digest(text)
    assert '"simulated":false' in text


def test_the_same_inventory_is_kept_once(path: Path) -> None:
    assert sqlite3.connect(path).execute("SELECT count(*) FROM inventory").fetchone() == (2,)


def test_a_run_is_recorded_once(path: Path) -> None:
    with Store.open(path) as store:
        with pytest.raises(StateError, match="it holds a record of run run-3 already"):
            store.append(entry(3))
        assert len(store.records()) == 3


def test_what_stopped_an_append_leaves_nothing_of_it(path: Path) -> None:
    stop = "CREATE TRIGGER stop BEFORE UPDATE ON head BEGIN SELECT RAISE(ABORT, 'stopped'); END"
    behind_its_back(path, stop)
    with Store.open(path) as store, pytest.raises(StateError, match="stopped"):
        store.append(entry(4, used("model:file/other.bin")))
    behind_its_back(path, "DROP TRIGGER stop")
    assert sqlite3.connect(path).execute("SELECT count(*) FROM inventory").fetchone() == (2,)
    with Store.open(path) as store:
        assert store.append(entry(4)).sequence == 4
        assert store.verify() == ()


def test_a_made_up_time_marks_a_record_for_ever(path: Path) -> None:
    with Store.open(path) as store:
        assert store.append(entry(4, simulated=True)).simulated
    body = sqlite3.connect(path).execute("SELECT body FROM record WHERE sequence = 4").fetchone()[0]
    unmarked = body.replace('"simulated":true', '"simulated":false')
    behind_its_back(path, "UPDATE record SET body = ? WHERE sequence = 4", unmarked)
    assert problems(path) == [(4, "record 4 was altered: its digest is not that of its content")]


@pytest.mark.parametrize("sequence", [1, 2, 3])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"fail":9', '"fail":0'),
        ('"at":"2026-10', '"at":"2027-10'),
        ('"commit":"c', '"commit":"d'),
        ('"run":"run-', '"run":"RUN-'),
        ('"sequence":', '"sequence":1'),
        ('"previous":"sha256:', '"previous":"sha256:0'),
        ("{", "["),
        ('{"at"', '{"added":1,"at"'),
    ],
)
def test_an_altered_record_is_reported(path: Path, sequence: int, old: str, new: str) -> None:
    behind_its_back(path, "UPDATE record SET body = replace(body, ?, ?) WHERE sequence = ?", old, new, sequence)
    assert [number for number, _ in problems(path)] == [sequence]


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_an_altered_record_with_a_digest_made_anew_is_reported(path: Path, sequence: int) -> None:
    with Store.open(path) as store:
        record = store.records()[sequence - 1].model_copy(update={"commit": "d" * 40})
    text = chain.body(record)
    changed = "UPDATE record SET body = ?, digest = ? WHERE sequence = ?"
    behind_its_back(path, changed, text, chain.digest(text), sequence)
    ((number, reason),) = problems(path)
    assert number == sequence
    assert "is not the one that" in reason


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM record WHERE sequence = 1", [(1, "record 1 is missing")]),
        ("DELETE FROM record WHERE sequence = 2", [(2, "record 2 is missing")]),
        ("DELETE FROM record WHERE sequence = 3", [(3, "record 3 is missing")]),
        ("DELETE FROM record WHERE sequence > 1", [(2, "records 2 to 3 are missing")]),
        ("DELETE FROM record", [(1, "records 1 to 3 are missing")]),
        ("DELETE FROM head", [(3, "the note of the newest record is missing")]),
        ("UPDATE head SET sequence = 2", [(3, "record 3 was added by something else than a run")]),
        ("UPDATE head SET digest = 'x'", [(3, "record 3 is not the one that was appended")]),
        ("UPDATE record SET sequence = 900000000000 WHERE sequence = 3",
         [(3, "records 3 to 899999999999 are missing"),
          (900000000000, "record 900000000000 was moved: record 3 stands in its place"),
          (4, "record 4 was added by something else than a run")]),
        ("UPDATE record SET sequence = -7 WHERE sequence = 1",
         [(-7, "record -7 is there twice or out of order"), (1, "record 1 is missing")]),
    ],
)  # fmt: skip
def test_a_record_that_was_removed_or_added_is_reported(
    path: Path, statement: str, found: list[tuple[int, str]]
) -> None:
    behind_its_back(path, statement)
    assert problems(path) == found


def test_records_in_another_order_are_reported(path: Path) -> None:
    behind_its_back(
        path,
        "UPDATE record SET sequence = 9 WHERE sequence = 1; UPDATE record SET sequence = 1 WHERE sequence = 2;"
        "UPDATE record SET sequence = 2 WHERE sequence = 9",
    )
    assert problems(path) == [
        (1, "record 1 was moved: record 2 stands in its place"),
        (2, "record 2 was moved: record 1 stands in its place"),
    ]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE inventory SET text = replace(text, 'app.py', 'src.py')", [1, 2, 3]),
        ("UPDATE inventory SET text = '['", [1, 2, 3]),
        ("UPDATE inventory SET text = x'ff00'", [1, 2, 3]),
        ("DELETE FROM inventory WHERE text LIKE '%main%'", [3]),
        ("UPDATE record SET body = x'ff' WHERE sequence = 2", [2]),
        ("UPDATE record SET body = '{\"inventory_digest\": []}' WHERE sequence = 2", [2]),
        ("UPDATE record SET body = printf('%.100000c', '[') WHERE sequence = 2", [2]),
        ("UPDATE record SET digest = 5 WHERE sequence = 2", [2]),
    ],
)
def test_damage_within_is_reported_with_its_record(path: Path, statement: str, found: list[int]) -> None:
    behind_its_back(path, statement)
    assert [number for number, _ in problems(path)] == found


def test_a_record_that_cannot_be_read_is_not_left_out(path: Path) -> None:
    behind_its_back(path, "UPDATE record SET body = '{' WHERE sequence = 2")
    with Store.open(path) as store, pytest.raises(StateError, match="record 2 cannot be read: it is damaged; keep it"):
        store.records()


@pytest.mark.parametrize(
    "statement", ["DELETE FROM record WHERE sequence = 2", "DELETE FROM record WHERE sequence = 3"]
)
def test_a_further_run_does_not_hide_that_one_was_removed(path: Path, statement: str) -> None:
    behind_its_back(path, statement)
    before = problems(path)
    with Store.open(path) as store:
        assert store.append(entry(4)).sequence == 4
    assert problems(path) == before


@pytest.mark.parametrize("statement", ["DELETE FROM head", "UPDATE head SET sequence = 1"])
def test_nothing_is_appended_where_the_end_was_changed(path: Path, statement: str) -> None:
    behind_its_back(path, statement)
    with Store.open(path) as store, pytest.raises(StateError, match="the end of its chain was changed"):
        store.append(entry(4))


def test_first_and_last_sight_are_kept(tmp_path: Path) -> None:
    with Store.open(tmp_path / "state.db") as store:
        store.seen(["a", "b"], DAY)
        later = store.seen(["a", "c"], DAY + timedelta(days=3))
        assert (later["a"].first, later["a"].last) == (DAY, DAY + timedelta(days=3))
        assert later["c"].first == DAY + timedelta(days=3)
        earlier = store.seen(["a"], DAY - timedelta(days=1))  # a run that began before ends after
        assert (earlier["a"].first, earlier["a"].last) == (DAY - timedelta(days=1), DAY + timedelta(days=3))
        assert store.seen([], DAY) == {}


def test_a_made_up_time_does_not_change_what_others_saw(tmp_path: Path) -> None:
    with Store.open(tmp_path / "state.db") as store:
        store.seen(["a"], DAY)
        assert store.seen(["a"], DAY.replace(year=1999), simulated=True)["a"].first.year == 1999
        assert store.seen(["a"], DAY)["a"].first == DAY


def test_times_of_other_zones_are_the_same_moment(tmp_path: Path) -> None:
    from datetime import timezone

    with Store.open(tmp_path / "state.db") as store:
        store.seen(["a"], DAY)
        elsewhere = (DAY - timedelta(hours=1)).astimezone(timezone(timedelta(hours=9)))
        assert store.seen(["a"], elsewhere)["a"].first == DAY - timedelta(hours=1)


def test_a_denied_digest_stays_with_its_first_reason(tmp_path: Path) -> None:
    with Store.open(tmp_path / "state.db") as store:
        store.deny(B, "pickle that starts a shell", DAY)
        store.deny(A, "other", DAY)
        again = store.deny(B, "later", DAY + timedelta(days=1))
        assert (again.reason, again.at) == ("pickle that starts a shell", DAY)
        assert [item.digest for item in store.denied()] == [A, B]


@pytest.mark.parametrize("digest", ["", "a" * 64, "sha256:" + "A" * 64, "sha256:abc", "md5:" + "a" * 32])
def test_what_is_no_digest_is_not_denied(tmp_path: Path, digest: str) -> None:
    with Store.open(tmp_path / "state.db") as store:
        with pytest.raises(StateError, match="a digest is written sha256:<64 hex>"):
            store.deny(digest, "x", DAY)
        assert store.denied() == ()


def refused(path: Path) -> str:
    """Return why a store is not opened, in one line that names it."""
    with pytest.raises(StateError) as caught, Store.open(path) as store:
        store.verify()
    message = str(caught.value)
    assert message.startswith(f"state {path}: ")
    assert "\n" not in message
    return message.removeprefix(f"state {path}: ")


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a letter\n" * 1000)
    assert refused(tmp_path / "x") == (
        "file is not a database; it is no store of this suite; give another place with -D state=PATH"
    )
    assert (tmp_path / "x").read_text() == "a letter\n" * 1000


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    behind_its_back(tmp_path / "x", "CREATE TABLE places (url TEXT)")
    before = (tmp_path / "x").read_bytes()
    assert refused(tmp_path / "x").startswith("a database of another program; give another place")
    assert (tmp_path / "x").read_bytes() == before


def test_an_unknown_schema_is_refused_not_guessed(path: Path) -> None:
    behind_its_back(path, "PRAGMA user_version = 7")
    assert refused(path).startswith("its schema is 7 and this version knows 1; use the version that wrote it")


@pytest.mark.parametrize("statement", ["DROP TABLE record", "DROP TABLE head", "ALTER TABLE record RENAME body TO b"])
def test_a_store_without_its_tables_is_refused(path: Path, statement: str) -> None:
    behind_its_back(path, statement)
    assert "it is damaged; keep it as evidence" in refused(path)


@pytest.mark.parametrize("kept", [50, 5000, 20000])
def test_a_store_that_was_cut_off_is_refused(path: Path, kept: int) -> None:
    path.write_bytes(path.read_bytes()[:kept])
    assert "evidence" in refused(path) or "another place" in refused(path)


def test_a_store_with_a_page_of_noise_is_refused(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 : len(data)] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(bytes(data))
    assert "it is damaged; keep it as evidence" in refused(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == "not a file; give the path of one with -D state=PATH"


def test_a_fifo_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x")
    assert refused(tmp_path / "x").startswith("not a file")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "give a folder that can be written to with -D state=PATH" in refused(tmp_path / "file" / "state.db")


READ_ONLY = """
import os, sys
from pathlib import Path
from supplychain.state.store import StateError, Store
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
try:
    with Store.open(Path(sys.argv[1])) as store:
        store.deny("sha256:" + "a" * 64, "x", __import__("datetime").datetime.now())
except StateError as error:
    print(error)
"""


@pytest.mark.parametrize(("name", "mode"), [("state.db", 0o555), ("new.db", 0o555), ("state.db", 0o444)])
def test_a_folder_that_is_read_only_is_named(path: Path, name: str, mode: int) -> None:
    folder = path.parent
    for above in (folder, *folder.parents[:3]):
        above.chmod(above.stat().st_mode | 0o555)
    path.chmod(0o444)
    folder.chmod(mode)
    try:
        script = [sys.executable, "-c", READ_ONLY, str(folder / name)]
        done = subprocess.run(script, capture_output=True, text=True, timeout=60, check=False)
    finally:
        folder.chmod(0o755)
    if "Permission" in done.stderr:
        pytest.skip("another user cannot read this checkout")
    assert done.stdout.startswith(f"state {folder / name}: "), done.stderr
    assert "give a folder that can be written to with -D state=PATH" in done.stdout


def test_a_store_that_another_run_holds_too_long_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    assert refused(path) == "database is locked; another run holds it; wait for that to end and run again"
    holder.close()


def test_reading_does_not_wait_for_a_run_that_writes(path: Path) -> None:
    with Store.open(path) as store:
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        assert len(store.records()) == 3
        writer.close()


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    assert problems(tmp_path / "x") == []


def test_two_stores_of_one_file_take_turns(path: Path) -> None:
    with Store.open(path) as one, Store.open(path) as other:
        for number in range(4, 10):
            (one if number % 2 else other).append(entry(number))
        assert [record.sequence for record in one.records()] == list(range(1, 10))
    assert problems(path) == []


def test_the_path_is_keyed_by_project_and_origin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    paths = {state_path("RAG", "c1"), state_path("RAG", "c2"), state_path("RAG", ""), state_path("rag", "c1")}
    assert len(paths) == 4
    assert all(path.name.startswith("rag-") for path in paths)
    assert state_path("RAG", "c1") in paths


@pytest.mark.parametrize("project", ["../../etc/passwd", "", "…", "a" * 5000, "con\n\x00", "\ud800"])
def test_a_hostile_project_name_stays_in_the_folder(
    project: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path = state_path(project, "c")
    assert path.parent == state_path("x", "c").parent
    assert len(path.name) < 70
    assert path.name.isascii()
