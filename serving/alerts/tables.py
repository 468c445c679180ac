"""The tables of notices: where each stands, how it came there, what was held back, and what quiets."""

from __future__ import annotations

import base64
import secrets

from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, String, Table, UniqueConstraint

from riskwarn.tables import METADATA, Instant


def new_id() -> str:
    """An opaque id of a notice: no workbook takes it for a number, and it tells nothing of how many there are."""
    return "w" + base64.b32encode(secrets.token_bytes(8)).decode()[:12].lower()


#: Notices about one unit and target, as they stand. `head` is that of the one live notice of a unit and target, or of the one of a team that
#: names grids of a unit; of one that is not live null.
ALERTS = Table(
    "alerts",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", String(16), nullable=False, unique=True, default=new_id),
    Column("version", Integer, nullable=False, default=1),
    Column("head", String(192), unique=True),
    Column(
        "snapshot", String(64), nullable=False, index=True
    ),  # that its score, expected count and reasons are of; of several grids the one that raised it
    Column("target", String(64), nullable=False),
    Column("horizon", Integer, nullable=False),
    Column("unit", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("name", String(256), nullable=False, default=""),
    Column(
        "units", JSON, nullable=False, default=list
    ),  # [kind, code, name] of the unit and all above it, the nearest first
    Column(
        "members", JSON, nullable=False, default=list
    ),  # grids that it tells of: code, name, level, score, and the terms that it would have were it of that one alone
    Column("kind", String(16), nullable=False, default="level"),  # what raised it
    Column("level", String(16), nullable=False),
    Column("score", Float),
    Column("expected_count", Float),
    Column("status", String(16), nullable=False, index=True),
    Column("raised_at", Instant, nullable=False, index=True),
    Column("reasons", JSON, nullable=False),
    Column("stated", JSON),  # the precision that was stated of its level; null where nothing was promised
    Column("team_id", String(64)),
    Column("co_teams", JSON, nullable=False, default=list),
    Column("budget_team", String(64)),  # whose budget it was sent in; null where it does not count
    Column("week", Date, index=True),  # the Monday of the week in which it was sent
    Column("acknowledge_by", Instant),
    Column("due_at", Instant),
    Column("expires_at", Instant),
    Column("acknowledged_at", Instant),
    Column("ended_at", Instant, index=True),
    Column("notify_at", Instant),  # when the next message is due
    Column("notify_kind", String(8)),
    Column("told_at", Instant),  # when the last message was sent
    Column("reminders", Integer, nullable=False, default=0),
    Column("escalations", Integer, nullable=False, default=0),
    Column("extensions", Integer, nullable=False, default=0),
    Column("paused", Boolean, nullable=False, default=False),  # its deadlines rest
    Column("ticket_at", Instant),  # the time of the last row of its ticket that was followed
    Column("service", String(32)),
    Column("outcome", String(16)),
    Column("messages", JSON, nullable=False, default=list),  # [id, sent_at] of those that were written
    Column("fed_back", Boolean, nullable=False, default=False),  # whether its service was loaded as an intervention
)

#: How a notice came to stand as it does; a row is never changed, and names nobody.
STEPS = Table(
    "alert_steps",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("alert", String(16), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("verb", String(16), nullable=False),
    Column("status", String(16), nullable=False),  # after it
    Column("level", String(16), nullable=False),
    Column("team_id", String(64)),
    Column("service", String(32)),
    Column("outcome", String(16)),
    Column("note", String(512), nullable=False, default=""),
    Column(
        "source", String(16), nullable=False, default="api"
    ),  # by which way it came: api, cli, tickets, records, rule
    UniqueConstraint("alert", "version"),
)

#: Of which grid a notice told at which level, and what was promised of that: each is judged by the window after the snapshot that found
#: it, once that has passed and its reports have come.
TELLINGS = Table(
    "alert_tellings",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("alert", String(16), nullable=False, index=True),
    Column("snapshot", String(64), nullable=False),
    Column("target", String(64), nullable=False),
    Column("horizon", Integer, nullable=False),
    Column("code", String(64), nullable=False),
    Column("level", String(16), nullable=False),
    Column("district", String(64)),
    Column("at", Instant, nullable=False, index=True),
    Column("stated", Float),  # the precision that was promised of its level then, and the interval; null where none was
    Column("lower", Float),
    Column("upper", Float),
    Column("judged", Boolean, nullable=False, default=False, index=True),
    Column("events", Integer),  # null where it is not known what came
    Column("nth", Integer),  # of its target and level that were judged and are known, the first 0; null of others
    Column("nth_of_district", Integer),  # the same of those of its district
)

#: The events of each week in each town, district and the city, by the level at which a notice had told of their grids; `none` where none had.
OUTCOMES = Table(
    "alert_outcomes",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("week", Date, nullable=False, index=True),  # its Monday
    Column("target", String(64), nullable=False),
    Column("unit", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("level", String(16), nullable=False),
    Column("events", Integer, nullable=False),
    Column("lead", Integer, nullable=False),  # weeks since they were told of, added up
    Column("snapshot", String(64)),  # by whose tree its unit was counted; null of what was counted before that was kept
    UniqueConstraint("week", "target", "unit", "code", "level"),
)

#: What a publication would have told and did not, and why; and what waits since one before it. The rows of the current snapshot are what
#: waits now.
HELD = Table(
    "alerts_held",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("snapshot", String(64), nullable=False, index=True),
    Column("at", Instant, nullable=False, index=True),
    Column("target", String(64), nullable=False),
    Column("horizon", Integer, nullable=False),
    Column("unit", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("name", String(256), nullable=False),
    Column("level", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("team_id", String(64)),
    Column("reason", String(16), nullable=False),
    Column("since", Instant),  # when the first of the publications that held it back without a break did so
    Column("entry", Integer),  # how high the least level stands that is news of it; null: whatever a rule takes
    Column("bar", Float),  # of a jump: what it takes to stand so high still
)

#: Units of which nobody is told for a while: somebody said so, with a reason and an end.
SILENCES = Table(
    "silences",
    METADATA,
    Column("id", String(16), primary_key=True, default=new_id),
    Column("unit", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("target", String(64)),  # null: every target
    Column("reason", String(512), nullable=False),
    Column("author", String(64), nullable=False),  # the id of the key or the operator
    Column("created_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("ended_by", String(64)),
)

#: Who answers notices, as it was told at the last publication.
TEAMS = Table(
    "teams",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("unit", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("name", String(256), nullable=False),
    Column("services", JSON, nullable=False),
    Column("workers", Integer),
    Column("hours_a_week", Float),
    Column("notices_a_week", Integer, nullable=False),
)

#: Requests that bore an Idempotency-Key, and what they were answered.
REQUESTS = Table(
    "alert_requests",
    METADATA,
    Column("digest", String(64), primary_key=True),  # of the caller and the key
    Column("request", String(64), nullable=False),  # of what was asked
    Column(
        "answer", JSON, nullable=False
    ),  # empty: the same request again is answered with the notice as it stands by then
    Column("at", Instant, nullable=False, index=True),
)
