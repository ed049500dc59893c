"""Severity from what a record states: a rating in words, or the base score of a CVSS vector."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from supplychain.model.finding import Severity

_RATINGS = {
    "LOW": Severity.LOW,
    "MODERATE": Severity.MEDIUM,
    "MEDIUM": Severity.MEDIUM,
    "HIGH": Severity.HIGH,
    "CRITICAL": Severity.CRITICAL,
}
_ORDER = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
_SCALES = {"2": (4.0, 7.0, 11.0), "3": (4.0, 7.0, 9.0)}  # from where on a score is medium, high, critical
_V3 = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}
_V2 = {
    "AV": {"L": 0.395, "A": 0.646, "N": 1.0},
    "AC": {"H": 0.35, "M": 0.61, "L": 0.71},
    "Au": {"M": 0.45, "S": 0.56, "N": 0.704},
    "C": {"N": 0.0, "P": 0.275, "C": 0.66},
    "I": {"N": 0.0, "P": 0.275, "C": 0.66},
    "A": {"N": 0.0, "P": 0.275, "C": 0.66},
}


def highest(severities: Iterable[Severity | None]) -> Severity | None:
    """Return the highest severity that is known, None where none is."""
    return max((severity for severity in severities if severity), key=_ORDER.index, default=None)


def rated(word: str) -> Severity | None:
    """Return what a rating in words stands for; GitHub's database says `MODERATE` for medium."""
    return _RATINGS.get(word.strip().upper())


@lru_cache(maxsize=4096)
def scored(vector: str) -> Severity | None:
    """Return the severity of a CVSS vector by its base score, None where it is unknown.

    A version 4 vector is unknown: its score comes from a table of 270 equivalence classes, and the databases that
    state such vectors rate in words beside them. A score of 0 is low, the least that there is.
    """
    score = base_score(vector)
    if score is None:
        return None
    medium, high, critical = _SCALES["3" if vector.startswith("CVSS:3") else "2"]
    if score >= critical:
        return Severity.CRITICAL
    return Severity.HIGH if score >= high else Severity.MEDIUM if score >= medium else Severity.LOW


def base_score(vector: str) -> float | None:
    """Return the base score, 0 to 10, of a CVSS vector of version 2 or 3, None for any other or a broken one.

    The formulas are those of FIRST: CVSS v3.1 specification, section 7.1, with the rounding of its appendix A also
    for 3.0, and "A Complete Guide to the CVSS Version 2.0", section 3.2.1.
    """
    head, _, rest = vector.partition("/")
    try:
        if head in {"CVSS:3.0", "CVSS:3.1"}:
            return _third(_metrics(rest))
        return None if head.startswith("CVSS:") else _second(_metrics(vector.strip("()")))
    except (KeyError, ValueError):
        return None


def _metrics(text: str) -> dict[str, str]:
    return dict(part.split(":", 1) for part in text.split("/"))


def _third(metrics: dict[str, str]) -> float:
    weight = {name: values[metrics[name]] for name, values in _V3.items()}
    privileges = _PRIVILEGES[metrics["S"]][metrics["PR"]]
    missing = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    changed = metrics["S"] == "C"
    impact = 7.52 * (missing - 0.029) - 3.25 * (missing - 0.02) ** 15 if changed else 6.42 * missing
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * weight["AV"] * weight["AC"] * privileges * weight["UI"]
    total = min((impact + exploitability) * (1.08 if changed else 1), 10)
    hundred_thousandths = round(total * 100_000)
    return -(-hundred_thousandths // 10_000) / 10


def _second(metrics: dict[str, str]) -> float:
    weight = {name: values[metrics[name]] for name, values in _V2.items()}
    impact = 10.41 * (1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"]))
    exploitability = 20 * weight["AV"] * weight["AC"] * weight["Au"]
    return round((0.6 * impact + 0.4 * exploitability - 1.5) * (1.176 if impact else 0) + 1e-9, 1)
