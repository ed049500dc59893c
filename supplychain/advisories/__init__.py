"""Advisories: databases of OSV records read, and packages matched against them."""

from supplychain.advisories.assess import assess
from supplychain.advisories.database import Database, from_records, read_database

__all__ = ["Database", "assess", "from_records", "read_database"]
