"""The ground that plants are put into: the target's own files in production, and the case of the run without them.

Which file is of which language is told here by its name alone, and not by discovery, which is what is measured.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random

from supplychain.discovery.scopes import PathScopes
from supplychain.files import NotReadError
from supplychain.model.case import Case
from supplychain.model.declaration import Scopes
from supplychain.model.finding import Finding
from supplychain.model.reference import Place, Scope
from supplychain.target import Target

LANGUAGES: dict[str, tuple[str, ...]] = {
    "python": ("*.py",),
    "notebook": ("*.ipynb",),
    "yaml": ("*.yml", "*.yaml"),
    "json": ("*.json",),
    "toml": ("*.toml",),
    "dockerfile": ("Dockerfile", "Dockerfile.*", "*.dockerfile", "Containerfile"),
    "shell": ("*.sh", "*.bash"),
    "env": (".env", ".env.*"),
    "javascript": ("*.js", "*.mjs", "*.ts"),
    "requirements": ("requirements*.txt", "requirements*.in"),
    "workflow": (".github/workflows/*.yml", ".github/workflows/*.yaml"),
    "compose": ("*compose*.yml", "*compose*.yaml"),
    "terraform": ("*.tf",),
}
_OTHERS = (
    "*lock*",
    ".vscode/*", "package.json", "tsconfig*", "pyproject.toml", "supplychain.toml", ".supplychain/*", ".github/*",
    "*compose*.y*ml", ".gitlab-ci*", "mkdocs*", "pnpm-workspace*", "*.cdx.json", "*.spdx.json", "*.d.ts", "*.config.*s", "*.min.js",
    ".pre-commit-config.yaml", "conda*.y*ml", "environment*.y*ml", "*.openvex.json", "renovate.json", "*/package.json",
    "*/tsconfig*", "*/pyproject.toml", "*/.github/*", "setup.py", "*/setup.py", "Pipfile*",
)  # fmt: skip
"""Files with a form of their own: no line of a model's settings is put into them."""
_WITH_FORM = frozenset({"requirements", "workflow", "compose"})
_LARGEST = 300_000
_WORDS = (
    "atlas",
    "cobalt",
    "ember",
    "fjord",
    "lumen",
    "mesa",
    "nimbus",
    "orchid",
    "quartz",
    "raven",
    "saffron",
    "tundra",
)


@dataclass
class Ground:
    """What plants are put into."""

    target: Target
    case: Case
    findings: dict[str, Finding]
    """The findings of the case as it is."""
    advisories: Path | None = None
    """The folder with the assessor's advisories, where there is one."""
    _listed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _texts: dict[str, str | None] = field(default_factory=dict)

    def files(self, language: str) -> tuple[str, ...]:
        """Return the files of a language in production; without those that the run itself says it could not read."""
        if language not in self._listed:
            self._listed[language] = tuple(self._of(language))
        return self._listed[language]

    def _of(self, language: str) -> list[str]:
        unread = {item.at.file for item in self.case.inventory.unread}
        found = []
        for file in self.target.files:
            if file.path in unread or file.size > _LARGEST or not _is(file.path, language):
                continue
            if self.place(file.path).scope is Scope.PROD and self.text(file.path) is not None:
                found.append(file.path)
        return found

    def place(self, path: str) -> Place:
        """Return the scope of a path as the run takes it: what is planted there has to count."""
        return self._scopes.at(path)

    @cached_property
    def _scopes(self) -> PathScopes:
        return PathScopes(self.case.declaration.scope if self.case.declaration else Scopes())

    def text(self, path: str) -> str | None:
        """Return the text of a file; None: there is none, it is no UTF-8, or its lines end otherwise than with LF."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> str | None:
        file = self.target.get(path)
        if file is None:
            return None
        try:
            text = self.target.read(file).data.decode()
        except (NotReadError, UnicodeDecodeError):
            return None
        return None if "\r" in text or text.startswith("\ufeff") else text


def token(rng: Random) -> str:
    """Return a name that occurs nowhere else: `quartz3f9a2c7b`."""
    return f"{rng.choice(_WORDS)}{rng.getrandbits(32):08x}"


def _is(path: str, language: str) -> bool:
    name = path.rpartition("/")[2]
    if not any(fnmatch.fnmatch(path if "/" in pattern else name, pattern) for pattern in LANGUAGES[language]):
        return False
    return language in _WITH_FORM or not any(
        fnmatch.fnmatch(path if "/" in pattern else name, pattern) for pattern in _OTHERS
    )
