"""How notices went: by level of the whole city, and by unit and week. Never by person: where few work, or nobody knows how many, nothing is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any

from sqlalchemy import Connection

from serving.alerts.alert import Alert, alerts_where
from serving.alerts.precision import LEAST, counted, stated
from serving.alerts.tables import ALERTS
from serving.alerts.teams import Team, Teams, kept_teams
from serving.track_record.shown import events_told

#: Of a unit in which fewer work, or nobody knows how many, no figure is told.
LEAST_WORKERS = 5

#: Bands of the time to acknowledge: hours at which one passes into the next.
HOURS = (4, 24, 72)
_BANDS = ("0–4 h", "4–24 h", "1–3 d", "> 3 d")

Covers = Callable[[str, str], bool]


def figures(connection: Connection, covers: Covers, whole: bool, limit: int) -> dict[str, Any]:
    """`{levels, weeks}`; what is said of levels is of the whole city, and for who sees all of it."""
    alerts = alerts_where(connection)
    teams = kept_teams(connection)
    return {"levels": levels(alerts) if whole else [], "weeks": _weeks(alerts, teams, covers)[:limit]}


def levels(alerts: list[Alert]) -> list[dict[str, Any]]:
    """Of each target and level: how many grids were told of, the share of them with an event, and what had been promised."""
    judged = [one for one in alerts if one.judged]
    found = []
    for (target, level), (grids, hits) in sorted(counted((one.target, one.judged or {}) for one in judged).items()):
        came = stated(grids, hits)
        promised = [one for one in judged if one.target == target and one.level == level and one.stated]
        mean = sum(one.stated["precision"] for one in promised if one.stated) / len(promised) if promised else None
        after = counted((target, {level: (one.judged or {})[level]}) for one in promised if level in (one.judged or {}))
        since = stated(*after.get((target, level), (0, 0)))
        found.append(
            {
                "target": target, "level": level, "grids": grids if grids >= LEAST else None,
                **{name: None if came is None else came[name] for name in ("precision", "lower", "upper")},
                "stated": None if mean is None else round(mean, 3),
                "kept": None if mean is None or since is None else since["lower"] <= mean <= since["upper"],
            }
        )  # fmt: skip
    return found


def _weeks(alerts: list[Alert], teams: Teams, covers: Covers) -> list[dict[str, Any]]:
    units: dict[tuple[str, str], list[Team]] = {}
    for team in teams.all:
        if covers(team.unit, team.code):
            units.setdefault((team.unit, team.code), []).append(team)
    found = []
    for (unit, code), own in units.items():
        ids = {one.id for one in own}
        told = sum(one.workers or 0 for one in own) >= LEAST_WORKERS and all(one.workers is not None for one in own)
        by_week: dict[date, list[Alert]] = {}
        for alert in alerts:
            if alert.budget_team in ids and alert.week is not None:
                by_week.setdefault(alert.week, []).append(alert)
        found += [
            {
                "unit": unit, "code": code, "name": own[0].name, "week": week.isoformat(),
                "alerts": str(events_told(len(sent))) if told else None,
                "acknowledged_within": _acknowledged(sent) if told else None,
                "budget": sum(one.notices_a_week for one in own),
            }
            for week, sent in by_week.items()
        ]  # fmt: skip
    return sorted(found, key=lambda one: (one["week"], one["unit"], one["code"]), reverse=True)


def _acknowledged(alerts: list[Alert]) -> str | None:
    """The middle time to acknowledge, in bands, of five notices or more."""
    hours = [
        (one.acknowledged_at - one.raised_at).total_seconds() / 3600
        for one in alerts
        if one.acknowledged_at is not None
    ]
    if len(hours) < LEAST_WORKERS:
        return None
    return _BANDS[sum(median(hours) >= end for end in HOURS)]


def unjudged(connection: Connection) -> list[Alert]:
    """Notices of a risk that were told, and are not judged yet."""
    return [one for one in alerts_where(connection, ALERTS.c.judged.is_(None), ALERTS.c.kind != "gap") if one.grids]
