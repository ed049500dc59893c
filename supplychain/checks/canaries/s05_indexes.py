"""Canaries of requirement 5.1 on indexes: the target's own first package where it belongs, and under wrong settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from supplychain import catalog
from supplychain.catalog.interface import PackageRegistry
from supplychain.checks.canaries.packages import APPROVER, OWNER, declaring, entry_of
from supplychain.checks.engine import Canary
from supplychain.checks.population import moving, planted
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Approval, DeclaredComponent
from supplychain.model.package import Graph, IndexSetting, Origin, Resolved, Setting
from supplychain.model.policy import Trust
from supplychain.model.reference import Place, Reference, Scope

ELSEWHERE = "https://mirror.example/simple"
COMMIT = "c" * 40
SHA256 = "sha256:" + "5" * 64


def plant_indexes(case: Case) -> Iterator[Canary]:
    """Plant packages at the index of each registry, at others, and under each setting that leads elsewhere."""
    for registry in catalog.package_registries():
        yield from _registry_canaries(case, registry)
    for registry in catalog.package_registries():
        if registry.is_default and not registry.channels and rule_of(case, registry) == "official-registry":
            yield from _setting_canaries(case, registry)
            yield from _beside_canaries(case, registry)
            yield from _mapping_canaries(case, registry)
            yield from _approval_canaries(case, registry)


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


def rule_of(case: Case, registry: PackageRegistry) -> str:
    """Return the rule that a package of a registry passes or fails by, as the sentence names it or not."""
    return "official-registry" if registry.word in case.words("5.1", "registries") else "unnamed-registry"


def _at(entry: Resolved, address: str | None) -> Resolved:
    return entry.model_copy(update={"origin": Origin(address=address)})


def _registry_canaries(case: Case, registry: PackageRegistry) -> Iterator[Canary]:
    rule, ecosystem = rule_of(case, registry), registry.ecosystem
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
        (taken_from(own, "address", "https://mirror.example/x.whl"), "approved-source"),
        (taken_from(own, "repository", "https://mirror.example/x.git"), "unpinned-repository"),
    ):
        yield Canary("approved", holding(case, reference, declaration=stated), name, rule)


def taken_from(entry: Resolved, form: str, address: str, **parts: object) -> Resolved:
    """Return an entry without hashes that is fetched in another form."""
    origin = Origin(address=address).model_copy(update={"form": form, "commit": parts.pop("commit", None)})
    return entry.model_copy(update={"origin": origin, "hashes": (), "files": (), **parts})
