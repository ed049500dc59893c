"""The options of commands in Python source: argparse, click, absl and the like, with their defaults."""

from __future__ import annotations

import ast

from supplychain.discovery.python_names import Names
from supplychain.discovery.python_value import keyword

OPTIONS = frozenset(
    {"args", "arg", "opt", "opts", "options", "flags", "FLAGS", "cfg", "config", "conf", "hparams", "params"}
)
"""What the parsed options of a command are called, where the name is bound elsewhere."""


def options(names: Names) -> dict[str, ast.expr]:
    """Return the defaults of the commands' options by the name under which code reads them."""
    found: dict[str, ast.expr] = {}
    for called in ("add_argument", "option", "argument", "DEFINE_string", "add_option"):
        for call, _ in names.calls.get(called, ()):
            flags = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            stated = keyword(call, "dest")
            long = [flag for flag in flags if flag.startswith("--")] or flags[:1]
            name = stated.value if isinstance(stated, ast.Constant) else long[0] if long else None
            default = keyword(call, "default")
            if called == "DEFINE_string" and default is None and len(call.args) > 1:
                default = call.args[1]
            if isinstance(name, str) and default is not None:
                found[name.lstrip("-").replace("-", "_")] = default
    return found


def decorators(node: ast.AST) -> set[str]:
    """Return the last names of a function's decorators."""
    found = (item.func if isinstance(item, ast.Call) else item for item in getattr(node, "decorator_list", ()))
    return {item.attr if isinstance(item, ast.Attribute) else getattr(item, "id", "") for item in found}
