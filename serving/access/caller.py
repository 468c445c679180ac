"""Who asks: what a request may do and see, found out once at the gate and read by whatever answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from serving.access.areas import WHOLE_CITY, Area
from serving.access.scopes import Purpose, Scope, in_order


@dataclass(frozen=True)
class Caller:
    """Somebody who asks."""

    id: str  # of the key, of the session, `local`, or empty for nobody
    scopes: frozenset[Scope]
    area: Area
    purpose: Purpose | None = None
    operator: str | None = None  # whose key or session it is
    session: bool = False  # whether a browser asks, whose user signed in

    @cached_property
    def view(self) -> str:
        """Two callers of one view are answered alike, of two views each for itself."""
        return f"{'' if self.id else '-'}{self.area} {' '.join(in_order(self.scopes))}"


#: The owner of the home, while no key and no operator exists.
LOCAL = Caller("local", frozenset(Scope), WHOLE_CITY)

#: Who sends no key where one is needed.
NOBODY = Caller("", frozenset(), Area(()))
