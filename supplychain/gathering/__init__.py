"""What a run gathers beside discovery: of packages, and of models and datasets."""

from supplychain.gathering.components import ComponentGatherer
from supplychain.gathering.packages import PackageGatherer

__all__ = ["ComponentGatherer", "PackageGatherer"]
