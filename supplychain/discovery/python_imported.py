"""What an import of Python source says of a service: use of its SDK, its types alone, or a module of the target's own."""

from __future__ import annotations

import ast
import re

from supplychain.discovery.python_names import Names
from supplychain.discovery.python_report import Report

_TYPES = re.compile(r"_?(types?|helpers?|utils?|exceptions?|errors?|schemas?|typing|version|__version__|constants?)")
"""Modules of an SDK that call nothing."""
_TYPE = re.compile(
    r"[A-Z]\w*(Error|Exception|Timeout|Params?|TypedDict|Omit|NotGiven)|NOT_GIVEN|NotGiven|__version__|VERSION"
)
"""Names that an SDK exports and that call nothing."""
_LIKE_MODELS = re.compile(r"agents|output_parsers|utils?|adapters|chains|schema|prompts|messages|function_calling")
"""Parts of frameworks that speak of a service's format, whoever runs the model."""
_CALLS = re.compile(r"openai_assistant|agent_toolkits")
"""Parts of them that call it all the same."""


def is_of_types(module: str) -> bool:
    """Whether an import takes only types, errors or constants of an SDK, or a framework's words for its format."""
    first, *parts = module.split(".")
    if not parts:
        return False
    is_framework = first.startswith(("langchain", "llama_index"))
    if is_framework:
        return any(map(_LIKE_MODELS.fullmatch, parts)) and not any(map(_CALLS.fullmatch, parts))
    return any(map(_TYPES.fullmatch, parts)) or _TYPE.fullmatch(parts[-1]) is not None


def is_own(report: Report, module: str) -> bool:
    """Whether an import takes a module of the target that lies beside the file and has the name of an SDK.

    Python looks beside a file only where its folder is on the path: the file imports another module of it in the same
    way, or the folder is no package and the module defines the name that is imported.
    """
    source = report.source
    root, _, rest = module.partition(".")
    folder = source.path.rpartition("/")[0]
    base = f"{folder}/" if folder else ""
    beside = (f"{base}{root}.py", f"{base}{root}/__init__.py")
    if source.path in beside or not any(map(source.exists, beside)):
        return False
    others = {name.partition(".")[0] for name, level, _ in report.names.imports if not level} - {root}
    is_on_path = any(source.exists(f"{base}{name}.py") for name in others)
    own = source.module(root)
    defines = own is not None and bool(rest) and rest.partition(".")[0] in own.scopes[own.module].values
    return (is_on_path and (defines or not rest)) or (defines and not source.exists(f"{base}__init__.py"))


def subclassed(names: Names, dotted: str) -> list[str]:
    """Return the classes of a file that derive from an import, where nothing else of the file uses it."""
    bound = {name for scope in names.scopes.values() for name, every in scope.imports.items() if dotted in every}
    bases = [
        (base, node.name)
        for listed in names.classes.values()
        for node, _ in listed
        for base in node.bases
        if isinstance(base, ast.Name) and base.id in bound
    ]
    if not bases:
        return []
    known = {id(base) for base, _ in bases}
    others = (part for part in ast.walk(names.module) if isinstance(part, ast.Name) and part.id in bound)
    return [name for _, name in bases] if all(id(part) in known for part in others) else []
