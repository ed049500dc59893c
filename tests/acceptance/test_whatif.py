"""What-if: a recorded run decided again under an edit is what a fresh run with that edit would be, without the target."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from supplychain.cli import main
from supplychain.config.loading import ConfigError
from supplychain.model.finding import Finding
from supplychain.report import record
from supplychain.verbs.interface import VerbError
from supplychain.verbs.whatif import WhatIf, what_if
from supplychain.whatif import needs_a_run, under
from tests.sound_facts import sound_facts
from tests.support import NOW, POLICY, ROOT, BuiltTarget, sound_target

SOURCES, PACKAGES = "01_pretrained_models.feature", "03_frameworks_and_packages.feature"
INVENTORY, MONITORING = "05_component_inventory.feature", "06_monitoring_and_compliance.feature"
NAMED = "(HuggingFace, TensorFlow Hub, PyTorch Hub)"
HOUSE = "90_house_rules.feature"
BGE = "model:huggingface/BAAI/bge-small-en-v1.5"


@dataclass(frozen=True)
class Demo:
    """The sound target with one run of it on record."""

    target: Path
    record: Path
    folder: Path

    def fresh(self, name: str, features: Path | None = None, policy: Path = POLICY) -> Path:
        """Run the target anew and return the record."""
        reports = self.folder / name
        given = ["--policy", str(policy), "--facts", str(sound_facts()), "--now", NOW, "--output", str(reports)]
        given += ["--features", str(features)] if features else []
        main(["run", str(self.target), "--state", str(self.folder / f"{name}.db"), *given])
        return reports / "latest"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("whatif")
    target = sound_target(folder)
    target.plant("app/other.py", 'from transformers import AutoModel\n\nAutoModel.from_pretrained("acme/other")\n')
    target.declare(WAIVED)
    built = Demo(target.path, folder / "before" / "latest", folder)
    built.fresh("before")
    return built


WAIVED = """
[[waiver]]
id = "W-1"
requirement = "7.1"
component = "model:huggingface/acme/other"
owner = "support-platform@example.com"
approver = "security@example.com"
reason = "moves into the inventory with the next release"
created = 2026-10-01
expires = 2026-12-01
"""


def edited(folder: Path, *edits: tuple[str, str, str]) -> Path:
    """Return a copy of the features in which text is replaced, a file at a time."""
    copy = Path(shutil.copytree(ROOT / "features", folder / "features"))
    for name, old, new in edits:
        BuiltTarget(copy).edit(name, old, new)
    return copy


def policy(folder: Path, *edits: tuple[str, str]) -> Path:
    """Return a copy of the examples' policy in which text is replaced, or added where `old` is empty."""
    text = POLICY.read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1) if old else text + "\n" + new
    path = folder / "policy.toml"
    path.write_text(text)
    return path


FEATURES = {
    "fewer registries": [(SOURCES, NAMED, "(PyTorch Hub)")],
    "more registries": [(SOURCES, NAMED, "(HuggingFace, Kaggle)")],
    "an unknown registry": [(SOURCES, NAMED, "(HugingFace)")],
    "a sentence less": [(SOURCES, "    And source reputation shall be verified\n", "")],
    "a sentence reworded": [(INVENTORY, "all datasets shall be", "each dataset shall be")],
    "a Given reworded": [(PACKAGES, "are installed", "are there")],
    "other indexes and cadence": [(PACKAGES, "(PyPI, npm)", "(npm)"), (MONITORING, "daily/weekly", "monthly")],
    "malware too": [(PACKAGES, "(CVEs)", "(CVEs, malware)")],
    "every rule of the house": [(HOUSE, "  @off\n", "")],
    "a provider forbidden": [(HOUSE, "  @off\n", ""), (HOUSE, "(deepseek)", "(openai)")],
}
POLICIES = {
    "no approver": [('["security@example.com", "legal@example.com"]', "[]")],
    "another approver": [('["security@example.com", ', "[")],
    "stricter days": [("", "[sla_days]\nlow = 0\nhigh = 0\ncritical = 0\n")],
    "no release is old enough": [("", "[packages]\nmin_release_age_days = 3650\n")],
    "names of its own": [("", '[packages]\nprivate = ["sniff*", "on*"]\n')],
    "a package denied": [("", '[packages]\ndeny = ["package:pypi/numpy"]\n')],
    "waivers for a day": [("", "[waivers]\nmax_days = 1\n")],
    "no waiver for 7.1": [("", '[waivers]\nnever = ["7.1"]\nmax_count = 0\n')],
    "documents reviewed daily": [("document_max_age_days = 365", "document_max_age_days = 1")],
    "a stronger hash": [("", '[thresholds]\nmin_hash = "sha512"\n')],
    "words approved": [("", '[features.approved_words]\n"1.1" = ["Kaggle"]\n')],
    "advisories of today": [("advisories_max_age_days = 3650", "advisories_max_age_days = 0")],
}


def findings(folder: Path) -> dict[str, str]:
    return record.read(folder)[1]


def dumped(found: WhatIf) -> dict[str, str]:
    return {name: record.dump(finding) for name, finding in found.after.findings.items()}


def without_patches(texts: dict[str, str]) -> dict[str, Finding]:
    """Return findings without their patches, which only a run can prove."""
    found = {name: Finding.model_validate_json(text) for name, text in texts.items()}
    bare = {name: [row.model_copy(update={"patch": None}) for row in one.observations] for name, one in found.items()}
    return {name: one.model_copy(update={"observations": tuple(bare[name])}) for name, one in found.items()}


class TestItIsWhatAFreshRunWouldBe:
    @pytest.mark.parametrize("edit", FEATURES)
    def test_with_edited_features(self, edit: str, demo: Demo, tmp_path: Path) -> None:
        features = edited(tmp_path, *FEATURES[edit])
        found = what_if(demo.record, features, None)
        assert dumped(found) == findings(demo.fresh(edit, features))
        assert dumped(found) != findings(demo.record)

    @pytest.mark.parametrize("edit", POLICIES)
    def test_with_an_edited_policy(self, edit: str, demo: Demo, tmp_path: Path) -> None:
        rules = policy(tmp_path, *POLICIES[edit])
        found = what_if(demo.record, None, rules)
        fresh = findings(demo.fresh(edit, policy=rules))
        if found.needs:
            assert [need.partition(":")[0] for need in found.needs] == ["patches"]
            assert without_patches(dumped(found)) == without_patches(fresh)
        else:
            assert dumped(found) == fresh

    def test_with_both(self, demo: Demo, tmp_path: Path) -> None:
        features = edited(tmp_path, (SOURCES, NAMED, "(HuggingFace, Kaggle)"))
        rules = policy(tmp_path, *POLICIES["words approved"])
        found = what_if(demo.record, features, rules)
        assert dumped(found) == findings(demo.fresh("both", features, rules))

    def test_with_no_edit_at_all(self, demo: Demo, tmp_path: Path) -> None:
        found = what_if(demo.record, edited(tmp_path), POLICY)
        assert dumped(found) == findings(demo.record)


class TestWhatOnlyARunTells:
    @pytest.mark.parametrize(
        ("field", "days", "fetched", "needed"),
        [
            ("metadata_max_age_days", 10, "2026-10-01", "facts that the recorded run rests on are too old now"),
            ("metadata_max_age_days", 10, "2026-10-19", ""),
            ("metadata_max_age_days", 99, None, "facts that were too old for the recorded run may count now"),
            ("metadata_max_age_days", 99, "2026-10-01", ""),
            ("metadata_max_age_days", 10, None, ""),
        ],
    )
    def test_facts_of_another_age(self, field: str, days: int, fetched: str | None, needed: str, demo: Demo) -> None:
        case, _ = record.read(demo.record)
        at = f"{fetched}T00:00:00+00:00" if fetched else None
        source = case.releases[0].source.model_copy(update={"fetched": at})
        case = case.model_copy(update={"releases": (case.releases[0].model_copy(update={"source": source}),)})
        freshness = case.policy.freshness.model_copy(update={field: days})
        changed = under(case, case.policy.model_copy(update={"freshness": freshness}), None)
        said = [need for need in needs_a_run(case, changed) if need.startswith("freshness")]
        assert said == ([f"freshness.{field}: {needed}"] if needed else [])

    @pytest.mark.parametrize(("file", "said"), [("docs/agreement.pdf", 1), (None, 0)])
    def test_other_roots_of_signatures(self, file: str | None, said: int, demo: Demo) -> None:
        case, _ = record.read(demo.record)
        assert case.declaration
        service = case.declaration.service[0]
        assert service.dpa
        signed = service.model_copy(update={"dpa": service.dpa.model_copy(update={"file": file})})
        case = case.model_copy(update={"declaration": case.declaration.model_copy(update={"service": (signed,)})})
        services = case.policy.services.model_copy(update={"roots": ("other.pem",)})
        changed = under(case, case.policy.model_copy(update={"services": services}), None)
        assert [need for need in needs_a_run(case, case) if need.startswith("services.roots")] == []
        assert len([need for need in needs_a_run(case, changed) if need.startswith("services.roots")]) == said

    def test_a_run_that_gathered_nothing(self, demo: Demo, tmp_path: Path) -> None:
        features = edited(tmp_path)
        for path in features.glob("0*.feature"):
            path.unlink()
        BuiltTarget(features).plant("95.feature", "Feature: own\n  Scenario: own\n    Given nothing\n")
        empty = demo.fresh("empty", features)
        with pytest.raises(VerbError, match="gathered nothing"):
            what_if(empty, edited(tmp_path / "again"), None)


def test_without_the_target_and_within_two_seconds(demo: Demo, tmp_path: Path) -> None:
    features = edited(tmp_path, (SOURCES, NAMED, "(PyTorch Hub)"))
    rules = policy(tmp_path, *POLICIES["no release is old enough"])
    run = str(demo.record)
    command = [sys.executable, "-B", "-m", "supplychain", "replay", run, "--features", str(features)]
    before = {path: path.read_bytes() for path in demo.folder.rglob("*") if path.is_file() and "before" in path.parts}
    gone = demo.target.rename(demo.folder / "gone")
    began = used()
    try:
        ended = subprocess.run(
            [*command, "--policy", str(rules)], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
    finally:
        gone.rename(demo.target)
    assert used() - began < 2
    assert (ended.returncode, ended.stderr) == (1, "")
    assert f"{BGE} app/retrieval.py:17: pass (trusted-registry) -> fail (unnamed-registry)" in ended.stdout
    assert "rows come out otherwise, by packages.min_release_age_days\n" in ended.stdout
    assert before == {path: path.read_bytes() for path in before}


def used() -> float:
    """Return the seconds of a processor that ended children took: what else the machine does is not counted."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class TestWhatItSays:
    def test_a_word_and_its_rows(self, demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        features = edited(tmp_path, (SOURCES, NAMED, "(PyTorch Hub)"))
        assert main(["replay", str(demo.record), "--features", str(features)]) == 1
        out = capsys.readouterr().out
        assert "1.1: words without 'HuggingFace', without 'TensorFlow Hub'" in out
        assert "1.1 pass -> fail: " in out
        assert "now: comes from huggingface.co, which belongs to HuggingFace; the sentence names: PyTorch Hub" in out
        assert out.endswith("Nothing was recorded, and no file of the target was read.\n")

    def test_each_field_of_the_policy_that_matters(
        self, demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rules = policy(tmp_path, ("", '[packages]\ndeny = ["package:pypi/numpy"]\n[sla_days]\nlow = 0\n'))
        assert main(["replay", str(demo.record), "--policy", str(rules)]) == 1
        out = capsys.readouterr().out
        assert "policy packages.deny: with 'package:pypi/numpy'" in out
        assert "policy sla_days.low: 180 -> 0" in out
        assert "rows come out otherwise, by packages.deny\n" in out
        assert "by sla_days.low" not in out

    def test_nothing(self, demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        main(["replay", str(demo.record), "--features", str(edited(tmp_path))])
        assert "Nothing comes out otherwise." in capsys.readouterr().out


class TestRefused:
    def test_a_policy_beside_the_declaration_of_the_target(self, demo: Demo, tmp_path: Path) -> None:
        copy = Path(shutil.copytree(demo.target, tmp_path / "target"))
        inside = Path(shutil.copy(POLICY, copy / "docs" / "policy.toml"))
        with pytest.raises(VerbError, match="inside the target of the recorded run"):
            what_if(demo.record, None, inside)
        with pytest.raises(VerbError, match="inside the target of the recorded run"):
            what_if(demo.record, edited(copy / "docs"), None)

    def test_a_policy_that_is_none(self, demo: Demo, tmp_path: Path) -> None:
        rules = policy(tmp_path, ("max_risk", "max_rusk"))
        with pytest.raises(ConfigError, match="did you mean 'max_risk'"):
            what_if(demo.record, None, rules)

    def test_a_record_that_was_altered(self, demo: Demo, tmp_path: Path) -> None:
        run = Path(shutil.copytree(demo.record, tmp_path / "run"))
        (run / "case.json").write_text((run / "case.json").read_text().replace("BAAI", "ACME"))
        with pytest.raises(VerbError, match=r"case\.json was altered"):
            what_if(run, None, POLICY)

    def test_features_in_the_target_of_a_run(self, demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["run", str(demo.target), "--features", str(demo.target)]) == 2
        assert "cannot word its own requirements" in capsys.readouterr().err


def test_steps_and_hooks_beside_edited_features_are_never_loaded(demo: Demo, tmp_path: Path) -> None:
    features = edited(tmp_path)
    trap = "from pathlib import Path\n\nPath(__file__).with_name('loaded').touch()\n"
    for name in ("steps/trap.py", "environment.py", "features/steps/trap.py", "features/environment.py"):
        BuiltTarget(tmp_path).plant(name, trap)
    what_if(demo.record, features, None)
    demo.fresh("trap", features)
    assert not list(tmp_path.rglob("loaded"))
