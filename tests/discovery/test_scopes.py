"""What a file is for: by path, by declaration, and never against what production code imports."""

from __future__ import annotations

import pytest

from supplychain.discovery.scopes import PathScopes, imported_by_production
from supplychain.model.declaration import Scopes
from supplychain.model.reference import Scope
from tests.discovery.support import look

LOAD = 'from transformers import AutoModel\nAutoModel.from_pretrained("a/b")\n'


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("app/load.py", Scope.PROD),
        ("load.py", Scope.PROD),
        ("tests/load.py", Scope.TEST),
        ("app/tests/load.py", Scope.TEST),
        ("app/test_load.py", Scope.TEST),
        ("load_test.py", Scope.TEST),
        ("conftest.py", Scope.TEST),
        ("docs/conf.py", Scope.DOCS),
        ("examples/load.py", Scope.EXAMPLE),
        (".env.example", Scope.EXAMPLE),
        ("third_party/x/load.py", Scope.VENDORED),
        ("vendor/tests/load.py", Scope.VENDORED),
        ("app/testament.py", Scope.PROD),
        ("latest/load.py", Scope.PROD),
    ],
)
def test_a_path_has_a_scope(path: str, scope: Scope) -> None:
    assert PathScopes(Scopes()).at(path).scope is scope


def test_a_declared_scope_comes_first() -> None:
    scopes = PathScopes(Scopes(example=("notebooks/", "tests/demo.py"), archive=("old/",)))
    assert [scopes.at(path).scope for path in ("notebooks/a.py", "tests/demo.py", "old/a.py", "app/a.py")] == [
        *(Scope.EXAMPLE, Scope.EXAMPLE, Scope.ARCHIVE, Scope.PROD),
    ]
    assert [scopes.is_moved(path) for path in ("notebooks/a.py", "tests/demo.py", "old/a.py", "app/a.py")] == [
        *(True, False, True, False),
    ]


@pytest.mark.parametrize(
    ("importer", "statement", "imported"),
    [
        ("app.py", "import tests.load", "tests/load.py"),
        ("app.py", "import tests.load as l", "tests/load.py"),
        ("app.py", "from tests import load", "tests/load.py"),
        ("app.py", "from tests.load import model", "tests/load.py"),
        ("app.py", "from tests.load import *", "tests/load.py"),
        ("app.py", "from tests.deep.load import x", "tests/deep/load.py"),
        ("app.py", "from tests import x", "tests/__init__.py"),
        ("app.py", "import tests.deep.load", "tests/__init__.py"),
        ("app.py", "def f():\n  import tests.load", "tests/load.py"),
        ("pkg/app.py", "from . import test_load", "pkg/test_load.py"),
        ("pkg/app.py", "from .test_load import x", "pkg/test_load.py"),
        ("pkg/sub/app.py", "from ..tests.load import x", "pkg/tests/load.py"),
        ("pkg/sub/app.py", "from .. import tests", "pkg/tests/__init__.py"),
        ("pkg/__init__.py", "from .tests.load import x", "pkg/tests/load.py"),
        ("src/pkg/app.py", "from pkg.testing.load import x", "src/pkg/testing/load.py"),
        ("app.py", "import examples.load", "examples/load.py"),
        ("app.py", "from third_party.x import load", "third_party/x/load.py"),
        ("app.py", "from vendor import x", "vendor/x/__init__.py"),
    ],
)
def test_what_production_code_imports_is_production_code(importer: str, statement: str, imported: str) -> None:
    found = look({importer: statement, imported: LOAD})
    assert [(r.at.file, r.at.scope) for r in found.references if r.subject == "model:huggingface/a/b"] == [
        (imported, Scope.PROD)
    ]


def test_what_is_imported_by_what_is_imported_counts_too() -> None:
    files = {"app.py": "import tests.a", "tests/a.py": "from . import b", "tests/b.py": LOAD}
    assert {r.at.scope for r in look(files).references if r.subject == "model:huggingface/a/b"} == {Scope.PROD}


def test_what_only_tests_import_stays_a_test() -> None:
    files = {"app.py": "import json", "tests/a.py": "from . import b", "tests/b.py": LOAD}
    assert {r.at.scope for r in look(files).references if r.subject == "model:huggingface/a/b"} == {Scope.TEST}


def test_a_declared_scope_never_hides_what_production_code_imports() -> None:
    files = {"app.py": "from helpers import load", "helpers/load.py": LOAD, "decoy/helpers/load.py": ""}
    found = look(files, Scopes(example=("/helpers/",)))
    assert {r.at.scope for r in found.references if r.subject == "model:huggingface/a/b"} == {Scope.PROD}


def test_a_production_file_is_preferred_where_a_name_is_not_clear() -> None:
    scopes = {"src/utils.py": Scope.PROD, "tests/utils.py": Scope.TEST, "app.py": Scope.PROD}
    assert imported_by_production(scopes, {"app.py": ["utils"]}) == frozenset()


def test_the_nearest_file_is_meant_where_there_are_several() -> None:
    scopes = {"a/app.py": Scope.PROD, "a/tests/x.py": Scope.TEST, "b/tests/x.py": Scope.TEST}
    assert imported_by_production(scopes, {"a/app.py": ["tests.x"]}) == {"a/tests/x.py"}


def test_too_many_dots_lead_to_the_root_and_no_further() -> None:
    files = {"x/y/app.py": "from ....tests import load", "tests/load.py": LOAD}
    assert {r.at.scope for r in look(files).references if r.subject == "model:huggingface/a/b"} == {Scope.PROD}


def test_unresolved_calls_and_overrides_change_scope_with_their_file() -> None:
    source = 'import os, torch\ntorch.hub.load(x)\nos.environ["HF_ENDPOINT"] = "https://m.example"'
    found = look({"app.py": "import tests.load", "tests/load.py": source})
    assert [u.at.scope for u in found.unresolved] == [Scope.PROD]
    assert [o.at.scope for o in found.overrides] == [Scope.PROD]


def test_a_file_that_does_not_parse_changes_scope_too() -> None:
    found = look({"app.py": "import tests.load", "tests/load.py": "def"})
    assert [(u.at.file, u.at.scope) for u in found.unread] == [("tests/load.py", Scope.PROD)]


def test_modules_that_import_each_other_end() -> None:
    files = {"app.py": "import tests.a", "tests/a.py": "import tests.b", "tests/b.py": "import tests.a\n" + LOAD}
    assert {r.at.scope for r in look(files).references} == {Scope.PROD}
