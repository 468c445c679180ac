"""The lake: Parquet files of record versions, found through the manifest in the database and in no other way.

Frames are given by who asks for them: a server, which refuses pandas, scans.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection, func, insert, select

from riskwarn.audit import Action, Entry, acting_for, recorded
from riskwarn.contracts.schema import TABLES, schema_of
from riskwarn.files import named_by_content
from riskwarn.home import Home
from riskwarn.store.footers import known_times, may_hold, nulls_of
from riskwarn.store.lake_file import write_sorted
from riskwarn.store.ledger import in_force
from riskwarn.store.repairs import refused_rows
from riskwarn.store.small_files import rows_of
from riskwarn.store.tables import LAKE_FILES, LOADS, NOT_LOADED, QUARANTINE

if TYPE_CHECKING:
    import pandas as pd

#: So many row groups are read at once where all are gone through.
GROUPS = 8


@dataclass(frozen=True)
class Load:
    """What is written of one load beside its records: where it came from and its account."""

    source: str
    file_name: str
    file_sha256: str
    loaded_at: datetime
    exported_at: datetime
    account: dict[str, object]
    leans_on: list[int] | None = None  # earlier loads that hold versions of its records; without them it would differ


class Store:
    """Reads and extends the store of one home; `version` reads it as it was then, with what was undone since."""

    def __init__(self, home: Home, version: int | None = None) -> None:
        self._home = home
        self._version = version

    def version(self) -> int:
        """The id of the last load or undoing that is seen; 0 while nothing is loaded."""
        newest = select(func.max(LOADS.c.load_id))
        if self._version is not None:
            newest = newest.where(LOADS.c.load_id <= self._version)
        with self._home.database.connect() as connection:
            return int(connection.scalar(newest) or 0)

    def exported_at(self, source: str, file_sha256: str) -> datetime | None:
        """When the export was taken that an earlier load of the same file named; None for a new file."""
        rows = select(LOADS.c.exported_at).where(LOADS.c.source == source, LOADS.c.file_sha256 == file_sha256)
        rows = rows.where(LOADS.c.undoes.is_(None))
        with self._home.database.connect() as connection:
            found: datetime | None = connection.scalar(rows.order_by(LOADS.c.load_id))
        return found

    def loads_of(self, source: str, file_sha256: str, sheets: Sequence[str]) -> list[int]:
        """The loads in force of the same file that read any of these sheets (or the one table of it), the earliest first.

        `sheets` are titles as accounts keep them.
        """
        rows = select(LOADS.c.load_id, LOADS.c.account["sheets"])
        rows = rows.where(LOADS.c.source == source, LOADS.c.file_sha256 == file_sha256)
        rows = rows.where(LOADS.c.undoes.is_(None), in_force(LOADS.c.load_id, self._version)).order_by(LOADS.c.load_id)
        with self._home.database.connect() as connection:
            loads = [(int(load), read or []) for load, read in connection.execute(rows)]
        return [load for load, read in loads if not read or not sheets or set(read) & set(sheets)]

    def accounts(self, source: str) -> list[dict[str, Any]]:
        """The accounts of the loads of a source in force, the earliest first."""
        rows = select(LOADS.c.account).where(
            LOADS.c.source == source, LOADS.c.undoes.is_(None), LOADS.c.erases.is_(None)
        )
        rows = rows.where(in_force(LOADS.c.load_id, self._version)).order_by(LOADS.c.load_id)
        with self._home.database.connect() as connection:
            return [dict(one) for one in connection.scalars(rows)]

    def sources(self) -> dict[str, int]:
        """How many versions are stored of each source."""
        rows = select(LAKE_FILES.c.source, func.sum(LAKE_FILES.c.rows)).group_by(LAKE_FILES.c.source)
        rows = rows.where(in_force(LAKE_FILES.c.load_id, self._version))
        with self._home.database.connect() as connection:
            return {str(source): int(count) for source, count in connection.execute(rows)}

    def corrects(self, source: str) -> bool:
        """Whether a load in force holds a second version of a record."""
        corrected = LOADS.c.account["corrected"].as_integer()
        some = select(LOADS.c.load_id).join(LAKE_FILES, LAKE_FILES.c.load_id == LOADS.c.load_id)
        with self._home.database.connect() as connection:
            found = connection.scalar(some.where(LAKE_FILES.c.source == source, corrected > 0).limit(1))
        return found is not None

    def scan(
        self,
        source: str,
        columns: Sequence[str] | None = None,
        *,
        district: str | None = None,
        since: np.datetime64 | None = None,
        until: np.datetime64 | None = None,
    ) -> Iterator[pa.Table]:
        """The stored versions of a source, a file at a time in the order of loads; rows of a file in no order.

        Only those of `district`, and known at or after `since` and before `until` (UTC), where these are given: files
        and row groups whose statistics exclude them are not opened.
        """
        schema = schema_of(source)
        wanted = pa.schema([schema.field(name) for name in columns]) if columns is not None else schema
        limits = [("known_at", ">=", since), ("known_at", "<", until)]
        filters = [
            (name, sign, pa.scalar(moment, pa.timestamp("us")).cast(schema.field(name).type))
            for name, sign, moment in limits
            if moment is not None
        ]
        if district is not None:
            filters.append(("district", "=", district))
        for path in self._paths(source):
            file = self._home.lake / path
            if (since is None and until is None) or may_hold(file, since, until):
                yield rows_of(file, schema, wanted.names, filters).cast(wanted)

    def nulls(self, source: str, column: str) -> int | None:
        """How many of a source's versions do not hold a column, from the statistics of the files; None where one does not tell."""
        found = [nulls_of(self._home.lake / path, column) for path in self._paths(source)]
        return None if None in found else sum(one for one in found if one is not None)

    def versions(
        self,
        source: str,
        columns: Sequence[str] | None = None,
        *,
        district: str | None = None,
        since: np.datetime64 | None = None,
        until: np.datetime64 | None = None,
    ) -> pd.DataFrame:
        """Stored versions of a source, sorted by load and row; instants as naive UTC datetime64[us].

        All of them, or as `scan` has it those of one district and span of known times.
        """
        names = list(columns) if columns is not None else schema_of(source).names
        asked = list(dict.fromkeys([*names, "load_id", "row"]))
        parts = list(self.scan(source, asked, district=district, since=since, until=until))
        table = pa.concat_tables(parts) if parts else schema_of(source).empty_table().select(asked)
        return _as_frame(table, names)

    def files(self, source: str) -> list[str]:
        """The paths of a source's files in the lake, in the order of loads."""
        return self._paths(source)

    def groups(self, source: str, columns: Sequence[str], paths: Sequence[str]) -> Iterator[pa.Table]:
        """Some files of a source, a few row groups at a time: texts dictionary encoded, instants naive UTC."""
        kinds = {name: _lean(schema_of(source).field(name).type) for name in columns}
        texts = [name for name, kind in kinds.items() if pa.types.is_dictionary(kind)]
        for path in paths:
            with pq.ParquetFile(self._home.lake / path, read_dictionary=texts) as file:
                held = [name for name in columns if name in file.schema_arrow.names]
                every = range(file.num_row_groups)
                for start in every[::GROUPS]:
                    table = file.read_row_groups(every[start : start + GROUPS], columns=held)
                    yield pa.table(
                        {
                            name: table[name].cast(kind) if name in held else pa.nulls(len(table), kind)
                            for name, kind in kinds.items()
                        }
                    )

    def table(
        self, source: str, paths: Sequence[str], columns: Sequence[str] | None = None, records: np.ndarray | None = None
    ) -> pa.Table:
        """The versions in some files, of some records only where such are given, in the order of the files."""
        schema = schema_of(source)
        names = list(columns) if columns is not None else schema.names
        chosen = (
            None if records is None else pc.field("record_id").isin(pa.array(records, schema.field("record_id").type))
        )
        parts = [pq.read_table(self._home.lake / path, columns=names, schema=schema, filters=chosen) for path in paths]
        return pa.concat_tables(parts) if parts else schema.empty_table().select(names)

    def newest_known_at(self) -> np.datetime64 | None:
        """The newest known time of any event, from the statistics of the files."""
        return max((newest for _, newest in self._known()), default=None)

    def oldest_known_at(self) -> np.datetime64 | None:
        """The oldest known time of any version of an event, from the statistics of the files."""
        return min((oldest for oldest, _ in self._known()), default=None)

    def _known(self) -> Iterator[tuple[np.datetime64, np.datetime64]]:
        """The oldest and the newest known time of each file of events."""
        for source in self.sources():
            for path in () if source in TABLES else self._paths(source):
                if (known := known_times(self._home.lake / path)) is not None:
                    yield known

    def commit_load(
        self,
        load: Load,
        records: pa.Table,
        quarantine: Sequence[dict[str, object]],
        not_loaded: Sequence[dict[str, object]] = (),
    ) -> int:
        """Store one load: its file first, made durable, then its rows of the ledger in one transaction.

        `records` has columns of the source's schema, texts plain or dictionary encoded; those that are missing are null,
        and `load_id` is filled in here. `not_loaded` are numbers of rows by district and quarter; a file that was loaded
        before has told them already. Returns the load's id.
        """
        with recorded(self._home) as change:
            connection = change.connection
            told = self._told_before(connection, load)
            made = connection.execute(insert(LOADS).values(**load.__dict__))
            load_id = int(made.inserted_primary_key[0])  # type: ignore[index]
            if records.num_rows:
                connection.execute(insert(LAKE_FILES).values(**self._write(load.source, load_id, records)))
            if quarantine:
                connection.execute(
                    insert(QUARANTINE), [{**row, "load_id": load_id, "source": load.source} for row in quarantine]
                )
            if not_loaded and not told:
                common = {"load_id": load_id, "source": load.source}
                connection.execute(insert(NOT_LOADED), [{**row, **common} for row in not_loaded])
            # Under --force the account says what would have stopped it.
            result = "forced" if load.account.get("forced") else "done"
            caller, upload = acting_for(self._home.settings.acts_for)
            entry = Entry(Action.DATA_LOADED, f"{load.source}/{load_id}", caller, result, upload)
            change.append(entry, at=load.loaded_at)
        return load_id

    def not_loaded(self, source: str | None = None) -> list[dict[str, object]]:
        """Rows that by rule are not loaded, by source, district and quarter: `rows` is at least how many there are.

        Exports overlap, and nothing is kept by which two of their rows could be told to be one; so the largest number
        that any load had stands, and loads are not added up.
        """
        keys = (NOT_LOADED.c.source, NOT_LOADED.c.district, NOT_LOADED.c.quarter)
        rows = select(*keys, func.max(NOT_LOADED.c.rows).label("rows")).group_by(*keys).order_by(*keys)
        rows = rows.where(in_force(NOT_LOADED.c.load_id, self._version))
        if source is not None:
            rows = rows.where(NOT_LOADED.c.source == source)
        with self._home.database.connect() as connection:
            return [dict(row) for row in connection.execute(rows).mappings()]

    def _told_before(self, connection: Connection, load: Load) -> bool:
        """Whether a load that counts has told the numbers of the same file."""
        before = select(NOT_LOADED.c.load_id).join(LOADS, LOADS.c.load_id == NOT_LOADED.c.load_id)
        before = before.where(LOADS.c.source == load.source, LOADS.c.file_sha256 == load.file_sha256)
        return connection.scalar(before.where(in_force(NOT_LOADED.c.load_id, None)).limit(1)) is not None

    def quarantined(self, source: str | None = None) -> list[dict[str, object]]:
        """The refused rows, as :func:`riskwarn.store.repairs.refused_rows` gives them of this version of the store."""
        return refused_rows(self._home, source, self._version)

    def _paths(self, source: str) -> list[str]:
        rows = select(LAKE_FILES.c.path).where(LAKE_FILES.c.source == source).order_by(LAKE_FILES.c.load_id)
        rows = rows.where(in_force(LAKE_FILES.c.load_id, self._version))
        with self._home.database.connect() as connection:
            return list(connection.scalars(rows))

    def _write(self, source: str, load_id: int, records: pa.Table) -> dict[str, object]:
        schema = schema_of(source)
        with named_by_content(self._home.lake / source, ".parquet") as temporary:
            write_sorted(temporary.path, records, schema, load_id)
        return {
            "path": f"{source}/{temporary.digest}.parquet",
            "load_id": load_id,
            "source": source,
            "sha256": temporary.digest,
            "rows": records.num_rows,
            "columns": schema.names,
        }


def _lean(kind: pa.DataType) -> pa.DataType:
    """The type in which a column is counted."""
    if pa.types.is_string(kind):
        return pa.dictionary(pa.int32(), kind)
    return pa.timestamp("us") if pa.types.is_timestamp(kind) else kind


def versions_of(*parts: pa.Table) -> pd.DataFrame:
    """Tables of versions as one frame, as `Store.versions` gives them."""
    table = pa.concat_tables(parts)
    return _as_frame(table, table.column_names)


def _as_frame(table: pa.Table, names: Sequence[str]) -> pd.DataFrame:
    """Sorted by load and row; instants as naive UTC datetime64[us]."""
    order = np.lexsort((table["row"].to_numpy(), table["load_id"].to_numpy()))
    table = table.select(list(names)).take(pa.array(order))
    for index, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(index, field.name, table.column(index).cast(pa.timestamp("us")))
    frame: pd.DataFrame = table.to_pandas()
    return frame
