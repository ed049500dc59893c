"""What the text of a plant names that is real: a framework, a service or a region that the target does not use yet."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Literal

from supplychain.model.base import Frozen
from supplychain.model.component import Kind
from supplychain.model.reference import Reference, Scope
from supplychain.model.service import Switch
from supplychain.sensitivity.ground import Ground
from supplychain.sensitivity.interface import CannotPlantError

Choice = Literal["", "framework", "service", "provider", "region", "openai", "openai elsewhere"]

_FRAMEWORKS = {
    "torch": "torch", "xgboost": "xgboost", "lightgbm": "lightgbm", "catboost": "catboost", "spacy": "spacy", "keras": "keras",
    "tensorflow": "tensorflow", "gensim": "gensim", "jax": "jax", "mlflow": "mlflow", "scikit-learn": "sklearn",
    "vllm": "vllm", "stanza": "stanza", "bertopic": "bertopic", "easyocr": "easyocr", "paddlepaddle": "paddle",
}  # fmt: skip
_SERVICES = {
    "mistralai": "api.mistral.ai", "groq": "api.groq.com", "cohere": "api.cohere.com", "anthropic": "api.anthropic.com",
    "together": "api.together.xyz", "replicate": "api.replicate.com", "cerebras": "api.cerebras.ai", "openai": "api.openai.com",
}  # fmt: skip
_REGIONS = (
    {"short": "us", "aws": "us-east-1", "azure": "eastus", "gcp": "us-central1"},
    {"short": "eu", "aws": "eu-west-1", "azure": "westeurope", "gcp": "europe-west1"},
)


class Provider(Frozen):
    """A service, and how its documentation has it called."""

    name: str
    prefix: str = ""
    """What LiteLLM calls it before the name of a chat model; empty: it has none."""
    chain: str = ""
    """What LangChain calls it as the provider of a chat model; empty: it has none."""
    module: str
    client: str
    host: str
    key: str
    """The variable of the environment that its SDK takes its key from."""
    npm: str


@cache
def tables() -> tuple[dict[str, Any], ...]:
    """Return the data files of this package."""
    folder = files("supplychain.sensitivity.plants").joinpath("ways")
    paths = sorted(folder.iterdir(), key=lambda path: path.name)
    return tuple(tomllib.loads(path.read_text(encoding="utf-8")) for path in paths)


@cache
def providers() -> tuple[Provider, ...]:
    """Return the services that can be planted, as the data files hold them."""
    return tuple(Provider.model_validate(entry) for table in tables() for entry in table.get("provider", ()))


def chosen(choice: Choice, ground: Ground, rng: Random) -> dict[str, str]:
    """Return what fills the fields of a text for a choice; `found` is what a row on it names.

    Raises:
        CannotPlantError: the target uses all that could be planted, or has nothing that it could be about.
    """
    match choice:
        case "framework":
            return _framework(ground, rng)
        case "service":
            return _service(ground, rng)
        case "provider":
            return _provider(ground, rng)
        case "region":
            return {"found": "", **elsewhere(ground)}
        case "openai":
            return _openai(ground)
        case "openai elsewhere":
            return {**_openai(ground), **elsewhere(ground)}
        case _:
            return {"found": ""}


def elsewhere(ground: Ground) -> dict[str, str]:
    """Return a region that the policy does not allow, as each cloud writes it.

    Raises:
        CannotPlantError: the policy allows none, so that none is worse, or allows all of these.
    """
    allowed = ground.case.policy.services.allowed_regions
    free = [r for r in _REGIONS if not any(name.casefold().startswith((r["short"], r["azure"])) for name in allowed)]
    if not allowed or not free:
        raise CannotPlantError("the policy allows no region, or each that could be planted")
    return dict(free[0])


def _framework(ground: Ground, rng: Random) -> dict[str, str]:
    used = _used(ground)
    free = [name for name, module in _FRAMEWORKS.items() if f"/{name}" not in used and f"/{module}" not in used]
    name = rng.choice(_any_of(free, "framework"))
    return {"framework": name, "module": _FRAMEWORKS[name], "found": f"/{name}"}


def _service(ground: Ground, rng: Random) -> dict[str, str]:
    used = _used(ground)
    name = rng.choice(_any_of([name for name in _SERVICES if name[:6] not in used], "service"))
    return {"sdk": name, "api": _SERVICES[name], "found": f"service:{name[:6]}"}


def _provider(ground: Ground, rng: Random) -> dict[str, str]:
    declared = ground.case.declaration.service if ground.case.declaration else ()
    used = " ".join([_used(ground), *(text for service in declared for text in (service.id, *service.detect))])
    free = [p.name for p in providers() if p.name[:6] not in used and p.host not in used]
    name = rng.choice(_any_of(free, "service"))
    one = next(provider for provider in providers() if provider.name == name)
    fields = {"sdk": one.module, "client": one.client, "api": one.host, "key": one.key, "npm": one.npm}
    return {**fields, "prefix": one.prefix, "chain": one.chain, "found": f"service:{name[:6]}"}


def _openai(ground: Ground) -> dict[str, str]:
    found = [r for r in services_in_use(ground) if r.component.name == "openai"]
    declared = ground.case.declaration.service if ground.case.declaration else ()
    if not found or "openai" not in {service.id for service in declared}:
        raise CannotPlantError("production does not use, or the declaration does not name, the service openai")
    endpoint = next((r.address for r in found if r.address), "https://api.openai.com/v1")
    return {"endpoint": endpoint.rstrip("/"), "found": "service:openai"}


def services_in_use(ground: Ground) -> tuple[Reference, ...]:
    """Return the places of production that name a service."""
    return ground.case.inventory.of(Kind.SERVICE, {Scope.PROD})


def guards(ground: Ground) -> tuple[Switch, ...]:
    """Return the places of production that switch something off that must not be switched on.

    Reports on the use of a library hold no prompt: they must not be sent only where a service is declared without them.
    """
    declared = ground.case.declaration.service if ground.case.declaration else ()
    is_stated = any(service.handling.get("telemetry") is False for service in declared)
    off = (item for item in ground.case.inventory.switches if item.state == "off" and item.at.scope is Scope.PROD)
    return tuple(item for item in off if is_stated or item.handling != "telemetry")


def _used(ground: Ground) -> str:
    return " ".join(reference.component.id for reference in ground.case.inventory.references)


def _any_of(free: list[str], what: str) -> list[str]:
    if not free:
        raise CannotPlantError(f"the target uses every {what} that could be planted")
    return free
