"""The JSON forms in which scanners report, each read into what it says.

A form returns None for what is not of it. What a report does not list was not looked at, as far as anybody can tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from packaging.utils import canonicalize_name

from supplychain.model.fact import ScannerHit
from supplychain.scanners.interface import PYTHON, Said, items, texts

_SOURCES = {"pip": "pypi", "poetry": "pypi", "pipenv": "pypi", "yarn": "npm", "pnpm": "npm", "crates.io": "cargo"}
_SOURCES |= {"go": "golang", "gomodules": "golang", "rubygems": "gem", "packagist": "composer"}
"""Names of ecosystems and package managers that are not the source of a component by themselves."""
_EXACT = re.compile(r"==\s*([^\s,;]+)")


def component(ecosystem: str, name: str) -> str:
    """Return the id of a package as an ecosystem, or a package manager, names it."""
    key = ecosystem.partition(":")[0].strip().lower()
    source = _SOURCES.get(key, key) or "unknown"
    return PYTHON + canonicalize_name(name) if source == "pypi" else f"package:{source}/{name}"


def moment(text: object, *, zone_is_utc: bool = False) -> datetime | None:
    """Return the time that a report states; None where it states none, or no time zone and none can be taken."""
    if not isinstance(text, str):
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    if read.tzinfo is None:
        return read.replace(tzinfo=UTC) if zone_is_utc else None
    return read


def safety_check(document: Any) -> Said | None:
    """Read what `safety check --output json` saves; it states its time without a zone, which is taken as UTC."""
    if not isinstance(document, dict) or "scanned_packages" not in document:
        return None
    meta = _object(document, "report_meta")
    said = Said("safety", _text(meta, "safety_version"), written=moment(meta.get("timestamp"), zone_is_utc=True))
    scanned = _object(document, "scanned_packages")
    for package in (value for value in scanned.values() if isinstance(value, dict)):
        name = component("pypi", _text(package, "name"))
        pinned = [exact for entry in items(package, "requirements") if (exact := _pinned(_text(entry, "specifier")))]
        pinned = pinned or [version] if (version := _text(package, "version")) else pinned
        said.assessed += [(name, version) for version in pinned]
        if not pinned:
            said.skipped.append((name, "it is not pinned, and safety leaves such packages out"))
    ignored = items(document, "ignored_vulnerabilities")
    for entry in items(document, "vulnerabilities") + ignored:
        ids = tuple(filter(None, (_text(entry, "vulnerability_id"), _text(entry, "CVE"))))
        name = component("pypi", _text(entry, "package_name"))
        said.hits.append(ScannerHit(component=name, version=_text(entry, "analyzed_version"), ids=ids))
    if not scanned:
        said.problem = "it says that no package was scanned; run safety on a file with pinned packages"
    return said


def safety_scan(document: Any) -> Said | None:
    """Read what `safety scan --output json` saves; it lists packages with vulnerabilities, and no others."""
    if not isinstance(document, dict) or "scan_results" not in document or "meta" not in document:
        return None
    meta, results = _object(document, "meta"), _object(document, "scan_results")
    said = Said("safety", _text(_object(meta, "telemetry"), "safety_version"))
    said.written = moment(meta.get("timestamp"), zone_is_utc=True)
    files = items(results, "files") + [
        file for project in items(results, "projects") for file in items(project, "files")
    ]
    for package in (entry for file in files for entry in items(_object(file, "results"), "dependencies")):
        name = component("pypi", _text(package, "name"))
        for specification in items(package, "specifications"):
            version = _pinned(_text(specification, "raw"))
            if version is None:
                said.skipped.append((name, "it is not pinned, and safety leaves such packages out"))
                continue
            said.assessed.append((name, version))
            known = items(_object(specification, "vulnerabilities"), "known_vulnerabilities")
            hits = (ScannerHit(component=name, version=version, ids=(_text(entry, "id"),)) for entry in known)
            said.hits += hits
    if not files:
        said.problem = "it says that no file was scanned; run safety in the folder of the project"
    return said


def pip_audit(document: Any) -> Said | None:
    """Read what `pip-audit -f json` writes; versions before 2.0 write the list alone."""
    listed = items(document, "dependencies") if isinstance(document, dict) else _list(document)
    is_own = any("vulns" in entry or "skip_reason" in entry for entry in listed)
    if not is_own and not (isinstance(document, dict) and set(document) == {"dependencies", "fixes"}):
        return None
    said = Said("pip-audit")
    for entry in listed:
        name, version = component("pypi", _text(entry, "name")), _text(entry, "version")
        if "vulns" not in entry or not version:
            said.skipped.append((name, _text(entry, "skip_reason") or "it states no result for this package"))
            continue
        said.assessed.append((name, version))
        for found in items(entry, "vulns"):
            ids = (_text(found, "id"), *texts(found, "aliases"))
            said.hits.append(ScannerHit(component=name, version=version, ids=ids))
    if not said.assessed:
        said.problem = "it says that no package was audited; run pip-audit on a file with pinned packages"
    return said


def snyk(document: Any) -> Said | None:
    """Read what `snyk test --json` prints: one project, or a list of them; it lists what is vulnerable only."""
    projects = _list(document) if isinstance(document, list) else [document] if isinstance(document, dict) else []
    if not projects or not all("ok" in project for project in projects):
        return None
    if not any("packageManager" in project or "error" in project for project in projects):
        return None
    said = Said("snyk")
    failed: list[tuple[str, str]] = []
    for project in projects:
        manager = _text(project, "packageManager")
        if project.get("error") or "vulnerabilities" not in project:
            failed.append(
                (_text(project, "path"), f"snyk failed: {_text(project, 'error')[:200] or 'it states no result'}")
            )
            continue
        if project.get("dependencyCount") == 0:
            failed.append(
                (_text(project, "displayTargetFile"), "snyk found no dependency; run it where it can resolve them")
            )
        ignored = items(_object(project, "filtered"), "ignore")
        for entry in items(project, "vulnerabilities") + ignored:
            if entry.get("type") == "license":
                continue
            names = _object(entry, "identifiers")
            ids = (_text(entry, "id"), *texts(names, "CVE"), *texts(names, "GHSA"))
            name = component(_text(entry, "packageManager") or manager, _text(entry, "packageName"))
            said.hits.append(ScannerHit(component=name, version=_text(entry, "version"), ids=ids))
    if len(failed) == len(projects):
        said.problem = failed[0][1]
    else:
        said.skipped += failed
    return _with_hits(said)


def osv_scanner(document: Any) -> Said | None:
    """Read what `osv-scanner --format json` prints, version 1 or 2, of files or of an image.

    It lists packages with vulnerabilities, and all of them only where it was told to.
    """
    own = {"experimental_config", "image_metadata", "experimental_generic_findings"}
    results = items(document, "results")
    if not isinstance(document, dict) or "results" not in document:
        return None
    packages = [entry for result in results for entry in items(result, "packages")]
    if not own & set(document) and not any("package" in entry for entry in packages):
        return None
    said = Said("osv-scanner")
    for entry in packages:
        package = _object(entry, "package")
        name = component(_text(package, "ecosystem"), _text(package, "name"))
        version = _text(package, "version")
        said.assessed.append((name, version))
        for found in items(entry, "vulnerabilities"):
            ids = (_text(found, "id"), *texts(found, "aliases"))
            said.hits.append(ScannerHit(component=name, version=version, ids=ids))
    return said


def uv_audit(document: Any) -> Said | None:
    """Read what `uv audit --output-format json` prints; it counts what it looked at, and lists what is vulnerable."""
    summary = _object(document, "summary")
    if "audited_packages" not in summary:
        return None
    said = Said("uv audit")
    for entry in items(document, "vulnerabilities"):
        package = _object(entry, "dependency")
        ids = (_text(entry, "id"), *texts(entry, "aliases"))
        name = component("pypi", _text(package, "name"))
        said.hits.append(ScannerHit(component=name, version=_text(package, "version"), ids=ids))
    if not summary["audited_packages"]:
        said.problem = "it says that no package was audited; run uv audit in a project with a lock"
    return _with_hits(said)


def trivy(document: Any) -> Said | None:
    """Read what `trivy image --format json` prints: every vulnerability in the image, which is one component.

    The image is assessed at each digest that the report gives it; what was scanned without one is nothing that a file
    of the target can name.
    """
    if not isinstance(document, dict) or document.get("ArtifactType") != "container_image":
        return None
    said = Said("trivy", written=moment(document.get("CreatedAt")))
    results = items(document, "Results")
    ids = [_text(entry, "VulnerabilityID") for result in results for entry in items(result, "Vulnerabilities")]
    for name in texts(_object(document, "Metadata"), "RepoDigests"):
        image, _, digest = name.partition("@")
        used = (component("docker", image), digest)
        said.assessed.append(used)
        said.hits += (ScannerHit(component=used[0], version=digest, ids=(id_,)) for id_ in dict.fromkeys(ids) if id_)
    if not said.assessed:
        said.problem = "it gives no digest of the image; scan the image that a registry serves, by its digest"
    elif not results:
        said.problem = "it says that nothing in the image was looked at"
    return said


FORMS: dict[str, Callable[[Any], Said | None]] = {
    "safety check": safety_check,
    "safety scan": safety_scan,
    "pip-audit": pip_audit,
    "snyk": snyk,
    "osv-scanner": osv_scanner,
    "uv audit": uv_audit,
    "trivy": trivy,
}
"""The forms by the keys that the catalog gives them."""


def _with_hits(said: Said) -> Said:
    said.assessed = list(dict.fromkeys((hit.component, hit.version) for hit in said.hits))
    return said


def _pinned(text: str) -> str | None:
    exact = _EXACT.search(text)
    return exact[1] if exact and "," not in text and "*" not in text else None


def _object(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
