"""In which order what notices told of was judged, so that shares are told by whole groups of it."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0014"
down_revision = "0013"


def upgrade(op: Operations) -> None:
    """Number what was judged, in the order in which it was told, and take back what was promised of single grids, to three digits."""
    connection = op.get_bind()
    for name in ("nth", "nth_of_district"):
        op.add_column("alert_tellings", sa.Column(name, sa.Integer))
    names = ("sequence", "target", "level", "district", "events", "nth", "nth_of_district", "stated", "lower", "upper")
    tellings = sa.table("alert_tellings", *(sa.column(name) for name in names))
    own = tellings.c
    known = sa.select(own.sequence, own.target, own.level, own.district).where(own.events.is_not(None))
    numbers, rows = Counter[tuple[str, ...]](), []
    for sequence, *key in connection.execute(known.order_by(own.sequence)).all():
        of_city, of_district = tuple(key[:2]), tuple(key)
        there = None if key[-1] is None else numbers[of_district]
        rows.append({"of": sequence, "number": numbers[of_city], "there": there})
        numbers.update([of_city, of_district])
    if rows:
        one = sa.update(tellings).where(own.sequence == sa.bindparam("of"))
        connection.execute(one.values(nth=sa.bindparam("number"), nth_of_district=sa.bindparam("there")), rows)
    connection.execute(sa.update(tellings).values(stated=None, lower=None, upper=None))
    alerts = sa.table("alerts", sa.column("stated", sa.JSON(none_as_null=True)))
    connection.execute(sa.update(alerts).values(stated=None))
