"""What an entry of a maintained inventory stands for; 7.1 to 7.5 compare by the same rule."""

from __future__ import annotations

from supplychain.model.case import Listed
from supplychain.model.component import Component


def stands_for(listed: Listed, component: Component) -> bool:
    """Whether an entry stands for a component; one without a source is compared by its name alone."""
    if listed.component.kind is not component.kind or listed.component.name != component.name:
        return False
    return listed.component.source in ("unknown", component.source)
