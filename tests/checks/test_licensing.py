"""Rulings on intended uses: what holds for every license of the table and every use that anybody may declare."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain import catalog
from supplychain.catalog.license import SOUND, License
from supplychain.checks.canaries.licensing import licensed, own_model, stated
from supplychain.checks.licensing import STATES, licenses_of, permits, rulings, worst
from supplychain.model.case import Case
from supplychain.model.declaration import IntendedUse
from supplychain.model.license import LicenseStatement

FLAGS = ("commercial", "hosted", "redistribute", "modify")
numbers = st.none() | st.integers(0, 2_000_000_000)
uses = st.builds(
    IntendedUse,
    **{flag: st.booleans() for flag in FLAGS},
    fields=st.lists(st.sampled_from(["customer-support", "military", "medical advice", "malware"]), max_size=3).map(
        tuple
    ),
    trains_models=st.none() | st.booleans(),
    monthly_users=numbers,
    annual_revenue_usd=numbers,
    regions=st.lists(st.sampled_from(["EU", "DE", "US", "KR", "worldwide"]), max_size=2).map(tuple),
)
entries = st.sampled_from(sorted(catalog.licenses().values(), key=lambda entry: entry.id))


def verdict(entry: License, use: IntendedUse) -> str:
    return worst(rulings(entry, use))


@given(entry=entries, use=uses)
@settings(deadline=None, max_examples=400)
def test_what_is_not_known_never_passes_and_never_fails(entry: License, use: IntendedUse) -> None:
    if entry.family is not None or entry.basis not in SOUND:
        assert verdict(entry, use) == "open"


@given(entry=entries, use=uses)
@settings(deadline=None, max_examples=400)
def test_a_use_that_a_license_forbids_never_passes(entry: License, use: IntendedUse) -> None:
    forbidden = (
        (use.commercial and entry.commercial == "no")
        or (use.hosted and entry.hosting == "no")
        or (use.hosted and use.commercial and entry.hosting == "noncommercial")
        or (use.redistribute and entry.redistribution == "no")
        or (use.modify and entry.modification == "no")
        or (use.modify and use.redistribute and entry.modification == "unshared")
        or (use.trains_models and entry.training in {"no", "own family"})
        or any(
            one.metric == "monthly_users" and not one.only_commercial and (use.monthly_users or 0) > one.above
            for one in entry.thresholds
        )
    )
    if forbidden:
        assert verdict(entry, use) != "permitted"
        if entry.is_known:
            assert verdict(entry, use) == "forbidden"


@given(entry=entries, use=uses, more=st.sampled_from([*FLAGS, "trains_models"]))
@settings(deadline=None, max_examples=400)
def test_one_more_use_never_makes_anything_better(entry: License, use: IntendedUse, more: str) -> None:
    less = use.model_copy(update={more: False})
    wider = use.model_copy(update={more: True})
    assert STATES.index(verdict(entry, wider)) >= STATES.index(verdict(entry, less))


@given(entry=entries, use=uses, field=st.sampled_from(["military use", "medical-advice", "law enforcement", "retail"]))
@settings(deadline=None, max_examples=200)
def test_one_more_field_never_turns_a_fail(entry: License, use: IntendedUse, field: str) -> None:
    if verdict(entry, use) == "forbidden":
        assert verdict(entry, use.model_copy(update={"fields": (*use.fields, field)})) == "forbidden"


@given(entry=entries, use=uses, users=st.integers(0, 2_000_000_000))
@settings(deadline=None, max_examples=200)
def test_a_number_that_is_not_stated_never_passes_where_it_matters(
    entry: License, use: IntendedUse, users: int
) -> None:
    unstated = use.model_copy(update={"monthly_users": None})
    if any(one.metric == "monthly_users" and (use.commercial or not one.only_commercial) for one in entry.thresholds):
        assert verdict(entry, unstated) != "permitted"


def test_the_four_flags_over_all_licenses() -> None:
    """Every combination of flags: none that adds a flag is better than the one without it."""
    for entry in catalog.licenses().values():
        found = {
            flags: verdict(
                entry, IntendedUse(**dict(zip(FLAGS, flags, strict=True)), fields=("x",), trains_models=False)
            )
            for flags in itertools.product((False, True), repeat=4)
        }
        for less, more in itertools.product(found, repeat=2):
            if all(one <= other for one, other in zip(less, more, strict=True)):
                assert STATES.index(found[less]) <= STATES.index(found[more]), (entry.id, less, more)


def statement(case: Case, license_: str | None, **parts: object) -> LicenseStatement:
    return stated(own_model(case), license_, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("licenses", "expected"),
    [
        (("mit",), "permitted"),
        (("mit", "cc-by-nc-4.0"), "forbidden"),
        (("cc-by-nc-4.0 OR mit",), "permitted"),
        (("cc-by-nc-4.0 AND mit",), "forbidden"),
        (("gpl", "gpl-3.0"), "permitted"),
        (("gpl", "mit"), "open"),
        (("openmdw-1.1",), "open"),
        ((None,), None),
        ((), None),
    ],
)
def test_what_the_licenses_of_a_component_permit(
    licenses: tuple[str | None, ...], expected: str | None, bare: Case
) -> None:
    use = IntendedUse(commercial=True, hosted=False, redistribute=False, modify=False)
    found = tuple(statement(bare, one) for one in licenses)
    case = licensed(bare, own_model(bare), licenses=found, use=use)
    assert permits(case, own_model(bare).subject) == expected
    assert permits(licensed(bare, licenses=found, use=None), own_model(bare).subject) is None
    assert permits(case, "dataset:huggingface/another/one") is None


def test_the_milder_of_two_that_permit_is_the_one_that_counts(bare: Case) -> None:
    case = licensed(bare, own_model(bare), licenses=(statement(bare, "cc-by-sa-4.0 OR mit"),))
    use = case.declaration.project.intended_use if case.declaration and case.declaration.project else None
    assert [entry.id for entry in licenses_of(case, own_model(bare).subject).licenses(use)] == ["mit"]
