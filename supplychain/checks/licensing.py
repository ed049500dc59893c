"""What licenses permit, for checks and reports: rulings on intended uses, and the licenses that count for a component.

found = licenses_of(case, "model:huggingface/BAAI/bge-m3")
found.rulings(case.declaration.project.intended_use)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from supplychain import catalog
from supplychain.catalog.license import SOUND, License, Permission
from supplychain.model.case import Case
from supplychain.model.declaration import IntendedUse
from supplychain.model.license import LicenseStatement

State = Literal["permitted", "open", "forbidden"]
STATES: tuple[State, ...] = ("permitted", "open", "forbidden")
"""The better first."""
_METRICS = {"monthly_users": "monthly users", "annual_revenue_usd": "USD of annual revenue"}


@dataclass(frozen=True)
class Ruling:
    """What a license says of one use."""

    use: str
    state: State
    why: str = ""
    lacks: str = ""
    """Of an open one: the rule of 3.1 that names what is missing."""
    key: str = ""
    """The key of `[project].intended_use` that would decide it, with a value to write."""


@dataclass(frozen=True)
class Option:
    """One alternative that a statement leaves: licenses that hold together."""

    ids: tuple[str, ...]

    @property
    def licenses(self) -> tuple[License, ...]:
        """Their rows of the obligations table."""
        return tuple(catalog.licenses()[name] for name in self.ids)


@dataclass(frozen=True)
class Licensed:
    """The licenses that are stated of a component."""

    component: str
    statements: tuple[LicenseStatement, ...]
    """Those that count: what stands for several licenses gives way to one of them that is stated as well."""

    @cached_property
    def is_declared_alone(self) -> bool:
        """Whether nobody but the declaration says which license it is."""
        own = [statement for statement in self.statements if not statement.inherited]
        return bool(own) and all(statement.origin == "declaration" for statement in own)

    def rulings(self, use: IntendedUse) -> tuple[tuple[LicenseStatement, License, Ruling], ...]:
        """Return what each license of the chosen options says of the uses."""
        return tuple(
            (statement, license_, ruling)
            for statement in self.statements
            if statement.license
            for license_ in chosen(statement, use).licenses
            for ruling in rulings(license_, use)
        )

    def licenses(self, use: IntendedUse | None) -> tuple[License, ...]:
        """Return the licenses of the chosen options, each once."""
        options = [chosen(statement, use) for statement in self.statements if statement.license]
        return tuple({entry.id: entry for option in options for entry in option.licenses}.values())


def licenses_of(case: Case, component: str) -> Licensed:
    """Return what is stated of a component's license; the same for models and datasets."""
    stated = [statement for statement in case.licenses if statement.component == component]
    own = [statement for statement in stated if not statement.inherited]
    single = {name for item in own for option in options(item) for name in option.ids if _is_single(name)}
    counting = [item for item in stated if item.inherited or not _gives_way(item, single)]
    return Licensed(component, tuple(counting))


def permits(case: Case, component: str) -> State | None:
    """Return whether the licenses of a component permit what the declaration intends; None: no use or no license is known.

    For a dataset: scenario 3 asks it of models alone.
    """
    use, found = intended_use(case), licenses_of(case, component)
    if use is None or not found.statements or any(item.license is None for item in found.statements):
        return None
    return worst(ruling for _, _, ruling in found.rulings(use))


def intended_use(case: Case) -> IntendedUse | None:
    """Return what the declaration says that the target does with its components."""
    project = case.declaration.project if case.declaration else None
    return project.intended_use if project else None


def options(statement: LicenseStatement) -> tuple[Option, ...]:
    """Return the alternatives of a statement; none where it is not known which license it is."""
    if not statement.license:
        return ()
    known = catalog.licenses()
    parts = (part.split(" AND ") for part in statement.license.split(" OR "))
    return tuple(Option(tuple(name if name in known else "unknown" for name in names)) for names in parts)


def chosen(statement: LicenseStatement, use: IntendedUse | None) -> Option:
    """Return the alternative that permits most of the uses, and of several the one that restricts least."""

    def order(option: Option) -> tuple[int, int]:
        ruled = (ruling for entry in option.licenses for ruling in (rulings(entry, use) if use else ()))
        return STATES.index(worst(ruled)), sum(len(entry.restricts) for entry in option.licenses)

    return min(options(statement), key=order)


def worst(found: Iterable[Ruling]) -> State:
    """Return the worst state of rulings; of none, permitted."""
    return max((ruling.state for ruling in found), key=STATES.index, default="permitted")


def rulings(entry: License, use: IntendedUse) -> tuple[Ruling, ...]:
    """Return what a license says of each intended use. A row that nobody may rely on leaves all of them open."""
    asked = _uses(entry, use)
    if entry.family is not None:
        return (Ruling("any use", "open", f"{entry.name} stands for several licenses", "several-licenses"),)
    if entry.basis not in SOUND:
        said = [ruling.use for ruling in asked if ruling.state == "forbidden"]
        hint = f"; what is said of it would forbid: {', '.join(said)}" if said else ""
        return (Ruling("any use", "open", f"its terms are known at best at second hand{hint}", "terms-not-known"),)
    return tuple(asked)


def _uses(entry: License, use: IntendedUse) -> list[Ruling]:
    given = {
        "commercial use": (use.commercial, entry.commercial),
        "hosting it for others": (use.hosted, entry.hosting),
        "redistribution": (use.redistribute, entry.redistribution),
        "modification": (use.modify, entry.modification),
    }
    found = [_ruling(name, permission, use) for name, (is_meant, permission) in given.items() if is_meant]
    return [*found, *_training(entry, use), *_sizes(entry, use), *_regions(entry, use), *_fields(entry, use)]


def _ruling(name: str, permission: Permission, use: IntendedUse) -> Ruling:
    if permission == "yes":
        return Ruling(name, "permitted")
    if permission == "noncommercial" and not use.commercial:
        return Ruling(name, "permitted", "as long as it is not commercial")
    if permission == "unshared" and not use.redistribute:
        return Ruling(name, "permitted", "as long as the result is not passed on")
    if permission in {"on conditions", "unknown"}:
        return Ruling(name, "open", "it depends on conditions that the license sets", "on-conditions")
    why = {"noncommercial": "unless it is noncommercial", "unshared": "where the result is passed on"}
    return Ruling(name, "forbidden", why.get(permission, ""))


def _training(entry: License, use: IntendedUse) -> list[Ruling]:
    name = "training other models with its outputs"
    if entry.training == "yes" or use.trains_models is False:
        return []
    if use.trains_models is None:
        return [Ruling(name, "open", "it restricts this use", "use-not-stated", "trains_models = false")]
    if entry.training == "own family":
        return [Ruling(name, "forbidden", "but for models of its own family")]
    return [_ruling(name, entry.training, use)]


def _sizes(entry: License, use: IntendedUse) -> list[Ruling]:
    found = []
    for limit in entry.thresholds:
        if limit.only_commercial and not use.commercial:
            continue
        name = f"use above {limit.above:,} {_METRICS[limit.metric]}"
        size = use.monthly_users if limit.metric == "monthly_users" else use.annual_revenue_usd
        if size is None:
            why = "above that it needs an agreement of its own with the licensor"
            found.append(Ruling(name, "open", why, "use-not-stated", f"{limit.metric} = …"))
        elif size > limit.above:
            found.append(Ruling(name, "forbidden", "without an agreement of its own with the licensor"))
    return found


def _regions(entry: License, use: IntendedUse) -> list[Ruling]:
    if not entry.excluded:
        return []
    if not use.regions:
        names = ", ".join(item.region for item in entry.excluded)
        why = f"it leaves out {names}"
        return [Ruling("use by region", "open", why, "use-not-stated", 'regions = ["…"]')]
    meant = _spread(use.regions)
    found = []
    for item in entry.excluded:
        if meant & _spread((item.region,)):
            name = f"use in {item.region}"
            open_ = Ruling(name, "open", item.why, "on-conditions")
            found.append(Ruling(name, "forbidden", item.why) if item.certain else open_)
    return found


def _spread(regions: Sequence[str]) -> frozenset[str]:
    """Return regions with the countries that they stand for."""
    known = catalog.license_files().regions
    names = {region.strip().upper() for region in regions}
    if names & {"WORLD", "GLOBAL", "WORLDWIDE", "*"}:
        names |= set(known) | {"KR"}
    return frozenset(names | {country for name in names for country in known.get(name, ())})


def _fields(entry: License, use: IntendedUse) -> list[Ruling]:
    if not entry.restrictions:
        return []
    if not use.fields:
        return [Ruling("its field of use", "open", entry.restrictions, "use-not-stated", 'fields = ["…"]')]
    found = []
    for name in use.fields:
        words = _words(name)
        if hit := next((text for text in entry.prohibited_fields if _words(text) <= words), None):
            found.append(Ruling(f"the field {name}", "forbidden", f"its use restrictions name {hit}"))
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())


def _is_single(name: str) -> bool:
    return catalog.licenses()[name].family is None


def _gives_way(statement: LicenseStatement, single: set[str]) -> bool:
    """Whether a statement of a family is made precise by another one on the same component."""
    given = options(statement)
    if len(given) != 1 or len(given[0].ids) != 1:
        return False
    family = given[0].licenses[0].family
    return family is not None and bool(single if not family else single & set(family))
