"""Notices with a life: what they are about, who answers them and until when; their steps, what was held back, silences, teams."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0011"
down_revision = "0010"

INSTANT = sa.DateTime(timezone=True)

#: How a notice of before stands that somebody has to do with still.
LIVE = ("open", "acknowledged", "in_progress", "returned", "referred")

#: A notice of before had no end: it has one after so many days.
DAYS = 28


def upgrade(op: Operations) -> None:
    """Make the table of notices anew with what it held, and the tables beside it."""
    connection = op.get_bind()
    columns = (
        "id",
        "snapshot",
        "target",
        "horizon",
        "unit",
        "code",
        "level",
        "score",
        "status",
        "raised_at",
        "reasons",
    )
    types = {"reasons": sa.JSON, "raised_at": INSTANT}
    before = sa.table("alerts", *(sa.column(name, types.get(name)) for name in columns))  # type: ignore[arg-type]
    rows = [dict(row) for row in connection.execute(sa.select(before).order_by(before.c.id)).mappings()]
    op.drop_table("alerts")
    tables = _tables()
    for table in tables.sorted_tables:
        table.create(connection)
    if rows:
        connection.execute(sa.insert(tables.tables["alerts"]), _renewed(rows))
    if rows and connection.dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('alerts', 'sequence'), (SELECT max(sequence) FROM alerts))")


def _renewed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as they are kept now: of a unit and target the newest that is live is the head, the others have ended."""
    heads = {(row["target"], row["unit"], row["code"]): row["id"] for row in rows if row["status"] in LIVE}
    found = []
    for row in rows:
        key = row["target"], row["unit"], row["code"]
        live, number = row["status"] in LIVE and heads[key] == row["id"], row.pop("id")
        ended = row["status"] in LIVE and not live
        own = "w" + base64.b32encode(secrets.token_bytes(8)).decode()[:12].lower()
        found.append(
            {
                **row, "sequence": number, "id": own, "version": 1, "head": "/".join(key) if live else None, "name": row["code"],
                "units": [[row["unit"], row["code"], row["code"]]], "members": [], "kind": "level", "co_teams": [], "messages": [],
                "status": "expired" if ended else row["status"], "expires_at": row["raised_at"] + timedelta(days=DAYS),
                "reminders": 0, "escalations": 0, "extensions": 0, "paused": False, "fed_back": False,
            }
        )  # fmt: skip
    return found


def _tables() -> sa.MetaData:
    names = {
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(column_0_label)s",
    }
    tables = sa.MetaData(naming_convention=names)
    sa.Table(
        "alerts",
        tables,
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(16), nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("head", sa.String(192), unique=True),
        sa.Column("snapshot", sa.String(64), nullable=False, index=True),
        sa.Column("confirmed", sa.String(64)),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("horizon", sa.Integer, nullable=False),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("units", sa.JSON, nullable=False),
        sa.Column("members", sa.JSON, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("expected_count", sa.Float),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("stated", sa.JSON),
        sa.Column("team_id", sa.String(64)),
        sa.Column("co_teams", sa.JSON, nullable=False),
        sa.Column("budget_team", sa.String(64)),
        sa.Column("week", sa.Date),
        *(
            sa.Column(name, INSTANT)
            for name in ("acknowledge_by", "due_at", "expires_at", "acknowledged_at", "ended_at", "notify_at")
        ),
        sa.Column("notify_kind", sa.String(8)),
        sa.Column("told_at", INSTANT),
        sa.Column("reminders", sa.Integer, nullable=False),
        sa.Column("escalations", sa.Integer, nullable=False),
        sa.Column("extensions", sa.Integer, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("ticket_at", INSTANT),
        sa.Column("service", sa.String(32)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("messages", sa.JSON, nullable=False),
        sa.Column("judged", sa.JSON),
        sa.Column("fed_back", sa.Boolean, nullable=False),
    )
    sa.Table(
        "alert_steps",
        tables,
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("alert", sa.String(16), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("verb", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("team_id", sa.String(64)),
        sa.Column("service", sa.String(32)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("note", sa.String(512), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.UniqueConstraint("alert", "version"),
    )
    sa.Table(
        "alerts_held",
        tables,
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("snapshot", sa.String(64), nullable=False, index=True),
        sa.Column("at", INSTANT, nullable=False, index=True),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("horizon", sa.Integer, nullable=False),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("team_id", sa.String(64)),
        sa.Column("reason", sa.String(16), nullable=False),
    )
    sa.Table(
        "silences",
        tables,
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("target", sa.String(64)),
        sa.Column("reason", sa.String(512), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("ended_by", sa.String(64)),
    )
    sa.Table(
        "teams",
        tables,
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("services", sa.JSON, nullable=False),
        sa.Column("workers", sa.Integer),
        sa.Column("hours_a_week", sa.Float),
        sa.Column("notices_a_week", sa.Integer, nullable=False),
    )
    sa.Table(
        "alert_requests",
        tables,
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.Column("at", INSTANT, nullable=False, index=True),
    )
    return tables
