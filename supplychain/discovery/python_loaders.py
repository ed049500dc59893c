"""What a loader of the catalog says of a call of Python source: which it is, and what its argument stands for."""

from __future__ import annotations

import ast
import itertools
import re
from collections import deque
from collections.abc import Iterator

from supplychain import catalog
from supplychain.catalog.interface import Loader
from supplychain.discovery.python_report import keyword_of, positional
from supplychain.discovery.python_values import Known

_DIGEST = re.compile(
    r"(?:(?P<algorithm>md5|sha1|sha256|sha512)[:=])?(?P<hex>[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})"
)
_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


def loaders_of(dotted: str) -> tuple[Loader, ...]:
    """Return the loaders that a dotted name matches, the longest prefix first."""
    named = catalog.loaders().get(dotted.rpartition(".")[2], ())
    if dotted.startswith("?"):  # what is not imported has no prefix
        return tuple(loader for loader in named if loader.prefix == "*" and "." in dotted)
    every = (*named, *catalog.loaders().get("*", ()))
    is_one = (("." in dotted) if loader.prefix == "*" else dotted.startswith(f"{loader.prefix}.") for loader in every)
    return tuple(itertools.compress(every, is_one))


def registry_of(text: str, loader: Loader) -> str:
    """Return the registry that a name belongs to: that of names with an owner may be another one."""
    is_owned = loader.owned is not None and re.fullmatch(r"[\w-][\w.-]*/[\w.-]+", text) is not None
    return loader.owned if is_owned and loader.owned else loader.registry


def stands_for(known: Known, loader: Loader) -> tuple[Known, bool]:
    """Return what a text stands for with a loader, and whether it names anything there."""
    if loader.form is not None:
        match = re.fullmatch(loader.form, known.value)
        return (Known(match["name"], known.resolution), True) if match else (known, False)
    for pattern, name in loader.named_as.items():
        if re.fullmatch(pattern, known.value):
            return Known(name, known.resolution), True
    return known, True


def argument_of(node: ast.Call, loader: Loader) -> ast.expr | None:
    """Return the argument that names the component, or None where it is absent or inside `*` or `**`."""
    named = keyword_of(node, *loader.keywords)
    return named if named is not None or loader.position < 0 else positional(node, loader.position)


def checksum_of(known: Known | None) -> str | None:
    """Return a digest with its algorithm, or None where a text is none."""
    match = _DIGEST.fullmatch(known.value.lower()) if known else None
    if match is None:
        return None
    return f"{match['algorithm'] or _BY_LENGTH[len(match['hex'])]}:{match['hex']}"


def leaves(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the expressions inside lists and dictionaries of literals."""
    if not isinstance(node, (ast.List, ast.Tuple, ast.Dict)):
        yield node
        return
    pending: deque[ast.expr] = deque([node])
    while pending:
        current = pending.popleft()
        if isinstance(current, (ast.List, ast.Tuple)):
            pending.extend(current.elts)
        elif isinstance(current, ast.Dict):
            pending.extend(current.values)
        else:
            yield current
