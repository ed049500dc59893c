"""What layers of the scan tell, as data."""

from typing import Literal

from supplychain.catalog.interface import Data


class IndicatorRule(Data):
    """One thing that a layer may tell of an artifact."""

    id: str
    verdict: Literal["review", "malicious", "note"]
    means: str
    """What it can do, in a sentence."""
    remedy: str
    """The next step."""
