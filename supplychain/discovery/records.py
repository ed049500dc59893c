"""Records of models and data: DVC files, Croissant, model cards, and the configuration that lies beside weights."""

from __future__ import annotations

import posixpath
import re
from typing import Literal

from supplychain import catalog
from supplychain.catalog.config_key import ConfigKey
from supplychain.discovery import conda, trees
from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.keys import component
from supplychain.discovery.naming import Named, from_address, is_address
from supplychain.discovery.nodes import Node
from supplychain.discovery.parts import add
from supplychain.discovery.shell import from_script
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Relation, Resolution

_MODEL = ConfigKey(names=(), kind=Kind.MODEL)
_DATASET = ConfigKey(names=(), kind=Kind.DATASET)
_Said = Literal["fine-tuned from", "trained on"] | None
_CARD: dict[str, tuple[ConfigKey, _Said]] = {
    "base_model": (_MODEL, "fine-tuned from"),
    "datasets": (_DATASET, "trained on"),
    "source_datasets": (_DATASET, None),
    "models": (_MODEL, None),
}
"""Keys of a card with what their values are to what the card describes."""
_BESIDE_WEIGHTS = frozenset(
    ["adapter_config.json", "tokenizer_config.json", "model_index.json", "config_sentence_transformers.json"]
)
_ORIGIN = ("_name_or_path", "name_or_path", "base_model_name_or_path")
_CODE = (".py", ".ipynb", ".sh", ".r", ".R", ".jl", ".yaml", ".yml", ".toml", ".json5", ".cfg", ".lock", ".txt", ".md")
_FRONT = re.compile(r"---[ \t]*\r?\n(?P<text>.*?)\n(---|\.\.\.)[ \t]*(\r?\n|$)", re.DOTALL)
_FRONT_LIMIT = 200_000


def read(root: Node, source: SourceFile) -> Found | None:
    """Return what a record names, or None where a tree is none."""
    name = posixpath.basename(source.path)
    if name.endswith(".dvc") or name in {"dvc.lock", "dvc.yaml"}:
        return _dvc(root, source, is_file=name.endswith(".dvc"))
    if _is_croissant(root):
        return _croissant(root, source)
    if name in _BESIDE_WEIGHTS or (root.get("model_type") and root.get("architectures", "_name_or_path")):
        return _beside_weights(root, source)
    return conda.environment(root, source)


def front_matter(source: SourceFile) -> Found:
    """Return what the front matter of a Markdown file names that is the card of a model, a dataset or a Space.

    Raises:
        NotParsedError: it begins with front matter that is not YAML.
    """
    found = Found()
    match = _FRONT.match(trees.decoded(source.data[:_FRONT_LIMIT]))
    keys = (*_CARD, "preload_from_hub")
    if match is None or not any(f"{key}:" in match["text"] for key in keys):
        return found
    card = next(iter(trees.from_yaml(match["text"])), None)
    if card is None:
        return found
    trees.moved(card, 1)
    own = _own(source)
    for key, (entry, relation) in _CARD.items():
        for node in _scalars(card.get(key)):
            text = re.sub(r"^extended\|", "", node.text or "")
            named = component(text, key, entry, None, source)
            if named is not None:
                _refer(named, node.line, key, source, found)
                if relation is not None:
                    related = Relation(subject=own, kind=relation, object=named.component.id, at=source.at(node.line))
                    found.relations.append(related)
    for node in _scalars(card.get("preload_from_hub")):
        repository, *rest = (node.text or "").split()[:3] or [""]
        named = component(repository, "", _MODEL, None, source)
        if named is not None:
            revision = rest[1] if len(rest) > 1 else None
            _refer(named, node.line, "preload_from_hub", source, found, revision=revision)
    return found


def _scalars(node: Node | None) -> list[Node]:
    """Return a scalar, or the scalars of a list."""
    return [part for part in (node, *node.items) if part.text] if node else []


def _own(source: SourceFile) -> str:
    """Return the id of the model that the folder of a file holds."""
    folder = posixpath.dirname(source.path)
    return Component(kind=Kind.MODEL, source="file", name=folder or ".").id


def _refer(named: Named, line: int, call: str, source: SourceFile, found: Found, **facts: str | None) -> None:
    stated = {"address": named.address, **facts, "revision": facts.get("revision") or named.revision}
    found.references.append(source.refer(named.component, line, Resolution.CONFIG, call, **stated))


def _beside_weights(root: Node, source: SourceFile) -> Found:
    """Read what Transformers, PEFT and Diffusers write beside weights: where these come from, and whose code they run."""
    found = Found()
    for node in trees.parts(root):
        for key in _ORIGIN:
            origin = node.get(key)
            named = component((origin.text or "").rstrip("/"), key, _MODEL, None, source) if origin else None
            if origin and named:
                revision = node.string("revision") if key == "base_model_name_or_path" else ""
                _refer(named, origin.line, key, source, found, revision=revision or None)
                if key == "base_model_name_or_path":
                    at = source.at(origin.line)
                    related = Relation(subject=_own(source), kind="fine-tuned from", object=named.component.id, at=at)
                    found.relations.append(related)
    for node in trees.parts(root.get("auto_map") or Node(1)):
        repository, dashes, _ = (node.text or "").partition("--")
        named = component(repository, "", _MODEL, None, source) if dashes else None
        if named:
            _refer(named, node.line, "auto_map", source, found)
    return found


def _is_croissant(root: Node) -> bool:
    kinds = {root.string("@type"), *(item.text or "" for item in (root.get("@type") or root).items)}
    is_dataset = any(re.search(r"(^|[:/#])Dataset$", kind) for kind in kinds)
    stated = " ".join(part.text or "" for part in trees.parts(root.get("conformsTo", "dct:conformsTo") or Node(1)))
    return is_dataset and ("croissant" in stated or root.get("recordSet") is not None)


def _croissant(root: Node, source: SourceFile) -> Found:
    """Read a dataset's own description: its name, its address, and the digest of its file where it has one."""
    found = Found()
    files = [part for part in trees.parts(root.get("distribution") or Node(1)) if part.get("contentUrl", "sha256")]
    address = root.string("url", "sameAs", "@id") or (files[0].string("contentUrl") if files else "")
    named = from_address(address, Kind.DATASET) if is_address(address) else None
    name = root.get("name")
    if named is None or named.component.source == "url":
        title = (name.text if name else "") or posixpath.basename(source.path)
        named = Named(Component(kind=Kind.DATASET, source="croissant", name=title), None, address or None)
    digests = [digest for part in files if (digest := part.string("sha256"))]
    is_whole = len(digests) == 1 and re.fullmatch("[0-9a-f]{64}", digests[0])
    facts = {"revision": root.string("version") or None, "checksum": f"sha256:{digests[0]}" if is_whole else None}
    _refer(named, name.line if name else root.line, "Croissant", source, found, **facts)
    return found


def _dvc(root: Node, source: SourceFile, *, is_file: bool) -> Found:
    """Read what DVC tracks: files by their digests, and what is imported from other repositories."""
    found = Found()
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(source.path), root.string("wdir")))
    stages = [root] if is_file else [entry.node for entry in (root.get("stages") or Node(1)).entries]
    needed = {part.string("path") for stage in stages for part in _listed(stage, "deps")}
    for stage in stages:
        if command := stage.get("cmd"):
            for part in _scalars(command):
                add(found, from_script(part.text or "", source, part.first if part.is_literal else part.line))
        deps, outs = _listed(stage, "deps"), _listed(stage, "outs")
        if not is_file:  # what a stage makes and no other needs is its result
            outs = [part for part in outs if part.string("path") in needed or _is_model(part.string("path"))]
        imported = [part for part in deps if part.get("repo") or is_address(part.string("path"))]
        for part in imported or (*deps, *outs):
            _tracked(part, folder, source, found, outs[0].string("md5") if imported and outs else "")
    for entry in (root.get("artifacts") or Node(1)).entries:
        kind = Kind.MODEL if entry.node.string("type") == "model" else Kind.DATASET
        if path := entry.node.string("path"):
            named = Named(Component(kind=kind, source="file", name=_joined(folder, path)))
            _refer(named, entry.line, "artifacts", source, found)
    first = {(item.component.id, item.checksum, item.revision): item for item in reversed(found.references)}
    found.references = list(reversed(first.values()))
    return found


def _is_model(path: str) -> bool:
    return path.lower().endswith(catalog.artifacts().url_suffixes)


def _listed(stage: Node, key: str) -> list[Node]:
    return [part for part in (stage.get(key) or Node(1)).items if part.entries]


def _tracked(part: Node, folder: str, source: SourceFile, found: Found, copied: str) -> None:
    """Report what a stage depends on or makes; `copied` is the digest of the copy of what is imported."""
    path, repository = part.string("path"), part.get("repo")
    if not path or path.endswith(_CODE):
        return
    kind = Kind.MODEL if _is_model(path) else Kind.DATASET
    md5 = copied or part.string("md5")
    checksum = f"md5:{md5.removesuffix('.dir')}" if re.fullmatch(r"[0-9a-f]{32}(\.dir)?", md5) else None
    revision, address = None, None
    if repository is not None:
        address = repository.string("url")
        revision = repository.string("rev_lock", "rev") or None
        match = re.match(r"(?:https?://|git@)github\.com[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?$", address)
        name = f"{match[1]}/{path}" if match else f"{address.partition('://')[2] or address}/{path}"
        named = Named(Component(kind=kind, source="github" if match else "url", name=name), revision, address)
    elif is_address(path):
        named = from_address(path, kind)
    elif part.string("md5", "etag", "checksum"):
        named = Named(Component(kind=kind, source="file", name=_joined(folder, path)))
    else:
        return
    line = next((entry.node.line for entry in part.entries if entry.key == "path"), part.line)
    _refer(named, line, "DVC", source, found, checksum=checksum, revision=revision)


def _joined(folder: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, path))
    return joined.removeprefix("./")
