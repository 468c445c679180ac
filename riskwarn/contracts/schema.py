"""The stored form of records: one schema for every event source, one for each table, all with their time columns.

Instants are ``timestamp[us, UTC]``, dates ``date32``. A column that an export does not have is null throughout, which
costs nothing in Parquet and spares every reader the question whether it is there.
"""

from __future__ import annotations

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")

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

#: Fields with a time of their own: known from the later of that time (+ delivery) and `known_at`.
OWN_TIME_FIELDS = (
    "accepted_at",
    "assigned_at",
    "answered_at",
    "closed_at",
    "escalated_at",
    "reopened_at",
    "ended_at",
)

#: Fields written once at registration, known from `known_at`.
FIXED_FIELDS = (
    "grid_id",
    "unit",
    "located_by",
    "district",
    "occurred_at",
    "known_at",
    "category",
    "severity",
    "kind",
    "form",
    "discovered_by",
    "count",
    "due_at",
)

EVENTS = pa.schema(
    [
        ("record_id", pa.string()),  # keyed digest, 32 hexadecimal digits
        ("grid_id", pa.string()),  # null where the record is located above the grid
        ("unit", pa.string()),  # code of the community or town where it is located above the grid
        ("located_by", pa.string()),
        ("district", pa.string()),
        ("longitude", pa.float32()),  # WGS-84 degrees where the row has coordinates: grids that are re-drawn need them
        ("latitude", pa.float32()),
        ("occurred_at", INSTANT),
        ("category", pa.string()),
        ("category_final", pa.string()),
        ("severity", pa.string()),
        ("urgency", pa.string()),
        ("kind", pa.string()),
        ("form", pa.string()),
        ("discovered_by", pa.string()),
        ("count", pa.int64()),
        ("people", pa.string()),  # a band; null for petitions
        ("topics", pa.int64()),  # one bit a topic of the lexicon; null where no free text was delivered
        ("due_at", INSTANT),
        ("due_derived", pa.bool_()),
        *((name, INSTANT) for name in OWN_TIME_FIELDS),
        ("status", pa.string()),
        ("outcome", pa.string()),
        ("resolved", pa.bool_()),
        ("satisfaction", pa.string()),
        ("is_repeat", pa.bool_()),
        ("is_joint", pa.bool_()),
        ("repeat_of", pa.string()),  # keyed digest
        ("linked_to", pa.string()),  # keyed digest
        *VERSION_COLUMNS,
    ]
)

GRIDS = pa.schema(
    [
        ("grid_id", pa.string()),
        ("name", pa.string()),
        ("kind", pa.string()),  # basic, micro, special
        ("community", pa.string()),  # code, or the path of names where there is no code
        ("community_name", pa.string()),
        ("town", pa.string()),
        ("town_name", pa.string()),
        ("district", pa.string()),
        ("district_name", pa.string()),
        ("longitude", pa.float64()),
        ("latitude", pa.float64()),
        ("geometry", pa.string()),  # GeoJSON or WKT as delivered
        ("neighbours", pa.string()),  # grid ids separated by ";"
        ("households", pa.int64()),
        ("workers", pa.int64()),
        ("valid_from", pa.date32()),  # null: for all time
        ("valid_to", pa.date32()),  # null: still in force
        *VERSION_COLUMNS,
    ]
)

#: Numbers about a grid's residents and buildings; shares lie in [0, 1].
DEMOGRAPHIC_NUMBERS = (
    "population",
    "households",
    "registered_population",
    "migrant_population",
    "share_over_65",
    "share_under_15",
    "living_alone_over_65",
    "buildings",
    "rental_units",
    "density",
    "housing_age",
    "area_km2",
)

DEMOGRAPHICS = pa.schema(
    [
        ("grid_id", pa.string()),
        ("valid_from", pa.date32()),
        *((name, pa.float64()) for name in DEMOGRAPHIC_NUMBERS),
        *VERSION_COLUMNS,
    ]
)

INTERVENTIONS = pa.schema(
    [
        ("record_id", pa.string()),
        ("grid_id", pa.string()),
        ("kind", pa.string()),
        ("started_at", INSTANT),
        ("ended_at", INSTANT),
        ("outcome", pa.string()),
        ("hours", pa.float64()),
        ("chosen_by", pa.string()),  # plan, human, exploration
        ("propensity", pa.float64()),
        *VERSION_COLUMNS,
    ]
)

GRID_LINEAGE = pa.schema(
    [
        ("from_grid_id", pa.string()),
        ("to_grid_id", pa.string()),
        ("effective_at", pa.date32()),
        ("weight", pa.float64()),  # share of the old grid's life that goes on in the new one; null: equal shares
        ("basis", pa.string()),  # area, population, addresses, …
        *VERSION_COLUMNS,
    ]
)

PLACES = pa.schema(
    [
        ("name", pa.string()),  # a residential quarter, a village group, a market
        ("grid_id", pa.string()),
        ("community", pa.string()),
        ("town", pa.string()),
        ("district", pa.string()),
        ("kind", pa.string()),
        ("longitude", pa.float64()),
        ("latitude", pa.float64()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        *VERSION_COLUMNS,
    ]
)

SERVICE_AREAS = pa.schema(
    [
        ("name", pa.string()),  # a police, school or power area
        ("kind", pa.string()),
        ("grid_id", pa.string()),
        ("weight", pa.float64()),  # share of the area's events that belong to the grid; null: equal shares
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        *VERSION_COLUMNS,
    ]
)

BREAKS = pa.schema(
    [
        ("date", pa.date32()),  # first day of the new way of recording
        ("source", pa.string()),
        ("unit", pa.string()),  # code of the district, town, community or grid; null: the whole city
        ("reason", pa.string()),
        *VERSION_COLUMNS,
    ]
)

TABLES = {
    "grids": GRIDS,
    "demographics": DEMOGRAPHICS,
    "interventions": INTERVENTIONS,
    "grid_lineage": GRID_LINEAGE,
    "places": PLACES,
    "service_areas": SERVICE_AREAS,
    "breaks": BREAKS,
}


def schema_of(source: str) -> pa.Schema:
    """The stored schema of a source; every source that is not one of the tables is an event source."""
    return TABLES.get(source, EVENTS)
