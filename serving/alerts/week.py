"""What became of the notices of a week: asked on Friday by who heads a centre. Of all that one sees, never of a team or a person: of a part
of the city in which few work, or nobody knows how many, nothing is counted; and nothing of a target that is suspended, whoever asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection, or_

from riskwarn.alert_rules import HEIGHTS
from riskwarn.words import Level
from serving.alerts.alert import Alert, alerts_where
from serving.alerts.held import reasons_of
from serving.alerts.life import LIVE, Outcome, Status
from serving.alerts.shown import as_dict
from serving.alerts.stats import Covers, Held, enough_work
from serving.alerts.tables import ALERTS, HELD
from serving.alerts.teams import Team, kept_teams
from serving.snapshots.suspensions import suspended
from serving.track_record.shown import events_told

_LEVELS = [one.value for one in sorted(Level, key=lambda one: -HEIGHTS[one])]
_RESTS = "suspended"  # where the deadlines of a live notice rest, as its ticket calls it
_STATUSES = [*(one.value for one in LIVE), _RESTS, *(one.value for one in Status if one not in LIVE)]
_OUTCOMES = [one.value for one in Outcome]

#: What is counted, and of what nothing is told where few work.
_COUNTED = ("notices", "levels", "statuses", "outcomes", "closed", "held", "earlier")


def _every(*_of: object) -> bool:
    return True


def _as_kept(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    return [as_dict(one) for one in alerts]


@dataclass(frozen=True)
class Asked:
    """Who asks, and when: of teams that he sees, of what was held back, as it was then, and of notices as he is told them (None of one that
    he does not see). Nothing but `now` is the whole city, as the owner of the home sees it."""

    now: datetime
    covers: Covers = _every
    held: Held = _every
    seen: Callable[[Alert], Alert | None] = lambda alert: alert
    told: Callable[[Iterable[Alert]], list[dict[str, Any]]] = _as_kept
    whole: bool = True
    limit: int | None = None  # late notices

    def counts(self, teams: Sequence[Team]) -> bool:
        """Whether anything is counted, by the teams that are seen: of a part of the city where enough work, and of the whole city unless it
        is known that fewer do."""
        return enough_work(teams) or (self.whole and (not teams or any(one.workers is None for one in teams)))


def became_of(connection: Connection, monday: date, zone: tzinfo, asked: Asked) -> dict[str, Any]:
    """`{week, notices, levels, statuses, outcomes, closed, budget, held, earlier, late, suspended}`.

    `statuses` and `outcomes` are of the notices that were raised in the week, `closed` of all that were closed in it; a live one whose
    ticket rests is `suspended`; `earlier` counts those of before that somebody has to do with still; `late` are the live ones, of whichever
    week, past a deadline; `suspended` are the targets that are left out. Where nothing is counted the counts are None.
    """
    start, end = (datetime.combine(monday + timedelta(weeks=weeks), time(), zone) for weeks in (0, 1))
    gone = sorted(suspended(connection))
    alerts = _looked_at(connection, monday, start, end, gone, asked)
    own = [one for one in alerts if start <= one.raised_at < end]
    earlier = [one for one in alerts if one.live and one.raised_at < start]
    closed = [
        one
        for one in alerts
        if one.status == Status.CLOSED and one.ended_at is not None and start <= one.ended_at < end
    ]
    late = [one for one in alerts if one.live and one.raised_at < end and one.late(asked.now)]
    late.sort(key=lambda one: (-HEIGHTS[Level(one.level)], one.sequence))
    within = HELD.c.at >= start, HELD.c.at < end, HELD.c.target.not_in(gone)
    teams = [one for one in kept_teams(connection).all if asked.covers(one.unit, one.code)]
    told = {
        "week": monday.isoformat(),
        "notices": len(own),
        "levels": _counted((one.level for one in own), _LEVELS),
        "statuses": _counted((_RESTS if one.live and one.paused else one.status for one in own), _STATUSES),
        "outcomes": _counted((one.outcome for one in own if one.outcome), _OUTCOMES),
        "closed": _counted((one.outcome for one in closed if one.outcome), _OUTCOMES),
        "budget": {"used": _used(alerts, monday, teams, asked), "of": sum(one.notices_a_week for one in teams)},
        "held": dict(reasons_of(connection, *within, seen=asked.held).most_common()),
        "earlier": {"live": len(earlier), "late": sum(one.late(asked.now) for one in earlier)},
        "late": asked.told(late[: asked.limit]),
        "suspended": gone,
    }
    return told if asked.counts(teams) else _without_counts(told)


def in_bands(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same with counts as figures of notices are told: in bands, and from 20 on the number that it is about."""
    counts = {name: _banded(told[name]) for name in _COUNTED}
    return {**told, **counts, "budget": {**told["budget"], "used": _banded(told["budget"]["used"])}}


def _banded(counted: Any) -> Any:
    if isinstance(counted, Mapping):
        return {name: _banded(count) for name, count in counted.items()}
    return None if counted is None else str(events_told(counted))


def _without_counts(told: Mapping[str, Any]) -> dict[str, Any]:
    return {**told, **dict.fromkeys(_COUNTED), "budget": {**told["budget"], "used": None}}


def _looked_at(
    connection: Connection, monday: date, start: datetime, end: datetime, without: Collection[str], asked: Asked
) -> list[Alert]:
    """The notices of a week, what was raised or ended in it, and what somebody has to do with still; as they are told."""
    own = ALERTS.c
    within = [(at >= start) & (at < end) for at in (own.raised_at, own.ended_at)]
    found = alerts_where(connection, or_(own.status.in_(LIVE), own.week == monday, *within), own.target.not_in(without))
    return [told for one in found if (told := asked.seen(one)) is not None]


def _used(alerts: Iterable[Alert], monday: date, teams: Iterable[Team], asked: Asked) -> int:
    """The notices that took the budget of a week; of a part of the city that of teams that are seen."""
    seen = {one.id for one in teams}
    return sum(one.week == monday and one.uses_budget and (asked.whole or one.budget_team in seen) for one in alerts)


def _counted(found: Iterable[str], order: Sequence[str]) -> dict[str, int]:
    """How often each was found, in an order."""
    counts = Counter(found)
    return {one: counts[one] for one in order if counts[one]}
