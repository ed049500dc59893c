"""What tests of facts share: stand-ins that the assessor's configuration names, and nothing of this machine's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from supplychain import catalog
from tests.facts.support import Opening
from tests.standins import Hub, Npm, PyPI


@pytest.fixture(autouse=True)
def assessor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Give the assessor an empty home and no settings; return what a test may set more with."""
    for source in catalog.fact_sources().values():
        for name in (*source.variables, source.token, source.official_token):
            monkeypatch.delenv(name or "NONE", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("NPM_CONFIG_USERCONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / "config"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return monkeypatch


@pytest.fixture
def opening(tmp_path: Path) -> Opening:
    """Return what opens facts over a store of the test."""
    return Opening(tmp_path / "store")


@pytest.fixture
def index(assessor: pytest.MonkeyPatch) -> Iterator[PyPI]:
    """Return a package index that the assessor uses."""
    with PyPI() as server:
        assessor.setenv("PIP_INDEX_URL", server.url)
        yield server


@pytest.fixture
def registry(assessor: pytest.MonkeyPatch) -> Iterator[Npm]:
    """Return an npm registry that the assessor uses."""
    with Npm() as server:
        assessor.setenv("NPM_CONFIG_REGISTRY", server.url)
        yield server


@pytest.fixture
def hub(assessor: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Return a hub that the assessor uses."""
    with Hub() as server:
        assessor.setenv("HF_ENDPOINT", server.url)
        yield server
