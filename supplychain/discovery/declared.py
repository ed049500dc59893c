"""Loading functions of the target that its declaration names: `[[loader]]`.

Their calls are read like those of the catalog: what they are given fills the declared address or name. It adds
references and takes none away; a reference inside the function counts as closed only where all of its calls that are
seen name something.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter

from supplychain import catalog
from supplychain.config.files import DECLARATION
from supplychain.discovery.callers import Callers, aliases, bounded, defined
from supplychain.discovery.interface import Found
from supplychain.discovery.modules import Modules
from supplychain.discovery.naming import from_address, from_name, is_address
from supplychain.discovery.python_calls import argument_for
from supplychain.discovery.python_names import Chain, Names, Parameter
from supplychain.discovery.python_report import Report
from supplychain.model.component import Kind
from supplychain.model.declaration import Loader
from supplychain.model.reference import Place, Unresolved
from supplychain.target import NotReadError, Target


@dataclass
class Declared:
    """One `[[loader]]`, with the function that it names and what its calls gave."""

    loader: Loader
    path: str
    function: ast.FunctionDef | ast.AsyncFunctionDef
    names: Names
    name: str
    """Its name in the file: a function, a class that is made by it, or a method with its class."""
    calls: int = 0
    hidden: int = 0
    """Calls that name nothing, and places that hand the function on."""
    found: dict[str, Found] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether each of its calls names something."""
        return self.calls > 0 and not self.hidden


def declared(loader: Loader, modules: Modules) -> Declared | None:
    """Return the function that a `[[loader]]` names as `path/file.py:name` or as a dotted name, or None."""
    for path, name in _places(loader.call, modules):
        names = modules.at(path)
        owner, _, method = name.rpartition(".")
        for function, around in names.functions.get(method, ()) if names else ():
            within = around[1].name if len(around) == 2 and isinstance(around[1], ast.ClassDef) else ""
            if names is not None and within == owner and len(around) <= 2:
                return Declared(loader, path, function, names, name)
        if names is not None and not owner and (made := _constructor(names, method)):
            return Declared(loader, path, made, names, name)
    return None


def follow(item: Declared, callers: Callers) -> None:
    """Read all calls of a declared function."""
    for path in sorted({item.path, *callers.importers.of(item.path)}):
        report = callers.opened(path)
        if report is not None:
            with bounded(report):
                _read(item, report, callers.modules)
            item.found[path] = report.found


def problem(item: Declared | None, loader: Loader, target: Target) -> Unresolved | None:
    """Return what is wrong with a `[[loader]]`, or None."""
    if item is not None and item.calls:
        return None
    reason = "nothing in the target calls it" if item is not None else "the target has no function of this name"
    at = Place(file=DECLARATION, line=_line(loader.call, target))
    return Unresolved(kind=Kind(loader.kind), at=at, call="[[loader]]", expression=loader.call, reason=reason)


def is_closed(item: Unresolved, by: Mapping[str, list[Declared]]) -> bool:
    """Whether an unresolved reference stands in a declared function and is made of what its calls give."""
    return any(
        one.is_whole
        and one.function.lineno <= (item.at.line or 0) <= (one.function.end_lineno or 0)
        and _is_made_of_parameters(item.expression, one)
        for one in by.get(item.at.file, ())
    )


def _places(call: str, modules: Modules) -> Iterator[tuple[str, str]]:
    if ":" in call:
        path, _, name = call.partition(":")
        yield path, name
        return
    parts = call.split(".")
    for cut in (1, 2):
        path_of = modules.path(".".join(parts[:-cut])) if len(parts) > cut else None
        if path_of is not None:
            yield path_of, ".".join(parts[-cut:])


def _constructor(names: Names, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    every = names.functions.get("__init__", ())
    owned = (function for function, around in every if getattr(around[-1], "name", None) == name)
    return next(owned, None)


def _read(item: Declared, report: Report, modules: Modules) -> None:
    names = report.names
    last = item.name.rpartition(".")[2]
    called: set[int] = set()
    bound = {last, *aliases(names, {last})}
    for name in bound:
        for node, chain in names.calls.get(name, ()):
            if _is_called(item, node, names, chain, modules):
                called.add(id(node.func))
                _call(item, node, report, chain)
    item.hidden += sum(1 for _ in _handed_on(item, names, bound, called, modules))


def _is_called(item: Declared, node: ast.Call, names: Names, chain: Chain, modules: Modules) -> bool:
    if (item.path, item.name) in defined(names, node.func, chain, modules):
        return True
    is_method = "." in item.name and isinstance(node.func, ast.Attribute)
    return is_method and names.visible(getattr(node.func, "attr", ""), chain) is None


def _handed_on(item: Declared, names: Names, bound: set[str], called: set[int], modules: Modules) -> Iterator[ast.expr]:
    """Yield where a function is used otherwise than by a call that was read."""
    for node in ast.walk(names.module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in bound:
            if id(node) not in called and (item.path, item.name) in defined(names, node, (names.module,), modules):
                yield node


def _call(item: Declared, node: ast.Call, report: Report, chain: Chain) -> None:
    """Refer to what one call names, by the declared template."""
    item.calls += 1
    kind, call, source = Kind(item.loader.kind), f"[[loader]] {item.loader.call}", report.source
    possible = report.possible(_filled(item, node), chain)
    for known in possible.known:
        text = known.value
        named = (
            from_address(text, kind)
            if is_address(text)
            else from_name(text, kind, catalog.registries()["huggingface"], source.exists, "")
        )
        if named is None:
            reason = f"{text!r} is neither an address nor a name"
            report.unresolved(kind, node, call, node, reason)
            item.hidden += 1
        else:
            report.refer(named, node.lineno, known.resolution, call)
    if possible.is_open or not possible.known:
        report.unresolved(kind, node, call, node, "what it is given is made at run time")
        item.hidden += 1


def _filled(item: Declared, node: ast.Call) -> ast.expr:
    """Return the declared template with the arguments of a call; a default counts where it is a text."""
    parts: list[ast.expr] = []
    for text, name, _, _ in Formatter().parse(item.loader.url):
        parts.append(ast.Constant(text))
        if name is not None:
            value = _value(item, node, name) or ast.Constant(None)  # which is no text
            is_number = isinstance(value, ast.Constant) and type(value.value) in {int, float}
            parts.append(ast.Constant(ast.unparse(value)) if is_number else ast.FormattedValue(value, -1))
    return ast.copy_location(ast.JoinedStr(parts), node)


def _value(item: Declared, node: ast.Call, name: str) -> ast.expr | None:
    """Return what a call gives for a field of the template: a number counts arguments without the object itself."""
    bindings = item.names.scopes[item.function].values
    given = [value for values in bindings.values() for value in values if isinstance(value, Parameter)]
    is_method = bool(given) and given[0].name in {"self", "cls"} and isinstance(given[0].around[-1], ast.ClassDef)
    given = given[1:] if is_method else given
    if name.isdecimal():
        chosen = given[int(name)] if int(name) < len(given) else None
    else:
        chosen = next((one for one in given if one.name == name), None)
    if chosen is None:
        return None
    argument = argument_for(chosen, node, is_method=is_method)
    return argument if argument is not None else chosen.default if isinstance(chosen.default, ast.Constant) else None


def _is_made_of_parameters(expression: str, item: Declared) -> bool:
    """Whether an expression is made of what the function is given, also by way of its own names."""
    bindings = item.names.scopes[item.function].values
    try:
        pending = [ast.parse(expression.removesuffix(" …"), mode="eval").body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    seen: set[str] = set()
    while pending:
        for part in ast.walk(pending.pop()):
            if not isinstance(part, ast.Name) or part.id in seen:
                continue
            seen.add(part.id)
            for value in bindings.get(part.id, ()):
                if isinstance(value, Parameter):
                    return True
                pending += [value] if isinstance(value, ast.expr) else []
    return False


def _line(call: str, target: Target) -> int | None:
    file = target.get(DECLARATION)
    try:
        lines = target.read(file).data.splitlines() if file else []
    except NotReadError:
        return None
    return next((number for number, line in enumerate(lines, 1) if call.encode() in line), None)
