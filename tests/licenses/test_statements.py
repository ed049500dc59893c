"""Who states which license: each source alone, with its place, and what is not at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplychain.model.hub import HubFile, HubRecord
from supplychain.model.license import PROJECT
from tests.licenses.support import COMMIT, MODEL, record, statements
from tests.licenses.test_texts import MIT

FILE = "model:file/models/own/m.bin"
DECLARED = f"""schema = 1

[[component]]
id = "{MODEL}"
revision = "{COMMIT}"
license = "Apache 2.0"
"""


def test_the_declaration_with_its_line() -> None:
    (found,) = statements({"supplychain.toml": DECLARED})
    assert (found.component, found.stated, found.license, found.origin) == (
        MODEL,
        "Apache 2.0",
        "apache-2.0",
        "declaration",
    )
    assert str(found.at) == "supplychain.toml:6"


@pytest.mark.parametrize(
    ("parts", "stated", "license_"),
    [
        ({"license": "mit"}, "mit", "mit"),
        ({"license": "other"}, "other", "other"),
        ({"license": "other", "license_name": "qwen"}, "qwen", "qwen-license"),
        ({"license": "other", "license_name": "acme"}, "other", "other"),
        ({"license": "mit", "license_name": "qwen"}, "mit", "mit"),
        ({"license": "zlib"}, "zlib", None),
        ({"license": "mit", "state": "gated"}, "mit", "mit"),
    ],
)
def test_the_card_on_the_hub(parts: dict[str, str], stated: str, license_: str | None) -> None:
    (found,) = statements({}, record(**parts))
    assert (found.stated, found.license, found.origin, found.revision) == (stated, license_, "card", COMMIT)


@pytest.mark.parametrize(
    "silent", [record(), record(license="mit", state="unknown"), record(license="mit", state="no such revision")]
)
def test_a_hub_that_says_nothing(silent: HubRecord) -> None:
    assert statements({}, silent) == []


def test_the_license_file_that_the_hub_lists_at_the_commit() -> None:
    listed = record(files=(HubFile(path="LICENSE"), HubFile(path="x/LICENSE"), HubFile(path="m.bin")))
    (found,) = statements({}, listed, kept={(MODEL, COMMIT, "LICENSE"): MIT.encode()})
    assert (found.license, found.origin, found.revision) == ("mit", "license file", COMMIT)
    (unknown,) = statements({}, listed, kept={(MODEL, COMMIT, "LICENSE"): b"Ask us."})
    assert (unknown.license, unknown.stated) == (None, "LICENSE: a text that the catalog does not know")
    assert statements({}, listed) == []
    assert statements({}, listed.model_copy(update={"commit": None}), kept={(MODEL, COMMIT, "LICENSE"): b"x"}) == []


def test_the_license_file_in_a_cache(tmp_path: Path) -> None:
    (tmp_path / "blob").write_text(MIT)
    held = {"LICENSE": tmp_path / "blob", "x/LICENSE": tmp_path / "blob", "gone/LICENSE": tmp_path / "none"}
    (found,) = statements({}, cached=lambda *_: held)
    assert (found.license, found.origin, found.revision) == ("mit", "license file", COMMIT)
    assert statements({}, cached=lambda *_: {"LICENSE": tmp_path / "none"}) == []


def test_files_beside_a_model_of_the_target() -> None:
    card = "---\nlanguage: en\nlicense: cc-by-4.0  # as agreed\n---\n# Card\n"
    files = {"models/own/m.bin": "x", "models/own/LICENSE": MIT, "models/own/README.md": card, "models/LICENSE": "x"}
    found = {(item.origin, str(item.at), item.license) for item in statements(files, models=(FILE,))}
    assert found == {("license file", "models/own/LICENSE:1", "mit"), ("card", "models/own/README.md:3", "cc-by-4.0")}


@pytest.mark.parametrize(
    ("card", "license_"),
    [
        ("---\nlicense:\n- mit\n- apache-2.0\n---\n", "apache-2.0 AND mit"),
        ("---\nlicense: other\nlicense_name: deepseek\n---\n", "deepseek-license"),
        ('---\r\nlicense: "mit"\r\n---\r\n', "mit"),
    ],
)
def test_front_matter(card: str, license_: str) -> None:
    (found,) = statements({"models/own/README.md": card}, models=(FILE,))
    assert found.license == license_


@pytest.mark.parametrize(
    "card", ["license: mit\n", "---\nname: x\n---\nlicense: mit\n", "---\nlicense: mit\n", "---\nlicense:\n---\n"]
)
def test_no_front_matter(card: str) -> None:
    assert statements({"models/own/README.md": card}, models=(FILE,)) == []


def test_what_it_was_derived_from_and_what_that_was() -> None:
    base, root = "model:huggingface/acme/base", "model:huggingface/acme/root"
    hub = (
        record(license="mit", bases=("acme/base", "acme/thinker-7b")),
        record(base, license="cc-by-nc-4.0", bases=("acme/root",)),
        record(root, license="gemma"),
    )
    found = {(item.component, item.inherited, item.license) for item in statements({}, *hub)}
    assert {item for item in found if item[0] == MODEL} == {
        (MODEL, "", "mit"),
        (MODEL, base, "cc-by-nc-4.0"),
        (MODEL, root, "gemma"),
    }
    alone = statements({}, hub[0])
    assert [(item.inherited, item.license, item.stated) for item in alone if item.inherited] == [(base, None, "")]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": '[project]\nname = "x"\nlicense = "Apache-2.0"\n'}, [("apache-2.0", "pyproject.toml:3")]),
        ({"pyproject.toml": '[project]\nlicense = {text = "MIT License"}\n'}, [("mit", "pyproject.toml:2")]),
        (
            {"pyproject.toml": '[project]\nclassifiers = ["License :: OSI Approved :: MIT License"]\n'},
            [("mit", "pyproject.toml:2")],
        ),
        ({"package.json": '{\n  "license": "UNLICENSED"\n}'}, [(None, "package.json:2")]),
        ({"LICENSE": MIT, "docs/LICENSE": MIT}, [("mit", "LICENSE:1")]),
        ({"pyproject.toml": "[project", "package.json": "[1]", "README.md": "x"}, []),
        ({"pyproject.toml": 'project = "x"', "package.json": "{"}, []),
    ],
)
def test_the_license_of_the_target_itself(files: dict[str, str], expected: list[tuple[str | None, str]]) -> None:
    found = statements(files, models=())
    assert [(item.license, str(item.at)) for item in found] == expected
    assert {item.component for item in found} <= {PROJECT}
