"""Small files of models and datasets of Hugging Face at a commit, which never change, so that they are kept for good."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from supplychain.facts.huggingface_reading import COMMIT, TITLE, is_name
from supplychain.facts.interface import Answer, Contents, NoFactError
from supplychain.facts.obtaining import Facility
from supplychain.model.component import Kind

if TYPE_CHECKING:
    from supplychain.facts.endpoints import Endpoint
    from supplychain.facts.session import Session

SOURCE = "huggingface-files"
LONGEST = 1000
"""Characters of a path."""
_POINTER = b"version https://git-lfs.github.com/spec/"


def contents(facility: Facility, component: str, kind: Kind, name: str, commit: str, path: str) -> Contents:
    """Return a small file at a commit; what Git LFS keeps is not followed.

    Raises:
        NoFactError: it is not at hand, or not one that is asked for.
    """
    if not is_name(name) or not COMMIT.fullmatch(commit):
        raise NoFactError(f"it was not asked for: only files of {TITLE} at a whole commit are")
    if not path.isprintable() or len(path) > LONGEST or not all(part.strip(".") for part in path.split("/")):
        raise NoFactError("its path is not one that a repository can have, so it was not asked for")
    key = f"{'' if kind is Kind.MODEL else 'datasets/'}{name}/raw/{commit}/{quote(path)}"
    obtained = facility.obtain(SOURCE, key, partial(_entry, key), lambda body: body, immutable=True)
    content, problem = obtained.value, ""
    if content is None:
        problem = "there is no such file"
    elif content.startswith(_POINTER):
        content, problem = None, "it lies in Git LFS, which is not followed"
    return Contents(component, commit, path, content, problem, obtained.source)


def _entry(path: str, session: Session, at: Endpoint) -> Answer:
    """Return the answer of a file; only that the commit has no such file is one that never changes."""
    answer = session.get(at, path, "*/*")
    if answer.status != 200 and answer.error != "EntryNotFound":
        raise NoFactError(f"{at.title} answered {answer.status} {answer.error}".rstrip())
    return answer
