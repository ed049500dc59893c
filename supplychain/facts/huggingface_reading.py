"""The JSON of Hugging Face on models and datasets, read; what is of another form than it should be counts as not said."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from supplychain.facts.interface import NoFactError, Obtained
from supplychain.facts.scans import of_files, of_repository
from supplychain.facts.values import mapping, mappings, number, text, texts, time
from supplychain.model.finding import Source
from supplychain.model.hub import HubFile, HubRecord

TITLE = "Hugging Face"
MOST_FILES = 50_000
MOST_COMMITS = 20
COMMIT = re.compile(r"[0-9a-f]{40}")
_NAME = re.compile(r"(?a:[A-Za-z0-9_][\w.-]{0,95}(/[A-Za-z0-9_][\w.-]{0,95})?)")
"""huggingface_hub.utils.validate_repo_id."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BASE = re.compile(r"base_model:(?:[a-z_]+:)?([^:]+)")
_COMMITS = TypeAdapter(list[Any])
_State = Literal["no such component", "no such revision", "gated"]
_ABSENT: dict[str, tuple[_State, str]] = {
    "RepoNotFound": ("no such component", f"{TITLE} answers the same of what is private"),
    "RevisionNotFound": ("no such revision", ""),
    "GatedRepo": ("gated", ""),
}
"""What the hub's own word means."""


class _Sibling(BaseModel):
    path: str = Field(alias="rfilename")
    size: Any = None
    blob: Any = Field(None, alias="blobId")
    lfs: Any = None


class Info(BaseModel):
    """What the hub answers of a model or dataset."""

    id: str
    sha: str = Field(pattern=f"^{COMMIT.pattern}$")
    author: Any = None
    created: Any = Field(None, alias="createdAt")
    modified: Any = Field(None, alias="lastModified")
    gated: Any = None
    disabled: Any = None
    downloads: Any = None
    likes: Any = None
    tags: Any = None
    card: Any = Field(None, alias="cardData")
    siblings: list[_Sibling] | None = None
    security: Any = Field(None, alias="securityRepoStatus")


def is_name(name: str) -> bool:
    """Whether a model or dataset may be called so."""
    return _NAME.fullmatch(name) is not None and ".." not in name


def info(revision: str | None, body: bytes) -> Info:
    """Return what the hub answers at a revision.

    Raises:
        NoFactError: it is of something else, or not its JSON.
    """
    try:
        found = Info.model_validate_json(body)
    except ValidationError as error:
        raise NoFactError("the hub answered with something that is not its JSON") from error
    if not is_name(found.id):
        raise NoFactError("the hub answered with a name that is none")
    if revision is not None and COMMIT.fullmatch(revision) and found.sha != revision:
        raise NoFactError("the hub answered with another commit than the one that was asked for")
    return found


def absent(component: str, revision: str | None, obtained: Obtained[Info]) -> HubRecord:
    """Return the record of what the hub does not give out, by its own word for why.

    Raises:
        NoFactError: that word says nothing of it.
    """
    found = _ABSENT.get(obtained.error)
    if found is None:
        raise NoFactError(f"{TITLE} answered {obtained.error or '404'}")
    state, problem = found
    return HubRecord(component=component, revision=revision, state=state, problem=problem, source=obtained.source)


def record(
    component: str, revision: str | None, found: Info, source: Source, authors: tuple[str, ...], problem: str
) -> HubRecord:
    """Return the record of a model or dataset; `authors` made its newest commits.

    Raises:
        NoFactError: the hub has disabled it.
    """
    if found.disabled is True:
        raise NoFactError(f"{TITLE} has disabled it")
    card, tags = mapping(found.card), texts(found.tags)
    listed = found.siblings or []
    if len(listed) > MOST_FILES:
        problem, listed = f"it has more than {MOST_FILES:,} files, so that none is listed here", []
    bases = (*texts(card.get("base_model")), *(base[1] for tag in tags if (base := _BASE.fullmatch(tag))))
    return HubRecord(
        component=component,
        revision=revision,
        state="gated" if found.gated else "listed",
        problem=problem,
        name=found.id,
        owner=text(found.author) or (found.id.partition("/")[0] if "/" in found.id else ""),
        commit=found.sha,
        created=time(found.created),
        modified=time(found.modified),
        downloads=number(found.downloads),
        likes=number(found.likes),
        card=None if found.siblings is None else any(file.path == "README.md" for file in found.siblings),
        license=", ".join(texts(card.get("license")) or _tagged(tags, "license:")),
        license_name=text(card.get("license_name")),
        license_link=text(card.get("license_link")),
        bases=tuple(dict.fromkeys(bases)),
        datasets=texts(card.get("datasets")) or _tagged(tags, "dataset:"),
        tags=tags,
        committers=authors,
        scan=of_repository(found.security),
        files=_files(listed, found.security),
        source=source,
    )


def committers(commit: str, body: bytes) -> tuple[str, ...]:
    """Return who made the newest commits up to a commit, the newest first.

    Raises:
        NoFactError: it is not the list of those commits.
    """
    try:
        commits = [mapping(entry) for entry in _COMMITS.validate_json(body)]
    except ValidationError as error:
        raise NoFactError("the hub answered with something that is not a list of commits") from error
    if not commits or commits[0].get("id") != commit:
        raise NoFactError("the hub answered with the commits of another revision")
    names = (text(author.get("user")) for entry in commits[:MOST_COMMITS] for author in mappings(entry.get("authors")))
    return tuple(dict.fromkeys(name for name in names if name))


def _tagged(tags: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    return tuple(tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix))


def _files(listed: list[_Sibling], security: object) -> tuple[HubFile, ...]:
    scan = of_files(security)
    files = []
    for file in listed:
        large = mapping(file.lfs)
        digest, blob = text(large.get("sha256")), text(file.blob)
        files.append(
            HubFile(
                path=file.path,
                size=number(large.get("size")) if large else number(file.size),
                sha256=digest if _SHA256.fullmatch(digest) else None,
                git_sha1=blob if COMMIT.fullmatch(blob) else None,
                scan=scan(file.path),
            )
        )
    return tuple(files)
