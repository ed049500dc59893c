"""Third-party AI services and the models that they host, from hosts, settings and names."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.catalog.interface import Service
from supplychain.model.component import Component, Kind

_OWN_HOST = re.compile(r"localhost|[\d.]+|\[?::1\]?|[\da-f]*:[\da-f:]+|[^.]*|.*\.(local|localhost|internal|lan|svc)")
"""Hosts of the team itself."""
AZURE = "azure-openai"
AZURE_PATH = "/openai/deployments/"
"""What an address of Azure OpenAI has after its host, whatever that is."""
_AI_PATH = re.compile(
    r"(/v\d+\w*)?/(chat/completions|embeddings|rerank|images/(generations|edits)|audio/(speech|transcriptions)|text-to-(speech|image)|txt2img)/?"
    r"|/v\d+/completions/?"
)
"""Paths that only interfaces of models have."""
_PUBLIC = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}")
_NOBODY = re.compile(r"(.*\.)?(example|your|my|test|foo|acme|placeholder|domain|host|server|invalid)[\w-]*(\..*)?")
"""Hosts that stand for one to be filled in."""
_API_HOST = re.compile(r"(api|inference|gateway|llm)[\w-]*\..+")
_ROUTED = re.compile(r"([\w-]+)[/:](\S+)")
_SECRET = re.compile(r"_?(API_?)?(KEY|TOKEN)S?(_\d+)?$")
"""What ends the name of a setting that holds a secret."""
_OF_MANY = frozenset({"GOOGLE_API_KEY", "OPENAI_API_KEY"})
"""Settings whose names also end those of other services, and of servers that speak like one."""
_OF_SEVERAL = frozenset({"GOOGLE_API_KEY"})
_ELSE = re.compile(
    rb"(?i)CSE_ID|CSE_KEY|SEARCH_ENGINE_ID|custom_?search|GOOGLE_CX|search_google|youtube/v3|googleapis\.com/(maps|youtube)|maps\.googleapis"
)
_GEMINI = re.compile(rb"(?i)gemini|genai|generative|palm|vertex|bard\b|google[._]adk")
_INTERFACE = re.compile(
    rb"chat/completions|\b(Async)?OpenAI\(|class \w+\([^)]*OpenAI|createOpenAI|new OpenAI|(?i:openai[-_ ]?compatible)"
)
_KEY = re.compile(rb"(?i)authorization|api[-_]?key|bearer")
_ANY_NAME = frozenset({"huggingface-inference", "replicate"})
"""Services that host models of any name."""


def service(name: str) -> Component:
    """Return a service as a component."""
    return Component(kind=Kind.SERVICE, source="", name=name)


def service_at(address: str, given_to: str | None = None) -> Component | None:
    """Return the service of the catalog whose host an address has, or None.

    `given_to` is the service whose client or setting is given the address: a host of a whole cloud is then its own.
    """
    whole, endings, patterns = _hosts()
    host = host_of(address)
    if given_to and any(fnmatchcase(host, pattern) for pattern in _shared().get(given_to, ())):
        return service(given_to)
    name = whole.get(host) or next((name for ending, name in endings if host.endswith(ending)), None)
    name = name or next((name for pattern, name in patterns if fnmatchcase(host, pattern)), None)
    for pattern, path, owner in _paths():
        if path.partition("*")[0] in address and fnmatchcase(host, pattern):
            whole_path = urlsplit(address).path
            name = (
                owner if whole_path.startswith(path) or ("*" in path and fnmatchcase(whole_path, f"{path}*")) else name
            )
    return service(name) if name else None


def service_by_form(address: str, *, has_key: bool) -> Component | None:
    """Return the service of a host that no catalog knows, by what its address says of it, or None.

    The path is that of an interface of models, or the host is an interface below `.ai` and is given a key.
    """
    host = host_of(address)
    if _PUBLIC.fullmatch(host) is None or is_own_host(host) or _NOBODY.fullmatch(host):
        return None
    path = urlsplit(address).path
    is_api = _API_HOST.fullmatch(host) is not None or re.match(r"/(api|v\d+)/", path) is not None
    is_ai = has_key and host.endswith(".ai") and is_api and re.search(r"auth|login|token", address) is None
    return service(host) if is_ai or re.search(rf"(?:{_AI_PATH.pattern})$", path) else None


def service_by_interface(address: str) -> Component | None:
    """Return the service of a host that no catalog knows, whose address is given where a model's interface is asked for.

    Its path is all that such an interface has before its own: a version.
    """
    host = host_of(address)
    if _PUBLIC.fullmatch(host) is None or is_own_host(host) or _NOBODY.fullmatch(host) or service_at(address):
        return None
    return service(host) if re.fullmatch(r"(/[\w-]+){0,3}/v\d+\w*/?", urlsplit(address).path) else None


@lru_cache(maxsize=4)
def speaks(data: bytes) -> bool:
    """Whether code anywhere asks by the interface that many services have."""
    return _INTERFACE.search(data) is not None


@lru_cache(maxsize=4)
def has_key(data: bytes) -> bool:
    """Whether code anywhere speaks of a key or of an authorization."""
    return _KEY.search(data) is not None


def client_at(name: str, address: str) -> Component | None:
    """Return a service that the catalog does not know, by its host, where a client is sent to it."""
    known = catalog.commands()
    host = host_of(address)
    is_own = not host or re.fullmatch(known.own_host, host) is not None or _NOBODY.fullmatch(host) is not None
    return None if is_own or re.fullmatch(known.client_variable, name) is None else service(host)


def host_of(address: str) -> str:
    """Return the host of an address, which may stand without a scheme; empty where it has none."""
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""


def is_own_host(host: str) -> bool:
    """Whether a host is the team's own: its machine, its network, or no name of the public network."""
    return _OWN_HOST.fullmatch(host) is not None


@lru_cache(maxsize=20_000)
def service_of_setting(variable: str) -> Component | None:
    """Return the service that an environment variable belongs to, or None.

    It is one that the service's SDK reads, with the team's own words before it or another word for a key, or one that
    a pattern of the catalog tells.
    """
    if len(variable) > 80:
        return None
    known, names = _settings()
    name = known.get(variable) or next((name for pattern, name in names if pattern.fullmatch(variable)), None)
    match = _SECRET.search(variable) if name is None else None
    if match is not None:
        words = f"{variable[: match.start()]}_API_KEY".split("_")
        for start in range(len(words) - 2):
            setting = "_".join(words[start:])
            if setting in known and setting not in _OF_MANY and len(words[start]) > 2:
                name = None if any(word.lower() in _prefixes() for word in words[:start]) else known[setting]
                break
    return service(name) if name else None


def is_of_another(setting: str, data: bytes) -> bool:
    """Whether a setting that two services read is the other one's, by what else the file speaks of.

    The key of Google's Gemini is also that of its search, its maps and its videos.
    """
    return setting in _OF_SEVERAL and _ELSE.search(data) is not None and _GEMINI.search(data) is None


@lru_cache(maxsize=20_000)
def service_of_resource(key: str) -> str | None:
    """Return the service that a type of cloud resources is, as a key of Terraform writes it, or None."""
    resource = key.replace("awscc_", "aws_", 1)  # the same resources by the other of AWS's two providers
    return next((entry.id for entry in catalog.services() if resource.startswith(entry.resources or ("\0",))), None)


def hosted_model(text: str, by: str | None = None) -> Component | None:
    """Return the model of a service that a name stands for, or None where it names none.

    `by` is the service that the call goes to, where that is known; it can be a router, which writes another service
    before the name, and a name that is none of its own models is none. Without it only names count that tell their
    service: `gpt-4o`, `openai/gpt-4o`, `openai:gpt-4o`.
    """
    if by is not None:
        own = _own(by)
        fits = own is None or own.fullmatch(text) is not None
        return Component(kind=Kind.MODEL, source=by, name=text) if fits and re.fullmatch(r"\S+", text) else None
    if known := _any_model().fullmatch(text):
        named = _with_models()[int((known.lastgroup or "")[1:])]
        return Component(kind=Kind.MODEL, source=named.id, name=text)
    match = _ROUTED.fullmatch(text)
    if match and match[1] in _prefixes():
        source = _prefixes()[match[1]]
        is_owned = "/" in match[2] and all(entry.id != source for entry in _with_models())
        if source in _ANY_NAME or is_owned or hosted_model(match[2]):
            return Component(kind=Kind.MODEL, source=source, name=match[2])
    return None


def routed_model(text: str) -> Component | None:
    """Return the model that a router's own name for it stands for: `service/model` or `service:model`."""
    match = _ROUTED.fullmatch(text)
    if match and match[1] in _prefixes():
        return Component(kind=Kind.MODEL, source=_prefixes()[match[1]], name=match[2])
    return hosted_model(text)


def service_known_as(text: str) -> str | None:
    """Return the id of the service that frameworks know by a name, in whatever way it is written, or None."""
    return _names().get(_plain(text))


@lru_cache(maxsize=4096)
def service_of_integration(dotted: str) -> str | None:
    """Return the id of the service that a module or class of a framework is for, or None.

    It is told by a part of the name: `langchain_community.chat_models.ChatCohere`, `llama_index.llms.groq`.
    """
    root, _, rest = dotted.partition(".")
    if root.startswith("langchain_") and root not in catalog.integrations().frameworks:
        match = _integration().fullmatch(_plain(root.removeprefix("langchain_")))
        return _names()[match["name"]] if match else None
    if not rest or root not in catalog.integrations().frameworks or ".serializers." in dotted:
        return None  # what puts a telephone's messages into form is no model's
    matches = (_integration().fullmatch(_plain(part)) for part in reversed(rest.split(".")))
    return next((_names()[match["name"]] for match in matches if match), None)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


@cache
def _hosts() -> tuple[dict[str, str], tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Return the services by whole host, by the end of one, and by a pattern with `*` elsewhere."""
    every = [(host, entry.id) for entry in catalog.services() for host in entry.hosts]
    whole = dict(pair for pair in every if "*" not in pair[0])
    endings = tuple((host[1:], name) for host, name in every if host.startswith("*.") and host.count("*") == 1)
    others = tuple(pair for pair in every if "*" in pair[0] and (pair[0][1:], pair[1]) not in endings)
    return whole, endings, others


@cache
def _shared() -> dict[str, tuple[str, ...]]:
    """Return the hosts that services have together with others of their cloud."""
    return {entry.id: entry.shared for entry in catalog.services() if entry.shared}


@cache
def is_spoken(name: str) -> bool:
    """Whether servers of others speak the interface of a service."""
    return any(entry.id == name and entry.is_spoken for entry in catalog.services())


def shares_hosts(name: str) -> bool:
    """Whether a service has hosts that others of its cloud have too."""
    return name in _shared()


@cache
def _paths() -> tuple[tuple[str, str, str], ...]:
    """Return the services of hosts that others have too: the host, how the path begins, and the service."""
    every = ((address.partition("/"), entry.id) for entry in catalog.services() for address in entry.addresses)
    return tuple((host, f"/{path}", name) for (host, _, path), name in every)


@cache
def _settings() -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Return the services by the settings that their SDKs read, and by patterns of what teams call theirs."""
    every = catalog.services()
    patterns = tuple((re.compile(pattern), entry.id) for entry in every for pattern in entry.setting_names)
    return {name: entry.id for entry in every for name in entry.settings}, patterns


@cache
def _with_models() -> tuple[Service, ...]:
    return tuple(entry for entry in catalog.services() if entry.models)


@cache
def _any_model() -> re.Pattern[str]:
    """Return one pattern of all names of models, those of each service in a group that its position names."""
    every = (f"(?P<s{position}>{'|'.join(entry.models)})" for position, entry in enumerate(_with_models()))
    return re.compile("|".join(every))


@cache
def _own(name: str) -> re.Pattern[str] | None:
    """Return what the names of the models of a service look like; None where that is not known."""
    listed: list[Service] = [entry for entry in catalog.services() if entry.id == name and entry.models]
    return re.compile("|".join((*listed[0].models, *listed[0].serves))) if listed else None


@cache
def _prefixes() -> dict[str, str]:
    return {name: entry.id for entry in catalog.services() for name in entry.prefix}


@cache
def _names() -> dict[str, str]:
    """Return the services by what frameworks call them, without names that a registry has too."""
    services, other = catalog.services(), catalog.integrations().other_words
    every = [(_plain(entry.id), entry.id) for entry in services if entry.id not in other]
    every += [(_plain(name), entry.id) for entry in services for name in (*entry.prefix, *entry.known_as)]
    return {name: key for name, key in every if name not in catalog.registries()}


@cache
def _integration() -> re.Pattern[str]:
    known = catalog.integrations()
    names = "|".join(sorted(_names().keys() - {"azure"}, key=len, reverse=True))  # Azure is more than its models
    return re.compile(f"({known.before})*(?P<name>{names})({known.after})*")
