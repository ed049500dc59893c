"""DVC: where `dvc import` took a file from and at which revision, and which stage of a pipeline made one.

An import copies the file as it is: its `.dvc` file states the repository, the revision that it is locked to, and the copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from supplychain.provenance.interface import Described, Document, Said, flat
from supplychain.yaml_document import Table

_STAGES = 1_000
_PARTS = 1_000


def described(root: Any, document: Document) -> Iterator[Described]:
    """Yield what a `.dvc` file or a `dvc.yaml` says of each import and of what each stage makes."""
    if not isinstance(root, Table):
        return
    if document.path.endswith(".dvc"):
        yield from _imported(root)
        return
    stages = root.get("stages")
    for name, stage in [*stages.items()][:_STAGES] if isinstance(stages, Table) else ():
        if isinstance(stage, Table):
            yield from _made(name, stage)


def _imported(stage: Table) -> Iterator[Described]:
    outs = [flat(part.get("path")) for part in _tables(stage.get("outs"))]
    copied = next((flat(part.get("md5")) for part in _tables(stage.get("outs")) if part.get("md5")), "")
    for part in _tables(stage.get("deps")):
        path, repository = flat(part.get("path")), part.get("repo")
        line = part.lines.get("path", 1)
        found = Described("dvc", files=outs, line=line, is_of_folder=False)
        if isinstance(repository, Table) and (url := flat(repository.get("url"))):
            found.said.append(Said("source", f"{url}/{path}", repository.lines["url"]))
            revisions = ((key, flat(repository.get(key))) for key in ("rev_lock", "rev"))
            found.said += [Said("revision", value, repository.lines[key]) for key, value in revisions if value]
        elif "://" in path:
            found.said.append(Said("source", path, line))
        else:
            continue
        how = f"none: dvc import copies it as it is{f' (md5 {copied})' if copied else ''}"
        if "cmd" not in stage:
            found.said.append(Said("transformations", how, line))
        yield found


def _made(name: str, stage: Table) -> Iterator[Described]:
    command = flat(stage.get("cmd"))
    if not command:
        return
    deps = stage.get("deps")
    taken = flat([part for part in deps if isinstance(part, str)]) if isinstance(deps, list) else ""
    outs = stage.get("outs")
    for out in outs[:_PARTS] if isinstance(outs, list) else ():
        path = out if isinstance(out, str) else next(iter(out), "") if isinstance(out, Table) else ""
        if path:
            said = [Said("transformations", f"stage {name}: {command}", stage.lines["cmd"])]
            said += [Said("source", f"made from {taken} by stage {name}", stage.lines["deps"])] if taken else []
            yield Described("dvc", said, files=[path], is_of_folder=False)


def _tables(value: Any) -> list[Table]:
    return [part for part in value[:_PARTS] if isinstance(part, Table)] if isinstance(value, list) else []
