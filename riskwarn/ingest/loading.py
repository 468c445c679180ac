"""One load: files in, record versions and an account out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from riskwarn.configuration import Mapping, read_yaml, zone
from riskwarn.contracts import Contract, contract, required
from riskwarn.contracts.schema import EVENTS, TABLES
from riskwarn.errors import FileMissing, FileUnreadable, GridsMissing
from riskwarn.files import sha256
from riskwarn.home import Home
from riskwarn.ingest import tables
from riskwarn.ingest.account import Account, together
from riskwarn.ingest.cells import trimmed
from riskwarn.ingest.columns import heading_finder, match, require
from riskwarn.ingest.events import Reading, records
from riskwarn.ingest.faults import Faults
from riskwarn.ingest.places import Ladder
from riskwarn.ingest.sheets import ROUNDED, open_sheet
from riskwarn.ingest.versions import content_hash, sort_out
from riskwarn.progress import Progress, silent
from riskwarn.store import Load, Store, writing
from riskwarn.store.settlement import NOT_LOADED, record_numbers, settle


def ingest(
    home: Home,
    source: str,
    files: Sequence[Path],
    *,
    mapping: Path | None = None,
    exported_at: datetime | None = None,
    now: datetime,
    progress: Progress = silent,
) -> Account:
    """Load exports of one source, each file as a load of its own.

    Parameters
    ----------
    mapping : a YAML file that replaces the mapping of the configuration.
    exported_at : when the department took the export; else the time of the load, or of the earlier load of the same file.
    now : the time of the load (aware).

    Raises UnknownSource, FileMissing, FileUnreadable, FileEmpty, ColumnMissing, HeadingClash, PrivateColumn, RefusedWord,
    GridsMissing, ConfigurationInvalid. Nothing of a file that raises is stored.
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
            accounts.append(_load(home, declared, file, rules, exported_at, now))
    progress(f"loading {source}", len(files), len(files))
    return together(source, accounts)


def _load(
    home: Home, declared: Contract, file: Path, rules: Mapping, exported_at: datetime | None, now: datetime
) -> Account:
    started = time.perf_counter()
    source = declared.source
    store = Store(home)
    digest = sha256(file)
    exported = exported_at or store.exported_at(source, digest) or now
    kind = source if source in TABLES else "events"
    sheet = open_sheet(file, heading_finder(kind, rules))
    columns = match(sheet.headings, kind, rules, file.name)
    for fields in required(kind, rules):
        require(columns, fields, sheet.headings, kind, file.name)
    raw = sheet.read(sorted(columns.positions.values()))
    cells = {name: trimmed(raw.cells[position]).reset_index(drop=True) for name, position in columns.positions.items()}
    filled = np.logical_or.reduce([cell.notna().to_numpy(dtype=bool) for cell in cells.values()])
    numbers, notes = raw.numbers[filled], [*sheet.notes, *columns.notes]
    if blank := int((~filled).sum()):
        cells = {name: cell[filled].reset_index(drop=True) for name, cell in cells.items()}
        notes.append(f"{file.name}: {blank} row(s) with nothing in any column that is read were passed over")
    reading = Reading(
        source=source,
        cells=cells,
        mapping=rules,
        zone=zone(rules.timezone or home.configuration.timezone),
        exported_at=max(exported, now),
        key=home.id_key,
        categories=declared.categories,
        faults=Faults(len(numbers)),
    )
    frame = _records(reading, store)
    frame["row"] = numbers
    frame["exported_at"] = pd.Timestamp(exported).tz_convert("UTC").tz_localize(None)
    good, ids = ~reading.faults.any, frame.get("record_id")
    frame = _versioned(frame[good].reset_index(drop=True), source)
    told = sort_out(frame, _stored(store, source))
    kept = frame[told.accepted | told.corrected].copy()
    # A correction became known when its row says so, else with the export that brought it.
    late = told.corrected[told.accepted | told.corrected] & kept["updated_at"].isna().to_numpy(dtype=bool)
    kept.loc[late, "version_at"] = kept.loc[late, "exported_at"]
    named = {name: sheet.headings[position] for name, position in columns.positions.items()}
    quarantine = _quarantine(reading.faults, numbers, raw.ragged, file.name, named, _refused_records(reading, ids))
    reasons: dict[str, int] = {}
    for row in quarantine:
        reasons[str(row["reason"])] = reasons.get(str(row["reason"]), 0) + 1
    account = Account(
        source=source,
        read=len(numbers) + len(raw.ragged),
        accepted=int(told.accepted.sum()),
        duplicates=int(told.duplicates.sum()),
        corrected=int(told.corrected.sum()),
        quarantined=len(quarantine),
        dropped_columns=columns.dropped,
        seconds=time.perf_counter() - started,
        file=file.name,
        reasons=reasons,
        notes=(*notes, *dict.fromkeys(reading.notes)),
    )
    load = Load(
        source, file.name, digest, now.isoformat(), exported.isoformat(), account.as_dict(), list(told.leans_on)
    )
    load_id = store.commit_load(load, _as_table(kept, source), quarantine)
    settle(home, load_id, frame["identity"][: len(frame) * (source not in TABLES)])
    return account


def _records(reading: Reading, store: Store) -> pd.DataFrame:
    if reading.source == "grids":
        return tables.grids(reading)
    places = store.versions("grids")
    if places.empty:
        raise GridsMissing()
    if reading.source == "demographics":
        return tables.demographics(reading, set(places["grid_id"]))
    if reading.source == "interventions":
        return tables.interventions(reading, set(places["grid_id"]))
    local = set(store.versions(reading.source, ["category"])["category"].dropna()) - set(reading.categories)
    return records(reading, Ladder(places), local)


def _versioned(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    """Add identity, content and the instant at which this content became known, were it the record's first."""
    schema = TABLES.get(source, EVENTS)
    for name in schema.names:
        if name not in frame:
            frame[name] = None
    if source in TABLES:
        start = "started_at" if source == "interventions" else "valid_from"
        frame["known_at"] = pd.to_datetime(frame[start]).astype("datetime64[us]")
        frame["withdrawn"] = False
        frame["identity"] = tables.identity(frame)
    else:
        frame["identity"] = frame["record_id"]
    for name in ("updated_at", "known_at", "exported_at"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    frame["content"] = content_hash(frame, source)
    first = frame["updated_at"].where(frame["updated_at"].notna(), frame["known_at"])
    frame["version_at"] = first.where(first.notna(), frame["exported_at"])
    # In one file the younger row of a record comes last, whatever the order of the file.
    return frame.sort_values("version_at", kind="stable").reset_index(drop=True)


def _stored(store: Store, source: str) -> pd.DataFrame:
    if source not in TABLES:
        stored = store.versions(source, ["record_id", "content", "version_at", "load_id"])
        return stored.rename(columns={"record_id": "identity"})
    stored = store.versions(source)
    return stored.assign(identity=tables.identity(stored))[["identity", "content", "version_at", "load_id"]]


def _refused_records(reading: Reading, ids: pd.Series | None) -> dict[int, int]:
    """Row -> keyed digest of its id, by which a repaired row is known; none of what is by rule not loaded."""
    if reading.source in TABLES or reading.mapping.period is not None or ids is None:
        return {}
    text = reading.text("record_id")
    usable = text.notna().to_numpy(dtype=bool) & text.ne(ROUNDED).to_numpy(dtype=bool)
    rows = [row for row, fault in reading.faults if usable[row] and fault.reason != NOT_LOADED]
    return dict(zip(rows, record_numbers(ids.iloc[rows]).tolist(), strict=True))


def _quarantine(
    faults: Faults, numbers: np.ndarray, ragged: np.ndarray, file: str, headings: dict[str, str],
    records: dict[int, int],
) -> list[dict[str, object]]:  # fmt: skip
    """The refused rows, with the heading that stands in the file where there is one."""
    rows: list[dict[str, object]] = [
        {
            "file_name": file,
            "row": int(numbers[row]),
            "column": headings.get(fault.column, fault.column),
            "value_class": fault.value_class,
            "reason": fault.reason,
            "record": records.get(row),
        }
        for row, fault in faults
    ]
    rows += [
        {
            "file_name": file,
            "row": int(number),
            "column": "",
            "value_class": "row",
            "reason": "ragged_row",
            "record": None,
        }
        for number in ragged
    ]
    return rows


def _as_table(frame: pd.DataFrame, source: str) -> pa.Table:
    schema = TABLES.get(source, EVENTS)
    arrays = []
    for field in schema:
        column = frame.get(field.name)
        if column is None or field.name == "load_id" or not column.notna().any():
            arrays.append(pa.nulls(len(frame), field.type))
        elif pa.types.is_timestamp(field.type):
            moments = pd.to_datetime(column).to_numpy(dtype="datetime64[us]")
            arrays.append(pa.array(moments, pa.timestamp("us"), from_pandas=True).cast(field.type))
        elif pa.types.is_integer(field.type) and column.dtype == object:
            arrays.append(pa.array(pd.to_numeric(column), pa.float64(), from_pandas=True).cast(field.type))
        elif pa.types.is_integer(field.type) and column.dtype.kind == "f":
            arrays.append(pa.array(column, pa.float64(), from_pandas=True).cast(field.type))
        else:
            arrays.append(pa.array(column, field.type, from_pandas=True))
    return pa.Table.from_arrays([_whole(array) for array in arrays], schema=schema)


def _whole(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
