"""The reports that need nothing but a reader: `summary.md` and one plain `index.html`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path

from jinja2 import BytecodeCache, Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from supplychain.checks.risk_inputs import ServiceRisk
from supplychain.report import provenance, risk, scans
from supplychain.report.agreement import agreement
from supplychain.report.evidence import house_matrix, matrix
from supplychain.report.markup import code, markdown
from supplychain.report.patches import told
from supplychain.report.record import facts
from supplychain.report.sensitivity import Measured, section
from supplychain.report.view import ORDER, WORD, View
from supplychain.suite import tool

WORDS = (*(WORD[outcome] for outcome in reversed(ORDER)), "not executed")
"""The outcomes as columns."""


def summary(view: View, measured: Measured | None = None) -> str:
    """Return the run as Markdown, for a pull request or a mail."""
    text = _template("summary.md.j2").render(view=view, words=WORDS, matrix=matrix(view), house=house_matrix(view))
    parts = [text.rstrip() + "\n"]
    if found := risk.computed(view.case, view.findings.get(risk.REQUIREMENT)):
        parts.append(f"## {risk.HEADING}\n\n{markdown(risk.SCALE)}\n\n{risk.overview(found)}")
    parts += [section(measured)] if measured else []
    return "\n".join(parts)


def page(view: View, measured: Measured | None = None) -> str:
    """Return the run as one HTML page: no script, no request, everything of the target escaped."""
    document = view.control.document
    lists = (
        ("Checklist", view.derive(document.checklist)),
        ("Tools", view.derive(document.tools)),
        ("Processes", view.derive(document.processes)),
        ("Validation strategy", view.derive(document.validation_strategy)),
        ("Evidence", view.derive(document.evidence)),
    )
    tables = agreement(view.case)
    return _template("index.html.j2").render(
        view=view,
        words=WORDS,
        lists=lists,
        tool=tool(),
        agreement=tables,
        told=told,
        facts=facts(view.case),
        measured=measured,
        provenance=provenance,
        stated=provenance.tables(view.case),
        scans=scans,
        risk=risk,
        risks=risk.computed(view.case, view.findings.get(risk.REQUIREMENT)),
    )


def risk_picture(found: Sequence[ServiceRisk]) -> str:
    """Return the matrix of risks as an SVG that stands alone."""
    return _template("risk.svg.j2").render(picture=risk.picture(found))


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("supplychain.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        bytecode_cache=compiled(),
    )
    environment.filters["md"] = lambda text: Markup(markdown(text))  # noqa: S704 - it escapes
    environment.filters["code"] = lambda text: Markup(code(text))  # noqa: S704 - it is code, and escaped
    return environment.get_template(name)


def compiled() -> BytecodeCache | None:
    """Return where the templates are kept once compiled: beside the modules that Python compiled, if it may."""
    folder = Path(cache_from_source(__file__)).parent
    may = not sys.dont_write_bytecode and os.access(folder, os.W_OK)
    return FileSystemBytecodeCache(str(folder)) if may else None
