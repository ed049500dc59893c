"""What names in a Python file stand for: imports, other names for the same thing, and the ways around writing a name."""

from __future__ import annotations

import ast

UNKNOWN = "?"
_IMPORTERS = frozenset({"__import__", "importlib.import_module", "importlib.__import__"})


class Names:
    """The names of a file, whichever scope they stand in: a file that hides something under two meanings is told of both."""

    def __init__(self, tree: ast.Module) -> None:
        """Read the imports, and the assignments of one name to another."""
        self._known: dict[str, str] = {"__builtins__": "builtins"}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name if alias.asname else alias.name.partition(".")[0]
                    self._known[alias.asname or top] = top
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self._known[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}".lstrip(".")
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                meant = self.of(node.value)
                if meant.partition(".")[0] in self._meanings() or meant in {"exec", "eval", "compile", "__import__"}:
                    self._known.setdefault(node.targets[0].id, meant)

    def of(self, node: ast.expr, depth: int = 0) -> str:
        """Return the dotted name that an expression stands for; `?` for what is unknown, `?.name` for its attribute."""
        if depth > 50:
            return UNKNOWN
        if isinstance(node, ast.Name):
            return self._known.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return _joined(self.of(node.value, depth + 1), node.attr)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Subscript) and (key := folded(node.slice)) is not None:
            return self._item(self.of(node.value, depth + 1), key)
        return UNKNOWN

    def _meanings(self) -> set[str]:
        return {meant.partition(".")[0] for meant in self._known.values()}

    def _call(self, node: ast.Call, depth: int) -> str:
        called = self.of(node.func, depth + 1)
        if called == "getattr" and len(node.args) >= 2:
            name = folded(node.args[1])
            return _joined(self.of(node.args[0], depth + 1), name) if name is not None else UNKNOWN
        if called in _IMPORTERS and node.args:
            return folded(node.args[0]) or UNKNOWN
        if called in {"vars", "globals"}:
            return f"{self.of(node.args[0], depth + 1)}.__dict__" if node.args else "__main__.__dict__"
        return UNKNOWN

    def _item(self, whole: str, key: str) -> str:
        if whole == "sys.modules":
            return key
        if whole == "builtins":
            return key
        if whole == "__main__.__dict__":
            return self._known.get(key, key)
        return _joined(whole.removesuffix(".__dict__"), key) if whole.endswith(".__dict__") else UNKNOWN


def folded(node: ast.expr, depth: int = 0) -> str | None:
    """Return the text that an expression of constants gives; None where it is none."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and depth < 50:
        left, right = folded(node.left, depth + 1), folded(node.right, depth + 1)
        return None if left is None or right is None else left + right
    return None


def _joined(whole: str, name: str) -> str:
    return name if whole == "builtins" else f"{whole}.{name}"
