"""What subscribers see, by the tree of today: that of the snapshot that is current at the moment of each delivery."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
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
from serving.snapshots.withheld import WithheldNow

#: What somebody sees of a message.
Seen = Callable[[Message], View]

#: Areas of which it is kept what lies inside.
_KEPT = 1_000


class Today:
    """Finds out what lies inside areas, once for each snapshot that is current."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._inside: dict[Area, Inside | None] = {}
        self._older: dict[str, bool] = {}
        self._trees, self._withheld = Trees(home), WithheldNow(home)

    def seen(self, messages: Sequence[Message], suspended: frozenset[str], *areas: Area | None) -> Seen:
        """What is seen of some messages by who sees what lies inside all of some areas; None is nothing at all."""
        snapshots = {snapshot_of(one.body) for one in messages}
        view = self.whole(snapshots, suspended)
        if None in areas:
            return partial(_nothing, view)
        parts = {one for one in areas if one is not None and not one.whole}
        if not parts:
            return partial(_same, view)
        found = [self._inside_of(one) for one in parts]
        inside = [one for one in found if one is not None]
        if len(inside) < len(found):
            return partial(_as_it_was_said, view, parts)
        every = _all_of(inside)
        then = {one: self._trees.inside(one, every) for one in snapshots}
        granted = tuple(frozenset(one.units) for one in parts)
        return partial(
            _same, replace(view, inside=every, then=lambda snapshot: then.get(str(snapshot), ()), granted=granted)
        )

    def whole(self, snapshots: Iterable[str], suspended: frozenset[str] = frozenset()) -> View:
        """What is seen of the whole city in what some snapshots told."""
        if self._withheld.look() or len(self._inside) > _KEPT:
            self._inside = {}
        told = frozenset(snapshots)
        older = frozenset(one for one in told if self._told_by_an_earlier_rule(one))
        for one in told:
            self._withheld(one, ())  # read here, and not where a notice is cut
        return View(suspended=suspended, older=older.__contains__, withheld=self._withheld)

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
        first = Inside(first.grids & one.grids, first.units & one.units)
    return first


def _same(view: View, _message: Message) -> View:
    return view


def _nothing(view: View, _message: Message) -> View:
    return replace(view, inside=NOWHERE)


def _as_it_was_said(view: View, areas: set[Area], message: Message) -> View:
    """Where there is no tree of today, what lay inside when it was said does still: that something is over must be told."""
    if not all(message.lies_in(one.units) for one in areas):
        return _nothing(view, message)
    units = message.places() | {(Unit.GRID.value, str(one["code"])) for one in message.members}
    grids = frozenset(code for unit, code in units if unit == Unit.GRID.value)
    return replace(view, inside=Inside(grids, frozenset(units)), then=lambda _snapshot: units)
