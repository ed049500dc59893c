"""A stand-in of a package index: PEP 503 pages and PEP 691 JSON by the Accept header, with files."""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from tests.standins.made import wheel
from tests.standins.server import Reply, Seen, StandIn, answer, redirect

JSON = "application/vnd.pypi.simple.v1+json"


@dataclass
class Project:
    """A project of the index."""

    name: str
    files: list[dict[str, object]]
    versions: list[str]
    status: dict[str, str] | None = None


class PyPI(StandIn):
    """An index: uncanonical names are redirected, as on the real one."""

    def __init__(self) -> None:
        """Begin with pip alone, which every index lists."""
        super().__init__()
        self.projects: dict[str, Project] = {}
        self._bytes: dict[str, bytes] = {}
        self.add("pip", "24.0", wheel("pip", "24.0"))

    @property
    def url(self) -> str:
        """What pip calls `--index-url`."""
        return f"{self.address}/simple/"

    @property
    def files_url(self) -> str:
        """Where its files lie."""
        return f"{self.address}/packages"

    def add(
        self,
        name: str,
        version: str,
        file: tuple[str, bytes],
        *,
        yanked: str | bool = False,
        uploaded: str | None = "2024-01-02T03:04:05.678Z",
        provenance: bool = False,
    ) -> dict[str, object]:
        """List a file of a release; return its entry, which a test may alter."""
        filename, content = file
        project = self._project(name)
        address = f"{self.files_url}/{filename}"
        entry: dict[str, object] = {
            "filename": filename,
            "url": address,
            "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
            "requires-python": None,
            "size": len(content),
            "yanked": yanked,
        }
        if uploaded:
            entry["upload-time"] = uploaded
        entry["provenance"] = f"{address}.provenance" if provenance else None
        project.files.append(entry)
        if version not in project.versions:
            project.versions.append(version)
        self._bytes[f"/packages/{filename}"] = content
        return entry

    def mark(self, name: str, status: str, reason: str = "") -> None:
        """Give a project a status (PEP 792)."""
        self._project(name).status = {"status": status, **({"reason": reason} if reason else {})}

    def reply(self, seen: Seen, path: str) -> Reply:
        """Return a page, a file, or a redirect to the canonical name."""
        if path in self._bytes:
            return Reply(body=self._bytes[path], type="application/octet-stream")
        if not path.startswith("/simple/"):
            return Reply(status=404)
        name = path.removeprefix("/simple/").rstrip("/")
        project = self.projects.get(canonicalize_name(name))
        if project is None:
            return Reply(status=404)
        if path != f"/simple/{canonicalize_name(name)}/":
            return redirect(301, f"/simple/{canonicalize_name(name)}/")
        return _json(project) if JSON in seen.headers.get("accept", "") else _page(project)

    def _project(self, name: str) -> Project:
        return self.projects.setdefault(canonicalize_name(name), Project(str(canonicalize_name(name)), [], []))


def _json(project: Project) -> Reply:
    body: dict[str, object] = {
        "meta": {"api-version": "1.4", "_last-serial": 1},
        "name": project.name,
        "files": project.files,
        "versions": project.versions,
    }
    if project.status:
        body["project-status"] = project.status
    return answer(body, JSON)


def _page(project: Project) -> Reply:
    links = []
    for file in project.files:
        hashes = file["hashes"]
        digest = f"#sha256={hashes['sha256']}" if isinstance(hashes, dict) else ""
        yanked = "" if file["yanked"] is False else f' data-yanked="{html.escape(str(file["yanked"]))}"'
        links.append(f'<a href="{file["url"]}{digest}"{yanked}>{file["filename"]}</a><br/>')
    head = '<meta name="pypi:repository-version" content="1.4">'
    page = f"<!DOCTYPE html><html><head>{head}</head><body>{''.join(links)}</body></html>"
    return Reply(body=page.encode(), type="text/html")
