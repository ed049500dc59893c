"""Text that comes from a target: bounded, and with nothing in it that a terminal or a reader obeys."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

LIMIT = 500
"""Characters that a text of a target may have in a report; what is longer is cut, visibly."""

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: str) -> str:
    r"""Return `text` with control, bidirectional and unencodable characters written as escapes, cut at `LIMIT`.

    A file may be called `a\nb` and a model `x\u202ey`; neither may break a line or turn one around.
    """
    if text.isascii() and text.isprintable() and len(text) <= LIMIT:
        return text
    escaped = "".join(_escape(character) for character in text[: LIMIT + 1])
    return escaped if len(escaped) <= LIMIT else escaped[: LIMIT - 1] + "…"


def _escape(character: str) -> str:
    if unicodedata.category(character) not in _OBEYED:
        return character
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


Text = Annotated[str, AfterValidator(printable)]
"""A string that is safe to print on one line; markup is escaped by whoever writes markup."""
