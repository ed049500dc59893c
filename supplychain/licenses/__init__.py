"""Licenses of models and datasets: who states which one, and where the target credits them. Texts are read, never obeyed.

statements = read(target, case, facts.hub_file, cached)
credits = mentions(target, case, statements)
"""

from supplychain.licenses.mentions import mentions
from supplychain.licenses.reading import read

__all__ = ["mentions", "read"]
