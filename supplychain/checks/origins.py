"""What serves a package, and what fixes its bytes whoever serves it; 5.1 and 5.2 go by the same rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from supplychain import catalog
from supplychain.catalog.interface import PackageRegistry
from supplychain.checks.packages import RESOLVED_BY_CLIENTS, PackageUse
from supplychain.config.approvals import refused
from supplychain.model.case import Case
from supplychain.model.declaration import DeclaredComponent

_LENGTHS = {
    "md5": 32,
    "sha1": 40,
    "sha224": 56,
    "sha256": 64,
    "sha3_256": 64,
    "sha384": 96,
    "sha512": 128,
    "sha3_512": 128,
    "blake2b": 128,
}
"""The hexadecimal digits of each hash function."""
_STRENGTHS = {"sha256": 1, "sha3_256": 1, "sha384": 2, "sha512": 3, "sha3_512": 3, "blake2b": 3}
"""The functions for which nobody can make two files of one hash."""
_HASH = re.compile(r"(?P<algorithm>[a-z0-9_]+):(?P<hex>[0-9a-f]+)")
_FRAGMENT = re.compile(r"[#&](sha256|sha384|sha512)[=:]([0-9a-fA-F]+)")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_REPOSITORY = re.compile(r"(git|hg|svn|bzr)\+|git@|ssh:|git:|[^#?]*\.git([#@].*)?$")


class Form(StrEnum):
    """How a package is fetched."""

    INDEX = "index"
    """By its name, from an index."""
    ADDRESS = "address"
    REPOSITORY = "repository"
    IMAGE = "image"
    ACTION = "action"


def form_of(use: PackageUse) -> Form:
    """Return how a package is fetched."""
    if use.entry is not None:
        if use.is_diverted:
            return Form.INDEX
        return {"address": Form.ADDRESS, "repository": Form.REPOSITORY}.get(use.entry.origin.form, Form.INDEX)
    reference = use.reference
    address = reference.address if reference else None
    if use.component.source == "docker":
        return Form.IMAGE
    if reference is not None and reference.call == "uses":
        return Form.ACTION
    if address is not None:
        return Form.REPOSITORY if _REPOSITORY.match(address) else Form.ADDRESS
    if use.component.source == "github":
        return Form.REPOSITORY
    is_named = use.component.source in RESOLVED_BY_CLIENTS or (reference is not None and reference.call == "import")
    return Form.INDEX if is_named else Form.ADDRESS


def fixed_by(use: PackageUse) -> str:
    """Return what keeps everybody from serving other bytes, of what no index serves: a hash, a commit; empty: nothing."""
    form = form_of(use)
    if form is Form.INDEX:
        return ""
    entry, reference = use.entry, use.reference
    if form is Form.ADDRESS:
        return next(iter(strong(hashes_of(use))), "")
    revision = (entry.origin.commit if entry else reference.revision if reference else None) or ""
    if form is Form.IMAGE:
        return revision if _DIGEST.fullmatch(revision) else ""
    return f"commit {revision}" if _COMMIT.fullmatch(revision) else ""


def hashes_of(use: PackageUse) -> tuple[str, ...]:
    """Return the hashes of what is fetched that stand where it is named, `<algorithm>:<hex>`."""
    entry, reference = use.entry, use.reference
    if entry is not None:
        found = [*entry.hashes, *(file.hash for file in entry.files)]
        address = entry.origin.address
    else:
        found = [reference.checksum] if reference and reference.checksum else []
        address = reference.address if reference else None
    found += [f"{match[1]}:{match[2].lower()}" for match in _FRAGMENT.finditer(address or "")]
    return tuple(dict.fromkeys(found))


def whole(hashes: Iterable[str]) -> tuple[str, ...]:
    """Return the hashes that have all digits of a known function: an empty or a cut one fixes nothing."""
    matches = (_HASH.fullmatch(text) for text in hashes)
    return tuple(match[0] for match in matches if match and len(match["hex"]) == _LENGTHS.get(match["algorithm"]))


def strong(hashes: Iterable[str], least: str = "sha256") -> tuple[str, ...]:
    """Return the whole hashes of functions that are at least as strong as `least`."""
    strengths = ((text, _STRENGTHS.get(text.partition(":")[0], 0)) for text in whole(hashes))
    return tuple(text for text, strength in strengths if strength >= _STRENGTHS[least])


def registry_of(address: str, ecosystem: str) -> PackageRegistry | None:
    """Return the official registry of an ecosystem that an address or a channel's name belongs to.

    Hosts are compared whole, and an address that is not plain https belongs to none.
    """
    known = [entry for entry in catalog.package_registries() if entry.ecosystem == ecosystem]
    if "://" not in address:
        return next((entry for entry in known if address in entry.channels), None)
    parts = split(address)
    if parts is None or parts.scheme != "https" or parts.port not in (None, 443):
        return None
    for entry in known:
        for host, path in entry.bases:
            if parts.hostname == host and f"{parts.path}/".startswith(f"{path}/"):
                return entry
    return None


def split(address: str) -> SplitResult | None:
    """Return an address in its parts, or None where clients would read its host differently."""
    try:
        parts = urlsplit(address)
        ambiguous = re.search(r"[\\\s]", address) or "@" in parts.netloc or parts.port == 0
    except ValueError:
        return None
    return None if ambiguous or not parts.hostname else parts


def mapping_of(case: Case, name: str) -> str | None:
    """Return the index to which the policy maps a package, or its scope; None where it maps neither."""
    index_map = case.policy.trust.index_map
    return index_map.get(name) or index_map.get(name.partition("/")[0])


def is_mapped(case: Case, name: str, address: str) -> bool:
    """Whether the policy maps a package to the index at an address, or to one that the address lies under."""
    index = (mapping_of(case, name) or "").rstrip("/")
    return bool(index) and "/../" not in address and f"{address}/".startswith(f"{index}/")


def approved(case: Case, use: PackageUse) -> DeclaredComponent | None:
    """Return what the declaration states of a package where an approver of the policy approved its bytes; else None.

    Where hashes are known, the approved one is among them.
    """
    declared = case.declaration.of(use.component.id) if case.declaration else None
    if declared is None or declared.approved is None or declared.sha256 is None:
        return None
    project = case.declaration.project if case.declaration else None
    if refused(declared.approved, case.policy, case.now.date(), project.owner if project else None):
        return None
    known = strong(hashes_of(use))
    return declared if not known or f"sha256:{declared.sha256}" in known else None
