"""What of a published snapshot is withheld today: what its files say, what the rule of today withholds of its own residents, and what is
withheld in the snapshot that is current. The rule may have become stricter since it was published, or a place small."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from riskwarn.arrays import Flags, Reals
from riskwarn.disclosure import complemented
from riskwarn.errors import SnapshotDamaged
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.columns.places import DOWNWARDS, Places
from serving.snapshots import published
from serving.snapshots.files import read_places
from serving.snapshots.snapshot import Snapshot

#: Whether the details of any of some units are withheld today in a snapshot.
Withholds = Callable[[str, Collection[tuple[str, str]]], bool]

#: Snapshots of which it is remembered what is withheld beyond what is today.
_MOST = 1_000


def withheld_today(places: Places, least: int, today: Places | None = None) -> Places:
    """Places as they were published, with details of fewer than `least` residents withheld, and of those that are withheld `today`; and of
    what they would follow from."""
    upwards = list(reversed(DOWNWARDS))
    people = [places[Unit.GRID].residents]
    for below, unit in pairwise(upwards):
        people.append(np.bincount(places[below].parents, people[-1], len(places[unit])).astype(np.float64))
    told = [places[unit].suppressed for unit in upwards]
    kept = [flags | _withheld_in(today, places, unit) for flags, unit in zip(told, upwards, strict=True)]
    if not any(
        (own > was).any() or (own < few).any() for own, was, few in zip(kept, told, _few(people, least), strict=True)
    ):
        return places
    parents: list[npt.NDArray[np.integer]] = [places[unit].parents for unit in upwards[:-1]]
    hidden = dict(zip(upwards, complemented(people, parents, least, always=kept), strict=True))
    return replace(places, levels={unit: replace(places[unit], suppressed=hidden[unit]) for unit in DOWNWARDS})


def _few(people: list[Reals], least: int) -> list[Flags]:
    return [np.nan_to_num(one, nan=np.inf) < least for one in people]


def _withheld_in(today: Places | None, places: Places, unit: Unit) -> Flags:
    """(units,) which are withheld in other places."""
    if today is None:
        return np.zeros(len(places[unit]), dtype=bool)
    rows = today[unit].rows_of(places[unit].codes)
    return np.where(rows >= 0, today[unit].suppressed[rows], False)


class Withheld:
    """It for the snapshots of a home, each made once beside the one that is current."""

    def __init__(self, least: int) -> None:
        self._least, self._lock = least, threading.Lock()
        self._beyond: OrderedDict[tuple[str, str | None], frozenset[tuple[str, str]]] = OrderedDict()
        self._places: OrderedDict[tuple[str, str], tuple[Places, Places]] = OrderedDict()

    def of(self, snapshot: Snapshot, today: Snapshot) -> Snapshot:
        """An older snapshot without what is withheld today."""
        key = snapshot.id, today.id
        with self._lock:
            own = self._places.get(key)
            if own is None or own[0] is not snapshot.places:
                own = self._places[key] = (
                    snapshot.places,
                    withheld_today(snapshot.places, self._least, today.places),
                )
            self._places.move_to_end(key)
        return snapshot if own[1] is snapshot.places else replace(snapshot, places=own[1])

    def keep(self, snapshots: set[str], today: str) -> None:
        """Forget the places of all but some snapshots."""
        with self._lock:
            for key in [one for one in self._places if one[0] not in snapshots or one[1] != today]:
                del self._places[key]

    def holds(self, folder: Path, units: Iterable[tuple[str, str]], today: str | None, places: Places | None) -> bool:
        """Whether any of some units is withheld in `places`, those of the snapshot of `today`, or is today in the snapshot of a folder.

        Of a snapshot the places alone are read; of one whose files are not kept any more, what is withheld in `places` is. Both are None
        where nothing is current. Raises SnapshotDamaged.
        """
        if places is not None and any(_is_withheld(places, unit, code) for unit, code in units):
            return True
        if folder.name == today:
            return False
        key = folder.name, today
        with self._lock:
            found = self._beyond.get(key)
        if found is None:
            found = self._found(folder, places)
            with self._lock:
                self._beyond[key] = found
                while len(self._beyond) > _MOST:
                    self._beyond.popitem(last=False)
        return any(one in found for one in units)

    def _found(self, folder: Path, today: Places | None) -> frozenset[tuple[str, str]]:
        """(unit, code) of what is withheld in the snapshot of a folder, but not in the places of today."""
        if not folder.is_dir():
            return frozenset()
        then = withheld_today(read_places(folder), self._least, today)
        withheld = (
            (unit.value, level.codes[row])
            for unit, level in then.levels.items()
            for row in level.suppressed.nonzero()[0]
        )
        return frozenset(one for one in withheld if today is None or not _is_withheld(today, *one))


class WithheldNow:
    """It for who has a home and no server: what is current is read anew where something was published since."""

    def __init__(self, home: Home) -> None:
        self._home, self._withheld = home, Withheld(home.configuration.min_residents)
        self._state: tuple[int, int, int] | None = None
        self._current: str | None = None
        self._places: Places | None = None

    def look(self) -> bool:
        """Look whether something was published or withdrawn; where what is current cannot be read, each unit is asked by its own residents alone."""
        state = published.state(self._home)
        if state == self._state:
            return False
        self._state, self._current, self._places, newest = state, None, None, published.newest(self._home)
        if newest is not None:
            with suppress(SnapshotDamaged):
                places = read_places(self._home.snapshots / newest.id)
                self._current, self._places = newest.id, withheld_today(places, self._home.configuration.min_residents)
        return True

    def __call__(self, snapshot: str, units: Collection[tuple[str, str]]) -> bool:
        """Whether the details of any of some units are withheld today in a snapshot; of one that is damaged those of all are."""
        try:
            return self._withheld.holds(self._home.snapshots / snapshot, units, self._current, self._places)
        except SnapshotDamaged:
            return True


def withheld_now(home: Home) -> WithheldNow:
    """It as it is at this moment."""
    found = WithheldNow(home)
    found.look()
    return found


def _is_withheld(places: Places, unit: str, code: str) -> bool:
    level = next((own for kind, own in places.levels.items() if kind == unit), None)
    row = None if level is None else level.rows.get(code)
    return level is not None and row is not None and bool(level.suppressed[row])
