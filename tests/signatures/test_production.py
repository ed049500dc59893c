"""A bundle of Sigstore's public instance, verified offline with the trust root that sigstore-python carries.

`production.sigstore.json` was issued to the release workflow of rfc8785, on its wheel of version 0.1.2 (19 March 2024): entry
79605083 of the public transparency log. Signature, certificate and entry are the ones of the bundle among the test files of
sigstore-python 4.5.1's source distribution, in the form v0.3. The wheel itself is not here: its digest is handed in as a hub
would state it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supplychain.checks.engine import decide
from supplychain.model.artifact import SignatureLookup
from supplychain.model.finding import Source
from supplychain.model.hub import HubFile, HubRecord
from supplychain.model.policy import Policy, Signer, Trust
from supplychain.suite import tool
from supplychain.target import Target
from tests.signatures.looking import COMMIT, HUB, case_of, looked, only, reference, says

BUNDLE = Path(__file__).with_name("production.sigstore.json").read_text()
SHA256 = "c4e92e9ecc828bef2aa7dba1de8ac983511f7532a0df11c770d39099a25cf201"
WHO = "https://github.com/trailofbits/rfc8785.py/.github/workflows/release.yml@refs/tags/v0.1.2"
ISSUER = "https://token.actions.githubusercontent.com"
FILE = "release.bin"
SIGNED = "v0.1.2"


def lookup(folder: Path, bundle: str = BUNDLE, sha256: str = SHA256) -> SignatureLookup:
    """Return the lookup of a model at a hub that states a digest of its one file, with the bundle beside it."""
    files = (HubFile(path=FILE, size=1, sha256=sha256), HubFile(path=f"{FILE}.sigstore", size=1))
    source = Source(name="planted", level="cached")
    record = HubRecord(component=HUB, revision=COMMIT, state="listed", commit=COMMIT, files=files, source=source)
    handed = {f"{FILE}.sigstore": bundle.encode()}
    return looked(folder, HUB, revision=COMMIT, handed=handed, hub=(record,))


def test_it_verifies_and_says_who_signed(tmp_path: Path) -> None:
    found = only(lookup(tmp_path))
    says(found, "valid")
    assert (found.by, found.identity, found.issuer, found.key) == ("sigstore", WHO, ISSUER, "")


def test_another_digest_is_not_what_was_signed(tmp_path: Path) -> None:
    says(only(lookup(tmp_path, sha256="0" + SHA256[1:])), "invalid")


def _entry(bundle: dict[str, Any]) -> dict[str, Any]:
    (entry,) = bundle["verificationMaterial"]["tlogEntries"]
    assert isinstance(entry, dict)
    return entry


CHANGES: list[Callable[[dict[str, Any]], object]] = [
    lambda bundle: bundle["messageSignature"].update(signature="MEQCIAAAAAAAAAAA"),
    lambda bundle: _entry(bundle).update(integratedTime="1"),
    lambda bundle: _entry(bundle).update(logIndex="1"),
    lambda bundle: _entry(bundle)["inclusionProof"].update(rootHash="AAAA"),
    lambda bundle: _entry(bundle)["inclusionPromise"].update(signedEntryTimestamp="AAAA"),
    lambda bundle: bundle["verificationMaterial"].update(tlogEntries=[]),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_a_change_of_any_part_is_seen(tmp_path: Path, number: int) -> None:
    bundle = json.loads(BUNDLE)
    CHANGES[number](bundle)
    assert only(lookup(tmp_path, json.dumps(bundle))).state in {"invalid", "unreadable", "no trust", "not compared"}


@pytest.mark.parametrize(
    ("signers", "rule"),
    [
        ((Signer(identity=WHO, issuer=ISSUER),), "verified"),
        ((Signer(identity=WHO.replace(SIGNED, "v0.1.3"), issuer=ISSUER),), "unexpected-identity"),
        ((Signer(identity=WHO.upper(), issuer=ISSUER),), "unexpected-identity"),
        ((Signer(identity=WHO, issuer="https://accounts.planted.example"),), "unexpected-identity"),
        ((), "no-trust"),
    ],
    ids=["the same", "another identity", "in other letters", "another issuer", "nobody"],
)
def test_it_counts_for_whom_the_policy_names_alone(tmp_path: Path, signers: tuple[Signer, ...], rule: str) -> None:
    target = Target.of({"app.py": b""})
    policy = Policy(trust=Trust(signers=signers))
    case = case_of(target, reference(HUB, COMMIT), policy=policy, signatures=(lookup(tmp_path),))
    found = decide("2.2", case, tool())
    assert [row.rule for row in found.observations] == [rule]
