"""What a cell that was merged over several rows or columns says of each: a unit, a date and a word hold for all of them.

An id names one row, a number of several may be their sum, and a text may be about one: none of these is carried on.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from riskwarn.contracts.fields import Kind
from riskwarn.contracts.sources import declared

_UNITS = {"grid_id", "grid_name", "unit", "path", "place", "service_area"}
_UNITS |= {f"{unit}{part}" for unit in ("community", "town", "district") for part in ("", "_name")}


class Merged(StrEnum):
    """As what a field is carried on."""

    UNIT = "unit"
    DATE = "date"
    WORD = "word"


def row_id(kind: str) -> str | None:
    """The field that names a row of `events` or of a table, where one alone does."""
    return {"events": "record_id", "grids": "grid_id"}.get(kind)


@cache
def merged_as(kind: str, field: str) -> Merged | None:
    """As what a field of `events` or of a table is carried on over merged cells; None: it is not."""
    if field == row_id(kind):
        return None
    if field in _UNITS:
        return Merged.UNIT
    if field.startswith("period_"):
        return Merged.DATE
    kinds = {one.name: one.kind for one in declared(kind).fields}
    if kinds.get(field) in (Kind.DATE, Kind.INSTANT):
        return Merged.DATE
    return Merged.WORD if kinds.get(field) in (Kind.CATEGORY, Kind.WORD) else None
