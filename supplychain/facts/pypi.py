"""What a Python package index says of releases: one page a project, the JSON of PEP 691 with PEPs 592, 700, 740 and 792.

The page is read here and not with pypi_simple, whose import brings the HTTP client that a run over kept facts does without;
a test holds the two against each other.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial

from packaging.utils import canonicalize_name
from packaging.version import Version
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from supplychain.facts.interface import NoFactError, Obtained
from supplychain.facts.names import path
from supplychain.facts.obtaining import Facility
from supplychain.model.fact import Release, ReleaseFile

ACCEPT = "application/vnd.pypi.simple.v1+json"
LONGEST = 400
"""Characters of a file's name that is looked at."""
_PLATFORM = r"(?:aix|cygwin|darwin|linux|macosx|solaris|sunos|[wW]in)[-.\w]*?"
_ENDING = r"(?:tar|tar\.(?:bz2|gz|lz|lzma|xz|Z)|tbz|tgz|tlz|txz|zip|egg|exe|msi|rpm|deb|dmg)"
_VERSION = re.compile(
    rf"-(?P<version>[\w.!+-]+?)(?:-\d+\.[\w.]+(?=\.rpm$)|-py\d+\.\d+(?:-{_PLATFORM})?|\.{_PLATFORM}(?:-py\d+\.\d+)?)?\.{_ENDING}"
)
"""What follows a project's name in the name of a file that is no wheel."""


class _File(BaseModel):
    filename: str
    hashes: dict[str, str]
    yanked: bool | str = False
    uploaded: AwareDatetime | None = Field(None, alias="upload-time")
    provenance: str | None = None


class _Status(BaseModel):
    status: str | None = None
    reason: str | None = None


class _Meta(BaseModel):
    version: str = Field(alias="api-version", pattern=r"^1\.\d+$")


class Page(BaseModel):
    """The page of a project."""

    meta: _Meta
    name: str
    files: list[_File]
    versions: list[str] = []
    status: _Status = Field(_Status(), alias="project-status")


def obtain(facility: Facility, name: str) -> Obtained[Page]:
    """Return the page of a project, which has a canonical name; its value is None where there is no such project.

    Raises:
        NoFactError: it is not at hand.
    """
    return facility.obtain(
        "pypi", name, lambda session, at: session.get(at, path("pypi", name), ACCEPT), partial(_page, name)
    )


def release(component: str, version: str, obtained: Obtained[Page]) -> Release:
    """Return what the index says of a version, compared as PEP 440 has it."""
    page, source = obtained.value, obtained.source
    if page is None:
        return Release(component=component, version=version, state="no such package", source=source)
    files = tuple(_file(file) for file in page.files if _same(_version(file.filename, page.name), version))
    listed = bool(files) or any(_same(each, version) for each in page.versions)
    return Release(
        component=component,
        version=version,
        state="listed" if listed else "no such version",
        problem="" if listed else _missing(version, page),
        files=files,
        status=page.status.status or "",
        status_reason=page.status.reason or "",
        first_release=min((file.uploaded for file in page.files if file.uploaded), default=None),
        source=source,
    )


def _page(name: str, body: bytes) -> Page:
    try:
        page = Page.model_validate_json(body)
    except ValidationError as error:
        raise NoFactError("the index answered with something that is not the JSON of PEP 691") from error
    if canonicalize_name(page.name) != name:
        raise NoFactError("the index answered with the page of another project")
    return page


def _file(file: _File) -> ReleaseFile:
    hashes = (f"{name.lower()}:{value.lower()}" for name, value in sorted(file.hashes.items()))
    return ReleaseFile(
        name=file.filename,
        hashes=tuple(each for each in hashes if re.fullmatch(r"[a-z0-9_]+:[0-9a-f]+", each)),
        yanked=None if file.yanked is False else "-" if file.yanked is True else file.yanked or "-",
        uploaded=file.uploaded,
        provenance=file.provenance,
    )


def _version(filename: str, project: str) -> str:
    """Return the version that a file's name states, or an empty text."""
    if len(filename) > LONGEST:
        return ""
    if filename.endswith(".whl"):
        return next(iter(filename.split("-")[1:]), "")
    name = "[-_.]+".join(re.escape(part) for part in re.split(r"[-_.]+", project))
    found = re.fullmatch(f"(?i:{name}){_VERSION.pattern}", filename)
    return found["version"] if found else ""


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    first, second = _parsed(one), _parsed(other)
    return first is not None and first == second


@lru_cache(maxsize=20_000)
def _parsed(version: str) -> Version | None:
    try:
        return Version(version) if len(version) <= LONGEST else None
    except ValueError:  # InvalidVersion, and numbers of thousands of digits
        return None


def _missing(version: str, page: Page) -> str:
    parsed = _parsed(version)
    if parsed is None or parsed.local is None:
        return f"it lists {len(page.versions)} versions, and not this one" if page.versions else "it lists not this one"
    public = any(_same(each, parsed.public) for each in page.versions)
    beside = f"it lists {parsed.public}" if public else f"it does not list {parsed.public} either"
    return f"{version} is a local version, which an official index does not publish; {beside}"
