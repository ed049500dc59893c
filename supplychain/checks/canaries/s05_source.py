"""Canaries of requirement 5.1: the target's own first package under wrong indexes and settings, and where it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from supplychain import catalog
from supplychain.catalog.interface import PackageRegistry
from supplychain.checks.canaries.packages import APPROVER, OWNER, PLACE, declaring, entry_of, reference_of
from supplychain.checks.engine import Canary
from supplychain.checks.population import moving, planted, unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Approval, DeclaredComponent
from supplychain.model.package import Graph, IndexSetting, Origin, PackageProject, Resolved, Setting
from supplychain.model.policy import Trust
from supplychain.model.reference import Place, Reference, Scope

ELSEWHERE = "https://mirror.example/simple"
COMMIT = "c" * 40
SHA256 = "sha256:" + "5" * 64


def plant(case: Case) -> Iterator[Canary]:
    """Plant packages whose sources are as the sentence asks for, and each way of their not being so."""
    for registry in catalog.package_registries():
        yield from _registry_canaries(case, registry)
    for registry in catalog.package_registries():
        if registry.is_default and not registry.channels and _rule(case, registry) == "official-registry":
            yield from _setting_canaries(case, registry)
            yield from _beside_canaries(case, registry)
            yield from _mapping_canaries(case, registry)
            yield from _approval_canaries(case, registry)
    yield from _scope_canaries(case)
    yield from _content_canaries(case)
    yield from _code_canaries(case)
    yield from _declared_canaries(case)


def holding(case: Case, *found: Resolved | Reference | IndexSetting, **changes: object) -> Case:
    """Return the case with nothing but these packages and settings, and a policy that maps nothing and takes SHA-256."""
    graph = Graph(
        packages=tuple(item for item in found if isinstance(item, Resolved)),
        settings=tuple(item for item in found if isinstance(item, IndexSetting)),
    )
    people = case.policy.people.model_copy(update={"approvers": (*case.policy.people.approvers, APPROVER)})
    thresholds = case.policy.thresholds.model_copy(update={"min_hash": "sha256"})
    policy = case.policy.model_copy(update={"people": people, "trust": Trust(), "thresholds": thresholds})
    references = (item for item in found if isinstance(item, Reference))
    return planted(case, *references, **{"graph": graph, "policy": policy, **changes})


def mapping(case: Case, **index_map: str) -> Case:
    """Return the case with a policy that maps packages to indexes."""
    trust = Trust(index_map={name.replace("__", "@"): address for name, address in index_map.items()})
    return case.model_copy(update={"policy": case.policy.model_copy(update={"trust": trust})})


def setting(ecosystem: str, kind: Setting, address: str | None, **parts: object) -> IndexSetting:
    """Return a planted setting."""
    found = IndexSetting(
        ecosystem="pypi", setting=kind, address=address, call="planted.conf", at=Place(file="planted.conf", line=7)
    )
    return found.model_copy(update={"ecosystem": ecosystem, **parts})


def own_entry(case: Case, ecosystem: str) -> Resolved:
    """Return the target's own first package of an ecosystem, its origin left out, or a made-up one."""
    for entry in case.graph.packages:
        if entry.component.source == ecosystem and entry.at.scope is Scope.PROD and entry.version and not entry.bundled:
            return entry.model_copy(update={"origin": Origin()})
    return entry_of(f"package:{ecosystem}/planted", "1.0", at=Place(file="planted/planted.lock", line=1))


def fresh(text: str) -> str:
    """Return an equal string that is another object: texts are compared, not identities."""
    return "".join(list(text))


def _rule(case: Case, registry: PackageRegistry) -> str:
    return "official-registry" if registry.word in case.words("5.1", "registries") else "unnamed-registry"


def _at(entry: Resolved, address: str | None) -> Resolved:
    return entry.model_copy(update={"origin": Origin(address=address)})


def _registry_canaries(case: Case, registry: PackageRegistry) -> Iterator[Canary]:
    rule, ecosystem = _rule(case, registry), registry.ecosystem
    own = own_entry(case, ecosystem)
    name = own.subject
    if registry.is_default:
        says = registry.channels[0] if registry.channels else registry.host
        yield Canary("nothing says where from", holding(case, own), name, rule, f"{says}, which is {registry.word}")
    for host, path in registry.bases:
        home = f"https://{host}{path}"
        for called, address, came in (
            ("the registry's own address", home, rule),
            ("a path of it", f"{home}/x/y", rule),
            ("its usual port", f"https://{host}:443{path}/x", rule),
            ("capitals", f"https://{host.upper()}{path}", rule),
            ("a look-alike host", f"https://{host}.evil.example{path}", "unofficial-index"),
            ("a look-alike beginning", f"https://evil-{host}{path}", "unofficial-index"),
            ("a host below it", f"https://evil.{host}{path}", "unofficial-index"),
            ("no encryption", f"http://{host}{path}", "unofficial-index"),
            ("another port", f"https://{host}:8443{path}", "unofficial-index"),
            ("port zero", f"https://{host}:0{path}", "unofficial-index"),
            ("a port that is no number", f"https://{host}:x{path}", "unofficial-index"),
            ("a user name in front", f"https://{host}@evil.example{path}", "unofficial-index"),
            ("a backslash", f"https://evil.example\\@{host}{path}", "unofficial-index"),
            ("white space", f"https://{host} .evil.example{path}", "unofficial-index"),
            ("no host", f"https://{path}", "unofficial-index"),
        ):
            yield Canary(called, holding(case, _at(own, address)), name, came)
        if path:
            for other in (f"https://{host}", f"{home}x/y"):
                yield Canary(
                    "another part of the host", holding(case, _at(own, other)), name, "unofficial-index", "another part"
                )
    for channel in registry.channels:
        yield Canary(
            "its channel", holding(case, _at(own, channel)), name, rule, f"{channel}, which is {registry.word}"
        )
        worst = "unofficial-index" if rule == "official-registry" else rule
        given = setting(ecosystem, Setting.CHANNEL, channel)
        beside = setting(ecosystem, Setting.CHANNEL, "planted-channel")
        none = setting(ecosystem, Setting.CHANNEL, fresh("nodefaults"))
        yield Canary("its channel, by a setting", holding(case, own, given, none), name, rule)
        yield Canary("not a channel", holding(case, own, none), "index:conda", None)
        yield Canary(
            "another channel beside it",
            holding(case, own, given, beside),
            name,
            worst,
            "planted-channel" if "unofficial" in worst else channel,
        )
    default = next(r for r in catalog.package_registries() if r.ecosystem == ecosystem and r.is_default)
    if rule == "unnamed-registry":
        yield Canary(
            "not named",
            holding(case, _at(own, f"https://{registry.host}{registry.bases[0][1]}/x")),
            name,
            rule,
            registry.word,
        )
    mirrored = setting(ecosystem, Setting.INDEX, ELSEWHERE)
    if registry is default and not registry.channels:
        kept = holding(case, _at(own, f"https://{registry.host}/x"), mirrored)
        came = "unofficial-index" if registry.is_replaced else rule
        yield Canary("a lock's own address and another index", kept, name, came)
        if not registry.is_replaced:
            yield Canary(
                "an index that no package goes by", kept, f"index:{ecosystem}", "unofficial-index", "any package"
            )


def _setting_canaries(case: Case, registry: PackageRegistry) -> Iterator[Canary]:
    """Plant indexes that take the place of the official one, each for some files."""
    ecosystem = registry.ecosystem
    own = own_entry(case, ecosystem)
    own = own.model_copy(update={"at": Place(file="planted/deep/planted.lock", line=3)})
    name, home = own.subject, f"https://{registry.host}/simple"

    def index(address: str | None, applies: str = "", **parts: object) -> IndexSetting:
        return setting(ecosystem, Setting.INDEX, address, applies=applies).model_copy(update=parts)

    for called, settings, rule, says in (
        (
            "another index",
            [index(ELSEWHERE)],
            "unofficial-index",
            f"planted.conf:7 fetches {own.component.name} from {ELSEWHERE}",
        ),
        ("the official index", [index(home)], "official-registry", home),
        (
            "a token in the address",
            [index("https://me:token@mirror.example")],
            "unofficial-index",
            "from https://mirror.example:",
        ),
        ("not encrypted", [index(home.replace("https", "http"))], "unofficial-index", "not encrypted"),
        ("another port", [index(f"https://{registry.host}:8443")], "unofficial-index", "another port"),
        ("elsewhere", [index(ELSEWHERE)], "unofficial-index", "it is none of"),
        (
            "clients differ",
            [index(f"https://{registry.host}\\@mirror.example")],
            "unofficial-index",
            "read that address differently",
        ),
        ("made at run time", [index(None)], "index-at-run-time", "planted.conf:7"),
        ("for this very file", [index(ELSEWHERE, own.at.file)], "unofficial-index", ""),
        ("for its folder", [index(ELSEWHERE, "planted/")], "unofficial-index", ""),
        ("for another folder", [index(ELSEWHERE, "plant/")], "official-registry", ""),
        ("for a file that begins alike", [index(ELSEWHERE, "planted/deep/planted")], "official-registry", ""),
        ("for another file", [index(ELSEWHERE, "planted/zz.lock"), index(ELSEWHERE, "a")], "official-registry", ""),
        ("the nearer one is official", [index(ELSEWHERE), index(home, "planted/deep/")], "official-registry", ""),
        (
            "the nearer one is not",
            [index(home, "planted/"), index(ELSEWHERE, "planted/deep/"), index(home)],
            "unofficial-index",
            "",
        ),
        ("two as near", [index(home, "planted/"), index(ELSEWHERE, "planted/")], "unofficial-index", ""),
        ("of another ecosystem", [index(ELSEWHERE, ecosystem="conda")], "official-registry", ""),
        (
            "of another ecosystem",
            [index(ELSEWHERE, ecosystem="npm" if ecosystem != "npm" else "pypi")],
            "official-registry",
            "",
        ),
    ):
        yield Canary(f"index: {called}", holding(case, own, *settings), name, rule, says)
    lone = holding(case, own, index(ELSEWHERE, "elsewhere/"))
    yield Canary("index that covers no package", lone, f"index:{ecosystem}", "unofficial-index", "any package")
    shadowed = holding(case, own, index(ELSEWHERE), index(home, own.at.file))
    yield Canary("index that a nearer one replaces", shadowed, f"index:{ecosystem}", "unofficial-index")
    for files in (("elsewhere/", own.at.file), ("elsewhere/",), ("elsewhere/", "other/")):
        twins = holding(case, own, *(index(ELSEWHERE, file) for file in files))
        is_used = own.at.file in files
        yield Canary(
            "one line, in force for two files", twins, f"index:{ecosystem}", None if is_used else "unofficial-index"
        )
    two = holding(case, own, *(index(ELSEWHERE, "elsewhere/", at=Place(file="planted.conf", line=n)) for n in (7, 8)))
    yield Canary("two lines", two, f"index:{ecosystem}", "unofficial-index", at=Place(file="planted.conf", line=8))
    yield Canary("index that covers one", holding(case, own, index(ELSEWHERE)), f"index:{ecosystem}", None)
    yield Canary(
        "official index that covers none", holding(case, index(home)), f"index:{ecosystem}", "official-registry"
    )
    trusting = setting(ecosystem, Setting.TRUSTED_HOST, "mirror.example")
    yield Canary(
        "trusted host", holding(case, own, trusting), f"index:{ecosystem}", "trusted-host", "lets mirror.example"
    )
    anybody = trusting.model_copy(update={"address": None})
    yield Canary(
        "any host is trusted", holding(case, own, anybody), f"index:{ecosystem}", "trusted-host", "lets every host"
    )
    yield Canary("beside a trusted host", holding(case, own, trusting), name, "official-registry")


def _beside_canaries(case: Case, registry: PackageRegistry) -> Iterator[Canary]:
    """Plant indexes beside the official one."""
    ecosystem = registry.ecosystem
    own = own_entry(case, ecosystem)
    name, home = own.subject, f"https://{registry.host}/simple"

    def beside(address: str | None, kind: Setting = Setting.EXTRA, **parts: object) -> IndexSetting:
        return setting(ecosystem, kind, address, **parts)

    none = setting(ecosystem, Setting.NO_INDEX, "")
    links = beside(ELSEWHERE, Setting.FIND_LINKS)
    index = setting(ecosystem, Setting.INDEX, ELSEWHERE)
    called = own.component.name
    line = f"extra index of planted.conf at planted.conf:7 lets {ELSEWHERE} answer for {called}"
    for what, settings, rule, says in (
        ("elsewhere", [beside(ELSEWHERE)], "extra-index", line),
        ("the official one", [beside(home)], "official-registry", ""),
        ("the official one beside another", [beside(home), index], "unofficial-index", ""),
        ("made at run time", [beside(None)], "index-at-run-time", ""),
        ("made at run time, and elsewhere", [beside(None), beside(ELSEWHERE)], "extra-index", ""),
        ("elsewhere, and made at run time", [beside(ELSEWHERE), beside(None)], "extra-index", ""),
        ("find-links", [links], "extra-index", "find-links"),
        ("no index", [none], "official-registry", ""),
        ("no index, and find-links", [none, links], "extra-index", ""),
        ("without a call", [beside(ELSEWHERE, call="")], "extra-index", "extra index at planted.conf:7"),
        ("both", [index, beside("https://other.example")], "unofficial-index", ""),
    ):
        yield Canary(f"extra index: {what}", holding(case, own, *settings), name, rule, says)
    yield Canary("no index alone is no source", holding(case, own, none), f"index:{ecosystem}", None)
    yield Canary(
        "an extra index without a package", holding(case, beside(ELSEWHERE)), f"index:{ecosystem}", "extra-index"
    )
    for scope in (Scope.ARCHIVE, Scope.TEST):
        tested = beside(ELSEWHERE, at=Place(file="planted.conf", line=7, scope=scope))
        yield Canary("an extra index of tests", holding(case, own, tested), name, "official-registry")
        yield Canary("an extra index of tests", holding(case, own, tested), f"index:{ecosystem}", None)
    hidden = moving(holding(case, own, tested), "planted.conf")
    yield Canary("a declaration hides no setting", hidden, name, "extra-index")
    for found, rule in (
        ([none, links], "mapped-index"),
        ([links], "mapped-index"),
        ([none, links, index], "mapped-index"),
    ):
        only = mapping(holding(case, own, *found), **{called.replace("@", "__"): ELSEWHERE})
        yield Canary("extra index that the policy maps", only, name, rule, ELSEWHERE)
    unnamed = holding(case, own, none.model_copy(update={"ecosystem": "conda"}), links)
    yield Canary("no index of another ecosystem", mapping(unnamed), name, "extra-index")
    away = none.model_copy(update={"applies": "elsewhere/"})
    yield Canary("no index elsewhere", holding(case, own, away, beside(home)), name, "official-registry")


def _mapping_canaries(case: Case, registry: PackageRegistry) -> Iterator[Canary]:
    """Plant indexes that answer for one package or one scope, and what the policy maps to them."""
    ecosystem = registry.ecosystem
    own = own_entry(case, ecosystem)
    own = own.model_copy(update={"component": Component(kind=Kind.PACKAGE, source=ecosystem, name="@planted/own")})
    name, home = own.subject, f"https://{registry.host}/simple"

    def mapped(address: str | None, only: str) -> IndexSetting:
        return setting(ecosystem, Setting.MAPPED, address, only=only)

    extra = setting(ecosystem, Setting.EXTRA, ELSEWHERE)
    for only in ("@planted", "@planted/own"):
        yield Canary("mapped elsewhere", holding(case, own, mapped(ELSEWHERE, only)), name, "unofficial-index")
        yield Canary(
            "mapped to the official one", holding(case, own, mapped(home, only), extra), name, "official-registry"
        )
    for only in ("@plant", "@planted/other", "@planted/own/x", ""):
        yield Canary("mapped for others", holding(case, own, mapped(ELSEWHERE, only)), name, "official-registry")
    mirrored = setting(ecosystem, Setting.INDEX, ELSEWHERE)
    for kind in (Setting.EXTRA, Setting.NO_INDEX):
        beside = setting(ecosystem, kind, home, only="@planted")
        yield Canary("no mapping", holding(case, own, mirrored, beside), name, "unofficial-index")
    yield Canary(
        "mapped for a package that is gone",
        holding(case, mapped(ELSEWHERE, "zz")),
        f"index:{ecosystem}",
        "unofficial-index",
        "zz",
    )
    gone = mapping(holding(case, mapped(ELSEWHERE, "zz")), zz=ELSEWHERE)
    yield Canary("mapped by the policy for a package that is gone", gone, f"index:{ecosystem}", "mapped-index")
    for key, address, rule in (
        ("__planted/own", ELSEWHERE, "mapped-index"),
        ("__planted", f"{ELSEWHERE}/", "mapped-index"),
        ("__planted", f"{ELSEWHERE}-more", "unofficial-index"),
        ("__planted", "https://mirror.example", "mapped-index"),
        ("__plant", ELSEWHERE, "unofficial-index"),
        ("own", ELSEWHERE, "unofficial-index"),
        ("__planted", "", "unofficial-index"),
    ):
        at = mapping(holding(case, _at(own, ELSEWHERE)), **{key: address})
        yield Canary("mapped by the policy", at, name, rule, "" if "un" in rule else "maps @planted/own")
    climbing = mapping(holding(case, _at(own, f"{ELSEWHERE}/../evil")), __planted=ELSEWHERE)
    yield Canary("a path that climbs", climbing, name, "unofficial-index")


def _approval_canaries(case: Case, registry: PackageRegistry) -> Iterator[Canary]:
    today = case.now.date()
    own = _at(own_entry(case, registry.ecosystem), ELSEWHERE).model_copy(update={"hashes": (SHA256,), "files": ()})
    name = own.subject
    good = {"sha256": "5" * 64, "approved": Approval(by=APPROVER, on=today)}
    for called, parts, owner, rule in (
        ("by hash", {}, OWNER, "approved-source"),
        ("earlier", {"approved": Approval(by=APPROVER, on=today - timedelta(days=9))}, OWNER, "approved-source"),
        ("without a hash", {"sha256": None}, OWNER, "unofficial-index"),
        ("with another hash", {"sha256": "6" * 64}, OWNER, "unofficial-index"),
        ("by a stranger", {"approved": Approval(by="planted-stranger", on=today)}, OWNER, "unofficial-index"),
        ("tomorrow", {"approved": Approval(by=APPROVER, on=today + timedelta(days=1))}, OWNER, "unofficial-index"),
        ("by nobody", {"approved": None}, OWNER, "unofficial-index"),
        ("of its own owner", {}, APPROVER, "unofficial-index"),
        ("of nobody's project", {}, None, "unofficial-index"),
    ):
        declared = DeclaredComponent(id=name, **{**good, **parts})
        stated = declaring(owner, component=(declared,))
        yield Canary(f"approved {called}", holding(case, own, declaration=stated), name, rule)
    stated = declaring(component=(DeclaredComponent(id=name, **good),))
    for reference, rule in (
        (own.model_copy(update={"hashes": ()}), "approved-source"),
        (_by(own, "address", "https://mirror.example/x.whl"), "approved-source"),
        (_by(own, "repository", "https://mirror.example/x.git"), "unpinned-repository"),
    ):
        yield Canary("approved", holding(case, reference, declaration=stated), name, rule)


def _by(entry: Resolved, form: str, address: str, **parts: object) -> Resolved:
    """Return an entry without hashes that is fetched in another form."""
    origin = Origin(address=address).model_copy(update={"form": form, "commit": parts.pop("commit", None)})
    return entry.model_copy(update={"origin": origin, "hashes": (), "files": (), **parts})


def _scope_canaries(case: Case) -> Iterator[Canary]:
    own = own_entry(case, "pypi")
    tested = own.model_copy(update={"at": own.at.model_copy(update={"scope": Scope.TEST})})
    yield Canary("a package of tests", holding(case, tested), own.subject, None)
    default = catalog.package_registries()[0]
    moved = moving(holding(case, tested), own.at.file)
    yield Canary("outside production by declaration only", moved, own.subject, _rule(case, default))
    folder = _by(own, "folder", "planted")
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
        ("an address", _by(own, "address", address), "unpinned-address", address),
        ("an address, hashed", _by(own, "address", address, hashes=(SHA256,)), "fixed-by-content", SHA256),
        (
            "a hash in the address",
            _by(own, "address", f"{address}#{SHA256.replace(':', '=')}"),
            "fixed-by-content",
            SHA256,
        ),
        ("a cut hash", _by(own, "address", address, hashes=(SHA256[:-1],)), "unpinned-address", ""),
        ("a weak hash", _by(own, "address", address, hashes=("md5:" + "5" * 32,)), "unpinned-address", ""),
        (
            "a token",
            _by(own, "address", "https://me:token@planted.example/x"),
            "unpinned-address",
            "from https://planted.example/x,",
        ),
        ("a commit", _by(own, "repository", repository, commit=COMMIT), "fixed-by-content", f"commit {COMMIT}"),
        ("a commit of 64 digits", _by(own, "repository", repository, commit="c" * 64), "fixed-by-content", ""),
        ("a short commit", _by(own, "repository", repository, commit=COMMIT[:12]), "unpinned-repository", COMMIT[:12]),
        ("a branch", _by(own, "repository", repository, commit="main"), "unpinned-repository", "at main"),
        ("no commit", _by(own, "repository", repository), "unpinned-repository", "at its default branch,"),
        (
            "a hash of the repository",
            _by(own, "repository", repository, hashes=(SHA256,)),
            "unpinned-repository",
            repository,
        ),
        ("no address", _by(own, "address", ""), "unpinned-address", f"from {own.component.name},"),
    ):
        yield Canary(f"content: {what}", holding(case, entry), own.subject, rule, says)
    extra = setting("pypi", Setting.EXTRA, ELSEWHERE)
    for form in ("address", "repository"):
        beside = holding(case, _by(own, form, address, hashes=(SHA256,), commit=COMMIT), extra)
        yield Canary(f"an extra index beside an {form}", beside, "index:pypi", "extra-index", "any package")
    npm = entry_of("package:npm/planted", "1.0.0", format="package-lock.json")
    diverted = _by(npm, "address", "https://planted.example/x.tgz", hashes=("sha512:" + "5" * 128,))
    yield Canary(
        "a lock leads elsewhere", holding(case, diverted), npm.subject, "unofficial-index", "package-lock.json entry"
    )
    asked = diverted.model_copy(update={"is_locked": False, "at": Place(file="package.json", line=2)})
    yield Canary("the manifest asks for the address", holding(case, asked, diverted), npm.subject, "fixed-by-content")


def _code_canaries(case: Case) -> Iterator[Canary]:
    """Plant what only code, commands and deployment files name."""
    rule = _rule(case, catalog.package_registries()[0])
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
        came = _rule(case, next(r for r in catalog.package_registries() if r.ecosystem == source))
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
