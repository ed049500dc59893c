"""Configuration files of package clients: where packages are fetched from, and never with what password."""

from __future__ import annotations

import pytest

from supplychain.packages import settings
from supplychain.packages.interface import NotParsedError
from tests.packages.sources import source, told


def read(path: str, text: str) -> list[str]:
    return told(settings.read(source(path, text)).settings)


def test_pip_conf() -> None:
    text = """\
# a comment
[global]
index-url = https://user:secret@pypi.example/simple
extra_index_url =
    https://a.example/simple
    https://${HOST}/simple
trusted-host = a.example b.example
timeout = 60
[install]
find-links: ./wheels
no-index = true
"""
    assert read("pip.conf", text) == [
        "3 index https://pypi.example/simple",
        "5 extra index https://a.example/simple",
        "6 extra index None",
        "7 trusted host a.example",
        "7 trusted host b.example",
        "10 find-links ./wheels",
        "11 no index ",
    ]


@pytest.mark.parametrize(
    ("path", "applies"),
    [
        ("pip.conf", ""),
        ("app/pip.conf", " in app/"),
        (".pip/pip.conf", ""),
        ("app/.config/pip/pip.conf", " in app/"),
        ("docker/pip.ini", " in docker/"),
    ],
)
def test_a_file_is_in_force_for_its_folder(path: str, applies: str) -> None:
    assert read(path, "[global]\nindex-url = https://h.example\n") == [f"2 index https://h.example{applies}"]


def test_npmrc_without_its_secrets() -> None:
    text = """\
registry=https://user:secret@npm.example/
@acme:registry = https://acme.example/
//npm.example/:_authToken=secret
//npm.example/:registry=https://no.example
_auth = c2VjcmV0
strict-ssl=false
@later:registry=${REGISTRY}
; registry=https://comment.example
"""
    found = read("web/.npmrc", text)
    assert found == [
        "1 index https://npm.example/ in web/",
        "2 mapped index https://acme.example/ only @acme in web/",
        "6 trusted host * in web/",
        "7 mapped index None only @later in web/",
    ]
    assert "secret" not in str(settings.read(source(".npmrc", text)))


def test_yarn_of_both_kinds() -> None:
    first = (
        'registry "https://npm.example"\n"@acme:registry" https://acme.example\nstrict-ssl false\nlastUpdateCheck 1\n'
    )
    later = """\
npmRegistryServer: "https://npm.example"
npmScopes:
  acme:
    npmRegistryServer: https://acme.example
    npmAuthToken: secret
  other:
    npmAlwaysAuth: true
enableStrictSsl: false
unsafeHttpWhitelist:
  - "*.lan"
"""
    assert read(".yarnrc", first) == [
        "1 index https://npm.example",
        "2 mapped index https://acme.example only @acme",
        "3 trusted host *",
    ]
    assert read(".yarnrc.yml", later) == [
        "1 index https://npm.example",
        "8 trusted host *",
        "4 mapped index https://acme.example only @acme",
        "9 trusted host *.lan",
    ]


def test_pnpm_and_bun() -> None:
    workspace = "packages:\n  - a/*\nregistry: https://npm.example\nregistries:\n  '@acme': https://acme.example\n"
    bun = '[install]\nregistry = { url = "https://npm.example", token = "secret" }\n[install.scopes]\nacme = "https://acme.example"\n'
    assert read("pnpm-workspace.yaml", workspace) == [
        "3 index https://npm.example",
        "5 mapped index https://acme.example only @acme",
    ]
    assert read("bunfig.toml", bun) == ["2 index https://npm.example", "4 mapped index https://acme.example only @acme"]
    assert read("pnpm-workspace.yaml", "packages:\n  - a/*\n") == []


def test_condarc() -> None:
    text = """\
channels:
  - conda-forge
  - https://user:secret@conda.example/own
channel_alias: https://alias.example
custom_channels:
  acme: https://acme.example/conda
ssl_verify: false
"""
    assert read(".condarc", text) == [
        "1 channel conda-forge",
        "1 channel https://conda.example/own",
        "4 index https://alias.example",
        "5 channel https://acme.example/conda/acme",
        "7 trusted host *",
    ]


def test_uv_and_pdm() -> None:
    text = """\
index-url = "https://old.example/simple"
no-index = true
[[index]]
name = "own"
url = "https://user:secret@a.example/simple"
[[index]]
url = "https://b.example/simple"
default = true
[[index]]
name = "torch"
url = "https://c.example/simple"
explicit = true
[pip]
extra-index-url = ["https://d.example", "https://e.example"]
"""
    assert read("uv.toml", text) == [
        "3 extra index https://a.example/simple",
        "6 index https://b.example/simple",
        "1 index https://old.example/simple",
        "2 no index ",
        "14 extra index https://d.example",
        "14 extra index https://e.example",
    ]
    assert read("pdm.toml", '[pypi]\nurl = "https://h.example"\nverify_ssl = false\n') == [
        "2 index https://h.example",
        "3 trusted host *",
    ]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("pip.conf", "index-url = https://h.example\n", 1),
        ("pip.conf", "[global]\nnothing\n", 2),
        (".yarnrc", 'registry "https://h.example\n', 1),
        (".yarnrc.yml", "npmScopes:\n  acme: [\n", 3),
        (".yarnrc.yml", "- a\n", 1),
        (".yarnrc.yml", "npmRegistryServer: {a: b}\n", 1),
        (".yarnrc.yml", "npmScopes:\n  acme: 1\n", None),
        (".condarc", "channels: [[a]]\n", 1),
        (".condarc", "ssl_verify: [false]\n", 1),
        ("uv.toml", "index = 1\n", None),
        ("uv.toml", "[[index]\n", 1),
        ("uv.toml", "index-url = [1]\n", 1),
        ("bunfig.toml", "install = 1\n", None),
        (".npmrc", "a=b\n" * 20_000, None),
    ],
)
def test_what_is_no_configuration_is_a_failure(path: str, text: str, line: int | None) -> None:
    with pytest.raises(NotParsedError) as error:
        settings.read(source(path, text))
    assert error.value.line == line


@pytest.mark.parametrize("path", ["pip.conf", ".npmrc", ".yarnrc", ".yarnrc.yml", ".condarc", "uv.toml", "bunfig.toml"])
def test_an_empty_file_sets_nothing(path: str) -> None:
    assert read(path, "") == []
    assert settings.is_settings(f"a/{path}")
