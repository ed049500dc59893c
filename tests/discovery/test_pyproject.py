"""The packages that a pyproject.toml names."""

from __future__ import annotations

import pytest

from tests.discovery.support import look


def named(text: str) -> list[str]:
    """Return `line id@revision` for each package."""
    found = look({"pyproject.toml": text}).references
    return [f"{r.at.line} {r.subject}" + (f"@{r.revision}" if r.revision else "") for r in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[project]\ndependencies = [\n  "torch>=2",\n  "Foo_Bar==1.0",\n]',
            ["3 package:pypi/torch", "4 package:pypi/foo-bar@1.0"],
        ),
        ('[project.optional-dependencies]\nx = ["vllm[a]==0.6.*"]', ["2 package:pypi/vllm"]),
        ('[dependency-groups]\ndev = ["pytest", {include-group = "x"}]', ["2 package:pypi/pytest"]),
        ('[build-system]\nrequires = ["hatchling"]', ["2 package:pypi/hatchling"]),
        (
            '[tool.poetry.dependencies]\npython = "^3.11"\ntorch = "2.1.0"\nx = { version = "^1", optional = true }',
            ["3 package:pypi/torch@2.1.0", "4 package:pypi/x"],
        ),
        ('[tool.poetry.group.ui.dependencies]\ngradio = "^4"', ["2 package:pypi/gradio"]),
        ('[tool.ruff]\nselect = ["E"]', []),
    ],
)
def test_each_table_names_its_packages(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize("table", ["project", "tool.poetry"])
def test_the_project_is_no_part_of_its_own_supply_chain(table: str) -> None:
    files = {"pyproject.toml": f'[{table}]\nname = "My_App"\n', "requirements.txt": "my-app[ui]\ntorch\n"}
    files["run.sh"] = "docker run example/my-app:1.0\n"
    assert [r.subject for r in look(files).references] == ["package:pypi/torch"]


def test_an_address_is_kept() -> None:
    (reference,) = look({"pyproject.toml": '[project]\ndependencies = ["x @ git+https://e.org/x@main"]'}).references
    assert reference.address == "git+https://e.org/x@main"


def test_what_is_no_requirement_is_unresolved() -> None:
    (left,) = look({"pyproject.toml": '[project]\ndependencies = ["not a requirement"]'}).unresolved
    assert (left.at.line, left.expression) == (2, "not a requirement")


@pytest.mark.parametrize("text", ["[project", b"\xff\xfe", "a = " + "[" * 5_000])
def test_what_is_no_toml_is_not_read(text: str | bytes) -> None:
    (unread,) = look({"pyproject.toml": text}).unread
    assert "not TOML" in unread.reason
