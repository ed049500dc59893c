"""Third-party AI services in JavaScript: clients, where they go, and the models that they ask for."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from supplychain import catalog
from supplychain.catalog.javascript import Sdk
from supplychain.discovery import regions
from supplychain.discovery.hosted import (
    AZURE,
    AZURE_PATH,
    host_of,
    hosted_model,
    is_own_host,
    routed_model,
    service_at,
    service_of_setting,
)
from supplychain.discovery.javascript_report import Report, services
from supplychain.discovery.javascript_settings import setting_name
from supplychain.discovery.javascript_tree import arguments_of, chain, inside, line_of, pairs, text
from supplychain.discovery.naming import Named, from_name, is_address
from supplychain.discovery.options import is_placeholder
from supplychain.discovery.words import Word
from supplychain.model.component import Component, Kind
from supplychain.model.service import Endpoint

if TYPE_CHECKING:
    from tree_sitter import Node


class Hosted:
    """The service calls of one file."""

    def __init__(self, report: Report) -> None:
        """Add what they name to a report."""
        self._report = report
        self._known = catalog.javascript()

    def call(self, node: Node, names: list[str]) -> None:
        """Report what a call to a service names, if it is one."""
        call = ".".join(names[-4:])
        sdk, owner = self._report.owner(names, node)
        is_ask = call.endswith(self._known.calls)
        if sdk is None and not is_ask:
            return
        given = arguments_of(node)
        options = self._report.values.objects(given)
        is_making = node.type == "new_expression" or re.match(r"create[A-Z]", names[-1]) is not None
        to = self._goes_to(node, options, owner, call) if is_making and sdk is not None else owner
        asked = [value for held in options for key, value in pairs(held) if key in self._known.model_keys]
        if not asked and not is_making and sdk is not None and _takes_name(sdk, names) and given:
            asked = [given[0]] if inside(given[0]).type != "object" else []
        for value in asked:
            self.model(value, sdk, to, call)
        is_open = any(child.type == "spread_element" for held in options for child in held.named_children)
        if is_ask and not asked and given and sdk is not None and (is_open or not options):
            self._report.unresolved(Kind.MODEL, given[0], call, "the arguments are made elsewhere", to or "")

    def model(self, value: Node, sdk: Sdk | None, to: str | None, call: str) -> None:
        """Report the model that a service is asked for."""
        if sdk is not None and self._is_of_sdk(value):
            return
        for word in self._report.values.of(value):
            named = self._named(word, sdk, to)
            if named is not None:
                self._report.refer(named, line_of(value), word.resolution, call)
            elif not word.is_known and sdk is not None and (to or sdk.routed):
                reason = "the hosted model's name is made at run time"
                self._report.unresolved(Kind.MODEL, value, call, reason, to or "")
            elif word.is_known and (to or (sdk and sdk.routed)) and word.text and not is_placeholder(word.text):
                reason = f"{word.text!r} is no model that its service names"
                self._report.unresolved(Kind.MODEL, value, call, reason, to or "")

    def _is_of_sdk(self, value: Node) -> bool:
        """Whether a model is given as what an SDK makes of its name, which is read by itself."""
        value = inside(value)
        entries = self._report.names.given(text(value), value) if value.type == "identifier" else []
        made = entries[0].value if len(entries) == 1 else value
        names = chain(made) if made is not None and made.type in {"call_expression", "new_expression"} else []
        return bool(names) and self._report.owner(names, value)[0] is not None

    def _named(self, word: Word, sdk: Sdk | None, to: str | None) -> Named | None:
        if not word.is_known or not word.text or is_placeholder(word.text):
            return None
        if to in catalog.registries() and to not in services():
            source = self._report.source
            folder = posixpath.dirname(source.path)
            return from_name(word.text, Kind.MODEL, catalog.registries()[to], source.exists, folder)
        if to == "replicate":
            name, _, version = word.text.partition(":")
            return Named(Component(kind=Kind.MODEL, source=to, name=name), version or None)
        if sdk is not None and sdk.routed and (to is None or to == sdk.service or to in sdk.names.values()):
            routed = routed_model(word.text)
            return Named(routed) if routed else None
        component = hosted_model(word.text, by=to)
        return Named(component) if component else None

    def _goes_to(self, node: Node, options: list[Node], owner: str | None, call: str) -> str | None:
        """Return the service that a client goes to, or None; report one that it is sent to, or its region."""
        if owner is None or owner not in services():
            return owner
        inner = [value for option in options for key, value in pairs(option) if key in self._known.nested_keys]
        held = [*options, *self._report.values.objects(inner)]
        stated = [(key, value) for option in held for key, value in pairs(option)]
        addresses = [value for key, value in stated if key in self._known.address_keys]
        to = self._address(addresses[0], owner, call) if addresses else owner
        self._report.elsewhere.setdefault(owner, []).append(to != owner)
        if to is not None:
            self._report.sent[node.id] = to
        given = [value for key, value in stated if key in self._known.region_keys]
        region = self._report.values.only(given[0]) if given else None
        if to and region:
            self._report.service(to, line_of(node), region.resolution, call, region=region.text)
        elif to and not addresses and to in services() and (node.type == "new_expression" or "." not in call):
            self._plain(to, node, given[0] if given else None, call)
        return to

    def _plain(self, to: str, node: Node, given: Node | None, call: str) -> None:
        """Report a client whose region is made at run time, or that gives none, with the default that the SDK documents."""
        at = self._report.source.at(line_of(node))
        told = f"{call} gives no region" if given is None else f"region: {text(given).partition(chr(10))[0]}"[:200]
        found = regions.documented(to, (), at, told) if given is None else None
        self._report.found.endpoints.append(found or Endpoint(service=to, at=at, told=told))

    def _address(self, value: Node, owner: str, call: str) -> str | None:
        """Report the service at the address of a client; None where it is not known, or the team's own."""
        to: str | None = None
        for word in self._report.values.of(value):
            found = service_at(word.text) if word.is_known and is_address(word.text) else None
            host = host_of(word.text) if word.is_known and is_address(word.text) else ""
            if found is not None or (host and not is_own_host(host)):
                to = found.name if found else host
                self._report.service(to, line_of(value), word.resolution, call, address=word.text)
            elif host:
                continue
            elif word.is_known or word.text == "undefined" or service_of_setting(setting_name(word.text)):
                to = to or owner
            elif owner == "openai" and AZURE_PATH in word.text:
                to = AZURE
                self._report.service(to, line_of(value), word.resolution, call)
            else:
                self._report.unresolved(Kind.SERVICE, value, call, "its address is made at run time", owner)
        return to


def _takes_name(sdk: Sdk, names: list[str]) -> bool:
    """Whether a call of an SDK is given the model's name by itself."""
    is_provider = sdk.provider and (len(names) == 1 or names[-1] in catalog.javascript().provider_methods)
    return is_provider or names[-1] in sdk.methods
