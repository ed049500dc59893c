"""Patches as files of a run, and what a row says of its own."""

from __future__ import annotations

import re

from supplychain.model.case import Case
from supplychain.model.finding import Observation, Patch
from supplychain.remedies import diff

FOLDER = "patches"


def files(case: Case) -> dict[str, str]:
    """Return the patches of a run as unified diffs, by path in its folder."""
    return {_path(patch): diff(patch) for patch in case.patches}


def told(row: Observation) -> str:
    """Return where the patch of a row lies, and whether the run saw it work; empty where it has none."""
    if row.patch is None:
        return ""
    seen = (
        "applied to a copy, what it is for passed, and no other row of 1.1 and scenario 5 changed"
        if row.patch.proven
        else row.patch.doubt
    )
    return f"Patch: {_path(row.patch)} ({'proven' if row.patch.proven else 'not proven'}: {seen})"


def _path(patch: Patch) -> str:
    name = re.sub(r"[^\w.-]+", "-", f"{patch.requirement} {patch.component} {patch.at}")
    return f"{FOLDER}/{name[:150]}.diff"
