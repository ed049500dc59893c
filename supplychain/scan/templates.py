"""Chat templates: Jinja that loaders render with every prompt. They are parsed here and never rendered.

What a template can reach beyond its data is by attributes with underscores, by the globals of Jinja, and by text that is
taken for attributes (the `attr` filter); llama.cpp's and Hugging Face's sandboxes refuse some of it, others nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplychain.scan.interface import Report

NAME = "template"
_REACHING = frozenset({"cycler", "joiner", "lipsum", "self", "config", "request", "get_flashed_messages", "url_for"})
"""Globals of Jinja and Flask that lead to the interpreter by their attributes."""
_FRAMES = frozenset(
    f"{kind}_{part}" for kind, parts in {
        "gi": ("frame", "code", "yieldfrom"), "cr": ("frame", "code", "await", "origin"), "ag": ("frame", "code", "await"),
        "f": ("back", "builtins", "code", "globals", "locals", "trace"), "tb": ("frame", "next"),
        "func": ("globals", "code", "closure", "defaults"), "im": ("func", "self", "class"),
    }.items() for part in parts
) | {"mro", "format_map"}  # fmt: skip
"""Attributes of generators, frames and functions that lead to the interpreter without an underscore before them."""
_LOADING = ("Import", "FromImport", "Include", "Extends")
_HIDDEN = re.compile(
    r"__(class|globals|init|import|builtins|subclasses|mro|bases?|dict|code|getattribute|getitem|reduce(_ex)?|loader)__"
    r"|\\x5f|\\u005f",
    re.IGNORECASE,
)


def check_template(text: str, where: str, report: Report) -> None:
    """Tell of a template that reaches for more than its data."""
    from jinja2 import Environment, TemplateSyntaxError, nodes
    from jinja2.ext import Extension
    from jinja2.parser import Parser

    class Generation(Extension):
        """The block with which transformers marks what a model says."""

        tags = {"generation"}  # noqa: RUF012 - as jinja2 wants it

        def parse(self, parser: Parser) -> list[nodes.Node]:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    environment = Environment(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do", Generation])  # noqa: S701 - nothing is rendered
    try:
        tree = environment.parse(text)
    except (TemplateSyntaxError, RecursionError, OverflowError, ValueError) as error:
        report.stopped(NAME, f"{where} cannot be parsed: {error}")
        return
    for says in dict.fromkeys(_seen(tree)):
        report.saw(NAME, "template-reaches-out", says, where)
    report.covered(NAME, len(text))


def _seen(tree: object) -> Iterator[str]:
    from jinja2 import nodes

    assert isinstance(tree, nodes.Template)  # noqa: S101 - that is what `parse` returns
    for node in tree.find_all(nodes.Getattr):
        if node.attr.startswith("_") or node.attr in _FRAMES:
            yield f"it takes the attribute {node.attr}"
    for item in tree.find_all(nodes.Getitem):
        if isinstance(item.arg, nodes.Const) and isinstance(item.arg.value, str) and _reaches(item.arg.value):
            yield f"it takes the attribute {item.arg.value}"
    for found in tree.find_all(nodes.Filter):
        if found.name in {"attr", "map"} and _hidden(found):
            yield f"it takes an attribute by the filter {found.name}"
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name in _REACHING:
            yield f"it uses {name.name}"
    for loading in _LOADING:
        for _ in tree.find_all(getattr(nodes, loading)):
            yield f"it loads another template ({loading.lower()})"
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and _HIDDEN.search(constant.value):
            yield f"it holds the text {constant.value[:60]!r}"


def _reaches(attribute: str) -> bool:
    return attribute.startswith("__") or attribute in _FRAMES


def _hidden(found: object) -> bool:
    """Whether a filter takes an attribute that is no plain name: by `attr` always, by `map` where one is named."""
    from jinja2 import nodes

    assert isinstance(found, nodes.Filter)  # noqa: S101 - the caller looked for it
    named = [word.value for word in found.kwargs if word.key == "attribute"]
    given = named if found.name == "map" else found.args
    plain = all(isinstance(arg, nodes.Const) and not str(arg.value).startswith("_") for arg in given)
    return found.name == "attr" or not plain
