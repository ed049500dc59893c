"""Steps of the feature "Pre-Trained Model Supply Chain Validation"."""

from __future__ import annotations

from functools import partial

from behave import given, register_type, then, when
from behave.runner import Context

from supplychain.gherkin import read_words

register_type(Registries=partial(read_words, "1.1"))
register_type(Qualifier=partial(read_words, "2.2"))


@given("pre-trained model is needed")
def given_pre_trained_model_is_needed(context: Context) -> None:
    """Apply where production code of the target names a pre-trained model."""
    context.assessment.given(1, context.scenario)


@when("model source is validated")
def when_model_source_is_validated(context: Context) -> None:
    """Gather what this scenario is decided on; nothing is decided here."""
    context.assessment.gather()


@then("model shall be from trusted registry ({registries:Registries})")
def model_from_trusted_registry(context: Context, registries: tuple[str, ...]) -> None:
    """Require that each model is fetched from a registry that the sentence names."""
    context.assessment.require("1.1", registries=registries)


@then("source reputation shall be verified")
def source_reputation_verified(context: Context) -> None:
    """Require that the reputation of each model's source was verified."""
    context.assessment.require("1.2")


@then("model download count and ratings shall be checked")
def model_download_count_and_ratings_checked(context: Context) -> None:
    """Require that each model's downloads and ratings were looked up and suffice."""
    context.assessment.require("1.3")


@then("model maintainer shall be verified")
def model_maintainer_verified(context: Context) -> None:
    """Require that each model's maintainer is known and has not changed."""
    context.assessment.require("1.4")


@then("untrusted sources shall be rejected")
def untrusted_sources_rejected(context: Context) -> None:
    """Require that a model of an untrusted source is refused."""
    context.assessment.require("1.5")


@given("pre-trained model is downloaded")
def given_pre_trained_model_is_downloaded(context: Context) -> None:
    """Apply where the target names a pre-trained model or holds the weights of one."""
    context.assessment.given(2, context.scenario)


@when("integrity is verified")
def when_integrity_is_verified(context: Context) -> None:
    """Gather what this scenario is decided on; nothing is decided here."""
    context.assessment.gather()


@then("model checksum shall be verified against published hash")
def model_checksum_verified_against_published_hash(context: Context) -> None:
    """Require that each artifact has the digest that was published for it."""
    context.assessment.require("2.1")


@then("digital signature shall be verified ({qualifier:Qualifier})")
@then("digital signature shall be verified")
def digital_signature_verified(context: Context, qualifier: tuple[str, ...] = ()) -> None:
    """Require that the signatures of models verify; without the words in parentheses, that each model has one."""
    context.assessment.require("2.2", qualifier=qualifier)


@then("model weights shall be scanned for backdoors")
def model_weights_scanned_for_backdoors(context: Context) -> None:
    """Require that each artifact was scanned and shows no indicator."""
    context.assessment.require("2.3")


@then("integrity failure shall reject model")
def integrity_failure_reject_model(context: Context) -> None:
    """Require that an artifact of wrong integrity is refused."""
    context.assessment.require("2.4")


@given("pre-trained model has license")
def given_pre_trained_model_has_license(context: Context) -> None:
    """Apply where production code of the target names a pre-trained model."""
    context.assessment.given(3, context.scenario)


@when("license is validated")
def when_license_is_validated(context: Context) -> None:
    """Gather what this scenario is decided on; nothing is decided here."""
    context.assessment.gather()


@then("license shall permit intended use")
def license_permit_intended_use(context: Context) -> None:
    """Require that each model's license permits what the target does with it."""
    context.assessment.require("3.1")


@then("license restrictions shall be documented")
def license_restrictions_documented(context: Context) -> None:
    """Require that the restrictions of each license are recorded and acknowledged."""
    context.assessment.require("3.2")


@then("attribution requirements shall be met")
def attribution_requirements_met(context: Context) -> None:
    """Require that each model is attributed as its license demands."""
    context.assessment.require("3.3")


@then("license compliance shall be verified")
def license_compliance_verified(context: Context) -> None:
    """Require that no license is unknown or in conflict."""
    context.assessment.require("3.4")
