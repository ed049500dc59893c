"""Requirements 3.1 to 3.4 over whole targets: licenses permit the use, are acknowledged, credited and free of contradiction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from supplychain.control import load
from supplychain.model.finding import Outcome
from tests.acceptance.breaks import BGE, RETRIEVAL, Change, edits, plants, removes
from tests.sound_facts import snapshot
from tests.sound_hub import MODEL
from tests.support import ROLL_UPS, BuiltTarget, Outcomes, run_suite, sound_target

DECLARATION = "supplychain.toml"
USE = 'intended_use = { commercial = true, hosted = true, redistribute = false, modify = true, fields = ["customer-support"] }'
LICENSE = 'license = "MIT"'
ACK = 'license_ack = { by = "legal@example.com", on = 2026-08-02, restrictions = [] }'
BASE = "model:huggingface/acme/base"
AT = f"{RETRIEVAL}:17"
MIT = """MIT License

Copyright (c) 2026 Example GmbH

Permission is hereby granted, free of charge, to any person obtaining a copy of this software, to deal in it
without restriction. The above copyright notice and this permission notice shall be included in all copies.
"""
"""What is recognized as the license, in short."""


@dataclass(frozen=True)
class LicenseBreak:
    """A change to the target, or to what the hub says of its model, and the one row that has to come of it."""

    name: str
    rule: str
    changes: tuple[Change, ...] = ()
    hub: Mapping[str, Any] = field(default_factory=dict)
    base: Mapping[str, Any] | None = None
    """What the hub says of the model that it was derived from."""
    says: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Other requirements that this change legitimately decides otherwise."""

    def __str__(self) -> str:
        return self.name

    def run(self, target: BuiltTarget, folder: Path) -> Outcomes:
        """Return what the broken target comes to."""
        for change in self.changes:
            change(target)
        facts = None
        if self.hub or self.base is not None:
            hub = {MODEL: self.hub} | ({BASE: self.base} if self.base is not None else {})
            facts = snapshot(folder / "facts", hub=hub)
        return run_suite(target, facts=facts)

    def check(self, requirement: str, tmp_path: Path, sound: Outcomes) -> None:
        """Break the target and compare what comes of it with what has to, and with the sound run."""
        found = self.run(sound_target(tmp_path), tmp_path)
        outcome: Outcome = load().requirements[requirement].rules[self.rule].outcome
        assert found[requirement].outcome is outcome, found[requirement].reason
        rows = [row for row in found[requirement].observations if row.outcome is not Outcome.PASS]
        assert [(row.component, row.rule, str(row.at)) for row in rows] == [(BGE, self.rule, AT)]
        for text in self.says:
            assert text in f"{rows[0].message} {rows[0].remedy}"
        assert rows[0].remedy
        assert rows[0].evidence
        beside = {"7.5", *ROLL_UPS} - {requirement}
        assert found.unlike(sound) - beside == {requirement, *self.also} - beside


def declared(old: str, new: str) -> Change:
    return edits(DECLARATION, old, new)


def use(**parts: object) -> Change:
    """Return the change of parts of the intended use."""
    new = USE.removesuffix(" }")
    for key, value in parts.items():
        text = str(value).lower() if isinstance(value, bool) else str(value).replace("'", '"')
        new = new.replace(f"{key} = {'true' if key != 'redistribute' else 'false'}", f"{key} = {text}")
        if key == "fields":
            new = new.replace('["customer-support"]', text)
        elif f"{key} = " not in new:
            new += f", {key} = {text}"
    return declared(USE, f"{new} }}")


def licensed(license_: str, ack: str = ACK) -> tuple[Change, ...]:
    """Return the changes that put the model under another license, with its credit and an acknowledgment."""
    notice = edits("NOTICE", "MIT License", license_)
    return declared(LICENSE, f'license = "{license_}"'), notice, declared(ACK, ack)


def acknowledged(*restrictions: str, by: str = "legal@example.com", on: str = "2026-08-02") -> str:
    listed = ", ".join(f'"{name}"' for name in restrictions)
    return f'license_ack = {{ by = "{by}", on = {on}, restrictions = [{listed}] }}'


UNSTATED = (declared(f"{LICENSE}\n", ""), {"license": None})
LLAMA = acknowledged("user-threshold", "naming", "use-restrictions")
BUILT = edits("README.md", "# support-rag\n", "# support-rag\n\nBuilt with Llama.\n")

PERMISSION = [
    LicenseBreak(
        "declared noncommercial",
        "forbidden",
        (declared(LICENSE, 'license = "CC-BY-NC-4.0"'),),
        says=("cc-by-nc-4.0", "supplychain.toml:12", "commercial use", "[[waiver]]"),
        also=("3.2",),
    ),
    LicenseBreak(
        "noncommercial on the card",
        "forbidden",
        hub={"license": "cc-by-nc-4.0"},
        says=("cc-by-nc-4.0", "its card at 5c38ec7c405e"),
        also=("3.2",),
    ),
    LicenseBreak(
        "noncommercial in its base",
        "forbidden",
        hub={"bases": ("acme/base",)},
        base={"license": "cc-by-nc-4.0"},
        says=("its card at", "of model:huggingface/acme/base", "commercial use"),
        also=("3.2",),
    ),
    LicenseBreak(
        "no license at all",
        "no-license",
        (UNSTATED[0],),
        UNSTATED[1],
        says=("supplychain.toml, its card at 5c38", "without a license nothing is permitted"),
        also=("3.2", "3.3"),
    ),
    LicenseBreak(
        "no intended use",
        "use-not-declared",
        (declared(f"{USE}\n", ""),),
        says=("intended_use = { commercial = true",),
        also=("3.3",),
    ),
    LicenseBreak(
        "a license of its own",
        "several-licenses",
        (declared(f"{LICENSE}\n", ""),),
        {"license": "other", "license_name": "acme-model-license", "license_link": "https://acme.example/license"},
        says=("other", "points to https://acme.example/license", f"[[component]] id = '{BGE}'"),
        also=("3.2", "3.3"),
    ),
    LicenseBreak(
        "a declared license that no table has",
        "not-in-table",
        (declared(LICENSE, 'license = "LicenseRef-Acme"'),),
        says=("LicenseRef-Acme", "supplychain.toml:12", "docs/licenses.md"),
        also=("3.2", "3.3"),
    ),
    LicenseBreak(
        "a license that nobody read",
        "terms-not-known",
        licensed("h-research"),
        {"license": "h-research"},
        says=("second hand", "commercial use"),
        also=("3.2", "3.3"),
    ),
    LicenseBreak(
        "a base of which nothing is known",
        "base-not-known",
        hub={"bases": ("acme/unknown",)},
        says=("model:huggingface/acme/unknown", "facts=online"),
        also=("3.2", "3.3"),
    ),
    LicenseBreak(
        "nobody counts users",
        "use-not-stated",
        (*licensed("llama3.1", LLAMA), BUILT, use(trains_models=False)),
        {"license": "llama3.1"},
        says=("700,000,000 monthly users", "monthly_users = …", "[project]"),
    ),
    LicenseBreak(
        "too many users",
        "forbidden",
        (*licensed("llama3.1", LLAMA), BUILT, use(monthly_users=700_000_001)),
        {"license": "llama3.1"},
        says=("above 700,000,000 monthly users",),
    ),
    LicenseBreak(
        "a region that is left out",
        "forbidden",
        (
            *licensed("llama4", acknowledged("user-threshold", "naming", "use-restrictions", "regions")),
            BUILT,
            use(monthly_users=1000, regions=["US", "FR"]),
        ),
        {"license": "llama4"},
        says=("use in EU",),
    ),
    LicenseBreak(
        "a field that is forbidden",
        "forbidden",
        (
            *licensed("llama3.1", LLAMA),
            BUILT,
            use(monthly_users=1000, fields=["customer-support", "military logistics"]),
        ),
        {"license": "llama3.1"},
        says=("the field military logistics",),
    ),
]

SHARE = {"license": "cc-by-sa-4.0"}
RESTRICTIONS = [
    LicenseBreak(
        "nobody acknowledged it",
        "not-acknowledged",
        (*licensed("CC-BY-SA-4.0"), declared(f"{ACK}\n", "")),
        SHARE,
        says=("share-alike", "restrictions = ['share-alike']", "2026-10-20", f"[[component]] id = '{BGE}'"),
    ),
    LicenseBreak(
        "acknowledged, but nothing of it",
        "acknowledged-in-part",
        licensed("CC-BY-SA-4.0"),
        SHARE,
        says=("without share-alike",),
    ),
    LicenseBreak(
        "acknowledged by somebody whom the policy does not name",
        "acknowledgment-refused",
        licensed("CC-BY-SA-4.0", acknowledged("share-alike", by="dev@example.com")),
        SHARE,
        says=("dev@example.com", "people.approvers"),
    ),
    LicenseBreak(
        "acknowledged tomorrow",
        "acknowledgment-refused",
        licensed("CC-BY-SA-4.0", acknowledged("share-alike", on="2026-10-21")),
        SHARE,
        says=("2026-10-21",),
    ),
    LicenseBreak(
        "acknowledged before it was published",
        "acknowledged-too-early",
        licensed("CC-BY-SA-4.0", acknowledged("share-alike", on="2023-09-11")),
        SHARE,
        says=("2023-09-11", "2023-09-12"),
    ),
    LicenseBreak(
        "its base restricts",
        "acknowledged-in-part",
        hub={"bases": ("acme/base",)},
        base={"license": "cc-by-sa-4.0"},
        says=("share-alike",),
    ),
]

ATTRIBUTION = [
    LicenseBreak(
        "no notice",
        "not-credited",
        (removes("NOTICE"),),
        says=("supplychain.toml points to NOTICE", "copyright BAAI, is used under MIT License"),
    ),
    LicenseBreak(
        "its line deleted",
        "not-credited",
        (edits("NOTICE", "BAAI/bge-small-en-v1.5\n", ""),),
        says=("component, holder, license",),
    ),
    LicenseBreak(
        "another model's line",
        "not-credited",
        (edits("NOTICE", "BAAI/bge-small-en-v1.5", "BAAI/bge-small-en-v1.5-next"),),
    ),
    LicenseBreak(
        "without its holder",
        "credited-in-part",
        (edits("NOTICE", "Copyright Beijing Academy of Artificial Intelligence (BAAI)\n", ""),),
        says=("NOTICE:5 names it without holder", "Add holder at NOTICE:5"),
    ),
    LicenseBreak(
        "without its license",
        "credited-in-part",
        (edits("NOTICE", "Used under the MIT License\n", ""),),
        says=("without license",),
    ),
    LicenseBreak(
        "the license far away",
        "credited-in-part",
        (edits("NOTICE", "Used under the MIT License\n", "\nSomething else is used under the MIT License\n"),),
        says=("without license",),
    ),
    LicenseBreak(
        "passed on without the license text",
        "license-text-missing",
        (use(redistribute=True),),
        says=("LICENSES/mit.txt",),
    ),
    LicenseBreak(
        "a wording that nobody shows",
        "wording-missing",
        (*licensed("llama3.1", LLAMA), use(monthly_users=1000)),
        {"license": "llama3.1"},
        says=("'Built with Llama'", "README"),
    ),
]

SHARED = (
    *licensed("CC-BY-SA-4.0", acknowledged("share-alike")),
    plants(
        "LICENSES/cc-by-sa-4.0.txt",
        "Attribution-ShareAlike 4.0 International\n\nCreative Commons "
        "Attribution-ShareAlike 4.0 International Public License\n",
    ),
    use(redistribute=True),
)
"""A model under a license that asks for the same terms, acknowledged, and passed on with its text."""
COMPLIANCE = [
    LicenseBreak(
        "declared otherwise than on the card",
        "conflict",
        (declared(LICENSE, 'license = "Apache-2.0"'),),
        says=("apache-2.0 at supplychain.toml:12", "mit at its card at 5c38ec7c405e"),
    ),
    LicenseBreak("another card", "conflict", hub={"license": "apache-2.0"}, says=("apache-2.0", "mit")),
    LicenseBreak(
        "a card of another family", "conflict", hub={"license": "bsd"}, says=("bsd",), also=("3.1", "3.2", "3.3")
    ),
    LicenseBreak("a card without a license", "only-declared", hub={"license": None}, says=("supplychain.toml:12",)),
    LicenseBreak(
        "copyleft that the project does not pass on",
        "incompatible",
        (
            *SHARED,
            plants("LICENSE", MIT),
        ),
        SHARE,
        says=("the project's own license, mit at LICENSE:1", "cc-by-sa-4.0"),
    ),
    LicenseBreak(
        "copyleft, and the project has no license",
        "project-license-not-known",
        SHARED,
        SHARE,
        says=("pyproject.toml",),
    ),
    LicenseBreak("3.3 fails", "failed-before", (removes("NOTICE"),), says=("3.3",), also=("3.3",)),
    LicenseBreak(
        "3.1 is open", "undecided-before", (declared(f"{USE}\n", ""),), says=("3.1 and 3.3",), also=("3.1", "3.3")
    ),
]


BREAKS = {"3.1": PERMISSION, "3.2": RESTRICTIONS, "3.3": ATTRIBUTION, "3.4": COMPLIANCE}


@pytest.mark.parametrize(
    ("requirement", "broken"),
    [pytest.param(name, broken, id=f"{name} {broken}") for name, breaks in BREAKS.items() for broken in breaks],
)
def test_what_is_wrong_has_its_row_and_changes_nothing_else(
    requirement: str, broken: LicenseBreak, tmp_path: Path, sound: Outcomes
) -> None:
    broken.check(requirement, tmp_path, sound)


GOOD: list[tuple[str, tuple[Change, ...], dict[str, Any]]] = [
    ("share-alike, acknowledged", licensed("CC-BY-SA-4.0", acknowledged("share-alike")), SHARE),
    ("a choice of licenses", (), {"license": "mit"}),
    (
        "Llama, with all that it asks for",
        (*licensed("llama3.1", LLAMA), BUILT, use(monthly_users=1000)),
        {"license": "llama3.1"},
    ),
    (
        "passed on with the license text",
        (use(redistribute=True), plants("LICENSES/mit.txt", MIT.replace("Example GmbH", "BAAI"))),
        {},
    ),
    (
        "credited in the README",
        (
            removes("NOTICE"),
            edits(
                "README.md",
                "- `app/intent",
                "- BAAI/bge-small-en-v1.5 is by BAAI, under the MIT License.\n- `app/intent",
            ),
        ),
        {},
    ),
]


@pytest.mark.parametrize(("changes", "hub"), [entry[1:] for entry in GOOD], ids=[entry[0] for entry in GOOD])
def test_what_is_met(changes: tuple[Change, ...], hub: dict[str, Any], tmp_path: Path, sound: Outcomes) -> None:
    found = LicenseBreak("", "", changes, hub).run(sound_target(tmp_path), tmp_path)
    assert {name: found[name].reason for name in ("3.1", "3.2", "3.3", "3.4")} == dict.fromkeys(
        ("3.1", "3.2", "3.3", "3.4"), ""
    )
    assert found.unlike(sound) <= {"7.5", *ROLL_UPS}


def test_without_facts_the_declaration_alone_permits_and_verifies_nothing(tmp_path: Path) -> None:
    found = run_suite(sound_target(tmp_path), facts=snapshot(tmp_path / "facts", hub={MODEL: {"state": "unknown"}}))
    assert found["3.1"].observations[0].rule == "permitted-as-declared"
    assert "as supplychain.toml:12 alone states" in found["3.1"].reason
    assert found["3.4"].observations[0].rule == "only-declared"
