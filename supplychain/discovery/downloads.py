"""Addresses that commands fetch: weights, data, services and repositories of models."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.catalog.command import Command
from supplychain.discovery.hosted import hosted_model, service_at
from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.naming import Named, from_address, is_address
from supplychain.discovery.words import Arguments, Word
from supplychain.model.component import Component, Kind

_DRIVE = "drive.google.com"
_DRIVE_ID = re.compile(r"[\w-]{20,80}")
_BODY_LIMIT = 100_000
_HUBS = frozenset({"huggingface", "modelscope", "kaggle", "tensorflow-hub", "pytorch-hub"})


def from_download(entry: Command, arguments: Arguments, source: SourceFile) -> Found:
    """Return what the addresses of a download command name; other files than weights and data name nothing."""
    found, call = Found(), entry.words
    output = arguments.one(entry.output)
    stated = arguments.options.get(entry.checksum or "", [])
    words = arguments.positional if entry.position is None else arguments.positional[: entry.position + 1]
    words = [*words, *arguments.of(entry.options)]
    for word in words:
        if entry.words == "gdown" and _DRIVE_ID.fullmatch(word.text):
            word = word.part(f"https://{_DRIVE}/file/d/{word.text}")
        if not is_address(word.text) and not re.match(r"[$%{]", word.text):
            continue
        if not word.is_known:
            _unknown(word, source, call, found)
        elif service := service_at(word.text):
            found.references.append(source.refer(service, word.line, word.resolution, call, address=word.text))
            _body(entry, arguments, service, source, call, found)
        elif named := downloaded(word.text, output.text if output else "", is_drive=entry.words == "gdown"):
            facts = {"revision": named.revision, "address": named.address, "checksum": _checksum(stated)}
            found.references.append(source.refer(named.component, word.line, word.resolution, call, **facts))
    return found


def downloaded(address: str, output: str = "", *, is_drive: bool = False) -> Named | None:
    """Return the model or dataset at an address, by the end of its path or of the file that is written, or None."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    if (
        not host
        or ("." not in host and parts.scheme.startswith("http"))
        or re.fullmatch(r"[\d.]+|.*\.(local|internal)", host)
    ):
        return None
    known = catalog.commands()
    named = from_address(address, Kind.MODEL)
    if named.component.source in _HUBS and (named.revision or named.component.source != "huggingface"):
        return named
    names = (parts.path.lower(), output.lower())
    suffixes = [s for s in catalog.artifacts().url_suffixes if s not in known.shared_suffixes]
    if any(name.endswith(tuple(suffixes)) for name in names):
        return named
    is_archive = any(name.endswith(known.archive_suffixes) for name in names)
    is_data = is_archive and re.search(known.data_words, host + parts.path) is not None
    is_data = is_data or is_drive or any(name.endswith(known.data_suffixes) for name in names)
    return from_address(address, Kind.DATASET) if is_data else None


def from_repository(entry: Command, arguments: Arguments, source: SourceFile) -> Found:
    """Return the model or dataset whose repository a command clones; a repository of code names nothing."""
    found, call = Found(), entry.words
    if not arguments.positional:
        return found
    word = arguments.positional[0]
    address = re.sub(r"^(?:ssh://)?git@([\w.-]+)[:/]", r"https://\1/", word.text)
    match = re.match(r"https?://(?:[^/@]*@)?([\w.-]+)/", address)
    hosts = catalog.registries()["huggingface"].hosts | catalog.registries()["modelscope"].hosts
    if match is None or match[1] not in hosts:
        return found
    if not word.is_known:
        reason = "the repository is named at run time"
        found.unresolved.append(source.unresolved(Kind.MODEL, word.line, call, word.text, reason))
        return found
    named = from_address(address.removesuffix("/").removesuffix(".git"), Kind.MODEL)
    if named.component.source != "url" and not named.component.name.startswith("spaces/"):
        branch = arguments.one(entry.revision)
        revision = branch.text if branch and branch.is_known else named.revision
        facts = {"revision": revision, "address": named.address}
        found.references.append(source.refer(named.component, word.line, word.resolution, call, **facts))
    return found


def _unknown(word: Word, source: SourceFile, call: str, found: Found) -> None:
    """Report an address that is made at run time where its end or the name of its variable says what is there."""
    known = catalog.commands()
    plain = word.text.partition("?")[0].strip("\"'").lower()
    kind = None
    hubs = {host for key in _HUBS for host in catalog.registries()[key].hosts}
    if any(f"//{host}/datasets/" in plain for host in hubs):
        kind = Kind.DATASET
    elif plain.endswith(catalog.artifacts().url_suffixes) or any(f"//{host}/" in plain for host in hubs):
        kind = Kind.MODEL
    elif plain.endswith(known.data_suffixes):
        kind = Kind.DATASET
    elif variable := re.fullmatch(r"[$%{(]+(\w+)[%})]*(?:/.*)?", word.text):
        if re.search(known.weights_variable, variable[1]):
            kind = Kind.MODEL
        elif re.search(known.data_variable, variable[1]):
            kind = Kind.DATASET
    if kind is not None:
        reason = "the address is made at run time"
        found.unresolved.append(source.unresolved(kind, word.line, call, word.text, reason, "url"))


def _body(
    entry: Command, arguments: Arguments, service: Component, source: SourceFile, call: str, found: Found
) -> None:
    """Add the model that the body of a request to a service asks for."""
    word = arguments.one(entry.body)
    if word is None or len(word.text) > _BODY_LIMIT:
        return
    try:
        body = json.loads(word.text)
    except (ValueError, RecursionError):
        return
    name = body.get("model") if isinstance(body, dict) else None
    if isinstance(name, str) and (model := hosted_model(name, by=service.name)):
        found.references.append(source.refer(model, word.line, word.resolution, call))


def _checksum(stated: list[Word]) -> str | None:
    match = re.fullmatch(r"sha-?256[=:]([0-9a-f]{64})", stated[0].text.lower()) if stated else None
    return f"sha256:{match[1]}" if match else None
