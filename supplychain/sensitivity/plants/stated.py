"""Changes of the case alone: facts, words and exceptions, which test the checks and nothing before them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from random import Random

from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.package import IndexSetting, Setting
from supplychain.model.reference import Place, Resolution, Scope
from supplychain.sensitivity.ground import Ground, token
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind


@kind("address of a model moved to another host", "1.1", layer="case")
def model_moved(ground: Ground, rng: Random) -> Plant:
    """Let a model that passes be fetched from another host."""
    passing = {row.component for row in ground.findings["1.1"].observations if row.outcome is Outcome.PASS}
    found = [r for r in ground.case.inventory.references if r.component.id in passing and r.at.scope is Scope.PROD]
    if not found:
        raise CannotPlantError("no model passes 1.1 here")
    chosen = rng.choice(found)
    address = f"https://{token(rng)}.com/{chosen.component.name}"
    other = chosen.model_copy(update={"address": address, "resolution": Resolution.LITERAL})

    def change(case: Case) -> Case:
        references = tuple(other if r == chosen else r for r in case.inventory.references)
        return case.model_copy(update={"inventory": case.inventory.model_copy(update={"references": references})})

    return Plant(
        "address", chosen.component.id, f"{chosen.component.id} from {address}", (address.split("/")[2],), change=change
    )


@kind("index beside the official one", "5.1", layer="case")
def index_added(ground: Ground, rng: Random) -> Plant:
    """Add an index that may answer for every name."""
    pypi = [
        entry
        for entry in ground.case.graph.packages
        if entry.component.source == "pypi" and entry.at.scope is Scope.PROD
    ]
    if not pypi:
        raise CannotPlantError("production takes no package from PyPI")
    host, at = f"{token(rng)}.com", Place(file=rng.choice(pypi).at.file, line=1)
    which = rng.choice((Setting.EXTRA, Setting.INDEX, Setting.FIND_LINKS))
    added = IndexSetting(ecosystem="pypi", setting=which, address=f"https://{host}/simple", call="pip.conf", at=at)

    def change(case: Case) -> Case:
        graph = case.graph.model_copy(update={"settings": (*case.graph.settings, added)})
        inventory = case.inventory.model_copy(update={"settings": (*case.inventory.settings, added)})
        return case.model_copy(update={"graph": graph, "inventory": inventory})

    return Plant(str(which), at.file, f"{which} https://{host}/simple", (host,), change=change)


@kind("release withdrawn or gone from its registry", "5.2", layer="case")
def release_changed(ground: Ground, rng: Random) -> Plant:
    """Let the registry say otherwise of a version whose row passes."""
    passing = {row.component for row in ground.findings["5.2"].observations if row.outcome is Outcome.PASS}
    found = [r for r in ground.case.releases if r.component in passing and r.state == "listed" and r.files]
    if not found:
        raise CannotPlantError("no fact of a registry is at hand for a package that passes 5.2")
    chosen, way = rng.choice(found), rng.choice(("withdrawn", "other hashes", "not listed", "quarantined"))
    other = {f"sha256:{rng.getrandbits(256):064x}"}
    files = {
        "withdrawn": tuple(file.model_copy(update={"yanked": "broken"}) for file in chosen.files),
        "other hashes": tuple(file.model_copy(update={"hashes": tuple(other)}) for file in chosen.files),
    }.get(way, chosen.files)
    update: dict[str, object] = {"files": files}
    update |= {"state": "no such version", "files": ()} if way == "not listed" else {}
    update |= {"status": "quarantined"} if way == "quarantined" else {}
    changed = chosen.model_copy(update=update)

    def change(case: Case) -> Case:
        return case.model_copy(update={"releases": tuple(changed if r == chosen else r for r in case.releases)})

    return Plant(
        way, chosen.component, f"{chosen.component} {chosen.version}: {way}", (chosen.component,), change=change
    )


@kind("advisories that are too old", "5.3", layer="case")
def advisories_old(ground: Ground, rng: Random) -> Plant:
    """Date the advisories back beyond what the policy accepts."""
    as_of = ground.case.advisories.as_of
    if as_of is None or ground.findings["5.3"].population.passed == 0:
        raise CannotPlantError("no package passes 5.3 here")
    days = ground.case.policy.freshness.advisories_max_age_days + rng.randrange(2, 400)

    def change(case: Case) -> Case:
        data = case.advisories.model_copy(update={"as_of": case.now - timedelta(days=days)})
        return case.model_copy(update={"advisories": data})

    return Plant("age", "the advisories", f"{days} days old", ("",), change=change)


def _waiver_expired(requirement: str, ground: Ground, rng: Random) -> Plant:
    """Let a waiver in use run out."""
    declaration = ground.case.declaration
    used = {row.waiver.id: row.component for row in ground.findings[requirement].observations if row.waiver}
    if not used or declaration is None:
        raise CannotPlantError("no row of it is waived")
    name = rng.choice(sorted(used))
    day = ground.case.now.date() - timedelta(days=rng.randrange(1, 60))
    waivers = tuple(
        waiver.model_copy(update={"expires": day, "created": day - timedelta(days=90)}) if waiver.id == name else waiver
        for waiver in declaration.waiver
    )

    def change(case: Case) -> Case:
        return case.model_copy(update={"declaration": declaration.model_copy(update={"waiver": waivers})})

    return Plant("expired", used[name], f"waiver {name} expired on {day}", (used[name],), change=change)


for _requirement in ("1.1", "5.1", "5.2", "5.4", "5.5"):
    kind("waiver that has expired", _requirement, layer="case")(partial(_waiver_expired, _requirement))
