"""The inventory: what discovery found, what it could not find, and what it looked at."""

from collections.abc import Collection

from supplychain.model.base import Frozen
from supplychain.model.component import Component, Kind
from supplychain.model.package import IndexSetting
from supplychain.model.reference import Override, Reference, Relation, Scope, Unread, Unresolved
from supplychain.model.service import Endpoint, Switch
from supplychain.model.text import Text


class SelfTest(Frozen):
    """Discovery run over a bundled sample: an empty inventory counts only where this passed."""

    planted: int
    found: int
    missed: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every planted component was found and nothing else."""
        return self.planted > 0 and self.found == self.planted and not self.missed


class Inventory(Frozen):
    """All components of a target, by the places that name them."""

    references: tuple[Reference, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    overrides: tuple[Override, ...] = ()
    relations: tuple[Relation, ...] = ()
    settings: tuple[IndexSetting, ...] = ()
    """Where commands and environment variables tell package clients to fetch from."""
    endpoints: tuple[Endpoint, ...] = ()
    """Where each place has a third-party AI service process, as far as it says so."""
    switches: tuple[Switch, ...] = ()
    """What code and configuration say of what happens to prompts."""
    unread: tuple[Unread, ...] = ()
    looked_at: int = 0
    """Files whose content was read for components."""
    pruned: tuple[Text, ...] = ()
    """Folders of installed or generated files that were not entered; none of them holds a file that git tracks."""
    moved: tuple[Text, ...] = ()
    """Files with something in them that only the declaration puts outside production."""
    self_test: SelfTest

    def of(self, kind: Kind, scopes: Collection[Scope]) -> tuple[Reference, ...]:
        """Return the references to components of one kind in these scopes."""
        return tuple(r for r in self.references if r.component.kind is kind and r.at.scope in scopes)

    def unresolved_of(self, kind: Kind, scopes: Collection[Scope]) -> tuple[Unresolved, ...]:
        """Return the unresolved references of one kind in these scopes."""
        return tuple(u for u in self.unresolved if u.kind is kind and u.at.scope in scopes)

    def moved_out(self, kind: Kind, scopes: Collection[Scope]) -> tuple[Reference | Unresolved | Unread, ...]:
        """Return what could be of a kind and only the declaration puts outside these scopes."""
        everywhere = frozenset(Scope)
        found: list[Reference | Unresolved | Unread] = [*self.of(kind, everywhere)]
        found += self.unresolved_of(kind, everywhere)
        found += self.unread
        return tuple(item for item in found if item.at.file in self.moved and item.at.scope not in scopes)

    def unread_in(self, scopes: Collection[Scope]) -> tuple[Unread, ...]:
        """Return what was not read in these scopes."""
        return tuple(u for u in self.unread if u.at.scope in scopes)

    @property
    def components(self) -> tuple[Component, ...]:
        """Every component once, in the order of its id."""
        unique = {reference.component.id: reference.component for reference in self.references}
        return tuple(unique[key] for key in sorted(unique))
