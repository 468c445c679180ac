"""An event source, from batches of rows to new versions of records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.contracts.schema import EVENTS
from riskwarn.errors import GridsMissing
from riskwarn.ingest.events.events import Records, records
from riskwarn.ingest.loading.gathering import Gathered, add_up, gather
from riskwarn.ingest.loading.home_places import HomePlaces
from riskwarn.ingest.loading.overlap import doubles, missing_counts
from riskwarn.ingest.loading.versions import (
    Sorted,
    Versions,
    content_hash,
    listed_again,
    repeated,
    sort_out,
    told_before,
)
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.refusals import Refusals
from riskwarn.ingest.values.cells import filled
from riskwarn.ingest.values.dates import naive_utc
from riskwarn.store import Store

_INSTANT = EVENTS.field("exported_at").type


def new_events(
    first: Reading,
    store: Store,
    places: HomePlaces,
    batches: Iterator[Reading],
    exported: datetime,
    refused: Refusals,
) -> tuple[pa.Table, Sorted, int, pd.Series]:
    """What is to be stored of a sheet, how its sound rows were told apart, how many rows were read, and the sound ids."""
    if "grids" not in store.sources():
        raise GridsMissing()
    ladder = places.ladder(first.mapping.coordinates)
    for part in store.scan(first.source, ["category"]):
        first.local.known.update(set(pc.unique(part["category"]).drop_null().to_pylist()) - set(first.categories))
    read = 0

    def sound() -> Iterator[Records]:
        nonlocal read
        for reading in batches:
            found = records(reading, ladder)
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
    first.placed.update(_placed(gathered))
    if first.mapping.period is not None and gathered.rows:
        add_up(gathered)
    stored = _stored(store, first.source, gathered.versions().record)
    changed = gathered.columns.get("updated_at")
    silent = np.ones(gathered.rows, dtype=bool) if changed is None else ~filled(changed)
    incoming = gathered.versions()
    again = None
    if silent.any() and len(stored.record):
        again = repeated(incoming) | silent & told_before(incoming, stored, naive_utc(exported))
        again |= listed_again(incoming, stored, silent)
        # Of a record that is stored, a row without a time of change speaks of the day of the export.
        known = pd.Index(incoming.record).isin(pd.Index(stored.record))
        _known_with_export(gathered, silent & known & ~again, exported)
        incoming = gathered.versions()
    told = sort_out(incoming, stored, again)
    if first.mapping.period is None:
        said = doubles(store, first.source, gathered, told.accepted)
    else:
        said = missing_counts(store, first.source, gathered)
    first.notes += filter(None, [said])
    _known_with_export(gathered, told.corrected & silent, exported)
    table = gathered.take(told.accepted | told.corrected)
    table = table.append_column("exported_at", pa.repeat(pa.scalar(exported, _INSTANT), len(table)))
    return table, told, read, pd.Series(incoming.record)


def _placed(gathered: Gathered) -> dict[tuple[str, bool], int]:
    """(rung, whether it led to a grid) -> how many records."""
    rungs, grids = (gathered.columns.get(name) for name in ("located_by", "grid_id"))
    if rungs is None:
        return {}
    words = rungs.dictionary.to_pylist()
    codes = rungs.indices.fill_null(-1).to_numpy().astype(np.int64)
    inside = np.zeros(len(codes), dtype=np.int64) if grids is None else filled(grids).astype(np.int64)
    counted = np.bincount((codes[codes >= 0] * 2 + inside[codes >= 0]), minlength=2 * len(words))
    return {(words[place // 2], bool(place % 2)): int(rows) for place, rows in enumerate(counted) if rows}


def _stored(store: Store, source: str, incoming: np.ndarray) -> Versions:
    """What is stored of the records that come in."""
    parts = []
    records = pd.Index(incoming)
    for part in store.scan(source, ["record_id", "content", "version_at", "row", "load_id", "exported_at"]):
        held = pd.Index(part["record_id"].to_numpy()).isin(records)
        if held.any():
            parts.append(part.filter(pa.array(held)).sort_by("row"))
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return Versions(nothing, nothing, nothing.view("datetime64[us]"))
    table = pa.concat_tables(parts)
    moments, exports = (
        table[name].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy().view("datetime64[us]")
        for name in ("version_at", "exported_at")
    )
    load_id = table["load_id"].to_numpy().astype(np.int64)
    return Versions(table["record_id"].to_numpy(), table["content"].to_numpy(), moments, load_id, exports)


def _known_with_export(gathered: Gathered, rows: np.ndarray, exported: datetime) -> None:
    if not rows.any():
        return
    columns = gathered.columns
    columns["version_at"] = pc.if_else(pa.array(rows), pa.scalar(exported, _INSTANT), columns["version_at"])
