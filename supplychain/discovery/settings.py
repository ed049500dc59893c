"""Environment files and Dockerfiles: settings that send a registry's client to another host."""

from __future__ import annotations

import io
import shlex

from dockerfile_parse import DockerfileParser
from dotenv.parser import parse_stream

from supplychain import catalog
from supplychain.discovery.interface import Found, SourceFile
from supplychain.model.reference import Override


def read_environment(source: SourceFile) -> Found:
    """Return the endpoint settings of an environment file."""
    found = Found()
    text = source.data.decode("utf-8-sig", "replace")
    for binding in parse_stream(io.StringIO(text)):
        if binding.key is not None and binding.value is not None:
            blank_lines = len(binding.original.string) - len(binding.original.string.lstrip("\r\n"))
            _add(found, source, binding.key, binding.value, binding.original.line + blank_lines)
    return found


def read_dockerfile(source: SourceFile) -> Found:
    """Return the endpoint settings of a Dockerfile: ENV, ARG defaults, and assignments in what it runs."""
    found = Found()
    text = source.data.decode("utf-8-sig", "replace")
    lines = text.splitlines()
    parser = DockerfileParser(fileobj=io.BytesIO(text.encode()))
    for instruction in parser.structure:
        word, _, value = instruction["content"].strip().removeprefix("ONBUILD ").partition(" ")
        if instruction["instruction"] == "COMMENT":
            continue
        pairs = _assignments(word.upper(), instruction["value"] if word.upper() != "ENV" else value)
        for variable, text in pairs:
            numbers = range(instruction["startline"], min(instruction["endline"] + 1, len(lines)))
            shown = (n for n in numbers if _names(variable, lines[n]) and not lines[n].lstrip().startswith("#"))
            _add(found, source, variable, text, next(shown, instruction["startline"]) + 1)
    return found


def _add(found: Found, source: SourceFile, variable: str, value: str, line: int) -> None:
    for registry in catalog.registries().values():
        if variable in registry.settings and value:
            address = None if "$" in value else value
            place = source.at(line)
            found.overrides.append(Override(registry=registry.key, variable=variable, address=address, at=place))
