"""Deployment: the images, commands and services that compose files, clusters, charts and CI workflows start."""

from __future__ import annotations

import re
import shlex
from functools import partial
from operator import add as add_numbers

from supplychain import catalog
from supplychain.discovery import trees
from supplychain.discovery.commands import from_argv
from supplychain.discovery.dialects import as_shell
from supplychain.discovery.hosted import service, service_at
from supplychain.discovery.images import image, refer_image
from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.keys import normal
from supplychain.discovery.naming import is_address
from supplychain.discovery.nodes import Node
from supplychain.discovery.parts import add, python_part
from supplychain.discovery.shell import Session, read_script, without_own
from supplychain.discovery.trees import TEMPLATE
from supplychain.discovery.values import Value, value_of
from supplychain.discovery.words import Word
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Resolution

_CI = re.compile(
    r"(.*/)?(\.github/workflows/.+|action\.ya?ml|\.gitlab-ci[\w.-]*\.ya?ml|\.gitlab/.+|\.circleci/.+|\.drone\.yml"
    r"|azure-pipelines[\w.-]*\.ya?ml|\.azure(devops|-pipelines)?/.+|bitbucket-pipelines\.yml|\.woodpecker[/.].+"
    r"|buildspec[\w.-]*\.ya?ml|cloudbuild[\w.-]*\.ya?ml|\.buildkite/.+|Taskfile[\w.-]*\.ya?ml|\.travis\.yml|appveyor\.yml)"
)
_SCRIPTS = frozenset(
    ["run", "script", "before_script", "after_script", "bash", "sh", "inline_script", "install", "before_install"]
)
_WORDS = 2000
"""Words of a command that are read."""
_CREATED = frozenset(["post_create_command", "on_create_command", "post_start_command", "update_content_command"])
_COMMANDS = ("entrypoint", "command", "args")
_MORE_COMMANDS = frozenset(["container_args", "extra_args", "extra_arguments", "cmd", "server_args", "vllm_args"])
_SERVERS = frozenset(["mcp_servers", "mcp_server", "context_servers"])
_DIALECTS = {"pwsh": "run.ps1", "powershell": "run.ps1", "cmd": "run.bat"}
_FILLED = "{{}}"
"""How a part that a chart fills in is written for the readers of commands."""
_EXPRESSION = re.compile(r"\$\{\{[^{}]*\}\}")
_ACTION = re.compile(r"(?P<name>[\w.-]+/[\w.-]+(?:/[\w./-]+)?)@(?P<ref>[^\s@]+)")
_TAGGED = re.compile(r"[\w.-]+(:\d+)?(/[\w.-]+)+:[\w.-]+|[\w./-]+@sha256:[0-9a-f]{64}")


def read(root: Node, source: SourceFile) -> tuple[Found, frozenset[int]]:
    """Return what a configuration starts, and the ids of the nodes that are read with it."""
    reading = _Reading(source, _kind(root, source.path))
    for node in trees.parts(root):
        reading.mapping(node)
    return without_own(reading.found, reading.session), frozenset(reading.read)


def _kind(root: Node, path: str) -> str:
    """Return what a configuration is for: `compose`, `kubernetes`, `ci`, `container`, or empty."""
    if _CI.fullmatch(path) or (root.get("jobs") and root.get("on", "true")):
        return "ci"
    if root.get("apiVersion") and root.get("kind"):
        return "kubernetes"
    services = root.get("services")
    parts = {"image", "build", "command", "environment", "extends", "ports", "volumes", "models", "provider"}
    if services and any(entry.key in parts for each in services.entries for entry in each.node.entries):
        return "compose"
    name = path.rpartition("/")[2]
    is_container = "devcontainer" in path or re.fullmatch(r"values[\w.-]*\.ya?ml", name)
    return "container" if is_container else ""


class _Reading:
    """One pass over the mappings of one configuration."""

    def __init__(self, source: SourceFile, kind: str) -> None:
        self.found = Found()
        self.read: set[int] = set()
        self.session = Session()
        """Knows the images that some steps make, which others only run."""
        self._source = source
        self._kind = kind

    def mapping(self, node: Node) -> None:
        """Add what one mapping starts."""
        self._command(node)
        is_built = self._kind == "compose" and node.get("build") is not None
        for entry in node.entries:
            key, value = normal(entry.key), entry.node
            if key in {"image", "container", "image_uri", "container_image"} and not is_built:
                self._image(value, is_expected=key == "image" or self._kind == "ci")
            elif key == "services" and self._kind == "ci":
                for item in value.items:
                    self._image(item, is_expected=True)
            elif key == "uses" and self._kind == "ci":
                self._action(value)
            elif key in _SCRIPTS and self._kind == "ci":
                self._script(value, node.string("shell"))
            elif key in _CREATED:
                self._script(value, "")
            elif key in _SERVERS or (key == "servers" and "mcp" in self._source.path.lower()):
                self._servers(value)
            elif key in _MORE_COMMANDS:
                self._argv([value], is_expected=self._kind != "")
            elif key == "models" and self._kind == "compose":
                self._models(value)

    def _command(self, node: Node) -> None:
        values = [value for key in _COMMANDS if (value := node.get(key)) is not None]
        if self._kind == "ci" and node.get("run") is None:
            scripts = [value for value in values if value.text and "\n" in value.text]
            for value in scripts:
                self._script(value, "")
            values = [value for value in values if value not in scripts]
        self._argv(values, is_expected=self._kind in {"compose", "kubernetes"})

    def _argv(self, values: list[Node], *, is_expected: bool) -> None:
        """Read the parts of one command; where none is expected, only what has an option is one."""
        words: list[Value] = []
        for value in values:
            words += _words(value)
        if not words or not (is_expected or _is_command(words)):
            return
        self.read.update(id(value) for value in values)
        words = words[:_WORDS]
        texts = [word.text.replace(TEMPLATE, _FILLED) for word in words]
        got = _without_templates(from_argv(texts, self._source, words[0].line))
        lines = [(word.text, word.line) for word in words]
        for index, item in enumerate(got.references):
            line = next((line for text, line in lines if item.component.name in text), item.at.line)
            got.references[index] = item.model_copy(update={"at": self._source.at(line)})
        for number, missed in enumerate(got.unresolved):
            line = next((line for text, line in lines if missed.expression in text), missed.at.line)
            got.unresolved[number] = missed.model_copy(update={"at": self._source.at(line)})
        for number, setting in enumerate(got.settings):
            line = next((line for text, line in lines if setting.address and setting.address in text), setting.at.line)
            got.settings[number] = setting.model_copy(update={"at": self._source.at(line)})
        add(self.found, got)

    def _image(self, value: Node, *, is_expected: bool) -> None:
        if value.entries:
            self._parted(value)
            return
        given = value_of(value.text or "", value.line)
        is_tagged = _TAGGED.fullmatch(given.text) is not None
        if not given.text or TEMPLATE in given.text or "${{" in given.text or "{{" in given.text:
            return
        if is_tagged or (is_expected and self._kind != ""):
            word = Word(given.text, given.line, given.resolution, given.is_known)
            add(self.found, refer_image(word, self._source, "image"))
            self.read.add(id(value))

    def _parted(self, value: Node) -> None:
        """Read an image that is given as registry, repository, name and tag."""
        repository, name = value.string("repository"), value.string("name")
        parts = [value.string("registry"), repository or value.string("image"), name]
        joined = "/".join(part.strip("/") for part in parts if part)
        known = value_of(joined, value.line)
        line = next((e.node.line for e in value.entries if e.key in {"repository", "image", "name"}), value.line)
        named = image(known.text) if (repository or self._kind == "ci") and known.is_known else None
        if named is not None:
            tag = value_of(value.string("digest") or value.string("tag"), line)
            revision = tag.text if tag.is_known and tag.text else named[1]
            found = self._source.refer(named[0], line, known.resolution, "image", revision=revision)
            self.found.references.append(found)
            self.read.add(id(value))

    def _action(self, value: Node) -> None:
        text = (value.text or "").strip()
        if text.startswith("docker://"):
            add(self.found, refer_image(Word.of(text, value.line), self._source, "uses"))
        elif match := _ACTION.fullmatch(text):
            action = Component(kind=Kind.PACKAGE, source="github", name=match["name"])
            got = self._source.refer(action, value.line, Resolution.CONFIG, "uses", revision=match["ref"])
            self.found.references.append(got)

    def _script(self, value: Node, shell: str) -> None:
        for part in (value, *value.items[:_WORDS], *(entry.node for entry in value.entries)):
            if not part.text:
                continue
            self.read.add(id(part))
            text = _EXPRESSION.sub("${EXPRESSION}", part.text).replace(TEMPLATE, _FILLED)
            first = part.first if part.is_literal else part.line
            if shell.startswith("python"):
                add(self.found, python_part(text, self._source, partial(add_numbers, first - 1)))
                continue
            script = as_shell(text, _DIALECTS.get(shell, ""))
            add(
                self.found,
                _without_templates(read_script(script, self._source, first, session=Session(built=self.session.built))),
            )

    def _servers(self, value: Node) -> None:
        """Read servers of MCP, each by its name."""
        named = [(entry.key, entry.line, entry.node) for entry in value.entries]
        named += [(item.string("name"), item.line, item) for item in value.items]
        for name, line, server in named:
            if not name or not server.entries:
                continue
            place = server.get("url", "serverUrl", "httpUrl", "server_url", "endpoint", "uri")
            address = value_of(place.text or "", line).text if place else None
            server_id = (service_at(address) if address and is_address(address) else None) or service(
                f"mcp/{name.strip()}"
            )
            got = self._source.refer(server_id, line, Resolution.CONFIG, "mcpServers", address=address or None)
            self.found.references.append(got)
            if place:
                self.read.add(id(place))
            self._argv([node for key in ("command", "args") if (node := server.get(key))], is_expected=True)

    def _models(self, value: Node) -> None:
        """Read the models of a compose file, which lie in a registry of images or at a hub."""
        for entry in value.entries:
            node = entry.node.get("model")
            given = value_of(node.text or "", node.line) if node else None
            if node is None or given is None or not given.is_known:
                continue
            hub, _, rest = given.text.partition("/")
            named = image(given.text)
            if hub in catalog.registries()["huggingface"].hosts:
                name, _, tag = rest.partition(":")
                named = (Component(kind=Kind.MODEL, source="huggingface", name=name), tag or None)
            if named is not None:
                model = named[0].model_copy(update={"kind": Kind.MODEL})
                got = self._source.refer(model, node.line, given.resolution, "models", revision=named[1])
                self.found.references.append(got)
                self.read.add(id(node))


def _without_templates(found: Found) -> Found:
    """Return what was found without what a chart fills in, whose values name it, and without images of the run itself."""
    found.unresolved = [
        missed
        for missed in found.unresolved
        if _FILLED not in missed.expression
        and not (missed.kind is Kind.PACKAGE and "${EXPRESSION}" in missed.expression)
    ]
    return found


def _is_command(words: list[Value]) -> bool:
    """Whether words are those of a command: one has the form of an option, or the first fetches from an address."""
    fetches = words[0].text in {"wget", "curl", "aria2c"} and any("://" in word.text for word in words)
    return fetches or any(re.match(r"--?[a-z]", word.text) for word in words)


def _words(value: Node) -> list[Value]:
    """Return the words of a command: a list, or a text as a shell splits it."""
    if value.text is None:
        return [value_of(item.text, item.line) for item in value.items if item.text]
    known = value_of(value.text, value.line)
    try:
        texts = shlex.split(known.text)
    except ValueError:
        texts = known.text.split()
    return [Value(text, value.line, known.resolution) for text in texts]
