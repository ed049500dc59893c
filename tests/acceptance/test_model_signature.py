"""Requirement 2.2 over whole targets: a signed model, and each way in which its signature does not count."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplychain import baseline as baselines
from supplychain.config.loading import ConfigError
from supplychain.model.finding import Outcome
from supplychain.verbs import baseline as recording
from tests.acceptance.breaks import BGE, INTENT
from tests.signed_models import EllipticKey, MinisignKey, elliptic_key, model_signed, model_statement
from tests.signed_pdf import authority
from tests.sigstore_instance import Instance
from tests.sound_facts import TODAY, snapshot
from tests.sound_hub import HUB_FILES
from tests.support import POLICY, ROLL_UPS, BuiltTarget, Outcomes, run_suite

WEIGHTS = "models/intent.safetensors"
SIGNATURE = f"{WEIGHTS}.sig"
WHO, ISSUER = "release@example.com", "https://accounts.example.com"
Sign = Callable[["Signed"], object]


class Signed:
    """The sound target, with a policy that names the publisher's key."""

    def __init__(self, target: BuiltTarget, folder: Path) -> None:
        self.target = target
        self.folder = folder
        self.key = elliptic_key(folder / "publisher")
        self.policy = folder / "policy.toml"
        self.trusts(keys={"publisher.pub": self.key.public})

    def trusts(self, keys: dict[str, bytes] | None = None, signers: str = "") -> None:
        """Write the policy, and its keys beside it."""
        for name, data in (keys or {}).items():
            (self.folder / name).write_bytes(data)
        line = f"[trust]\nkeys = {json.dumps([*(keys or {})])}\n{signers}"
        self.policy.write_text(POLICY.read_text().replace("[trust]\n", line))

    def sign(self, key: EllipticKey | None = None) -> Signed:
        """Sign the model as its publisher, or as somebody else."""
        model_signed(self.target.path / WEIGHTS, self.target.path / SIGNATURE, key or self.key)
        return self

    def keyless(self, instance: Instance, who: str = WHO) -> Signed:
        """Sign the model by an instance of Sigstore."""
        statement = model_statement({".": (self.target.path / WEIGHTS).read_bytes()})
        self.target.plant(SIGNATURE, instance.bundle(statement, who, ISSUER))
        return self

    def run(self, **changes: tuple[str, ...]) -> Outcomes:
        """Run the suite, with other words in the sentence where that is asked for."""
        return run_suite(self.target, policy=self.policy, words={"2.2": changes["words"]} if changes else None)


@pytest.fixture
def signed(target: BuiltTarget, tmp_path: Path) -> Signed:
    """A sound target whose model is signed by its publisher."""
    return Signed(target, tmp_path).sign()


def row(found: Outcomes, component: str = INTENT) -> tuple[str, str, str]:
    """Return rule, place, and what is said and to be done, of a component in 2.2."""
    (item,) = [item for item in found["2.2"].observations if item.component == component]
    assert item.evidence
    assert item.remedy or item.outcome is Outcome.PASS
    return item.rule, str(item.at), f"{item.message} {item.remedy}"


def test_without_a_signature_the_sound_target_passes_and_says_so(sound: Outcomes) -> None:
    assert sound["2.2"].outcome is Outcome.PASS, sound["2.2"].reason
    assert {item.rule for item in sound["2.2"].observations} == {"none-found"}
    assert "no signature is available" in sound["2.2"].reason
    assert {item.component for item in sound["2.2"].observations} == {BGE, INTENT}


def test_a_model_that_its_publisher_signed_passes(signed: Signed, sound: Outcomes) -> None:
    found = signed.run()
    rule, at, text = row(found)
    assert (found["2.2"].outcome, rule, at) == (Outcome.PASS, "verified", "app/intent.py:6")
    assert "(publisher.pub)" in text
    assert found.unlike(sound) == set()


def other_bytes(signed: Signed) -> None:
    """Sign what the model is not."""
    path = signed.target.path / WEIGHTS
    own = path.read_bytes()
    path.write_bytes(own + b"\0")
    signed.sign()
    path.write_bytes(own)


def minisigned(signed: Signed) -> None:
    """Put a signature of minisign on other bytes in place of the publisher's."""
    key = MinisignKey.new()
    signed.trusts({"publisher.pub": key.public})
    signed.target.remove(SIGNATURE).plant(f"{WEIGHTS}.minisig", key.sign(b"others"))


def certified(signed: Signed) -> None:
    """Sign with a certificate whose root the policy names, of somebody whom it does not."""
    signer = authority(signed.folder / "ca")
    signed.trusts({"root.pem": signer.root.encode()}, 'signers = [{ identity = "x", issuer = "Planted Root" }]\n')
    model_signed(signed.target.path / WEIGHTS, signed.target.path / SIGNATURE, signer)


def keyless(signed: Signed, signers: str) -> None:
    """Sign by Sigstore, with these signers in the policy."""
    instance = Instance()
    signed.trusts({"instance.json": instance.root().encode()}, signers)
    signed.keyless(instance)


def folder_without(signed: Signed) -> None:
    """Sign the model's folder as if it held another file."""
    signed.target.remove(SIGNATURE).plant("elsewhere/other.bin", b"other")
    model_signed(signed.target.path / "elsewhere", signed.target.path / "models/model.sig", signed.key)
    signed.target.remove("elsewhere")


WAYS: list[tuple[str, Sign, str, str]] = [
    ("a signature on other bytes", other_bytes, "bad-signature", "are not those that were signed"),
    ("a damaged one", lambda s: s.target.plant(SIGNATURE, "{}"), "bad-signature", SIGNATURE),
    ("one of minisign on other bytes", minisigned, "bad-signature", "on other bytes than these"),
    (
        "by somebody else's key",
        lambda s: s.sign(elliptic_key(s.folder / "stranger")),
        "unexpected-identity",
        'keys = ["publisher.pub"]',
    ),
    ("by another certificate", certified, "unexpected-identity", 'identity = "Planted Signer"'),
    (
        "by somebody else at the same issuer",
        lambda s: keyless(s, f'signers = [{{ identity = "x@example.com", issuer = "{ISSUER}" }}]\n'),
        "unexpected-identity",
        f'signers = [{{ identity = "{WHO}", issuer = "{ISSUER}" }}]',
    ),
    (
        "by the same person at another issuer",
        lambda s: keyless(s, f'signers = [{{ identity = "{WHO}", issuer = "https://x.example.com" }}]\n'),
        "unexpected-identity",
        WHO,
    ),
    ("a folder's that leaves the model out", folder_without, "incomplete", f"nobody signed {WEIGHTS}"),
    ("the policy names no key", lambda s: s.trusts(), "no-trust", 'keys = ["publisher.pub"]'),
    ("the policy names no signer", lambda s: keyless(s, ""), "no-trust", f'identity = "{WHO}"'),
    (
        "a form that is not read",
        lambda s: s.target.plant(SIGNATURE, "-----BEGIN SSH SIGNATURE-----\n"),
        "unread-signature",
        "of no form that is read",
    ),
]


@pytest.mark.parametrize(("name", "change", "rule", "text"), WAYS, ids=[way[0] for way in WAYS])
def test_a_signature_that_does_not_count(
    name: str, change: Sign, rule: str, text: str, signed: Signed, sound: Outcomes
) -> None:
    change(signed)
    found = signed.run()
    came, at, said = row(found)
    assert (came, at) == (rule, "app/intent.py:6"), f"{name}: {said}"
    assert text in said
    assert row(found, BGE)[0] == "none-found"
    assert found.unlike(sound) - ROLL_UPS == {"2.2"}


def test_a_certificate_that_is_over_on_the_day_of_the_run(signed: Signed) -> None:
    signer = authority(signed.folder / "ca", until=datetime(2026, 10, 19, tzinfo=UTC))
    named = 'signers = [{ identity = "Planted Signer", issuer = "Planted Root" }]\n'
    signed.trusts({"root.pem": signer.root.encode()}, named)
    model_signed(signed.target.path / WEIGHTS, signed.target.path / SIGNATURE, signer)
    assert row(signed.run())[0] == "expired"


def test_whom_the_policy_names_by_identity_and_issuer_counts(signed: Signed, sound: Outcomes) -> None:
    keyless(signed, f'signers = [{{ identity = "{WHO}", issuer = "{ISSUER}" }}]\n')
    found = signed.run()
    assert row(found)[0] == "verified"
    assert found.unlike(sound) == set()


def test_without_the_words_an_unsigned_model_fails(signed: Signed) -> None:
    found = signed.run(words=())
    assert row(found)[0] == "verified"
    rule, at, said = row(found, BGE)
    assert (rule, at) == ("unsigned", "app/retrieval.py:17")
    assert "if available" in said


def test_a_signature_that_the_baseline_knew_and_that_is_gone(signed: Signed, sound: Outcomes) -> None:
    assert recording.record(signed.target.path, None) == 0
    recorded = json.loads((signed.target.path / baselines.BASELINE).read_text())
    assert [item["signatures"] for item in recorded["components"] if item["id"] == INTENT] == [[SIGNATURE]]
    assert row(signed.run())[0] == "verified"
    signed.target.remove(SIGNATURE)
    found = signed.run()
    rule, at, said = row(found)
    assert (rule, at) == ("lost", "app/intent.py:6")
    assert f"{SIGNATURE} was recorded in the baseline" in said
    assert "2.2" in found.unlike(sound)


def test_a_signature_at_a_hub_is_looked_at(target: BuiltTarget, tmp_path: Path) -> None:
    signed, name = Signed(target, tmp_path), "model.sig"
    key = signed.key
    published = BuiltTarget(tmp_path / "published")
    for path, content in HUB_FILES[BGE].items():
        published.plant(path, content)
    bundle = model_signed(published.path, tmp_path / name, key).read_bytes()
    for content, trusted, rule in (
        (bundle, key.public, "verified"),
        (bundle, b"nobody", "no-trust"),
        (bundle.replace(b'"hint":"', b'"hint":"0'), key.public, "unexpected-identity"),
        (b"{}", key.public, "bad-signature"),
    ):
        signed.trusts({"publisher.pub": trusted})
        files = {**HUB_FILES[BGE], name: content}
        facts = snapshot(tmp_path / f"facts {rule}", modified=TODAY, hub={BGE: {"files": files}})
        found = run_suite(target, policy=signed.policy, facts=facts)
        assert row(found, BGE)[:2] == (rule, "app/retrieval.py:17"), found["2.2"].reason


def test_a_hub_that_nobody_asked_leaves_it_open(target: BuiltTarget, tmp_path: Path) -> None:
    found = run_suite(target, facts=snapshot(tmp_path / "facts", hub={BGE: {"state": "unknown"}}))
    rule, at, said = row(found, BGE)
    assert (found["2.2"].outcome, rule, at) == (Outcome.UNDETERMINED, "no-lookup", "app/retrieval.py:17")
    assert "facts=online" in said


def test_a_key_that_lies_in_the_target_is_refused(signed: Signed) -> None:
    signed.target.plant("own.pub", signed.key.public)
    inside = f"[trust]\nkeys = [{json.dumps(str(signed.target.path / 'own.pub'))}]\n"
    signed.policy.write_text(POLICY.read_text().replace("[trust]\n", inside))
    with pytest.raises(ConfigError, match="lies inside the target"):
        signed.run()


def test_a_key_that_is_not_there_stops_the_run(signed: Signed) -> None:
    (signed.folder / "publisher.pub").unlink()
    with pytest.raises(ConfigError, match=r"trust\.keys: publisher\.pub cannot be read"):
        signed.run()
