"""Where a target credits its models: what stands together, and what stands apart."""

from __future__ import annotations

import time

import pytest

from tests.licenses.support import MODEL, credits_of
from tests.licenses.test_texts import MIT

WHOLE = ("component", "holder", "license")


@pytest.mark.parametrize(
    ("name", "text", "names"),
    [
        ("NOTICE", "acme/thinker-7b, (c) Acme, under the MIT License", WHOLE),
        ("NOTICE", "Models\n======\n\nacme/thinker-7b\nCopyright 2026 Somebody\nMIT\n", WHOLE),
        ("NOTICE", "acme/thinker-7b\n\nCopyright Acme, MIT License\n", WHOLE),
        ("NOTICE", "acme/thinker-7b\n\nby Acme\n\nMIT License\n", ("component", "holder")),
        ("NOTICE", "acme/thinker-7b\nMIT License\n\nother\nCopyright Other\n", ("component", "license")),
        ("README.md", "We use acme/thinker-7b.\n", ("component",)),
        ("README.md", "## acme/thinker-7b\n\nBy Acme.\n\nMIT License.\n\n## x\n", WHOLE),
        ("README.md", "acme/thinker-7b\n---\nBy Acme, MIT License.\n", WHOLE),
        ("README.md", "## acme/thinker-7b\n\nBy Acme.\n\n## x\nMIT License.\n", ("component", "holder")),
        ("README.md", "acme/thinker-7b is MIT licensed\n", ("component", "license")),
        ("README.md", "thinker-7b of Acme, mit Dank, MITIGATED\n", ("component", "holder")),
        ("web/about.html", "<p>thinker-7b by Acme (MIT)</p>", WHOLE),
        ("README.md", "acme/thinker-7b https://acme.example\n", ("component", "holder")),
    ],
)
def test_what_a_text_names(name: str, text: str, names: tuple[str, ...]) -> None:
    (found,) = credits_of({name: text})
    assert (found.component, found.names) == (MODEL, names)


def test_the_line_is_that_of_the_name() -> None:
    (found,) = credits_of({"NOTICE": "x\n\nacme/thinker-7b\nby Acme, MIT License\n"})
    assert str(found.at) == "NOTICE:3"


@pytest.mark.parametrize(
    "files",
    [
        {"NOTICE": "acme/thinker-7b-instruct by Acme, MIT License"},
        {"NOTICE": "my-acme/thinker-7b2 by Acme, MIT License"},
        {"app.py": "# acme/thinker-7b by Acme, MIT License"},
        {"tests/README.md": "acme/thinker-7b by Acme, MIT License"},
        {"node_modules/x/README.md": "acme/thinker-7b by Acme, MIT License"},
        {"NOTICE": "acme and thinker are words"},
    ],
)
def test_what_credits_nothing(files: dict[str, str]) -> None:
    assert credits_of(files) == []


def test_a_file_that_the_declaration_points_to_is_read_whatever_it_is_called() -> None:
    declared = f'schema = 1\n[[component]]\nid = "{MODEL}"\nattribution = "app/about.py#models"\n'
    files = {"supplychain.toml": declared, "app/about.py": 'TEXT = "thinker-7b by Acme (MIT)"'}
    (found,) = credits_of(files)
    assert (found.at.file, found.names) == ("app/about.py", WHOLE)


def test_wording_and_notice_of_a_license() -> None:
    notice = "Llama 3.1 is licensed under the Llama 3.1 Community License,\nCopyright © Meta Platforms, Inc. All Rights Reserved."
    files = {"README.md": "x\n\nBuilt   with Llama\n", "NOTICE": notice}
    found = {(str(item.at), item.names) for item in credits_of(files, "llama3.1")}
    assert found == {("README.md:3", ("notice",)), ("NOTICE:1", ("notice file",))}


@pytest.mark.parametrize(
    ("name", "text", "counts"),
    [
        ("LICENSES/mit.txt", MIT.replace("Somebody", "Acme"), True),
        ("LICENSES/mit.txt", MIT, False),
        ("LICENSE", MIT, False),
        ("LICENSES/mit.txt", "All rights reserved, Acme", False),
        ("docs/mit.txt", MIT.replace("Somebody", "Acme"), False),
    ],
)
def test_the_license_text_of_its_holder(name: str, text: str, counts: bool) -> None:
    found = [item.names for item in credits_of({name: text})]
    assert (("license text",) in found) is counts


@pytest.mark.parametrize(
    "text", ["acme/thinker-7b " * 20_000, "copyright" + " " * 400_000, "# " * 200_000, "---\n" * 100_000]
)
def test_hostile_texts_are_read_in_little_time(text: str) -> None:
    start = time.monotonic()
    credits_of({"NOTICE": text, "README.md": text})
    assert time.monotonic() - start < 5


def test_a_name_that_is_a_common_word_needs_its_source() -> None:
    model = "model:rembg/sam"
    assert credits_of({"README.md": "Sam wrote all of it, MIT License"}, models=(model,)) == []
    (found,) = credits_of({"README.md": "rembg/sam, copyright Somebody, MIT License"}, models=(model,))
    assert found.names == WHOLE
