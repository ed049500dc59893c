"""Steps of the feature "Supply Chain Vulnerability Monitoring"."""

from __future__ import annotations

from functools import partial

from behave import given, register_type, then, when
from behave.runner import Context

from supplychain.gherkin import read_words

register_type(Cadence=partial(read_words, "8.1"))


@given("supply chain components are in use")
def given_supply_chain_components_are_in_use(context: Context) -> None:
    """Apply where the target uses any component."""
    context.assessment.given(8, context.scenario)


@when("continuous scanning is performed")
def when_continuous_scanning_is_performed(context: Context) -> None:
    """Gather what this scenario is decided on; nothing is decided here."""
    context.assessment.gather()


@then("components shall be scanned regularly ({cadence:Cadence})")
def components_scanned_regularly(context: Context, cadence: tuple[str, ...]) -> None:
    """Require that components are scanned within the longest interval that the sentence names."""
    context.assessment.require("8.1", cadence=cadence)


@then("new vulnerabilities shall be detected")
def new_vulnerabilities_detected(context: Context) -> None:
    """Require that a new advisory for a component in use is detected."""
    context.assessment.require("8.2")


@then("alerts shall be generated for critical issues")
def alerts_generated_for_critical_issues(context: Context) -> None:
    """Require that an alert for a critical vulnerability reaches somebody."""
    context.assessment.require("8.3")


@then("remediation shall be prioritized")
def remediation_prioritized(context: Context) -> None:
    """Require that each open vulnerability has a rank, an owner and a due date."""
    context.assessment.require("8.4")


@then("vulnerable components shall be updated")
def vulnerable_components_updated(context: Context) -> None:
    """Require that vulnerabilities were closed by updates within the policy's days."""
    context.assessment.require("8.5")


@given("supply chain may be compromised")
def given_supply_chain_may_compromised(context: Context) -> None:
    """Apply always: any supply chain may be compromised."""
    context.assessment.given(9, context.scenario)


@when("compromise detection is performed")
def when_compromise_detection_is_performed(context: Context) -> None:
    """Gather what this scenario is decided on; nothing is decided here."""
    context.assessment.gather()


@then("supply chain integrity shall be monitored")
def supply_chain_integrity_monitored(context: Context) -> None:
    """Require that every component is compared with its recorded state."""
    context.assessment.require("9.1")


@then("anomalous component behavior shall be detected")
def anomalous_component_behavior_detected(context: Context) -> None:
    """Require that components behave as recorded when they are loaded in a sandbox."""
    context.assessment.require("9.2")


@then("compromised components shall be identified")
def compromised_components_identified(context: Context) -> None:
    """Require that components known to be compromised are identified."""
    context.assessment.require("9.3")


@then("incident response shall be triggered")
def incident_response_triggered(context: Context) -> None:
    """Require that an event triggers the incident response."""
    context.assessment.require("9.4")


@then("affected systems shall be isolated")
def affected_systems_isolated(context: Context) -> None:
    """Require that the systems that use a compromised component are isolated."""
    context.assessment.require("9.5")


@given("EN 18031 requires supply chain security")
def given_en_18031_requires_supply_chain_security(context: Context) -> None:
    """Apply always: the control is assessed as a whole."""
    context.assessment.given(10, context.scenario)


@when("compliance audit is performed")
def when_compliance_audit_is_performed(context: Context) -> None:
    """Gather what this scenario is decided on; nothing is decided here."""
    context.assessment.gather()


@then("supply chain security measures shall be documented")
def supply_chain_security_measures_documented(context: Context) -> None:
    """Require that the measures are described in documents with an owner and a review date."""
    context.assessment.require("10.1")


@then("component validation shall be demonstrated")
def component_validation_demonstrated(context: Context) -> None:
    """Require that each component has the evidence of each validation that applies to it."""
    context.assessment.require("10.2")


@then("inventory shall be complete")
def inventory_complete(context: Context) -> None:
    """Require that a second, independent search finds nothing that the inventory lacks."""
    context.assessment.require("10.3")


@then("vulnerability monitoring shall be operational")
def vulnerability_monitoring_operational(context: Context) -> None:
    """Require that monitoring ran lately, on fresh data."""
    context.assessment.require("10.4")


@then("compliance with EN 18031 6.3.9 shall be verified")
def compliance_with_the_control_verified(context: Context) -> None:
    """Require that the other 48 requirements hold and the sentences stand as worded."""
    context.assessment.require("10.5")
