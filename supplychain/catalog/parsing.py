"""From the words in parentheses of a sentence to the words that the catalog knows."""

from __future__ import annotations

import difflib

from supplychain import catalog

_SHOWN = 12
"""Known words that a message lists."""


def parse_words(requirement: str, text: str) -> tuple[str, ...]:
    """Return the known words that `text` lists, each as the catalog spells it.

    Raises:
        ValueError: a word is not known; the message names the ones that are.
    """
    known = catalog.words(requirement)
    spellings = {name.lower(): word.name for word in known.word for name in (word.name, *word.aliases)}
    given = [part.strip() for part in text.split(known.separator)]
    for part in given:
        if part.lower() not in spellings:
            close = difflib.get_close_matches(part.lower(), list(spellings), n=1)
            hint = f"; did you mean {spellings[close[0]]!r}?" if close else "."
            names = ", ".join(word.name for word in known.word[:_SHOWN])
            if len(known.word) > _SHOWN:
                names += f" and {len(known.word) - _SHOWN} more in the catalog"
            raise ValueError(f"unknown word {part!r}{hint} Known {known.name}: {names}")
    return tuple(dict.fromkeys(spellings[part.lower()] for part in given))
