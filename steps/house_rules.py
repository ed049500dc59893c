"""Steps of the feature "House Rules"."""

from __future__ import annotations

from functools import partial

from behave import given, register_type, then, when
from behave.runner import Context

from supplychain.gherkin import read_words

register_type(Providers=partial(read_words, "90.1"))
register_type(Age=partial(read_words, "94.1"))


@given("the organization has rules of its own")
def given_the_organization_has_rules_of_its_own(context: Context) -> None:
    """Apply always: the organization turned the rule on."""
    context.assessment.gather()


@when("components are held against them")
def when_components_are_held_against_them(context: Context) -> None:
    """Gather what this scenario is decided on; nothing is decided here."""
    context.assessment.gather()


@then("services of ({providers:Providers}) shall not be used")
def services_of_providers_not_used(context: Context, providers: tuple[str, ...]) -> None:
    """Require that production code uses no service of a provider that the sentence names."""
    context.assessment.require("90.1", providers=providers)


@then("every model shall be named by an immutable revision")
def every_model_named_by_an_immutable_revision(context: Context) -> None:
    """Require that each model is named by what cannot come to mean other bytes."""
    context.assessment.require("91.1")


@then("no model shall be a pickle")
def no_model_is_a_pickle(context: Context) -> None:
    """Require that no model is kept or loaded as a pickle."""
    context.assessment.require("92.1")


@then("every model shall carry a signature")
def every_model_carries_a_signature(context: Context) -> None:
    """Require that each model is signed; no signature is looked up yet, so none passes."""
    context.assessment.require("93.1")


@then("no model shall be older than ({age:Age})")
def no_model_older_than(context: Context, age: tuple[str, ...]) -> None:
    """Require that each model was published within the age that the sentence names."""
    context.assessment.require("94.1", age=age)
