"""What of a load is new: first versions, corrections, and what is stored already."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.contracts.schema import EVENTS, TABLES, VERSION_COLUMNS

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sorted:
    """The rows of a load, told apart; arrays (rows,)."""

    accepted: Flags
    corrected: Flags
    duplicates: Flags
    leans_on: tuple[int, ...] = ()  # earlier loads that hold versions of these records: without them it would differ


def content_hash(frame: pd.DataFrame, source: str) -> npt.NDArray[np.int64]:
    """(rows,) 64-bit hash over the columns that say something of the record; it is compared within one record only.

    A null adds nothing, so that a column that was never delivered and an empty one are the same.
    """
    schema = TABLES.get(source, EVENTS)
    version = {name for name, _ in VERSION_COLUMNS} - {"known_at", "withdrawn"}
    total = np.zeros(len(frame), dtype=np.uint64)
    for name in schema.names:
        if name in version or name not in frame:
            continue
        known = frame[name].notna().to_numpy(dtype=bool)
        if known.any():
            salt = np.uint64(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))
            total[known] += _mixed(_bits(frame[name][known]) ^ salt)
    return total.view(np.int64)


def _bits(column: pd.Series) -> npt.NDArray[np.uint64]:
    """64 bits of every value of a column without nulls."""
    if pd.api.types.is_datetime64_dtype(column.dtype):
        return column.to_numpy(dtype="datetime64[us]").view(np.uint64)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.asarray(column.to_numpy(dtype=np.float64) + 0.0).view(np.uint64)
    return np.asarray(pd.util.hash_array(column.astype("str").array), dtype=np.uint64)


def _mixed(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def sort_out(incoming: pd.DataFrame, stored: pd.DataFrame) -> Sorted:
    """Tell new records, corrections and duplicates apart.

    Both have `identity`, `content` and `version_at`; `stored` in the order of its loads, with `load_id`. A row is a duplicate where
    it equals the newest stored version, any stored version and is no younger than the newest (an old file again), or an
    earlier row of its own file; a correction where its record is known with another content.
    """
    count = len(incoming)
    if count == 0:
        none = np.zeros(0, dtype=bool)
        return Sorted(none, none, none)
    # One number for each record and, in it, one for each content: numbers are compared faster than texts.
    both = pd.concat([stored["identity"].astype("str"), incoming["identity"].astype("str")], ignore_index=True)
    records = pd.factorize(both)[0]
    held, come = records[: len(stored)], records[len(stored) :]
    old, new = stored["content"].to_numpy(dtype=np.int64), incoming["content"].to_numpy(dtype=np.int64)
    contents = _pairs(records, np.concatenate([old, new]))
    seen, told = contents[: len(stored)], contents[len(stored) :]
    newest_at, newest_content, known = _newest(stored, held, seen, come)
    ever = np.isin(told, seen)
    older = ~(incoming["version_at"].to_numpy(dtype="datetime64[us]") > newest_at)
    again = pd.Series(told).duplicated().to_numpy(dtype=bool)
    duplicates = again | (known & ((newest_content == told) | (ever & older)))
    first = ~known & ~pd.Series(come).duplicated().to_numpy(dtype=bool)
    accepted = first & ~duplicates
    touched = np.zeros(int(records.max()) + 1, dtype=bool)
    touched[come] = True
    leans_on = np.unique(stored["load_id"].to_numpy(dtype=np.int64)[touched[held]])
    return Sorted(accepted, ~accepted & ~duplicates, duplicates, tuple(leans_on.tolist()))


def _pairs(records: npt.NDArray[np.int64], contents: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """One number for each distinct (record, content)."""
    grouped = pd.DataFrame({"record": records, "content": contents}).groupby(["record", "content"], sort=False)
    return np.asarray(grouped.ngroup().to_numpy(), dtype=np.int64)


def _newest(
    stored: pd.DataFrame, held: npt.NDArray[np.int64], seen: npt.NDArray[np.int64], come: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.int64], Flags]:
    """Of each incoming row's record: when its newest stored version became known, its content, and whether there is one."""
    at = stored["version_at"].to_numpy(dtype="datetime64[us]")
    order = np.argsort(at, kind="stable")
    size = max(int(held.max(initial=-1)), int(come.max(initial=-1))) + 1
    last = np.full(size, -1, dtype=np.int64)
    last[held[order]] = order  # of several the later assignment stays: the newest
    place = last[come]
    known = place >= 0
    newest_at = np.full(len(come), np.datetime64("NaT", "us"))
    newest_content = np.full(len(come), -1, dtype=np.int64)
    newest_at[known], newest_content[known] = at[place[known]], seen[place[known]]
    return newest_at, newest_content, known
