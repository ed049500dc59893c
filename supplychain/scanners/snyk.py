"""`snyk test` over what this run found, where the assessor has an account: SNYK_TOKEN is set and snyk on the PATH.

It runs on locks that this module writes, in a folder and a home of its own, so that no `.snyk`, no settings and no
endpoint of the target is read, and nothing is installed to find out what a package needs. It sends names and versions
of packages to Snyk and matches against Snyk's own data. Exit codes: 0 and 1 are results, 2 and 3 are failures
(https://docs.snyk.io/snyk-cli/commands/test).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from supplychain.model.fact import ScannerHit
from supplychain.scanners import forms
from supplychain.scanners.interface import PYTHON, FailedError, Said, pins
from supplychain.scanners.process import NOWHERE, environment, run, written

SCANNER = "snyk"
_NPM = "package:npm/"
_NPM_NAME = re.compile(r"(?:@[a-z0-9][a-z0-9._~-]{0,100}/)?[a-z0-9][a-z0-9._~-]{0,100}")
_NPM_VERSION = re.compile(r"\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][0-9A-Za-z.+-]{1,60})?")
_OF_THE_ASSESSOR = ("SNYK_TOKEN", "SNYK_API", "SNYK_CFG_ORG", "NODE_EXTRA_CA_CERTS", "PATH")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
_LEFT_OUT = frozenset({"setuptools", "distribute", "pip", "wheel"})
"""Packages that snyk-poetry-lockfile-parser 1.10 drops."""
_FAILED = {2: "it failed", 3: "it found nothing that it supports"}


def is_ready() -> bool:
    """Whether the assessor's environment has a token and the program."""
    return bool(os.environ.get("SNYK_TOKEN")) and _program() is not None


def _program() -> str | None:
    """Return where snyk lies; a folder of the PATH that is relative may lie in a target, and is passed over."""
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]  # noqa: PTH117 - text
    return shutil.which("snyk", path=os.pathsep.join(folders))


def scan(packages: Iterable[tuple[str, str]]) -> Said:
    """Return what snyk says of Python and npm packages, the first version of each.

    Raises:
        FailedError: it gave no result.
    """
    packages = list(packages)
    python, skipped = pins(packages)
    said = Said(SCANNER, skipped=skipped)
    said.skipped += [
        (pin.component, "snyk leaves it out of every lock of Poetry") for pin in python if pin.name in _LEFT_OUT
    ]
    original = {pin.key: (pin.component, pin.version) for pin in python if pin.name not in _LEFT_OUT}
    for component, version in packages:
        if component.startswith(_NPM):
            if _NPM_NAME.fullmatch(component.removeprefix(_NPM)) and _NPM_VERSION.fullmatch(version):
                original[component, version] = component, version
            else:
                said.skipped.append((component, f"its name, or its version {version}, is none that npm allows"))
    first: dict[str, str] = {}
    for component, version in original:
        if first.setdefault(component, version) != version:
            reason = f"snyk is handed one version of each package, and not {version}"
            said.skipped.append((original[component, version][0], reason))
    for manager, prefix in (("poetry", PYTHON), ("npm", _NPM)):
        versions = {component: version for component, version in first.items() if component.startswith(prefix)}
        if versions:
            _add(said, manager, versions)
    if not first:
        raise FailedError("there is no Python or npm package to hand to it")
    said.assessed = [original[key] for key in said.assessed]
    said.hits = [_renamed(hit, *original[hit.component, hit.version]) for hit in said.hits]
    return said


def _renamed(hit: ScannerHit, component: str, version: str) -> ScannerHit:
    return ScannerHit(component=component, version=version, ids=hit.ids)


def _add(said: Said, manager: str, versions: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="supplychain-snyk-") as name:
        folder = Path(name).resolve()
        lock = _poetry(folder, versions) if manager == "poetry" else _npm(folder, versions)
        saved = folder / "report.json"
        program = _program()
        if program is None:
            raise FailedError("it is no longer on the PATH")
        options = ["test", "--json", f"--file={lock}", "--ignore-policy"]
        ended = run([program, *options], folder, _env(folder), output=saved)
        report = _json(written(saved))
    found = forms.snyk(report)
    if ended.code not in {0, 1}:
        why = (found.problem if found else "") or ended.said or _FAILED.get(ended.code, "it failed")
        raise FailedError(f"{why} (exit code {ended.code}); see that the token is valid and run again")
    if found is None or not isinstance(report, dict):
        raise FailedError("its report is cut short or is no report; run again")
    if found.problem or bool(report.get("vulnerabilities")) != (ended.code == 1):
        raise FailedError(found.problem or "its exit code and its report disagree on whether something is vulnerable")
    ours = [hit for hit in found.hits if versions.get(hit.component) == hit.version]
    said.hits += ours
    counted = report.get("dependencyCount")
    if counted == len(versions):
        said.assessed += versions.items()
        return
    named = dict.fromkeys((hit.component, hit.version) for hit in ours)
    said.assessed += named
    reason = f"snyk says that it looked at {counted} of {len(versions)} packages, and not at which"
    said.skipped += [(component, reason) for component, at in versions.items() if (component, at) not in named]


def _env(folder: Path) -> dict[str, str]:
    own = {
        name: value for name, value in environment(folder).items() if value != NOWHERE and name.lower() != "no_proxy"
    }
    given = {name: os.environ[name] for name in (*_OF_THE_ASSESSOR, *_PROXIES) if name in os.environ}
    return own | given | {"SNYK_DISABLE_ANALYTICS": "1", "CI": "1"}


def _poetry(folder: Path, versions: dict[str, str]) -> str:
    """Write a lock that snyk reads without installing anything; for a list of requirements it would run Python."""
    pairs = [(component.removeprefix(PYTHON), version) for component, version in versions.items()]
    head = '[tool.poetry]\nname = "assessed"\nversion = "0"\n\n[tool.poetry.dependencies]\n'
    (folder / "pyproject.toml").write_text(head + "".join(f'"{name}" = "{at}"\n' for name, at in pairs), "ascii")
    entry = '[[package]]\nname = "{}"\nversion = "{}"\noptional = false\npython-versions = "*"\n\n'
    tail = '[metadata]\nlock-version = "2.0"\npython-versions = "*"\ncontent-hash = ""\n'
    (folder / "poetry.lock").write_text("".join(entry.format(*pair) for pair in pairs) + tail, "ascii")
    return "poetry.lock"


def _npm(folder: Path, versions: dict[str, str]) -> str:
    pairs = {component.removeprefix(_NPM): version for component, version in versions.items()}
    root = {"name": "assessed", "version": "0.0.0", "dependencies": pairs}
    entries: dict[str, object] = {"": root}
    entries |= {f"node_modules/{name}": {"version": version} for name, version in pairs.items()}
    lock = {"name": "assessed", "version": "0.0.0", "lockfileVersion": 3, "requires": True, "packages": entries}
    (folder / "package.json").write_text(json.dumps(root), "ascii")
    (folder / "package-lock.json").write_text(json.dumps(lock), "ascii")
    return "package-lock.json"


def _json(data: bytes) -> object:
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value
