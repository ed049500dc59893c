"""Requirement 5.1 over cases by hand: where a package really comes from, and what is said where that is not official."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from packageurl.contrib.purl2url import get_download_url
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from supplychain import catalog
from supplychain.checks.engine import CHECKS
from supplychain.control import load
from supplychain.model.case import Case, Sentence
from supplychain.model.component import Kind
from supplychain.model.declaration import Approval, Declaration, DeclaredComponent, Project
from supplychain.model.finding import Outcome
from supplychain.model.package import Graph, IndexSetting, Origin, PackageProject, Resolved, Setting
from supplychain.model.policy import People, Policy, Trust
from supplychain.model.reference import Place, Reference, Scope, Unresolved
from tests.checks.packages import LOCK, SHA256, at_index, case_of, finding, named, only, package, setting
from tests.support import Outcomes

INDEX = PYPI_SIMPLE_ENDPOINT.rstrip("/")
HOST = urlsplit(INDEX).hostname or ""
NPM = f"https://{urlsplit(str(get_download_url('pkg:npm/x@1'))).hostname}"  # type: ignore[no-untyped-call]
TORCH = "https://download.pytorch.org/whl/cu118"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def wording(case: Case, *words: str) -> Case:
    sentence = Sentence(requirement="5.1", words={"registries": words})
    return case.model_copy(update={"features": case.features.model_copy(update={"sentences": (sentence,)})})


@pytest.fixture
def sound_case(sound: Outcomes) -> Case:
    return wording(sound.case, "PyPI", "npm")


def mapping(**index_map: str) -> Policy:
    return Policy(trust=Trust(index_map=index_map))


# What the catalog knows


def test_the_hosts_of_registries_are_those_of_the_ecosystems_libraries() -> None:
    bases = {entry.word: entry.bases for entry in catalog.package_registries()}
    assert bases["PyPI"] == ((HOST, ""),)
    assert bases["npm"][0] == (urlsplit(NPM).hostname, "")
    assert all(host.startswith("registry.") for host, _ in bases["npm"])
    assert [path for _, path in (*bases["conda"], *bases["conda-forge"])] == ["/pkgs/main", "/conda-forge"]


def test_each_ecosystem_has_one_registry_that_its_clients_ask() -> None:
    defaults = [entry.ecosystem for entry in catalog.package_registries() if entry.is_default]
    assert sorted(defaults) == ["conda", "npm", "pypi"]


def test_the_words_of_the_sentence_are_those_of_the_registries() -> None:
    assert {word.name for word in catalog.words("5.1").word} == {r.word for r in catalog.package_registries()}


# The index that is in force


def test_a_package_is_from_its_ecosystems_registry_where_nothing_else_is_said(sound_case: Case) -> None:
    row = only("5.1", case_of(sound_case, package()))
    assert (row.component, row.rule, row.outcome) == ("package:pypi/numpy", "official-registry", Outcome.PASS)
    assert row.evidence == (SHA256,)


@pytest.mark.parametrize(
    ("address", "rule", "says"),
    [
        (INDEX, "official-registry", "which is PyPI"),
        (f"{INDEX}/", "official-registry", ""),
        (f"https://{HOST}:443/simple", "official-registry", ""),
        (f"https://{HOST}.evil.example/simple", "unofficial-index", f"{HOST}.evil.example"),
        (f"https://evil-{HOST}/simple", "unofficial-index", ""),
        (f"https://{HOST}./simple", "unofficial-index", ""),
        (f"http://{HOST}/simple", "unofficial-index", "not encrypted"),
        (f"https://{HOST}:8080/simple", "unofficial-index", "another port"),
        (f"https://{HOST}@evil.example/simple", "unofficial-index", "read that address differently"),
        (f"https://evil.example\\@{HOST}/simple", "unofficial-index", "read that address differently"),
        ("https://[broken/simple", "unofficial-index", "read that address differently"),
        (TORCH, "unofficial-index", TORCH),
    ],
)
def test_the_host_of_an_index_is_compared_whole(address: str, rule: str, says: str, sound_case: Case) -> None:
    for case in (
        case_of(sound_case, at_index(address)),
        case_of(sound_case, package(), setting(Setting.INDEX, address)),
    ):
        row = only("5.1", case)
        assert row.rule == rule
        assert says in row.message


def test_a_mirror_in_a_setting_is_named_with_its_line_and_the_line_to_add(sound_case: Case) -> None:
    row = only("5.1", case_of(sound_case, package(), setting(Setting.INDEX, TORCH)))
    assert row.message.startswith(f"index of pip.conf at pip.conf:2 fetches numpy from {TORCH}")
    assert row.remedy.startswith("Remove the index at pip.conf:2, so that numpy comes from PyPI, npm;")
    assert row.remedy.endswith(f'"numpy" = "{TORCH}"')


def test_a_password_in_an_address_is_not_shown(sound_case: Case) -> None:
    row = only("5.1", case_of(sound_case, at_index("https://me:secret@mirror.example/simple")))
    assert "secret" not in f"{row.message}{row.remedy}"


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ((setting(Setting.INDEX, TORCH, applies="requirements.txt"),), "unofficial-index"),
        (
            (setting(Setting.INDEX, TORCH), setting(Setting.INDEX, INDEX, applies="requirements.txt")),
            "official-registry",
        ),
        (
            (setting(Setting.INDEX, INDEX), setting(Setting.INDEX, TORCH, applies="requirements.txt")),
            "unofficial-index",
        ),
        ((setting(Setting.INDEX, INDEX), setting(Setting.INDEX, TORCH)), "unofficial-index"),
        ((setting(Setting.INDEX, TORCH, "npm"),), "official-registry"),
        ((setting(Setting.INDEX, None),), "index-at-run-time"),
    ],
    ids=["for its file", "nearer and official", "nearer and not", "two at once", "of npm", "made at run time"],
)
def test_the_nearest_index_decides(settings: tuple[IndexSetting, ...], rule: str, sound_case: Case) -> None:
    rows = finding("5.1", case_of(sound_case, package(), *settings)).observations
    assert [row.rule for row in rows if row.component == "package:pypi/numpy"] == [rule]


def installed(name: str, line: int, command: str = "") -> Reference:
    """What an install command of a Dockerfile names; `command` tells it from others where it has options."""
    at = Place(file="Dockerfile", line=line)
    return named(f"package:pypi/{name}", call="pip install", at=at, command=command)


OPTION = setting(Setting.INDEX, TORCH, applies="Dockerfile", command="torch", call="pip install")


def told(case: Case) -> list[tuple[str, str, str]]:
    return sorted((row.component, str(row.at), row.rule) for row in finding("5.1", case).observations)


def test_an_option_of_a_command_says_nothing_of_other_commands(sound_case: Case) -> None:
    case = case_of(sound_case, installed("uv", 39), installed("torch", 77, "torch"), OPTION)
    assert told(case) == [
        ("package:pypi/torch", "Dockerfile:77", "unofficial-index"),
        ("package:pypi/uv", "Dockerfile:39", "official-registry"),
    ]


def test_what_a_command_fetches_elsewhere_is_a_row_beside_its_entry_in_a_lock(sound_case: Case) -> None:
    case = case_of(sound_case, package("torch", "2.8.0"), installed("torch", 77, "torch"), OPTION)
    assert told(case) == [
        ("package:pypi/torch", "Dockerfile:77", "unofficial-index"),
        ("package:pypi/torch", "requirements.txt:3", "official-registry"),
    ]


def test_a_package_is_a_row_for_the_command_that_fetches_it_elsewhere(sound_case: Case) -> None:
    case = case_of(sound_case, installed("torch", 39), installed("torch", 77, "torch"), OPTION)
    assert told(case) == [
        ("package:pypi/torch", "Dockerfile:39", "official-registry"),
        ("package:pypi/torch", "Dockerfile:77", "unofficial-index"),
    ]


def test_an_option_of_a_command_whose_packages_are_not_known_is_a_row_of_its_own(sound_case: Case) -> None:
    case = case_of(sound_case, installed("uv", 39), OPTION)
    assert told(case) == [
        ("index:pypi", "pip.conf:2", "unofficial-index"),
        ("package:pypi/uv", "Dockerfile:39", "official-registry"),
    ]


@pytest.mark.parametrize(
    ("identity", "call"), [("package:github/actions/checkout", "uses"), ("package:docker/python", "FROM")]
)
def test_an_action_or_an_image_is_a_row_in_each_file(identity: str, call: str, sound_case: Case) -> None:
    places = [Place(file=file, line=line) for file in ("a.yml", "b.yml") for line in (6, 9)]
    uses = [named(identity, "v4", call=call, at=at) for at in places]
    assert [at for _, at, _ in told(case_of(sound_case, *uses))] == ["a.yml:6", "b.yml:6"]


def test_an_index_of_its_own_stands_before_every_setting(sound_case: Case) -> None:
    rows = finding("5.1", case_of(sound_case, at_index(INDEX), setting(Setting.INDEX, TORCH))).observations
    assert [(row.component, row.rule) for row in rows] == [
        ("index:pypi", "unofficial-index"),
        ("package:pypi/numpy", "official-registry"),
    ]


def test_npm_asks_the_registry_of_its_settings_where_a_lock_names_the_official_one(sound_case: Case) -> None:
    case = case_of(sound_case, at_index(f"{NPM}/", "npm:react"), setting(Setting.INDEX, "https://npm.example", "npm"))
    row = only("5.1", case)
    assert (row.component, row.rule) == ("package:npm/react", "unofficial-index")


def test_a_package_of_conda_is_from_a_registry_that_the_sentence_does_not_name(sound_case: Case) -> None:
    row = only("5.1", case_of(sound_case, package("conda:numpy")))
    assert row.rule == "unnamed-registry"
    assert "add conda to the sentence" in row.remedy
    channel = setting(Setting.CHANNEL, "conda-forge", "conda")
    assert "which is conda-forge" in only("5.1", case_of(sound_case, package("conda:numpy"), channel)).message


@pytest.mark.parametrize(
    ("channels", "words", "rule"),
    [
        (("conda-forge",), ("conda-forge",), "official-registry"),
        (("conda-forge", "nodefaults"), ("conda-forge",), "official-registry"),
        (("conda-forge", "defaults"), ("conda-forge",), "unnamed-registry"),
        (("conda-forge", "defaults"), ("conda-forge", "conda"), "official-registry"),
        (("conda-forge", "pytorch"), ("conda-forge", "conda"), "unofficial-index"),
        ((), ("conda-forge",), "unnamed-registry"),
        ((), ("conda",), "official-registry"),
    ],
)
def test_every_channel_has_to_be_named(
    channels: tuple[str, ...], words: tuple[str, ...], rule: str, sound_case: Case
) -> None:
    settings = (setting(Setting.CHANNEL, channel, "conda") for channel in channels)
    assert only("5.1", case_of(wording(sound_case, *words), package("conda:numpy"), *settings)).rule == rule


# Dependency confusion


def test_an_extra_index_may_answer_for_every_package(sound_case: Case) -> None:
    extra = setting(Setting.EXTRA, TORCH, at=Place(file="requirements.txt", line=1), call="requirement option")
    found = finding("5.1", case_of(sound_case, package("torch"), package(), extra))
    assert {(row.component, row.rule) for row in found.observations} == {
        ("package:pypi/torch", "extra-index"),
        ("package:pypi/numpy", "extra-index"),
    }
    torch = next(row for row in found.observations if row.component.endswith("torch"))
    assert torch.message.startswith(f"extra index of requirement option at requirements.txt:1 lets {TORCH} answer")
    assert '[tool.uv.sources] torch = { index = "<its name>" }' in torch.remedy
    assert torch.remedy.endswith(f"--index-url {TORCH}")
    assert f'"torch" = "{TORCH}"' in torch.remedy


def test_the_policy_maps_one_package_to_the_extra_index(sound_case: Case) -> None:
    case = case_of(sound_case, package("torch"), package(), setting(Setting.EXTRA, TORCH), policy=mapping(torch=TORCH))
    assert [(row.component, row.rule) for row in finding("5.1", case).observations] == [
        ("package:pypi/numpy", "extra-index"),
        ("package:pypi/torch", "mapped-index"),
    ]


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        (TORCH, "mapped-index"),
        (f"{TORCH}/", "mapped-index"),
        (f"{TORCH}9", "unofficial-index"),
        (INDEX, "unofficial-index"),
    ],
)
def test_the_policy_maps_to_exactly_one_address(address: str, rule: str, sound_case: Case) -> None:
    assert only("5.1", case_of(sound_case, at_index(TORCH, "torch"), policy=mapping(torch=address))).rule == rule


def test_an_index_for_one_package_or_scope_answers_for_nothing_else(sound_case: Case) -> None:
    acme = setting(Setting.MAPPED, "https://npm.example", "npm", only="@acme")
    found = finding("5.1", case_of(sound_case, package("npm:@acme/x"), package("npm:react"), acme))
    assert {row.component: row.rule for row in found.observations} == {
        "package:npm/@acme/x": "unofficial-index",
        "package:npm/react": "official-registry",
    }
    trusting = Policy(trust=Trust(index_map={"@acme": "https://npm.example"}))
    assert only("5.1", case_of(sound_case, package("npm:@acme/x"), acme, policy=trusting)).rule == "mapped-index"


@pytest.mark.parametrize(
    ("found", "rule"),
    [
        (setting(Setting.EXTRA, TORCH), "extra-index"),
        (setting(Setting.FIND_LINKS, "https://wheels.example"), "extra-index"),
        (setting(Setting.INDEX, TORCH), "unofficial-index"),
        (setting(Setting.TRUSTED_HOST, "mirror.example"), "trusted-host"),
        (setting(Setting.INDEX, INDEX), "official-registry"),
    ],
    ids=lambda value: str(value.setting) if isinstance(value, IndexSetting) else None,
)
def test_a_setting_that_no_package_goes_by_is_a_row(found: IndexSetting, rule: str, sound_case: Case) -> None:
    row = only("5.1", case_of(sound_case, found))
    assert (row.component, row.rule, str(row.at)) == ("index:pypi", rule, "pip.conf:2")
    assert row.evidence == (SHA256,)


def test_one_line_that_is_in_force_for_several_files_is_one_row_at_most(sound_case: Case) -> None:
    twice = [setting(Setting.EXTRA, TORCH, applies=file) for file in ("Dockerfile", "requirements.txt")]
    assert only("5.1", case_of(sound_case, *twice)).component == "index:pypi"
    assert only("5.1", case_of(sound_case, package(), *twice)).component == "package:pypi/numpy"


def test_a_setting_of_tests_is_no_row_and_a_declared_scope_hides_none(sound_case: Case) -> None:
    tested = setting(Setting.EXTRA, TORCH, at=Place(file="pip.conf", line=2, scope=Scope.TEST))
    case = case_of(sound_case, package(), tested)
    assert only("5.1", case).rule == "official-registry"
    moved = case.model_copy(update={"inventory": case.inventory.model_copy(update={"moved": ("pip.conf",)})})
    assert only("5.1", moved).rule == "extra-index"


# What no index serves by its name


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (package(origin=Origin(form="address", address="https://a.example/x.whl")), "fixed-by-content"),
        (package(origin=Origin(form="address", address="https://a.example/x.whl"), hashes=()), "unpinned-address"),
        (package(origin=Origin(form="repository", address="https://a.example/x", commit=COMMIT)), "fixed-by-content"),
        (
            package(origin=Origin(form="repository", address="https://a.example/x", commit="main")),
            "unpinned-repository",
        ),
        (named("package:docker/python", "sha256:" + "b" * 64), "fixed-by-content"),
        (named("package:docker/python", "3.11"), "unpinned-image"),
        (named("package:docker/python", COMMIT), "unpinned-image"),
        (named("package:github/actions/checkout", COMMIT, call="uses"), "fixed-by-content"),
        (named("package:github/actions/checkout", "v4", call="uses"), "unpinned-action"),
        (named("package:github/a/b", "v4", address="git+https://github.com/a/b@v4"), "unpinned-repository"),
        (named("package:url/a.example/tool", None, address="https://a.example/tool"), "unpinned-address"),
        (
            named("package:url/a.example/tool", None, address="https://a.example/tool", checksum=SHA256),
            "fixed-by-content",
        ),
        (named("package:npm/react", "18", address="https://cdn.example/react@18"), "unpinned-script"),
    ],
)
def test_only_a_hash_or_a_commit_fixes_it(entry: Resolved | Reference, rule: str, sound_case: Case) -> None:
    assert only("5.1", case_of(sound_case, entry)).rule == rule


def test_a_lock_cannot_divert_a_package_of_npm_to_another_address(sound_case: Case) -> None:
    origin = Origin(form="address", address="https://evil.example/react.tgz")
    diverted = package("npm:react", origin=origin, format="package-lock.json")
    row = only("5.1", case_of(sound_case, diverted))
    assert row.rule == "unofficial-index"
    assert "the package-lock.json entry at requirements.txt:3" in row.message
    asked = diverted.model_copy(update={"is_locked": False, "project": "member"})
    rules = {row.rule for row in finding("5.1", case_of(sound_case, diverted, asked)).observations}
    assert rules == {"fixed-by-content"}


# What only code names


def test_an_import_without_a_manifest_fails_and_names_where_it_belongs(sound_case: Case) -> None:
    module = named("package:import/somewhere", call="import")
    row = only("5.1", case_of(sound_case, module))
    assert row.rule == "not-in-manifest"
    assert "requirements.txt" in row.remedy
    project = PackageProject(ecosystem="pypi", folder="", manifests=(Place(file="pyproject.toml"),))
    assert "pyproject.toml" in only("5.1", case_of(sound_case, module, graph=Graph(projects=(project,)))).remedy


def test_an_import_is_covered_by_an_entry_of_another_name_and_by_a_command(sound_case: Case) -> None:
    module = named("package:import/ruamel_yaml", call="import")
    row = only("5.1", case_of(sound_case, module, package("ruamel-yaml")))
    assert (row.component, row.rule) == ("package:pypi/ruamel-yaml", "official-registry")
    installed = named("package:pypi/torch", "2.5.0", call="pip install")
    imported = named("package:pypi/torch", call="import", at=Place(file="app.py", line=1))
    row = only("5.1", case_of(sound_case, imported, installed))
    assert (row.rule, str(row.at)) == ("official-registry", "Dockerfile:5")


@pytest.mark.parametrize("name", ["numpy", "npm:electron"])
def test_production_may_import_what_a_manifest_names_for_tests(name: str, sound_case: Case) -> None:
    tested = package(name, at=Place(file="package.json", line=9, scope=Scope.TEST))
    module = named(tested.subject, call="import")
    assert only("5.1", case_of(sound_case, tested, module)).rule == "official-registry"


@pytest.mark.parametrize("scope", [Scope.DOCS, Scope.EXAMPLE, Scope.VENDORED])
def test_what_documentation_lists_installs_nothing_of_production(scope: Scope, sound_case: Case) -> None:
    frozen = package("numpy", at=Place(file="docs/freezelist.txt", line=9, scope=scope))
    module = named(frozen.subject, call="import")
    assert only("5.1", case_of(sound_case, frozen, module)).rule == "not-in-manifest"


def test_a_requirement_without_a_name_is_one_row(sound_case: Case) -> None:
    origin = Origin(form="repository", address="https://a.example/x.git")
    nameless = package("url:a.example/x.git", None, origin=origin)
    text = "git+https://a.example/x.git  # the newest"
    hidden = Unresolved(kind=Kind.PACKAGE, at=LOCK, call="requirement", expression=text, reason="no name")
    case = case_of(sound_case, nameless)
    inventory = case.inventory.model_copy(update={"unresolved": (hidden,)})
    row = only("5.1", case.model_copy(update={"inventory": inventory}))
    assert (row.component, row.rule) == ("package:url/a.example/x.git", "unpinned-repository")
    elsewhere = hidden.model_copy(update={"at": Place(file="requirements.txt", line=4)})
    inventory = case.inventory.model_copy(update={"unresolved": (elsewhere,)})
    rules = {row.rule for row in finding("5.1", case.model_copy(update={"inventory": inventory})).observations}
    assert rules == {"unpinned-repository", "unresolved"}


def test_a_javascript_import_is_no_python_package_of_its_name(sound_case: Case) -> None:
    rows = finding("5.1", case_of(sound_case, package("yaml"), named("package:npm/yaml", call="import"))).observations
    assert {row.component: row.rule for row in rows}["package:npm/yaml"] == "not-in-manifest"


def test_a_command_that_installs_another_version_or_address_is_a_row_beside_the_lock(sound_case: Case) -> None:
    same = named("package:pypi/numpy", "2.0.0", call="pip install")
    assert only("5.1", case_of(sound_case, package(), same)).at == package().at
    other = named("package:pypi/numpy", "1.0", call="pip install")
    assert len(finding("5.1", case_of(sound_case, package(), other)).observations) == 2
    away = named(
        "package:pypi/numpy", "2.0.0", call="pip install", address="https://a.example/numpy-2.0.0-py3-none-any.whl"
    )
    rows = finding("5.1", case_of(sound_case, package(), away)).observations
    assert [row.rule for row in rows] == ["unpinned-address", "official-registry"]


def test_a_declared_package_that_nothing_names_fails(sound_case: Case) -> None:
    declaration = Declaration(schema=1, component=(DeclaredComponent(id="package:pypi/gone"),))
    row = only("5.1", case_of(sound_case, declaration=declaration))
    assert (row.component, row.rule) == ("package:pypi/gone", "declared-not-found")


# Approvals


@pytest.mark.parametrize(
    ("sha256", "by", "days", "rule"),
    [
        ("a" * 64, "security", 0, "approved-source"),
        ("b" * 64, "security", 0, "unofficial-index"),
        (None, "security", 0, "unofficial-index"),
        ("a" * 64, "stranger", 0, "unofficial-index"),
        ("a" * 64, "owner", 0, "unofficial-index"),
        ("a" * 64, "security", 1, "unofficial-index"),
    ],
)
def test_an_approval_counts_for_the_bytes_that_it_is_of(
    sha256: str | None, by: str, days: int, rule: str, sound_case: Case
) -> None:
    approval = Approval(by=by, on=sound_case.now.date() + timedelta(days=days))
    component = DeclaredComponent(id="package:pypi/numpy", sha256=sha256, approved=approval)
    declaration = Declaration(schema=1, project=Project(name="x", owner="owner"), component=(component,))
    policy = Policy(people=People(approvers=("security", "owner")))
    assert only("5.1", case_of(sound_case, at_index(TORCH), policy=policy, declaration=declaration)).rule == rule


# The control's data


def test_every_rule_is_reached_by_a_canary(sound_case: Case) -> None:
    reached = {canary.rule for canary in CHECKS["5.1"].canaries(sound_case)}
    assert set(load().requirements["5.1"].rules) <= reached


@pytest.mark.parametrize(
    "words", [("PyPI",), ("npm",), ("conda",), ("conda-forge", "PyPI"), ("PyPI", "npm", "conda", "conda-forge")]
)
def test_the_canaries_hold_under_any_words(words: tuple[str, ...], sound_case: Case) -> None:
    finding("5.1", case_of(wording(sound_case, *words), package()))


def test_the_canaries_hold_where_the_target_has_a_lock_of_its_own(sound_case: Case) -> None:
    own = package("npm:@acme/own", origin=Origin(address="https://npm.example/"), bundled=False)
    finding("5.1", case_of(sound_case, own, package("conda:python"), package(), policy=mapping(numpy=TORCH)))
