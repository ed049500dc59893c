"""Text of a target inside Markdown: shown, never obeyed."""

from __future__ import annotations

import html
import re

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|~$:@-])")


def markdown(text: object) -> str:
    """Return text that Markdown, and the HTML inside it, show as it is, also in a table."""
    escaped = _MARKUP.sub(r"\\\1", str(text).replace("\n", " "))
    return html.escape(escaped, quote=False)


def code(text: object) -> str:
    """Return text as inline code: a place, an id or a command."""
    plain = str(text).replace("`", "'").replace("\n", " ").replace("|", "\\|")
    return f"`{plain}`" if plain else ""


def table(headings: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table; the cells are Markdown already."""
    lines = [f"| {' | '.join(headings)} |", f"|{' --- |' * len(headings)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"
