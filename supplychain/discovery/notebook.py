"""Notebooks: the Python of all cells as one, and the commands in them."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence

from supplychain.discovery.cells import Cell, cells
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.magics import Run, plain
from supplychain.discovery.parts import add, moved, python_part
from supplychain.discovery.shell import Session, read_script
from supplychain.discovery.words import Word
from supplychain.model.component import Kind
from supplychain.model.reference import Resolution

Line = tuple[str, int]
"""A line of a cell, and the line of the file that holds it."""


def read(source: SourceFile) -> Found:
    """Return what the code cells of a notebook name.

    Raises:
        NotParsedError: it is not a notebook, holds no cells, or is written in another language than Python.
    """
    found = Found()
    python: list[Line] = []
    runs: list[Run] = []
    for cell in cells(source.data):
        code = plain(cell.lines)
        runs += code.runs
        problem = _problem(code.python)
        if problem is None:
            python += code.python
        else:
            _report(cell, problem, source, found)
    numbers = [number for _, number in python]
    text = "\n".join(line for line, _ in python)
    try:
        add(found, python_part(text, source, lambda line: numbers[min(line, len(numbers)) - 1]))
    except NotParsedError as error:
        raise NotParsedError(f"its cells are no Python together: {error}") from error
    constants = _constants(text)
    for run in runs:
        add(found, _run(run, constants, source))
    return found


def _problem(lines: Sequence[Line]) -> tuple[str, int] | None:
    """Return why the code of a cell is no Python, with the line of the file, or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the target's own escapes and comparisons are not our business
            ast.parse("\n".join(line for line, _ in lines))
    except SyntaxError as error:
        row = min(max(error.lineno or 1, 1), len(lines)) - 1
        return f"not the Python of this interpreter: {error.msg}", lines[row][1]
    except (ValueError, RecursionError, MemoryError) as error:
        return f"not Python that can be parsed: {type(error).__name__}", lines[0][1]
    return None


def _report(cell: Cell, problem: tuple[str, int], source: SourceFile, found: Found) -> None:
    """Report a cell that could name anything; the other cells are read."""
    reason, line = problem
    first = next((text.strip() for text, _ in cell.lines if text.strip()), "")
    found.unresolved.append(source.unresolved(Kind.MODEL, line, "notebook cell", first, reason))


def _constants(text: str) -> dict[str, str]:
    """Return the names that are given one text, once, at the top of the notebook."""
    given: dict[str, list[str | None]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            value = statement.value.value if isinstance(statement.value, ast.Constant) else None
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    given.setdefault(target.id, []).append(value if isinstance(value, str) else None)
    return {name: values[0] for name, values in given.items() if len(values) == 1 and values[0] is not None}


def _run(run: Run, constants: dict[str, str], source: SourceFile) -> Found:
    """Return what a command of a notebook names, with the notebook's constants in place of `{name}`."""
    numbers = [number for _, number in run.lines]
    if run.language == "python":
        text = "\n".join(line for line, _ in run.lines)
        try:
            return python_part(text, source, lambda line: numbers[min(line, len(numbers)) - 1])
        except NotParsedError:
            return Found()  # a file that is written, whose own reader would say so
    texts = [re.sub(r"(?<!\$)\{(\w+)\}", r"${\1}", line) if run.is_filled else line for line, _ in run.lines]
    given = {name: Word(value, 1, Resolution.CONSTANT) for name, value in constants.items()} if run.is_filled else {}
    part = read_script("\n".join(texts), source, 1, session=Session(given))
    return moved(part, lambda line: numbers[min(line, len(numbers)) - 1])
