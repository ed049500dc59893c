"""Steps of the feature "Third-Party AI Service Security"."""

from __future__ import annotations

from behave import given, then, when
from behave.runner import Context


@given("third-party AI service is used")
def given_third_party_ai_service_is_used(context: Context) -> None:
    """Apply where production code of the target uses a third-party AI service."""
    context.assessment.given(6, context.scenario)


@when("provider is assessed")
def when_provider_is_assessed(context: Context) -> None:
    """Gather what this scenario is decided on; nothing is decided here."""
    context.assessment.gather()


@then("provider security practices shall be reviewed")
def provider_security_practices_reviewed(context: Context) -> None:
    """Require that each service's security practices were reviewed."""
    context.assessment.require("6.1")


@then("data handling policies shall be verified")
def data_handling_policies_verified(context: Context) -> None:
    """Require that each service's data handling is declared, and not contradicted by the code."""
    context.assessment.require("6.2")


@then("data residency requirements shall be met")
def data_residency_requirements_met(context: Context) -> None:
    """Require that each service processes data in the regions that the policy allows."""
    context.assessment.require("6.3")


@then("provider shall sign data processing agreement")
def provider_sign_data_processing_agreement(context: Context) -> None:
    """Require that a data processing agreement with each service is recorded."""
    context.assessment.require("6.4")


@then("provider risk shall be acceptable")
def provider_risk_acceptable(context: Context) -> None:
    """Require that the computed risk of each service is within the policy's limit."""
    context.assessment.require("6.5")
