"""Whether bytes are the published ones: the same for the artifacts of models and of datasets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplychain.checks.engine import Answer, answer
from supplychain.checks.hidden import not_seen
from supplychain.checks.sourced import Sourced, Subjects, artifacts_of, hub_records
from supplychain.model.artifact import Artifact, PublishedHash
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.finding import Source
from supplychain.model.reference import Place, Unread, Unresolved

_DIGITS = {"md5": 32, "sha1": 40, "git-sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}
"""Hex digits of a whole digest, the weakest first."""
_STRONG = ("sha256", "sha384", "sha512")
_ORIGINS = {
    "hub": "the hub",
    "git-lfs": "the Git LFS pointer",
    "dvc": "DVC",
    "declaration": "the declaration",
    "reference": "the place that names it",
    "baseline": "the baseline",
    "inventory": "the inventory",
    "metadata": "the dataset's metadata",
    "name": "its own name",
    "download": "its download",
}


class Row(Frozen):
    """One artifact of a component, or a component without any."""

    subject: str
    at: Place
    sourced: Sourced
    artifact: Artifact


Rows = tuple[Row | Unresolved | Unread, ...]


def rows(case: Case, subjects: Subjects) -> Rows:
    """Return a row for each artifact; a component of which nothing was gathered has one as well."""
    found: list[Row | Unresolved | Unread] = []
    for item in subjects:
        if isinstance(item, Sourced):
            found += _of_component(case, item)
        else:
            found.append(item)
    return tuple(found)


def _of_component(case: Case, item: Sourced) -> Iterator[Row]:
    nothing = Artifact(component=item.subject, path="", at=item.at, where="target", state="absent")
    for artifact in artifacts_of(case, item.subject) or (nothing,):
        yield Row(subject=item.subject, at=artifact.at or item.at, sourced=item, artifact=artifact)


def decide(case: Case, row: Row | Unresolved | Unread) -> Answer:
    """Return the answer on one row; what shows that bytes are wrong goes before what is not known of them."""
    if isinstance(row, (Unresolved, Unread)):
        return not_seen(row)
    artifact = row.artifact
    found = _wrong_hash(row) or _wrong_bytes(row)
    if found is not None:
        return found
    if artifact.state == "not read":
        return _say(row, "artifact-not-read", reason=artifact.problem)
    if artifact.state in {"pointer", "absent"}:
        return _absent(case, row)
    return _matched(case, row)


def sources(case: Case) -> tuple[Source, ...]:
    """Return the records of hubs that the rows rest on."""
    used = {artifact.component for artifact in case.artifacts}
    return tuple(dict.fromkeys(record.source for record in case.hub if record.component in used))


def _wrong_hash(row: Row) -> Answer | None:
    """Return the answer where what was published is no whole digest."""
    for said in row.artifact.published:
        if said.origin == "name":
            continue
        whole = _DIGITS.get(said.algorithm)
        if not said.value:
            return _say(row, "empty-hash", said=said)
        if whole is None or len(said.value) != whole or not re.fullmatch("[0-9a-f]+", said.value):
            return _say(row, "malformed-hash", said=said, value=said.value, algorithm=_name(said.algorithm))
    return None


def _wrong_bytes(row: Row) -> Answer | None:
    """Return the answer where bytes, or the lack of them, are not what was published."""
    artifact = row.artifact
    if artifact.state == "unlisted":
        return _say(row, "unlisted", by=artifact.problem)
    if artifact.state == "removed":
        return _say(row, "removed", said=next(iter(artifact.published), None))
    if artifact.sha256 is None:
        return None
    for said in sorted(artifact.published, key=lambda said: said.origin == "download"):
        if not _holds(artifact, said):
            if artifact.state == "truncated" and said.size is not None and (artifact.size or 0) < said.size:
                return _say(row, "truncated", said=said, size=artifact.size, whole=f"{said.size:,}")
            return _say(row, "mismatch", said=said, value=said.value, actual=_computed(artifact, said))
    if artifact.state == "empty" and not _independent(row):
        return _say(row, "empty-file")
    return None


def _absent(case: Case, row: Row) -> Answer:
    """Return the answer where no bytes are at hand: without anything fixed, none could ever be compared."""
    artifact = row.artifact
    if not _is_fixed(row):
        return _unfixed(row)
    if artifact.state == "pointer":
        return _say(row, "pointer-only", said=next(iter(artifact.published), None))
    known = next((said for said in artifact.published if said.algorithm in _STRONG and said.origin != "download"), None)
    step = "supply its bytes"
    if row.sourced.component.source == "huggingface":
        listed = any(record.state == "listed" for record in hub_records(case, row.subject))
        step = (
            "run again with fetch=on" if listed else "run with facts=online, or hand in a snapshot, and with fetch=on"
        )
    hashes = f"{_origin(known)} states its SHA-256" if known else "no hash of it is known yet"
    reason = f" ({artifact.problem})" if artifact.problem else ""
    return _say(row, "absent", hashes=hashes, step=step, reason=reason)


def _matched(case: Case, row: Row) -> Answer:
    """Return the answer where nothing that was published differs from the bytes."""
    artifact = row.artifact
    good = [said for said in _independent(row) if said.algorithm in _STRONG]
    if good:
        best = max(good, key=lambda said: _STRONG.index(said.algorithm))
        least = case.policy.thresholds.min_hash
        if _STRONG.index(best.algorithm) < _STRONG.index(least):
            return _say(row, "below-policy", said=best, algorithm=best.algorithm, least=least)
        return _say(row, "matches", said=best, algorithm=_name(best.algorithm), value=best.value)
    if not _is_fixed(row):
        return _unfixed(row)
    weak = {said.algorithm: said for said in _independent(row)}
    if (blob := weak.get("git-sha1")) is not None and blob.origin == "hub":
        return _say(row, "matches-git-blob", value=blob.value, commit=artifact.revision or "")
    for algorithm, rule in (("sha1", "sha1-only"), ("git-sha1", "sha1-only"), ("md5", "md5-only")):
        if algorithm in weak:
            return _say(row, rule, said=weak[algorithm])
    origins = {said.origin for said in artifact.published}
    if "name" in origins:
        return _say(row, "name-only", said=next(said for said in artifact.published if said.origin == "name"))
    if _has_facts(case, row):
        return _unhashed(row)
    return _say(row, "download-only" if "download" in origins else "no-facts")


def _unfixed(row: Row) -> Answer:
    """Return the answer where nothing fixes which bytes are meant."""
    if row.sourced.component.is_file:
        return _unhashed(row)
    open_ones = [reference for reference in row.sourced.references if not reference.is_pinned]
    place = open_ones[0].at if open_ones else row.sourced.at
    revision = open_ones[0].revision if open_ones else None
    named = f"the revision {revision}, which can come to mean something else" if revision else "no revision"
    how = "pin a whole commit" if row.sourced.component.source == "huggingface" else "fetch a fixed version"
    return _say(row, "unpinned", where=str(place), named=named, how=how)


def _unhashed(row: Row) -> Answer:
    """Return the answer where nobody recorded a hash; whoever trained a model is who has to."""
    if row.artifact.sha256 is None:
        return _say(row, "nothing-fixed")
    return _say(row, "not-recorded" if row.sourced.component.is_file else "no-hash")


def _is_fixed(row: Row) -> bool:
    """Whether a revision or a recorded digest says which bytes are meant."""
    is_pinned = row.sourced.is_pinned and not row.sourced.component.is_file
    return is_pinned or bool(_independent(row)) or any(said.origin == "name" for said in row.artifact.published)


def _independent(row: Row) -> list[PublishedHash]:
    """Return the hashes that come from elsewhere than the download: a hub's only at a commit that every place pins."""
    is_pinned = row.sourced.is_pinned

    def counts(said: PublishedHash) -> bool:
        return said.origin not in {"download", "name"} and (is_pinned or said.origin != "hub")

    return [said for said in row.artifact.published if counts(said)]


def _has_facts(case: Case, row: Row) -> bool:
    """Whether the hub said of this revision what it publishes."""
    revision = row.artifact.revision
    records = hub_records(case, row.subject)
    return any(record.state != "unknown" and revision in {record.revision, record.commit} for record in records)


def _holds(artifact: Artifact, said: PublishedHash) -> bool:
    computed = _computed(artifact, said)
    if said.origin == "name":
        return computed.startswith(said.value)
    return computed == said.value


def _computed(artifact: Artifact, said: PublishedHash) -> str:
    if said.algorithm == "sha256":
        return artifact.sha256 or ""
    return dict(artifact.weaker).get(said.algorithm, "")


def _say(row: Row, rule: str, *, said: PublishedHash | None = None, **values: object) -> Answer:
    artifact = row.artifact
    path = artifact.path or "what is named of it"
    if artifact.revision and artifact.path:
        path = f"{path} at commit {artifact.revision[:12]}"
    digest = f"sha256:{artifact.sha256}" if artifact.sha256 else row.sourced.evidence
    fields = {"path": path, "origin": _origin(said), "id": row.subject, "seen": _seen(artifact)}
    return answer(rule, evidence=digest, digest=artifact.sha256 or "", **fields, **values)


def _seen(artifact: Artifact) -> str:
    """Return how the digest is known, where it was not simply computed in this run."""
    said = f" (computed on {artifact.cached}, and the file is unchanged since)" if artifact.cached else ""
    return f"{said}; {artifact.problem}" if artifact.problem and artifact.sha256 else said


def _origin(said: PublishedHash | None) -> str:
    if said is None:
        return "nothing"
    place = f" at {said.at}" if said.at else ""
    asked = ", asked on" if said.origin == "hub" else " of"
    day = f"{asked} {said.recorded}" if said.recorded else ""
    return f"{_ORIGINS[said.origin]}{place}{day}"


def _name(algorithm: str) -> str:
    return "git blob id" if algorithm == "git-sha1" else algorithm.upper().replace("SHA", "SHA-")
