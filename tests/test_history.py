"""What a run adds to the records of its project, and what the next one reads of them."""

from __future__ import annotations

import sqlite3
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from supplychain import history
from supplychain.assessment import Assessment
from supplychain.model.case import Case, Features
from supplychain.model.finding import Outcome
from supplychain.options import Options
from supplychain.report.terminal import progress
from supplychain.state.store import Store
from supplychain.target import Target
from tests.support import NOW, BuiltTarget, empty_target, run_suite

BGE = "from transformers import AutoModel\nAutoModel.from_pretrained('BAAI/bge-small-en-v1.5')\n"


def case(target: BuiltTarget, days: int = 0) -> Case:
    """Return what a run at a real time gathers, that many days after the tests' own."""
    at = datetime.fromisoformat(NOW) + timedelta(days=days)
    return run_suite(target).case.model_copy(update={"now": at, "simulated": False})


def test_a_run_is_recorded_with_its_inventory_and_its_outcomes(tmp_path: Path) -> None:
    target = empty_target(tmp_path).plant("a.py", BGE)
    outcomes = [Outcome.FAIL, Outcome.PASS, Outcome.FAIL]
    record = history.record(tmp_path / "state.db", case(target), "run-1", outcomes)
    with Store.open(tmp_path / "state.db") as store:
        assert store.records() == (record,)
        assert store.record(1) == record
        links, problems = store.links()
    assert ([(link.run, link.digest) for link in links], problems) == ([("run-1", record.digest)], ())
    assert record.verdicts == {Outcome.FAIL: 2, Outcome.PASS: 1}
    assert [used.component for used in record.inventory.used] == [
        "model:huggingface/BAAI/bge-small-en-v1.5",
        "package:pypi/transformers",
    ]


def test_the_next_run_reads_what_changed_since_the_first(tmp_path: Path) -> None:
    target, path = empty_target(tmp_path).plant("a.py", BGE), tmp_path / "state.db"
    history.record(path, case(target), "run-1")
    history.record(path, case(target.plant("a.py", ""), 1), "run-2")
    found = history.read(path, case(target.plant("b.py", "import torch\n"), 2))
    assert [run.run for run in found.runs] == ["run-1", "run-2"]
    answers = {item.question: item.answer or item.problem for item in found.answers}
    assert answers["changed"] == "1 added, 2 removed, 0 changed between 2026-10-20 and 2026-10-22"
    assert answers["where"] == "no inventory lists a component to ask for"


def test_reading_makes_no_file(tmp_path: Path) -> None:
    found = history.read(tmp_path / "state.db", case(empty_target(tmp_path)))
    assert (found.runs, found.problems, found.unusable) == ((), (), "")
    assert not (tmp_path / "state.db").exists()


def test_nothing_is_added_to_a_broken_chain(tmp_path: Path) -> None:
    target, path = empty_target(tmp_path), tmp_path / "state.db"
    history.record(path, case(target), "run-1")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE record SET body = replace(body, 'run-1', 'run-x')")
    assert history.read(path, case(target)).problems[0].reason.startswith("record 1 ")
    options = Options(target.path, None, Path("unused"), datetime.now(UTC), simulated=False, state=path)
    assessment = Assessment.open(options, Features(digest="sha256:tests"), progress)
    assessment.gather()
    assert "its chain is broken" in assessment.record("run-2")


def test_a_repository_is_told_from_another_by_where_it_was_cloned_from(tmp_path: Path) -> None:
    target = empty_target(tmp_path)
    assert Target.open(target.path).origin == str(target.path)
    git = ["git", "-C", str(target.path)]
    subprocess.run([*git, "init", "-q"], check=True)
    assert Target.open(target.path).origin == str(target.path)
    subprocess.run([*git, "remote", "add", "origin", "https://example.org/team/app.git"], check=True)
    assert Target.open(target.path).origin == "https://example.org/team/app.git"
    with (target.path / ".git" / "config").open("a") as stream:
        stream.write("[include]\n  path = /etc/passwd\n[broken\n")
    assert Target.open(target.path).origin == str(target.path)
