"""Records as numbers: what is believed of one source, as small integer columns that a panel reads at the speed of memory.

Instants become the period into which they fall, dates become days, words become codes of the shipped vocabularies.
Everything is encoded once for all columns and shards; a shard takes rows of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.engine.spans import NEVER
from riskwarn.periods import Calendar, Instants
from riskwarn.words import DiscoveredBy, Severity

#: The last column that sees a record which was taken out: before any.
GONE = np.int32(-1)

#: The weight of a word of severity in a sum; no word counts as the least.
SEVERITY = {severity.value: weight for weight, severity in enumerate(Severity, start=1)}

DISCOVERED_BY = tuple(way.value for way in DiscoveredBy)

#: Kinds of a call that ask for something, and those that do not; the code of a kind is its place here.
KINDS = ("suggestion", "appeal", "help", "complaint", "demand", "inquiry", "praise", "repeat")

SATISFACTION = ("satisfied", "fair", "dissatisfied")

#: Fields with a time of their own that features read, as `<field>` (period in which it became known) and `<field>_day`.
OWN_TIMES = ("answered_at", "closed_at", "escalated_at", "reopened_at")

Column = npt.NDArray[Any]


class Records:
    """The encoded rows of one source. `records["severity"]` is a column; rows may be a choice of a longer table's.

    A choice shares the table's memory until a column is asked for; the chosen column is then kept.
    """

    def __init__(
        self,
        columns: Mapping[str, Column],
        rows: npt.NDArray[np.int64] | None = None,
        cells: npt.NDArray[np.int64] | None = None,
    ) -> None:
        self._columns = columns
        self._rows = rows
        self._kept: dict[str, Column] = {} if cells is None else {"grid": cells}

    def __len__(self) -> int:
        return len(self._columns["grid"]) if self._rows is None else len(self._rows)

    def __getitem__(self, name: str) -> Column:
        if name not in self._kept:
            column = self._columns[name]
            self._kept[name] = column if self._rows is None else column[self._rows]
        return self._kept[name]

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._columns)

    @cached_property
    def nbytes(self) -> int:
        """Bytes of the columns."""
        return sum(self._columns[name].nbytes for name in self._columns)

    def choose(self, rows: npt.NDArray[np.int64], cells: npt.NDArray[np.int64] | None = None) -> Records:
        """The rows at these places, in cells of another geography where such are given."""
        if self._rows is None:
            return Records(self._columns, rows, cells)
        return Records(self._columns, self._rows[rows], self["grid"][rows] if cells is None else cells)

    def by_grid(self) -> Records:
        """The rows in the order of their grids, each grid's as they were: what is near on the ground is near in memory."""
        grid = self["grid"]
        if (np.diff(grid) >= 0).all():
            return self
        return Records(self.choose(np.argsort(grid, kind="stable")).solid())

    def joined(self, other: Records, weight: npt.NDArray[np.float64]) -> Records:
        """These rows and those of another table of the same columns, whose counts weigh so much."""
        columns = {name: np.concatenate([self[name], other[name]]) for name in self._columns}
        if not (weight == 1).all():
            columns["count"] = np.concatenate([self["count"], other["count"] * weight])
        return Records(columns)

    def __reduce__(self) -> tuple[type[Records], tuple[dict[str, Column]]]:
        """To another process go the chosen rows only."""
        return Records, (self.solid(),)

    def solid(self) -> dict[str, Column]:
        """All columns as plain arrays: what is sent to another process."""
        return {name: np.ascontiguousarray(self[name]) for name in self._columns}


class Clock:
    """Turns instants into periods and local days, fast where the periods are evenly long."""

    def __init__(self, calendar: Calendar, edges: Instants, later: Instants | None = None) -> None:
        self.calendar = calendar
        self.edges = edges
        bounds = edges if later is None else np.concatenate([edges, later])
        self._bounds = bounds.astype("datetime64[us]").view(np.int64)
        steps = np.diff(self._bounds)
        self._step = int(steps[0]) if len(steps) and (steps == steps[0]).all() else None
        offsets = {calendar.timezone.utcoffset(pd.Timestamp(edge).to_pydatetime()) for edge in edges[[0, -1]]}
        fixed = calendar.timezone.key in _WITHOUT_SUMMER_TIME and len(offsets) == 1
        self._offset = int(offsets.pop().total_seconds() * 1e6) if fixed else None  # type: ignore[union-attr]

    def period(self, instants: Instants) -> npt.NDArray[np.int32]:
        """(rows,) int32 p where edges[p] <= instant < edges[p + 1]; -1 before the first edge, NEVER after the last and for NaT."""
        moments = instants.astype("datetime64[us]", copy=False).view(np.int64)
        absent = moments == _NAT
        last = len(self._bounds) - 1
        if self._step is not None:
            found = np.clip((moments - self._bounds[0]) // self._step, -1, last)
        else:
            found = np.searchsorted(self._bounds, moments, side="right") - 1
        periods: npt.NDArray[np.int32] = found.astype(np.int32)
        periods[absent | (found >= last)] = NEVER
        return periods

    def day(self, instants: Instants) -> npt.NDArray[np.int32]:
        """(rows,) int32 local date in days since 1970; 0 for NaT."""
        if self._offset is None:
            return self.calendar.local_days(instants).astype(np.int32)
        moments = instants.astype("datetime64[us]", copy=False).view(np.int64)
        days = ((moments + self._offset) // 86_400_000_000).astype(np.int32)
        days[moments == _NAT] = 0
        return days


_NAT = np.iinfo(np.int64).min

#: Zones whose clocks have not been changed since 1992, in which a local day is plain arithmetic.
_WITHOUT_SUMMER_TIME = frozenset({"Asia/Shanghai", "Asia/Chongqing", "Asia/Urumqi", "UTC", "Etc/UTC"})


def encode(frame: pd.DataFrame, clock: Clock, categories: Sequence[str]) -> Records:
    """Encode the beliefs of an event source; `categories` gives the codes.

    Columns: `record` (its digest), `grid`, `count`, `known` (period), `start` and `stop` (columns that see the row), `day`, `delay` (days until
    it was registered), `category`, `severity` (weight), `discovered`, `kind`, `topics` (bits) with `topics_at`, `due_at` (period) and
    `due_at_day`, `outcome` (period in which it became known), `referred`, `satisfaction` with `satisfaction_at`, and
    each of :data:`OWN_TIMES` with its day.
    """

    def instants(name: str) -> Instants:
        return frame[name].to_numpy(dtype="datetime64[us]")

    known = clock.period(instants("known_at"))
    day = clock.day(instants("occurred_at"))
    columns: dict[str, Column] = {
        "grid": frame["grid"].to_numpy(dtype=np.int32),
        "count": frame["count"].to_numpy(dtype=np.int64),
        "known": known,
        "start": np.maximum(known, clock.period(instants("believed_from"))) + 1,
        "stop": clock.period(instants("believed_to")),
        "day": day,
        "delay": np.maximum(0, clock.day(instants("known_at")) - day),
        "category": codes(frame["category"], categories),
        "severity": np.maximum(1, codes(frame["severity"], tuple(SEVERITY)) + 1).astype(np.int8),
        "discovered": codes(frame["discovered_by"], DISCOVERED_BY).astype(np.int8),
        "kind": codes(frame["kind"], KINDS).astype(np.int8),
        "due_at": clock.period(instants("due_at")),
        "due_at_day": clock.day(instants("due_at")),
        "outcome": clock.period(instants("outcome_known")),
        "referred": np.asarray(codes(frame["outcome"], ("referred",)) == 0),
    }
    for name in OWN_TIMES:
        columns[name] = clock.period(instants(f"{name}_known"))
        columns[f"{name}_day"] = clock.day(instants(name))
    if "record_id" in frame:
        columns["record"] = frame["record_id"].to_numpy(dtype=np.int64)
    columns["topics"] = frame["topics"].fillna(0).to_numpy(dtype=np.int64)
    columns["topics_at"] = np.maximum(known, clock.period(instants("topics_known")))
    columns["satisfaction"] = codes(frame["satisfaction"], SATISFACTION).astype(np.int8)
    columns["satisfaction_at"] = np.maximum(known, clock.period(instants("satisfaction_known")))
    return Records(columns)


def codes(words: pd.Series, known: Sequence[str]) -> npt.NDArray[np.int16]:
    """(rows,) int16 the place of each word in `known`, -1 for none or another."""
    place = pd.Index(list(known)).astype(object)
    if isinstance(words.dtype, pd.CategoricalDtype):
        of_category = place.get_indexer(pd.Index(words.cat.categories.astype(object)))
        return np.append(of_category, -1).astype(np.int16)[words.cat.codes.to_numpy()]
    numbers, distinct = pd.factorize(words)
    return np.append(place.get_indexer(pd.Index(distinct, dtype=object)), -1).astype(np.int16)[numbers]


def encode_table(frame: pd.DataFrame, clock: Clock, numbers: Sequence[str]) -> Records:
    """Encode a table that is not an event source: `grid`, `start` (0 where a row holds for all time), and its numbers."""
    known = frame["known_at"].to_numpy(dtype="datetime64[us]")
    start = np.where(np.isnat(known), 0, np.minimum(clock.period(known), NEVER - 1) + 1)
    columns: dict[str, Column] = {"grid": frame["grid"].to_numpy(dtype=np.int32), "start": start.astype(np.int32)}
    columns |= {name: frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in numbers if name in frame}
    return Records(columns)
