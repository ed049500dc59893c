"""Canaries of requirement 5.1: packages by index, by content, by code alone, and where nothing tells their source."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain import catalog
from supplychain.checks.canaries.packages import PLACE, declaring, entry_of, reference_of
from supplychain.checks.canaries.s05_indexes import (
    COMMIT,
    ELSEWHERE,
    SHA256,
    fresh,
    holding,
    own_entry,
    plant_indexes,
    rule_of,
    setting,
    taken_from,
)
from supplychain.checks.engine import Canary
from supplychain.checks.population import moving, planted, unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.declaration import DeclaredComponent
from supplychain.model.package import Graph, Origin, PackageProject, Setting
from supplychain.model.reference import Place, Scope


def plant(case: Case) -> Iterator[Canary]:
    """Plant packages whose sources are as the sentence asks for, and each way of their not being so."""
    yield from plant_indexes(case)
    yield from _scope_canaries(case)
    yield from _content_canaries(case)
    yield from _code_canaries(case)
    yield from _declared_canaries(case)


def _scope_canaries(case: Case) -> Iterator[Canary]:
    own = own_entry(case, "pypi")
    tested = own.model_copy(update={"at": own.at.model_copy(update={"scope": Scope.TEST})})
    yield Canary("a package of tests", holding(case, tested), own.subject, None)
    default = catalog.package_registries()[0]
    moved = moving(holding(case, tested), own.at.file)
    yield Canary("outside production by declaration only", moved, own.subject, rule_of(case, default))
    folder = taken_from(own, "folder", "planted")
    yield Canary("a folder of the target", holding(case, folder), own.subject, None)


def _content_canaries(case: Case) -> Iterator[Canary]:
    """Plant what no index serves by name, fixed by its bytes and not."""
    own = own_entry(case, "pypi")
    address, repository = "https://planted.example/x.whl", "https://planted.example/x.git"
    archive = entry_of(
        "package:npm/planted", "1.0", origin=Origin(form="address", address="https://planted.example/x.tgz")
    ).model_copy(update={"is_locked": False})
    says = "https://planted.example/x.tgz, and no integrity"
    yield Canary("content: an archive of npm", holding(case, archive), archive.subject, "no-integrity", says)
    for what, entry, rule, says in (
        ("an address", taken_from(own, "address", address), "unpinned-address", address),
        ("an address, hashed", taken_from(own, "address", address, hashes=(SHA256,)), "fixed-by-content", SHA256),
        (
            "a hash in the address",
            taken_from(own, "address", f"{address}#{SHA256.replace(':', '=')}"),
            "fixed-by-content",
            SHA256,
        ),
        ("a cut hash", taken_from(own, "address", address, hashes=(SHA256[:-1],)), "unpinned-address", ""),
        ("a weak hash", taken_from(own, "address", address, hashes=("md5:" + "5" * 32,)), "unpinned-address", ""),
        (
            "a token",
            taken_from(own, "address", "https://me:token@planted.example/x"),
            "unpinned-address",
            "from https://planted.example/x,",
        ),
        ("a commit", taken_from(own, "repository", repository, commit=COMMIT), "fixed-by-content", f"commit {COMMIT}"),
        ("a commit of 64 digits", taken_from(own, "repository", repository, commit="c" * 64), "fixed-by-content", ""),
        (
            "a short commit",
            taken_from(own, "repository", repository, commit=COMMIT[:12]),
            "unpinned-repository",
            COMMIT[:12],
        ),
        ("a branch", taken_from(own, "repository", repository, commit="main"), "unpinned-repository", "at main"),
        ("no commit", taken_from(own, "repository", repository), "unpinned-repository", "at its default branch,"),
        (
            "a hash of the repository",
            taken_from(own, "repository", repository, hashes=(SHA256,)),
            "unpinned-repository",
            repository,
        ),
        ("no address", taken_from(own, "address", ""), "unpinned-address", f"from {own.component.name},"),
    ):
        yield Canary(f"content: {what}", holding(case, entry), own.subject, rule, says)
    extra = setting("pypi", Setting.EXTRA, ELSEWHERE)
    for form in ("address", "repository"):
        beside = holding(case, taken_from(own, form, address, hashes=(SHA256,), commit=COMMIT), extra)
        yield Canary(f"an extra index beside an {form}", beside, "index:pypi", "extra-index", "any package")
    npm = entry_of("package:npm/planted", "1.0.0", format="package-lock.json")
    diverted = taken_from(npm, "address", "https://planted.example/x.tgz", hashes=("sha512:" + "5" * 128,))
    yield Canary(
        "a lock leads elsewhere", holding(case, diverted), npm.subject, "unofficial-index", "package-lock.json entry"
    )
    asked = diverted.model_copy(update={"is_locked": False, "at": Place(file="package.json", line=2)})
    yield Canary("the manifest asks for the address", holding(case, asked, diverted), npm.subject, "fixed-by-content")


def _code_canaries(case: Case) -> Iterator[Canary]:
    """Plant what only code, commands and deployment files name."""
    rule = rule_of(case, catalog.package_registries()[0])
    digest = "sha256:" + "d" * 64
    for what, identity, revision, parts, came, says in (
        ("an image", "package:docker/planted", "1.0", {}, "unpinned-image", "planted at 1.0"),
        ("an image, no tag", "package:docker/planted", None, {}, "unpinned-image", "at its default tag,"),
        ("an image by digest", "package:docker/planted", digest, {}, "fixed-by-content", digest),
        ("a tag like a commit", "package:docker/planted", COMMIT, {}, "unpinned-image", ""),
        ("a digest that is cut", "package:docker/planted", digest[:-1], {}, "unpinned-image", ""),
        ("an action", "package:github/planted/act", "v4", {"call": "uses"}, "unpinned-action", "planted/act at v4"),
        ("an action by commit", "package:github/planted/act", COMMIT, {"call": "uses"}, "fixed-by-content", COMMIT),
        ("a repository", "package:github/planted/x", "v1", {"call": "npm install"}, "unpinned-repository", "at v1"),
        ("a repository by commit", "package:github/planted/x", COMMIT, {}, "fixed-by-content", COMMIT),
        (
            "git of another host",
            "package:url/a.example/x",
            "v1",
            {"address": "git+https://a.example/x"},
            "unpinned-repository",
            "",
        ),
        (
            "a .git address",
            "package:url/a.example/x",
            None,
            {"address": "https://a.example/x.git@v1"},
            "unpinned-repository",
            "",
        ),
        (
            "an address",
            "package:url/a.example/x",
            None,
            {"address": "https://a.example/x"},
            "unpinned-address",
            "https://a.example/x",
        ),
        (
            "an address, hashed",
            "package:url/a.example/x",
            None,
            {"address": "https://a.example/x", "checksum": SHA256},
            "fixed-by-content",
            SHA256,
        ),
        (
            "a wheel by address",
            "package:pypi/planted",
            "1.0",
            {"address": "https://a.example/x.whl"},
            "unpinned-address",
            "",
        ),
        (
            "a script",
            "package:npm/planted",
            None,
            {"address": "https://a.example/x@1"},
            "unpinned-script",
            "a.example/x@1",
        ),
        ("something else", "package:other/planted", None, {}, "unpinned-address", ""),
        ("a command", "package:pypi/planted", "1.0", {"call": "pip install"}, rule, ""),
        ("a command without a version", "package:pypi/planted", None, {"call": "pip install"}, rule, ""),
        ("an import", "package:pypi/planted", None, {"call": fresh("import")}, "not-in-manifest", "imported"),
        ("an unknown module", "package:import/planted", None, {"call": fresh("import")}, "not-in-manifest", ""),
    ):
        reference = reference_of(identity, revision).model_copy(update=parts)
        yield Canary(f"code: {what}", holding(case, reference), identity, came, says)
    for identity, call in (("package:docker/planted", "FROM"), ("package:github/planted/act", "uses")):
        first = reference_of(identity, "v4").model_copy(update={"call": call})
        second = first.model_copy(update={"at": Place(file="planted/second", line=2)})
        came = "unpinned-image" if call == "FROM" else "unpinned-action"
        yield Canary("in each file that uses it", holding(case, first, second), identity, came, at=second.at)
    imported = reference_of("package:import/planted_module", None).model_copy(update={"call": fresh("import")})
    entry = entry_of("package:pypi/planted-module", "1.0")
    brought = holding(case, imported, entry)
    yield Canary("an import that an entry brings", brought, imported.subject, None)
    yield Canary("the entry that brings an import", brought, entry.subject, rule)
    documented = entry.model_copy(update={"at": PLACE.model_copy(update={"scope": Scope.DOCS})})
    by_docs = holding(case, imported, documented)
    yield Canary("an import that documentation names", by_docs, imported.subject, "not-in-manifest")
    for source in ("pypi", "npm"):
        module = reference_of(f"package:{source}/planted", None).model_copy(update={"call": fresh("import")})
        tested = entry_of(module.subject, "1.0", at=PLACE.model_copy(update={"scope": Scope.TEST}))
        came = rule_of(case, next(r for r in catalog.package_registries() if r.ecosystem == source))
        yield Canary("an import that a manifest names for tests", holding(case, module, tested), module.subject, came)
    extra = setting("pypi", Setting.EXTRA, ELSEWHERE, applies="planted/Dockerfile")
    for address in ("https://a.example/x.whl", "git+https://a.example/x"):
        fetched = reference_of("package:pypi/planted", None).model_copy(update={"address": address})
        yield Canary("an extra index beside an address", holding(case, fetched, extra), "index:pypi", "extra-index")
    command = reference_of("package:pypi/planted", None).model_copy(update={"call": "pip install"})
    yield Canary(
        "a command with an extra index",
        holding(case, command, extra),
        command.subject,
        "extra-index",
    )
    own = command.model_copy(update={"command": "planted"})
    alone = extra.model_copy(update={"applies": own.at.file, "command": "planted"})
    for what, reference, subject, came in (
        ("the option of a command", own, command.subject, "extra-index"),
        ("the option of another command", command, "index:pypi", "extra-index"),
        ("a command beside one with an option", command, command.subject, rule),
        ("a command with other options", own.model_copy(update={"command": "other"}), command.subject, rule),
    ):
        yield Canary(what, holding(case, reference, alone), subject, came)
    home = setting("pypi", Setting.INDEX, ELSEWHERE, applies=own.at.file, command="planted")
    nearest = holding(case, own, home, home.model_copy(update={"command": "", "address": None}))
    yield Canary("an option stands before what is set for its file", nearest, own.subject, "unofficial-index")
    locked = entry_of(command.subject, "1.0")
    for what, scope, came in (("is a row", own.at.scope, "unofficial-index"), ("of tests is none", Scope.TEST, rule)):
        fetched = own.model_copy(update={"at": own.at.model_copy(update={"scope": scope})})
        beside = holding(case, locked, fetched, home)
        place = fetched.at if came != rule else locked.at
        yield Canary(f"what a command fetches elsewhere {what}", beside, own.subject, came, at=place)
    both = holding(case, command, command.model_copy(update={"call": "import", "at": PLACE}))
    yield Canary("an import that a command installs", both, command.subject, rule)
    yield Canary(
        "an entry that is imported", holding(case, entry_of(command.subject, "1.0"), command), command.subject, rule
    )
    yield from _manifest_canaries(case)


def _manifest_canaries(case: Case) -> Iterator[Canary]:
    """Plant imports beside manifests: the nearest of its own ecosystem is named."""
    for source, ecosystem, other, usual in (
        ("pypi", "pypi", "npm", "requirements.txt"),
        ("npm", "npm", "pypi", "package.json"),
        ("import", "pypi", "npm", "requirements.txt"),
        ("import", "pypi", "conda", "requirements.txt"),
    ):
        module = reference_of(f"package:{source}/planted", None).model_copy(update={"call": "import"})
        near, far, like, foreign = (
            PackageProject(ecosystem="pypi", folder=folder, manifests=(Place(file=f"{folder}/{file}"),))
            for folder, file in (("planted", "near"), ("", "far"), ("plant", "zz"), ("planted", "zz"))
        )
        own = [p.model_copy(update={"ecosystem": fresh(ecosystem)}) for p in (far, near, like)]
        foreign = foreign.model_copy(update={"ecosystem": other})
        for projects, says in (
            ((*own, foreign), "neither planted/near nor"),
            ((own[0], own[2], foreign), "neither /far nor"),
            ((foreign,), f"neither {usual} nor"),
        ):
            beside = holding(case, module, graph=Graph(projects=projects))
            yield Canary("an import beside manifests", beside, module.subject, "not-in-manifest", says)


def _declared_canaries(case: Case) -> Iterator[Canary]:
    stated = declaring(component=(DeclaredComponent(id="package:pypi/gone"), DeclaredComponent(id="model:file/gone")))
    yield Canary("declared, not found", holding(case, declaration=stated), "package:pypi/gone", "declared-not-found")
    yield Canary("a declared model is no package", holding(case, declaration=stated), "model:file/gone", None)
    own = own_entry(case, "pypi")
    beside = holding(case, own, declaration=stated)
    yield Canary("declared beside others", beside, "package:pypi/gone", None)
    unresolved, unread = unresolved_sample(Kind.PACKAGE), unread_sample()
    yield Canary("named at run time", planted(case, unresolved, graph=Graph()), unresolved.subject, "unresolved")
    yield Canary("not read", planted(case, unread, graph=Graph()), unread.subject, "not-read")
    yield Canary(
        "a manifest that was not read", planted(case, graph=Graph(unread=(unread,))), unread.subject, "not-read"
    )
