"""Words of package managers: the packages of PyPI, conda and npm that an install command names."""

from __future__ import annotations

import re

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.naming import Named, from_address, is_address
from supplychain.discovery.words import Word
from supplychain.model.component import Component, Kind

_REPOSITORY = re.compile(
    r"(?:git\+)?(?:https?|ssh|git)://(?:[^@/]*@)?github\.com[/:](?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?"
    r"(?:[@#](?P<revision>[^#&]+))?(?:#.*)?|(?:github:)(?P<short>[\w.-]+/[\w.-]+?)(?:\.git)?(?:#(?P<at>.+))?"
)
_EXACT = re.compile(r"[=v]?(\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?)")
"""A version of npm that is one version."""
_NPM = re.compile(r"(?P<name>(?:@[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*)(?:@(?P<version>[^@]+))?", re.IGNORECASE)
_PYPI = re.compile(r"(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)(?:\[[\w,. -]*\])?\s*(?P<rest>(?:[=<>!~@ ;].*)?)")
_CONDA = re.compile(r"(?:[\w./-]+::)?(?P<name>[A-Za-z0-9_][\w.-]*)\s*(?P<rest>(?:[=<>!~ \[].*)?)")
_DIRECT = re.compile(
    r"(?P<name>(?:@[\w.-]+/)?[A-Za-z0-9][\w.-]*)\s*(?P<extras>\[[^\]]*\])?\s*@\s*"
    r"(?P<address>(?:[A-Za-z][A-Za-z0-9+.-]*://|(?:git|hg|svn|bzr)\+|file:|github:|git@).*)",
    re.DOTALL,
)
"""A name with the address that it is fetched from: PEP 508 asks for no space around the `@`."""
_AT_RUN_TIME = re.compile(r"[\w.-]+\s*(?:\[[^\]]*\])?\s*@\s*(?:\$|`|\{\{|%)")
"""A name with an address that is made at run time."""
_MARKER = re.compile(r"\s;.*", re.DOTALL)
_LOCAL = re.compile(r"\.{0,2}/|\.{1,2}($|\[)|~|file:|link:|workspace:|portal:|[A-Za-z]:[\\/]|[^@]*\*")


def refer_package(word: Word, ecosystem: str, source: SourceFile, call: str) -> Found:
    """Return what a word of an install command names; a folder of the target names nothing."""
    text = word.text.strip()
    if match := _DIRECT.fullmatch(text):
        text = f"{match['name']}{match['extras'] or ''} @ {_MARKER.sub('', match['address'])}"
    elif not word.is_known and "pip" in call.split() and _AT_RUN_TIME.match(text):
        reason = "the address is made at run time"
        return Found(unresolved=[source.unresolved(Kind.PACKAGE, word.line, call, text, reason, ecosystem)])
    fetched = match["address"] if match else text
    is_file = text.endswith((".whl", ".tar.gz", ".tgz", ".conda")) and not is_address(fetched)
    if not text or is_file or _LOCAL.match(fetched):
        return Found()
    named = _named(text, ecosystem)
    if named is None or (not word.is_known and re.search(r"[$`{%]", named.component.name)):
        if word.is_known:
            return Found()
        reason = "the package is named at run time"
        return Found(unresolved=[source.unresolved(Kind.PACKAGE, word.line, call, text, reason, ecosystem)])
    revision = named.revision if word.is_known or not re.search(r"[$`{%]", named.revision or "") else None
    stated = {"revision": revision, "address": named.address}
    return Found(references=[source.refer(named.component, word.line, word.resolution, call, **stated)])


def _named(text: str, ecosystem: str) -> Named | None:
    name, _, rest = text.partition("@ ") if "@ " in text else ("", "", text)
    if match := _REPOSITORY.fullmatch(rest.strip()):
        repository = match["name"] or match["short"]
        component = Component(kind=Kind.PACKAGE, source="github", name=repository)
        return Named(component, match["revision"] or match["at"], rest.strip() if match["name"] else None)
    if re.match(r"(git|hg|svn|bzr)\+|git@|git:|ssh:", rest) or is_address(rest):
        return _at_address(rest.strip(), name, ecosystem)
    if ecosystem == "npm":
        return npm_package(text)
    return _pypi(text) if ecosystem == "pypi" else _conda(text)


def _at_address(address: str, name: str, ecosystem: str) -> Named | None:
    """Return a package by its address: by name where a wheel says it, else by host and path."""
    plain = re.sub(r"^(git|hg|svn|bzr)\+", "", address)
    if (
        not name
        and plain == address
        and not re.search(r"\.(whl|zip|tar\.\w+|tgz|git|conda)([?#@].*)?$|^(git|ssh)", plain)
    ):
        return None  # the address of an index
    if ecosystem == "pypi":
        try:
            project, version, _, _ = parse_wheel_filename(
                plain.partition("#")[0].rpartition("/")[2].replace("%2B", "+")
            )
            return Named(Component(kind=Kind.PACKAGE, source="pypi", name=project), str(version), address)
        except InvalidWheelFilename:
            if name:
                component = Component(
                    kind=Kind.PACKAGE, source="pypi", name=canonicalize_name(name.partition("[")[0].strip())
                )
                return Named(component, None, address)
    return Named(from_address(plain, Kind.PACKAGE).component, None, address)


def _pypi(text: str) -> Named | None:
    match = _PYPI.fullmatch(text)
    if match is None:
        return None
    if exact := re.fullmatch(r"@(\d+(?:\.\d+)+)", match["rest"]):  # as uv and Poetry write it
        return Named(Component(kind=Kind.PACKAGE, source="pypi", name=canonicalize_name(match["name"])), exact[1])
    revision = None
    try:
        pins = [s for s in Requirement(text).specifier if s.operator in {"==", "==="} and not s.version.endswith(".*")]
        revision = pins[0].version if pins else None
    except InvalidRequirement:
        pass  # a tool's own way of writing a range, such as torch@^2.0 or torch@latest
    return Named(Component(kind=Kind.PACKAGE, source="pypi", name=canonicalize_name(match["name"])), revision)


def _conda(text: str) -> Named | None:
    match = _CONDA.fullmatch(text)
    if match is None:
        return None
    exact = re.fullmatch(r"==([\w.!+]+)(=.*)?|=([\w.!+]+)=[\w.]+", match["rest"].strip())
    revision = (exact[1] or exact[3]) if exact else None
    return Named(Component(kind=Kind.PACKAGE, source="conda", name=match["name"].lower()), revision)


def npm_package(text: str) -> Named | None:
    """Return the package that `name@version` names, with its version where that is exact; None for another form."""
    name, _, alias = text.partition("@npm:")
    if alias:
        return npm_package(alias)
    if re.fullmatch(r"[\w-]+/[\w.-]+(#.*)?", text):  # npm takes owner/repository from GitHub
        repository, _, at = text.partition("#")
        return Named(Component(kind=Kind.PACKAGE, source="github", name=repository), at or None)
    match = _NPM.fullmatch(name)
    if match is None:
        return None
    exact = _EXACT.fullmatch(match["version"] or "")
    component = Component(kind=Kind.PACKAGE, source="npm", name=match["name"])
    return Named(component, exact[1] if exact else None)
