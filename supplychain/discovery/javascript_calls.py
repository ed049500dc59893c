"""One file of JavaScript: its calls, its imports and its addresses, each read by the part that knows them."""

from __future__ import annotations

import re

from supplychain import catalog
from supplychain.discovery import switches
from supplychain.discovery.hosted import service_of_setting
from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.javascript_clients import client
from supplychain.discovery.javascript_given import Given
from supplychain.discovery.javascript_hosted import Hosted
from supplychain.discovery.javascript_loading import Loading
from supplychain.discovery.javascript_names import Names
from supplychain.discovery.javascript_needles import is_of_interest
from supplychain.discovery.javascript_packages import package_of
from supplychain.discovery.javascript_report import Report, integration, plain_module, sdk_of, services
from supplychain.discovery.javascript_settings import Settings
from supplychain.discovery.javascript_switches import Switches
from supplychain.discovery.javascript_tree import callee_of, chain
from supplychain.discovery.javascript_values import Values
from supplychain.discovery.parts import unique
from supplychain.model.component import Kind
from supplychain.model.reference import Resolution

_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]+")


def from_names(names: Names, source: SourceFile) -> Found:
    """Return what a file names.

    Raises:
        NotParsedError: its constants build on each other without end.
    """
    report = Report(source, names, Values(names))
    hosted, loading, settings, given = Hosted(report), Loading(report), Settings(report), Given(report)
    said = Switches(report)
    for node in names.nodes:
        if node.type in {"call_expression", "new_expression"}:
            settings.member(node)
            settings.asked(node)
            called = chain(callee_of(node))
            if called:
                for value, to, call in settings.fetch(node, called):
                    hosted.model(value, None, to, call)
                if not loading.call(node, called):
                    hosted.call(node, called)
                    client(report, node, called)
                said.call(node, called, report.owner(called, node)[1] if called[-1] in switches.by_argument() else None)
        elif node.type == "assignment_expression":
            settings.override(node)
        elif node.type in {"member_expression", "subscript_expression"}:
            settings.member(node)
    for node in names.nodes:
        if node.type in {"string", "template_string"}:
            loading.packages(node)
            loading.made(node)
            given.look_at(node)
            settings.address(node)
        if node.type == "string":
            loading.weights(node)
    settings.finish()
    _imports(report)
    for node in names.broken:
        if is_of_interest(node.text or b""):
            report.unresolved(Kind.MODEL, node, "code", "it does not parse")
    return unique(report.found)


def _imports(report: Report) -> None:
    """Report the services whose SDKs are imported, but those of which every client goes elsewhere."""
    seen: set[str] = set()
    for module, line in report.names.modules:
        if (package := package_of(module)) is not None:
            report.refer(package, line, Resolution.LITERAL, "address of a package")
        exported = [name for held, name in report.names.imports.values() if held == module]
        if module in catalog.javascript().modules_of_settings:
            for name in exported:
                if found := service_of_setting(name):
                    report.service(found.name, line, Resolution.LITERAL, name)
        sdk = sdk_of(plain_module(module))
        if sdk is None or not (sdk.service or sdk.registry):
            integrated = {integration(plain_module(module), name) for name in exported or ["*"]}
            for name in sorted(filter(None, integrated)):
                if name in services() and name not in seen:
                    seen.add(name)
                    report.service(name, line, Resolution.LITERAL, f"import {module}")
        if sdk is None or (exported and all(map(_CONSTANT.fullmatch, exported))):
            continue  # constants call nothing
        for name in filter(None, [sdk.service, *map(sdk.names.get, exported)]):
            clients = report.elsewhere.get(name, [])
            if name in services() and name not in seen and not (clients and all(clients)):
                seen.add(name)
                report.service(name, line, Resolution.LITERAL, f"import {module}")
