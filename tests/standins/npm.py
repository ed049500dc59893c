"""A stand-in of an npm registry: packuments, full and abbreviated by the Accept header, and tarballs."""

from __future__ import annotations

import base64
import hashlib

from tests.standins.made import tarball
from tests.standins.server import Reply, Seen, StandIn, answer

ABBREVIATED = "application/vnd.npm.install-v1+json"
KEPT = frozenset({"name", "version", "dist", "deprecated", "dependencies", "bin", "engines", "os", "cpu"})
"""What an abbreviated packument keeps of a version."""


class Npm(StandIn):
    """A registry: names with a scope arrive as `@scope%2fname`, and as `@scope/name`."""

    def __init__(self) -> None:
        """Begin with one package that every registry has."""
        super().__init__()
        self.packuments: dict[str, dict[str, object]] = {}
        self._versions: dict[str, dict[str, dict[str, object]]] = {}
        self._times: dict[str, dict[str, str]] = {}
        self._bytes: dict[str, bytes] = {}
        self.add("inherits", "2.0.4", tarball("inherits", "2.0.4"))

    def add(
        self,
        name: str,
        version: str,
        file: tuple[str, bytes],
        *,
        uploaded: str = "2024-01-02T03:04:05.678Z",
        deprecated: str = "",
        scripts: dict[str, str] | None = None,
        attestations: bool = False,
    ) -> dict[str, object]:
        """List a version; return its manifest, which a test may alter."""
        filename, content = file
        path = f"/{name}/-/{filename}"
        dist: dict[str, object] = {
            "integrity": "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode(),
            "shasum": hashlib.sha1(content).hexdigest(),
            "tarball": f"{self.address}{path}",
        }
        if attestations:
            dist["attestations"] = {"url": f"{self.address}/-/npm/v1/attestations/{name}@{version}"}
        manifest: dict[str, object] = {"name": name, "version": version, "scripts": scripts or {}, "dist": dist}
        if deprecated:
            manifest["deprecated"] = deprecated
        self._versions.setdefault(name, {})[version] = manifest
        self._times.setdefault(name, {"created": uploaded, "modified": uploaded})[version] = uploaded
        self._bytes[path] = content
        self.packuments[name] = {
            "_id": name,
            "name": name,
            "dist-tags": {"latest": version},
            "versions": self._versions[name],
            "time": self._times[name],
        }
        return manifest

    def reply(self, seen: Seen, path: str) -> Reply:
        """Return a packument or a tarball."""
        if path in self._bytes:
            return Reply(body=self._bytes[path], type="application/octet-stream")
        packument = self.packuments.get(path.removeprefix("/"))
        if packument is None:
            return Reply(status=404, body=b'{"error":"Not found"}')
        if not seen.headers.get("accept", "").startswith(ABBREVIATED):
            return answer(packument)
        return answer(self._abbreviated(path.removeprefix("/")), ABBREVIATED)

    def _abbreviated(self, name: str) -> dict[str, object]:
        short = {}
        for version, manifest in self._versions[name].items():
            scripts = manifest["scripts"]
            runs = isinstance(scripts, dict) and bool({"preinstall", "install", "postinstall"} & scripts.keys())
            kept = {key: value for key, value in manifest.items() if key in KEPT}
            short[version] = kept | ({"hasInstallScript": True} if runs else {})
        packument = self.packuments[name]
        return {
            "name": name,
            "dist-tags": packument["dist-tags"],
            "modified": self._times[name]["modified"],
            "versions": short,
        }
