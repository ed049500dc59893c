"""Dockerfiles: base images, what a build fetches and installs, what a container runs, and its environment."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field, replace

from supplychain.discovery.commands import from_words
from supplychain.discovery.dockerfile_text import Instruction, instructions
from supplychain.discovery.downloads import downloaded
from supplychain.discovery.images import refer_image
from supplychain.discovery.indexes import variables as indexes
from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.parts import add, python_or_unresolved, unique
from supplychain.discovery.shell import Session, read_script
from supplychain.discovery.variables import Setting, from_variables
from supplychain.discovery.words import Word
from supplychain.model.reference import Resolution

_USED = re.compile(r"\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?::?(?P<mark>[-+])(?P<other>[^{}$]*))?\})")


def read(source: SourceFile) -> Found:
    """Return what a Dockerfile names.

    Raises:
        NotParsedError: it is longer than any Dockerfile.
    """
    return _Reader(source).read()


@dataclass
class _Reader:
    """One pass over one Dockerfile."""

    source: SourceFile
    found: Found = field(default_factory=Found)
    stages: set[str] = field(default_factory=set)
    variables: dict[str, Word] = field(default_factory=dict)
    settings: list[Setting] = field(default_factory=list)
    start: dict[str, list[Word]] = field(default_factory=dict)
    """What the container of the stage runs, where it is given as a list: ENTRYPOINT and CMD."""

    def read(self) -> Found:
        for instruction in instructions(self.source.data):
            self._instruction(instruction)
        self._started()
        named = {reference.component for reference in self.found.references}
        add(self.found, from_variables(self.settings, self.source, named))
        return unique(self.found)

    def _instruction(self, instruction: Instruction) -> None:
        word = instruction.word
        if word == "FROM":
            self._started()
            self._base(instruction)
        elif word in {"ARG", "ENV"}:
            self._environment(instruction)
        elif word in {"COPY", "ADD"}:
            self._copy(instruction)
        elif word in {"RUN", "CMD", "ENTRYPOINT"}:
            self._command(instruction)
        elif word == "HEALTHCHECK" and "CMD" in instruction.value:
            text = instruction.value.partition("CMD")[2].strip()
            self._command(replace(instruction, word="RUN", value=text, lines=((instruction.line, text),)))

    def _base(self, instruction: Instruction) -> None:
        parts = [part for part in instruction.value.split() if not part.startswith("--")]
        if not parts:
            return
        self._image(parts[0], instruction.line, "FROM")
        if len(parts) > 2 and parts[1].upper() == "AS":
            self.stages.add(parts[2].lower())

    def _image(self, text: str, line: int, call: str) -> None:
        word = self._filled(text.strip("\"'"), line)
        if word.text.lower() not in self.stages and word.text != "scratch" and not word.text.isdigit():
            literal = word.resolution is Resolution.COMMAND
            word = replace(word, resolution=Resolution.LITERAL) if literal else word
            add(self.found, refer_image(word, self.source, call))

    def _environment(self, instruction: Instruction) -> None:
        for name, text in _assignments(instruction.word, instruction.value):
            value = self._filled(text, instruction.line_of(name))
            if value.resolution is Resolution.COMMAND:
                how = Resolution.DEFAULT if instruction.word == "ARG" else Resolution.CONSTANT
                value = replace(value, resolution=how)
            stated = replace(value, resolution=Resolution.CONSTANT) if "$" not in text else value
            self.settings.append((name, stated))
            self.variables[name] = value
        if (
            instruction.word == "ARG"
            and "=" not in instruction.value
            and (name := instruction.value.strip()) in indexes()
        ):
            self.settings.append((name, Word(f"${name}", instruction.line, is_known=False)))

    def _copy(self, instruction: Instruction) -> None:
        flags, rest = _flags(instruction.value)
        if "from" in flags:
            self._image(flags["from"], instruction.line, "COPY --from")
        for document in instruction.documents:
            self._document(document.text, document.line, rest)
        if instruction.word == "ADD":
            for text in rest.split():
                word = self._filled(text.strip("\"',[]"), instruction.line_of(text))
                if word.is_known and (named := downloaded(word.text)):
                    facts = {"revision": named.revision, "address": named.address, "checksum": flags.get("checksum")}
                    resolution = Resolution.LITERAL if word.resolution is Resolution.COMMAND else word.resolution
                    self.found.references.append(
                        self.source.refer(named.component, word.line, resolution, "ADD", **facts)
                    )

    def _command(self, instruction: Instruction) -> None:
        flags, rest = _flags(instruction.value)
        mount = re.search(r"(?:^|,)from=([^,]+)", flags.get("mount", ""))
        if mount:
            self._image(mount[1], instruction.line, "RUN --mount")
        words = _list(rest, instruction)
        if words is not None and instruction.word == "RUN":
            add(self.found, from_words(words, self.source))
        elif words is not None:
            self.start[instruction.word] = words
        elif instruction.documents:
            for document in instruction.documents:
                self._document(document.text, document.line, rest)
        else:
            text, line = instruction.script()
            add(self.found, read_script(text, self.source, line, session=Session(dict(self.variables))))

    def _document(self, text: str, line: int, command: str) -> None:
        """Read what stands between `<<EOF` and `EOF`: a script, or code where its command or first line says so."""
        first = text.lstrip().partition("\n")[0]
        is_python = "python" in command or ".py" in command or (first.startswith("#!") and "python" in first)
        if is_python:
            add(self.found, python_or_unresolved(text, self.source, line))
        elif re.match(r"<<|.*\b(ba|z)?sh\b", command) and not re.search(r"\.(json|ya?ml|conf|ini|txt|toml)\b", command):
            add(self.found, read_script(text, self.source, line, session=Session(dict(self.variables))))

    def _started(self) -> None:
        """Read what the container of a stage runs: the words of ENTRYPOINT with those of CMD after them."""
        words = [*self.start.get("ENTRYPOINT", []), *self.start.get("CMD", [])]
        self.start.clear()
        if words:
            add(self.found, from_words(words, self.source))

    def _filled(self, text: str, line: int) -> Word:
        """Return a text with the variables of the file filled in."""
        resolutions: list[Resolution] = []
        unknown = False

        def fill(match: re.Match[str]) -> str:
            nonlocal unknown
            value = self.variables.get(match["plain"] or match["name"])
            if value is not None and value.is_known and match["mark"] != "+":
                resolutions.append(value.resolution)
                return value.text
            if match["mark"] == "-" and match["other"]:
                resolutions.append(Resolution.DEFAULT)
                return match["other"]
            unknown = True
            return match[0]

        filled = _USED.sub(fill, text)
        if unknown or re.search(r"\$[({\w]", filled):
            return Word(text, line, is_known=False)
        how = Resolution.DEFAULT if Resolution.DEFAULT in resolutions else Resolution.CONSTANT
        return Word(filled, line, how if resolutions else Resolution.COMMAND)


def _assignments(word: str, value: str) -> list[tuple[str, str]]:
    try:
        parts = shlex.split(value)
    except ValueError:
        parts = value.split()
    if word == "ENV" and len(parts) > 1 and "=" not in parts[0]:
        return [(parts[0], " ".join(parts[1:]))]
    pairs = (part.partition("=") for part in parts)
    return [(name, text) for name, equals, text in pairs if equals]


def _flags(value: str) -> tuple[dict[str, str], str]:
    """Return the options before the words of an instruction, and the words."""
    flags = {}
    while match := re.match(r"\s*--([\w-]+)(?:=(\S*))?\s*", value):
        flags[match[1]] = match[2] or ""
        value = value[match.end() :]
    return flags, value


def _list(text: str, instruction: Instruction) -> list[Word] | None:
    """Return the words of an instruction that is written as a JSON list, each with its line, or None."""
    if not text.lstrip().startswith("["):
        return None
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        return None
    words = []
    row = 0
    for part in parts:
        shown = json.dumps(part)[1:-1]
        later = [i for i, (_, line) in enumerate(instruction.lines[row:], start=row) if shown in line]
        row = later[0] if later else row
        words.append(Word.of(part, instruction.lines[row][0]))
    return words
