"""One load: files in, record versions and an account out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.configuration import Mapping, read_yaml, zone
from riskwarn.contracts import Contract, contract, required
from riskwarn.contracts.schema import EVENTS, TABLES
from riskwarn.errors import FileMissing, FileUnreadable, GridsMissing
from riskwarn.files import sha256
from riskwarn.home import Home
from riskwarn.ingest.account import Account, together
from riskwarn.ingest.cells import filled
from riskwarn.ingest.columns import Columns, heading_finder, match, require
from riskwarn.ingest.events import Records, records
from riskwarn.ingest.gathering import Gathered, add_up, gather
from riskwarn.ingest.places import ladder
from riskwarn.ingest.reading import Reading, batches, whole
from riskwarn.ingest.sheets import Sheet, open_sheet
from riskwarn.ingest.tabular import new_rows
from riskwarn.ingest.versions import Sorted, Versions, content_hash, sort_out
from riskwarn.progress import Progress, silent
from riskwarn.store import Load, Store, writing
from riskwarn.store.settlement import NOT_LOADED, settle


def ingest(
    home: Home,
    source: str,
    files: Sequence[Path],
    *,
    mapping: Path | None = None,
    exported_at: datetime | None = None,
    database: str | None = None,
    now: datetime,
    progress: Progress = silent,
) -> Account:
    """Load exports of one source, each file as a load of its own.

    Parameters
    ----------
    mapping : a YAML file that replaces the mapping of the configuration.
    exported_at : when the department took the export; else the time of the load, or of the earlier load of the same file.
    database : URL of the database that queries (files ending in .sql) are asked of.
    now : the time of the load (aware).

    Raises UnknownSource, FileMissing, FileUnreadable, FileEmpty, ColumnMissing, HeadingClash, PrivateColumn, RefusedWord,
    GridsMissing, ConfigurationInvalid, SettingInvalid. Nothing of a file that raises is stored.
    """
    declared = contract(source, home.configuration)
    rules = read_yaml(mapping, Mapping) if mapping else home.configuration.sources[source].mapping
    for file in files:
        if file.is_dir():
            raise FileUnreadable(file=file, problem="this is a folder; name the files in it")
        if not file.is_file():
            raise FileMissing(file=file)
    accounts = []
    for index, file in enumerate(files):
        progress(f"loading {source}", index, len(files))
        with writing(home, progress):
            accounts.append(_load(home, declared, file, rules, exported_at, database, now))
    progress(f"loading {source}", len(files), len(files))
    return together(source, accounts)


@dataclass
class _Refused:
    """Rows that go to quarantine, with the heading that stands in the file where there is one."""

    file: str
    headings: dict[str, str]  # field -> heading
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, reading: Reading, ids: pa.Array | None = None) -> None:
        """Take the faulty rows of a batch; `ids` are keyed digests by which a repaired row is known again."""
        faulty = list(reading.faults)
        known = (
            [None] * len(faulty)
            if ids is None
            else ids.take(pa.array([row for row, _ in faulty], pa.int64())).to_pylist()
        )
        for (row, fault), record in zip(faulty, known, strict=True):
            column = self.headings.get(fault.column, fault.column)
            kept = None if fault.reason in (NOT_LOADED, "rounded_id") else record
            self._row(int(reading.numbers[row]), column, fault.value_class, fault.reason, kept)
        for number in reading.ragged:
            self._row(int(number), "", "row", "ragged_row", None)

    def _row(self, row: int, column: str, value_class: str, reason: str, record: int | None) -> None:
        told = {"column": column, "value_class": value_class, "reason": reason, "record": record}
        self.rows.append({"file_name": self.file, "row": row, **told})


def _load(
    home: Home,
    declared: Contract,
    file: Path,
    rules: Mapping,
    exported_at: datetime | None,
    database: str | None,
    now: datetime,
) -> Account:
    started = time.perf_counter()
    source, store = declared.source, Store(home)
    digest = sha256(file)
    exported = exported_at or store.exported_at(source, digest) or now
    kind = source if source in TABLES else "events"
    sheet = open_sheet(file, heading_finder(kind, rules), database)
    columns = match(sheet.headings, kind, rules, file.name)
    for fields in required(kind, rules):
        require(columns, fields, sheet.headings, kind, file.name)
    first = Reading(
        source=source,
        mapping=rules,
        zone=zone(rules.timezone or home.configuration.timezone),
        exported_at=max(exported, now),
        key=home.id_key,
        categories=declared.categories,
        notes=[*sheet.notes, *columns.notes],
    )
    refused = _Refused(file.name, {name: sheet.headings[position] for name, position in columns.positions.items()})
    if declared.events:
        gathered, read = _events(first, home, sheet, columns, refused)
        sound_ids = pd.Series(gathered.columns["record_id"].to_numpy())
        told = sort_out(gathered.versions(), _stored(store, source, gathered.versions()))
        table = _new_events(gathered, told, exported)
    else:
        reading = whole(batches(sheet, columns.positions, first))
        table, told = new_rows(reading, store, exported)
        refused.add(reading)
        read = len(reading) + len(reading.ragged)
        sound_ids = pd.Series([], dtype=np.int64)
    account = Account(
        source=source,
        read=read,
        accepted=int(told.accepted.sum()),
        duplicates=int(told.duplicates.sum()),
        corrected=int(told.corrected.sum()),
        quarantined=len(refused.rows),
        dropped_columns=columns.dropped,
        seconds=time.perf_counter() - started,
        file=file.name,
        reasons=dict(Counter(str(row["reason"]) for row in refused.rows)),
        notes=tuple(first.told()),
    )
    load = Load(
        source, file.name, digest, now.isoformat(), exported.isoformat(), account.as_dict(), list(told.leans_on)
    )
    load_id = store.commit_load(load, table, refused.rows)
    settle(home, load_id, sound_ids)
    return account


def _events(first: Reading, home: Home, sheet: Sheet, columns: Columns, refused: _Refused) -> tuple[Gathered, int]:
    """The sound records of a sheet, and how many rows were read."""
    store = Store(home)
    if "grids" not in store.sources():
        raise GridsMissing()
    places = ladder(store, home.configuration.calendar, first.mapping.coordinates)
    stored = store.versions(first.source, ["category"])["category"].dropna()
    first.local.update(set(stored) - set(first.categories))
    read = 0

    def sound() -> Iterator[Records]:
        nonlocal read
        for reading in batches(sheet, columns.positions, first):
            found = records(reading, places)
            read += len(reading) + len(reading.ragged)
            refused.add(reading, found["record_id"] if first.mapping.period is None else None)
            found["row"] = pa.array(reading.numbers)
            good = ~reading.faults.any
            if not good.all():
                found = {name: column.filter(pa.array(good)) for name, column in found.items()}
            found["content"] = pa.array(content_hash(found, first.source))
            # The instant at which this content became known, were it the record's first.
            changed = found.get("updated_at")
            found["version_at"] = found["known_at"] if changed is None else changed.fill_null(found["known_at"])
            yield found

    gathered = gather(sound())
    if first.mapping.period is not None and gathered.rows:
        add_up(gathered)
    return gathered, read


def _stored(store: Store, source: str, incoming: Versions) -> Versions:
    """What is stored of the records that come in."""
    parts = []
    records = pd.Index(incoming.record)
    for part in store.scan(source, ["record_id", "content", "version_at", "row", "load_id"]):
        held = pd.Index(part["record_id"].to_numpy()).isin(records)
        parts.append(part.filter(pa.array(held)).sort_by("row"))
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return Versions(nothing, nothing, nothing.view("datetime64[us]"))
    table = pa.concat_tables(parts)
    moments = table["version_at"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy().view("datetime64[us]")
    load_id = table["load_id"].to_numpy().astype(np.int64)
    return Versions(table["record_id"].to_numpy(), table["content"].to_numpy(), moments, load_id)


def _new_events(gathered: Gathered, told: Sorted, exported: datetime) -> pa.Table:
    """What is to be stored. A correction became known when its row says so, else with the export that brought it."""
    kept = told.accepted | told.corrected
    instant = EVENTS.field("exported_at").type
    columns = gathered.columns
    if told.corrected.any():
        said = filled(columns["updated_at"]) if "updated_at" in columns else np.zeros(len(kept), dtype=bool)
        late = pa.array(told.corrected & ~said)
        columns["version_at"] = pc.if_else(late, pa.scalar(exported, instant), columns["version_at"])
    table = gathered.take(kept)
    return table.append_column("exported_at", pa.repeat(pa.scalar(exported, instant), len(table)))
