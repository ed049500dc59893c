"""What only looks like a statement of provenance: a placeholder, a word that says nothing, a revision that moves."""

from __future__ import annotations

import re

from supplychain import catalog
from supplychain.model.license import ProvenanceField


def is_unfilled(field: ProvenanceField, value: str) -> bool:
    """Whether what is stated of a field says nothing; `none` says something of some fields."""
    unfilled = catalog.provenance_forms().unfilled
    low = value.strip().casefold()
    bare = low.strip(" .")
    if field == "revision" and low in unfilled.moving:
        return True
    if bare in unfilled.values_none and field not in unfilled.may_be_none:
        return True
    says_nothing = not bare or bare in unfilled.values or re.search(unfilled.pattern, value) is not None
    return says_nothing or bool(catalog.documents().placeholders(value))
