"""Canaries of requirement 5.5: a vulnerability in the target's own package, of each age, and what is stated of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from supplychain.checks.canaries.packages import (
    APPROVER,
    DIGEST,
    OWNER,
    PLACE,
    clean,
    declaring,
    entry_of,
    hiding,
    knowing,
    own_package,
    reference_of,
)
from supplychain.checks.engine import Canary
from supplychain.checks.population import unread_sample
from supplychain.model.case import Case
from supplychain.model.fact import Advisory, ScannerHit, ScannerReport, VexStatement, Vulnerability
from supplychain.model.finding import Severity, Source
from supplychain.model.package import Resolved
from supplychain.model.policy import Sla
from supplychain.model.reference import Scope

_FIXED = "99999.0"
_SECOND = timedelta(seconds=1)
_IMAGE = "package:docker/planted"
_LIMITS = Sla(critical=10, high=20, medium=30, low=50, unknown=40)


def plant(case: Case) -> Iterator[Canary]:
    """Plant a vulnerability in the target's own first pinned package."""
    yield from _none(case)
    yield from _ages(case)
    yield from _fixes(case)
    yield from _statements(case)
    yield from _uncounted(case)
    yield from _scanners(case)
    yield from hiding(case)
    files = unread_sample()
    stated = knowing(case).model_copy(update={"vex_unread": (files,)})
    yield Canary("a statement that was not read", stated, files.subject, "not-read")


def _weak(**parts: object) -> Vulnerability:
    """Return a vulnerability that has a fix; what `fixed` gives is its fixes, and all else is of its advisory."""
    fixed = parts.pop("fixed", (_FIXED,))
    advisory = Advisory(id="GHSA-1", aliases=("CVE-1",), severity=Severity.CRITICAL).model_copy(update=parts)
    return Vulnerability(advisory=advisory).model_copy(update={"fixed": fixed})


def _affected(case: Case, entry: Resolved, *found: Vulnerability, **parts: object) -> Case:
    """Return the case with one package that is affected; `parts` of the matcher's answer are changed."""
    matched = clean(entry, state="affected", vulnerabilities=found, clean_versions=(_FIXED,))
    return knowing(case, entry, matched=(matched.model_copy(update=parts),))


def _none(case: Case) -> Iterator[Canary]:
    entry = own_package(case)
    name, sound = entry.component.id, knowing(case, entry, matched=(clean(entry),))
    yield Canary("nothing known", sound, name, "no-vulnerability", f"hold none that affects {entry.version}")
    malware = Vulnerability(advisory=Advisory(id="MAL-1", malicious=True))
    yield Canary("malware", _affected(case, entry, malware), name, "decided-in-5.4", "MAL-1 (malicious)")
    beside = _affected(case, entry, malware, _weak(published=case.now))
    yield Canary("malware beside it", beside, name, "within-limit", "GHSA-1 CVE-1 (critical)")
    tested = entry.model_copy(update={"at": entry.at.model_copy(update={"scope": Scope.TEST})})
    yield Canary("a package of the tests", _affected(case, tested, _weak()), name, None)
    module = reference_of("package:import/planted", None)
    yield Canary("a module that no manifest brings", knowing(case, module), module.subject, "not-assessed")
    absent: dict[str, object] = {"source": Source(name="planted", level="absent")}
    parts: tuple[tuple[str, dict[str, object], str, str], ...] = (
        ("no data", absent, "no-advisory-data", "not known: no advisories are at hand"),
        ("old data", {"as_of": case.now - timedelta(days=4000)}, "no-advisory-data", "4000 days old"),
        ("no answer", {"matched": ()}, "not-assessed", "the matcher gave no answer"),
        ("an answer that is none", {"matched": (clean(entry, reason="planted"),)}, "not-assessed", "planted"),
    )
    for called, changes, rule, says in parts:
        yield Canary(called, knowing(case, entry, **{"matched": (clean(entry),), **changes}), name, rule, says)


def _ages(case: Case) -> Iterator[Canary]:
    entry, now = own_package(case), case.now
    name, limit = entry.component.id, timedelta(days=case.policy.sla_days.critical)
    yield Canary("at the limit", _affected(case, entry, _weak(published=now - limit)), name, "within-limit")
    late = now - limit - _SECOND
    says = f"affects {entry.version}; known since {late.date()}, {limit.days} days, and the policy accepts {limit.days} for"
    yield Canary("beyond it", _affected(case, entry, _weak(published=late)), name, "overdue", says)
    for severity, days in (("critical", 10), ("high", 20), ("medium", 30), ("low", 50), (None, 40)):
        rated = {"severity": Severity(severity) if severity else None}
        for late_by, rule, says in ((timedelta(), "within-limit", f"({days} days for"), (_SECOND, "overdue", "")):
            weak = _weak(published=now - timedelta(days=days) - late_by, **rated)
            here = _limited(_affected(case, entry, weak))
            yield Canary(f"{severity or 'unknown'} severity", here, name, rule, says or f"for {severity or 'unknown'}")
    exploited = {"severity": Severity.LOW, "exploited": date(2025, 1, 1), "epss": 0.5}
    used = _limited(_affected(case, entry, _weak(published=now - timedelta(days=10) - _SECOND, **exploited)))
    yield Canary("exploited", used, name, "overdue", "GHSA-1 CVE-1 (low, exploited, EPSS 0.50) affects")

    young, old = now - timedelta(days=1), now - timedelta(days=11)
    ahead = now + _SECOND
    for called, published, seen, key, rule in (
        ("seen before it was published", young, old, "GHSA-1", "overdue"),
        ("published before it was seen", old, young, "GHSA-1", "overdue"),
        ("seen under another name", young, old, "CVE-1", "overdue"),
        ("another was seen", young, old, "GHSA-2", "within-limit"),
        ("seen, without a publication", None, young, "GHSA-1", "within-limit"),
        ("seen long ago, without a publication", None, old, "GHSA-1", "overdue"),
        ("neither published nor seen", None, old, "GHSA-2", "age-unknown"),
        ("published in the future", ahead, young, "GHSA-2", "age-unknown"),
        ("published in the future, seen", ahead, old, "GHSA-1", "overdue"),
        ("published now", now, young, "GHSA-2", "within-limit"),
        ("seen in the future", None, ahead, "GHSA-1", "age-unknown"),
    ):
        here = _limited(_affected(case, entry, _weak(published=published)))
        first_seen = {f"{name} {key}": seen, "package:pypi/other GHSA-1": old}
        yield Canary(called, here.model_copy(update={"first_seen": first_seen}), name, rule)


def _limited(case: Case) -> Case:
    return case.model_copy(update={"policy": case.policy.model_copy(update={"sla_days": _LIMITS})})


def _fixes(case: Case) -> Iterator[Canary]:
    """Plant what can be said of the fix; each is due in days to come, so that the message names the line."""
    own = own_package(case)
    mark = "==" if own.component.source == "pypi" else "@"
    line = f"{own.at}: {own.component.name}{mark}{own.version} → {own.component.name}{mark}{_FIXED}"
    weak = _weak(published=case.now)
    yield Canary("a fix", _affected(case, own, weak), own.subject, "within-limit", line)
    late = _weak(published=case.now, fixed=(_FIXED, "99999.1"))
    for called, versions, says in (
        ("a fix that is affected itself", ("99999.1",), f"{mark}99999.1; the smallest fixed version that no"),
        (
            "a preliminary one",
            ("99999.1-rc.1", "99999.2"),
            f"{mark}99999.2; no advisory at hand affects it; 99999.1-rc.1 is",
        ),
        ("a preliminary one alone", ("99999.1-rc.1",), f"{mark}99999.1-rc.1; the smallest fixed version"),
        ("none is clean", (), f"{mark}{_FIXED}; the smallest version that fixes it, which other"),
        ("what is no version", ("odd!",), f"{mark}odd!; the smallest"),
    ):
        here = _affected(case, own, late, clean_versions=versions)
        yield Canary(called, here, own.subject, "within-limit", says)
    unfixed = _affected(case, own, _weak(published=case.now, fixed=()))
    yield Canary("no fix", unfixed, own.subject, "no-fix", "no version is known to fix it")

    pinned = entry_of("package:pypi/planted", "1.0", hashes=("sha256:00",))
    here = _affected(case, pinned, _weak(published=case.now, fixed=("2.0", "3.0")), clean_versions=("2.0", "3.0"))
    for asked, says in (
        (
            ">=1",
            "planted==2.0; the smallest fixed version that no advisory at hand affects; with the hashes of the new",
        ),
        ("planted>2", "→ planted==3.0; no advisory at hand affects it; 2.0 is smaller, and"),
        (
            "<2",
            "→ planted==2.0; the smallest fixed version that no advisory at hand affects; planted.in:1 asks for <2, which",
        ),
        ("^1.0", "planted.in:1 asks for ^1.0: see that it allows it"),
        ("", "→ planted==2.0; the smallest fixed version that no advisory at hand affects; with"),
    ):
        yield Canary(f"asked: {asked}", _asking(here, pinned, asked), pinned.subject, "within-limit", says)
    for identity, early, final in (
        ("package:pypi/planted", "2.0rc1", "2.0"),
        ("package:npm/planted", "2.0.0-1", "2.0.0"),
        ("package:conda/planted", "2.0-1", "2.0"),
    ):
        known = entry_of(identity, "1.0")
        early_first = _affected(
            case, known, _weak(published=case.now, fixed=(early, final)), clean_versions=(early, final)
        )
        covered = early_first.advisories.model_copy(update={"ecosystems": ("pypi", "npm", "conda")})
        early_first = early_first.model_copy(update={"advisories": covered})
        mark = "==" if known.component.source == "pypi" else "@"
        says = f"planted{mark}1.0 → planted{mark}{final}; no advisory at hand affects it; {early} is smaller"
        yield Canary("a final release", early_first, identity, "within-limit", says)
    transitive = pinned.model_copy(update={"direct": False})
    requests = {"another package asks": None, "with the hashes of the new version": ">=1"}
    for says, request in requests.items():
        plain = _affected(case, transitive, _weak(published=case.now), clean_versions=("2.0",))
        told = plain if request is None else _asking(plain, transitive, request)
        yield Canary("transitive", told, pinned.subject, "within-limit", says)
    named = reference_of("package:pypi/planted", "1.0")
    bare = _affected(case, transitive, _weak(published=case.now), clean_versions=("2.0",))
    only_named = knowing(case, named, matched=bare.advisories.matched)
    yield Canary(
        "named by a command", only_named, named.subject, "within-limit", f"{named.at}: planted==1.0 → planted==2.0"
    )
    other = entry_of("package:pypi/a", None, asked="<2", is_locked=False)
    unlike = here.model_copy(update={"graph": here.graph.model_copy(update={"packages": (pinned, other)})})
    yield Canary("another is asked for", unlike, pinned.subject, "within-limit", "affects; with the hashes")
    yield Canary(
        "asked in another project", _asking(here, pinned, "<2", "other"), pinned.subject, "within-limit", "; with"
    )
    for form, says in (("uv.lock", "uv lock --upgrade-package planted==2.0"), ("poetry.lock", "poetry update planted")):
        locked = pinned.model_copy(update={"format": form, "direct": False})
        again = _affected(case, locked, _weak(published=case.now), clean_versions=("2.0",))
        says = f"write the lock again: {says}; another package asks for it"
        yield Canary(f"locked by {form}", again, pinned.subject, "within-limit", says)
    script = entry_of("package:npm/planted", "1.0.0", format="package-lock.json")
    again = _asking(_affected(case, script, _weak(published=case.now), clean_versions=("2.0.0",)), script, "^1.0.0")
    says = (
        "planted@1.0.0 → planted@2.0.0; the smallest fixed version that no advisory at hand affects; planted.in:1 asks"
    )
    yield Canary("of npm", again, script.subject, "within-limit", says)


def _asking(case: Case, entry: Resolved, asked: str, project: str = "") -> Case:
    """Return the case with a manifest beside the lock that asks for the same package."""
    at = PLACE.model_copy(update={"file": "planted.in"})
    parts = {"version": None, "asked": asked, "at": at, "project": project, "is_locked": False}
    if project:
        parts["at"] = at.model_copy(update={"scope": Scope.TEST})
    packages = (*case.graph.packages, entry.model_copy(update=parts))
    return case.model_copy(update={"graph": case.graph.model_copy(update={"packages": packages})})


def _vex(case: Case, **parts: object) -> VexStatement:
    statement = VexStatement(
        component=own_package(case).component.id,
        ids=("CVE-1", "CVE-x"),
        status="not_affected",
        justification="not in the path",
        author=APPROVER,
        stated=case.now.date(),
        at=PLACE.model_copy(update={"file": "planted.vex.json"}),
        digest=DIGEST,
    )
    return statement.model_copy(update=parts)


def _statements(case: Case) -> Iterator[Canary]:
    entry, today = own_package(case), case.now.date()
    name, limit = entry.component.id, timedelta(days=case.policy.waivers.max_days)
    late = case.now - timedelta(days=4000)
    overdue = _affected(case, entry, _weak(published=late))
    timely = _affected(case, entry, _weak(published=case.now))
    unfixed = _affected(case, entry, _weak(published=late, fixed=()))
    at = "at planted.vex.json:1"
    said = f"{APPROVER} states on {today} {at} that it is not affected here: not in the path"
    done = {"status": "affected", "justification": "", "action": "filtered"}
    for called, here, parts, rule, says in (
        ("not affected", overdue, {}, "not-affected", said),
        ("not affected, in time", timely, {}, "not-affected", ""),
        ("not affected, no fix", unfixed, {"version": entry.version}, "not-affected", ""),
        ("of another version", overdue, {"version": "0+x"}, "overdue", ""),
        ("of another package", overdue, {"component": "package:pypi/x"}, "overdue", ""),
        ("of another vulnerability", overdue, {"ids": ("CVE-2",)}, "overdue", ""),
        ("at the limit of its age", overdue, {"stated": today - limit}, "not-affected", ""),
        ("too old", overdue, {"stated": today - limit - timedelta(days=1)}, "vex-expired", f"accepts {limit.days}"),
        ("too old, no fix", unfixed, {"stated": today - limit - timedelta(days=1)}, "vex-expired", at),
        ("too old, in time", timely, {"stated": today - limit - timedelta(days=1)}, "within-limit", ""),
        ("mitigated", unfixed, done, "mitigated", "what was done: filtered"),
        ("mitigated, with a fix", overdue, done, "overdue", ""),
        ("said to be fixed", overdue, {"status": "fixed"}, "vex-contradicted", at),
        ("said to be fixed, in time", timely, {"status": "fixed"}, "vex-contradicted", ""),
        ("being investigated", unfixed, {"status": "under_investigation"}, "under-investigation", at),
        ("being investigated, with a fix", overdue, {"status": "under_investigation"}, "overdue", ""),
        ("being investigated, in time", timely, {"status": "under_investigation"}, "within-limit", ""),
    ):
        yield Canary(called, here.model_copy(update={"vex": (_vex(case, **parts),)}), name, rule, says)
    older = _vex(case, stated=today - timedelta(days=1), status="fixed")
    none, undated = _vex(case, author="planted-stranger"), _vex(case, stated=None)
    if limit:
        for statements in ((older, _vex(case)), (_vex(case), older)):
            both = overdue.model_copy(update={"vex": statements})
            yield Canary("the newer of two", both, name, "not-affected")
    for statements in ((none, _vex(case)), (_vex(case), none), (_vex(case), undated)):
        yield Canary("the one that counts", overdue.model_copy(update={"vex": statements}), name, "not-affected")


def _uncounted(case: Case) -> Iterator[Canary]:
    entry, today = own_package(case), case.now.date()
    name, late = entry.component.id, case.now - timedelta(days=4000)
    overdue = _affected(case, entry, _weak(published=late))
    unfixed = _affected(case, entry, _weak(published=late, fixed=()))
    timely = _affected(case, entry, _weak(published=case.now))
    for called, parts, says in (
        ("by a stranger", {"author": "planted-stranger"}, "do not name planted-stranger"),
        ("by the owner", {"author": OWNER}, f"count: the policy's people.approvers do not name {OWNER}"),
        ("of tomorrow", {"stated": today + timedelta(days=1)}, "after the day of this run"),
        ("without a date", {"stated": None}, "it gives no date"),
        ("without a justification", {"justification": " "}, "no justification"),
        ("without an action", {"status": "affected"}, "names no action"),
    ):
        statement = _vex(case, **parts)
        for here in (overdue, unfixed):
            yield Canary(called, here.model_copy(update={"vex": (statement,)}), name, "vex-not-counted", says)
        yield Canary(called, timely.model_copy(update={"vex": (statement,)}), name, "within-limit")
    vex = {"vex": (_vex(case),)}
    for declaration in (declaring(None), declaring(APPROVER), None):
        elsewhere = overdue.model_copy(update={**vex, "declaration": declaration})
        yield Canary("in a project of nobody, or of its author", elsewhere, name, "vex-not-counted")


def _scanners(case: Case) -> Iterator[Canary]:
    entry, image = own_package(case), reference_of(_IMAGE, DIGEST)
    name, version = entry.component.id, entry.version or ""
    report = ScannerReport(
        scanner="planted", how="saved", data="own", file="planted.json", handed_in=True, written=case.now
    )
    sound = knowing(case, entry, matched=(clean(entry),))
    hit = ScannerHit(component=name, version=version, ids=("CVE-9", "CVE-1"))
    told = report.model_copy(update={"hits": (hit,)})
    found = sound.model_copy(update={"scanners": (told,)})
    yield Canary("a scanner alone reports it", found, name, "found-elsewhere", "planted reports CVE-9, CVE-1, which")
    nameless = told.model_copy(update={"hits": (hit.model_copy(update={"ids": ()}),)})
    unnamed = sound.model_copy(update={"scanners": (nameless,)})
    yield Canary("a scanner reports it without an id", unnamed, name, "found-elsewhere", "without an id")
    stated = found.model_copy(update={"vex": (_vex(case),)})
    yield Canary("the same, not affected", stated, name, "not-affected", "CVE-9 CVE-1 (severity unknown)")
    both = _affected(case, entry, _weak(published=case.now)).model_copy(update={"scanners": (told,)})
    yield Canary("a scanner reports it too", both, name, "within-limit")

    here = knowing(case, image)
    yield Canary("an image", here, _IMAGE, "no-advisory-data", "do not cover packages from docker")
    assessed = report.model_copy(update={"assessed": ((_IMAGE, DIGEST),)})
    cleared = here.model_copy(update={"scanners": (assessed,)})
    yield Canary("an image that a scanner cleared", cleared, _IMAGE, "cleared-by-scanner", "by its report planted.json")
    inside = here.model_copy(update={"scanners": (assessed.model_copy(update={"handed_in": False}),)})
    yield Canary("an image that the target says was cleared", inside, _IMAGE, "no-advisory-data")
    answerless = knowing(case, entry).model_copy(
        update={"scanners": (report.model_copy(update={"assessed": ((name, version),)}),)}
    )
    yield Canary("a package that only a scanner cleared", answerless, name, "cleared-by-scanner")
    old = {"as_of": case.now - timedelta(days=4000)}
    data = knowing(case, entry, **old).model_copy(update={"scanners": answerless.scanners})
    yield Canary("a scanner does not renew old data", data, name, "no-advisory-data")
    matched = sound.model_copy(update={"scanners": answerless.scanners})
    yield Canary("cleared by both", matched, name, "no-vulnerability")
