"""Environment files and Dockerfiles: settings that send a registry's client to another host."""

from __future__ import annotations

import io
import re
import shlex

from supplychain import catalog
from supplychain.discovery.interface import Found, SourceFile
from supplychain.model.reference import Override

_ASSIGNED = re.compile(r"""(?<!\w)(?P<name>[A-Z]\w*)=[\\"']*(?P<value>[^\s;&|"'\\]*)""")
"""A variable that a shell command sets."""


def read_environment(source: SourceFile) -> Found:
    """Return the endpoint settings of an environment file."""
    from dotenv.parser import parse_stream  # here, since it is slow to import

    found = Found()
    text = source.data.decode("utf-8-sig", "replace")
    for binding in parse_stream(io.StringIO(text)):
        if binding.key is not None and binding.value is not None:
            blank_lines = len(binding.original.string) - len(binding.original.string.lstrip("\r\n"))
            _add(found, source, binding.key, binding.value, binding.original.line + blank_lines)
    return found


def read_dockerfile(source: SourceFile) -> Found:
    """Return the endpoint settings of a Dockerfile: ENV, ARG defaults, and assignments in what it runs."""
    from dockerfile_parse import DockerfileParser  # as above

    found = Found()
    text = source.data.decode("utf-8-sig", "replace")
    lines = list(enumerate(text.splitlines(), start=1))
    for instruction in DockerfileParser(fileobj=io.BytesIO(text.encode())).structure:
        word, value = instruction["instruction"], instruction["value"]
        if word == "COMMENT":
            continue
        if word == "ONBUILD":
            word, _, value = value.partition(" ")
        own = lines[instruction["startline"] : instruction["endline"] + 1]
        own = [(number, line) for number, line in own if not line.lstrip().startswith("#")]
        if word.upper() not in {"ENV", "ARG"}:
            for number, line in own:
                for match in _ASSIGNED.finditer(line):
                    _add(found, source, match["name"], match["value"], number)
            continue
        for variable, given in _assignments(word.upper(), value):
            named = re.compile(rf"(?<!\w){re.escape(variable)}(?!\w)")
            line_number = next((number for number, line in own if named.search(line)), instruction["startline"] + 1)
            _add(found, source, variable, given, line_number)
    return found


def _assignments(instruction: str, value: str) -> list[tuple[str, str]]:
    try:
        parts = shlex.split(value)
    except ValueError:
        parts = value.split()
    if instruction == "ENV" and len(parts) > 1 and "=" not in parts[0]:
        return [(parts[0], " ".join(parts[1:]))]
    pairs = (part.partition("=") for part in parts)
    return [(name, text) for name, equals, text in pairs if equals]


def _add(found: Found, source: SourceFile, variable: str, value: str, line: int) -> None:
    for registry in catalog.registries().values():
        if variable in registry.settings and value:
            address = None if "$" in value else value
            place = source.at(line)
            found.overrides.append(Override(registry=registry.key, variable=variable, address=address, at=place))
