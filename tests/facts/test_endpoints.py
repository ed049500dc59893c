"""Where facts are fetched: what the assessor configures counts, and nothing else does."""

import os
from pathlib import Path

import pypi_simple
import pytest
from packageurl.contrib.purl2url import get_download_url

from supplychain.facts.endpoints import endpoint
from supplychain.facts.interface import NoFactError
from tests.facts.support import Opening
from tests.standins import PyPI, StandIn

MIRROR = "https://mirror.example/simple"


def place(name: str, home: Path, **environ: str) -> str:
    """Return the address of a source in an environment."""
    return endpoint(name, environ, home).address


def test_without_settings_it_is_the_official_one(tmp_path: Path) -> None:
    official = endpoint("pypi", {"PIP_CONFIG_FILE": os.devnull}, tmp_path)
    assert official.address + "/" == pypi_simple.PYPI_SIMPLE_ENDPOINT
    assert (official.mirror, official.title) == ("", "PyPI")
    address = get_download_url("pkg:npm/x@1")  # type: ignore[no-untyped-call]  # the library has no types
    assert place("npm", tmp_path) + "/x/-/x-1.tgz" == address
    assert place("osv", tmp_path) == "https://api.osv.dev"


@pytest.mark.parametrize(
    "environ",
    [
        {"PIP_INDEX_URL": MIRROR},
        {"UV_DEFAULT_INDEX": MIRROR},
        {"UV_DEFAULT_INDEX": f"corporate={MIRROR}"},
        {"UV_INDEX_URL": f"{MIRROR}/"},
        {"PIP_INDEX_URL": MIRROR, "UV_DEFAULT_INDEX": "https://other.example"},
        {"PIP_INDEX_URL": f"https://user:secret@{MIRROR[8:]}"},
    ],
)
def test_a_variable_names_another_index(tmp_path: Path, environ: dict[str, str]) -> None:
    found = endpoint("pypi", environ, tmp_path)
    assert (found.address, found.title) == (MIRROR, "PyPI by way of mirror.example")
    assert "secret" not in repr(found)


@pytest.mark.parametrize("file", ["config/pip/pip.conf", ".pip/pip.conf", "given.conf"])
def test_a_file_of_pip_names_another_index(tmp_path: Path, file: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(f"[global]\ntimeout = 5\nindex-url = {MIRROR}\nextra-index-url = https://x.example\n")
    given = {"PIP_CONFIG_FILE": str(tmp_path / file)} if file == "given.conf" else {}
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), **given}
    assert place("pypi", tmp_path, **environ) == MIRROR


def test_what_else_a_file_of_pip_sets_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[install]\nindex-url = https://x.example\n[global]\nextra-index-url = https://y.example\n")
    assert endpoint("pypi", {"PIP_CONFIG_FILE": str(file)}, tmp_path).mirror == ""


@pytest.mark.parametrize(
    "text",
    [
        "registry=https://npm.example/\n",
        '; mine\nfund=false\nloose\nregistry = "https://npm.example"\n//npm.example/:_authToken=abc\n',
        "registry=https://${HOST_OF_NPM}/\n",
    ],
)
def test_the_npmrc_of_the_user_names_another_registry(tmp_path: Path, text: str) -> None:
    (tmp_path / ".npmrc").write_text(text)
    assert place("npm", tmp_path, HOST_OF_NPM="npm.example") == "https://npm.example"


def test_what_npm_derives_from_a_project_does_not_count(tmp_path: Path) -> None:
    found = endpoint("npm", {"npm_config_registry": "https://evil.example"}, tmp_path)
    assert found.mirror == ""


@pytest.mark.parametrize("file", [".npmrc", "pip.conf", "pip/pip.conf", ".pip/pip.conf", "uv.toml"])
def test_nothing_of_the_current_folder_counts(
    opening: Opening, tmp_path: Path, index: PyPI, assessor: pytest.MonkeyPatch, file: str
) -> None:
    with StandIn() as capture:
        target = tmp_path / "target"
        (target / file).parent.mkdir(parents=True)
        (target / file).write_text(f"registry={capture.url}\n[global]\nindex-url = {capture.url}\n")
        assessor.chdir(target)
        assessor.setenv("XDG_CONFIG_HOME", "")
        assessor.setenv("NPM_CONFIG_USERCONFIG", ".npmrc")
        assert endpoint("npm").mirror == ""
        opening.release("package:pypi/demo-package")
        assert not capture.seen
    assert index.paths() == ["/simple/demo-package/", "/simple/pip/"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://mirror.example/simple", "names an address of mirror.example without TLS"),
        ("file:///opt/simple", "does not name an https:// address"),
        ("mirror.example/simple", "does not name an https:// address"),
        ("https://", "does not name an https:// address"),
        ("https://mirror.example:99999/", "does not name an https:// address"),
        ("https://mirror.example/?x=1", "does not name an https:// address"),
        ("https://[broken/", "does not name an https:// address"),
        (" ", "does not name an https:// address"),
    ],
)
def test_an_address_that_cannot_be_used_is_not_passed_over(tmp_path: Path, address: str, reason: str) -> None:
    """The official one is not asked in its place: the assessor did not want that."""
    found = endpoint("pypi", {"PIP_INDEX_URL": address}, tmp_path)
    with pytest.raises(NoFactError, match=reason):
        assert found.address


@pytest.mark.parametrize("text", ["[global\nindex-url", "index-url = x", "[global]\n\xff\x00 ="])
def test_a_file_that_cannot_be_read_is_not_passed_over(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pip.conf"
    file.write_text(text)
    found = endpoint("pypi", {"PIP_CONFIG_FILE": str(file)}, tmp_path)
    assert found.mirror == ""
    assert bool(found.problem) == (not text.startswith("[global]"))


def test_loopback_may_do_without_tls(tmp_path: Path) -> None:
    for address in ("http://127.0.0.1:8000/simple", "http://localhost/simple", "http://[::1]:9/simple"):
        assert place("pypi", tmp_path, PIP_INDEX_URL=address) == address


def test_the_token_of_an_official_place_is_not_sent_to_another(tmp_path: Path) -> None:
    token = {"HF_TOKEN": "official", "SUPPLYCHAIN_HF_TOKEN": "own"}
    assert endpoint("huggingface", token, tmp_path).credential == "Bearer official"
    assert endpoint("huggingface", token, tmp_path).address == "https://huggingface.co"
    assert endpoint("huggingface", {**token, "HF_ENDPOINT": MIRROR}, tmp_path).credential == "Bearer own"
    assert endpoint("huggingface", {"HF_TOKEN": "official", "HF_ENDPOINT": MIRROR}, tmp_path).credential == ""
    assert endpoint("huggingface", {"HF_TOKEN": "a\r\nb"}, tmp_path).credential == ""
    assert endpoint("pypi", {**token, "PIP_CONFIG_FILE": os.devnull}, tmp_path).credential == ""


def test_a_token_belongs_to_a_place_that_the_assessor_named(tmp_path: Path) -> None:
    token = {"SUPPLYCHAIN_PYPI_TOKEN": "abc", "PIP_CONFIG_FILE": os.devnull}
    assert endpoint("pypi", {**token, "PIP_INDEX_URL": MIRROR}, tmp_path).credential == "Bearer abc"
    assert endpoint("pypi", token, tmp_path).credential == ""
    assert endpoint("npm", {**token, "NPM_CONFIG_REGISTRY": MIRROR}, tmp_path).credential == ""
    broken = {**token, "SUPPLYCHAIN_PYPI_TOKEN": "a\r\nb", "PIP_INDEX_URL": MIRROR}
    assert endpoint("pypi", broken, tmp_path).credential == ""
