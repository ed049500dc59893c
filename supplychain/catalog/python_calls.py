"""What Python beside a model may call that no layer of a model needs, as data."""

import re

from pydantic import PrivateAttr

from supplychain.catalog.interface import Data


class CallKind(Data):
    """Calls that do the same thing."""

    key: str
    says: str
    calls: tuple[str, ...]
    """Regular expressions, one of which has to match a whole dotted name."""
    _pattern: re.Pattern[str] = PrivateAttr()

    def model_post_init(self, _: object) -> None:
        """Compile the patterns."""
        self._pattern = re.compile("|".join(f"(?:{call})" for call in self.calls))

    def matches(self, name: str) -> bool:
        """Whether a dotted name is one of them."""
        return self._pattern.fullmatch(name) is not None
