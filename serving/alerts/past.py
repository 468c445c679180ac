"""What earlier publications said of each unit: where it stood, and how much was expected. Nothing is kept for it but the snapshots."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from riskwarn.alert_rules import HEIGHTS, Alerts
from riskwarn.arrays import Flags, Reals
from riskwarn.configuration import LevelRule, Levels
from riskwarn.errors import SnapshotDamaged
from riskwarn.home import Home
from riskwarn.periods import Calendar
from riskwarn.words import RANKED_LEVELS, Level, Unit
from serving.columns.members import summed
from serving.columns.places import Places
from serving.columns.scores import LEVEL_NUMBERS, LEVELS, Block, from_arrow
from serving.scoring.levels import levels
from serving.snapshots import published, suspensions
from serving.snapshots.files import read_columns, read_places
from serving.snapshots.trees import digest_of

Heights = npt.NDArray[np.int8]

#: How high each level stands, by its number; at the end that of a unit that has none (-1).
_HEIGHT = np.array([HEIGHTS[level] for level in LEVELS] + [0], dtype=np.int8)
_HEIGHT_OF_WORD = {level.value: height for level, height in HEIGHTS.items()}
_UNKNOWN = LEVEL_NUMBERS[Level.UNKNOWN.value]

#: Publications of which it is told where a grid stood; what lasts longer is not remembered.
MOST_STANDS = 60

#: Fewer periods are no past of a unit's own, however often in each of them was published.
LEAST_PAST = 12

#: The day on which the period that a day lies in begins: `Calendar.whole_before`.
PeriodOf = Callable[[date], date]


@dataclass(frozen=True)
class Stand:
    """Where the grids stood at one as-of, in the order of today's; of one that was not there or unknown 0 and `known` is false."""

    as_of: date
    height: Heights  # of the level
    loose: Heights  # of the level by rules that are loosened
    known: Flags


def stand_of(as_of: date, level: npt.NDArray[np.int8], score: Reals, rank: npt.NDArray[np.integer], rules: Levels, loosened: float) -> Stand:  # fmt: skip
    """Where grids stand, by the columns of a publication."""
    found = levels(np.nan_to_num(score), rank, _loosened(rules, loosened))
    loose = np.array([_HEIGHT_OF_WORD[one] for one in found], dtype=np.int8)
    height = _HEIGHT[level]
    return Stand(as_of, height, np.maximum(loose, height), (level >= 0) & (level != _UNKNOWN))


def _loosened(rules: Levels, by: float) -> Levels:
    return Levels(
        **{
            level.value: LevelRule(
                top=min(1.0, getattr(rules, level.value).top * (1 + by)), times=getattr(rules, level.value).times * (1 - by)
            )
            for level in RANKED_LEVELS
        }
    )  # fmt: skip


def stood(past: Sequence[Stand], grids: int, rules: Alerts, calendar: Calendar) -> Heights:
    """(grids,) the height that each grid is taken to stand at after all of its past, the oldest first.

    A level is entered at once, and left only when even the loosened rules were not met for the time of `dwell`; a grid of which
    nothing is known stays where it stood.
    """
    height, below = np.zeros(grids, dtype=np.int8), np.full(grids, -1, dtype=np.int64)
    for one in past:
        up = one.known & (one.height > height)
        under = one.known & ~up & (one.loose < height)
        below = np.where(up | (one.known & ~under), -1, below)
        below = np.where(under & (below < 0), one.as_of.toordinal(), below)
        left = under & (below <= calendar.shift(one.as_of, -rules.dwell).toordinal())
        height = np.where(up, one.height, np.where(left, one.loose, height)).astype(np.int8)
        below = np.where(left, -1, below)
    return height


def left(marks: Iterable[tuple[date, Flags, Flags]], units: int, dwell: int, calendar: Calendar) -> Flags:
    """(units,) those that are below something at the last of some days, and have been for the time of `dwell`; what is unknown says nothing.

    Of each day, the oldest first: which units are known, and which of them are below.
    """
    since, gone = np.full(units, -1, dtype=np.int64), np.zeros(units, dtype=bool)
    for as_of, known, under in marks:
        since = np.where(known, np.where(under, np.where(since < 0, as_of.toordinal(), since), -1), since)
        gone = known & under & (since <= calendar.shift(as_of, -dwell).toordinal())
    return np.asarray(gone)


def lasted(past: Sequence[Stand], now: Stand, least: int, period_of: PeriodOf) -> npt.NDArray[np.int64]:
    """(grids,) for how many periods without a break each grid has stood at a height; what is unknown is no break, and what is published
    several times in a period counts once."""
    count = np.zeros(len(now.height), dtype=np.int64)
    last = np.zeros(len(now.height), dtype=np.int64)
    for one in (*(one for one in past if one.as_of < now.as_of), now):
        period = period_of(one.as_of).toordinal()
        high = one.known & (one.height >= least)
        count = np.where(high & (last != period), count + 1, np.where(one.known & ~high, 0, count))
        last = np.where(high, period, np.where(one.known, 0, last))
    return np.where(now.known & (now.height >= least), count, 0)


@dataclass(frozen=True)
class OwnPast:
    """What was expected of each unit before: (units,) the mean and the most over so many periods."""

    mean: Reals
    most: Reals
    periods: npt.NDArray[np.int64]


def own_past(values: Sequence[tuple[date, Reals]], units: int, period_of: PeriodOf) -> OwnPast:
    """Over the values of earlier publications by their as-of, NaN where a unit was not there."""
    if not values:
        nothing = np.full(units, np.nan)
        return OwnPast(nothing, nothing, np.zeros(units, dtype=np.int64))
    every = np.stack([each for _, each in values])
    seen: dict[date, Flags] = {}
    for as_of, each in values:
        period = period_of(as_of)
        seen[period] = seen.get(period, np.zeros(units, dtype=bool)) | ~np.isnan(each)
    periods = np.stack([*seen.values()]).sum(axis=0)
    known = (~np.isnan(every)).sum(axis=0)
    total = np.nansum(every, axis=0)
    mean = np.divide(total, known, out=np.full(units, np.nan), where=known > 0)
    return OwnPast(mean, np.nan_to_num(every, nan=-np.inf).max(axis=0), periods)


def jumped(value: Reals, past: OwnPast, times: float, least: float) -> Flags:
    """(units,) those of which more is expected than in all their past, so many times its mean and no less than a size."""
    enough = (past.periods >= LEAST_PAST) & (value >= least)
    return np.asarray(enough & (value > past.most) & (value >= times * past.mean))


class Published:
    """The publications before one, as they are kept; of each as-of the one that stands for it, its own as-of among them.

    Units are those of some `places`: of one that held other grids then the sum over those that it holds in them is told.
    `upto` leaves out what was published from a sequence on, and `without` some that stand.
    """

    def __init__(
        self, home: Home, as_of: date, places: Places, upto: int | None = None, without: Collection[str] = ()
    ) -> None:
        self._home, self._places = home, places
        self._then: tuple[str, Places] | None = None
        self._codes = {unit: pa.array(list(places[unit].codes), pa.string()) for unit in Unit}
        self._rows: list[published.Row] = []
        seen: set[date] = set()
        gone = {*published.fates(home), *without}
        for row in sorted(published.listed(home), key=lambda row: (row.as_of, row.sequence), reverse=True):
            if upto is not None and row.sequence >= upto:
                continue
            if row.as_of <= as_of and row.as_of not in seen and row.id not in gone:
                seen.add(row.as_of)
                self._rows.append(row)
        with home.database.connect() as connection:
            numbers = {row.manifest["inputs"].get("suspensions", 0) for row in self._rows}
            self._touched = {number: suspensions.touched_since(connection, number) for number in numbers}

    def stands(self, block: Block) -> list[Stand]:
        """Where the grids stood, the oldest first."""
        configuration = self._home.configuration
        found: list[Stand] = []
        for row, part in self._parts(block, Unit.GRID, ("code", "score", "rank", "level"), MOST_STANDS):
            one, place = from_arrow(part), _rows_of(self._codes[Unit.GRID], part["code"])
            own = stand_of(
                row.as_of, one.level, one.score, one.rank, configuration.levels, configuration.alerts.hysteresis
            )
            there = place >= 0
            found.append(
                Stand(
                    row.as_of, np.where(there, own.height[place], 0).astype(np.int8), np.where(there, own.loose[place], 0).astype(np.int8),
                    there & own.known[place],
                )
            )  # fmt: skip
        return found[::-1]

    def values(self, block: Block, unit: Unit, since: date) -> list[tuple[date, Reals]]:
        """As-of, and what was expected of each unit: the score of a grid, above it the expected count."""
        name = "score" if unit is Unit.GRID else "expected_count"
        found = []
        for row, part in self._parts(block, unit, ("code", name), len(self._rows)):
            if row.as_of < since:
                break
            if unit is Unit.GRID or row.manifest.get("tree") == self._tree:
                place = _rows_of(self._codes[unit], part["code"])
                found.append((row.as_of, np.where(place >= 0, part[name].to_numpy()[place], np.nan)))
            elif (own := self._by_the_tree_of_today(row, block, unit, part[name].to_numpy())) is not None:
                found.append((row.as_of, own))
        return found

    @cached_property
    def _tree(self) -> str:
        return digest_of(self._places)

    def _by_the_tree_of_today(self, row: published.Row, block: Block, unit: Unit, expected: Reals) -> Reals | None:
        """(units,) what was expected of each by another tree; None where its files cannot be read."""
        folder, tree = self._home.snapshots / row.id, row.manifest.get("tree", row.id)
        try:
            if self._then is None or self._then[0] != tree:  # one tree stands for many weeks
                self._then = tree, read_places(folder)
            grids = read_columns(folder, [block], Unit.GRID, ("expected_count",))[block]
        except SnapshotDamaged:
            return None
        return summed(self._then[1], self._places, unit, expected, grids["expected_count"].to_numpy())

    def _parts(
        self, block: Block, unit: Unit, columns: Sequence[str], most: int
    ) -> Iterator[tuple[published.Row, pa.Table]]:
        """The newest first; what is damaged, or was published before its target was suspended or resumed, says nothing."""
        for row in self._rows[:most]:
            if block[0] in self._touched[row.manifest["inputs"].get("suspensions", 0)]:
                return
            try:
                part = read_columns(self._home.snapshots / row.id, [block], unit, columns).get(block)
            except SnapshotDamaged:
                continue
            if part is not None:
                yield row, part


def _rows_of(wanted: pa.Array, held: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Where each wanted code stands among those that are held; -1 where it does not."""
    if held.combine_chunks().equals(wanted):
        return np.arange(len(wanted))
    import pyarrow.compute as pc

    found = pc.index_in(wanted, held.combine_chunks())
    return np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


def years_before(as_of: date, years: float) -> date:
    """The day so many years before."""
    return as_of - timedelta(days=round(365.25 * years))
