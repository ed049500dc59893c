"""Requirement 6.4 over whole targets: each way in which no agreement is on record, at the line of the use."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from supplychain.model.finding import Outcome
from tests.acceptance.breaks import Change, edits
from tests.acceptance.test_service_assessment import AT, DECLARATION, OPENAI, Lapse, line_of
from tests.signed_pdf import SIGNER, authority, changed_after, signed_pdf, unsigned_pdf
from tests.support import POLICY, BuiltTarget, Outcomes, run_suite

DPA = ("[service.dpa]", "[[system]]")
CLASSES = frozenset({"6.2"})


def without(begin: str, end: str, target: BuiltTarget) -> None:
    """Take a part out of the declaration."""
    text = (target.path / DECLARATION).read_text()
    (target.path / DECLARATION).write_text(text[: text.index(begin)] + text[text.index(end) :])


def public(text: str) -> Change:
    """Return the change that takes out the agreement and says that public data alone is sent."""

    def change(target: BuiltTarget) -> None:
        without(*DPA, target)
        target.edit(DECLARATION, 'data_classes = ["personal"]', f'data_classes = ["public"]\n{text}')

    return change


LAPSES = [
    Lapse(
        "no agreement",
        lambda target: without(*DPA, target),
        "no-agreement",
        ("it receives personal data", line_of("data_classes"), "dpa = { type =", "OpenAI"),
    ),
    Lapse(
        "accepted by somebody whom the policy does not name",
        edits(DECLARATION, 'accepted_by = "legal@example.com"', 'accepted_by = "me@example.com"'),
        "not-accepted",
        ("me@example.com, whom", "dpa.accepted_by"),
    ),
    Lapse(
        "dated tomorrow",
        edits(DECLARATION, "date = 2026-09-15", "date = 2026-10-21"),
        "in-future",
        ("dated 2026-10-21, after the day of this run, 2026-10-20",),
    ),
    Lapse(
        "over since yesterday",
        edits(DECLARATION, "date = 2026-09-15", "date = 2026-09-15\nexpires = 2026-10-19"),
        "expired",
        ("held through 2026-10-19, 1 days ago",),
    ),
    Lapse(
        "over before it began",
        edits(DECLARATION, "date = 2026-09-15", "date = 2026-09-15\nexpires = 2026-09-14"),
        "ends-before",
        ("contradicts itself",),
    ),
    Lapse(
        "one party",
        edits(DECLARATION, 'parties = ["OpenAI Ireland Ltd", "Example GmbH"]', 'parties = ["OpenAI Ireland Ltd"]'),
        "one-party",
        ("the parties are OpenAI Ireland Ltd:", "dpa.parties ="),
    ),
    Lapse(
        "another provider's",
        edits(DECLARATION, '"OpenAI Ireland Ltd", "Example GmbH"', '"Somebody Ltd", "Example GmbH"'),
        "provider-not-named",
        ("none is named like OpenAI",),
    ),
    Lapse(
        "no version",
        edits(DECLARATION, 'version = "2026-09-01"', 'version = " "'),
        "incomplete",
        ('dpa.version = "…"',),
    ),
    Lapse(
        "nobody keeps the copy",
        edits(DECLARATION, 'custodian = "legal@example.com"\n', ""),
        "no-copy",
        ("dpa.custodian",),
    ),
    Lapse(
        "the copy is gone",
        edits(DECLARATION, 'custodian = "legal@example.com"', 'file = "docs/dpa.pdf"'),
        "copy-missing",
        ("docs/dpa.pdf", "there is no such file"),
    ),
    Lapse(
        "the copy is another file",
        edits(DECLARATION, 'custodian = "legal@example.com"', 'file = "docs/review-openai.md"'),
        "copy-changed",
        ("a215512e", "5feceb66"),
    ),
    Lapse(
        "public data, which nobody approved",
        public(""),
        "public-not-approved",
        ("nobody approved it", "public_data = { by ="),
        also=CLASSES,
    ),
    Lapse(
        "public data, which a stranger approved",
        public('public_data = { by = "me@example.com", on = 2026-10-01 }'),
        "public-not-approved",
        ("people.approvers do not name me@example.com",),
        also=CLASSES,
    ),
]


@pytest.mark.parametrize("lapse", LAPSES, ids=str)
def test_a_lapse_is_seen_at_its_line(lapse: Lapse, target: BuiltTarget, sound: Outcomes) -> None:
    lapse.check("6.4", target, sound)


def test_data_of_no_class_leaves_it_open(target: BuiltTarget) -> None:
    without(*DPA, target)
    target.edit(DECLARATION, 'data_classes = ["personal"]\n', "")
    found = run_suite(target)["6.4"]
    assert found.outcome is Outcome.UNDETERMINED
    assert [(row.component, row.rule, str(row.at)) for row in found.observations] == [(OPENAI, "no-classes", AT)]


def test_the_sound_target_has_a_record_and_not_more_is_claimed(sound: Outcomes) -> None:
    row = sound.only("6.4", Outcome.PASS)
    assert (row.component, row.rule, str(row.at)) == (OPENAI, "recorded", AT)
    assert "the record was verified, not the contract" in row.message
    assert "is with legal@example.com and was not seen here" in row.message


def test_public_data_that_was_approved_needs_none_and_the_row_says_so(target: BuiltTarget) -> None:
    without(*DPA, target)
    approved = 'data_classes = ["public"]\npublic_data = { by = "legal@example.com", on = 2026-10-01 }'
    target.edit(DECLARATION, 'data_classes = ["personal"]', approved)
    row = run_suite(target).only("6.4", Outcome.PASS)
    assert row.rule == "public-data"
    assert "legal@example.com approved on 2026-10-01" in row.message


@pytest.mark.parametrize(
    ("now", "rule"),
    [
        ("2028-02-29T23:59:59+00:00", "recorded"),
        ("2028-03-01T00:00:00+00:00", "expired"),
        ("2028-03-01T08:59:59+09:00", "recorded"),
        ("2028-02-29T19:00:00-05:00", "expired"),
    ],
)
def test_an_agreement_that_ends_on_a_leap_day_holds_through_it(target: BuiltTarget, now: str, rule: str) -> None:
    target.edit(DECLARATION, "date = 2026-09-15", "date = 2026-09-15\nexpires = 2028-02-29")
    assert [row.rule for row in run_suite(target, now=now)["6.4"].observations] == [rule]


# A signed copy in the target.


def signing(target: BuiltTarget, pdf: bytes) -> None:
    """Record the agreement as signed, with the copy in the target."""
    target.plant("docs/dpa.pdf", pdf)
    target.edit(DECLARATION, 'type = "incorporated"', 'type = "signed"')
    text = (target.path / DECLARATION).read_text()
    old = text[text.index("[service.dpa]") : text.index("[[system]]")]
    digest = old[old.index("sha256 = ") :].splitlines()[0]
    new = old.replace(digest, f'sha256 = "{hashlib.sha256(pdf).hexdigest()}"')
    new = new.replace('custodian = "legal@example.com"', 'file = "docs/dpa.pdf"')
    (target.path / DECLARATION).write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("copy", "rule", "says"),
    [
        ("signed", "recorded", f"a signature of {SIGNER} on it verifies"),
        ("by a stranger", "not-verified", "does not go back to a root of the policy"),
        ("unsigned", "not-verified", "it has no digital signature"),
        ("changed", "bad-signature", "was changed after"),
        ("no PDF", "not-verified", "it is no PDF"),
    ],
)
def test_a_signed_copy_is_verified_against_the_roots_of_the_policy(
    target: BuiltTarget, tmp_path: Path, copy: str, rule: str, says: str
) -> None:
    by, stranger = authority(tmp_path / "by"), authority(tmp_path / "stranger")
    good = signed_pdf(by)
    copies = {"signed": good, "by a stranger": signed_pdf(stranger), "unsigned": unsigned_pdf()}
    copies |= {"changed": changed_after(good), "no PDF": b"signed by hand"}
    signing(target, copies[copy])
    (tmp_path / "root.pem").write_text(by.root)
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY.read_text().replace("[services]\n", '[services]\nroots = ["root.pem"]\n'))
    (row,) = run_suite(target, policy=policy)["6.4"].observations
    assert (row.component, row.rule, str(row.at)) == (OPENAI, rule, AT)
    assert says in row.message


def test_without_roots_the_row_says_that_no_signature_was_verified(target: BuiltTarget) -> None:
    signing(target, unsigned_pdf())
    (row,) = run_suite(target)["6.4"].observations
    assert row.rule == "recorded"
    assert "no signature on it was verified, since the policy's services.roots are empty" in row.message
