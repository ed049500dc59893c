"""Steps of the feature "ML Framework and Dependency Security"."""

from __future__ import annotations

from functools import partial

from behave import given, register_type, then, when
from behave.runner import Context

from supplychain.gherkin import read_words

register_type(Indexes=partial(read_words, "5.1"))
register_type(Advisories=partial(read_words, "5.3"))


@given("ML frameworks and packages are installed")
def given_ml_frameworks_and_packages_are_installed(context: Context) -> None:
    """Apply where the target names a package or imports a third-party module."""
    context.assessment.given(5, context.scenario)


@when("packages are validated")
def when_packages_are_validated(context: Context) -> None:
    """Gather what this scenario is decided on; nothing is decided here."""
    context.assessment.gather()


@then("packages shall be from official registries ({registries:Indexes})")
def packages_from_official_registries(context: Context, registries: tuple[str, ...]) -> None:
    """Require that each package comes from an index that the sentence names."""
    context.assessment.require("5.1", registries=registries)


@then("package integrity shall be verified")
def package_integrity_verified(context: Context) -> None:
    """Require that each package is locked by hash and the hashes hold."""
    context.assessment.require("5.2")


@then("packages shall be scanned for vulnerabilities ({advisories:Advisories})")
def packages_scanned_for_vulnerabilities(context: Context, advisories: tuple[str, ...]) -> None:
    """Require that each package was matched against the advisories that the sentence names."""
    context.assessment.require("5.3", advisories=advisories)


@then("malicious packages shall be detected")
def malicious_packages_detected(context: Context) -> None:
    """Require that each package was examined for malice."""
    context.assessment.require("5.4")


@then("vulnerable packages shall be updated")
def vulnerable_packages_updated(context: Context) -> None:
    """Require that vulnerable packages are updated within the policy's days."""
    context.assessment.require("5.5")
