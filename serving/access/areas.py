"""The part of a city that a caller sees, as it was granted: units by kind and code, or the whole city.

Where these lie is decided by the tree of today, wherever they are asked of: :mod:`serving.snapshots.cut`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from riskwarn.errors import AreaAmbiguous, UnknownArea
from riskwarn.messages import Listed, Message
from riskwarn.words import Unit

#: So many districts are named where a unit is not there; Chongqing has 38.
_SHOWN = 50


@dataclass(frozen=True, order=True)
class Area:
    """Some units; none of them is nothing at all, so that what is lost on the way opens nothing."""

    units: tuple[tuple[str, str], ...]  # (kind, code)

    @property
    def whole(self) -> bool:
        """Whether it is the whole city."""
        return self == WHOLE_CITY

    def as_list(self) -> list[list[str]]:
        """As it is kept."""
        return [list(one) for one in self.units]

    def codes(self) -> list[str] | None:
        """As it is told: `kind:code`; None is the whole city."""
        return None if self.whole else [f"{unit}:{code}" for unit, code in self.units]

    def __str__(self) -> str:
        return " ".join(self.codes() or ["*"])


#: No unit has this code: it cannot be granted by accident.
WHOLE_CITY = Area((("*", "*"),))


def area_of(kept: Sequence[Sequence[str]]) -> Area:
    """Read what :meth:`Area.as_list` gave."""
    return Area(tuple((unit, code) for unit, code in kept))


def named_within(outer: Area, inner: Area) -> bool:
    """Whether all units of an area are named in another, where no tree says what lies in what."""
    return outer.whole or {*inner.units} <= {*outer.units}


def area_asked(text: str) -> tuple[list[Unit], str]:
    """The kinds of unit that a text may mean, and its code: `CODE`, or `town:CODE` where several units bear it."""
    kind, separator, code = text.partition(":")
    if separator and kind in {unit.value for unit in Unit}:
        return [Unit(kind)], code
    return list(Unit), text


def areas_named(texts: Sequence[str], known: Mapping[Unit, Collection[str]]) -> Area:
    """The area of some codes among the units that are known; none is the whole city. Raises UnknownArea, AreaAmbiguous."""
    if not texts:
        return WHOLE_CITY
    found = []
    for text in texts:
        kinds, code = area_asked(text)
        having = [unit for unit in kinds if code in known.get(unit, ())]
        if not having:
            names = [name for unit in kinds for name in known.get(unit, ())]
            close = get_close_matches(code, names, 1, 0.8)
            meant = Message(" (did you mean {name}?)", name=close[0]) if close else ""
            raise UnknownArea(code=text, meant=meant, districts=_districts(known))
        if len(having) > 1:
            raise AreaAmbiguous(code=text, ways=Listed(f"{unit.value}:{code}" for unit in having))
        if having == [Unit.CITY]:
            return WHOLE_CITY
        found.append((having[0].value, code))
    return Area(tuple(dict.fromkeys(found)))


def _districts(known: Mapping[Unit, Collection[str]]) -> str:
    """The codes of a city's districts, of which there are few: a city of one's own has others than those of an example."""
    codes = sorted(known.get(Unit.DISTRICT, ()))
    if not codes:
        return Message("; nothing is loaded or published yet that has any")
    return Message(" (its districts: {codes})", codes=Listed(codes, most=_SHOWN))
