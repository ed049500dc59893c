"""What licenses permit, for whoever declares an intended use: `python -m supplychain.report.license_table > docs/licenses.md`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from supplychain import catalog
from supplychain.catalog.license import License
from supplychain.checks.licensing import Ruling, rulings, worst
from supplychain.model.declaration import IntendedUse
from supplychain.report.licenses import duties
from supplychain.report.markup import markdown, table

_NONE = IntendedUse(
    commercial=False, hosted=False, redistribute=False, modify=False, fields=("-",), trains_models=False
)
USES: dict[str, IntendedUse] = {
    "private": _NONE,
    "commercial": _NONE.model_copy(update={"commercial": True}),
    "hosted": _NONE.model_copy(update={"hosted": True}),
    "hosted, commercial": _NONE.model_copy(update={"hosted": True, "commercial": True}),
    "redistribute": _NONE.model_copy(update={"redistribute": True}),
    "modify": _NONE.model_copy(update={"modify": True}),
    "modify, redistribute": _NONE.model_copy(update={"modify": True, "redistribute": True}),
    "trains models": _NONE.model_copy(update={"trains_models": True}),
}
"""The intended uses of the table's columns."""
_SAYS = {"permitted": "yes", "open": "open", "forbidden": "**no**"}
_HEAD = """# Licenses of models and datasets

Made from `supplychain/catalog/licenses.toml` by `make docs`. Requirement 3.1 compares the license of each model with
`intended_use` under `[project]` in supplychain.toml; several licenses of one model bind together, and of alternatives (OR)
the one that permits most counts. It is no legal advice.

- **yes**: permitted, with what the license asks for.
- **no**: not permitted.
- **in limits**: permitted up to a number of users (`monthly_users`) or a revenue (`annual_revenue_usd`), or outside some
  regions (`regions`), which `intended_use` has to state; the second table has the limits.
- **open**: not decided. The id stands for several licenses, the row is known at second hand or by nobody, or the license
  sets conditions that no declaration shows.

A column is one use, with everything else private.

"known by": *read*, the clauses of its text on use, passing on and conditions were read for this table; *knowledge*, a
standard license that is widely known; *second-hand*, others quote it; *unread*, nobody looked. The last two decide nothing.

`license_ack` under a `[[component]]` names the restrictions of the second table, as they are spelled there.

## What is permitted
"""


def document() -> str:
    """Return the decision table of all licenses and intended uses as Markdown."""
    entries = catalog.licenses().values()
    permitted = table(["License", *USES, "known by"], [_permitted(entry) for entry in entries])
    asked = table(["License", "Restrictions", "Asks for", "Note"], [_asked(entry) for entry in entries])
    return f"{_HEAD}\n{permitted}\n## What is restricted and asked for\n\n{asked}"


def _permitted(entry: License) -> list[str]:
    cells = [_cell(rulings(entry, use)) for use in USES.values()]
    return [f"{markdown(entry.name)}<br>`{entry.id}`", *cells, entry.basis]


def _cell(found: Sequence[Ruling]) -> str:
    """Return what a column says; what only a stated number, region or field keeps open is permitted within limits."""
    state = worst(found)
    if state == "open" and all(one.lacks == "use-not-stated" for one in found if one.state == "open"):
        return "in limits"
    return _SAYS[state]


def _asked(entry: License) -> list[str]:
    limits = [f"above {limit.above:,} {limit.metric}" for limit in entry.thresholds]
    fields = [f"fields: {', '.join(entry.prohibited_fields)}"] if entry.prohibited_fields else []
    left_out = [f"{item.region}: {item.why}" for item in entry.excluded]
    note = "; ".join(text for text in (entry.restrictions, *fields, *limits, *left_out) if text)
    note = ". ".join(text.rstrip(".") for text in (note, entry.note) if text)
    restricted = ", ".join(f"`{name}`" for name in entry.restricts)
    return [f"`{entry.id}`", restricted or "none", markdown("; ".join(duties(entry)) or "nothing"), markdown(note)]


if __name__ == "__main__":
    sys.stdout.write(document())
