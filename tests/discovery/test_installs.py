"""Direct references of install commands: a name with an address is that address, however it is spaced and quoted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.support import look

COMMIT = "0123456789abcdef0123456789abcdef01234567"
COMMANDS = (
    "pip install",
    "uv pip install --system",
    "python -m pip install -U",
    "uv add",
    "pipx install",
    "uvx --from",
)
ADDRESSES = (
    "https://wheels.example/sdk-1.0.whl",
    "https://wheels.example/sdk-1.0-py3-none-any.whl",
    "https://wheels.example/download",
    "https://wheels.example/sdk.zip#sha256=" + "a" * 64,
    "https://wheels.example/$VERSION/sdk.tar.gz",
    "git+https://github.com/acme/sdk.git@feature-branch",
    f"git+https://git.example/acme/sdk.git@{COMMIT}",
    "git+ssh://git@github.com/acme/sdk@v1",
)
SPACED = " @ "


def script(command: str) -> tuple[str, str]:
    return "install.sh", f"{command}\n"


def image(command: str) -> tuple[str, str]:
    return "Dockerfile", f"FROM scratch\nRUN {command}\n"


def workflow(command: str) -> tuple[str, str]:
    return ".github/workflows/ci.yml", f"on: push\njobs:\n  a:\n    steps:\n      - run: |\n          {command}\n"


def named(path: str, text: str) -> list[tuple[str, str | None, str | None]]:
    """Return what a file names: each package with its revision and its address."""
    found = look({path: text})
    assert not found.unresolved
    packages = [item for item in found.references if item.component.kind == "package"]
    return [(item.component.id, item.revision, item.address) for item in packages]


@settings(deadline=None, max_examples=150)
@given(
    carrier=st.sampled_from([script, image, workflow]),
    command=st.sampled_from(COMMANDS),
    extras=st.sampled_from(["", "[socks]", "[socks,use-chardet]"]),
    address=st.sampled_from(ADDRESSES),
    at=st.sampled_from(["@", "@ ", " @"]),
    marker=st.sampled_from(["", " ; python_version > '3.8'"]),
)
def test_a_direct_reference_names_the_same_without_spaces(
    carrier: object, command: str, extras: str, address: str, at: str, marker: str
) -> None:
    assert callable(carrier)
    plain = named(*carrier(f'{command} "sdk{extras}{at}{address}{marker}"'))
    spaced = named(*carrier(f'{command} "sdk{extras}{SPACED}{address}"'))
    assert plain == spaced
    [(_, _, stated)] = plain
    assert stated == address


@pytest.mark.parametrize("quote", ["", "'", '"'])
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sdk@https://wheels.example/sdk-1.0.whl", "package:pypi/sdk"),
        ("requests[socks]@https://wheels.example/requests-2.0.whl", "package:pypi/requests"),
        ("pdf-sdk@git+https://github.com/acme/pdf.git@branch", "package:github/acme/pdf"),
    ],
)
def test_quotes_change_nothing(text: str, name: str, quote: str) -> None:
    [(found, _, address)] = named("run.sh", f"pip install {quote}{text}{quote}\n")
    assert (found, address) == (name, text.partition("@")[2])


def test_a_name_of_npm_with_an_address_is_that_address() -> None:
    [(name, _, address)] = named("run.sh", "npm install sdk@https://files.example/sdk.tgz\n")
    assert (name, address) == ("package:url/files.example/sdk.tgz", "https://files.example/sdk.tgz")


@pytest.mark.parametrize("text", ["sdk@$ADDRESS", "sdk @ ${ADDRESS}", "sdk[a]@`cat address`"])
def test_an_address_that_is_made_at_run_time_is_unresolved(text: str) -> None:
    found = look({"run.sh": f'pip install "{text}"\n'})
    [unresolved] = found.unresolved
    assert (found.references, unresolved.reason) == ((), "the address is made at run time")


@pytest.mark.parametrize(
    ("text", "revision"), [("ruff@0.4.1", "0.4.1"), ("ruff@latest", None), ("ruff==0.4.1", "0.4.1")]
)
def test_a_version_behind_the_at_is_no_address(text: str, revision: str | None) -> None:
    assert named("run.sh", f"uv tool install {text}\n") == [("package:pypi/ruff", revision, None)]


def test_the_extras_of_an_option_do_not_part_its_packages() -> None:
    command = 'uv run --with "requests[socks,security]@https://wheels.example/requests-2.0.whl,rich" app.py\n'
    assert [name for name, _, _ in named("run.sh", command)] == ["package:pypi/requests", "package:pypi/rich"]
