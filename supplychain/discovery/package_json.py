"""package.json: the npm packages that a target depends on, and the commands of its scripts."""

from __future__ import annotations

import re

from supplychain.discovery.installs import npm_package, refer_package
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.nodes import Entry
from supplychain.discovery.parts import add
from supplychain.discovery.shell import from_script
from supplychain.discovery.words import Word
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Resolution, Scope

_SECTIONS = ("dependencies", "devDependencies", "optionalDependencies")
_LOCAL = re.compile(r"(file|link|workspace|portal):|~?\.{0,2}/")
_ELSEWHERE = re.compile(r"git[+:@]|ssh:|https?:|(github|gitlab|bitbucket|gist):|[\w-]+/[\w.-]+(#.*)?$")


def read(source: SourceFile) -> Found:
    """Return the packages that a package.json depends on, pinned only where a version is exact.

    Raises:
        NotParsedError: it is not a JSON object, or beyond a limit.
    """
    from supplychain.discovery.grammars import from_json  # here, as a grammar is loaded only where there is such a file

    documents = from_json(source.data.decode("utf-8-sig", "replace"))
    if len(documents) != 1 or documents[0].text is not None or documents[0].items:
        raise NotParsedError("not a package.json: it is no JSON object")
    found = Found()
    own = documents[0].string("name")
    if own and source.place.scope is Scope.PROD:
        found.own.append(f"package:npm/{own}")
    for name in _SECTIONS:
        section = documents[0].get(name)
        for entry in section.entries if section else ():
            add(found, _dependency(entry, name, source))
    scripts = documents[0].get("scripts")
    for entry in scripts.entries if scripts else ():
        add(found, from_script(entry.node.text or "", source, entry.node.line))
    return found


def _dependency(entry: Entry, section: str, source: SourceFile) -> Found:
    stated = (entry.node.text or "").strip()
    if _LOCAL.match(stated):
        return Found()  # a folder of the target
    if _ELSEWHERE.match(stated):
        word = Word(stated, entry.line, Resolution.LITERAL)
        return refer_package(word, "npm", source, section)
    named = npm_package(f"{entry.key}@{stated}")
    if named is None:
        component = Component(kind=Kind.PACKAGE, source="npm", name=entry.key)
        return Found(references=[source.refer(component, entry.line, Resolution.LITERAL, section)])
    facts = {"revision": named.revision}
    return Found(references=[source.refer(named.component, entry.line, Resolution.LITERAL, section, **facts)])
