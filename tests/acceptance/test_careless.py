"""The careless twin: each flaw gives the finding that its README names, and nothing but that flaw does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import StringIO
from itertools import combinations
from pathlib import Path

import pytest

from supplychain.checks.engine import CHECKS
from supplychain.model.finding import Observation, Outcome
from supplychain.remedies import diff
from supplychain.report import terminal
from supplychain.report.view import View
from tests.support import ROOT, SAMPLE, BuiltTarget, Outcomes, run_suite

TWIN = ROOT / "examples" / "careless"
NOW = "2026-11-23T12:00:00+00:00"
FROM_OTHERS = {"1.5", "4.5", "10.2", "10.5"}
"""Requirements that only roll up what others say."""
NOT_HERE = {"1.3", "2.4"}
"""Requirements that no line of a target fails with the facts of the examples: numbers of hubs, and a drill of the guard."""
INVENTORY = ".supplychain/inventory.cdx.json"
BASELINE = ".supplychain/baseline.json"
LOCK = "requirements.txt"
DECLARATION = "supplychain.toml"
DRIFT = {"1.1", "2.1", "2.3", "5.3", "5.4", "5.5", "6.3"}
"""Requirements whose flaws came after the baseline."""
Row = tuple[str, str, str, str]
"""A requirement, a component, a rule and a file: what stays the same while lines move."""

run = partial(run_suite, facts=ROOT / "examples" / "facts", now=NOW)


def cells(path: Path) -> list[list[str]]:
    """Return the rows of the table of a README, without its head."""
    lines = [line for line in path.read_text().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@dataclass(frozen=True)
class Flaw:
    """One row of the table of the twin's README."""

    requirement: str
    outcome: str
    at: str
    why: str
    rule: str
    says: str
    remedy: str
    patch: str

    def __str__(self) -> str:
        return self.requirement


FLAWS = [Flaw(*(cell.strip("`") for cell in row)) for row in cells(TWIN / "README.md")]
SIDE_BY_SIDE = cells(ROOT / "examples" / "README.md")


def holds(text: str, short: str) -> bool:
    """Whether a text has every part of a shortened one, in order."""
    return re.search(".*".join(re.escape(part.strip()) for part in short.split("…")), text) is not None


def belongs(row: Observation, flaw: Flaw) -> bool:
    """Whether a failed row is one that a flaw gives: it stands in its line, or its message or remedy names that."""
    places = (flaw.at, f"{flaw.at}:") if ":" not in flaw.at else (flaw.at,)
    named = str(row.at) in places or re.search(rf"{re.escape(flaw.at)}\b", f"{row.message}\n{row.remedy}")
    return row.rule == flaw.rule and bool(named)


def rows_of(found: Outcomes, flaw: Flaw) -> set[Row]:
    rows = found.rows(flaw.requirement, Outcome.FAIL)
    return {identity(flaw.requirement, row) for row in rows if belongs(row, flaw)}


def identity(requirement: str, row: Observation) -> Row:
    return (requirement, row.component, row.rule, row.at.file if row.at else "")


def failed(found: Outcomes) -> set[Row]:
    """Return every failed row, but for those that only roll up others, as some of 3.4 do."""
    names = found.findings.keys() - FROM_OTHERS
    rows = {identity(name, row) for name in names for row in found.rows(name, Outcome.FAIL)}
    return {row for row in rows if row[2] != "failed-before"}


def follows(row: Row, flaw: Flaw) -> bool:
    """Whether a row is one of those that the README says follow: drift, and a dataset that the mirror answers for."""
    by_mirror = flaw.requirement == "1.1" and row[0] == "4.1" and row[2] == flaw.rule
    return by_mirror or (row[0] == "9.1" and row[2] == "drift" and flaw.requirement in DRIFT)


@pytest.fixture(scope="module", autouse=True)
def _no_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have no model in a cache, as whoever tries the examples first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("client")))
        yield


@pytest.fixture(scope="module")
def careless() -> Outcomes:
    return run(TWIN)


@pytest.fixture
def twin(tmp_path: Path) -> BuiltTarget:
    shutil.copytree(TWIN, tmp_path / "careless")
    return BuiltTarget(tmp_path / "careless")


def pinned(name: str) -> str:
    """Return a requirement with its hashes as the sound twin has it."""
    found = re.search(rf"(?m)^{name}==[^\0]*?(?=^\w|\Z)", (SAMPLE / LOCK).read_text())
    assert found
    return found[0]


def line_of(twin: BuiltTarget, at: str) -> str:
    """Return a line of the twin with its end."""
    file, _, number = at.partition(":")
    return (twin.path / file).read_text().splitlines(keepends=True)[int(number) - 1]


def replaces(at: str, new: str) -> Callable[[BuiltTarget], object]:
    """Return the change that puts something in the place of a line."""
    return lambda twin: twin.edit(at.partition(":")[0], line_of(twin, at), new)


def lists(kind: str, like: str, name: str) -> Callable[[BuiltTarget], object]:
    """Return the change that adds an entry to the inventory, made like another one."""

    def add(twin: BuiltTarget) -> None:
        bom = json.loads((twin.path / INVENTORY).read_text())
        (entry,) = [item for item in bom[kind] if like in item["bom-ref"]]
        bom[kind].append(json.loads(json.dumps(entry).replace(like, name)))
        twin.plant(INVENTORY, json.dumps(bom))

    return add


def restores_head(twin: BuiltTarget) -> None:
    """Put back the head that the baseline recorded, which is that of the sound twin."""
    twin.plant("models/topic.safetensors", (SAMPLE / "models/intent.safetensors").read_bytes())


def records_no_signature(twin: BuiltTarget) -> None:
    """Record the state without the signature of the small ranker."""
    baseline = json.loads((twin.path / BASELINE).read_text())
    for recorded in baseline["components"]:
        recorded.pop("signatures", None)
    twin.plant(BASELINE, json.dumps(baseline))


def adds(after: str, line: str) -> Callable[[BuiltTarget], object]:
    """Return the change that adds a line to the declaration."""
    return lambda twin: twin.edit(DECLARATION, f"{after}\n", f"{after}\n{line}\n")


LOOK_ALIKE = 'revision = "3f2a9d1c5b7e8064a1d3c2f5e6b7980a1b2c3d4e"'
COPY = 'revision = "c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8"'
APPROVED = 'approved = { by = "security@example.com", on = 2026-11-16, ticket = "SEC-201" }'
ACKNOWLEDGED = (
    """license_ack = { by = "legal@example.com", on = 2026-11-16, restrictions = ["noncommercial", "share-alike"] }"""
)
CREDIT = """
BAA1/help-ranker-mini
Copyright BAA1
Used under CC-BY-NC-SA-4.0, and by agreement under CC-BY-SA-4.0
"""


LANGFUSE = f"""
[[service]]
id = "langfuse"
purpose = "traces"
data_classes = ["personal"]
region = "eu"
retention_days = 30
training_use = false

[service.assessment]
by = "security@example.com"
on = 2026-11-16
evidence = "https://wiki.example/reviews/langfuse"
sha256 = "{"1" * 64}"
custodian = "security@example.com"
topics = ["certs", "encryption", "retention", "training", "subprocessors", "incident-notice", "access"]

[service.dpa]
type = "incorporated"
url = "https://langfuse.com/security/dpa"
version = "2026-11-01"
accepted_by = "legal@example.com"
date = 2026-11-17
parties = ["Langfuse GmbH", "Example GmbH"]
sha256 = "{"2" * 64}"
custodian = "legal@example.com"
"""


def declares_langfuse(twin: BuiltTarget) -> None:
    """Declare the service that nobody was told of, reviewed and with an agreement."""
    twin.plant(DECLARATION, (twin.path / DECLARATION).read_text() + LANGFUSE)


MENDS: dict[str, Callable[[BuiltTarget], object]] = {
    "1.1": replaces("Dockerfile:4", ""),
    "1.2": adds(LOOK_ALIKE, APPROVED),
    "1.4": adds(COPY, APPROVED),
    "2.1": restores_head,
    "2.2": records_no_signature,
    "2.3": lambda twin: twin.edit("deploy/serve.sh", " --trust-remote-code", ""),
    "3.1": lambda twin: twin.edit(DECLARATION, "CC-BY-NC-SA-4.0", "CC-BY-SA-4.0"),
    "3.2": adds(LOOK_ALIKE, ACKNOWLEDGED),
    "3.3": lambda twin: twin.plant("NOTICE", (twin.path / "NOTICE").read_text() + CREDIT),
    "3.4": lambda twin: twin.edit(DECLARATION, 'a7"\nlicense = "MIT"', 'a7"\nlicense = "Apache-2.0"'),
    "4.1": adds("published = 2026-08-31", APPROVED),
    "4.2": lambda twin: twin.edit(DECLARATION, "TBD", "queries of customers of a bank, labeled by hand; 2020"),
    "4.3": lambda twin: twin.edit("data/banking77.csv", "I never got the money,11\n", ""),
    "5.1": replaces("pip.conf:3", ""),
    "5.2": replaces(f"{LOCK}:22", f"h11==0.14.0 \\\n    --hash=sha256:{'ab' * 32}\n"),
    "5.3": replaces(f"{LOCK}:23", pinned("filelock")),
    "5.4": lambda twin: twin.edit(LOCK, line_of(twin, f"{LOCK}:24") + line_of(twin, f"{LOCK}:25"), ""),
    "5.5": replaces(f"{LOCK}:22", "h11==0.16.0\n"),
    "6.1": declares_langfuse,
    "6.2": lambda twin: twin.edit("app/reply.py", "store=True", "store=False"),
    "6.3": lambda twin: twin.edit("app/reply.py", "https://us.", "https://eu."),
    "6.4": lambda twin: twin.edit(DECLARATION, "expires = 2026-07-31\n", ""),
    "6.5": lambda twin: twin.edit(
        DECLARATION, "on = 2026-08-03, expires = 2026-10-30", "on = 2026-11-16, expires = 2027-01-29"
    ),
    "7.1": lists("components", "gpt-4.1-mini", "gpt-4.1-nano"),
    "7.2": lambda twin: twin.edit(
        INVENTORY, "6f1b0e8a3c5d7294e8f0a1b2c3d4e5f60718293a", "0fd18e25b25c072e09e0d92ab615fda904d66300"
    ),
    "7.3": replaces(f"{INVENTORY}:26", ""),
    "7.4": lists("services", "openai", "langfuse"),
    "7.5": lambda twin: twin.edit(INVENTORY, '"timestamp": "2026-03-09', '"timestamp": "2026-11-09'),
    "7.6": lambda twin: twin.edit(
        INVENTORY,
        '"supplier": {"name": "BAAI"}',
        '"supplier": {"name": "BAAI"}, "licenses": [{"license": {"id": "MIT"}}]',
    ),
    "9.1": lambda twin: twin.edit(BASELINE, '"5.1.0"', '"5.2.0"'),
    "10.1": lambda twin: twin.edit("docs/incident-response.md", "TBD", "the lead of Platform Security"),
    "10.3": lambda twin: twin.remove("deploy/warm-up.properties"),
}
"""What mends each flaw: the place as the sound twin has it, where it has that place."""


def test_there_is_a_flaw_for_each_requirement_that_has_a_check() -> None:
    built = {name for name in CHECKS if int(name.partition(".")[0]) <= 10} - FROM_OTHERS - NOT_HERE
    assert {flaw.requirement for flaw in FLAWS} == built == MENDS.keys()


@pytest.mark.parametrize("flaw", FLAWS, ids=str)
def test_a_run_says_what_the_readme_says(flaw: Flaw, careless: Outcomes) -> None:
    assert careless[flaw.requirement].outcome == flaw.outcome
    rows = [row for row in careless.rows(flaw.requirement, Outcome.FAIL) if belongs(row, flaw)]
    assert rows
    for row in rows:
        assert holds(row.message, flaw.says)
        assert holds(row.remedy, flaw.remedy)
        assert (row.patch is not None and row.patch.proven) is (flaw.patch == "proven"), row.patch


def test_every_failed_row_is_one_of_a_flaw_or_follows_from_one(careless: Outcomes) -> None:
    explained = {row for flaw in FLAWS for row in rows_of(careless, flaw)}
    rest = failed(careless) - explained
    assert {row[0] for row in rest} == {"4.1", "7.5", "9.1"}
    assert {row[1] for row in rest if row[0] == "7.5"} == {f"inventory:{INVENTORY}, content"}
    assert len([row for row in rest if row[0] == "9.1"]) == len(DRIFT)
    assert {row[1:3] for row in rest if row[0] == "4.1"} == {
        ("dataset:huggingface/mteb/banking77", "overridden-endpoint")
    }


@pytest.mark.parametrize("flaw", FLAWS, ids=str)
def test_mending_a_line_takes_its_rows_and_nothing_else(flaw: Flaw, twin: BuiltTarget, careless: Outcomes) -> None:
    MENDS[flaw.requirement](twin)
    found = run(twin)
    assert of_one_line(failed(found) - failed(careless), flaw) == set()
    gone = failed(careless) - failed(found)
    assert {row for row in gone if not follows(row, flaw)} == rows_of(careless, flaw) | of_removed(careless, flaw)
    assert len([row for row in gone if row[0] == "9.1" and follows(row, flaw)]) == (flaw.requirement in DRIFT)
    assert found.unlike(careless) <= {flaw.requirement} | FROM_OTHERS


def of_one_line(new: set[Row], flaw: Flaw) -> set[Row]:
    """Leave out that the extra index may answer for what a name from the index has taken the place of."""
    return new - ({("5.1", "package:pypi/filelock", "extra-index", LOCK)} if flaw.requirement == "5.3" else set())


def of_removed(careless: Outcomes, flaw: Flaw) -> set[Row]:
    """Return the row of the extra index on a package that a mend takes out."""
    about = {"5.4": "package:pypi/prompt-tidy"}.get(flaw.requirement)
    return {row for row in failed(careless) if row[0] == "5.1" and row[1] == about}


@pytest.mark.parametrize("two", [*combinations(("6.2", "6.3", "6.4"), 2)], ids="+".join)
def test_with_two_of_its_inputs_mended_the_risk_needs_no_acceptance(
    two: tuple[str, str], twin: BuiltTarget, careless: Outcomes
) -> None:
    for requirement in two:
        MENDS[requirement](twin)
    gone = failed(careless) - failed(run(twin))
    assert {row[0] for row in gone} - {"9.1"} == {*two, "6.5"}


@pytest.mark.parametrize("flaw", [flaw for flaw in FLAWS if flaw.patch == "proven"], ids=str)
def test_the_printed_patch_mends_it(flaw: Flaw, twin: BuiltTarget, careless: Outcomes) -> None:
    patches = {row.patch for row in careless.rows(flaw.requirement, Outcome.FAIL) if belongs(row, flaw)}
    (patch,) = patches
    assert patch
    command = ["git", "apply", "--unidiff-zero", "-"]
    subprocess.run(command, cwd=twin.path, input=diff(patch), text=True, check=True, timeout=30)
    found = run(twin)
    assert rows_of(careless, flaw).isdisjoint(failed(found))
    assert failed(found) <= failed(careless)
    assert not [item for item in found.case.patches if item.at == patch.at and item.requirement == patch.requirement]


def test_all_mended_together_no_row_fails(twin: BuiltTarget) -> None:
    by_line = ("7.2", "7.3", "7.5", "7.6")  # before what writes the inventory in another form
    for requirement in (*by_line, *sorted(MENDS.keys() - {*by_line, "5.2", "5.3", "5.4", "5.5"})):
        MENDS[requirement](twin)
    lock = (twin.path / LOCK).read_text()
    twin.plant(LOCK, lock[: lock.index("h11==")] + pinned("filelock") + pinned("h11"))
    assert failed(run(twin)) == set()


@pytest.mark.parametrize("row", SIDE_BY_SIDE, ids=lambda row: row[0].partition(" ")[0])
def test_the_twins_differ_as_the_readme_says(row: list[str], careless: Outcomes, sound_twin: Outcomes) -> None:
    name, sound, broken, line = row
    requirement = name.partition(" ")[0]
    assert (sound_twin[requirement].outcome, careless[requirement].outcome) == (sound, broken)
    place, text = re.match(r"(?:`([^`]*)`)?(?:: `([^`]*)`)?", line).groups()  # type: ignore[union-attr]
    if text:
        assert text in line_of(BuiltTarget(TWIN), place)
    elif place:
        assert (TWIN / place.partition(":")[0]).exists()


@pytest.fixture(scope="module")
def sound_twin() -> Outcomes:
    return run(SAMPLE)


def test_the_twins_differ_nowhere_else(careless: Outcomes, sound_twin: Outcomes) -> None:
    assert careless.unlike(sound_twin) == {row[0].partition(" ")[0] for row in SIDE_BY_SIDE}


def test_the_readme_of_the_project_shows_what_a_run_prints(careless: Outcomes) -> None:
    out = StringIO()
    terminal.show(View(careless.case, careless.findings, "run"), [], out)
    (block,) = re.findall(r"```\n(Control NOT met: .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    shown = [line.removesuffix("...").rstrip() for line in block.splitlines()]
    printed = out.getvalue().splitlines()
    assert [line for line in shown if not any(other.startswith(line) for other in printed)] == []
