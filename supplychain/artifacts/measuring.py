"""From what was found to artifacts: their bytes are read, once each, and held beside what was published."""

from __future__ import annotations

from collections.abc import Sequence

from supplychain.artifacts.found import Found
from supplychain.artifacts.pointers import committed
from supplychain.artifacts.published import Group, by_name, digest_of, meant
from supplychain.artifacts.reading import ALGORITHMS, of_bytes
from supplychain.artifacts.remembered import Digested, Digester
from supplychain.files import NotReadError
from supplychain.model.artifact import Artifact, PublishedHash


def measure(founds: Sequence[tuple[Sequence[Found], Sequence[Group]]], digests: Digester) -> None:
    """Read the bytes of every artifact and give it what was published; `founds` are those of each component in turn."""
    asked = [(found, _algorithms(found, groups)) for own, groups in founds for found in own]
    digests.prepare((found.located, names) for found, names in asked if found.located is not None)
    for found, names in asked:
        found.artifact = _artifact(found, names, digests)
    for own, groups in founds:
        for group in groups:
            found, said = meant(own, group)
            found.published.append(said)
        for found in own:
            found.published += [said for said in (_by_git(found), by_name(found)) if said is not None]
            found.artifact = _with_published(found)


def _algorithms(found: Found, groups: Sequence[Group]) -> tuple[str, ...]:
    stated = {said.algorithm for said in found.published} | {said.algorithm for group in groups for said in group}
    return tuple(name for name in ALGORITHMS if name == "sha256" or name in stated)


def _artifact(found: Found, names: tuple[str, ...], digests: Digester) -> Artifact:
    one = Artifact(
        component=found.wanted.id,
        path=found.path,
        at=found.at or found.wanted.at,
        where=found.where,
        revision=found.revision,
        state=found.state,
        problem=found.problem,
        size=found.size,
        pinned=found.wanted.is_pinned,
    )
    if not found.has_bytes:
        return one
    try:
        read = _digested(found, names, digests)
    except NotReadError as error:
        return one.model_copy(update={"state": "not read", "problem": str(error)})
    state = "empty" if read.size == 0 and found.state == "bytes" else found.state
    values = {
        "state": state,
        "size": read.size,
        "sha256": read.values["sha256"],
        "weaker": tuple((name, read.values[name]) for name in names if name != "sha256"),
        "cached": read.computed,
        "problem": found.problem or read.note,
    }
    return one.model_copy(update=values)


def _digested(found: Found, names: tuple[str, ...], digests: Digester) -> Digested:
    if found.located is not None:
        return digests.of(found.located, names)
    data = found.data or b""
    return Digested(len(data), of_bytes(data, names), None)


def _by_git(found: Found) -> PublishedHash | None:
    one = found.artifact
    if found.tracked is None or one is None or one.sha256 is None or one.size is None:
        return None
    place = found.wanted.at.model_copy(update={"file": found.path, "line": None})
    return committed(found.tracked, one.sha256, one.size, place)


def _with_published(found: Found) -> Artifact:
    """Return the artifact with what was published of it; one that is shorter than that is truncated."""
    one = found.artifact
    assert one is not None  # noqa: S101 - every artifact was measured before
    sizes = [said.size for said in found.published if said.size is not None]
    is_short = one.state in {"bytes", "empty"} and one.size is not None and any(one.size < size for size in sizes)
    held = sum(1 for said in found.published if digest_of(found, said.algorithm) == said.value)
    state = "truncated" if is_short and held < len(found.published) else one.state
    return one.model_copy(update={"published": _once(found.published), "state": state})


def _once(published: Sequence[PublishedHash]) -> tuple[PublishedHash, ...]:
    unique: dict[tuple[str, str, str], PublishedHash] = {}
    for said in published:
        unique.setdefault((said.origin, said.algorithm, said.value), said)
    return tuple(unique.values())
