"""Packages that pages and code take by their address at a server of scripts, and the imports of JavaScript."""

from __future__ import annotations

import time

import pytest

from supplychain.discovery import javascript
from supplychain.discovery.interface import SourceFile
from supplychain.model.reference import Place
from tests.discovery.carriers import not_known, told
from tests.discovery.support import look

CDN = "https://cdn.example.org"


@pytest.mark.parametrize(
    ("address", "package"),
    [
        (f"{CDN}/npm/mermaid@11/dist/mermaid.mjs", "npm/mermaid"),
        (f"{CDN}/npm/@acme/tool@1.2.3", "npm/@acme/tool@1.2.3"),
        (f"{CDN}/npm/mermaid/dist/mermaid.mjs", "npm/mermaid"),
        (f"{CDN}/ajax/libs/jquery/3.6.0/jquery.min.js", "npm/jquery@3.6.0"),
        (f"{CDN}/gh/acme/tool@v1/a.js", "github/acme/tool@v1"),
        (f"{CDN}/react@18/umd/react.js", "npm/react"),
        (f"{CDN}/@babel/standalone@7.1.0/babel.min.js", "npm/@babel/standalone@7.1.0"),
        ("https://esm.example.org/lodash", "npm/lodash"),
        (f"{CDN}/npm:react@18.2.0/index.js", "npm/react@18.2.0"),
    ],
)
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("index.html", "<!doctype html>\n<script src='{}'></script>"),
        ("index.html", '<body>\n<link rel="stylesheet" href="{}">'),
        ("index.html", '<script type="importmap">{{"imports": {{\n"x": "{}"}}}}</script>'),
        ("index.html", '<script type="module">\nimport x from "{}";</script>'),
        ("App.vue", "<template/>\n<script src='{}'></script>"),
        ("app.ts", "const page = `<html>\n<script src={}></script>`;"),
        ("app.js", 'f();\nimport("{}");'),
    ],
)
def test_an_address_names_a_package(path: str, text: str, address: str, package: str) -> None:
    assert set(told(path, text.format(address))) == {f"2 package:{package}"}


@pytest.mark.parametrize(
    "text",
    [
        f"<!-- <script src='{CDN}/npm/react@18'></script> -->",
        f"<p>{CDN}/npm/react@18</p>",
        f"<script>\n// {CDN}/npm/react@18\n</script>",
        f"<script src='{CDN}/app.js'></script>",
        "<img src='https://example.org/logo@2x.png'>",
        "<script>\nconst a = 'https://example.org/logo@2x.png', b = 'https://example.org/@user/post';\n</script>",
        "<script src='/static/react@18.js'></script>",
    ],
)
def test_prose_comments_and_other_addresses_name_nothing(text: str) -> None:
    assert (told("index.html", text), not_known("index.html", text)) == ([], [])


def test_the_script_of_a_page_names_a_service() -> None:
    assert told("index.html", '<p>\n<script>\nfetch("https://api.groq.com/v1");\n</script>') == ["3 service:groq"]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('import a from "cohere-ai";', "cohere-ai"),
        ('import "@acme/tool/styles.css?inline";', "@acme/tool"),
        ('const a = require("cohere-ai/x");', "cohere-ai"),
        ('const a = () => import("@acme/tool");', "@acme/tool"),
        ('export * from "cohere-ai";', "cohere-ai"),
    ],
)
def test_an_import_is_of_a_package(line: str, name: str) -> None:
    assert _imports(f"f();\n{line}") == [(name, 2)]


@pytest.mark.parametrize(
    "module",
    [
        "./a",
        "../a",
        "/a",
        "@/a",
        "~/a",
        "#a",
        "$lib/a",
        "node:fs",
        "fs",
        "fs/promises",
        "virtual:x",
        "bun:test",
        "own/a",
    ],
)
def test_own_and_virtual_modules_are_no_packages(module: str) -> None:
    assert _imports(f'import a from "{module}";') == []


def test_a_type_is_not_imported() -> None:
    assert _imports('import type { A } from "cohere-ai";') == []


def _imports(text: str) -> list[tuple[str, int]]:
    path = "web/app.ts"
    source = SourceFile(path, text.encode(), "", Place(file=path), {"web/package.json", "web/src/own"}.__contains__)
    return javascript.read(source).imports


@pytest.mark.parametrize(
    "text",
    [
        "<script " * 100_000,
        "<script>" * 100_000,
        "<!--" * 200_000,
        f"<script src='{CDN}/npm/a@1'>\n" * 20_000,
        "<script type=x>" + "https://a/" * 80_000 + "</script>",
        "İ<script>" * 1_000,
        "model='" * 100_000,
    ],
    ids=range(7),
)
def test_a_hostile_page_takes_no_minutes(text: str) -> None:
    begun = time.monotonic()
    look({"a.html": text})
    assert time.monotonic() - begun < 20
