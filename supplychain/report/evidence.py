"""The evidence of one requirement as a person reads it, and the matrix of all of them."""

from __future__ import annotations

from collections.abc import Iterable

from supplychain.control import load
from supplychain.control import requirement as requirement_of
from supplychain.control.interface import Scenario
from supplychain.model.finding import Finding, Outcome
from supplychain.report.markup import code, markdown, table
from supplychain.report.patches import told
from supplychain.report.view import ORDER, WORD, RequirementRow, View, worded

ROWS = 300
"""Rows of one requirement that a table shows; the finding's own file holds all."""


def evidence(finding: Finding) -> str:
    """Return the evidence table of a requirement as Markdown."""
    requirement = requirement_of(finding.requirement)
    said = WORD[finding.outcome]
    parts = [f"**{finding.requirement}** {markdown(worded(requirement, finding))}: **{said}**\n"]
    if finding.reason:
        parts.append(f"{markdown(finding.reason)}\n")
    if finding.words:
        words = "; ".join(f"{name}: {', '.join(words) or 'none'}" for name, words in finding.words.items())
        parts.append(f"Words of the sentence: {markdown(words)}\n")
    population = finding.population
    if finding.observations:
        rows = sorted(finding.observations, key=lambda row: _rank(row.outcome))
        cells = [
            [
                WORD[row.outcome] + (f" ({markdown(row.waiver.id)})" if row.waiver else ""),
                code(row.component),
                f"{code(row.at)} {markdown(row.at.scope)}" if row.at else "",
                " ".join(
                    [
                        markdown(row.message),
                        *([f"**Next step:** {markdown(row.remedy)}"] if row.remedy else []),
                        *([markdown(told(row))] if row.patch else []),
                    ]
                ),
            ]
            for row in rows[:ROWS]
        ]
        parts.append(table(["Outcome", "Component", "Where", "What was seen, and the next step"], cells))
        if len(rows) > ROWS:
            parts.append(f"{len(rows) - ROWS} more rows stand in the finding's own file.\n")
    parts.append(
        f"Population: {population.expected} expected, {population.observed} observed, {population.passed} passed, "
        f"{population.failed} failed, {population.undetermined} undetermined ({population.unresolved} of them "
        f"unresolved), {population.waived} waived.\n"
    )
    parts.append(_canaries(finding))
    for source in finding.sources:
        parts.append(f"Source: {code(source.name)}, {source.level}, {code(source.digest or '')}\n")
    parts.append(f"How it is decided: {markdown(requirement.how)}\n")
    parts.append(f"What it needs: {finding.decided_by}. Suite: {finding.tool.version}, {code(finding.tool.digest)}\n")
    return "\n".join(parts)


def _rank(outcome: Outcome) -> int:
    """Return where an outcome stands among those that need attention; waived rows come last."""
    return ORDER.index(outcome) if outcome in ORDER else len(ORDER)


def _canaries(finding: Finding) -> str:
    results = finding.canaries
    if results is None:
        return "Canaries: none, since no check ran.\n"
    said = (
        f"Canaries: {results.bad.planted} planted bad cases came out as {WORD[results.bad.outcome]}, "
        f"{results.good.planted} planted good ones as {WORD[results.good.outcome]}."
    )
    missed = "".join(f"\n- missed: {markdown(line)}" for line in results.missed)
    return f"{said}{missed}\n"


def description(scenario: Scenario) -> str:
    """Return what a scenario is for and what its evidence is relevant to, as Markdown."""
    control = load()
    document = control.document
    quoted = table(
        ["Framework", "As the document quotes it", "What is known"],
        [[markdown(q.framework), markdown(q.quoted), markdown(q.note)] for q in control.frameworks.quoted],
    )
    relevant = next(entry for entry in control.frameworks.scenario if entry.scenario == scenario.number)
    ours = table(
        ["Framework", "Evidence relevant to", "Confidence"],
        [[markdown(r.framework), markdown(", ".join(r.ids)), r.confidence] for r in relevant.reference],
    )
    requirements = table(
        ["Requirement", "Sentence", "Why it matters"],
        [[code(r.id), markdown(r.text), markdown(r.why)] for r in scenario.requirement],
    )
    return (
        f"**{document.id}**: {markdown(document.purpose)}.\n\n"
        f"The document refers to itself as {markdown(document.quoted_reference)}; that reference is **unverified**.\n\n"
        f"{requirements}\nReferences quoted from the document, unverified:\n\n{quoted}\n"
        f"What the evidence of this scenario is relevant to; it satisfies none of them:\n\n{ours}"
    )


def matrix(view: View) -> str:
    """Return all requirements with their outcomes as a Markdown table, and what was not looked into."""
    left_out = f"\nNot entered: {markdown(view.not_entered)}.\n" if view.not_entered else ""
    return _matrix(view.rows) + left_out


def house_matrix(view: View) -> str:
    """Return the rules of the house with their outcomes as a Markdown table."""
    return _matrix(view.house)


def _matrix(rows: Iterable[RequirementRow]) -> str:
    return table(
        ["Requirement", "Sentence", "Outcome", "Severity", "Checked", "Why"],
        [
            [
                code(row.requirement.id),
                markdown(row.text),
                f"**{row.word}**",
                row.requirement.severity,
                _checked(row.finding),
                markdown(row.reason),
            ]
            for row in rows
        ],
    )


def waivers(view: View) -> str:
    """Return what became of each waiver as a Markdown table."""
    return table(
        ["Waiver", "What it is for", "In this run"], [[markdown(cell) for cell in row] for row in view.waivers]
    )


def _checked(finding: Finding | None) -> str:
    return f"{finding.population.observed} of {finding.population.expected}" if finding else ""
