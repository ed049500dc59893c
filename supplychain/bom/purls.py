"""Package URLs of components, and the components that package URLs name."""

from __future__ import annotations

from packageurl import PackageURL

from supplychain.model.component import Component, Kind

_NAMED_AS_IN_PURL = frozenset({"huggingface", "npm", "pypi"})


def purl_of(component: Component, version: str | None) -> str | None:
    """Return the package URL of a component, or None where its source has no type of package URL."""
    try:
        purl = _purl(component, version)
        return PackageURL.from_string(purl.to_string()).to_string() if purl and purl.name else None
    except ValueError:  # a name that no package URL can have
        return None


def _purl(component: Component, version: str | None) -> PackageURL | None:
    namespace, _, name = component.name.rpartition("/")
    if component.source in _NAMED_AS_IN_PURL:
        qualifiers = {"repo_type": "dataset"} if component.kind is Kind.DATASET else None
        return PackageURL(component.source, namespace or None, name, version, qualifiers)
    if component.source == "mlflow":
        return PackageURL("mlflow", None, component.name, version)
    if component.source == "docker":
        host, _, rest = component.name.partition("/")
        if not rest or not ("." in host or ":" in host or host == "localhost"):
            return PackageURL("docker", namespace or None, name, version)
        namespace, _, name = rest.rpartition("/")
        return PackageURL("docker", namespace or None, name, version, {"repository_url": host})
    if component.source == "github" and component.kind is Kind.PACKAGE:
        owner, _, rest = component.name.partition("/")
        name, _, path = rest.partition("/")
        return PackageURL("github", owner, name, version, None, path or None) if name else None
    return None


def component_of(purl: PackageURL, kind: Kind) -> Component:
    """Return the component that a package URL names; `kind` is what the entry that it stands in says it is."""
    name = f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name
    qualifiers = purl.qualifiers if isinstance(purl.qualifiers, dict) else {}
    if purl.type == "huggingface":
        is_data = kind is Kind.DATASET or qualifiers.get("repo_type") == "dataset"
        return Component(kind=Kind.DATASET if is_data else Kind.MODEL, source="huggingface", name=name)
    if purl.type == "mlflow":
        return Component(kind=Kind.MODEL, source="mlflow", name=name)
    if purl.type == "docker" and (host := qualifiers.get("repository_url")):
        name = f"{host.rpartition('//')[2]}/{name}"
    if purl.type == "github" and purl.subpath:
        name = f"{name}/{purl.subpath}"
    return Component(kind=kind, source=purl.type, name=name)
