"""What subscribers see, by the tree of today: that of the snapshot that is current at the moment of each delivery."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from riskwarn.errors import NoSnapshot
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.access.areas import Area
from serving.delivery.messages import Message
from serving.delivery.view import NOWHERE, View, snapshot_of
from serving.snapshots import published
from serving.snapshots.cut import Inside, inside_of
from serving.snapshots.trees import Trees
from serving.snapshots.units import places_today

#: What somebody sees of a message.
Seen = Callable[[Message], View]

#: Areas of which it is kept what lies inside.
_KEPT = 1_000


class Today:
    """Finds out what lies inside areas, once for each snapshot that is current."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._state: tuple[int, int, int] | None = None
        self._inside: dict[Area, Inside | None] = {}
        self._older: dict[str, bool] = {}
        self._trees = Trees(home)

    def seen(self, messages: Sequence[Message], suspended: frozenset[str], *areas: Area | None) -> Seen:
        """What is seen of some messages by who sees what lies inside all of some areas; None is nothing at all."""
        snapshots = {snapshot_of(one.body) for one in messages}
        older = frozenset(one for one in snapshots if self._told_by_an_earlier_rule(one))
        view = View(suspended=suspended, older=older.__contains__)
        if None in areas:
            return partial(_nothing, view)
        parts = {one for one in areas if one is not None and not one.whole}
        if not parts:
            return partial(_same, view)
        state = published.state(self._home)
        if state != self._state or len(self._inside) > _KEPT:
            self._state, self._inside = state, {}
        found = [self._inside_of(one) for one in parts]
        inside = [one for one in found if one is not None]
        if len(inside) < len(found):
            return partial(_as_it_was_said, view, parts)
        every = _all_of(inside)
        then = {one: self._trees.inside(one, every) for one in snapshots}
        return partial(_same, View(every, suspended, view.older, lambda snapshot: then.get(str(snapshot), ())))

    def _inside_of(self, area: Area) -> Inside | None:
        """What lies inside an area; None where no tree is published, as after all snapshots were withdrawn."""
        if area not in self._inside:
            places = places_today(self._home)
            self._inside[area] = None if places is None else inside_of(places, area.units)
        return self._inside[area]

    def _told_by_an_earlier_rule(self, snapshot: str) -> bool:
        if snapshot not in self._older:
            try:
                self._older[snapshot] = not published.named(self._home, snapshot).told_as_now
            except NoSnapshot:
                self._older[snapshot] = False
        return self._older[snapshot]


def _all_of(parts: list[Inside]) -> Inside:
    first, *others = parts
    for one in others:
        first = Inside(first.grids & one.grids, first.districts & one.districts, first.units & one.units)
    return first


def _same(view: View, _message: Message) -> View:
    return view


def _nothing(view: View, _message: Message) -> View:
    return View(NOWHERE, view.suspended, view.older)


def _as_it_was_said(view: View, areas: set[Area], message: Message) -> View:
    """Where there is no tree of today, what lay inside when it was said does still: that something is over must be told."""
    if not all(message.lies_in(one.units) for one in areas):
        return _nothing(view, message)
    units = message.places() | {(Unit.GRID.value, str(one["code"])) for one in message.members}
    grids = frozenset(code for unit, code in units if unit == Unit.GRID.value)
    return View(Inside(grids, frozenset(), frozenset(units)), view.suspended, view.older, lambda _snapshot: units)
