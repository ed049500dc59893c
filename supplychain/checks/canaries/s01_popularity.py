"""Canaries of requirement 1.3: a model of the target's own owner with numbers too low, missing, old and high enough."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.canaries.hubs import (
    STRANGER,
    declaring,
    hub_case,
    own_owner,
    record,
    reference,
    told,
    trusting,
)
from supplychain.checks.engine import Canary
from supplychain.checks.population import unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Kind


def plant(case: Case) -> Iterator[Canary]:
    """Plant numbers of a trusted owner and of a stranger."""
    owner = own_owner(case, Kind.MODEL)
    named = trusting(case, owner)
    limits = named.thresholds
    wanted = {"min_downloads_30d": limits.min_downloads_30d or 1, "min_likes": limits.min_likes or 1}
    policy = named.model_copy(update={"thresholds": limits.model_copy(update=wanted)})
    enough = {"downloads": wanted["min_downloads_30d"], "likes": wanted["min_likes"]}
    own, strange = reference("huggingface", f"{owner}/planted-model"), reference("huggingface", f"{STRANGER}/planted")
    for of in (own, strange):
        fine = record(case, of, **enough)
        old = told(case, policy.freshness.metadata_max_age_days + 1)
        for name, rule, changes in (
            ("as many as needed", "enough", {}),
            ("no likes published", "enough-in-part", {"offers": ("downloads",), "likes": None}),
            ("no number of downloads", "no-number", {"downloads": None}),
            ("no number of likes", "no-number", {"likes": None}),
            ("numbers of old", "old-number", {"source": old}),
            ("numbers of a day that is not known", "old-number", {"source": old.model_copy(update={"fetched": None})}),
            ("nothing published", "no-numbers", {"offers": (), "downloads": None, "likes": None}),
            ("no answer", "no-facts", {"state": "unknown"}),
            ("not there", "no-facts", {"state": "no such component"}),
        ):
            made = hub_case(case, of, policy, fine.model_copy(update=changes))
            yield Canary(name, made, of.subject, rule)
        yield Canary("no facts", hub_case(case, of, policy), of.subject, "no-facts")
        for number, most in enough.items():
            few = fine.model_copy(update={number: most - 1})
            rule = "below-trusted" if of is own else "below"
            for records in ((few,), (fine, few)):
                yield Canary(f"few {number}", hub_case(case, of, policy, *records), of.subject, rule, f"{most - 1:,}")
    low = hub_case(case, strange, policy, record(case, strange, downloads=0, likes=0))
    yield Canary("few, and approved", declaring(low, strange), strange.subject, "below-approved")
    yield Canary("few, by a stranger", declaring(low, strange, by="planted-nobody"), strange.subject, "below")
    unknown = hub_case(case, strange, policy, record(case, strange, downloads=None))
    yield Canary("no number, and approved", declaring(unknown, strange), strange.subject, "no-number")
    silent = reference("url", "planted.example/m.bin", address="https://planted.example/m.bin")
    bare = hub_case(case, silent, policy)
    yield Canary("a source without numbers", bare, silent.subject, "no-numbers")
    yield Canary("it is approved", declaring(bare, silent), silent.subject, "approved-without-numbers")
    file = reference("file", "planted/m.bin", revision=None)
    yield Canary("a file of the target", hub_case(case, file, policy), file.subject, "unknown-origin")
    for hidden, rule in ((unresolved_sample(Kind.MODEL), "unresolved"), (unread_sample(), "not-read")):
        inventory = bare.inventory.model_copy(update={rule.replace("not-read", "unread"): (hidden,)})
        yield Canary(rule, bare.model_copy(update={"inventory": inventory}), hidden.subject, rule)
