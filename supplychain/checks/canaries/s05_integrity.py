"""Canaries of requirement 5.2: the target's own first locked package, verified, and each way of its not being so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from supplychain.checks.canaries.packages import APPROVER, DIGEST, declaring, entry_of, own_package, reference_of
from supplychain.checks.canaries.s05_indexes import ELSEWHERE, SHA256, fresh, holding, mapping, setting
from supplychain.checks.engine import Canary
from supplychain.checks.population import moving, planted, unread_sample, unresolved_sample
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.declaration import Approval, DeclaredComponent
from supplychain.model.fact import Release, ReleaseFile
from supplychain.model.finding import Source
from supplychain.model.package import (
    Drift,
    Graph,
    Installed,
    Lock,
    LockedFile,
    Origin,
    PackageProject,
    Resolved,
    Setting,
)
from supplychain.model.reference import Place, Scope

Some = TypeVar("Some", bound=Frozen)
_OTHER = "sha256:" + "6" * 64
_THIRD = "sha256:" + "7" * 64
_SHA512 = "sha512:" + "5" * 128
_MD5, _SHA1 = "md5:" + "5" * 32, "sha1:" + "5" * 40
_LINE = Place(file="planted/requirements.in", line=4)


def plant(case: Case) -> Iterator[Canary]:
    """Plant locked packages as they should be, each way of their not being so, and locks that cannot be relied on."""
    yield from _verified_canaries(case)
    yield from _hash_canaries(case)
    yield from _registry_canaries(case)
    yield from _elsewhere_canaries(case)
    yield from _lock_canaries(case)
    yield from _drift_canaries(case)
    yield from _installed_canaries(case)
    unresolved, unread = unresolved_sample(Kind.PACKAGE), unread_sample()
    yield Canary("named at run time", planted(case, unresolved, graph=Graph()), unresolved.subject, "unresolved")
    yield Canary("not read", planted(case, unread, graph=Graph()), unread.subject, "not-read")


def locked(case: Case, *hashes: str, **parts: object) -> Resolved:
    """Return the target's own first pinned package with these hashes, and nothing else that fixes it."""
    bare = {"hashes": hashes, "files": (), "origin": Origin(), "bundled": False, "is_locked": True}
    return own_package(case).model_copy(update={**bare, **parts})


def release(entry: Resolved, *files: tuple[str, str], **parts: object) -> Release:
    """Return what a registry lists for an entry: names with hashes, separated by blanks."""
    found = Release(
        component=entry.component.id,
        version=entry.version or "",
        state=fresh("listed"),
        files=tuple(ReleaseFile(name=name, hashes=tuple(hashes.split())) for name, hashes in files),
        source=Source(name="planted", level="cached", fetched="2026-01-02T03:04:05+00:00"),
    )
    return found.model_copy(update=parts)


def changed(item: Some, **parts: object) -> Some:
    """Return a value with some of its parts changed."""
    return item.model_copy(update=parts)


def _verified_canaries(case: Case) -> Iterator[Canary]:
    own = locked(case, SHA256)
    name, file = own.subject, own.at.file
    listed = release(own, ("a.whl", SHA256), ("b.whl", _OTHER))
    says = f"1 hash in {file}, and what"
    dated = f"lists for {own.version} (cached of 2026-01-02)"
    for what, entry, found, said in (
        ("one hash", own, listed, says),
        ("dated", own, listed, dated),
        (
            "without a date",
            own,
            changed(listed, source=Source(name="planted", level="online")),
            f"{own.version} (online)",
        ),
        ("all hashes", locked(case, SHA256, _OTHER), listed, f"2 hashes in {file}"),
        ("by name", locked(case, files=(LockedFile(name="a.whl", hash=SHA256),)), listed, says),
        ("a weak one beside it", locked(case, SHA256, _MD5), listed, f"2 hashes in {file}"),
        ("a stronger one", locked(case, _SHA512), release(own, ("a.whl", f"{_SHA1} {_SHA512}")), says),
        ("archived", own, changed(listed, status="archived"), "; the project is archived"),
        (
            "deprecated",
            own,
            changed(listed, status="deprecated", status_reason="old"),
            "deprecated (old)",
        ),
        (
            "active",
            own,
            changed(listed, status="active", status_reason="fine"),
            "(cached of 2026-01-02)",
        ),
        (
            "another file is yanked",
            own,
            changed(listed, files=(listed.files[0], changed(listed.files[1], yanked="bad"))),
            says,
        ),
    ):
        yield Canary(f"verified: {what}", _knowing(case, entry, found), name, "verified", said)
    attested = tuple(changed(f, provenance="https://a.example") for f in listed.files)
    both = locked(case, SHA256, _OTHER, _THIRD)
    some = changed(listed, files=(attested[0], listed.files[1], ReleaseFile(name="c.whl", hashes=(_THIRD,))))
    yield Canary("an attestation", _knowing(case, both, some), name, "verified", "of how 1 of 3 files were made")
    other = changed(listed, version="0+other", state=fresh("unknown"))
    yield Canary("facts of other versions", _knowing(case, own, other, listed, other), name, "verified")
    tested = changed(own, at=changed(own.at, scope=Scope.TEST))
    yield Canary("a package of tests", _knowing(case, tested, listed), name, None)
    image = entry_of(
        "package:pypi/planted-first", "1.0", origin=Origin(form="repository", address="https://a.example/x")
    )
    beside = holding(case, image, own, releases=(listed,))
    yield Canary("beside what 5.1 decides on", beside, name, "verified")
    commit = changed(image, origin=Origin(form="repository", address="https://a.example/x", commit="c" * 40))
    yield Canary("a commit", _knowing(case, commit), image.subject, "fixed-by-content", "commit cc")
    module = reference_of("package:import/planted_module", None).model_copy(update={"call": "import"})
    entry = entry_of("package:pypi/planted-module", "1.0", hashes=(SHA256,))
    brought = holding(case, entry, module, releases=(release(entry, ("a.whl", SHA256)),))
    yield Canary("an import that an entry brings", brought, module.subject, None)
    yield Canary("the entry that brings an import", brought, entry.subject, "verified", "in planted.lock")
    for_tests = changed(entry, at=changed(entry.at, scope=Scope.TEST))
    unknown = holding(case, for_tests, module, releases=())
    yield Canary("an import that the tests bring", unknown, module.subject, "not-compared", "in planted.lock")
    bundled = entry_of("package:npm/planted", "1.0", bundled=True)
    yield Canary("bundled", holding(case, bundled, releases=()), bundled.subject, "bundled")
    alone = changed(bundled, bundled=False)
    yield Canary("not bundled", holding(case, alone, releases=()), bundled.subject, "no-hash")


def _knowing(case: Case, entry: Resolved, *releases: Release) -> Case:
    return holding(case, entry, releases=releases)


def _hash_canaries(case: Case) -> Iterator[Canary]:
    own = locked(case, SHA256)
    name = own.subject
    for what, entry, rule, says in (
        ("no hash", locked(case), "no-hash", f"version {own.version} at {own.at}"),
        ("an empty hash", locked(case, "sha256:"), "no-hash", ""),
        ("a cut hash", locked(case, SHA256[:-1]), "no-hash", ""),
        ("an unknown function", locked(case, "planted:" + "5" * 64), "no-hash", ""),
        ("a range", locked(case, SHA256, version=None, asked=">=1"), "no-lock", f">=1 at {own.at}"),
        ("what builds are made with", locked(case, version=None, groups=("build-system",)), "build-not-locked", ""),
        ("of the build and more", locked(case, version=None, groups=("build-system", "dev")), "no-lock", ""),
        ("no range either", locked(case, version=None, asked=""), "no-lock", own.component.name),
        ("md5", locked(case, _MD5), "weak-hash", "nothing stronger than md5"),
        ("md5 and sha1", locked(case, _SHA1, _MD5, _MD5), "weak-hash", "than md5, sha1"),
    ):
        weak = release(own, ("a.whl", f"{SHA256} {_MD5} {_SHA1}"))
        yield Canary(f"hash: {what}", _knowing(case, entry, weak), name, rule, says)
    thresholds = case.policy.thresholds
    for least, own_hash, rule in (
        ("sha512", SHA256, "weak-hash"),
        ("sha384", SHA256, "weak-hash"),
        ("sha384", "sha384:" + "5" * 96, "verified"),
        ("sha512", "sha384:" + "5" * 96, "weak-hash"),
        ("sha512", _SHA512, "verified"),
        ("sha384", _SHA512, "verified"),
        ("sha256", _SHA512, "verified"),
    ):
        strict = _knowing(case, locked(case, own_hash), release(own, ("a.whl", own_hash)))
        policy = strict.policy.model_copy(update={"thresholds": thresholds.model_copy(update={"min_hash": least})})
        asking = strict.model_copy(update={"policy": policy})
        yield Canary(f"the policy asks for {least}", asking, name, rule, least if rule == "weak-hash" else "")
    for what, identity, revision, call, came, says in (
        ("a command", "package:pypi/planted", "1.0", "install", "command-not-locked", "Dockerfile:1, where no hash"),
        ("a command: its version", "package:pypi/planted", "1.0", "install", "command-not-locked", "fixes version 1.0"),
        ("a command, any version", "package:pypi/planted", None, "install", "command-not-locked", "fixes its version"),
        ("an import", "package:npm/planted", None, "import", "import-not-locked", "at planted/Dockerfile:1, and no"),
        ("an unknown module", "package:import/planted", None, fresh("import"), "import-not-locked", ""),
        ("an image", "package:docker/planted", "1.0", "FROM", None, ""),
        ("an image by digest", "package:docker/planted", DIGEST, "FROM", "fixed-by-content", DIGEST),
    ):
        reference = reference_of(identity, revision).model_copy(update={"call": call})
        yield Canary(f"code: {what}", holding(case, reference, releases=()), identity, came, says)


def _registry_canaries(case: Case) -> Iterator[Canary]:
    own = locked(case, SHA256)
    name = own.subject
    listed = release(own, ("a.whl", f"{_MD5} {SHA256}"), ("b.whl", _OTHER))
    yanked = changed(listed, files=tuple(changed(f, yanked="broken") for f in listed.files))
    unsaid = changed(listed, files=tuple(changed(f, yanked="-") for f in listed.files))
    three = release(own, *((f"{n}.whl", f"sha256:{str(n) * 64}") for n in (1, 2, 3)))
    many = release(own, *((f"{n}.whl", f"sha256:{str(n) * 64}") for n in (1, 2, 3, 4)))
    for what, entry, found, rule, says in (
        ("another hash", locked(case, _THIRD), listed, "hash-differs", f"{_THIRD} at {own.at} is not"),
        ("one of two hashes", locked(case, SHA256, _THIRD), listed, "hash-differs", _THIRD),
        ("what it lists", locked(case, _THIRD), listed, "hash-differs", f"{own.version}: {SHA256}, {_OTHER} (cached"),
        ("three that it lists", locked(case, SHA256), three, "hash-differs", f"{'3' * 64} (cached"),
        ("much that it lists", locked(case, SHA256), many, "hash-differs", " and 1 more"),
        (
            "a weak hash that differs",
            locked(case, SHA256, "md5:" + "6" * 32),
            listed,
            "hash-differs",
            f": {_MD5} (cached",
        ),
        (
            "the hash of another file",
            locked(case, files=(LockedFile(name="a.whl", hash=_OTHER),)),
            listed,
            "hash-differs",
            f"{_OTHER} of a.whl",
        ),
        (
            "a file that is not listed",
            locked(case, files=(LockedFile(name="c.whl", hash=SHA256),)),
            listed,
            "hash-differs",
            "of c.whl",
        ),
        (
            "a second file",
            locked(case, files=(LockedFile(name="a.whl", hash=SHA256), LockedFile(name="b.whl", hash=_THIRD))),
            listed,
            "hash-differs",
            "of b.whl",
        ),
        (
            "no such version",
            own,
            changed(listed, state="no such version"),
            "not-listed",
            f"no version {own.version}",
        ),
        ("no such package", own, changed(listed, state="no such package"), "not-listed", "no package"),
        ("yanked", own, yanked, "yanked", f"{own.version}: broken"),
        ("yanked, no reason", own, unsaid, "yanked", "no reason is given"),
        ("quarantined", own, changed(listed, status=fresh("quarantined")), "quarantined", "no reason is given"),
        (
            "quarantined, without a lock",
            locked(case, version=None),
            changed(listed, status="quarantined", status_reason="bad", version=""),
            "quarantined",
            "quarantine: bad",
        ),
        (
            "unknown",
            own,
            changed(listed, state="unknown", problem="it hangs"),
            "not-compared",
            "it hangs",
        ),
        ("unknown, no reason", own, changed(listed, state=fresh("unknown")), "not-compared", "no fact of"),
        (
            "of another package",
            own,
            changed(listed, component="package:pypi/other"),
            "not-compared",
            "no fact of",
        ),
        ("another function", locked(case, _SHA512), listed, "not-compared", "no hash of the same function"),
        (
            "only a weak function",
            locked(case, _SHA512, _MD5),
            release(own, ("a.whl", _MD5)),
            "not-compared",
            "2 hashes",
        ),
        ("no files", own, changed(listed, files=()), "not-compared", "no hash of the same function"),
    ):
        yield Canary(f"registry: {what}", _knowing(case, entry, found), name, rule, says)
    yield Canary("no facts", _knowing(case, own), name, "not-compared", "1 hash in")
    for source, word in (("npm", "what npm lists"), ("pypi", "what PyPI lists")):
        entry = entry_of(f"package:{source}/planted", "1.0", hashes=(SHA256,))
        yield Canary(
            "its registry", _knowing(case, entry, release(entry, ("x", SHA256))), entry.subject, "verified", word
        )
    conda = entry_of("package:conda/planted", "1.0", hashes=(SHA256,))
    yield Canary(
        "a registry that is not asked", _knowing(case, conda), conda.subject, "not-compared", "no fact of a registry"
    )


def _elsewhere_canaries(case: Case) -> Iterator[Canary]:
    """Plant a package that the policy maps to an index of its own, and what an index does not serve."""
    own = locked(case, _THIRD)
    name, called = own.subject, own.component.name.replace("@", "__")
    listed = release(own, ("a.whl", SHA256))
    gone = changed(listed, state="no such version")
    for found, rule in ((listed, "not-compared"), (gone, "not-compared")):
        yield Canary(
            "mapped elsewhere", mapping(_knowing(case, own, found), **{called: ELSEWHERE}), name, rule, ELSEWHERE
        )
    same = mapping(_knowing(case, locked(case, SHA256), listed), **{called: ELSEWHERE})
    yield Canary("mapped, and the same", same, name, "verified")
    other = mapping(_knowing(case, own, listed), planted_other=ELSEWHERE)
    yield Canary("another one is mapped", other, name, "hash-differs")
    yield from _stated_canaries(case)
    yield from _approval_canaries(case)
    for form, came in (("address", "fixed-by-content"), ("repository", None)):
        origin = Origin(address="https://a.example/x").model_copy(update={"form": form})
        entry = entry_of("package:pypi/planted", "1.0", hashes=(SHA256,), origin=origin)
        yield Canary(f"by {form}", _knowing(case, entry), entry.subject, came, SHA256 if came else "")


def _stated_canaries(case: Case) -> Iterator[Canary]:
    """Plant packages that the lock itself takes from another index, of which the registry's facts say nothing."""
    own = locked(case, _THIRD)
    listed = release(own, ("a.whl", SHA256))
    other = own.model_copy(update={"origin": Origin(address=ELSEWHERE)})
    for what, found in (
        ("another hash", listed),
        ("a version of its own", changed(listed, state="no such version")),
        ("another function", release(own, ("a.whl", _SHA512))),
        ("a name that is quarantined", changed(listed, status="quarantined", files=())),
    ):
        says = f"takes it from {ELSEWHERE}"
        yield Canary(
            f"the lock names its index: {what}", _knowing(case, other, found), own.subject, "not-compared", says
        )
    same = other.model_copy(update={"hashes": (SHA256,)})
    yield Canary("the lock names its index, and the same", _knowing(case, same, listed), own.subject, "verified")
    if own.component.source != "pypi":
        return
    for kind, applies, call, came in (
        (Setting.INDEX, own.at.file, "requirement option", "not-compared"),
        (Setting.EXTRA, own.at.file, "requirement option", "not-compared"),
        (Setting.TRUSTED_HOST, own.at.file, "requirement option", "hash-differs"),
        (Setting.INDEX, "another.txt", "requirement option", "hash-differs"),
        (Setting.INDEX, own.at.file, "pip.conf", "hash-differs"),
    ):
        option = setting("pypi", kind, ELSEWHERE, applies=applies).model_copy(update={"call": call})
        held = _knowing(case, own, listed)
        held = changed(held, graph=held.graph.model_copy(update={"settings": (option,)}))
        yield Canary(
            f"an index of the list: {kind}", held, own.subject, came, ELSEWHERE if came == "not-compared" else ""
        )


def _approval_canaries(case: Case) -> Iterator[Canary]:
    """Plant packages that no registry answers for, whose bytes somebody approved."""
    approval = Approval(by=APPROVER, on=case.now.date())
    for what, hashes, parts, rule, says in (
        ("by its hash", (SHA256,), {}, "approved-hash", f"{APPROVER} approved SHA-256 {SHA256[7:]}"),
        ("with another hash", (_OTHER,), {}, "not-compared", ""),
        ("of one file of two", (SHA256, _OTHER), {}, "not-compared", ""),
        ("beside a weak one", (SHA256, _MD5), {}, "not-compared", ""),
        ("by a stranger", (SHA256,), {"approved": Approval(by="planted-stranger", on=approval.on)}, "not-compared", ""),
        ("by nobody", (SHA256,), {"approved": None}, "not-compared", ""),
    ):
        own = locked(case, *hashes)
        declared = DeclaredComponent(id=own.subject, sha256=SHA256[7:], approved=approval).model_copy(update=parts)
        stated = changed(_knowing(case, own), declaration=declaring(component=(declared,)))
        yield Canary(f"approved {what}", stated, own.subject, rule, says)
    own = locked(case, SHA256)
    good = declaring(component=(DeclaredComponent(id=own.subject, sha256=SHA256[7:], approved=approval),))
    stated = changed(_knowing(case, own, release(own, ("a.whl", _OTHER))), declaration=good)
    yield Canary("an approval hides no difference", stated, own.subject, "hash-differs")


def _project(*locks: Lock, at: Place = _LINE) -> PackageProject:
    return PackageProject(ecosystem="pypi", folder="planted", manifests=(at,), locks=locks)


def _lock(**parts: object) -> Lock:
    return Lock(file="planted/requirements.txt", format="requirements", digest=DIGEST).model_copy(update=parts)


def _lock_canaries(case: Case) -> Iterator[Canary]:
    ignored = Place(file=".gitignore", line=3)
    subject = "lock:planted/requirements.txt"
    drift = (Drift(component="package:pypi/planted", at=_LINE, reason="planted"),)
    for what, parts, rule, says in (
        ("as it should be", {"tracked": True}, "lock-holds", "and git tracks it"),
        ("no repository", {}, "lock-holds", "it agrees with its manifest"),
        ("not tracked", {"tracked": False}, "untracked-lock", "does not track"),
        ("ignored", {"tracked": False, "ignored": ignored}, "ignored-lock", "planted/requirements.txt out of git"),
        ("ignored, no repository", {"ignored": ignored}, "ignored-lock", ""),
        ("ignored, and tracked", {"tracked": True, "ignored": ignored}, "lock-holds", ""),
        ("not held against it", {"unchecked": "planted reason"}, "lock-not-held-against-manifest", "planted reason"),
        ("not held against it, ignored", {"unchecked": "planted", "ignored": ignored}, "ignored-lock", ""),
        ("stale, and not tracked", {"tracked": False, "drift": drift}, "untracked-lock", ""),
    ):
        held = holding(case, graph=Graph(projects=(_project(_lock(**parts)),)), releases=())
        yield Canary(f"lock: {what}", held, subject, rule, says)
    stale = holding(case, graph=Graph(projects=(_project(_lock(drift=drift, tracked=True)),)), releases=())
    yield Canary("a stale lock has the rows of what is stale", stale, subject, None)
    out = holding(case, graph=Graph(projects=(_project(_lock(ignored=ignored)),)), releases=())
    yield Canary("the line that ignores it", out, subject, "ignored-lock", at=ignored)
    in_place = holding(case, graph=Graph(projects=(_project(_lock(ignored=ignored, tracked=True)),)), releases=())
    yield Canary("the place of a lock", in_place, subject, "lock-holds", at=Place(file="planted/requirements.txt"))
    for scope in (Scope.ARCHIVE, Scope.TEST):
        project = _project(_lock(), at=changed(_LINE, scope=scope))
        yield Canary("a lock of tests", holding(case, graph=Graph(projects=(project,)), releases=()), subject, None)
    moved = moving(holding(case, graph=Graph(projects=(project,)), releases=()), _LINE.file)
    yield Canary("a declaration hides no lock", moved, subject, "lock-holds")
    bare = changed(project, manifests=())
    yield Canary("a lock alone", holding(case, graph=Graph(projects=(bare,)), releases=()), subject, "lock-holds")
    entry = entry_of("package:pypi/planted", "1.0", at=Place(file="planted/requirements.txt", line=1))
    for scope, came in ((Scope.PROD, "lock-holds"), (Scope.TEST, None)):
        inside = entry.model_copy(update={"at": entry.at.model_copy(update={"scope": scope})})
        graph = Graph(projects=(bare,), packages=(inside,))
        yield Canary("a lock by its packages", holding(case, graph=graph, releases=()), subject, came)
    tracked = locked(case, SHA256)
    graph = Graph(
        packages=(tracked,), projects=(_project(_lock(file=tracked.at.file, tracked=True), _lock(file="zz")),)
    )
    listed = release(tracked, ("a.whl", SHA256))
    says = f"in {tracked.at.file}, tracked by git, and"
    yield Canary("in a tracked lock", holding(case, graph=graph, releases=(listed,)), tracked.subject, "verified", says)


def _drift_canaries(case: Case) -> Iterator[Canary]:
    drift = Drift(component="package:pypi/planted", at=_LINE, reason="planted reason")
    project = _project(_lock(drift=(drift,)))
    asked = entry_of("package:pypi/planted", None, at=_LINE, is_locked=False)
    says = "planted/requirements.txt does not agree with its manifest: planted reason"
    for what, packages in (("not in the lock", (asked,)), ("gone from the manifest", ())):
        graph = Graph(packages=packages, projects=(project,))
        yield Canary(f"stale: {what}", holding(case, graph=graph, releases=()), drift.component, "stale-lock", says)
    other = asked.model_copy(update={"at": _LINE.model_copy(update={"line": 5})})
    graph = Graph(packages=(other,), projects=(project,))
    at_other_line = holding(case, graph=graph, releases=())
    yield Canary("stale: another line", at_other_line, drift.component, "stale-lock", at=_LINE)
    yield Canary("beside what is stale", at_other_line, drift.component, "no-lock", at=other.at)
    tested = changed(drift, at=changed(_LINE, scope=Scope.TEST))
    moved = holding(case, graph=Graph(projects=(_project(_lock(drift=(tested,))),)), releases=())
    yield Canary("a declaration hides no drift", moving(moved, _LINE.file), drift.component, "stale-lock")
    for scope in (Scope.ARCHIVE, Scope.TEST):
        tested = changed(drift, at=changed(_LINE, scope=scope))
        graph = Graph(projects=(_project(_lock(drift=(tested,))),))
        yield Canary("stale in tests", holding(case, graph=graph, releases=()), drift.component, None)


def _installed_canaries(case: Case) -> Iterator[Canary]:
    own = own_package(case)
    at = Place(file="venv/lib/planted.dist-info/RECORD")
    name = f"installed:{own.component.source}/{own.component.name}"
    good = Installed(component=own.subject, version="1.0", at=at, files=9)
    bad = changed(good, altered=("a.py", "b.py", "c.py", *"defgh"))
    three = changed(good, altered=("a.py", "b.py", "c.py"))
    for what, item, rule, says in (
        ("as recorded", good, "installed-as-recorded", "all 9 files of version 1.0"),
        (
            "altered",
            bad,
            "altered-installation",
            "8 of 9 files of version 1.0 are not as its RECORD states: a.py, b.py, c.py and 5 more",
        ),
        ("altered in three", three, "altered-installation", "a.py, b.py, c.py"),
        ("altered, and more unread", changed(three, unchecked="planted reason"), "altered-installation", "a.py"),
        ("not all hashed", changed(good, unchecked="planted reason"), "installation-not-checked", "planted reason"),
    ):
        yield Canary(f"installed: {what}", holding(case, graph=Graph(installed=(item,)), releases=()), name, rule, says)
