"""Cases for the tests of 5.1 and 5.2: packages, settings and facts by hand, and the rows that they come to."""

from __future__ import annotations

from supplychain.checks import s05_integrity, s05_source
from supplychain.checks.engine import CHECKS, decide
from supplychain.checks.population import planted
from supplychain.model.case import Case
from supplychain.model.component import Component
from supplychain.model.declaration import Declaration
from supplychain.model.finding import Finding, Observation
from supplychain.model.package import Ecosystem, Graph, IndexSetting, Origin, Resolved, Setting
from supplychain.model.policy import Policy
from supplychain.model.reference import Place, Reference, Resolution
from supplychain.suite import tool

SHA256 = "sha256:" + "a" * 64
DECIDING = {"5.1": s05_source.from_official_registry, "5.2": s05_integrity.integrity_verified}
LOCK = Place(file="requirements.txt", line=3)


def package(name: str = "numpy", version: str | None = "2.0.0", **parts: object) -> Resolved:
    """An entry of requirements.txt; a name with a colon is of another ecosystem: `npm:react`."""
    source, _, rest = name.rpartition(":")
    entry = Resolved(
        component=Component.parse(f"package:{source or 'pypi'}/{rest}"),
        version=version,
        asked=f"=={version}" if version else "",
        at=LOCK,
        project="",
        format="requirements",
        is_locked=True,
        hashes=(SHA256,),
        digest=SHA256,
    )
    return entry.model_copy(update=parts)


def at_index(address: str, name: str = "numpy") -> Resolved:
    """An entry that names its index itself."""
    return package(name, origin=Origin(address=address))


def setting(kind: Setting, address: str | None, ecosystem: Ecosystem = "pypi", **parts: object) -> IndexSetting:
    """A line of pip.conf that is in force for the whole target."""
    at = Place(file="pip.conf", line=2)
    found = IndexSetting(ecosystem=ecosystem, setting=kind, address=address, call="pip.conf", at=at, digest=SHA256)
    return found.model_copy(update=parts)


def named(identity: str, revision: str | None = None, **parts: object) -> Reference:
    """A place in a Dockerfile that names a package."""
    at = Place(file="Dockerfile", line=5)
    component = Component.parse(identity)
    found = Reference(component=component, at=at, resolution=Resolution.LITERAL, revision=revision, digest=SHA256)
    return found.model_copy(update=parts)


def case_of(
    sound: Case,
    *found: Resolved | Reference | IndexSetting,
    graph: Graph | None = None,
    policy: Policy | None = None,
    declaration: Declaration | None = None,
    **parts: object,
) -> Case:
    """A case with nothing but these packages, settings and facts."""
    graph = graph or Graph(
        packages=tuple(item for item in found if isinstance(item, Resolved)),
        settings=tuple(item for item in found if isinstance(item, IndexSetting)),
    )
    references = (item for item in found if isinstance(item, Reference))
    bare = {"graph": graph, "policy": policy or sound.policy, "releases": (), "errors": (), **parts}
    return planted(sound, *references, **bare).model_copy(update={"declaration": declaration})


def finding(requirement: str, case: Case) -> Finding:
    """What a requirement comes to; its canaries have to have held."""
    assert CHECKS[requirement].observe is DECIDING[requirement]
    found = decide(requirement, case, tool())
    assert found.canaries is not None, found.reason
    assert found.canaries.missed == (), found.reason
    return found


def only(requirement: str, case: Case) -> Observation:
    """The one row that a requirement gives."""
    rows = finding(requirement, case).observations
    assert len(rows) == 1, [(row.component, row.rule) for row in rows]
    return rows[0]
