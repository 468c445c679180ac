"""The stored form of records: one schema for every event source, one for each table, all with their time columns.

Instants are ``timestamp[us, UTC]``, dates ``date32``. A column that an export does not have is null throughout, which
costs nothing in Parquet and spares every reader the question whether it is there.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from riskwarn.contracts import table_fields
from riskwarn.contracts.event_fields import EVENT_FIELDS
from riskwarn.contracts.fields import Field, Kind, Known
from riskwarn.contracts.tables import TABLE_CONTRACTS

INSTANT = pa.timestamp("us", tz="UTC")

#: The stored type of each kind of field; of every other kind it is text.
TYPES: dict[Kind, pa.DataType] = {
    Kind.DIGEST: pa.int64(),
    Kind.INSTANT: INSTANT,
    Kind.DATE: pa.date32(),
    Kind.WHOLE: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.SHARE: pa.float64(),
    Kind.DEGREES: pa.float32(),  # a metre's worth: enough to carry a record to a grid that is re-drawn
    Kind.FLAG: pa.bool_(),
    Kind.TOPICS: pa.int64(),
    Kind.HASH: pa.int64(),
}

#: Columns that every stored version of every record has.
VERSION_COLUMNS: tuple[tuple[str, pa.DataType], ...] = (
    ("known_at", INSTANT),  # when the system could have been told of the record; includes `delivery`
    ("version_at", INSTANT),  # when this content became known
    ("exported_at", INSTANT),  # --exported-at of the load that carried it
    ("updated_at", INSTANT),  # the row's own time of change, where the export has one
    ("withdrawn", pa.bool_()),  # this content says that the record is void
    ("content", pa.int64()),  # hash of the content, by which the duplicates of a record are known
    ("row", pa.int64()),  # the row of the file as a spreadsheet numbers it
    ("load_id", pa.int32()),
)

_VERSION_NAMES = {name for name, _ in VERSION_COLUMNS}

#: Fields with a time of their own: known from the later of that time (+ delivery) and `known_at`.
OWN_TIME_FIELDS = tuple(field.name for field in EVENT_FIELDS if field.known is Known.OWN_TIME)

#: Fields written once at registration, known from `known_at`. The grid stands for the coordinates.
FIXED_FIELDS = tuple(
    field.name
    for field in EVENT_FIELDS
    if field.known is Known.FIXED and field.stored and field.kind not in (Kind.DIGEST, Kind.DEGREES)
)


def _schema(fields: Iterable[Field]) -> pa.Schema:
    own = [field for field in fields if field.stored and field.name not in _VERSION_NAMES]
    return pa.schema([*((field.name, TYPES.get(field.kind, pa.string())) for field in own), *VERSION_COLUMNS])


EVENTS = _schema(EVENT_FIELDS)

#: Table -> its stored schema.
TABLES = {source: _schema(contract.fields) for source, contract in TABLE_CONTRACTS.items()}

GRIDS, DEMOGRAPHICS, INTERVENTIONS = TABLES["grids"], TABLES["demographics"], TABLES["interventions"]
GRID_LINEAGE, PLACES = TABLES["grid_lineage"], TABLES["places"]
SERVICE_AREAS, BREAKS = TABLES["service_areas"], TABLES["breaks"]

#: Numbers about a grid's residents and buildings; shares lie in [0, 1].
DEMOGRAPHIC_NUMBERS = tuple(
    field.name for field in table_fields.DEMOGRAPHICS if field.kind in (Kind.NUMBER, Kind.SHARE)
)


def schema_of(source: str) -> pa.Schema:
    """The stored schema of a source; every source that is not one of the tables is an event source."""
    return TABLES.get(source, EVENTS)
