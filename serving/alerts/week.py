"""What became of the notices of a week: asked on Friday by who heads a centre. Of the whole city, never of a team or a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_

from riskwarn.alert_rules import HEIGHTS
from riskwarn.home import Home
from riskwarn.words import Level
from serving.alerts.alert import Alert, alerts_where
from serving.alerts.held import reasons_of
from serving.alerts.life import LIVE, Outcome, Status
from serving.alerts.tables import ALERTS, HELD
from serving.alerts.teams import kept_teams
from serving.alerts.telling import told_to_the_owner

_LEVELS = [one.value for one in sorted(Level, key=lambda one: -HEIGHTS[one])]
_RESTS = "suspended"  # where the deadlines of a live notice rest, as its ticket calls it
_STATUSES = [*(one.value for one in LIVE), _RESTS, *(one.value for one in Status if one not in LIVE)]
_OUTCOMES = [one.value for one in Outcome]


def became_of(home: Home, monday: date, now: datetime) -> dict[str, Any]:
    """`{week, notices, levels, statuses, outcomes, closed, budget, held, earlier, late}`.

    `statuses` and `outcomes` are of the notices that were raised in the week, `closed` of all that were closed in it; a live one whose ticket rests
    is `suspended`; `earlier` counts
    those of before that somebody has to do with still; `late` are the live ones, of whichever week, past a deadline.
    """
    zone = home.configuration.calendar.timezone
    start, end = (datetime.combine(monday + timedelta(weeks=weeks), time(), zone) for weeks in (0, 1))
    columns = ALERTS.c
    within = [(at >= start) & (at < end) for at in (columns.raised_at, columns.ended_at)]
    with home.database.connect() as connection:
        alerts = alerts_where(connection, or_(columns.status.in_(LIVE), columns.week == monday, *within))
        held = reasons_of(connection, HELD.c.at >= start, HELD.c.at < end)
        budgets = [one.notices_a_week for one in kept_teams(connection).all]
    own = [one for one in alerts if start <= one.raised_at < end]
    earlier = [one for one in alerts if one.live and one.raised_at < start]
    closed = [
        one
        for one in alerts
        if one.status == Status.CLOSED and one.ended_at is not None and start <= one.ended_at < end
    ]
    late = [one for one in alerts if one.live and one.raised_at < end and is_late(one, now)]
    late.sort(key=lambda one: (-HEIGHTS[Level(one.level)], one.sequence))
    return {
        "week": monday.isoformat(),
        "notices": len(own),
        "levels": _counted((one.level for one in own), _LEVELS),
        "statuses": _counted((_RESTS if one.live and one.paused else one.status for one in own), _STATUSES),
        "outcomes": _counted((one.outcome for one in own if one.outcome), _OUTCOMES),
        "closed": _counted((one.outcome for one in closed if one.outcome), _OUTCOMES),
        "budget": {
            "used": sum(one.budget_team is not None and one.week == monday for one in alerts),
            "of": sum(budgets),
        },
        "held": dict(held.most_common()),
        "earlier": {"live": len(earlier), "late": sum(is_late(one, now) for one in earlier)},
        "late": told_to_the_owner(home, late),
    }


def is_late(alert: Alert, now: datetime) -> bool:
    """Whether nobody has acknowledged a notice in time, or closed it; one whose deadlines rest is not late."""
    return not alert.paused and (alert.unseen(now) or alert.overdue(now))


def _counted(found: Iterable[str], order: Sequence[str]) -> dict[str, int]:
    """How often each was found, in an order."""
    counts = Counter(found)
    return {one: counts[one] for one in order if counts[one]}
