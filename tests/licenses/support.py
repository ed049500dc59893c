"""Cases for the tests of licenses: a target in memory whose production names models."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from supplychain.config.files import read_declaration
from supplychain.licenses import mentions, read
from supplychain.licenses.reading import Cached
from supplychain.model.case import Case, Features, TargetState
from supplychain.model.component import Component
from supplychain.model.finding import Source
from supplychain.model.hub import HubRecord
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.license import LicenseStatement, Mention
from supplychain.model.reference import Place, Reference, Resolution
from supplychain.target import Target
from tests.support import NOW

MODEL = "model:huggingface/acme/thinker-7b"
COMMIT = "c" * 40
SOURCE = Source(name="hub", level="cached")


class Files:
    """A hub that keeps small files by component, commit and path."""

    def __init__(self, files: dict[tuple[str, str, str], bytes]) -> None:
        self.files = files

    def __call__(self, component: str, commit: str, path: str) -> Content:
        return Content(self.files.get((component, commit, path)))


class Content:
    """A small file."""

    def __init__(self, content: bytes | None) -> None:
        self.content = content


def record(component: str = MODEL, **parts: object) -> HubRecord:
    whole = HubRecord(component=component, revision=COMMIT, commit=COMMIT, state="listed", card=True, source=SOURCE)
    return whole.model_copy(update=parts)


def case_of(files: dict[str, str], *hub: HubRecord, models: tuple[str, ...] = (MODEL,)) -> tuple[Target, Case]:
    """Return a target with these files and the case of it, before licenses were read."""
    target = Target.of({name: text.encode() for name, text in files.items()})
    references = tuple(
        Reference(
            component=Component.parse(model),
            at=Place(file="app.py", line=number),
            resolution=Resolution.LITERAL,
            revision=COMMIT,
        )
        for number, model in enumerate(models, 1)
    )
    tree = TargetState(name="t", commit=None, dirty=None, git="", files=1, tree_digest="sha256:none")
    case = Case(
        now=datetime.fromisoformat(NOW).astimezone(UTC),
        target=tree,
        inventory=Inventory(references=references, self_test=SelfTest(planted=1, found=1)),
        declaration=read_declaration(target)[0],
        hub=hub,
        features=Features(digest="sha256:tests"),
    )
    return target, case


def nothing_cached(component: Component, revision: str | None) -> dict[str, Path]:
    return {}


def statements(
    files: dict[str, str],
    *hub: HubRecord,
    models: tuple[str, ...] = (MODEL,),
    kept: dict[tuple[str, str, str], bytes] | None = None,
    cached: Cached = nothing_cached,
) -> list[LicenseStatement]:
    target, case = case_of(files, *hub, models=models)
    return list(read(target, case, Files(kept or {}), cached))


def credits_of(files: dict[str, str], license_: str = "mit", models: tuple[str, ...] = (MODEL,)) -> list[Mention]:
    """Return where a target credits its models, all of them under one license."""
    hub = [record(model, license=license_) for model in models]
    target, case = case_of(files, *hub, models=models)
    return list(mentions(target, case, read(target, case, Files({}))))
