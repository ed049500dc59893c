"""What IPython adds to Python: commands after `!` and `%`, and cells in other languages."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

Line = tuple[str, int]

_SHELL_CELLS = frozenset({"bash", "sh", "shell", "script", "!", "cmd", "system", "sx"})
_PYTHON_CELLS = frozenset(
    {
        "time",
        "timeit",
        "capture",
        "prun",
        "python",
        "python3",
        "py",
        "pypy",
        "memit",
        "mprun",
        "debug",
        "wandb",
        "local",
        "spark",
    }
)
_FILE_CELLS = frozenset({"writefile", "file"})
_COMMANDS = frozenset({"pip", "conda", "mamba", "micromamba", "uv", "sx", "system", "sc"})
_CALL = re.compile(r"(?P<indent>\s*)(?:(?P<target>[\w., ()\[\]]+?)\s*=\s*)?(?P<mark>!!?|%)\s*(?P<rest>.*)")
_WITHOUT_MARK = re.compile(r"(pip|conda|mamba|micromamba|uv|cd|ls|cat|cp|mv|mkdir|rm)\s+[^\s=(.,:].*")
"""A magic that IPython knows without its mark where no name of the notebook is called so."""
_PROMPT = re.compile(r"(>>>|\.\.\.)( |$)")
_HELP = re.compile(r"\s*(\?{1,2}[\w.*%]+|[%\w.*\[\]()]+\?{1,2})\s*")


@dataclass(frozen=True)
class Run:
    """Lines of a notebook that are no Python of it: a script, or a file that it writes."""

    lines: tuple[Line, ...]
    language: str = "shell"
    is_filled: bool = True
    """Whether `{name}` in it is a variable of the notebook."""


@dataclass
class Code:
    """A cell, taken apart."""

    python: list[Line] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)


def plain(lines: Sequence[Line]) -> Code:
    """Return the Python of a cell, in which a line of IPython's own is a `pass`, and the commands of those lines."""
    first = next((index for index, (text, _) in enumerate(lines) if text.strip()), None)
    if first is None:
        return Code()
    head = next((i for i, (text, _) in enumerate(lines) if text.strip() and not text.startswith("#")), first)
    if lines[head][0].startswith("%%"):
        return _cell(lines[head][0], lines[head + 1 :])
    if _is_python(lines):
        return Code(list(lines))
    if _PROMPT.match(lines[first][0]):
        lines = [(_PROMPT.sub("", text, count=1), number) for text, number in lines]
    return _line_magics(lines)


def _cell(head: str, body: Sequence[Line]) -> Code:
    name, _, rest = head[2:].strip().partition(" ")
    if name in _SHELL_CELLS:
        is_python = name == "script" and "python" in rest
        return Code(list(body)) if is_python else Code(runs=[Run(tuple(body), is_filled=False)])
    if name in _FILE_CELLS:
        file = rest.split()[-1] if rest.split() else ""
        if file.endswith(".py"):
            return Code(runs=[Run(tuple(body), "python")])
        return Code(runs=[Run(tuple(body), is_filled=False)] if file.endswith((".sh", ".bash")) else [])
    if name in _PYTHON_CELLS or _is_python(body):
        return plain(body)
    return Code()  # another language, such as HTML or SQL


def _is_python(lines: Sequence[Line]) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse("\n".join(text for text, _ in lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _line_magics(lines: Sequence[Line]) -> Code:
    code = Code()
    index = 0
    while index < len(lines):
        text, number = lines[index]
        text = f"%{text}" if _WITHOUT_MARK.fullmatch(text) and not _is_python([(text, number)]) else text
        match = _CALL.fullmatch(text)
        if match is None or (match["mark"] == "%" and not re.match(r"[A-Za-z]", match["rest"])):
            is_help = _HELP.fullmatch(text) is not None
            code.python.append((_indent(text) + "pass" if is_help else text, number))
            index += 1
            continue
        end = index + 1
        while end < len(lines) and lines[end - 1][0].rstrip().endswith("\\"):
            end += 1
        taken = [(match["rest"], number), *lines[index + 1 : end]]
        if run := _command(match["mark"], taken):
            code.runs.append(run)
        target = f"{match['target']} = None" if match["target"] else "pass"
        code.python.append((match["indent"] + target, number))
        index = end
    return code


def _command(mark: str, lines: Sequence[Line]) -> Run | None:
    """Return the command that a line runs, or None where its magic runs none."""
    first, number = lines[0]
    if mark != "%":
        return Run(tuple(lines))
    name, _, rest = first.partition(" ")
    if name in _COMMANDS:
        text = rest if name in {"sx", "system", "sc"} else first
    elif name in {"env", "set_env"} and rest:
        variable, equals, value = rest.partition("=") if "=" in rest else rest.partition(" ")
        text = f"export {variable.strip()}={_quoted(value)}" if equals else ""
    elif name == "run":
        text = f"python {rest}"
    else:
        return None
    return Run(((text, number), *lines[1:]))


def _quoted(value: str) -> str:
    value = value.strip()
    return value if value[:1] in {"'", '"'} else f"'{value}'" if "'" not in value and "{" not in value else f'"{value}"'


def _indent(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]
