"""What is said of a GitHub repository that models are loaded from: deps.dev, and OpenSSF Scorecard where that has no score.

https://docs.deps.dev/api/v3/ (GetProject) and https://api.scorecard.dev. Neither says how old a repository is, who its owner
is, or how often it is downloaded.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from supplychain.facts.interface import NoFactError, Obtained
from supplychain.facts.obtaining import Facility
from supplychain.facts.values import mapping, number, parsed, text
from supplychain.model.hub import HubRecord

PROJECTS = "depsdev"
SCORES = "scorecard"
_NAME = re.compile(r"(?a:[A-Za-z0-9][A-Za-z0-9-]{0,38})/(?a:[\w.-]{1,100})")
"""Owner and repository."""
_WEIGHTS = re.compile(r".*\.(pth|pt|bin|zip|th|ckpt|onnx)")


def name_of(name: str) -> str:
    """Return owner and repository of a model's name: `xinntao/facexlib` of a file of one of its releases.

    Raises:
        NoFactError: it names no repository, such as a file on the server of PyTorch.
    """
    found = re.match(r"[^/]+/[^/]+", name)
    if not found or not _NAME.fullmatch(found[0]) or found[0].endswith(("/.", "/..")) or _WEIGHTS.fullmatch(found[0]):
        raise NoFactError("it names no repository of GitHub, and nothing else describes it")
    return found[0]


def record(facility: Facility, component: str, name: str, revision: str | None) -> HubRecord:
    """Return what is said of the repository; stars are its likes.

    Raises:
        NoFactError: it is not at hand.
    """
    obtained = _project(facility, name)
    if obtained.value is None:
        if reason := facility.silence(PROJECTS, lambda known: _project(facility, known).value is not None):
            raise NoFactError(reason)
        raise NoFactError("deps.dev does not know its repository, which says nothing of whether GitHub has it")
    project = obtained.value
    answered = text(mapping(project.get("projectKey")).get("id")).removeprefix("github.com/") or name
    score, problem = _given(mapping(project.get("scorecard")).get("overallScore")), ""
    if score is None:
        score, problem = _other_score(facility, name)
    return HubRecord(
        component=component,
        revision=revision,
        state="listed",
        problem=problem,
        name=answered,
        owner=answered.partition("/")[0],
        likes=number(project.get("starsCount")),
        offers=("likes",),
        license=text(project.get("license")),
        scorecard=score,
        source=obtained.source,
    )


def _project(facility: Facility, name: str) -> Obtained[dict[str, Any]]:
    path = f"v3/projects/github.com%2F{name.replace('/', '%2F')}"
    return facility.obtain(
        PROJECTS, path, lambda session, at: session.get(at, path), partial(_read, "projectKey", name)
    )


def _other_score(facility: Facility, name: str) -> tuple[float | None, str]:
    path = f"projects/github.com/{name}"
    try:
        obtained = facility.obtain(
            SCORES, path, lambda session, at: session.get(at, path), partial(_read, "score", name)
        )
    except NoFactError as error:
        return None, f"its Scorecard is not known: {error}"
    return _given((obtained.value or {}).get("score")), ""


def _read(key: str, name: str, body: bytes) -> dict[str, Any]:
    answer = parsed("the service", body)
    if key not in answer:
        raise NoFactError(f"the service answered with something that does not describe {name}")
    return answer


def _given(value: object) -> float | None:
    is_score = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 10
    return float(value) if is_score and isinstance(value, (int, float)) else None
