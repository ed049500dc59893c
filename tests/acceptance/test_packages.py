"""Scenario 5 as a whole: each of nine known attacks and lapses, in one place, breaks its own requirement and nothing else.

What else can break each requirement stands in the files named after it: test_package_source.py and the like.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from supplychain.facts.snapshot import FACTS, write_manifest
from supplychain.facts.store import FactStore
from supplychain.model.finding import Outcome
from tests.acceptance.breaks import Change, adopt_inventory, edits, plants
from tests.acceptance.test_package_updates import VEX, stating
from tests.sound_facts import Record, locked, page, record, snapshot
from tests.support import NOW, POLICY, SAMPLE, BuiltTarget, Outcomes, run_suite

SNIFFIO = "package:pypi/sniffio"
LOCK = (SAMPLE / "requirements.txt").read_text()
STATEMENT = re.search(r"^sniffio==.*?[^\\]\n", LOCK, re.MULTILINE | re.DOTALL)
assert STATEMENT
PINNED = STATEMENT[0]
AT = f"requirements.txt:{LOCK[: STATEMENT.start()].count(chr(10)) + 1}"
(VERSION,) = locked()["sniffio"]
HASHES = locked()["sniffio"][VERSION]
MIRROR = "https://mirror.example/simple"
SQUATTED = f"reqeusts==2.32.0 \\\n    --hash=sha256:{'ab' * 32}\n"
EVERY = "every package of the lock"


def unchanged(_: object) -> None:
    """Change nothing."""


@dataclass(frozen=True)
class Flip:
    """What is planted, in one place, and what has to come of it."""

    name: str
    requirement: str
    rule: str
    at: str
    """Where the row stands."""
    says: tuple[str, ...]
    """What its message and its remedy together name: the place, and the line or the command that mends it."""
    target: Change = unchanged
    listed: Callable[[dict[str, Any]], object] = unchanged
    """What changes on the page of sniffio that the index has."""
    records: tuple[Record, ...] = ()
    policy: str = ""
    component: str = SNIFFIO
    outcome: Outcome = Outcome.FAIL

    def __str__(self) -> str:
        return self.name

    def run(self, target: BuiltTarget, folder: Path) -> Outcomes:
        """Return what the target comes to with it."""
        self.target(target)
        facts, policy = snapshot(folder / "facts", self.records), folder / "policy.toml"
        body = json.loads(page("sniffio", locked()["sniffio"]).body)
        self.listed(body)
        store = FactStore(facts / FACTS)
        store.put(replace(page("sniffio", {}), body=json.dumps(body).encode()))
        store.put(page("reqeusts", {"2.32.0": ["ab" * 32]}))
        write_manifest(facts, datetime.fromisoformat(NOW))
        policy.write_text(POLICY.read_text() + self.policy)
        return run_suite(target, facts=facts, policy=policy)


def squats(target: BuiltTarget) -> None:
    """Lock a package with a hash that the index lists, under a name that is nearly another's."""
    target.edit("requirements.txt", PINNED, SQUATTED + PINNED)
    target.edit("requirements.in", "openai\n", "openai\nreqeusts\n")
    adopt_inventory(target)


def yanks(body: dict[str, Any]) -> None:
    for file in body["files"]:
        file["yanked"] = "leaks sockets"


def exchanges(body: dict[str, Any]) -> None:
    for number, file in enumerate(body["files"]):
        file["hashes"] = {"sha256": f"{number:064x}"}


def malware(version: str) -> Record:
    affected = [{"package": {"ecosystem": "PyPI", "name": "sniffio"}, "versions": [version]}]
    return record("MAL-2026-77", affected=affected, database_specific={})


RELOCK = "uv pip compile --generate-hashes --output-file requirements.txt requirements.in"
FLIPS = [
    Flip(
        "dependency confusion",
        "5.1",
        "extra-index",
        AT.replace(AT.rpartition(":")[2], str(int(AT.rpartition(":")[2]) + 1)),
        (MIRROR, "Remove the line at requirements.txt:1", f'"sniffio" = "{MIRROR}"', "[trust.index_map]"),
        edits("requirements.txt", "annotated-types==", f"--extra-index-url {MIRROR}\nannotated-types=="),
        component=EVERY,
    ),
    Flip(
        "typosquat",
        "5.4",
        "review-signal",
        AT,
        (
            "close to requests",
            AT,
            "supplychain review TARGET package:pypi/reqeusts --detector typosquat --digest sha256:",
        ),
        squats,
        component="package:pypi/reqeusts",
        outcome=Outcome.UNDETERMINED,
    ),
    Flip("a yanked release", "5.2", "yanked", AT, ("leaks sockets", AT), listed=yanks),
    Flip(
        "a version known as malicious",
        "5.4",
        "known-malware",
        AT,
        (f"{VERSION} is known as malicious: MAL-2026-77", "Remove the package"),
        records=(malware(VERSION),),
    ),
    Flip(
        "a version that the policy denies",
        "5.4",
        "denied",
        AT,
        (f"the policy denies {SNIFFIO}@{VERSION}", "Remove the package"),
        policy=f'\n[packages]\ndeny = ["{SNIFFIO}@{VERSION}"]\n',
    ),
    Flip(
        "a missing hash",
        "5.2",
        "no-hash",
        AT,
        (f"version {VERSION} at {AT} has no hash", RELOCK),
        edits("requirements.txt", PINNED, f"sniffio=={VERSION}\n"),
    ),
    Flip(
        "a stale lock",
        "5.2",
        "stale-lock",
        "requirements.in:4",
        ("requirements.txt does not agree with its manifest: >=99 is asked for", RELOCK),
        edits("requirements.in", "openai", "openai>=99"),
        component="package:pypi/openai",
    ),
    Flip(
        "an ignored lock",
        "5.2",
        "ignored-lock",
        ".gitignore:2",
        ("keeps requirements.txt out of git", ".gitignore:2"),
        plants(".gitignore", "*.pyc\n/requirements.txt\n"),
        component="lock:requirements.txt",
    ),
    Flip(
        "an index that lists other bytes",
        "5.2",
        "hash-differs",
        AT,
        (f"sha256:{min(HASHES)} at {AT} is not what PyPI lists", f"sha256:{0:064x}", RELOCK),
        listed=exchanges,
    ),
    Flip(
        "a VEX statement that expired",
        "5.5",
        "vex-expired",
        AT,
        (f"{AT}: sniffio=={VERSION} → sniffio==9.0.0", "111 days old, and the policy accepts 90", VEX),
        plants(VEX, stating(day="2026-07-01")),
        records=(record(),),
    ),
]


@pytest.mark.parametrize("flip", FLIPS, ids=str)
def test_it_breaks_its_requirement_and_the_roll_up_alone(
    flip: Flip, target: BuiltTarget, tmp_path: Path, sound: Outcomes
) -> None:
    found = flip.run(target, tmp_path)
    assert found[flip.requirement].outcome is flip.outcome, found[flip.requirement].reason
    rolled_up = {"10.5"} if flip.outcome is Outcome.FAIL else set()
    assert found.unlike(sound) == {flip.requirement} | rolled_up
    rows = [row for row in found[flip.requirement].observations if row.outcome is not Outcome.PASS]
    assert {row.rule for row in rows} == {flip.rule}
    if flip.component != EVERY:
        assert {row.component for row in rows} == {flip.component}
    (row,) = [row for row in rows if row.component == (SNIFFIO if flip.component == EVERY else flip.component)]
    assert str(row.at) == flip.at
    for text in flip.says:
        assert text in f"{row.message} {row.remedy}"
    failed = {row.component for row in found.rows("10.5", Outcome.FAIL)}
    assert (flip.requirement in failed) == (flip.outcome is Outcome.FAIL)


def test_what_the_flips_stand_on_is_sound(target: BuiltTarget, tmp_path: Path, sound: Outcomes) -> None:
    nothing = Flip("nothing", "5.1", "", "", ())
    assert nothing.run(target, tmp_path).unlike(sound) == set()
