"""The checks: one pure function for each requirement, registered by importing its scenario's module."""

from supplychain.checks import (
    s01_model_source,
    s05_integrity,
    s05_malware,
    s05_scanning,
    s05_source,
    s05_updates,
    s07_audit,
    s07_currency,
    s07_inventory,
    s09_drift,
    s10_completeness,
    s10_documents,
    s10_rollup,
    s10_validation,
)

__all__ = [
    "s01_model_source",
    "s05_integrity",
    "s05_malware",
    "s05_scanning",
    "s05_source",
    "s05_updates",
    "s07_audit",
    "s07_currency",
    "s07_inventory",
    "s09_drift",
    "s10_completeness",
    "s10_documents",
    "s10_rollup",
    "s10_validation",
]
