"""The license register of a run: each model and dataset of production with what its licenses allow, restrict and ask for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from supplychain.catalog.license import License
from supplychain.checks.licensing import intended_use, licenses_of, permits
from supplychain.checks.licensing_words import where
from supplychain.checks.sourced import Sourced, datasets, declared, fetched_models
from supplychain.model.case import Case
from supplychain.report.markup import code, markdown, table

HEADING = "Licenses of models and datasets"
HEAD = (
    "Component",
    "License",
    "Stated by",
    "Intended use",
    "Restrictions",
    "Acknowledged",
    "Asks for",
    "Credited at",
    "Known by",
)
_TOLD = (
    "Each model and dataset of production with every license that is stated of it and of what it was derived from. The terms "
    "are those of the obligations table; the control asks 3.1 to 3.4 of models alone, and datasets stand here for whoever "
    "asks. It is no legal advice."
)
_USE = {"permitted": "permitted", "open": "not decided", "forbidden": "not permitted", None: "not decided"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def register(case: Case) -> list[list[str]]:
    """Return a row of plain text for each model and dataset of production, in the order of `HEAD`."""
    found = (*fetched_models(case), *datasets(case))
    return [_row(case, item) for item in found if isinstance(item, Sourced)]


def document(rows: list[list[str]]) -> str:
    """Return the register as Markdown."""
    cells = [[code(row[0]), *map(markdown, row[1:])] for row in rows]
    return f"# {HEADING}\n\n{markdown(_TOLD)}\n\n{table([*HEAD], cells)}"


def spreadsheet(rows: list[list[str]]) -> str:
    """Return the register as CSV; a cell that a spreadsheet would take for a formula is marked as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in rows)
    return out.getvalue()


def _row(case: Case, item: Sourced) -> list[str]:
    found = licenses_of(case, item.subject)
    entries = found.licenses(intended_use(case))
    entry = declared(case, item.subject)
    ack = entry.license_ack if entry else None
    mentions = [mention for mention in case.mentions if mention.component == item.subject]
    own = case.declared_first_party(item.subject)
    return [
        item.subject,
        "; ".join(dict.fromkeys(one.license or one.stated or "not known" for one in found.statements)) or "none stated",
        "; ".join(dict.fromkeys(where(statement) for statement in found.statements)),
        "the team's own" if own else _USE[permits(case, item.subject)],
        ", ".join(dict.fromkeys(name for one in entries for name in one.restricts)) or ("none" if entries else ""),
        f"{ack.by} on {ack.on}: {', '.join(ack.restrictions) or 'none'}" if ack else "",
        "; ".join(dict.fromkeys(duty for one in entries for duty in duties(one))) or ("nothing" if entries else ""),
        ", ".join(f"{mention.at} ({', '.join(mention.names)})" for mention in mentions),
        ", ".join(dict.fromkeys(one.basis for one in entries)),
    ]


def duties(entry: License) -> Iterator[str]:
    """Yield what a license asks for, in words."""
    if entry.credit:
        yield f"credit of {', '.join(entry.credit)}"
    for wording in entry.wording:
        yield f"the words '{wording}'"
    if entry.notice:
        yield "its notice with copies"
    if entry.license_copy:
        yield "its text with copies"
    if entry.state_changes:
        yield "changes told"
    if entry.name_prefix:
        yield f"names that begin with {entry.name_prefix}"
    if entry.copyleft != "none":
        yield f"{entry.copyleft} copyleft: what is passed on under {' or '.join(entry.same_terms)}"
