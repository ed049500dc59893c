"""Stand-ins of services that answer a path with JSON: Kaggle, deps.dev, OpenSSF Scorecard, Zenodo, OpenML."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import urlsplit

from tests.standins.server import Reply, Seen, StandIn, answer, status

MD5 = "d41d8cd98f00b204e9800998ecf8427e"


class Pages(StandIn):
    """A server of JSON by path, with the paths and fields of each service."""

    def __init__(self, missing: int = 404) -> None:
        """Begin with nothing; `missing` is the status of what is not there: 412 at OpenML."""
        super().__init__()
        self.pages: dict[str, Any] = {}
        self.missing = missing

    def put(self, path: str, value: object) -> Self:
        """Answer a path, which may hold encoded slashes, whatever its query."""
        self.pages[path] = value
        return self

    def reply(self, seen: Seen, path: str) -> Reply:
        """Return a page, or that there is none."""
        del path
        found = self.pages.get(urlsplit(seen.path).path.lstrip("/"))
        return status(self.missing) if found is None else answer(found)

    def kaggle_model(self, name: str = "google/bert", **changes: object) -> Self:
        """List a model of Kaggle with one variation of two versions."""
        instance = {
            "id": 1,
            "slug": "base",
            "framework": "MODEL_FRAMEWORK_TENSOR_FLOW_2",
            "overview": "A card",
            "versionNumber": 2,
            "licenseName": "Apache 2.0",
        }
        about = {
            "id": 1,
            "ref": name,
            "author": "Google",
            "description": "A model",
            "publishTime": "2023-03-01T00:00:00Z",
            "updateTime": "2024-03-01T00:00:00Z",
            "voteCount": 70,
            "instances": [instance],
        }
        files = {"files": [{"name": "saved_model.pb", "size": 7}, {"name": ".kaggle/signing.json", "size": 3}]}
        self.put(f"api/v1/models/{name}/tensorFlow2/base/2/files", files)
        return self.put(f"api/v1/models/{name}/get", about | changes)

    def kaggle_dataset(self, name: str = "acme/data", **changes: object) -> Self:
        """List a dataset of Kaggle."""
        about = {
            "id": 2,
            "ref": name,
            "description": "Data",
            "lastUpdated": "2024-03-01T00:00:00Z",
            "downloadCount": 9000,
            "voteCount": 12,
            "currentVersionNumber": 3,
            "licenseName": "CC0: Public Domain",
        }
        self.put(f"api/v1/datasets/list/{name}", {"datasetFiles": [{"name": "a.csv", "totalBytes": 5}]})
        return self.put(f"api/v1/datasets/view/{name}", about | changes)

    def project(self, name: str = "pytorch/vision", **changes: object) -> Self:
        """List a repository at deps.dev."""
        about = {
            "projectKey": {"id": f"github.com/{name}"},
            "starsCount": 16_000,
            "license": "BSD-3-Clause",
            "scorecard": {"date": "2026-10-01T00:00:00Z", "overallScore": 7.1},
        }
        return self.put(f"v3/projects/github.com%2F{name.replace('/', '%2F')}", about | changes)

    def score(self, name: str, value: float) -> Self:
        """List a repository at OpenSSF Scorecard."""
        return self.put(f"projects/github.com/{name}", {"date": "2026-10-01", "score": value, "checks": []})

    def zenodo_record(self, number: str = "3490058", **changes: object) -> Self:
        """List a record of Zenodo."""
        about = {
            "id": int(number),
            "doi": f"10.5281/zenodo.{number}",
            "created": "2019-10-15T07:35:56.339355+00:00",
            "modified": "2020-01-20T17:07:16.366704+00:00",
            "metadata": {"title": "Data", "description": "<p>Data</p>", "license": {"id": "cc-by-4.0"}},
            "files": [{"key": "a.csv", "size": 0, "checksum": f"md5:{MD5}"}],
            "stats": {"downloads": 100_000},
        }
        return self.put(f"api/records/{number}", about | changes)

    def openml_dataset(self, number: str = "1590", name: str = "adult", version: str = "2") -> Self:
        """List a dataset of OpenML, by its number and by name and version."""
        about = {
            "id": number,
            "name": name,
            "version": version,
            "description": "Data",
            "licence": "Public",
            "upload_date": "2014-04-06T23:22:25",
            "url": "https://www.example.com/data/v1/download/1/adult.arff",
            "md5_checksum": MD5,
        }
        found = {"data": {"dataset": [{"did": int(number), "name": name, "version": int(version)}]}}
        self.put(f"api/v1/json/data/list/data_name/{name}/data_version/{version}/limit/2", found)
        return self.put(f"api/v1/json/data/{number}", {"data_set_description": about})
