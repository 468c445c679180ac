"""What a caller may do (scopes), what an operator is there for (roles), and what a key is used for (purposes)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from riskwarn.errors import ScopesExclude, UnknownScope
from riskwarn.messages import Listed


class Scope(StrEnum):
    """One thing that a caller may do."""

    READ = "read"  # rankings, notices, how forecasts went
    DETAIL = "read:detail"  # of one grid: portrait, explanation, history
    ANALYSE = "analyse"  # what-ifs and studies
    ACT = "act"  # on notices
    PLAN = "plan"  # allocation of the hands of a week
    EXPORT = "export"  # whole rankings as files
    SYSTEM = "system"  # how the service does
    SECURITY = "security"  # operators and keys
    AUDIT = "audit"  # who did what


#: The administrators exclude each other, and every other scope: none of them reads a score.
ADMINISTRATORS = frozenset((Scope.SYSTEM, Scope.SECURITY, Scope.AUDIT))

BUSINESS = frozenset(Scope) - ADMINISTRATORS


class Role(StrEnum):
    """What an operator is there for."""

    CENTRE = "centre"
    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"
    SECURITY = "security"
    AUDIT = "audit"

    @property
    def scopes(self) -> frozenset[Scope]:
        """What an operator of this role may do."""
        return _SCOPES[self]


_SCOPES = {
    Role.CENTRE: frozenset((Scope.READ, Scope.DETAIL, Scope.PLAN, Scope.EXPORT)),
    Role.ANALYST: frozenset((Scope.READ, Scope.DETAIL, Scope.ANALYSE)),
    Role.SUPERVISOR: frozenset((Scope.READ, Scope.ACT)),
    Role.SYSTEM: frozenset((Scope.SYSTEM,)),
    Role.SECURITY: frozenset((Scope.SECURITY,)),
    Role.AUDIT: frozenset((Scope.AUDIT,)),
}


class Purpose(StrEnum):
    """What a key is used for. There is none of enforcement."""

    RANKING = "ranking"
    PLANNING = "planning"
    ALERTS = "alerts"
    EVALUATION = "evaluation"
    OPERATION = "operation"


def scopes_named(names: Iterable[str]) -> frozenset[Scope]:
    """The scopes of some names, several of which may stand in one text. Raises UnknownScope, ScopesExclude."""
    found = set()
    for name in (one for text in names for one in text.replace(",", " ").split()):
        try:
            found.add(Scope(name))
        except ValueError as error:
            raise UnknownScope(name=name, known=Listed(Scope)) from error
    check_scopes(found)
    return frozenset(found)


def check_scopes(scopes: Collection[Scope]) -> None:
    """Raise ScopesExclude where an administrator would be another one too, or would read."""
    first = next((one for one in Scope if one in scopes and one in ADMINISTRATORS), None)
    if first is not None and len(scopes) > 1:
        other = next(one for one in Scope if one in scopes and one is not first)
        raise ScopesExclude(scope=first.value, other=other.value)


def in_order(scopes: Collection[Scope]) -> list[str]:
    """Scopes as they are told and kept."""
    return [one.value for one in Scope if one in scopes]
