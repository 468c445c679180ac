"""The files of a kept state: encoded records with room for new ones, and what is needed to believe a record anew.

A table is read as a private view of its file: what is written into it stays in memory, and only the pages that are written
to are copied. So records can be taken out and added without going over those that stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.encoding.records import GONE, Records
from features.engine import kernels
from riskwarn.files import named_by_content

Ids = npt.NDArray[np.int64]

#: Bytes to which columns are aligned.
_LINE = 64


@dataclass(frozen=True)
class RecordFile:
    """Encoded records on disk, each column with room for more rows after its last."""

    path: Path
    rows: int
    room: int
    columns: Mapping[str, tuple[str, int]]  # name -> type and the byte at which the column begins

    @staticmethod
    def write(folder: Path, records: Records) -> RecordFile:
        """Write the records that were not taken out, with room for a thirty-second part more."""
        stay = np.flatnonzero(records["stop"] != GONE) if "stop" in records else np.arange(len(records))
        chosen = records if len(stay) == len(records) else records.choose(stay)
        rows, room, columns = len(chosen), len(chosen) + max(1024, len(chosen) // 32), {}
        with named_by_content(folder, ".records") as unnamed, unnamed.path.open("wb") as sink:
            for name in chosen.names:
                column = np.ascontiguousarray(chosen[name])
                columns[name] = (column.dtype.str, sink.tell())
                sink.write(column.data)
                sink.write(bytes((room - rows) * column.itemsize))
                sink.write(bytes(-sink.tell() % _LINE))
        return RecordFile(folder / f"{unnamed.digest}.records", rows, room, columns)

    def as_dict(self) -> dict[str, Any]:
        """As it stands in the state's description."""
        return {"file": self.path.name, "rows": self.rows, "room": self.room, "columns": self.columns}

    @staticmethod
    def of(folder: Path, described: Mapping[str, Any]) -> RecordFile:
        """Out of the state's description."""
        columns = {name: (kind, begin) for name, (kind, begin) in described["columns"].items()}
        return RecordFile(folder / described["file"], described["rows"], described["room"], columns)

    def changed(self, without: Ids, fresh: Records) -> Records:
        """The records without those of these ids (rising), and the fresh ones after them."""
        held = np.asarray(np.memmap(self.path, dtype=np.uint8, mode="c"))
        whole = {}
        for name, (kind, begin) in self.columns.items():
            column = held[begin : begin + self.room * np.dtype(kind).itemsize].view(kind)
            whole[name] = _extended(column, self.rows, fresh[name])
        # Copied as a whole: rows here and there would copy a page each.
        whole["stop"] = whole["stop"].copy()
        whole["stop"][places_among(whole["record"][: self.rows], without)] = GONE
        return Records(whole)


def _extended(column: npt.NDArray[Any], rows: int, fresh: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if rows + len(fresh) > len(column):
        return np.concatenate([column[:rows], fresh.astype(column.dtype, copy=False)])
    column[rows : rows + len(fresh)] = fresh
    return column[: rows + len(fresh)]


def places_among(ids: Ids, sought: Ids) -> npt.NDArray[np.int64]:
    """The places in `ids` of any of the sought ids, which rise."""
    found = np.empty(len(ids), dtype=np.int64)
    return found[: kernels.places_among(found, ids, sought)]


@dataclass(frozen=True)
class VersionFiles:
    """What is needed to believe a record anew: every id that was ever told, and the versions of the young records."""

    ids: Path
    young: Path

    @staticmethod
    def write(folder: Path, ids: Ids, young: pa.Table) -> VersionFiles:
        """Write the ids, which rise and may be repeated, and the versions."""
        with named_by_content(folder, ".ids") as ids_file:
            ids.tofile(ids_file.path)
        with (
            named_by_content(folder, ".versions") as versions,
            pa.OSFile(str(versions.path), "wb") as sink,
            pa.ipc.new_file(sink, young.schema) as writer,
        ):
            writer.write_table(young.combine_chunks())
        return VersionFiles(folder / f"{ids_file.digest}.ids", folder / f"{versions.digest}.versions")

    def known(self, touched: Ids) -> Ids:
        """Those of the ids that were told before."""
        if self.ids.stat().st_size == 0:
            return touched[:0]
        ids = np.memmap(self.ids, dtype=np.int64, mode="r")
        place = np.minimum(np.searchsorted(ids, touched), len(ids) - 1)
        found: Ids = touched[np.asarray(ids[place] == touched)]
        return found

    def of_young(self, touched: Ids) -> pa.Table:
        """All versions that the state has seen of those of the records that are young."""
        with pa.memory_map(str(self.young)) as source:
            table = pa.ipc.open_file(source).read_all()
            ids = table["record_id"].to_numpy() if table.num_rows else np.empty(0, dtype=np.int64)
            return table.take(pa.array(places_among(ids, touched)))
