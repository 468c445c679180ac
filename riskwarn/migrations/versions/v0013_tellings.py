"""Of which grid a notice told at which level, and the events of each week: judged one by one, and counted where they are asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0013"
down_revision = "0012"

INSTANT = sa.DateTime(timezone=True)


def upgrade(op: Operations) -> None:
    """Add both tables, tell of the notices of before what is known of them, and look for notices by state and week."""
    connection = op.get_bind()
    tellings = op.create_table(
        "alert_tellings",
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("alert", sa.String(16), nullable=False),
        sa.Column("snapshot", sa.String(64), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("horizon", sa.Integer, nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("district", sa.String(64)),
        sa.Column("at", INSTANT, nullable=False),
        *(sa.Column(name, sa.Float) for name in ("stated", "lower", "upper")),
        sa.Column("judged", sa.Boolean, nullable=False),
        sa.Column("events", sa.Integer),
        sa.PrimaryKeyConstraint("sequence", name="pk_alert_tellings"),
    )
    for name in ("alert", "at", "judged"):
        op.create_index(f"ix_alert_tellings_{name}", "alert_tellings", [name])
    op.create_table(
        "alert_outcomes",
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("week", sa.Date, nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("lead", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_alert_outcomes"),
        sa.UniqueConstraint(
            "week", "target", "unit", "code", "level", name="uq_alert_outcomes_week_target_unit_code_level"
        ),
    )
    op.create_index("ix_alert_outcomes_week", "alert_outcomes", ["week"])
    names = (
        "sequence",
        "id",
        "snapshot",
        "target",
        "horizon",
        "unit",
        "code",
        "units",
        "members",
        "kind",
        "level",
        "raised_at",
    )
    types = {"units": sa.JSON, "members": sa.JSON, "raised_at": INSTANT}
    alerts = sa.table("alerts", *(sa.column(name, types.get(name)) for name in names))  # type: ignore[arg-type]
    rows = connection.execute(sa.select(alerts).where(alerts.c.kind != "gap").order_by(alerts.c.sequence)).mappings()
    found = [telling for row in rows.all() for telling in _tellings(dict(row))]
    if found:
        op.bulk_insert(tellings, found)
    op.drop_column("alerts", "judged")
    for name in ("status", "raised_at", "week", "ended_at"):
        op.create_index(f"ix_alerts_{name}", "alerts", [name])


def _tellings(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of a notice of before: not judged, so that they are judged anew, grid by grid."""
    alone = [{"code": row["code"], "level": row["level"]}] if row["unit"] == "grid" else []
    at: datetime = row["raised_at"]
    return [
        {
            "alert": row["id"], "snapshot": row["snapshot"], "target": row["target"], "horizon": row["horizon"], "code": one["code"],
            "level": one["level"], "district": next((code for unit, code, _ in row["units"] if unit == "district"), None), "at": at,
            "judged": False,
        }
        for one in row["members"] or alone
    ]  # fmt: skip
