"""One source as a feed: what each record said when it first came, and what its later versions changed.

Columns are read one by one, and only those that are asked for: a source of two million records is read in seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags, Indices
from riskwarn.contracts.schema import schema_of
from riskwarn.periods import Calendar, Instants
from riskwarn.store import Store
from riskwarn.store.newest import several


@dataclass(frozen=True)
class Feed:
    """Every stored version of one event source, in the order of its loads; arrays (versions,) unless it is said."""

    source: str
    store: Store
    calendar: Calendar
    known_at: Instants  # UTC, datetime64[us]
    occurred_at: Instants
    exported_at: Instants
    load_id: Indices
    day: Indices  # local date of `known_at` in days since 1970
    district: Indices  # index into `districts`, -1 where none is known
    districts: tuple[str, ...]
    count: npt.NDArray[np.float64]
    first: Flags  # the first version of its record
    earlier: Indices  # (changes,) a version that was followed by another of the same record
    later: Indices  # (changes,) the one that followed it
    chain: Indices  # (changes,) a number for each record that has several versions

    def column(self, name: str) -> pa.ChunkedArray:
        """One more column of the same versions."""
        parts = [table.column(0) for table in self.store.scan(self.source, [name])]
        return pa.chunked_array(
            [chunk for part in parts for chunk in part.chunks], schema_of(self.source).field(name).type
        )

    def of(self, name: str, rows: Indices) -> pa.ChunkedArray:
        """The same column of some of the versions, in their order: of the others no more is held than of one file."""
        kind = schema_of(self.source).field(name).type
        if self.store.nulls(self.source, name) == len(self.first):
            return pa.chunked_array([pa.nulls(len(rows), kind)])
        order = np.argsort(rows, kind="stable")
        wanted, parts, start = rows[order], [], 0
        for table in self.store.scan(self.source, [name]):
            first, last = np.searchsorted(wanted, (start, start + len(table)))
            if last > first:
                parts += table.column(0).take(pa.array(wanted[first:last] - start)).chunks
            start += len(table)
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return pa.chunked_array(parts, kind).take(pa.array(back))

    def filled(self, name: str) -> bool | npt.NDArray[np.bool_]:
        """(versions,) where a column is filled; True or False where it is always or never: then it is not read."""
        nulls = self.store.nulls(self.source, name)
        if nulls in (0, len(self.first)):
            return nulls == 0
        return np.asarray(self.column(name).is_valid().to_numpy(), dtype=bool)

    def shares(self, name: str, *chosen: Flags) -> list[dict[str, float]]:
        """Share of each word of a column among some versions, the commonest first; nulls as an empty word."""
        counted: list[Counter[str]] = [Counter() for _ in chosen]
        start = 0
        for table in self.store.groups(self.source, [name], self.store.files(self.source)):
            for rows, words in zip(chosen, counted, strict=True):
                found = pc.value_counts(table[name].filter(pa.array(rows[start : start + len(table)])))
                words.update({one["values"] or "": one["counts"] for one in found.to_pylist()})
            start += len(table)
        return [
            {word: count / words.total() for word, count in sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))}
            for words in counted
        ]


def read_feed(store: Store, source: str, calendar: Calendar) -> Feed:
    """Read the columns that every examination needs."""
    names = ["record_id", "load_id", "row", "known_at", "occurred_at", "exported_at", "district", "count"]
    parts = list(store.scan(source, names))
    table = (
        pa.concat_tables(parts) if parts else pa.schema([schema_of(source).field(name) for name in names]).empty_table()
    )
    first, earlier, later, chain = _versions(_whole(table["record_id"]), _whole(table["load_id"]), _whole(table["row"]))
    districts = tuple(sorted(word for word in pc.unique(table["district"]).to_pylist() if word))
    known = _instants(table["known_at"])
    return Feed(
        source=source,
        store=store,
        calendar=calendar,
        known_at=known,
        occurred_at=_instants(table["occurred_at"]),
        exported_at=_instants(table["exported_at"]),
        load_id=_whole(table["load_id"]),
        day=calendar.local_days(known),
        district=_places(table["district"], districts),
        districts=districts,
        count=pc.fill_null(table["count"], 1).to_numpy().astype(np.float64),
        first=first,
        earlier=earlier,
        later=later,
        chain=chain,
    )


def _versions(record: Indices, load_id: Indices, row: Indices) -> tuple[Flags, Indices, Indices, Indices]:
    """Which versions are the first of their record, and the pairs that follow each other."""
    many = np.flatnonzero(several(record))
    codes = pd.factorize(record[many])[0]
    order = np.lexsort((row[many], load_id[many], codes))
    ordered, grouped = many[order], codes[order]
    follows = np.zeros(len(ordered), dtype=bool)
    follows[1:] = grouped[1:] == grouped[:-1]
    first = np.ones(len(record), dtype=bool)
    first[ordered[follows]] = False
    return first, ordered[:-1][follows[1:]], ordered[follows], grouped[follows]


def _places(column: pa.ChunkedArray, words: Sequence[str]) -> Indices:
    found = pc.index_in(column, value_set=pa.array(words, column.type))
    return np.asarray(pc.fill_null(found, -1).to_numpy(), dtype=np.int64)


def _whole(column: pa.ChunkedArray) -> Indices:
    return np.asarray(column.to_numpy(), dtype=np.int64)


def _instants(column: pa.ChunkedArray) -> Instants:
    return np.asarray(column.cast(pa.timestamp("us")).to_numpy(), dtype="datetime64[us]")
