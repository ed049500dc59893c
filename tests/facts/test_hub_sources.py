"""What other sources say of models and datasets: Kaggle, GitHub repositories, Zenodo, OpenML; and what nobody describes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from supplychain import catalog
from supplychain.facts.hubs import described
from supplychain.facts.interface import NoFactError
from supplychain.model.hub import HubRecord
from tests.facts.support import Opening
from tests.standins import Hub, Pages, status, wrong_json
from tests.standins.pages import MD5

MODEL = "model:kaggle/google/bert/tensorFlow2/base"
VISION = "model:pytorch-hub/pytorch/vision"
RECORD = "dataset:url/zenodo.org/record/42/files/a.csv"


@pytest.fixture
def pages(assessor: pytest.MonkeyPatch) -> Iterator[Pages]:
    """Return one server that the assessor names for all of them."""
    with Pages() as server:
        for source in ("kaggle", "depsdev", "scorecard", "zenodo", "openml"):
            assessor.setenv(catalog.fact_sources()[source].variables[0], server.url)
        yield server


def of(opening: Opening, component: str, revision: str | None = None) -> HubRecord:
    """Return what is known of one component, fetched now."""
    with opening.online() as facts:
        (record,) = facts.hub([(component, revision)])
        return record


def test_a_model_of_kaggle(pages: Pages, opening: Opening) -> None:
    pages.kaggle_model()
    record = of(opening, MODEL, "2")
    assert (record.state, record.problem, record.name) == ("listed", "", "google/bert/tensorFlow2/base")
    assert (record.owner, record.likes, record.downloads, record.offers) == ("google", 70, None, ("likes",))
    assert (record.license, record.card, str(record.created)) == ("Apache 2.0", True, "2023-03-01 00:00:00+00:00")
    assert [(file.path, file.size) for file in record.files] == [("saved_model.pb", 7), (".kaggle/signing.json", 3)]


@pytest.mark.parametrize(("revision", "state"), [(None, "listed"), ("2", "listed"), ("3", "no such revision")])
def test_a_version_of_a_model_of_kaggle(pages: Pages, opening: Opening, revision: str | None, state: str) -> None:
    pages.kaggle_model()
    assert of(opening, MODEL, revision).state == state


def test_a_model_of_kaggle_without_its_variation_has_no_files(pages: Pages, opening: Opening) -> None:
    pages.kaggle_model()
    record = of(opening, "model:kaggle/google/bert")
    assert (record.state, record.files) == ("listed", ())
    assert record.problem == "it has several variations, and the name says none of them"


def test_files_on_several_pages_are_not_taken_for_all(pages: Pages, opening: Opening) -> None:
    pages.kaggle_dataset()
    pages.put("api/v1/datasets/list/acme/data", {"datasetFiles": [{"name": "a.csv"}], "nextPageToken": "more"})
    record = of(opening, "dataset:kaggle/acme/data")
    assert (record.files, record.problem) == ((), "it has more than 1000 files, so that none is listed here")


def test_a_dataset_of_kaggle(pages: Pages, opening: Opening) -> None:
    pages.kaggle_dataset()
    record = of(opening, "dataset:kaggle/acme/data", "3")
    assert (record.state, record.owner, record.license) == ("listed", "acme", "CC0: Public Domain")
    assert (record.downloads, record.likes) == (None, 12)
    assert [(file.path, file.size) for file in record.files] == [("a.csv", 5)]
    assert pages.paths()[1].endswith("&dataset_version_number=3")


def test_what_kaggle_does_not_have(pages: Pages, opening: Opening) -> None:
    pages.kaggle_model()
    assert of(opening, "model:kaggle/google/none").state == "no such component"
    del pages.pages["api/v1/models/google/bert/get"]
    assert "does so for google/bert too" in of(opening, "model:kaggle/google/other").problem


def test_a_model_of_tensorflow_hub_is_one_of_kaggle_where_the_names_are_one(pages: Pages, opening: Opening) -> None:
    pages.kaggle_model()
    record = of(opening, "model:tensorflow-hub/google/bert", "4")
    assert (record.state, record.revision, record.owner, record.files) == ("listed", "4", "google", ())
    assert record.problem == "the versions of tfhub.dev are not those of Kaggle, so that its files are not known"
    other = of(opening, "model:tensorflow-hub/google/other")
    assert (other.state, other.source.level) == ("unknown", "absent")


@pytest.mark.parametrize("component", [VISION, "model:github/pytorch/vision/releases/download/v1/x.pth"])
def test_a_repository_of_github(pages: Pages, opening: Opening, component: str) -> None:
    pages.project()
    record = of(opening, component, "v0.10.0")
    assert (record.state, record.owner, record.likes, record.offers) == ("listed", "pytorch", 16_000, ("likes",))
    assert (record.scorecard, record.license, record.created, record.files) == (7.1, "BSD-3-Clause", None, ())
    assert pages.paths() == ["/v3/projects/github.com%2Fpytorch%2Fvision"]


def test_a_repository_whose_score_stands_elsewhere(pages: Pages, opening: Opening) -> None:
    pages.project(scorecard=None).score("pytorch/vision", 4.2)
    assert of(opening, VISION).scorecard == 4.2


def test_a_repository_without_a_score(pages: Pages, opening: Opening) -> None:
    pages.project(scorecard=None)
    assert (of(opening, VISION).scorecard, of(opening, VISION).problem) == (None, "")
    pages.plan("/projects/", status(500))
    opening.folder = opening.folder.with_name("other")
    assert of(opening, VISION).problem.startswith("its Scorecard is not known: ")


def test_a_repository_that_moved_has_another_owner(pages: Pages, opening: Opening) -> None:
    pages.project(projectKey={"id": "github.com/stranger/vision"})
    assert (of(opening, VISION).name, of(opening, VISION).owner) == ("stranger/vision", "stranger")


def test_a_repository_that_nobody_knows_is_unknown(pages: Pages, opening: Opening) -> None:
    pages.project("pytorch/pytorch")
    record = of(opening, VISION)
    assert (record.state, record.source.level) == ("unknown", "absent")
    assert record.problem.startswith("deps.dev does not know its repository")


@pytest.mark.parametrize("name", ["resnet18-5c106cde.pth", "quantized/x.pth", "a/..", "a b/c", "-a/b"])
def test_what_names_no_repository_is_never_asked(pages: Pages, opening: Opening, name: str) -> None:
    assert of(opening, f"model:pytorch-hub/{name}").state == "unknown"
    assert not pages.connections


@pytest.mark.parametrize(
    "form", ["zenodo.org/record/42/files/a.csv", "zenodo.org/records/42", "www.zenodo.org/record/42"]
)
def test_a_record_of_zenodo(pages: Pages, opening: Opening, form: str) -> None:
    pages.zenodo_record("42")
    record = of(opening, f"dataset:url/{form}")
    assert (record.state, record.name, record.license, record.offers) == (
        "listed",
        "10.5281/zenodo.42",
        "cc-by-4.0",
        (),
    )
    (file,) = record.files
    assert (file.path, file.md5, file.sha256) == ("a.csv", MD5, None)
    assert pages.paths() == ["/api/records/42"]


def test_what_zenodo_does_not_have(pages: Pages, opening: Opening) -> None:
    assert of(opening, RECORD).state == "unknown"
    pages.zenodo_record()
    opening.folder = opening.folder.with_name("other")
    assert of(opening, RECORD).state == "no such component"


def test_a_dataset_of_openml(pages: Pages, opening: Opening) -> None:
    pages.missing = 412
    pages.openml_dataset()
    for component, version in (("dataset:openml/adult", "2"), ("dataset:openml/1590", None)):
        record = of(opening, component, version)
        assert (record.state, record.name, record.license) == ("listed", "adult", "Public")
        assert [(file.path, file.md5) for file in record.files] == [("adult.arff", MD5)]
        assert str(record.created) == "2014-04-06 23:22:25+00:00"
    assert of(opening, "dataset:openml/other", "1").problem.endswith("answered 412")
    assert of(opening, "dataset:openml/adult").problem.startswith("a name stands for any version at OpenML")


@pytest.mark.parametrize("component", [MODEL, VISION, RECORD, "dataset:openml/61"])
def test_what_is_no_answer_is_unknown(pages: Pages, opening: Opening, component: str) -> None:
    pages.plan("/", wrong_json())
    record = of(opening, component)
    assert (record.state, record.source.level) == ("unknown", "absent")
    assert "answered with something that is not" in record.problem


@pytest.mark.parametrize(
    ("component", "name"),
    [
        ("model:timm/hf-hub:acme/vit", "acme/vit"),
        ("model:timm/hf_hub:acme/vit", "acme/vit"),
        ("model:open-clip/acme/clip", "acme/clip"),
        ("model:faster-whisper/acme/large", "acme/large"),
    ],
)
def test_libraries_that_fetch_from_the_hub_are_described_there(
    hub: Hub, opening: Opening, component: str, name: str
) -> None:
    hub.add(f"model:huggingface/{name}")
    record = of(opening, component)
    assert (record.component, record.state, record.name) == (component, "listed", name)
    with opening.online() as facts:
        (owner,) = facts.owners([(component.partition(":")[2].partition("/")[0], "acme")])
    assert owner.state == "listed"


@pytest.mark.parametrize(
    ("component", "reason"),
    [
        ("model:whisper/small.en", "this version reads no facts of what comes from Whisper"),
        ("model:timm/vit.in21k", "this version reads no facts of what comes from timm"),
        ("model:url/example.org/m.pth", "this version reads no facts of what comes from example.org"),
        ("dataset:evaluate/acme/metric", "this version reads no facts of what comes from Evaluate"),
        (
            "dataset:url/zenodo.org.evil.example/record/1",
            "this version reads no facts of what comes from zenodo.org.evil.example",
        ),
        ("service:openai", "this version reads no facts of what comes from service"),
        ("nothing", "it is not the id of a model or dataset"),
    ],
)
def test_what_nobody_describes_says_so(hub: Hub, opening: Opening, component: str, reason: str) -> None:
    record = of(opening, component)
    assert (record.state, record.problem, record.source.name) == ("unknown", reason, "no hub")
    with pytest.raises(NoFactError, match=reason):
        described(component)
    assert not hub.connections
