"""What `pip-compile` and `uv` write into the lists that they make: from which files, and for whom each line is."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from posixpath import join, normpath

from supplychain.packages.requirement_lines import comments

_COMMAND = re.compile(
    r"(?:uv (?:pip compile|export)|pip-compile|python -m piptools compile|pdm export|poetry export)\b"
)
_HEAD = 20
"""Lines of comment at the beginning, in which the command stands."""
_INPUT = re.compile(r"[^-].*\.(?:in|txt|toml|cfg|py)")
_VALUED = frozenset(
    [
        "-o", "--output-file", "-c", "--constraint", "--constraints", "--override", "--overrides", "--python-version",
        "-p", "--python", "--python-platform", "--extra", "--group", "--only-group", "-i", "--index-url",
        "--extra-index-url", "-f", "--find-links", "--exclude-newer", "-P", "--upgrade-package", "--index",
        "--format", "--no-emit-package", "--config", "--cache-dir", "--resolver", "--torch-backend", "--project",
    ]
)  # fmt: skip
"""Options that a value follows, which is no input."""
_OUTPUT = ("-o", "--output-file")
_GROUPS = ("--extra", "--group", "--only-group")
_ASKED = re.compile(r"-[rc] |.*\((?:pyproject\.toml|setup\.(?:py|cfg))\)$|.*\.in$")


@dataclass(frozen=True)
class Header:
    """What the header of a list says of how it was made."""

    is_compiled: bool = False
    inputs: tuple[str, ...] = ()
    """Paths in the target."""
    groups: frozenset[str] = frozenset()
    all_groups: bool = False
    is_universal: bool = False
    """It was made for every system and version of Python."""

    def takes(self, groups: tuple[str, ...]) -> bool:
        """Whether an entry of these groups was asked for."""
        return not self.groups.isdisjoint(groups) or (self.all_groups and "build-system" not in groups)


def header(text: str, path: str) -> Header:
    """Return what the first lines of a list say of how it was made; nothing where no tool of these made it."""
    for number, comment in comments(text):
        if number > _HEAD:
            break
        if match := _COMMAND.match(comment):
            try:
                return _parsed(shlex.split(comment[match.end() :]), path, is_export="export" in match[0])
            except ValueError:
                return Header(is_compiled=True)
    return Header()


def _parsed(words: list[str], path: str, *, is_export: bool) -> Header:
    inputs: list[str] = []
    groups: set[str] = set()
    output, option = "", ""
    for word in words:
        name, equals, value = word.partition("=")
        if option or (equals and name in _VALUED):
            name, value = (option, word) if option else (name, value)
            output = value if name in _OUTPUT else output
            groups |= {value} if name in _GROUPS else set()
            option = ""
        elif word in _VALUED:
            option = word
        elif _INPUT.fullmatch(word):
            inputs.append(word)
    output = normpath(output) if output else ""
    is_told = bool(output) and not output.startswith(("/", "..")) and f"/{path}".endswith(f"/{output}")
    folder = path.removesuffix(output).rstrip("/") if is_told else path.rpartition("/")[0]
    inputs = inputs or (["pyproject.toml"] if is_export else [])
    found = (normpath(join(folder, name)) for name in inputs)
    return Header(
        is_compiled=True,
        inputs=tuple(name for name in found if not name.startswith(("../", "/"))),
        groups=frozenset(groups | ({"dev"} if is_export and "--no-dev" not in words else set())),
        all_groups=not {"--all-extras", "--all-groups"}.isdisjoint(words),
        is_universal="--universal" in words or is_export,
    )


def asked_for(text: str) -> dict[int, bool]:
    """Return by line whether the project itself asks for its package, as far as the comments `via` below it say."""
    found: dict[int, bool] = {}
    entry, is_via = 0, False
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not stripped.startswith("#"):
            if stripped and not line.startswith((" ", "\t")):
                entry = number
                _, _, behind = stripped.partition(" # via ")
                if behind:
                    found[entry] = any(_ASKED.match(part.strip()) for part in behind.split(","))
            is_via = False
            continue
        said = stripped.lstrip("# ")
        is_via = is_via or said.startswith("via")
        if entry and is_via:
            parts = said.removeprefix("via").split(",")
            found[entry] = found.get(entry, False) or any(_ASKED.match(part.strip()) for part in parts)
    return found
