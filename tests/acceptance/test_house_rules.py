"""Rules of the house: off until they are turned on, decided like the control's requirements, and no part of them."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from supplychain.checks.engine import CHECKS, decide
from supplychain.cli import main
from supplychain.control import house, load
from supplychain.decisions import replay
from supplychain.model.case import Case, Sentence
from supplychain.model.finding import Finding, Outcome
from supplychain.report import record
from supplychain.suite import tool
from tests.acceptance.test_model_signature import Signed
from tests.sound_facts import snapshot, sound_facts
from tests.support import NOW, POLICY, ROOT, BuiltTarget, run_suite, sound_target

RULES = {entry.id: entry for scenario in house() for entry in scenario.requirement}
COMMIT = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a"
BGE, INTENT = "model:huggingface/BAAI/bge-small-en-v1.5", "model:file/models/intent.safetensors"
LOADS = "from transformers import AutoModel\n\nAutoModel.from_pretrained({arguments})\n"
SIGNED = "93.1"
"""What a sound target need not hold: 2.2 excuses a signature that nobody offers."""


def ruled(name: str, case: Case, *words: str) -> Finding:
    """Return the finding on a rule of the house, with words for those of its own where they are given."""
    parameter = RULES[name].parameter
    stated = {parameter.name: words or parameter.default} if parameter else {}
    sentence = Sentence(requirement=name, words=stated)
    features = case.features.model_copy(update={"sentences": (*case.features.sentences, sentence)})
    return decide(name, case.model_copy(update={"features": features}), tool())


def wrong(finding: Finding) -> list[tuple[str, str, str]]:
    """Return the rows that do not pass: rule, component and place."""
    rows = [row for row in finding.observations if row.outcome is not Outcome.PASS]
    return [(row.rule, row.component, str(row.at or "")) for row in rows]


def ruled_by(name: str, target: BuiltTarget, *words: str) -> Finding:
    return ruled(name, run_suite(target).case, *words)


@pytest.fixture
def sound(tmp_path: Path) -> BuiltTarget:
    """A target on which every rule holds that can: its models in safetensors, at commits, and dated."""
    target = sound_target(tmp_path)
    target.plant(
        "app/retrieval.py",
        LOADS.format(arguments=f'"BAAI/bge-small-en-v1.5", revision="{COMMIT}", use_safetensors=True'),
    )
    target.edit("supplychain.toml", f'revision = "{COMMIT}"\n', f'revision = "{COMMIT}"\npublished = 2026-06-01\n')
    approved = 'published = 2026-06-01\napproved = { by = "security@example.com", on = 2026-08-01 }\n'
    return target.edit("supplychain.toml", "first_party = true\n", f"first_party = true\n{approved}")


class TestASoundTarget:
    @pytest.mark.parametrize("name", [name for name in RULES if name != SIGNED])
    def test_holds(self, name: str, sound: BuiltTarget) -> None:
        finding = ruled_by(name, sound)
        assert (finding.outcome, wrong(finding)) == (Outcome.PASS, [])
        assert finding.population.observed >= 2

    def test_its_models_are_not_signed(self, sound: BuiltTarget) -> None:
        finding = ruled_by(SIGNED, sound)
        assert finding.outcome is Outcome.FAIL
        assert {(rule, component) for rule, component, _ in wrong(finding)} == {("unsigned", BGE), ("unsigned", INTENT)}


class TestSignatures:
    @pytest.fixture
    def signed(self, target: Path, tmp_path: Path) -> Signed:
        """The same target without the model of the hub, whose own model its publisher signed."""
        return Signed(BuiltTarget(target).remove("app/retrieval.py"), tmp_path).sign()

    def test_every_model_is_signed(self, signed: Signed) -> None:
        finding = ruled(SIGNED, signed.run().case)
        assert (finding.outcome, wrong(finding)) == (Outcome.PASS, [])
        assert "publisher.pub" in finding.observations[0].message

    def test_one_that_does_not_verify(self, signed: Signed) -> None:
        path = signed.target.path / "models/intent.safetensors"
        path.write_bytes(path.read_bytes() + b"\0")
        finding = ruled(SIGNED, signed.run().case)
        assert finding.outcome is Outcome.FAIL
        assert wrong(finding)[0] == ("does-not-count", INTENT, "app/intent.py:6")
        assert "fetch it and" in finding.observations[0].remedy

    def test_nobody_could_look(self, tmp_path: Path) -> None:
        facts = snapshot(tmp_path / "facts", hub={BGE: {"state": "unknown"}})
        finding = ruled(SIGNED, run_suite(sound_target(tmp_path / "target"), facts=facts).case)
        assert ("not-known", BGE, "app/retrieval.py:17") in wrong(finding)


@dataclass(frozen=True)
class Break:
    """One thing that is wrong, and the row that says so."""

    name: str
    code: str
    row: tuple[str, str, str]
    path: str = "app/other.py"


def loads(arguments: str) -> str:
    return LOADS.format(arguments=arguments)


AT = "app/other.py:3"
OTHER = "model:huggingface/acme/other"
BREAKS = [
    Break(
        "90.1", 'import os\n\nkey = os.environ["DEEPSEEK_API_KEY"]\n', ("forbidden-provider", "service:deepseek", AT)
    ),
    Break(
        "90.1",
        'from openai import OpenAI\n\nclient = OpenAI(base_url="https://api.deepseek.com/v1")\n',
        ("forbidden-provider", "service:deepseek", AT),
    ),
    Break(
        "90.1",
        'from langchain_deepseek import ChatDeepSeek\n\nChatDeepSeek(model="deepseek-chat")\n',
        ("forbidden-provider", "model:deepseek/deepseek-chat", AT),
    ),
    Break("91.1", loads('"acme/other"'), ("no-revision", OTHER, AT)),
    Break("91.1", loads('"acme/other", revision="main"'), ("moving-revision", OTHER, AT)),
    Break("91.1", loads(f'"acme/other", revision="{COMMIT[:7]}"'), ("moving-revision", OTHER, AT)),
    Break(
        "91.1",
        loads(f'"acme/other", revision="{COMMIT}", code_revision="v2", trust_remote_code=True'),
        ("moving-code", OTHER, AT),
    ),
    Break(
        "92.1", 'import joblib\n\njoblib.load("models/x.joblib")\n', ("loads-pickles", "model:file/models/x.joblib", AT)
    ),
    Break("92.1", loads('"acme/other", use_safetensors=False'), ("pickles-allowed", OTHER, AT)),
    Break("92.1", loads('"acme/other"'), ("format-unknown", OTHER, AT)),
    Break("92.1", "\x80\x04N.", ("a-pickle", "model:file/models/y.pkl", "models/y.pkl"), "models/y.pkl"),
    Break("93.1", loads('"acme/other"'), ("not-known", OTHER, AT)),
    Break("93.1", loads("input()"), ("unresolved", "model:unresolved/input()", AT)),
    Break("93.1", "def broken(:\n", ("not-read", "unread:app/other.py", "app/other.py:1")),
    Break("94.1", loads(f'"acme/other", revision="{COMMIT}"'), ("no-date", OTHER, AT)),
    Break("94.1", loads('"BAAI/bge-small-en-v1.5", revision="main"'), ("no-date", BGE, AT)),
    Break("94.1", loads("input()"), ("unresolved", "model:unresolved/input()", AT)),
]


@pytest.mark.parametrize("broken", BREAKS, ids=[f"{b.name} {b.row[0]} {n}" for n, b in enumerate(BREAKS)])
def test_what_is_wrong_has_its_file_and_line(broken: Break, sound: BuiltTarget) -> None:
    before = wrong(ruled_by(broken.name, sound))
    finding = ruled_by(broken.name, sound.plant(broken.path, broken.code.encode("latin-1")))
    assert finding.outcome in {Outcome.FAIL, Outcome.UNDETERMINED}
    assert broken.row in [(rule, component, place) for rule, component, place in wrong(finding)]
    assert all(place.startswith(broken.path) for _, _, place in set(wrong(finding)) - set(before))


class TestAge:
    def test_an_old_day_of_publication(self, sound: BuiltTarget) -> None:
        sound.edit("supplychain.toml", "published = 2026-06-01", "published = 2025-06-01")
        finding = ruled_by("94.1", sound)
        assert ("too-old", BGE, "app/retrieval.py:3") in wrong(finding)
        assert ruled_by("94.1", sound, "2 years").outcome is Outcome.PASS

    def test_an_approval_of_long_ago(self, sound: BuiltTarget) -> None:
        sound.edit("supplychain.toml", "on = 2026-08-01", "on = 2025-08-01")
        assert ("too-old", BGE, "app/retrieval.py:3") in wrong(ruled_by("94.1", sound))

    def test_a_day_that_a_stranger_approved(self, sound: BuiltTarget) -> None:
        sound.edit("supplychain.toml", "security@example.com", "stranger@example.com")
        assert {rule for rule, _, _ in wrong(ruled_by("94.1", sound))} == {"no-date"}


def test_a_provider_that_is_only_declared(sound: BuiltTarget) -> None:
    sound.declare('[[service]]\nid = "deepseek"\n')
    assert wrong(ruled_by("90.1", sound)) == [("forbidden-provider", "service:deepseek", "supplychain.toml")]


def test_the_words_are_those_of_the_organization(sound: BuiltTarget) -> None:
    found = wrong(ruled_by("90.1", sound, "openai"))
    assert found[0] == ("forbidden-provider", "service:openai", "app/answer.py:5")


def test_a_row_may_be_waived(sound: BuiltTarget) -> None:
    sound.plant("app/other.py", loads('"acme/other"')).declare(
        f'[[waiver]]\nid = "W-9"\nrequirement = "91.1"\ncomponent = "{OTHER}"\nowner = "a@example.com"\n'
        'approver = "security@example.com"\nreason = "until it is moved"\ncreated = 2026-10-01\nexpires = 2026-12-01\n'
    )
    assert ruled_by("91.1", sound).reason == "passes with waiver W-9 until 2026-12-01"


@pytest.mark.parametrize("name", RULES)
def test_every_rule_of_a_check_is_reached_by_its_canaries(name: str) -> None:
    case = run_suite(ROOT / "examples" / "support-rag").case
    parameter = RULES[name].parameter
    words = {parameter.name: parameter.default} if parameter else {}
    features = case.features.model_copy(update={"sentences": (Sentence(requirement=name, words=words),)})
    planted = {canary.rule for canary in CHECKS[name].canaries(case.model_copy(update={"features": features}))}
    assert planted - {None} == set(RULES[name].rules)


# In a run


def run(target: Path, folder: Path, *more: str) -> tuple[int, Path]:
    given = ["--policy", str(POLICY), "--facts", str(sound_facts()), "--now", NOW, "--output", str(folder)]
    code = main(["run", str(target), "--state", str(folder / "state.db"), *given, *more])
    return code, folder / "latest"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return sound_target(tmp_path).path


def test_off_they_are_neither_shown_nor_counted(
    target: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _, reports = run(target, tmp_path / "reports")
    assert "House" not in capfd.readouterr().out
    assert "House rules" not in (reports / "index.html").read_text()
    case, findings = record.read(reports)
    assert set(findings) == set(load().requirements)
    assert len(findings) == 49
    assert case.features.missing == ()


def test_on_they_stand_beside_the_control(target: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _, without = run(target, tmp_path / "without")
    capfd.readouterr()
    code, reports = run(target, tmp_path / "reports", "--house", "all")
    out = capfd.readouterr().out
    ours, theirs = (json.loads((folder / "run.json").read_text()) for folder in (reports, without))
    assert (ours["counts"], ours["verdict"]) == (theirs["counts"], theirs["verdict"])
    assert list(ours["house_rules"]) == list(RULES)
    assert ours["house_rules"]["93.1"] == "fail"
    assert "House rules: " in out
    assert "93.1 every model shall carry a signature: fail; " in out
    case, findings = record.read(reports)
    assert set(findings) == {*load().requirements, *RULES}
    assert findings["10.5"].replace(case.features.digest, "") == record.read(without)[1]["10.5"].replace(
        record.read(without)[0].features.digest, ""
    )
    assert {name: record.dump(finding) for name, finding in replay(case).items()} == findings
    for file in ("index.html", "summary.md"):
        assert "no model shall be older than (1 year)" in (reports / file).read_text().replace("\\", "")
    allure = [json.loads(path.read_text()) for path in (tmp_path / "reports" / "allure-results").glob("*-result.json")]
    epics = {
        result["name"]: [label["value"] for label in result["labels"] if label["name"] == "epic"] for result in allure
    }
    assert epics["Models Without Pickles"] == ["House rules"]
    assert len(epics) == 15
    assert code != 0


@pytest.mark.parametrize(("words", "code"), [("(openai)", 1), ("(deepseek)", 0)])
def test_one_is_turned_on_by_removing_its_tag(words: str, code: int, target: Path, tmp_path: Path) -> None:
    features = Path(shutil.copytree(ROOT / "features", tmp_path / "features"))
    path = features / "90_house_rules.feature"
    path.write_text(path.read_text().replace("  @off\n", "", 1).replace("(deepseek)", words))
    without, _ = run(target, tmp_path / "without")
    ended, reports = run(target, tmp_path / "reports", "--features", str(features))
    assert ended == (1 if code else without)
    assert set(record.read(reports)[1]) == {*load().requirements, "90.1"}


@pytest.mark.parametrize("given", ["99", "90,", "some", "90;91"])
def test_a_number_that_is_none_is_refused(given: str, target: Path, tmp_path: Path) -> None:
    assert run(target, tmp_path / "reports", "--house", given)[0] == 2


def test_one_that_is_turned_on_and_is_not_there_is_refused(target: Path, tmp_path: Path) -> None:
    features = Path(shutil.copytree(ROOT / "features", tmp_path / "features"))
    (features / "90_house_rules.feature").unlink()
    assert run(target, tmp_path / "reports", "--features", str(features), "--house", "92")[0] == 2


def test_a_sentence_of_the_control_that_is_turned_off_is_missed(target: Path, tmp_path: Path) -> None:
    features = Path(shutil.copytree(ROOT / "features", tmp_path / "features"))
    path = features / "04_ai_services.feature"
    path.write_text(path.read_text().replace("  Scenario:", "  @off\n  Scenario:", 1))
    _, reports = run(target, tmp_path / "reports", "--features", str(features))
    assert record.read(reports)[0].features.missing == ("6.1", "6.2", "6.3", "6.4", "6.5")
    rows = Finding.model_validate_json(record.read(reports)[1]["10.5"]).observations
    assert {row.rule for row in rows if row.component.startswith("6.")} == {"sentence-changed"}
