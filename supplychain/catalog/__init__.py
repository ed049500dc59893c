"""What to look for, as data: registries, loaders, services, formats, scopes, words, documents.

catalog.registries()["huggingface"].host
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

import tomli
from pydantic import TypeAdapter

from supplychain.catalog.command import Commands
from supplychain.catalog.config_key import ConfigKeys
from supplychain.catalog.graphs import Graphs
from supplychain.catalog.indicator import Configured, IndicatorRule, PlainFormat
from supplychain.catalog.interface import (
    Artifacts,
    CarrierFiles,
    Documents,
    FactSource,
    HostedCall,
    IndexSettings,
    Integrations,
    Loader,
    NameForms,
    Opening,
    PackageFile,
    PackageRegistry,
    PopularNames,
    Registry,
    ScopePatterns,
    Service,
    Word,
    Words,
)
from supplychain.catalog.javascript import JavaScript, Sdk
from supplychain.catalog.license import License, LicenseFiles
from supplychain.catalog.permit import Permit
from supplychain.catalog.pickle_globals import PickleGlobals
from supplychain.catalog.provenance import ProvenanceForms
from supplychain.catalog.provider import Area, Provider, Switch, Topic
from supplychain.catalog.python_calls import CallKind
from supplychain.catalog.reputation import PopularModels, Reputation
from supplychain.catalog.risk import RiskScale
from supplychain.catalog.scanner_report import ScannerReports
from supplychain.catalog.signature import SignatureNames
from supplychain.model.component import Kind


@cache
def registries() -> dict[str, Registry]:
    """Return the registries of models by key."""
    data = _read("registries")
    entries = TypeAdapter(list[Registry]).validate_python([*data["registry"], *data["library"]])
    return {entry.key: entry for entry in entries}


@cache
def indicators() -> dict[str, IndicatorRule]:
    """Return what layers of the scan may tell, by rule; the rules of each format lie in a file of their own."""
    folder = resources.files(__name__) / "indicators"
    rules = [rule for file in sorted(folder.iterdir(), key=str) for rule in tomli.loads(file.read_text())["rule"]]
    entries = TypeAdapter(list[IndicatorRule]).validate_python(rules)
    return {entry.id: entry for entry in entries}


@cache
def pickle_globals() -> PickleGlobals:
    """Return how the imports of pickles are judged."""
    return PickleGlobals.model_validate(_read("pickle_globals"))


@cache
def graphs() -> Graphs:
    """Return what graphs and configurations of models may name."""
    return Graphs.model_validate(_read("graphs"))


@cache
def python_calls() -> tuple[CallKind, ...]:
    """Return what Python beside a model may call that no layer of a model needs, by kind."""
    return tuple(TypeAdapter(list[CallKind]).validate_python(_read("python_calls")["kind"]))


@cache
def configured() -> Configured:
    """Return what the settings of a model say of its weights."""
    return Configured.model_validate(_read("configured"))


@cache
def plain_formats() -> tuple[PlainFormat, ...]:
    """Return the formats whose readers run nothing that they hold."""
    return tuple(TypeAdapter(list[PlainFormat]).validate_python(_read("plain_formats")["format"]))


@cache
def package_registries() -> tuple[PackageRegistry, ...]:
    """Return the registries of packages, with their hosts as packageurl knows them."""
    entries = TypeAdapter(list[PackageRegistry]).validate_python(_read("package_registries")["registry"])
    return tuple(entry.model_copy(update={"bases": _bases(entry)}) for entry in entries)


def _bases(entry: PackageRegistry) -> tuple[tuple[str, str], ...]:
    """Return the hosts of a registry: of the addresses of its examples, and those that serve the same beside it."""
    from packageurl.contrib import purl2url, url2purl  # here, since few runs need it

    router: Any = url2purl.purl_router
    address_of: Any = purl2url.get_repo_url if entry.ecosystem == "pypi" else purl2url.get_download_url
    urls = [str(address_of(purl)) for purl in entry.examples]
    paths = "/noarch/" if entry.channels else "/"
    found = [(parts.netloc, parts.path.partition(paths)[0]) for parts in map(urlsplit, urls)]
    if entry.is_replaced:  # packageurl routes an alias of the host to the very same reader
        reader = router.resolve(urls[0])
        routes = ((re.fullmatch(r"https\?://([\w.-]+)/\.\*", pattern), rule) for pattern, rule in router)
        found += [(match[1], "") for match, rule in routes if match and rule.endpoint is reader]
    return tuple(found)


@cache
def locking() -> dict[str, str]:
    """Return the command that writes a lock with hashes, by the form of the file, or by ecosystem for other forms."""
    return dict(_read("package_registries")["locking"])


@cache
def loaders() -> dict[str, tuple[Loader, ...]]:
    """Return the loading calls by their last name, the longest prefix first."""
    listed = ({**entry, "call": call} for entry in _read("loaders")["loader"] for call in _calls(entry["calls"]))
    entries = [Loader.model_validate({k: v for k, v in entry.items() if k != "calls"}) for entry in listed]
    by_function: dict[str, tuple[Loader, ...]] = {}
    for entry in sorted(entries, key=lambda loader: -len(loader.prefix)):
        by_function[entry.function] = (*by_function.get(entry.function, ()), entry)
    return by_function


def _calls(text: str) -> list[str]:
    """Return each call that a text with alternatives on both sides of its colon stands for."""
    prefixes, functions = (part.split("|") for part in text.split(":"))
    return [f"{prefix}:{function}" for prefix in prefixes for function in functions]


@cache
def name_forms() -> NameForms:
    """Return which texts of code name a model by their form alone."""
    data = _read("loaders")
    short = [{"pattern": s.pattern, "registry": s.registry, "prefix": s.prefix} for s in config_keys().short]
    known = {key: data[key] for key in NameForms.model_fields if key != "form"}
    return NameForms.model_validate({**known, "form": [*data["form"], *short]})


@cache
def permits() -> tuple[Permit, ...]:
    """Return what loading calls let the bytes or the repository that they load do."""
    return TypeAdapter(tuple[Permit, ...]).validate_python(_read("permits")["permit"])


@cache
def loader_flags() -> tuple[str, ...]:
    """Return the arguments of loading calls that decide what they may run."""
    return tuple(_read("loaders")["flags"])


@cache
def opening() -> Opening:
    """Return the calls that open a file or read it."""
    return Opening.model_validate(_read("loaders")["opening"])


@cache
def hosted_calls() -> dict[str, tuple[HostedCall, ...]]:
    """Return the calls to third-party AI services by their last name, the longest first."""
    listed = [{**entry, "call": call} for entry in _read("hosted")["call"] for call in entry["call"]]
    entries = TypeAdapter(list[HostedCall]).validate_python(listed)
    by_name: dict[str, tuple[HostedCall, ...]] = {}
    for entry in sorted(entries, key=lambda item: -len(item.call.removeprefix("*"))):
        last = entry.tail.rpartition(".")[2]
        by_name[last] = (*by_name.get(last, ()), entry)
    return by_name


@cache
def frameworks() -> dict[str, frozenset[str]]:
    """Return the names of ML frameworks by the index that they come from."""
    return {entry["source"]: frozenset(entry["names"]) for entry in _read("frameworks")["framework"]}


@cache
def popular_packages() -> PopularNames:
    """Return the names of packages that imitations take after; the ML frameworks are among them."""
    data = _read("popular_packages")
    named = {key: {*data[key]["names"].split(), *frameworks().get(key, ())} for key in ("pypi", "npm")}
    return PopularNames.model_validate({**named, "real": {key: data[key]["real"].split() for key in named}})


@cache
def popular_models() -> PopularModels:
    """Return the names that look-alikes of owners and models imitate, and files whose name tells their publisher."""
    data = _read("popular_models")
    owners = {hub: tuple(names.lower().split()) for hub, names in data["owners"].items()}
    lists = {key: tuple(data[key].split()) for key in ("models", "moved")}
    return PopularModels.model_validate({**data, **lists, "owners": owners})


@cache
def reputation() -> Reputation:
    """Return what tells a source of models and datasets."""
    return Reputation.model_validate(_read("reputation"))


@cache
def distributions() -> dict[str, str]:
    """Return the distribution that each import name stands for, where that is known."""
    return dict(_read("imports")["distributions"])


@cache
def alternatives() -> dict[str, tuple[str, ...]]:
    """Return the distributions that bring the same module as another one."""
    return {name: tuple(others) for name, others in _read("imports")["alternatives"].items()}


@cache
def artifacts() -> Artifacts:
    """Return the formats of weight files."""
    return Artifacts.model_validate(_read("artifacts"))


@cache
def scopes() -> tuple[ScopePatterns, ...]:
    """Return the path patterns of the scopes, in the order in which they are tried."""
    return tuple(TypeAdapter(list[ScopePatterns]).validate_python(_read("scopes")["scope"]))


@cache
def carriers() -> tuple[CarrierFiles, ...]:
    """Return the kinds of file that may name components, in the order in which they are tried."""
    entries = [
        {key.replace("except", "except_"): value for key, value in e.items()} for e in _read("carriers")["carrier"]
    ]
    return tuple(TypeAdapter(list[CarrierFiles]).validate_python(entries))


@cache
def package_files() -> tuple[PackageFile, ...]:
    """Return the manifests, locks and settings of package clients, in the order in which they are tried."""
    return tuple(TypeAdapter(list[PackageFile]).validate_python(_read("package_files")["file"]))


@cache
def services() -> tuple[Service, ...]:
    """Return the third-party AI services: those that run models, then those that agents search and act by."""
    every = [*_read("services")["service"], *_read("tools")["service"]]
    return tuple(TypeAdapter(list[Service]).validate_python(every))


@cache
def providers() -> dict[str, Provider]:
    """Return what is true of third-party AI services, by their id."""
    entries = TypeAdapter(list[Provider]).validate_python(_read("providers")["provider"])
    return {entry.service: entry for entry in entries}


@cache
def switches() -> tuple[Switch, ...]:
    """Return what says, in code and configuration, whether prompts or their use are sent somewhere or kept."""
    return tuple(TypeAdapter(list[Switch]).validate_python(_read("switches")["switch"]))


@cache
def due_diligence() -> tuple[Topic, ...]:
    """Return the topics that an assessment of a provider has to cover, each with its questions."""
    return tuple(TypeAdapter(list[Topic]).validate_python(_read("due_diligence")["topic"]))


@cache
def areas() -> dict[str, Area]:
    """Return the areas that a policy may name, each with the names and regions of those within it."""
    entries = {entry.name: entry for entry in TypeAdapter(list[Area]).validate_python(_read("areas")["area"])}
    whole = {name: (entry, *(entries[inner] for inner in entry.includes)) for name, entry in entries.items()}
    return {
        name: entry.model_copy(
            update={
                "names": tuple(own for inner in whole[name] for own in (inner.name, *inner.names)),
                "part": tuple(part for inner in whole[name] for part in inner.part),
            }
        )
        for name, entry in entries.items()
    }


@cache
def risk_scale() -> RiskScale:
    """Return how the risk of a third-party AI service is computed."""
    return RiskScale.model_validate(_read("risk"))


@cache
def integrations() -> Integrations:
    """Return how frameworks name the services that they integrate."""
    return Integrations.model_validate({key: value for key, value in _read("services").items() if key != "service"})


@cache
def commands() -> Commands:
    """Return how commands name components."""
    return Commands.model_validate(_read("commands"))


@cache
def config_keys() -> ConfigKeys:
    """Return which keys of configuration files name components."""
    return ConfigKeys.model_validate(_read("config_keys"))


@cache
def javascript() -> JavaScript:
    """Return how JavaScript and TypeScript name components; the SDKs of services are listed with them too."""
    known = JavaScript.model_validate(_read("javascript"))
    sdks = [
        (module, entry.id, "ai-sdk" in module or "ai-provider" in module)
        for entry in services()
        for module in entry.modules
    ]
    more = tuple(Sdk(modules=(module,), service=name, provider=is_provider) for module, name, is_provider in sdks)
    return known.model_copy(update={"sdk": (*known.sdk, *more)})


@cache
def hosting() -> frozenset[str]:
    """Return the sources of models that a service runs: nothing of them is fetched. `service` is one not known by name."""
    return frozenset(service.id for service in services()) | {"service"}


@cache
def words(requirement: str) -> Words:
    """Return the words that may stand in parentheses in a requirement's sentence.

    Raises:
        KeyError: the sentence has no parentheses.
    """
    known = {
        entry.requirement: entry for entry in TypeAdapter(list[Words]).validate_python(_read("words")["parameter"])
    }
    serving = (entry for entry in registries().values() if Kind.MODEL in entry.serves)
    models = tuple(Word(name=entry.word, aliases=entry.aliases) for entry in serving)
    known["1.1"] = Words(name="registries", requirement="1.1", word=models)
    known["90.1"] = Words(name="providers", requirement="90.1", word=tuple(Word(name=entry.id) for entry in services()))
    return known[requirement]


@cache
def documents() -> Documents:
    """Return the documents that a target should have."""
    return Documents.model_validate(_read("documents"))


@cache
def signatures() -> SignatureNames:
    """Return where signatures of models and datasets lie."""
    return SignatureNames.model_validate(_read("signatures"))


@cache
def provenance_forms() -> ProvenanceForms:
    """Return how the provenance of datasets and models is stated."""
    return ProvenanceForms.model_validate(_read("provenance"))


@cache
def fact_sources() -> dict[str, FactSource]:
    """Return the services that facts are fetched from by name."""
    return {entry.name: entry for entry in TypeAdapter(list[FactSource]).validate_python(_read("facts")["source"])}


@cache
def scanner_reports() -> ScannerReports:
    """Return where reports of scanners lie, and what tells them apart."""
    return ScannerReports.model_validate(_read("scanners"))


@cache
def indexes() -> dict[str, IndexSettings]:
    """Return what sets where package clients fetch from, by ecosystem."""
    return TypeAdapter(dict[str, IndexSettings]).validate_python(_read("indexes"))


@cache
def licenses() -> dict[str, License]:
    """Return the obligations table by id; a row has what the group says that it names, and its own before that."""
    data = _read("licenses")
    rows = ({**data["terms"][row["terms"]], **row} for row in data["license"])
    entries = [License.model_validate({key: row[key] for key in row if key != "terms"}) for row in rows]
    return {entry.id: entry for entry in entries}


@cache
def licenses_outside() -> dict[str, str]:
    """Return the ids that Hugging Face gives licenses which the table does not have, each with its SPDX identifier."""
    return dict(_read("licenses")["outside"])


@cache
def license_files() -> LicenseFiles:
    """Return where licenses and credits lie, and how the texts of licenses are told apart."""
    return LicenseFiles.model_validate(_read("license_texts"))


@cache
def _read(name: str) -> dict[str, Any]:
    return tomli.loads((resources.files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))
