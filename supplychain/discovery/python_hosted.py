"""Third-party AI services in Python source: SDKs, the clients that are made of them, and the models they are asked for."""

from __future__ import annotations

import ast
import re
from functools import cache, lru_cache

from supplychain import catalog
from supplychain.catalog.interface import HostedCall
from supplychain.discovery.hosted import (
    AZURE,
    AZURE_PATH,
    has_key,
    host_of,
    hosted_model,
    is_of_another,
    is_own_host,
    is_spoken,
    routed_model,
    service,
    service_at,
    service_by_form,
    service_known_as,
    service_of_integration,
    service_of_setting,
    shares_hosts,
)
from supplychain.discovery.interface import Subclass
from supplychain.discovery.naming import Named, is_address
from supplychain.discovery.python_endpoints import Regions
from supplychain.discovery.python_environment import among_words, azure, compared, sent_elsewhere
from supplychain.discovery.python_given import Value, elements, given, held
from supplychain.discovery.python_imported import is_of_types, is_own, subclassed
from supplychain.discovery.python_names import Chain
from supplychain.discovery.python_report import Report, keyword_of, positional
from supplychain.discovery.python_said import members, settings_of, spoken_to
from supplychain.discovery.python_values import Known
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Resolution, Scope

_TELLING = re.compile(r"(?=.*\d)(?=.*-)[\w.:@-]*\w")
"""A name that nothing but a model has: with a hyphen and a number."""
_SETTING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_READ = re.compile(r"([(=]|\w\[)$")
"""What stands before the name of a setting that is read: a list of names reads none."""
_SENT = re.compile(r"[\"']\]\s*=(?!=)")
_DUMMY = re.compile(
    r"[\"'](\]\s*=|,)\s*[\"'](?i:(?P<form>sk-[x.]*)|empty|dummy|fake|none|null|test|not[-_ ]?(needed|used|required))[-_\w]*[\"']\)?\s*(#.*)?$"
)
"""A setting that is given what is no key, for a server that asks for none; in a text, a form to be filled in."""
_RUN = frozenset({Scope.PROD, Scope.TEST})
_AWS = frozenset({"boto3", "aioboto3", "botocore", "aiobotocore"})
AWS_CLIENTS = frozenset({"client", "resource", "create_client"})
_AT_RUN_TIME = "the hosted model's name is made at run time"


@cache
def _by_import() -> dict[str, str]:
    return {name: entry.id for entry in catalog.services() for name in entry.imports}


@cache
def _by_root() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the imports of SDKs, each with its service, by the first part of their name."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for name, owner in _by_import().items():
        root = name.partition(".")[0]
        found[root] = (*found.get(root, ()), (name, owner))
    return found


@cache
def _clients() -> dict[str, str]:
    return {name: entry.id for entry in catalog.services() for name in entry.clients}


@lru_cache(maxsize=4096)
def _imported(module: str) -> tuple[tuple[str, str], ...]:
    """Return the imports of SDKs that a module's name begins with, each with its service; the longest alone counts."""
    whole = service_of_integration(module)
    listed = _by_root().get(module.partition(".")[0], ())
    begun = [item for item in listed if f"{module}.".startswith(f"{item[0]}.")]
    own = tuple(item for item in begun if len(item[0]) == max(len(name) for name, _ in begun))
    return (*own, (module, whole)) if whole and module not in dict(own) else own


@cache
def _hosts_models() -> frozenset[str]:
    """Return the services that a model can be asked of."""
    return frozenset(entry.id for entry in catalog.services() if entry.models or entry.prefix)


class Hosted:
    """The service calls of one file."""

    def __init__(self, report: Report) -> None:
        """Add what they name to a report."""
        self._report = report
        self._regions = Regions(report)
        self._by_import = _by_import()
        self._clients = _clients()
        self._imported: dict[str, tuple[str, int]] = {}
        """The services whose SDK the file imports: how they are named and the line."""
        self._modules: dict[str, set[str]] = {}
        """What is imported for each of them."""
        self._typed: set[str] = set()
        """The services of whose SDK the file imports types."""
        self._settings: dict[str, tuple[str, int]] = {}
        """The services whose settings the file reads: the setting and its line."""
        self._has_aws = False
        self._usual: set[str] = set()
        """Services of which a client is made that goes to their own host."""
        self._elsewhere: set[str] = set()
        """Services of which a client is made that goes to another one."""
        self._words: frozenset[int] | None = None
        """Texts that are compared, or elements of a list of all sorts of words, once they are asked for."""
        self._reached: set[str] = set()
        """Services that a client is sent to by their address."""

    def imported(self, module: str, line: int) -> None:
        """Note an import."""
        self._has_aws = self._has_aws or module.partition(".")[0] in _AWS
        listed = _imported(module)
        if not listed or is_own(self._report, module):
            return
        if is_of_types(module):
            self._typed.update(found for _, found in listed)
            return
        for name, found in listed:
            self._imported.setdefault(found, (f"import {name}", line))
            self._modules.setdefault(found, set()).add(module)

    def call(self, node: ast.Call, candidates: list[str], chain: Chain) -> None:
        """Report what a call to a service names, if it is one."""
        last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if self._has_aws and (last in AWS_CLIENTS or "boto3.client" in candidates):
            self._aws(node, chain)
            return
        if last and last not in catalog.hosted_calls():
            return
        entry = next((found for name in candidates if (found := self._matching(name))), None)
        if entry is None:
            return
        entry = self._of_azure(node, entry, chain)
        is_of_aws = self._has_aws and entry.service in self._clients.values()
        if entry.service is not None and (entry.prefix != "*" or entry.tail[0].isupper() or is_of_aws):
            self._imported.setdefault(entry.service, (entry.tail, node.lineno))
        to = self._goes_to(node, entry, chain) if entry.address else entry.service
        if chosen := self._chosen(node, entry, chain):
            entry, to = entry.model_copy(update={"routed": False}), chosen
        sdk = self._by_import.get(entry.prefix)
        if sdk is not None and entry.service not in {None, sdk}:
            self._elsewhere.add(sdk)
        if to is not None and (entry.address or entry.region or entry.service in self._imported):
            self._region(node, entry, to, chain)
        if entry.model:
            self._model(node, entry, to, candidates[0].lstrip("?."), chain)
        if (
            entry.service is not None
            and to == entry.service
            and keyword_of(node, *entry.address, *entry.region) is None
        ):
            if entry.address or entry.region or entry.tail.rpartition(".")[2][:1].isupper():
                self._regions.plain(to, node, entry.tail)
        if (router := to or self.only()) is not None:
            self._regions.forwarded(router, node, chain)

    def able(self) -> frozenset[str]:
        """Return the services that the calls of the file may go to."""
        return frozenset(self._reached | (self._imported.keys() - (self._elsewhere - self._usual)))

    def address(self, text: str, line: int, node: ast.Constant | None = None) -> bool:
        """Report a service by an address of its host, wherever the code spells it; return whether it is one.

        One of a list of all sorts of words is only a word.
        """
        found = service_at(text, self._of_cloud()) if is_address(text) else None
        if found is None and AZURE_PATH in text and not (is_address(text) and is_own_host(host_of(text))):
            found = service(AZURE)
        if (
            found is None
            and node is not None
            and is_address(text)
            and self._report.source.place.scope is not Scope.TEST
        ):
            found = service_by_form(text, has_key=has_key(self._report.source.data))
        if found is None:
            return False
        if node is not None:
            if self._words is None:
                module = self._report.names.module
                self._words = among_words(module) | compared(module)
            if id(node) in self._words:
                return True
        self._report.refer(Named(found, None, text), line, Resolution.LITERAL, "address of a service")
        return True

    def _of_cloud(self) -> str | None:
        """Return the only service of the file that has hosts together with others, or None."""
        listed = [name for name in self._imported if shares_hosts(name)]
        return listed[0] if len(listed) == 1 else None

    def name(self, text: str, line: int) -> bool:
        """Report a hosted model by a name that tells it, as lists and settings spell it; return whether it is one.

        The name of a setting is noted.
        """
        if _SETTING.fullmatch(text):
            if (owner := service_of_setting(text)) is not None and self._is_read(text, line):
                self._settings.setdefault(owner.name, (text, line))
            return False
        if not _TELLING.fullmatch(text.rpartition("/")[2]):
            return False
        found = hosted_model(text)
        if found is not None and "/" in text and found.name != text and hosted_model(found.name) is None:
            return False  # the name of a registry begins with an owner too
        if found is not None:
            self._report.refer(Named(found), line, Resolution.LITERAL, "name of a hosted model")
        return found is not None

    def _is_read(self, setting: str, line: int) -> bool:
        """Whether a line, or the call that began on the one above, reads a setting, rather than list or override it."""
        text = self._line(line)
        quoted = re.search(rf"[\"']{setting}[\"']", text)  # what it is assigned to may have the same name
        at = quoted.start() + 1 if quoted else text.find(setting)
        before, after = (text[:at], text[at + len(setting) :]) if at >= 0 else (text, "")
        before = before[:-1].rstrip() or self._line(line - 1).rstrip()
        if _SENT.match(after) and not setting.endswith(("KEY", "TOKEN")):
            return False
        if (dummy := _DUMMY.match(after)) and (not dummy["form"] or self._report.source.place.scope in _RUN):
            return False
        is_argument = before.endswith(",") and before.count("(") > before.count(")")
        return is_argument or _READ.search(before) is not None or re.match(r".\s+(not )?in\b", after) is not None

    def _line(self, number: int) -> str:
        lines = self._report.lines
        return lines[number - 1].decode("utf-8", "replace") if 0 < number <= len(lines) else ""

    def finish(self) -> None:
        """Report the SDKs that are imported and the settings read, but those of which every client goes elsewhere."""
        self._elsewhere |= sent_elsewhere(self._report)
        for named, line, setting in settings_of(self._report):
            self._settings.setdefault(named, (setting, line))
        for named, line, member in members(self._report):
            self._imported.setdefault(named, (member, line))
        for address, line in spoken_to(self._report):
            self._report.refer(Named(service(host_of(address)), None, address), line, Resolution.LITERAL, "base_url")
        for line, is_all in azure(self._report):
            self._imported.setdefault(AZURE, ("openai.api_type", line))
            self._elsewhere |= {"openai"} if is_all else set()
        for found, (call, line) in (self._settings | self._imported).items():
            if is_of_another(call, self._report.source.data):
                continue
            if found not in self._elsewhere or found in self._usual:
                self._report.refer(Named(service(found)), line, Resolution.LITERAL, call)
                self._only_derived(found, call)

    def _only_derived(self, name: str, call: str) -> None:
        """Set the last reference aside where it is an import of a client that the file only derives classes from."""
        modules = self._modules.get(name, set())
        if (
            len(modules) != 1
            or not call.startswith("import ")
            or not self._report.names.classes
            or name in self._settings
        ):
            return
        base = next(iter(modules))
        entry = self._matching(base) if base.rpartition(".")[2][:1].isupper() else None
        if entry is not None and (classes := subclassed(self._report.names, base)):
            found = self._report.found
            found.subclasses.append(Subclass(found.references.pop(), base, tuple(classes), entry.address))

    def is_elsewhere(self, name: str) -> bool:
        """Whether the calls that were read send the client of a service elsewhere, all of them."""
        return name in self._elsewhere and name not in self._usual

    def _matching(self, dotted: str) -> HostedCall | None:
        for entry in catalog.hosted_calls().get(dotted.rpartition(".")[2], ()):
            if not f".{dotted.lstrip('?')}".endswith(f".{entry.tail}"):
                continue
            if entry.prefix == "*":
                if self._imported or entry.service is None or "." not in entry.tail:
                    return entry
            elif dotted.startswith(f"{entry.prefix}.") or (dotted.startswith("?") and entry.service in self._imported):
                if not dotted.startswith("?") or entry.prefix.partition(".")[0] != "openai":
                    return entry
        return None

    def _of_azure(self, node: ast.Call, entry: HostedCall, chain: Chain) -> HostedCall:
        """Return a call of OpenAI's SDK as one of Azure, where an argument says so."""
        kind = self._report.only(node, "openai_api_type", chain) or self._report.only(node, "api_type", chain)
        if entry.service != "openai" or kind is None or not kind.value.startswith("azure"):
            return entry
        self._elsewhere.add("openai")
        return entry.model_copy(update={"service": AZURE})

    def _aws(self, node: ast.Call, chain: Chain) -> None:
        name = keyword_of(node, "service_name") or positional(node, 0)
        known = self._report.values.constant(name, chain) if name is not None else None
        if known is None or known.value not in self._clients:
            return
        region = self._report.only(node, "region_name", chain)
        found = Named(service(self._clients[known.value]))
        facts = {"region": region.value if region else None}
        self._report.refer(found, node.lineno, known.resolution, f"boto3.client({known.value!r})", **facts)
        self._imported.setdefault(self._clients[known.value], ("boto3", node.lineno))
        self._elsewhere.add(self._clients[known.value])  # the client itself is the reference
        self._regions.aws(self._clients[known.value], node, chain)

    def _chosen(self, node: ast.Call, entry: HostedCall, chain: Chain) -> str | None:
        """Report the services that arguments name; return the one that runs the model, where the call says that."""
        listed = keyword_of(node, *entry.chooses) if entry.chooses else None
        if listed is None and entry.chooses and not entry.model and entry.position is not None:
            listed = positional(node, entry.position)
        found = None
        for element in elements(self._report, listed, chain) if listed is not None else ():
            known = self._report.values.constant(element, chain)
            found = _named_by(known.value, entry) if known is not None else None
            if known is not None and found is not None:
                self._report.refer(
                    Named(service(found)), node.lineno, known.resolution, f"{entry.tail}({entry.chooses[0]})"
                )
        return found if entry.routed else None

    def _goes_to(self, node: ast.Call, entry: HostedCall, chain: Chain) -> str | None:
        """Return the service that a client goes to; report one at another address. None: the team's own machine."""
        own = entry.service
        got = given(self._report, node, entry.address, chain, None if entry.model else entry.position)
        is_default = got.may_lack or any(value.possible.is_none for value in got.values)
        if is_default and own:
            self._usual.add(own)
        reached = own if is_default else None
        for value in got.values:
            reached = self._sent(value, node, entry, chain) or reached
        if got.hidden is not None and entry.local and not got.values:
            self._at_run_time(node, got.hidden, entry)
        return reached

    def _sent(self, value: Value, node: ast.Call, entry: HostedCall, chain: Chain) -> str | None:
        """Report the services that an address sends a client to; return one."""
        if entry.within and not value.possible.known:
            inner = held(self._report, value.node, entry.within, chain)
            if inner.hidden is not None and not inner.values:
                self._at_run_time(node, inner.hidden, entry)
            for part in inner.values:
                self._sent(part, node, entry.model_copy(update={"within": ()}), chain)
            return None
        reached = None
        for known in value.possible.known:
            reached = self._reach(known, node, entry) or reached
        if value.possible.is_open and not value.possible.known:
            if entry.service and (entry.local or is_spoken(entry.service)):
                self._elsewhere.add(entry.service)
            elif entry.service:
                self._usual.add(entry.service)
                self._imported.setdefault(entry.service, (entry.tail, node.lineno))
            if entry.service == "openai" and AZURE_PATH in self._report.code(value.node):
                self._report.refer(Named(service(AZURE)), node.lineno, Resolution.LITERAL, entry.tail)
                return AZURE
            self._at_run_time(node, value.node, entry)
        return reached

    def _at_run_time(self, node: ast.Call, value: ast.expr, entry: HostedCall) -> None:
        reason = "its address is made at run time"
        self._report.unresolved(Kind.SERVICE, node, entry.tail, value, reason, entry.service or "")

    def _reach(self, known: Known, node: ast.Call, entry: HostedCall) -> str | None:
        """Report the service at the address that a client is sent to; return it, or None for the team's own machine."""
        found = service_at(known.value, entry.service)
        host = host_of(known.value)
        if found is None and host and not is_own_host(host) and (is_address(known.value) or not entry.local):
            found = service(host)
        if entry.service:
            self._elsewhere.add(entry.service)
        if found is None:
            return None
        self._reached.add(found.name)
        call = f"{entry.tail}({entry.address[0]})"
        self._report.refer(Named(found, None, known.value), node.lineno, known.resolution, call)
        return found.name

    def _region(self, node: ast.Call, entry: HostedCall, to: str, chain: Chain) -> None:
        region = next((known for name in entry.region if (known := self._report.only(node, name, chain))), None)
        if region is not None:
            facts = {"region": region.value}
            self._report.refer(Named(service(to)), node.lineno, region.resolution, entry.tail, **facts)

    def _model(self, node: ast.Call, entry: HostedCall, to: str | None, call: str, chain: Chain) -> None:
        given = keyword_of(node, *entry.model)
        if given is None and entry.position is not None:
            given = positional(node, entry.position)
        if given is None:
            return
        possible = self._report.possible(given, chain)
        names = [known for known in possible.known if not (entry.address and is_address(known.value))]
        for known in possible.known:
            if known not in names:
                self._usual.discard(entry.service or "")
                self._reach(known, node, entry)
        for known in names:
            found = self._component(known.value, entry, to)
            if found is not None:
                component, revision = found
                facts = {"revision": revision}
                self._report.refer(Named(component, revision), node.lineno, known.resolution, call, **facts)
                if entry.routed:
                    router = service(component.source)
                    self._report.refer(Named(router), node.lineno, known.resolution, call)
        if entry.address and possible.is_open and not possible.known and self._begins_address(given, chain):
            self._elsewhere.add(entry.service or "")
            self._usual.discard(entry.service or "")
            self._at_run_time(node, given, entry)
            return
        unfit = [known.value for known in names if self._component(known.value, entry, to) is None]
        if unfit or (possible.is_open and not possible.known):
            source = to or self.only() or "service"
            reason = f"{unfit[0]!r} is no model that its service names" if unfit else _AT_RUN_TIME
            self._report.unresolved(Kind.MODEL, node, call, given, reason, source)

    def _begins_address(self, node: ast.expr, chain: Chain) -> bool:
        """Whether a name is given a text that begins as an address, in one of the ways that it is bound."""
        found = self._report.names.visible(node.id, chain) if isinstance(node, ast.Name) else None
        for bound in found[0] if found else ():
            left = bound.left if isinstance(bound, ast.BinOp) else bound
            left = left.values[0] if isinstance(left, ast.JoinedStr) and left.values else left
            if isinstance(left, ast.Constant) and is_address(str(left.value)):
                return True
        return False

    def _component(self, text: str, entry: HostedCall, to: str | None) -> tuple[Component, str | None] | None:
        if entry.routed:
            component = routed_model(text)
            return (component, None) if component else None
        if to == "replicate":
            name, _, version = text.partition(":")
            return Component(kind=Kind.MODEL, source=to, name=name), version or None
        telling = hosted_model(text)
        source = to or (telling.source if telling else None)
        if source is None:
            source = self.only()
        component = hosted_model(text, source) if source else None
        return (component, None) if component else None

    def only(self) -> str | None:
        """Return the one service that a call which names none can go to, or None."""
        imported = ((self._imported.keys() | self._typed) & _hosts_models()) - (self._elsewhere - self._usual)
        able = self._reached | imported
        return next(iter(able)) if len(able) == 1 else None


def _named_by(text: str, entry: HostedCall) -> str | None:
    """Return the service that a text given to a call names; the tools of a framework have names of their own."""
    is_tool = not entry.model and entry.position is not None
    return service_known_as(text) or (service_of_integration(f"{entry.prefix}.{text}") if is_tool else None)
