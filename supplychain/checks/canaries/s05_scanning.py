"""Canaries of requirement 5.3: the target's own package held against advisories, and each way of not having been."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from supplychain.checks.canaries.packages import (
    DIGEST,
    clean,
    entry_of,
    hiding,
    knowing,
    own_package,
    reference_of,
    wording,
)
from supplychain.checks.engine import Canary
from supplychain.model.case import Case
from supplychain.model.fact import Advisory, MatcherTest, ScannerHit, ScannerReport, Vulnerability
from supplychain.model.finding import Severity, Source
from supplychain.model.reference import Scope

_IMAGE = "package:docker/planted"


def plant(case: Case) -> Iterator[Canary]:
    """Plant the target's own first pinned package with data, scanners and reports that are as they should be, or not."""
    yield from _matched(case)
    yield from _not_assessed(case)
    yield from _data(case)
    yield from _words(case)
    yield from _covered(case)
    yield from _elsewhere(case)
    yield from _scanners(case)
    yield from hiding(case)


def advisory(name: str, **parts: object) -> Vulnerability:
    """Return a planted vulnerability."""
    return Vulnerability(advisory=Advisory(id=name, aliases=(f"CVE-{name}",)).model_copy(update=parts))


def _matched(case: Case) -> Iterator[Canary]:
    entry = own_package(case)
    name, day = entry.component.id, case.now.date()
    sound = knowing(case, entry, matched=(clean(entry),))
    says = f"{entry.version} was held against the 2 advisories of planted, {day}: none affects it"
    yield Canary("a package that no advisory affects", sound, name, "matched", says)
    beside = clean(entry, version="0+other", vulnerabilities=(advisory("other"),), state="affected")
    both = knowing(case, entry, matched=(beside, clean(entry)))
    yield Canary("another version is affected", both, name, "matched", "none affects it")
    pressing = (
        advisory("low", severity=Severity.LOW),
        advisory("high", severity=Severity.HIGH),
        advisory("epss", severity=Severity.LOW, epss=0.5),
        advisory("kev", severity=Severity.LOW, exploited=date(2025, 1, 1)),
        advisory("mal", malicious=True),
    )
    order = (
        "mal CVE-mal (malicious), kev CVE-kev (low, exploited), epss CVE-epss (low, EPSS 0.50), "
        "high CVE-high (high), low CVE-low (low); judged in 5.5"
    )
    for more, says in ((), order), ((advisory("x"),), "x CVE-x (severity unknown) and 1 more; judged in 5.5"):
        affected = clean(entry, state="affected", vulnerabilities=(*pressing, *more))
        yield Canary("affected", knowing(case, entry, matched=(affected,)), name, "matched", says)
    tested = entry.model_copy(update={"at": entry.at.model_copy(update={"scope": Scope.TEST})})
    yield Canary("a package of the tests", knowing(case, tested), name, None)


def _not_assessed(case: Case) -> Iterator[Canary]:
    entry = own_package(case)
    name = entry.component.id
    for called, asked, says in (
        ("a range", ">=1.0", ">=1.0 can be any of several versions"),
        ("no version", "", "nothing says which version is installed"),
    ):
        open_ = entry.model_copy(update={"version": None, "asked": asked})
        answered = clean(open_, state="not assessed", reason="it is no version")
        for data in ({}, {"source": Source(name="planted", level="absent")}):
            yield Canary(called, knowing(case, open_, matched=(answered,), **data), name, "not-assessed", says)
    named = reference_of("package:pypi/planted", None)
    yield Canary("named by code alone", knowing(case, named), named.subject, "not-assessed", "nothing says which")
    module = reference_of("package:import/planted", None)
    yield Canary("a module that no manifest brings", knowing(case, module), module.subject, "not-assessed")
    loose = entry_of("package:conda/planted", None, asked=">1")
    yield Canary("a range of conda", knowing(case, loose), loose.subject, "not-assessed")
    refused = clean(entry, state="not assessed", reason="planted reason")
    for called, matched, says in (
        ("no answer", (), "the matcher gave no answer"),
        ("an answer that is none", (refused,), f"against {entry.version}: planted reason"),
        ("one without a reason", (clean(entry, state="not assessed"),), "the matcher gave no answer"),
        ("one on a part of them", (clean(entry, state="affected", reason="planted reason"),), "planted reason"),
    ):
        yield Canary(called, knowing(case, entry, matched=matched), name, "no-answer", says)
    action = reference_of("package:planted/action", "v1")
    covered = knowing(case, action, ecosystems=("pypi", "npm", "planted"))
    yield Canary("a tag that no version is", covered, action.subject, "no-answer", "gave no answer")
    unversioned = reference_of("package:planted/action", None)
    covered = knowing(case, unversioned, ecosystems=("pypi", "npm", "planted"))
    yield Canary("an action without a version", covered, action.subject, "no-answer", "against without a version")


def _data(case: Case) -> Iterator[Canary]:
    entry = own_package(case)
    name = entry.component.id
    days = timedelta(days=case.policy.freshness.advisories_max_age_days)
    second, day = timedelta(seconds=1), timedelta(days=1)
    source = Source(name="planted", level="absent")
    parts: tuple[tuple[str, dict[str, object], str, str], ...] = (
        ("data at the limit of their age", {"as_of": case.now - days}, "matched", ""),
        ("data beyond it", {"as_of": case.now - days - second}, "stale-data", f"accepts {days.days}"),
        ("data of an hour ahead", {"as_of": case.now + day}, "matched", ""),
        ("data of the future", {"as_of": case.now + day + second}, "stale-data", "after this run"),
        ("no data", {"source": source}, "no-advisory-data", "no advisories are at hand"),
        ("no data, with the reason", {"source": source, "problem": "planted"}, "no-advisory-data", "planted"),
        ("data without a date", {"as_of": None}, "no-advisory-data", ""),
        ("data that are not all", {"problem": "planted"}, "matched", ""),
        ("a matcher that was not tested", {"test": MatcherTest()}, "matcher-failed", "nothing was planted"),
        ("one that missed", {"test": MatcherTest(planted=2, missed=("x", "y"))}, "matcher-failed", "its test: x, y"),
        ("data of others", {"ecosystems": ("planted",)}, "not-covered", entry.component.source),
    )
    for called, changes, rule, says in parts:
        yield Canary(called, knowing(case, entry, matched=(clean(entry),), **changes), name, rule, says)


def _words(case: Case) -> Iterator[Canary]:
    entry = own_package(case)
    name = entry.component.id
    asks = "malware" in case.words("5.3", "advisories")
    bare = knowing(case, entry, matched=(clean(entry),), has_malware=False)
    yield Canary("no malware records", bare, name, "malware-not-covered" if asks else "matched")
    whole = knowing(case, entry, matched=(clean(entry),))
    for words, rule in ((("CVEs",), "matched"), (("CVEs", "malware"), "malware-not-covered")):
        yield Canary("asked by the sentence", wording(bare, *words), name, rule)
        yield Canary("asked, with malware records", wording(whole, *words), name, "matched")
    image = reference_of(_IMAGE, DIGEST)
    scanned = _with(wording(knowing(case, image), "malware"), _saved(case))
    yield Canary("malware, by a scanner", scanned, _IMAGE, "malware-not-covered", "planted in planted.json")


def _saved(case: Case, **parts: object) -> ScannerReport:
    report = ScannerReport(
        scanner="planted",
        how="saved",
        data="own",
        file="planted.json",
        handed_in=True,
        digest=DIGEST,
        written=case.now,
        assessed=(("package:docker/other", "1"), (_IMAGE, DIGEST)),
    )
    return report.model_copy(update=parts)


def _with(case: Case, *reports: ScannerReport) -> Case:
    return case.model_copy(update={"scanners": reports})


def _covered(case: Case) -> Iterator[Canary]:
    image = reference_of(_IMAGE, DIGEST)
    bare = wording(knowing(case, image), "CVEs")
    yield Canary("an image", bare, _IMAGE, "not-covered", f"assessed {_IMAGE} at {DIGEST}")
    absent = wording(knowing(case, image, source=Source(name="planted", level="absent")), "CVEs")
    yield Canary("an image without any data", absent, _IMAGE, "not-covered")
    limit = case.now - timedelta(days=case.policy.freshness.advisories_max_age_days)
    hit = ScannerHit(component=_IMAGE, version=DIGEST, ids=("CVE-9", "x"))
    told = f"planted assessed exactly this, by its report planted.json of {case.now.date()}, and reports "
    for called, parts, rule, says in (
        ("assessed by a scanner", {}, "covered-by-scanner", told + "nothing"),
        ("with what it found", {"hits": (hit,)}, "covered-by-scanner", told + "CVE-9, x"),
        ("a report at the limit of its age", {"written": limit}, "covered-by-scanner", ""),
        ("an old report", {"written": limit - timedelta(seconds=1)}, "not-covered", ""),
        ("a report that lies in the target", {"handed_in": False}, "not-covered", ""),
        ("a report without a date", {"written": None}, "not-covered", ""),
        ("a report that failed", {"problem": "planted"}, "not-covered", ""),
        ("another digest", {"assessed": ((_IMAGE, "sha256:" + "2" * 64),)}, "not-covered", ""),
        ("another image", {"assessed": (("package:docker/x", DIGEST),)}, "not-covered", ""),
        ("a scanner of this run", {"how": "run"}, "not-covered", ""),
    ):
        yield Canary(called, _with(bare, _saved(case, **parts)), _IMAGE, rule, says)
    for version in ("latest", None):
        moving = wording(knowing(case, reference_of(_IMAGE, version)), "CVEs")
        report = _saved(case, assessed=((_IMAGE, version or ""),))
        yield Canary("an image without a digest", _with(moving, report), _IMAGE, "not-covered", version or "without a")
    locked = entry_of("package:conda/planted", "1.0")
    report = _saved(case, assessed=((locked.component.id, "1.0"),))
    conda = wording(knowing(case, locked), "CVEs")
    yield Canary("conda", conda, locked.subject, "not-covered")
    yield Canary("conda, by a scanner", _with(conda, report), locked.subject, "covered-by-scanner")
    entry = own_package(case)
    old = knowing(case, entry, matched=(clean(entry),), as_of=limit - timedelta(seconds=1))
    report = _saved(case, assessed=((entry.component.id, entry.version or ""),))
    answered = wording(_with(knowing(case, entry), report), "CVEs")
    yield Canary("a scanner where the matcher has no answer", answered, entry.component.id, "covered-by-scanner")
    yield Canary("a scanner does not renew old data", _with(old, report), entry.component.id, "stale-data")


def _elsewhere(case: Case) -> Iterator[Canary]:
    entry = own_package(case)
    name, version = entry.component.id, entry.version or ""
    affected = clean(entry, state="affected", vulnerabilities=(advisory("known"),))
    case = knowing(case, entry, matched=(affected,))
    hits = {
        "what is known": (ScannerHit(component=name, version=version, ids=("other", "CVE-known")), "matched", ""),
        "another version": (ScannerHit(component=name, version="0+x", ids=("new",)), "matched", ""),
        "another package": (ScannerHit(component="package:pypi/x", version=version, ids=("new",)), "matched", ""),
        "what is not": (
            ScannerHit(component=name, version=version, ids=("new", "CVE-2")),
            "found-elsewhere",
            "CVE-2, and",
        ),
    }
    for called, (hit, rule, says) in hits.items():
        yield Canary(f"a scanner reports {called}", _with(case, _saved(case, hits=(hit,))), name, rule, says)
    first = _saved(case, hits=(ScannerHit(component=name, version=version, ids=("new", "CVE-2")),))
    second = first.model_copy(
        update={"scanner": "other", "hits": (first.hits[0].model_copy(update={"ids": ("CVE-2",)}),)}
    )
    both = _with(case, first, second, second)
    yield Canary(
        "two scanners report one", both, name, "found-elsewhere", "planted and other reports new, CVE-2, and the"
    )
    third = first.model_copy(update={"hits": (first.hits[0].model_copy(update={"ids": ("third",)}),)})
    says = "planted reports new, CVE-2; planted reports third"
    yield Canary("a scanner reports two", _with(case, first, third), name, "found-elsewhere", says)


def _scanners(case: Case) -> Iterator[Canary]:
    entry = own_package(case)
    name, version = entry.component.id, entry.version or ""
    twin = entry_of(f"package:{'npm' if entry.component.source == 'pypi' else 'pypi'}/twin", "1.0")
    loose = entry_of(f"package:{entry.component.source}/loose", None)
    found = (advisory("known"), advisory("mal", malicious=True))
    affected = clean(entry, state="affected", vulnerabilities=found)
    here = knowing(case, entry, loose, twin, matched=(affected, clean(twin)))
    run = ScannerReport(scanner="planted", how="run", data="same", assessed=((name, version),))
    hit = ScannerHit(component=name, version=version, ids=("x", "CVE-known"))
    whole = run.model_copy(update={"hits": (hit,)})
    twins = run.model_copy(update={"assessed": ((twin.component.id, "1.0"),)})
    many = ScannerHit(component=name, version=version, ids=("x",))
    told = "planted looked at 1 of 1 packages with "
    held = "vulnerabilities that advisories at hand hold there it does not report: "
    for called, report, rule, says in (
        ("found what we found", whole, "scanner-agrees", f"{told}the same advisories; of the 1 {held}none"),
        (
            "own data",
            run.model_copy(update={"data": "own"}),
            "scanner-agrees",
            f"{told}its own data; of the 1 {held}known",
        ),
        ("of another ecosystem", twins, "scanner-agrees", f"{told}the same advisories; of the 0 {held}none"),
        ("failed", whole.model_copy(update={"problem": "planted"}), "scanner-failed", "1 packages, so it cleared none"),
        ("skipped", whole.model_copy(update={"skipped": (("x", "why"),)}), "scanner-incomplete", "left out x (why)"),
        (
            "skipped what it did not look at",
            run.model_copy(update={"assessed": (), "skipped": ((name, "why"),)}),
            "scanner-incomplete",
            f"it left out {name} (why), {twin.component.id} 1.0",
        ),
        ("looked at nothing", run.model_copy(update={"assessed": ()}), "scanner-incomplete", "each of the 2 packages"),
        (
            "looked at another version",
            run.model_copy(update={"assessed": ((name, "0+x"),)}),
            "scanner-incomplete",
            f"each of the 1 packages; it left out {name} {version}",
        ),
        ("missed one", run, "scanner-differs", f"does not report known in {name}, which"),
        ("found another", run.model_copy(update={"hits": (many,)}), "scanner-differs", "known"),
        ("of another version", _other(whole, hit, version="0+x"), "scanner-differs", "known"),
        ("of another package", _other(whole, hit, component="package:pypi/x"), "scanner-differs", "known"),
    ):
        yield Canary(f"a scanner: {called}", _with(here, report), "scanner:planted", rule, says)
    yield Canary("a saved report is no scanner", _with(here, _saved(case)), "scanner:planted", None)
    saved_first = _with(here, _saved(case), whole)
    yield Canary("a scanner behind a report", saved_first, "scanner:planted", "scanner-agrees")
    second = entry_of(f"package:{entry.component.source}/second", "1.0")
    more = knowing(case, entry, second, matched=(affected, clean(second)))
    says = f"each of the 2 packages; it left out {second.subject} 1.0"
    yield Canary("a scanner: left out one of two", _with(more, whole), "scanner:planted", "scanner-incomplete", says)
    twice = knowing(case, entry, entry, matched=(affected,))
    yield Canary("one package at two places", _with(twice, whole), "scanner:planted", "scanner-agrees", told)


def _other(report: ScannerReport, hit: ScannerHit, **parts: object) -> ScannerReport:
    return report.model_copy(update={"hits": (hit.model_copy(update=parts),)})
