"""What the tables of the operational database share: one MetaData, names of constraints, instants as a type.

Each room declares its own tables in its ``tables.py``; the migrations make them all (:mod:`riskwarn.migrations`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import DateTime, Dialect, MetaData
from sqlalchemy.types import TypeDecorator

#: Constraints bear the same names in every database, so that a migration can name the one that it changes.
NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "ix": "ix_%(column_0_label)s",
}

METADATA = MetaData(naming_convention=NAMES)

_Value = TypeVar("_Value")

#: Values that a statement names at once: what every database takes.
AT_ONCE = 500


def parts(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """Some values, as many at once as a statement may name.

    >>> [len(part) for part in parts(range(1_001))]
    [500, 500, 1]
    """
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


class Instant(TypeDecorator[datetime]):
    """An instant: takes a datetime with its offset, gives it in UTC.

    PostgreSQL keeps it as ``timestamp with time zone``; SQLite as text of one width in UTC (``2026-11-01
    16:30:00.123456``), so that texts sort as the instants do.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse (ValueError) what does not say where on earth its clock stands."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("an instant needs its offset from UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite tells no offset, PostgreSQL that of the session."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
