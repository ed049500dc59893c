"""Which license a text is: by title and phrases as the catalog has them, and only as long as it is."""

from __future__ import annotations

import re

from supplychain import catalog
from supplychain.catalog.license import LicenseText

LIMIT = 200_000
"""Bytes of a license file that are read."""
_HEAD = 600
"""Characters in which a title stands."""
_SPACE = re.compile(r"\s+")
_QUOTES = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "©": "(c)"})


def recognize(data: bytes) -> str | None:
    """Return the id in the obligations table of the license that a file holds the text of; None: none, or changed."""
    if len(data) > LIMIT:
        return None
    plain = _plain(data.decode("utf-8", "replace"))
    return next((entry.license for entry in catalog.license_files().text if _is(entry, plain)), None)


def is_license_file(name: str) -> bool:
    """Whether a file is called as license files are."""
    return catalog.license_files().is_license_file(name)


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text.translate(_QUOTES).casefold()).strip()


def _is(entry: LicenseText, plain: str) -> bool:
    if len(plain) > entry.longest or (entry.title and not re.search(entry.title, plain[:_HEAD])):
        return False
    if not all(phrase in plain for phrase in entry.phrases):
        return False
    return entry.has_riders or not any(rider in plain for rider in catalog.license_files().riders)
