"""A small shop of npm, made by the real tools: npm 11.19, Yarn 1.22 and 4.18, and pnpm 7, 8 and 9; hosts are `{npm}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from packageurl.contrib.purl2url import get_download_url

from supplychain.packages.interface import SourceFile
from tests.packages.sources import source

FOLDER = Path(__file__).parent / "fixtures" / "npm"
REGISTRY = str(get_download_url("pkg:npm/x@1")).partition("/x/")[0]  # type: ignore[no-untyped-call]
"""The scheme and the host of the official registry."""


def fixture(name: str, path: str) -> SourceFile:
    """Return a fixture as a file of a target."""
    return source(path, (FOLDER / name).read_text().replace("{npm}", REGISTRY))


def edited(file: SourceFile, old: str, new: str) -> SourceFile:
    """Return a file with a part of its text replaced where it first stands."""
    assert old in file.text, f"{file.path} does not hold {old!r}"
    return source(file.path, file.text.replace(old, new, 1))


def manifests(root: str = "root-package.json") -> dict[str, SourceFile]:
    """Return the manifests of the shop by path."""
    ui = "packages/ui/package.json"
    return {"package.json": fixture(root, "package.json"), ui: fixture("ui-package.json", ui)}


def asking(file: Mapping[str, SourceFile], name: str, range_: str) -> dict[str, SourceFile]:
    """Return manifests of which the first asks for another version of a package."""
    data = json.loads(file["package.json"].text)
    data["dependencies"][name] = range_
    return {**file, "package.json": source("package.json", json.dumps(data, indent=2))}
