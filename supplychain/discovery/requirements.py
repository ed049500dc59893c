"""pip requirement files: the packages that they name. Nested files are read where discovery finds them."""

from __future__ import annotations

import re
import tempfile

from packaging.utils import canonicalize_name
from pip_requirements_parser import RequirementsFile

from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Reference, Resolution

_HASH = re.compile(rb"--hash[=\s]\s*\w+:[0-9a-fA-F]+")


def read(source: SourceFile) -> Found:
    """Return the packages of a requirement file.

    Raises:
        NotParsedError: it is not one.
    """
    found = Found()
    with tempfile.NamedTemporaryFile(suffix=".txt") as copy:  # the parser reads files only
        copy.write(_HASH.sub(b"", source.data))  # they are not asked for here, and take most of the time
        copy.flush()
        try:
            parsed = RequirementsFile.from_file(copy.name, include_nested=False)
        except Exception as error:
            raise NotParsedError(f"not a requirement file: {type(error).__name__}") from error
    for requirement in parsed.requirements:
        line = requirement.requirement_line.line_number
        if not requirement.name:
            text = requirement.requirement_line.line
            reason = "an address or a folder without a package name"
            found.unresolved.append(source.unresolved(Kind.PACKAGE, line, "requirement", text, reason))
            continue
        pinned = requirement.get_pinned_version if requirement.is_pinned else None
        if pinned and "*" in pinned:
            pinned = None  # a range
        found.references.append(
            Reference(
                component=Component(kind=Kind.PACKAGE, source="pypi", name=canonicalize_name(requirement.name)),
                at=source.at(line),
                resolution=Resolution.LITERAL,
                call="requirement",
                revision=pinned,
                address=requirement.link.url if requirement.link else None,
                digest=source.digest,
            )
        )
    for invalid in parsed.invalid_lines:
        reason = "a line that is no requirement as pip reads it"
        found.unresolved.append(
            source.unresolved(Kind.PACKAGE, invalid.line_number, "requirement", invalid.line, reason)
        )
    return found
