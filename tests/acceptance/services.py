"""The services that an online run asks, as servers on loopback that the assessor's own settings name, and runs over them."""

from __future__ import annotations

import base64
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from supplychain import catalog
from supplychain.facts import session
from supplychain.facts.session import Limits
from tests.sound_facts import Record
from tests.standins import OSV, Feeds, Npm, PyPI, StandIn, tarball

TOKENS = {
    "pypi": ("SUPPLYCHAIN_PYPI_TOKEN", "token-of-the-index"),
    "npm": ("SUPPLYCHAIN_NPM_TOKEN", "token-of-the-registry"),
    "osv": ("SUPPLYCHAIN_OSV_TOKEN", "token-of-the-advisories"),
}
"""What the assessor sets, by source."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
HASTY = Limits(connect=2, read=0.3, retries=1, back_off=0.01, longest_wait=1, total=10)
"""Bounds of a run over services that fail: fractions of a second."""


@dataclass(frozen=True)
class Services:
    """An index, a registry, the advisories, and the feeds of what is exploited."""

    pypi: PyPI
    npm: Npm
    osv: OSV
    feeds: Feeds

    @property
    def all(self) -> tuple[StandIn, ...]:
        """All of them."""
        return self.pypi, self.npm, self.osv, self.feeds

    @property
    def connections(self) -> int:
        """How many connections were made to any of them."""
        return sum(server.connections for server in self.all)

    def list_locked(self, root: Path) -> None:
        """List what the locks of a folder name, with the hashes that they state; no file lies behind them."""
        for lock in sorted(root.rglob("*.txt")):
            for name, versions in pinned(lock.read_text()).items():
                for version, digests in versions.items():
                    self.list_python(name, version, digests)
        for lock in sorted(root.rglob("package-lock.json")):
            for path, entry in json.loads(lock.read_text())["packages"].items():
                if path:
                    self.list_node(path.rpartition("node_modules/")[2], entry["version"], entry["integrity"])

    def list_python(self, name: str, version: str, digests: Iterable[str]) -> None:
        """List a release with a wheel of each SHA-256."""
        for digest in dict.fromkeys(digests):
            file = f"{name.replace('-', '_')}-{version}-{digest[:8]}-py3-none-any.whl"
            self.pypi.add(name, version, (file, b""))["hashes"] = {"sha256": digest}

    def list_node(self, name: str, version: str, integrity: str) -> None:
        """List a version with its integrity."""
        dist = self.npm.add(name, version, tarball(name, version))["dist"]
        assert isinstance(dist, dict)
        dist["integrity"] = integrity
        del dist["shasum"]

    def close(self) -> None:
        """Stop all of them."""
        for server in self.all:
            server.close()


def pinned(lock: str) -> dict[str, dict[str, list[str]]]:
    """Return the SHA-256 hashes of each version of each package that a requirements file pins."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for statement in re.split(r"(?m)^(?=\w)", lock):
        if pin := re.match(r"([\w.-]+)==([^\s;\\]+)", statement):
            found[pin[1]][pin[2]] += re.findall(r"sha256:([0-9a-f]{64})", statement)
    return found


def integrity(content: bytes) -> str:
    """Return what a package-lock.json states of bytes that nobody has: 64 of them are its digest."""
    return "sha512-" + base64.b64encode(content.ljust(64, b"-")).decode()


@contextmanager
def serving(home: Path, records: Iterable[Record] = (), cves: Mapping[str, str] | None = None) -> Iterator[Services]:
    """Run the services, and give the assessor settings that name them, an empty home and an empty store of facts.

    `cves` are those that CISA lists, by the day on which it did.
    """
    with ExitStack() as stack:
        services = Services(
            stack.enter_context(PyPI()),
            stack.enter_context(Npm()),
            stack.enter_context(OSV(records)),
            stack.enter_context(Feeds(kev=cves, epss=dict.fromkeys(cves or {}, "0.94"))),
        )
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for source in catalog.fact_sources().values():
            for name in (*source.variables, source.token):
                patch.delenv(name or "NONE", raising=False)
        for name in (*PROXIES, *map(str.lower, PROXIES), "NPM_CONFIG_USERCONFIG"):
            patch.delenv(name, raising=False)
        home.mkdir(parents=True)
        settings = {
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_STATE_HOME": str(home / "state"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": services.pypi.url,
            "NPM_CONFIG_REGISTRY": services.npm.url,
            "SUPPLYCHAIN_OSV_URL": services.osv.url,
            "SUPPLYCHAIN_OSV_DB_URL": services.osv.url,
            "SUPPLYCHAIN_KEV_URL": services.feeds.kev_url,
            "SUPPLYCHAIN_EPSS_URL": services.feeds.epss_url,
            **dict(TOKENS.values()),
        }
        for name, value in settings.items():
            patch.setenv(name, value)
        patch.setattr(session, "Limits", lambda: HASTY)
        yield services
