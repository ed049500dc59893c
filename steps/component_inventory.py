"""Steps of the feature "Supply Chain Component Inventory"."""

from __future__ import annotations

from behave import given, then, when
from behave.runner import Context


@given("AI system uses supply chain components")
def given_ai_system_uses_supply_chain_components(context: Context) -> None:
    """Apply where the target uses any component."""
    context.assessment.given(7, context.scenario)


@when("inventory is maintained")
def when_inventory_is_maintained(context: Context) -> None:
    """Gather what this scenario is decided on; nothing is decided here."""
    context.assessment.gather()


@then("all pre-trained models shall be inventoried")
def all_pre_trained_models_inventoried(context: Context) -> None:
    """Require that the maintained inventory lists every model in use, and none that is not."""
    context.assessment.require("7.1")


@then("all datasets shall be inventoried")
def all_datasets_inventoried(context: Context) -> None:
    """Require that the maintained inventory lists every dataset in use, and none that is not."""
    context.assessment.require("7.2")


@then("all ML frameworks shall be inventoried")
def all_ml_frameworks_inventoried(context: Context) -> None:
    """Require that the maintained inventory lists every ML framework in use."""
    context.assessment.require("7.3")


@then("all third-party services shall be inventoried")
def all_third_party_services_inventoried(context: Context) -> None:
    """Require that the maintained inventory lists every third-party service in use."""
    context.assessment.require("7.4")


@then("inventory shall be kept up-to-date")
def inventory_kept_up_to_date(context: Context) -> None:
    """Require that the inventory describes the commit under assessment."""
    context.assessment.require("7.5")


@then("inventory shall support audits")
def inventory_support_audits(context: Context) -> None:
    """Require that the inventory answers what an auditor asks."""
    context.assessment.require("7.6")
