"""Steps of the feature "Public Dataset Supply Chain Security"."""

from __future__ import annotations

from functools import partial

from behave import given, register_type, then, when
from behave.runner import Context

from supplychain.gherkin import read_words

register_type(Methods=partial(read_words, "4.3"))


@given("public dataset is needed")
def given_public_dataset_is_needed(context: Context) -> None:
    """Apply where production code of the target names a dataset."""
    context.assessment.given(4, context.scenario)


@when("dataset source is validated")
def when_dataset_source_is_validated(context: Context) -> None:
    """Gather what this scenario is decided on; nothing is decided here."""
    context.assessment.gather()


@then("dataset shall be from trusted source")
def dataset_from_trusted_source(context: Context) -> None:
    """Require that each dataset is fetched from a trusted host and owner."""
    context.assessment.require("4.1")


@then("dataset provenance shall be documented")
def dataset_provenance_documented(context: Context) -> None:
    """Require that the provenance of each dataset is documented."""
    context.assessment.require("4.2")


@then("dataset integrity ({methods:Methods}) shall be verified")
def dataset_integrity_verified(context: Context, methods: tuple[str, ...]) -> None:
    """Require that the integrity of each dataset is verified by the methods that the sentence names."""
    context.assessment.require("4.3", methods=methods)


@then("dataset shall be scanned for poisoning")
def dataset_scanned_for_poisoning(context: Context) -> None:
    """Require that each dataset was scanned for poisoning and shows no indicator."""
    context.assessment.require("4.4")


@then("untrusted datasets shall be rejected")
def untrusted_datasets_rejected(context: Context) -> None:
    """Require that a dataset of an untrusted source is refused."""
    context.assessment.require("4.5")
