"""The lake: Parquet files of record versions, found through the manifest in the database and in no other way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import case, func, insert, select

from riskwarn.contracts.schema import TABLES, schema_of
from riskwarn.database import LAKE_FILES, LOADS, QUARANTINE
from riskwarn.files import named_by_content
from riskwarn.home import Home
from riskwarn.store.undo import in_force


@dataclass(frozen=True)
class Load:
    """What is written of one load beside its records: where it came from and its account."""

    source: str
    file_name: str
    file_sha256: str
    loaded_at: str  # RFC 3339
    exported_at: str  # RFC 3339
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
            found = connection.scalar(rows.order_by(LOADS.c.load_id))
        return datetime.fromisoformat(found) if found else None

    def sources(self) -> dict[str, int]:
        """How many versions are stored of each source."""
        rows = select(LAKE_FILES.c.source, func.sum(LAKE_FILES.c.rows)).group_by(LAKE_FILES.c.source)
        rows = rows.where(in_force(LAKE_FILES.c.load_id, self._version))
        with self._home.database.connect() as connection:
            return {str(source): int(count) for source, count in connection.execute(rows)}

    def versions(self, source: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Every stored version of a source, sorted by load and row; instants as naive UTC datetime64[us]."""
        schema = schema_of(source)
        parts = [pq.read_table(self._home.lake / path, schema=schema) for path in self._paths(source)]
        table = pa.concat_tables(parts) if parts else schema.empty_table()
        table = table.sort_by([("load_id", "ascending"), ("row", "ascending")])
        for index, field in enumerate(table.schema):
            if pa.types.is_timestamp(field.type):
                table = table.set_column(index, field.name, table.column(index).cast(pa.timestamp("us")))
        frame: pd.DataFrame = (table.select(list(columns)) if columns is not None else table).to_pandas()
        return frame

    def newest_known_at(self) -> np.datetime64 | None:
        """The newest known time of any event, from the statistics of the files."""
        newest = [
            pc.max(pq.read_table(self._home.lake / path, columns=["known_at"])["known_at"]).as_py()
            for source in self.sources()
            if source not in TABLES
            for path in self._paths(source)
        ]
        known = [moment for moment in newest if moment is not None]
        return np.datetime64(max(known).replace(tzinfo=None), "us") if known else None

    def commit_load(self, load: Load, records: pa.Table, quarantine: Sequence[dict[str, object]]) -> int:
        """Store one load: its file first, made durable, then its rows of the ledger in one transaction.

        `records` has the source's schema; its `load_id` is filled in here. Returns the load's id.
        """
        with self._home.database.begin() as connection:
            result = connection.execute(insert(LOADS).values(**load.__dict__))
            load_id = int(result.inserted_primary_key[0])  # type: ignore[index]
            if records.num_rows:
                connection.execute(insert(LAKE_FILES).values(**self._write(load.source, load_id, records)))
            if quarantine:
                connection.execute(
                    insert(QUARANTINE), [{**row, "load_id": load_id, "source": load.source} for row in quarantine]
                )
        return load_id

    def quarantined(self, source: str | None = None) -> list[dict[str, object]]:
        """The refused rows: where, why and of what class; never their content.

        Of a row that was refused again only the newest refusal is given; `repaired` says that its record is loaded.
        """
        settled = QUARANTINE.c.settled_by.is_not(None) & in_force(QUARANTINE.c.settled_by, self._version)
        repaired = case((settled & (QUARANTINE.c.settlement == "repaired"), True), else_=False).label("repaired")
        rows = select(QUARANTINE, repaired).where(in_force(QUARANTINE.c.load_id, self._version))
        rows = rows.where(~settled | (QUARANTINE.c.settlement == "repaired")).order_by(QUARANTINE.c.id)
        if source is not None:
            rows = rows.where(QUARANTINE.c.source == source)
        with self._home.database.connect() as connection:
            return [dict(row) for row in connection.execute(rows).mappings()]

    def _paths(self, source: str) -> list[str]:
        rows = select(LAKE_FILES.c.path).where(LAKE_FILES.c.source == source).order_by(LAKE_FILES.c.load_id)
        rows = rows.where(in_force(LAKE_FILES.c.load_id, self._version))
        with self._home.database.connect() as connection:
            return list(connection.scalars(rows))

    def _write(self, source: str, load_id: int, records: pa.Table) -> dict[str, object]:
        schema = schema_of(source)
        place = schema.get_field_index("load_id")
        records = records.select(schema.names).cast(schema)
        records = records.set_column(place, schema.field(place), pa.array([load_id] * len(records), pa.int32()))
        order = [name for name in ("district", "known_at", "row") if name in schema.names]
        records = records.sort_by([(name, "ascending") for name in order])
        with named_by_content(self._home.lake / source, ".parquet") as temporary:
            pq.write_table(records, temporary.path, compression="zstd")
        digest, path = temporary.digest, f"{source}/{temporary.digest}.parquet"
        return {
            "path": path,
            "load_id": load_id,
            "source": source,
            "sha256": digest,
            "rows": records.num_rows,
            "columns": schema.names,
        }
