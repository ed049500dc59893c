"""Python beside a model, which `trust_remote_code=True` imports: what it calls when it is imported, and later.

The file is parsed, never compiled or imported. What runs at import is every statement outside functions, with the functions
of the file that those use; `if __name__ == "__main__"` is none of it.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from supplychain import catalog
from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.python_names import Names, folded

NAME = "Python"
_SUFFIXES = (".py", ".pyi", ".pyw")
_LARGEST = 4 << 20
_HINT = re.compile(rb"\b(import|def|class|lambda|exec|eval|getattr|__\w+__)\b|\w\(")
_OPENERS = frozenset({"open", "io.open", "os.open", "os.fdopen", "codecs.open"})
_WRITING = re.compile(r"[wax+]")
_IMPORTERS = frozenset({"__import__", "importlib.import_module"})
_CLOSED = frozenset({"os", "posix", "nt", "subprocess", "builtins", "importlib", "sys", "pty", "socket", "ctypes"})
"""Modules whose attributes nobody chooses by a text that is computed, unless to hide which."""
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def matches(reader: Reader) -> bool:
    """Whether it is Python: text that parses as such and does something; or a file that is named so."""
    if reader.name.lower().endswith(_SUFFIXES):
        return True
    if not 0 < reader.size <= _LARGEST or b"\0" in (data := reader.read(0, reader.size)) or not _HINT.search(data):
        return False
    try:
        tree = _parsed(data)
    except StoppedError:
        return False
    return any(isinstance(node, (ast.Import, ast.ImportFrom, ast.Call, _Function)) for node in ast.walk(tree))


def scan(reader: Reader, report: Report) -> None:
    """Tell of calls that start processes, run data as code, reach the network or write files."""
    if reader.size > _LARGEST:
        raise StoppedError(f"it has more than {_LARGEST >> 20} MiB of Python")
    tree = _parsed(reader.read(0, reader.size))
    _File(tree, report).look()
    report.covered(NAME, reader.size)


def _parsed(data: bytes) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError) as error:
        raise StoppedError(f"it cannot be parsed as Python: {type(error).__name__}") from error


class _File:
    """A file whose calls are looked at."""

    def __init__(self, tree: ast.Module, report: Report) -> None:
        self._tree, self._report = tree, report
        self._names = Names(tree)
        self._kinds = {kind.key: kind for kind in catalog.python_calls()}
        self._decoded: set[str] = set()
        self._decoded = set(self._holding_decoded())

    def look(self) -> None:
        """Tell of every call, by when it happens."""
        at_import = {id(node) for node in _run_at_import(self._tree)}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call):
                self._report.check_time()
                self._call(node, id(node) in at_import)

    def _call(self, node: ast.Call, at_import: bool) -> None:
        name = self._names.of(node.func)
        where = f"line {node.lineno}"
        if self._chooses_secretly(name, node):
            rule = "python-runs-at-import" if at_import else "python-starts-process"
            self._report.saw(NAME, rule, "it chooses what to call by a text that is computed", where)
        elif (kind := self._kind(name, node)) in _EXECUTING and any(self._is_decoded(arg) for arg in node.args):
            self._report.saw(NAME, "python-runs-hidden", f"{name} executes data that is decoded before", where)
        elif kind is not None:
            rule = _RULES[kind][0 if at_import else 1]
            when = "when it is imported" if at_import else "when it is called"
            self._report.saw(NAME, rule, f"{when}, it calls {name[:100]}, which {self._kinds[kind].says}", where)

    def _kind(self, name: str, node: ast.Call) -> str | None:
        if name in _IMPORTERS and node.args and folded(node.args[0]) is not None:
            return None  # an import like any other
        if name in _OPENERS or name.endswith((".write_text", ".write_bytes")):
            return "files" if name not in _OPENERS or _writes(node) else None
        return next((key for key in _RULES if self._kinds[key].matches(name)), None)

    def _chooses_secretly(self, name: str, node: ast.Call) -> bool:
        """Whether a part of a module of the system is taken by a text that is no constant."""
        if name != "getattr" or len(node.args) < 2 or folded(node.args[1]) is not None:
            return False
        return self._names.of(node.args[0]) in _CLOSED

    def _is_decoded(self, node: ast.expr) -> bool:
        return any(
            (isinstance(part, ast.Call) and self._kinds["decodes"].matches(self._names.of(part.func)))
            or (isinstance(part, ast.Name) and part.id in self._decoded)
            for part in ast.walk(node)
        )

    def _holding_decoded(self) -> Iterator[str]:
        """Yield the variables that something decoded is assigned to."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Assign) and self._is_decoded(node.value):
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))


_RULES = {
    "process": ("python-runs-at-import", "python-starts-process"),
    "native": ("python-runs-at-import", "python-starts-process"),
    "code": ("python-runs-at-import", "python-starts-process"),
    "objects": ("python-starts-process", "python-starts-process"),
    "imports": ("python-starts-process", "python-starts-process"),
    "network": ("python-runs-at-import", "python-reaches-network"),
    "files": ("python-writes-at-import", "python-writes-files"),
}
"""The rule of each kind of call, at import and later."""
_EXECUTING = ("code", "imports")


def _writes(node: ast.Call) -> bool:
    """Whether a file is opened for writing, or in a way that is not told."""
    given = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "mode")]
    mode = folded(given[0]) if given else "r"
    return mode is None or _WRITING.search(mode) is not None


def _run_at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield everything that importing a file evaluates, with the functions and classes of the file that it uses."""
    defined: dict[str, list[ast.stmt]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            defined.setdefault(node.name, []).extend(node.body)
        elif isinstance(node, ast.ClassDef):
            methods = (part for part in node.body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)))
            defined.setdefault(f"{node.name}()", []).extend(statement for part in methods for statement in part.body)
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(_evaluated(node))
        for used in _used(node):
            if isinstance(used, ast.Name):
                waiting.extend(defined.pop(used.id, ()))
                waiting.extend(defined.pop(f"{used.id}()", ()) if isinstance(node, ast.Call) else ())
            elif isinstance(used, ast.Lambda):
                waiting.append(used.body)


def _used(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what a node calls, or hands to what it calls; a name in a table alone is neither."""
    if isinstance(node, ast.Call):
        yield node.func
        yield from (word.value for word in node.keywords)
        yield from node.args
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield from node.decorator_list


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a node that are evaluated with it: of a function, all but its body."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from node.decorator_list
        yield node.args
    elif isinstance(node, ast.Lambda):
        yield node.args
    elif isinstance(node, ast.If) and _asks_for_main(node.test):
        yield from node.orelse
    else:
        yield from ast.iter_child_nodes(node)


def _asks_for_main(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq)
        and folded(test.comparators[0]) == "__main__"
    )
