"""Bicep: its resources and modules as those of the ARM template that they become.

param location string = 'westeurope'
resource ai 'Microsoft.CognitiveServices/accounts@2023-05-01' = { kind: 'OpenAI', location: location }

Parameters with their defaults and variables stand for their values; what is made by a function stays as it is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from supplychain import catalog
from supplychain.discovery import infrastructure, trees
from supplychain.discovery.configured import from_tree, unique
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.nodes import DEPTH_LIMIT, NODES_LIMIT, Entry, Node

_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+|//[^\n]*|/\*(?:.*?\*/|.*))|(?P<line>\n)|'''\n?(?P<block>.*?)(?:'''|\Z)|'(?P<text>(?:\\.|[^'\\\n])*)'"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<other>.)",
    re.DOTALL,
)
_NAMED = re.compile(r"(?P<type>[\w.]+(?:/[\w.]+)*)@[\w.-]+")
_OPENS, _CLOSES = "{[(", "}])"
_TEXT = 2_000
"""Characters of a text that are kept: each name that is filled in may hold others."""
_EXPRESSION = 300
"""Characters of an expression that are kept."""


def read(source: SourceFile) -> Found:
    """Return what a Bicep file names, and where its resources are made.

    Raises:
        NotParsedError: its brackets do not match, or it is beyond a limit.
    """
    text = trees.decoded(source.data)
    if "Microsoft." not in text and "br" not in text:
        return Found()
    trees.bounded(text)
    root = _Reader(_tokens(text)).template()
    found = from_tree(root, source)
    found.endpoints += infrastructure.of_template(root, source)
    return unique(found)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(_Token(kind, match[kind], line))
        if len(found) > NODES_LIMIT:
            raise NotParsedError(f"it has more than {NODES_LIMIT:,} words", line)
        line += match[0].count("\n")
    return found


@dataclass
class _Reader:
    """One pass over the words of one file."""

    tokens: list[_Token]
    position: int = 0
    values: dict[str, Node] = field(default_factory=dict)
    """Parameters and variables that have a value."""
    depth: int = 0

    def template(self) -> Node:
        """Return the resources of the file, and what its modules of the public registry make, as a template."""
        while self.position < len(self.tokens):
            if (token := self._next()).text in {"param", "var"} and token.kind == "word":
                self._value()
            elif token.text == "'" or token.text in _OPENS:
                self.position -= 1
                self._expression()
        self.position = 0
        resources: list[Node] = []
        while self.position < len(self.tokens):
            token = self._next()
            if token.kind == "word" and token.text in {"resource", "module"}:
                resources += self._resource()
        return Node(1, entries=[Entry("resources", 1, Node(1, items=resources))])

    def _value(self) -> None:
        """Read a parameter or variable: its name, what type it is, and what it is given."""
        name = self._next().text
        while self._peek().kind in {"word", "text"} or self._peek().text in {"[", "]", "|", "?"}:
            self._next()
        if self._peek().text == "=":
            self._next()
            self.values[name] = self._expression()

    def _resource(self) -> list[Node]:
        """Return a resource, or the one that a module of the registry makes, after `resource` or `module`."""
        if self._peek().kind != "word":
            return []
        self._next()
        named = self._peek()
        if named.kind != "text":
            return []
        self._next()
        is_existing = self._peek().text == "existing"
        while self._peek().kind == "word":
            self._next()
        if self._peek().text != "=":
            return []
        self._next()
        body = self._body()
        if body is None or is_existing:
            return []
        match = _NAMED.fullmatch(named.text)
        kind = match["type"] if match else _of_module(named.text)
        if match is None:
            body = body.get("params") or Node(named.line)
        made = Node(named.line, entries=[Entry("type", named.line, Node(named.line, text=kind)), *body.entries])
        return [made] if kind else []

    def _body(self) -> Node | None:
        """Return the object of a resource, which may have a condition or a loop before it."""
        if self._peek().text == "[":
            while self._peek().text not in {":", ""}:
                self._next()
            self._next()
        if self._peek().text == "if":
            self._next()
            self._skip()
        return self._expression() if self._peek().text == "{" else None

    def _expression(self) -> Node:
        """Return a value: a text, a list, an object, the value of a name, or what is written."""
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise NotParsedError(f"it is nested deeper than {DEPTH_LIMIT} levels", self._peek().line)
        token = self._peek()
        start = self.position
        found: Node | None = None
        if token.text == "{" and token.kind == "other":
            found = self._object()
        elif token.text == "[" and token.kind == "other":
            found = self._list()
        elif token.kind in {"text", "block"}:
            self._next()
            found = Node(token.line, text=self._filled(token.text))
        elif token.kind == "word":
            self._next()
            known = self.values.get(token.text)
            found = Node(token.line, known.text, known.items, known.entries) if known else None
        self.depth -= 1
        if self._ends():
            return found or Node(token.line, text=f"[{token.text}]")
        while not self._ends():
            self._skip()
        shown = " ".join(part.text for part in self.tokens[start : self.position])[:_EXPRESSION]
        return Node(token.line, text=f"[{shown}]")

    def _filled(self, text: str) -> str:
        """Return a text with the names that are filled in, as far as their value is a text."""

        def fill(match: re.Match[str]) -> str:
            known = self.values.get(match[1])
            return known.text if known and known.text is not None else match[0]

        return re.sub(r"\$\{(\w+)\}", fill, text[:_TEXT])[:_TEXT]

    def _object(self) -> Node:
        node = Node(self._next().line)
        while (token := self._peek()).text != "}" or token.kind != "other":
            if token.kind == "":
                raise NotParsedError("a bracket is not closed", node.line)
            self._next()
            if token.kind == "word" and token.text == "resource":
                nested = self._resource()
                node.entries += [Entry("resources", item.line, Node(item.line, items=[item])) for item in nested]
            elif token.kind in {"word", "text"} and self._peek().text == ":":
                self._next()
                node.entries.append(Entry(token.text, token.line, self._expression()))
        self._next()
        return node

    def _list(self) -> Node:
        node = Node(self._next().line)
        while (token := self._peek()).text != "]" or token.kind != "other":
            if token.kind == "":
                raise NotParsedError("a bracket is not closed", node.line)
            if token.kind == "line" or token.text == ",":
                self._next()
            elif token.text in _CLOSES:
                raise NotParsedError("a bracket is not closed", token.line)
            else:
                node.items.append(self._expression())
        self._next()
        return node

    def _ends(self) -> bool:
        token = self._peek()
        return token.kind in {"", "line"} or (token.kind == "other" and token.text in {"}", "]", ")", ","})

    def _skip(self) -> None:
        """Pass one word, or all that a bracket holds."""
        deep = 0
        while (token := self._next()).kind:
            if token.kind == "other":
                deep += (token.text in _OPENS) - (token.text in _CLOSES)
            if deep <= 0:
                return

    def _peek(self) -> _Token:
        return self.tokens[self.position] if self.position < len(self.tokens) else _Token("", "", 0)

    def _next(self) -> _Token:
        token = self._peek()
        self.position += 1
        return token


def _of_module(text: str) -> str:
    """Return the type of the resource that a module of the public registry is for; empty where it is another."""
    return next((kind for path, kind in catalog.config_keys().modules.items() if f"/{path}:" in text), "")
