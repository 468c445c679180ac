"""The newest version of each record, some row groups at a time: for what is counted over a whole source after every load.

Which versions are superseded is found by the identities alone, sorted as numbers: few records have several versions, and
only of these is asked when each was said. Ten million records take some 200 MB meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.contracts.identity import identities
from riskwarn.contracts.schema import schema_of
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.store.lake import Store

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

#: Identities are looked for by their lowest bits first.
_LOW_BITS = (1 << 22) - 1


class Newest:
    """The newest version of each record of a source, without those that say that it is void.

    `known` is the first and the last known time of these, None of none.
    """

    def __init__(self, store: Store, source: str) -> None:
        self._store, self._source = store, source
        # Files and row groups stay as they are; what is loaded meanwhile is not seen.
        self._paths = store.files(source)
        identities = [_numbers(table, "record_id") for table in self._groups(["record_id"])]
        sizes = [len(part) for part in identities]
        among = several(np.concatenate(identities)) if identities else np.zeros(0, dtype=bool)
        kept = _current(among, identities, self._groups(["version_at"]))
        del identities, among
        self._kept = np.split(kept, np.cumsum(sizes))[:-1] if sizes else []
        self.known = self._known()

    def parts(self, columns: Sequence[str]) -> Iterator[tuple[pa.Table, Flags]]:
        """Tables of some columns of all versions, in the order of loads, and which rows of each are such versions.

        Texts are dictionary encoded, instants naive. Nothing is taken out, which would copy every column.
        """
        return zip(self._groups(columns), self._kept, strict=True)

    def _known(self) -> tuple[np.datetime64, np.datetime64] | None:
        """Leaves out what is void on the way."""
        ends = []
        for table, kept in zip(self._groups(["withdrawn", "known_at"]), self._kept, strict=True):
            kept &= ~table["withdrawn"].fill_null(False).to_numpy()
            known = table["known_at"].to_numpy()[kept]
            if len(known):
                ends += [known.min(), known.max()]
        return (min(ends), max(ends)) if ends else None

    def _groups(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        return self._store.groups(self._source, columns, self._paths)


def in_force(store: Store) -> dict[str, int]:
    """How many records (in tables: rows) are in force of each source: of a record with several versions one, of a void one none."""
    found = store.sources()
    for source in found:
        names = schema_of(source).names
        if "withdrawn" in names and any(
            pc.any(table["withdrawn"]).as_py() for table in store.scan(source, ["withdrawn"])
        ):
            found[source] = sum(int(kept.sum()) for _, kept in Newest(store, source).parts(["record_id"]))
            continue
        # A register kept by month holds a record as often as it was reported: one file can have several versions.
        if len(store.files(source)) < 2 and not store.corrects(source):
            continue
        if source in TABLE_CONTRACTS and source != "grids":
            found[source] = int(identities(store.versions(source), TABLE_CONTRACTS[source]).nunique())
            continue
        key = "grid_id" if source == "grids" else "record_id"
        parts = [table[key].unique() for table in store.scan(source, [key])]
        found[source] = len(pa.chunked_array(parts).unique()) if parts else 0
    return found


def several(record: Numbers) -> Flags:
    """(rows,) whether the identity of each row is that of another row, too."""
    ordered = np.sort(record)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    found = np.zeros(len(record), dtype=bool)
    if len(again):
        low = np.zeros(_LOW_BITS + 1, dtype=bool)
        low[again & _LOW_BITS] = True
        rows = np.flatnonzero(low[record & _LOW_BITS])
        place = np.searchsorted(again, record[rows])
        found[rows] = again[np.minimum(place, len(again) - 1)] == record[rows]
    return found


def _current(among: Flags, identities: Sequence[Numbers], times: Iterator[pa.Table]) -> Flags:
    """(rows,) whether a version is the newest of its record: of the same instant, the one that was loaded last.

    `among` are the rows whose record has several.
    """
    current = ~among
    if not among.any():
        return current
    rows, records, at, start = [], [], [], 0
    for part, table in zip(identities, times, strict=True):
        here = np.flatnonzero(among[start : start + len(part)])
        rows.append(here + start)
        records.append(part[here])
        at.append(table["version_at"].to_numpy()[here])
        start += len(part)
    record = np.concatenate(records)
    order = np.lexsort((np.concatenate(at), record))
    record = record[order]
    last = np.append(record[1:] != record[:-1], True)
    current[np.concatenate(rows)[order[last]]] = True
    return current


def _numbers(table: pa.Table, name: str) -> Numbers:
    column = table[name]
    return np.asarray((column.fill_null(0) if column.null_count else column).to_numpy(), dtype=np.int64)
