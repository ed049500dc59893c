"""Statements on vulnerabilities that a target carries: OpenVEX and CycloneDX, found by name, verified by content.

stated = vex.read(target)
stated.statements, stated.unread
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from supplychain.model.fact import VexStatement
from supplychain.model.reference import Place, Unread
from supplychain.target import Content, File, NotReadError, Target
from supplychain.vex import cyclonedx, openvex
from supplychain.vex.interface import Document, InvalidError

SIZE_LIMIT = 8_000_000
"""Bytes of a file that are read."""
FILES = 200
"""Files that are read."""
STATEMENTS = 10_000
"""Statements of one file that are read."""

_WHAT = "statements on vulnerabilities"
_NAMED = re.compile(r"(?i)(^|/)\.vex/[^/]+\.json$|vex[^/]*\.json$|(\.cdx|(^|/)bom)\.json$")
_SAYS_SO = re.compile(r"(?i)(^|/)\.vex/|(^|[/._-])(open)?vex[._-][^/]*$")
"""Names of files that are meant as statements, whatever is in them."""


@dataclass(frozen=True)
class VexRead:
    """What a target's statements say, and what could not be read of them."""

    statements: tuple[VexStatement, ...] = ()
    unread: tuple[Unread, ...] = ()
    """Files and single statements, each with its line and what is wrong with it."""


class _Form(NamedTuple):
    """A format: the key of its statements, and what reads one."""

    key: str
    statements: Callable[[Document, dict[str, Any], Place], Iterator[VexStatement]]


class _NotJsonError(InvalidError):
    """A file that only its name could make a document of either format."""


def read(target: Target) -> VexRead:
    """Return the statements of a target, and what could not be understood of them.

    A statement without the justification or the action that its status asks for is returned without it: whoever uses
    statements has to refuse it by name.
    """
    statements: list[VexStatement] = []
    unread: list[Unread] = []
    files = [file for file in target.files if _NAMED.search(file.path)]
    for file in files[:FILES]:
        _read(target, file, statements, unread)
    if len(files) > FILES:
        unread.append(_unread(f"{FILES} files are read", Place(file=files[FILES].path), None, len(files) - FILES))
    return VexRead(tuple(statements), tuple(unread))


def _read(target: Target, file: File, statements: list[VexStatement], unread: list[Unread]) -> None:
    place, digest = Place(file=file.path), None
    try:
        content = target.read(file, SIZE_LIMIT)
        digest = content.digest
        values = _values(content)
        form = _form(values)
        if form is None:
            return
        if not isinstance(listed := values[form.key], list):
            raise InvalidError(f"its {form.key} are no list")
    except (NotReadError, InvalidError) as error:
        if type(error) is InvalidError or _SAYS_SO.search(file.path):
            unread.append(_unread(str(error), place, digest))
        return
    document = Document(place, content.digest, values, _lines(content.data, form.key))
    for number, item in enumerate(listed[:STATEMENTS]):
        try:
            if not isinstance(item, dict):
                raise InvalidError("a statement is an object")
            statements.extend(form.statements(document, item, document.at(number)))
        except InvalidError as error:
            unread.append(_unread(str(error), document.at(number), digest))
    if len(listed) > STATEMENTS:
        reason = f"{STATEMENTS:,} statements of a file are read"
        unread.append(_unread(reason, document.at(STATEMENTS), digest, len(listed) - STATEMENTS))


def _unread(reason: str, at: Place, digest: str | None, count: int = 1) -> Unread:
    return Unread(what=_WHAT, reason=reason, count=count, at=at, digest=digest)


def _values(content: Content) -> dict[str, Any]:
    """Return the object that a file holds; empty where it holds something else.

    Raises:
        _NotJsonError: it is no JSON, or nests too deeply.
    """
    try:
        values: Any = json.loads(content.data.decode("utf-8-sig"))
    except RecursionError as error:
        raise _NotJsonError("it nests too deeply") from error
    except ValueError as error:
        raise _NotJsonError(f"it is no JSON: {error}") from error
    return values if isinstance(values, dict) else {}


def _form(values: dict[str, Any]) -> _Form | None:
    """Return which of the two formats a document is of; None where it is of neither.

    Raises:
        InvalidError: it says that it is of one, and lacks what that asks of a document; or it is CSAF.
    """
    if openvex.is_openvex(values):
        return _Form(openvex.KEY, openvex.statements)
    if cyclonedx.is_cyclonedx(values):
        return _Form(cyclonedx.KEY, cyclonedx.statements)
    if isinstance(document := values.get("document"), dict) and "csaf_version" in document:
        raise InvalidError("it is CSAF; OpenVEX and CycloneDX are read")
    return None


def _lines(data: bytes, key: str) -> list[int]:
    """Return the line on which each element of a list of the top level begins."""
    import tree_sitter_json  # here, since few targets carry statements
    from tree_sitter import Language, Parser

    tree = Parser(Language(tree_sitter_json.language())).parse(data)
    lines: list[int] = []
    for top in tree.root_node.named_children:
        for pair in top.named_children:
            name, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if name is not None and value is not None and name.text == f'"{key}"'.encode():
                lines = [child.start_point.row + 1 for child in value.named_children]
    return lines
