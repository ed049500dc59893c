"""The license of the target itself: what its metadata states, and the text at its top."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

from supplychain.config.loading import line_of
from supplychain.licenses.names import license_of
from supplychain.licenses.texts import LIMIT, is_license_file, recognize
from supplychain.model.license import PROJECT, LicenseStatement
from supplychain.model.reference import Place
from supplychain.target import NotReadError, Target

_CLASSIFIER = "License :: "


def own_license(target: Target) -> Iterator[LicenseStatement]:
    """Yield what the target states of its own license."""
    for path, reader in (("pyproject.toml", _pyproject), ("package.json", _package)):
        text = _text(target, path)
        for stated, line in reader(text) if text else ():
            place = Place(file=path, line=line)
            yield LicenseStatement(
                component=PROJECT, stated=stated, license=license_of(stated), origin="metadata", at=place
            )
    for file in target.files:
        if "/" in file.path or not is_license_file(file.path):
            continue
        text = _text(target, file.path)
        if text is not None:
            found = recognize(text.encode())
            stated = f"the text of {found}" if found else "a text that the catalog does not know"
            place = Place(file=file.path, line=1)
            yield LicenseStatement(component=PROJECT, stated=stated, license=found, origin="license file", at=place)


def _text(target: Target, path: str) -> str | None:
    file = target.get(path)
    try:
        return target.read(file, LIMIT).data.decode("utf-8-sig", "replace") if file else None
    except NotReadError:
        return None


def _pyproject(text: str) -> Iterator[tuple[str, int]]:
    try:
        project: Any = tomllib.loads(text).get("project")
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    if not isinstance(project, dict):
        return
    given = project.get("license")
    stated = given.get("text") if isinstance(given, dict) else given
    if isinstance(stated, str):
        if len(stated) <= 300:  # a whole text may stand there
            yield stated, line_of(text, ("project", "license"))
        return
    for classifier in project.get("classifiers") or ():
        if isinstance(classifier, str) and classifier.startswith(_CLASSIFIER):
            yield classifier.rpartition(" :: ")[2], line_of(text, ("project", "classifiers"))


def _package(text: str) -> Iterator[tuple[str, int]]:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    stated = document.get("license") if isinstance(document, dict) else None
    if isinstance(stated, str):
        line = next((n for n, row in enumerate(text.splitlines(), 1) if '"license"' in row), 1)
        yield stated, line
