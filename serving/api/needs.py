"""What a route needs: each says it once, beside its function, and nothing about how it is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.routing import BaseRoute

from serving.access.caller import NOBODY, Caller
from serving.access.scopes import Scope

_NAME = "riskwarn_needs"


@dataclass(frozen=True)
class Needs:
    """One of some scopes; where none is named, to be somebody. `nobody` opens it to whoever asks."""

    scopes: tuple[Scope, ...] = ()
    nobody: bool = False

    def allow(self, caller: Caller) -> bool:
        """Whether a caller may."""
        if self.nobody:
            return True
        if caller is NOBODY:
            return False
        return not self.scopes or any(one in caller.scopes for one in self.scopes)

    def __str__(self) -> str:
        return " or ".join(one.value for one in self.scopes)


#: For whoever asks: nothing of a city is in it.
OPEN = Needs(nobody=True)

#: For any caller with a key.
ANY = Needs()

Declared = TypeVar("Declared")


def needs(*scopes: Scope) -> Callable[[Declared], Declared]:
    """Declare one of which scopes the function of a route, or what is mounted, needs."""
    return declaring(Needs(scopes))


def declaring(need: Needs) -> Callable[[Declared], Declared]:
    """Declare a need."""

    def declare(one: Declared) -> Declared:
        setattr(one, _NAME, need)
        return one

    return declare


def declared(route: BaseRoute) -> Needs | None:
    """What a route needs; None where it does not say so, and nobody may have it."""
    for one in (route, getattr(route, "endpoint", None), getattr(route, "app", None)):
        found = getattr(one, _NAME, None)
        if isinstance(found, Needs):
            return found
    return None


def leaves(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route of every kind, out of the routers that were included, too."""
    for route in routes:
        inner: Any = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from leaves([*inner.routes, *getattr(inner, "_low_priority_routes", ())])
