"""Requirement 5.1: each package is from an official registry that the sentence names."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from supplychain.model.finding import Outcome
from tests.acceptance.breaks import Break, Change, edits, plants
from tests.support import ROLL_UPS, SAMPLE, BuiltTarget, Outcomes, run_suite

HOST = urlsplit(PYPI_SIMPLE_ENDPOINT).hostname or ""
LOOK_ALIKE = f"https://{HOST}.evil.example/simple"
TORCH = "https://download.pytorch.org/whl/cu118"
INSTALL = "RUN pip install --no-cache-dir --require-hashes"
IMAGE = next(line for line in (SAMPLE / "Dockerfile").read_text().splitlines() if line.startswith("FROM"))
WORKFLOW = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@{}\n"
UNSCANNED = ("5.3", "5.4", "5.5")
"""What can be said of an image or an action only by the report of a scanner on that very digest or commit."""
COMMIT = "11bd71901bbe5b1630ceea73d27597364c9af683"


def locked(name: str) -> str:
    """Return the lines of the sound target's lock about a package."""
    lines = (SAMPLE / "requirements.txt").read_text().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if line.startswith(f"{name}=="))
    last = next(number for number in range(first, len(lines)) if not lines[number].endswith("\\\n"))
    return "".join(lines[first : last + 1])


BREAKS = [
    Break(
        "an image by its tag",
        edits("Dockerfile", IMAGE, "FROM python:3.11-slim"),
        "package:docker/python",
        "unpinned-image",
        ("Dockerfile:1",),
        ("3.11-slim", "python@sha256:<digest>"),
        also=UNSCANNED,
    ),
    Break(
        "an action by its tag",
        plants(".github/workflows/ci.yml", WORKFLOW.format("v4")),
        "package:github/actions/checkout",
        "unpinned-action",
        (".github/workflows/ci.yml:6",),
        ("actions/checkout", "v4", "full commit"),
        also=UNSCANNED,
    ),
    Break(
        "a direct reference without spaces",
        plants("install.sh", '#!/bin/sh\npip install "requests[socks]@https://wheels.example/requests-2.0.whl"\n'),
        "package:pypi/requests",
        "unpinned-address",
        ("install.sh:2",),
        ("https://wheels.example/requests-2.0.whl", "#sha256="),
        also=UNSCANNED,
    ),
    Break(
        "one command of several with another index",
        plants(
            "install.sh",
            f"#!/bin/sh\npip install numpy\npip install openai --index-url {TORCH}\npip install pydantic\n",
        ),
        "package:pypi/openai",
        "unofficial-index",
        ("install.sh:3",),
        (TORCH, "index of pip install at install.sh:3"),
    ),
    Break(
        "a trusted host",
        edits("Dockerfile", INSTALL, f"{INSTALL} --trusted-host mirror.example"),
        "index:pypi",
        "trusted-host",
        ("Dockerfile:4",),
        ("mirror.example", "any certificate", "Dockerfile:4"),
    ),
    Break(
        "a misspelt manifest with a mirror",
        plants("requirments.txt", f"--index-url {LOOK_ALIKE}\n{locked('numpy')}"),
        "package:pypi/numpy",
        "unofficial-index",
        ("requirments.txt:2",),
        (LOOK_ALIKE, "requirments.txt:1", "PyPI, npm", "[trust.index_map]"),
    ),
]

WEAKENED = [
    pytest.param(
        edits("Dockerfile", INSTALL, f"{INSTALL} --extra-index-url {TORCH}"),
        "extra-index",
        ("Dockerfile:4", TORCH, "[trust.index_map]"),
        id="an extra index of the install command",
    ),
    pytest.param(
        edits("Dockerfile", "ENV HF_HUB_DISABLE_TELEMETRY=1", f"ENV PIP_EXTRA_INDEX_URL={TORCH}"),
        "extra-index",
        ("Dockerfile:8", TORCH),
        id="an extra index of the image's environment",
    ),
    pytest.param(
        edits("requirements.txt", "annotated-types==", f"--extra-index-url {TORCH}\nannotated-types=="),
        "extra-index",
        ("requirements.txt:1", TORCH),
        id="an extra index of the lock",
    ),
    pytest.param(
        plants("pip.conf", f"[global]\nindex-url = {LOOK_ALIKE}\n"),
        "unofficial-index",
        ("pip.conf:2", LOOK_ALIKE),
        id="a look-alike index in pip.conf",
    ),
    pytest.param(
        plants("pip.conf", f"[global]\nindex-url = http://{HOST}/simple\n"),
        "unofficial-index",
        ("pip.conf:2", "not encrypted"),
        id="no encryption",
    ),
    pytest.param(
        plants("pip.conf", f"[global]\nindex-url = https://{HOST}:8443/simple\n"),
        "unofficial-index",
        ("pip.conf:2", "another port"),
        id="another port",
    ),
]


def test_the_sound_target_passes_with_every_package_observed(sound: Outcomes) -> None:
    finding = sound["5.1"]
    assert finding.outcome is Outcome.PASS, finding.reason
    assert {row.rule for row in finding.observations} == {"official-registry", "fixed-by-content"}
    assert finding.population.expected == len(finding.observations) > 30


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_broken_in_one_place(broken: Break, target: BuiltTarget, sound: Outcomes) -> None:
    broken.check("5.1", target, sound)


def test_an_action_fails_in_each_file_that_uses_it(target: BuiltTarget) -> None:
    for name in ("ci", "docs"):
        target.plant(f".github/workflows/{name}.yml", WORKFLOW.format("v4"))
    rows = run_suite(target).rows("5.1", Outcome.FAIL)
    assert [str(row.at) for row in rows] == [".github/workflows/ci.yml:6", ".github/workflows/docs.yml:6"]


@pytest.mark.parametrize(("change", "rule", "says"), WEAKENED)
def test_a_setting_weakens_every_package_that_it_is_in_force_for(
    change: Change, rule: str, says: tuple[str, ...], target: BuiltTarget, sound: Outcomes
) -> None:
    change(target)
    found = run_suite(target)
    rows = found.rows("5.1", Outcome.FAIL)
    assert {row.rule for row in rows} == {rule}
    for row in rows:
        for text in says:
            assert text in f"{row.message} {row.remedy}"
    assert found.unlike(sound) - ROLL_UPS == {"5.1"}


def test_an_import_that_no_manifest_names_has_neither_a_source_nor_a_hash(target: BuiltTarget) -> None:
    found = run_suite(target.plant("app/table.py", '"""Tables."""\n\nimport polars\n\nFRAME = polars.DataFrame()\n'))
    source, hashes = found.only("5.1", Outcome.FAIL), found.only("5.2", Outcome.FAIL)
    assert (source.component, source.rule, str(source.at)) == (
        "package:pypi/polars",
        "not-in-manifest",
        "app/table.py:3",
    )
    assert (hashes.component, hashes.rule, str(hashes.at)) == (
        "package:pypi/polars",
        "import-not-locked",
        "app/table.py:3",
    )


@pytest.mark.parametrize(
    "change",
    [
        plants(".github/workflows/ci.yml", WORKFLOW.format(COMMIT)),
        plants("pip.conf", f"[global]\nindex-url = {PYPI_SIMPLE_ENDPOINT}\n"),
        plants("tests/pip.conf", f"[global]\nextra-index-url = {TORCH}\n"),
        plants("docs/install.md", f"```\npip install --extra-index-url {TORCH} torch\n```\n"),
    ],
    ids=["an action by its commit", "the official index", "settings of tests", "a command in a document"],
)
def test_what_weakens_nothing_changes_nothing(change: Change, target: BuiltTarget, sound: Outcomes) -> None:
    change(target)
    found = run_suite(target)
    assert found.rows("5.1", Outcome.FAIL) == []
    assert found["5.1"].outcome is sound["5.1"].outcome


@pytest.mark.parametrize(
    ("words", "outcome"), [(("PyPI",), Outcome.PASS), (("npm",), Outcome.FAIL), (("PyPI", "conda"), Outcome.PASS)]
)
def test_the_words_of_the_sentence_decide(words: tuple[str, ...], outcome: Outcome, target: BuiltTarget) -> None:
    found = run_suite(target, words={"5.1": words})
    assert found["5.1"].outcome is outcome
    assert {row.rule for row in found.rows("5.1", Outcome.FAIL)} <= {"unnamed-registry"}


def test_a_declaration_cannot_map_an_index(target: BuiltTarget) -> None:
    target.plant("pip.conf", f"[global]\nextra-index-url = {TORCH}\n")
    target.declare(
        '[[component]]\nid = "package:pypi/numpy"\napproved = { by = "support-platform@example.com", on = 2026-08-01 }\n'
    )
    assert "package:pypi/numpy" in {row.component for row in run_suite(target).rows("5.1", Outcome.FAIL)}
