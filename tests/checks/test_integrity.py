"""2.1 and 4.3 over cases by hand: every answer, what goes before what, and canaries that hold whatever the policy says."""

from __future__ import annotations

from typing import Any

import pytest

from supplychain.checks import s02_integrity, s04_integrity
from supplychain.checks.engine import CHECKS, decide
from supplychain.control import load
from supplychain.model.artifact import Artifact, FoundSignature, PublishedHash, SignatureLookup
from supplychain.model.case import Case, Features, Sentence
from supplychain.model.component import Component
from supplychain.model.declaration import Declaration, DeclaredComponent, Provenance
from supplychain.model.finding import Observation, Outcome
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.policy import Policy, Thresholds
from supplychain.model.reference import Place, Reference, Resolution
from supplychain.suite import tool
from tests.support import Outcomes

CHECKED = {"2.1": s02_integrity, "4.3": s04_integrity}
COMMIT = "0123456789abcdef0123456789abcdef01234567"
SHA, MD5, SHA512 = "a" * 64, "b" * 32, "c" * 128
AT = Place(file="app/load.py", line=3)
BOTH = ("checksums", "signatures")


def said(value: str = SHA, algorithm: str = "sha256", origin: str = "hub", **changes: Any) -> PublishedHash:
    return PublishedHash.model_validate({"algorithm": algorithm, "value": value, "origin": origin, **changes})


def wording(case: Case, *words: str) -> Case:
    sentence = Sentence(requirement="4.3", words={"methods": words})
    return case.model_copy(update={"features": Features(digest="sha256:tests", sentences=(sentence,))})


def case_of(
    case: Case, component: str, *artifacts: dict[str, Any], revision: str | None = COMMIT, **changes: Any
) -> Case:
    """Return a case in which one place names a component of which there are these artifacts."""
    named = Component.parse(component)
    reference = Reference(component=named, at=AT, resolution=Resolution.LITERAL, revision=revision)
    usual = {"component": component, "path": "w.bin", "where": "cache", "state": "bytes", "sha256": SHA, "size": 5}
    usual |= {"revision": revision, "weaker": (("md5", MD5), ("sha512", SHA512), ("sha1", "d" * 40))}
    made = tuple(Artifact.model_validate({**usual, **given}) for given in artifacts)
    inventory = Inventory(references=(reference,), looked_at=1, self_test=SelfTest(planted=1, found=1))
    return case.model_copy(update={"inventory": inventory, "artifacts": made, **changes})


def row(requirement: str, case: Case) -> Observation:
    finding = decide(requirement, case, tool())
    assert finding.canaries is not None, finding.reason
    assert finding.canaries.missed == ()
    (only,) = finding.observations
    return only


HUB = ("model:huggingface/o/m", "dataset:huggingface/o/d")
FILE = ("model:file/w.bin", "dataset:file/w.csv")


@pytest.mark.parametrize("kind", [0, 1], ids=["model", "dataset"])
@pytest.mark.parametrize(
    ("artifact", "rule"),
    [
        ({"published": (said(),)}, "matches"),
        ({"published": (said(), said("0" * 32, "md5", "metadata"))}, "mismatch"),
        ({"published": (said(MD5, "md5", "metadata"), said("0" * 64, origin="metadata"))}, "mismatch"),
        ({"published": (said("0" * 64, origin="download"), said())}, "mismatch"),
        ({"published": (said(""),)}, "empty-hash"),
        ({"published": (said(SHA[:12]),)}, "malformed-hash"),
        ({"published": (said(SHA), said(MD5[:8], "md5", "dvc"))}, "malformed-hash"),
        ({"published": (said("1", "crc32"),)}, "malformed-hash"),
        ({"published": (said(MD5, "md5", "hub"),)}, "md5-only"),
        ({"published": (said("d" * 40, "sha1", "reference"),)}, "sha1-only"),
        ({"published": (said(SHA[:8], origin="name"),)}, "name-only"),
        ({"published": (said("0" * 8, origin="name"),)}, "mismatch"),
        ({"published": (said(origin="download"),)}, "download-only"),
        ({"published": ()}, "no-facts"),
        ({"published": (said(),), "state": "empty", "size": 0}, "matches"),
        ({"published": (), "state": "empty", "size": 0}, "empty-file"),
        ({"published": (said("0" * 64, size=9),), "state": "truncated"}, "truncated"),
        ({"published": (said(),), "state": "unlisted", "problem": "the list"}, "unlisted"),
        ({"published": (said(),), "state": "removed", "sha256": None}, "removed"),
        ({"published": (said(origin="git-lfs"),), "state": "pointer", "sha256": None}, "pointer-only"),
        ({"published": (said(),), "state": "absent", "sha256": None}, "absent"),
        ({"published": (said(),), "state": "not read", "sha256": None, "problem": "a limit"}, "artifact-not-read"),
        ({"published": (said(""),), "state": "not read", "sha256": None}, "empty-hash"),
    ],
)
def test_an_artifact_at_a_pinned_commit(artifact: dict[str, Any], rule: str, kind: int, bare: Case) -> None:
    requirement = ("2.1", "4.3")[kind]
    found = row(requirement, case_of(bare, HUB[kind], artifact))
    assert (found.rule, found.at) == (rule, AT)
    assert found.remedy or found.outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("published", "rule", "says"),
    [
        ((said(),), "unpinned", "At app/load.py:3 pin a whole commit"),
        ((said("0" * 64),), "mismatch", "0000"),
        ((said(origin="download"),), "unpinned", "names the revision main, which can come to mean something else"),
        ((said(origin="declaration"),), "matches", SHA),
        ((said(origin="reference"),), "matches", "as the place that names it"),
        ((said(MD5, "md5", "hub"),), "unpinned", "sha256 = "),
    ],
)
def test_a_moving_revision_fixes_nothing_but_a_recorded_digest_does(
    published: tuple[PublishedHash, ...], rule: str, says: str, bare: Case
) -> None:
    found = row("2.1", case_of(bare, HUB[0], {"published": published}, revision="main"))
    assert found.rule == rule
    assert says in found.message + found.remedy


@pytest.mark.parametrize(
    ("artifact", "rule", "says"),
    [
        ({}, "not-recorded", f"sha256 = \"{SHA}\" under [[component]] id = 'model:file/w.bin'"),
        ({"published": (said(origin="inventory"),)}, "matches", "as the inventory"),
        ({"published": (said(MD5, "md5", "dvc"),)}, "md5-only", f"its bytes give {SHA}"),
        ({"state": "absent", "sha256": None}, "nothing-fixed", "id = 'model:file/w.bin'"),
        ({"published": (said(""),), "state": "absent", "sha256": None}, "empty-hash", "all 64 hex digits"),
        ({"published": (said(MD5, "md5", "dvc"),), "state": "pointer", "sha256": None}, "pointer-only", "dvc pull"),
    ],
)
def test_a_file_of_the_target(artifact: dict[str, Any], rule: str, says: str, bare: Case) -> None:
    found = row("2.1", case_of(bare, FILE[0], artifact, revision=None))
    assert found.rule == rule
    assert says in found.message + found.remedy


def test_a_model_that_the_team_trained_is_decided_as_well(bare: Case) -> None:
    provenance = Provenance(source="train.py")
    declared = DeclaredComponent(id=FILE[0], first_party=True, provenance=provenance)
    stated = Declaration(schema=1, component=(declared,))
    found = row("2.1", case_of(bare, FILE[0], {}, revision=None, declaration=stated, files=("train.py",)))
    assert (found.rule, found.outcome) == ("not-recorded", Outcome.FAIL)


def test_each_artifact_has_a_row_and_a_component_without_any_has_one(bare: Case) -> None:
    several = case_of(bare, HUB[0], {"published": (said(),)}, {"path": "x.bin", "published": (said("0" * 64),)})
    assert [row.rule for row in decide("2.1", several, tool()).observations] == ["matches", "mismatch"]
    found = row("2.1", case_of(bare, HUB[0]))
    assert (found.rule, found.component) == ("absent", HUB[0])


def test_the_policy_can_ask_for_a_stronger_digest(bare: Case) -> None:
    policy = Policy(thresholds=Thresholds(min_hash="sha512"))
    weak = row("2.1", case_of(bare, HUB[0], {"published": (said(),)}, policy=policy))
    assert (weak.rule, "thresholds.min_hash" in weak.message) == ("below-policy", True)
    strong = said(SHA512, "sha512", "declaration")
    assert row("2.1", case_of(bare, HUB[0], {"published": (said(), strong)}, policy=policy)).rule == "matches"


def lookup(state: str = "valid", covers: tuple[str, ...] = ("w.bin",), **changes: Any) -> SignatureLookup:
    found = FoundSignature.model_validate({"kind": "minisign", "file": "w.sig", "state": state, "covers": covers})
    return SignatureLookup(component=HUB[1], looked=("the hub",), found=(found,)).model_copy(update=changes)


@pytest.mark.parametrize(
    ("lookups", "rule"),
    [
        ((lookup(),), "signed"),
        ((lookup("invalid"),), "bad-signature"),
        ((lookup("expired"),), "bad-signature"),
        ((lookup("unreadable", ()),), "bad-signature"),
        ((lookup("no trust"),), "signature-unknown"),
        ((lookup(covers=("other",)),), "unsigned"),
        ((lookup(covers=()),), "unsigned"),
        ((lookup(found=()),), "unsigned"),
        ((lookup(found=(), looked=()),), "signature-unknown"),
        ((lookup(found=(), lacked=("the hub: no answer",)),), "signature-unknown"),
        ((lookup(component="dataset:huggingface/o/other"),), "signature-unknown"),
        ((), "signature-unknown"),
    ],
)
def test_the_word_signatures_asks_for_one_of_each_artifact(
    lookups: tuple[SignatureLookup, ...], rule: str, bare: Case
) -> None:
    case = case_of(wording(bare, *BOTH), HUB[1], {"published": (said(),)}, signatures=lookups)
    assert row("4.3", case).rule == rule
    wrong = case_of(wording(bare, *BOTH), HUB[1], {"published": (said("0" * 64),)}, signatures=lookups)
    assert row("4.3", wrong).rule == "mismatch"
    assert row("4.3", case.model_copy(update={"features": wording(bare, "checksums").features})).rule == "matches"


@pytest.mark.parametrize("requirement", CHECKED)
def test_every_rule_is_planted(requirement: str, bare: Case) -> None:
    case = wording(bare, *BOTH)
    worded = {canary.rule for canary in CHECKS[requirement].canaries(case)}
    plain = {canary.rule for canary in CHECKS[requirement].canaries(bare)}
    assert (worded | plain) - {None} == set(load().requirements[requirement].rules)


@pytest.mark.parametrize("requirement", CHECKED)
@pytest.mark.parametrize("least", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("words", [("checksums",), ("signatures",), BOTH, ()], ids=str)
@pytest.mark.parametrize("target", ["bare", "sound"])
def test_canaries_hold_with_any_policy_words_and_target(
    target: str, words: tuple[str, ...], least: Any, requirement: str, bare: Case, sound: Outcomes
) -> None:
    policy = Policy(thresholds=Thresholds(min_hash=least))
    case = wording(bare if target == "bare" else sound.case, *words).model_copy(update={"policy": policy})
    finding = decide(requirement, case, tool())
    assert finding.canaries is not None, finding.reason
    assert finding.canaries.missed == ()


def test_canaries_are_made_of_the_targets_own_artifact(sound: Outcomes) -> None:
    planted = {artifact.sha256 for canary in CHECKS["2.1"].canaries(sound.case) for artifact in canary.case.artifacts}
    assert {artifact.sha256 for artifact in sound.case.artifacts} & planted
