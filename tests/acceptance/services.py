"""The services that an online run asks, as servers on loopback that the assessor's own settings name, and runs over them."""

from __future__ import annotations

import base64
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from supplychain import catalog
from supplychain.facts import session
from supplychain.facts.session import Limits
from tests.sound_facts import OTHERS, Record, record
from tests.sound_hub import DATASET, MODEL
from tests.standins import OSV, Feeds, Hub, Npm, Pages, PyPI, StandIn, tarball
from tests.support import BuiltTarget, sound_target

TOKENS = {
    "pypi": ("SUPPLYCHAIN_PYPI_TOKEN", "token-of-the-index"),
    "npm": ("SUPPLYCHAIN_NPM_TOKEN", "token-of-the-registry"),
    "osv": ("SUPPLYCHAIN_OSV_TOKEN", "token-of-the-advisories"),
    "huggingface": ("SUPPLYCHAIN_HF_TOKEN", "token-of-the-hub"),
}
"""What the assessor sets, by source."""
PACKAGES = ("5.1", "5.2", "5.3", "5.4", "5.5")
OTHER_HUBS = ("kaggle", "depsdev", "scorecard", "zenodo", "openml")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
PATIENT = Limits(connect=5, read=5, retries=2, back_off=0.01, longest_wait=1, total=30)
"""Little waiting, and enough time for a busy machine."""
HASTY = replace(PATIENT, read=0.3, retries=0, total=2)
"""For services that never answer."""


def _earlier(package: str) -> list[Record]:
    """Return what makes a record of npm affect versions before 1.2.0."""
    ranges = [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.0"}]}]
    return [{"package": {"ecosystem": "npm", "name": package}, "ranges": ranges}]


LEFT_PAD = "sha512-" + base64.b64encode(b"left-pad".ljust(64, b"-")).decode()
QUIET = (*OTHERS, record("GHSA-npm", "left-pad", affected=_earlier("left-pad")))
"""Records that affect nothing of the target: on other packages, and on earlier versions."""


def served_target(folder: Path) -> BuiltTarget:
    """Return the sound target with a package of npm, and without its image, of which no service says anything."""
    manifest = {"name": "web", "version": "1.0.0", "dependencies": {"left-pad": "1.3.0"}}
    entry = {"version": "1.3.0", "integrity": LEFT_PAD}
    lock = {
        "name": "web",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "packages": {"": manifest, "node_modules/left-pad": entry},
    }
    target = sound_target(folder).remove("Dockerfile")
    return target.plant("web/package.json", json.dumps(manifest)).plant("web/package-lock.json", json.dumps(lock))


@dataclass(frozen=True)
class Services:
    """An index, a registry, the advisories, the feeds of what is exploited, a hub, and what stands for all other hubs."""

    pypi: PyPI
    npm: Npm
    osv: OSV
    feeds: Feeds
    hub: Hub
    others: Pages

    @property
    def all(self) -> tuple[StandIn, ...]:
        """All of them."""
        return self.pypi, self.npm, self.osv, self.feeds, self.hub, self.others

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
            self.list_nodes(lock)

    def list_nodes(self, lock: Path) -> None:
        """List what a package-lock.json names."""
        for path, entry in json.loads(lock.read_text())["packages"].items():
            if path:
                self.list_node(path.rpartition("node_modules/")[2], entry["version"], entry["integrity"])

    def list_python(self, name: str, version: str, digests: Iterable[str]) -> None:
        """List a release with a wheel of each SHA-256."""
        for digest in dict.fromkeys(digests):
            file = f"{name.replace('-', '_')}-{version}-{digest[:8]}-py3-none-any.whl"
            self.pypi.add(name, version, (file, b""))["hashes"] = {"sha256": digest}

    def list_node(self, name: str, version: str, integrity: str, **more: object) -> None:
        """List a version with its integrity, and with what else its `dist` says."""
        dist = self.npm.add(name, version, tarball(name, version))["dist"]
        assert isinstance(dist, dict)
        dist |= {"integrity": integrity, **more}
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
            stack.enter_context(Hub()),
            stack.enter_context(Pages()),
        )
        services.hub.add(MODEL)
        services.hub.add(DATASET)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for source in catalog.fact_sources().values():
            for name in (*source.variables, source.token, source.official_token):
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
            "HF_ENDPOINT": services.hub.url,
            "HF_TOKEN": "token-of-the-official-hub",
            **{catalog.fact_sources()[name].variables[0]: services.others.url for name in OTHER_HUBS},
            **dict(TOKENS.values()),
        }
        for name, value in settings.items():
            patch.setenv(name, value)
        patch.setattr(session, "Limits", lambda: PATIENT)
        yield services
