"""SARIF 2.1.0 as scanners of packages write it: a run for each scanner, a result for each vulnerability of a package.

SARIF has no field for a package. Each scanner names it in the sentence of its result, or in a logical location; the
patterns are data. A scanner without a pattern, such as one of code, is no scanner of packages and is passed over.
"""

from __future__ import annotations

import re
from typing import Any

from supplychain import catalog
from supplychain.catalog.scanner_report import SarifDriver
from supplychain.model.fact import ScannerHit
from supplychain.scanners.forms import component, moment
from supplychain.scanners.interface import Said, items

_TEXT = 4000
"""Characters of a sentence that are searched."""


def sarif(document: Any) -> list[Said]:
    """Return what each scanner of packages says in a log."""
    if not isinstance(document, dict) or document.get("version") != "2.1.0":
        return []
    known = catalog.scanner_reports().sarif
    found = []
    for run in items(document, "runs"):
        tool = _at(run, "tool", "driver")
        name = str(_at(tool, "name") or "")
        driver = next((entry for entry in known if entry.driver.lower() == name.lower()), None)
        if driver is not None:
            found.append(_run(run, driver, str(_at(tool, "semanticVersion") or _at(tool, "version") or "")))
    return found


def _run(run: dict[str, Any], driver: SarifDriver, version: str) -> Said:
    said = Said(driver.scanner, version)
    for call in items(run, "invocations"):
        said.written = moment(call.get("endTimeUtc"), zone_is_utc=True) or said.written
        if call.get("executionSuccessful") is False:
            said.problem = f"{driver.scanner} states that it failed; run it again and save its report"
    if "results" not in run or run["results"] is None:
        said.problem = said.problem or "it states no results, so the scan did not come to an end"
    rules = {str(rule.get("id")): rule for rule in items(_at(run, "tool", "driver"), "rules")}
    for result in items(run, "results"):
        hit = _hit(result, rules.get(str(result.get("ruleId")), {}), driver)
        if hit is None:
            said.skipped.append(
                (str(result.get("ruleId"))[:100], "its sentence names no package in a form that is known")
            )
        else:
            said.hits.append(hit)
    said.assessed = list(dict.fromkeys((hit.component, hit.version) for hit in said.hits))
    return said


def _hit(result: dict[str, Any], rule: dict[str, Any], driver: SarifDriver) -> ScannerHit | None:
    message = str(_at(result, "message", "text") or "")[:_TEXT]
    places = items(result, "locations")
    logical = [str(_at(entry, "fullyQualifiedName")) for place in places for entry in items(place, "logicalLocations")]
    text = message if driver.named_in == "message" else next(iter(logical), "")[:_TEXT]
    match = re.search(driver.pattern, text)
    if match is None:
        return None
    groups = match.groupdict()
    file = next((str(_at(place, "physicalLocation", "artifactLocation", "uri") or "") for place in places), "")
    tags = _at(rule, "properties", "tags")
    known = catalog.scanner_reports().ecosystems
    hints = [
        groups.get("ecosystem") or "",
        file.rpartition("/")[2],
        *(map(str, tags) if isinstance(tags, list) else ()),
    ]
    ecosystem = next((known[hint] for hint in hints if hint in known), "unknown")
    names = [str(result.get("ruleId") or ""), message]
    names += [str(_at(rule, "fullDescription", "text") or "")[:_TEXT]] if driver.ids_in_rule else []
    ids = dict.fromkeys(one[0] for name in names for one in re.finditer(catalog.scanner_reports().id_pattern, name))
    first = () if ids else (names[0],)
    return ScannerHit(component=component(ecosystem, groups["name"]), version=groups["version"], ids=(*first, *ids))


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
