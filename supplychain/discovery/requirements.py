"""pip requirement files, by name or by content: the packages that they name.

Nested files are read where discovery finds them. The parser that knows all of pip's lines makes a parser of options for
each, so that it is given only the lines that are more than a name with its versions and marker.
"""

from __future__ import annotations

import re
import tempfile

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.parts import add
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Reference, Resolution

_HASH = re.compile(rb"--hash[=\s]\s*\w+:[0-9a-fA-F]+")
_PLAIN = re.compile(
    rb"(?m)(?<!\\\n)^(?P<asked>[A-Za-z0-9][\w-]*+(?:\[[\w, ]*+\])?+ *+"
    rb"(?:(?:===|[=~!<>]=|[<>]) *+[\w.*+!]++ *+,?+ *+)*+(?:;[\w .,'\"()=<>!~]*+)?+)(?: *+\\\n *+)*+ *+"
    rb"(?:(?<=[ \n])#[^\n\\]*+)?+$"
)
"""A package and its versions, what is left of its hashes, and a comment; a name with a dot may be a file's."""
_OTHER_TEXT = re.compile(rb"[^\n\t -~]|coding[:=]")
_SAYS_MORE = re.compile(rb"(?m)^[ \t]*+[^#\s]")
_NAMED = re.compile(r"(.*/)?(([^/]*requirements|constraints)[^/]*|(requirements|reqs_[^/]*)/[^/]+)\.(txt|in)")
_MISSPELT = re.compile(r"(?i)(.*/)?([^/]*req[a-z]{2,8}m[a-z]{0,4}t|reqs?|[^/]*depend[ae]nc)[^/]*")
_SIZE = 500_000
"""Bytes of a list that nothing but its content says is one."""
_LONGEST = 2_000
_LEAST, _VALID, _PINNED = 2, 0.95, 0.5
"""Lines of such a list, the part of them that are requirements, and the part of those that give a version."""


def read(source: SourceFile) -> Found:
    """Return the packages of a requirement file or a conda environment; a text of another name may be no such file.

    Raises:
        NotParsedError: it is called a requirement file, and is none.
    """
    if _NAMED.fullmatch(source.path) and not source.path.lower().endswith((".yaml", ".yml")):
        return _packages(source)
    from supplychain.discovery import conda  # here, since few targets have such a file, and YAML is slow to import

    if source.path.lower().endswith((".yaml", ".yml")):
        return _environment(source)
    lines = _lines(source)
    if (listed := conda.from_list(lines, source)) is not None:
        return listed
    return _listed(lines, source)


def _environment(source: SourceFile) -> Found:
    """Return the packages of a YAML file that is an environment of conda, and else what any YAML file names."""
    from supplychain.discovery import conda, config, trees  # as above

    text = trees.decoded(source.data)
    found = [conda.environment(root, source) for root in trees.from_yaml(text)] if "dependencies:" in text else []
    known = [part for part in found if part is not None]
    return add(Found(), *known) if known else config.read_yaml(source)


def _lines(source: SourceFile) -> list[tuple[int, str]]:
    """Return the lines that could be requirements, with their numbers; none of a file that is too long for them."""
    if b"\0" in source.data[:1024]:
        raise NotParsedError("it is no text")
    if len(source.data) > _SIZE:
        return []
    text = source.data.decode("utf-8-sig", "replace")
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1)]
    if any(len(line) > _LONGEST for _, line in lines):
        return []
    parted = ((number, re.split(r"\s(?:#|--|\\$)", line)[0].rstrip()) for number, line in lines)
    return [(number, line) for number, line in parted if line and not line.startswith(("#", "-", "@"))]


def _listed(lines: list[tuple[int, str]], source: SourceFile) -> Found:
    """Return the packages of lines of which nearly all are requirements, and so many give a version that it is a list."""
    found, pinned = Found(), 0
    for seen, (number, line) in enumerate(lines, 1):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            reason = "a line that is no requirement as pip reads it"
            found.unresolved.append(source.unresolved(Kind.PACKAGE, number, "requirement", line, reason))
            if len(found.unresolved) > seen * (1 - _VALID) + 3:
                return Found()
            continue
        pinned += bool(requirement.specifier or requirement.url)
        pins = [s.version for s in requirement.specifier if s.operator in {"==", "==="} and "*" not in s.version]
        component = Component(kind=Kind.PACKAGE, source="pypi", name=canonicalize_name(requirement.name))
        facts = {"revision": pins[0] if len(pins) == 1 else None, "address": requirement.url}
        found.references.append(source.refer(component, number, Resolution.LITERAL, "requirement", **facts))
    is_valid = len(found.references) >= _VALID * len(lines)
    is_told = _MISSPELT.fullmatch(source.path) is not None or pinned >= max(_LEAST, _PINNED * len(found.references))
    return found if is_valid and is_told else Found()


def _packages(source: SourceFile) -> Found:
    found = Found()
    data = _HASH.sub(b"", source.data)  # they are not asked for here, and take most of the time
    if not _OTHER_TEXT.search(data):
        data = _plain(data, source, found)
        if not _SAYS_MORE.search(data):
            return found
    _others(data, source, found)
    return found


def _plain(data: bytes, source: SourceFile, found: Found) -> bytes:
    """Add what the plain lines name; return the text with these lines empty."""
    left, end, line = [], 0, 1
    for match in _PLAIN.finditer(data):
        try:
            requirement = Requirement(match["asked"].decode())
        except InvalidRequirement:
            continue
        line += data.count(b"\n", end, match.start())
        pins = [s.version for s in requirement.specifier if s.operator in {"==", "==="} and "*" not in s.version]
        component = Component(kind=Kind.PACKAGE, source="pypi", name=canonicalize_name(requirement.name))
        revision = pins[0] if pins and len(requirement.specifier) == 1 else None
        found.references.append(source.refer(component, line, Resolution.LITERAL, "requirement", revision=revision))
        ends = match[0].count(b"\n")
        left += [data[end : match.start()], b"\n" * ends]
        line, end = line + ends, match.end()
    return b"".join((*left, data[end:]))


def _others(data: bytes, source: SourceFile, found: Found) -> None:
    from pip_requirements_parser import RequirementsFile  # here, since it is slow to import

    with tempfile.NamedTemporaryFile(suffix=".txt") as copy:  # the parser reads files only
        copy.write(data)
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
