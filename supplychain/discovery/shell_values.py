"""What the words of a shell script can be: variables that it sets, defaults, loops and the arguments of functions."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from supplychain.discovery.interface import NotParsedError
from supplychain.discovery.words import Word
from supplychain.model.reference import Resolution

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPED = re.compile(r"\\(\r?\n)|\\(.)", re.DOTALL)
_MOST = 20
"""Values of one variable, and variables inside each other, that are looked at."""
_LOOKED_AT = 50
"""Assignments before a use that are looked at."""
_LENGTH = 20_000
_STEPS = 200_000
_EXPANSIONS = frozenset(
    {"simple_expansion", "expansion", "command_substitution", "arithmetic_expansion", "process_substitution"}
)
_QUOTED = frozenset({"string", "translated_string", "heredoc_body"})
ANYWHERE = "*"
"""Stands for every function, and for what is outside of them."""
_DEFAULTS = frozenset({":-", "-", ":=", "="})


@dataclass(frozen=True)
class Assigned:
    """One assignment to a variable."""

    words: tuple[Node, ...]
    start: int
    scope: tuple[int, int]
    """The bytes in which it certainly holds once it is made."""
    function: str | None
    how: str
    """`set`, `append`, `array`, `loop`, or `unknown`."""


@dataclass
class Variables:
    """The variables of one script."""

    first_line: int
    given: Mapping[str, Word]
    assigned: dict[tuple[str, str | None], list[Assigned]] = field(default_factory=dict)
    """The assignments to each name in each function and outside of them, and in the whole script, in their order."""
    calls: dict[str, list[tuple[Node, ...]]] = field(default_factory=dict)
    """The arguments that each function of the script is called with."""
    _steps: int = 0
    _active: set[tuple[str, str | None]] = field(default_factory=set)

    def assign(self, name: str, entry: Assigned) -> None:
        """Note an assignment; they come in the order of the script."""
        self.assigned.setdefault((name, entry.function), []).append(entry)
        self.assigned.setdefault((name, ANYWHERE), []).append(entry)

    def settings(self) -> list[tuple[str, Word]]:
        """Return the variables that the script sets, each with each of its values."""
        found = []
        for (name, function), entries in self.assigned.items():
            for entry in entries if function != ANYWHERE else ():
                if entry.how == "set" and entry.words:
                    found += [(name, value) for value in self.values(entry.words[0], entry.function)]
        return found

    def words(self, node: Node, function: str | None) -> list[list[Word]]:
        """Return the words that an argument can become; each possibility is a list, since it can be split.

        Raises:
            NotParsedError: its variables build on each other without end.
        """
        held = _array(node)
        if held is not None:
            elements = self._elements(held, node, function)
            return [elements] if elements is not None else [[self._unknown(node)]]
        values = self.values(node, function)
        if node.type in {"simple_expansion", "expansion"}:
            return [
                [value.part(text) for text in value.text.split()] if value.is_known else [value] for value in values
            ]
        return [[value] for value in values]

    def values(self, node: Node, function: str | None, depth: int = 0) -> list[Word]:
        """Return the texts that a node can become, at least one."""
        if depth > _MOST:
            return [self._unknown(node)]
        if node.type in {"simple_expansion", "expansion"}:
            self._steps += 1
            if self._steps > _STEPS:
                raise NotParsedError("its variables build on each other without end", self.first_line)
            return self._expansion(node, function, depth)
        if node.type in _EXPANSIONS:
            return [self._unknown(node)]
        if node.type == "raw_string":
            return [self._literal(node, _text(node)[1:-1])]
        if node.type == "ansi_c_string":
            return [self._literal(node, _text(node)[2:-1])]
        if node.type in _QUOTED:
            return self._parts(node, function, depth, _quoted_range(node))
        if node.type in {"concatenation", "command_name"}:
            return self._joined(node, [self.values(child, function, depth + 1) for child in node.children])
        text = _text(node)
        return [self._literal(node, _ESCAPED.sub(lambda m: m[2] or "", text) if "\\" in text else text)]

    def _parts(self, node: Node, function: str | None, depth: int, inside: tuple[int, int]) -> list[Word]:
        """Return the texts of a string in double quotes, whose literal parts have no nodes of their own."""
        parts: list[list[Word]] = []
        data = node.text or b""
        position = inside[0]
        for child in [child for child in node.children if child.type in _EXPANSIONS]:
            start, end = child.start_byte - node.start_byte, child.end_byte - node.start_byte
            parts.append([self._literal(node, _unescaped(data[position:start]))])
            parts.append(self.values(child, function, depth + 1))
            position = end
        parts.append([self._literal(node, _unescaped(data[position : len(data) - inside[1]]))])
        return self._joined(node, parts)

    def _joined(self, node: Node, parts: list[list[Word]]) -> list[Word]:
        count = max((len(part) for part in parts), default=1)
        found = []
        for index in range(count):
            chosen = [part[index % len(part)] for part in parts]
            text = "".join(word.text for word in chosen)
            if len(text) > _LENGTH:
                return [self._unknown(node)]
            word = Word(text, self.line(node), _weakest(chosen), is_known=all(word.is_known for word in chosen))
            found.append(word)
        return found or [self._literal(node, "")]

    def _expansion(self, node: Node, function: str | None, depth: int) -> list[Word]:
        name = next((child for child in node.children if child.type in {"variable_name", "subscript"}), None)
        operator = next((c.type for c in node.children if not c.is_named and c.type not in {"$", "${", "}"}), "")
        if name is None or operator not in {"", *_DEFAULTS, ":?", "?"}:
            return [self._unknown(node)]
        if name.type == "subscript":
            found = self._subscript(name, node, function)
        else:
            found = self.of(_text(name), node, function, depth)
        if operator in _DEFAULTS and any(not word.is_known for word in found):
            default = [child for child in node.named_children if child.start_byte > name.start_byte]
            stated = self._joined(node, [self.values(child, function, depth + 1) for child in default])
            known = [word for word in found if word.is_known]
            found = known + [replace(word, resolution=Resolution.DEFAULT) if word.is_known else word for word in stated]
        return [replace(word, line=self.line(node)) for word in found]

    def of(self, name: str, node: Node, function: str | None, depth: int = 0) -> list[Word]:
        """Return the values that a variable can have at a node."""
        if name.isdigit():
            return self._argument(int(name), node, function, depth)
        key = (name, function)
        if key in self._active or depth > _MOST:
            return [self.given.get(name, self._unknown(node))]
        reaching = self._reaching(name, node, function)
        if not reaching:
            return [self.given.get(name, self._unknown(node))]
        self._active.add(key)
        try:
            return self._assigned(reaching, node, depth)
        finally:
            self._active.discard(key)

    def _assigned(self, reaching: list[Assigned], node: Node, depth: int) -> list[Word]:
        if any(entry.how == "append" for entry in reaching):
            parts = [self.values(entry.words[0], entry.function, depth + 1)[:1] for entry in reaching if entry.words]
            found = self._joined(node, parts)
        else:
            found = []
            for entry in reaching:
                if entry.how == "loop":
                    found += [word for part in entry.words for way in self.words(part, entry.function) for word in way]
                elif entry.how == "set" and entry.words:
                    found += self.values(entry.words[0], entry.function, depth + 1)
                elif entry.how != "set":
                    found.append(self._unknown(node))
        constant = [
            replace(w, resolution=Resolution.CONSTANT) if w.resolution is Resolution.COMMAND and w.is_known else w
            for w in found
        ]
        shown = [self._unknown(node) if not w.is_known and w.text.startswith("$") else w for w in constant]
        return self._bounded(_unique(shown), node)

    def _reaching(self, name: str, node: Node, function: str | None) -> list[Assigned]:
        """Return the assignments of which one gives a variable its value at a node."""
        own = self.assigned.get((name, function), [])
        if not own:
            return self.assigned.get((name, ANYWHERE), [])[-_LOOKED_AT:]
        end = bisect.bisect_left(own, node.start_byte, key=lambda entry: entry.start)
        before = own[max(end - _LOOKED_AT, 0) : end] or own[:_LOOKED_AT]
        for index in range(len(before) - 1, -1, -1):
            entry = before[index]
            if entry.how != "append" and entry.scope[0] <= node.start_byte < entry.scope[1]:
                return before[index:]
        return before

    def _argument(self, position: int, node: Node, function: str | None, depth: int) -> list[Word]:
        """Return what a function of the script is called with."""
        calls = self.calls.get(function or "", [])
        key = (str(position), function)
        if not calls or position == 0 or key in self._active:
            return [self._unknown(node)]
        self._active.add(key)
        try:
            found = []
            for call in calls[:_MOST]:
                given = self.values(call[position - 1], None, depth + 1) if len(call) >= position else []
                found += [w if w.is_known else self._unknown(node) for w in given] or [self._unknown(node)]
        finally:
            self._active.discard(key)
        constant = [replace(w, resolution=Resolution.CONSTANT) if w.is_known else w for w in found]
        return self._bounded(_unique(constant), node)

    def _bounded(self, found: list[Word], node: Node) -> list[Word]:
        """Return the values, at least one; what is beyond the limit is not known."""
        more = [self._unknown(node)] if len(found) > _MOST else []
        return [*found[:_MOST], *more] or [self._unknown(node)]

    def _subscript(self, name: Node, node: Node, function: str | None) -> list[Word]:
        held, index = name.child_by_field_name("name"), name.child_by_field_name("index")
        elements = self._elements(_text(held), node, function) if held else None
        if elements is None or index is None:
            return [self._unknown(node)]
        if index.type == "number" and _text(index).isdigit() and int(_text(index)) < len(elements):
            return [elements[int(_text(index))]]
        joined = " ".join(word.text for word in elements)
        is_known = all(word.is_known for word in elements) and _text(index) in {"@", "*"}
        return (
            [replace(self._unknown(node), text=joined, is_known=True, resolution=Resolution.CONSTANT)]
            if is_known
            else elements
        )

    def _elements(self, name: str, node: Node, function: str | None) -> list[Word] | None:
        """Return the elements of an array, or None where they are not known."""
        reaching = self._reaching(name, node, function)
        key = (f"{name}[]", function)
        if not reaching or any(entry.how != "array" for entry in reaching) or key in self._active:
            return None
        self._active.add(key)
        try:
            found = [word for entry in reaching for part in entry.words for word in self.words(part, entry.function)[0]]
        finally:
            self._active.discard(key)
        here = [replace(word, line=self.line(node)) for word in found]
        return [
            replace(w, resolution=Resolution.CONSTANT) if w.resolution is Resolution.COMMAND and w.is_known else w
            for w in here
        ]

    def line(self, node: Node) -> int:
        """Return the line of the file that a node begins on."""
        return self.first_line + node.start_point.row

    def _literal(self, node: Node, text: str) -> Word:
        return Word(text, self.line(node))

    def _unknown(self, node: Node) -> Word:
        return Word(_text(node).strip('"'), self.line(node), is_known=False)


def _weakest(words: Iterable[Word]) -> Resolution:
    """Return how a text is resolved that is put together of these."""
    resolutions = {word.resolution for word in words}
    order = (Resolution.DEFAULT, Resolution.CONSTANT)
    return next((resolution for resolution in order if resolution in resolutions), Resolution.COMMAND)


def _array(node: Node) -> str | None:
    """Return the name of the array that an argument consists of, `"${NAME[@]}"`, or None."""
    inner = node.named_children[0] if node.type == "string" and len(node.named_children) == 1 else node
    match = re.fullmatch(r'"?\$\{(\w+)\[[@*]\]\}"?', _text(node)) if inner.type == "expansion" else None
    return match[1] if match else None


def _quoted_range(node: Node) -> tuple[int, int]:
    """Return how many bytes at the start and the end of a string are its quotes."""
    data = node.text or b""
    if node.type == "heredoc_body":
        return 0, 0
    start = 2 if data.startswith(b'$"') else 1
    return start, 1 if len(data) > start and data.endswith(b'"') else 0


def _unescaped(data: bytes) -> str:
    return re.sub(r'\\(["$`\\])', r"\1", data.decode("utf-8", "replace"))


def _unique(words: Iterable[Word]) -> list[Word]:
    return list({(word.text, word.is_known): word for word in words}.values())


def _text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""
