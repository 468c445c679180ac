"""What of a load is new: first versions, corrections, and what is stored already."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from riskwarn.arrays import Flags
from riskwarn.contracts.schema import VERSION_COLUMNS, schema_of
from riskwarn.mixing import mixed

Numbers = npt.NDArray[np.int64]

#: Columns of a version that say nothing of the record itself.
_OUTSIDE = {name for name, _ in VERSION_COLUMNS} - {"known_at", "withdrawn"}


@dataclass(frozen=True)
class Versions:
    """Versions of records, as they are compared; arrays (rows,) in the order of loads and rows."""

    record: Numbers  # the record's identity
    content: Numbers  # hash of what the version says
    version_at: npt.NDArray[np.datetime64]  # when this content became known
    load_id: Numbers | None = None  # of stored ones: the load that holds each
    exported_at: npt.NDArray[np.datetime64] | None = None  # of stored ones: when the export was taken that brought them


@dataclass(frozen=True)
class Sorted:
    """The rows of a load, told apart; arrays (rows,)."""

    accepted: Flags
    corrected: Flags
    duplicates: Flags
    leans_on: tuple[int, ...] = ()  # earlier loads that hold versions of these records: without them it would differ


def content_hash(columns: Mapping[str, pa.Array], source: str) -> Numbers:
    """(rows,) 64-bit hash over the columns that say something of the record; it is compared within one record only.

    A null adds nothing, so that a column that was never delivered and an empty one are the same.
    """
    rows = len(next(iter(columns.values())))
    total = np.zeros(rows, dtype=np.uint64)
    for name in schema_of(source).names:
        if name in columns and name not in _OUTSIDE and columns[name].null_count < rows:
            total += content_part(name, columns[name])
    return total.view(np.int64)


def content_part(name: str, column: pa.Array) -> npt.NDArray[np.uint64]:
    """What one column adds to the hash of each row."""
    salt = np.uint64(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))
    if pa.types.is_dictionary(column.type):
        of_words = np.append(mixed(_bits(column.dictionary) ^ salt), np.uint64(0))
        return np.asarray(of_words[column.indices.fill_null(len(of_words) - 1).to_numpy(zero_copy_only=False)])
    bits = mixed(_bits(column) ^ salt)
    if column.null_count:
        bits[column.is_null().to_numpy(zero_copy_only=False)] = 0
    return bits


def _bits(column: pa.Array) -> npt.NDArray[np.uint64]:
    """64 bits of every value of a column; anything where it is null."""
    kind = column.type
    if pa.types.is_string(kind):
        texts = column.fill_null("").to_numpy(zero_copy_only=False)
        return np.asarray(pd.util.hash_array(texts, categorize=False), dtype=np.uint64)
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_temporal(kind):
        column = column.cast(pa.int32() if pa.types.is_date32(kind) else pa.int64())
    # Numbers by their value: a count that comes as 3.0 is 3.
    values = column.fill_null(0).to_numpy(zero_copy_only=False)
    return np.asarray(
        (values.astype(np.float64) + 0.0 if values.dtype.kind == "f" else values.astype(np.int64)).view(np.uint64)
    )


def sort_out(incoming: Versions, stored: Versions, again: Flags | None = None) -> Sorted:
    """Tell new records, corrections and duplicates apart.

    A row is a duplicate where it says what was said of its record just before: by the version in force at its own
    `version_at`, stored or of the same file. Otherwise it is a correction where its record is known, or came earlier in
    the file. In one file the younger row of a record comes last, whatever the order of the file. `again` are rows that are
    known to be duplicates.
    """
    count = len(incoming.record)
    accepted, duplicates = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    if count == 0:
        return Sorted(accepted, accepted, accepted)
    several = _several(incoming.record)
    duplicates |= repeated(incoming, several) if again is None else repeated(incoming, several) | again
    known, content, at = _newest(stored, incoming.record)
    # Most rows are alone with their record, or say what is in force already.
    duplicates[known & ~several & (content == incoming.content) & (incoming.version_at >= at)] = True
    accepted[~known & ~several & ~duplicates] = True
    rest = np.flatnonzero(~accepted & ~duplicates)
    if len(rest):
        first, same = _in_time(incoming, stored, rest)
        duplicates[rest] = same
        accepted[rest] = first & ~known[rest]
    return Sorted(accepted, ~accepted & ~duplicates, duplicates, _leans_on(incoming, stored))


def repeated(incoming: Versions, several: Flags | None = None) -> Flags:
    """Rows that repeat an earlier one of the file in every respect; `several`: whose record has several rows."""
    rows = np.flatnonzero(_several(incoming.record) if several is None else several)
    again = np.zeros(len(incoming.record), dtype=bool)
    said = pd.DataFrame(
        {"record": incoming.record[rows], "content": incoming.content[rows], "at": incoming.version_at[rows]}
    )
    again[rows] = said.duplicated().to_numpy(dtype=bool)
    return again


def _several(record: Numbers) -> Flags:
    return pd.Series(record).duplicated(keep=False).to_numpy(dtype=bool)


def told_before(incoming: Versions, stored: Versions, exported: np.datetime64) -> Flags:
    """Rows that are stored, word for word, from an export of the same instant: the file comes again."""
    if stored.exported_at is None or len(stored.record) == 0:
        return np.zeros(len(incoming.record), dtype=bool)
    same = stored.exported_at == exported
    held = pd.Index(_paired(stored.record[same], stored.content[same]))
    return np.asarray(pd.Index(_paired(incoming.record, incoming.content)).isin(held), dtype=bool)


def listed_again(incoming: Versions, stored: Versions, silent: Flags) -> Flags:
    """Rows of records with several rows in a file that are no news: all where the last says what is in force; else those that are
    stored, all where what is in force is among them, and all but the last where it is not.

    A register that lists a case twice, open and then settled, lists it so every month: neither row is news, and where the
    second changes, the first is none. Where the first changes alone, the case stands as the last says it does. `silent` are rows without a time of change: one with a time says itself when it was true.
    """
    again = np.zeros(len(incoming.record), dtype=bool)
    rows = np.flatnonzero(_several(incoming.record) & silent)
    if len(rows) == 0 or len(stored.record) == 0:
        return again
    record, content = incoming.record[rows], incoming.content[rows]
    among = np.asarray(pd.Index(stored.record).isin(record))
    stored = Versions(stored.record[among], stored.content[among], stored.version_at[among])
    known, newest, _ = _newest(stored, record)
    same = known & (content == newest)
    held = pd.Index(_paired(stored.record, stored.content))
    older = pd.Series(record).duplicated(keep="last").to_numpy(dtype=bool)
    repeats, ends = (_any_of(record, flags) for flags in (same, same & ~older))
    again[rows] = ends | ((repeats | older) & pd.Index(_paired(record, content)).isin(held))
    return again


def _any_of(record: Numbers, flags: Flags) -> Flags:
    """Rows of records of which any row is flagged."""
    return pd.Series(flags).groupby(record).transform("any").to_numpy(dtype=bool)


def _paired(record: Numbers, content: Numbers) -> Numbers:
    """One number for a record and what is said of it."""
    return np.asarray((mixed(record.view(np.uint64)) + content.view(np.uint64)).view(np.int64))


def _in_time(incoming: Versions, stored: Versions, rows: Numbers) -> tuple[Flags, Flags]:
    """Of some incoming rows: which come first of their record, and which repeat what came just before, in time."""
    held = np.flatnonzero(pd.Index(stored.record).isin(pd.Index(incoming.record[rows])))
    record = np.concatenate([stored.record[held], incoming.record[rows]])
    content = np.concatenate([stored.content[held], incoming.content[rows]])
    at = np.concatenate([stored.version_at[held], incoming.version_at[rows]])
    # Of the same instant the stored come first, then the rows in the order of the file: the sort is stable.
    order = np.lexsort((at, record))
    follows = np.zeros(len(order), dtype=bool)
    follows[1:] = record[order][1:] == record[order][:-1]
    same = follows.copy()
    same[1:] &= content[order][1:] == content[order][:-1]
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    place = back[len(held) :]
    return ~follows[place], same[place]


def _leans_on(incoming: Versions, stored: Versions) -> tuple[int, ...]:
    if stored.load_id is None or len(stored.record) == 0:
        return ()
    touched = pd.Index(stored.record).isin(pd.Index(incoming.record))
    return tuple(np.unique(stored.load_id[touched]).tolist())


def _newest(stored: Versions, records: Numbers) -> tuple[Flags, Numbers, npt.NDArray[np.datetime64]]:
    """Whether each record is stored, and its newest version's content and time (-1 and NaT where it is not)."""
    content = np.full(len(records), -1, dtype=np.int64)
    at = np.full(len(records), np.datetime64("NaT", "us"))
    if len(stored.record) == 0:
        return np.zeros(len(records), dtype=bool), content, at
    order = np.argsort(stored.version_at, kind="stable")
    newest = pd.Series(stored.record[order]).drop_duplicates(keep="last").index.to_numpy()
    held = pd.Index(stored.record[order][newest])
    place = held.get_indexer(pd.Index(records))
    known = place >= 0
    rows = order[newest][place[known]]
    content[known], at[known] = stored.content[rows], stored.version_at[rows]
    return known, content, at
