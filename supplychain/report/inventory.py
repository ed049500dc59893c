"""The inventory of a run: its file, and how much of what is asked of it is in it."""

from __future__ import annotations

from supplychain.bom import cyclonedx
from supplychain.bom.completeness import Row, completeness
from supplychain.bom.entries import Entry, entries
from supplychain.bom.interface import Context
from supplychain.model.case import Case
from supplychain.report.markup import markdown, table


def of(case: Case) -> tuple[str, str]:
    """Return the inventory of a run as CycloneDX, and how complete it is: see `fields`."""
    context = Context.of(case.inventory, case.target.name, case.target.tree_digest, case.now, case.declaration)
    listed = entries(case.inventory, case.declaration, case.policy, case.now.date())
    return cyclonedx.write(listed, context), fields(listed, context)


def fields(listed: tuple[Entry, ...], context: Context) -> str:
    """Return how complete an inventory is, field by field, as Markdown: a table for each cluster of the G7's list."""
    clusters: dict[str, list[Row]] = {}
    for row in completeness(listed, context):
        clusters.setdefault(row.field.cluster, []).append(row)
    head = (
        "Of the inventory that this run made: in how many entries each field is stated, stated as not known, or not"
        " spoken of. A field that this version never states has no entry that speaks of it.\n"
    )
    titles = ["Field", "Asked by", "Stated", "Stated as not known", "Not spoken of"]
    parts = [head]
    for cluster, rows in clusters.items():
        cells = [[markdown(r.field.name), _asked_by(r), str(r.present), str(r.unknown), str(r.missing)] for r in rows]
        parts += [f"## {markdown(cluster)}\n", table(titles, cells)]
    return "\n".join(parts)


def _asked_by(row: Row) -> str:
    level = f" ({row.field.bsi})" if row.field.bsi else ""
    return markdown(", ".join(name + (level if name.startswith("BSI") else "") for name in row.field.asked_by))
